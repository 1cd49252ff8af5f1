"""What was handed over before an authorization was taken back, what was stopped, and who may read it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from authorizations.models import Authorization, AuthorizationEvent, RevocationLetter
from authorizations.queries import same_paper
from authorizations.queries.taking_back import facts_among
from authorizations.rules import same_words
from disclosures.ledger.policies import may_see
from disclosures.ledger.queries import Current, history
from disclosures.ledger.rules import Basis
from practice.infrastructure.days import local_date, today
from practice.infrastructure.pages import page
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.models import Staff
from records.chart.queries.group_notes import joint_notes_about
from records.psychotherapy import vault
from records.psychotherapy.queries import days_missing

from ..models import Release, Reliance
from ..policies import releases_visible_to
from ..rules import Method, ReleaseState
from .blocked import FROZEN, days_without, is_waiting

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing that was handed over under an authorization, in the words of its ledger entry (R-053).

    `at` is the instant of the first byte, where it is known. `late`: it left after the revocation was received.
    `joint`: it was another patient's release, of records of joint or group sessions on these days that speak of this
    one too (R-008). Whose it was, and what else left with it, is not said then.
    """

    release: Release
    disclosure: Current
    at: datetime | None
    late: bool
    href: str = ""
    under: Authorization | None = None
    joint: tuple[date, ...] = ()

    @property
    def on(self) -> date:
        return date.fromisoformat(self.disclosure.entry.public["disclosed_on"])

    @property
    def recipient(self) -> str:
        name = str(self.disclosure.entry.public["recipient"]["name"])
        if self.under and self.under.recipient_class and same_words(name, self.release.patient.legal_name):
            return self.under.recipient_class  # as they wrote it themselves: the other patient is named nowhere
        return name

    @property
    def address(self) -> str:
        return (
            str(self.disclosure.entry.public["recipient"]["address"] or "")
            if not self.under
            else (self.under.recipient_address)
        )

    @property
    def description(self) -> str:
        """What was given and how much of it; no content."""
        if self.under:
            return f"{joint_records(self.is_notes, self.joint)} that speak of the patient"
        return str(self.disclosure.entry.public["what"])

    @property
    def to_the_patient(self) -> str:
        """The same, as a letter to the patient says it."""
        return f"{joint_records(self.is_notes, self.joint)} that speak of you" if self.under else self.description

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


def joint_records(notes: bool, days: Collection[date]) -> str:
    """Records of joint and group sessions by the days of the sessions alone."""
    of = f"the joint or group session{'' if len(days) == 1 else 's'} of {' and '.join(map(day_words, sorted(days)))}"
    return f"{'Psychotherapy notes' if notes else 'Records'} of {of}"


def handed_over_under(authorization: Authorization, received_at: datetime) -> list[Handed]:
    """Everything that was handed over in reliance on an authorization, the earliest first, for whoever may know all.

    The ledger says what: an entry corrected since counts as corrected, one withdrawn or entered as impermissible is
    not reliance. What was committed and never given out is not here: it was stopped (`stopped_under`). With it comes
    what left of another patient's record because this authorization agreed to it as well. What left before it was
    corrected here left under the same paper.
    """
    papers = same_paper(authorization)
    rows = {row.pk: row for row in Release.objects.filter(authorization__in=papers)}
    own = history(authorization.patient_id).current if rows else ()
    found = [
        _handed(rows[one.entry.release_id], one, received_at)
        for one in own
        if one.entry.release_id in rows and one.entry.basis == Basis.B_AUTHORIZATION
    ]
    found += _handed_jointly(authorization, papers, received_at)
    return sorted(filter(None, found), key=lambda one: (one.on, one.disclosure.entry.index))


