"""A joint note leaves for one person without what is about the others (R-008): by its author, on the sealed side."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.urls import reverse

from authorizations.models import Authorization
from practice.audit.models import AuditEntry
from practice.infrastructure.blackout import Span
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.actions import offer_release
from records.psychotherapy.models import Event, NoteRedaction, WrappedKey
from records.psychotherapy.vault import NotReleasable
from records.psychotherapy.vault.session import ALIAS
from tests.psychotherapy.conftest import DAY, attach, write_draft, write_note
from tests.psychotherapy.test_packages import approve, authorize, text_of

pytestmark = pytest.mark.django_db

SECRET = "Elena’s affair"
TEXT = f"He kept silent. {SECRET} came up again. He left early."


@pytest.fixture
def authorization(dana: Staff, hale: Staff, lindqvist: Patient) -> Authorization:
    return authorize(dana, hale, lindqvist)


@pytest.fixture
def joint(hale: Staff, lindqvist: Patient, cordova: Patient) -> UUID:
    """A joint note of Dr. Hale's about Tobias Lindqvist and Elena Cordova."""
    return write_note(hale, lindqvist, cordova, text=TEXT, session_on=DAY - timedelta(days=30))


def leave_out(staff: Staff, note: UUID, patient: Patient, *, nothing_left: bool = True, words: str = SECRET) -> bool:
    start = TEXT.index(words) if words else 0
    spans = [Span(start, start + len(words))] if words else []
    return vault.redact_note(
        staff, note_id=note, patient_id=patient.pk, spans=spans, nothing_left=nothing_left, reason="hers alone"
    )


def offered(hale: Staff, authorization: Authorization) -> dict[UUID, vault.Releasable]:
    offer = offer_release(by=hale, authorization=authorization, on=today())
    return {one.head.id: one for one in (*offer.notes, *offer.left_out)}


def test_a_joint_note_leaves_without_what_its_author_left_out_and_not_before(
    hale: Staff, dana: Staff, authorization: Authorization, joint: UUID, lindqvist: Patient
) -> None:
    with pytest.raises(NotReleasable, match="PN_SPEAKS_OF_OTHERS"):
        approve(hale, authorization, joint, to=[dana])
    assert leave_out(hale, joint, lindqvist)
    made = approve(hale, authorization, joint, to=[dana])
    locked = vault.package_bytes(dana, made.cover.id)
    assert locked is not None
    text = " ".join(text_of(locked, made.passphrase).split())
    assert "He kept silent. left out came up again. He left early." in text
    assert "affair" not in text and "hers alone" not in text


def test_passages_alone_do_not_open_a_joint_note_until_its_author_says_that_nothing_is_left(
    hale: Staff, authorization: Authorization, joint: UUID, lindqvist: Patient
) -> None:
    leave_out(hale, joint, lindqvist, nothing_left=False)
    refusal = offered(hale, authorization)[joint].refusal
    assert refusal is not None and refusal.code == "PN_SPEAKS_OF_OTHERS"


def test_a_redaction_for_one_patient_opens_nothing_for_the_other(
    hale: Staff, dana: Staff, joint: UUID, lindqvist: Patient, cordova: Patient
) -> None:
    leave_out(hale, joint, lindqvist)
    hers = authorize(dana, hale, cordova, signer_name="Elena Cordova")
    refusal = offered(hale, hers)[joint].refusal
    assert refusal is not None and refusal.code == "PN_SPEAKS_OF_OTHERS"


def test_the_newest_redaction_holds_and_one_without_passages_takes_it_back(
    hale: Staff, authorization: Authorization, joint: UUID, lindqvist: Patient
) -> None:
    leave_out(hale, joint, lindqvist)
    leave_out(hale, joint, lindqvist, words="He left early.")
    text = offered(hale, authorization)[joint].text or ""
    assert SECRET in text and "left early" not in text
    leave_out(hale, joint, lindqvist, words="")
    assert offered(hale, authorization)[joint].refusal is not None


