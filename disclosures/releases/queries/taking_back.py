"""What was handed over before an authorization was taken back, what was stopped, and who may read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from authorizations.documents import reason_of
from authorizations.models import Authorization, AuthorizationEvent, RevocationLetter
from authorizations.queries import AuthorizationLine
from authorizations.queries.taking_back import ended_among
from disclosures.ledger.policies import may_see
from disclosures.ledger.queries import Current, history
from disclosures.ledger.rules import Basis
from practice.infrastructure.days import local_date, today
from practice.people.models import Patient, Staff
from records.psychotherapy import vault

from ..models import Release
from ..policies import releases_visible_to
from ..rules import Method, ReleaseState
from .release import Line

A_MINUTE = timedelta(minutes=1)
WAITING = (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED)


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing that was handed over under an authorization, in the words of its ledger entry (R-053).

    `at` is the instant of the first byte, where it is known. `late`: it left after the revocation was received.
    """

    release: Release
    disclosure: Current
    at: datetime | None
    late: bool
    href: str = ""

    @property
    def on(self) -> date:
        return date.fromisoformat(self.disclosure.entry.public["disclosed_on"])

    @property
    def recipient(self) -> str:
        return str(self.disclosure.entry.public["recipient"]["name"])

    @property
    def address(self) -> str:
        return str(self.disclosure.entry.public["recipient"]["address"] or "")

    @property
    def description(self) -> str:
        """What was given and how much of it; no content."""
        return str(self.disclosure.entry.public["what"])

    @property
    def is_notes(self) -> bool:
        return self.disclosure.includes_pn

    @property
    def came_back(self) -> bool:
        """Whether it is recorded that it did not arrive."""
        return self.disclosure.delivered is False

    @property
    def how(self) -> str:
        return Method(self.release.method).label


def handed_over_under(authorization: Authorization, received_at: datetime) -> list[Handed]:
    """Everything that was handed over in reliance on an authorization, the earliest first, for whoever may know all.

    The ledger says what: an entry corrected since counts as corrected, one withdrawn or entered as impermissible is
    not reliance. What was committed and never given out is not here: it was stopped (`stopped_under`).
    """
    rows = {row.pk: row for row in Release.objects.filter(authorization=authorization)}
    if not rows:
        return []
    found = [
        _handed(rows[one.entry.release_id], one, received_at)
        for one in history(authorization.patient_id).current
        if one.entry.release_id in rows and one.entry.basis == Basis.B_AUTHORIZATION
    ]
    return sorted(filter(None, found), key=lambda one: (one.on, one.disclosure.entry.index))


def _handed(release: Release, disclosure: Current, received_at: datetime) -> Handed | None:
    if release.state == ReleaseState.RECORDED:  # it happened outside the order: the day is known, the instant is not
        on = date.fromisoformat(disclosure.entry.public["disclosed_on"])
        return Handed(release, disclosure, None, on > local_date(received_at))
    if release.served_at is None:
        return None
    # a revocation is recorded to the minute: what left within that minute was entered before it, so it came first
    return Handed(release, disclosure, release.served_at, release.served_at >= received_at + A_MINUTE)


def visible_among(staff: Staff, handed: Sequence[Handed]) -> list[Handed]:
    """Those that this person may see: psychotherapy notes only their author, who handed over, and the officer."""
    asked = [one.release.pk for one in handed]
    seen = set(releases_visible_to(staff).filter(pk__in=asked).values_list("pk", flat=True))
    found = []
    for one in handed:
        if one.release.pk in seen:
            found.append(replace(one, href=reverse("release-open", args=[one.release.pk])))
        elif one.is_notes and may_see(staff, one.disclosure):
            found.append(replace(one, href=reverse("disclosure-open", args=[one.disclosure.entry.pk])))
    return found


@dataclass(frozen=True, slots=True)
class Stopped:
    """Something that waits under an authorization and may not leave any more, as far as this person may see it."""

    to: str
    description: str
    release: Release | None = None
    package: UUID | None = None


