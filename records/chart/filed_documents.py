"""What of the filed documents goes on paper: the index, what is said about each, and the pages of their copies."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from practice.infrastructure.copies import Enclosure, Filling, append_pages, burnt_page, fill_pages
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.models import Patient

from .models import Document, DocumentFiling
from .paper import PAGES, Block, ReleaseItemInfo
from .queries.documents import current_filings


def document_items(patient: Patient) -> Iterator[ReleaseItemInfo]:
    """The documents of a chart that a release can choose from."""
    for filing in current_filings().filter(document__patient=patient):
        word = "" if filing.document.pages else " (Word document, pages not included)"
        yield ReleaseItemInfo("document", filing.document_id, filing.dated_on, f"{filing.title}{word}")


def document_blocks(patient: Patient, wanted: set[UUID]) -> list[Block]:
    """What a paper says about these documents."""
    filings = current_filings().filter(document__patient=patient, document__in=wanted)
    return [_block(filing) for filing in filings]


def number_documents(blocks: Iterable[Block]) -> None:
    """Give each document with pages its number, in the order of the paper, and say where they are."""
    for number, block in enumerate((block for block in blocks if block.pages), 1):
        block.number = number
        pages = f"{block.pages} page{'s' if block.pages > 1 else ''}"
        block.facts.append((PAGES, f"{pages}, at the end, marked “{_mark(block)}”"))


def with_documents(pdf: bytes, blocks: Iterable[Block], *, note: str = "") -> bytes:
    """A paper made of these blocks, with the pages of their documents behind it. Raises as `append_pages`.

    What is appended is the copy, never the original; `note` begins the line under each page. The same bytes when there
    is no document among the blocks.
    """
    found = {block.id: block for block in blocks if block.number}
    rows = {row.pk: row for row in Document.objects.filter(pk__in=found).defer("original")}
    return append_pages(
        pdf,
        [
            Enclosure(block.title, f"{note}{_mark(block)}", rows[pk].shown_kind, rows[pk].shown)
            for pk, block in found.items()
        ],
    )


def pages_follow(blocks: Sequence[Block]) -> list[Block]:
    """The same blocks for a paper on which the pages of a document come right after what is said of it."""
    placed = []
    for place, block in enumerate(blocks, 1):
        if block.number:
            pages = f"{block.pages} page{'s' if block.pages > 1 else ''}, on the pages that follow"
            facts = [(label, pages if label == PAGES else words) for label, words in block.facts]
            block = replace(block, facts=facts, number=place)
        placed.append(block)
    return placed


def copy_fingerprint(document_id: UUID) -> str:
    """By which the copy of a document is known again: places on its pages hold for exactly this one."""
    return sha256(Document.objects.only("shown").get(pk=document_id).shown).hexdigest()


def page_counts(document_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many pages the copies of these documents have."""
    return dict(Document.objects.filter(pk__in=document_ids).values_list("pk", "pages"))


def page_as_it_leaves(block: Block, page: int) -> bytes:
    """One page of a document as a JPEG, with its black areas if it has any. Raises PdfFailed."""
    row = Document.objects.defer("original").get(pk=block.id)
    return burnt_page(row.shown_kind, row.shown, page, block.areas.get(page, ()))


def on_their_pages(pdf: bytes, blocks: Iterable[Block]) -> bytes:
    """A paper that keeps a page for each page of a document, named `scan-NUMBER-PAGE`, with these drawn on it.

    What is drawn is the copy, never the original; where something of it is left out, pictures of its other pages.
    Raises PdfFailed, or Refused when too many pages would be pictures. The same bytes when there is no document among
    the blocks.
    """
    found = {block.id: block for block in blocks if block.number}
    rows = {row.pk: row for row in Document.objects.filter(pk__in=found).defer("original")}
    return fill_pages(
        pdf,
        [
            Filling(f"scan-{block.number}-", rows[pk].shown_kind, rows[pk].shown, block.pages_out, block.areas)
            for pk, block in found.items()
        ],
    )


def _block(filing: DocumentFiling) -> Block:
    origin = "Received from outside" if filing.from_outside else "Made by this practice"
    facts = [
        ("Date on it", day_words(filing.dated_on)),
        ("From", filing.source),
        ("Origin", origin),
        ("Filed", f"{day_words(filing.document.added_at)}, {filing.document.kind.upper()} file"),
    ]
    if not filing.document.pages:
        facts.append(("Pages", "Not included: a Word document has no pages here. Ask the practice for it on paper."))
    title = f"{filing.title}, {day_words(filing.dated_on)}"
    shown = [fact for fact in facts if fact[1]]
    return Block(filing.document_id, "document", title, filing.dated_on, shown, pages=filing.document.pages)


def _mark(block: Block) -> str:
    """What stands under each page of a document."""
    return f"Document {block.number} of {block.on:%m/%d/%Y}"
