"""When an author has left, died or cannot act: two people, a reason, a waiting time; then packages, never a reading."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authorizations.models import Authorization
from disclosures.releases.actions import commit_notes_package
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.rules import Method, RecipientKind
from practice.audit.models import AuditEntry
from practice.infrastructure.blackout import Span
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import License, Patient, Staff
from practice.people.rules import LicenseKind, Role
from practice.worklist.models import Task
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import CustodyReason, Step, Transfer, refusal_of_people
from records.psychotherapy.ids import new_id
from records.psychotherapy.models import Event
from records.psychotherapy.vault import NotReleasable
from tests.everybody import make_staff
from tests.psychotherapy.conftest import DAY, write_note
from tests.psychotherapy.test_packages import authorize, text_of

SignedIn = Callable[[Staff], Client]
Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]

APP, SEALED = "psychotherapy_app", "psychotherapy"


class NamesEverything:
    """An authorization that names every note, and nobody else's beside it."""

    def __call__(self, head: vault.NoteHead) -> None:
        return None

    def agreed(self, head: vault.NoteHead) -> tuple[UUID, ...]:
        return ()


CANARY, LEFT_OUT = "zebraquartzhypothesis", "heliotropeaffair"
NOTES = ["note", "authorkey", "wrappedkey", "draft", "draftbranch"]


def leave_out(author: Staff, note: UUID, patient: Patient, start: int = 0, end: int = 4) -> None:
    spans = [Span(start, end)]
    assert vault.redact_note(
        author, note_id=note, patient_id=patient.pk, spans=spans, nothing_left=True, reason="hers alone"
    )


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


def transfer(castellanos: Staff, brook: Staff, author: Staff, custodian: Staff) -> Transfer:
    """The compliance officer proposes, the administrator is to confirm."""
    return actions.propose_custody(
        by=castellanos, author=author, custodian=custodian, second=brook, reason=CustodyReason.LEFT
    )


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


# --- The database itself: each step broken on purpose -----------------------------------------------------------------


