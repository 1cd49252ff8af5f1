"""The package that leaves, and the cover sheet that goes on top of it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pikepdf
from django.utils import timezone

from disclosures.ledger.rules import Basis
from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import attach_file, render_pdf
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from records.chart.documents import Block, render_context
from records.chart.exchange.bundle import chart_bundle
from records.chart.filed_documents import with_documents

from ..models import Release, ReleaseItem
from ..queries import verdict_now

DATA_FILE = "chart-fhir-r4.json"


def chart_package(release: Release, items: Sequence[ReleaseItem], *, approved_by: Staff) -> tuple[bytes, int]:
    """The package of a chart release as it will be handed over: cover, index, documents. Out: (PDF, pages).

    Raises PdfFailed, or Refused when a chosen document is no longer in this patient's chart.
    """
    blocks = blocks_of(release, items)
    context = _cover_context(release) | {
        "title": "Records released",
        "pieces": [(block, [block]) for block in blocks],
        "approved_by": approved_by.display_name,
    }
    pdf = with_documents(render_pdf("documents/chart_package.html", context), blocks, note=f"{release.number}, ")
    if release.with_data:
        data = chart_bundle(release.patient, at=timezone.now())
        pdf = attach_file(pdf, DATA_FILE, data, "application/fhir+json")
    with pikepdf.open(BytesIO(pdf)) as document:
        return pdf, len(document.pages)


def blocks_of(release: Release, items: Sequence[ReleaseItem]) -> list[Block]:
    """What the chosen documents say, oldest first. Raises Refused when one is no longer in this patient's chart."""
    try:
        return render_context([item.object_id for item in items], patient=release.patient)
    except LookupError:
        raise Refused(
            Refusal(
                "ITEMS_GONE",
                "Some of the documents chosen are not in this chart any more.",
                "Withdraw this release and prepare it again from the chart as it stands.",
            )
        ) from None


def cover_sheet(release: Release) -> bytes:
    """The cover sheet alone: to whom, from whom, what is enclosed, and what the recipient must know. No content."""
    return render_pdf("documents/cover.html", _cover_context(release) | {"title": "Records enclosed"})


def _cover_context(release: Release) -> dict[str, Any]:
    return {
        "practice": practice_profile(),
        "document_number": release.number,
        "release": release,
        "patient": release.patient,
        "basis_words": _basis_words(release),
        "prepared_on": today(),
        "ask_not_further": release.emergency and not release.is_notes and verdict_now(release).emergency_restriction,
    }


def _basis_words(release: Release) -> str:
    """Why the recipient has it, as the recipient may read it."""
    if release.basis == Basis.B_AUTHORIZATION:
        return "The patient's written authorization"
    if release.basis == Basis.B_TO_INDIVIDUAL:
        return "The patient's own records, at the patient's request"
    return Basis(release.basis).label
