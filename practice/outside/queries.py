"""Reading links: those about a record, and the one whose pass a browser holds."""

from datetime import datetime
from uuid import UUID

from practice.infrastructure.days import today
from practice.people.confidential import LetterAddress
from practice.people.models import Patient
from practice.people.queries import asked_ways

from .models import Link
from .rules import LinkPurpose, hash_of


def asked_to_be_reached(patient: Patient) -> tuple[LetterAddress, ...]:
    """Every way this patient asked to be reached: a link and its code take one of them and no other (164.522(b))."""
    return asked_ways(patient, today())


def links_about(purpose: LinkPurpose, subject_id: UUID) -> list[Link]:
    """Every link to one record, the newest first."""
    return list(Link.objects.filter(purpose=purpose, subject_id=subject_id).select_related("made_by", "closed_by"))


def expired_links(purpose: LinkPurpose, now: datetime) -> list[Link]:
    """Links of one purpose whose time is over, that nobody used or closed."""
    return list(Link.objects.filter(purpose=purpose, closed_at=None, used_at=None, expires_at__lte=now))


def link_of_pass(secret: str, now: datetime) -> Link | None:
    """The link that this browser has opened and may still go on with."""
    link = _with_pass(secret)
    return link if link is not None and link.is_passed(now) else None


def finished_link_of_pass(secret: str, now: datetime) -> Link | None:
    """The link that this browser has just used."""
    link = _with_pass(secret)
    return link if link is not None and link.is_finished(now) else None


def is_left_pass(secret: str) -> bool:
    """Whether this browser had opened a link that was then opened on another device."""
    return bool(secret) and Link.objects.filter(left_passes__contains=[hash_of(secret)]).exists()


def _with_pass(secret: str) -> Link | None:
    if not secret:
        return None
    return Link.objects.select_related("patient", "representative", "made_by").filter(pass_hash=hash_of(secret)).first()
