"""Reading the log: a patient's current disclosures with what was entered about them later, and the log's own state."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from disclosures.ledger import log
from disclosures.ledger.bases import Basis, is_suspendable, staff_words
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Accounting, Checkpoint, Entry, Verification
from disclosures.ledger.rules import AccountingPolicy, Disclosure, Exemption, PnScope, Reason, ResearchActivity
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from practice.compliance.queries import policies_in_force


@dataclass(frozen=True, slots=True)
class Statement:
    """A suspension as recorded, with its end if one was recorded."""

    entry: Entry
    suspension: Suspension
    agency: str
    official: str
    reference: str

    def holds_on(self, day: date) -> bool:
        return self.suspension.holds_on(day)


@dataclass(frozen=True, slots=True)
class Correction:
    """An earlier form of a disclosure and why it was replaced."""

    entry: Entry
    reason: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Current:
    """A disclosure as it now stands, and what was entered about it."""

    entry: Entry
    corrections: tuple[Correction, ...] = ()
    delivery: Entry | None = None
    statements: tuple[Statement, ...] = ()

    @property
    def _forms(self) -> list[Entry]:
        return [self.entry, *(correction.entry for correction in self.corrections)]

    @property
    def facts(self) -> Disclosure:
        """What the accounting rules need."""
        return _facts(self.entry, self.delivery, self.statements)

    @property
    def includes_pn(self) -> bool:
        """Whether it, or an earlier form of it, is about psychotherapy notes."""
        return any(entry.includes_pn for entry in self._forms)

    @property
    def pn_authors(self) -> frozenset[str]:
        return frozenset(author for entry in self._forms for author in entry.private.get("pn_authors", ()))

    @property
    def recipients(self) -> frozenset[str]:
        """The names, to compare, of its recipient in every form."""
        return frozenset(_name(entry.public["recipient"]["name"]) for entry in self._forms)

    @property
    def entry_ids(self) -> frozenset[str]:
        """The ids of all its forms."""
        return frozenset(str(entry.pk) for entry in self._forms)

    @property
    def author_ids(self) -> tuple[UUID, ...]:
        return tuple(UUID(author) for author in sorted(self.pn_authors))

    @property
    def delivered(self) -> bool | None:
        """Whether it arrived; None while nobody has said."""
        return None if self.delivery is None else bool(self.delivery.public["delivered"])

    @property
    def basis_words(self) -> str:
        return staff_words(self.entry.basis)

    @property
    def suspendable(self) -> bool:
        return is_suspendable(self.entry.basis, also_512f=bool(self.entry.public["also_512f"]))

    def suspended_on(self, day: date) -> bool:
        return self.suspendable and any(statement.holds_on(day) for statement in self.statements)


@dataclass(frozen=True, slots=True)
class History:
    """All the log holds on one patient: current disclosures, those corrected away, every text read by its index."""

    current: tuple[Current, ...] = ()
    superseded: tuple[Entry, ...] = ()
    bodies: dict[int, str] = field(default_factory=dict)


@dataclass
class _Later:
    """What later entries say about earlier ones, by the id of the one they are about."""

    succession: dict[UUID, Entry] = field(default_factory=dict)
    delivery: dict[UUID, Entry] = field(default_factory=dict)
    suspensions: dict[UUID, list[Entry]] = field(default_factory=dict)
    ends: dict[UUID, Entry] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        about = entry.about_id
        if about is None:
            return
        match entry.kind:
            case EntryKind.SUCCESSION:
                self.succession[about] = entry
            case EntryKind.DELIVERY:
                self.delivery[about] = entry
            case EntryKind.SUSPENSION:
                self.suspensions.setdefault(about, []).append(entry)
            case EntryKind.SUSPENSION_END:
                self.ends[about] = entry


def history(patient_id: UUID) -> History:
    """The patient's disclosures, by date. What is entered about an earlier form holds for its correction too."""
    rows = list(Entry.objects.filter(patient_id=patient_id).order_by("index"))
    later = _Later()
    for row in rows:
        later.take(row)
    disclosures = {row.pk: row for row in rows if row.kind == EntryKind.DISCLOSURE}
    before = {UUID(by): old for old, entry in later.succession.items() if (by := entry.public["by"])}
    current = [
        _current(row, disclosures, before, later) for pk, row in disclosures.items() if pk not in later.succession
    ]
    return History(
        tuple(sorted(_with_agency(current), key=lambda one: (one.entry.disclosed_on, one.entry.index))),
        tuple(row for pk, row in disclosures.items() if pk in later.succession),
        {row.index: row.body for row in rows},
    )


