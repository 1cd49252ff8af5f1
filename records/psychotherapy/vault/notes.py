"""Reading: signed notes by their author, or by somebody the author lets read for training."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.people.models import Staff
from records.psychotherapy.ids import new_id
from records.psychotherapy.models import Attachment, Draft, Event, Note, TrainingGrant
from records.psychotherapy.rules import SHOWN_EVENTS, EventKind

from .attachments import file_of, heads
from .destruction import living, when_destroyed
from .drafts import head_of, text_of_draft
from .seals import open_text, place_of_text
from .session import open_as, write_event, write_event_once_a_sitting
from .values import AttachedFile, Happened, NoteHead, NoteText, Sheet


def read(staff: Staff, note_id: UUID, *, printing: bool = False) -> NoteText | None:
    """A signed note with its addenda, or None for everybody who may not read it and for no such note.

    Both answers are written down, the refusal without saying whose note it is or whether there is one.
    """
    with open_as(staff) as actor:
        note = Note.objects.filter(pk=note_id).first()
        if note is None or not _may_read(actor, note):
            write_event(actor, EventKind.REFUSED, note=note_id)
            return None
        destroyed_at = when_destroyed(note)
        if destroyed_at and note.author != actor:  # nothing is left to read, and only the author is told that
            write_event(actor, EventKind.REFUSED, note=note_id)
            return None
        shown = replace(_text_of(note, actor), destroyed_at=destroyed_at)
        if not destroyed_at:
            _write_down_reading(actor, shown, printing)
        return replace(shown, history=_history(note)) if shown.mine else shown


def _history(note: Note) -> tuple[Happened, ...]:
    """What happened to the note, newest first; attempts that were refused stand in it too."""
    rows = Event.objects.filter(note=note.id, actor__isnull=False).order_by("-at")[:SHOWN_EVENTS]
    return tuple(Happened(row.at, EventKind(row.kind).label, row.actor) for row in rows if row.actor)


def _may_read(actor: UUID, note: Note) -> bool:
    """R-022 and R-023 once more in words of our own: row-level security has said so already."""
    if note.author == actor:
        return True
    now = timezone.now()
    taken_back = TrainingGrant.objects.filter(author=note.author, ends=OuterRef("pk"))
    return TrainingGrant.objects.filter(
        ~Exists(taken_back),
        ends=None,
        author=note.author,
        grantee=actor,
        patients__contains=note.patients,
        sessions_from__lte=note.session_on,
        sessions_to__gte=note.session_on,
        starts_at__lte=now,
        ends_at__gt=now,
    ).exists()


def _write_down_reading(actor: UUID, shown: NoteText, printing: bool) -> None:
    author, note = shown.head.author, shown.head.id
    if shown.text is None:
        write_event(actor, EventKind.UNREADABLE, author=author, note=note)
    elif printing:
        write_event(actor, EventKind.PRINTED, author=author, note=note)
    elif author == actor:
        write_event_once_a_sitting(actor, EventKind.OPENED, note)
    else:  # every reading by somebody else is written down, each time
        write_event(actor, EventKind.OPENED, author=author, note=note)


def _text_of(note: Note, actor: UUID) -> NoteText:
    rows = Note.objects.filter(addendum_to=note.id).order_by("signed_at") if note.addendum_to is None else ()
    addenda = tuple(_single(row, actor) for row in rows)
    waiting = Draft.objects.filter(addendum_to=note.id, author=actor).order_by("created_at").first()
    return _single(note, actor, addenda, waiting.id if waiting else None)


def _single(note: Note, actor: UUID, addenda: tuple[NoteText, ...] = (), open_addendum: UUID | None = None) -> NoteText:
    attached = heads(note.id)
    mine = note.author == actor
    return NoteText(head_of(note), text_of_note(note), mine, open_addendum, addenda, attachments=attached)


def open_attachment(staff: Staff, attachment_id: UUID, *, original: bool = False) -> AttachedFile | None:
    """The shown copy of an attachment for whoever may read its note; the file as it came for its author alone.

    None for everybody else and for no such id; that is written down. None too when it, or the text of its note, cannot
    be opened now: the note's page says so.
    """
    with open_as(staff) as actor:
        row = Attachment.objects.filter(pk=attachment_id).first()
        note = Note.objects.filter(pk=row.note, author=row.author).first() if row else None
        if row is None or not (row.author == actor or (note and _may_read(actor, note) and not original)):
            write_event(actor, EventKind.REFUSED)
            return None
        try:
            if note is None:
                draft = Draft.objects.get(pk=row.note, author=actor)
                open_text(draft.sealed, key=draft.key, place=place_of_text(draft))
            else:
                open_text(note.sealed, key=note.key, place=place_of_text(note))
            found = file_of(row, original=original)
        except Unreadable:
            write_event(actor, EventKind.UNREADABLE, author=row.author, note=row.note)
            return None
        if row.author == actor:
            write_event_once_a_sitting(actor, EventKind.OPENED, row.note)
        else:
            write_event(actor, EventKind.OPENED, author=row.author, note=row.note, detail="attachment")
        return found


def text_of_note(note: Note) -> str | None:
    """The text of a signed note, or None when it cannot be opened now. Inside an open vault only."""
    try:
        return open_text(note.sealed, key=note.key, place=place_of_text(note)).decode()
    except Unreadable:
        return None


def my_notes(staff: Staff, patient_id: UUID | None = None) -> list[NoteHead]:
    """The person's own signed notes, newest session first; of one patient, or of all. Addenda stand with their note."""
    with open_as(staff) as actor:
        rows = living(Note.objects.filter(author=actor, addendum_to=None)).defer("sealed")
        if patient_id is not None:
            rows = rows.filter(patients__contains=[patient_id])
        return [head_of(row) for row in rows.order_by("-session_on", "-signed_at")]


