"""The audit trail: everything is in it, no name and no text is, and it only grows."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import psycopg
import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from practice.audit.actions import record
from practice.audit.history import keep_history, mask_whole
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.databases.owner import as_owner
from practice.infrastructure.days import today
from practice.people import actions
from practice.people.models import Patient, Staff
from practice.people.rules import AddressUse, CareRole, Details, NameUse, RepresentativeKind, TelecomKind
from tests.everybody import PASSWORD

SignedIn = Callable[[Staff], Client]
# Everything below is typed somewhere in the exercise; none of it may stand in the trail.
SECRETS = [
    "Quillon", "Zephyrine", "Zeffy", "xe/xem", "Orchardstown", "77 Larkspur", "512-555-0199", "q.zeph@example.org",
    "Bartholomew", "Letters of guardianship", "Volapük", "afraid of him", "Rae Moss", "LIC-998877", PASSWORD,
]  # fmt: skip


def rows() -> Iterator[str]:
    """Every row of the trail as the table holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM audit_auditentry t")
        yield from (row[0] for row in cursor.fetchall())


@pytest.fixture
def exercised(dana: Staff, hale: Staff, osei: Staff, brook: Staff, signed_in: SignedIn) -> Patient:
    """A patient on whom everything in this part of the product was done, by page and by action."""
    details = Details(
        given_names="Zephyrine",
        family_name="Quillon",
        preferred_name="Zeffy",
        pronouns="xe/xem",
        language="Volapük",
        birth_date=date(2012, 3, 4),
    )
    patient = actions.open_new_patient(by=dana, details=details, treating=hale)
    actions.add_name(by=dana, patient=patient, use=NameUse.OTHER, text="Zephyrine Bartholomew")
    address = actions.add_address(
        by=dana, patient=patient, use=AddressUse.CONFIDENTIAL, lines="77 Larkspur", city="Orchardstown", from_on=today()
    )
    actions.end_address(by=dana, address=address, until_on=today())
    actions.add_telecom(by=dana, patient=patient, kind=TelecomKind.PHONE, value="512-555-0199")
    email = actions.add_telecom(by=dana, patient=patient, kind=TelecomKind.EMAIL, value="q.zeph@example.org")
    actions.remove_telecom(by=dana, telecom=email)
    contact = actions.add_contact(by=dana, patient=patient, name="Bartholomew Quillon", phone="512-555-0199")
    actions.remove_contact(by=dana, contact=contact)
    row = actions.add_representative(
        by=dana,
        patient=patient,
        name="Bartholomew Quillon",
        kind=RepresentativeKind.GUARDIAN,
        authority="Letters of guardianship",
        from_on=date(2020, 1, 1),
    )
    actions.decline_representative(by=hale, representative=row, reason="afraid of him")
    care = actions.start_care(
        by=hale, patient=patient, staff=osei, role=CareRole.COVERING, from_on=today(), until_on=today()
    )
    actions.end_care(by=dana, care=care, until_on=today())
    renamed = Details(given_names="Zephyrine", family_name="Orchardstown", birth_date=date(2012, 3, 4))
    actions.change_patient(by=dana, patient=patient, details=renamed)
    actions.close_patient(by=dana, patient=patient, closed_on=today())
    newcomer, token = actions.invite_staff(by=brook, username="r.moss", full_name="Rae Moss", roles=["clinician"])
    actions.accept_invitation(token_hash=actions.invitations.hash_of(token), password=PASSWORD)
    actions.add_license(
        by=brook, staff=newcomer, kind="psychologist", number="LIC-998877", state="TX", expires_on=today()
    )
    for staff in (hale, osei, dana, brook):
        client = signed_in(staff)
        for name in ("patient-page", "patient-details", "patient-edit", "care-new"):
            client.get(reverse(name, args=[patient.pk]))
        client.post(reverse("patient-search"), {"q": "Zephyrine Quillon"})
    Client().post(reverse("account_login"), {"login": "Zephyrine", "password": "afraid of him"})
    return patient


