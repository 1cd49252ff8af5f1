"""Authorizations that wait to be signed, scanned, entered or renewed."""

from authorizations.queries import AuthorizationLine, ending_soon
from authorizations.queries.signing import awaiting_scan, awaiting_signature, can_be_signed, scans_to_enter
from practice.infrastructure.days import local_date, today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Staff

from ..lines import LOOK_BACK, MOST, Group, Line
from ..links import path_to

LOOK_AHEAD = 30  # days ahead for authorizations that end


def forms_to_sign(staff: Staff) -> Group:
    """Forms prepared within LOOK_BACK days that nobody has signed yet, the oldest first."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            path_to("authorization-sign-paper" if _is_scanned(line) else "authorization-open", line.authorization.pk),
            _next_step(line),
            about=f"Prepared {day(line.authorization.recorded_at)}",
        )
        for line in awaiting_signature(staff, today(), LOOK_BACK)[:MOST]
    ]
    return Group("Forms waiting for a signature", lines)


def _next_step(line: AuthorizationLine) -> str:
    if _is_scanned(line):
        return "Tick off the scan"
    return "Have it signed" if can_be_signed(line) else "Open"


def forms_to_scan(staff: Staff) -> Group:
    """Signed forms of which no scan is on file, the oldest first: nothing can be released under them."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            f"{path_to('authorization-open', line.authorization.pk)}#scan",
            "Add the scan",
            since=local_date(line.authorization.recorded_at),
            about=f"Recorded {day(line.authorization.recorded_at)}, cannot be used yet",
        )
        for line in awaiting_scan(staff, today())[:MOST]
    ]
    return Group("Signed forms without a scan", lines)


def _is_scanned(line: AuthorizationLine) -> bool:
    return line.facts.document_on_file


def scans_entered_later(staff: Staff) -> Group:
    """Scans of signed forms that were filed and not looked at yet, the oldest first."""
    lines = [
        Line(
            row.patient.legal_name,
            "Nothing of what it says is entered yet",
            path_to("authorization-correct", row.pk),
            "Enter what it says",
            since=local_date(row.recorded_at),
            about=f"Filed {day(row.recorded_at)}",
        )
        for row in scans_to_enter(staff)[:MOST]
    ]
    return Group("Scans of authorizations to enter", lines)


def authorizations_ending(staff: Staff) -> Group:
    """Authorizations in effect that end by date within LOOK_AHEAD days, soonest first: time to ask for a new one."""
    lines = [
        Line(
            line.authorization.patient.legal_name,
            f"{line.records} to {line.recipient}",
            path_to("authorization-open", line.authorization.pk),
            due_on=line.authorization.expires_on,
        )
        for line in ending_soon(staff, today(), LOOK_AHEAD)[:MOST]
    ]
    return Group("Authorizations about to end", lines)
