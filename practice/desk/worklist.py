"""What is next, as lines of a home page: each with its due day and one link to where the work is done."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from authorizations.models import (
    Authorization,
    AuthorizationEvent,
    FormVersion,
    Restriction,
    RestrictionEvent,
    RevocationNotice,
)
from authorizations.queries import AuthorizationLine, ending_soon
from authorizations.queries.restrictions import line_of_restriction
from authorizations.queries.signing import awaiting_scan, awaiting_signature, scans_to_enter
from authorizations.rules.restrictions import RestrictionEventKind
from disclosures.releases.models import Release
from disclosures.releases.queries.blocked import stopped_among
from disclosures.releases.rules import ReleaseState
from practice.compliance.models import PlacementQuestion
from practice.compliance.queries import answers_to_read
from practice.infrastructure.days import local_date, today
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from practice.people.policies import charts_visible_to
from practice.people.rules import Role
from practice.worklist.models import Task
from practice.worklist.queries import open_tasks
from practice.worklist.rules import TaskKind
from records.chart.models import (
    ChartNote,
    CosignatureRequest,
    DocumentReading,
    Handover,
    MeasureRepeat,
    Participation,
)
from records.chart.queries.documents import current_filings
from records.chart.queries.measures import open_alarms
from records.chart.queries.medication import monitored_titles
from records.chart.queries.sessions import SessionLine, day_bounds, session_lines, sessions_between
from records.chart.rules.measures import current_of
from records.chart.rules.notes import NoteState, overdue_on
from records.chart.rules.sessions import Attendance, SessionState

from .lines import Group, Line, person_words, what_leaves
from .links import path_to
from .sealed_work import (
    compelled_matters,
    custody_matters,
    destructions_due,
    packages_to_hand_over,
    sealed_drafts,
    sealed_notes_asked_for,
)

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
KIND_PLACES = {TaskKind.THREAT_RECORD: "threat-complete"}
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
    TaskKind.RELEASE_RETURNED: "Say what was done",
    TaskKind.RELEASE_UNCONFIRMED: "Say how it ended",
    TaskKind.RESTRICTION_ANSWER: "Answer",
    TaskKind.RESTRICTION_EMERGENCY: "Ask them",
    TaskKind.THREAT_RECORD: "Complete",
    TaskKind.COSIGNATURE: "Read",
    TaskKind.NOTE_RETURNED: "Mend",
    TaskKind.PLACEMENT_QUESTION: "Answer",
    TaskKind.DOCUMENT_REVIEW: "Read",
    TaskKind.MEDICATION_MONITORING: "Enter the result",
    TaskKind.REVOCATION_FORM: "Print and send",
    TaskKind.DECLINE_ANSWER: "Print and send",
    TaskKind.REVOCATION_NOTICE: "Say they were told",
    TaskKind.REVOCATION_ASSOCIATE: "Say they were told",
    TaskKind.REVOCATION_LETTER: "Make the letter",
}
TELL_RESTRICTION = "Tell the patient the answer about a restriction"
MOST = 200
LOOK_BACK = 30  # days back for sessions without a note
LOOK_AHEAD = 30  # days ahead for authorizations that end


def home_groups(staff: Staff) -> list[Group]:
    """Everything that waits for this person, whatever hats they wear, the group with the soonest line first."""
    tasks = open_tasks(staff).exclude(kind=TaskKind.MEASURE_ALARM)  # those stand at the very top: `alarm_lines`
    found = [*task_groups(tasks[:MOST]), packages_to_hand_over(staff)]
    found += [
        custody_matters(staff),
        compelled_matters(staff),
        forms_to_sign(staff),
        forms_to_scan(staff),
        scans_entered_later(staff),
    ]
    if staff.is_clinical:
        found += [sealed_notes_asked_for(staff), note_drafts(staff), notes_awaiting(staff), sealed_drafts(staff)]
        found += [destructions_due(staff)]
        found += [sessions_today(staff), sessions_to_mark(staff)]
        found.append(placement_answers(staff))
        found.append(sessions_without_note(staff))
        if not staff.has_role(Role.FRONT_DESK):  # who has them as tasks already
            found.append(authorizations_ending(staff))
    return sorted(_one_of_each(found), key=lambda group: group.first_due)


def _one_of_each(found: Iterable[Group]) -> list[Group]:
    """Groups of the same kind as one, soonest line first; empty ones left out."""
    merged: dict[str, Group] = {}
    for group in found:
        if group.lines:
            kept = merged.setdefault(group.words, Group(group.words, sealed=group.sealed, first=group.first))
            kept.lines = sorted([*kept.lines, *group.lines], key=lambda line: line.due_on or date.max)
    return list(merged.values())


def task_groups(tasks: Iterable[Task]) -> list[Group]:
    """Tasks, already sorted by due day, as groups by kind."""
    tasks = [task for task in tasks if _is_near(task)]
    about, more, answered = subject_words(tasks), _leaving(tasks), _answered(tasks)
    found: dict[str, Group] = {}
    for task in tasks:
        line = _task_line(task, about.get(task.subject_id, ""), more.get(task.subject_id, ""))
        key, words = task.kind, TaskKind(task.kind).label
        if task.subject_id in answered:
            key, words, line = "restriction_told", TELL_RESTRICTION, replace(line, button="Tell the patient")
        found.setdefault(key, Group(words)).lines.append(line)
    return list(found.values())


def _answered(tasks: Iterable[Task]) -> set[UUID]:
    """The requests for restriction with nothing left to decide: what is still due is telling the patient."""
    ids = [task.subject_id for task in tasks if task.kind == TaskKind.RESTRICTION_ANSWER]
    answers = (RestrictionEventKind.AGREED, RestrictionEventKind.NOT_AGREED)
    rows = RestrictionEvent.objects.filter(restriction__in=ids, kind__in=answers)
    return set(rows.values_list("restriction", flat=True))


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
        found[paper.pk] = f"Authorization for {recipient}" if recipient else "Authorization (recipient not named)"
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


def placement_answers(staff: Staff) -> Group:
    """Answers of the compliance officer that the asker has not read yet."""
    lines = [
        Line(question.get_topic_display(), f"Answered {day(question.answered_at)}", path_to("placement-list"), "Read")
        for question in answers_to_read(staff)[:MOST]
    ]
    return Group("Answers about what belongs where", lines)


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


def alarm_lines(staff: Staff) -> list[Line]:
    """Measures with a marked thought of death or self-harm that no clinician has answered, the oldest first.

    For everybody who may open the chart today, whether or not they were called when it was entered.
    """
    if not staff.is_clinical:
        return []
    lines = []
    for measure in open_alarms(staff)[:MOST]:
        title, words = person_words(measure.patient)
        when = f"{day(measure.taken_at)}, {time_of_day(measure.taken_at)}"
        about = f"{measure.definition.title} of {when}{', on the tablet' if measure.by_patient else ''}"
        lines.append(Line(title, words, path_to("measure-alarm", measure.pk), "Look at it now", about=about))
    return lines


def note_drafts(staff: Staff) -> Group:
    """Notes that this person began and has not signed, the oldest first, with the day from which each is overdue.

    Those that a supervisor returned are tasks, and stand there.
    """
    drafts = ChartNote.objects.filter(author=staff, state=NoteState.DRAFT, patient__in=charts_visible_to(staff))
    drafts = drafts.filter(returned_versions__isnull=True)
    drafts = drafts.select_related("patient", "encounter", "format")
    drafts = drafts.defer("sections", "encounter__others_present", "encounter__cancel_words")
    lines = [
        Line(
            note.patient.legal_name,
            f"{_what_it_is_of(note)}, {days_ago(note.on)}",
            path_to("note-edit", note.pk),
            "Continue",
            due_on=overdue_on(note.on),
            since=note.on,
        )
        for note in drafts.order_by("on", "created_at")[:MOST]
    ]
    return Group("Progress notes to sign", lines)


def _what_it_is_of(note: ChartNote) -> str:
    """What tells two drafts of one day apart: the session's time, or the format of a note without one."""
    if note.encounter is None:
        return f"{note.format.name}, {day(note.on)}, without a session"
    return f"Session of {day(note.on)}, {time_of_day(note.encounter.started_at)}"