class TestWhatIsInIt:
    def test_no_name_no_address_and_no_text_after_everything_was_done(self, exercised: Patient) -> None:
        trail = list(rows())
        assert len(trail) > 50
        found = [(secret, row) for secret in SECRETS for row in trail if secret.lower() in row.lower()]
        assert not found

    def test_every_change_of_the_patient_says_who_and_which_patient(self, exercised: Patient, dana: Staff) -> None:
        kinds = set(
            AuditEntry.objects.filter(patient_id=exercised.pk, event="changed").values_list(
                "content_type__model", flat=True
            )
        )
        assert kinds == {
            "patient", "patientname", "patientaddress", "patienttelecom", "patientcontact",
            "personalrepresentative", "representativedecision", "carerelationship",
        }  # fmt: skip

    def test_a_change_says_which_fields_and_keeps_dates_but_no_words(self, exercised: Patient) -> None:
        entry = AuditEntry.objects.filter(object_pk=str(exercised.pk), action=AuditEntry.Action.UPDATE).earliest()
        assert entry.changes["legal_name"] == ["•••", "•••"]
        assert "pronouns" in entry.changes and "number" not in entry.changes

    def test_a_page_writes_its_change_under_the_name_of_who_sent_it(
        self, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        signed_in(dana).post(reverse("contact-new", args=[lindqvist.pk]), {"name": "Somebody"})
        assert AuditEntry.objects.filter(content_type__model="patientcontact", actor=dana).count() == 1

    def test_refused_attempts_are_in_it(
        self, osei: Staff, brook: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        signed_in(osei).get(reverse("patient-page", args=[lindqvist.pk]))
        signed_in(brook).get(reverse("patient-details", args=[lindqvist.pk]))
        signed_in(osei).get(reverse("staff-list"))
        refused = AuditEntry.objects.filter(outcome="refused").order_by("pk").values_list("actor__username", "detail")
        assert list(refused) == [("osei", "chart"), ("brook", "demographics"), ("osei", "needs_administrator")]

    def test_headers_that_anybody_can_send_do_not_get_into_it(
        self, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        headers = {"X-Correlation-Id": "Tobias Lindqvist", "X-Forwarded-For": "203.0.113.9"}
        signed_in(dana).post(reverse("contact-new", args=[lindqvist.pk]), {"name": "Somebody"}, headers=headers)
        assert not [row for row in rows() if "Lindqvist" in row or "203.0.113.9" in row]

    def test_an_act_that_cannot_be_recorded_does_not_happen(
        self, dana: Staff, lindqvist: Patient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(**kwargs: object) -> None:
            raise RuntimeError("no room")

        monkeypatch.setattr("practice.people.actions.patients.record", broken)
        with pytest.raises(RuntimeError), transaction.atomic():
            actions.close_patient(by=dana, patient=lindqvist, closed_on=today())
        lindqvist.refresh_from_db()
        assert lindqvist.closed_on is None


class TestMasking:
    @pytest.mark.parametrize("value", ["x", "Patient reports suicidal ideation", "None of it", "•"])
    def test_nothing_of_a_value_remains_not_even_its_length(self, value: str) -> None:
        assert mask_whole(value) == "•••"

    def test_a_field_nobody_named_is_masked_and_a_misspelt_one_is_refused(self) -> None:
        with pytest.raises(ValueError, match="has no field legal_nam"):
            keep_history(Patient, plain=["legal_nam"])

    def test_every_history_names_text_fields_as_plain_only_where_they_are_codes(self) -> None:
        from auditlog.registry import auditlog

        for model in auditlog.get_models():
            masked = set(auditlog.get_model_fields(model)["mask_fields"])
            excluded = set(auditlog.get_model_fields(model)["exclude_fields"])
            included = set(auditlog.get_model_fields(model)["include_fields"])
            for name in included - masked - excluded:
                try:
                    field = model._meta.get_field(name)
                except FieldDoesNotExist:  # pragma: no cover
                    continue
                words = isinstance(field, models.CharField | models.TextField) and not field.choices
                assert not words or (field.max_length or 999) <= 120, (
                    f"{model._meta.label}.{name} is text and not masked"
                )

    def test_no_sealed_model_keeps_a_history_in_the_practice_database(self) -> None:
        from auditlog.registry import auditlog

        assert not [model for model in auditlog.get_models() if model._meta.app_label == "psychotherapy"]


CHANGES = [
    "UPDATE audit_auditentry SET detail = 'x'",
    "UPDATE audit_auditentry SET actor_id = NULL",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry",
]


class TestItOnlyGrows:
    @pytest.mark.parametrize("sql", CHANGES)
    def test_the_application_may_not_change_it(self, sql: str, hale: Staff) -> None:
        record(by=hale, event=AuditEvent.VIEWED, subject=hale)
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)

    @pytest.mark.committing
    def test_the_owner_of_the_table_is_refused_loudly(self, hale: Staff) -> None:
        record(by=hale, event=AuditEvent.VIEWED, subject=hale)
        before = AuditEntry.objects.count()
        with as_owner("default"):
            for sql in CHANGES:
                with pytest.raises(DatabaseError, match="only grows"), connection.cursor() as cursor:
                    cursor.execute(sql)
        assert AuditEntry.objects.count() == before

    def test_the_models_own_ways_are_refused_too(self, hale: Staff) -> None:
        entry = record(by=hale, event=AuditEvent.VIEWED, subject=hale)
        for change in (entry.save, entry.delete, AuditEntry.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestReadingIt:
    def test_staff_read_what_they_did_and_nothing_of_others(
        self, hale: Staff, osei: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
    ) -> None:
        signed_in(osei).get(reverse("patient-page", args=[abernathy.pk]))
        client = signed_in(hale)
        client.get(reverse("patient-page", args=[lindqvist.pk]))
        page = client.get(reverse("access-own")).content.decode()
        assert "Tobias Lindqvist" in page
        assert "Abernathy" not in page and "Osei" not in page

    def test_a_patient_who_is_no_longer_open_to_somebody_is_not_named_to_them(
        self, dana: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client = signed_in(hale)
        client.get(reverse("patient-page", args=[lindqvist.pk]))
        actions.end_care(by=dana, care=lindqvist.care_relationships.get(), until_on=today())
        page = client.get(reverse("access-own")).content.decode()
        assert "Lindqvist" not in page and "not open to you" in page

    def test_an_administrator_reads_their_own_and_no_patient(
        self, brook: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client = signed_in(brook)
        client.get(reverse("patient-details", args=[lindqvist.pk]))
        assert "Lindqvist" not in client.get(reverse("access-own")).content.decode()
        assert client.get(reverse("access-all")).status_code == 403

    def test_the_compliance_officer_reads_all_with_filters_and_is_recorded(
        self, castellanos: Staff, hale: Staff, osei: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
    ) -> None:
        signed_in(hale).get(reverse("patient-page", args=[lindqvist.pk]))
        signed_in(osei).get(reverse("patient-page", args=[lindqvist.pk]))
        client, url = signed_in(castellanos), reverse("access-all")

        def shown(**query: str) -> list[tuple[str, str]]:
            page = client.get(url, query)
            return [(one.entry.actor.username, one.entry.event) for one in page.context["shown"] if one.entry.actor]

        assert ("osei", "refused") in shown()
        assert {who for who, _what in shown(actor=str(hale.pk))} == {"hale"}
        assert {what for _who, what in shown(event="refused")} == {"refused"}
        assert ("osei", "viewed") not in shown(number="20388")
        assert shown(number="99999") == []
        assert shown(until_on=(today() - timedelta(days=1)).isoformat()) == []
        assert AuditEntry.objects.filter(actor=castellanos, detail="audit_trail").exists()

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"number": "Lindqvist"}, "digits only"),
            ({"from_on": "2026-02-02", "until_on": "2026-02-01"}, "before the first day"),
            ({"actor": "nobody"}, "Choose somebody from the list"),
            ({"page": "99999999999999999999"}, "Accesses"),
        ],
    )
    def test_a_filter_that_makes_no_sense_is_explained(
        self, castellanos: Staff, signed_in: SignedIn, query: dict[str, str], sentence: str
    ) -> None:
        page = signed_in(castellanos).get(reverse("access-all"), query)
        assert page.status_code == 200
        assert sentence in page.content.decode()

    def test_what_is_stored_reads_as_json_without_a_name(self, hale: Staff) -> None:
        entry = record(by=hale, event=AuditEvent.PRINTED, subject=hale, detail="note")
        assert json.loads(json.dumps(entry.changes)) == {}
        assert entry.object_repr == f"staff {hale.pk}"
