"""A practice makes its own note formats by copying; what was written keeps the format it was written in."""

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from practice.infrastructure.refusals import Refused
from records.chart.actions.formats import change_format_sections, copy_format, restore_format, retire_format
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.documents import render_context
from records.chart.forms.formats import moved
from records.chart.models import ChartNote, NoteFormat
from records.chart.queries.formats import formats, newest, usual_format
from records.chart.rules.formats import format_refusals, made_sections
from tests.refusals import refusal_of

from .trainees import make_trainee, supervise

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(hale, dap):
    return copy_format(by=hale, source_id=dap.pk)


def change(by, base, sections, name="Couples", occasional=False) -> NoteFormat:
    return change_format_sections(by=by, base_id=base.pk, name=name, sections=sections, occasional=occasional)


def rows(format) -> list[dict[str, str]]:
    return [{"key": one["key"], "label": one["label"], "hint": one["hint"]} for one in format.sections]


def test_a_copy_has_the_sections_of_its_source_and_is_offered(own, dap):
    assert own.sections == dap.sections
    assert (own.name, own.version, own.copied_from, own.is_own) == ("Copy of DAP", 1, dap, True)
    assert own in formats() and dap in formats()


def test_sections_are_renamed_added_removed_and_put_in_another_order(hale, own):
    data, assessment, plan = rows(own)
    new = {"key": "", "label": "  Homework ", "hint": "What was agreed."}
    made = change(hale, own, [plan | {"label": "Next"}, new, data])
    assert [one["label"] for one in made.sections] == ["Next", "Homework", "Data"]
    assert [made.keys[0], made.keys[2]] == ["plan", "data"]  # the same section, so its text can be carried over
    assert made.keys[1] not in {"assessment", "plan", "data"}
    assert (made.code, made.version, list(newest().filter(code=own.code))) == (own.code, 2, [made])
    assert assessment["key"] not in made.keys


def test_old_notes_and_drafts_keep_the_version_they_were_written_in(hale, lindqvist, own):
    texts = {"data": "He slept.", "assessment": "Better.", "plan": "Weekly."}
    notes = [start_note(by=hale, patient=lindqvist, format=own) for _ in range(2)]
    for note in notes:
        save_draft(by=hale, note_id=note.pk, sections=texts, base_version=1)
    signed = sign_note(by=hale, note_id=notes[0].pk, seen_version=2)
    before = render_context([signed.pk], patient=lindqvist)[0].written
    change(hale, own, [{"key": "data", "label": "Heard", "hint": ""}], name="Short")
    retire_format(by=hale, base_id=newest().get(code=own.code).pk)
    for note in notes:
        again = ChartNote.objects.get(pk=note.pk)
        assert (again.format, again.sections) == (own, texts)
    assert render_context([signed.pk], patient=lindqvist)[0].written == before
    assert [part["label"] for part in before] == ["Data", "Assessment", "Plan"]
    later = save_draft(by=hale, note_id=notes[1].pk, sections=texts | {"plan": "Daily."}, base_version=2)
    assert later.note.sections["plan"] == "Daily."


