"""What psychotherapy notes are, what belongs elsewhere, and what may happen to them. Values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import models
from django.utils import timezone

from practice.infrastructure.refusals import Refusal

LONGEST_TEXT: Final = 200_000  # characters
SITTING: Final = timedelta(hours=1)
HAND_OVER_DAYS: Final = 30
SHOWN_EVENTS: Final = 200  # the newest; the rest is the review's


class EventKind(models.TextChoices):
    """What is written down about sealed notes. One per sitting for opening and saving: no history of keystrokes."""

    OPENED = "opened", "Opened"
    SAVED = "saved", "Saved"
    SIGNED = "signed", "Signed"
    ADDENDUM = "addendum", "Signed an addendum"
    DISCARDED = "discarded", "Discarded a draft"
    REFUSED = "refused", "Was refused"
    UNREADABLE = "unreadable", "Could not be opened"
    PRINTED = "printed", "Printed for the author"
    GRANTED = "granted", "Gave a training grant"
    GRANT_ENDED = "grant_ended", "Took a training grant back"
    PACKAGE_PREPARED = "package_prepared", "Prepared a release package"
    PACKAGE_APPROVED = "package_approved", "Approved a release package"
    PACKAGE_WITHDRAWN = "package_withdrawn", "Withdrew a release package"
    PACKAGE_OPENED = "package_opened", "Fetched a release package for delivery"
    PACKAGE_HANDED_OVER = "package_handed_over", "Committed the hand-over of a release package"
    KEY_REWRAPPED = "key_rewrapped", "Wrapped a key anew"
    SEARCHED = "searched", "Searched own notes"
    ATTACHED = "attached", "Attached a file"
    ATTACHMENT_REMOVED = "attachment_removed", "Removed a file from a draft"
    MOVED_OUT = "moved_out", "Moved a sentence to the progress note"
    MOVED_IN = "moved_in", "Moved a sentence in from the progress note"
    CUSTODY_PROPOSED = "custody_proposed", "Proposed a transfer of custody"
    CUSTODY_CONFIRMED = "custody_confirmed", "Confirmed a transfer of custody"
    CUSTODY_STOPPED = "custody_stopped", "Stopped a transfer of custody"
    CUSTODY_TAKEN = "custody_taken", "Took custody"
    COMPELLED_STARTED = "compelled_started", "Began a compelled release"
    COMPELLED_CONFIRMED = "compelled_confirmed", "Confirmed a compelled release"
    COMPELLED_STOPPED = "compelled_stopped", "Stopped a compelled release"
    COMPELLED_PACKED = "compelled_packed", "Packed for a compelled release, shown to nobody"
    COMPELLED_EMPTY = "compelled_empty", "Found nothing for a compelled release"
    COMPELLED_SLIP = "compelled_slip", "Printed a part of a passphrase"
    COMPELLED_READ = "compelled_read", "Looked how a compelled release of their notes stands"
    DESTRUCTION_ORDERED = "destruction_ordered", "Ordered a destruction"
    DESTRUCTION_CANCELLED = "destruction_cancelled", "Cancelled a destruction"
    DESTROYED = "destroyed", "Destroyed a note"
    REDACTED = "redacted", "Left passages out for a release"


class Subject(models.TextChoices):
    """What a wrapped key opens. Keys of notes and packages are never deleted (a trigger refuses)."""

    DRAFT = "draft", "Draft"
    BRANCH = "branch", "Other text of a draft"
    NOTE = "note", "Signed note"
    PACKAGE = "package", "Release package"
    REDACTION = "redaction", "Passages left out"


class Direction(models.TextChoices):
    """Which way a sentence was moved, seen from the sealed note."""

    OUT = "out", "To the progress note"
    IN = "in", "From the progress note"


class SkillArea(models.TextChoices):
    """What the training is about (45 CFR 164.508(a)(2)(i)(B))."""

    INDIVIDUAL = "individual", "Individual counseling"
    GROUP = "group", "Group counseling"
    JOINT = "joint", "Joint counseling"
    FAMILY = "family", "Family counseling"


class Exclusion(models.TextChoices):
    """What is never a psychotherapy note, wherever it is written (R-002, 45 CFR 164.501)."""

    MEDICATION = "EX_MEDICATION", "medication prescription and monitoring"
    SESSION_TIMES = "EX_SESSION_TIMES", "session start and stop times"
    MODALITY_FREQUENCY = "EX_MODALITY_FREQUENCY", "modalities and frequencies of treatment"
    TEST_RESULTS = "EX_TEST_RESULTS", "results of clinical tests"
    DIAGNOSIS = "EX_SUM_DIAGNOSIS", "any summary of diagnosis"
    FUNCTIONAL_STATUS = "EX_SUM_FUNCTIONAL_STATUS", "any summary of functional status"
    TREATMENT_PLAN = "EX_SUM_TREATMENT_PLAN", "any summary of the treatment plan"
    SYMPTOMS = "EX_SUM_SYMPTOMS", "any summary of symptoms"
    PROGNOSIS = "EX_SUM_PROGNOSIS", "any summary of prognosis"
    PROGRESS = "EX_SUM_PROGRESS", "any summary of progress to date"


# the screen labels of "what belongs where"
IN_THE_CHART: Final = (
    "Date, start and stop time, attendance, modality",
    "Diagnosis, symptoms, functional status, summary of risk",
    "Treatment plan, goals, interventions used",
    "Medication, test results",
    "Progress, prognosis, safety plan, referrals",
)
IN_THE_SEALED_NOTE: Final = (
    "Your impressions, hypotheses, hunches",
    "The detailed content of what was said",
    "Countertransference, analysis of the process",
    "Questions to explore next session",
    "Dream or relationship material in detail",
)

MOST_ATTACHMENTS: Final = 20
TOO_MANY_ATTACHMENTS: Final = Refusal(
    "PN_TOO_MANY_ATTACHMENTS",
    f"A note holds {MOST_ATTACHMENTS} files; this one has as many.",
    "Take one off, or put several pages into one PDF.",
)

NOT_YOURS = "Psychotherapy notes are read by the person who wrote them."
SEALED_UNCHANGED: Final = "This note cannot be opened now: it is kept, unchanged."

TEXT_EMPTY: Final = Refusal("PN_TEXT_EMPTY", "There is nothing to sign yet: the note is empty.")
TEXTS_DIFFER: Final = Refusal(
    "PN_TEXTS_DIFFER",
    "Two texts of this note are kept. Decide which one stands before you sign.",
    "Compare the two texts below.",
)
ASKED_FOR: Final = Refusal(
    "PN_ASKED_FOR",
    "A law or a court asks for this draft, so it stays as it was when that was begun.",
    "You can sign it as it stands, and write what is new in a note of its own.",
    "45 CFR 164.512(a), (e)(1)(i)",
)
STALE: Final = Refusal(
    "PN_STALE",
    "The note was changed in another window after this page was shown. Nothing was signed.",
    "Read it again as it stands now.",
)
UNREADABLE: Final = Refusal(
    "PN_UNREADABLE",
    f"{SEALED_UNCHANGED} Nothing was saved over it.",
    "Whoever keeps the practice's keys can bring the missing one back.",
)
CHANGED_MEANWHILE: Final = Refusal(
    "PN_CHANGED",
    "This psychotherapy note was changed in another window. Nothing was moved.",
    "Load the page again, then move the sentence.",
)
OTHER_MOVE: Final = Refusal(
    "PN_OTHER_MOVE",
    "This move was made already, of another sentence or to another place. Nothing was moved now.",
    "Load the page again, then move the sentence.",
)
SENTENCE_GONE: Final = Refusal(
    "PN_SENTENCE_GONE",
    "This sentence no longer stands in the psychotherapy note as it was. Nothing was moved.",
    "Wait until the note is saved, then try again.",
)


def too_long(text: str) -> Refusal:
    """Why a sentence cannot come into a note that would be too long with it."""
    return Refusal("PN_TOO_LONG", text_too_long(text) or "", "Nothing was moved.")


def text_too_long(text: str) -> str | None:
    """The sentence at the field when a text is too long to save, or None."""
    over = len(text) - LONGEST_TEXT
    if over <= 0:
        return None
    what = f"A note holds {LONGEST_TEXT:,} characters; this one is {over:,} too long."
    return f"{what} Nothing was saved yet; your text is still here."


def same_sitting(last_at: datetime | None, now: datetime) -> bool:
    """Whether an act belongs to the sitting that was written down at `last_at`: within an hour of its first act."""
    return last_at is not None and last_at <= now < last_at + SITTING


def refusal_to_release(
    *, patients: Sequence[UUID], patient: UUID, readable: bool, redacted: bool = False
) -> Refusal | None:
    """Why one signed note may not go into the package for `patient` whatever the authorization says, or None.

    `redacted`: its author left out what is about the others.
    """
    if patient not in patients:
        return Refusal("PN_OTHER_PATIENT", "This note is not about this patient.")
    if set(patients) != {patient} and not redacted:
        return Refusal(
            "PN_SPEAKS_OF_OTHERS",
            "This note also speaks of somebody else, whom this release does not cover.",
            "It needs an authorization of each person it speaks of, or its author leaves out what is about the others.",
            "R-008, 45 CFR 164.508",
        )
    if not readable:
        return Refusal("PN_UNREADABLE", SEALED_UNCHANGED)
    return None


def training_ends_at(last_day: date) -> datetime:
    """When a training grant ends by itself: with its last day, in the practice's time (W-29)."""
    return timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))


def describe_release(days: Iterable[date]) -> str:
    """How the ledger describes what left: by session dates, never by content (164.528(b)(2)(iii))."""
    ordered = sorted(set(days))
    if len(ordered) > 6:
        return f"Psychotherapy notes of {len(ordered)} sessions from {_day(ordered[0])} to {_day(ordered[-1])}"
    words = ", ".join(_day(day) for day in ordered)
    return f"Psychotherapy notes of the session{'s' if len(ordered) > 1 else ''} of {words}"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
