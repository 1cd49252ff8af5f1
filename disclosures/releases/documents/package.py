"""The package that leaves, and the cover sheet that goes on top of it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pikepdf
from django.utils import timezone

from disclosures.ledger.rules import Basis
from practice.compliance.queries import policy, practice_profile
from practice.infrastructure.blackout import LEFT_OUT, NOTES_LEFT_OUT
from practice.infrastructure.days import today
from practice.infrastructure.pdf import attach_file, render_pdf
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from records.chart.documents import Block, render_context
from records.chart.exchange.bundle import chart_bundle
from records.chart.exchange.part import part_bundle
from records.chart.filed_documents import on_their_pages, pages_follow

from ..models import Redaction, Release, ReleaseItem
from ..queries import package_of, verdict_now
from ..queries.named import named_with
from ..queries.redaction import TextChanged, as_it_leaves, redactions_of
from ..rules import Method, RecipientKind
from ..rules.redaction import RedactionReason

# Where the ledger's own words speak to the patient.
TO_THE_RECIPIENT = {
    Basis.B_TREATMENT: "The patient's treatment by the recipient",
    Basis.B_PAYMENT: "Payment for the patient's care",
    Basis.B_INVOLVED_IN_CARE: "The recipient's part in the patient's care",
}
DATA_FILE = "chart-fhir-r4.json"
ITEMS_GONE = Refusal(
    "ITEMS_GONE",
    "Some of the documents chosen are not in this chart any more.",
    "Withdraw this release and prepare it again from the chart as it stands.",
)
TEXT_CHANGED = Refusal(
    "TEXT_CHANGED",
    "A document does not read as it did when a passage was left out of it.",
    "Take the passage back, read the document as it stands now, and mark it anew.",
)


def chart_package(
    release: Release,
    items: Sequence[ReleaseItem],
    *,
    approved_by: Staff,
    redactions: Sequence[Redaction] | None = None,
    read: Sequence[Block] | None = None,
) -> tuple[bytes, int]:
    """The package of a chart release as it will be handed over: cover, index, documents. Out: (PDF, pages).

    What is left out (`redactions`; as it stands now when none are given) is in neither the paper nor the data. `read`:
    the documents as somebody read them, which is what leaves then; else as they stand now. Raises PdfFailed, or Refused
    when a chosen document is no longer in this patient's chart or reads otherwise, or too many pages would be pictures.
    """
    rows = redactions_of(release, items) if redactions is None else redactions
    blocks = pages_follow(_leaving(release, items, rows) if read is None else read)
    context = _cover_context(release, rows) | {
        "title": "Records released",
        "pieces": [(block, [block], range(1, block.pages + 1)) for block in blocks],
        "approved_by": approved_by.display_name,
    }
    pdf = on_their_pages(render_pdf("documents/chart_package.html", context), blocks)
    if release.with_data:
        pdf = attach_file(pdf, DATA_FILE, _data(release, blocks), "application/fhir+json")
    with pikepdf.open(BytesIO(pdf)) as document:
        return pdf, len(document.pages)


# To whom the whole chart goes as data, with who the patient is and was.
TAKES_OVER = (RecipientKind.PATIENT, RecipientKind.REPRESENTATIVE, RecipientKind.PROVIDER)


def _data(release: Release, blocks: Sequence[Block]) -> bytes:
    """As FHIR R4: the whole chart, which can be taken over as it is; else the chosen items, as they leave.

    The whole one tells numbers, former names and addresses too, which nobody chose or read item by item: it is for the
    patient, and for who takes over the treatment. Everybody else gets what is on the paper, even if it is all of it.
    """
    if release.every_item and release.recipient_kind in TAKES_OVER and not any(block.burnt for block in blocks):
        return chart_bundle(release.patient, at=timezone.now())
    return part_bundle(release.patient, blocks, at=timezone.now())


def plain_blocks_of(release: Release, items: Sequence[ReleaseItem]) -> list[Block]:
    """What the chosen documents say in full. Raises Refused when one is no longer in this patient's chart."""
    try:
        return render_context([item.object_id for item in items], patient=release.patient)
    except LookupError:
        raise Refused(ITEMS_GONE) from None


def blocks_of(release: Release, items: Sequence[ReleaseItem]) -> list[Block]:
    """What the chosen documents say as they leave, oldest first. Raises Refused, as `plain_blocks_of`, and when one
    reads otherwise than when a passage was left out of it.
    """
    return _leaving(release, items, redactions_of(release, items))


def _leaving(release: Release, items: Sequence[ReleaseItem], rows: Sequence[Redaction]) -> list[Block]:
    try:
        return pages_follow(as_it_leaves(plain_blocks_of(release, items), rows))
    except TextChanged:
        raise Refused(TEXT_CHANGED) from None


def cover_sheet(release: Release) -> bytes:
    """The cover sheet alone: to whom, from whom, what is enclosed, and what the recipient must know. No content.

    On top of a fax lies a sheet that names neither the patient nor the purpose, with the number of pages to come: who
    passes the machine may see it. The rest stands on the first page of the package.
    """
    context = _cover_context(release, redactions_of(release))
    package = package_of(release) if release.method == Method.FAX else None
    if package is not None:
        return render_pdf("documents/fax_cover.html", context | {"title": "Fax", "pages": package.pages + 1})
    return render_pdf("documents/cover.html", context | {"title": "Records enclosed"})


def _cover_context(release: Release, rows: Sequence[Redaction]) -> dict[str, Any]:
    return {
        "practice": practice_profile(),
        "document_number": release.number,
        "release": release,
        "patient": release.patient,
        "named_with": named_with(release),
        "basis_words": _basis_words(release),
        "prepared_on": today(),
        "ask_not_further": release.emergency and not release.is_notes and verdict_now(release).emergency_restriction,
        "left_out_words": _left_out_words(release, rows),
        "by_authorization": release.basis == Basis.B_AUTHORIZATION,
        "to_patient": release.basis == Basis.B_TO_INDIVIDUAL,
    }


def _left_out_words(release: Release, rows: Sequence[Redaction]) -> str:
    """What the cover says of what was left out, when the practice wants it said (P-34)."""
    if not policy("P-34", today()).value:
        return ""
    if release.is_notes and release.facts.get("notes_left_out"):
        return NOTES_LEFT_OUT
    if not rows and not (release.is_notes and release.facts.get("passages_out")):
        return ""
    if rows and all(row.reason == RedactionReason.ANOTHER_PERSON for row in rows):
        return "Passages about other people were left out. Black marks the place of each."
    return LEFT_OUT


def _basis_words(release: Release) -> str:
    """Why the recipient has it, as the recipient may read it."""
    if release.basis == Basis.B_AUTHORIZATION:
        return "The patient's written authorization"
    if release.basis == Basis.B_TO_INDIVIDUAL:
        return "The patient's own records, at the patient's request"
    return TO_THE_RECIPIENT.get(Basis(release.basis)) or Basis(release.basis).label
