"""What is jotted down in a session, and everybody a note speaks of."""

from django.urls import reverse

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.chart.actions.notes import start_note
from records.chart.models import NoteFormat
from records.psychotherapy import vault
from tests.psychotherapy.conftest import write_draft
from tests.psychotherapy.moving import sealed_text, session_today
from tests.psychotherapy.test_pages import SignedIn, page


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