def _handed_jointly(authorization: Authorization, papers: Collection[UUID], received_at: datetime) -> Iterator[Handed]:
    relied = defaultdict[UUID, list[Reliance]](list)
    for row in Reliance.objects.filter(authorization__in=papers, given_out=True).order_by("at"):
        relied[row.release_id].append(row)
    releases = Release.objects.filter(pk__in=relied).select_related("patient").in_bulk()
    own = history(authorization.patient_id).current if releases else ()
    entered = {one.entry.release_id for one in own}  # their own entry of it, where they have one
    whose = {release.patient_id for release in releases.values() if release.pk not in entered}
    for one in (*own, *(one for patient_id in sorted(whose) for one in history(patient_id).current)):
        release = releases.get(one.entry.release_id)
        if release is None or one.entry.basis == Basis.B_IMPERMISSIBLE:
            continue
        if (one.entry.patient_id == authorization.patient_id) == (release.pk in entered):
            rows = relied[release.pk]
            at, days = rows[0].at, {day for row in rows for day in row.days}
            late = at >= received_at + A_MINUTE
            yield Handed(release, one, at, late, under=authorization, joint=tuple(sorted(days)))


def _handed(release: Release, disclosure: Current, received_at: datetime) -> Handed | None:
    if release.state == ReleaseState.RECORDED:  # it happened outside the order: the day is known, the instant is not
        on = date.fromisoformat(disclosure.entry.public["disclosed_on"])
        return Handed(release, disclosure, None, on > local_date(received_at))
    if release.served_at is None:
        return None
    # a revocation is recorded to the minute: what left within that minute was entered before it, so it came first
    return Handed(release, disclosure, release.served_at, release.served_at >= received_at + A_MINUTE)


def visible_among(staff: Staff, handed: Sequence[Handed]) -> list[Handed]:
    """Those that this person may see: psychotherapy notes only their author, who handed over, and the officer.

    Another patient's release is linked for who may see it, and told without a link to everybody else here.
    """
    asked = [one.release.pk for one in handed]
    seen = set(releases_visible_to(staff).filter(pk__in=asked).values_list("pk", flat=True))
    found = []
    for one in handed:
        if one.release.pk in seen:
            found.append(replace(one, href=page("release-open", one.release.pk)))
        elif one.is_notes and may_see(staff, one.disclosure):
            found.append(replace(one, href=page("disclosure-open", one.disclosure.entry.pk)))
        elif one.under and not one.is_notes:
            found.append(one)
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

    Packages of psychotherapy notes only for those who know of them: their author and whom the author named. Packages of
    other patients that wait for this agreement too are told by the days of the sessions alone.
    """
    visible = releases_visible_to(staff).select_related("patient", "authorization").order_by("prepared_at")
    papers = same_paper(authorization)
    rows = visible.filter(authorization__in=papers)
    known = {cover.id: cover for cover in [*vault.packages_awaiting_hand_over(staff), *_mine(staff)]}
    waiting = [cover for cover in known.values() if cover.waiting]
    committed = set(Release.objects.filter(package__in=known).values_list("package", flat=True))
    covers = [cover for cover in waiting if cover.id not in committed]
    return [
        *(Stopped(row.recipient_name, row.description, release=row) for row in rows if is_waiting(row)),
        *(
            Stopped(cover.recipient_name, cover.description, package=cover.id)
            for cover in covers
            if cover.authorization_id in papers
        ),
        *_stopped_jointly(authorization, papers, visible.exclude(patient=authorization.patient), covers),
    ]


def _stopped_jointly(
    authorization: Authorization,
    papers: Collection[UUID],
    visible: QuerySet[Release],
    covers: Iterable[vault.PackageCover],
) -> Iterator[Stopped]:
    facts, other = facts_among(papers, today()), authorization.patient_id
    about = joint_notes_about(authorization.patient).values("pk")
    in_chart = Q(items__kind="note", items__removed=False, items__object_id__in=about)
    counted = Q(reliances__authorization__in=papers)  # the notes of a committed package are not looked into
    for row in visible.filter(in_chart | counted, state__in=FROZEN, served_at=None).distinct():
        if days := days_without(facts, other, row):
            yield Stopped(row.recipient_name, joint_records(row.is_notes, days), release=row)
    for cover in covers:
        if days := days_missing(cover, facts, other):
            yield Stopped(cover.recipient_name, joint_records(True, days), package=cover.id)


def _mine(staff: Staff) -> list[vault.PackageCover]:
    return vault.my_packages(staff) if staff.is_clinical else []


def letters_of(event: AuthorizationEvent) -> list[RevocationLetter]:
    """Confirmations made of one revocation, the newest first; without their bytes."""
    return list(event.letters.defer("pdf").select_related("made_by", "sent_by"))
