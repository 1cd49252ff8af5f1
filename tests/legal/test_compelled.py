"""What a court or a law compels of psychotherapy notes: two people have it packed, and its text is shown to neither."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from disclosures.ledger.models import Entry
from disclosures.legal.actions import (
    NotCompelled,
    confirm_compelled,
    hand_over_compelled,
    pack_compelled,
    stop_compelled,
)
from disclosures.legal.models import LegalPaper, PaperEntry
from disclosures.legal.rules import FIGHTS, STOPS, CounselAnswer, ResponseKind
from disclosures.releases.actions import commit_notes_package, deliver
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.steps import steps_of
from disclosures.releases.rules import Method
from disclosures.releases.signals import compelled_leaves
from practice.audit.models import AuditEntry
from practice.infrastructure.blackout import NOTES_LEFT_OUT
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.rules import Role
from practice.worklist.models import Task
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled, Scope
from records.psychotherapy.custody_rules import Opening
from records.psychotherapy.models import Event
from records.psychotherapy.vault import NotReleasable
from tests.everybody import make_staff
from tests.files import pdf
from tests.legal.conftest import FIRST, LAST, add_counsel, at, begin, respond, seen
from tests.psychotherapy.conftest import DAY, write_draft, write_note
from tests.psychotherapy.test_packages import text_of
from tests.releases.test_covers import ON_TWO_SHEETS, cover_of

Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]
APP, SEALED = "psychotherapy_app", "psychotherapy"
CANARY, DRAFTED, JOINT, OLD = "zebraquartz", "heliotropedraft", "couplesmaterial", "beforethescope"
pytestmark = pytest.mark.django_db


@pytest.fixture
def notes(hale: Staff, lindqvist: Patient, cordova: Patient) -> dict[str, UUID]:
    """Two sessions within the order, one never signed; a joint one; one before it; and another patient's."""
    return {
        "signed": write_note(hale, lindqvist, text=CANARY),
        "draft": write_draft(hale, lindqvist, text=DRAFTED).id,
        "joint": write_note(hale, lindqvist, cordova, text=JOINT),
        "old": write_note(hale, lindqvist, text=OLD, session_on=FIRST - timedelta(days=1)),
        "other": write_note(hale, cordova, text="somebodyelse"),
    }


@pytest.fixture
def confirmed(order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff) -> Compelled:
    """Begun by the compliance officer, confirmed by the administrator; front desk is to hand it over."""
    begun = begin(castellanos, order, hale, brook, dana)
    confirm_compelled(by=brook, compelled=begun)
    return seen(castellanos, begun)


