"""What a note must be to be kept and signed. Pure: values in, refusal or value out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

NOTE_LIMIT = 200_000


# Saves closer together than this are one sitting: one line in the audit trail, not one for each pause in typing.
SITTING = timedelta(minutes=30)


class NoteState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"


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
    *, state: str, sections: Mapping[str, str], other_texts: int, version: int, seen_version: int
) -> Refusal | None:
    """Why a note cannot be signed now, or None. What is signed is what the author saw last."""
    if state == NoteState.SIGNED:
        return Refusal("NOTE_SIGNED", "This note is signed already.", "Add an addendum to say more.")
    if nothing_written(sections):
        return Refusal("NOTE_EMPTY", "This note is empty.", "Write it, or discard the draft.")
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