def next_to_write(staff: Staff) -> Line | None:
    """The progress note that this person would write next: the soonest due, begun or not, then today's sessions."""
    waiting = [*note_drafts(staff).lines, *sessions_without_note(staff).lines]
    if waiting:
        return min(waiting, key=lambda line: line.due_on or date.max)
    return next(iter(sessions_today(staff).lines), None)


def notes_awaiting(staff: Staff) -> Group:
    """A trainee's notes that their supervisors have not all co-signed, the oldest first: to look at, nothing is due."""
    waiting = ChartNote.objects.filter(author=staff, state=NoteState.AWAITING, patient__in=charts_visible_to(staff))
    lines = [
        Line(note.patient.legal_name, f"Session of {day(note.on)}, signed {day(note.signed_at)}", _note_path(note))
        for note in waiting.select_related("patient").defer("sections").order_by("signed_at")[:MOST]
    ]
    return Group("Awaiting co-signature", lines)


def _note_path(note: ChartNote) -> str:
    return path_to("note-open", note.pk)


def days_ago(on: date) -> str:
    """How long ago a day was, in words: "today", "yesterday", "9 days ago"."""
    passed = (today() - on).days
    return {0: "today", 1: "yesterday"}.get(passed, f"{passed} days ago")


def sessions_today(staff: Staff) -> Group:
    """Today's planned sessions of this person, by their hour: one click begins the note."""
    sessions = sessions_between(staff, *day_bounds(today())).filter(state=SessionState.PLANNED)
    lines = session_lines(staff, list(sessions[:MOST]))
    return Group("Today’s sessions", [_planned_line(line) for line in lines], first=True)


