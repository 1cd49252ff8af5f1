"""What an author leaves out of a note when it is released for one of its patients: sealed, and the author's alone."""

import json
from collections.abc import Collection
from uuid import UUID

from practice.infrastructure.blackout import Span, burn, fingerprint, plain
from practice.infrastructure.envelope import Unreadable
from practice.people.models import Staff
from records.psychotherapy.models import Note, NoteRedaction
from records.psychotherapy.rules import EventKind, Subject

from .destruction import living
from .drafts import head_of
from .notes import text_of_note
from .seals import open_text, place_of_redaction, seal_text
from .session import lock, open_as, write_event, write_event_once_a_sitting
from .values import LeftOut, NoteToRedact


def note_to_redact(staff: Staff, *, note_id: UUID, patient_id: UUID) -> NoteToRedact | None:
    """The author's own signed note about this patient, in full, with what is left out so far. None for anybody else."""
    with open_as(staff) as actor:
        row = _own(actor, note_id, patient_id)
        if row is None:
            return None
        text = text_of_note(row)
        if text is None:
            write_event(actor, EventKind.UNREADABLE, author=actor, note=note_id)
            return None
        write_event_once_a_sitting(actor, EventKind.OPENED, note_id)
        return NoteToRedact(head_of(row), plain(text), left_out_of(row, patient_id))


def redact_note(
    staff: Staff, *, note_id: UUID, patient_id: UUID, spans: Collection[Span], nothing_left: bool, reason: str
) -> bool:
    """From now on these passages, and no others, are left out when the note is released for this patient.

    `nothing_left`: the author has read the note and says that nothing about the others remains. False for a note that
    is not the author's to release for this patient. Raises ValueError for a position outside the text.
    """
    with open_as(staff) as actor:
        lock(note_id)
        row = _own(actor, note_id, patient_id)
        text = text_of_note(row) if row else None
        if row is None or text is None:
            return False
        burn(plain(text), spans)
        content = {
            "spans": sorted([one.start, one.end] for one in spans),
            "of": fingerprint(text),
            "nothing_left": nothing_left,
            "reason": reason,
        }
        made = NoteRedaction(author=actor, note=note_id, patient=patient_id)
        made.key, made.sealed = seal_text(
            json.dumps(content).encode(),
            kind=Subject.REDACTION,
            subject=made.id,
            author=actor,
            place=place_of_redaction(made),
        )
        made.save(force_insert=True)
        write_event(actor, EventKind.REDACTED, author=actor, note=note_id, detail=str(made.id))
        return True


def left_out_of(row: Note, patient_id: UUID) -> LeftOut | None:
    """What is left out of a note for this patient's releases; None when nothing is. Inside an open vault.

    Raises Unreadable when it cannot be opened, or was made for another text: then the note must not leave.
    """
    found = NoteRedaction.objects.filter(note=row.id, patient=patient_id, author=row.author).order_by("made_at").last()
    if found is None:
        return None
    content = json.loads(open_text(found.sealed, key=found.key, place=place_of_redaction(found)))
    if not content["spans"]:
        return None
    text = text_of_note(row)
    if text is None or fingerprint(text) != content["of"]:
        raise Unreadable
    spans = tuple(Span(start, end) for start, end in content["spans"])
    return LeftOut(spans, bool(content["nothing_left"]), str(content["reason"]), found.made_at)


def _own(actor: UUID, note_id: UUID, patient_id: UUID) -> Note | None:
    """The actor's own living note about this patient; its absence is written down."""
    row = living(Note.objects.filter(pk=note_id, author=actor, patients__contains=[patient_id])).first()
    if row is None:
        write_event(actor, EventKind.REFUSED, note=note_id)
    return row
