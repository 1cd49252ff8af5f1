"""Policies are stricter than the rule or equal to it, dated, reasoned, and set by the compliance officer alone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.compliance import queries
from practice.compliance.actions import change_profile, set_policy
from practice.compliance.models import PolicySetting, PracticeProfile
from practice.compliance.rules import FIRST_DAY, POLICIES, refusal_to_set
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

SignedIn = Callable[[Staff], Client]


@pytest.fixture
def change() -> dict[str, object]:
    return {"code": "P-02", "value": "RULE_ONLY", "from_on": today(), "reason": "Counsel advised it in writing."}


def test_the_policies_are_numbered_without_a_gap_and_each_default_is_allowed() -> None:
    assert list(POLICIES) == [f"P-{number:02}" for number in range(1, len(POLICIES) + 1)]
    assert all(spec.accepts(spec.default) for spec in POLICIES.values())
    assert all(spec.rule_says and spec.does and spec.cite for spec in POLICIES.values())


# code, a value that would be less than the rule or no value at all
TOO_LITTLE = [
    ("P-24", 61),  # the law says sixty days
    ("P-24", 0),
    ("P-24", "60"),
    ("P-24", True),  # in Python True is a 1
    ("P-13", 366),
    ("P-02", "NOTHING"),
    ("P-05", "off"),
    ("P-05", 1),
    ("P-05", None),
    ("P-17", "ASSESS"),  # the product has no way to switch encryption off
    ("P-19", "EVERYBODY"),
]


@pytest.mark.parametrize(("code", "value"), TOO_LITTLE)
def test_a_policy_cannot_do_less_than_the_rule(code: str, value: object) -> None:
    refusal = refusal_to_set(code, value, date(2026, 11, 21), "because", today=date(2026, 11, 21))
    assert refusal is not None
    assert refusal.code == "POLICY_LESS_THAN_RULE"


@pytest.mark.django_db
def test_every_policy_is_in_force_from_the_first_day_with_its_default() -> None:
    for on in (date(1999, 1, 1), FIRST_DAY, today()):
        values = queries.policies_in_force(on)
        assert {code: value.value for code, value in values.items()} == {c: s.default for c, s in POLICIES.items()}


def test_a_change_holds_from_its_day_and_the_past_keeps_its_value(
    castellanos: Staff, change: dict[str, object]
) -> None:
    before = queries.policy("P-02", today())
    tomorrow = today() + timedelta(days=1)
    setting = set_policy(by=castellanos, **(change | {"from_on": tomorrow}))
    assert queries.policy("P-02", today()) == before
    after = queries.policy("P-02", tomorrow)
    assert (after.value, after.version_id) == ("RULE_ONLY", str(setting.pk))
    assert AuditEntry.objects.filter(actor=castellanos, detail="policy_P-02").exists()


def test_of_two_changes_for_one_day_the_later_entry_counts(castellanos: Staff, change: dict[str, object]) -> None:
    set_policy(by=castellanos, **change)
    set_policy(by=castellanos, **(change | {"value": "ALL_PN_DISCLOSURES", "reason": "Entered wrongly a minute ago."}))
    assert queries.policy("P-02", today()).value == "ALL_PN_DISCLOSURES"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"from_on": date(2020, 1, 1)}, "POLICY_BACKDATED"),
        ({"reason": "  "}, "POLICY_NO_REASON"),
        ({"value": "EVERYTHING"}, "POLICY_LESS_THAN_RULE"),
        ({"code": "P-99"}, "POLICY_UNKNOWN"),
    ],
)
def test_a_change_without_reason_or_for_the_past_is_refused(
    castellanos: Staff, change: dict[str, object], wrong: dict[str, object], code: str
) -> None:
    rows = PolicySetting.objects.count()
    with pytest.raises(Refused) as refused:
        set_policy(by=castellanos, **(change | wrong))
    assert refused.value.refusal.code == code
    assert PolicySetting.objects.count() == rows


@pytest.mark.parametrize("who", ["hale", "dana", "brook"])
def test_nobody_but_the_compliance_officer_sets_a_policy(
    request: pytest.FixtureRequest, signed_in: SignedIn, change: dict[str, object], who: str
) -> None:
    staff = request.getfixturevalue(who)
    with pytest.raises(Refused):
        set_policy(by=staff, **change)
    client = signed_in(staff)
    assert client.get(reverse("policy-list")).status_code == 403
    assert client.post(reverse("policy-change", args=["P-02"]), {"value": "RULE_ONLY"}).status_code == 403
    assert queries.policy("P-02", today()).value == "ALL_PN_DISCLOSURES"


@pytest.mark.django_db
def test_the_database_keeps_every_setting_as_it_was() -> None:
    row = PolicySetting.objects.first()
    assert row is not None
    for change in ({"value": "OTHER"}, {"reason": "x"}, {"from_on": today()}):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            PolicySetting.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        row.delete()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"code": "X-1"}, {"reason": " "}])
def test_the_database_refuses_a_setting_without_code_or_reason(wrong: dict[str, str]) -> None:
    fields = {"code": "P-05", "value": True, "from_on": today(), "reason": "r"} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicySetting.objects.create(**fields)


def test_the_list_says_what_the_rule_says_and_what_is_to_come(
    castellanos: Staff, signed_in: SignedIn, change: dict[str, object]
) -> None:
    set_policy(by=castellanos, **(change | {"from_on": today() + timedelta(days=3)}))
    page = signed_in(castellanos).get(reverse("policy-list")).content.decode()
    assert page.count("The rule:") == len(POLICIES)
    assert "Only what the rule requires" in page


def test_a_change_by_form_is_saved_and_a_bad_one_comes_back_with_a_sentence(
    castellanos: Staff, signed_in: SignedIn
) -> None:
    client = signed_in(castellanos)
    url = reverse("policy-change", args=["P-24"])
    back = client.post(url, {"value": "90", "from_on": "2020-01-01", "reason": "النص 🙂"})
    page = back.content.decode()
    assert "more would be less than the rule requires" in page
    assert "A change starts today or later" in page
    assert "النص 🙂" in page, "what was typed comes back"
    done = client.post(url, {"value": "20", "from_on": today().isoformat(), "reason": "Faster."}, follow=True)
    assert "20 days" in done.content.decode()
    assert queries.policy("P-24", today()).value == 20
    assert client.post(url, {"value": "on", "from_on": "soon", "reason": ""}).status_code == 200


def test_a_fixed_policy_and_an_unknown_one_cannot_be_changed_by_form(castellanos: Staff, signed_in: SignedIn) -> None:
    client = signed_in(castellanos)
    rows = PolicySetting.objects.count()
    url = reverse("policy-change", args=["P-17"])
    client.post(url, {"value": "REQUIRED", "from_on": today().isoformat(), "reason": "x"})
    assert PolicySetting.objects.count() == rows
    assert client.get(reverse("policy-change", args=["P-99"])).status_code == 404


def test_the_administrator_says_what_stands_on_letters_and_nobody_else_does(
    brook: Staff, castellanos: Staff, signed_in: SignedIn
) -> None:
    url = reverse("profile-edit")
    origin = queries.practice_profile().log_origin
    details = {
        "name": "Lakeside Therapy",
        "address": "1 Shore Road\nSpringfield",
        "phone": "555-0100",
        "privacy_contact_title": "Privacy officer",
        "privacy_contact_name": "M. Castellanos",
        "privacy_contact_phone": "555-0101",
        "log_origin": "forged",
    }
    assert signed_in(castellanos).post(url, details).status_code == 403
    assert signed_in(brook).post(url, details).status_code == 302
    profile = queries.practice_profile()
    assert (profile.name, profile.log_origin) == ("Lakeside Therapy", origin)
    back = signed_in(brook).post(url, details | {"address": ""})
    assert "Give the address that stands on letters." in back.content.decode()
    with pytest.raises(Refused):
        change_profile(by=castellanos, **{k: v for k, v in details.items() if k != "log_origin"})


@pytest.mark.django_db
def test_there_is_one_practice() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PracticeProfile.objects.create(id=2, name="Second", log_origin="x")
