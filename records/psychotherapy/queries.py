"""What is asked of packages beside the vault: whether everybody they speak of still agrees (R-008)."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.utils import timezone

from authorizations.models import Authorization
from authorizations.queries.disclosers import our_names
from authorizations.queries.others import ReleaseAsked, agreements_of
from authorizations.rules import AuthorizationFacts, ItemAsked, RecordClass
from practice.infrastructure.days import today

from .vault import PackageCover


def lacking_others(covers: Iterable[PackageCover]) -> set[UUID]:
    """Of these packages under an authorization, those that speak of somebody who has not authorized the same release.

    One query for any number of packages that speak of one patient alone.
    """
    joint = [cover for cover in covers if cover.speaks_of and not cover.own_ground]
    papers = Authorization.objects.in_bulk([cover.authorization_id for cover in joint])
    return {cover.id for cover in joint if cover.authorization_id in papers and _lacks(cover, papers)}


def _lacks(cover: PackageCover, papers: dict[UUID, Authorization]) -> bool:
    asked = _asked(cover, papers[cover.authorization_id])
    return any(agreements_of(others, asked, item).keys() < set(others) for item, others in _joint(cover))


def days_missing(cover: PackageCover, papers: Collection[AuthorizationFacts], other: UUID) -> list[date]:
    """The days of the notes in a package that one of these authorizations of another patient's would permit, if it
    stood, and none of theirs does.
    """
    paper = Authorization.objects.filter(pk=cover.authorization_id).first()
    if paper is None or cover.own_ground or paper.patient_id == other:
        return []
    asked = _asked(cover, paper)
    return sorted(
        {
            item.on
            for item, others in _joint(cover)
            if item.on and other in others and any(asked.is_covered(facts, item) for facts in papers)
            and not agreements_of([other], asked, item)
        }
    )  # fmt: skip


def _joint(cover: PackageCover) -> list[tuple[ItemAsked, Collection[UUID]]]:
    items = [ItemAsked(str(note), day, str(cover.author)) for note, day in cover.items]
    return [(item, cover.speaks_of[item.id]) for item in items if item.id in cover.speaks_of]


def _asked(cover: PackageCover, paper: Authorization) -> ReleaseAsked:
    return ReleaseAsked(RecordClass.PN, cover.recipient_name, paper.purpose, today(), timezone.now(), our_names())
