"""What of a chart goes on paper: the items a release can choose from, and what a PDF says about each.

`release_items` is an index: kind, id, day, title, never text. `render_context` gives for the chosen ids the blocks that
`documents/_chart_items.html` sets. Both know the general chart alone.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from practice.infrastructure.pdf import render_pdf
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff

from .diagnosis_documents import diagnosis_blocks, diagnosis_items
from .filed_documents import document_blocks, document_items, number_documents, with_documents
from .measure_documents import measure_blocks, measure_items
from .models import CarePlan, ChartAddendum, ChartNote, Encounter, GoalWorkedOn, Handover, NoteSignature
from .paper import Block, ReleaseItemInfo
from .plan_documents import plan_blocks, plan_items
from .queries.cosigning import cosignatures
from .queries.group_notes import shared_written
from .queries.notes import late_words, note_written
from .queries.results import group_id, result_days, results_of_groups
from .queries.sessions import codes_words, participation_of, session_title, session_words, sessions_of
from .queries.treatment import goals_of_note
from .rules.notes import CancelKind, NoteState
from .rules.sessions import SessionState
from .rules.values import ResultCategory

# What of the notes is given out: those that are final, and those that were and are cancelled.
RELEASED = (NoteState.SIGNED, NoteState.CANCELLED)


def release_items(patient: Patient) -> list[ReleaseItemInfo]:
    """Everything of the chart that can be released, newest first: signed notes, sessions, results by day, the rest.

    Drafts are not part of the record that is released (they are nobody's but their author's), nor is a trainee's note
    before its supervisors have co-signed it. Cancelled notes are, and say so.
    """
    notes = patient.chart_notes.filter(state__in=RELEASED).select_related("format", "author").defer("sections")
    items = [ReleaseItemInfo("note", note.pk, note.on, _release_title(note)) for note in notes]
    for session in sessions_of(patient).select_related("clinician"):
        on = timezone.localdate(session.started_at)
        items.append(ReleaseItemInfo("session", session.pk, on, f"Session record: {session_title(session)}"))
    for row in result_days(patient):
        label = ResultCategory(row["category"]).label
        items.append(ReleaseItemInfo("result", group_id(patient.pk, _group(row)), row["day"], f"Results: {label}"))
    for plan in patient.care_plans.defer("activities"):
        items.append(ReleaseItemInfo("plan", plan.pk, plan.started_on, f"Plan of care: {plan.title}"))
    items += diagnosis_items(patient)
    items += plan_items(patient)
    items += measure_items(patient)
    for handover in Handover.objects.filter(patient=patient).select_related("by").defer("summary"):
        title = f"{handover.title} by {handover.by.display_name}"
        items.append(ReleaseItemInfo("handover", handover.pk, timezone.localdate(handover.made_at), title))
    items += document_items(patient)
    return sorted(items, key=lambda item: (item.on or date.min, item.kind, str(item.id)), reverse=True)


def render_context(item_ids: Iterable[UUID], *, patient: Patient) -> list[Block]:
    """The blocks of these items for the PDF, oldest first. Raises LookupError when one is not of this patient's chart.

    A signed note comes with all its addenda: it is released as it stands on that day.
    """
    wanted = set(item_ids)
    blocks = blocks_found(wanted, patient=patient)
    if missing := wanted - {block.id for block in blocks}:
        raise LookupError(f"{len(missing)} of {len(wanted)} items are not in this chart")
    number_documents(blocks)
    return blocks


def blocks_found(item_ids: Iterable[UUID], *, patient: Patient) -> list[Block]:
    """The blocks of those of these items that are in this patient's chart, oldest first.

    As many queries for a whole chart as for two items of each kind: it is asked each time something is to leave.
    """
    wanted = set(item_ids)
    blocks = [
        *map(_released_note, _whole_notes(_of(patient.chart_notes.filter(state__in=RELEASED), wanted))),
        *(_session_block(session, patient) for session in _whole_sessions(_of(sessions_of(patient), wanted))),
        *diagnosis_blocks(patient, wanted),
        *map(_plan_block, _of(patient.care_plans.all(), wanted)),
        *map(_handover_block, _of(_whole_handovers(patient), wanted)),
        *_result_blocks(patient, wanted),
        *plan_blocks(patient, wanted),
        *measure_blocks(patient, wanted),
        *document_blocks(patient, wanted),
    ]
    blocks.sort(key=lambda block: (block.on or date.min, block.kind, str(block.id)))
    return blocks


def _whole_notes(rows: QuerySet[ChartNote]) -> QuerySet[ChartNote]:
    """Notes with everything that stands on paper with them."""
    return rows.select_related(
        "patient", "author", "format", "encounter__shared_part", "encounter__clinician", "cancellation__by"
    ).prefetch_related(
        "encounter__participations",
        Prefetch("addenda", queryset=ChartAddendum.objects.select_related("author")),
        Prefetch("signatures", queryset=NoteSignature.objects.select_related("staff")),
        Prefetch("goals_worked_on", queryset=GoalWorkedOn.objects.select_related("version")),
    )


def _whole_sessions(rows: QuerySet[Encounter]) -> QuerySet[Encounter]:
    return rows.select_related("clinician").prefetch_related("participations")


def _whole_handovers(patient: Patient) -> QuerySet[Handover]:
    return Handover.objects.filter(patient=patient).select_related("by", "to", "note__format")


def internal_chart_pdf(patient: Patient, item_ids: Iterable[UUID], *, practice: object, printed_by: Staff) -> bytes:
    """Chosen items of a chart as a PDF that says on every page that it is not for release. Raises LookupError."""
    blocks = render_context(item_ids, patient=patient)
    paper = render_pdf(
        "documents/internal_chart.html",
        {
            "title": "From the chart",
            "practice": practice,
            "patient": patient,
            "blocks": blocks,
            "printed_by": printed_by.display_name,
            "printed_at": timezone.now(),
            "internal_copy": True,
        },
    )
    return with_documents(paper, blocks, note="Internal copy, not for release. ")


def internal_note_pdf(note: ChartNote, *, practice: object, printed_by: Staff) -> bytes:
    """One note with its addenda as a PDF that says on every page that it is not for release."""
    return render_pdf(
        "documents/internal_chart.html",
        {
            "title": note.title,
            "practice": practice,
            "patient": note.patient,
            "blocks": [_note_block(note)],
            "printed_by": printed_by.display_name,
            "printed_at": timezone.now(),
            "internal_copy": True,
        },
    )


def _of(rows, wanted: set[UUID]):  # type: ignore[no-untyped-def]
    return rows.filter(pk__in=wanted)


def _group(row: dict[str, object]) -> str:
    return f"{row['category']} {row['day']}"


def _moment(value) -> str:  # type: ignore[no-untyped-def]
    return f"{day_words(value)}, {time_of_day(value)}"


def _time(value: datetime) -> str:
    """The time of day, or nothing for midnight: so a result stands that was given with a day alone."""
    return "" if timezone.localtime(value).time() == time.min else time_of_day(value)


def _release_title(note: ChartNote) -> str:
    form = "" if note.format.occasional else f" ({note.format.name})"
    cancelled = ", cancelled" if note.state == NoteState.CANCELLED else ""
    return f"{note.title}{form} by {note.author.display_name}{cancelled}"


def _released_note(note: ChartNote) -> Block:
    """A note for somebody outside. One that was entered in the wrong chart speaks of somebody else: never its text."""
    block = _note_block(note)
    if note.state == NoteState.CANCELLED and note.cancellation.kind == CancelKind.WRONG_CHART:
        block.written, block.addenda = [], []
        block.facts = [fact for fact in block.facts if fact[0] not in ("Late entry", "Reason for lateness")]
        block.cancelled = f"{_cancelled_words(note)} It was entered in the wrong chart; its text is not given out."
    return block


def _cancelled_words(note: ChartNote) -> str:
    end = note.cancellation
    return f"Cancelled by {end.by.display_name}, {_moment(end.cancelled_at)}."


def _signed_words(note: ChartNote) -> str:
    """Every signature the note has, or that it has none, or that some are still missing."""
    if not note.signed_at:
        return "Not signed"
    words = [f"Signed by {note.author.display_name}, {_moment(note.signed_at)}"]
    words += [f"co-signed by {one.staff.display_name}, {_moment(one.at)}" for one in cosignatures(note)]
    if note.state == NoteState.AWAITING:
        words.append("awaiting co-signature, not final")
    return "; ".join(words)


def _note_block(note: ChartNote) -> Block:
    facts = [("Day", day_words(note.on)), ("Written by", note.author.display_name)]
    if note.encounter:
        facts.append(("Session", _session_facts(note.encounter)))
        facts += _own_facts(note.encounter, note.patient)
    if late := late_words(note):
        facts.append(("Late entry", late))
        facts.append(("Reason for lateness", note.late_reason or ""))
    cancelled = ""
    if note.state == NoteState.CANCELLED:
        cancelled = f"{_cancelled_words(note)} {note.cancellation.get_kind_display()}: {note.cancellation.reason}"
    if note.state != NoteState.CANCELLED and (goals := goals_of_note(note)):
        facts.append(("Goals worked on", "; ".join(goals)))
    return Block(
        id=note.pk,
        kind="note",
        title=f"{note.title}, {day_words(note.on)}{' (cancelled)' if cancelled else ''}",
        on=note.on,
        facts=[fact for fact in facts if fact[1]],
        written=note_written(note) + shared_written(note),
        signed=_signed_words(note),
        addenda=[{"text": addendum.text, "signed": _addendum_words(addendum)} for addendum in note.addenda.all()],
        cancelled=cancelled,
    )


def _addendum_words(addendum: ChartAddendum) -> str:
    trainee = " (trainee, not co-signed)" if addendum.by_trainee else ""
    return f"{addendum.author.display_name}{trainee}, {_moment(addendum.signed_at)}"


def _session_facts(encounter: Encounter) -> str:
    stop = f" to {time_of_day(encounter.stopped_at)}" if encounter.stopped_at else ""
    words = f"{_moment(encounter.started_at)}{stop}"
    return ", ".join(filter(None, [words, session_words(encounter)]))


def _own_facts(encounter: Encounter, patient: Patient) -> list[tuple[str, str]]:
    """What a session says about this patient alone: attendance, code, where they were. Nobody else of it is named."""
    part = participation_of(encounter, patient)
    if part is None:
        return []
    facts = [("Attendance", part.get_attendance_display()), ("Code", codes_words(part))]
    facts += [("Code kept because", part.code_reason or ""), ("Patient was in", part.patient_place)]
    return [fact for fact in facts if fact[1]]


def _session_block(encounter: Encounter, patient: Patient) -> Block:
    on = timezone.localdate(encounter.started_at)
    clinician = encounter.clinician.display_name if encounter.clinician else encounter.outside_clinician
    facts = [("When", _session_facts(encounter)), ("Kind", encounter.get_kind_display())]
    if clinician:
        facts.append(("With", clinician))
    if encounter.state == SessionState.CANCELLED:
        facts.append(("Cancelled", encounter.get_cancel_reason_display()))  # the words may name another participant
    else:
        facts += _own_facts(encounter, patient)
    return Block(encounter.pk, "session", f"{session_title(encounter)}, {day_words(on)}", on, facts)


def _plan_block(row: CarePlan) -> Block:
    facts = [
        ("Status", row.status),
        ("Since", day_words(row.started_on) or row.as_given.get("started_on", "")),
        ("Until", day_words(row.ended_on) or row.as_given.get("ended_on", "")),
    ]
    block = Block(row.pk, "plan", f"Plan of care: {row.title}", row.started_on, [fact for fact in facts if fact[1]])
    block.head = ["Activity", "Status"] if row.activities else []
    block.rows = [[part["what"], part["status"].replace("-", " ")] for part in row.activities]
    return block


def _handover_block(row: Handover) -> Block:
    facts = [
        ("By", row.by.display_name),
        ("To", row.to.display_name if row.to else ""),
        ("From", day_words(row.from_on) if row.to else ""),
        ("Through", day_words(row.until_on)),
        ("Last day of who hands over", day_words(row.last_day)),
        ("Summary", f"See {row.note.format.name.lower()} of {day_words(row.note.on)}" if row.note else ""),
    ]
    on = timezone.localdate(row.made_at)
    block = Block(row.pk, "handover", f"{row.title}, {day_words(on)}", on, [fact for fact in facts if fact[1]])
    block.written = [{"label": "Summary", "text": row.summary}] if row.summary else []
    return block


def _result_blocks(patient: Patient, wanted: set[UUID]) -> list[Block]:
    groups = {group_id(patient.pk, _group(row)): _group(row) for row in result_days(patient)}
    chosen = {key: group for key, group in groups.items() if key in wanted}
    blocks = {}
    for key, group in chosen.items():
        category, _, on = group.rpartition(" ")
        title = f"{ResultCategory(category).label}, {day_words(date.fromisoformat(on))}"
        blocks[group] = Block(key, "result", title, date.fromisoformat(on), head=["Result", "Value", "Time"])
    for result in results_of_groups(patient, chosen.values()):
        group = f"{result.category} {timezone.localdate(result.taken_at)}"
        blocks[group].rows.append([result.title, result.shown, _time(result.taken_at)])
    return list(blocks.values())
