"""Everything about one authorization that a rule may ask."""

from dataclasses import dataclass
from datetime import date, datetime

from authorizations.rules.choices import (
    CombinedWith,
    ConditionedOn,
    ConditioningGround,
    ConditioningStatement,
    MinorRule,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
)
from authorizations.rules.form_versions import Review
from practice.infrastructure.refusals import Refusal
from practice.people.rules import Periods


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationFacts:
    """One authorization as the paper says it and as the practice knows it today.

    Fields keep the order of the checklist in section 3.1. Everything defaults to "not on the paper", so a fact that
    nobody entered counts as missing. Days are practice-local; instants are aware.
    """

    # A1: the information
    record_classes: frozenset[RecordClass] = frozenset()
    info_description: str = ""
    covers_from: date | None = None
    covers_to: date | None = None
    pn_scope: PnScope = PnScope.NOT_NAMED
    pn_originator_id: str = ""
    pn_session_dates: frozenset[date] = frozenset()
    info_kinds: frozenset[str] = frozenset()
    # A2, A3: from whom, to whom
    discloser: str = ""
    recipient_name: str = ""
    recipient_class: str = ""
    recipient_address: str = ""
    # A4: what for
    purpose: str = ""
    individual_initiated: bool = False
    research: bool = False
    # A5: until when
    expires_on: date | None = None
    expires_event: str = ""
    expires_event_relates: bool = False
    # A6, A7: who signed
    signature_method: SignatureMethod = SignatureMethod.NONE
    signed_on: date | None = None
    signer_role: SignerRole = SignerRole.INDIVIDUAL
    signer_name: str = ""  # as it is written on a paper
    signer_known_as: tuple[str, ...] = ()  # every name the signer is on record under
    name_confirmed: bool = False  # somebody compared the two and found the same person
    authority_description: str = ""
    patient_born_on: date | None = None
    patient_died_on: date | None = None
    minor_rule: MinorRule = MinorRule.NONE
    representation_refused: Refusal | None = None  # why the representative who signed could not act for the patient
    representation_declined: Periods = ()  # when the practice did not recognize whoever signed for the patient
    # RS1 to RS4: the statements
    stmt_revocation: bool = False
    stmt_conditioning: ConditioningStatement = ConditioningStatement.MISSING
    stmt_redisclosure: bool = False
    remuneration_applies: bool = False
    stmt_remuneration: bool = False
    document_on_file: bool = False  # a scan of the signed form, or what was signed on a screen
    # F1: what counsel said about our own form it was written on; None for a paper of somebody else's making
    form_reviews: tuple[Review, ...] | None = None
    signed_by: datetime | None = None  # an instant at which it was signed already, as far as one is known
    # D4: what it is joined with, what depends on it
    combined_with: frozenset[CombinedWith] = frozenset()
    conditioned_on: ConditionedOn = ConditionedOn.NOTHING
    conditioning_ground: ConditioningGround = ConditioningGround.NONE
    prepared_here: bool = False  # a form of ours: nobody typed off a paper what it says
    # what happened since
    recorded_on: date | None = None
    event_known_on: date | None = None
    revocation_received_at: datetime | None = None
    held_since: datetime | None = None
    earlier_holds: tuple[tuple[datetime, datetime], ...] = ()
    known_false_on: date | None = None
    fulfilled_on: date | None = None
    copy_given_on: date | None = None
    recorded_in_error_on: date | None = None
    declined_by: frozenset[str] = frozenset()  # therapists who decided not to release under it, by id
    declined_on: date | None = None  # they did not want to sign, and it was not offered again since
    put_aside_on: date | None = None  # nobody wants it signed any more

    @property
    def is_for_psychotherapy_notes(self) -> bool:
        return RecordClass.PN in self.record_classes

    @property
    def is_signed(self) -> bool:
        return self.signature_method != SignatureMethod.NONE

    @property
    def is_changed_unsigned(self) -> bool:
        """Whether it is a prepared form that was changed before anybody signed it: no mistake of anybody's."""
        return self.recorded_in_error_on is not None and self.prepared_here and not self.is_signed


def age_on(born_on: date, on: date) -> int:
    """Whole years of age on a day; somebody born on 29 Feb is a year older on 1 Mar of a common year."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