def my_drafts(staff: Staff, patient_id: UUID | None = None) -> list[NoteHead]:
    """The person's own drafts, latest save first. Computed live: no task and no count elsewhere tells of them."""
    with open_as(staff) as actor:
        rows = Draft.objects.filter(author=actor).defer("sealed")
        if patient_id is not None:
            rows = rows.filter(patients__contains=[patient_id])
        return [head_of(row) for row in rows.order_by("-saved_at")]


def head_of_mine(staff: Staff, note_id: UUID) -> NoteHead | None:
    """The person's own draft or signed note of this id; None for every other id, and nothing is written down."""
    with open_as(staff) as actor:
        row: Draft | Note | None = Draft.objects.filter(pk=note_id, author=actor).defer("sealed").first()
        row = row or Note.objects.filter(pk=note_id, author=actor).defer("sealed").first()
        return head_of(row) if row else None


def notes_opened_to(staff: Staff, patient_id: UUID | None = None) -> list[NoteHead]:
    """Signed notes of others that the person may read now under a live training grant."""
    with open_as(staff) as actor:
        rows = living(Note.objects.exclude(author=actor).filter(addendum_to=None)).defer("sealed")
        if patient_id is not None:
            rows = rows.filter(patients__contains=[patient_id])
        return [head_of(row) for row in rows.order_by("-session_on") if _may_read(actor, row)]


def sheet(staff: Staff, *, patient_id: UUID, session: UUID | None, session_on: date) -> Sheet:
    """What stands on the sealed sheet beside the progress note of a session: always a sheet, filled or blank."""
    with open_as(staff) as actor:
        here = {"author": actor, "patients__contains": [patient_id], "addendum_to": None}
        here |= {"session": session} if session else {"session": None, "session_on": session_on}
        draft = Draft.objects.filter(**here).order_by("-saved_at").first()
        if draft is None and session:  # jotted down before the session was on record
            day = here | {"session": None, "session_on": session_on}
            draft = Draft.objects.filter(**day).order_by("-saved_at").first()
        notes = tuple(_text_of(row, actor) for row in living(Note.objects.filter(**here)).order_by("signed_at"))
        for note in notes:
            _write_down_reading(actor, note, printing=False)
        if draft is not None:
            write_event_once_a_sitting(actor, EventKind.OPENED, draft.id)
        shown = text_of_draft(draft) if draft else None
        return Sheet(patient_id, session, session_on, shown, notes, new_id(actor))
