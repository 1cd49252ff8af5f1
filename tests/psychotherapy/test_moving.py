"""A sentence moves between the sealed note and the progress note: saved there first, taken here after, once."""

from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.desk import moving
from practice.desk.moving import SECTIONS, section_for
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from records.chart.actions.notes import save_draft as save_chart_draft
from records.chart.actions.notes import sign_note
from records.chart.models import ChartNote, NoteFormat
from records.psychotherapy import vault
from records.psychotherapy.rules import Exclusion
from records.psychotherapy.vault import StaleDraft
from tests.psychotherapy.conftest import DAY, write_draft
from tests.psychotherapy.moving import (
    DOSE,
    KIND,
    LEFT,
    TEXT,
    Stopped,
    chart_texts,
    out,
    passage,
    sealed_text,
    session_today,
)
from tests.psychotherapy.test_pages import SignedIn, page


@pytest.fixture
def draft(hale: Staff, lindqvist: Patient) -> UUID:
    return write_draft(hale, lindqvist, text=TEXT).id


# --- Out of the sealed note -------------------------------------------------------------------------------------------


def test_a_sentence_goes_to_the_progress_note_of_the_day_which_is_begun_for_it(
    hale: Staff, lindqvist: Patient, draft: UUID
) -> None:
    made = out(hale, draft)
    assert made and sealed_text(hale, draft) == LEFT
    note = ChartNote.objects.get(patient=lindqvist)
    assert (note.author, note.on, note.state) == (hale, DAY, "draft")
    assert list(chart_texts(lindqvist).values()) == [DOSE]
    moved = vault.moved_sentences(hale, draft)
    assert [(one.direction, one.exclusion, one.chart_note) for one in moved] == [("out", KIND, note.pk)]


def test_it_goes_into_the_note_already_begun_and_into_the_section_chosen(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "Continue."}, base_version=1)
    assert out(hale, draft, section="plan", chart_version=2)
    assert chart_texts(lindqvist) == {"plan": f"Continue.\n{DOSE}"}


def test_a_note_that_names_no_session_goes_with_the_only_one_of_its_day(hale: Staff, lindqvist: Patient) -> None:
    session = session_today(hale, lindqvist)
    draft = write_draft(hale, lindqvist, text=TEXT, session_on=today()).id
    assert out(hale, draft)
    assert ChartNote.objects.get(patient=lindqvist).encounter == session


@pytest.mark.parametrize("code", ["soap", "dap", "birp", "free"])
def test_every_exclusion_has_a_section_in_every_format(db: None, code: str) -> None:
    keys = NoteFormat.objects.get(code=code).keys
    assert {section_for(kind.value, keys) for kind in Exclusion} <= set(keys) and set(SECTIONS) == set(Exclusion)
    assert section_for(Exclusion.TREATMENT_PLAN.value, keys) == ("note" if code == "free" else "plan")
    assert section_for("", keys) == keys[0]


