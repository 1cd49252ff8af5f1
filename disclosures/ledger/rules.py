"""Accounting of disclosures, 45 CFR 164.528, as pure functions: which entries, for which days, in what form, by when.

Days are the practice's local dates and are passed in. Window and day arithmetic are in practice.infrastructure.days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

from django.db.models import TextChoices

from disclosures.ledger.bases import Basis, Exemption, cite_of, exemption_of, is_summarisable, is_suspendable
from disclosures.ledger.suspensions import Suspension, SuspensionKind, suspension_active
from practice.infrastructure.days import accounting_window, add_days, years_after, years_before

__all__ = [
    "Basis",
    "Exemption",
    "Suspension",
    "SuspensionKind",
    "cite_of",
    "exemption_of",
    "is_summarisable",
    "is_suspendable",
    "suspension_active",
]

RESPONSE_DAYS = 60
EXTENSION_DAYS = 30
RESEARCH_SUBJECTS = 50


class PnScope(TextChoices):
    """P-02: which disclosures of psychotherapy notes an accounting lists."""

    ALL_PN_DISCLOSURES = "ALL_PN_DISCLOSURES", "All of them"
    RULE_ONLY = "RULE_ONLY", "Those the rule asks for"


class Reason(TextChoices):
    """Why an entry is in an accounting or not. Kept with each issued accounting; never shown to the patient."""

    RULE = "RULE", "Listed: the rule asks for it"
    POLICY_PN = "POLICY_PN", "Listed under practice policy: psychotherapy notes"
    POLICY_EHR_TPO = "POLICY_EHR_TPO", "Listed under practice policy: through the electronic record"
    OUTSIDE_PERIOD = "OUTSIDE_PERIOD", "Not listed: outside the period"
    SUSPENDED = "SUSPENDED", "Not listed, no trace: suspended at an agency's request"
    EXEMPT = "EXEMPT", "Not listed: exempt"
    NOT_DELIVERED = "NOT_DELIVERED", "Not listed: not delivered, nothing left the practice"
    SUPERSEDED = "SUPERSEDED", "Not listed: corrected by a later entry"


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day covered, both inclusive. A start after the end covers nothing."""

    start: date
    end: date

    def covers(self, day: date) -> bool:
        return self.start <= day <= self.end


def window(
    requested_on: date, received_on: date, asked_from: date | None = None, asked_to: date | None = None
) -> Window:
    """Period of an accounting (R-070, R-071, D-6): six years back from the request, narrowed by what was asked."""
    return Window(*accounting_window(requested_on, received_on, asked_from, asked_to))


@dataclass(frozen=True, slots=True)
class ResearchActivity:
    """What R-090 asks to say of a research protocol that covered many people (164.528(b)(4)(i))."""

    name: str
    description: str
    information: str
    individuals: int
    began_on: date
    ended_on: date
    sponsor: str
    researcher: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One current disclosure, as far as the accounting rules need it."""

    id: UUID
    disclosed_on: date
    recipient: str
    description: str
    purpose: str
    basis: Basis
    address: str = ""
    includes_pn: bool = False
    via_ehr: bool = False
    also_512f: bool = False
    delivered: bool = True
    suspensions: tuple[Suspension, ...] = ()
    research: ResearchActivity | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class AccountingPolicy:
    """Practice policies P-02 and P-26 with their stricter defaults."""

    pn_scope: PnScope = PnScope.ALL_PN_DISCLOSURES
    include_ehr_tpo: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an entry is listed and why. `exemption` is what the rule alone says, whatever was decided."""

    listed: bool
    reason: Reason
    exemption: Exemption | None = None

    @property
    def by_policy(self) -> bool:
        return self.reason in (Reason.POLICY_PN, Reason.POLICY_EHR_TPO)


def select(entry: Disclosure, period: Window, *, on: date, policy: AccountingPolicy, requested_on: date) -> Decision:
    """Whether a current entry is listed (selection algorithm, section 4.4). `on` is the day the accounting is given."""
    exemption = exemption_of(entry.basis)
    if not period.covers(entry.disclosed_on):
        return Decision(False, Reason.OUTSIDE_PERIOD, exemption)
    if suspension_active(entry.suspensions, entry.basis, also_512f=entry.also_512f, on=on):
        return Decision(False, Reason.SUSPENDED, exemption)
    if not entry.delivered:
        return Decision(False, Reason.NOT_DELIVERED, exemption)
    if exemption is None:
        return Decision(True, Reason.RULE)
    if entry.includes_pn and policy.pn_scope == PnScope.ALL_PN_DISCLOSURES:
        return Decision(True, Reason.POLICY_PN, exemption)
    if _within_ehr_policy(entry, exemption, policy, requested_on):
        return Decision(True, Reason.POLICY_EHR_TPO, exemption)
    return Decision(False, Reason.EXEMPT, exemption)


