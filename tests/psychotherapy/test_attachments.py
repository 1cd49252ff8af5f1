"""Files of sealed notes: their author's while the note is a draft, unchanged once it is signed, and nobody else's."""

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from practice.infrastructure.days import today
from practice.infrastructure.envelope import Unreadable
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.custody_actions import pack_in_custody
from records.psychotherapy.custody_rules import Transfer
from records.psychotherapy.documents import fillings
from records.psychotherapy.models import Attachment, Event, Note
from records.psychotherapy.rules import MOST_ATTACHMENTS
from records.psychotherapy.vault import NotReleasable, Releasable, Saved, StaleDraft
from records.psychotherapy.vault.attachments import file_of
from tests.files import pdf, picture, tiff
from tests.psychotherapy.conftest import DAY, attach, write_draft
from tests.psychotherapy.test_packages import approve, authorize, text_of
from tests.psychotherapy.test_separation import acting, grant

SignedIn = Callable[[Staff], Client]
Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]

pytestmark = pytest.mark.django_db
APP, SEALED = "psychotherapy_app", "psychotherapy"
NAME = "heron drawing.png"


def url(name: str, *ids: object) -> str:
    return reverse(f"psychotherapy-attachment-{name}", args=ids)


def sign(staff: Staff, draft: Saved) -> UUID:
    assert vault.sign(staff, draft_id=draft.id, version=draft.version)
    return draft.id


# --- While it is a draft ----------------------------------------------------------------------------------------------


def test_a_file_is_sealed_beside_its_draft_and_opens_for_its_author(hale: Staff, draft: Saved) -> None:
    one = attach(hale, draft.id, name=NAME, data=b"%PDF the original")
    with vault.open_as(hale):
        row = Attachment.objects.get()
        assert all(NAME.encode() not in bytes(part) for part in (row.about, row.shown, row.original, row.wrapped))
        assert b"%PDF" not in bytes(row.shown) + bytes(row.original)
    shown, came = vault.open_attachment(hale, one), vault.open_attachment(hale, one, original=True)
    assert shown and came
    assert (shown.head.name, shown.kind, came.data) == (NAME, "pdf", b"%PDF the original")
    assert shown.data.startswith(b"%PDF-")
    opened = vault.open_draft(hale, draft.id)
    assert opened and [head.id for head in opened.attachments] == [one]
    assert NAME not in f"{opened!r}{shown!r}{opened.attachments!r}"


def test_the_same_file_twice_is_attached_once(hale: Staff, draft: Saved) -> None:
    assert attach(hale, draft.id) == attach(hale, draft.id)


def test_no_more_than_a_note_holds(hale: Staff, draft: Saved) -> None:
    for number in range(MOST_ATTACHMENTS):
        attach(hale, draft.id, data=b"%d" % number)
    with pytest.raises(StaleDraft, match="PN_TOO_MANY_ATTACHMENTS"):
        attach(hale, draft.id, data=b"one more")


def test_nobody_attaches_to_opens_or_removes_from_somebody_elses_draft(hale: Staff, osei: Staff, draft: Saved) -> None:
    one = attach(hale, draft.id)
    assert vault.open_attachment(osei, one) is None
    assert vault.remove_attachment(osei, one) is None
    with pytest.raises(AssertionError):
        attach(osei, draft.id)
    opened = vault.open_draft(hale, draft.id)
    assert opened and len(opened.attachments) == 1


def test_taken_off_a_draft_and_discarded_with_it_nothing_of_it_is_kept(hale: Staff, draft: Saved) -> None:
    first, second = attach(hale, draft.id, data=b"one"), attach(hale, draft.id, data=b"two")
    assert vault.remove_attachment(hale, first) == draft.id
    assert vault.open_attachment(hale, first) is None and vault.open_attachment(hale, second)
    assert vault.discard_draft(hale, draft_id=draft.id, version=draft.version)
    with vault.open_as(hale):
        assert not Attachment.objects.exists()
        kinds = [row.kind for row in Event.objects.filter(note=draft.id).order_by("at")]
    assert kinds == ["saved", "attached", "attached", "attachment_removed", "opened", "discarded"]


# --- Once it is signed ------------------------------------------------------------------------------------------------