@contextmanager
def acting(connection: psycopg.Connection, actor: object) -> Iterator[psycopg.Connection]:
    """One transaction as the vault opens it, without the vault."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('app.actor', %s, true)", [str(actor)])
        yield connection


def time_passes(superuser: Superuser, days: int) -> None:
    """The confirmation of every transfer lies so many days back. Nobody but a superuser without triggers can do it."""
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "UPDATE psychotherapy_custody SET confirmed_at = confirmed_at - make_interval(days => %s)", [days]
        )


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM psychotherapy_{table}").fetchone()  # type: ignore[arg-type]
    assert row
    return int(row[0])


@pytest.fixture
def in_custody(
    hale: Staff, osei: Staff, lindqvist: Patient, castellanos: Staff, brook: Staff, superuser: Superuser
) -> Transfer:
    """Dr. Hale has left; Dr. Osei has custody of what she kept."""
    made = transfer(castellanos, brook, hale, osei)
    actions.confirm_custody(by=brook, transfer=made)
    time_passes(superuser, 8)
    actions.take_custody(by=osei, transfer=made)
    found = vault.transfer_of_mine(osei, made.id)
    assert found and found.in_effect
    return found


INSERT = """INSERT INTO psychotherapy_custody (id, author, custodian, proposed_by, second, reason, contact, waits_days,
    proposed_at, confirmed_reason) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, '', %s, now(), '')"""


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_each_step_that_is_not_that_persons_or_not_yet(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, connect_as: Connect, superuser: Superuser
) -> None:
    connection, refused = connect_as(APP, SEALED), psycopg.errors.IntegrityError
    author, custodian, first, second = hale.pk, osei.pk, castellanos.pk, brook.pk
    for people, reason, days in (
        ((author, custodian, first, first), "left", 7),  # the same person twice
        ((author, first, first, second), "left", 7),  # for oneself
        ((author, second, first, second), "left", 7),  # confirmed for oneself
        ((author, custodian, first, author), "left", 7),
        ((author, author, first, second), "left", 7),
        ((author, custodian, first, custodian), "in_advance", 7),  # alone, and not named by the author
        ((author, custodian, first, second), "left", 2),  # hardly a waiting time
    ):
        with acting(connection, first), pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(INSERT, [*people, reason, days])
    with acting(connection, osei.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(INSERT, [author, custodian, first, second, "left", 7])  # in somebody else's name
    made = transfer(castellanos, brook, hale, osei)

    def tried(actor: object, change: str) -> None:
        with acting(connection, actor):
            changed = connection.execute(f"UPDATE psychotherapy_custody SET {change}").rowcount  # type: ignore[arg-type]
            assert changed == 1, (actor, change)

    for actor in (author, custodian, first):
        with pytest.raises(refused):
            tried(actor, "confirmed_at = now()")
    for actor in ("", uuid4()):
        with pytest.raises(AssertionError):
            tried(actor, "confirmed_at = now()")  # no such row for them
    for change in ("taken_at = now()", "stopped_by = gen_random_uuid()", "confirmed_reason = 'died'"):
        with pytest.raises(refused):
            tried(second, f"confirmed_at = now(), {change}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tried(first, "waits_days = 3")
    vault.take_step(brook, made.id, Step.CONFIRM)
    for actor in (author, first, second, custodian):
        with pytest.raises(refused):
            tried(actor, "taken_at = now()")  # too early, or not theirs
    with pytest.raises(refused):
        tried(second, "confirmed_at = now() - interval '8 days'")
    time_passes(superuser, 6)
    with pytest.raises(refused):
        tried(custodian, "taken_at = now()")
    time_passes(superuser, 1)
    for actor in (author, first, second):
        with pytest.raises(refused):
            tried(actor, "taken_at = now()")
    tried(custodian, "taken_at = now() - interval '9 days'")
    with pytest.raises(refused):
        superuser(SEALED).execute("DELETE FROM psychotherapy_custody")
    assert vault.take_step(hale, made.id, Step.STOP) is True
    for change in ("taken_at = now()", "stopped_at = NULL", "stopped_at = NULL, stopped_by = NULL"):
        with pytest.raises(refused):
            tried(custodian, change)  # after it was stopped
    with pytest.raises(Refused):
        actions.take_custody(by=osei, transfer=made)


REDACTION = "noteredaction"
OPEN = """INSERT INTO psychotherapy_custodyopening (id, custody, author, opened_by, kind, ground, patient, notes,
    package, opened_at, in_transaction) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, now(), 0)"""
NAME = "SELECT set_config('app.opening', %s, true)"


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_custody_shows_no_row_but_under_an_opening_that_the_same_transaction_wrote(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    cordova: Patient,
    in_custody: Transfer,
    connect_as: Connect,
) -> None:
    note, other = write_note(hale, lindqvist), write_note(hale, cordova)
    joint = write_note(hale, lindqvist, cordova)
    connection, ground = connect_as(APP, SEALED), uuid4()
    given = [in_custody.id, hale.pk, osei.pk]

    def seen() -> list[int]:
        return [count(connection, table) for table in NOTES]

    with acting(connection, osei.pk):
        assert seen() == [0] * len(NOTES), "custody alone opens nothing"
    offered = vault.sessions_in_custody(
        osei, in_custody.id, patient_id=lindqvist.pk, ground=ground, covered=NamesEverything()
    )
    assert [one.text for one in offered] == [None, None] and [one.refusal is None for one in offered] == [True, False]
    with acting(connection, osei.pk):
        old = connection.execute("SELECT id FROM psychotherapy_custodyopening").fetchone()
        assert old
        connection.execute(NAME, [str(old[0])])
        assert seen() == [0] * len(NOTES), "an opening of another transaction opens nothing"
    with acting(connection, osei.pk):
        connection.execute(OPEN, [old := uuid4(), *given, "index", ground, lindqvist.pk, [], None])
        assert seen() == [0] * len(NOTES), "an opening that is not named opens nothing"
        connection.execute(NAME, [str(old)])
        assert seen() == [2, 0, 0, 0, 0], "the list of sessions opens no key"
    with acting(connection, osei.pk):
        connection.execute(OPEN, [old := uuid4(), *given, "package", ground, lindqvist.pk, [note, other], uuid4()])
        connection.execute(NAME, [str(old)])
        assert seen() == [1, 1, 1, 0, 0], "the note of this patient that was named, and no other"
        assert count(connection, REDACTION) == 0
    for one, patient in ((note, lindqvist), (other, cordova), (joint, lindqvist)):
        leave_out(hale, one, patient)
    for kind, named, redactions in (("index", [], 0), ("package", [other, joint], 0), ("package", [note, joint], 1)):
        with acting(connection, osei.pk):
            assert count(connection, REDACTION) == 0
            connection.execute(OPEN, [old := uuid4(), *given, kind, ground, lindqvist.pk, named, uuid4()])
            connection.execute(NAME, [str(old)])
            assert count(connection, REDACTION) == redactions, "what is left out of the note that is packed, no other"
            keys = "SELECT count(*) FROM psychotherapy_wrappedkey WHERE kind = 'redaction'"
            assert connection.execute(keys).fetchone() == (redactions,)
    wrong = [
        (osei.pk, [uuid4(), hale.pk, osei.pk]),  # no such custody
        (osei.pk, [in_custody.id, dana.pk, osei.pk]),  # of another author
        (osei.pk, [in_custody.id, hale.pk, hale.pk]),  # in somebody else's name
        (dana.pk, [in_custody.id, hale.pk, dana.pk]),  # not the custodian
    ]
    for actor, who in wrong:
        with acting(connection, actor), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(OPEN, [uuid4(), *who, "index", ground, lindqvist.pk, [], None])
    vault.take_step(hale, in_custody.id, Step.STOP)
    with acting(connection, osei.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(OPEN, [uuid4(), *given, "index", ground, lindqvist.pk, [], None])
    assert vault.read(osei, note) is None
    assert vault.my_notes(osei) == vault.my_drafts(osei) == vault.notes_opened_to(osei) == []


# --- Practised --------------------------------------------------------------------------------------------------------


def _the_database_keeps_the_key_from_the_custodian(connection: psycopg.Connection, custodian: Staff) -> None:
    """Whoever packed sees that there is a package, holds no key of it, and makes no other without an opening."""
    with acting(connection, custodian.pk):
        assert (count(connection, "package"), count(connection, "wrappedkey")) == (1, 0)
    columns = """author, patient, authorization_id, recipient_name, description, notes, session_days, key, sealed,
        sha256, size, named_staff, made_at, approved_by, approved_at, hand_over_until"""
    table = "psychotherapy_package"
    copy = f"INSERT INTO {table} (id, {columns}) SELECT gen_random_uuid(), {columns} FROM {table}"
    with acting(connection, custodian.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(copy)


def everything_shown(client: Client, paths: list[str]) -> str:
    return "".join(client.get(path).content.decode() for path in paths)


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_practised_the_author_left_and_a_patient_authorizes_a_release(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    brook: Staff,
    lindqvist: Patient,
    in_custody: Transfer,
    signed_in: SignedIn,
    superuser: Superuser,
    connect_as: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = f"{CANARY} {LEFT_OUT}"
    note = write_note(hale, lindqvist, text=whole, session_on=DAY - timedelta(days=30))
    leave_out(hale, note, lindqvist, len(CANARY) + 1, len(whole))
    authorization = authorize(dana, hale, lindqvist)
    Staff.objects.filter(pk=hale.pk).update(is_active=False)
    custodian, opened = signed_in(osei), reverse("psychotherapy-custody-open", args=[in_custody.id])
    path = reverse("psychotherapy-custody-package", args=[in_custody.id, authorization.pk])
    pages = everything_shown(custodian, ["/", reverse("psychotherapy-custody-list"), opened, path])
    assert "Tobias Lindqvist" in pages and "Session" in pages
    given = {"package": str(new_id(osei.pk)), "notes": [str(note)], "smallest": "on"}
    given |= {"recipient": authorization.recipient_name}
    for named in ([str(osei.pk)], []):
        again = custodian.post(path, given | {"named_staff": named})
        assert again.status_code == 422, "who packs does not hand over"
        pages += again.content.decode()
    made = custodian.post(path, given | {"named_staff": [str(dana.pk)]})
    assert made.status_code == 200 and "shown now and never again" in made.content.decode()
    passphrase = made.content.decode().split('class="copy-once">')[1].split("<")[0].strip()
    package = vault.packages_awaiting_hand_over(dana)[0]
    pages += made.content.decode() + everything_shown(
        custodian,
        [opened, reverse("psychotherapy-note-open", args=[note]), reverse("psychotherapy-home")],
    )
    assert vault.package_bytes(osei, package.id) is None, "the custodian never holds the file"
    assert CANARY not in pages + caplog.text
    assert (package.author, package.approved_by) == (hale.pk, osei.pk)
    desk = signed_in(dana)
    hand_over = reverse("notes-hand-over", args=[package.id])
    shown = desk.get(hand_over).content.decode()
    assert "custody of the notes of" in shown and CANARY not in shown
    locked = vault.package_bytes(dana, package.id)
    assert locked is not None and CANARY.encode() not in locked
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    inside = text_of(locked, passphrase)
    assert CANARY in inside and "Miriam Hale" in inside and "Kofi Osei" in inside
    assert LEFT_OUT not in inside and "hers alone" not in inside, "what its author left out stays out"
    _the_database_keeps_the_key_from_the_custodian(connect_as(APP, SEALED), osei)
    release = commit_notes_package(
        by=dana,
        package_id=package.id,
        release=Release(
            recipient_kind=RecipientKind.ATTORNEY, identity_verified="card seen", method=Method.LOCKED_FILE
        ),
    )
    entry = entry_of(release)
    assert entry is not None and entry.private["pn_authors"] == [str(hale.pk)], "the ledger names the originator"
    assert "without reading" in desk.get(reverse("release-open", args=[release.pk])).content.decode()
    assert CANARY not in desk.get(reverse("release-open", args=[release.pk])).content.decode()
    rows = superuser(SEALED).execute(
        "SELECT kind, actor FROM psychotherapy_event WHERE author = %s ORDER BY at", [hale.pk]
    )
    events = {(kind, actor) for kind, actor in rows.fetchall()}
    steps = {"custody_taken", "package_prepared", "package_approved"}
    others = {("custody_confirmed", brook.pk), ("package_handed_over", dana.pk)}
    assert {(kind, osei.pk) for kind in steps} | others <= events
    kinds = (
        superuser(SEALED).execute("SELECT kind, ground FROM psychotherapy_custodyopening ORDER BY opened_at").fetchall()
    )
    assert ("package", authorization.pk) in kinds and {kind for kind, _ in kinds} == {"index", "package"}
    Staff.objects.filter(pk=hale.pk).update(is_active=True)
    mine = vault.read(hale, note)
    assert mine is not None and mine.text == whole and mine.mine, "the author is the author, her key works as ever"


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_nothing_is_packed_without_an_authorization_in_effect_or_for_a_note_it_does_not_name(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    cordova: Patient,
    in_custody: Transfer,
    signed_in: SignedIn,
    superuser: Superuser,
) -> None:
    note, joint = write_note(hale, lindqvist), write_note(hale, lindqvist, cordova)
    authorization = authorize(dana, hale, lindqvist)
    of_osei = authorize(dana, osei, lindqvist)
    shut = write_note(hale, lindqvist)
    leave_out(hale, shut, lindqvist)
    superuser(SEALED).execute("DELETE FROM psychotherapy_wrappedkey WHERE kind = 'redaction'")

    def pack(*notes: UUID, by: Staff = osei, to: Staff = dana, paper: Authorization = authorization) -> None:
        actions.pack_in_custody(
            by=by,
            transfer=in_custody,
            authorization=paper,
            package_id=uuid4(),
            note_ids=notes,
            recipient=paper.recipient_name,
            named_staff=[to],
            on=today(),
        )

    for wanted in ((), (joint,), (note, joint), (uuid4(),)):
        with pytest.raises(NotReleasable):
            pack(*wanted)
    with pytest.raises(NotReleasable, match="PN_UNREADABLE"):
        pack(shut)  # what its author left out of it cannot be known
    for changes in ({"by": dana}, {"by": hale}, {"to": osei}, {"paper": of_osei}):
        with pytest.raises(NotReleasable):
            pack(note, **changes)  # type: ignore[arg-type]
    made = superuser(SEALED).execute("SELECT count(*) FROM psychotherapy_package").fetchone()
    assert made == (0,)
    client = signed_in(osei)
    for paper in (of_osei.pk, uuid4()):
        assert client.get(reverse("psychotherapy-custody-package", args=[in_custody.id, paper])).status_code == 404


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_practised_a_solo_practice_whose_therapist_died(
    solo: Staff, superuser: Superuser, signed_in: SignedIn, connect_as: Connect
) -> None:
    """The custodian was named in advance and has no role here; the file is handed over by a second person."""
    outside = make_staff("outside", "Ines Varga", title="Dr.")
    License.objects.create(
        staff=outside, kind=LicenseKind.PSYCHOLOGIST, number="1", state="TX", expires_on=today() + timedelta(days=900)
    )
    given = {"custodian": str(outside.pk), "contact": "512-555-0119", "waits_days": "30"}
    made = signed_in(solo).post(reverse("psychotherapy-custody-name"), given)
    path, client = made.headers["Location"], signed_in(outside)
    assert "You are named as custodian" in client.get("/").content.decode()
    assert client.post(f"{path}confirm/", {}).status_code == 422, "what happened is to be said"
    assert client.post(f"{path}take/").status_code == 403
    assert client.post(f"{path}confirm/", {"reason": "died"}).status_code == 302
    assert "transfer of custody of your notes" in signed_in(solo).get("/").content.decode()
    time_passes(superuser, 29)
    assert client.post(f"{path}take/").status_code == 403
    time_passes(superuser, 1)
    assert client.post(f"{path}take/").status_code == 302
    assert "No authorization asks for them" in client.get(path).content.decode()
    with acting(connect_as(APP, SEALED), outside.pk) as connection:
        assert [count(connection, table) for table in NOTES] == [0] * len(NOTES)
    vault.take_step(solo, vault.my_transfers(solo)[0].id, Step.STOP)
    assert "Authorizations that ask" not in client.get(path).content.decode()


@pytest.mark.django_db
def test_somebody_from_outside_can_be_invited_without_a_role(brook: Staff, signed_in: SignedIn) -> None:
    client, given = signed_in(brook), {"full_name": "Ines Varga", "username": "i.varga"}
    assert client.post(reverse("staff-new"), given | {"roles": ["none", "clinician"]}).status_code != 302
    assert not Staff.objects.filter(username="i.varga").exists()
    client.post(reverse("staff-new"), given | {"roles": ["none"]})
    assert Staff.objects.get(username="i.varga").roles == []
