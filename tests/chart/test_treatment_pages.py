"""The pages of the treatment plan: what they show, what a form gives back, what works without scripts."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from records.chart.actions.notes import sign_note
from records.chart.actions.treatment import begin_plan, tick_goals
from records.chart.models import GoalWorkedOn, PlanDraft, PlanReview, PlanVersion
from records.chart.rules.plan_tree import items_of

from .conftest import url
from .plans import GOAL, OBJECTIVE, OTHER_GOAL, content, make_plan, posted, save_plan_of

pytestmark = pytest.mark.django_db
AUTOSAVE = {"x-requested-with": "autosave"}


@pytest.fixture
def browser(signed_in, hale):
    return signed_in(hale)


@pytest.fixture
def plan(hale, lindqvist):
    return make_plan(hale, lindqvist)


def test_an_empty_page_says_what_belongs_there_and_begins_it(browser, lindqvist):
    page = browser.get(url("patient-plan", lindqvist.pk))
    assert "No treatment plan yet" in page.text
    editor = browser.post(url("plan-begin", lindqvist.pk), follow=True)
    assert editor.redirect_chain[-1][0] == url("plan-edit", lindqvist.pk)
    assert "Problem 1" in editor.text and "Objective 1.1.1" in editor.text


def test_a_fresh_copy_says_what_it_was_copied_from(browser, lindqvist, plan):
    page = browser.post(url("plan-begin", lindqvist.pk), follow=True).text
    assert f"Copied from version {plan.number}" in page and "Nothing written yet" not in page


def test_a_plan_is_written_signed_and_answered_in_the_browser(browser, hale, lindqvist):
    draft = begin_plan(by=hale, patient=lindqvist)
    said = posted(content(), version=draft.version, then="sign")
    preview = browser.post(url("plan-save", lindqvist.pk), said, follow=True)
    assert "This is how the plan will stand" in preview.text and "Goal 1.2 has no objective." in preview.text
    asked = browser.post(url("plan-sign", lindqvist.pk), {"seen_version": draft.version + 1}, follow=True)
    version = PlanVersion.objects.get()
    assert asked.redirect_chain[-1][0] == url("plan-agreement-new", version.pk)
    given = {"id": uuid4(), "how": "said", "who": "", "on": today().isoformat(), "text": ""}
    page = browser.post(url("plan-agreement-new", version.pk), given, follow=True)
    for words in ("Speak up at work weekly", "Diary", "Graded exposure", "individual, 50 min", "Agreed", "Version 1"):
        assert words in page.text


def test_the_plan_page_says_that_an_agreement_is_missing_and_when_the_review_is_due(browser, lindqvist, plan):
    page = browser.get(url("patient-plan", lindqvist.pk)).text
    assert "Missing" in page and "90 days left" in page
    assert "Goals</h2>" in browser.get(url("patient-page", lindqvist.pk)).text


@pytest.mark.parametrize(
    ("button", "numbers"),
    [
        ({"add": f"goal:{content()['problems'][0]['id']}"}, ["1", "1.1", "1.1.1", "1.2", "1.3", "1"]),
        ({"add": f"objective:{OTHER_GOAL}"}, ["1", "1.1", "1.1.1", "1.2", "1.2.1", "1"]),
        ({"add": "problem:"}, ["1", "1.1", "1.1.1", "1.2", "2", "1"]),
        ({"remove": GOAL}, ["1", "1.1", "1"]),
        ({"remove": str(uuid4())}, ["1", "1.1", "1.1.1", "1.2", "1"]),
        ({"add": "spell:x"}, ["1", "1.1", "1.1.1", "1.2", "1"]),
    ],
)
def test_the_outline_changes_without_scripts_and_keeps_what_was_typed(browser, hale, lindqvist, button, numbers):
    draft = begin_plan(by=hale, patient=lindqvist)
    browser.post(url("plan-save", lindqvist.pk), posted(content("Typed"), version=draft.version, **button))
    saved = PlanDraft.objects.get().content
    assert [item.number for item in items_of(saved)] == numbers
    assert GOAL in str(button) or "Typed" in str(saved)


def test_a_row_moves_up_without_scripts(browser, hale, lindqvist):
    draft = begin_plan(by=hale, patient=lindqvist)
    answer = browser.post(url("plan-save", lindqvist.pk), posted(content(), version=draft.version, up=OTHER_GOAL))
    assert answer.url == f"{url('plan-edit', lindqvist.pk)}#row-{OTHER_GOAL}"
    assert [goal["id"] for goal in PlanDraft.objects.get().content["problems"][0]["goals"]] == [OTHER_GOAL, GOAL]


@pytest.mark.parametrize("typed", ["31.12.2026", "2026-13-01", "soon", "20261231"])
def test_a_date_that_cannot_be_read_gives_everything_back_with_a_sentence(browser, hale, lindqvist, typed):
    draft = begin_plan(by=hale, patient=lindqvist)
    said = posted(content("Typed just now"), version=draft.version) | {f"target_on_{OBJECTIVE}": typed}
    page = browser.post(url("plan-save", lindqvist.pk), said)
    assert page.status_code == 200
    for words in ("Typed just now", f"It was “{typed}”.", "Write the day as year-month-day", "Not saved"):
        assert words in page.text
    by_itself = browser.post(url("plan-save", lindqvist.pk), said, headers=AUTOSAVE)
    assert by_itself.status_code == 422 and "target date" in by_itself.json()["problem"]


def test_the_page_saves_by_itself_and_the_second_window_is_told(browser, hale, lindqvist):
    draft = begin_plan(by=hale, patient=lindqvist)
    save = url("plan-save", lindqvist.pk)
    first = browser.post(save, posted(content("one"), version=draft.version, window="a"), headers=AUTOSAVE)
    assert first.json()["version"] == draft.version + 1 and first.json()["saved_at"]
    second = browser.post(save, posted(content("two"), version=draft.version, window="b"), headers=AUTOSAVE)
    assert second.status_code == 409 and second.json()["href"].startswith(url("plan-edit", lindqvist.pk) + "?texts=")
    page = browser.get(url("plan-edit", lindqvist.pk)).text
    assert "Two texts of this plan" in page and "<del>one</del>" in page and "<ins>two</ins>" in page


def test_a_page_whose_plan_was_signed_meanwhile_is_told_to_copy_its_text(browser, lindqvist, plan):
    answer = browser.post(url("plan-save", lindqvist.pk), posted(content(), version=2), headers=AUTOSAVE)
    assert answer.status_code == 422 and "Copy your text" in answer.json()["problem"]


def test_only_a_diagnosis_of_this_patient_is_linked(browser, hale, lindqvist, abernathy):
    given = {"code_system": "http://hl7.org/fhir/sid/icd-10-cm", "clinical_status": "active"}
    hers = lindqvist.diagnoses.create(code="F41.1", title="Generalized anxiety disorder", **given)
    other = abernathy.diagnoses.create(code="F43.2", title="Adjustment disorder", **given)
    draft = begin_plan(by=hale, patient=lindqvist)
    problem = content()["problems"][0]["id"]
    for number, (row, words) in enumerate([(hers, "F41.1 Generalized anxiety disorder"), (other, "")]):
        said = posted(content(), version=draft.version + number) | {f"diagnosis_{problem}": str(row.pk)}
        browser.post(url("plan-save", lindqvist.pk), said)
        assert PlanDraft.objects.get().content["problems"][0]["diagnosis_words"] == words


def test_a_review_is_recorded_and_leads_on(browser, lindqvist, plan):
    page = browser.get(url("plan-review-new", plan.pk))
    assert "1.1 Speak up at work weekly" in page.text
    given = {"id": uuid4(), "on": today().isoformat(), "outcome": "revised", "text": "Going well"}
    done = browser.post(url("plan-review-new", plan.pk), given | {f"goal_{GOAL}": "worse"}, follow=True)
    assert done.redirect_chain[-1][0] == url("plan-edit", lindqvist.pk)
    assert PlanReview.objects.get().progress == {GOAL: "worse"}
    shown = browser.get(url("patient-plan", lindqvist.pk)).text
    assert "Going well" in shown and "Worse" in shown


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"on": ""}, "Say on which day."),
        ({"on": "tomorrow"}, "Write the day as year-month-day"),
        ({"on": (today() + timedelta(days=2)).isoformat()}, "cannot be of a day to come"),
    ],
)
def test_a_review_form_gives_back_what_was_typed_with_a_sentence(browser, plan, changed, sentence):
    given = {"id": uuid4(), "on": today().isoformat(), "outcome": "unchanged", "text": "Typed just now"}
    page = browser.post(url("plan-review-new", plan.pk), given | changed)
    assert page.status_code == 200 and sentence in page.text and "Typed just now" in page.text
    assert not PlanReview.objects.exists()


def test_two_versions_stand_side_by_side_in_words(browser, hale, lindqvist, plan):
    second = make_plan(hale, lindqvist, "Speak up at work daily")
    chosen = f"{url('plan-compare', lindqvist.pk)}?before={plan.pk}&after={second.pk}"
    for address in (chosen, url("plan-compare", lindqvist.pk)):
        page = browser.get(address).text
        assert "Changed: text" in page and "<del>weekly</del>" in page and "<ins>daily</ins>" in page


def test_versions_of_another_patient_are_not_compared(browser, osei, hale, lindqvist, abernathy, plan):
    make_plan(hale, lindqvist, "Another goal")
    theirs = make_plan(osei, abernathy, "Her own secret goal")
    page = browser.get(f"{url('plan-compare', lindqvist.pk)}?before={plan.pk}&after={theirs.pk}")
    assert "Choose two versions" in page.text and "secret" not in page.text


def test_goals_are_ticked_beside_the_note_saved_with_it_and_shown_when_signed(browser, hale, lindqvist, plan, draft):
    editor = browser.get(url("note-edit", draft.pk)).text
    assert "Goals worked on" in editor and "1.1 Speak up at work weekly" in editor
    typed = {"version": draft.version, "window": "w", "goals_shown": "1", "goal": [GOAL]}
    typed |= {f"s_{key}": text for key, text in draft.sections.items()}
    assert browser.post(url("note-save", draft.pk), typed, headers=AUTOSAVE).status_code == 200
    assert str(GoalWorkedOn.objects.get().goal_id) == GOAL
    assert re.search(rf'value="{GOAL}"\s+checked', browser.get(url("note-edit", draft.pk)).text)
    browser.post(url("note-save", draft.pk), {k: v for k, v in typed.items() if not k.startswith("goal")})
    assert GoalWorkedOn.objects.count() == 1  # a page that shows no goals takes none away
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    assert "1.1 Speak up at work weekly" in browser.get(url("note-open", draft.pk)).text
    assert "Worked on in 1 note" in browser.get(url("patient-plan", lindqvist.pk)).text


def test_ticks_come_back_with_an_error(browser, plan, draft):
    typed = {"version": draft.version, "window": "w", "goals_shown": "1", "goal": [OTHER_GOAL], "s_data": "x" * 200_001}
    page = browser.post(url("note-save", draft.pk), typed).text
    assert re.search(rf'value="{OTHER_GOAL}"\s+checked', page) and not re.search(rf'value="{GOAL}"\s+checked', page)


def test_goals_and_the_last_plan_section_are_given_to_be_inserted_and_not_kept_by_any_cache(browser, plan, signed):
    last, goals = (browser.get(url(name, plan.patient_id)) for name in ("plan-insert", "goals-insert"))
    assert "no-store" in last["Cache-Control"] and "no-store" in goals["Cache-Control"]
    assert last.json() == {"text": f"Planned {day(signed.on)}:\nContinue weekly."}
    assert goals.json()["text"].startswith("Goal 1.1: Speak up at work weekly")


def test_without_a_note_the_plan_itself_is_given_to_be_inserted(browser, plan):
    answer = browser.get(url("plan-insert", plan.patient_id))
    assert answer.json() == {
        "text": f"Treatment plan of {day(plan.on)}:\nGraded exposure\nSessions: weekly, individual, 50 min"
    }


def test_the_goals_of_a_draft_are_not_given_to_be_inserted(browser, hale, lindqvist):
    save_plan_of(hale, lindqvist)
    for name in ("plan-insert", "goals-insert"):
        assert browser.get(url(name, lindqvist.pk)).json() == {"text": ""}


def test_a_version_prints_as_an_internal_copy(browser, hale, plan, draft):
    tick_goals(by=hale, note_id=draft.pk, goal_ids=[GOAL])
    answer = browser.get(url("plan-version-print", plan.pk))
    assert answer["Content-Type"] == "application/pdf" and answer.content[:5] == b"%PDF-"


def test_a_review_comes_to_the_home_page_shortly_before_it_is_due(browser, hale, lindqvist):
    make_plan(hale, lindqvist, review_every=90)
    assert "Review a treatment plan" not in browser.get(url("home")).text
    from practice.worklist.models import Task

    Task.objects.update(due_on=today() + timedelta(days=14))
    page = browser.get(url("home")).text
    assert "Review a treatment plan" in page and url("patient-plan", lindqvist.pk) in page


def test_a_version_that_cannot_be_opened_is_shown_as_it_is_and_the_chart_still_opens(browser, lindqvist, draft):
    PlanVersion.objects.bulk_create(
        [
            PlanVersion(
                patient=lindqvist, number=1, author=draft.author, author_role="treating", on=today(), review_every=90,
                content=content("Speak up"),
            )
        ]
    )  # fmt: skip
    version = PlanVersion.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO chart_planversion SELECT gen_random_uuid(), 2, author_role, "on", signed_at, review_every,'
            " content, author_id, patient_id FROM chart_planversion WHERE id = %s",
            [version.pk],
        )
    for name in ("patient-plan", "patient-page"):
        page = browser.get(url(name, lindqvist.pk))
        assert page.status_code == 200 and "cannot be opened" in page.text and "Speak up" not in page.text
