"""The Merkle log itself: the one writer of entries, the walk that re-reads them, and the signing of checkpoints."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from disclosures.ledger import checkpoints, entries, merkle, tables
from disclosures.ledger.checkpoint_file import CheckpointFile
from disclosures.ledger.checkpoints import Head
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Checkpoint, Entry, Node
from practice.compliance.queries import practice_profile
from practice.infrastructure.keys import keyring
from practice.infrastructure.locks import advisory_lock

APPEND, SIGN = "disclosure ledger append", "disclosure ledger checkpoint"
CLOCK_TOLERANCE = timedelta(minutes=5)
# so that verification can name one entry even when its traces in the database were wiped; above this, only the last
SIGN_EACH_UP_TO = 64


class LedgerBroken(Exception):
    """The log is not what was signed. Nothing is appended to it or signed on it until that is understood.

    `index` is the first entry concerned, or None; the words name no person.
    """

    def __init__(self, words: str, index: int | None = None) -> None:
        super().__init__(words if index is None else f"Entry {index}: {words}")
        self.index = index
        self.words = words


def check_tables() -> None:
    """That the tables read are the ledger's own and nothing can hide their rows. Raises LedgerBroken naming the table.

    In a transaction it stays so until its end.
    """
    if words := tables.wrong():
        raise LedgerBroken(words)


def lock() -> None:
    """Serialises appends from here to the end of the transaction. Take it as late as possible."""
    advisory_lock(APPEND)


def append(kind: EntryKind, *, public: Mapping[str, Any], internal: Mapping[str, Any]) -> Entry:
    """Adds an entry and the nodes it completes; must come last in the caller's transaction, which holds the lock.

    The index has no gaps: it is given under the lock, and a rollback gives it back. Raises LedgerBroken when the
    database's clock stands before the last entry, as after a wrong restore.
    """
    lock()
    last = Entry.objects.order_by("-index").values_list("index", "recorded_at").first()
    now = _database_clock()
    if last and now < last[1] - CLOCK_TOLERANCE:
        raise LedgerBroken("the clock stands before the last entry of the disclosure log")
    index = last[0] + 1 if last else 0
    frontier = merkle.Frontier.read(index, reader(merkle.peak_positions(index)))
    entry_id = uuid4()
    body, text = entries.write(id=entry_id, index=index, kind=kind, recorded_at=now, public=public, internal=internal)
    entry = Entry(body=body, internal=text, **entries.columns_of(body, text))
    entry.save(force_insert=True)
    completed = frontier.append(merkle.leaf_hash(body.encode()))
    Node.objects.bulk_create(Node(level=node.level, index=node.place, hash=node.hash) for node in completed)
    return entry


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now.astimezone(UTC)


def size() -> int:
    """How many entries the log has."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def reader(positions: Iterable[tuple[int, int]]) -> merkle.NodeReader:
    """A reader of the stored nodes at these (level, index), fetched at once."""
    by_level: dict[int, set[int]] = {}
    for level, index in positions:
        by_level.setdefault(level, set()).add(index)
    wanted = Q(pk__in=[])
    for level, indices in by_level.items():
        wanted |= Q(level=level, index__in=indices)
    rows = Node.objects.filter(wanted).values_list("level", "index", "hash")
    found = {(level, index): bytes(digest) for level, index, digest in rows}

    def read(level: int, index: int) -> bytes:
        try:
            return found[level, index]
        except KeyError:
            raise LedgerBroken("a node of the tree over it is missing", index << level) from None

    return read


def prove(compute: Callable[[merkle.NodeReader], Any]) -> Any:
    """Runs a proof twice: once to learn which nodes it reads, once with them, fetched in one query."""
    positions: list[tuple[int, int]] = []

    def note_position(level: int, index: int) -> bytes:
        positions.append((level, index))
        return b""

    compute(note_position)
    return compute(reader(positions))


def walk(frontier: merkle.Frontier, until: int) -> Iterator[Mapping[str, Any]]:
    """Re-reads entries from `frontier.size` up to `until` and recomputes everything they must agree with.

    Yields each entry's row after `frontier` has taken it in. Raises LedgerBroken at the first that is wrong: missing
    or out of order, text other than recorded, columns other than the text, nodes other than computed. Constant memory.
    """
    start = frontier.size
    nodes = _stored_nodes(start, until)
    rows = Entry.objects.filter(index__gte=start, index__lt=until).order_by("index")
    for row in rows.values("body", "internal", *entries.COLUMNS).iterator(chunk_size=2000):
        index = frontier.size
        if row["index"] != index:
            raise LedgerBroken("it is missing from the log", index)
        for expected in frontier.append(merkle.leaf_hash(row["body"].encode())):
            if (found := next(nodes, None)) != expected:
                raise LedgerBroken(_node_words(expected, found), index)
        if words := entries.problem(row):
            raise LedgerBroken(words, index)
        yield row
    if frontier.size != until:
        raise LedgerBroken("it is missing from the log", frontier.size)
    if (extra := next(nodes, None)) is not None:
        raise LedgerBroken("a node was added to the tree over it", extra.place << max(extra.level, 0))


