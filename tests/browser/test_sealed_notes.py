"""A therapist writes a psychotherapy note: it saves itself, two windows lose nothing, and what is signed was read."""

import re

import pytest
from playwright.sync_api import expect

from practice.compliance.models import PlacementQuestion
from practice.people.models import Patient, Staff
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat
from records.psychotherapy import vault
from tests.psychotherapy.conftest import DAY, TEXT, write_draft, write_note
from tests.psychotherapy.test_packages import authorize

from .conftest import Visit
from .visitor import NARROW, WIDE

LINE = "form[data-autosave] [data-save-line]"


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_note_saves_itself_is_looked_at_signed_and_added_to(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/psychotherapy-notes/patients/{lindqvist.pk}/")
        visitor.look("no notes yet")
        page.get_by_role("link", name="Write the first one").click()
        expect(page.get_by_text("Only you can read this")).to_be_visible()
        visitor.look("blank sheet")
        page.get_by_role("textbox", name="Psychotherapy note").fill("He watched my face. שלום 🕊")
        expect(page.locator(LINE)).to_contain_text("sealed")
        assert [head.patients for head in vault.my_drafts(hale)] == [(lindqvist.pk,)]
        page.reload()
        expect(page.get_by_role("textbox", name="Psychotherapy note")).to_have_value("He watched my face. שלום 🕊")
        page.get_by_text("Which session, and whom it speaks of").click()
        page.get_by_text("What belongs here, and what in the chart").click()
        visitor.look("going on")
        page.get_by_role("textbox", name="Psychotherapy note").press("Control+Enter")
        expect(page.get_by_role("heading", name="This is the note as it will stand")).to_be_visible()
        visitor.look("as it will stand")
        page.get_by_role("button", name="Sign and seal").click()
        expect(page.get_by_text("Signed and sealed.")).to_be_visible()
        visitor.look("signed")
        page.get_by_role("link", name="Add to it").click()
        page.get_by_role("textbox", name="Psychotherapy note").fill("Later I understood.")
        expect(page.locator(LINE)).to_contain_text("sealed")
        visitor.look("addendum")
        page.get_by_role("button", name="Sign…").click()
        page.get_by_role("button", name="Sign and seal").click()
        expect(page.get_by_role("heading", name="Addendum")).to_be_visible()
        visitor.look("signed, with addendum")
        page.get_by_role("link", name="Print for myself").click()
        expect(page.locator("article").get_by_text("Internal copy, not for release").first).to_be_visible()
        visitor.look("for printing")
        visitor.go("/psychotherapy-notes/")
        visitor.look("all my notes")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_second_of_two_windows_is_told_at_once_and_both_texts_are_kept(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    draft = write_draft(hale, lindqvist)
    with a_visit(viewport) as visitor:
        first = visitor.page
        visitor.sign_in(hale, f"/psychotherapy-notes/drafts/{draft.id}/")
        second = visitor.context.new_page()
        second.goto(first.url)
        second.get_by_role("textbox", name="Psychotherapy note").fill("Typed in the second window.")
        expect(second.locator(LINE)).to_contain_text("sealed")
        first.get_by_role("textbox", name="Psychotherapy note").fill("Typed in the first window.")
        expect(first.locator(LINE)).to_contain_text("Both texts are kept")
        first.locator(f"{LINE} a").click()
        expect(first.get_by_role("heading", name="The other text")).to_be_visible()
        visitor.look("two texts")
        first.get_by_role("button", name="Add it below").click()
        both = "Typed in the second window.\n\nTyped in the first window."
        expect(first.get_by_role("textbox", name="Psychotherapy note")).to_have_value(both)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_author_reads_chooses_and_locks_what_leaves(
    a_visit: Visit, hale: Staff, dana: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    write_note(hale, lindqvist, text=TEXT)
    write_note(hale, lindqvist, text="Another session.", session_on=DAY)
    authorization = authorize(dana, hale, lindqvist)
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/psychotherapy-notes/packages/for/{authorization.pk}/")
        visitor.look("reading and choosing")
        page.locator("input[name=notes]").first.check()
        page.get_by_label("Dana Whitlock").check()
        page.get_by_label("I have read each note I chose").check()
        page.get_by_role("button", name="Approve and lock").click()
        expect(page.get_by_text("It is shown now and never again")).to_be_visible(timeout=60_000)
        visitor.look("the passphrase, once")
        page.get_by_role("link", name="I have noted it").click()
        expect(page.get_by_text("Approved, waiting for hand-over")).to_be_visible()
        visitor.look("waiting for hand-over")
        visitor.go("/psychotherapy-notes/training/")
        visitor.look("opening notes for training")
        visitor.go(f"/psychotherapy-notes/{vault.my_notes(hale)[0].id}/")
        page.get_by_text("What happened to this note").click()
        visitor.look("what happened")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_sentence_for_the_chart_is_marked_after_saving_and_can_be_kept(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    text = "🕊 He watched my face. Sertraline went up to 75 mg last week. I held back.\n\nGAD-7 today 9 (was 13)."
    draft = write_draft(hale, lindqvist)
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/psychotherapy-notes/drafts/{draft.id}/")
        sheet, marks = page.get_by_role("textbox", name="Psychotherapy note"), page.locator("[data-mark]")
        sheet.fill(text)
        expect(page.get_by_text("2 sentences here belong in the chart.")).to_be_visible()
        expect(marks.first).to_contain_text("Sertraline went up to 75 mg last week.")
        expect(marks.first).to_contain_text("This belongs in the chart: medication. It is not protected here.")
        assert page.locator(".marks-behind mark").all_inner_texts() == [
            "Sertraline went up to 75 mg last week.",
            "GAD-7 today 9 (was 13).",
        ]
        visitor.look("marked sentences")
        marks.first.get_by_role("button", name="Keep").press("Enter")
        expect(marks).to_have_count(1)
        expect(marks.first.get_by_role("button", name="Keep")).to_be_focused()
        sheet.fill(text.replace("GAD-7 today 9 (was 13).", "Silence."))
        expect(page.locator("[data-marks]")).to_be_hidden()
        expect(page.locator(LINE)).to_contain_text("sealed")
        expect(page.locator("[data-marks]")).to_be_hidden()
        page.reload()
        expect(marks).to_have_count(1)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_marks_stand_beside_the_progress_note_and_never_in_it(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    draft = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"))
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/chart/notes/{draft.pk}/write/")
        if viewport == NARROW:
            page.get_by_role("tab", name="Psychotherapy note").click()
        page.get_by_role("textbox", name="Psychotherapy note").fill("He held back. Sertraline 50 mg daily.")
        expect(page.get_by_text("1 sentence here belongs in the chart.")).to_be_visible()
        underlined, written = page.locator(".marks-behind"), page.get_by_role("textbox", name="Psychotherapy note")
        assert underlined.bounding_box() == written.bounding_box()
        visitor.look("marked beside the progress note")
        page.locator("[data-mark]").get_by_role("button", name="Keep").press("Enter")
        expect(page.locator("[data-marks]")).to_be_hidden()
        expect(written).to_be_focused()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_sentence_is_marked_while_writing_moved_and_moved_back(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    """Both notes say the right thing on the page and on the server, and whoever types on loses no word."""
    progress = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="soap"))
    dose = "Sertraline 50 mg daily."
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/chart/notes/{progress.pk}/write/")
        page.get_by_role("textbox", name="Plan").fill("Continue.")

        def turn_to(tab: str) -> None:
            if viewport == NARROW:
                page.get_by_role("tab", name=tab).click()

        turn_to("Psychotherapy note")
        sealed = page.get_by_role("textbox", name="Psychotherapy note")
        sealed.press_sequentially(f"He held back. {dose} ", delay=5)
        for _turn in range(40):  # never a pause of 1.5 seconds, and the marks come all the same
            sealed.press_sequentially("He waited. ", delay=100)
            if page.locator("[data-mark]").count():
                break
        mark = page.locator("[data-mark]").first
        expect(mark).to_contain_text(dose)
        expect(mark.locator("[data-section]")).to_have_value("objective")
        visitor.look("marked while writing")
        mark.locator("[data-section]").select_option("plan")
        mark.get_by_role("button", name="Move to progress note").click()
        told = page.locator("[data-marks-told]")
        expect(told).to_contain_text("Moved to the progress note, Plan.")
        written = sealed.input_value()
        assert dose not in written and written.startswith("He held back. He waited. ")
        visitor.look("moved")
        assert ChartNote.objects.get().sections["plan"] == f"Continue.\n{dose}"
        turn_to("Progress note")
        plan = page.get_by_role("textbox", name="Plan")
        expect(plan).to_have_value(f"Continue.\n{dose}")
        plan.press("Control+End")
        plan.press_sequentially(" Reviewed.")
        expect(page.locator("[data-note] [data-save-line]")).to_contain_text("Saved")
        turn_to("Psychotherapy note")
        told.get_by_role("button", name="Undo").click()
        expect(told).to_contain_text("Moved back.")
        expect(sealed).to_have_value(written.replace("back. ", f"back. {dose} ", 1))
        expect(page.locator("[data-note] textarea").last).to_have_value("Continue.\nReviewed.")
        assert not PlacementQuestion.objects.exists()
        page.locator("[data-mark]").get_by_role("button", name="Not sure").click()
        expect(page.locator("[data-mark]")).to_contain_text("Asked; the answer will stand on your home page.")
        assert [question.topic for question in PlacementQuestion.objects.all()] == ["EX_MEDICATION"]
        turn_to("Progress note")
        plan.select_text()
        page.get_by_role("button", name="Move to psychotherapy note").click()
        expect(page.locator("[data-move-in-told]")).to_contain_text("Moved to the psychotherapy note.")
        visitor.look("moved in")
        expect(plan).to_have_value("")
        expect(page.locator("[data-move-in]").get_by_role("button", name="Undo")).to_be_visible()
        turn_to("Psychotherapy note")
        expect(sealed).to_have_value(re.compile(r"Continue\.\sReviewed\.$"))
        page.reload()
        assert ChartNote.objects.get().sections["plan"] == "" and not ChartNote.objects.get().branches.exists()
        turn_to("Psychotherapy note")
        expect(sealed).to_have_value(re.compile(r"Continue\.\sReviewed\.$"))
        visitor.go(f"/psychotherapy-notes/patients/{lindqvist.pk}/jot/")
        expect(page.get_by_role("heading", name="T. L.")).to_be_visible()
        visitor.look("jotting")
        visitor.go("/psychotherapy-notes/search/")
        page.get_by_role("searchbox", name="Words").fill("back held")
        page.get_by_role("button", name="Search").click()
        expect(page.locator(".excerpt mark")).to_have_count(2)
        visitor.look("found")
        visitor.go("/what-belongs-where/")
        visitor.look("what belongs where")
