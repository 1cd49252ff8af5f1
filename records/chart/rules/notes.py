"""What a note must be to be kept and signed. Pure: values in, refusal or value out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

NOTE_LIMIT = 200_000


# Saves closer together than this are one sitting: one line in the audit trail, not one for each pause in typing.
SITTING = timedelta(minutes=30)


# Written later than this after the session, a note is a late entry, and says so.
LATE_AFTER = timedelta(hours=24)

# Days after the session from which an unsigned or unwritten note is overdue.
OVERDUE_DAYS = 3

REASON_LIMIT = 2_000


class NoteState(models.TextChoices):
    """Only a draft is written in. A trainee's note awaits its supervisors first; a cancelled one stays readable."""

    DRAFT = "draft", "Draft"
    AWAITING = "awaiting", "Awaiting co-signature"
    SIGNED = "signed", "Signed"
    CANCELLED = "cancelled", "Cancelled"


# Of these a session or its codes may still be corrected: nothing that stands was signed on it.
NOT_STANDING = frozenset({NoteState.DRAFT, NoteState.CANCELLED})


class CancelKind(models.TextChoices):
    """Why a note is cancelled. The text of one in the wrong chart speaks of somebody else, so it is never released."""

    WRONG_CHART = "wrong_chart", "It was entered in the wrong chart"
    IN_ERROR = "in_error", "It was entered in error (twice, the wrong session, not what happened)"


def overdue_on(on: date) -> date:
    """The last day on which the note about a session of this day is in time."""
    return on + timedelta(days=OVERDUE_DAYS)


def is_late_entry(happened: datetime | date, written_at: datetime | None) -> bool:
    """Whether a note was first written more than LATE_AFTER after its session, or after the end of the day it is about.

    In: the end of the session (aware), or the day where there was none; the moment of its first saved word (local).
    """
    if written_at is None:
        return False
    if isinstance(happened, datetime):
        return written_at - happened > LATE_AFTER
    return written_at.date() > happened + LATE_AFTER


def reason_refusal(reason: str, *, needed: bool) -> Refusal | None:
    """Why this reason cannot be kept beside a note, or None."""
    if needed and not reason.strip():
        return Refusal("REASON_MISSING", "Say why.", "The reason stays beside the note, for whoever reads the chart.")
    if len(reason) > REASON_LIMIT or "\x00" in reason:
        return Refusal(
            "REASON_TOO_LONG",
            f"This reason has {len(reason):,} characters; it can have {REASON_LIMIT:,}.",
            "Shorten it; more belongs in an addendum.",
        )
    return None


def clean_sections(keys: Sequence[str], given: Mapping[str, object]) -> dict[str, str]:
    """The texts of a note by the keys of its format, line ends as one character, unknown keys left out."""
    return {key: str(given.get(key) or "").replace("\r\n", "\n").replace("\r", "\n") for key in keys}


def note_refusal(sections: Mapping[str, str]) -> Refusal | None:
    """Why these texts cannot be kept as one note, or None. The limit is on all sections together."""
    length = sum(map(len, sections.values()))
    if length > NOTE_LIMIT:
        return Refusal(
            "NOTE_TOO_LONG",
            f"This note has {length:,} characters; one note holds up to {NOTE_LIMIT:,}.",
            "Nothing was lost: your text is still here, not yet saved. Shorten it, or continue it in a second note.",
        )
    if any("\x00" in text for text in sections.values()):
        return Refusal(
            "NOTE_UNREADABLE_CHARACTER",
            "This note holds a character that cannot be stored (NUL).",
            "Your text is still here, not yet saved. Type the passage anew where something was pasted in.",
        )
    return None


def nothing_written(sections: Mapping[str, str]) -> bool:
    """Whether no section of a note says anything."""
    return not any(text.strip() for text in sections.values())


def refusal_to_sign(
    *,
    state: str,
    sections: Mapping[str, str],
    other_texts: int,
    version: int,
    seen_version: int,
    missing: Sequence[str] = (),
) -> Refusal | None:
    """Why a note cannot be signed now, or None. What is signed is what the author saw last.

    `missing` are the titles of sections that its format wants filled, and are not.
    """
    if state != NoteState.DRAFT:
        return Refusal("NOTE_SIGNED", "This note is signed already.", "Add an addendum to say more.")
    if nothing_written(sections):
        return Refusal("NOTE_EMPTY", "This note is empty.", "Write it, or discard the draft.")
    if missing:
        words = " and ".join(f"“{label}”" for label in missing)
        return Refusal("NOTE_NOT_COMPLETE", f"Still empty: {words}.", "Fill it in, then sign.")
    if other_texts:
        return Refusal(
            "NOTE_HAS_TWO_TEXTS",
            "This draft was saved from two windows, and both texts are kept.",
            "Choose one of them, then sign.",
        )
    if version != seen_version:
        return Refusal(
            "NOTE_CHANGED_SINCE",
            "This note was saved again after you looked at it.",
            "Look at it once more, then sign.",
        )
    return None


def refusal_to_add(state: str) -> Refusal | None:
    """Why a note in this state takes no addendum, or None."""
    if state == NoteState.DRAFT:
        return Refusal("NOTE_NOT_SIGNED", "This note is a draft.", "Write in the draft itself.")
    if state == NoteState.AWAITING:
        return Refusal(
            "NOTE_AWAITING", "This note still waits for a co-signature.", "Add to it once its supervisors have decided."
        )
    if state == NoteState.CANCELLED:
        return Refusal("NOTE_CANCELLED", "This note is cancelled.", "Write a new note.")
    return None