def _current(row: Entry, disclosures: dict[UUID, Entry], before: dict[UUID, UUID], later: _Later) -> Current:
    chain = [row.pk]
    while (earlier := before.get(chain[-1])) and earlier not in chain:
        chain.append(earlier)
    deliveries = [later.delivery[pk] for pk in chain if pk in later.delivery]
    suspensions = [entry for pk in chain for entry in later.suspensions.get(pk, ())]
    return Current(
        row,
        tuple(_correction(disclosures[pk], later.succession[pk]) for pk in chain[1:]),
        max(deliveries, key=lambda entry: entry.index, default=None),
        tuple(_statement(entry, later.ends.get(entry.pk)) for entry in suspensions),
    )


def _with_agency(current: list[Current]) -> list[Current]:
    """Each statement reaches every disclosure of the patient to the same agency, later ones too (R-080).

    The same agency is the one so named in the statement, or in a form of the entry it was recorded for.
    """
    reach = [(statement, one.recipients | {_name(statement.agency)}) for one in current for statement in one.statements]
    return [
        replace(one, statements=tuple(said for said, names in reach if names & one.recipients)) if reach else one
        for one in current
    ]


def _name(text: str) -> str:
    return " ".join(text.casefold().split())


def _correction(old: Entry, succession: Entry) -> Correction:
    return Correction(old, succession.private["reason"], succession.private["recorded_by_name"])


def _statement(entry: Entry, end: Entry | None) -> Statement:
    said = entry.private
    return Statement(
        entry,
        Suspension(
            SuspensionKind(said["statement"]),
            date.fromisoformat(said["statement_on"]),
            date.fromisoformat(said["received_on"]),
            _day(said["until"]),
            bool(said["states_impediment"]),
            _day(end.private["last_day"]) if end else None,
        ),
        said["agency"],
        said["official"],
        said["reference"],
    )


def _facts(entry: Entry, delivery: Entry | None, statements: Iterable[Statement]) -> Disclosure:
    public = entry.public
    return Disclosure(
        id=entry.pk,
        index=entry.index,
        disclosed_on=date.fromisoformat(public["disclosed_on"]),
        recipient=public["recipient"]["name"],
        address=public["recipient"]["address"],
        description=public["what"],
        purpose=public["purpose"],
        basis=Basis(public["basis"]),
        includes_pn=public["includes_pn"],
        via_ehr=public["via_ehr"],
        also_512f=public["also_512f"],
        delivered=delivery is None or delivery.public["delivered"],
        suspensions=tuple(statement.suspension for statement in statements),
        research=research_of(public),
    )


def research_of(public: dict[str, Any]) -> ResearchActivity | None:
    """The research activity an entry's body speaks of, if any."""
    said = public.get("research")
    if not said:
        return None
    days = {name: date.fromisoformat(said[name]) for name in ("began_on", "ended_on")}
    return ResearchActivity(**{**said, **days})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Policies:
    """P-02 and P-26 on a day, and the versions that a record names."""

    rules: AccountingPolicy
    versions: dict[str, dict[str, Any]]


def accounting_policies(on: date) -> Policies:
    """The policies that an accounting depends on, as in force on a day; one query."""
    values = {code: value for code, value in policies_in_force(on).items() if code in ("P-02", "P-26")}
    return Policies(
        AccountingPolicy(PnScope(str(values["P-02"].value)), bool(values["P-26"].value)),
        {code: {"value": one.value, "version": str(one.version_id or "")} for code, one in values.items()},
    )


ABOUT_OTHER = {"about_other": True}  # what stands beside an entry of somebody whom another patient's release speaks of


def entries_with(entry: Entry) -> list[Entry]:
    """The entries of other patients of whom the same release speaks, as they now stand; they follow its own entry."""
    if entry.release_id is None or ABOUT_OTHER.items() <= entry.private.items():
        return []
    rows = Entry.objects.filter(release_id=entry.release_id, kind=EntryKind.DISCLOSURE).order_by("index")
    rows = rows.exclude(patient=entry.patient)
    gone = Entry.objects.filter(kind=EntryKind.SUCCESSION, about__in=rows).values("about")
    return list(rows.exclude(pk__in=gone))


def covered_by_checkpoint(entry: Entry) -> bool:
    """Whether the entry is under a signed checkpoint, which was then also written outside the database."""
    return Checkpoint.objects.filter(size__gt=entry.index).exists()


