"""What is brought over from the last note says so until its author has edited it."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import day
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.carrying import bring_over
from records.chart.actions.notes import discard_draft, save_draft, sign_note, start_note
from records.chart.models import ChartNote, NoteFormat
from records.chart.queries.carrying import MOST_ALIKE, carried_days, sources_of
from records.chart.rules.carrying import joined, marks_after, unchecked
from records.chart.rules.notes import NOTE_LIMIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(hale, lindqvist, signed, dap):
    """A new draft of Dr. Hale after her signed note."""
    return start_note(by=hale, patient=lindqvist, format=dap)


def again(note) -> ChartNote:
    return ChartNote.objects.get(pk=note.pk)


def test_chosen_sections_are_copied_into_empty_ones_and_below_what_is_written(hale, signed, fresh):
    save_draft(by=hale, note_id=fresh.pk, sections={"plan": "Call the doctor."}, base_version=1)
    note = bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["assessment", "plan"])
    assert note.sections == {
        "data": "",
        "assessment": "Anxiety, improving.",
        "plan": "Call the doctor.\n\nContinue weekly.",
    }
    assert again(note).carried == {
        key: {"note": str(signed.pk), "on": signed.on.isoformat(), "edited": False} for key in ("assessment", "plan")
    }
    assert AuditEntry.objects.filter(object_pk=str(note.pk), detail="carried_over").count() == 1
    assert again(signed).sections["plan"] == "Continue weekly."


def test_a_section_counts_as_ones_own_from_its_first_edit_and_stays_so(hale, signed, fresh):
    note = bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["assessment", "plan"])
    assert carried_days(note) == {"assessment": signed.on, "plan": signed.on}
    texts = note.sections | {"plan": "Continue weekly. Call on Monday."}
    note = save_draft(by=hale, note_id=note.pk, sections=texts, base_version=note.version).note
    assert carried_days(note) == {"assessment": signed.on}
    back = save_draft(by=hale, note_id=note.pk, sections=texts | {"plan": "Continue weekly."}, base_version=3).note
    assert carried_days(back) == {"assessment": signed.on}
    assert back.carried["plan"]["note"] == str(signed.pk)  # where it came from stays on record


def test_the_same_section_is_not_brought_twice(hale, signed, fresh):
    for _ in range(2):
        note = bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["plan"])
    assert note.sections["plan"] == "Continue weekly."


def test_author_signer_and_later_reader_see_what_was_brought_over(hale, signed, fresh, signed_in):
    bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["assessment"])
    browser = signed_in(hale)
    words = f"Carried over from {day(signed.on)}: check it"
    assert browser.get(reverse("note-edit", args=[fresh.pk])).text.count(words) == 1
    assert browser.get(reverse("note-sign", args=[fresh.pk])).text.count(words) == 1
    sign_note(by=hale, note_id=fresh.pk, seen_version=2)
    assert f"Carried over from {day(signed.on)}, not edited" in browser.get(reverse("note-open", args=[fresh.pk])).text


def test_nothing_is_brought_over_by_itself(hale, signed, fresh, signed_in):
    page = signed_in(hale).get(reverse("note-edit", args=[fresh.pk])).text
    assert "Continue weekly." not in page and "Carried over" not in page
    assert fresh.carried == {} and not any(fresh.sections.values())


def test_the_page_shows_each_section_with_a_box_and_wants_one_ticked(hale, signed, fresh, signed_in):
    browser, page = signed_in(hale), reverse("note-bring", args=[fresh.pk])
    shown = browser.get(page).text
    assert shown.count('type="checkbox"') == 3 and " checked" not in shown
    assert "tick at least one section" in browser.post(page, {"source": signed.pk}, follow=True).text
    done = browser.post(page, {"source": signed.pk, "keys": ["plan", "nothing"]}, follow=True)
    assert "Brought over." in done.text
    assert again(fresh).sections == {"data": "", "assessment": "", "plan": "Continue weekly."}


def test_a_saved_text_is_kept_when_one_goes_to_choose(hale, signed, fresh, signed_in):
    typed = {"version": 1, "window": "w", "s_data": "Typed before.", "then": "bring"}
    answer = signed_in(hale).post(reverse("note-save", args=[fresh.pk]), typed)
    assert answer.url == reverse("note-bring", args=[fresh.pk])
    assert again(fresh).sections["data"] == "Typed before."


def test_a_section_that_the_format_does_not_have_is_shown_and_cannot_be_ticked(hale, lindqvist, signed, signed_in):
    soap = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="soap"))
    page = signed_in(hale).get(reverse("note-bring", args=[soap.pk])).text
    assert page.count("SOAP has no such section") == 1 and page.count('type="checkbox"') == 2
    note = bring_over(by=hale, note_id=soap.pk, source_id=signed.pk, keys=["data", "plan"])
    assert [key for key, text in note.sections.items() if text] == ["plan"]


def test_only_signed_notes_of_this_patient_are_offered(hale, osei, lindqvist, abernathy, signed, fresh, draft, dap):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    other = start_note(by=osei, patient=lindqvist, format=dap)
    save_draft(by=osei, note_id=other.pk, sections={"plan": "His plan."}, base_version=1)
    elsewhere = start_note(by=osei, patient=abernathy, format=dap)
    save_draft(by=osei, note_id=elsewhere.pk, sections={"plan": "Hers."}, base_version=1)
    sign_note(by=osei, note_id=elsewhere.pk, seen_version=2)
    assert sources_of(fresh) == [signed]
    for source in (other, elsewhere, fresh):
        with pytest.raises(Refused) as refused, transaction.atomic():
            bring_over(by=hale, note_id=fresh.pk, source_id=source.pk, keys=["plan"])
        assert refused.value.refusal.code == "CARRY_NO_SOURCE"
    sign_note(by=osei, note_id=other.pk, seen_version=2)
    assert sources_of(fresh) == [signed, other]  # one's own first, then the last of the team


def test_a_call_between_sessions_does_not_hide_the_last_note_in_the_format(hale, lindqvist, signed, fresh, signed_in):
    call = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="free"))
    key = call.format.keys[0]
    save_draft(by=hale, note_id=call.pk, sections={key: "Moved to Thursday."}, base_version=1)
    sign_note(by=hale, note_id=call.pk, seen_version=2)
    assert sources_of(fresh) == [signed, call]
    browser, page = signed_in(hale), reverse("note-bring", args=[fresh.pk])
    first = browser.get(page).text
    assert "Continue weekly." in first and "Moved to Thursday." not in first and "Bring over what is ticked" in first
    other = browser.get(page, {"from": call.pk}).text
    assert "Moved to Thursday." in other and "Continue weekly." not in other
    assert "checkbox" not in other and "Bring over what is ticked" not in other  # no box that cannot be ticked
    assert "Continue weekly." in browser.get(page, {"from": "not an id"}).text


def test_the_notes_before_the_last_one_can_be_chosen_up_to_a_number(hale, lindqvist, signed, fresh, dap):
    for n in range(MOST_ALIKE + 2):
        more = start_note(by=hale, patient=lindqvist, format=dap)
        save_draft(by=hale, note_id=more.pk, sections={"plan": f"Plan {n}."}, base_version=1)
        sign_note(by=hale, note_id=more.pk, seen_version=2)
    found = sources_of(fresh)
    assert len(found) == MOST_ALIKE and found[0].sections["plan"] == f"Plan {n}."
    third = bring_over(by=hale, note_id=fresh.pk, source_id=found[2].pk, keys=["plan"])
    assert third.sections["plan"] == f"Plan {n - 2}."


def test_another_window_that_saves_later_keeps_its_text_beside(hale, signed, fresh):
    save_draft(by=hale, note_id=fresh.pk, sections={"data": "typed"}, base_version=1, window="w")
    bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["plan"])
    saved = save_draft(by=hale, note_id=fresh.pk, sections={"data": "typed on"}, base_version=2, window="w")
    assert saved.branch is not None
    assert again(fresh).sections["plan"] == "Continue weekly."


def test_a_note_that_would_be_too_long_takes_nothing(hale, signed, fresh):
    save_draft(by=hale, note_id=fresh.pk, sections={"data": "x" * (NOTE_LIMIT - 3)}, base_version=1)
    with pytest.raises(Refused) as refused, transaction.atomic():
        bring_over(by=hale, note_id=fresh.pk, source_id=signed.pk, keys=["plan"])
    assert refused.value.refusal.code == "NOTE_TOO_LONG"
    assert again(fresh).carried == {}


def test_the_first_note_has_nothing_to_bring(hale, abernathy, lindqvist, draft, signed_in):
    assert "There is no earlier note" in signed_in(hale).get(reverse("note-bring", args=[draft.pk])).text
    discard_draft(by=hale, note_id=draft.pk)


def test_marks_and_joins_as_values():
    mark = {"note": "n", "on": "2026-11-14", "edited": False}
    marks = marks_after({"a": mark, "b": mark}, {"a": "x", "b": "y"}, {"a": "x ", "b": "y!"})
    assert unchecked(marks) == {"a": "2026-11-14"}
    assert joined(" \n", "new") == "new"
    assert joined("old\n\n", "new") == "old\n\nnew"