def test_the_note_itself_stays_and_its_attachments_stay_behind(
    hale: Staff, authorization: Authorization, lindqvist: Patient, cordova: Patient
) -> None:
    saved = write_draft(hale, lindqvist, cordova, text=TEXT, session_on=DAY - timedelta(days=30))
    attach(hale, saved.id)
    assert vault.sign(hale, draft_id=saved.id, version=saved.version)
    leave_out(hale, saved.id, lindqvist)
    one = offered(hale, authorization)[saved.id]
    assert one.others_left_out and one.attachments == ()
    read = vault.read(hale, saved.id)
    assert read is not None and read.text == TEXT


def test_nobody_but_the_author_leaves_out_reads_or_learns_of_it(
    hale: Staff, osei: Staff, dana: Staff, castellanos: Staff, joint: UUID, lindqvist: Patient
) -> None:
    leave_out(hale, joint, lindqvist)
    for person in (osei, dana, castellanos):
        assert vault.note_to_redact(person, note_id=joint, patient_id=lindqvist.pk) is None
        assert leave_out(person, joint, lindqvist) is False
        with vault.open_as(person):
            assert not NoteRedaction.objects.exists()
    with vault.open_as(osei), pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):
        NoteRedaction.objects.create(author=osei.pk, note=joint, patient=lindqvist.pk, key=uuid4(), sealed=b"x")


def test_place_and_reason_are_sealed_and_only_the_act_is_written_down(
    hale: Staff, joint: UUID, lindqvist: Patient
) -> None:
    leave_out(hale, joint, lindqvist)
    with vault.open_as(hale):
        row = NoteRedaction.objects.get()
        assert b"hers" not in bytes(row.sealed) and b"spans" not in bytes(row.sealed)
        assert Event.objects.filter(kind="redacted", note=joint, actor=hale.pk).exists()
        assert WrappedKey.objects.filter(kind="redaction", subject=row.id).exists()
    assert str(joint) not in str(list(AuditEntry.objects.values_list("object_pk", "detail", "changes")))


def test_a_redaction_that_cannot_be_opened_keeps_the_note_in(
    hale: Staff, authorization: Authorization, joint: UUID, lindqvist: Patient
) -> None:
    leave_out(hale, joint, lindqvist)
    with vault.open_as(hale):
        WrappedKey.objects.filter(kind="redaction").delete()
    one = offered(hale, authorization)[joint]
    assert one.refusal is not None and one.text is None


def test_what_was_left_out_is_never_changed_in_its_row(hale: Staff, joint: UUID, lindqvist: Patient) -> None:
    leave_out(hale, joint, lindqvist)
    for statement in (
        "UPDATE psychotherapy_noteredaction SET patient = note",
        "DELETE FROM psychotherapy_noteredaction",
    ):
        with vault.open_as(hale), pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):
            connections[ALIAS].cursor().execute(statement)


def test_the_author_ticks_sentences_on_a_page_of_their_own(
    hale: Staff, osei: Staff, authorization: Authorization, joint: UUID, signed_in: Callable[[Staff], Client]
) -> None:
    path = reverse("psychotherapy-leave-out", args=[authorization.pk, joint])
    assert signed_in(osei).get(path).status_code == 403  # as the authorization itself
    client = signed_in(hale)
    page = client.get(path).content.decode()
    second = f"note:16:{16 + len(SECRET + ' came up again.')}"
    assert second in page and "Elena Cordova" in page
    answer = client.post(path, {"mark": [second], "nothing_left": "on", "reason": "hers alone"})
    assert answer.url == reverse("psychotherapy-package-new", args=[authorization.pk])
    offer = client.get(answer.url).content.decode()
    assert 'He kept silent. <span class="left-out">left out</span> He left early.' in offer and SECRET not in offer
    again = client.get(path).content.decode()
    assert "hers alone" in again and f'value="{second}" id="mark-{second}" checked' in again
    offset = f"note:16:{len(SECRET) + 5000}"
    refused = client.post(path, {"mark": ["note:0:5", offset], "reason": "and more"})
    page = refused.content.decode()
    assert refused.status_code == 400 and "Nothing was saved" in page and "and more" in page
    assert "note:0:5" in page and "note:0:5" not in client.get(path).content.decode(), "half of it is not saved"