@pytest.fixture
def no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without text instead of the package: where only the way there is looked at."""
    monkeypatch.setattr("disclosures.legal.actions.package_pdf", lambda *args, **more: pdf())


def passphrase(*parts: str) -> str:
    return "-".join(parts)


def part_of(staff: Staff, compelled: Compelled) -> list[tuple[int, str]]:
    parts = vault.my_passphrase_parts(staff, compelled.id)
    assert parts is not None
    return [(part.number, part.text) for part in parts]


def test_two_people_have_it_packed_and_neither_can_read_it(
    notes: dict[str, UUID], confirmed: Compelled, castellanos: Staff, brook: Staff, dana: Staff, hale: Staff
) -> None:
    done = pack_compelled(by=brook, compelled=confirmed)
    assert done.package and done.others_left_out
    for one in (castellanos, brook):
        assert vault.package_bytes(one, done.package) is None, "neither of the two is given the file"
    locked = vault.package_bytes(dana, done.package)
    (_, first), (_, second) = part_of(castellanos, done)[0], part_of(brook, done)[0]
    assert locked and vault.my_passphrase_parts(dana, done.id) is None, "who has the file has no part of the passphrase"
    assert vault.my_passphrase_parts(hale, done.id) is None
    for wrong in (first, second, passphrase(second, first)):
        with pytest.raises(Exception, match="password"):
            text_of(locked, wrong)
    text = text_of(locked, passphrase(first, second))
    assert CANARY in text and DRAFTED in text and "Draft, not signed" in text
    assert JOINT not in text and OLD not in text and "somebodyelse" not in text
    assert "Order signed by a judge" in text and "written authorization" not in text
    assert NOTES_LEFT_OUT in " ".join(text.split()), "the recipient is told that something within the order is missing"


def test_hand_over_goes_through_the_gate_and_the_ledger_like_every_release(
    notes: dict[str, UUID],
    confirmed: Compelled,
    castellanos: Staff,
    brook: Staff,
    dana: Staff,
    hale: Staff,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet = AuditEntry.objects.count(), Task.objects.count(), Entry.objects.count(), Release.objects.count()
    done = pack_compelled(by=castellanos, compelled=confirmed)
    assert done.package
    now = AuditEntry.objects.count(), Task.objects.count(), Entry.objects.count(), Release.objects.count()
    assert now == quiet, "until it is handed over nothing of it stands in the practice's database"
    with pytest.raises(Refused):
        commit_notes_package(by=dana, package_id=done.package, release=Release())  # it has no authorization
    with pytest.raises(Refused):
        hand_over_compelled(by=castellanos, package_id=done.package, release=Release())  # not named for it
    order = LegalPaper.objects.get()
    add_counsel(castellanos, order, CounselAnswer.NARROW)
    with pytest.raises(Refused):  # what counsel says later still counts
        hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))
    add_counsel(castellanos, order)
    release = hand_over_compelled(
        by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE, identity_verified="Badge seen")
    )
    entry = entry_of(release)
    assert entry and entry.basis == "B_COURT_ORDER" and entry.includes_pn and entry.rule_accountable
    assert release.verdict["rule_result"] == release.verdict["policy_result"] == "allow"
    assert release.approver_id == hale.pk and release.approved_by_id == castellanos.pk
    answered = PaperEntry.objects.get(release=release)
    assert answered.code == ResponseKind.COMPLY_LIMITED and answered.paper_id == confirmed.ground
    steps = [step["title"] for step in steps_of(release, entry, may_approve=False)]
    assert steps[0] == "Compelled: packed by two people, shown to neither" and "Prepared" not in steps
    assert ON_TWO_SHEETS in cover_of(release)
    add_counsel(castellanos, order, CounselAnswer.OBJECT)
    with pytest.raises(Refused, match="COUNSEL_AGAINST"):  # until it is given out
        deliver(by=dana, release_id=release.pk)
    add_counsel(castellanos, order)
    with monkeypatch.context() as patch, pytest.raises(Refused, match="PAPER_NOT_ASKED"):
        patch.setattr(compelled_leaves, "receivers", [])
        deliver(by=dana, release_id=release.pk)
    given = deliver(by=dana, release_id=release.pk)
    words = passphrase(part_of(castellanos, done)[0][1], part_of(brook, done)[0][1])
    assert CANARY in text_of(given.content, words)
    with pytest.raises(Refused):
        hand_over_compelled(by=dana, package_id=done.package, release=Release())


def test_one_person_alone_cannot(
    notes: dict[str, UUID], order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff
) -> None:
    twin = make_staff("castellanos2", "M. Castellanos", Role.COMPLIANCE_OFFICER)
    fresh = make_staff("fresh", "Flora Nye", Role.ADMINISTRATOR)
    Staff.objects.filter(pk=fresh.pk).update(joined_at=timezone.now())
    for second in (castellanos, twin, fresh, None):
        with pytest.raises(Refused):
            begin(castellanos, order, hale, second, dana)
    for starter in (hale, dana, brook):
        with pytest.raises(Refused):
            begin(starter, order, hale, castellanos, dana)
    begun = begin(castellanos, order, hale, brook, dana)
    with pytest.raises(Refused):
        confirm_compelled(by=castellanos, compelled=begun)  # in however many browsers
    for anybody in (castellanos, brook, hale, dana):
        with pytest.raises(Refused):
            pack_compelled(by=anybody, compelled=begun)
        with pytest.raises(NotReleasable):
            vault.pack_compelled(by=anybody, compelled_id=begun.id, package_id=uuid4(), render=lambda *given: b"")
    Staff.objects.filter(pk=brook.pk).update(email="same@example.org")
    Staff.objects.filter(pk=castellanos.pk).update(email="Same@example.org")
    with pytest.raises(Refused):
        confirm_compelled(by=Staff.objects.get(pk=brook.pk), compelled=begun)  # their other account


@pytest.mark.usefixtures("no_press")
def test_two_are_two_until_the_file_is_made_and_neither_of_them_is_given_it(
    notes: dict[str, UUID], order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff,
    signed_in: Callable[[Staff], Client],
) -> None:  # fmt: skip
    for holder in (castellanos, brook):
        with pytest.raises(Refused, match="COMPELLED_NOT_BOTH"):
            begin(castellanos, order, hale, brook, dana, holder)
    begun = begin(castellanos, order, hale, brook, dana)
    first, second = Staff.objects.filter(pk=castellanos.pk), Staff.objects.filter(pk=brook.pk)
    for gone in ({"is_active": False}, {"roles": [Role.FRONT_DESK]}, {"joined_at": timezone.now()}):
        kept = first.values(*gone).get()
        first.update(**gone)
        with pytest.raises(Refused):
            confirm_compelled(by=brook, compelled=begun)
        first.update(**kept)
    confirm_compelled(by=brook, compelled=begun)
    for one, other in ((first, brook), (second, castellanos)):
        one.update(is_active=False)
        with pytest.raises(Refused, match="COMPELLED_NOT_TWO"):
            pack_compelled(by=other, compelled=seen(other, begun))
        one.update(is_active=True)
    pack_compelled(by=castellanos, compelled=seen(castellanos, begun))
    second.update(joined_at=timezone.now())  # somebody made this sign-in theirs
    assert signed_in(second.get()).post(reverse("compelled-slip", args=[begun.id])).status_code == 403


@pytest.mark.usefixtures("no_press")
def test_the_authors_refusal_does_not_stop_an_order(
    notes: dict[str, UUID], confirmed: Compelled, hale: Staff, brook: Staff, dana: Staff
) -> None:
    with pytest.raises(Refused):
        stop_compelled(by=hale, compelled=confirmed)
    with pytest.raises(Refused):
        add_counsel(hale, LegalPaper.objects.get(), CounselAnswer.OBJECT)
    for stop in STOPS:
        with pytest.raises(Refused):
            respond(hale, LegalPaper.objects.get(), stop)
    assert Patient.objects.get(pk=confirmed.patients[0]).litigation_hold, "nothing is destroyed meanwhile"
    Staff.objects.filter(pk=hale.pk).update(is_active=False)  # left in anger
    done = pack_compelled(by=brook, compelled=confirmed)
    Staff.objects.filter(pk=hale.pk).update(is_active=True)
    assert done.package and vault.withdraw_package(hale, done.package) is None
    assert hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))


@pytest.mark.usefixtures("no_press")
def test_the_author_is_told_and_finds_it_in_their_own_record(
    notes: dict[str, UUID], confirmed: Compelled, hale: Staff, osei: Staff, brook: Staff
) -> None:
    assert [one.id for one in vault.my_compelled(hale)] == [confirmed.id]
    assert vault.my_compelled(osei) == [] and vault.compelled_of_mine(osei, confirmed.id) is None
    pack_compelled(by=brook, compelled=confirmed)
    note = vault.read(hale, notes["signed"])
    assert note and any("compelled release" in one.what for one in note.history)
    with vault.open_as(hale):
        told = list(Event.objects.filter(kind__startswith="compelled").order_by("at").values_list("kind", flat=True))
    assert told[:2] == ["compelled_started", "compelled_confirmed"] and "compelled_packed" in told


def test_where_there_is_nothing_the_answer_says_so_to_the_two_alone(
    confirmed: Compelled, hale: Staff, castellanos: Staff, brook: Staff, lindqvist: Patient
) -> None:
    write_note(hale, lindqvist, session_on=FIRST - timedelta(days=1))
    done = pack_compelled(by=brook, compelled=confirmed)
    assert done.empty_at and done.package is None and not done.others_left_out
    assert seen(castellanos, confirmed).empty_at
    assert seen(hale, confirmed).empty_at is None, "its author is told that it was begun, no more"
    with pytest.raises(NotReleasable):
        pack_compelled(by=brook, compelled=confirmed)  # it is over
    with vault.open_as(hale):
        assert not Event.objects.filter(kind="compelled_empty").exists()


@pytest.mark.usefixtures("no_press")
def test_a_paper_that_is_fought_waits_for_counsel_and_one_that_is_over_opens_nothing_again(
    notes: dict[str, UUID], confirmed: Compelled, order: LegalPaper, castellanos: Staff, brook: Staff, dana: Staff
) -> None:
    def refused() -> list[str]:
        with pytest.raises(NotCompelled) as found:
            begin(castellanos, order, Staff.objects.get(pk=confirmed.author), brook, dana)
        return [reason.code for reason in found.value.reasons]

    for code in sorted(FIGHTS):
        respond(dana, order, code)
        assert refused() == ["PAPER_FOUGHT"], code
        with pytest.raises(NotCompelled):
            pack_compelled(by=brook, compelled=confirmed)
        add_counsel(castellanos, order)
    done = pack_compelled(by=brook, compelled=confirmed)
    assert done.package
    for code in (ResponseKind.MOTION_TO_QUASH, ResponseKind.CLOSED):
        respond(dana, order, code)
        with pytest.raises(Refused):
            hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))
    add_counsel(castellanos, order)
    assert refused() == ["PAPER_OVER"] and not Release.objects.exists()


def test_only_joint_notes_are_left_out_and_that_is_said(
    confirmed: Compelled, hale: Staff, brook: Staff, lindqvist: Patient, cordova: Patient,
    signed_in: Callable[[Staff], Client],
) -> None:  # fmt: skip
    write_note(hale, lindqvist, cordova)
    done = pack_compelled(by=brook, compelled=confirmed)
    assert done.empty_at and done.others_left_out
    page = signed_in(brook).get(reverse("compelled-open", args=[done.id])).content.decode()
    assert f"speaks of {lindqvist.legal_name} alone" in page and cordova.legal_name not in page


def test_what_the_second_confirmed_is_what_the_first_began(
    confirmed: Compelled, order: LegalPaper, castellanos: Staff, brook: Staff
) -> None:
    add_counsel(castellanos, order, CounselAnswer.OBJECT)
    with pytest.raises(NotCompelled) as refused:
        pack_compelled(by=brook, compelled=confirmed)
    assert [reason.code for reason in refused.value.reasons] == ["COUNSEL_AGAINST"]
    add_counsel(castellanos, order)
    stop_compelled(by=castellanos, compelled=confirmed)
    with pytest.raises(NotReleasable):
        pack_compelled(by=brook, compelled=confirmed)


def test_the_sessions_named_stay_within_the_paper(
    order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff
) -> None:
    for scope in (Scope(), Scope((), FIRST, LAST + timedelta(days=1)), at(FIRST - timedelta(days=1))):
        with pytest.raises(NotCompelled):
            begin(castellanos, order, hale, brook, dana, scope=scope)
    assert begin(castellanos, order, hale, brook, dana, scope=at(DAY)).scope == at(DAY)


# --- The database itself ----------------------------------------------------------------------------------------------

BEGIN = """INSERT INTO psychotherapy_compelled (id, author, patients, ground, paper_kind, session_days, sessions_from,
    sessions_to, started_by, second, waits_days, recipient_name, named_staff, seed_root_key, seed, started_at)
    VALUES (%s, %s, %s, %s, '', '{}', %s, %s, %s, %s, %s, 'Court', '{}', '', '', now() - interval '9 days')"""
STEP = """INSERT INTO psychotherapy_compelledstep (id, compelled, kind, by, others_left_out, at)
    VALUES (gen_random_uuid(), %s, %s, %s, false, now())"""
OPEN = """INSERT INTO psychotherapy_compelledopening (id, compelled, opened_by, kind, package, opened_at,
    in_transaction) VALUES (%s, %s, %s, %s, %s, now(), 0)"""
NAME = "SELECT set_config('app.opening', %s, true)"
TABLES = ("note", "draft", "authorkey", "wrappedkey", "attachment")


@contextmanager
def acting(connection: psycopg.Connection, actor: object) -> Iterator[psycopg.Connection]:
    """One transaction as the vault opens it, without the vault."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('app.actor', %s, true)", [str(actor)])
        yield connection


