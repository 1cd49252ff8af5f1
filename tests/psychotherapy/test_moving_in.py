"""A sentence moves into the sealed note; and moves tried late, twice, and for something else."""

from contextlib import suppress
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.desk import moving
from practice.desk.moving import Move, move_in
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.chart.actions.notes import save_draft as save_chart_draft
from records.chart.actions.notes import sign_note
from records.chart.models import ChartNote
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from records.psychotherapy.vault import Passage, StaleDraft
from tests.psychotherapy.conftest import DAY, write_draft
from tests.psychotherapy.moving import DOSE, TEXT, Stopped, chart_texts, out, passage, sealed_text
from tests.psychotherapy.test_pages import SignedIn


@pytest.fixture
def draft(hale: Staff, lindqvist: Patient) -> UUID:
    return write_draft(hale, lindqvist, text=TEXT).id


# --- Into the sealed note ---------------------------------------------------------------------------------------------


@pytest.fixture
def written(hale: Staff, progress: ChartNote) -> ChartNote:
    texts = {"subjective": "He slept. He said I remind him of his father. He left."}
    return save_chart_draft(by=hale, note_id=progress.pk, sections=texts, base_version=1).note


FATHER = "He said I remind him of his father."


def into(hale: Staff, note: ChartNote, draft_id: UUID, moved: Passage, version: int = 2) -> Move | None:
    return move_in(
        by=hale,
        draft_id=draft_id,
        passage=moved,
        note_id=note.pk,
        section="subjective",
        chart_version=version,
        chart_at=10,
    )


def test_a_sentence_of_the_progress_note_goes_into_the_sealed_one_which_is_begun_for_it(
    hale: Staff, lindqvist: Patient, written: ChartNote
) -> None:
    draft_id = new_id(hale.pk)
    made = into(hale, written, draft_id, passage(FATHER, version=0))
    assert made and sealed_text(hale, draft_id) == FATHER
    assert chart_texts(lindqvist) == {"subjective": "He slept. He left."}
    (head,) = vault.my_drafts(hale)
    assert (head.patients, head.session_on) == ((lindqvist.pk,), DAY)


