"""A sentence moves between the sealed note and the progress note: saved there first, taken here after, once."""

from contextlib import suppress
from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.desk import moving
from practice.desk.moving import SECTIONS, Move, move_in, move_out, section_for
from practice.infrastructure.days import today
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from records.chart.actions.notes import save_draft as save_chart_draft
from records.chart.actions.notes import sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote, Encounter, NoteFormat
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from records.psychotherapy.models import Event
from records.psychotherapy.rules import Exclusion
from records.psychotherapy.vault import Passage, StaleDraft
from tests.psychotherapy.conftest import DAY, write_draft, write_note
from tests.psychotherapy.test_pages import SignedIn, page

DOSE = "Sertraline went up to 75 mg last week."
TEXT = f"🕊 He watched my face. {DOSE} I held back."
LEFT = "🕊 He watched my face. I held back."
KIND = Exclusion.MEDICATION.value


class Stopped(Exception):
    """The process is gone between the two databases."""


def passage(text: str = DOSE, *, version: int = 1, token: UUID | None = None, at: int | None = None) -> Passage:
    return Passage(token or uuid4(), text, at, version)


def sealed_text(staff: Staff, draft_id: UUID) -> str | None:
    draft = vault.open_draft(staff, draft_id)
    return draft.text if draft else None


def chart_texts(patient: Patient) -> dict[str, str]:
    """What the one progress note of a patient says, section by section, empty ones left out."""
    return {key: text for key, text in ChartNote.objects.get(patient=patient).sections.items() if text}


@pytest.fixture
def draft(hale: Staff, lindqvist: Patient) -> UUID:
    return write_draft(hale, lindqvist, text=TEXT).id


@pytest.fixture
def progress(hale: Staff, lindqvist: Patient) -> ChartNote:
    """Dr. Hale's progress note of the same day, begun."""
    return start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="soap"), on=DAY)


def out(hale: Staff, draft: UUID, moved: Passage | None = None, **more: object) -> Move | None:
    return move_out(by=hale, draft_id=draft, passage=moved or passage(), exclusion=KIND, **more)  # type: ignore[arg-type]


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


# --- Jot, and everybody a note speaks of ------------------------------------------------------------------------------


def session_today(hale: Staff, patient: Patient, *others: Patient) -> Encounter:
    kind = "couple" if others else "individual"
    return start_session(by=hale, patient=patient, others=others, kind=kind, started_at=timezone.now())


def test_what_is_jotted_down_is_the_sheet_beside_the_progress_note(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    blank = page(client, "psychotherapy-jot", lindqvist.pk)
    assert "T. L." in blank and "Lindqvist" not in blank.split("<details")[0]
    jotted = write_draft(hale, lindqvist, text="He looked away at “father”.", session_on=today())
    assert "He looked away" in page(client, "psychotherapy-jot", lindqvist.pk)

    session = session_today(hale, lindqvist)
    note = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"), encounter=session)
    beside = client.get(reverse("note-edit", args=[note.pk])).content.decode()
    assert "He looked away" in beside and f'name="session" value="{session.pk}"' in beside
    write_draft(
        hale, lindqvist, draft_id=jotted.id, base_version=1, text="More.", session=session.pk, session_on=today()
    )
    (head,) = vault.my_drafts(hale)
    assert head.session == session.pk and sealed_text(hale, jotted.id) == "More."


def test_a_note_of_a_joint_session_begins_with_everybody_on_its_list_and_shows_them(
    hale: Staff, lindqvist: Patient, cordova: Patient, signed_in: SignedIn
) -> None:
    session = session_today(hale, lindqvist, cordova)
    note = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"), encounter=session)
    shown = signed_in(hale).get(reverse("note-edit", args=[note.pk])).content.decode()
    assert '<span class="speaks-of">Elena Cordova, Tobias Lindqvist</span>' in shown


# --- Search -----------------------------------------------------------------------------------------------------------


def test_an_author_searches_notes_addenda_drafts_and_second_texts(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    note = write_note(hale, lindqvist, text="The father in the meeting.")
    write_note(hale, text="Later: the father again.", addendum_to=note)
    draft = write_draft(hale, lindqvist, text="A draft about silence.").id
    write_draft(hale, lindqvist, draft_id=draft, base_version=9, text="A second text about the father.")
    found = vault.search_mine(hale, "FATHER")
    assert found.total == 3 and found.searched == 4 and not found.unreadable
    assert vault.search_mine(hale, "father", kinds=["addendum"]).total == 1
    assert vault.search_mine(hale, "meeting father", kinds=["note"]).hits[0].head.id == note
    assert vault.search_mine(hale, "father", first=date(2100, 1, 1)).searched == 0
    assert vault.search_mine(hale, "father", patient=uuid4()).searched == 0
    assert vault.search_mine(osei, "father").searched == 0
    assert "father" not in f"{found!r}{found.hits!r}"


def test_what_cannot_be_opened_is_named_and_never_passed_over(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_note(hale, lindqvist, text="The father.")

    def shut(*_: object, **__: object) -> bytes:
        raise Unreadable

    monkeypatch.setattr("records.psychotherapy.vault.seals.Opener.open", shut)
    shown = signed_in(hale).post(reverse("psychotherapy-search"), {"words": "father"}).content.decode()
    assert "Could not be searched" in shown and "Nothing found" in shown


def test_a_search_is_written_down_without_its_words(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    write_note(hale, lindqvist, text="The father & the <b>meeting</b>.")
    client = signed_in(hale)
    before = AuditEntry.objects.count()
    answer = client.post(reverse("psychotherapy-search"), {"words": "meeting father"})
    shown = answer.content.decode()
    assert "<mark>father</mark>" in shown and "&lt;b&gt;<mark>meeting</mark>" in shown
    assert "no-store" in answer["Cache-Control"] and AuditEntry.objects.count() == before
    with vault.open_as(hale):
        rows = list(Event.objects.filter(kind="searched").values_list("detail", "note", "author"))
    assert rows == [("", None, hale.pk)]


def test_a_search_without_words_or_with_days_in_the_wrong_order_says_so(hale: Staff, signed_in: SignedIn) -> None:
    client, url = signed_in(hale), reverse("psychotherapy-search")
    assert "Say what to look for." in client.post(url, {"words": " "}).content.decode()
    days = {"words": "x", "first": "2026-02-02", "last": "2026-02-01"}
    assert "The last day is before the first." in client.post(url, days).content.decode()
