"""Care relationships open charts, and nothing else does."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people import actions, tasks
from practice.people.models import CareRelationship, Patient, PatientPermission, Staff
from practice.people.policies import may_open_chart, open_chart, open_patient
from practice.people.rules import CareRole, Role
from tests.everybody import make_staff, noon

SignedIn = Callable[[Staff], Client]
ROOT = Path(__file__).resolve().parents[2]


class TestGiving:
    def test_front_desk_gives_cover_and_it_ends_by_itself(self, dana: Staff, osei: Staff, lindqvist: Patient) -> None:
        last = today() + timedelta(days=3)
        actions.start_care(
            by=dana, patient=lindqvist, staff=osei, role=CareRole.COVERING, from_on=today(), until_on=last
        )
        assert may_open_chart(osei, lindqvist)
        with time_machine.travel(noon(last + timedelta(days=1))):
            assert not may_open_chart(osei, lindqvist)
            assert actions.drop_ended_permissions() == 1
        assert not PatientPermission.objects.filter(user=osei).exists()

    def test_what_begins_tomorrow_opens_nothing_today(self, dana: Staff, osei: Staff, lindqvist: Patient) -> None:
        tomorrow = today() + timedelta(days=1)
        actions.start_care(by=dana, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=tomorrow)
        assert not may_open_chart(osei, lindqvist)

    def test_the_treating_clinician_brings_in_a_colleague(self, hale: Staff, osei: Staff, lindqvist: Patient) -> None:
        actions.start_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
        assert may_open_chart(osei, lindqvist)

    @pytest.mark.parametrize("name", ["osei", "brook"])
    def test_strangers_to_the_care_and_administrators_give_nothing(
        self, name: str, osei: Staff, lindqvist: Patient, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises(Refused) as caught:
            actions.start_care(
                by=request.getfixturevalue(name),
                patient=lindqvist,
                staff=osei,
                role=CareRole.TREATING,
                from_on=today(),
            )
        assert caught.value.refusal.code == "CARE_NOT_YOURS_TO_GIVE"

    def test_nobody_gives_themselves_a_chart_that_somebody_else_treats(self, solo: Staff, lindqvist: Patient) -> None:
        with pytest.raises(Refused) as caught:
            actions.start_care(by=solo, patient=lindqvist, staff=solo, role=CareRole.TREATING, from_on=today())
        assert caught.value.refusal.code == "CARE_SELF"

    def test_ending_somebodys_care_is_no_way_into_their_chart(
        self, solo: Staff, hale: Staff, lindqvist: Patient
    ) -> None:
        care = lindqvist.care_relationships.get()
        with pytest.raises(Refused) as caught:
            actions.end_care(by=solo, care=care, until_on=today() - timedelta(days=200))
        assert caught.value.refusal.code == "CARE_ENDS_LONG_AGO"
        actions.end_care(by=solo, care=care, until_on=today() - timedelta(days=1))
        with pytest.raises(Refused) as caught:
            actions.start_care(by=solo, patient=lindqvist, staff=solo, role=CareRole.TREATING, from_on=today())
        assert caught.value.refusal.code == "CARE_SELF"
        assert not may_open_chart(solo, lindqvist)

    def test_in_a_solo_practice_one_takes_on_ones_own_patients(self, solo: Staff) -> None:
        patient = Patient.objects.create(number=1, legal_name="A", sort_name="A", opened_on=today())
        actions.start_care(by=solo, patient=patient, staff=solo, role=CareRole.TREATING, from_on=today())
        assert may_open_chart(solo, patient)

    def test_an_administrator_cannot_be_given_a_chart(self, dana: Staff, brook: Staff, lindqvist: Patient) -> None:
        with pytest.raises(Refused):
            actions.start_care(by=dana, patient=lindqvist, staff=brook, role=CareRole.TREATING, from_on=today())

    def test_a_trainee_needs_a_supervisor_of_the_treatment_first(self, dana: Staff, lindqvist: Patient) -> None:
        trainee = make_staff("kim", "Kim Lane", Role.TRAINEE)
        boss = make_staff("boss", "Bo Sand", Role.SUPERVISOR)

        def add_trainee() -> None:
            actions.start_care(by=dana, patient=lindqvist, staff=trainee, role=CareRole.TRAINEE, from_on=today())

        with pytest.raises(Refused):
            add_trainee()
        actions.start_care(by=dana, patient=lindqvist, staff=boss, role=CareRole.SUPERVISOR, from_on=today())
        add_trainee()
        assert may_open_chart(trainee, lindqvist)
        actions.end_care(
            by=dana, care=lindqvist.care_relationships.get(staff=boss), until_on=today() - timedelta(days=1)
        )
        assert not may_open_chart(trainee, lindqvist)  # alone again

    def test_the_same_twice_is_refused_in_words(self, dana: Staff, hale: Staff, lindqvist: Patient) -> None:
        since = lindqvist.opened_on
        with pytest.raises(Refused) as caught:
            actions.start_care(by=dana, patient=lindqvist, staff=hale, role=CareRole.TREATING, from_on=since)
        assert caught.value.refusal.code == "CARE_ALREADY"

    def test_the_page_gives_it_and_says_what_is_missing(
        self, dana: Staff, osei: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client, url = signed_in(dana), reverse("care-new", args=[lindqvist.pk])
        form = {"staff": str(osei.pk), "role": "covering", "from_on": today().isoformat()}
        assert b"Cover needs a last day" in client.post(url, form).content
        client.post(url, form | {"until_on": today().isoformat()})
        assert may_open_chart(osei, lindqvist)


class TestEnding:
    def test_ending_today_closes_the_chart_at_once(self, dana: Staff, hale: Staff, lindqvist: Patient) -> None:
        actions.end_care(by=dana, care=lindqvist.care_relationships.get(), until_on=today())
        assert not may_open_chart(hale, lindqvist)

    def test_another_relationship_keeps_it_open(self, dana: Staff, hale: Staff, lindqvist: Patient) -> None:
        first = lindqvist.care_relationships.get()
        actions.start_care(by=dana, patient=lindqvist, staff=hale, role=CareRole.TREATING, from_on=today())
        actions.end_care(by=dana, care=first, until_on=today())
        assert may_open_chart(hale, lindqvist)

    def test_what_has_not_begun_is_called_off(
        self, dana: Staff, osei: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        later = today() + timedelta(days=9)
        care = actions.start_care(by=dana, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=later)
        signed_in(dana).post(reverse("care-end", args=[lindqvist.pk, care.pk]))
        with time_machine.travel(noon(later)):
            assert not may_open_chart(osei, lindqvist)
        assert not PatientPermission.objects.filter(user=osei).exists()

    def test_an_end_moves_earlier_only(self, dana: Staff, lindqvist: Patient) -> None:
        care = lindqvist.care_relationships.get()
        soon = today() + timedelta(days=5)
        actions.end_care(by=dana, care=care, until_on=soon)
        with pytest.raises(Refused):
            actions.end_care(by=dana, care=care, until_on=soon + timedelta(days=1))

    def test_a_clinician_leaves_a_care_but_ends_nobody_elses(
        self, hale: Staff, osei: Staff, lindqvist: Patient
    ) -> None:
        care = lindqvist.care_relationships.get()
        with pytest.raises(Refused):
            actions.end_care(by=osei, care=care, until_on=today())
        actions.end_care(by=hale, care=care, until_on=today())
        assert not may_open_chart(hale, lindqvist)

    def test_the_database_lets_only_the_last_day_change(self, lindqvist: Patient, osei: Staff) -> None:
        care = lindqvist.care_relationships.get()
        for change in ({"staff": osei}, {"from_on": date(2000, 1, 1)}, {"role": CareRole.SUPERVISOR}):
            with pytest.raises(DatabaseError), transaction.atomic():
                CareRelationship.objects.filter(pk=care.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            care.delete()


class TestDoorways:
    def test_a_clinician_without_a_relationship_is_told_who_can_help(
        self, osei: Staff, dana: Staff, castellanos: Staff, lindqvist: Patient
    ) -> None:
        with pytest.raises(Refused) as caught:
            open_chart(osei, lindqvist.pk)
        refusal = caught.value.refusal
        assert "Dana Whitlock" in refusal.remedy and "M. Castellanos" in refusal.remedy
        assert "Lindqvist" not in refusal.words + refusal.remedy

    @pytest.mark.parametrize("name", ["dana", "castellanos", "brook"])
    def test_everybody_else_finds_no_chart(self, name: str, lindqvist: Patient, request: pytest.FixtureRequest) -> None:
        with pytest.raises(Http404):
            open_chart(request.getfixturevalue(name), lindqvist.pk)

    def test_the_compliance_officer_opens_a_chart_for_a_request_and_it_is_kept(
        self, castellanos: Staff, lindqvist: Patient
    ) -> None:
        reason = "release:7c9e6679-7425-40de-944b-e07fc1f90ae7"
        assert open_chart(castellanos, lindqvist.pk, reason=reason) == lindqvist
        assert AuditEntry.objects.get(actor=castellanos, event="viewed").detail == reason
        with pytest.raises(ValueError, match="a code and an id"):
            open_chart(castellanos, lindqvist.pk, reason="because Tobias asked")

    @pytest.mark.parametrize("name", ["dana", "brook", "osei"])
    def test_a_reason_opens_a_chart_to_nobody_else(
        self, name: str, lindqvist: Patient, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises((Http404, Refused)):
            open_chart(
                request.getfixturevalue(name), lindqvist.pk, reason="release:7c9e6679-7425-40de-944b-e07fc1f90ae7"
            )

    @pytest.mark.parametrize(("name", "opens"), [("hale", True), ("dana", True), ("osei", False), ("brook", False)])
    def test_every_look_and_every_refusal_is_recorded(
        self, name: str, opens: bool, lindqvist: Patient, request: pytest.FixtureRequest
    ) -> None:
        staff = request.getfixturevalue(name)
        if opens:
            open_patient(staff, lindqvist.pk)
        else:
            with pytest.raises(Http404):
                open_patient(staff, lindqvist.pk)
        entry = AuditEntry.objects.get(actor=staff, event__in=["viewed", "refused"])
        assert (entry.outcome == "done") is opens
        assert entry.object_pk == str(lindqvist.pk)

    def test_the_permission_is_written_in_one_place(self) -> None:
        writes = re.compile(r"PatientPermission\.objects\.(get_or_|bulk_|update_or_)?create|assign_perm|remove_perm")
        found = [
            str(path.relative_to(ROOT))
            for top in ("practice", "records", "authorizations", "disclosures")
            for path in (ROOT / top).rglob("*.py")
            if writes.search(path.read_text())
        ]
        assert found == ["practice/people/actions/care.py"]


def test_the_daily_work_takes_away_what_is_over_and_leaves_the_rest(
    dana: Staff, hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    actions.start_care(
        by=dana, patient=lindqvist, staff=osei, role=CareRole.COVERING, from_on=today(), until_on=today()
    )
    with time_machine.travel(noon(today() + timedelta(days=1))):
        tasks.drop_ended()
        tasks.clear_ended()
    assert list(PatientPermission.objects.values_list("user__username", flat=True)) == ["hale"]