def test_stopped_on_the_way_in_it_stands_in_both_and_the_second_try_makes_one_move(
    hale: Staff, lindqvist: Patient, written: ChartNote, draft: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = passage(FATHER)

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as broken:
        broken.setattr(moving, "_out_of_chart", stop)
        with pytest.raises(Stopped):
            into(hale, written, draft, moved)
    assert sealed_text(hale, draft) == f"{TEXT}\n{FATHER}" and FATHER in chart_texts(lindqvist)["subjective"]
    for _time in range(2):  # tried again, and once more when that answer was lost
        assert into(hale, written, draft, moved)
        assert sealed_text(hale, draft) == f"{TEXT}\n{FATHER}"
        assert chart_texts(lindqvist) == {"subjective": "He slept. He left."}


def test_a_move_is_undone_to_the_letter_on_both_sides(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote
) -> None:
    made = out(hale, draft, section="plan", chart_version=1)
    assert made and made.sealed.edit
    removed = f"{DOSE} "
    back = passage(removed, version=made.sealed.version, at=int(made.sealed.edit["start"]))
    undone = move_in(
        by=hale,
        draft_id=draft,
        passage=back,
        note_id=progress.pk,
        section="plan",
        chart_version=made.chart.note.version,
        chart_at=0,
    )
    assert undone and sealed_text(hale, draft) == TEXT and chart_texts(lindqvist) == {}
    assert [one.direction for one in vault.moved_sentences(hale, draft)] == ["out", "in"]


def test_a_signed_progress_note_keeps_its_sentence_and_says_why(
    hale: Staff, lindqvist: Patient, written: ChartNote, draft: UUID
) -> None:
    """R-003: what is filed in the chart is chart; a copy elsewhere does not take it out."""
    sign_note(by=hale, note_id=written.pk, seen_version=2)
    with pytest.raises(Refused, match="NOTE_SIGNED_STAYS") as refused:
        into(hale, written, draft, passage(FATHER))
    assert "would not take it out" in refused.value.refusal.words
    assert sealed_text(hale, draft) == TEXT


def test_the_author_is_warned_of_chart_content_and_of_a_note_that_was_shared(
    hale: Staff, lindqvist: Patient, written: ChartNote, draft: UUID, signed_in: SignedIn
) -> None:
    client, url = signed_in(hale), reverse("psychotherapy-move-in", args=[draft])
    texts = {"subjective": f"{FATHER} {DOSE}"}
    save_chart_draft(by=hale, note_id=written.pk, sections=texts, base_version=2)

    def given(sentence: str, **more: str) -> dict[str, str]:
        told = {"token": str(uuid4()), "sentence": sentence, "version": "1", "note": str(written.pk)}
        return told | {"section": "subjective", "chart_version": "3", "chart_at": "0"} | more

    answer = client.post(url, given(DOSE))
    assert answer.status_code == 409 and "belongs in the chart: medication" in answer.json()["warning"]
    record(by=hale, event=AuditEvent.PRINTED, subject=written, patient_id=lindqvist.pk)
    answer = client.post(url, given(FATHER))
    assert answer.status_code == 409 and "what was shared stays chart" in answer.json()["warning"]
    assert chart_texts(lindqvist) == texts
    answer = client.post(url, given(FATHER, sure="on"))
    assert answer.status_code == 200 and chart_texts(lindqvist) == {"subjective": DOSE}
    assert answer.json()["sealed"]["edit"]["text"] == f"\n{FATHER}"


# --- Tried late, twice, and for something else ------------------------------------------------------------------------

TELLS = "He told of the boat."


def somewhere(hale: Staff, draft_id: UUID, note: ChartNote) -> tuple[bool, bool]:
    note.refresh_from_db()
    return TELLS in (sealed_text(hale, draft_id) or ""), TELLS in "".join(note.sections.values())


@pytest.mark.parametrize("first", ["in", "out"])
@pytest.mark.parametrize("late", list(product(range(3), repeat=2)))
def test_a_move_its_undo_and_the_move_again_never_lose_the_words_however_often_and_late_they_arrive(
    hale: Staff, lindqvist: Patient, progress: ChartNote, first: str, late: tuple[int, ...]
) -> None:
    """Each request arrives as its page sent it; those of `late` arrive again, in any order, and one by hand between."""
    here = {"subjective": f"He slept. {TELLS} He left."} if first == "in" else {"subjective": "He slept."}
    save_chart_draft(by=hale, note_id=progress.pk, sections=here, base_version=1)
    sealed = "It was loud." if first == "in" else f"It was loud. {TELLS} I held back."
    draft_id = write_draft(hale, lindqvist, text=sealed).id
    tokens = [uuid4() for _ in range(3)]

    def send(step: int) -> Move | None:
        moved = passage(TELLS, version=1 + step, token=tokens[step])
        if (first == "in") == (step != 1):
            return into(hale, progress, draft_id, moved, 2 + step)
        return out(hale, draft_id, moved, note_id=progress.pk, section="subjective", chart_version=2 + step)

    for step in range(3):
        assert send(step)
        assert somewhere(hale, draft_id, progress) in ((True, False), (False, True))
        for again in late:
            if again <= step:
                with suppress(Refused, StaleDraft):
                    send(again)
                assert any(somewhere(hale, draft_id, progress))
    assert somewhere(hale, draft_id, progress) == ((True, False) if first == "in" else (False, True))


def test_a_late_try_says_that_the_sentence_was_moved_back(
    hale: Staff, lindqvist: Patient, written: ChartNote, draft: UUID
) -> None:
    moved = passage(FATHER)
    into(hale, written, draft, moved)
    write_draft(hale, lindqvist, draft_id=draft, base_version=2, text=TEXT)  # put back by hand
    save_chart_draft(by=hale, note_id=written.pk, sections={"subjective": FATHER}, base_version=3)
    with pytest.raises(Refused, match="NOTE_MOVED_BACK"):
        into(hale, written, draft, moved)
    assert chart_texts(lindqvist) == {"subjective": FATHER} and sealed_text(hale, draft) == TEXT


def test_a_token_that_was_used_moves_nothing_else(
    hale: Staff, lindqvist: Patient, written: ChartNote, draft: UUID
) -> None:
    used = uuid4()
    into(hale, written, draft, passage(FATHER, token=used))
    for other in ("He left.", "He slept."):
        with pytest.raises(StaleDraft, match="PN_OTHER_MOVE"):
            into(hale, written, draft, passage(other, version=2, token=used), 3)
    with pytest.raises(StaleDraft, match="PN_OTHER_MOVE"):
        out(hale, draft, passage(FATHER, version=2, token=used), section="subjective")
    assert chart_texts(lindqvist) == {"subjective": "He slept. He left."}
    used, dose = uuid4(), passage(version=2)
    assert out(hale, draft, passage(version=2, token=used), section="plan", note_id=written.pk)
    for text, section in (("I held back.", "plan"), (DOSE, "objective")):
        with pytest.raises(StaleDraft, match="PN_OTHER_MOVE"):
            out(hale, draft, passage(text, version=3, token=used), section=section)
    assert dose.text in chart_texts(lindqvist)["plan"] and "I held back." in (sealed_text(hale, draft) or "")


def test_words_that_left_the_progress_note_while_they_were_moved_there_stay_in_the_sealed_one(
    hale: Staff, lindqvist: Patient, draft: UUID, progress: ChartNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's save came between the two halves of the move."""
    halves = moving._into_chart

    def and_gone(*given: object) -> object:
        made = halves(*given)  # type: ignore[arg-type]
        save_chart_draft(by=hale, note_id=progress.pk, sections={"plan": "Continue."}, base_version=made.note.version)
        return made

    monkeypatch.setattr(moving, "_into_chart", and_gone)
    with pytest.raises(Refused, match="NOTE_MOVED_BACK"):
        out(hale, draft, section="plan")
    assert sealed_text(hale, draft) == TEXT
