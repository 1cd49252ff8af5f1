"""Risk assessments only grow; a safety plan has one draft, signed versions, a day to look at it again, and a print."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from records.chart.actions.safety import (
    begin_plan,
    discard_plan,
    end_plan,
    record_risk,
    review_plan,
    save_plan,
    sign_plan,
)
from records.chart.documents import release_items, render_context
from records.chart.models import RiskAssessment, SafetyPlan, SafetyPlanDraft
from records.chart.queries.safety import current_plan
from records.chart.rules.safety import PLAN_PARTS, RiskLevel, clean_parts, refusal_to_sign_plan
from records.chart.timeline import entries, timeline

SignedIn = Callable[[Staff], Client]
SOON = today() + timedelta(days=14)
PARTS = {"signs": "Two nights without sleep.", "coping": "The cello.", "people": "Ingrid, (217) 555-0133"}


def signed_plan(by: Staff, patient: Patient, parts: dict[str, str] = PARTS) -> SafetyPlan:
    draft = begin_plan(by=by, patient=patient)
    saved = save_plan(by=by, patient=patient, parts=parts, review_on=SOON, base_version=draft.version)
    return sign_plan(by=by, patient=patient, seen_version=saved.draft.version)


def reviews_due() -> list[object]:
    return [task.due_on for task in Task.objects.filter(kind="safety_plan_review", state="open")]


def sent(version: int, window: str, **parts: str) -> dict[str, str]:
    typed = {f"p_{key}": text for key, text in (PARTS | parts).items()}
    return typed | {"review_on": str(SOON), "version": str(version), "window": window}


class TestPlan:
    def test_it_has_the_seven_parts_of_stanley_and_brown(self) -> None:
        keys = [part.key for part in PLAN_PARTS]
        assert keys == ["signs", "coping", "places", "people", "professionals", "environment", "living"]

    def test_signing_keeps_a_version_and_sets_the_next_look(self, hale: Staff, lindqvist: Patient) -> None:
        plan = signed_plan(hale, lindqvist)
        assert current_plan(lindqvist) == plan
        assert not SafetyPlanDraft.objects.exists()
        assert reviews_due() == [SOON]

    def test_the_next_version_begins_from_the_one_in_force(self, hale: Staff, lindqvist: Patient) -> None:
        first = signed_plan(hale, lindqvist)
        draft = begin_plan(by=hale, patient=lindqvist)
        assert draft.parts["coping"] == "The cello."
        assert current_plan(lindqvist) == first
        second = signed_plan(hale, lindqvist, PARTS | {"coping": "A walk."})
        assert (second.number, first.parts["coping"]) == (2, "The cello.")
        assert reviews_due() == [SOON]

    def test_there_is_one_draft_however_often_it_is_begun(self, hale: Staff, lindqvist: Patient) -> None:
        assert begin_plan(by=hale, patient=lindqvist) == begin_plan(by=hale, patient=lindqvist)

    @pytest.mark.parametrize("statement", ["UPDATE chart_safetyplan SET number = 7", "DELETE FROM chart_safetyplan"])
    def test_a_signed_version_stands(self, hale: Staff, lindqvist: Patient, statement: str) -> None:
        signed_plan(hale, lindqvist)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.parametrize(
        "parts, review, code",
        [
            ({}, SOON, "SAFETY_PLAN_EMPTY"),
            ({"signs": "  "}, SOON, "SAFETY_PLAN_EMPTY"),
            (PARTS, None, "SAFETY_PLAN_REVIEW"),
            (PARTS, today(), "SAFETY_PLAN_REVIEW"),
            (PARTS, today() + timedelta(days=367), "SAFETY_PLAN_REVIEW"),
            (PARTS | {"signs": "x" * 20_001}, SOON, "SAFETY_TOO_LONG"),
            (PARTS | {"signs": "\x00"}, SOON, "SAFETY_UNREADABLE_CHARACTER"),
        ],
    )
    def test_an_unfinished_one_is_not_signed(self, parts: dict[str, str], review: object, code: str) -> None:
        refusal = refusal_to_sign_plan(clean_parts(PLAN_PARTS, parts), review_on=review, on=today())
        assert refusal.code == code

    def test_what_changed_after_it_was_read_is_not_signed(self, hale: Staff, lindqvist: Patient) -> None:
        begin_plan(by=hale, patient=lindqvist)
        save_plan(by=hale, patient=lindqvist, parts=PARTS, review_on=SOON, base_version=1)
        with pytest.raises(Refused):
            sign_plan(by=hale, patient=lindqvist, seen_version=1)

    def test_another_window_is_not_written_over(self, hale: Staff, lindqvist: Patient) -> None:
        begin_plan(by=hale, patient=lindqvist)
        who = {"by": hale, "patient": lindqvist, "review_on": SOON, "base_version": 1}
        assert not save_plan(**who, parts=PARTS, window="a").conflict
        assert not save_plan(**who, parts=PARTS | {"living": "Nils."}, window="a").conflict  # its answer was lost
        assert save_plan(**who, parts=PARTS | {"living": "May."}, window="b").conflict
        assert SafetyPlanDraft.objects.get().parts["living"] == "Nils."

    def test_the_second_window_is_shown_both_and_may_keep_its_own(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        begin_plan(by=hale, patient=lindqvist)
        save_plan(by=hale, patient=lindqvist, parts={"living": "The other text."}, review_on=SOON, base_version=1)
        client, url = signed_in(hale), reverse("safety-plan-edit", args=[lindqvist.pk])
        page = client.post(url, sent(1, "b", living="My text.")).content.decode()
        assert "The other text." in page
        assert "My text." in page
        assert 'name="version" value="2"' in page
        client.post(url, sent(2, "b", living="My text."))
        assert SafetyPlanDraft.objects.get().parts["living"] == "My text."

    def test_the_page_saves_by_itself_and_says_so(self, hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        begin_plan(by=hale, patient=lindqvist)
        client, url = signed_in(hale), reverse("safety-plan-edit", args=[lindqvist.pk])
        headers = {"X-Requested-With": "autosave"}
        answer = client.post(url, sent(1, "a"), headers=headers)
        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        refused = client.post(url, sent(2, "a", signs="x" * 20_001), headers=headers)
        assert refused.status_code == 422
        assert "longer than 20,000" in refused.json()["problem"]
        assert SafetyPlanDraft.objects.get().parts["signs"] == PARTS["signs"]

    def test_it_holds_at_its_review_and_is_signed_again(self, hale: Staff, lindqvist: Patient) -> None:
        plan = signed_plan(hale, lindqvist)
        later = today() + timedelta(days=60)
        again = review_plan(by=hale, patient=lindqvist, plan=plan, review_on=later)
        assert (again.number, again.parts) == (2, plan.parts)
        assert reviews_due() == [later]
        with pytest.raises(Refused):  # a page that was open since
            review_plan(by=hale, patient=lindqvist, plan=plan, review_on=later)

    def test_it_ends_with_a_reason_and_can_begin_again(self, hale: Staff, lindqvist: Patient) -> None:
        signed_plan(hale, lindqvist)
        with pytest.raises(Refused):
            end_plan(by=hale, patient=lindqvist, reason=" ")
        end_plan(by=hale, patient=lindqvist, reason="A year without thoughts of it.")
        assert current_plan(lindqvist) is None
        assert reviews_due() == []
        assert signed_plan(hale, lindqvist).number == 3

    def test_a_discarded_draft_leaves_the_plan_in_force(self, hale: Staff, lindqvist: Patient) -> None:
        plan = signed_plan(hale, lindqvist)
        begin_plan(by=hale, patient=lindqvist)
        discard_plan(by=hale, patient=lindqvist)
        assert current_plan(lindqvist) == plan

    def test_the_header_says_that_there_is_one_to_those_who_may_open_it(
        self, hale: Staff, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        pill, details = (
            '<span class="pill pill-accent">Safety plan</span>',
            reverse("patient-details", args=[lindqvist.pk]),
        )
        assert pill not in signed_in(hale).get(details).content.decode()
        signed_plan(hale, lindqvist)
        assert pill in signed_in(hale).get(details).content.decode()
        assert pill not in signed_in(dana).get(details).content.decode()

    def test_its_print_is_one_marked_page_and_recorded(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        full = {
            part.key: f"{part.label}.\nA second line, of the length people write when they sit together.\nA third."
            for part in PLAN_PARTS
        }
        plan = signed_plan(hale, lindqvist, full)
        answer = signed_in(hale).get(reverse("safety-plan-print", args=[plan.pk]))
        (page,) = pypdf.PdfReader(BytesIO(answer.content)).pages
        words = " ".join(page.extract_text().split())
        assert "Internal copy, not for release" in words
        assert "988 Suicide & Crisis Lifeline" in words
        assert all(part.label in words for part in PLAN_PARTS)
        assert AuditEntry.objects.filter(event="printed", object_pk=str(plan.pk)).count() == 1


class TestRisk:
    def test_it_is_kept_whole_and_no_word_of_it_is_plain(self, hale: Staff, lindqvist: Patient) -> None:
        row = record_risk(by=hale, patient=lindqvist, on=today(), level="high", findings={"means": "A rope."})
        with connection.cursor() as cursor:
            cursor.execute("SELECT findings FROM chart_riskassessment")
            stored = bytes(cursor.fetchone()[0])
        assert b"rope" not in stored
        assert b"high" not in stored
        assert RiskAssessment.objects.get(pk=row.pk).findings["level"] == RiskLevel.HIGH

    def test_it_only_grows(self, hale: Staff, lindqvist: Patient) -> None:
        record_risk(by=hale, patient=lindqvist, on=today(), level="low", findings={"plan": "None."})
        with pytest.raises(DatabaseError), transaction.atomic():
            RiskAssessment.objects.all().delete()

    @pytest.mark.parametrize(
        "level, findings, ahead",
        [("", {"plan": "x"}, 0), ("certain", {"plan": "x"}, 0), ("low", {"plan": " "}, 0), ("low", {"plan": "x"}, 1)],
    )
    def test_it_asks_for_a_judgment_a_word_and_a_day_that_was(
        self, hale: Staff, lindqvist: Patient, level: str, findings: dict[str, str], ahead: int
    ) -> None:
        with pytest.raises(Refused):
            record_risk(by=hale, patient=lindqvist, on=today() + timedelta(days=ahead), level=level, findings=findings)

    def test_what_was_typed_comes_back_with_the_sentence(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        page = (
            signed_in(hale)
            .post(reverse("risk-new", args=[lindqvist.pk]), {"on": str(today()), "p_ideation": "Evenings."})
            .content.decode()
        )
        assert "Say how high you judge the risk." in page
        assert "Evenings." in page
        assert not RiskAssessment.objects.exists()

    def test_it_shows_on_the_page_in_the_line_of_time_and_on_paper(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        row = record_risk(by=hale, patient=lindqvist, on=today(), level="moderate", findings={"plan": "None so far."})
        plan = signed_plan(hale, lindqvist)
        page = signed_in(hale).get(reverse("patient-safety", args=[lindqvist.pk])).content.decode()
        assert "None so far." in page
        assert "Moderate" in page
        kinds = {entry.kind.value for entry in entries(timeline(lindqvist, hale))}
        assert {"risk", "safety"} <= kinds
        assert {"risk", "safety"} <= {item.kind for item in release_items(lindqvist)}
        blocks = {block.kind: block for block in render_context([row.pk, plan.pk], patient=lindqvist)}
        assert dict(blocks["risk"].facts)["Risk as judged"] == "Moderate"
        assert {"label": "What I can do by myself", "text": "The cello."} in blocks["safety"].written


def test_without_care_nothing_of_it_can_be_done(osei: Staff, hale: Staff, lindqvist: Patient) -> None:
    plan = signed_plan(hale, lindqvist)
    who = {"by": osei, "patient": lindqvist}
    acts = [
        lambda: begin_plan(**who),
        lambda: save_plan(**who, parts={}, review_on=None, base_version=1),
        lambda: sign_plan(**who, seen_version=1),
        lambda: discard_plan(**who),
        lambda: end_plan(**who, reason="x"),
        lambda: review_plan(**who, plan=plan, review_on=SOON),
        lambda: record_risk(**who, on=today(), level="low", findings={"plan": "x"}),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
