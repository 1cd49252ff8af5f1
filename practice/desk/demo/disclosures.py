"""Some forty disclosures of six years: every case that makes an accounting interesting.

They are entered as what already happened, each with its own day, as a practice does that moves its paper log in here.
"""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from authorizations.models import Authorization
from authorizations.rules import RecordClass
from disclosures.ledger.actions import Recipient, sign_checkpoint, supersede, suspend, verify_ledger
from disclosures.ledger.models import Entry
from disclosures.ledger.particulars import Particulars
from disclosures.ledger.rules import Basis
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from disclosures.releases.actions import record_past_disclosure
from disclosures.releases.models import Release
from disclosures.releases.rules import LegalProcess, Method, RecipientKind, chart_facts
from practice.people.models import Staff

from .agreements import CLINIC, INSURER, LAWYERS
from .practice import Demo

HEALTH = ("Illinois Department of Public Health", "535 W. Jefferson Street, Springfield, IL 62761")
COURT = ("Circuit Court of Sangamon County", "200 S. Ninth Street, Springfield, IL 62701")
MEDICAID = ("State Medicaid Agency, program integrity", "201 South Grand Avenue East, Springfield, IL 62763")
POLICE = ("Springfield Police Department, Det. A. Ruiz", "800 E. Monroe Street, Springfield, IL 62701")
CHILD_OFFICE = ("Department of Children and Family Services", "406 E. Monroe Street, Springfield, IL 62701")
BOARD = ("State Board of Psychology", "320 W. Washington Street, Springfield, IL 62786")
CORONER = ("Sangamon County Coroner", "200 S. Ninth Street, Room 116, Springfield, IL 62701")
PLAN = ("Blue Prairie Health Plan, claims", "PO Box 8810, Chicago, IL 60680")
HHS = ("HHS Office for Civil Rights", "233 N. Michigan Avenue, Chicago, IL 60601")
UNIVERSITY = ("State University, sleep study", "1 University Plaza, Springfield, IL 62703")


@dataclass(frozen=True, slots=True)
class Past:
    """One disclosure of the past. `ago` counts days back from today; the rest by the names of the release."""

    family: str
    ago: int
    to: tuple[str, str]
    kind: RecipientKind
    basis: Basis
    what: str
    why: str
    more: dict[str, Any] = field(default_factory=dict)


ORDER = {"process": LegalProcess.COURT_ORDER}
R, B = RecipientKind, Basis

