"""A word that was saved is kept, a draft is its author's, and what was signed does not change."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refused
from records.chart.actions.notes import (
    add_addendum,
    discard_draft,
    discard_other_text,
    save_draft,
    sign_note,
    start_note,
    use_other_text,
)
from records.chart.actions.sessions import correct_session, start_session
from records.chart.models import ChartAddendum, ChartNote, NoteFormat
from records.chart.rules.notes import NOTE_LIMIT, NoteState

from .conftest import recently

pytestmark = pytest.mark.django_db


def save(by, note, text, *, base, window="", key="data"):
    sections = {**note.sections, key: text}
    return save_draft(by=by, note_id=note.pk, sections=sections, base_version=base, window=window)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def test_formats_are_data_and_nine_of_them_are_there_from_the_start():
    soap, dap, birp, girp = ["soap", "dap", "birp", "girp"]
    rest = ["intake", "contact", "treatment_summary", "discharge", "free"]
    assert list(NoteFormat.objects.values_list("code", flat=True)) == [soap, dap, birp, girp, *rest]
    assert NoteFormat.objects.get(code="birp").keys == ["behavior", "intervention", "response", "plan"]
    assert all(section["label"] for form in NoteFormat.objects.all() for section in form.sections)


def test_a_saved_text_is_there_again_and_encrypted_in_the_database(draft):
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == "Sleeping five hours."
    with connection.cursor() as cursor:
        cursor.execute("SELECT sections FROM chart_chartnote WHERE id = %s", [draft.pk])
        assert b"Sleeping" not in bytes(cursor.fetchone()[0])


def test_ciphertext_of_one_note_does_not_open_in_another(hale, lindqvist, draft, dap):
    from practice.infrastructure.envelope import Unreadable

    other = start_note(by=hale, patient=lindqvist, format=dap)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE chart_chartnote SET sections = (SELECT sections FROM chart_chartnote WHERE id = %s) WHERE id = %s",
            [draft.pk, other.pk],
        )
    with pytest.raises(Unreadable):
        _ = ChartNote.objects.get(pk=other.pk).sections


def test_beginning_the_same_note_twice_is_one_draft(hale, lindqvist, session, dap):
    first = start_note(by=hale, patient=lindqvist, format=dap, encounter=session)
    second = start_note(by=hale, patient=lindqvist, format=dap, encounter=session)
    assert first == second


def test_two_saves_of_the_same_draft_keep_both_texts_and_say_so(hale, draft):
    first = save(hale, draft, "typed in the first window", base=2, window="first")
    second = save(hale, draft, "typed in the second window", base=2, window="second")
    assert first.branch is None
    assert second.branch is not None
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == "typed in the first window"
    assert second.branch.sections["data"] == "typed in the second window"


def test_the_second_window_goes_on_in_its_own_text_and_makes_no_heap(hale, draft):
    save(hale, draft, "first window", base=2, window="first")
    for text in ("second w", "second windo", "SECOND window"):
        save(hale, draft, text, base=2, window="second")
    (branch,) = draft.branches.all()
    assert branch.sections["data"] == "SECOND window"


def test_a_save_whose_answer_was_lost_is_not_in_conflict_with_itself(hale, draft):
    save(hale, draft, "once", base=2, window="same")
    again = save(hale, draft, "once", base=2, window="same")
    further = save(hale, draft, "once and more", base=2, window="same")
    assert (again.branch, further.branch) == (None, None)
    assert further.note.sections["data"] == "once and more"


def test_the_other_text_can_be_taken_and_the_first_one_is_kept_in_its_place(hale, draft):
    save(hale, draft, "first", base=2, window="first")
    branch = save(hale, draft, "second", base=2, window="second").branch
    note = use_other_text(by=hale, note_id=draft.pk, branch_id=branch.pk)
    assert note.sections["data"] == "second"
    assert draft.branches.get().sections["data"] == "first"
    discard_other_text(by=hale, note_id=draft.pk, branch_id=branch.pk)
    assert not draft.branches.exists()


def test_a_draft_with_two_texts_is_not_signed(hale, draft):
    save(hale, draft, "first", base=2, window="first")
    save(hale, draft, "second", base=2, window="second")
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=draft.pk, seen_version=3)
    assert code_of(refused) == "NOTE_HAS_TWO_TEXTS"


def test_an_empty_note_is_not_signed(hale, lindqvist, dap):
    note = start_note(by=hale, patient=lindqvist, format=dap)
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=note.pk, seen_version=1)
    assert code_of(refused) == "NOTE_EMPTY"


def test_what_is_signed_is_what_the_author_saw(hale, draft):
    save(hale, draft, "changed after the preview", base=2, window="first")
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=draft.pk, seen_version=2)
    assert code_of(refused) == "NOTE_CHANGED_SINCE"


def test_200_000_characters_are_kept_and_one_more_is_refused_in_words(hale, draft):
    empty = dict.fromkeys(draft.sections, "")
    save_draft(by=hale, note_id=draft.pk, sections=empty | {"data": "x" * NOTE_LIMIT}, base_version=2)
    assert len(ChartNote.objects.get(pk=draft.pk).sections["data"]) == 200_000
    with pytest.raises(Refused) as refused:
        save_draft(by=hale, note_id=draft.pk, sections=empty | {"data": "x" * 200_001}, base_version=3)
    assert code_of(refused) == "NOTE_TOO_LONG"
    assert "200,001 characters" in refused.value.refusal.words
    assert len(ChartNote.objects.get(pk=draft.pk).sections["data"]) == 200_000


@pytest.mark.parametrize("text", ["😀 👩‍👩‍👧 done", "שלום, she said. مرحبا", "Zoë\u200d\n\nŁódź\ttab", "\u202eturned"])
def test_emoji_and_right_to_left_text_come_back_as_typed(hale, draft, text):
    save(hale, draft, text, base=2)
    assert ChartNote.objects.get(pk=draft.pk).sections["data"] == text


def test_a_draft_is_written_by_its_author_alone(osei, hale, lindqvist, draft):
    from practice.people.actions.care import begin_care
    from practice.people.rules import CareRole

    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    for act in (
        lambda: save(osei, draft, "mine now", base=2),
        lambda: sign_note(by=osei, note_id=draft.pk, seen_version=2),
        lambda: discard_draft(by=osei, note_id=draft.pk),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "NOTE_NOT_YOURS"


def test_of_signing_and_discarding_at_once_the_later_is_told_that_the_draft_is_gone(hale, draft):
    discard_draft(by=hale, note_id=draft.pk)
    for act in (
        lambda: sign_note(by=hale, note_id=draft.pk, seen_version=draft.version),
        lambda: discard_draft(by=hale, note_id=draft.pk),
        lambda: save_draft(by=hale, note_id=draft.pk, sections={"data": "Late."}, base_version=draft.version),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "NOTE_DISCARDED"


def test_a_signed_note_is_not_saved_signed_or_discarded_again(hale, signed):
    for act in (
        lambda: save(hale, signed, "later", base=2),
        lambda: sign_note(by=hale, note_id=signed.pk, seen_version=2),
        lambda: discard_draft(by=hale, note_id=signed.pk),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "NOTE_SIGNED"


def test_the_database_refuses_the_application_to_change_a_signed_note(signed):
    for act in (
        lambda: ChartNote.objects.filter(pk=signed.pk).update(on=timezone.localdate()),
        lambda: ChartNote.objects.filter(pk=signed.pk).update(state=NoteState.DRAFT, signed_at=None),
        lambda: ChartNote.objects.filter(pk=signed.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            act()


def test_a_draft_cannot_be_moved_to_another_patient_or_author(draft, abernathy, osei):
    for change in ({"patient": abernathy}, {"author": osei}):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            ChartNote.objects.filter(pk=draft.pk).update(**change)


@pytest.mark.committing
def test_the_database_refuses_the_owner_of_the_tables_too(hale, signed, connect_as):
    add_addendum(by=hale, note_id=signed.pk, text="One more thing.")
    owner = connect_as("practice_owner", "default")
    for statement in (
        "UPDATE chart_chartnote SET version = version + 1",
        "DELETE FROM chart_chartnote",
        "TRUNCATE chart_chartnote CASCADE",
        "UPDATE chart_chartaddendum SET signed_at = now()",
        "DELETE FROM chart_chartaddendum",
        "TRUNCATE chart_chartaddendum",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(statement)
    assert owner.execute("SELECT count(*) FROM chart_chartaddendum").fetchone() == (1,)


def test_an_addendum_is_signed_and_stays_as_it_is(osei, hale, lindqvist, signed):
    addendum = add_addendum(by=hale, note_id=signed.pk, text="He called on Friday.")
    assert ChartAddendum.objects.get(pk=addendum.pk).text == "He called on Friday."
    assert addendum.author == hale and addendum.signed_at <= timezone.now()
    for act in (
        lambda: ChartAddendum.objects.filter(pk=addendum.pk).update(author=osei),
        lambda: ChartAddendum.objects.filter(pk=addendum.pk).delete(),
    ):
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            act()
        assert refused.value.__cause__.sqlstate == "42501"


def test_a_draft_takes_no_addendum_in_the_product_or_past_it(hale, draft):
    with pytest.raises(Refused) as refused:
        add_addendum(by=hale, note_id=draft.pk, text="x")
    assert code_of(refused) == "NOTE_NOT_SIGNED"
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartAddendum.objects.create(note=draft, author=hale, text="x")


def test_a_stranger_adds_nothing(osei, signed):
    with pytest.raises(Refused) as refused:
        add_addendum(by=osei, note_id=signed.pk, text="x")
    assert code_of(refused) == "CHART_NO_CARE"


def test_the_audit_trail_says_what_was_done_and_holds_no_word_of_it(hale, signed):
    add_addendum(by=hale, note_id=signed.pk, text="He called on Friday.")
    entries = AuditEntry.objects.filter(object_pk=str(signed.pk)).order_by("pk")
    assert [entry.event for entry in entries] == [
        AuditEvent.RECORDED,
        AuditEvent.CHANGED,
        AuditEvent.SIGNED,
        AuditEvent.ADDENDED,
    ]
    everything = str(list(AuditEntry.objects.values()))
    for word in ("Sleeping", "Anxiety", "Friday", "Lindqvist"):
        assert word not in everything


def test_saves_of_one_sitting_are_one_line_in_the_audit_trail(hale, draft):
    for number in range(5):
        save(hale, draft, f"text {number}", base=2 + number)
    assert AuditEntry.objects.filter(object_pk=str(draft.pk), event=AuditEvent.CHANGED).count() == 1


@pytest.mark.parametrize(
    ("start", "minutes", "code"),
    [
        (timedelta(hours=1), 50, "SESSION_IN_FUTURE"),
        (timedelta(minutes=-30), 60, "SESSION_STOPS_IN_FUTURE"),
        (timedelta(hours=-5), -10, "SESSION_ENDS_BEFORE_START"),
        (timedelta(hours=-5), 0, "SESSION_ENDS_BEFORE_START"),
        (timedelta(hours=-20), 13 * 60, "SESSION_TOO_LONG"),
    ],
)
def test_a_session_whose_times_cannot_be_is_refused_in_words(hale, lindqvist, start, minutes, code):
    began = timezone.now() + start
    with pytest.raises(Refused) as refused:
        start_session(by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=minutes))
    assert code_of(refused) == code
    assert refused.value.refusal.words and refused.value.refusal.remedy


def test_a_session_takes_only_patients_in_ones_care(hale, lindqvist, abernathy):
    with pytest.raises(Refused) as refused:
        start_session(by=hale, patient=lindqvist, others=[abernathy], kind="joint", started_at=recently())
    assert code_of(refused) == "CHART_NO_CARE"


def test_an_individual_session_has_one_patient(solo, lindqvist, hale):
    from tests.everybody import make_patient

    other = make_patient(20389, "Ola", "Lindqvist", lindqvist.birth_date, treated_by=hale)
    with pytest.raises(Refused) as refused:
        start_session(by=hale, patient=lindqvist, others=[other], started_at=recently())
    assert code_of(refused) == "SESSION_NOT_INDIVIDUAL"
    joint = start_session(by=hale, patient=lindqvist, others=[other], kind="joint", started_at=recently())
    assert joint.participations.count() == 2


def test_a_session_is_corrected_until_a_signed_note_stands_on_it(hale, osei, session, draft):
    began = recently() + timedelta(minutes=5)
    given = {"kind": "individual", "modality": "phone", "others_present": "", "started_at": began, "stopped_at": None}
    with pytest.raises(Refused) as refused:
        correct_session(by=osei, encounter=session, **given)
    assert code_of(refused) == "SESSION_NOT_YOURS"
    assert correct_session(by=hale, encounter=session, **given).modality == "phone"
    sign_note(by=hale, note_id=draft.pk, seen_version=2)
    with pytest.raises(Refused) as refused:
        correct_session(by=hale, encounter=session, **given)
    assert code_of(refused) == "SESSION_SIGNED"
