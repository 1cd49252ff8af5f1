"""A paper is one paper however often its record is corrected here: taking it back finds what left before (R-053)."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from authorizations.actions import correct_authorization
from authorizations.forms.recording import initial_of
from authorizations.queries import corrected_by, same_paper
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.taking_back import make_letter
from disclosures.releases.models import Reliance
from disclosures.releases.queries.taking_back import stopped_under
from practice.infrastructure.days import today
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from .conftest import LAWYER
from .test_reliance import joint, theirs  # noqa: F401  # fixtures
from .test_taking_back import handed_over, listed, revoke, text_of

pytestmark = pytest.mark.django_db


def correct(row, by, **changes):
    given = {key: value for key, value in initial_of(row).items() if key != "received_on"}
    return correct_authorization(by=by, authorization=row, why="a typing mistake", **given | changes)


def test_what_left_before_its_authorization_was_corrected_is_found_told_and_named_in_the_letter(approved, dana):
    release = handed_over(approved(), dana)
    once = correct(release.authorization, dana, recipient_name="Alvarez & Stone LLP")
    event = revoke(correct(once, dana, purpose="Custody case 24-D-119"), dana)
    (one,) = listed(event)
    assert (one.release, one.recipient, one.late) == (release, LAWYER, False)
    assert LAWYER in event.notices.values_list("recipient_name", flat=True), "who has it, whatever the record says now"
    letter = make_letter(by=dana, event=event)
    said = text_of(bytes(letter.pdf))
    assert letter.listed == 1 and LAWYER in said and "Nothing had been given out under it" not in said


def test_what_waited_when_its_authorization_was_corrected_is_stopped_by_the_revocation(
    approved, dana, signed_in, monkeypatch
):
    release = approved()
    event = revoke(correct(release.authorization, dana), dana)
    (stopped,) = stopped_under(event.authorization, dana)
    assert stopped.release == release
    assert not Task.objects.filter(
        kind=TaskKind.RELEASE_HAND_OVER, subject_id=release.pk, state=TaskState.OPEN
    ).exists()
    package = SimpleNamespace(
        id=uuid4(), authorization_id=release.authorization.pk, waiting=True, speaks_of={}, items=[], own_ground=None,
        recipient_name=LAWYER, description="",
    )  # fmt: skip
    monkeypatch.setattr("records.psychotherapy.vault.packages_awaiting_hand_over", lambda staff: [package])
    assert [one.package for one in stopped_under(event.authorization, dana)] == [None, package.id], "sealed or not"
    monkeypatch.undo()
    page = signed_in(dana).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "It cannot be handed over any more." in page


def test_what_rested_on_anothers_authorization_is_found_once_when_that_one_was_corrected(joint, theirs, dana):  # noqa: F811
    handed_over(joint, dana)
    corrected = correct(theirs, dana)
    actions.deliver(by=dana, release_id=joint.pk)  # printed again, under the record in use
    assert Reliance.objects.filter(given_out=True).count() == 2
    event = revoke(corrected, dana)
    (one,) = listed(event)
    assert (one.release, one.joint) == (joint, (today() - timedelta(days=9),))
    assert one.at == Reliance.objects.filter(given_out=True).earliest("at").at, "when it left, not when it was repeated"
    assert list(event.notices.values_list("recipient_name", flat=True)) == [LAWYER]


@pytest.mark.parametrize("committed", [False, True])
def test_what_waited_for_anothers_authorization_is_stopped_whatever_was_corrected_in_it(joint, theirs, dana, committed):  # noqa: F811
    if committed:
        actions.commit_release(by=dana, release_id=joint.pk)
    event = revoke(correct(theirs, dana, recipient_name="Somebody else"), dana)
    (stopped,) = stopped_under(event.authorization, dana)
    assert stopped.release == joint and listed(event) == []
    with pytest.raises(GateRefused):
        handed_over(joint, dana) if not committed else actions.deliver(by=dana, release_id=joint.pk)


def test_a_form_made_from_an_earlier_one_is_a_paper_of_its_own(approved, paper, dana, django_assert_num_queries):
    release = handed_over(approved(), dana)
    first = release.authorization
    before, corrected = paper(prepared_from=first), correct(first, dana)
    after = paper(prepared_from=first)
    assert corrected_by(first) == corrected
    last = correct(correct(corrected, dana), dana)
    assert listed(revoke(before, dana)) == [] == listed(revoke(after, dana))
    with django_assert_num_queries(1):
        assert len(same_paper(last)) == 4
    assert [one.release for one in listed(revoke(last, dana))] == [release]