PAST = (
    # Ruth Abernathy: the accounting that the demo pulls
    Past(
        "Abernathy",
        2194,
        HEALTH,
        R.AGENCY,
        B.B_PUBLIC_HEALTH,
        "Name, birth date, dates of sessions",
        "Report under public health act, reference 20-118",
    ),
    Past(
        "Abernathy",
        2184,
        HEALTH,
        R.AGENCY,
        B.B_PUBLIC_HEALTH,
        "Name, birth date, dates of sessions",
        "Follow-up report, reference 20-118",
    ),
    Past(
        "Abernathy",
        1289,
        COURT,
        R.COURT,
        B.B_COURT_ORDER,
        "Progress notes, January to March 2023",
        "Court order in case 23-L-204",
        ORDER,
    ),
    Past(
        "Abernathy",
        1100,
        CLINIC,
        R.PROVIDER,
        B.B_TREATMENT,
        "Summary of treatment",
        "Treatment by the family doctor",
        {"treatment_permission": "Patient agreed in session"},
    ),
    Past(
        "Abernathy", 900, PLAN, R.PAYER, B.B_PAYMENT, "Dates, codes and diagnosis for the claim", "Payment of a claim"
    ),
    Past(
        "Abernathy",
        201,
        ("Unknown holder of fax (217) 555-0199", ""),
        R.OTHER,
        B.B_IMPERMISSIBLE,
        "One page of a progress note",
        "Sent to a wrong number by mistake; the patient was told by letter",
        {"method": Method.FAX},
    ),
    Past(
        "Abernathy",
        150,
        BOARD,
        R.AGENCY,
        B.B_OVERSIGHT,
        "Session dates and treatment plan",
        "Review of licence 071-004411",
    ),
    # Tobias Lindqvist: legal process and an authorization
    Past(
        "Lindqvist",
        110,
        ("Hart & Doyle, attorneys", "44 Court Street, Decatur, IL 62523"),
        R.ATTORNEY,
        B.B_SUBPOENA_ASSURANCE,
        "Session dates and diagnosis",
        "Subpoena in case 26-L-77, with notice to the patient",
        {"process": LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA},
    ),
    Past(
        "Lindqvist",
        45,
        LAWYERS,
        R.ATTORNEY,
        B.B_AUTHORIZATION,
        "Progress notes, March to August",
        "Court case about an accident at work",
    ),
    Past("Lindqvist", 700, PLAN, R.PAYER, B.B_PAYMENT, "Dates and codes for the claim", "Payment of a claim"),
    # a child, a patient who was threatened, police, coroner, HHS, research, workers' compensation
    Past(
        "Ferreira",
        210,
        CHILD_OFFICE,
        R.AGENCY,
        B.B_CHILD_ABUSE,
        "Name, address and what was reported",
        "Child abuse report of that day",
    ),
    Past(
        "Stone",
        95,
        CHILD_OFFICE,
        R.AGENCY,
        B.B_CHILD_ABUSE,
        "Name, address and what was reported",
        "Child abuse report of that day",
    ),
    Past(
        "Petrov",
        285,
        POLICE,
        R.LAW_ENFORCEMENT,
        B.B_SERIOUS_THREAT,
        "That a threat was made against a co-worker, and the co-worker's name",
        "To prevent an attack that evening",
    ),
    Past(
        "Petrov",
        285,
        ("The co-worker who was threatened", ""),
        R.OTHER,
        B.B_SERIOUS_THREAT,
        "That a threat was made",
        "To warn the person threatened",
        {"method": Method.SPOKEN},
    ),
    Past(
        "Petrov",
        270,
        POLICE,
        R.LAW_ENFORCEMENT,
        B.B_LAW_ENFORCEMENT,
        "Dates of sessions in February",
        "Warrant 26-SW-31",
        {"process": LegalProcess.COURT_WARRANT},
    ),
    Past(
        "Clarke",
        380,
        CORONER,
        R.CORONER,
        B.B_CORONER,
        "Diagnosis and last session date",
        "Cause of death of the patient's brother, who was named in the record",
    ),
    Past("Weiss", 330, HHS, R.HHS, B.B_HHS, "Accounting log and the records request of May", "OCR case 25-44812"),
    Past(
        "Featherstonehaugh-Cholmondeley",
        520,
        UNIVERSITY,
        R.OTHER,
        B.B_RESEARCH_WAIVER,
        "Sleep diary totals",
        "Study of sleep restriction, waiver 24-09",
    ),
    Past(
        "O’Shaughnessy",
        410,
        ("State Compensation Fund", "PO Box 77, Springfield, IL 62705"),
        R.AGENCY,
        B.B_WORKERS_COMP,
        "Session dates and functional status",
        "Claim 25-WC-1180",
    ),
    Past(
        "Szymański",
        260,
        ("Nina Szymańska, daughter", "12 Prairie View, Springfield, IL 62704"),
        R.FAMILY,
        B.B_INVOLVED_IN_CARE,
        "Date of the next appointment",
        "She drives the patient",
        {"method": Method.SPOKEN},
    ),
    Past(
        "Mae Whitfield",
        240,
        ("Mary Whitfield, niece", ""),
        R.FAMILY,
        B.B_INVOLVED_IN_CARE,
        "That the patient arrived safely",
        "She was worried",
        {"method": Method.SPOKEN},
    ),
    Past(
        "Tallchief",
        60,
        INSURER,
        R.PAYER,
        B.B_AUTHORIZATION,
        "Progress notes of two years",
        "Application for life insurance",
    ),
    Past(
        "Park",
        100,
        CLINIC,
        R.PROVIDER,
        B.B_AUTHORIZATION,
        "Treatment summary and medication",
        "Treatment by the family doctor",
    ),
    Past("Park", 820, COURT, R.COURT, B.B_COURT_ORDER, "Attendance dates in spring", "Order in case 24-D-118", ORDER),
    Past(
        "Okonkwo-Fairbanks",
        640,
        ("Okonkwo-Fairbanks, Marguerite", "310 South Walnut Street"),
        R.PATIENT,
        B.B_TO_INDIVIDUAL,
        "Copy of her chart",
        "She asked for it",
    ),
    Past("Haddad", 130, PLAN, R.PAYER, B.B_PAYMENT, "Dates and codes for the claim", "Payment of a claim"),
    Past("Raghunathan", 75, PLAN, R.PAYER, B.B_PAYMENT, "Dates and codes for the claim", "Payment of a claim"),
    Past(
        "Villarreal",
        33,
        ("Emergency room, St. Brendan Hospital", "800 E. Carpenter Street, Springfield, IL 62769"),
        R.PROVIDER,
        B.B_TREATMENT,
        "Diagnosis and medication",
        "Emergency treatment",
        {"emergency": True, "method": Method.SPOKEN},
    ),
    Past(
        "Vance",
        420,
        BOARD,
        R.AGENCY,
        B.B_OVERSIGHT,
        "Session dates and treatment plan",
        "Audit of the practice, reference 25-7",
    ),
    Past("Pym", 1500, COURT, R.COURT, B.B_COURT_ORDER, "Session dates", "Order in case 22-F-9", ORDER),
)

