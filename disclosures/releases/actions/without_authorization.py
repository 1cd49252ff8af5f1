"""Psychotherapy notes packed by their author under an exception that is a disclosure (164.508(a)(2)(i)(C), (ii)).

What the author documents is sealed with the package: before a release is committed nothing of it stands in the
practice's database, not even that the gate refused it; that stands in the sealed log. The hand-over asks the gate again
with the same facts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from practice.infrastructure.refusals import Refusal
from practice.people.models import Staff
from records.psychotherapy import vault
from records.psychotherapy.documents import package_pdf
from records.psychotherapy.rules import EventKind, describe_release

from ..models import Release
from ..queries import proposal_of
from ..queries.others import with_others
from ..queries.papers import PaperOnRecord, named_by_any, named_by_its_paper
from ..rules import EXCEPTIONS_OF_BASIS, Item, PNException, decide
from ..rules.shared import asks_others
from .gate import GateRefused
from .hand_over import CLAIMED


def gives_all(basis: Basis) -> bool:
    """Whether a release on this basis is compelled, so that its text is given as it is."""
    compelled = (PNException.REQUIRED_BY_LAW, PNException.HHS)
    return any(exception in compelled for exception in EXCEPTIONS_OF_BASIS.get(basis, ()))


@dataclass(frozen=True, slots=True)
class OwnGround:
    """What an exception says of a note: it names none and excludes none; R-008 is asked where one person is the cause,
    and where a court or a law asks about one person, of everybody whom its paper does not name.

    What HHS or an oversight body demands does not ask whose agreement there is.
    """

    basis: Basis
    patient_id: UUID
    named: Collection[UUID] = ()  # by the legal paper

    def __call__(self, head: vault.NoteHead) -> Refusal | None:
        return None

    def as_it_is(self, head: vault.NoteHead) -> bool:
        """What may be withheld from a law, a court or HHS is for counsel and the court, not for the author; but what
        speaks of a patient whom no paper names leaves with that left out, or not at all.
        """
        return gives_all(self.basis) and self._others(head) <= set(self.agreed(head))

    def agreed(self, head: vault.NoteHead) -> Collection[UUID]:
        """The other patients the note speaks of whose agreement is not asked for."""
        others = self._others(head)
        return others & set(self.named) if asks_others(self.basis, emergency=False) else others

    def _others(self, head: vault.NoteHead) -> set[UUID]:
        return set(head.patients) - {self.patient_id}


def offer_without_authorization(
    *, by: Staff, patient_id: UUID, basis: Basis, papers: Iterable[PaperOnRecord] = ()
) -> list[vault.Releasable]:
    """The author's own notes about a patient, each to be read, and those that stay out with why.

    `papers`: those one of which is still to be chosen. What speaks of somebody whom one of them names is shown; the
    packing asks the one that was chosen.
    """
    ground = OwnGround(basis, patient_id, named_by_any(papers, basis))
    return vault.releasable(by, patient_id=patient_id, covered=ground)


def pack_without_authorization(
    *,
    by: Staff,
    release: Release,
    package_id: UUID,
    note_ids: Collection[UUID],
    named_staff: Collection[Staff],
    ground: str,
    on: date,
) -> vault.SealedPackage:
    """Packs and approves exactly these notes of the author's, for the named staff to hand over.

    In: an unsaved `release` with patient, basis, exception, its facts, recipient, purpose and identity check; `ground`
    names the exception for the recipient. Raises GateRefused with every reason, vault.NotReleasable, PdfFailed; then
    nothing was made, and nothing is written into the practice's database either way.
    """
    patient = release.patient

    def render(chosen: list[vault.Releasable]) -> bytes:
        _ask(release, chosen, by, on)
        return package_pdf(
            chosen,
            author=by,
            patient=patient,
            recipient=release.recipient_name,
            package_id=package_id,
            on=on,
            ground=ground,
        )

    try:
        return vault.prepare_package(
            by=by,
            package_id=package_id,
            patient_id=patient.pk,
            authorization_id=None,
            recipient_name=release.recipient_name,
            note_ids=note_ids,
            named_staff=[person.pk for person in named_staff],
            covered=OwnGround(Basis(release.basis), patient.pk, named_by_its_paper(release)),
            render=render,
            claim={name: getattr(release, name) for name in CLAIMED},
        )
    except GateRefused as refused:
        _write_refused(by, package_id, refused.decision.reasons[0])
        raise
    except vault.NotReleasable as refused:
        _write_refused(by, package_id, refused.refusal)
        raise


def _write_refused(by: Staff, package_id: UUID, refusal: Refusal) -> None:
    """On the sealed side alone: a line anywhere else would say that there are such notes."""
    vault.record_event(by, EventKind.REFUSED, author=by.pk, package=package_id, detail=refusal.code)


def _ask(release: Release, chosen: list[vault.Releasable], by: Staff, on: date) -> None:
    """The gate's answer for exactly these notes. Raises GateRefused."""
    release.record_class, release.authorization = RecordClass.PN, None
    release.description = describe_release(one.head.session_on for one in chosen)
    items = [Item(str(one.head.id), one.head.session_on, originator_id=str(by.pk)) for one in chosen]
    told = [one.head for one in chosen if not one.others_left_out]
    speaks_of = {str(head.id): set(head.patients) - {release.patient_id} for head in told}
    now = timezone.now()
    items, _ = with_others(release, items, speaks_of, on=on, at=now)
    decision = decide(proposal_of(release, items, on=on, at=now, by_originator=True, approved=True))
    if not decision.allowed:
        raise GateRefused(decision)
