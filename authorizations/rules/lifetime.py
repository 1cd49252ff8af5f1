"""Where an authorization stands on a day, what ended it, and how long the paper is kept."""

from collections.abc import Iterable
from datetime import date, datetime

from authorizations.rules.choices import AuthorizationStatus
from authorizations.rules.defect import (
    AUTH_DEFECT_COMPOUND,
    AUTH_DEFECT_CONDITIONED,
    AUTH_DEFECT_EXPIRED,
    AUTH_DEFECT_FALSE,
    AUTH_DEFECT_INCOMPLETE,
    AUTH_DEFECT_REVOKED,
    AUTH_FORM_NOT_APPROVED,
    AUTH_NO_DOCUMENT,
    AUTH_RECORDED_IN_ERROR,
)
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.validity import defects
from practice.infrastructure import days

RETENTION_YEARS = 6
UNUSABLE = frozenset({AUTH_DEFECT_COMPOUND, AUTH_DEFECT_CONDITIONED, AUTH_DEFECT_FALSE, AUTH_FORM_NOT_APPROVED})


def status(
    facts: AuthorizationFacts, on: date, *, at: datetime | None = None, pn_conditioning_forbidden: bool = True
) -> AuthorizationStatus:
    """The one status of R-061 on a day, derived from the facts. Only ACTIVE permits a release.

    The patient's own word comes first: a revoked form says "revoked" whatever else is wrong with it.
    """
    found = defects(facts, on=on, at=at, pn_conditioning_forbidden=pn_conditioning_forbidden)
    codes = {defect.code for defect in found}
    if AUTH_RECORDED_IN_ERROR in codes:
        return AuthorizationStatus.DEFECTIVE
    if not facts.is_signed:
        return _unsigned(facts, on)
    if AUTH_DEFECT_REVOKED in codes:
        return AuthorizationStatus.REVOKED
    if codes & UNUSABLE:
        return AuthorizationStatus.DEFECTIVE
    if AUTH_DEFECT_INCOMPLETE in codes:
        return AuthorizationStatus.SIGNED_INCOMPLETE
    if AUTH_DEFECT_EXPIRED in codes:
        return _how_it_ended(facts, on)
    if is_on_hold(facts, on, at):
        return AuthorizationStatus.ON_HOLD
    if facts.fulfilled_on and facts.fulfilled_on <= on:
        return AuthorizationStatus.FULFILLED
    if AUTH_NO_DOCUMENT in codes:
        return AuthorizationStatus.SIGNED_INCOMPLETE
    return AuthorizationStatus.ACTIVE


def _unsigned(facts: AuthorizationFacts, on: date) -> AuthorizationStatus:
    if facts.put_aside_on and facts.put_aside_on <= on:
        return AuthorizationStatus.PUT_ASIDE
    if facts.declined_on and facts.declined_on <= on:
        return AuthorizationStatus.DECLINED
    return AuthorizationStatus.DRAFT


def _how_it_ended(facts: AuthorizationFacts, on: date) -> AuthorizationStatus:
    if facts.expires_on and days.expiry_passed(facts.expires_on, on):
        return AuthorizationStatus.EXPIRED_DATE
    return AuthorizationStatus.EXPIRED_EVENT


def is_on_hold(facts: AuthorizationFacts, on: date, at: datetime | None) -> bool:
    """Whether an oral revocation held it at an instant, or at the end of a day (P-06, R-054).

    A hold lasts until the patient wrote: from that instant on it is over, and what was asked meanwhile stays refused.
    """
    began = [(held_since, None) for held_since in (facts.held_since,) if held_since]
    holds = [*facts.earlier_holds, *began]
    if at:
        return any(since <= at and (until is None or at < until) for since, until in holds)
    return any(
        days.local_date(since) <= on and (until is None or on < days.local_date(until)) for since, until in holds
    )


def holds_of(
    asked_to_stop: Iterable[datetime], wrote_to_go_on: Iterable[datetime]
) -> tuple[tuple[tuple[datetime, datetime], ...], datetime | None]:
    """Holds that are over, and since when it is held now. In: instants of calls that hold, and of writings that lift.

    A second call while it is held changes nothing; a writing ends whatever hold began before it.
    """
    over: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    marks = sorted([(at, True) for at in asked_to_stop] + [(at, False) for at in wrote_to_go_on])
    for at, stops in marks:
        if stops and since is None:
            since = at
        elif not stops and since is not None:
            over.append((since, at))
            since = None
    return tuple(over), since


def last_in_effect(facts: AuthorizationFacts) -> date | None:
    """The day that ended it or will end it: the first of expiry date, known event, revocation, known false (R-056).

    None while nothing ends it (an event not yet known to have happened).
    """
    revoked_on = days.local_date(facts.revocation_received_at) if facts.revocation_received_at else None
    ends = [facts.expires_on, facts.event_known_on, revoked_on, facts.known_false_on]
    return min((end for end in ends if end), default=None)


def retain_until(facts: AuthorizationFacts) -> date | None:
    """Last day the signed paper must be kept: six years from creation or last effect, the later (164.508(b)(6), R-056).

    None means: keep it, nothing has ended it yet.
    """
    created, ended = facts.signed_on or facts.recorded_on, last_in_effect(facts)
    if created is None or ended is None:
        return None
    return days.years_after(max(created, ended), RETENTION_YEARS)


def copy_due(facts: AuthorizationFacts) -> bool:
    """Whether the signer still must be given a copy: the practice asked for the signature (F2, 164.508(c)(4))."""
    return facts.is_signed and not facts.individual_initiated and facts.copy_given_on is None
