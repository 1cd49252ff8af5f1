"""How far a release is, in words: step by step on its own page, and as one line of a list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from practice.infrastructure.pages import page
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff
from practice.people.rules import Role
from records.psychotherapy import vault

from ..models import Release
from ..policies import releases_visible_to
from ..rules import CameBack, Method, ReleaseState
from .papers import COMPELLED, PAPER


def verdict_words(release: Release) -> str:
    """What the gate said of a disclosure that was recorded after the fact, in a sentence; "" of any other."""
    if release.state != ReleaseState.RECORDED:
        return ""
    if release.awaits_completion:
        return "Only the minimum stands here. The gate is asked once the record is complete."
    if release.verdict.get("rule_result") != "allow":
        return "Nothing allowed it as recorded. It is entered as a mistake, and the compliance officer looks at it."
    if release.verdict.get("policy_result") != "allow":
        return "The law allowed it. It was against a policy of the practice, and the compliance officer looks at it."
    return "It was allowed as recorded."


def steps_of(release: Release, entry: Entry | None, *, may_approve: bool) -> list[dict[str, str]]:
    """The order of a release as steps for its page: done, next, waiting or not needed, each with its words.

    `may_approve`: whether who looks at it may read and approve it; nobody else gets the button.
    """
    stopped = release.state == ReleaseState.WITHDRAWN
    prepared = _step("Prepared", "done", f"By {_name(release.prepared_by)}, {_when(release.prepared_at)}.")
    return [
        *([] if _is_compelled(release) else [prepared]),  # two people began it; who packed it stands in the next step
        _approval(release, stopped, may_approve),
        _commit(release, entry, stopped),
        _given_out(release, stopped),
        _delivery(release, stopped),
    ]


def _step(title: str, state: str, words: str, href: str = "", button: str = "") -> dict[str, str]:
    return {"title": title, "state": state, "words": words, "href": href, "button": button}


def _is_compelled(release: Release) -> bool:
    """Whether two people had it packed because a law or a court compels it, and not its author under a paper."""
    return bool(release.facts.get(COMPELLED))


def _approval(release: Release, stopped: bool, may_approve: bool) -> dict[str, str]:
    title = "Read and approved"
    if _is_compelled(release):
        words = f"Carried out by {_name(release.approved_by)}, {_when(release.approved_at)}."
        return _step("Compelled: packed by two people, shown to neither", "done", words)
    if release.is_notes and release.approved_by_id != release.approver_id:
        title = "Approved by the custodian, without reading"
    if release.approved_at:
        return _step(title, "done", f"By {_name(release.approved_by)}, {_when(release.approved_at)}.")
    if stopped:
        return _step(title, "not-needed", "Withdrawn before it was approved.")
    asked = day_words(release.prepared_at)
    if not may_approve:
        words = f"Waiting on {_name(release.approver)}, who was asked on {asked}."
        if release.emergency:
            words += " Any clinician who treats the patient may approve it."
        return _step(title, "next", words)
    words = f"{_name(release.approver)} was asked on {asked}."
    return _step(title, "next", words, page("release-approve", release.pk), "Read and approve")


def _commit(release: Release, entry: Entry | None, stopped: bool) -> dict[str, str]:
    title = "Hand-over entered in the ledger"
    if release.committed_at:
        number = f" Ledger entry {entry.index}." if entry else ""
        by = "By the link of" if release.method == Method.DOWNLOAD else "By"
        return _step(title, "done", f"{by} {_name(release.committed_by)}, {_when(release.committed_at)}.{number}")
    if stopped:
        return _step(
            title,
            "not-needed",
            f"Withdrawn by {_name(release.closed_by)}, {_when(release.closed_at)}: {release.end_reason}",
        )
    if release.state == ReleaseState.APPROVED:
        words = "The package is frozen. The gate is asked once more at the moment of hand-over."
        if release.method == Method.DOWNLOAD:
            words = "The package is frozen. The gate is asked once more when the recipient has passed the link's code."
        return _step(title, "next", words, page("release-hand-over", release.pk), "Hand over")
    return _step(title, "waiting", "After the clinician has approved.")


def _given_out(release: Release, stopped: bool) -> dict[str, str]:
    title = "Package given out"
    if release.served_at:
        return _step(title, "done", f"{_when(release.served_at)}.")
    if stopped or release.state == ReleaseState.NOT_DELIVERED:
        return _step(title, "not-needed", "Nothing was given out.")
    if release.state == ReleaseState.COMMITTED and release.method == Method.DOWNLOAD:
        words = f"The recipient has opened the link and may download the file.{_still_stops(release)}"
        return _step(title, "waiting", words, page("release-link", release.pk), "Make a new link")
    if release.state == ReleaseState.COMMITTED:
        return _step(title, "next", f"Get the package below and hand it over.{_still_stops(release)}")
    return _step(title, "waiting", "After the hand-over is in the ledger.")


def _still_stops(release: Release) -> str:
    """What may still stop bytes that have not left: there is something to revoke only where it was allowed."""
    if release.is_notes and release.facts.get(PAPER):
        return " Until then counsel’s answer, or a court, still stops it."
    return " Until then a revocation still stops it." if release.basis == Basis.B_AUTHORIZATION else ""


def way_words(release: Release) -> str:
    """How it leaves. A package of psychotherapy notes is a locked file however it travels."""
    if release.is_notes and release.package and release.method == Method.MAIL:
        return "Locked file on a medium, by mail"
    return str(release.get_method_display())


def sent_words(release: Release) -> str:
    """What is known of a download whose last byte went out, and no more; "" of any other."""
    return f"Sent whole to the recipient's device {_when(release.sent_whole_at)}" if release.sent_whole_at else ""


def _delivery(release: Release, stopped: bool) -> dict[str, str]:
    title = "Delivered"
    if release.state == ReleaseState.DELIVERED:
        receipt = f" {release.receipt}" if release.receipt else ""
        return _step(title, "done", f"Arrived {day_words(release.closed_on)}.{receipt}")
    if release.state == ReleaseState.NOT_DELIVERED:
        back = f" It came back: {CameBack(release.came_back).label.lower()}." if release.came_back else ""
        return _step(title, "refused", f"Not delivered: {release.end_reason}{back}")
    if stopped:
        return _step(title, "not-needed", "Nothing was given out.")
    if release.served_at:
        words = "Say how it ended. Until then it counts as disclosed; after 24 hours the compliance officer is asked."
        if sent := sent_words(release):
            words = f"{sent}; not confirmed by them. {words}"
        return _step(title, "next", words, page("release-close", release.pk), "Say how it ended")
    return _step(title, "waiting", "After the package was given out.")


def _name(staff: Staff | None) -> str:
    return staff.display_name if staff else "nobody yet"


def _when(at: datetime | None) -> str:
    return f"{day_words(at)}, {time_of_day(at)}" if at else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One release in a list: on whom it waits, since when, and the one next step."""

    release: Release
    waits_on: str
    words: str
    button: str
    href: str
    mine: bool
    blocked: str = ""  # why it may not leave any more, where its authorization has ended or is on hold

    @property
    def exception(self) -> str:
        """What was claimed so that it may leave without what is asked for otherwise; "" where nothing was."""
        release = self.release
        emergency = "For emergency treatment" if release.emergency else ""
        if release.emergency_at:
            emergency += f", called so by {_name(release.emergency_by)}, {_when(release.emergency_at)}"
            emergency += f": {release.emergency_why.rstrip('.')}" if release.emergency_why else ""
        by = _name(release.override_by)
        override = f"Without the patient’s permission, {by}: {release.get_override_code_display()}"
        return ". ".join(filter(None, [emergency, override if release.override_code else ""]))


