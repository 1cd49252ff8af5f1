"""Worked examples W-01 to W-14, W-28, W-30 and W-31 of the rules reference, with exactly their dates."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosures.ledger import bases, rules
from disclosures.ledger.bases import Basis, Exemption
from disclosures.ledger.rules import AccountingPolicy, Disclosure, PnScope, Reason, Suspension, SuspensionKind

RULE_ALONE = AccountingPolicy(pn_scope=PnScope.RULE_ONLY)
DEFAULT = AccountingPolicy()
DAYS = st.dates(date(1980, 1, 1), date(2090, 12, 31))


def d(text):
    return date.fromisoformat(text)


def entry(day, basis=Basis.B_COURT_ORDER, **more):
    facts = {"recipient": "Circuit Court", "description": "Progress notes", "purpose": "Case 23-L-204"} | more
    return Disclosure(id=uuid4(), disclosed_on=d(day), basis=basis, **facts)


def account(entries, requested, *, received=None, provided=None, asked_from=None, asked_to=None, policy=DEFAULT):
    period = rules.window(d(requested), d(received or requested), asked_from, asked_to)
    on = d(provided or received or requested)
    return rules.account(entries, period, on=on, policy=policy, requested_on=d(requested))


def listed(selection):
    return [entry.disclosed_on.isoformat() for entry, decision in selection.decisions if decision.listed]


def written(statement, until=None, *, received=None, **more):
    return Suspension(
        SuspensionKind.SUSP_WRITTEN, d(statement), d(received or statement), d(until) if until else None, **more
    )


def oral(statement):
    return Suspension(SuspensionKind.SUSP_ORAL, d(statement), d(statement))


COURT_DAYS = ["2020-11-20", "2020-11-21", "2026-11-20"]


@pytest.mark.parametrize(
    ("case", "disclosed", "requested", "received", "asked", "start", "end", "expected"),
    [
        ("W-01 both edges", COURT_DAYS, "2026-11-21", None, (None, None),
         "2020-11-21", "2026-11-21", ["2020-11-21", "2026-11-20"]),
        ("W-02 shorter period", [*COURT_DAYS, "2025-06-01"], "2026-11-21", None, ("2025-01-01", "2025-12-31"),
         "2025-01-01", "2025-12-31", ["2025-06-01"]),
        ("W-02 start clamped", COURT_DAYS, "2026-11-21", None, ("2018-01-01", None),
         "2020-11-21", "2026-11-21", ["2020-11-21", "2026-11-20"]),
        ("W-03 leap-day request", ["2022-02-27", "2022-02-28"], "2028-02-29", None, (None, None),
         "2022-02-28", "2028-02-29", ["2022-02-28"]),
        ("W-04 leap-day disclosure, in", ["2024-02-28", "2024-02-29"], "2030-02-28", None, (None, None),
         "2024-02-28", "2030-02-28", ["2024-02-28", "2024-02-29"]),
        ("W-04 leap-day disclosure, out", ["2024-02-28", "2024-02-29"], "2030-03-01", None, (None, None),
         "2024-03-01", "2030-03-01", []),
        ("W-05 dated before received", ["2020-11-19"], "2026-11-18", "2026-11-21", (None, None),
         "2020-11-18", "2026-11-21", ["2020-11-19"]),
    ],
)  # fmt: skip
def test_period(case, disclosed, requested, received, asked, start, end, expected):
    asked_from, asked_to = (d(day) if day else None for day in asked)
    selection = account(
        [entry(day) for day in disclosed], requested, received=received, asked_from=asked_from, asked_to=asked_to
    )
    assert (selection.period.start, selection.period.end) == (d(start), d(end)), case
    assert listed(selection) == expected, case


def test_w05_response_is_due_sixty_days_after_receipt():
    assert rules.accounting_due(d("2026-11-21")) == d("2027-01-20")


@pytest.mark.parametrize(
    ("sent", "reason", "promised", "before", "defects"),
    [
        ("2027-01-20", "Records are in storage", "2027-02-19", False, []),
        ("2027-01-21", "Records are in storage", "2027-02-19", False, ["TOO_LATE"]),
        ("2027-01-20", "Records are in storage", "2027-02-20", False, ["TOO_LONG"]),
        ("2027-01-20", "Records are in storage", "2027-02-19", True, ["SECOND"]),
        ("2027-01-20", "  ", None, False, ["NO_REASON", "NO_DATE"]),
    ],
)
def test_w06_extension(sent, reason, promised, before, defects):
    found = rules.extension_defects(
        d("2026-11-21"), sent_on=d(sent), reason=reason, promised_on=promised and d(promised), extended_before=before
    )
    assert found == defects


PN_TO_LAWYER = {"basis": Basis.B_AUTHORIZATION, "recipient": "Alvarez & Stone", "includes_pn": True}


def test_w07_psychotherapy_notes_under_authorization_are_listed_by_policy_alone():
    notes = entry("2025-05-10", **PN_TO_LAWYER)
    by_rule, by_policy = (account([notes], "2026-11-21", policy=policy) for policy in (RULE_ALONE, DEFAULT))
    assert by_rule.decisions[0][1] == rules.Decision(False, Reason.EXEMPT, Exemption.ACX_AUTHORIZATION)
    assert by_policy.decisions[0][1] == rules.Decision(True, Reason.POLICY_PN, Exemption.ACX_AUTHORIZATION)
    assert by_policy.form.single == (notes,)
    made = rules.accountability(Basis.B_AUTHORIZATION, includes_pn=True, via_ehr=False, policy=DEFAULT)
    assert (made.rule_accountable, made.exemption, made.policy_flag) == (False, Exemption.ACX_AUTHORIZATION, "P-02")


def test_w08_chart_under_authorization_is_listed_under_neither():
    chart = entry("2025-05-10", Basis.B_AUTHORIZATION)
    assert listed(account([chart], "2026-11-21", policy=RULE_ALONE)) == []
    assert listed(account([chart], "2026-11-21")) == []


def monthly(first_year, first_month, count):
    months = [first_year * 12 + first_month - 1 + n for n in range(count)]
    return [f"{m // 12}-{m % 12 + 1:02}-05" for m in months]


MEDICAID = {"basis": Basis.B_OVERSIGHT, "recipient": "State Medicaid Agency", "purpose": "program audit 14"}


def test_w09_repeated_disclosures_are_summarised():
    days = monthly(2020, 9, 75)
    assert (days[0], days[-1]) == ("2020-09-05", "2026-11-05")
    form = account([entry(day, **MEDICAID) for day in days], "2026-11-21").form
    (group,) = form.groups
    assert (group.first.disclosed_on, group.number, group.last_on, group.rhythm) == (
        d("2020-12-05"), 72, d("2026-11-05"), "monthly")  # fmt: skip
    assert not form.single


def test_w09_itemising_all_is_also_possible():
    entries = [entry(day, **MEDICAID) for day in monthly(2020, 9, 75)]
    period = rules.window(d("2026-11-21"), d("2026-11-21"))
    form = rules.account(
        entries, period, on=d("2026-11-21"), policy=DEFAULT, requested_on=d("2026-11-21"), summaries=False
    ).form
    assert len(form.single) == 72
    assert not form.groups


@pytest.mark.parametrize(
    "second",
    [
        {"purpose": "program audit 15"},
        {"basis": Basis.B_AUTHORIZATION, "includes_pn": True},
        {"description": "The whole chart"},
        {"address": "Another office"},
        {"includes_pn": True},
    ],
    ids=lambda value: next(iter(value)),
)
def test_w10_no_summary_of_different_things(second):
    entries = [entry("2026-01-05", **MEDICAID), entry("2026-02-05", **(MEDICAID | second))]
    form = account(entries, "2026-11-21").form
    assert not form.groups
    assert len(form.single) == 2


def test_entries_listed_by_policy_are_never_summarised():
    form = account(
        [entry(day, **PN_TO_LAWYER) for day in ("2025-05-10", "2025-06-10", "2025-07-10")], "2026-11-21"
    ).form
    assert len(form.single) == 3


def test_one_left_in_the_period_is_itemised():
    form = account([entry(day, **MEDICAID) for day in ("2020-11-20", "2020-11-21")], "2026-11-21").form
    assert [single.disclosed_on for single in form.single] == [d("2020-11-21")]
    assert not form.groups


def test_w11_written_suspension_omits_until_its_last_day():
    board = entry("2026-03-10", Basis.B_OVERSIGHT, suspensions=(written("2026-03-12", "2026-12-31"),))
    other = entry("2026-03-11")
    assert listed(account([board, other], "2026-06-01", provided="2026-07-01")) == ["2026-03-11"]
    assert listed(account([board, other], "2026-06-01", provided="2026-12-31")) == ["2026-03-11"]
    assert listed(account([board, other], "2026-12-01", provided="2027-01-05")) == ["2026-03-10", "2026-03-11"]


@pytest.mark.parametrize(
    ("statements", "provided", "shown"),
    [
        ([oral("2026-03-01")], "2026-03-31", False),
        ([oral("2026-03-01")], "2026-04-01", True),
        ([oral("2026-03-01"), written("2026-03-25", "2026-09-30")], "2026-04-01", False),
        ([oral("2026-03-01"), written("2026-03-25", "2026-09-30")], "2026-09-30", False),
        ([oral("2026-03-01"), written("2026-03-25", "2026-09-30")], "2026-10-01", True),
        ([oral("2026-03-01"), written("2026-04-05", "2026-09-30")], "2026-03-31", False),
        ([oral("2026-03-01"), written("2026-04-05", "2026-09-30")], "2026-04-01", True),
        ([oral("2026-03-01"), written("2026-04-05", "2026-09-30")], "2026-04-04", True),
        ([oral("2026-03-01"), written("2026-04-05", "2026-09-30")], "2026-04-05", False),
        # a writing without an end works like an oral statement; R-078: without the reason it does not work
        ([written("2026-03-01")], "2026-03-31", False),
        ([written("2026-03-01")], "2026-04-01", True),
        ([written("2026-03-01", "2026-09-30", states_impediment=False)], "2026-03-02", True),
        # given up early by the agency
        ([written("2026-03-01", "2026-09-30", ended_on=date(2026, 5, 1))], "2026-05-01", False),
        ([written("2026-03-01", "2026-09-30", ended_on=date(2026, 5, 1))], "2026-05-02", True),
    ],
)
def test_w12_oral_suspension_runs_out(statements, provided, shown):
    police = entry("2026-02-10", Basis.B_LAW_ENFORCEMENT, suspensions=tuple(statements))
    assert bool(listed(account([police], provided))) is shown


def test_w13_suspension_does_not_cover_others():
    hold = (written("2026-03-01", "2026-12-31"),)
    police = entry("2026-02-10", Basis.B_LAW_ENFORCEMENT, suspensions=hold)
    coroner = entry("2026-02-11", Basis.B_CORONER, suspensions=hold)
    assert listed(account([police, coroner], "2026-06-01")) == ["2026-02-11"]


@pytest.mark.parametrize("basis", Basis)
def test_only_oversight_and_law_enforcement_can_be_suspended(basis):
    """R-084."""
    may = basis in (Basis.B_OVERSIGHT, Basis.B_LAW_ENFORCEMENT)
    hold = [written("2026-03-01", "2026-12-31")]
    assert rules.suspension_active(hold, basis, on=d("2026-06-01")) is may
    also = may or basis is Basis.B_REQUIRED_BY_LAW
    assert rules.suspension_active(hold, basis, also_512f=True, on=d("2026-06-01")) is also


def test_suspension_beats_policy():
    hidden = entry(
        "2026-02-10", Basis.B_LAW_ENFORCEMENT, includes_pn=True, suspensions=(written("2026-03-01", "2026-12-31"),)
    )
    assert account([hidden], "2026-06-01").decisions[0][1].reason is Reason.SUSPENDED


@pytest.mark.parametrize(
    ("received", "earlier", "told", "first", "may_charge", "free_again"),
    [
        ("2026-03-15", [], False, True, False, "2027-03-15"),
        ("2026-09-01", ["2026-03-15"], False, False, False, "2027-03-15"),
        ("2026-09-01", ["2026-03-15"], True, False, True, "2027-03-15"),
        ("2027-03-15", ["2026-03-15", "2026-09-01"], True, True, False, "2028-03-15"),
        ("2027-03-14", ["2026-03-15", "2026-09-01"], True, False, True, "2027-03-15"),
        ("2028-02-29", ["2027-02-28"], True, True, False, "2029-03-01"),
    ],
)
def test_w14_first_free_then_fee(received, earlier, told, first, may_charge, free_again):
    result = rules.fee(d(received), [d(day) for day in earlier], told_in_advance=told)
    assert result == rules.Fee(first, may_charge, d(free_again))


def test_w28_serious_threat_lists_both_and_cannot_be_hidden():
    hold = (written("2026-02-12", "2026-12-31"),)
    told = [
        entry("2026-02-10", Basis.B_SERIOUS_THREAT, recipient=to, includes_pn=True, suspensions=hold)
        for to in ("Springfield Police Department", "The person threatened")
    ]
    assert listed(account(told, "2026-06-01")) == ["2026-02-10", "2026-02-10"]


def test_w30_use_inside_the_practice_has_no_basis_to_be_entered_under():
    """Readings are audited; the ledger knows only disclosures, so two hundred readings give an empty accounting."""
    assert not [basis for basis in Basis if "USE" in basis.value.split("_")]
    assert listed(account([], "2026-11-21")) == []


def test_w31_misdirected_fax_is_listed():
    fax = entry("2026-05-04", Basis.B_IMPERMISSIBLE)
    assert account([fax], "2026-11-21").decisions[0][1] == rules.Decision(True, Reason.RULE)


def test_w33_an_entry_is_kept_six_years_and_ninety_days():
    assert rules.keep_until(d("2020-11-21")) == d("2027-02-19")


def test_what_was_not_delivered_is_not_listed():
    assert account([entry("2026-05-04", delivered=False)], "2026-11-21").decisions[0][1].reason is Reason.NOT_DELIVERED


@pytest.mark.parametrize(
    ("via_ehr", "day", "policy", "expected"),
    [
        (True, "2023-11-21", AccountingPolicy(include_ehr_tpo=True), Reason.POLICY_EHR_TPO),
        (True, "2023-11-20", AccountingPolicy(include_ehr_tpo=True), Reason.EXEMPT),
        (False, "2026-01-01", AccountingPolicy(include_ehr_tpo=True), Reason.EXEMPT),
        (True, "2026-01-01", DEFAULT, Reason.EXEMPT),
    ],
)
def test_p26_lists_three_years_of_electronic_treatment_disclosures(via_ehr, day, policy, expected):
    given = entry(day, Basis.B_TREATMENT, via_ehr=via_ehr)
    assert account([given], "2026-11-21", policy=policy).decisions[0][1].reason is expected


ACTIVITY = rules.ResearchActivity(
    "Sleep and grief",
    "A study of sleep",
    "Dates of sessions",
    50,
    d("2025-01-01"),
    d("2025-06-30"),
    "State University",
    "Dr. Park",
)


@pytest.mark.parametrize(("individuals", "notes", "special"), [(50, False, 1), (49, False, 0), (50, True, 0)])
def test_research_form_needs_fifty_people_and_no_psychotherapy_notes(individuals, notes, special):
    activity = rules.ResearchActivity(**(vars_of(ACTIVITY) | {"individuals": individuals}))
    given = entry("2025-02-01", Basis.B_RESEARCH_WAIVER, research=activity, includes_pn=notes)
    assert len(account([given], "2026-11-21").form.research) == special


def vars_of(activity):
    return {name: getattr(activity, name) for name in activity.__slots__}


TABLE_4_4 = {
    "B_TREATMENT": "ACX_TPO", "B_PAYMENT": "ACX_TPO", "B_OPERATIONS": "ACX_TPO",
    "B_TO_INDIVIDUAL": "ACX_TO_INDIVIDUAL", "B_AUTHORIZATION": "ACX_AUTHORIZATION",
    "B_INVOLVED_IN_CARE": "ACX_DIRECTORY_CARE_NOTIFICATION", "B_NATIONAL_SECURITY": "ACX_NATIONAL_SECURITY",
    "B_CUSTODIAL": "ACX_CORRECTIONAL_CUSTODIAL", "B_LIMITED_DATA_SET": "ACX_LIMITED_DATA_SET",
    "B_INCIDENTAL": "ACX_INCIDENTAL",
}  # fmt: skip


def test_every_basis_stands_in_the_table_and_what_is_not_exempt_is_listed():
    assert set(bases.FACTS) == set(Basis)
    assert {basis.value: bases.exemption_of(basis) for basis in Basis if bases.exemption_of(basis)} == TABLE_4_4
    assert all(bases.cite_of(basis) for basis in Basis if basis is not Basis.B_IMPERMISSIBLE)
    assert all(basis.label != basis.value for basis in Basis)


@given(DAYS, st.integers(0, 400), st.none() | DAYS, st.none() | DAYS)
def test_no_period_starts_more_than_six_years_before_the_request(requested, late, asked_from, asked_to):
    period = rules.window(requested, date.fromordinal(requested.toordinal() + late), asked_from, asked_to)
    assert period.start >= requested.replace(year=requested.year - 6, day=min(requested.day, 28))
    assert not period.covers(date.fromordinal(period.start.toordinal() - 1))
    assert not period.covers(date.fromordinal(period.end.toordinal() + 1))


@given(st.lists(st.tuples(DAYS, st.sampled_from(list(Basis)), st.booleans(), st.booleans()), max_size=12), DAYS)
def test_every_listed_entry_is_given_exactly_once_and_nothing_else(rows, requested):
    entries = [
        entry(day.isoformat(), basis, includes_pn=notes, delivered=arrived) for day, basis, notes, arrived in rows
    ]
    selection = account(entries, requested.isoformat())
    form = selection.form
    given_ids = [single.id for single in form.single] + [one.id for group in form.groups for one in group.entries]
    assert sorted(given_ids) == sorted(one.id for one, decision in selection.decisions if decision.listed)


@given(st.lists(DAYS, max_size=8))
def test_no_twelve_months_pass_with_two_fees_and_no_free_accounting(received):
    """Whenever a fee is allowed, a free accounting was received less than a year before."""
    for at, day in enumerate(sorted(received)):
        earlier = sorted(received)[:at]
        result = rules.fee(day, earlier, told_in_advance=True)
        if result.may_charge:
            assert any((day - other).days <= 366 for other in earlier)
        assert result.free_again_on > day