def rows(connection: psycopg.Connection) -> dict[str, int]:
    found = {}
    for table in TABLES:
        row = connection.execute(f"SELECT count(*) FROM psychotherapy_{table}").fetchone()  # type: ignore[arg-type]
        found[table] = int(row[0]) if row else -1
    return found


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_press")
def test_the_database_opens_no_key_without_both_peoples_rows(
    notes: dict[str, UUID],
    order: LegalPaper,
    hale: Staff,
    lindqvist: Patient,
    castellanos: Staff,
    brook: Staff,
    dana: Staff,
    connect_as: Connect,
    superuser: Superuser,
) -> None:
    connection, nothing = connect_as(APP, SEALED), dict.fromkeys(TABLES, 0)
    denied, first, second = psycopg.errors.InsufficientPrivilege, castellanos.pk, brook.pk

    def begun(actor: object, by: object, other: object, days: int, author: object = hale.pk) -> UUID:
        made = uuid4()
        with acting(connection, actor):
            connection.execute(BEGIN, [made, author, [lindqvist.pk], uuid4(), FIRST, LAST, by, other, days])
        return made

    for other, days in ((first, 0), (None, 3), (second, 3)):  # the same twice; alone for another's; alone and at once
        with pytest.raises(psycopg.errors.CheckViolation):
            begun(first, first, other, days)
    for actor in (second, hale.pk, ""):
        with pytest.raises(denied):
            begun(actor, first, second, 0)  # in somebody else's name

    row = begin(castellanos, order, hale, brook, dana).id

    def opened(actor: object, by: object, kind: str, *before: tuple[str, list]) -> dict[str, int]:
        opening = uuid4()
        with acting(connection, actor):
            for statement, values in before:
                connection.execute(statement, values)
            connection.execute(OPEN, [opening, row, by, kind, uuid4()])
            connection.execute(NAME, [str(opening)])
            return rows(connection)

    for actor, kind in product((first, second, hale.pk, dana.pk), Opening.values):
        with pytest.raises(denied):
            opened(actor, actor, kind)  # nobody has confirmed
    for actor, by in ((first, second), (first, first), (second, first), (hale.pk, hale.pk)):
        with pytest.raises(denied):
            opened(actor, by, "package", (STEP, [row, "confirmed", by]))  # not the second's own word
    for kind in ("packed", "empty"):
        with acting(connection, first), pytest.raises(denied):
            connection.execute(STEP, [row, kind, first])

    confirm_compelled(by=brook, compelled=seen(brook, begin_value(castellanos, row)))
    for actor in (hale.pk, dana.pk, uuid4()):
        with pytest.raises(denied):
            opened(actor, actor, "package")
    for actor in (first, second):
        with acting(connection, actor):
            assert rows(connection) == nothing, "confirmed, and still nothing is seen outside an opening"
        assert opened(actor, actor, "index") == nothing | {"note": 2, "draft": 1}, "the joint note shows, no key does"
        # the author's key, and the keys of the note and of the draft that speak of this patient alone
        assert opened(actor, actor, "package") == nothing | {"note": 1, "draft": 1, "authorkey": 1, "wrappedkey": 2}
        with pytest.raises(denied):
            opened(actor, second if actor == first else first, "package")  # in the other's name
    done = pack_compelled(by=castellanos, compelled=seen(castellanos, begin_value(castellanos, row)))
    assert done.package
    with acting(connection, second), pytest.raises(denied):
        connection.execute(OPEN, [uuid4(), row, second, "package", uuid4()])  # it is over
    with superuser(SEALED).cursor() as cursor:
        cursor.execute("SELECT id FROM psychotherapy_compelledopening WHERE kind = 'package'")
        (stale,) = cursor.fetchone() or ("",)
    for actor in (first, second):
        with acting(connection, actor):
            connection.execute(NAME, [str(stale)])
            assert rows(connection) == nothing, "an opening of another transaction opens nothing"
    for table in ("compelled", "compelledstep", "compelledopening"):
        with pytest.raises(psycopg.errors.IntegrityError):
            superuser(SEALED).execute(f"DELETE FROM psychotherapy_{table}")  # type: ignore[arg-type]


def begin_value(staff: Staff, row: UUID) -> Compelled:
    found = vault.compelled_of_mine(staff, row)
    assert found
    return found
