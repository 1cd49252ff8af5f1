"""A failure at every single statement of commit, deliver and close; and who wins when somebody takes it back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from authorizations.actions import record_revocation
from authorizations.signals import authorization_revoked
from disclosures.ledger.models import Checkpoint, Entry
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.ledger import append_entry
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.rules import ReleaseState
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from records.chart.actions.endings import cancel_note
from records.chart.rules.notes import CancelKind
from records.psychotherapy.actions import approve_package
from tests.psychotherapy.conftest import write_note

from .conftest import LAWYER
from .test_notes import at_the_desk

pytestmark = [pytest.mark.django_db, pytest.mark.committing]


@contextmanager
def failing_at(statement: int) -> Iterator[list[int]]:
    """The database refuses the k-th statement (from 1); yields the count of statements seen."""
    seen = [0]

    def execute(run, sql, params, many, context):
        seen[0] += 1
        if seen[0] == statement:
            raise OperationalError("broken off")
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute), connections["psychotherapy"].execute_wrapper(execute):
        yield seen


def until_clean(act: Callable[[], object], check: Callable[[int], None]) -> int:
    """Do the act with its 1st, 2nd, 3rd ... statement failing, checking after each, until it runs through."""
    for statement in range(1, 400):
        try:
            with failing_at(statement):
                act()
        except OperationalError:
            check(statement)
            continue
        return statement
    raise AssertionError("it never ran through")


def entries_agree_with_releases() -> None:
    """No entry without a release that says so, no committed release without its entry with the same hash."""
    for release in Release.objects.all():
        entry = entry_of(release)
        committed = release.state in (ReleaseState.COMMITTED, ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED)
        assert committed == (entry is not None)
        assert entry is None or entry.artefact_sha256 == release.sha256
    closed = Release.objects.filter(state__in=[ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED]).count()
    assert Entry.objects.filter(kind="delivery").count() == closed


def test_no_failing_statement_separates_a_release_from_its_entry(approved, dana, pdf):
    release = approved()

    def commit():
        # as somebody at the desk would: try again where it stands
        release.refresh_from_db()
        if release.state == ReleaseState.APPROVED:
            actions.commit_release(by=dana, release_id=release.pk)

    def check(_statement):
        entries_agree_with_releases()
        release.refresh_from_db()
        assert release.served_at is None

    assert until_clean(commit, check) > 20
    entries_agree_with_releases()
    assert Entry.objects.count() == 1
    assert actions.deliver(by=dana, release_id=release.pk).content == pdf


def test_no_byte_leaves_when_any_statement_of_the_delivery_fails(approved, dana, pdf, monkeypatch):
    release = approved()
    with monkeypatch.context() as patch:  # the signing after the commit broke off: the delivery must make it good
        patch.setattr("disclosures.releases.actions.hand_over.sign", lambda: False)
        actions.commit_release(by=dana, release_id=release.pk)
    given = []

    def deliver():
        given.append(actions.deliver(by=dana, release_id=release.pk))

    def check(_statement):
        assert given == []
        entries_agree_with_releases()

    assert until_clean(deliver, check) > 15
    assert [one.content for one in given] == [pdf]
    assert Checkpoint.objects.filter(size__gt=entry_of(release).index).exists()
    release.refresh_from_db()
    assert release.served_at is not None


def test_no_failing_statement_half_closes_a_release(approved, dana, pdf):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)

    def close():
        release.refresh_from_db()
        if release.state == ReleaseState.COMMITTED:
            actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today())

    assert until_clean(close, lambda _statement: entries_agree_with_releases()) > 15
    entries_agree_with_releases()
    assert Entry.objects.filter(kind="delivery").count() == 1


def test_no_failing_statement_in_either_database_hands_over_notes_without_an_entry(dana, hale, lindqvist, paper):
    note = write_note(hale, lindqvist, session_on=today())
    made = approve_package(
        by=hale, authorization=paper(notes=True), package_id=uuid4(), note_ids=[note], recipient=LAWYER,
        named_staff=[dana], on=today(),
    )  # fmt: skip

    def commit():
        if not Release.objects.exists():
            actions.commit_notes_package(by=dana, package_id=made.cover.id, release=at_the_desk())

    def check(_statement):
        entries_agree_with_releases()
        assert not Release.objects.filter(served_at__isnull=False).exists()

    assert until_clean(commit, check) > 20
    entries_agree_with_releases()
    release = Release.objects.get()
    assert Entry.objects.filter(kind="disclosure").count() == 1
    given = actions.deliver(by=dana, release_id=release.pk).content
    assert sha256(given).hexdigest() == made.cover.sha256


def in_threads(*acts: Callable[[], object]) -> list[object]:
    """Run all at once; what each returned or raised."""
    results: list[object] = [None] * len(acts)
    barrier = Barrier(len(acts))

    def run(position: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=30)
            results[position] = act()
        except Exception as error:
            results[position] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(position, act)) for position, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


@pytest.mark.parametrize("round_", range(3))
def test_a_revocation_and_fifteen_hand_overs_at_once_have_one_winner(approved, dana, round_):
    release = approved()
    authorization = release.authorization

    def take_back():
        return record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now())

    def hand_over():
        return actions.commit_release(by=dana, release_id=release.pk)

    results = in_threads(take_back, *[hand_over] * 15)
    assert not isinstance(results[0], Exception)
    done = [result for result in results[1:] if isinstance(result, Release)]
    refused = [result for result in results[1:] if isinstance(result, GateRefused | Refused)]
    assert len(done) + len(refused) == 15
    assert Entry.objects.filter(kind="disclosure").count() == len(done) <= 1
    entries_agree_with_releases()
    if done:  # it was first: the revocation came in afterwards, and still stops the first byte
        with pytest.raises(GateRefused):
            actions.deliver(by=dana, release_id=release.pk)


def begun(act: Callable[[], object]) -> tuple[Thread, list[object]]:
    """A thread that does the act, and the list its result or error goes into."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(act())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread, results


