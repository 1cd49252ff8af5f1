"""Legal papers of the demo: a subpoena that opens no psychotherapy notes, and an order that waits for the second person."""

import hashlib
from datetime import timedelta

from disclosures.legal.actions import add_entry, record_paper, start_compelled
from disclosures.legal.models import LegalPaper
from disclosures.legal.rules import CounselAnswer, EntryKind, Names, NoticeAnswer, PaperKind, ResponseKind
from disclosures.releases.rules import RecipientKind
from practice.infrastructure.uploads import CheckedUpload
from records.psychotherapy.compelled_rules import Scope

from .documents import letter
from .practice import Demo


def fill_legal(demo: Demo) -> None:
    """The subpoena is answered by counsel; the order is begun by the compliance officer."""
    officer, desk = demo.staff["compliance"], demo.staff["frontdesk"]
    subpoena = LegalPaper(
        patient=demo.patients["Park"],
        kind=PaperKind.ATTORNEY_OR_CLERK_SUBPOENA,
        issuer="Bellweather & Stone LLP",
        reference="Park v. Lakeside Transit, 26-L-4471",
        signed_by="R. Bellweather, attorney for the defendant",
        scope="Any and all records of treatment, including psychotherapy notes, from January 1, 2025 to the present.",
        names_notes=Names.EXPRESSLY,
        received_on=demo.day - timedelta(days=3),
        response_due_on=demo.day + timedelta(days=11),
        recipient_name="Bellweather & Stone LLP",
        recipient_kind=RecipientKind.ATTORNEY,
        recipient_address="400 South Second Street\nSpringfield, IL 62701",
        purpose="Park v. Lakeside Transit, 26-L-4471",
        verified="Looked the firm up with the state bar and called back",
    )
    record_paper(by=desk, paper=subpoena, document=_scan(subpoena))
    add_entry(
        by=officer, paper=subpoena, kind=EntryKind.COUNSEL, code=CounselAnswer.OBJECT, on=demo.day,
        name="Dana Ortiz, counsel", words="No order, no proof of notice. Object, and assert the privilege.",
    )  # fmt: skip
    add_entry(
        by=officer, paper=subpoena, kind=EntryKind.RESPONSE, code=ResponseKind.ASSERT_PRIVILEGE, on=demo.day,
        name="Dana Ortiz, counsel", words="By letter to the firm, with a copy to the patient's attorney.",
    )  # fmt: skip
    _order(demo)


def _order(demo: Demo) -> None:
    officer, came = demo.staff["compliance"], demo.day - timedelta(days=1)
    first = came - timedelta(days=120)
    order = LegalPaper(
        patient=demo.patients["Lindqvist"],
        kind=PaperKind.COURT_ORDER,
        issuer="Circuit Court of Sangamon County",
        reference="Lindqvist v. Harbor Freight Lines, 26-L-118",
        signed_by="Hon. Maria Estrada",
        scope="The psychotherapy notes of the sessions held in the four months before this order, and none earlier.",
        names_notes=Names.EXPRESSLY,
        scope_from=first,
        scope_to=came,
        received_on=came,
        response_due_on=demo.day + timedelta(days=13),
        recipient_name="Clerk of the Circuit Court",
        recipient_kind=RecipientKind.COURT,
        recipient_address="200 South Ninth Street\nSpringfield, IL 62701",
        purpose="Lindqvist v. Harbor Freight Lines, 26-L-118",
        verified="Called the clerk on the court’s published number",
    )
    record_paper(by=officer, paper=order, document=_scan(order), hold=True)
    for kind, code, words in (
        (EntryKind.COUNSEL, CounselAnswer.COMPELS, "An order of the court that names the notes and the days."),
        (EntryKind.NOTICE, NoticeAnswer.KNOWS, "The patient is the plaintiff and was served."),
    ):
        add_entry(by=officer, paper=order, kind=kind, code=code, on=demo.day, name="Dana Ortiz, counsel", words=words)
    start_compelled(
        by=officer,
        paper=order,
        author=demo.therapist_of("Lindqvist"),
        scope=Scope((), first, came),
        second=demo.staff["admin"],
        named_staff=[demo.staff["frontdesk"]],
    )


def _scan(paper: LegalPaper) -> CheckedUpload:
    data = letter((paper.issuer, paper.reference, paper.scope, paper.signed_by))
    return CheckedUpload("pdf", data, hashlib.sha256(data).hexdigest())
