"""A sentence moves between the psychotherapy note and the progress note: the two records meet on this floor alone.

It is saved where it goes before it is taken from where it was, each in a transaction of its own: whatever stops in
between leaves it in both, never in none. What takes it away holds the progress note and asks first whether it stands at
the other end now: a try that arrives late, after it was moved back, takes nothing. Both directions hold the progress
note before the sealed one, so that neither waits for the other. Trying again with the same token makes it one move. The
chart's side is a draft saved, as at any pause in typing; where the sentence came from stands on the sealed side alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from records.chart.actions.notes import CHANGED_ELSEWHERE, change_section, own_draft, start_note
from records.chart.models import ChartNote, Encounter
from records.chart.policies import notes_visible_to
from records.chart.queries.notes import usual_format
from records.chart.queries.sessions import on_lists
from records.chart.rules.formats import prose_keys
from records.chart.rules.notes import NoteState
from records.chart.rules.sessions import SessionState
from records.psychotherapy import vault
from records.psychotherapy.guard import REASONS, belongs_in_chart, sentences
from records.psychotherapy.passages import Edit, code_points, find, holds, put_in, taken_out
from records.psychotherapy.rules import OTHER_MOVE, Exclusion
from records.psychotherapy.vault import MovedText, NoteHead, Passage

from .links import path_to
from .session_people import patients_in

CITE: Final = "45 CFR 164.501"
WHICH_PATIENT: Final = Refusal(
    "PN_WHICH_PATIENT", "This note speaks of several people.", "Choose whose progress note the sentence belongs to."
)
NO_ROOM: Final = Refusal(
    "NOTE_NO_PROSE", "This kind of progress note has no section of free text.", "Write the note in another format."
)
# what is filed in the chart is chart, and stays what it is when it is copied elsewhere
SIGNED_STAYS: Final = Refusal(
    "NOTE_SIGNED_STAYS",
    "This progress note is signed, so the sentence stays in the chart. Copying it into a psychotherapy note would not "
    "take it out, and would not protect it.",
    "What the chart should say differently goes into an addendum.",
    CITE,
)
MOVED_BACK: Final = Refusal(
    "NOTE_MOVED_BACK",
    "This sentence was moved back or changed meanwhile. Nothing was moved now.",
    "Load the page again to see where it stands.",
)
SHARED_ALREADY: Final = (
    "This progress note has been printed, exported or read by somebody else already. Moving the sentence does not undo "
    "that: what was shared stays chart, and needed no authorization for psychotherapy notes."
)

# Where a sentence goes in the formats there are: the first of these sections that a note has.
_PLAN: Final = ("plan", "next_steps", "treatment_plan")
_SEEN: Final = ("objective", "data", "behavior", "presentation", "observations")
_UNDERSTOOD: Final = ("assessment", "response", "formulation", "impression", "progress", "data")
SECTIONS: Final[dict[Exclusion, Sequence[str]]] = {
    Exclusion.MEDICATION: ("medication", "medications", *_SEEN, *_PLAN),
    Exclusion.SESSION_TIMES: (*_SEEN, "subjective"),
    Exclusion.MODALITY_FREQUENCY: ("intervention", "interventions", *_PLAN),
    Exclusion.TEST_RESULTS: ("measures", "results", *_SEEN),
    Exclusion.DIAGNOSIS: ("diagnosis", "diagnoses", *_UNDERSTOOD),
    Exclusion.FUNCTIONAL_STATUS: ("functioning", "functional_status", *_UNDERSTOOD),
    Exclusion.TREATMENT_PLAN: _PLAN,
    Exclusion.SYMPTOMS: ("symptoms", "subjective", *_SEEN),
    Exclusion.PROGNOSIS: ("prognosis", *_UNDERSTOOD),
    Exclusion.PROGRESS: ("progress", *_UNDERSTOOD),
}


def section_for(exclusion: str, keys: Sequence[str]) -> str:
    """The section of a note that takes a sentence of this kind; the first one for a kind or a format unknown here.

    Raises Refused when the note has no section of free text.
    """
    if not keys:
        raise Refused(NO_ROOM)
    wanted = SECTIONS.get(Exclusion(exclusion), ()) if exclusion in Exclusion.values else ()
    return next((key for key in wanted if key in keys), keys[0])


@dataclass(frozen=True, slots=True)
class ChartText:
    """The progress note after the move. `edit` is None when nothing had to be changed there."""

    note: ChartNote
    section: str
    edit: dict[str, int | str] | None

    @property
    def label(self) -> str:
        return next(str(one["label"]) for one in self.note.format.sections if one["key"] == self.section)


@dataclass(frozen=True, slots=True)
class Move:
    """Both ends of a move that was made."""

    sealed: MovedText
    chart: ChartText


@dataclass(frozen=True, slots=True)
class Place:
    """The progress note a sentence about one patient can go to: begun already, still to be begun, or the reason not."""

    patient: Patient
    note: ChartNote | None
    sections: tuple[tuple[str, str], ...]
    refusal: Refusal | None = None

    @property
    def defaults(self) -> dict[str, str]:
        """The section for each exclusion."""
        keys = [key for key, _label in self.sections]
        return {kind.value: section_for(kind.value, keys) for kind in Exclusion} if keys else {}


def places_for(staff: Staff, head: NoteHead, note_id: UUID | None = None) -> list[Place]:
    """Where sentences of this draft can go, one place for each patient it speaks of whose chart its author may open."""
    patients = charts_visible_to(staff).filter(pk__in=head.patients).order_by("sort_name")
    return [_place(staff, head, patient, note_id) for patient in patients]


def _place(staff: Staff, head: NoteHead, patient: Patient, note_id: UUID | None) -> Place:
    notes = ChartNote.objects.filter(patient=patient, author=staff).select_related("format").defer("sections")
    session = _session(staff, head, patient)
    about = notes.filter(encounter=session) if session else notes.filter(encounter=None, on=head.session_on)
    if session and head.session is None:
        about |= notes.filter(encounter=None, on=head.session_on)
    drafts = notes.filter(state=NoteState.DRAFT)
    begun = (drafts.filter(pk=note_id).first() if note_id else None) or (
        about.filter(state=NoteState.DRAFT).order_by("-saved_at").first()
    )
    closed = about.exclude(state__in=(NoteState.DRAFT, NoteState.CANCELLED))
    if begun is None and (signed := closed.order_by("-saved_at").first()):
        return Place(patient, None, (), _signed_already(signed))
    format = begun.format if begun else usual_format(staff)
    labels = {str(one["key"]): str(one["label"]) for one in format.sections} if format else {}
    sections = tuple((key, labels[key]) for key in prose_keys(format.sections)) if format else ()
    return Place(patient, begun, sections)


def _session(staff: Staff, head: NoteHead, patient: Patient) -> Encounter | None:
    """The session a sealed note is about; of one that names none, the author's only session with them that day."""
    theirs = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"))
    if head.session:
        return theirs.filter(pk=head.session).first()
    of_day = theirs.filter(clinician=staff, started_at__date=head.session_on, state=SessionState.RECORDED)[:2]
    return of_day[0] if len(of_day) == 1 else None


