"""Who gets which page, what a form gives back, and what is said about it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent, Outcome
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import ChartAddendum, ChartNote, Encounter, NoteFormat

from .conftest import recently, url

pytestmark = pytest.mark.django_db
PAGES_OF_A_NOTE = ["note-open", "note-edit", "note-sign", "note-discard", "note-print"]
POSTS_OF_A_NOTE = ["note-save", "note-addendum", "note-sign", "note-discard"]


def typed(note, **texts):
    return {"version": note.version, "window": "w", **{f"s_{key}": text for key, text in texts.items()}}


def session_form(**changed):
    began = recently()
    given = {
        "day": began.date().isoformat(),
        "start": "14:00",
        "stop": "14:53",
        "kind": "individual",
        "modality": "video",
        "others_present": "",
    }
    return given | changed


@pytest.mark.parametrize("who", ["dana", "castellanos", "brook"])
@pytest.mark.parametrize("name", PAGES_OF_A_NOTE)
def test_whoever_is_no_clinician_gets_the_404_of_a_note_that_does_not_exist(signed_in, request, signed, who, name):
    browser = signed_in(request.getfixturevalue(who))
    for ident in (signed.pk, uuid4()):
        answer = browser.get(url(name, ident))
        assert answer.status_code == 404
        assert "Sleeping" not in answer.text and "Lindqvist" not in answer.text


@pytest.mark.parametrize("name", PAGES_OF_A_NOTE)
def test_a_clinician_without_care_relationship_gets_an_explained_403(signed_in, osei, signed, name):
    answer = signed_in(osei).get(url(name, signed.pk))
    assert answer.status_code == 403
    assert "this chart is closed to you" in answer.text
    assert "Sleeping" not in answer.text and "Lindqvist" not in answer.text


@pytest.mark.parametrize("name", POSTS_OF_A_NOTE)
@pytest.mark.parametrize(("who", "code"), [("osei", 403), ("dana", 404), ("brook", 404)])
def test_what_a_page_refuses_a_post_refuses_too(signed_in, request, draft, who, code, name):
    answer = signed_in(request.getfixturevalue(who)).post(url(name, draft.pk), typed(draft, data="taken over"))
    assert answer.status_code == code
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == "Sleeping five hours."


def test_another_clinician_of_the_same_patient_does_not_learn_of_a_draft(signed_in, hale, osei, lindqvist, draft):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    browser = signed_in(osei)
    for name in PAGES_OF_A_NOTE:
        assert browser.get(url(name, draft.pk)).status_code == 404
    page = browser.get(url("session-open", draft.encounter_id))
    assert page.status_code == 200
    assert str(draft.pk) not in page.text
    sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
    assert "Sleeping five hours." in browser.get(url("note-open", draft.pk)).text


def test_views_prints_and_refusals_are_in_the_audit_trail(signed_in, hale, osei, dana, signed):
    signed_in(hale).get(url("note-open", signed.pk))
    signed_in(hale).get(url("note-print", signed.pk))
    signed_in(osei).get(url("note-open", signed.pk))
    signed_in(dana).get(url("note-open", signed.pk))
    of = AuditEntry.objects.filter
    assert of(actor=hale, event=AuditEvent.VIEWED, object_pk=str(signed.pk)).count() == 2
    assert of(actor=hale, event=AuditEvent.PRINTED, object_pk=str(signed.pk)).count() == 1
    assert of(actor=osei, outcome=Outcome.REFUSED, patient_id=signed.patient_id).count() == 1
    assert of(actor=dana, outcome=Outcome.REFUSED, object_pk=str(signed.patient_id)).count() == 1


def test_a_session_and_its_note_begin_on_one_page(signed_in, hale, lindqvist, dap):
    answer = signed_in(hale).post(url("session-new", lindqvist.pk), session_form(format=dap.pk), follow=True)
    note = ChartNote.objects.get()
    assert answer.redirect_chain[-1][0] == url("note-edit", note.pk)
    assert note.encounter.modality == "video"
    assert (note.encounter.stopped_at - note.encounter.started_at) == timedelta(minutes=53)
    for label in ("Data", "Assessment", "Plan"):
        assert label in answer.text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"day": (timezone.localdate() + timedelta(days=3)).isoformat()}, "would start in the future"),
        ({"stop": "13:00"}, "The end is not after the start."),
        ({"day": "1985-01-01"}, "before the patient was born"),
        ({"day": "31.12.2025"}, "Write the day as year-month-day."),
        ({"start": ""}, "Say when it began."),
        ({"others_present": "x" * 301}, "more belongs in the note"),
    ],
)
def test_a_session_form_gives_back_what_was_typed_with_a_sentence(signed_in, hale, lindqvist, dap, changed, sentence):
    given = session_form(format=dap.pk, others_present="his mother") | changed
    answer = signed_in(hale).post(url("session-new", lindqvist.pk), given)
    assert answer.status_code == 200
    assert sentence in answer.text
    assert given["others_present"] in answer.text
    assert not Encounter.objects.exists()


def test_a_note_is_written_signed_and_added_to_in_the_browser(signed_in, hale, draft):
    browser = signed_in(hale)
    preview = browser.post(url("note-save", draft.pk), typed(draft, data="Rehearsed.") | {"then": "sign"}, follow=True)
    assert "This is how the note will stand" in preview.text and "Rehearsed." in preview.text
    done = browser.post(url("note-sign", draft.pk), {"seen_version": draft.version + 1}, follow=True)
    assert "Signed by Dr. Miriam Hale" in done.text
    added = browser.post(url("note-addendum", draft.pk), {"text": "He called."}, follow=True)
    assert "He called." in added.text
    assert browser.get(url("note-edit", draft.pk)).status_code == 403


def test_an_addendum_that_is_empty_comes_back_with_a_sentence(signed_in, hale, signed):
    answer = signed_in(hale).post(url("note-addendum", signed.pk), {"text": "  \n "})
    assert "Write what is to be added." in answer.text
    assert not ChartAddendum.objects.exists()


def test_a_note_over_the_limit_comes_back_whole_with_a_sentence(signed_in, hale, draft):
    long = "word " * 40_001
    answer = signed_in(hale).post(url("note-save", draft.pk), typed(draft, data=long))
    assert answer.status_code == 200
    assert "one note holds up to 200,000" in answer.text
    assert long.strip() in answer.text
    assert ChartNote.objects.get(pk=draft.pk).version == draft.version


def test_a_200_000_character_note_of_emoji_is_saved(signed_in, hale, draft):
    answer = signed_in(hale).post(url("note-save", draft.pk), typed(draft, data="😀" * 200_000))
    assert answer.status_code == 302
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == "😀" * 200_000


def test_the_second_of_two_windows_is_told_and_both_texts_stand_side_by_side(signed_in, hale, draft):
    browser = signed_in(hale)
    browser.post(url("note-save", draft.pk), typed(draft, data="text of the first") | {"window": "1"})
    page = browser.post(url("note-save", draft.pk), typed(draft, data="of the second") | {"window": "2"}, follow=True)
    assert "saved from another window too" in page.text
    assert page.text.count("text of the first") >= 2  # in the editor and in the comparison
    assert "of the second" in page.text
    branch = draft.branches.get()
    page = browser.post(url("note-text-use", draft.pk, branch.pk), follow=True)
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == "of the second"
    page = browser.post(url("note-text-discard", draft.pk, branch.pk), follow=True)
    assert "Two texts" not in page.text


def test_a_page_that_saves_by_itself_is_told_the_truth(signed_in, hale, draft):
    browser = signed_in(hale)
    headers = {"x-requested-with": "autosave"}
    where = url("note-save", draft.pk)
    saved = browser.post(where, typed(draft, data="a"), headers=headers)
    assert saved.status_code == 200 and saved.json()["version"] == draft.version + 1
    two = browser.post(where, typed(draft, data="b") | {"window": "other"}, headers=headers)
    assert two.status_code == 409 and two.json()["href"].startswith(url("note-edit", draft.pk) + "?texts=")
    long = browser.post(where, typed(draft, data="x" * 200_001), headers=headers)
    assert long.status_code == 422 and "200,001" in long.json()["problem"]


def test_saving_records_one_line_and_no_view(signed_in, hale, draft):
    browser = signed_in(hale)
    before = AuditEntry.objects.count()
    for number in range(3):
        browser.post(url("note-save", draft.pk), typed(draft, data=f"{number}") | {"window": "first"})
    assert AuditEntry.objects.count() == before


def test_a_note_of_somebody_elses_session_cannot_be_begun(signed_in, hale, osei, lindqvist, abernathy, dap):
    other = start_session(by=osei, patient=abernathy, started_at=recently())
    answer = signed_in(hale).post(url("note-new", lindqvist.pk), {"session": other.pk, "format": dap.pk}, follow=True)
    assert "could not be begun" in answer.text
    assert not ChartNote.objects.exists()


def test_a_group_session_does_not_name_patients_of_others(signed_in, hale, osei, lindqvist, abernathy):
    begin_care(by=osei, patient=abernathy, staff=hale, role=CareRole.TREATING, from_on=timezone.localdate())
    began = recently()
    group = start_session(by=hale, patient=lindqvist, others=[abernathy], kind="group", started_at=began)
    page = signed_in(osei).get(url("session-open", group.pk))
    assert "Ruth Abernathy" in page.text and "1 other patient not in your care" in page.text
    assert "Lindqvist" not in page.text


def test_markup_in_a_note_is_shown_as_typed(signed_in, hale, draft):
    save_draft(by=hale, note_id=draft.pk, sections={"data": "<script>alert(1)</script>"}, base_version=draft.version)
    page = signed_in(hale).get(url("note-sign", draft.pk))
    assert "&lt;script&gt;alert(1)" in page.text and "<script>alert" not in page.text


def test_a_draft_is_discarded_only_after_asking(signed_in, hale, draft):
    browser = signed_in(hale)
    assert "Discard this draft?" in browser.get(url("note-discard", draft.pk)).text
    assert ChartNote.objects.exists()
    browser.post(url("note-discard", draft.pk))
    assert not ChartNote.objects.exists() and Encounter.objects.exists()


def test_an_empty_draft_takes_another_format_and_a_written_one_keeps_its_own(signed_in, hale, lindqvist, session, dap):
    draft = start_note(by=hale, patient=lindqvist, format=dap, encounter=session)
    browser, soap = signed_in(hale), NoteFormat.objects.get(code__iexact="soap")
    assert "Or write it as" in browser.get(url("note-edit", draft.pk)).text
    page = browser.post(url("note-format", draft.pk), {"format": soap.pk}, follow=True)
    assert "Subjective" in page.text
    draft.refresh_from_db()
    save_draft(by=hale, note_id=draft.pk, sections={"subjective": "Slept."}, base_version=draft.version)
    other = NoteFormat.objects.exclude(pk=soap.pk).first()
    refused = browser.post(url("note-format", draft.pk), {"format": other.pk}, follow=True)
    assert "Something is written in this draft already" in refused.text and "Slept." in refused.text
    assert "Or write it as" not in refused.text