def signed_entries_of(patient_id: UUID, head: Head) -> dict[int, str]:
    """The text of every entry about a patient that is under `head`, by index.

    It reads the log from its first entry and asks nothing about the patient, so that no entry can be missing unless the
    tree shows it. Raises LedgerBroken when the log is not the one that was signed.
    """
    frontier = merkle.Frontier()
    found = {row["index"]: row["body"] for row in walk(frontier, head.size) if row["patient_id"] == patient_id}
    if frontier.root() != head.root:
        raise LedgerBroken("the log is not the one that was signed; run verify_ledger")
    return found


def _stored_nodes(start: int, until: int) -> Iterator[merkle.Node]:
    """Nodes in the order in which appending completes them."""
    # a node is complete when the last leaf under it is there
    complete = RawSQL('(("ledger_node"."index" + 1) << "ledger_node"."level")', ())
    rows = Node.objects.alias(complete=complete).filter(complete__gt=start, complete__lte=until)
    values = rows.order_by("complete", "level", "pk").values_list("level", "index", "hash")
    for level, index, digest in values.iterator(chunk_size=4000):
        yield merkle.Node(level, index, bytes(digest))


def _node_words(expected: merkle.Node, found: merkle.Node | None) -> str:
    if expected.level == 0 and found is not None and found[:2] == expected[:2]:
        return "its text is not the one that was recorded"
    return "the stored tree over it is not the one its text gives"


def sign_checkpoint() -> Checkpoint:
    """Signs the committed log as it stands now and writes it to the file outside the database; gives the last one.

    Before signing it re-reads every new entry and recomputes it, and starts from the tree that was signed last, so what
    is signed only adds to that. Call after the transaction that appended has committed. Raises LedgerBroken (nothing
    signed) and OSError when the file cannot be written (nothing kept).
    """
    with transaction.atomic(durable=True):
        advisory_lock(SIGN)
        check_tables()
        profile = practice_profile()
        file = CheckpointFile.configured()
        head, row = _last_signed(file, profile.log_origin)
        frontier = _signed_frontier(head)
        until = size()
        new = [(frontier.size, frontier.root()) for _ in walk(frontier, until)]
        if head is None and not new:
            new = [(0, merkle.EMPTY_ROOT)]
        if not new:
            assert row is not None  # noqa: S101 - a head without new entries came with its row
            return row
        chosen = new if len(new) <= SIGN_EACH_UP_TO else new[-1:]
        signed = [_signed(profile.log_origin, count, root) for count, root in chosen]
        Checkpoint.objects.bulk_create(signed)
        file.append([checkpoint.note for checkpoint in signed])
        return signed[-1]


def _signed(origin: str, count: int, root: bytes) -> Checkpoint:
    _, key = keyring().signing_key("ledger")
    head = Head(origin, count, root, datetime.now(UTC).replace(microsecond=0))
    return Checkpoint(size=count, root=root, note=checkpoints.sign(head, key), signed_at=head.signed_at)


def _last_signed(file: CheckpointFile, origin: str) -> tuple[Head | None, Checkpoint | None]:
    """The last signed head, after comparing the database with the file.

    One that is only in the file was signed by a process that ended before its database did: it is taken up.
    """
    row = Checkpoint.objects.order_by("-size").first()
    note = file.last()
    if note is None and row is None:
        return None, None
    if note is None:
        raise LedgerBroken("the checkpoint file is empty or gone. Put back a copy of it")
    try:
        head = checkpoints.verify(note, keyring().public_keys("ledger").values(), origin=origin)
    except checkpoints.NoteInvalid as invalid:
        raise LedgerBroken(f"the last checkpoint of the file cannot be used: {invalid}") from None
    if row is None or head.size > row.size:
        row = Checkpoint(size=head.size, root=head.root, note=note, signed_at=head.signed_at)
        row.save(force_insert=True)
    if row.note != note:
        raise LedgerBroken("the checkpoint file and the database do not end with the same checkpoint")
    return head, row


def _signed_frontier(head: Head | None) -> merkle.Frontier:
    if head is None:
        return merkle.Frontier()
    frontier = merkle.Frontier.read(head.size, reader(merkle.peak_positions(head.size)))
    if frontier.root() != head.root:
        raise LedgerBroken("the log is not the one that was signed; run verify_ledger")
    return frontier
