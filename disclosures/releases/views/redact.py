"""Leaving passages out of one document of a release, before it is approved."""

from dataclasses import dataclass
from itertools import groupby
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from practice.infrastructure.blackout import BAR, Span, burn, sentences
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from records.chart.passages import Part, parts_of

from ..actions.redact import Passage, black_out, take_back
from ..documents import blocks_of, plain_blocks_of
from ..forms.redaction import RedactionForm
from ..models import Redaction
from ..policies import check_may_approve, open_release
from ..queries.redaction import redactions_of, span_of
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
    gone_pages = {int(row.where["page"]) for row in rows if "page" in row.where}
    context = {
        "release": release,
        "patient": release.patient,
        "item": item,
        "chosen": block,
        "leaving": leaving,
        "changed": changed,
        "groups": _groups(parts, rows, form),
        "pages": [(page, page in gone_pages, page in form.chosen_pages) for page in range(1, block.pages + 1)],
        "rows": [(row, _place(row, parts)) for row in rows],
        "form": form,
    }
    return render(request, "releases/redact.html", context, status=400 if form.errors else 200)


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