def stopped_under(authorization: Authorization, staff: Staff) -> list[Stopped]:
    """What was chosen or approved under an authorization and not handed over, for this person.

    Packages of psychotherapy notes only for those who know of them: their author and whom the author named.
    """
    rows = releases_visible_to(staff).filter(authorization=authorization).order_by("prepared_at")
    waiting = [row for row in rows if is_waiting(row)]
    covers = {cover.id: cover for cover in [*vault.packages_awaiting_hand_over(staff), *_mine(staff)]}
    committed = {row.package for row in rows}
    return [Stopped(row.recipient_name, row.description, release=row) for row in waiting] + [
        Stopped(cover.recipient_name, cover.description, package=cover.id)
        for cover in covers.values()
        if cover.authorization_id == authorization.pk and cover.waiting and cover.id not in committed
    ]


def _mine(staff: Staff) -> list[vault.PackageCover]:
    return vault.my_packages(staff) if staff.is_clinical else []


def is_waiting(release: Release) -> bool:
    """Whether nothing of it has left yet and nobody has ended it."""
    return release.state in WAITING or (release.state == ReleaseState.COMMITTED and release.served_at is None)


def blocked_among(releases: Iterable[Release]) -> dict[UUID, AuthorizationLine]:
    """Of these releases, those that wait under an authorization which permits nothing now, by the release's id."""
    waiting = [row for row in releases if row.authorization_id and is_waiting(row)]
    ended = authorizations_ended(row.authorization_id for row in waiting)
    return {row.pk: ended[row.authorization_id] for row in waiting if row.authorization_id in ended}


def authorizations_ended(ids: Iterable[UUID | None]) -> dict[UUID, AuthorizationLine]:
    """Of these authorizations, those that permit no release at this moment, by id."""
    wanted = {pk for pk in ids if pk}
    return ended_among(wanted, today(), timezone.now()) if wanted else {}


def blocked_words(release: Release) -> str:
    """Why a release that waits may not leave any more, in a sentence; "" while its authorization stands."""
    line = blocked_among([release]).get(release.pk)
    return reason_of(line) if line else ""


def with_blocks(lines: Sequence[Line]) -> list[Line]:
    """Lines of releases, each that is blocked saying so and offering nothing but a look."""
    blocked = blocked_among([line.release for line in lines])
    return [_with_block(line, blocked.get(line.release.pk)) for line in lines]


def _with_block(line: Line, ended: AuthorizationLine | None) -> Line:
    if ended is None:
        return line
    href = reverse("release-open", args=[line.release.pk])
    return replace(line, blocked=reason_of(ended), waits_on="", words="", button="Open", href=href, mine=False)


Covers = Sequence[tuple[vault.PackageCover, Patient]]


def covers_with_blocks(covers: Covers) -> list[tuple[vault.PackageCover, Patient, str]]:
    """Covers of packages of psychotherapy notes, each with why it may not leave any more, or ""."""
    ended = authorizations_ended(cover.authorization_id for cover, _ in covers)
    return [
        (cover, patient, reason_of(ended[cover.authorization_id]) if cover.authorization_id in ended else "")
        for cover, patient in covers
    ]


def blocked_steps(steps: list[dict[str, str]], words: str) -> list[dict[str, str]]:
    """The steps of a release that is blocked: its next step says why, and offers nothing to press."""
    found = next((index for index, step in enumerate(steps) if step["state"] == "next"), None)
    if found is None:
        return steps
    stopped = steps[found] | {"state": "refused", "words": f"Blocked. {words}", "href": "", "button": ""}
    return [*steps[:found], stopped, *steps[found + 1 :]]


def letters_of(event: AuthorizationEvent) -> list[RevocationLetter]:
    """Confirmations made of one revocation, the newest first; without their bytes."""
    return list(event.letters.defer("pdf").select_related("made_by", "sent_by"))
