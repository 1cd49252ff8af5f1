"""What an order asks for is not lost while it is carried out, although its author knows of it at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.urls import reverse

from disclosures.legal.actions import confirm_compelled, pack_compelled, stop_compelled
from disclosures.legal.models import LegalPaper
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.vault import StaleDraft
from records.psychotherapy.vault.session import ALIAS
from tests.files import pdf
from tests.legal.conftest import FIRST, begin
from tests.psychotherapy.conftest import attach, write_draft

pytestmark = pytest.mark.django_db


def test_a_draft_that_an_order_asks_for_is_not_discarded_emptied_or_moved_out_of_its_scope(
    order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient, cordova: Patient
) -> None:
    saved = write_draft(hale, lindqvist, text="heliotropedraft")
    file, early = attach(hale, saved.id), write_draft(hale, lindqvist, session_on=FIRST - timedelta(days=1))
    begun = begin(castellanos, order, hale, brook, dana)
    on = {"draft_id": saved.id, "base_version": saved.version}
    for patients, changes in (
        ((lindqvist,), {"text": ""}),
        ((lindqvist, cordova), {"text": "heliotropedraft"}),
        ((lindqvist,), {"text": "heliotropedraft", "session_on": FIRST - timedelta(days=1)}),
    ):
        with pytest.raises(Refused) as refused:
            write_draft(hale, *patients, **on, **changes)
        assert refused.value.refusal.code == "PN_ASKED_FOR"
    with pytest.raises(StaleDraft, match="PN_ASKED_FOR"):
        vault.discard_draft(hale, draft_id=saved.id, version=saved.version)
    with pytest.raises(StaleDraft, match="PN_ASKED_FOR"):
        vault.remove_attachment(hale, file)
    for statement in ("DELETE FROM psychotherapy_draft", "UPDATE psychotherapy_draft SET session_on = '2020-01-01'"):
        with vault.open_as(hale), pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):
            connections[ALIAS].cursor().execute(f"{statement} WHERE id = %s", [saved.id])
    assert write_draft(hale, lindqvist, **on, text="heliotropedraft").outcome == "saved", "the same text again"
    assert write_draft(hale, lindqvist, draft_id=early.id, base_version=1, text="on").version == 2, "not asked for"
    fresh = write_draft(hale, lindqvist, text="begun later")
    assert write_draft(hale, lindqvist, draft_id=fresh.id, base_version=1, text="goes on").outcome == "saved"
    assert vault.sign(hale, draft_id=saved.id, version=saved.version), "signing keeps it"
    stop_compelled(by=castellanos, compelled=begun)


def test_once_it_is_carried_out_or_stopped_the_author_writes_on_but_throws_nothing_away_while_the_record_is_on_hold(
    order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    monkeypatch: pytest.MonkeyPatch, signed_in: Callable[[Staff], Client],
) -> None:  # fmt: skip
    monkeypatch.setattr("disclosures.legal.actions.package_pdf", lambda *args, **more: pdf())
    saved = write_draft(hale, lindqvist, text="heliotropedraft")
    file = attach(hale, saved.id)
    stop_compelled(by=brook, compelled=begin(castellanos, order, hale, brook, dana))
    assert write_draft(hale, lindqvist, draft_id=saved.id, base_version=1, text="goes on").version == 2
    begun = begin(castellanos, order, hale, brook, dana)
    confirm_compelled(by=brook, compelled=begun)
    found = vault.compelled_of_mine(brook, begun.id)
    assert found and pack_compelled(by=brook, compelled=found).package
    assert write_draft(hale, lindqvist, draft_id=saved.id, base_version=2, text="").version == 3
    with pytest.raises(StaleDraft, match="PN_ON_HOLD"):
        vault.discard_draft(hale, draft_id=saved.id, version=3)
    page = signed_in(hale).post(reverse("psychotherapy-attachment-remove", args=[file]), follow=True)
    assert "kept for litigation" in page.content.decode()
    Patient.objects.filter(pk=lindqvist.pk).update(litigation_hold=False)
    assert vault.remove_attachment(hale, file) and vault.discard_draft(hale, draft_id=saved.id, version=3)