def line_of(release: Release, staff: Staff) -> Line:
    """A release as a line of the worklist of `staff`."""
    here = page("release-open", release.pk)
    since = day_words(release.prepared_at)
    match release.state:
        case ReleaseState.AWAITING_APPROVAL:
            mine = release.approver_id == staff.pk
            href = page("release-approve", release.pk) if mine else here
            who = "You" if mine else _name(release.approver)
            return Line(release, who, f"to read and approve, asked {since}", "Read" if mine else "Open", href, mine)
        case ReleaseState.APPROVED:
            href = page("release-hand-over", release.pk)
            desk = staff.has_role(Role.FRONT_DESK)
            words = f"package approved {day_words(release.approved_at)}, ready to hand over"
            return Line(release, "You" if desk else "Front desk", words, "Hand over", href, desk)
        case ReleaseState.COMMITTED:
            mine = release.handed_over_by == staff
            who = "You" if mine else _name(release.handed_over_by)
            words = f"to confirm the delivery of {day_words(release.disclosed_on)}"
            if release.sent_whole_at:
                words = f"to confirm: sent whole {day_words(release.sent_whole_at)}, not confirmed by the recipient"
            return Line(release, who, words, "Confirm", here, mine)
    ended = str(ReleaseState(release.state).label)
    return Line(release, "", f"{ended}, not settled yet" if release.unsettled else ended, "Open", here, False)


LINE_NEEDS = ("patient", "approver", "committed_by", "override_by", "emergency_by")
OPEN_STATES = (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED, ReleaseState.COMMITTED)


def lines_of(rows: QuerySet[Release], staff: Staff) -> list[Line]:
    """The same of many, in two queries."""
    found = rows.select_related(*LINE_NEEDS).prefetch_related("taken_over__by")
    return [line_of(row, staff) for row in found]


def open_lines(staff: Staff) -> list[Line]:
    """The releases that wait on somebody, oldest first, as this person may see them."""
    rows = releases_visible_to(staff).filter(state__in=OPEN_STATES).order_by("prepared_at")
    return lines_of(rows, staff)


def ended_lines(staff: Staff) -> list[Line]:
    """The releases that ended within the last thirty days, newest first, as this person may see them."""
    since = timezone.now() - timedelta(days=30)
    rows = releases_visible_to(staff).filter(closed_at__gte=since).order_by("-closed_at")
    return lines_of(rows, staff)


def exceptional_lines(staff: Staff) -> list[Line]:
    """The releases of a year for which an emergency, or a reason to go on without permission (P-14), was claimed."""
    claimed = Q(emergency=True) | ~Q(override_code="")
    since = timezone.now() - timedelta(days=365)
    rows = releases_visible_to(staff).filter(claimed, prepared_at__gte=since).order_by("-prepared_at")
    return lines_of(rows, staff)


def covers_to_hand_over(staff: Staff) -> list[tuple[vault.PackageCover, Patient]]:
    """Packages of psychotherapy notes that this person is named to hand over: covers only, read live."""
    covers = vault.packages_awaiting_hand_over(staff)
    done = set(Release.objects.filter(package__isnull=False).values_list("package", flat=True)) if covers else set()
    patients = Patient.objects.in_bulk([cover.patient for cover in covers])
    return [(cover, patients[cover.patient]) for cover in covers if cover.id not in done and cover.patient in patients]
