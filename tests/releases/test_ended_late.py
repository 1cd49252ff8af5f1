"""What the practice knew and recorded late: what left in between is looked at, and what left before is left alone."""

from datetime import timedelta

import pytest

from authorizations.actions import correct_authorization, record_event_known, record_known_false
from disclosures.releases import actions
from practice.infrastructure.days import today
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from .conftest import draft_of

pytestmark = pytest.mark.django_db
LEFT = today() - timedelta(days=5)


@pytest.fixture
def left(dana, lindqvist):
    """`left(form)`: what was handed over under an authorization five days ago, as it was recorded."""

    def make(form, **changes):
        release = draft_of(lindqvist, form, disclosed_on=LEFT, description="Progress notes of May", **changes)
        return actions.record_past_disclosure(by=dana, release=release)[0]

    return make


def looked_at(release):
    """Whether the compliance officer is asked to look at it."""
    return Task.objects.filter(
        kind=TaskKind.INCIDENT_REVIEW, subject_id=release.pk, state=TaskState.OPEN, role="compliance_officer"
    ).exists()


@pytest.mark.parametrize(("days_before", "asked"), [(1, True), (0, True), (-1, False)])
@pytest.mark.parametrize("known", ["the event", "it is false"])
def test_w16_what_left_on_or_after_the_day_the_practice_knew_goes_to_the_compliance_officer(
    paper, left, dana, known, days_before, asked
):
    form = paper(expires_on=None, expires_event="The judgment in my case", expires_event_relates=True)
    release = left(form)
    assert not looked_at(release)
    day = LEFT - timedelta(days=days_before)
    if known == "the event":
        record_event_known(by=dana, authorization=form, known_on=day, how="The patient told Dr. Hale")
    else:
        record_known_false(by=dana, authorization=form, known_on=day, what="The case number is another person's")
    assert looked_at(release) is asked


# what the paper said after all, and whether what left was outside it
CORRECTED = [
    ({"expires_on": LEFT - timedelta(days=1)}, True),
    ({"expires_on": LEFT}, False),
    ({"recipient_name": "Dr. Ines Falk"}, True),
    ({"discloser": "County Hospital"}, True),
    ({"stmt_redisclosure": False}, True),
    ({"signed_on": LEFT + timedelta(days=1)}, True),
    ({"recipient_address": "14 Court Street, Springfield"}, False),
]


@pytest.mark.parametrize(("said", "outside"), CORRECTED)
def test_what_left_under_a_record_that_was_entered_wrongly_is_weighed_by_the_corrected_one(
    paper, left, dana, said, outside
):
    wrong = paper(signed_on=LEFT - timedelta(days=10))
    release = left(wrong)
    names = ("record_classes", "info_description", "discloser", "recipient_name", "recipient_address", "purpose",
             "expires_on", "signature_method", "signed_on", "signer_role", "signer_name", "stmt_revocation",
             "stmt_conditioning", "stmt_redisclosure")  # fmt: skip
    correct_authorization(
        by=dana, authorization=wrong, why="Mistyped", **{name: getattr(wrong, name) for name in names} | said
    )
    assert looked_at(release) is outside
