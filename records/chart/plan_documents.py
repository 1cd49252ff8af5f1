"""Treatment plans on paper: signed versions with how the patient took them, and their reviews."""

from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from practice.infrastructure.pdf import render_pdf
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff

from .models import PlanAgreement, PlanReview, PlanVersion
from .paper import Block, ReleaseItemInfo
from .queries.treatment import review_written
from .rules.plan_tree import FACTS, Item, items_of


def plan_items(patient: Patient) -> list[ReleaseItemInfo]:
    """The signed versions and the reviews of a patient's plan, for the index of a release. A draft is not released."""
    found = [
        ReleaseItemInfo("plan", row.pk, row.on, f"Treatment plan, version {row.number}, by {row.author.display_name}")
        for row in PlanVersion.objects.filter(patient=patient).select_related("author").defer("content")
    ]
    reviews = PlanReview.objects.filter(version__patient=patient).select_related("version", "reviewed_by")
    for row in reviews.defer("progress", "text", "version__content"):
        title = f"Review of treatment plan, version {row.version.number}, by {row.reviewed_by.display_name}"
        found.append(ReleaseItemInfo("plan_review", row.pk, row.on, title))
    return found


def plan_blocks(patient: Patient, wanted: set[UUID]) -> list[Block]:
    """The blocks of those versions and reviews that are wanted."""
    agreements = Prefetch("agreements", queryset=PlanAgreement.objects.select_related("representative"))
    versions = PlanVersion.objects.filter(patient=patient, pk__in=wanted).select_related("author")
    versions = versions.prefetch_related(agreements)
    reviews = PlanReview.objects.filter(version__patient=patient, pk__in=wanted)
    return [
        *map(_version_block, versions),
        *map(_review_block, reviews.select_related("version", "reviewed_by")),
    ]


def internal_plan_pdf(version: PlanVersion, *, practice: object, printed_by: Staff) -> bytes:
    """A version with its reviews as a PDF that says on every page that it is not for release."""
    reviews = version.reviews.select_related("version", "reviewed_by").order_by("on", "recorded_at")
    return render_pdf(
        "documents/internal_chart.html",
        {
            "title": "Treatment plan",
            "practice": practice,
            "patient": version.patient,
            "blocks": [_version_block(version), *map(_review_block, reviews)],
            "printed_by": printed_by.display_name,
            "printed_at": timezone.now(),
            "internal_copy": True,
        },
    )


LABELS = {
    "frequency": "How often",
    "modality": "Modality",
    "length": "Expected length",
    "discharge": "Discharge criteria",
}


def _version_block(version: PlanVersion) -> Block:
    content = version.content
    role = version.get_author_role_display()
    signed = f"{version.author.display_name}{f' ({role.lower()})' if role else ''}"
    facts = [
        ("Signed", f"{signed}, {day_words(version.signed_at)}, {time_of_day(version.signed_at)}"),
        *[(LABELS[key], content.get(key, "")) for key in FACTS],
        ("Reviewed", version.get_review_every_display()),
        ("Patient’s agreement", "; ".join(map(agreement_words, version.agreements.all()))),
    ]
    return Block(
        id=version.pk,
        kind="plan",
        title=f"Treatment plan, version {version.number}, {day_words(version.on)}",
        on=version.on,
        facts=[(label, words or "Not recorded") for label, words in facts],
        head=["No.", "Problem, goal, objective, intervention", "Measured by", "Target date"],
        rows=[_row(item) for item in items_of(content)],
    )


def _row(item: Item) -> list[str]:
    kind = f"{item.kind.capitalize()}{f', {item.term_words.lower()}' if item.term else ''}"
    diagnosis = f" ({item.diagnosis_words})" if item.diagnosis_words and item.text.strip() else ""
    return [item.number, f"{kind}: {item.title}{diagnosis}", item.measure, day_words(item.target)]


def agreement_words(agreement: PlanAgreement) -> str:
    """An answer in a line: "Said so in session, the patient, Oct 30, 2026"."""
    who = agreement.representative
    by = f"{who.name} ({who.get_kind_display().lower()})" if who else "the patient"
    words = f"{agreement.get_how_display()}, {by}, {day_words(agreement.on)}"
    return f"{words}: {agreement.text}" if agreement.text else words


def _review_block(review: PlanReview) -> Block:
    said = review_written(review, review.version.content)
    return Block(
        id=review.pk,
        kind="plan_review",
        title=f"Review of treatment plan, version {review.version.number}, {day_words(review.on)}",
        on=review.on,
        facts=[("Outcome", review.get_outcome_display()), ("Reviewed by", review.reviewed_by.display_name)],
        written=[{"label": "What was found", "text": said.text}] if said.text else [],
        head=["Goal", "Where it stands"] if said.progress else [],
        rows=[[goal, label] for goal, label in said.progress],
    )
