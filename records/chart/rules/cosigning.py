"""Whose signature a trainee's note needs, and when it stands. Pure: values in, answer or refusal out."""

from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from django.db import models

from practice.infrastructure.refusals import Refusal

COMMENT_LIMIT = 5_000
DAYS_TO_COSIGN = 7  # from the trainee's signature
DAYS_TO_MEND = 3  # from the return


class SignerRole(models.TextChoices):
    """As what somebody signed."""

    AUTHOR = "author", "Author"
    TRAINEE = "trainee", "Author, under supervision"
    SUPERVISOR = "supervisor", "Supervisor"


class Decision(models.TextChoices):
    """What a signature says."""

    SIGNED = "signed", "Signed"
    COSIGNED = "cosigned", "Co-signed"
    RETURNED = "returned", "Returned"


@dataclass(frozen=True, slots=True)
class Round:
    """One version of a trainee's note on its way: who was asked, who supervises today, who has co-signed it."""

    asked: Set[UUID]
    supervising: Set[UUID]
    cosigned: Set[UUID]

    @property
    def waiting_for(self) -> Set[UUID]:
        """Asked, still supervising, not yet decided. Whoever no longer supervises this treatment blocks nobody."""
        return (self.asked & self.supervising) - self.cosigned

    @property
    def gone(self) -> Set[UUID]:
        """Asked, not co-signed, and no longer supervising this treatment."""
        return self.asked - self.supervising - self.cosigned

    @property
    def is_complete(self) -> bool:
        """Whether the note stands: at least one supervisor co-signed, and nobody who must is missing."""
        return bool(self.cosigned) and not self.waiting_for

    @property
    def nobody_left(self) -> bool:
        """Whether nobody co-signed and nobody who was asked supervises any more: somebody else must be asked."""
        return not self.cosigned and not self.waiting_for


def refusal_to_return(comment: str) -> Refusal | None:
    """Why a note cannot go back with this comment, or None."""
    if not comment.strip():
        return Refusal("RETURN_NO_COMMENT", "Say what should be mended.", "The trainee sees it beside the draft.")
    if len(comment) > COMMENT_LIMIT:
        return Refusal(
            "RETURN_TOO_LONG",
            f"This comment has {len(comment):,} characters; it can have {COMMENT_LIMIT:,}.",
            "Shorten it, or talk it over in supervision.",
        )
    return None
