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
from records.psychotherapy.custody_rules import Step

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


def custody_matters(staff: Staff) -> Group:
    """Transfers of custody in which this person has a step to take, or which are about their own notes.

    An author is told while a transfer stands, whether they keep notes or not; a custodian always finds the way in.
    """
    transfers = [one for one in vault.my_transfers(staff) if one.stopped_at is None]
    people = Staff.objects.in_bulk({one.author for one in transfers} | {one.custodian for one in transfers})
    lines = []
    for one in transfers:
        href = path_to("psychotherapy-custody-open", one.id)
        author, custodian = people[one.author].display_name, people[one.custodian].display_name
        steps, effect = one.steps_of(staff.pk, timezone.now()), one.effect_at
        due = timezone.localtime(effect).date() if effect and not one.in_effect else None
        if one.author == staff.pk and (not one.in_advance or one.confirmed_at):
            words = "Custody of your notes is taken" if one.in_effect else "A transfer of custody of your notes stands"
            lines.append(Line(words, f"To {custodian}", href, "Look, or stop it", due_on=due, about=one.because))
        elif Step.TAKE in steps:
            lines.append(Line(f"Notes of {author}", "The waiting time is over", href, "Take custody", due_on=due))
        elif one.custodian == staff.pk:
            words = "You have custody" if one.in_effect else "You are named as custodian"
            lines.append(Line(f"Notes of {author}", words, href, "Open"))
        elif Step.CONFIRM in steps:
            lines.append(Line(f"Notes of {author}", f"To {custodian}", href, "Confirm or stop", about=one.because))
    return Group("Custody of psychotherapy notes", lines, sealed=True)


def destructions_due(staff: Staff) -> Group:
    """Orders of destruction whose waiting time is over: their author carries them out, or does not."""
    due = vault.my_due_destructions(staff)
    lines = []
    if due:
        words = "1 note" if due == 1 else f"{due} notes"
        title = "The waiting time of your order is over"
        lines.append(Line(title, words, path_to("psychotherapy-keeping-list"), "Destroy or keep"))
    return Group("Destruction of psychotherapy notes", lines, sealed=True)


def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Patient.objects.filter(pk__in=set(ids)).values_list("pk", "legal_name"))
