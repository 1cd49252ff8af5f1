"""What can be done with a treatment plan. Each act is one transaction: checks, writes, records.

Whoever may open the chart writes the plan: it is the patient's, not one person's. Access is checked here again,
silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import (
    ChartNote,
    GoalWorkedOn,
    PlanAgreement,
    PlanDraft,
    PlanDraftBranch,
    PlanReview,
    PlanVersion,
)
from ..queries.treatment import care_role_of, content_of, current_version
from ..rules.notes import SITTING
from ..rules.plan_tree import Content, empty_content, goals_of, without_empty_rows
from ..rules.treatment import (
    REVIEW_EVERY,
    AgreementHow,
    GoalProgress,
    ReviewOutcome,
    dated_refusal,
    plan_refusal,
    refusal_to_sign_plan,
)
from .plan_reviews import tend_review_tasks
from .sessions import NO_CARE

NO_DRAFT = Refusal(
    "PLAN_NOT_BEING_WRITTEN",
    "No new version of this plan is being written.",
    "It was signed or discarded meanwhile: look at the plan, then begin again if you need to.",
)
NOT_IN_FORCE = Refusal(
    "PLAN_NOT_IN_FORCE", "A newer version of this plan is in force.", "Open the newest version and record it there."
)


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What became of a save: the draft as it stands, and the branch when another window had saved before."""

    draft: PlanDraft
    branch: PlanDraftBranch | None = None


@transaction.atomic
def begin_plan(*, by: Staff, patient: Patient) -> PlanDraft:
    """Begin the next version: from the one in force, or from an empty plan. The draft is given back if begun."""
    _check_care(by, patient.pk)
    advisory_lock(f"treatment plan {patient.pk}")
    begun = PlanDraft.objects.filter(patient=patient).first()
    if begun is not None:
        return begun
    base = current_version(patient)
    content = base.content if base else empty_content(REVIEW_EVERY)
    draft = PlanDraft.objects.create(patient=patient, based_on=base, begun_by=by, saved_by=by, content=content)
    record(by=by, event=AuditEvent.RECORDED, subject=draft, patient_id=patient.pk, detail="plan_draft")
    return draft


@transaction.atomic
def save_plan(*, by: Staff, patient_id: UUID, content: Content, base_version: int, window: str = "") -> SavedPlan:
    """Save what was typed on top of `base_version` in the opened page `window`.

    When another window saved in between, its text stays and this one is kept beside it as a branch. Sending the same
    again changes nothing. Raises Refused when there is no draft any more, or the plan is too long.
    """
    draft = _draft(by, patient_id)
    if refusal := plan_refusal(content):
        raise Refused(refusal)
    if draft.content == content:
        return SavedPlan(draft)
    if draft.version != base_version and not (window and window == draft.window):
        return SavedPlan(draft, _branch(draft, by, base_version, window, content))
    now = timezone.now()
    first_of_sitting = draft.version == 1 or now - draft.saved_at > SITTING or draft.saved_by_id != by.pk
    draft.content, draft.version, draft.window = content, draft.version + 1, window
    draft.saved_at, draft.saved_by = now, by
    draft.save(update_fields=["content", "version", "window", "saved_at", "saved_by"])
    if first_of_sitting:
        record(by=by, event=AuditEvent.CHANGED, subject=draft, patient_id=patient_id, detail="plan_draft")
    return SavedPlan(draft)


def _branch(draft: PlanDraft, by: Staff, base_version: int, window: str, content: Content) -> PlanDraftBranch:
    """The branch that holds this text: that of the same window, rewritten, or a new one."""
    for branch in draft.branches.all():
        if branch.content == content:
            return branch
        if window and branch.window == window:
            branch.content, branch.saved_at, branch.saved_by = content, timezone.now(), by
            branch.save(update_fields=["content", "saved_at", "saved_by"])
            return branch
    record(by=by, event=AuditEvent.CHANGED, subject=draft, patient_id=draft.patient_id, detail="plan_second_text")
    return PlanDraftBranch.objects.create(
        draft=draft, saved_by=by, base_version=base_version, window=window, content=content
    )