def _signed_already(note: ChartNote) -> Refusal:
    return Refusal(
        "NOTE_SIGNED_MEANWHILE",
        "The progress note of this session is signed, so nothing can be moved into it.",
        "Add the sentence to it as an addendum, then take it out here.",
        CITE,
        path_to("note-open", note.pk),
    )


def move_out(
    *,
    by: Staff,
    draft_id: UUID,
    passage: Passage,
    exclusion: str,
    patient_id: UUID | None = None,
    note_id: UUID | None = None,
    section: str = "",
    chart_version: int | None = None,
    chart_at: int | None = None,
) -> Move | None:
    """Moves a sentence of the author's sealed draft to the progress note of the same session or day.

    That note is begun when there is none. `chart_version` is the one that the page shows, when it shows the note;
    `chart_at` the place where the sentence stood before, to undo a move. None when the sealed draft is not theirs.
    Raises Refused or StaleDraft; then nothing was moved, or the sentence stands in both.
    """
    found = vault.passage_in_draft(by, draft_id, passage, section=section)
    if found is None:
        return None
    head, moved_to = found
    if moved_to is not None:
        if note_id not in (None, moved_to):
            raise Refused(OTHER_MOVE)
        return _moved_out_before(by, draft_id, passage, moved_to, section, exclusion)
    place = _chosen(places_for(by, head, note_id), patient_id)
    note = place.note or _begun(by, head, place.patient)
    keys = prose_keys(note.format.sections)
    key = section if section in keys else section_for(exclusion, keys)
    chart = _into_chart(by, note, key, passage, chart_version, chart_at)
    with transaction.atomic():
        if not holds(own_draft(by, note.pk).sections.get(key, ""), passage.text):
            raise Refused(MOVED_BACK)
        sealed = vault.take_passage(by, draft_id, passage, section=section, chart_note=note.pk, exclusion=exclusion)
    return Move(sealed, chart) if sealed else None


def _moved_out_before(
    by: Staff, draft_id: UUID, passage: Passage, note_id: UUID, section: str, exclusion: str
) -> Move | None:
    """What a move that was made already is answered with: both ends as they are, when it still stands where it went."""
    note = ChartNote.objects.filter(pk=note_id).select_related("format", "patient").first()
    if note is None or not notes_visible_to(by, note.patient).filter(pk=note.pk).exists():
        raise Refused(MOVED_BACK)
    keys = prose_keys(note.format.sections)
    key = section if section in keys else section_for(exclusion, keys)
    if not holds(note.sections.get(key, ""), passage.text):
        raise Refused(MOVED_BACK)
    sealed = vault.take_passage(by, draft_id, passage, section=section, chart_note=note.pk, exclusion=exclusion)
    return Move(sealed, ChartText(note, key, None)) if sealed else None


