"""What waits about sealed notes: computed live for the person it concerns, at each look, and stored nowhere."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from authorizations.queries import sealed_notes_asked_of
from disclosures.releases.queries.blocked import covers_blocked
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from practice.worklist.rules import TaskKind
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled
from records.psychotherapy.custody_actions import requests_in_custody
from records.psychotherapy.custody_rules import Step, Transfer

from .lines import Group, Line, person_words, what_leaves
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
        if row.pk not in made and str(staff.pk) not in line.facts.declined_by:
            title, words = person_words(row.patient)
            href = path_to("psychotherapy-package-new", row.pk)
            about = f"For {line.recipient}" + (f", signed {day(line.signed_on)}" if line.signed_on else "")
            lines.append(Line(title, words, href, "Decide and prepare", about=about))
    return Group("Psychotherapy notes asked for", lines, sealed=True)


def packages_to_hand_over(staff: Staff) -> Group:
    """Approved packages of sealed notes that name this person for the hand-over, beside the chart's in one list."""
    covers = [cover for cover in vault.packages_awaiting_hand_over(staff) if cover.hand_over_until > timezone.now()]
    patients = Patient.objects.in_bulk([cover.patient for cover in covers])
    blocked = covers_blocked(covers)
    lines = []
    for cover in covers:
        title, words = person_words(patients[cover.patient])
        until = timezone.localtime(cover.hand_over_until).date()
        since = timezone.localtime(cover.approved_at).date()
        href = path_to("notes-hand-over", cover.id)
        about = f"To {cover.recipient_name}"
        # what is in it stands on its cover sheet, not on a page that is open all day
        more = what_leaves("A locked file", cover.approved_at)
        if block := blocked.get(cover.id):
            about = f"{about} · Blocked: {block.short}"
            lines.append(Line(title, words, href, "Open", since=since, about=about, more=more))
            continue
        lines.append(Line(title, words, href, "Hand over", due_on=until, since=since, about=about, more=more))
    return Group(TaskKind.RELEASE_HAND_OVER.label, lines)


def custody_matters(staff: Staff) -> Group:
    """Transfers of custody in which this person has something to do, or which are about their own notes.

    An author is told while a transfer stands, whether they keep notes or not. Whoever has no other work here finds the
    way to their custody on this page; for everybody else it is in the menu.
    """
    transfers = [one for one in vault.my_transfers(staff) if one.stopped_at is None]
    people = Staff.objects.in_bulk({one.author for one in transfers} | {one.custodian for one in transfers})
    lines, to_stop = [], False
    for one in transfers:
        href, steps = path_to("psychotherapy-custody-open", one.id), one.steps_of(staff.pk, timezone.now())
        author, custodian = f"Notes of {people[one.author].display_name}", f"To {people[one.custodian].display_name}"
        due = timezone.localtime(one.effect_at).date() if one.effect_at and not one.in_effect else None
        if one.author == staff.pk and (not one.in_advance or one.confirmed_at):
            words = "Custody of your notes is taken" if one.in_effect else "A transfer of custody of your notes stands"
            lines.append(Line(words, custodian, href, "Look, or stop it", due_on=due, about=one.because))
            to_stop = to_stop or not one.in_effect
        elif Step.TAKE in steps:
            lines.append(Line(author, "The waiting time is over", href, "Take custody", due_on=due))
        elif Step.CONFIRM in steps and not one.in_advance:
            lines.append(Line(author, custodian, href, "Confirm or stop", about=one.because))
        elif one.custodian == staff.pk:
            lines += _asked_in_custody(staff, one, author)
            if not staff.roles:
                words = "You have custody" if one.in_effect else "You are named as custodian"
                lines.append(Line(author, words, href, "Open"))
    return Group("Custody of psychotherapy notes", lines, sealed=True, first=to_stop)


def compelled_matters(staff: Staff) -> Group:
    """Compelled releases in which this person has something to do, or which are about their own notes.

    An author is told from the moment one is begun, whether they keep notes or not, until they have looked at it, and
    again when the file has left; the custodian of an author's notes while one is open. When the file is made, each of
    the two is asked for their part of its passphrase until they have printed it.
    """
    found = vault.my_compelled(staff)
    made = [one for one in found if one.package]
    to_print = vault.slips_to_print(staff, made) if made else []
    news = vault.news_to_author(staff, found)
    open_now = [one for one in found if one.id in news or one in to_print or _waits(one, staff)]
    people = Staff.objects.in_bulk({one.author for one in open_now})
    patients = Patient.objects.in_bulk({one.patients[0] for one in open_now})
    lines = []
    for one in open_now:
        href, about = path_to("compelled-open", one.id), f"Notes of {people[one.author].display_name}"
        title, words = person_words(patients[one.patients[0]])
        due = timezone.localtime(one.due_at).date() if one.due_at else None
        if one in to_print:
            lines.append(Line(title, words, href, "Print your part of the passphrase", about=about))
        elif one.may_confirm(staff.pk):
            lines.append(Line(title, words, href, "Compare and confirm", about=about))
        elif one.may_pack(staff.pk, timezone.now()):
            lines.append(Line(title, words, href, "Make the locked file", due_on=due, about=about))
        elif one.id in news:
            lines.append(Line(title, words, href, "Look", about=_news(one, news[one.id])))
        else:
            lines.append(Line(title, words, href, "Look", about=f"{about}: waits"))
    return Group("Compelled releases of psychotherapy notes", lines, sealed=True)


def _waits(one: Compelled, staff: Staff) -> bool:
    """Whether it is open and this person more than its author, who is told once."""
    return one.open and (one.author != staff.pk or one.is_one_of_two(staff.pk))


def _news(one: Compelled, left_at: datetime | None) -> str:
    if left_at:
        return f"Your notes about them were handed over on {day(left_at)}: a court or a law compels it"
    if one.stopped_at:
        return "A release of your notes about them was begun, and stopped"
    return "A release of your notes about them is compelled"


def _asked_in_custody(staff: Staff, transfer: Transfer, author: str) -> list[Line]:
    """Authorizations that ask a custodian for an author's notes, until a package is made for them."""
    lines = []
    for line in requests_in_custody(staff, transfer, today()):
        title, words = person_words(line.authorization.patient)
        href = path_to("psychotherapy-custody-package", transfer.id, line.authorization.pk)
        about = f"{author}, for {line.recipient}"
        lines.append((line.authorization.pk, Line(title, words, href, "Decide and prepare", about=about)))
    made = {one.authorization_id for one in vault.my_packages(staff) if not one.withdrawn_at} if lines else set()
    return [line for authorization, line in lines if authorization not in made]


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
