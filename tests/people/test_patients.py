"""Patients: taken on, changed, closed, never removed; who sees whom."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.forms import Form
from django.test import Client
from django.urls import reverse

from practice.infrastructure.databases.owner import as_owner
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people import actions
from practice.people.forms import patients as forms
from practice.people.models import CareRelationship, Patient, PatientAddress, Staff
from practice.people.policies import may_open_chart, patients_visible_to
from practice.people.queries import letter_address, representatives
from practice.people.rules import AddressUse, CareRole, Details, RepresentativeKind
from tests.everybody import make_patient

SignedIn = Callable[[Staff], Client]
NEW = {"given_names": "Ana Lucía", "family_name": "Ferreira", "birth_date": "2009-12-30"}
DETAILS = Details(given_names="Ana Lucía", family_name="Ferreira", birth_date=date(2009, 12, 30))


class TestTakingOn:
    def test_front_desk_takes_on_a_patient_for_a_clinician(
        self, dana: Staff, hale: Staff, osei: Staff, signed_in: SignedIn
    ) -> None:
        answer = signed_in(dana).post(reverse("patient-new"), NEW | {"treating": str(hale.pk)})
        patient = Patient.objects.get(legal_name="Ana Lucía Ferreira")
        assert answer.url == reverse("patient-details", args=[patient.pk])
        assert patient.sort_name == "Ferreira, Ana Lucía"
        assert may_open_chart(hale, patient)
        assert not may_open_chart(osei, patient)
        assert not may_open_chart(dana, patient)

    def test_a_clinician_who_takes_on_a_patient_treats_them(self, hale: Staff) -> None:
        assert may_open_chart(hale, actions.open_new_patient(by=hale, details=DETAILS))

    def test_a_clinician_does_not_take_on_patients_for_others(self, hale: Staff, osei: Staff) -> None:
        with pytest.raises(Refused):
            actions.open_new_patient(by=hale, details=DETAILS, treating=osei)

    def test_numbers_follow_the_highest_and_are_never_given_twice(self, dana: Staff, lindqvist: Patient) -> None:
        first = actions.open_new_patient(by=dana, details=DETAILS)
        second = actions.open_new_patient(by=dana, details=DETAILS)
        assert [first.number, second.number] == [20389, 20390]

    def test_the_first_patient_of_a_practice_has_a_number_of_five_digits(self, dana: Staff) -> None:
        assert actions.open_new_patient(by=dana, details=DETAILS).number == 10001

    @pytest.mark.parametrize("name", ["brook", "castellanos"])
    def test_others_do_not_take_on_patients(
        self, name: str, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        staff = request.getfixturevalue(name)
        assert signed_in(staff).get(reverse("patient-new")).status_code == 403
        with pytest.raises(Refused):
            actions.open_new_patient(by=staff, details=DETAILS)

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"birth_date": "2090-01-01"}, "This day has not come yet"),
            ({"birth_date": "0026-01-01"}, "too long ago"),
            ({"birth_date": "31/31/2000"}, "Give the day as month, day and year"),
            ({"family_name": ""}, "Give the family name."),
        ],
    )
    def test_bad_input_comes_back_with_a_sentence_and_loses_nothing(
        self, dana: Staff, signed_in: SignedIn, typed: dict[str, str], sentence: str
    ) -> None:
        answer = signed_in(dana).post(reverse("patient-new"), NEW | typed)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert "Ana Lucía" in answer.content.decode()
        assert not Patient.objects.exists()

    @pytest.mark.parametrize(
        ("form", "sentences"),
        [
            (forms.NameForm, {"Give the name.", "Choose what kind of name this is."}),
            (
                forms.AddressForm,
                {
                    "Choose what this address is for.",
                    "Give the street or the box, as on the envelope.",
                    "Give the first day this address is good.",
                },
            ),
            (forms.TelecomForm, {"Choose what it is.", "Give the number or the e-mail address."}),
            (forms.ContactForm, {"Give the name."}),
            (forms.LastDayForm, {"Give the last day."}),
            (
                forms.RepresentativeForm,
                {
                    "Give the name.",
                    "Choose as what they act.",
                    "Say what gives them the authority.",
                    "Give the day since when they act.",
                },
            ),
        ],
    )
    def test_an_empty_field_says_what_belongs_there(self, form: type[Form], sentences: set[str]) -> None:
        assert {words for at_field in form({}).errors.values() for words in at_field} == sentences

    @pytest.mark.parametrize("name", ["🙂 Smiley", "محمد عبد الله", "Ó'Brien-Łukaszewicz", "X" * 140])
    def test_any_script_any_emoji_and_long_names_are_kept_as_typed(
        self, dana: Staff, signed_in: SignedIn, name: str
    ) -> None:
        client = signed_in(dana)
        answer = client.post(reverse("patient-new"), {"given_names": "", "family_name": name}, follow=True)
        assert Patient.objects.get().legal_name == name
        assert answer.status_code == 200


class TestChanging:
    def test_a_death_before_the_birth_is_refused_at_the_field(
        self, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        form = {"given_names": "Tobias", "family_name": "L", "birth_date": "2000-01-02", "died_on": "2000-01-01"}
        answer = signed_in(dana).post(reverse("patient-edit", args=[lindqvist.pk]), form)
        assert answer.context["form"].errors["died_on"] == ["This is before the birth date."]

    def test_a_changed_page_shows_what_was_typed(self, dana: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        client, url = signed_in(dana), reverse("patient-edit", args=[lindqvist.pk])
        assert client.get(url).context["form"].initial["given_names"] == "Tobias"
        client.post(url, {"given_names": "Tobias", "family_name": "Lindqvist", "preferred_name": "Toby"})
        lindqvist.refresh_from_db()
        assert (lindqvist.preferred_name, lindqvist.birth_date) == ("Toby", None)

    def test_a_minor_acts_alone_on_a_ground_in_a_clinicians_word_and_every_period_stays(
        self, dana: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        new, end = (reverse(f"minor-alone-{act}", args=[lindqvist.pk]) for act in ("new", "end"))
        day = today() - timedelta(days=9)
        given = {"ground": "M2", "holds_from": day.isoformat(), "reason": "State law on outpatient care"}
        client = signed_in(hale)
        assert "the birth date does not say" in client.post(new, given).content.decode(), "an adult"
        Patient.objects.filter(pk=lindqvist.pk).update(birth_date=today() - timedelta(days=15 * 366))
        for missing in given:
            assert client.post(new, given | {missing: ""}).context["form"].errors[missing]
        for url, sent in ((new, given), (end, {"reason": "Wants her mother"})):
            assert client.post(url, sent).status_code == 302
        assert (lindqvist.acts_alone_on(day - timedelta(days=1)), lindqvist.ground_alone_on(day)) == (False, "M2")
        assert not lindqvist.acts_alone_on(today())
        client.post(new, given | {"ground": "M3", "holds_from": today().isoformat()})
        assert (lindqvist.ground_alone_on(day), lindqvist.ground_alone_on(today())) == ("M2", "M3")
        page = client.get(reverse("patient-details", args=[lindqvist.pk])).content.decode()
        assert "No longer acts alone from" in page and "Record that this minor no longer acts alone" in page
        assert "State law" not in page and "State law" in client.get(end).content.decode()
        assert signed_in(dana).post(new, given).status_code == 403, "front desk does not decide this"

    def test_a_legal_name_that_goes_is_kept_as_a_former_name(self, dana: Staff, lindqvist: Patient) -> None:
        married = Details(given_names="Tobias", family_name="Berg", birth_date=lindqvist.birth_date)
        actions.change_patient(by=dana, patient=lindqvist, details=married)
        assert lindqvist.legal_name == "Tobias Berg"
        assert [(row.use, row.text) for row in lindqvist.names.all()] == [("former", "Tobias Lindqvist")]

    @pytest.mark.parametrize(("name", "status"), [("castellanos", 403), ("brook", 404), ("osei", 404)])
    def test_who_does_not_change_details(
        self, name: str, status: int, lindqvist: Patient, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        staff = request.getfixturevalue(name)
        client = signed_in(staff)
        for url in ("patient-edit", "address-new", "telecom-new", "contact-new", "representative-new", "name-new"):
            assert client.get(reverse(url, args=[lindqvist.pk])).status_code == status, url
        with pytest.raises(Refused):
            actions.add_contact(by=staff, patient=lindqvist, name="Somebody")

    def test_the_confidential_address_gets_the_letters_and_nobody_asks_why(
        self, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client, day = signed_in(dana), today().isoformat()
        client.post(reverse("address-new", args=[lindqvist.pk]), {"use": "home", "lines": "1 Home St", "from_on": day})
        url = reverse("contact-wish-new", args=[lindqvist.pk])
        town = {"city": "Peoria", "state": "IL", "postal_code": "61602"}
        client.post(url, {"means": "mail", "lines": "PO Box 9", "from_on": day, **town})
        chosen = letter_address(lindqvist, today())
        assert chosen is not None and chosen.lines == "PO Box 9" and chosen.confidential
        end = reverse("contact-wish-end", args=[lindqvist.pk, lindqvist.contact_wishes.get().pk])
        client.post(end, {"until_on": (today() - timedelta(days=1)).isoformat()})
        assert letter_address(lindqvist, today()).lines == "1 Home St"  # type: ignore[union-attr]

    def test_a_new_address_ends_the_one_before_and_keeps_it(self, dana: Staff, lindqvist: Patient) -> None:
        for lines, day in (("1 Old Rd", date(2020, 1, 1)), ("2 New Rd", date(2026, 1, 1))):
            actions.add_address(by=dana, patient=lindqvist, use=AddressUse.HOME, lines=lines, from_on=day)
        rows = PatientAddress.objects.order_by("from_on").values_list("lines", "until_on")
        assert list(rows) == [("1 Old Rd", date(2025, 12, 31)), ("2 New Rd", None)]

    def test_numbers_and_contacts_come_and_go(self, dana: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        client = signed_in(dana)
        client.post(reverse("telecom-new", args=[lindqvist.pk]), {"kind": "phone", "value": "512-555-0100"})
        client.post(reverse("contact-new", args=[lindqvist.pk]), {"name": "Eva Lindqvist", "relationship": "sister"})
        page = client.get(reverse("patient-details", args=[lindqvist.pk])).content.decode()
        assert "512-555-0100" in page and "Eva Lindqvist" in page
        for url, row in (
            ("telecom-remove", lindqvist.telecoms.get()),
            ("contact-remove", lindqvist.contacts.get()),
        ):
            assert client.get(reverse(url, args=[lindqvist.pk, row.pk])).status_code == 200
            client.post(reverse(url, args=[lindqvist.pk, row.pk]))
        assert not lindqvist.telecoms.exists() and not lindqvist.contacts.exists()

    def test_rows_of_another_patient_are_not_found(
        self, dana: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
    ) -> None:
        row = actions.add_contact(by=dana, patient=abernathy, name="Somebody")
        url = reverse("contact-remove", args=[lindqvist.pk, row.pk])
        assert signed_in(dana).post(url).status_code == 404
        assert abernathy.contacts.exists()


class TestRepresentatives:
    def test_a_representative_is_shown_with_why_they_do_not_act(
        self, dana: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        form = {"name": "Karin Lindqvist", "kind": "PARENT", "authority": "Mother", "from_on": "2020-01-01"}
        client = signed_in(dana)
        client.post(reverse("representative-new", args=[lindqvist.pk]), form)
        page = client.get(reverse("patient-details", args=[lindqvist.pk])).content.decode()
        assert "Does not act today" in page and "The patient is an adult" in page

    def test_only_a_clinician_decides_not_to_recognize_somebody(
        self, dana: Staff, hale: Staff, lindqvist: Patient
    ) -> None:
        row = actions.add_representative(
            by=dana,
            patient=lindqvist,
            name="Guardian",
            kind=RepresentativeKind.GUARDIAN,
            authority="Letters of 2024-01-02",
            from_on=date(2024, 1, 2),
        )
        assert representatives(lindqvist, today())[0].refusal is None
        with pytest.raises(Refused):
            actions.decline_representative(by=dana, representative=row, reason="Danger")
        actions.decline_representative(by=hale, representative=row, reason="Danger")
        assert representatives(lindqvist, today())[0].refusal.code == "PR_DECLINED"  # type: ignore[union-attr]
        yesterday = today() - timedelta(days=1)
        assert representatives(lindqvist, yesterday)[0].refusal is None, "what left before stays as it was"
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()

    def test_the_decision_and_what_took_it_back_both_stay_with_their_reasons(
        self, dana: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        row = lindqvist.representatives.create(name="Per", kind="GUARDIAN", authority="Letters", from_on=today())
        decline = reverse("representative-decline", args=[lindqvist.pk, row.pk])
        recognize = reverse("representative-recognize", args=[lindqvist.pk, row.pk])
        details, client = reverse("patient-details", args=[lindqvist.pk]), signed_in(hale)
        assert "Nothing is decided yet" in client.post(decline, {"reason": " "}).content.decode()
        assert "is recognized already" in client.post(recognize, {"reason": "x"}).content.decode()
        assert not row.decisions.exists()
        client.post(decline, {"reason": "Bruises on Monday"})
        page = client.get(details).content.decode()
        assert "Recognize again" in page and "Bruises" not in page
        again = client.post(decline, {"reason": "Twice"}).content.decode()
        assert "is not recognized already" in again and "Bruises on Monday" in again
        assert "Nothing is decided yet" in client.post(recognize, {"reason": ""}).content.decode()
        client.post(recognize, {"reason": "The court found otherwise"})
        assert representatives(lindqvist, today())[0].is_declined is False
        assert [(one.declined, one.reason, one.decided_by) for one in row.decisions.all()] == [
            (True, "Bruises on Monday", hale),
            (False, "The court found otherwise", hale),
        ]
        assert "Recognized again on" in client.get(details).content.decode()
        assert signed_in(dana).get(decline).status_code == 403


class TestClosing:
    def test_a_patient_is_closed_and_reopened_under_the_same_number(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client = signed_in(hale)
        client.post(reverse("patient-close", args=[lindqvist.pk]), {"closed_on": today().isoformat()})
        lindqvist.refresh_from_db()
        assert lindqvist.closed_on == today()
        assert may_open_chart(hale, lindqvist)
        client.post(reverse("patient-reopen", args=[lindqvist.pk]))
        lindqvist.refresh_from_db()
        assert (lindqvist.closed_on, lindqvist.number) == (None, 20388)

    @pytest.mark.parametrize("day", [date(2000, 1, 1), date(2100, 1, 1)])
    def test_the_last_day_lies_between_the_first_and_today(self, hale: Staff, lindqvist: Patient, day: date) -> None:
        with pytest.raises(Refused):
            actions.close_patient(by=hale, patient=lindqvist, closed_on=day)

    def test_a_patient_is_not_closed_so_long_ago_that_keeping_times_would_be_over(
        self, hale: Staff, lindqvist: Patient
    ) -> None:
        with pytest.raises(Refused, match="PATIENT_CLOSED_LONG_AGO"):
            actions.close_patient(by=hale, patient=lindqvist, closed_on=today() - timedelta(days=31))
        actions.close_patient(by=hale, patient=lindqvist, closed_on=today() - timedelta(days=30))

    def test_the_database_refuses_to_remove_a_patient_to_the_application_and_to_the_owner(
        self, lindqvist: Patient
    ) -> None:
        for sql in (f"DELETE FROM people_patient WHERE id = '{lindqvist.pk}'", "TRUNCATE people_patient CASCADE"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)

    @pytest.mark.committing
    def test_the_owner_of_the_tables_cannot_remove_one_either(self, lindqvist: Patient) -> None:
        with as_owner("default"):
            for sql in ("DELETE FROM people_patient", "TRUNCATE people_patient CASCADE", "DELETE FROM people_staff"):
                with pytest.raises(DatabaseError, match="never removed"), connection.cursor() as cursor:
                    cursor.execute(sql)
        assert Patient.objects.exists()


class TestWhoSeesWhom:
    @pytest.mark.parametrize(
        ("name", "seen"),
        [
            ("hale", {20388}),
            ("osei", {19877}),
            ("dana", {20388, 19877}),
            ("castellanos", {20388, 19877}),
            ("brook", set()),
            ("solo", {20388, 19877}),
        ],
    )
    def test_names_are_seen_by_role_and_care(
        self, name: str, seen: set[int], lindqvist: Patient, abernathy: Patient, request: pytest.FixtureRequest
    ) -> None:
        staff = request.getfixturevalue(name)
        assert set(patients_visible_to(staff).values_list("number", flat=True)) == seen

    def test_somebody_deactivated_sees_nobody(self, dana: Staff, lindqvist: Patient) -> None:
        dana.is_active = False
        assert not patients_visible_to(dana).exists()

    def test_the_list_asks_once_however_many_patients_and_staff(
        self, hale: Staff, django_assert_num_queries: Callable[[int], object]
    ) -> None:
        for number in range(40):
            make_patient(30000 + number, "P", str(number), date(1990, 1, 1), treated_by=hale if number % 2 else None)
        with django_assert_num_queries(1):
            assert len(patients_visible_to(hale)) == 20

    def test_a_relationship_row_alone_opens_nothing(self, osei: Staff, dana: Staff, lindqvist: Patient) -> None:
        CareRelationship.objects.create(
            patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today(), made_by=dana
        )
        assert not may_open_chart(osei, lindqvist)