def test_stopped_between_the_two_databases_it_stands_in_both_and_the_second_try_makes_one_move(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = passage()

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as broken:
        broken.setattr(moving.vault, "take_passage", stop)
        with pytest.raises(Stopped):
            out(hale, draft, moved, chart_version=1)
    assert sealed_text(hale, draft) == TEXT and list(chart_texts(lindqvist).values()) == [DOSE]
    assert vault.moved_sentences(hale, draft) == []
    assert out(hale, draft, moved, chart_version=1)  # the page knows no newer version: its answer never came
    assert sealed_text(hale, draft) == LEFT and list(chart_texts(lindqvist).values()) == [DOSE]
    again = out(hale, draft, moved, chart_version=1)  # and once more, when the second answer was lost too
    assert again and again.sealed.edit is None and again.chart.edit is None and again.sealed.text == LEFT
    assert len(vault.moved_sentences(hale, draft)) == 1 and list(chart_texts(lindqvist).values()) == [DOSE]


def test_several_sentences_moved_at_once_are_one_move_too(
    hale: Staff, lindqvist: Patient, progress: ChartNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = write_draft(hale, lindqvist, text="One. Two.\nThree. Four.").id
    moved = passage("Two.\nThree.")
    with monkeypatch.context() as broken:
        broken.setattr(moving.vault, "take_passage", lambda *_, **__: None)
        assert out(hale, draft, moved, section="plan") is None
    assert out(hale, draft, moved, section="plan")
    assert chart_texts(lindqvist) == {"plan": "Two.\nThree."} and sealed_text(hale, draft) == "One. Four."


def test_when_the_chart_cannot_be_saved_the_sealed_note_keeps_its_sentence(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr("records.chart.actions.notes.rewrite", stop)
    with pytest.raises(Stopped):
        out(hale, draft)
    assert sealed_text(hale, draft) == TEXT and chart_texts(lindqvist) == {}


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_chart_has_committed_before_the_sealed_note_lets_go(
    hale: Staff, lindqvist: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For real, no test around it: what fails on the sealed side takes nothing back in the chart."""
    draft = write_draft(hale, lindqvist, text=TEXT).id

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    monkeypatch.setattr("records.psychotherapy.vault.moving._write_down", stop)
    with pytest.raises(Stopped):
        out(hale, draft)
    assert sealed_text(hale, draft) == TEXT and list(chart_texts(lindqvist).values()) == [DOSE]


def test_a_page_that_does_not_know_of_the_move_cannot_write_over_it(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    """Its window saved last, so its next save would otherwise count as no conflict with itself."""
    save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "Continue."}, base_version=1, window="w1")
    out(hale, draft, section="plan")
    saved = save_chart_draft(
        by=hale, note_id=progress.pk, sections={"plan": "Continue. And more."}, base_version=2, window="w1"
    )
    assert saved.branch is not None and DOSE in saved.note.sections["plan"]
    late = write_draft(hale, lindqvist, draft_id=draft, base_version=1, text=f"{TEXT} More.")
    assert late.outcome == "conflict" and sealed_text(hale, draft) == LEFT


def test_nothing_moves_from_a_page_that_is_out_of_date(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    write_draft(hale, lindqvist, draft_id=draft, base_version=1, text=f"{TEXT} More.")
    with pytest.raises(StaleDraft):
        out(hale, draft)
    with pytest.raises(StaleDraft):
        out(hale, draft, passage("Not there.", version=2))
    save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "Continue."}, base_version=1)
    with pytest.raises(Refused):
        out(hale, draft, passage(version=2), chart_version=1)
    assert chart_texts(lindqvist) == {"plan": "Continue."} and DOSE in (sealed_text(hale, draft) or "")


def test_a_signed_progress_note_takes_no_sentence_and_says_what_to_do(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "Continue."}, base_version=1)
    sign_note(by=hale, note_id=progress.pk, seen_version=2)
    with pytest.raises(Refused) as refused:
        out(hale, draft)
    assert "addendum" in refused.value.refusal.remedy and str(progress.pk) in refused.value.refusal.link
    assert ChartNote.objects.count() == 1 and sealed_text(hale, draft) == TEXT


def test_of_a_joint_note_the_author_says_whose_progress_note_it_is(
    hale: Staff, lindqvist: Patient, cordova: Patient
) -> None:
    draft = write_draft(hale, lindqvist, cordova, text=TEXT).id
    with pytest.raises(Refused, match="PN_WHICH_PATIENT"):
        out(hale, draft)
    assert out(hale, draft, patient_id=cordova.pk)
    assert [note.patient for note in ChartNote.objects.all()] == [cordova]


def test_the_chart_shows_nothing_of_where_a_sentence_came_from(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    """The same rows, audit and tasks as a draft saved by hand; the way it went is written down on the sealed side."""
    out(hale, draft, section="plan")
    save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "By hand."}, base_version=2)
    told = list(AuditEntry.objects.filter(object_pk=str(progress.pk)).values_list("event", "detail"))
    assert set(told) <= {("recorded", "draft"), ("changed", "draft"), ("changed", "")}
    assert not AuditEntry.objects.filter(object_pk=str(draft)).exists() and not Task.objects.exists()
    assert ChartNote.objects.get().window == ""


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_learns_where_sentences_can_go_and_what_to_change(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote, signed_in: SignedIn
) -> None:
    client, url = signed_in(hale), reverse("psychotherapy-move-out", args=[draft])
    (place,) = client.get(url, {"note": str(progress.pk)}).json()["places"]
    assert (place["note"], place["name"]) == (str(progress.pk), "Tobias Lindqvist")
    assert place["defaults"][KIND] == "objective" and len(place["sections"]) == 4
    at = len("🕊 He watched my face. ".encode("utf-16-le")) // 2
    given = {
        "token": str(uuid4()),
        "sentence": DOSE,
        "at": str(at),
        "version": "1",
        "kind": KIND,
        "section": "objective",
    }
    told = client.post(url, given | {"note": str(progress.pk), "chart_version": "1"}).json()
    assert told["sealed"]["edit"] == {"start": at, "end": at + len(DOSE) + 1, "text": ""}
    assert told["sealed"]["marks"] == [] and told["sealed"]["version"] == 2
    assert told["chart"]["edit"] == {"start": 0, "end": 0, "text": DOSE} and told["chart"]["version"] == 2
    assert "Sentences that were moved" not in page(client, "psychotherapy-draft-edit", draft)


def test_a_note_shows_its_author_which_sentences_were_moved(
    hale: Staff, lindqvist: Patient, draft: UUID, signed_in: SignedIn
) -> None:
    out(hale, draft)
    vault.sign(hale, draft_id=draft, version=2)
    shown = page(signed_in(hale), "psychotherapy-note-open", draft)
    assert "To the progress note" in shown and "medication prescription and monitoring" in shown
    assert "Moved a sentence to the progress note" in shown


@pytest.mark.parametrize("name", ["psychotherapy-move-out", "psychotherapy-move-in"])
def test_nobody_else_moves_anything(
    hale: Staff, osei: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote, signed_in: SignedIn, name: str
) -> None:
    given = {"token": str(uuid4()), "sentence": DOSE, "version": "1", "note": str(progress.pk), "section": "plan"}
    answer = signed_in(osei).post(reverse(name, args=[draft]), given | {"chart_version": "1", "chart_at": "0"})
    assert answer.status_code == 404 and sealed_text(hale, draft) == TEXT and chart_texts(lindqvist) == {}


def test_bad_requests_are_answered_in_a_sentence(hale: Staff, draft: UUID, signed_in: SignedIn) -> None:
    client = signed_in(hale)
    for name in ("psychotherapy-move-out", "psychotherapy-move-in"):
        for given in ({}, {"token": "x"}, {"token": str(uuid4()), "sentence": " ", "version": "1"}):
            answer = client.post(reverse(name, args=[draft]), given)
            assert answer.status_code == 422 and "Load the page again" in answer.json()["problem"]
