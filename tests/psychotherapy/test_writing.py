"""Writing, signing, adding to: what the author typed is kept, and what was signed stays."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connections, transaction

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import License, Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.models import Draft, Event, Note, WrappedKey
from records.psychotherapy.vault import Saved, StaleDraft
from tests.psychotherapy.conftest import DAY, TEXT, write_draft, write_note

pytestmark = pytest.mark.django_db


def kinds_of(staff: Staff, subject: UUID) -> list[str]:
    with vault.open_as(staff):
        return list(Event.objects.filter(note=subject).order_by("at").values_list("kind", flat=True))


def keys_of(staff: Staff, subject: UUID) -> list[str]:
    with vault.open_as(staff):
        return list(WrappedKey.objects.filter(subject=subject).values_list("kind", flat=True))


def opened(staff: Staff, draft_id: UUID) -> vault.DraftText:
    found = vault.open_draft(staff, draft_id)
    assert found is not None
    return found


def test_a_saved_draft_comes_back_word_for_word(hale: Staff, draft: Saved) -> None:
    assert (draft.outcome, draft.version) == ("saved", 1)
    assert opened(hale, draft.id).text == TEXT


@pytest.mark.parametrize("text", ["", " ", "\n\n", "🕊" * 1000, "שלום עליכם", "x" * 200_000])
def test_every_text_comes_back_as_it_was(hale: Staff, lindqvist: Patient, text: str) -> None:
    assert opened(hale, write_draft(hale, lindqvist, text=text).id).text == text


def test_each_save_uses_a_fresh_key_and_forgets_the_old_one(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    with vault.open_as(hale):
        before = Draft.objects.get().key
    again = write_draft(hale, lindqvist, text="more", draft_id=draft.id, base_version=1)
    assert (again.outcome, again.version) == ("saved", 2)
    with vault.open_as(hale):
        assert Draft.objects.get().key != before
        assert WrappedKey.objects.count() == 1


def test_a_repeated_save_is_one_save(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    again = write_draft(hale, lindqvist, draft_id=draft.id, base_version=0)
    assert (again.outcome, again.version, again.saved_at) == ("saved", 1, draft.saved_at)


def test_two_windows_are_told_and_both_texts_are_kept(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    write_draft(hale, lindqvist, text="first window", draft_id=draft.id, base_version=1)
    late = write_draft(hale, lindqvist, text="second window", draft_id=draft.id, base_version=1)
    assert late.outcome == "conflict"
    write_draft(hale, lindqvist, text="second window", draft_id=draft.id, base_version=1)  # the request, repeated
    shown = opened(hale, draft.id)
    assert shown.text == "first window"
    assert [branch.text for branch in shown.branches] == ["second window"]


@pytest.mark.parametrize(
    ("choice", "text", "kept"),
    [("append", "first\n\nsecond", []), ("swap", "second", ["first"]), ("discard", "first", [])],
)
def test_the_author_decides_between_two_texts(
    hale: Staff, lindqvist: Patient, draft: Saved, choice: str, text: str, kept: list[str]
) -> None:
    write_draft(hale, lindqvist, text="first", draft_id=draft.id, base_version=1)
    write_draft(hale, lindqvist, text="second", draft_id=draft.id, base_version=1)
    shown = opened(hale, draft.id)
    settled = vault.settle_branch(
        hale,
        draft_id=draft.id,
        branch_id=shown.branches[0].id,
        choice=choice,  # type: ignore[arg-type]
        version=shown.version,
    )
    after = opened(hale, draft.id)
    assert settled and after.text == text
    assert [branch.text for branch in after.branches] == kept
    assert len(keys_of(hale, draft.id)) == 1


def test_nothing_is_decided_on_a_page_that_is_out_of_date(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    write_draft(hale, lindqvist, text="first", draft_id=draft.id, base_version=1)
    write_draft(hale, lindqvist, text="second", draft_id=draft.id, base_version=1)
    branch = opened(hale, draft.id).branches[0]
    with pytest.raises(StaleDraft):
        vault.settle_branch(hale, draft_id=draft.id, branch_id=branch.id, choice="discard", version=1)
    assert len(opened(hale, draft.id).branches) == 1


def test_a_waiting_text_survives_a_change_of_patients(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    write_draft(hale, lindqvist, text="first", draft_id=draft.id, base_version=1)
    write_draft(hale, lindqvist, text="second", draft_id=draft.id, base_version=1)
    moved = write_draft(
        hale, lindqvist, text="first", draft_id=draft.id, base_version=2, session_on=DAY - timedelta(days=1)
    )
    assert moved.outcome == "saved"
    assert opened(hale, draft.id).branches[0].text == "second"


def test_signing_keeps_exactly_the_text_and_ends_the_draft(hale: Staff, draft: Saved) -> None:
    head = vault.sign(hale, draft_id=draft.id, version=1)
    assert head is not None and head.id == draft.id and head.signed_at
    note = vault.read(hale, draft.id)
    assert note is not None and note.text == TEXT and note.mine
    with vault.open_as(hale):
        assert not Draft.objects.exists()
        assert len(Note.objects.get().sealed_sha256) == 64
    assert keys_of(hale, draft.id) == ["note"]


def test_what_was_not_read_is_not_signed(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    write_draft(hale, lindqvist, text="changed in another window", draft_id=draft.id, base_version=1)
    with pytest.raises(StaleDraft, match="PN_STALE"):
        vault.sign(hale, draft_id=draft.id, version=1)
    write_draft(hale, lindqvist, text="and again", draft_id=draft.id, base_version=1)
    with pytest.raises(StaleDraft, match="PN_TEXTS_DIFFER"):
        vault.sign(hale, draft_id=draft.id, version=2)
    assert vault.my_notes(hale) == []


def test_an_empty_note_is_not_signed(hale: Staff, lindqvist: Patient) -> None:
    blank = write_draft(hale, lindqvist, text=" \n")
    with pytest.raises(StaleDraft, match="PN_TEXT_EMPTY"):
        vault.sign(hale, draft_id=blank.id, version=1)


def test_a_late_save_after_signing_says_so_and_changes_nothing(hale: Staff, lindqvist: Patient, note: UUID) -> None:
    late = write_draft(hale, lindqvist, text="late", draft_id=note, base_version=1)
    again = write_draft(hale, lindqvist, text="late", draft_id=note, base_version=0)
    assert late.outcome == again.outcome == "signed"
    shown = vault.read(hale, note)
    assert shown is not None and shown.text == TEXT
    assert vault.my_drafts(hale) == []


def test_an_addendum_is_a_note_of_its_own_beside_an_unchanged_one(hale: Staff, lindqvist: Patient, note: UUID) -> None:
    added = write_note(hale, text="Later I understood.", addendum_to=note)
    shown = vault.read(hale, note)
    assert shown is not None and shown.text == TEXT
    assert [addendum.text for addendum in shown.addenda] == ["Later I understood."]
    assert shown.addenda[0].head.patients == (lindqvist.pk,)
    assert kinds_of(hale, added)[-1] == "addendum"


def test_nobody_adds_to_a_note_of_somebody_else(osei: Staff, abernathy: Patient, note: UUID) -> None:
    assert write_draft(osei, abernathy, text="mine now", addendum_to=note).outcome == "absent"
    assert write_draft(osei, abernathy, text="mine now", addendum_to=uuid4()).outcome == "absent"


def test_somebody_elses_draft_cannot_be_saved_signed_or_discarded(
    osei: Staff, abernathy: Patient, hale: Staff, draft: Saved
) -> None:
    assert write_draft(osei, abernathy, text="over it", draft_id=draft.id).outcome == "absent"
    assert write_draft(osei, abernathy, text="over it", draft_id=draft.id, base_version=1).outcome == "absent"
    assert vault.open_draft(osei, draft.id) is None
    assert vault.sign(osei, draft_id=draft.id, version=1) is None
    assert vault.discard_draft(osei, draft_id=draft.id, version=1) is False
    assert opened(hale, draft.id).text == TEXT


def test_a_discarded_draft_leaves_no_text_and_no_key(hale: Staff, draft: Saved) -> None:
    assert vault.discard_draft(hale, draft_id=draft.id, version=1)
    assert vault.open_draft(hale, draft.id) is None
    assert keys_of(hale, draft.id) == []


def test_notes_are_kept_by_licensed_people_only(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    """P-04. What is under way is not taken away when a licence ends; nothing new is begun."""
    License.objects.filter(staff=hale).update(expires_on=today() - timedelta(days=1))
    with pytest.raises(Refused, match="PN_LICENSE_EXPIRED"):
        write_draft(hale, lindqvist)
    assert write_draft(hale, lindqvist, text="more", draft_id=draft.id, base_version=1).outcome == "saved"


def test_front_desk_begins_no_psychotherapy_note(dana: Staff, lindqvist: Patient) -> None:
    with pytest.raises(Refused, match="PN_NOT_A_CLINICIAN"):
        write_draft(dana, lindqvist)


def test_a_note_speaks_of_patients_in_the_authors_care_only(
    hale: Staff, lindqvist: Patient, abernathy: Patient, draft: Saved
) -> None:
    for given in ({}, {"draft_id": draft.id, "base_version": 1}):
        with pytest.raises(Refused, match="PN_PATIENT_NOT_IN_CARE"):
            write_draft(hale, lindqvist, abernathy, **given)
    with pytest.raises(Refused, match="PN_NO_PATIENT"):
        write_draft(hale)
    assert "refused" in kinds_of(hale, draft.id)


def test_one_note_of_a_joint_session_is_found_under_each_patient(
    hale: Staff, lindqvist: Patient, cordova: Patient
) -> None:
    joint = write_note(hale, lindqvist, cordova)
    assert [head.id for head in vault.my_notes(hale, lindqvist.pk)] == [joint]
    assert [head.id for head in vault.my_notes(hale, cordova.pk)] == [joint]
    assert len(vault.my_notes(hale)) == 1


def test_a_sitting_is_one_event_however_often_it_saves(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    version = draft.version
    for number in range(5):
        version = write_draft(hale, lindqvist, text=f"{number}", draft_id=draft.id, base_version=version).version
        opened(hale, draft.id)
    assert kinds_of(hale, draft.id) == ["saved", "opened"]
    vault.sign(hale, draft_id=draft.id, version=version)
    vault.read(hale, draft.id)
    assert kinds_of(hale, draft.id) == ["saved", "opened", "signed"]


@pytest.mark.parametrize("act", ["save", "sign", "discard"])
def test_when_the_event_cannot_be_written_nothing_else_is(
    hale: Staff, lindqvist: Patient, draft: Saved, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("no event")

    monkeypatch.setattr(Event.objects, "create", fail)
    with pytest.raises(DatabaseError):
        if act == "save":
            write_draft(hale, lindqvist)
        elif act == "sign":
            vault.sign(hale, draft_id=draft.id, version=1)
        else:
            vault.discard_draft(hale, draft_id=draft.id, version=1)
    monkeypatch.undo()
    assert vault.my_notes(hale) == []
    assert [head.id for head in vault.my_drafts(hale)] == [draft.id]


def test_the_sheet_beside_a_progress_note_shows_what_there_is(hale: Staff, lindqvist: Patient) -> None:
    session = uuid4()
    blank = vault.sheet(hale, patient_id=lindqvist.pk, session=session, session_on=DAY)
    assert blank.draft is None and blank.notes == ()
    begun = write_draft(hale, lindqvist, draft_id=blank.blank_id, session=session)
    going_on = vault.sheet(hale, patient_id=lindqvist.pk, session=session, session_on=DAY)
    assert going_on.draft is not None and going_on.draft.text == TEXT
    vault.sign(hale, draft_id=begun.id, version=1)
    done = vault.sheet(hale, patient_id=lindqvist.pk, session=session, session_on=DAY)
    assert done.draft is None and [note.text for note in done.notes] == [TEXT]
    assert vault.sheet(hale, patient_id=lindqvist.pk, session=uuid4(), session_on=DAY).notes == ()


def test_the_vault_does_not_open_inside_another_sealed_transaction(hale: Staff) -> None:
    with vault.open_as(hale), pytest.raises(RuntimeError), vault.open_as(hale):
        pass
    with vault.open_as(hale):  # and is well afterwards
        assert connections["psychotherapy"].in_atomic_block
    with transaction.atomic():  # a transaction of the practice database is no obstacle
        assert vault.my_notes(hale) == []


def test_only_active_staff_open_the_vault(hale: Staff) -> None:
    hale.is_active = False
    with pytest.raises(PermissionError), vault.open_as(hale):
        pass
