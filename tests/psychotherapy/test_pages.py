"""The author's screens: write, save, sign, add, and never lose a word."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.people.models import License, Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from records.psychotherapy.vault import Saved
from tests.psychotherapy.conftest import DAY, TEXT, write_draft, write_note

SignedIn = Callable[[Staff], Client]
pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def fields(*patients: Patient, text: str = TEXT, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {"session_on": DAY.isoformat(), "version": 0, "text": text}
    return given | {"patients": [str(patient.pk) for patient in patients]} | changes


def save(client: Client, draft_id: UUID, *patients: Patient, background: bool = False, **changes: object) -> object:
    headers = {"X-Requested-With": "autosave"} if background else {}
    return client.post(
        reverse("psychotherapy-draft-save", args=[draft_id]), fields(*patients, **changes), headers=headers
    )


def test_a_note_is_written_signed_and_read(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    client = signed_in(hale)
    begin = client.get(reverse("psychotherapy-draft-new", args=[lindqvist.pk]))
    blank = client.get(begin.url).content.decode()
    assert "Only you can read this" in blank and "In the chart, never here" in blank
    draft_id = begin.url.rstrip("/").rsplit("/")[-1]
    saved = save(client, draft_id, lindqvist, then="sign", text="First line.\r\n\r\nSecond.")
    assert saved.url == reverse("psychotherapy-draft-sign", args=[draft_id])
    assert "First line.\n\nSecond." in client.get(saved.url).content.decode()
    signed = client.post(saved.url, {"version": "1"})
    assert signed.url == reverse("psychotherapy-note-open", args=[draft_id])
    assert "First line.\n\nSecond." in client.get(signed.url).content.decode()


def test_reloading_a_page_just_begun_finds_the_draft(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    client = signed_in(hale)
    begin = client.get(reverse("psychotherapy-draft-new", args=[lindqvist.pk])).url
    save(client, UUID(begin.rstrip("/").rsplit("/")[-1]), lindqvist, background=True)
    again = client.get(begin, follow=True)
    assert "watched my face" in again.content.decode()


def test_the_save_line_tells_the_truth(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    client, draft_id = signed_in(hale), new_id(hale.pk)
    first = save(client, draft_id, lindqvist, background=True)
    assert first.status_code == 200 and first.json()["version"] == 1 and "m" in first.json()["saved_at"]
    save(client, draft_id, lindqvist, background=True, text="newer", version=1)
    late = save(client, draft_id, lindqvist, background=True, text="older window", version=1)
    assert late.status_code == 409 and "Both texts are kept" in late.json()["problem"]
    both = client.get(late.json()["href"]).content.decode()
    assert "newer" in both and "older window" in both and "Go on with this one" in both


def test_two_saves_by_the_button_show_both_texts_side_by_side(
    hale: Staff, lindqvist: Patient, draft: Saved, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    save(client, draft.id, lindqvist, text="left", version=1)
    late = save(client, draft.id, lindqvist, text="right", version=1)
    both = client.get(late.url).content.decode()
    assert "left" in both and "right" in both and "Both texts are kept" in both
    shown = vault.open_draft(hale, draft.id)
    assert shown is not None
    settle = reverse("psychotherapy-branch-settle", args=[draft.id, shown.branches[0].id])
    client.post(settle, {"choice": "append", "version": shown.version})
    after = vault.open_draft(hale, draft.id)
    assert after is not None and after.text == "left\n\nright" and after.branches == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "🕊" * 200_001}, "1 too long"),
        ({"session_on": "2999-01-01"}, "in the future"),
        ({"session_on": "yesterday"}, "Give the day as a date"),
        ({"session_on": ""}, "which day"),
        ({"patients": []}, "whom the note speaks of"),
        ({"patients": ["not an id"]}, "in your care only"),
    ],
)
def test_a_text_that_cannot_be_saved_comes_back_with_a_sentence(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn, changes: dict[str, object], sentence: str
) -> None:
    draft_id = new_id(hale.pk)
    given = {"text": "kept on the page", **changes}
    shown = save(signed_in(hale), draft_id, lindqvist, **given)
    assert shown.status_code == 422
    body = shown.content.decode()
    assert sentence in body and str(given["text"])[:50] in body
    again = save(signed_in(hale), draft_id, lindqvist, background=True, **given)
    assert again.status_code == 422 and sentence in again.json()["problem"]
    assert vault.my_drafts(hale) == []


def test_a_note_of_200_000_characters_is_kept(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    draft_id = new_id(hale.pk)
    text = ("שלום 🕊 " * 30_000)[:200_000]
    assert save(signed_in(hale), draft_id, lindqvist, text=text).status_code == 302
    shown = vault.open_draft(hale, draft_id)
    assert shown is not None and shown.text == text


def test_somebody_elses_patient_cannot_be_named(
    hale: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
) -> None:
    shown = save(signed_in(hale), new_id(hale.pk), lindqvist, abernathy)
    assert shown.status_code == 422
    assert "in your care only" in shown.content.decode() and "watched my face" in shown.content.decode()
    assert "Abernathy" not in shown.content.decode()


def test_without_a_licence_the_text_comes_back_and_the_reason_is_given(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    License.objects.filter(staff=hale).update(expires_on=today() - timedelta(days=1))
    client = signed_in(hale)
    shown = save(client, new_id(hale.pk), lindqvist)
    assert shown.status_code == 422
    assert "on file has expired" in shown.content.decode() and "watched my face" in shown.content.decode()
    refused = client.get(reverse("psychotherapy-draft-begin", args=[lindqvist.pk, new_id(hale.pk)]))
    assert refused.status_code == 403 and "administrator" in refused.content.decode()


def test_a_refused_addendum_leaves_no_line_in_the_practices_audit_trail(
    hale: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    License.objects.filter(staff=hale).update(expires_on=today() - timedelta(days=1))
    client, before = signed_in(hale), AuditEntry.objects.count()
    body = page(client, "psychotherapy-addendum-new", note)
    assert "on file has expired" in body and "<textarea" not in body
    assert AuditEntry.objects.count() == before


def test_a_draft_discarded_elsewhere_gives_the_text_back(
    hale: Staff, lindqvist: Patient, draft: Saved, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    assert "Discard this draft?" in page(client, "psychotherapy-draft-discard", draft.id)
    client.post(reverse("psychotherapy-draft-discard", args=[draft.id]), {"version": "1"})
    late = save(client, draft.id, lindqvist, version=1, text="typed meanwhile")
    assert late.status_code == 409 and "typed meanwhile" in late.content.decode()
    assert vault.my_drafts(hale) == []


def test_a_note_signed_elsewhere_turns_the_late_text_into_an_addendum(
    hale: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    late = save(signed_in(hale), note, lindqvist, version=1, text="typed meanwhile")
    body = late.content.decode()
    assert late.status_code == 409 and "typed meanwhile" in body and "Addendum" in body
    assert f'name="addendum_to" value="{note}"' in body


def test_an_addendum_is_written_and_shown_below_the_note(
    hale: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    assert "Addendum" in page(client, "psychotherapy-addendum-new", note)
    added = new_id(hale.pk)
    save(client, added, lindqvist, text="Later I understood.", addendum_to=str(note))
    assert client.get(reverse("psychotherapy-addendum-new", args=[note])).url.endswith(f"{added}/")
    client.post(reverse("psychotherapy-draft-sign", args=[added]), {"version": "1"})
    body = page(client, "psychotherapy-note-open", note)
    assert body.index("watched my face") < body.index("Later I understood.")


def test_saving_beside_a_progress_note_returns_there_and_nowhere_else(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    assert save(client, new_id(hale.pk), lindqvist, next="/chart/notes/").url == "/chart/notes/"
    for elsewhere in ("https://example.org/", "//example.org", "javascript:alert(1)"):
        assert save(client, new_id(hale.pk), lindqvist, next=elsewhere).url.startswith("/psychotherapy-notes/")


def test_the_tab_is_there_for_every_clinician_and_teaches_when_empty(
    osei: Staff, abernathy: Patient, signed_in: SignedIn
) -> None:
    body = page(signed_in(osei), "psychotherapy-note-list", abernathy.pk)
    assert "You keep no psychotherapy notes about this patient" in body and "What belongs where" in body


def test_lists_show_the_authors_own_notes(hale: Staff, lindqvist: Patient, note: UUID, signed_in: SignedIn) -> None:
    write_draft(hale, lindqvist)
    for body in (
        page(signed_in(hale), "psychotherapy-note-list", lindqvist.pk),
        page(signed_in(hale), "psychotherapy-home"),
    ):
        assert str(note) in body and "Go on" in body and "watched my face" not in body


def test_the_author_sees_who_opened_the_note_and_who_tried_to(
    hale: Staff, osei: Staff, note: UUID, signed_in: SignedIn
) -> None:
    assert signed_in(osei).get(reverse("psychotherapy-note-open", args=[note])).status_code == 404
    body = page(signed_in(hale), "psychotherapy-note-open", note)
    assert "Was refused" in body and "Dr. Kofi Osei" in body and "Signed" in body


def test_a_print_for_oneself_is_marked_and_written_down(hale: Staff, note: UUID, signed_in: SignedIn) -> None:
    body = page(signed_in(hale), "psychotherapy-note-print", note)
    assert body.count("Internal copy, not for release") >= 2 and "watched my face" in body


def test_what_was_written_cannot_become_markup(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    note = write_note(hale, lindqvist, text="<script>alert(1)</script>\n</textarea>")
    assert "<script>alert(1)" not in page(signed_in(hale), "psychotherapy-note-open", note)
    draft = write_draft(hale, lindqvist, text="</textarea><script>alert(1)</script>")
    assert "<script>alert(1)" not in page(signed_in(hale), "psychotherapy-draft-edit", draft.id)


def test_a_note_that_cannot_be_opened_is_shown_sealed_and_unchanged(
    hale: Staff, lindqvist: Patient, note: UUID, draft: Saved, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(hale)
    with monkeypatch.context() as gone:
        gone.setattr("practice.infrastructure.keys.FileProvider.unwrap", _missing)
        for name, subject in (("psychotherapy-note-open", note), ("psychotherapy-draft-edit", draft.id)):
            body = page(client, name, subject)
            assert "This note cannot be opened now: it is kept, unchanged." in body
            assert "<textarea" not in body and "watched my face" not in body
        refused = save(client, draft.id, lindqvist, text="written over it", version=1)
        assert refused.status_code == 422
        assert "Nothing was saved over it" in refused.content.decode() and "written over it" in refused.content.decode()
    shown = vault.open_draft(hale, draft.id)
    assert shown is not None and shown.text == TEXT and shown.branches == ()


def _missing(*_: object) -> bytes:
    from practice.infrastructure.keys import KeyUnavailable

    raise KeyUnavailable("not here")


def test_signing_beside_a_progress_note_leads_back_to_it_and_nowhere_outside(
    hale: Staff, lindqvist: Patient, draft: Saved, signed_in: SignedIn
) -> None:
    client, sign = signed_in(hale), reverse("psychotherapy-draft-sign", args=[draft.id])
    beside = "/chart/notes/00000000-0000-4000-8000-000000000001/write/"
    assert beside in client.get(sign, {"next": beside}).content.decode()
    outside = client.get(sign, {"next": "https://elsewhere.example/"}).content.decode()
    assert "elsewhere" not in outside
    assert client.post(sign, {"version": draft.version, "next": beside})["Location"] == beside


def test_nothing_written_is_nothing_to_sign_and_begins_no_draft(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    client, draft_id = signed_in(hale), new_id(hale.pk)
    answer = save(client, draft_id, lindqvist, text="  ", version=0, then="sign")
    assert answer.status_code == 422 and "nothing to sign" in answer.content.decode()
    assert vault.open_draft(hale, draft_id) is None


def test_trying_another_authors_id_says_nothing_and_loses_no_word(
    hale: Staff, osei: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
) -> None:
    theirs = [write_draft(osei, abernathy, text="hers alone").id, write_note(osei, abernathy, text="hers alone")]
    client = signed_in(hale)
    for then in ("", "sign"):
        answers = []
        for tried in (*theirs, uuid4(), new_id(osei.pk)):
            answer = save(client, tried, lindqvist, text="mine, kept", then=then)
            assert answer.status_code == 409 and "mine, kept" in answer.content.decode()
            answers.append(len(answer.content))
            background = save(client, tried, lindqvist, text="mine, kept", background=True)
            assert background.status_code == 422
        assert len(set(answers)) == 1
    assert vault.my_drafts(hale) == []
