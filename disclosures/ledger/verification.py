"""Whether the log still is what was signed: every text, column, node and checkpoint, against checkpoints outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from django.db import transaction

from disclosures.ledger import checkpoints, log, merkle
from disclosures.ledger.checkpoints import Head
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.log import LedgerBroken
from disclosures.ledger.models import Accounting, Checkpoint, Entry
from practice.infrastructure.envelope import Unreadable


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found. `covered` of `size` entries are under a checkpoint; `index` is the first wrong one."""

    size: int
    covered: int
    checkpoints: int
    finding: str = ""
    index: int | None = None

    @property
    def ok(self) -> bool:
        return not self.finding


def verify(notes: Sequence[str], keys: Iterable[bytes], *, origin: str = "", whole_file: bool = True) -> Report:
    """Verifies the whole log against checkpoints from outside the database, in one pass and constant memory.

    `notes` are the checkpoints of the file, `keys` the practice's public keys. The name of the log is pinned by
    `origin` or by the first checkpoint, never read from the database. `whole_file` says that `notes` are all there ever
    were, so that one the database has and they have not is a forgery; False for an older copy.
    """
    size, covered = 0, 0
    try:
        # in one transaction, so that the tables stay what they were found to be
        with transaction.atomic():
            log.check_tables()
            size = log.size()
            heads = _read(notes, list(keys), origin)
            covered = heads[-1].size if heads else 0
            if size and not heads:
                raise LedgerBroken("there is no checkpoint to compare the log with")
            _compare_stored(notes, heads, whole_file)
            _walk(heads, size)
            _compare_accountings()
    except LedgerBroken as broken:
        return Report(size, covered, len(notes), _sentence(broken), broken.index)
    return Report(size, covered, len(heads))


def _sentence(broken: LedgerBroken) -> str:
    return f"Entry {broken.index}: {broken.words}." if broken.index is not None else f"{broken.words}."


def _read(notes: Sequence[str], keys: list[bytes], origin: str) -> list[Head]:
    heads: list[Head] = []
    for number, note in enumerate(notes, 1):
        try:
            head = checkpoints.verify(note, keys, origin=origin or (heads[0].origin if heads else None))
        except checkpoints.NoteInvalid as invalid:
            raise LedgerBroken(f"checkpoint {number} of the file cannot be used: {invalid}") from None
        if heads and head.size <= heads[-1].size:
            raise LedgerBroken(f"checkpoint {number} of the file does not follow the one before it")
        heads.append(head)
    return heads


def _compare_stored(notes: Sequence[str], heads: Sequence[Head], whole_file: bool) -> None:
    """The checkpoints in the database are those of the file. One that only the file's end has is not yet taken up."""
    stored = Checkpoint.objects.order_by("size").values_list("size", "root", "note", "signed_at")
    rows = {size: (bytes(root), note, signed_at) for size, root, note, signed_at in stored}
    for head, note in zip(heads, notes, strict=True):
        row = rows.pop(head.size, None)
        if row is None and head is heads[-1] and not any(size > head.size for size in rows):
            continue
        if row != (head.root, note, head.signed_at):
            raise LedgerBroken("the checkpoint that ends with it is not the one in the file", max(head.size - 1, 0))
    last = heads[-1].size if heads else -1
    if extra := [size for size in rows if whole_file or size <= last]:
        raise LedgerBroken("a checkpoint that ends with it is not in the file", max(min(extra) - 1, 0))


def _walk(heads: Sequence[Head], size: int) -> None:
    """Recomputes the tree from the first entry and compares it with every checkpoint on the way."""
    expected = {head.size: head.root for head in heads}
    frontier, since = merkle.Frontier(), 0
    for _ in chain([None], log.walk(frontier, max([size, *expected]))):
        if (root := expected.get(frontier.size)) is None:
            continue
        if root != frontier.root():
            raise LedgerBroken(_rewritten(since, frontier.size - 1), since)
        since = frontier.size


def _rewritten(first: int, last: int) -> str:
    if first >= last:
        return "it was rewritten after it was signed"
    return f"one of the entries {first} to {last} was rewritten after they were signed"


def _compare_accountings() -> None:
    """Issued accountings are still the bytes that the log says were issued."""
    entries = Entry.objects.filter(kind=EntryKind.ACCOUNTING).order_by("index")
    by_accounting = {entry.public["accounting"]: entry for entry in entries.iterator(chunk_size=500)}
    for accounting in Accounting.objects.order_by("prepared_at").iterator(chunk_size=20):
        entry = by_accounting.pop(str(accounting.pk), None)
        if entry is None:
            raise LedgerBroken(f"The accounting {accounting.number} was never entered in the log")
        if not _unchanged(entry, accounting):
            raise LedgerBroken("the accounting it speaks of was changed", entry.index)
    if by_accounting:
        raise LedgerBroken("the accounting it speaks of is gone", min(entry.index for entry in by_accounting.values()))


def _unchanged(entry: Entry, accounting: Accounting) -> bool:
    public = entry.public
    try:
        hashes = {"pdf_sha256": sha256(accounting.pdf), "data_sha256": sha256(accounting.data)}
    except Unreadable:
        return False
    kept = (accounting.number, accounting.patient_id, accounting.pdf_sha256, accounting.data_sha256)
    return (
        all(public[name] == digest.hexdigest() for name, digest in hashes.items())
        and (public["number"], entry.patient_id, public["pdf_sha256"], public["data_sha256"]) == kept
    )