MONTHS = 10  # of the audit that an accounting may give in summary


def fill_disclosures(demo: Demo, authorizations: dict[str, Authorization]) -> None:
    """Enter them oldest first, then the suspensions and the correction."""
    audit = [
        Past(
            "Abernathy",
            40 + 30 * month,
            MEDICAID,
            R.AGENCY,
            B.B_OVERSIGHT,
            "Session dates and treatment plan",
            "Program audit 14",
        )
        for month in range(MONTHS)
    ]
    for past in sorted((*PAST, *audit), key=lambda one: -one.ago):
        _enter(demo, past, _ground(past, authorizations))
    _notes_on_authorization(demo, authorizations["abernathy_notes"])
    _suspend_and_correct(demo)
    sign_checkpoint()
    verify_ledger(by=None)


def _ground(past: Past, authorizations: dict[str, Authorization]) -> Authorization | None:
    if past.basis != B.B_AUTHORIZATION:
        return None
    by_family = {"Lindqvist": "lindqvist_chart", "Tallchief": "tallchief_insurer", "Park": "park_clinic"}
    return authorizations[by_family[past.family]]


def _enter(demo: Demo, past: Past, authorization: Authorization | None) -> Release:
    more = dict(past.more)
    facts = {fact.key: "On file" for fact in chart_facts(past.basis)}
    release = Release(
        record_class=RecordClass.CHART,
        patient=demo.patients[past.family],
        basis=past.basis,
        authorization=authorization,
        facts=facts,
        recipient_name=past.to[0],
        recipient_kind=past.kind,
        recipient_address=past.to[1],
        identity_verified="Known to the practice" if past.basis != B.B_IMPERMISSIBLE else "",
        purpose=past.why,
        description=past.what,
        method=more.pop("method", Method.MAIL),
        disclosed_on=demo.day - timedelta(days=past.ago),
        **more,
    )
    return record_past_disclosure(by=demo.staff["compliance"], release=release)[0]


def _notes_on_authorization(demo: Demo, authorization: Authorization) -> None:
    """Psychotherapy notes to a lawyer: exempt by the rule, listed by the practice's policy P-02; entered by their author."""
    author = demo.therapist_of("Abernathy")
    release = Release(
        record_class=RecordClass.PN,
        patient=demo.patients["Abernathy"],
        basis=B.B_AUTHORIZATION,
        authorization=authorization,
        recipient_name=LAWYERS[0],
        recipient_kind=R.ATTORNEY,
        recipient_address=LAWYERS[1],
        identity_verified="Known to the practice",
        purpose="Contest of a will",
        description="Psychotherapy notes, sessions of March to May 2025",
        method=Method.MAIL,
        smallest_set_confirmed=True,
        disclosed_on=demo.day - timedelta(days=550),
    )
    record_past_disclosure(by=author, release=release, dated=_days(release.disclosed_on), author=author)


def _days(last: date | None) -> tuple[date, ...]:
    return (last - timedelta(days=60), last) if last else ()


def _suspend_and_correct(demo: Demo) -> None:
    compliance = demo.staff["compliance"]
    board = _entry(demo, "Abernathy", BOARD[0])
    said_on = demo.day - timedelta(days=148)
    suspend(
        by=compliance,
        entry_id=board.pk,
        statement=Suspension(SuspensionKind.SUSP_WRITTEN, said_on, said_on, until=demo.day + timedelta(days=120)),
        agency=BOARD[0],
        official="Investigator P. Lang",
        reference="BP-26-041",
    )
    _correct(compliance, _entry(demo, "Haddad", PLAN[0]), "Dates and codes of two sessions for the claim")


def _correct(by: Staff, old: Entry, description: str) -> None:
    public = json.loads(old.body)
    given = Particulars(
        disclosed_on=old.disclosed_on or date.min,
        recipient=Recipient(public["recipient"]["name"], public["recipient"]["type"], public["recipient"]["address"]),
        description=description,
        purpose=public["purpose"],
        basis=Basis(old.basis),
        record_classes=tuple(public["record_classes"]),
        includes_pn=False,
        method=public["method"],
    )
    supersede(by=by, entry_id=old.pk, reason="The claim named two sessions, not one", replacement=given)


def _entry(demo: Demo, family: str, recipient: str) -> Entry:
    return Entry.objects.filter(patient=demo.patients[family], body__contains=recipient).order_by("-index")[0]