def _chosen(places: list[Place], patient_id: UUID | None) -> Place:
    if patient_id is not None:
        places = [place for place in places if place.patient.pk == patient_id]
    if len(places) != 1:
        raise Refused(WHICH_PATIENT)
    if places[0].refusal:
        raise Refused(places[0].refusal)
    return places[0]


def _begun(by: Staff, head: NoteHead, patient: Patient) -> ChartNote:
    format = usual_format(by)
    if format is None:
        raise Refused(Refusal("NOTE_NO_FORMAT", "This practice has no format for progress notes."))
    return start_note(by=by, patient=patient, format=format, encounter=_session(by, head, patient), on=head.session_on)


def _into_chart(
    by: Staff, note: ChartNote, key: str, passage: Passage, version: int | None, at: int | None
) -> ChartText:
    """Saves the sentence in the progress note, unless it stands there already: an earlier try got that far."""
    made: list[tuple[str, Edit]] = []

    def change(text: str) -> str:
        if _stands(text, passage.text.strip()):
            return text
        edit = put_in(text, passage.text, None if at is None else code_points(text, at))
        made.append((text, edit))
        return edit.applied(text)

    saved = change_section(by=by, note_id=note.pk, key=key, change=change, base_version=version)
    return ChartText(saved, key, made[0][1].for_browser(made[0][0]) if made else None)


def _stands(text: str, passage: str) -> bool:
    """Whether a section says this already: as a sentence of its own; several sentences, in one piece."""
    if len(list(sentences(passage))) > 1:
        return passage in text
    return passage in {text[start:end] for start, end in sentences(text)}


def warning_to_move_in(note: ChartNote, text: str) -> str:
    """What the author should know before a sentence of a progress note becomes part of a sealed note; "" for nothing.

    R-002: chart content is chart wherever it is written. R-003: what was shared stays what it was.
    """
    words = []
    if reasons := sorted({REASONS[mark.category] for mark in belongs_in_chart(text)}):
        words.append(f"This belongs in the chart: {', '.join(reasons)}. In a psychotherapy note it is not protected.")
    if was_shared(note):
        words.append(SHARED_ALREADY)
    return " ".join(words)


def was_shared(note: ChartNote) -> bool:
    """Whether somebody other than its author may have read this draft: a print, an export, a note returned unsigned."""
    left = (AuditEvent.PRINTED, AuditEvent.EXPORTED, AuditEvent.DOWNLOADED, AuditEvent.RETURNED)
    return AuditEntry.objects.filter(object_pk=str(note.pk), event__in=left).exists()


def move_in(
    *,
    by: Staff,
    draft_id: UUID,
    passage: Passage,
    note_id: UUID,
    section: str,
    chart_version: int,
    chart_at: int,
    exclusion: str = "",
) -> Move | None:
    """Moves a sentence of the author's progress note, still a draft, into their psychotherapy note.

    `chart_at` is where it stands in the section; `passage.at` where it stood in the sealed note, to undo a move. None
    when either is not theirs. Raises Refused for a signed note (R-003), or StaleDraft.
    """
    note = ChartNote.objects.filter(pk=note_id).select_related("format", "patient", "encounter").first()
    if note is None or not notes_visible_to(by, note.patient).filter(pk=note.pk).exists():
        return None
    if note.state != NoteState.DRAFT:
        raise Refused(SIGNED_STAYS)
    stands = note.version == chart_version and find(note.sections.get(section, ""), passage.text.strip(), 0) is not None
    if not vault.was_moved(by, draft_id, passage, section=section, chart_note=note.pk) and not stands:
        raise Refused(CHANGED_ELSEWHERE)
    sealed = vault.put_passage(
        by,
        draft_id,
        passage,
        patients=[note.patient_id, *(patients_in(note.encounter, by) if note.encounter else ())],
        session=note.encounter_id,
        session_on=note.on if note.encounter is None else timezone.localdate(note.encounter.started_at),
        section=section,
        chart_note=note.pk,
        exclusion=exclusion,
    )
    return (
        Move(sealed, _out_of_chart(by, note, section, draft_id, passage, chart_version, chart_at)) if sealed else None
    )


def _out_of_chart(
    by: Staff, note: ChartNote, key: str, draft_id: UUID, passage: Passage, version: int, at: int
) -> ChartText:
    """Takes the sentence out of the progress note as the page saw it, unless an earlier try got that far."""
    made: list[tuple[str, Edit]] = []

    def change(text: str) -> str:
        if not vault.passage_stands(by, draft_id, passage):
            raise Refused(MOVED_BACK)
        edit = taken_out(text, passage.text.strip(), code_points(text, at))
        if edit is None:
            return text
        made.append((text, edit))
        return edit.applied(text)

    saved = change_section(by=by, note_id=note.pk, key=key, change=change, base_version=version)
    return ChartText(saved, key, made[0][1].for_browser(made[0][0]) if made else None)