@transaction.atomic
def use_other_plan(*, by: Staff, patient_id: UUID, branch_id: UUID) -> PlanDraft:
    """Make the branch the draft's text; what was the draft's text is kept as the branch."""
    draft = _draft(by, patient_id)
    branch = draft.branches.get(pk=branch_id)
    branch.content, draft.content = draft.content, branch.content
    branch.saved_by, draft.saved_by = draft.saved_by, branch.saved_by
    branch.saved_at, draft.saved_at = draft.saved_at, timezone.now()
    branch.window, draft.window = "", ""
    branch.base_version, draft.version = draft.version, draft.version + 1
    branch.save()
    draft.save()
    record(by=by, event=AuditEvent.CHANGED, subject=draft, patient_id=patient_id, detail="plan_texts_exchanged")
    return draft


@transaction.atomic
def discard_other_plan(*, by: Staff, patient_id: UUID, branch_id: UUID) -> None:
    """Let go of a branch."""
    draft = _draft(by, patient_id)
    draft.branches.filter(pk=branch_id).delete()
    record(by=by, event=AuditEvent.CHANGED, subject=draft, patient_id=patient_id, detail="plan_text_discarded")


@transaction.atomic
def discard_plan(*, by: Staff, patient_id: UUID) -> None:
    """Let go of the draft and what was kept beside it. Signed versions stay; that it was there stays in the audit."""
    draft = _draft(by, patient_id)
    record(by=by, event=AuditEvent.CHANGED, subject=draft, patient_id=patient_id, detail="plan_draft_discarded")
    draft.branches.all().delete()
    draft.delete()


@transaction.atomic
def sign_plan(*, by: Staff, patient_id: UUID, seen_version: int) -> PlanVersion:
    """Sign the draft as it was seen (`seen_version`): the next version, in force from today. The draft is gone.

    From here on the database refuses every change. The next review becomes a task with its due date.
    """
    draft = _draft(by, patient_id)
    content, before = without_empty_rows(draft.content), current_version(draft.patient)
    refusal = refusal_to_sign_plan(
        content,
        before=content_of(before) if before else None,
        other_texts=draft.branches.count(),
        version=draft.version,
        seen_version=seen_version,
    )
    if refusal:
        raise Refused(refusal)
    on = today()
    version = PlanVersion.objects.create(
        patient=draft.patient,
        number=before.number + 1 if before else 1,
        author=by,
        author_role=care_role_of(by, draft.patient, on),
        on=on,
        review_every=content["review_every"],
        content=content,
    )
    draft.delete()
    record(by=by, event=AuditEvent.SIGNED, subject=version, patient_id=patient_id, detail="treatment_plan")
    tend_review_tasks(draft.patient, by=by)
    return version


@transaction.atomic
def record_agreement(
    *,
    by: Staff,
    version_id: UUID,
    agreement_id: UUID,
    on: date,
    how: AgreementHow,
    representative_id: UUID | None = None,
    text: str = "",
) -> PlanAgreement:
    """Write down how the patient, or a representative, took a version. `agreement_id` makes a second click one row.

    Raises Refused for a day that cannot be and for a representative of somebody else.
    """
    version = _version(by, version_id)
    if begun := PlanAgreement.objects.filter(pk=agreement_id, version=version).first():
        return begun
    refusal = dated_refusal(on, today=today(), what="An agreement")
    if refusal is None and on < version.on and how != AgreementHow.NOT_YET:
        refusal = Refusal(
            "PLAN_AGREED_BEFORE_SIGNED",
            "This version was signed later than that day.",
            "Give the day on which this version was agreed to, or record it with the version of that day.",
        )
    if refusal:
        raise Refused(refusal)
    known = representative_id is None or version.patient.representatives.filter(pk=representative_id).exists()
    if not known:
        raise Refused(Refusal("PLAN_REPRESENTATIVE", "This person does not act for the patient.", "Choose again."))
    agreement = PlanAgreement.objects.create(
        id=agreement_id,
        version=version,
        on=on,
        how=how,
        representative_id=representative_id,
        text=text,
        recorded_by=by,
    )
    record(by=by, event=AuditEvent.RECORDED, subject=agreement, patient_id=version.patient_id, detail=str(how))
    return agreement


