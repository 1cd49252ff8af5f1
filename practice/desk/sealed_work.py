"""What waits about sealed notes: computed live for the person it concerns, at each look, and stored nowhere."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from authorizations.queries import sealed_notes_asked_of
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from practice.worklist.rules import TaskKind
from records.psychotherapy import vault

from .lines import Group, Line, person_words
from .links import path_to


def sealed_drafts(staff: Staff) -> Group:
    """The author's own unsigned psychotherapy notes, the latest save first."""
    drafts = vault.my_drafts(staff)
    names = _names(patient for draft in drafts for patient in draft.patients)
    lines = [
        Line(
            ", ".join(names[patient] for patient in draft.patients if patient in names),
            f"Session of {day(draft.session_on)}",
            path_to("psychotherapy-draft-edit", draft.id),
            "Continue",
        )
        for draft in drafts
    ]
    return Group("Psychotherapy notes to sign", lines, sealed=True)


def sealed_notes_asked_for(staff: Staff) -> Group:
    """Authorizations that ask this person for notes they alone can release, until they made a package for it."""
    asked = sealed_notes_asked_of(staff, today())
    made = {cover.authorization_id for cover in vault.my_packages(staff)} if asked else set()
    lines = []
    for line in asked:
        row = line.authorization
        if row.pk not in made:
            title, words = person_words(row.patient)
            href = path_to("psychotherapy-package-new", row.pk)
            about = f"For {line.recipient}" + (f", signed {day(row.signed_on)}" if row.signed_on else "")
            lines.append(Line(title, words, href, "Decide and prepare", about=about))
    return Group("Psychotherapy notes asked for", lines, sealed=True)


def packages_to_hand_over(staff: Staff) -> Group:
    """Approved packages of sealed notes that name this person for the hand-over, beside the chart's in one list."""
    covers = [cover for cover in vault.packages_awaiting_hand_over(staff) if cover.hand_over_until > timezone.now()]
    patients = Patient.objects.in_bulk([cover.patient for cover in covers])
    lines = []
    for cover in covers:
        title, words = person_words(patients[cover.patient])
        until = timezone.localtime(cover.hand_over_until).date()
        since = timezone.localtime(cover.approved_at).date()
        href = path_to("notes-hand-over", cover.id)
        about = f"To {cover.recipient_name}, as a locked file"
        lines.append(Line(title, words, href, "Hand over", due_on=until, since=since, about=about))
    return Group(TaskKind.RELEASE_HAND_OVER.label, lines)


def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Patient.objects.filter(pk__in=set(ids)).values_list("pk", "legal_name"))
