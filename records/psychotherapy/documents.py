"""What stands in a release package of psychotherapy notes."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from practice.compliance.queries import policy, practice_profile
from practice.infrastructure.blackout import LEFT_OUT
from practice.infrastructure.copies import Enclosure, append_pages
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
) -> bytes:
    """The notes as approved, oldest session first, one after the other. Raises PdfFailed, which carries no text.

    `custodian`: who prepared it because the author cannot act. `compelled_by`: the order or law it leaves under.
    `ground`: what allows it without an authorization, where the author released it. `named_too`: the other patients
    whom an order names; then each note says whom it speaks of.
    """
    names = {one.pk: one.legal_name for one in (patient, *named_too)} if named_too else {}
    context = {
        "title": "Psychotherapy notes",
        "practice": practice_profile(),
        "document_number": str(package_id)[:8].upper(),
        "notes": [(one, ", ".join(names[who] for who in one.head.patients) if names else "") for one in chosen],
        "author": author,
        "custodian": custodian,
        "compelled_by": compelled_by,
        "ground": ground,
        "patients": [patient, *named_too],
        "recipient": recipient,
        "left_out_words": LEFT_OUT if any(one.passages_out for one in chosen) and policy("P-34", on).value else "",
        "on": on,
    }
    return append_pages(render_pdf("documents/psychotherapy_package.html", context), list(enclosures(chosen)))


def enclosures(chosen: Sequence[Releasable]) -> Iterator[Enclosure]:
    """The shown copies of everything attached to these notes, each with the line that stands under its pages."""
    for one in chosen:
        for number, file in enumerate(one.files, 1):
            label = f"Attachment {number} to the note of {one.head.session_on:%m/%d/%Y}"
            yield Enclosure(label, label, file.kind, file.data)
