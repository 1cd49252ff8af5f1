"""When an author has left, died or cannot act: two people, a reason, a waiting time; then packages, never a reading."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.people.models import Patient, Staff
from practice.people.rules import Role
from practice.worklist.models import Task
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import CustodyReason, Step, Transfer, refusal_of_people
from records.psychotherapy.models import Event
from tests.everybody import make_staff
from tests.psychotherapy.conftest import write_note
from tests.psychotherapy.custody import SignedIn, transfer

# --- Rules ------------------------------------------------------------------------------------------------------------

A, C, P, S, X = (UUID(int=n) for n in range(1, 6))  # author, custodian, who proposes, the second, somebody else
PEOPLE = [
    # author, custodian, proposed by, second: allowed?
    ((A, C, P, S), True, "two people for a third"),
    ((A, C, A, C), True, "in advance the author is the first and the custodian the second"),
    ((A, C, P, P), False, "the same person twice"),
    ((A, C, C, S), False, "the custodian proposes themselves"),
    ((A, C, P, C), False, "the custodian confirms what somebody else proposed"),
    ((A, A, P, S), False, "the author is no custodian of their own notes"),
    ((A, C, P, A), False, "the author does not confirm"),
    ((A, C, A, S), False, "in advance somebody else than the custodian would confirm"),
]


@pytest.mark.parametrize(("people", "allowed", "why"), PEOPLE, ids=[row[2] for row in PEOPLE])
def test_who_may_stand_together_in_a_transfer(people: tuple[UUID, ...], allowed: bool, why: str) -> None:
    author, custodian, proposed_by, second = people
    refusal = refusal_of_people(author=author, custodian=custodian, proposed_by=proposed_by, second=second)
    assert (refusal is None) == allowed


NOW = timezone.now()
PROPOSED = Transfer(uuid4(), A, C, P, S, CustodyReason.LEFT, "", 7, NOW - timedelta(days=30))
CONFIRMED = replace(PROPOSED, confirmed_at=NOW - timedelta(days=6, hours=23))
WAITED = replace(PROPOSED, confirmed_at=NOW - timedelta(days=7))
TAKEN = replace(WAITED, taken_at=NOW)
STOPPED = replace(WAITED, stopped_at=NOW, stopped_by=A)
STEPS = [
    # transfer: what the author, the custodian, the first, the second and somebody else can do
    (PROPOSED, "stop", "stop", "stop", "confirm stop", ""),
    (CONFIRMED, "stop", "stop", "stop", "stop", ""),
    (WAITED, "stop", "stop take", "stop", "stop", ""),
    (TAKEN, "stop", "stop", "stop", "stop", ""),
    (STOPPED, "", "", "", "", ""),
]


@pytest.mark.parametrize("row", STEPS, ids=["proposed", "confirmed", "waited", "taken", "stopped"])
def test_each_step_is_one_persons_and_has_its_time(row: tuple) -> None:
    transfer, *wanted = row
    for person, words in zip((A, C, P, S, X), wanted, strict=True):
        assert transfer.steps_of(person, NOW) == {Step(word) for word in words.split()}


# --- Pages ------------------------------------------------------------------------------------------------------------


def proposal(author: Staff, custodian: Staff, second: Staff) -> dict[str, str]:
    people = {"author": author, "custodian": custodian, "second": second}
    return {"reason": "left"} | {name: str(person.pk) for name, person in people.items()}


@pytest.mark.django_db
def test_one_proposes_another_confirms_and_the_author_is_told_and_stops_it(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, signed_in: SignedIn
) -> None:
    officer, administrator, author = signed_in(castellanos), signed_in(brook), signed_in(hale)
    custodian = signed_in(osei)
    told = AuditEntry.objects.count(), Task.objects.count()
    made = officer.post(reverse("psychotherapy-custody-new"), proposal(hale, osei, brook))
    path = made.headers["Location"]
    assert "Confirm or stop" in administrator.get("/").content.decode()
    assert "transfer of custody of your notes" in author.get("/").content.decode()
    assert officer.post(f"{path}confirm/").status_code == 403, "who proposed does not confirm"
    assert administrator.post(f"{path}confirm/").status_code == 302
    assert custodian.post(f"{path}take/").status_code == 403, "the waiting time is not over"
    assert "If this is not so, stop it" in author.get(path).content.decode()
    author.post(f"{path}stop/")
    assert "transfer of custody" not in author.get("/").content.decode()
    assert "Stopped" in officer.get(path).content.decode()
    assert administrator.post(f"{path}stop/").status_code == 403
    assert (AuditEntry.objects.count(), Task.objects.count()) == told, "nothing of it stands in the practice's database"
    with vault.open_as(hale):
        kinds = list(Event.objects.filter(kind__startswith="custody").order_by("at").values_list("kind", "actor"))
    assert kinds == [
        ("custody_proposed", castellanos.pk),
        ("custody_confirmed", brook.pk),
        ("custody_stopped", hale.pk),
    ]


@pytest.mark.django_db
def test_nobody_but_those_named_learns_of_a_transfer(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, dana: Staff, solo: Staff, signed_in: SignedIn
) -> None:
    made = transfer(castellanos, brook, hale, osei)
    for stranger in (dana, solo):
        client = signed_in(stranger)
        assert "Miriam Hale" not in client.get(reverse("psychotherapy-custody-list")).content.decode()
        assert client.get(reverse("psychotherapy-custody-open", args=[made.id])).status_code == 404
        for step in ("confirm", "take", "stop"):
            assert client.post(reverse(f"psychotherapy-custody-{step}", args=[made.id])).status_code == 404


@pytest.mark.django_db
def test_a_transfer_is_the_same_whether_the_author_keeps_notes_or_not(
    hale: Staff, osei: Staff, lindqvist: Patient, castellanos: Staff, brook: Staff, signed_in: SignedIn
) -> None:
    client, made = signed_in(castellanos), transfer(castellanos, brook, hale, osei)
    paths = [reverse("psychotherapy-custody-new"), reverse("psychotherapy-custody-list")]
    paths.append(reverse("psychotherapy-custody-open", args=[made.id]))

    def shown() -> list[str]:
        pages = [client.get(path).content.decode() for path in paths]
        return [
            page.split('name="csrfmiddlewaretoken"')[0] + page.split("csrfmiddlewaretoken")[-1][90:] for page in pages
        ]

    before = shown()
    write_note(hale, lindqvist)
    assert shown() == before


@pytest.mark.django_db
def test_who_may_not_propose_is_told_who_may(hale: Staff, dana: Staff, solo: Staff, signed_in: SignedIn) -> None:
    for person in (hale, dana):
        assert signed_in(person).get(reverse("psychotherapy-custody-new")).status_code == 403
    newcomer = make_staff("fresh", "Flora Nye", Role.ADMINISTRATOR)
    Staff.objects.filter(pk=newcomer.pk).update(joined_at=timezone.now())
    newcomer.refresh_from_db()
    answer = signed_in(newcomer).get(reverse("psychotherapy-custody-new"))
    assert answer.status_code == 403 and "thirty days" in answer.content.decode()


@pytest.mark.django_db
def test_a_proposal_that_makes_no_sense_comes_back_with_a_sentence(
    hale: Staff, osei: Staff, dana: Staff, castellanos: Staff, brook: Staff, signed_in: SignedIn
) -> None:
    client, path = signed_in(castellanos), reverse("psychotherapy-custody-new")
    wrong = [
        (proposal(hale, hale, brook), "somebody else than the author"),
        (proposal(hale, osei, osei), "neither proposes nor confirms"),
        (proposal(hale, osei, hale), "does not confirm their own"),
        (proposal(hale, dana, brook), "Select a valid choice"),  # no license
        (proposal(hale, osei, dana), "Select a valid choice"),  # front desk is no second person
        (proposal(hale, osei, brook) | {"reason": "in_advance"}, "Select a valid choice"),
    ]
    for given, sentence in wrong:
        answer = client.post(path, given)
        assert answer.status_code == 422 and sentence in answer.content.decode(), sentence
    assert client.post(path, proposal(hale, osei, brook)).status_code == 302
    assert "stands already" in client.post(path, proposal(hale, osei, brook)).content.decode()


@pytest.mark.django_db
def test_the_practice_database_shows_nothing_of_a_transfer(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, django_assert_num_queries: Callable
) -> None:
    made = transfer(castellanos, brook, hale, osei)
    actions.confirm_custody(by=brook, transfer=made)
    with django_assert_num_queries(0):
        vault.my_transfers(hale)
        vault.take_step(hale, made.id, Step.STOP)


@pytest.mark.django_db
def test_somebody_from_outside_can_be_invited_without_a_role(brook: Staff, signed_in: SignedIn) -> None:
    client, given = signed_in(brook), {"full_name": "Ines Varga", "username": "i.varga"}
    assert client.post(reverse("staff-new"), given | {"roles": ["none", "clinician"]}).status_code != 302
    assert not Staff.objects.filter(username="i.varga").exists()
    client.post(reverse("staff-new"), given | {"roles": ["none"]})
    assert Staff.objects.get(username="i.varga").roles == []
