"""What stands in a release package of psychotherapy notes."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from practice.compliance.queries import policy, practice_profile
from practice.infrastructure.blackout import LEFT_OUT, NOTES_LEFT_OUT
from practice.infrastructure.copies import Filling, fill_pages
from practice.infrastructure.pdf import render_pdf
from practice.people.models import Patient, Staff

from .vault import Releasable


def package_pdf(
    chosen: Sequence[Releasable],
    *,
    author: Staff,
    patient: Patient,
    recipient: str,
    package_id: UUID,
    on: date,
    custodian: Staff | None = None,
    compelled_by: str = "",
    ground: str = "",
    named_too: Sequence[Patient] = (),
    others_left_out: bool = False,
) -> bytes:
    """The notes as approved, oldest session first, each with its attachments and its own pages counted. Raises
    PdfFailed, which carries no text.

    `custodian`: who prepared it because the author cannot act. `compelled_by`: the order or law it leaves under.
    `ground`: what allows it without an authorization, where the author released it. `named_too`: the other patients
    whom an order names; then each note says whom it speaks of. `others_left_out`: notes within an order that speak of
    somebody else too stayed out.
    """
    names = {one.pk: one.legal_name for one in (patient, *named_too)} if named_too else {}
    context = {
        "title": "Psychotherapy notes",
        "practice": practice_profile(),
        "document_number": str(package_id)[:8].upper(),
        "notes": [
            (one, ", ".join(names[who] for who in one.head.patients) if names else "", list(_kept_pages(place, one)))
            for place, one in enumerate(chosen, 1)
        ],
        "author": author,
        "custodian": custodian,
        "compelled_by": compelled_by,
        "ground": ground,
        "patients": [patient, *named_too],
        "recipient": recipient,
        "left_out_words": " ".join(_left_out(chosen, others_left_out)) if policy("P-34", on).value else "",
        "on": on,
    }
    return fill_pages(render_pdf("documents/psychotherapy_package.html", context), list(fillings(chosen)))


def _left_out(chosen: Sequence[Releasable], others_left_out: bool) -> Iterator[str]:
    if any(one.passages_out for one in chosen):
        yield LEFT_OUT
    if others_left_out:
        yield NOTES_LEFT_OUT


def fillings(chosen: Sequence[Releasable]) -> Iterator[Filling]:
    """The shown copies of everything attached to these notes, for the pages that the paper keeps for them."""
    for place, one in enumerate(chosen, 1):
        for number, file in enumerate(one.files, 1):
            yield Filling(_anchor(place, number), file.kind, file.data)


def _kept_pages(place: int, one: Releasable) -> Iterator[str]:
    for number, file in enumerate(one.files, 1):
        yield from (f"{_anchor(place, number)}{page}" for page in range(1, file.head.pages + 1))


def _anchor(place: int, number: int) -> str:
    return f"scan-{place}-{number}-"