def _planned_line(line: SessionLine) -> Line:
    session, seat = line.session, line.only
    words = ", ".join(filter(None, [time_of_day(session.started_at), session.get_modality_display().lower()]))
    if seat is None:
        return Line(line.who, words, path_to("session-open", session.pk), "Open")
    if seat.note_id:
        return Line(line.who, words, path_to("note-edit", seat.note_id), "Continue")
    begin = path_to("session-note", session.pk, seat.patient.pk)
    return Line(line.who, words, begin, "New note", posts=(("from", "home"),))


def sessions_to_mark(staff: Staff) -> Group:
    """Planned sessions of the last LOOK_BACK days of which nobody has said how they went."""
    begins, _ends = day_bounds(today())
    since = begins - timedelta(days=LOOK_BACK)
    sessions = sessions_between(staff, since, begins).filter(state=SessionState.PLANNED)
    lines = [
        Line(
            line.who,
            f"Planned for {day(line.session.started_at)}, {time_of_day(line.session.started_at)}",
            path_to("session-open", line.session.pk),
            "Say how it went",
        )
        for line in session_lines(staff, list(sessions[:MOST]))
    ]
    return Group("Planned sessions nobody has spoken of", lines)


def sessions_without_note(staff: Staff) -> Group:
    """Sessions of this person in the last LOOK_BACK days, up to today, that lack a note of theirs for somebody who
    was there, newest first. A missed session needs none.
    """
    begins, ends = day_bounds(today())
    rows = sessions_between(staff, begins - timedelta(days=LOOK_BACK), ends).filter(state=SessionState.RECORDED)
    attended = Participation.objects.filter(encounter=OuterRef("pk"), taken_off=False, attendance=Attendance.ATTENDED)
    noted = ChartNote.objects.filter(encounter=OuterRef("encounter"), patient=OuterRef("patient"))
    noted = noted.exclude(state=NoteState.CANCELLED)
    missing = attended.filter(~Exists(noted), patient__in=charts_visible_to(staff))
    sessions = rows.filter(Exists(missing)).order_by("-started_at")
    lines = session_lines(staff, list(sessions[:MOST]))
    return Group("Sessions without a note", [_to_write(line) for line in lines])


def _to_write(line: SessionLine) -> Line:
    """One click begins the note; where several patients took part, the session's page asks for whom."""
    session, seat = line.session, line.only
    on = timezone.localdate(session.started_at)
    words = f"{day(on)}, {time_of_day(session.started_at)}, {days_ago(on)}"
    late = overdue_on(on)
    if seat is None:
        return Line(line.who, words, path_to("session-open", session.pk), "Write the notes", due_on=late, since=on)
    begin = path_to("session-note", session.pk, seat.patient.pk)
    return Line(line.who, words, begin, "Write the note", due_on=late, since=on, posts=(("from", "home"),))


def forms_to_sign(staff: Staff) -> Group:
    """Forms prepared within LOOK_BACK days that nobody has signed yet, the oldest first."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            path_to("authorization-sign-paper" if _is_scanned(line) else "authorization-open", line.authorization.pk),
            _next_step(line),
            about=f"Prepared {day(line.authorization.recorded_at)}",
        )
        for line in awaiting_signature(staff, today(), LOOK_BACK)[:MOST]
    ]
    return Group("Forms waiting for a signature", lines)


def _next_step(line: AuthorizationLine) -> str:
    if _is_scanned(line):
        return "Tick off the scan"
    return "Have it signed" if line.authorization.template_version_id else "Open"


def forms_to_scan(staff: Staff) -> Group:
    """Signed forms of which no scan is on file, the oldest first: nothing can be released under them."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            f"{path_to('authorization-open', line.authorization.pk)}#scan",
            "Add the scan",
            since=local_date(line.authorization.recorded_at),
            about=f"Recorded {day(line.authorization.recorded_at)}, cannot be used yet",
        )
        for line in awaiting_scan(staff, today())[:MOST]
    ]
    return Group("Signed forms without a scan", lines)


def _is_scanned(line: AuthorizationLine) -> bool:
    return line.facts.document_on_file


def scans_entered_later(staff: Staff) -> Group:
    """Scans of signed forms that were filed and not looked at yet, the oldest first."""
    lines = [
        Line(
            row.patient.legal_name,
            "Nothing of what it says is entered yet",
            path_to("authorization-correct", row.pk),
            "Enter what it says",
            since=local_date(row.recorded_at),
            about=f"Filed {day(row.recorded_at)}",
        )
        for row in scans_to_enter(staff)[:MOST]
    ]
    return Group("Scans of authorizations to enter", lines)


def authorizations_ending(staff: Staff) -> Group:
    """Authorizations in effect that end by date within LOOK_AHEAD days, soonest first: time to ask for a new one."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            path_to("authorization-open", line.authorization.pk),
            due_on=line.authorization.expires_on,
        )
        for line in ending_soon(staff, today(), LOOK_AHEAD)[:MOST]
    ]
    return Group("Authorizations about to end", lines)
