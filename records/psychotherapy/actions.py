"""Acts that need more than the vault: a release package stands on an authorization kept in the practice's database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from authorizations.actions.declining import record_declined
from authorizations.models import Authorization
from authorizations.queries import line_of, same_paper
from authorizations.queries.disclosers import other_discloser, our_names
from authorizations.queries.others import ReleaseAsked, agreements_of
from authorizations.rules import AuthorizationFacts, AuthorizationStatus, ItemAsked, RecordClass, covers
from authorizations.rules.coverage import discloser_refusal
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff

from . import vault
from .documents import package_pdf
from .rules import EventKind
from .vault import NoteHead, NotReleasable, Releasable, SealedPackage


@dataclass(frozen=True, slots=True)
class ReleaseOffer:
    """What an author can decide about one authorization: the notes it names, and why it cannot be used at all."""

    authorization: Authorization
    refusals: tuple[Refusal, ...]
    notes: tuple[Releasable, ...]
    left_out: tuple[Releasable, ...]
    recipients: tuple[str, ...]


def offer_release(*, by: Staff, authorization: Authorization, on: date) -> ReleaseOffer:
    """The author's own notes that the authorization names today, each to be read; and those it does not, with why."""
    refusals = refusals_of(authorization, on, by)
    recipients = tuple(name.strip() for name in authorization.recipient_name.split(";") if name.strip())
    if refusals:
        return ReleaseOffer(authorization, refusals, (), (), recipients)
    found = vault.releasable(by, patient_id=authorization.patient_id, covered=covered_by(authorization, on))
    notes = tuple(one for one in found if one.refusal is None)
    return ReleaseOffer(authorization, (), notes, tuple(one for one in found if one.refusal), recipients)


def approve_package(
    *,
    by: Staff,
    authorization: Authorization,
    package_id: UUID,
    note_ids: Collection[UUID],
    recipient: str,
    named_staff: Collection[Staff],
    on: date,
    us_in_other_words: bool = False,
) -> SealedPackage:
    """Packs and approves exactly these notes of the author's (P-09, P-16). Raises NotReleasable; then nothing was
    made. `us_in_other_words`: the author knows this practice in what the form calls the one who may release (A2).
    A refused attempt is written down on the sealed side.
    """
    try:
        return _approved(by, authorization, package_id, note_ids, recipient, named_staff, on, us_in_other_words)
    except NotReleasable as refused:
        vault.record_event(by, EventKind.REFUSED, author=by.pk, package=package_id, detail=refused.refusal.code)
        raise


def _approved(
    by: Staff,
    authorization: Authorization,
    package_id: UUID,
    note_ids: Collection[UUID],
    recipient: str,
    named_staff: Collection[Staff],
    on: date,
    us_in_other_words: bool,
) -> SealedPackage:
    if refusals := refusals_of(authorization, on, by):
        raise NotReleasable(refusals[0])
    check_discloser(authorization, us_in_other_words)
    patient = authorization.patient
    return vault.prepare_package(
        by=by,
        package_id=package_id,
        patient_id=patient.pk,
        authorization_id=authorization.pk,
        recipient_name=recipient,
        note_ids=note_ids,
        named_staff=[person.pk for person in named_staff],
        covered=covered_by(authorization, on, recipient),
        render=lambda chosen: package_pdf(
            chosen, author=by, patient=patient, recipient=recipient, package_id=package_id, on=on
        ),
    )


def decline_release(*, by: Staff, authorization: Authorization, reason: str) -> None:
    """The author releases nothing under it, and the patient is told so (R-059). Raises Refused.

    What waits is withdrawn first, and what left stands: then there is nothing left to decline.
    """
    papers = same_paper(authorization)
    packed = [cover for cover in vault.my_packages(by) if cover.authorization_id in papers]
    if any(not cover.withdrawn_at for cover in packed):
        left = any(cover.handed_over_at for cover in packed)
        words = "Notes were released under it already." if left else "A package under it waits for its hand-over."
        raise Refused(
            Refusal(
                "PN_PACKED_ALREADY",
                words,
                "" if left else "Withdraw the package first.",
                "Practice policy P-09",
                "" if left else page("psychotherapy-package-list"),
            )
        )
    record_declined(by=by, authorization=authorization, reason=reason)


DECLINED = Refusal(
    "PN_ORIGINATOR_DECLINED",
    "The therapist decided not to release under this authorization.",
    "Only the therapist can take that decision back.",
    "Practice policy P-09",
)


def refusals_of(authorization: Authorization, on: date, by: Staff | None = None) -> tuple[Refusal, ...]:
    """Every reason why the authorization permits no release of psychotherapy notes today; `by` an author themselves."""
    line = line_of(authorization, on)
    if RecordClass.PN not in line.facts.record_classes:
        words = "This authorization does not name psychotherapy notes."
        return (Refusal("AUTH_NOT_THESE_RECORDS", words, "", "45 CFR 164.508(b)(3)(ii)"),)
    deciding = {str(authorization.pn_originator_id), str(by.pk if by else None)}
    if line.status == AuthorizationStatus.ACTIVE:
        return (DECLINED,) if deciding & line.facts.declined_by else ()
    found = tuple(Refusal(one.code, one.words, one.remedy, one.cite, one.link) for one in line.defects)
    return found or (Refusal("AUTH_NOT_ACTIVE", f"This authorization permits no release now: {line.status.label}."),)


def check_discloser(authorization: Authorization, us_in_other_words: bool) -> None:
    """Raises NotReleasable where the form lets somebody else release, and nobody said that it means this practice."""
    if not us_in_other_words and other_discloser(authorization):
        raise NotReleasable(discloser_refusal(authorization.discloser))


@dataclass(frozen=True, slots=True)
class CoveredBy:
    """What an authorization says of a note, asked note by note, for one recipient on one day."""

    facts: AuthorizationFacts
    patient_id: UUID
    recipient: str
    on: date

    def as_it_is(self, head: NoteHead) -> bool:
        """What the patient agreed to is the most that leaves: its author may leave passages out."""
        return False

    def __call__(self, head: NoteHead) -> Refusal | None:
        """Why the authorization does not name the note."""
        found = covers(
            self.facts,
            record_class=RecordClass.PN,
            recipient_name=self.recipient,
            recipient_class=self.facts.recipient_class,
            purpose=self.facts.purpose,
            items=[_asked(head)],
            on=self.on,
        )
        return found[0] if found else None

    def agreed(self, head: NoteHead) -> Collection[UUID]:
        """The other patients the note speaks of who have authorized this same release of it (R-008)."""
        others = [patient for patient in head.patients if patient != self.patient_id]
        if not others:
            return ()
        asked = ReleaseAsked(RecordClass.PN, self.recipient, self.facts.purpose, self.on, ours=our_names())
        return agreements_of(others, asked, _asked(head)).keys()


def _asked(head: NoteHead) -> ItemAsked:
    return ItemAsked(str(head.id), head.session_on, str(head.author))


def covered_by(authorization: Authorization, on: date, recipient: str = "") -> CoveredBy:
    """What the authorization says of notes released to `recipient`, or to the first it names."""
    to = recipient or authorization.recipient_name.split(";")[0]
    return CoveredBy(line_of(authorization, on).facts, authorization.patient_id, to, on)