def test_signing_keeps_the_files_and_nothing_is_added_or_taken_off_after_it(hale: Staff, draft: Saved) -> None:
    one = attach(hale, draft.id)
    note = sign(hale, draft)
    read = vault.read(hale, note)
    assert read and [head.id for head in read.attachments] == [one]
    assert vault.open_attachment(hale, one)
    assert vault.remove_attachment(hale, one) is None
    with pytest.raises(AssertionError):
        attach(hale, note, data=b"later")
    assert vault.open_attachment(hale, one)


def test_a_drawing_alone_can_be_signed_and_nothing_at_all_cannot(hale: Staff, lindqvist: Patient) -> None:
    empty = write_draft(hale, lindqvist, text="  ")
    with pytest.raises(StaleDraft, match="PN_TEXT_EMPTY"):
        vault.sign(hale, draft_id=empty.id, version=empty.version)
    attach(hale, empty.id)
    assert vault.sign(hale, draft_id=empty.id, version=empty.version)


def test_what_is_signed_is_what_was_shown_files_included(hale: Staff, draft: Saved) -> None:
    seen = attach(hale, draft.id, data=b"one")
    attach(hale, draft.id, data=b"two, in another window")
    with pytest.raises(StaleDraft, match="PN_STALE"):
        vault.sign(hale, draft_id=draft.id, version=draft.version, attached=[seen])


def test_a_training_grant_opens_the_copy_and_never_the_file_as_it_came(
    hale: Staff, osei: Staff, lindqvist: Patient, draft: Saved
) -> None:
    one = attach(hale, draft.id)
    grant(hale, osei, lindqvist)
    assert vault.open_attachment(osei, one) is None, "a draft is opened by no grant"
    note = sign(hale, draft)
    shown = vault.open_attachment(osei, one)
    assert shown and shown.data.startswith(b"%PDF-")
    assert vault.open_attachment(osei, one, original=True) is None
    with vault.open_as(hale):
        assert Event.objects.filter(actor=osei.pk, note=note, kind="opened", detail="attachment").count() == 1
    (given,) = vault.my_training_grants(hale)
    vault.end_training_grant(hale, given.id)
    assert vault.open_attachment(osei, one) is None


