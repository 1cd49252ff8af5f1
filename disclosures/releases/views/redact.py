"""Leaving passages, pages and areas of pages out of one document of a release, before it is approved."""

from dataclasses import dataclass
from itertools import groupby
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.blackout import BAR, Span, burn, sentences
from practice.infrastructure.copies import NO_PICTURE, as_page
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from records.chart.filed_documents import page_as_it_leaves
from records.chart.passages import Part, parts_of

from ..actions.redact import BlackArea, Passage, black_out, take_back
from ..documents import blocks_of, plain_blocks_of
from ..forms.redaction import RedactionForm, as_sent
from ..models import Redaction
from ..policies import check_may_approve, open_release
from ..queries.redaction import area_of, redactions_of, span_of
from ..rules import ReleaseState


@dataclass(frozen=True, slots=True, repr=False)
class Sentence:
    """One line to tick: what the form sends, its words with bars, and how it stands."""

    value: str
    words: str
    gone: bool
    ticked: bool


@dataclass(frozen=True, slots=True, repr=False)
class PartLines:
    """One text of the document on the page; `chosen` are marks of single words that came back with an error."""

    part: Part
    lines: list[Sentence]
    chosen: list[Sentence]

    @property
    def short(self) -> bool:
        """A particular or a cell: one line without a heading of its own."""
        return bool(self.part.group) and len(self.lines) == 1


@dataclass(frozen=True, slots=True, repr=False)
class CopyPage:
    """One page of the copy of a filed document: whether it is out, how much of it is black, and what came back with an
    error, as the form sends it.
    """

    number: int
    gone: bool
    black: int
    ticked: bool
    drawn: list[str]


@require_http_methods(["GET", "POST"])
def release_redact(request: HttpRequest, release_id: str, item_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    check_may_approve(staff, release)
    item = release.items.filter(pk=item_id).first()
    if item is None:
        raise Http404
    if release.state != ReleaseState.AWAITING_APPROVAL:
        return redirect("release-open", release.pk)
    here = reverse("release-redact", args=[release.pk, item.pk])
    if request.method == "POST" and "take_back" in request.POST:
        take_back(by=staff, release_id=release.pk, item_id=item.pk, redaction_id=request.POST["take_back"])
        messages.success(request, "Taken back. It leaves with the rest again.")
        return redirect(here)
    [block] = plain_blocks_of(release, [item])
    parts = parts_of(block)
    form = RedactionForm(request.POST if request.method == "POST" else None, parts=parts, pages=block.pages)
    if request.method == "POST" and form.is_valid():
        try:
            black_out(
                by=staff,
                release_id=release.pk,
                item_id=item.pk,
                passages=[Passage(part, span) for part, span in form.marks],
                pages=form.chosen_pages,
                areas=[BlackArea(page, area) for page, area in form.areas],
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
            )
            messages.success(request, "Left out. Below you see the document as it will leave.")
            return redirect(here)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    rows = redactions_of(release, [item])
    try:
        [leaving], changed = blocks_of(release, [item]), ""
    except Refused as refused:
        leaving, changed = None, f"{refused.refusal.words} {refused.refusal.remedy}"
    context = {
        "release": release,
        "patient": release.patient,
        "item": item,
        "chosen": block,
        "leaving": leaving,
        "changed": changed,
        "groups": _groups(parts, rows, form),
        "pages": [_page(number, rows, form) for number in range(1, block.pages + 1)],
        "rows": [(row, _place(row, parts)) for row in rows],
        "form": form,
    }
    return render(request, "releases/redact.html", context, status=400 if form.errors else 200)


@require_GET
def release_page(request: HttpRequest, release_id: str, item_id: str, page: int) -> HttpResponse:
    """One page of a filed document as it will leave, as a picture. 404 for a page that does not leave."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    check_may_approve(staff, release)
    item = release.items.filter(pk=item_id).first()
    if item is None or release.state != ReleaseState.AWAITING_APPROVAL:
        raise Http404
    [block] = blocks_of(release, [item])
    if not 1 <= page <= block.pages or page in block.pages_out:
        raise Http404
    try:
        return as_page(page_as_it_leaves(block, page), "jpeg", f"page-{page}")
    except PdfFailed:
        raise Refused(NO_PICTURE) from None


def _page(number: int, rows: list[Redaction], form: RedactionForm) -> CopyPage:
    here = [row for row in rows if row.where.get("page") == number]
    black = [row for row in here if area_of(row)]
    drawn = [as_sent(page, area) for page, area in form.areas if page == number]
    return CopyPage(number, len(here) > len(black), len(black), number in form.chosen_pages, drawn)


def _groups(parts: list[Part], rows: list[Redaction], form: RedactionForm) -> list[tuple[str, list[PartLines]]]:
    lines = [
        _lines_of(part, [span_of(row) for row in rows if row.where.get("part") == part.key], form) for part in parts
    ]
    return [(name, list(found)) for name, found in groupby(lines, key=lambda one: one.part.group)]


def _lines_of(part: Part, gone: list[Span], form: RedactionForm) -> PartLines:
    """The sentences of a text; a short one is a single line."""
    spans = sentences(part.text) if not part.group or len(part.text) > 120 else [Span(0, len(part.text))]
    marked = [span for key, span in form.marks if key == part.key]
    lines = [_sentence(part, span, gone, span in marked) for span in spans]
    words = [span for span in marked if span not in spans]
    return PartLines(part, lines, [_sentence(part, span, [], True) for span in words])


def _sentence(part: Part, span: Span, gone: list[Span], ticked: bool) -> Sentence:
    inside = [
        Span(max(one.start, span.start) - span.start, min(one.end, span.end) - span.start)
        for one in gone
        if one.meets(span) and one.end <= len(part.text)
    ]
    words = burn(part.text[span.start : span.end], inside)
    return Sentence(f"{part.key}:{span.start}:{span.end}", words, not words.replace(BAR, "").strip(), ticked)


def _place(row: Redaction, parts: list[Part]) -> str:
    """Where it stands, without its words."""
    if area := area_of(row):
        left, top, width, height = (f"{int(part * 100 + 0.5)}%" for part in area)  # rounded as on the page
        return f"Page {row.where['page']}, area {left} from the left, {top} from the top, {width} wide, {height} high"
    if "page" in row.where:
        return f"Page {row.where['page']}"
    part = next((part for part in parts if part.key == row.where["part"]), None)
    if part is None:
        return "A text that is not there any more"
    span = span_of(row)
    numbers = [number for number, one in enumerate(sentences(part.text), 1) if one.meets(span)]
    if part.group or not numbers:
        return part.label
    which = f"sentence {numbers[0]}" if len(numbers) == 1 else f"sentences {numbers[0]} to {numbers[-1]}"
    return f"{part.label}, {which}"
