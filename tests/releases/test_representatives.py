"""Who acts for the patient is asked of the record each time, not of what somebody typed (164.502(g), R-145)."""

from datetime import date, timedelta

import pytest

from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.rules import RecipientKind
from practice.infrastructure.days import today
from practice.people.actions.representatives import add_representative, add_representative_paper, decline_representative
from practice.people.rules import RepresentativeKind
from tests.authorizations.papers import SCAN

from .conftest import draft_of, note_keys

pytestmark = pytest.mark.django_db
APPOINTED = {"authority": "Power of attorney of 2024", "from_on": today() - timedelta(days=400)}


def prepare(hale, dana, chart, name):
    draft = draft_of(
        chart, None, basis=Basis.B_TO_INDIVIDUAL, recipient_name=name, authority="Letters seen",
        recipient_kind=RecipientKind.REPRESENTATIVE,
    )  # fmt: skip
    return actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)


def told(dana, chart, days_ago):
    """Whether the gate carries what Karl Lindqvist was told so many days ago."""
    release = draft_of(
        chart, None, basis=Basis.B_TO_INDIVIDUAL, recipient_name="Karl Lindqvist", authority="Letters seen",
        recipient_kind=RecipientKind.REPRESENTATIVE, disclosed_on=today() - timedelta(days=days_ago),
        description="When the next session is",
    )  # fmt: skip
    return actions.record_past_disclosure(by=dana, release=release)[1].allowed


def test_whom_a_clinician_declined_to_recognize_is_handed_nothing(hale, dana, chart, pdf):
    karl = add_representative(
        by=dana, patient=chart, name="Karl Lindqvist", kind=RepresentativeKind.HEALTH_CARE_AGENT, **APPOINTED
    )  # fmt: skip

    with pytest.raises(GateRefused, match=r"^PR_NO_DOCUMENT$"):
        prepare(hale, dana, chart, "Karl Lindqvist")
    assert told(dana, chart, 0), "it happened, and the authority was there"
    add_representative_paper(by=dana, representative=karl, paper=SCAN)
    release = prepare(hale, dana, chart, "Karl Lindqvist")
    actions.approve_release(by=hale, release_id=release.pk, keep=[str(item.pk) for item in release.items.all()])
    actions.commit_release(by=dana, release_id=release.pk)
    decline_representative(by=hale, representative=karl, reason="Reasonable belief of abuse")
    assert told(dana, chart, 1) and not told(dana, chart, 0), "what Karl was told before the decision stays as it was"
    with pytest.raises(GateRefused, match=r"^PR_DECLINED$"):  # entered already, and nothing given out yet
        actions.deliver(by=dana, release_id=release.pk)
    with pytest.raises(GateRefused, match=r"^PR_DECLINED$"):
        prepare(hale, dana, chart, "Karl Lindqvist")
    with pytest.raises(GateRefused, match=r"^PR_NOT_ON_RECORD$"):
        prepare(hale, dana, chart, "Carl Lindqvist")
    for name in ("Karl Lindqvist", "K. Lindqvist"):  # entered once more, by somebody who does not decide this
        add_representative(by=dana, name=name, kind=RepresentativeKind.OTHER_PR, patient=chart, **APPOINTED)
        with pytest.raises(GateRefused, match=r"^PR_DECLINED$"):
            prepare(hale, dana, chart, name)
        with pytest.raises(GateRefused, match=r"^PR_DECLINED$"):
            actions.deliver(by=dana, release_id=release.pk)


def test_who_acted_for_the_child_is_handed_nothing_of_the_grown_patient(hale, dana, chart):
    for kind in (RepresentativeKind.GUARDIAN, RepresentativeKind.OTHER_PR):
        aunt = add_representative(
            by=dana, patient=chart, name=f"Maj {kind}", kind=kind, authority="Order of 2001", from_on=date(2001, 5, 1)
        )
        add_representative_paper(by=dana, representative=aunt, paper=SCAN)
        with pytest.raises(GateRefused, match=r"^PR_OF_A_MINOR$"):
            prepare(hale, dana, chart, aunt.name)