@transaction.atomic
def record_review(
    *,
    by: Staff,
    version_id: UUID,
    review_id: UUID,
    on: date,
    outcome: ReviewOutcome,
    progress: Mapping[str, str],
    text: str = "",
) -> PlanReview:
    """Write down a review of the version in force; its task is done, and the next one is asked for.

    `progress` is by goal id. `review_id` makes a second click one row. Raises Refused for an older version and for a
    day before it was signed.
    """
    version = _version(by, version_id)
    if begun := PlanReview.objects.filter(pk=review_id, version=version).first():
        return begun
    newest = current_version(version.patient)
    if newest is None or newest.pk != version.pk:
        raise Refused(NOT_IN_FORCE)
    refusal = dated_refusal(on, today=today(), what="A review")
    if refusal is None and on < version.on:
        refusal = Refusal(
            "PLAN_REVIEWED_BEFORE_SIGNED",
            "This version was signed later than that day.",
            "Check the day of the review.",
        )
    if refusal:
        raise Refused(refusal)
    goals = {goal.id for goal in goals_of(version.content)}
    kept = {goal: GoalProgress(code).value for goal, code in progress.items() if goal in goals and code}
    review = PlanReview.objects.create(
        id=review_id, version=version, on=on, outcome=outcome, progress=kept, text=text, reviewed_by=by
    )
    record(by=by, event=AuditEvent.RECORDED, subject=review, patient_id=version.patient_id, detail=str(outcome))
    tend_review_tasks(version.patient, by=by)
    return review


@transaction.atomic
def tick_goals(*, by: Staff, note_id: UUID, goal_ids: Iterable[str]) -> None:
    """Say which goals of the plan a draft note worked on: exactly these. What is not in a plan is left out.

    Raises Refused when the note is signed or another's.
    """
    note = ChartNote.objects.select_for_update(of=("self",)).get(pk=note_id)
    _check_care(by, note.patient_id)
    if note.author_id != by.pk or note.signed_at is not None:
        raise Refused(Refusal("NOTE_NOT_YOURS", "A draft is written by its author alone.", "Write a note of your own."))
    wanted, kept = set(goal_ids), {str(tick.goal_id): tick for tick in note.goals_worked_on.all()}
    if wanted == set(kept):
        return
    for ident in set(kept) - wanted:
        kept[ident].delete()
    version = current_version(note.patient)
    if version is None:
        return
    known = {goal.id for goal in goals_of(content_of(version) or {})}
    for ident in sorted((wanted - set(kept)) & known):
        GoalWorkedOn.objects.create(note=note, version=version, goal_id=ident)


def _check_care(by: Staff, patient_id: UUID) -> None:
    if not charts_visible_to(by).filter(pk=patient_id).exists():
        raise Refused(NO_CARE)


def _draft(by: Staff, patient_id: UUID) -> PlanDraft:
    """The draft, locked for this transaction."""
    _check_care(by, patient_id)
    drafts = PlanDraft.objects.select_for_update(of=("self",)).select_related("patient", "saved_by")
    draft = drafts.filter(patient_id=patient_id).first()
    if draft is None:
        raise Refused(NO_DRAFT)
    return draft


def _version(by: Staff, version_id: UUID) -> PlanVersion:
    """A version to which something is to be added, alone for this transaction."""
    version = PlanVersion.objects.select_related("patient").get(pk=version_id)
    _check_care(by, version.patient_id)
    advisory_lock(f"treatment plan {version.patient_id}")
    return version
