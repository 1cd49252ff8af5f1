"""What waits and may not leave as it is: because its authorization ended, because somebody else's is missing, or
because the patient asked to be reached otherwise."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils import timezone

from authorizations.documents import reason_of
from authorizations.queries import AuthorizationLine
from authorizations.queries.others import LACKS_OTHERS, agreements_of
from authorizations.queries.taking_back import ended_among
from authorizations.rules import AuthorizationFacts, ItemAsked
from practice.infrastructure.days import today
from practice.infrastructure.pages import page
from practice.people.models import Patient
from practice.people.queries import with_asked_ways
from records.chart.queries.group_notes import on_joint_sessions
from records.psychotherapy import vault
from records.psychotherapy.queries import lacking_others

from ..models import Release, ReleaseItem, Reliance
from ..rules import Item, ReleaseState
from ..rules.shared import asks_others
from ..rules.ways import address_reasons
from .frozen import changed_among, in_short
from .others import SpeaksOf, release_asked, spoken_of, with_others
from .papers import named_by_its_paper
from .release import gate_items, proposal_of
from .steps import Line

WAITING = (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED)
FROZEN = (ReleaseState.APPROVED, ReleaseState.COMMITTED)


@dataclass(frozen=True, slots=True)
class Block:
    """Why something that waits may not leave any more: in a word or two, and in a sentence."""

    short: str
    words: str
    settle: str = ""  # the page where it is settled without anything being prepared anew
    button: str = ""


OTHERS_MISSING = Block("another patient’s authorization is missing", LACKS_OTHERS)


def is_waiting(release: Release) -> bool:
    """Whether nothing of it has left yet and nobody has ended it."""
    return release.state in WAITING or _is_frozen(release)


def _is_frozen(release: Release) -> bool:
    """Whether what would leave is made and has not left: nothing can be left out of it any more."""
    return release.state in FROZEN and release.served_at is None


def blocked_among(releases: Iterable[Release]) -> dict[UUID, Block]:
    """Of these releases, those that wait and may not leave as they are, by the release's id.

    A release that is still to be approved is not blocked by what it says of others: that can be left out.
    """
    waiting = [row for row in releases if is_waiting(row)]
    ended = _authorizations_ended(row.authorization_id for row in waiting)
    lacking = _lacking_others([row for row in waiting if _is_frozen(row)])
    blocked = _asked_otherwise(waiting) | {pk: OTHERS_MISSING for pk in lacking}
    lines = ((row.pk, ended.get(row.authorization_id)) for row in waiting if row.authorization_id)
    return blocked | {pk: _ended(line) for pk, line in lines if line}


def _asked_otherwise(waiting: Sequence[Release]) -> dict[UUID, Block]:
    """Of these releases, those that go to the patient in a way or to a place which they asked not to be reached by."""
    asking = with_asked_ways({row.patient_id for row in waiting}, today()) if waiting else set()
    found = {}
    for row in waiting:
        reasons = address_reasons(proposal_of(row, [], on=today())) if row.patient_id in asking else ()
        for reason in reasons:
            may_settle = row.state in WAITING
            remedy = "Settle how and where it goes; what was approved stays as it is." if may_settle else ""
            settle = page("release-way", row.pk) if may_settle else ""
            words = f"{reason.words} {remedy}".strip()
            found[row.pk] = Block("how it reaches the patient", words, settle, "Settle it" if settle else "")
    return found


def stopped_among(releases: Iterable[Release]) -> dict[UUID, Block]:
    """The same, and those of which a document reads otherwise by now than its clinician approved."""
    rows = list(releases)
    changed = changed_among(row for row in rows if _is_frozen(row))
    return {
        pk: Block("changed since it was approved", in_short(found)) for pk, found in changed.items()
    } | blocked_among(rows)


def _authorizations_ended(ids: Iterable[UUID | None]) -> dict[UUID, AuthorizationLine]:
    """Of these authorizations, those that permit no release at this moment, by id."""
    wanted = {pk for pk in ids if pk}
    return ended_among(wanted, today(), timezone.now()) if wanted else {}


def _ended(line: AuthorizationLine) -> Block:
    return Block(line.status.label.lower(), reason_of(line))


def _lacking_others(releases: Sequence[Release]) -> set[UUID]:
    """Of these releases, those of joint or group records to which not everybody they speak of has agreed (R-008).

    Two queries for any number of releases without such records.
    """
    asking = {row.pk: row for row in releases if asks_others(row.basis, emergency=row.emergency)}
    notes = ReleaseItem.objects.filter(release__in=asking, kind="note", removed=False)
    chosen = list(notes.values_list("release_id", "object_id")) if asking else []
    joint_notes = on_joint_sessions({note for _, note in chosen}) if chosen else set()
    joint = {release for release, note in chosen if note in joint_notes}
    counted = set(Reliance.objects.filter(release__in=asking).values_list("release_id", flat=True)) if asking else set()
    return {pk for pk in joint | counted if _lacks_others(asking[pk])}


def _lacks_others(release: Release) -> bool:
    items, speaks_of = _joint_parts(release)
    return any(item.lacks_others for item in with_others(release, items, speaks_of, on=today(), at=timezone.now())[0])


def _joint_parts(release: Release) -> tuple[list[Item], SpeaksOf]:
    """What of a release speaks of other patients. Of psychotherapy notes only what was counted on at the commit."""
    if not release.is_notes:
        items = gate_items(release.items.all())
        return items, spoken_of(release, items)
    author, found, spoken = str(release.approver_id), [], {}
    for row in release.reliances.filter(given_out=False).select_related("authorization"):
        for day in row.days:
            item = Item(f"{row.pk} {day}", day, originator_id=author)
            found.append(item)
            spoken[item.key] = [row.authorization.patient_id]
    return found, spoken


def days_without(papers: Collection[AuthorizationFacts], other: UUID, release: Release) -> list[date]:
    """The days of the joint and group records in a release that one of these authorizations of another patient's would
    permit, if it stood, and none of theirs does.
    """
    if not asks_others(release.basis, emergency=release.emergency) or other in named_by_its_paper(release):
        return []
    asked = release_asked(release, on=today(), at=timezone.now())
    items, speaks_of = _joint_parts(release)
    found = set()
    for item in items:
        one = ItemAsked(item.key, item.on, item.originator_id, item.kind)
        spoken = other in speaks_of.get(item.key, ())
        permitted = spoken and any(asked.is_covered(facts, one) for facts in papers)
        if item.on and permitted and not agreements_of([other], asked, one):
            found.add(item.on)
    return sorted(found)


NOTHING = Block("", "")


def block_of(release: Release) -> Block:
    """Why a release that waits may not leave as it is; without words while nothing stands against it."""
    return blocked_among([release]).get(release.pk, NOTHING)


def with_blocks(lines: Sequence[Line]) -> list[Line]:
    """Lines of releases, each that is blocked saying so and offering nothing but a look."""
    blocked = stopped_among([line.release for line in lines])
    return [_with_block(line, blocked.get(line.release.pk)) for line in lines]


def _with_block(line: Line, block: Block | None) -> Line:
    if block is None:
        return line
    href, button = block.settle or page("release-open", line.release.pk), block.button or "Open"
    return replace(line, blocked=block.words, waits_on="", words="", button=button, href=href, mine=False)


def covers_blocked(covers: Collection[vault.PackageCover]) -> dict[UUID, Block]:
    """Of these packages of psychotherapy notes, those that may not leave as they are, by the package's id."""
    ended = _authorizations_ended(cover.authorization_id for cover in covers)
    blocked = {pk: OTHERS_MISSING for pk in lacking_others(covers)}
    ends = {cover.id: _ended(ended[cover.authorization_id]) for cover in covers if cover.authorization_id in ended}
    return blocked | ends


def covers_with_blocks(
    covers: Sequence[tuple[vault.PackageCover, Patient]],
) -> list[tuple[vault.PackageCover, Patient, str]]:
    """Covers of packages of psychotherapy notes, each with why it may not leave any more, or ""."""
    blocked = covers_blocked([cover for cover, _ in covers])
    return [(cover, patient, blocked[cover.id].words if cover.id in blocked else "") for cover, patient in covers]


def blocked_steps(steps: list[dict[str, str]], block: Block) -> list[dict[str, str]]:
    """The steps of a release that is blocked: its next step says why, and offers only what settles it."""
    found = next((index for index, step in enumerate(steps) if step["state"] == "next"), None)
    if found is None:
        return steps
    settle = {"href": block.settle, "button": block.button}
    stopped = steps[found] | {"state": "refused", "words": f"Blocked. {block.words}"} | settle
    return [*steps[:found], stopped, *steps[found + 1 :]]