def test_an_attachment_opens_only_where_the_text_of_its_note_opens(
    hale: Staff, draft: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = attach(hale, draft.id)

    def shut(*_: object, **__: object) -> bytes:
        raise Unreadable

    monkeypatch.setattr("records.psychotherapy.vault.notes.open_text", shut)
    assert vault.open_attachment(hale, one) is None


def test_a_part_moved_to_another_attachment_does_not_open(hale: Staff, lindqvist: Patient, draft: Saved) -> None:
    attach(hale, draft.id, data=b"one")
    other = write_draft(hale, lindqvist)
    attach(hale, other.id, data=b"two")
    with vault.open_as(hale):
        first, second = Attachment.objects.order_by("added_at")
        first.shown, first.original = second.shown, second.original
        for original in (False, True):
            with pytest.raises(Unreadable):
                file_of(first, original=original)
        second.shown, second.original = second.original, second.shown
        with pytest.raises(Unreadable):
            file_of(second)
        second.note = draft.id
        with pytest.raises(Unreadable):
            file_of(second)


# --- What leaves ------------------------------------------------------------------------------------------------------


def test_a_package_numbers_the_pages_of_what_is_attached_within_its_note(
    hale: Staff, dana: Staff, lindqvist: Patient, draft: Saved
) -> None:
    attach(hale, draft.id, name=NAME)
    attach(hale, draft.id, data=b"two")
    note = sign(hale, draft)
    made = approve(hale, authorize(dana, hale, lindqvist), note, to=[dana])
    locked = vault.package_bytes(dana, made.cover.id)
    assert locked
    text = text_of(locked, made.passphrase)
    for page in (1, 2, 3):
        assert f"Document 1 of 1, page {page} of 3" in text
    assert "Attachment 1: 1 page, from page 2 of" in text and "Attachment 2: 1 page, from page 3 of" in text
    assert NAME not in text, "what its author called a file stays with its author"


def test_a_file_that_cannot_be_opened_keeps_its_note_from_leaving(
    hale: Staff, dana: Staff, lindqvist: Patient, draft: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(hale, draft.id)
    note, paper = sign(hale, draft), authorize(dana, hale, lindqvist)

    def shut(*_: object) -> tuple[()]:
        raise Unreadable

    monkeypatch.setattr("records.psychotherapy.vault.packages.files", shut)
    with pytest.raises(NotReleasable, match="PN_ATTACHMENT_UNREADABLE"):
        approve(hale, paper, note, to=[dana])


def test_each_file_has_pages_of_its_own_within_its_note(hale: Staff, draft: Saved) -> None:
    attach(hale, draft.id, data=b"one")
    attach(hale, draft.id, data=b"two")
    sign(hale, draft)
    read = vault.read(hale, draft.id)
    assert read
    with vault.open_as(hale):
        from records.psychotherapy.vault.attachments import files

        one = Releasable(read.head, read.text, None, read.attachments, files(draft.id))
    anchors = [piece.anchor for piece in fillings([one, one])]
    assert anchors == ["scan-1-1-", "scan-1-2-", "scan-2-1-", "scan-2-2-"]


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_a_photograph_is_attached_from_the_page_shown_in_it_and_kept_by_no_browser(
    hale: Staff, draft: Saved, signed_in: SignedIn
) -> None:
    browser = signed_in(hale)
    files = [SimpleUploadedFile("photo.jpg", picture("JPEG")), SimpleUploadedFile("fax.tif", tiff(2))]
    page = browser.post(url("new", draft.id), {"scans": files}, follow=True).content.decode()
    assert "Attached and sealed." in page and "photo.jpg" in page and "fax.tif" in page
    opened = vault.open_draft(hale, draft.id)
    assert opened
    photo, fax = opened.attachments
    for name in ("psychotherapy-draft-edit", "psychotherapy-draft-sign"):
        page = browser.get(reverse(name, args=[draft.id])).content.decode()
        assert f'<img src="{url("open", photo.id)}"' in page and f'href="{url("open", fax.id)}"' in page
    for one, kind in ((photo, "image/jpeg"), (fax, "application/pdf")):
        answer = browser.get(url("open", one.id))
        assert answer["Content-Type"] == kind and "no-store" in answer["Cache-Control"]
        assert "photo" not in str(answer.headers) and answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "sandbox" in answer["Content-Security-Policy"]
    came = browser.get(url("original", photo.id))
    assert came.content == picture("JPEG") and came["Content-Disposition"].startswith("attachment")
    seen = {"version": draft.version, "attached": [str(photo.id), str(fax.id)]}
    assert browser.post(reverse("psychotherapy-draft-sign", args=[draft.id]), seen).status_code == 302
    for name in ("psychotherapy-note-open", "psychotherapy-note-print"):
        assert url("open", photo.id) in browser.get(reverse(name, args=[draft.id])).content.decode()
    assert browser.post(url("remove", photo.id)).status_code == 404


def test_what_is_refused_says_why_and_a_word_document_is_not_taken(
    hale: Staff, draft: Saved, signed_in: SignedIn
) -> None:
    browser = signed_in(hale)
    answer = browser.post(
        url("new", draft.id),
        {"scans": SimpleUploadedFile("a.docx", b"PK\x03\x04")},
        headers={"X-Requested-With": "filing"},
    )
    assert answer.status_code == 422
    assert "not a PDF, JPEG, PNG or TIFF file" in str(answer.json())


def test_the_button_in_the_sheet_saves_the_text_first_and_leads_on(
    hale: Staff, lindqvist: Patient, draft: Saved, signed_in: SignedIn
) -> None:
    given = {"version": draft.version, "text": "one word more", "session_on": DAY.isoformat(), "then": "attach"}
    given["patients"] = [str(lindqvist.pk)]
    answer = signed_in(hale).post(reverse("psychotherapy-draft-save", args=[draft.id]), given)
    assert answer.status_code == 302 and answer["Location"] == url("new", draft.id)
    opened = vault.open_draft(hale, draft.id)
    assert opened and opened.text == "one word more"


def test_somebody_elses_draft_takes_no_file_and_does_not_look_at_it(
    osei: Staff, dana: Staff, draft: Saved, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("practice.infrastructure.copies_forms.take_in", None)
    for person in (osei, dana):
        for ident in (draft.id, uuid4()):
            given = {"scans": SimpleUploadedFile("a.pdf", pdf())}
            assert signed_in(person).post(url("new", ident), given).status_code == 404


# --- What the database itself refuses ---------------------------------------------------------------------------------


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_database_shows_attachments_as_it_shows_their_note_and_lets_none_go_once_signed(
    hale: Staff, osei: Staff, lindqvist: Patient, connect_as: Connect, superuser: Superuser
) -> None:
    draft = write_draft(hale, lindqvist)
    attach(hale, draft.id)
    signed = write_draft(hale, lindqvist, text="another")
    attach(hale, signed.id)
    note = sign(hale, signed)
    count = "SELECT count(*) FROM psychotherapy_attachment"
    connection = connect_as(APP, SEALED)
    assert connection.execute(count).fetchone() == (0,)
    with acting(connection, osei.pk):
        assert connection.execute(count).fetchone() == (0,)
        assert connection.execute("DELETE FROM psychotherapy_attachment").rowcount == 0
    with acting(connection, hale.pk):
        assert connection.execute(count).fetchone() == (2,)
        delete = "DELETE FROM psychotherapy_attachment WHERE note = %s"
        assert connection.execute(delete, [draft.id]).rowcount == 1
        with pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(delete, [note])
    for statement in (
        "DELETE FROM psychotherapy_attachment WHERE note = %s",
        "UPDATE psychotherapy_attachment SET wrapped = '' WHERE note = %s",
        "UPDATE psychotherapy_attachment SET note = gen_random_uuid() WHERE note = %s",
        "UPDATE psychotherapy_attachment SET shown = original WHERE note = %s",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            superuser(SEALED).execute(statement, [note])
    with pytest.raises(psycopg.errors.RestrictViolation):
        superuser(SEALED).execute("TRUNCATE psychotherapy_attachment")
    grant(hale, osei, lindqvist)
    with acting(connection, osei.pk):
        assert connection.execute(count).fetchone() == (1,), "of the signed note, not of the draft"
    copy = """INSERT INTO psychotherapy_attachment SELECT gen_random_uuid(), author, {0}, author_key, wrapped, about,
        shown, original, added_at FROM psychotherapy_attachment LIMIT 1"""
    with acting(connection, hale.pk), pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"):
        connection.execute(copy.format(f"'{note}'::uuid"))  # type: ignore[arg-type]
    with acting(connection, osei.pk), pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"):
        connection.execute(copy.format("note"))  # type: ignore[arg-type]
    for login in ("psychotherapy_review", "psychotherapy_maintenance"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect_as(login, SEALED).execute(count)


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_destruction_takes_the_keys_of_the_files_too_and_only_under_a_due_order(
    hale: Staff, lindqvist: Patient, superuser: Superuser
) -> None:
    draft = write_draft(hale, lindqvist)
    one = attach(hale, draft.id)
    note = sign(hale, draft)
    (order,) = vault.order_destruction(hale, [note], allowed=lambda head: None)
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE psychotherapy_destruction SET due_at = now() - interval '1 hour'")
    assert vault.open_attachment(hale, one)
    assert vault.destroy(hale, order.id, allowed=lambda head: None)
    assert vault.open_attachment(hale, one) is None
    with vault.open_as(hale):
        row = Attachment.objects.get()
        assert not row.wrapped and Note.objects.filter(pk=note).exists()
        with pytest.raises(Unreadable):
            file_of(row)


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_a_custodian_packs_what_is_attached_and_opens_none_of_it(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    in_custody: Transfer,
) -> None:
    draft = write_draft(hale, lindqvist)
    one = attach(hale, draft.id)
    note, paper = sign(hale, draft), authorize(dana, hale, lindqvist)
    assert vault.open_attachment(osei, one) is None
    made = pack_in_custody(
        by=osei,
        transfer=in_custody,
        authorization=paper,
        package_id=uuid4(),
        note_ids=[note],
        recipient=paper.recipient_name,
        named_staff=[dana],
        on=today(),
    )
    locked = vault.package_bytes(dana, made.cover.id)
    assert locked and "Document 1 of 1, page 2 of 2" in text_of(locked, made.passphrase)
    assert vault.open_attachment(osei, one) is None, "the opening ended with the packing"
