"""The practice's own forms, approved by counsel, and two authorizations prepared from them that wait for a signature."""

from datetime import timedelta

from authorizations.actions.forms import prepare_authorization, record_review, tend_form_reviews
from authorizations.models import FormVersion
from authorizations.rules import PnScope, RecordClass
from authorizations.rules.form_versions import FormKind, ReviewOutcome
from authorizations.rules.preparing import InfoKind

from .agreements import CLINIC, LAWYERS
from .practice import Demo

# how many days ago counsel answered: the second form is due for its yearly review
ANSWERED = {FormKind.PN: 200, FormKind.RECORDS: 345}


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
