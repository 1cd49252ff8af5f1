"""A treatment plan: nothing typed is lost, what was signed stands, reviews come as tasks, notes tick its goals."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care, finish_care
from practice.people.rules import CareRole
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind
from records.chart.actions.handover import hand_over
from records.chart.actions.notes import discard_draft, sign_note
from records.chart.actions.plan_reviews import tend_all_review_tasks
from records.chart.actions.treatment import (
    begin_plan,
    discard_plan,
    record_agreement,
    record_review,
    save_plan,
    sign_plan,
    tick_goals,
    use_other_plan,
)
from records.chart.documents import release_items, render_context
from records.chart.models import GoalWorkedOn, PlanAgreement, PlanDraft, PlanReview, PlanVersion
from records.chart.queries.treatment import goal_history, goals_of_note, has_agreed, review_due_on
from records.chart.rules.handover import HandoverKind
from records.chart.rules.treatment import AgreementHow, ReviewOutcome
from records.chart.timeline import EntryKind, entries, timeline
from tests.everybody import noon

from .plans import GOAL, OTHER_GOAL, content, make_plan, save_plan_of

pytestmark = pytest.mark.django_db


def code_of(refused) -> str:
    return refused.value.refusal.code


def review(by, version, *, on=None, outcome=ReviewOutcome.UNCHANGED, **more):
    given = {"review_id": uuid4(), "on": on or today(), "progress": {}, "text": ""} | more
    return record_review(by=by, version_id=version.pk, outcome=outcome, **given)


def answer(by, version, how=AgreementHow.SAID, **more):
    given = {"agreement_id": uuid4(), "on": today()} | more
    return record_agreement(by=by, version_id=version.pk, how=how, **given)


def open_reviews():
    return Task.objects.filter(kind=TaskKind.PLAN_REVIEW, state="open")


@pytest.fixture
def plan(hale, lindqvist):
    return make_plan(hale, lindqvist)


def test_a_saved_plan_is_there_again_and_encrypted_in_the_database(hale, lindqvist):
    draft = save_plan_of(hale, lindqvist, "Speak up")
    assert PlanDraft.objects.get(pk=draft.pk).content == content("Speak up")
    version = sign_plan(by=hale, patient_id=lindqvist.pk, seen_version=draft.version)
    answer(hale, version, text="He smiled")
    review(hale, version, text="Going well", progress={GOAL: "progressing"})
    for table in ("planversion", "planagreement", "planreview"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(t)::text FROM chart_{table} t")
            stored = cursor.fetchone()[0]
        for word in ("Speak", "smiled", "Going", "progressing"):
            assert word not in stored and word.encode().hex() not in stored


def test_beginning_twice_is_one_draft(hale, lindqvist):
    assert begin_plan(by=hale, patient=lindqvist) == begin_plan(by=hale, patient=lindqvist)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanDraft.objects.create(patient=lindqvist, begun_by=hale, saved_by=hale, content={})


def test_two_windows_keep_both_texts_and_neither_is_signed_over_the_other(hale, lindqvist):
    base = begin_plan(by=hale, patient=lindqvist).version
    given = {"by": hale, "patient_id": lindqvist.pk, "base_version": base}
    assert save_plan(content=content("first"), window="a", **given).branch is None
    second = save_plan(content=content("second"), window="b", **given)
    assert second.branch is not None and second.draft.content == content("first")
    assert save_plan(content=content("second, more"), window="b", **given).branch == second.branch
    with pytest.raises(Refused) as refused:
        sign_plan(by=hale, patient_id=lindqvist.pk, seen_version=second.draft.version)
    assert code_of(refused) == "PLAN_HAS_TWO_TEXTS"
    taken = use_other_plan(by=hale, patient_id=lindqvist.pk, branch_id=second.branch.pk)
    assert taken.content == content("second, more")
    assert taken.branches.get().content == content("first")


def test_a_save_whose_answer_was_lost_is_not_in_conflict_with_itself(hale, lindqvist):
    base = begin_plan(by=hale, patient=lindqvist).version
    given = {"by": hale, "patient_id": lindqvist.pk, "base_version": base, "window": "same"}
    save_plan(content=content("once"), **given)
    again, further = save_plan(content=content("once"), **given), save_plan(content=content("twice"), **given)
    assert (again.branch, further.branch, further.draft.content) == (None, None, content("twice"))


def test_a_colleague_who_saves_on_an_older_text_overwrites_nothing(hale, osei, lindqvist):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    draft = save_plan_of(hale, lindqvist, "hers")
    late = save_plan(by=osei, patient_id=lindqvist.pk, content=content("his"), base_version=1, window="w")
    assert late.branch.content == content("his") and late.branch.saved_by == osei
    assert PlanDraft.objects.get(pk=draft.pk).content == content("hers")


def test_a_stranger_writes_signs_and_records_nothing(osei, hale, lindqvist, plan, draft):
    save_plan_of(hale, lindqvist, "changed")
    for act in (
        lambda: begin_plan(by=osei, patient=lindqvist),
        lambda: save_plan(by=osei, patient_id=lindqvist.pk, content=content("his"), base_version=2),
        lambda: sign_plan(by=osei, patient_id=lindqvist.pk, seen_version=2),
        lambda: discard_plan(by=osei, patient_id=lindqvist.pk),
        lambda: answer(osei, plan),
        lambda: review(osei, plan),
        lambda: tick_goals(by=osei, note_id=draft.pk, goal_ids=[GOAL]),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "CHART_NO_CARE"


def test_versions_are_numbered_and_a_goal_keeps_its_id(hale, lindqvist, plan):
    second = make_plan(hale, lindqvist, "Speak up at work daily")
    assert (plan.number, second.number) == (1, 2)
    assert plan.content["problems"][0]["goals"][0]["id"] == second.content["problems"][0]["goals"][0]["id"]
    assert not PlanDraft.objects.exists()


def test_signing_twice_makes_one_version(hale, lindqvist):
    draft = save_plan_of(hale, lindqvist)
    sign_plan(by=hale, patient_id=lindqvist.pk, seen_version=draft.version)
    with pytest.raises(Refused) as refused:
        sign_plan(by=hale, patient_id=lindqvist.pk, seen_version=draft.version)
    assert code_of(refused) == "PLAN_NOT_BEING_WRITTEN"
    assert PlanVersion.objects.count() == 1


def test_the_application_can_neither_change_nor_take_back_what_was_signed(hale, plan):
    answer(hale, plan)
    review(hale, plan)
    for model in (PlanVersion, PlanAgreement, PlanReview):
        for act in (lambda rows: rows.update(id=uuid4()), lambda rows: rows._raw_delete(rows.db)):
            with pytest.raises(ProgrammingError) as refused, transaction.atomic():
                act(model.objects.all())
            assert refused.value.__cause__.sqlstate == "42501"


@pytest.mark.committing
def test_the_owner_of_the_tables_cannot_either(hale, lindqvist, draft, connect_as):
    version = make_plan(hale, lindqvist)
    answer(hale, version)
    review(hale, version)
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    owner = connect_as("practice_owner", "default")
    for statement in (
        "UPDATE chart_planversion SET number = 7",
        "DELETE FROM chart_planagreement",
        "UPDATE chart_planreview SET outcome = 'revised'",
        "TRUNCATE chart_planversion CASCADE",
        "TRUNCATE chart_planreview",
        "DELETE FROM chart_goalworkedon",
        "UPDATE chart_goalworkedon SET goal_id = gen_random_uuid()",
        "TRUNCATE chart_goalworkedon",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(statement)


def test_a_plan_that_nobody_asked_the_patient_about_is_missing_an_agreement(hale, plan):
    assert plan.agreements.first() is None and not has_agreed(None)
    answer(hale, plan, AgreementHow.DECLINED)
    assert not has_agreed(plan.agreements.first())
    answer(hale, plan, AgreementHow.PAPER)
    assert has_agreed(plan.agreements.first())
    assert plan.agreements.count() == 2


def test_an_agreement_by_a_representative_is_of_this_patients_representative(hale, lindqvist, abernathy, dana, plan):
    from practice.people.actions.representatives import add_representative
    from practice.people.rules import RepresentativeKind

    given = {"by": dana, "name": "Somebody", "kind": RepresentativeKind.GUARDIAN, "authority": "Letters"}
    hers = add_representative(patient=lindqvist, from_on=today(), **given)
    other = add_representative(patient=abernathy, from_on=today(), **given)
    assert answer(hale, plan, representative_id=hers.pk).representative == hers
    with pytest.raises(Refused) as refused:
        answer(hale, plan, representative_id=other.pk)
    assert code_of(refused) == "PLAN_REPRESENTATIVE"


def test_a_second_click_records_one_answer_and_one_review(hale, plan):
    same = uuid4()
    assert answer(hale, plan, agreement_id=same) == answer(hale, plan, agreement_id=same)
    assert review(hale, plan, review_id=same) == review(hale, plan, review_id=same)
    assert (plan.agreements.count(), plan.reviews.count()) == (1, 1)


@pytest.mark.parametrize(("days", "code"), [(1, "PLAN_DAY_IN_FUTURE"), (-1, "BEFORE_SIGNED")])
def test_answers_and_reviews_are_of_a_day_that_can_be(hale, plan, days, code):
    on = today() + timedelta(days=days)
    for act in (lambda: answer(hale, plan, on=on), lambda: review(hale, plan, on=on)):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused).endswith(code)


def test_a_signed_plan_asks_everybody_who_treats_the_patient_for_its_review(hale, osei, lindqvist):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    make_plan(hale, lindqvist, review_every=30)
    due = today() + timedelta(days=30)
    assert {(task.person, task.due_on, task.patient) for task in open_reviews()} == {
        (hale, due, lindqvist),
        (osei, due, lindqvist),
    }


def test_somebody_who_only_covers_is_not_asked(hale, osei, lindqvist):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.COVERING, from_on=today(), until_on=today())
    make_plan(hale, lindqvist)
    assert [task.person for task in open_reviews()] == [hale]


def test_a_review_does_the_task_and_asks_for_the_next_one(hale, lindqvist, plan):
    first, later = open_reviews().get(), today() + timedelta(days=80)
    with time_machine.travel(noon(later)):
        review(hale, plan)
    first.refresh_from_db()
    assert (first.state, first.closed_by) == ("done", hale)
    assert open_reviews().get().due_on == later + timedelta(days=90) == review_due_on(plan)


def test_a_new_version_does_the_task_too(hale, lindqvist, plan):
    later = today() + timedelta(days=80)
    with time_machine.travel(noon(later)):
        make_plan(hale, lindqvist, "Another goal")
    assert Task.objects.filter(kind=TaskKind.PLAN_REVIEW, state="done").count() == 1
    assert open_reviews().get().due_on == later + timedelta(days=90)


def test_the_task_goes_with_the_care(hale, osei, lindqvist, plan):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    finish_care(by=hale, care=lindqvist.care_relationships.get(staff=hale), until_on=today() - timedelta(days=1))
    tend_all_review_tasks()
    tend_all_review_tasks()
    assert [task.person for task in open_reviews()] == [osei]
    dropped = Task.objects.get(kind=TaskKind.PLAN_REVIEW, person=hale)
    assert dropped.state == "dropped" and dropped.drop_reason


def test_a_review_is_handed_over_with_the_patient(hale, osei, lindqvist, plan):
    given = {"kind": HandoverKind.TRANSFER, "to": osei, "from_on": today(), "last_day": today()}
    hand_over(by=hale, patient=lindqvist, summary="Exposure half done.", **given)
    assert [task.person for task in open_reviews()] == [osei]


def test_an_older_version_is_not_reviewed(hale, lindqvist, plan):
    make_plan(hale, lindqvist, "Another goal")
    with pytest.raises(Refused) as refused:
        review(hale, plan)
    assert code_of(refused) == "PLAN_NOT_IN_FORCE"


def test_a_review_keeps_progress_of_this_plans_goals_alone(hale, plan):
    kept = review(hale, plan, progress={GOAL: "achieved", OTHER_GOAL: "", str(uuid4()): "worse"}).progress
    assert kept == {GOAL: "achieved"}


def test_ticked_goals_are_the_plans_history_and_stand_with_the_note(hale, lindqvist, plan, draft):
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL, OTHER_GOAL, str(uuid4())])
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    make_plan(hale, lindqvist, "Speak up at work daily")
    assert goals_of_note(draft) == ["1.1 Speak up at work weekly"]  # as it read then
    history = goal_history(lindqvist)
    assert [one.note_id for one in history[GOAL]] == [draft.pk] and OTHER_GOAL not in history
    with pytest.raises(Refused):
        tick_goals(by=hale, note_id=draft.pk, goal_ids=[])
    tick = GoalWorkedOn.objects.get()
    for act in (
        lambda: tick.delete(),
        lambda: GoalWorkedOn.objects.create(note=draft, version=plan, goal_id=OTHER_GOAL),
        lambda: GoalWorkedOn.objects.update(goal_id=OTHER_GOAL),
    ):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            act()


def test_a_goal_of_another_patient_is_not_ticked_past_the_product_either(hale, osei, abernathy, draft):
    theirs = make_plan(osei, abernathy)
    with pytest.raises(IntegrityError, match="belongs to the patient"), transaction.atomic():
        GoalWorkedOn.objects.create(note=draft, version=theirs, goal_id=GOAL)


def test_a_draft_is_no_history_until_it_is_signed(hale, lindqvist, plan, draft):
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    assert goal_history(lindqvist) == {}
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    assert [one.note_id for one in goal_history(lindqvist)[GOAL]] == [draft.pk]


def test_a_discarded_draft_takes_its_ticks_along(hale, plan, draft):
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    discard_draft(by=hale, note_id=draft.pk)
    assert not GoalWorkedOn.objects.exists()


def test_plan_and_review_can_be_released_and_say_everything(hale, lindqvist, plan, draft):
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    answer(hale, plan, AgreementHow.PAPER)
    review(hale, plan, text="Going well", progress={GOAL: "progressing"})
    index = {item.kind: item for item in release_items(lindqvist)}
    assert not any("Speak" in item.title for item in index.values())
    blocks = {
        block.kind: str(block)
        for block in render_context([index[kind].id for kind in ("plan", "plan_review", "note")], patient=lindqvist)
    }
    for word in (
        "Speak up at work weekly",
        "Diary",
        "Graded exposure",
        "weekly",
        "50 min",
        "Signed on paper",
        "Jan 29",
    ):
        assert word in blocks["plan"]
    assert "Going well" in blocks["plan_review"] and "Progressing" in blocks["plan_review"]
    assert "1.1 Speak up at work weekly" in blocks["note"]


def test_a_plan_being_written_is_not_released(hale, lindqvist):
    save_plan_of(hale, lindqvist)
    assert not [item for item in release_items(lindqvist) if item.kind == "plan"]


def test_versions_and_reviews_stand_in_the_line_of_time(hale, lindqvist, plan):
    review(hale, plan)
    kinds = [entry.kind for entry in entries(timeline(lindqvist, hale))]
    assert EntryKind.TREATMENT_PLAN in kinds and EntryKind.PLAN_REVIEW in kinds


def test_the_audit_trail_and_the_tasks_hold_no_word_of_the_plan(hale, lindqvist, plan):
    answer(hale, plan, text="He smiled")
    review(hale, plan, text="Going well")
    everything = str(list(AuditEntry.objects.values())) + str(list(Task.objects.values()))
    for word in ("Speak", "meetings", "exposure", "smiled", "Going", "Lindqvist"):
        assert word not in everything
