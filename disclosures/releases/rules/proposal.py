"""What the gate is asked, and what it answers, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from authorizations.rules import AuthorizationFacts, RecordClass
from authorizations.rules.restrictions import RestrictionFacts
from disclosures.ledger.rules import Basis
from practice.infrastructure.refusals import Refusal
from practice.people.confidential import LetterAddress

from .codes import Act, LegalProcess, MinimumNecessary, PNException, RecipientKind, TreatmentOverride


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a release.

    `kind`: as the chart's index calls it; empty for psychotherapy notes and for what is only described.
    `names_others`: it also speaks of other patients; `others_agreed`: each of them has an active authorization for this
    same release, or is named by the legal paper it leaves under; `others_redacted`: what speaks of them is burnt out of
    what leaves (R-008). `outside_scope`: not within what an order or a law expressly asks for (R-212).
    `originator_id`: the author, for psychotherapy notes.
    """

    key: str
    on: date | None = None
    names_others: bool = False
    outside_scope: bool = False
    originator_id: str = ""
    kind: str = ""
    others_agreed: bool = False
    others_redacted: bool = False

    @property
    def lacks_others(self) -> bool:
        """Whether it speaks of somebody whose agreement is not here and who is not redacted out of it."""
        return self.names_others and not (self.others_agreed or self.others_redacted)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy values the gate looks at, in force on the day, and the version each came from (section 15)."""

    counsel_gate: bool = True  # P-07
    counsel_gate_chart: bool = False  # P-07, value ALL
    originator_approval: bool = True  # P-09
    to_individual_authorization: bool = True  # P-10
    treatment_permission: bool = True  # P-14
    exception_assessment: bool = True  # P-15
    minimum_necessary_always: bool = True  # P-16
    form_review: bool = True  # P-22; asked where the facts are read
    conditioning_forbidden: bool = True  # P-23
    payers_never_notes: bool = True  # P-31
    payers_required_only: bool = True  # P-32
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyRefusal:
    """A reason that comes from the practice's own policy, with its flag."""

    flag: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Reach:
    """The last day that a legal paper reaches, whatever days a release says, and why what is later stays here."""

    until: date
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class PaperSays:
    """What stands against a release in the record of the legal paper it rests on, as of now: quashed, fought, counsel
    against it. `recipient`: to whom the paper says the records go; `counsel`: whether counsel's review is recorded.

    `reach`: None where its own words name sessions after the day it came.
    """

    recipient: str = ""
    counsel: bool = False
    reach: Reach | None = None
    reasons: tuple[Refusal, ...] = ()
    policies: tuple[PolicyRefusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything a release claims, as of one day and instant (`at` decides against a revocation).

    `planned` is false when something that already happened is recorded.
    """

    record_class: RecordClass | str
    items: tuple[Item, ...]
    recipient_name: str
    recipient_kind: RecipientKind | str
    purpose: str
    basis: Basis | str
    on: date
    today: date
    at: datetime | None = None
    act: Act = Act.DISCLOSURE
    planned: bool = True
    whole_chart: bool = False
    justification: str = ""
    identity_verified: str = ""
    authorization: AuthorizationFacts | None = None
    exception: PNException | str = ""
    process: LegalProcess | str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    authority: str = ""
    recipient_class: str = ""
    actor_is_originator: bool = False
    originator_approved: bool = False
    counsel_reviewed: bool = False
    smallest_set_confirmed: bool = False
    grant_until: date | None = None
    emergency: bool = False
    treatment_permission: str = ""
    override_code: TreatmentOverride | str = ""
    policies: Policies = field(default_factory=Policies)
    method: str = ""
    recipient_address: str = ""
    restrictions: tuple[RestrictionFacts, ...] = ()
    asked_ways: tuple[LetterAddress, ...] = ()  # how the patient asked to be reached; none: any way will do
    patient_names: tuple[str, ...] = ()
    our_names: tuple[str, ...] = ()  # by which a form may call the one who may release (A2); none: it is not asked
    not_representative: Refusal | None = None  # why a recipient who is to act for the patient may not, from the record
    emergency_over: Refusal | None = None  # why what was called an emergency is asked anew before it leaves
    paper: PaperSays | None = None  # the legal paper it rests on, where one is on record for this patient


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer: allowed, or every reason why not; the rule's answer and the policies' answer apart."""

    rule_reasons: tuple[Refusal, ...]
    policy_reasons: tuple[PolicyRefusal, ...]
    rule_cite: str
    exception: str
    minimum_necessary: MinimumNecessary
    policy_versions: Mapping[str, str]
    override: str = ""
    emergency: bool = False  # it was called one, whether or not anything gave way
    emergency_restriction: bool = False  # restricted, but it goes out for emergency treatment: a duty follows

    @property
    def rule_result(self) -> bool:
        """What the regulation alone says."""
        return not self.rule_reasons

    @property
    def policy_result(self) -> bool:
        """What regulation and policies say together."""
        return self.rule_result and not self.policy_reasons

    @property
    def allowed(self) -> bool:
        return self.policy_result

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        """Every reason, the regulation's first; what several of them say in the same words is said once."""
        said: dict[tuple[str, str], Refusal] = {}
        for reason in self._all():
            said.setdefault((reason.words, reason.remedy), reason)
        return tuple(said.values())

    def codes(self) -> set[str]:
        """The codes of all reasons, for tests and records."""
        return {reason.code for reason in self._all()}

    def _all(self) -> tuple[Refusal, ...]:
        return self.rule_reasons + tuple(reason.refusal for reason in self.policy_reasons)

    def as_record(self) -> dict[str, Any]:
        """What is kept beside the release and in the internal part of its ledger entry: codes only, no free text."""
        return {
            "rule_result": "allow" if self.rule_result else "refuse",
            "rule_cite": self.rule_cite,
            "rule_codes": [reason.code for reason in self.rule_reasons],
            "policy_result": "allow" if self.policy_result else "refuse",
            "policy_flag": sorted({reason.flag for reason in self.policy_reasons}),
            "policy_codes": [reason.refusal.code for reason in self.policy_reasons],
            "policy_version": dict(self.policy_versions),
            "exception": self.exception,
            "override": self.override,
            "minimum_necessary": self.minimum_necessary.value,
        } | self._emergency()

    def _emergency(self) -> dict[str, Any]:
        claimed = {"emergency": True} if self.emergency else {}
        return claimed | ({"restriction": "emergency"} if self.emergency_restriction else {})
