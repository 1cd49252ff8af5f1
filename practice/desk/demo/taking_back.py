"""Authorizations that patients of the demo took back: one followed to its end, one that came in today."""

from datetime import timedelta

from django.utils import timezone

from authorizations.actions import record_revocation
from authorizations.actions.taking_back import record_told
from authorizations.models import Authorization, AuthorizationEvent
from authorizations.rules import EventKind
from disclosures.releases.actions.taking_back import make_letter, record_letter_sent
from disclosures.releases.rules import RecipientKind

from .practice import Demo
from .releases import _approved


def fill_taken_back(demo: Demo, authorizations: dict[str, Authorization]) -> None:
    """Call after the releases: what was handed over before is listed, what waits is blocked."""
    desk = demo.staff["frontdesk"]
    done = AuthorizationEvent.objects.get(
        kind=EventKind.WRITTEN_REVOCATION, authorization__patient=demo.patients["Al-Zahrani"]
    )
    for notice in done.notices.all():
        record_told(
            by=desk,
            authorization=done.authorization,
            notice_id=notice.pk,
            told_on=demo.day - timedelta(days=8),
            how="Called, and sent a note by fax",
        )
    letter = make_letter(by=desk, event=done)
    record_letter_sent(by=desk, letter_id=letter.pk, sent_on=demo.day, how="By mail")
    school = authorizations["villarreal_school"]
    _approved(demo, "Villarreal", school, RecipientKind.OTHER, documents=1)
    record_revocation(
        by=desk, authorization=school, written=True, received_at=timezone.now(), how="The signed form, handed in"
    )