def _within_ehr_policy(entry: Disclosure, exemption: Exemption, policy: AccountingPolicy, requested_on: date) -> bool:
    """P-26: three years of treatment, payment and operations through the electronic record (42 USC 17935(c))."""
    return (
        policy.include_ehr_tpo
        and exemption is Exemption.ACX_TPO
        and entry.via_ehr
        and entry.disclosed_on >= years_before(requested_on, 3)
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A summary of repeated disclosures: the first in full, how many and how often, the last day (R-088)."""

    entries: tuple[Disclosure, ...]

    @property
    def first(self) -> Disclosure:
        return self.entries[0]

    @property
    def last_on(self) -> date:
        return self.entries[-1].disclosed_on

    @property
    def number(self) -> int:
        return len(self.entries)

    @property
    def rhythm(self) -> str:
        return rhythm([entry.disclosed_on for entry in self.entries])


@dataclass(frozen=True, slots=True)
class Form:
    """The listed entries in the form in which they are given: single ones, summaries, research activities, by date."""

    single: tuple[Disclosure, ...] = ()
    groups: tuple[Group, ...] = ()
    research: tuple[Group, ...] = ()


def summarise(listed: Sequence[tuple[Disclosure, Decision]], *, summaries: bool = True) -> Form:
    """Puts the listed entries into form (R-085, R-088 to R-090).

    Grouped are two or more by the same recipient, purpose and basis, on a basis that (b)(3) reaches and listed by the
    rule, never by policy. The summary describes its first entry alone, so entries that went to another address or say
    another thing was given are not put under it: a summary is an option, and must not hide a difference.
    """
    by_key: dict[tuple[str, ...], list[Disclosure]] = {}
    activities: dict[ResearchActivity, list[Disclosure]] = {}
    single: list[Disclosure] = []
    for entry, decision in sorted(listed, key=lambda pair: (pair[0].disclosed_on, pair[0].index)):
        if entry.research is not None and _is_research_form(entry):
            activities.setdefault(entry.research, []).append(entry)
        elif summaries and is_summarisable(entry.basis) and not decision.by_policy:
            by_key.setdefault(_group_key(entry), []).append(entry)
        else:
            single.append(entry)
    single += [entries[0] for entries in by_key.values() if len(entries) == 1]
    return Form(
        single=tuple(sorted(single, key=lambda entry: (entry.disclosed_on, entry.index))),
        groups=tuple(Group(tuple(entries)) for entries in by_key.values() if len(entries) > 1),
        research=tuple(Group(tuple(entries)) for entries in activities.values()),
    )


def _group_key(entry: Disclosure) -> tuple[str, ...]:
    texts = (entry.recipient, entry.address, entry.purpose, entry.description)
    return (entry.basis, str(entry.includes_pn), *(" ".join(text.casefold().split()) for text in texts))


def _is_research_form(entry: Disclosure) -> bool:
    """R-090: 50 or more individuals, 164.512(i), and never psychotherapy notes."""
    return (
        entry.basis is Basis.B_RESEARCH_WAIVER
        and entry.research is not None
        and entry.research.individuals >= RESEARCH_SUBJECTS
        and not entry.includes_pn
    )


# shortest and longest step in days, in the order in which they are tried
RHYTHMS = (
    (1, 1, "daily"),
    (7, 7, "weekly"),
    (14, 14, "every two weeks"),
    (28, 28, "every four weeks"),
    (28, 31, "monthly"),
    (89, 92, "every three months"),
    (181, 184, "every six months"),
    (365, 366, "yearly"),
)


def rhythm(days: Sequence[date]) -> str:
    """How regularly sorted days follow each other ("monthly"), or "" when no one word would be true of all of them."""
    steps = [(later - earlier).days for earlier, later in pairwise(days)]
    if len(steps) < 2:
        return ""
    return next((word for low, high, word in RHYTHMS if all(low <= step <= high for step in steps)), "")


def accounting_due(received_on: date) -> date:
    """Last day to provide the accounting or extend (R-093, D-1)."""
    return add_days(received_on, RESPONSE_DAYS)


class ExtensionDefect(TextChoices):
    """What makes an extension letter worth nothing (R-094)."""

    TOO_LATE = "TOO_LATE", "The letter must be sent within 60 days of receipt"
    NO_REASON = "NO_REASON", "The letter must give the reasons for the delay"
    NO_DATE = "NO_DATE", "The letter must give the date by which the accounting will be provided"
    TOO_LONG = "TOO_LONG", "The date named is more than 90 days after receipt"
    SECOND = "SECOND", "The time may be extended only once"


def extension_defects(
    received_on: date, *, sent_on: date, reason: str, promised_on: date | None, extended_before: bool = False
) -> list[ExtensionDefect]:
    """All that is wrong with an extension letter; empty means the due date becomes `promised_on` (R-094)."""
    due = accounting_due(received_on)
    found = []
    if sent_on > due:
        found.append(ExtensionDefect.TOO_LATE)
    if not reason.strip():
        found.append(ExtensionDefect.NO_REASON)
    if promised_on is None:
        found.append(ExtensionDefect.NO_DATE)
    elif promised_on > add_days(due, EXTENSION_DAYS):
        found.append(ExtensionDefect.TOO_LONG)
    if extended_before:
        found.append(ExtensionDefect.SECOND)
    return found


@dataclass(frozen=True, slots=True)
class Fee:
    """`first_in_period`: free by right. `may_charge`: a cost-based fee is allowed. `free_again_on`: next free one."""

    first_in_period: bool
    may_charge: bool
    free_again_on: date


def fee(received_on: date, earlier: Iterable[date] = (), *, told_in_advance: bool = False) -> Fee:
    """Whether an accounting may carry a fee (R-095, R-096).

    `earlier` are the receipt dates of accountings already provided. Each 12 months open with the receipt of one that is
    free by right; one given free out of kindness inside them opens nothing, so nobody waits longer for the next.
    """
    opened: date | None = None
    for day in sorted(day for day in earlier if day <= received_on):
        if opened is None or day >= years_after(opened, 1):
            opened = day
    if opened is None or received_on >= years_after(opened, 1):
        return Fee(True, False, years_after(received_on, 1))
    return Fee(False, told_in_advance, years_after(opened, 1))


def keep_until(disclosed_on: date) -> date:
    """First day on which an entry could be let go: six years and the 90 days an answer may take (R-098)."""
    return add_days(years_after(disclosed_on, 6), RESPONSE_DAYS + EXTENSION_DAYS)


@dataclass(frozen=True, slots=True)
class Accountability:
    """What is written on an entry when it is made (R-103)."""

    rule_accountable: bool
    exemption: Exemption | None
    policy_included: bool
    policy_flag: str = ""


def accountability(basis: Basis, *, includes_pn: bool, via_ehr: bool, policy: AccountingPolicy) -> Accountability:
    """Accountability by rule, and what practice policy adds, computed from the basis (R-103, P-02, P-26)."""
    exemption = exemption_of(basis)
    if exemption is None:
        return Accountability(True, None, False)
    if includes_pn and policy.pn_scope == PnScope.ALL_PN_DISCLOSURES:
        return Accountability(False, exemption, True, "P-02")
    if policy.include_ehr_tpo and via_ehr and exemption is Exemption.ACX_TPO:
        return Accountability(False, exemption, True, "P-26")
    return Accountability(False, exemption, False)


@dataclass(frozen=True, slots=True)
class Selection:
    """All that is decided for one accounting: period, decision on each entry, form of the listed ones."""

    period: Window
    decisions: tuple[tuple[Disclosure, Decision], ...] = ()
    form: Form = field(default_factory=Form)


def account(
    entries: Iterable[Disclosure], period: Window, *, on: date, policy: AccountingPolicy, requested_on: date,
    summaries: bool = True,
) -> Selection:  # fmt: skip
    """Decides every entry and puts the listed ones into form."""
    decisions = tuple(
        (entry, select(entry, period, on=on, policy=policy, requested_on=requested_on)) for entry in entries
    )
    listed = [(entry, decision) for entry, decision in decisions if decision.listed]
    return Selection(period, decisions, summarise(listed, summaries=summaries))