def signed_entry_for(artefact_sha256: str) -> Entry | None:
    """The signed entry under which exactly these bytes may leave, or None: then they must not."""
    entry = Entry.objects.filter(kind=EntryKind.DISCLOSURE, artefact_sha256=artefact_sha256).order_by("index").last()
    return entry if artefact_sha256 and entry and covered_by_checkpoint(entry) else None


def accounting_is_signed(accounting: Accounting) -> bool:
    """Whether the log's entry about this accounting is under a checkpoint; only then its bytes leave."""
    entries = Entry.objects.filter(kind=EntryKind.ACCOUNTING, patient_id=accounting.patient_id)
    return any(covered_by_checkpoint(entry) for entry in entries if entry.public["accounting"] == str(accounting.pk))


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision kept with an accounting, with the entry it was about."""

    entry: Entry
    listed: bool
    words: str
    exemption: str

    @property
    def public(self) -> dict[str, Any]:
        return self.entry.public


def decisions_in_words(accounting: Accounting) -> list[DecisionLine]:
    """The decision on each entry as it was made, for the compliance officer (R-101)."""
    entries = Entry.objects.in_bulk([UUID(kept["entry"]) for kept in accounting.decisions])
    return [
        DecisionLine(
            entries[UUID(kept["entry"])],
            kept["listed"],
            str(Reason(kept["reason"]).label),
            str(Exemption(kept["exemption"]).label) if kept["exemption"] else "",
        )
        for kept in accounting.decisions
    ]


def recent_verifications() -> list[Verification]:
    """The last results of verifying the log, newest first."""
    return list(Verification.objects.select_related("by").order_by("-at")[:10])


def earlier_receipts(patient_id: UUID) -> list[date]:
    """Days on which accountings already provided to this patient were asked for (R-096)."""
    return list(Accounting.objects.filter(patient_id=patient_id).values_list("received_on", flat=True))


def accountings_to_supplement(on: date) -> list[Accounting]:
    """Issued accountings that left out a suspended disclosure which could be listed on a day and never was (R-082)."""
    rows = Accounting.objects.select_related("patient").defer("pdf", "data").order_by("-prepared_at")
    listed_since: dict[UUID, set[str]] = {}
    found = []
    for accounting in rows:
        listed = listed_since.setdefault(accounting.patient_id, set())
        hidden = {kept["entry"] for kept in accounting.decisions if kept["reason"] == Reason.SUSPENDED} - listed
        listed |= {kept["entry"] for kept in accounting.decisions if kept["listed"]}
        if hidden and _any_listable(accounting.patient_id, hidden, on):
            found.append(accounting)
    return found


def _any_listable(patient_id: UUID, hidden: set[str], on: date) -> bool:
    return any(
        one.delivered is not False and not one.suspended_on(on) and not hidden.isdisjoint(one.entry_ids)
        for one in history(patient_id).current
    )


def newest_entries() -> QuerySet[Entry]:
    """Every entry of the log, newest first, with its patient and the entry it is about; without its internal text."""
    return (
        Entry.objects.select_related("patient", "about")
        .defer("internal", "about__body", "about__internal")
        .order_by("-index")
    )


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry as one line of the log. `current`: a disclosure that was not corrected, so that it can be opened."""

    entry: Entry
    current: bool

    @property
    def recipient(self) -> str:
        """To whom, for a disclosure."""
        return str(self.entry.public["recipient"]["name"]) if self.entry.kind == EntryKind.DISCLOSURE else ""

    @property
    def number(self) -> str:
        """The number of an issued accounting."""
        return str(self.entry.public["number"]) if self.entry.kind == EntryKind.ACCOUNTING else ""


def log_lines(entries: Iterable[Entry]) -> list[LogLine]:
    """The entries as lines; one query however many there are."""
    rows = list(entries)
    later = Entry.objects.filter(kind=EntryKind.SUCCESSION, about__in=[row.pk for row in rows])
    corrected = set(later.values_list("about_id", flat=True))
    return [LogLine(row, row.kind == EntryKind.DISCLOSURE and row.pk not in corrected) for row in rows]


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The log at a glance, for the compliance officer's home."""

    entries: int
    checkpoint: Checkpoint | None
    verification: Verification | None

    @property
    def uncovered(self) -> int:
        return self.entries - (self.checkpoint.size if self.checkpoint else 0)

    @property
    def all_verified(self) -> bool:
        return self.verification is not None and self.verification.size == self.entries


def ledger_state() -> LedgerState:
    """Size, last checkpoint, last verification and its result."""
    return LedgerState(
        log.size(), Checkpoint.objects.order_by("-size").first(), Verification.objects.order_by("-at").first()
    )
