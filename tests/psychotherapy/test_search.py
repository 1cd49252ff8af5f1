"""An author searches their own notes."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.envelope import Unreadable
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.models import Event
from tests.psychotherapy.conftest import write_draft, write_note
from tests.psychotherapy.test_pages import SignedIn


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
