"""What stands in a release package of psychotherapy notes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from practice.compliance.queries import practice_profile
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
) -> bytes:
    """The notes as approved, oldest session first, one after the other. Raises PdfFailed, which carries no text.

    `custodian`: who prepared it because the author cannot act.
    """
    context = {
        "title": "Psychotherapy notes",
        "practice": practice_profile(),
        "document_number": str(package_id)[:8].upper(),
        "notes": chosen,
        "author": author,
        "custodian": custodian,
        "patient": patient,
        "recipient": recipient,
        "on": on,
    }
    return render_pdf("documents/psychotherapy_package.html", context)