def test_the_database_lets_nobody_change_a_version_that_is_there(own):
    for act in (
        lambda: NoteFormat.objects.filter(pk=own.pk).update(name="Other"),
        lambda: NoteFormat.objects.filter(pk=own.pk)._raw_delete("default"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            act()


def test_nothing_changed_makes_no_version(hale, own):
    assert change(hale, own, rows(own), name=own.name) == own


def test_of_two_changes_to_the_same_version_the_second_is_refused(hale, osei, own):
    change(hale, own, rows(own), name="Hers")
    assert refusal_of(lambda: change(osei, own, rows(own), name="His")) == "FORMAT_CHANGED"
    assert newest().get(code=own.code).name == "Hers"


def test_what_comes_with_the_product_is_copied_and_retired_but_never_changed(hale, dap):
    assert refusal_of(lambda: change(hale, dap, rows(dap))) == "FORMAT_NOT_OWN"
    gone = retire_format(by=hale, base_id=dap.pk)
    assert "dap" not in formats().values_list("code", flat=True)
    restore_format(by=hale, base_id=gone.pk)
    assert "dap" in formats().values_list("code", flat=True)


def test_the_last_format_in_use_stays(hale):
    *others, last = formats()
    for one in others:
        retire_format(by=hale, base_id=one.pk)
    assert refusal_of(lambda: retire_format(by=hale, base_id=last.pk)) == "FORMAT_LAST"


@pytest.mark.parametrize("who", ["dana", "castellanos", "brook", "trainee"])
def test_only_clinicians_and_supervisors_make_formats(request, hale, lindqvist, dap, own, who):
    if who == "trainee":
        supervise(lindqvist, hale)
    somebody = make_trainee(lindqvist) if who == "trainee" else request.getfixturevalue(who)
    for act in (
        lambda: copy_format(by=somebody, source_id=dap.pk),
        lambda: change(somebody, own, rows(own)),
        lambda: retire_format(by=somebody, base_id=own.pk),
        lambda: restore_format(by=somebody, base_id=own.pk),
    ):
        assert refusal_of(act) == "FORMATS_FOR_CLINICIANS"


A, B = {"key": "a", "label": "One", "hint": ""}, {"key": "b", "label": "Two", "hint": ""}


@pytest.mark.parametrize(
    ("name", "sections", "taken", "codes"),
    [
        ("Couples", [A, B], False, []),
        (" ", [A], False, ["FORMAT_NO_NAME"]),
        ("DAP", [A], True, ["FORMAT_NAME_TAKEN"]),
        ("Couples", [], False, ["FORMAT_EMPTY"]),
        ("Couples", [A] * 31, False, ["FORMAT_TOO_LONG", "FORMAT_SAME_TITLE"]),
        ("Couples", [A | {"label": " "}], False, ["FORMAT_NO_TITLE"]),
        ("Couples", [A, B | {"label": "ONE"}], False, ["FORMAT_SAME_TITLE"]),
        ("Couples", [A | {"label": "x" * 61}], False, ["FORMAT_WORDS_TOO_LONG"]),
        ("Couples", [A | {"hint": "x" * 201}], False, ["FORMAT_WORDS_TOO_LONG"]),
        ("x" * 61, [A], False, ["FORMAT_WORDS_TOO_LONG"]),
    ],
)
def test_what_a_format_cannot_be(name, sections, taken, codes):
    assert [refusal.code for refusal in format_refusals(name, sections, taken=taken)] == codes


def test_a_made_up_key_is_a_new_section_and_a_choice_stays_a_choice():
    contact = {"key": "kind", "label": "Kind", "hint": "", "kind": "choice", "choices": ["Phone"], "required": True}
    kept, new = made_sections(
        [{"key": "kind", "label": "What", "hint": ""}, {"key": "__proto__", "label": "X", "hint": ""}], [contact]
    )
    assert kept == contact | {"label": "What"}
    assert new["key"].startswith("own_")


@pytest.mark.parametrize(
    ("step", "order"),
    [
        ("up-1", "bac"), ("down-0", "bac"), ("up-0", "abc"), ("down-2", "abc"), ("drop-1", "ac"), ("add", "abc+"),
        ("drop-9", "abc"), ("up-x", "abc"), ("", "abc"), ("drop--1", "abc"),
    ],
)  # fmt: skip
def test_rows_move_by_their_buttons(step, order):
    after = moved([{"key": key, "label": key, "hint": ""} for key in "abc"], step)
    assert "".join(row["key"] or "+" for row in after) == order


def test_a_format_is_made_on_its_pages_and_typed_words_come_back(hale, signed_in, dap):
    browser = signed_in(hale)
    page = browser.post(reverse("format-copy", args=[dap.pk]), follow=True)
    own = NoteFormat.objects.get(copied_from=dap)
    edit = reverse("format-edit", args=[own.pk])
    assert page.redirect_chain[-1][0] == edit
    typed = {
        "name": "Couples",
        "key-0": "data",
        "label-0": "Heard",
        "hint-0": "",
        "key-1": "",
        "label-1": "",
        "hint-1": "",
    }
    moved_page = browser.post(edit, typed | {"row": "up-1"}).text
    assert moved_page.index('name="label-0" value=""') < moved_page.index('name="label-1" value="Heard"')
    assert "Couples" in moved_page and "needs a title" not in moved_page  # nothing is checked, nothing is saved yet
    refused = browser.post(edit, typed).text
    assert "Every section needs a title." in refused and 'value="Heard"' in refused
    assert NoteFormat.objects.filter(code=own.code).count() == 1
    browser.post(edit, typed | {"label-1": "Seen"})
    assert newest().get(code=own.code).name == "Couples"
    assert (
        browser.post(edit, typed | {"label-1": "Late"}).text.count("Somebody changed this format while you did.") == 1
    )
    listed = browser.get(reverse("format-list")).text
    assert "Couples" in listed and "copied from DAP" in listed


def test_the_next_note_is_proposed_as_the_last_one_of_this_patient(hale, lindqvist, own, dap):
    soap, intake = NoteFormat.objects.get(code="soap"), NoteFormat.objects.get(code="intake")
    assert usual_format(hale, lindqvist) == formats().first() == soap
    start_note(by=hale, patient=lindqvist, format=own)
    start_note(by=hale, patient=lindqvist, format=intake)  # for occasions: proposed to nobody
    assert usual_format(hale, lindqvist) == own
    newer = change(hale, own, rows(own)[:1])
    assert usual_format(hale, lindqvist) == newer
    retire_format(by=hale, base_id=newer.pk)
    assert usual_format(hale, lindqvist) == soap


def test_a_contact_says_its_kind_and_with_whom_before_it_is_signed(hale, lindqvist, signed_in):
    note = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="contact"))
    save_draft(by=hale, note_id=note.pk, sections={"content": "He cancels Friday."}, base_version=1)
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=note.pk, seen_version=2)
    assert refused.value.refusal.words == "Still empty: “Kind of contact” and “With whom”."
    browser = signed_in(hale)
    page = browser.get(reverse("note-edit", args=[note.pk])).text
    assert "<option" in page and "Phone call" in page and "Collateral contact" in page
    assert "Fill in Kind of contact" in browser.get(reverse("note-sign", args=[note.pk]), follow=True).text
    given = {
        "version": 2,
        "window": "w",
        "s_contact_kind": "Phone call",
        "s_with_whom": "The patient",
        "s_content": "x",
    }
    browser.post(reverse("note-save", args=[note.pk]), given)
    assert sign_note(by=hale, note_id=note.pk, seen_version=3).title == "Contact"