def test_a_revocation_in_the_middle_of_a_hand_over_waits_until_it_stands(approved, dana, monkeypatch):
    release = approved()
    authorization = release.authorization
    others = []

    def append_while_somebody_revokes(**given):
        received = timezone.now()
        thread, results = begun(
            lambda: record_revocation(by=dana, authorization=authorization, written=True, received_at=received)
        )
        others.append((thread, results))
        thread.join(timeout=1.5)
        assert thread.is_alive(), "the gate had said yes, and the revocation did not wait"
        return append_entry(**given)

    monkeypatch.setattr("disclosures.releases.actions.hand_over.append_entry", append_while_somebody_revokes)
    actions.commit_release(by=dana, release_id=release.pk)
    thread, results = others[0]
    thread.join(timeout=30)
    assert not isinstance(results[0], Exception)
    with pytest.raises(GateRefused):
        actions.deliver(by=dana, release_id=release.pk)


def test_a_hand_over_in_the_middle_of_a_revocation_waits_and_is_refused(approved, dana):
    release = approved()
    others = []

    def hand_over_meanwhile(**_):
        thread, results = begun(lambda: actions.commit_release(by=dana, release_id=release.pk))
        others.append((thread, results))
        thread.join(timeout=1.5)
        assert thread.is_alive(), "the revocation was under way, and the hand-over did not wait"

    authorization_revoked.connect(hand_over_meanwhile, weak=False)
    try:
        record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    finally:
        authorization_revoked.disconnect(hand_over_meanwhile)
    thread, results = others[0]
    thread.join(timeout=30)
    assert isinstance(results[0], GateRefused)
    assert results[0].decision.codes() == {"AUTH_DEFECT_REVOKED"}
    assert not Entry.objects.exists()


def test_two_people_closing_at_once_make_one_entry(approved, dana, castellanos, pdf):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    results = in_threads(
        lambda: actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today()),
        lambda: actions.close_release(
            by=castellanos, release_id=release.pk, delivered=False, on=today(), reason="came back"
        ),
    )
    assert sum(isinstance(result, Release) for result in results) == 1
    assert Entry.objects.filter(kind="delivery").count() == 1


def test_a_package_with_a_note_that_was_cancelled_since_does_not_leave(approved, dana, hale):
    """Before it is committed it is prepared again; committed and not given out yet, it is closed as not delivered."""
    release, later = approved(), approved()
    actions.commit_release(by=dana, release_id=later.pk)
    note = release.items.first().object_id
    cancel_note(by=hale, note_id=note, kind=CancelKind.WRONG_CHART, reason="It is about somebody else.")
    with pytest.raises(Refused, match="CHANGED_SINCE_APPROVED"):
        actions.commit_release(by=dana, release_id=release.pk)
    with pytest.raises(Refused, match="CHANGED_SINCE_APPROVED"):
        actions.deliver(by=dana, release_id=later.pk)
    assert Release.objects.get(pk=release.pk).state == ReleaseState.APPROVED
