"""The practice's own forms, approved by counsel, and two authorizations prepared from them that wait for a signature."""

import math
from datetime import timedelta

from authorizations.actions.forms import prepare_authorization, record_review, tend_form_reviews
from authorizations.actions.signing import Client, Mark, sign
from authorizations.documents.signing import text_to_sign
from authorizations.models import Authorization, FormVersion
from authorizations.queries.signing import signer_of
from authorizations.rules import PnScope, RecordClass
from authorizations.rules.choices import IdentityCheck, SignatureWay
from authorizations.rules.form_versions import FormKind, ReviewOutcome
from authorizations.rules.preparing import InfoKind

from .agreements import CLINIC, LAWYERS
from .practice import Demo

# how many days ago counsel answered: the second form is due for its yearly review
ANSWERED = {FormKind.PN: 200, FormKind.RECORDS: 345}

# a signature as a finger draws it: loops along a slanting line
SCRIBBLE: list[list[tuple[float, float]]] = [
    [
        (
            60 + 4.2 * step + 22 * math.cos(step / 2.3),
            100 - 0.25 * step + (34 if step < 40 else 20) * math.sin(step / 1.7),
        )
        for step in range(100)
    ],
    [(70, 150), (500, 132)],
]


def fill_forms(demo: Demo) -> None:
    """Both forms in use, one soon due for its review; one prepared form for notes, one for the chart."""
    officer, desk = demo.staff["compliance"], demo.staff["frontdesk"]
    for kind, days_ago in ANSWERED.items():
        record_review(
            by=officer,
            version=FormVersion.objects.get(kind=kind),
            outcome=ReviewOutcome.APPROVED,
            counsel="Laurel Whitcomb, Whitcomb & Dray",
            reviewed_on=demo.day - timedelta(days=days_ago),
            file_note="Her letter of that day, counsel folder",
        )
    tend_form_reviews(demo.day)
    ends = demo.day + timedelta(days=180)
    prepare_authorization(
        by=desk,
        patient=demo.patients["Vance"],
        record_classes=[RecordClass.PN],
        pn_scope=PnScope.ALL_BY_ORIGINATOR,
        pn_originator=demo.therapist_of("Vance"),
        recipient_name=LAWYERS[0],
        recipient_address=LAWYERS[1],
        purpose="My claim for the accident at work",
        expires_on=ends,
    )
    prepare_authorization(
        by=desk,
        patient=demo.patients["Weiss"],
        record_classes=[RecordClass.CHART, RecordClass.BILLING],
        info_kinds=[InfoKind.NOTES, InfoKind.DIAGNOSES, InfoKind.MEDICATION],
        recipient_name=CLINIC[0],
        recipient_address=CLINIC[1],
        purpose="Treatment by my family doctor",
        individual_initiated=True,
        expires_on=ends,
        expires_event="When I change to another family doctor",
        expires_event_relates=True,
    )
    _to_sign(demo)


def _to_sign(demo: Demo) -> None:
    """A form that waits for its signature, for a grown patient and for a child, and one signed on the screen today."""
    for family in ("Lindqvist", "Ferreira"):
        _for_the_doctor(demo, family)
    signed, desk = _for_the_doctor(demo, "Park"), demo.staff["frontdesk"]
    sign(
        by=desk,
        authorization=signed,
        way=SignatureWay.TABLET,
        signer=signer_of(signed, None, demo.day),
        mark=Mark(drawn=SCRIBBLE, width=600, height=190),
        intent=True,
        consent_electronic=True,
        identity_checked_by=desk,
        identity_how=IdentityCheck.PHOTO_ID,
        document_sha256=text_to_sign(signed).sha256,
        client=Client("127.0.0.1", "Demo tablet"),
    )


def _for_the_doctor(demo: Demo, family: str) -> Authorization:
    return prepare_authorization(
        by=demo.staff["frontdesk"],
        patient=demo.patients[family],
        record_classes=[RecordClass.CHART],
        info_kinds=[InfoKind.NOTES, InfoKind.SESSIONS, InfoKind.DIAGNOSES],
        recipient_name=CLINIC[0],
        recipient_address=CLINIC[1],
        purpose="Treatment by the family doctor",
        expires_on=demo.day + timedelta(days=365),
    )
