"""Two forms that end with one event end together, once the practice knows of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from authorizations import actions, queries
from authorizations.models import Authorization
from authorizations.rules import AuthorizationStatus
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff

from .conftest import Record
from .pages import words

EVENT: dict[str, Any] = {"expires_on": None, "expires_event_relates": True, "expires_event": "When my claim is decided"}
CHART: dict[str, Any] = {"record_classes": ["CHART"], "pn_scope": "", "pn_originator": None}
GIVEN = {"on": today().isoformat(), "how": "Letter of the lawyer"}


def status(row: Authorization) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(row.pk), today()).status


@pytest.fixture
def split(authorized: Record) -> tuple[Authorization, Authorization]:
    """Psychotherapy notes and chart records, on two forms that end with one event."""
    return authorized(**EVENT), authorized(**EVENT | CHART | {"expires_event": "when my claim is decided."})


def test_an_event_that_ends_two_forms_is_recorded_on_both_in_one_step(
    desk: Client, split: tuple[Authorization, Authorization], authorized: Record
) -> None:
    one, twin = split
    other = authorized(**EVENT | {"expires_event": "When my case is over"})
    page = words(desk.get(reverse("authorization-event-known", args=[one.pk])))
    assert "When my claim is decided" in page, "which event is meant"
    assert f'value="{twin.pk}"' in page and str(other.pk) not in page
    assert "checked" in page.split(f'value="{twin.pk}"')[1].split(">")[0]
    page = words(
        desk.post(reverse("authorization-event-known", args=[one.pk]), GIVEN | {"also": [str(twin.pk)]}, follow=True)
    )
    assert "Recorded on 2 authorizations." in page
    assert f"{reverse('authorization-prepare', args=[one.patient_id])}?from={one.pk}" in page, "the way to a new form"
    assert {status(one), status(twin)} == {AuthorizationStatus.EXPIRED_EVENT}
    assert status(other) == AuthorizationStatus.ACTIVE


def test_a_form_that_is_unticked_because_it_means_another_event_stays(
    desk: Client, split: tuple[Authorization, Authorization]
) -> None:
    one, twin = split
    desk.post(reverse("authorization-event-known", args=[one.pk]), GIVEN)
    assert (status(one), status(twin)) == (AuthorizationStatus.EXPIRED_EVENT, AuthorizationStatus.ACTIVE)


def test_the_event_is_recorded_on_all_of_the_forms_or_on_none(
    split: tuple[Authorization, Authorization], dana: Staff
) -> None:
    one, twin = split
    actions.record_event_known(by=dana, authorization=twin, known_on=today(), how="Call")
    with pytest.raises(Refused):
        actions.record_event_known(by=dana, authorization=one, known_on=today(), how="Letter", also=[twin])
    assert status(one) == AuthorizationStatus.ACTIVE
    assert queries.ended_by_the_same(one, today(), dana) == []


def test_an_event_is_recorded_on_no_form_of_another_patient_or_another_event(
    split: tuple[Authorization, Authorization], authorized: Record, dana: Staff, abernathy: Patient
) -> None:
    one, _ = split
    for stranger in (
        authorized(**EVENT | {"expires_event": "When my case is over"}),
        Authorization(patient=abernathy, expires_event=one.expires_event),
    ):
        with pytest.raises(Refused) as caught:
            actions.record_event_known(by=dana, authorization=one, known_on=today(), how="Letter", also=[stranger])
        assert caught.value.refusal.code == "EVENT_OF_ANOTHER"
    assert status(one) == AuthorizationStatus.ACTIVE
