"""What every page says about a note that is shown as it stands."""

from typing import Any

from practice.people.models import Staff

from ..models import ChartNote
from ..policies import refusal_to_cancel, sees_supervision
from ..queries.cosigning import cosignatures, request_to, returns_of, round_of, waiting_supervisors
from ..queries.group_notes import shared_written
from ..queries.notes import late_words, note_written
from ..queries.sessions import session_words
from ..rules.notes import NoteState


def note_shown(note: ChartNote, staff: Staff) -> dict[str, Any]:
    """Context of chart/_note_face.html and _paper.html: the text, its signatures, and what this person may do with it.

    What passed between trainee and supervisors is for them alone.
    """
    context: dict[str, Any] = {
        "note": note,
        "patient": note.patient,
        "written": note_written(note),
        "shared": shared_written(note),
        "late": late_words(note),
        "addenda": note.addenda.select_related("author"),
        "session_words": session_words(note.encounter) if note.encounter else "",
        "cosignatures": cosignatures(note),
        "cancellation": getattr(note, "cancellation", None) if note.state == NoteState.CANCELLED else None,
        "may_cancel": note.state in (NoteState.SIGNED, NoteState.AWAITING) and not refusal_to_cancel(staff, note),
        "takes_addenda": note.state == NoteState.SIGNED,
        "returns": returns_of(note) if sees_supervision(staff, note) else (),
    }
    if note.state == NoteState.AWAITING:
        current = round_of(note)
        context |= {
            "waiting": waiting_supervisors(note, current),
            "may_settle": (current.is_complete or current.nobody_left) and sees_supervision(staff, note),
            "asked": request_to(staff, note),
        }
    return context
