"""Who may do what, who may keep psychotherapy notes, and who acts for a patient: as tables."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.people.rules import (
    MAY,
    Act,
    CareRole,
    LicenseKind,
    RepresentationFacts,
    RepresentativeKind,
    Role,
    age_on,
    declined_periods,
    ground_on,
    in_force,
    is_declined,
    may,
    may_keep_psychotherapy_notes,
    patient_number_from,
    refusal_to_care,
    refusal_to_represent,
)

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Held:
    kind: str
    expires_on: date
    issued_on: date | None = None


LCSW = Held(LicenseKind.CLINICAL_SOCIAL_WORKER, date(2027, 3, 31))
TRAINEE = Held(LicenseKind.SUPERVISED_TRAINEE, date(2027, 6, 30))


class TestRoles:
    @pytest.mark.parametrize("role", list(Role))
    def test_every_role_stands_in_the_matrix(self, role: Role) -> None:
        assert MAY[role]

    def test_an_administrator_manages_staff_and_reads_their_own_accesses_and_nothing_else(self) -> None:
        assert MAY[Role.ADMINISTRATOR] == {Act.STAFF_MANAGE, Act.AUDIT_READ_OWN}

    @pytest.mark.parametrize(
        ("act", "roles"),
        [
            (Act.CHART_IN_CARE, {Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR}),
            (Act.CHART_FOR_REQUEST, {Role.COMPLIANCE_OFFICER}),
            (Act.DEMOGRAPHICS_ALL, {Role.FRONT_DESK, Role.COMPLIANCE_OFFICER}),
            (Act.AUDIT_READ_ALL, {Role.COMPLIANCE_OFFICER}),
            (Act.STAFF_MANAGE, {Role.ADMINISTRATOR}),
            (Act.POLICY_CHANGE, {Role.COMPLIANCE_OFFICER}),
            (Act.ACCOUNTING_PREPARE, {Role.COMPLIANCE_OFFICER}),
            (Act.DOCUMENT_FILE, {Role.FRONT_DESK}),
        ],
    )
    def test_the_acts_that_open_much_belong_to_exactly_these_roles(self, act: Act, roles: set[Role]) -> None:
        assert {role for role in Role if may([role], act)} == roles

    def test_several_roles_add_up_and_an_unknown_one_adds_nothing(self) -> None:
        assert may([Role.TRAINEE, Role.ADMINISTRATOR], Act.STAFF_MANAGE)
        assert not may(["owner", "superuser", ""], Act.STAFF_MANAGE)
        assert not may([], Act.AUDIT_READ_OWN)


class TestPatientNumber:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [("20388", 20388), (" 20388 ", 20388), ("#20388", 20388), ("No. 20388", 20388), ("20 388", 20388)],
    )
    def test_a_number_is_read_as_people_type_it(self, typed: str, number: int) -> None:
        assert patient_number_from(typed) == number

    @pytest.mark.parametrize("typed", ["", "Lindqvist", "20388a", "-1", "1.5", "٢٠٣٨٨", "1234567890", "²"])
    def test_anything_else_is_not_a_number(self, typed: str) -> None:
        assert patient_number_from(typed) is None


class TestDates:
    def test_both_ends_are_inclusive(self) -> None:
        assert in_force(TODAY, TODAY, TODAY)
        assert not in_force(TODAY, TODAY, TODAY + timedelta(days=1))
        assert not in_force(TODAY, None, TODAY - timedelta(days=1))

    @given(st.dates(), st.dates(), st.dates())
    def test_nothing_holds_outside_its_dates(self, start: date, end: date, on: date) -> None:
        assert in_force(start, end, on) == (start <= on <= end)


class TestLicense:
    """P-04: an active license, or a registered supervised trainee."""

    @pytest.mark.parametrize(
        ("held", "roles", "supervised", "on", "policy", "code"),
        [
            ([LCSW], [Role.CLINICIAN], False, TODAY, True, None),
            ([LCSW], [Role.CLINICIAN], False, date(2027, 3, 31), True, None),
            ([LCSW], [Role.CLINICIAN], False, date(2027, 4, 1), True, "PN_LICENSE_EXPIRED"),
            ([replace(LCSW, issued_on=date(2026, 12, 1))], [Role.CLINICIAN], False, TODAY, True, "PN_LICENSE_EXPIRED"),
            ([], [Role.CLINICIAN], True, TODAY, True, "PN_LICENSE_MISSING"),
            ([TRAINEE], [Role.TRAINEE], True, TODAY, True, None),
            ([TRAINEE], [Role.TRAINEE], False, TODAY, True, "PN_TRAINEE_UNSUPERVISED"),
            ([TRAINEE], [Role.TRAINEE], True, date(2027, 7, 1), True, "PN_LICENSE_EXPIRED"),
            ([LCSW], [Role.FRONT_DESK], True, TODAY, True, "PN_NOT_A_CLINICIAN"),
            ([LCSW], [Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER], True, TODAY, False, "PN_NOT_A_CLINICIAN"),
            ([], [Role.CLINICIAN], False, TODAY, "provider_flag", None),
            ([], [Role.CLINICIAN], False, TODAY, "something else", "PN_LICENSE_MISSING"),
        ],
    )
    def test_who_may_keep_psychotherapy_notes(
        self, held: list[Held], roles: list[Role], supervised: bool, on: date, policy: object, code: str | None
    ) -> None:
        refusal = may_keep_psychotherapy_notes(held, roles, supervised, on, policy)
        assert (refusal.code if refusal else None) == code


CARE = {
    "care_role": CareRole.TREATING,
    "staff_roles": [Role.CLINICIAN],
    "staff_active": True,
    "from_on": TODAY,
    "until_on": None,
    "patient_closed_on": None,
    "supervisors_in_force": False,
    "on": TODAY,
}


class TestCare:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({}, None),
            ({"staff_active": False}, "CARE_STAFF_INACTIVE"),
            ({"staff_roles": [Role.ADMINISTRATOR, Role.FRONT_DESK]}, "CARE_WRONG_ROLE"),
            ({"care_role": CareRole.SUPERVISOR}, "CARE_WRONG_ROLE"),
            ({"care_role": CareRole.SUPERVISOR, "staff_roles": [Role.SUPERVISOR]}, None),
            ({"care_role": CareRole.TRAINEE, "staff_roles": [Role.TRAINEE]}, "CARE_TRAINEE_ALONE"),
            ({"care_role": CareRole.TRAINEE, "staff_roles": [Role.TRAINEE], "supervisors_in_force": True}, None),
            ({"care_role": CareRole.COVERING}, "CARE_COVER_WITHOUT_END"),
            ({"care_role": CareRole.COVERING, "until_on": TODAY}, None),
            ({"from_on": TODAY, "until_on": TODAY - timedelta(days=1)}, "CARE_ENDS_BEFORE_START"),
            ({"from_on": date(2026, 1, 1), "until_on": date(2026, 11, 20)}, "CARE_ALREADY_OVER"),
            ({"patient_closed_on": date(2026, 1, 1)}, "CARE_PATIENT_CLOSED"),
            (
                {"patient_closed_on": date(2026, 1, 1), "care_role": CareRole.COVERING, "until_on": TODAY},
                None,  # a closed patient's chart may still need somebody for a request
            ),
        ],
    )
    def test_who_may_be_given_a_chart(self, change: dict[str, object], code: str | None) -> None:
        refusal = refusal_to_care(**(CARE | change))  # type: ignore[arg-type]
        assert (refusal.code if refusal else None) == code


FACTS = RepresentationFacts(
    kind=RepresentativeKind.PARENT,
    from_on=date(2020, 1, 1),
    until_on=None,
    declined=False,
    birth_date=date(2012, 5, 1),
    died_on=None,
    minor_consents_alone=False,
)
ADULT = date(1980, 1, 1)
OF_AGE = date(2006, 5, 1)  # eighteen on 2024-05-01


class TestRepresentatives:
    """R-145, 45 CFR 164.502(g)."""

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({}, None),
            ({"minor_consents_alone": True}, "PR_MINOR_ACTS_ALONE"),  # M1 to M3
            ({"kind": RepresentativeKind.GUARDIAN, "minor_consents_alone": True}, "PR_MINOR_ACTS_ALONE"),
            ({"birth_date": ADULT}, "PR_ADULT"),
            ({"birth_date": None}, "PR_BIRTH_DATE_UNKNOWN"),
            ({"birth_date": ADULT, "kind": RepresentativeKind.GUARDIAN}, None),  # appointed for the adult
            ({"birth_date": None, "kind": RepresentativeKind.GUARDIAN}, None),
            # guardian, or in loco parentis, of the child she was; and appointed anew since the birthday itself
            ({"birth_date": OF_AGE, "kind": RepresentativeKind.GUARDIAN}, "PR_OF_A_MINOR"),
            ({"birth_date": OF_AGE, "kind": RepresentativeKind.OTHER_PR}, "PR_OF_A_MINOR"),
            ({"birth_date": OF_AGE, "kind": RepresentativeKind.HEALTH_CARE_AGENT}, None),
            ({"birth_date": OF_AGE, "kind": RepresentativeKind.GUARDIAN, "from_on": date(2024, 5, 1)}, None),
            ({"kind": RepresentativeKind.OTHER_PR}, None),
            ({"kind": RepresentativeKind.OTHER_PR, "minor_consents_alone": True}, "PR_MINOR_ACTS_ALONE"),
            ({"kind": RepresentativeKind.HEALTH_CARE_AGENT, "minor_consents_alone": True}, "PR_MINOR_ACTS_ALONE"),
            ({"birth_date": ADULT, "kind": RepresentativeKind.GUARDIAN, "minor_consents_alone": True}, None),
            ({"birth_date": ADULT, "kind": RepresentativeKind.HEALTH_CARE_AGENT}, None),
            ({"kind": RepresentativeKind.EXECUTOR_ADMINISTRATOR}, "PR_NO_ESTATE"),
            ({"kind": RepresentativeKind.EXECUTOR_ADMINISTRATOR, "died_on": TODAY}, None),
            (
                {
                    "kind": RepresentativeKind.EXECUTOR_ADMINISTRATOR,
                    "died_on": TODAY,
                    "minor_consents_alone": True,
                },
                None,
            ),
            ({"died_on": TODAY}, "PR_ENDED_BY_DEATH"),
            ({"kind": RepresentativeKind.HEALTH_CARE_AGENT, "died_on": TODAY}, "PR_ENDED_BY_DEATH"),
            ({"declined": True}, "PR_DECLINED"),  # (g)(5), despite everything else
            ({"from_on": date(2027, 1, 1)}, "PR_NOT_YET"),
            ({"until_on": date(2026, 11, 20)}, "PR_ENDED"),
            ({"until_on": TODAY}, None),
        ],
    )
    def test_who_acts_as_the_individual(self, change: dict[str, object], code: str | None) -> None:
        refusal = refusal_to_represent(replace(FACTS, **change), TODAY)  # type: ignore[arg-type]
        assert (refusal.code if refusal else None) == code

    @pytest.mark.parametrize(
        ("decisions", "declined_on"),
        [
            ("", []),
            ("5+", [5, 6, 7, 8]),
            ("5+ 7-", [5, 6]),
            ("5+ 5-", []),
            ("5+ 6- 8+", [5, 8]),
            ("5+ 6+ 7-", [5, 6]),
            ("5- 6+", [6, 7, 8]),
        ],
    )
    def test_a_decision_holds_from_its_day_until_the_day_it_is_taken_back(
        self, decisions: str, declined_on: list[int]
    ) -> None:
        made = [(date(2026, 3, int(one[0])), one[1] == "+") for one in decisions.split()]
        periods = declined_periods(made)
        assert [day for day in range(4, 9) if is_declined(periods, date(2026, 3, day))] == declined_on

    @pytest.mark.parametrize(
        ("decisions", "day", "ground"),
        [
            ([], 5, ""),
            ([(3, "M1")], 2, ""),
            ([(3, "M1")], 3, "M1"),
            ([(3, "M1"), (6, "")], 5, "M1"),
            ([(3, "M1"), (6, "")], 6, ""),
            ([(3, "M1"), (6, ""), (8, "M3")], 4, "M1"),  # a second time leaves the first as it was
            ([(3, "M1"), (6, ""), (8, "M3")], 7, ""),
            ([(3, "M1"), (5, "EMANCIPATED")], 5, "EMANCIPATED"),
            ([(6, "M1"), (4, "M1")], 4, "M1"),  # it turned out to be earlier
        ],
    )
    def test_a_minor_acts_alone_from_the_day_of_the_ground_until_it_ends(
        self, decisions: list[tuple[int, str]], day: int, ground: str
    ) -> None:
        assert ground_on([(date(2026, 3, on), why) for on, why in decisions], date(2026, 3, day)) == ground

    def test_who_acts_for_a_minor_does_so_until_the_day_before_the_eighteenth_birthday(self) -> None:
        ends = {"PARENT": "PR_ADULT", "GUARDIAN": "PR_OF_A_MINOR", "OTHER_PR": "PR_OF_A_MINOR"}
        for kind, code in ends.items():
            born = replace(FACTS, birth_date=date(2008, 11, 22), kind=kind)
            assert refusal_to_represent(born, date(2026, 11, 21)) is None
            assert refusal_to_represent(born, date(2026, 11, 22)).code == code  # type: ignore[union-attr]

    def test_somebody_born_on_a_leap_day_comes_of_age_on_the_first_of_march(self) -> None:
        assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
        assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
