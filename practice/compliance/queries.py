"""The policies as they stand on a day, the practice as it stands on letters, and questions about what belongs where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from practice.people.models import Staff
from practice.people.rules import Role

from .models import BusinessAssociate, PlacementQuestion, PolicySetting, PracticeProfile
from .rules import POLICIES, PolicySpec, PolicyValue


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One policy for a list: its text, its value on the day, and a change that is still to come, if there is one."""

    spec: PolicySpec
    now: PolicyValue
    words: str
    coming: PolicyValue | None
    coming_words: str


def policy(code: str, on: date) -> PolicyValue:
    """The value of one policy on a practice-local day, with the version that a record names. KeyError for no such code.

    Of settings that begin on the same day the one entered last counts.
    """
    return _in_force(PolicySetting.objects.filter(code=POLICIES[code].code), on)[code]


def policies_in_force(on: date) -> dict[str, PolicyValue]:
    """Every policy on a practice-local day, by code; one query."""
    return _in_force(PolicySetting.objects.all(), on)


def policy_lines(on: date) -> list[PolicyLine]:
    """All policies in the order of their codes, as the compliance officer reads them."""
    settings = list(PolicySetting.objects.all())
    values = _in_force(settings, on)
    later = {row.code: _value(row) for row in reversed(_sorted(settings)) if row.from_on > on}
    return [_line(spec, values[code], later.get(code)) for code, spec in POLICIES.items()]


def policy_history(code: str) -> list[PolicySetting]:
    """Every setting of one policy, the newest first."""
    rows = PolicySetting.objects.filter(code=POLICIES[code].code).select_related("set_by")
    return _sorted(rows)[::-1]


def practice_profile() -> PracticeProfile:
    """The practice's name, address, telephone, privacy contact, and the name of its disclosure log."""
    return PracticeProfile.objects.get(pk=1)


def _line(spec: PolicySpec, now: PolicyValue, coming: PolicyValue | None) -> PolicyLine:
    return PolicyLine(
        spec, now, spec.words_for(now.value), coming, spec.words_for(coming.value) if coming is not None else ""
    )


def _in_force(rows: Iterable[PolicySetting], on: date) -> dict[str, PolicyValue]:
    """The last setting of each code that had begun; before the first day, the first setting."""
    found: dict[str, PolicyValue] = {}
    for row in _sorted(rows):
        if row.code not in found or row.from_on <= on:
            found[row.code] = _value(row)
    return found


def _sorted(rows: Iterable[PolicySetting]) -> list[PolicySetting]:
    return sorted(rows, key=lambda row: (row.code, row.from_on, row.set_at))


def _value(row: PolicySetting) -> PolicyValue:
    return PolicyValue(row.code, row.value, str(row.pk), row.from_on)


def placement_questions(staff: Staff) -> QuerySet[PlacementQuestion]:
    """The person's own questions about what belongs where, the newest first; for the compliance officer everybody's."""
    questions = PlacementQuestion.objects.select_related("asked_by", "answered_by")
    return questions if staff.has_role(Role.COMPLIANCE_OFFICER) else questions.filter(asked_by=staff)


def answers_to_read(staff: Staff) -> QuerySet[PlacementQuestion]:
    """Answers to the person's own questions that they have not looked at yet, the oldest first."""
    mine = PlacementQuestion.objects.filter(asked_by=staff, answered_at__isnull=False, seen_at=None)
    return mine.defer("answer").order_by("answered_at")


def associates() -> QuerySet[BusinessAssociate]:
    """Every business associate, those that still work for the practice first."""
    return BusinessAssociate.objects.order_by(F("ended_on").desc(nulls_first=True), "name")


def associates_acting_on(on: date) -> QuerySet[BusinessAssociate]:
    """Business associates who on a day may act on what a patient authorized, and must hear when it is taken back."""
    working = Q(ended_on__isnull=True) | Q(ended_on__gte=on)
    return BusinessAssociate.objects.filter(working, acts_on_authorizations=True)
