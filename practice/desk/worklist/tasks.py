"""Tasks that are stored: where each is done, what its button says, and what the record behind it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from authorizations.models import (
    Authorization,
    AuthorizationEvent,
    FormVersion,
    Restriction,
    RestrictionEvent,
    RevocationLetter,
    RevocationNotice,
)
from authorizations.queries.restrictions import line_of_restriction
from authorizations.queries.standing import records_words
from authorizations.rules.restrictions import RestrictionEventKind
from disclosures.releases.models import Release
from disclosures.releases.queries.blocked import stopped_among
from disclosures.releases.rules import ReleaseState
from practice.compliance.models import PlacementQuestion
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind
from records.chart.models import ChartNote, CosignatureRequest, DocumentReading, Handover, MeasureRepeat
from records.chart.queries.documents import current_filings
from records.chart.queries.medication import monitored_titles
from records.chart.rules.measures import current_of

from ..lines import Group, Line, person_words, what_leaves
from ..links import path_to

# Where the work on a record is done.
PLACES = {
    "releases.release": "release-open",
    "authorizations.authorization": "authorization-open",
    "authorizations.restriction": "restriction-open",
    "authorizations.formversion": "form-open",
    "authorizations.authorizationevent": "revocation-open",
    "authorizations.revocationnotice": "notice-told",
    "ledger.accounting": "accounting-open",
    "ledger.entry": "disclosure-open",
    "chart.handover": "handover-open",
    "chart.cosignaturerequest": "note-cosign",
    "chart.chartnote": "note-open",
    "compliance.placementquestion": "placement-answer",
    "outside.link": "link-open",
    "chart.documentreading": "document-reading",
    "chart.monitoringplan": "monitoring-open",
    "legal.legalpaper": "legal-paper-open",
}
# Work that has a page of its own beside that of the record.
KIND_PLACES = {
    TaskKind.THREAT_RECORD: "threat-complete",
    TaskKind.SUSPENSION_STATEMENT: "disclosure-suspend",
}
# Work that is done on a page of the patient.
PATIENT_PLACES = {
    TaskKind.PLAN_REVIEW: "patient-plan",
    TaskKind.MEASURE_DUE: "patient-results",
    TaskKind.SAFETY_PLAN_REVIEW: "patient-safety",
}
# Work that is asked for long before it is due comes to the home page this many days ahead.
DAYS_AHEAD = {TaskKind.PLAN_REVIEW: 14, TaskKind.MEASURE_DUE: 7, TaskKind.SAFETY_PLAN_REVIEW: 7}
BUTTONS = {
    TaskKind.PLAN_REVIEW: "Review the plan",
    TaskKind.RELEASE_APPROVAL: "Read and approve",
    TaskKind.RELEASE_HAND_OVER: "Hand over",
    TaskKind.RELEASE_RETURNED: "See to it",
    TaskKind.RELEASE_FAILED: "See to it",
    TaskKind.RELEASE_TURNED_DOWN: "See to it",
    TaskKind.RELEASE_UNCONFIRMED: "Say how it ended",
    TaskKind.RESTRICTION_ANSWER: "Answer",
    TaskKind.RESTRICTION_EMERGENCY: "Ask them",
    TaskKind.THREAT_RECORD: "Complete",
    TaskKind.SUSPENSION_STATEMENT: "Record it",
    TaskKind.COSIGNATURE: "Read",
    TaskKind.NOTE_RETURNED: "Mend",
    TaskKind.PLACEMENT_QUESTION: "Answer",
    TaskKind.DOCUMENT_REVIEW: "Read",
    TaskKind.MEDICATION_MONITORING: "Enter the result",
    TaskKind.REVOCATION_FORM: "Print and send",
    TaskKind.DECLINE_ANSWER: "Print and send",
    TaskKind.REVOCATION_NOTICE: "Told, or why not",
    TaskKind.REVOCATION_ASSOCIATE: "Told, or why not",
    TaskKind.REVOCATION_LETTER: "Make the letter",
}
WHILE_IT_WAITS = (TaskKind.RELEASE_APPROVAL, TaskKind.RELEASE_HAND_OVER)
TELL_RESTRICTION = "Tell the patient the answer about a restriction"


def task_groups(tasks: Iterable[Task]) -> list[Group]:
    """Tasks, already sorted by due day, as groups by kind."""
    tasks = [task for task in tasks if _is_near(task)]
    about, more, answered, urgent = subject_words(tasks), _leaving(tasks), _answered(tasks), _emergencies(tasks)
    made = _letters_made(tasks)
    found: dict[str, Group] = {}
    for task in tasks:
        line = _task_line(task, about.get(task.subject_id, ""), more.get(task.subject_id, ""))
        key, words = task.kind, TaskKind(task.kind).label
        if task.subject_id in answered:
            key, words, line = "restriction_told", TELL_RESTRICTION, replace(line, button="Tell the patient")
        if task.subject_id in made:
            line = replace(line, button="Say it was sent")
        if task.kind in WHILE_IT_WAITS and task.subject_id in urgent:
            key, words = f"emergency_{task.kind}", f"Emergency: {words[0].lower()}{words[1:]}"
        found.setdefault(key, Group(words, first=key.startswith("emergency_"))).lines.append(line)
    return list(found.values())


def _answered(tasks: Iterable[Task]) -> set[UUID]:
    """The requests for restriction with nothing left to decide: what is still due is telling the patient."""
    ids = [task.subject_id for task in tasks if task.kind == TaskKind.RESTRICTION_ANSWER]
    answers = (RestrictionEventKind.AGREED, RestrictionEventKind.NOT_AGREED)
    rows = RestrictionEvent.objects.filter(restriction__in=ids, kind__in=answers)
    return set(rows.values_list("restriction", flat=True))


def _letters_made(tasks: Iterable[Task]) -> set[UUID]:
    """The revocations whose confirmation is made: what is still due is sending it."""
    ids = [task.subject_id for task in tasks if task.kind == TaskKind.REVOCATION_LETTER]
    return set(RevocationLetter.objects.filter(event__in=ids).values_list("event", flat=True)) if ids else set()


def _emergencies(tasks: Iterable[Task]) -> set[UUID]:
    """The releases for emergency treatment among them: these stand above everything that has a day."""
    ids = [task.subject_id for task in tasks if task.kind in WHILE_IT_WAITS]
    return set(Release.objects.filter(pk__in=ids, emergency=True).values_list("pk", flat=True)) if ids else set()


def _is_near(task: Task) -> bool:
    """Whether a task is shown on the home page yet: at once, unless its kind waits until shortly before it is due."""
    ahead = DAYS_AHEAD.get(TaskKind(task.kind))
    return ahead is None or task.due_on is None or task.due_on <= today() + timedelta(days=ahead)


def _task_line(task: Task, about: str, more: str) -> Line:
    title, words = person_words(task.patient) if task.patient else (TaskKind(task.kind).label, "")
    made = timezone.localtime(task.made_at).date()
    button = BUTTONS.get(TaskKind(task.kind), "Open")
    return Line(title, words, _place(task), button, due_on=task.due_on, since=made, about=about, more=more)


def subject_words(tasks: Iterable[Task]) -> dict[UUID, str]:
    """What the records behind the tasks are about, by id: one query per kind of record, none without tasks."""
    ids: dict[str, list[UUID]] = {}
    for task in tasks:
        ids.setdefault(task.subject_type, []).append(task.subject_id)
    found: dict[UUID, str] = {}
    releases = Release.objects.filter(pk__in=ids.get("releases.release", [])).select_related("patient")
    stopped = stopped_among(releases)
    for release in releases:
        why = f" · Blocked: {stopped[release.pk].short}" if release.pk in stopped else ""
        found[release.pk] = f"To {release.recipient_name}{why}"
    for event in AuthorizationEvent.objects.filter(pk__in=ids.get("authorizations.authorizationevent", [])).defer(
        "how"
    ):
        found[event.pk] = f"Taken back {day(event.happened_on)}"
    for notice in RevocationNotice.objects.filter(pk__in=ids.get("authorizations.revocationnotice", [])).defer("how"):
        found[notice.pk] = f"Tell {notice.recipient_name}"
    for paper in Authorization.objects.filter(pk__in=ids.get("authorizations.authorization", [])):
        recipient = paper.recipient_name or paper.recipient_class
        whom = f"Authorization for {recipient}" if recipient else "Authorization (recipient not named)"
        found[paper.pk] = f"{whom} · {records_words(paper)}"
    for asked_for in Restriction.objects.filter(pk__in=ids.get("authorizations.restriction", [])).prefetch_related(
        "events"
    ):
        told = line_of_restriction(asked_for)
        found[asked_for.pk] = f"Not to: {told.who}"
    for version in FormVersion.objects.filter(pk__in=ids.get("authorizations.formversion", [])):
        found[version.pk] = f"{version.code}: {version.title}"
    asked = CosignatureRequest.objects.filter(pk__in=ids.get("chart.cosignaturerequest", []))
    for request in asked.select_related("note__author").defer("note__sections"):
        found[request.pk] = f"Note of {day(request.note.on)} by {request.note.author.display_name}"
    for note in ChartNote.objects.filter(pk__in=ids.get("chart.chartnote", [])).defer("sections"):
        found[note.pk] = f"Note of {day(note.on)}"
    for repeat in MeasureRepeat.objects.filter(pk__in=ids.get("chart.measurerepeat", [])):
        definition = current_of(repeat.code)
        found[repeat.pk] = definition.title if definition else ""
    if plans := ids.get("chart.monitoringplan"):
        found |= monitored_titles(plans)  # what is looked after is text of the chart, and stays there
    for handover in Handover.objects.filter(pk__in=ids.get("chart.handover", [])).select_related("by").defer("summary"):
        found[handover.pk] = f"{handover.title} by {handover.by.display_name}"
    questions = PlacementQuestion.objects.filter(pk__in=ids.get("compliance.placementquestion", []))
    for question in questions.defer("answer"):
        found[question.pk] = question.get_topic_display()
    if readings := ids.get("chart.documentreading"):
        found |= _documents_to_read(readings)
    return found


def _leaving(tasks: Iterable[Task]) -> dict[UUID, str]:
    """By release: how much leaves and since when it may, which tells two for one recipient apart.

    What was recorded afterwards is described in somebody's own words, which stay on its page.
    """
    ids = [task.subject_id for task in tasks if task.subject_type == "releases.release"]
    rows = Release.objects.filter(pk__in=ids).exclude(state=ReleaseState.RECORDED)
    return {
        row.pk: what_leaves("A locked file" if row.is_notes else row.description, row.approved_at)
        for row in rows.only("description", "approved_at", "record_class")
    }


def _documents_to_read(readings: list[UUID]) -> dict[UUID, str]:
    """By the id of the asking: the kind and the day of the document, never its title."""
    documents = dict(DocumentReading.objects.filter(pk__in=readings).values_list("pk", "document"))
    filings = current_filings().filter(document__in=documents.values()).defer("source")
    words = {row.document_id: f"{row.get_kind_display()} of {day(row.dated_on)}" for row in filings}
    return {pk: words.get(document, "") for pk, document in documents.items()}


def _place(task: Task) -> str:
    """Where the work is done. A record without a page of its own leads to its patient."""
    if own := KIND_PLACES.get(TaskKind(task.kind)):
        return path_to(own, task.subject_id)
    of_patient = PATIENT_PLACES.get(TaskKind(task.kind), "patient-page")
    return path_to(PLACES.get(task.subject_type, ""), task.subject_id) or path_to(of_patient, task.patient_id)
