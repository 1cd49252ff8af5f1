"""Opening notes for training, on screen: dated, taken back at once, and every reading shown to the author."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import License, Patient, Staff
from practice.people.rules import LicenseKind, Role
from records.psychotherapy import vault
from records.psychotherapy.models import Note, TrainingGrant
from records.psychotherapy.rules import training_ends_at
from tests.everybody import make_staff
from tests.psychotherapy.conftest import DAY

SignedIn = Callable[[Staff], Client]
pytestmark = pytest.mark.django_db
LIST = "psychotherapy-grant-list"


@pytest.fixture
def supervisor(db: None) -> Staff:
    return make_staff("amsel", "Judith Amsel", Role.SUPERVISOR)


@pytest.fixture
def trainee(supervisor: Staff) -> Staff:
    person = make_staff("tam", "Tam Okafor", Role.TRAINEE)
    License.objects.create(
        staff=person,
        kind=LicenseKind.SUPERVISED_TRAINEE,
        number="RT-001",
        state="IL",
        supervisor=supervisor,
        expires_on=today(),
    )
    return person


def fields(trainee: Staff, *patients: Patient, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {"trainees": [str(trainee.pk)], "patients": [str(patient.pk) for patient in patients]}
    given |= {"sessions_from": DAY.isoformat(), "sessions_to": DAY.isoformat(), "program": "Internship"}
    given |= {"supervisor": str(Staff.objects.get(username="amsel").pk), "identity_considered": "yes", "smallest": "on"}
    return given | {"skill_area": "individual", "ends_on": today().isoformat(), **changes}


def test_an_author_opens_a_note_and_takes_it_back(
    hale: Staff, trainee: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    author, reader = signed_in(hale), signed_in(trainee)
    path = reverse("psychotherapy-note-open", args=[note])
    assert reader.get(path).status_code == 404
    author.post(reverse(LIST), fields(trainee, lindqvist))
    body = reader.get(path).content.decode()
    assert "watched my face" in body and "For training only" in body and "Add to it" not in body
    assert "Opened to you for training" in reader.get(reverse("psychotherapy-home")).content.decode()
    for closed in ("psychotherapy-note-print", "psychotherapy-addendum-new"):
        assert reader.get(reverse(closed, args=[note])).status_code == 404
    assert "Tam Okafor" in author.get(path).content.decode()
    author.post(reverse("psychotherapy-grant-end", args=[vault.my_training_grants(hale)[0].id]))
    assert reader.get(path).status_code == 404
    assert "Taken back" in author.get(reverse(LIST)).content.decode()
    with vault.open_as(trainee):
        assert not Note.objects.exists()


def test_only_its_author_takes_a_grant_back_and_only_once(
    hale: Staff, osei: Staff, trainee: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    signed_in(hale).post(reverse(LIST), fields(trainee, lindqvist))
    grant = vault.my_training_grants(hale)[0].id
    assert vault.end_training_grant(osei, grant) is vault.end_training_grant(trainee, grant) is False
    assert vault.read(trainee, note) is not None
    assert vault.end_training_grant(hale, grant) is True
    assert vault.end_training_grant(hale, grant) is False
    assert signed_in(hale).post(reverse("psychotherapy-grant-end", args=[uuid4()])).status_code == 404


def test_whoever_reads_by_a_grant_can_neither_lengthen_it_nor_stand_in_the_way_of_its_end(
    hale: Staff, trainee: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    signed_in(hale).post(reverse(LIST), fields(trainee, lindqvist))
    with vault.open_as(trainee) as actor:
        given = TrainingGrant.objects.get()
        # a row that claims to take the grant back, under the reader's own name, so that the author's would come second
        given.ends, given.id, given.author, given.grantee = given.id, uuid4(), actor, hale.pk
        given.save(force_insert=True)
    assert vault.read(trainee, note) is not None
    grant = next(one for one in vault.my_training_grants(hale) if one.author == hale.pk)
    assert vault.end_training_grant(hale, grant.id) is True
    assert vault.read(trainee, note) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": (today() - timedelta(days=1)).isoformat()}, "from today to a year from now"),
        ({"ends_on": (today() + timedelta(days=400)).isoformat()}, "from today to a year from now"),
        ({"sessions_to": (DAY - timedelta(days=2)).isoformat()}, "before the first"),
        ({"program": ""}, "Name the practice"),
        ({"patients": []}, "Choose whose notes"),
        ({"trainees": []}, "Say who learns by it"),
        ({"supervisor": ""}, "Say who supervises it"),
        ({"identity_considered": ""}, "Say whether it was considered"),
        ({"smallest": ""}, "Choose the fewest sessions"),
    ],
)
def test_a_grant_that_makes_no_sense_comes_back_with_a_sentence(
    hale: Staff,
    trainee: Staff,
    lindqvist: Patient,
    note: UUID,
    signed_in: SignedIn,
    changes: dict[str, object],
    sentence: str,
) -> None:
    shown = signed_in(hale).post(reverse(LIST), fields(trainee, lindqvist, **changes))
    assert sentence in shown.content.decode().replace("&#x27;", "'")
    assert vault.my_training_grants(hale) == []


def test_notes_are_opened_to_trainees_who_are_supervised_and_to_nobody_for_supervision_alone(
    hale: Staff, osei: Staff, castellanos: Staff, trainee: Staff, supervisor: Staff, lindqvist: Patient, note: UUID,
    signed_in: SignedIn,
) -> None:  # fmt: skip
    author = signed_in(hale)
    for stranger in (osei, castellanos, hale, supervisor):
        author.post(reverse(LIST), fields(stranger, lindqvist))
    author.post(reverse(LIST), fields(trainee, lindqvist, trainees=[], supervisor_reads="on"))
    License.objects.filter(staff=trainee).update(expires_on=today() - timedelta(days=1))
    shown = author.post(reverse(LIST), fields(trainee, lindqvist)).content.decode()
    assert "Nobody supervises Tam Okafor by a registration in force" in shown
    assert vault.my_training_grants(hale) == []
    with pytest.raises(IntegrityError, match="somebody_learns"), vault.open_as(hale) as actor:
        TrainingGrant.objects.create(
            author=actor, grantee=supervisor.pk, supervisor=supervisor.pk, trainees=[], patients=[lindqvist.pk],
            sessions_from=DAY, sessions_to=DAY, identity_considered=True, starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip


def test_a_clinician_without_notes_is_offered_nothing_to_open(
    osei: Staff, abernathy: Patient, signed_in: SignedIn
) -> None:
    assert "Nothing is opened for training" in signed_in(osei).get(reverse(LIST)).content.decode()


def test_every_opening_by_a_grant_is_shown_to_the_author_beside_it_and_to_nobody_else(
    hale: Staff, trainee: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    author, reader = signed_in(hale), signed_in(trainee)
    author.post(reverse(LIST), fields(trainee, lindqvist))
    assert "Not opened yet" in author.get(reverse(LIST)).content.decode()
    for _ in range(2):
        reader.get(reverse("psychotherapy-note-open", args=[note]))
    assert "Opened 2 times" in author.get(reverse(LIST)).content.decode()
    assert "Opened 2 times" not in reader.get(reverse(LIST)).content.decode()
    assert [one.note for one in vault.my_training_grants(hale)[0].read] == [note, note]
    assert vault.my_training_grants(trainee)[0].read == ()


def test_several_may_read_at_once_and_each_is_taken_back_by_itself(
    hale: Staff, trainee: Staff, supervisor: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    signed_in(hale).post(reverse(LIST), fields(trainee, lindqvist, supervisor_reads="on"))
    assert len(vault.my_training_grants(hale)) == 2
    assert vault.read(trainee, note) is not None and vault.read(supervisor, note) is not None
    grant = next(one for one in vault.my_training_grants(hale) if one.grantee == trainee.pk)
    vault.end_training_grant(hale, grant.id)
    assert vault.read(trainee, note) is None and vault.read(supervisor, note) is not None


W_29 = [
    # the grant's last day, from today: open today?
    (0, True, "allowed through its last day"),
    (-1, False, "denied on the day after"),
    (1, True, "allowed before"),
]


@pytest.mark.parametrize(("days", "allowed", "why"), W_29, ids=[row[2] for row in W_29])
def test_w_29_a_grant_ends_by_itself_with_its_last_day(
    hale: Staff, trainee: Staff, lindqvist: Patient, note: UUID, days: int, allowed: bool, why: str
) -> None:
    """Row-level security asks the clock: nobody has to do anything."""
    last = today() + timedelta(days=days)
    vault.give_training_grant(
        hale,
        to=trainee,
        patients=[lindqvist.pk],
        sessions_from=DAY,
        sessions_to=DAY,
        program="Internship",
        supervisor=hale,
        trainees=[trainee],
        skill_area="individual",
        identity_considered=True,
        starts_at=training_ends_at(last) - timedelta(days=30),
        ends_at=training_ends_at(last),
    )
    with vault.open_as(trainee):
        assert Note.objects.exists() == allowed
    assert (vault.read(trainee, note) is not None) == allowed


def test_w_29_the_last_day_ends_at_midnight_of_the_practice() -> None:
    ends = timezone.localtime(training_ends_at(date(2026, 6, 30)))
    assert (ends.date(), ends.hour, ends.minute) == (date(2026, 7, 1), 0, 0)


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_database_closes_what_was_taken_back(
    hale: Staff,
    trainee: Staff,
    lindqvist: Patient,
    note: UUID,
    signed_in: SignedIn,
    connect_as: Callable[[str, str], psycopg.Connection],
) -> None:
    signed_in(hale).post(reverse(LIST), fields(trainee, lindqvist))
    connection = connect_as("psychotherapy_app", "psychotherapy")

    def seen() -> tuple[int, int]:
        with connection.transaction():
            connection.execute("SELECT set_config('app.actor', %s, true)", [str(trainee.pk)])
            notes = connection.execute("SELECT id FROM psychotherapy_note").fetchall()
            return len(notes), len(connection.execute("SELECT id FROM psychotherapy_authorkey").fetchall())

    assert seen() == (1, 1)
    vault.end_training_grant(hale, vault.my_training_grants(hale)[0].id)
    assert seen() == (0, 0)
