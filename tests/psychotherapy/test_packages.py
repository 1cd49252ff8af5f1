"""A release of psychotherapy notes: the author decides, nobody else reads, and nothing tells of it before it
happens.
"""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock
from uuid import UUID, uuid4

import pikepdf
import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from authorizations.actions import record_authorization, record_revocation
from authorizations.models import Authorization
from practice.infrastructure.copies import BUSY, Busy
from practice.infrastructure.days import today
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.actions import approve_package, offer_release
from records.psychotherapy.ids import new_id
from records.psychotherapy.models import Event, Package
from records.psychotherapy.rules import EventKind
from records.psychotherapy.vault import NotReleasable, SealedPackage
from records.psychotherapy.vault.seals import open_text, place_of_package
from tests.authorizations.papers import SCAN, complete
from tests.psychotherapy.conftest import DAY, write_note

SignedIn = Callable[[Staff], Client]
pytestmark = pytest.mark.django_db

CANARY = "zebra-quartz-hypothesis"


def authorize(dana: Staff, hale: Staff, patient: Patient, **changes: object) -> Authorization:
    given = {"by": dana, "patient": patient, "paper": SCAN, "another_paper": True, **complete(hale), **changes}
    return record_authorization(**given)  # type: ignore[arg-type]


@pytest.fixture
def authorization(dana: Staff, hale: Staff, lindqvist: Patient) -> Authorization:
    """All psychotherapy notes by Dr. Hale about Tobias Lindqvist, for a lawyer."""
    return authorize(dana, hale, lindqvist)


@pytest.fixture
def packed_note(hale: Staff, lindqvist: Patient) -> UUID:
    return write_note(hale, lindqvist, text=CANARY, session_on=DAY - timedelta(days=30))


def approve(
    hale: Staff, authorization: Authorization, *notes: UUID, to: list[Staff], **changes: object
) -> SealedPackage:
    given = {"by": hale, "authorization": authorization, "note_ids": notes, "named_staff": to, "on": today()}
    given |= {"package_id": uuid4(), "recipient": authorization.recipient_name, **changes}
    return approve_package(**given)  # type: ignore[arg-type]


@pytest.fixture
def package(hale: Staff, dana: Staff, authorization: Authorization, packed_note: UUID) -> SealedPackage:
    """Dr. Hale's one note, approved, with Dana Whitlock named for the hand-over."""
    return approve(hale, authorization, packed_note, to=[dana])


def text_of(locked: bytes, passphrase: str) -> str:
    opened = io.BytesIO()
    with pikepdf.open(io.BytesIO(locked), password=passphrase) as document:
        document.save(opened, encryption=False)
    return "\n".join(page.extract_text() for page in PdfReader(opened).pages)


def test_the_named_person_hands_over_a_file_only_the_passphrase_opens(dana: Staff, package: SealedPackage) -> None:
    locked = vault.package_bytes(dana, package.cover.id)
    assert locked is not None
    assert hashlib.sha256(locked).hexdigest() == package.cover.sha256
    assert CANARY.encode() not in locked
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    assert CANARY in text_of(locked, package.passphrase)


def test_an_addendum_signed_after_packing_is_not_in_the_file_and_its_author_is_told_so(
    hale: Staff, dana: Staff, package: SealedPackage, packed_note: UUID, signed_in: SignedIn
) -> None:
    write_note(hale, text="It was his sister.", addendum_to=packed_note)
    given = vault.package_bytes(dana, package.cover.id)
    assert given is not None and hashlib.sha256(given).hexdigest() == package.cover.sha256
    text = text_of(given, package.passphrase)
    assert CANARY in text and "sister" not in text
    page = signed_in(hale).get(reverse("psychotherapy-package-list")).content.decode()
    assert "an addendum you sign later is not in it" in page


def test_the_passphrase_is_kept_nowhere(hale: Staff, package: SealedPackage) -> None:
    with vault.open_as(hale):
        rows = [*Package.objects.values(), *Event.objects.values()]
    assert package.passphrase not in repr(rows) + repr(package)


def test_the_cover_sheet_names_no_content(dana: Staff, hale: Staff, package: SealedPackage) -> None:
    cover = vault.package_cover(dana, package.cover.id)
    assert cover == package.cover
    assert CANARY not in repr(cover)


def test_only_author_and_named_staff_know_of_a_package(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, dana: Staff, package: SealedPackage
) -> None:
    for stranger in (osei, castellanos, brook):
        assert vault.package_cover(stranger, package.cover.id) is None
        assert vault.package_bytes(stranger, package.cover.id) is None
        assert vault.packages_awaiting_hand_over(stranger) == vault.my_packages(stranger) == []
        assert vault.withdraw_package(stranger, package.cover.id) is None
        with vault.handing_over(stranger, package.cover.id) as nothing:
            assert nothing is None
    assert vault.withdraw_package(dana, package.cover.id) is None
    assert vault.packages_awaiting_hand_over(dana) == vault.my_packages(hale) == [package.cover]


def test_whoever_approves_does_not_hand_over_unless_named(hale: Staff, package: SealedPackage) -> None:
    assert vault.packages_awaiting_hand_over(hale) == []
    assert vault.package_bytes(hale, package.cover.id) is None


def test_the_hand_over_is_written_down_and_happens_once(hale: Staff, dana: Staff, package: SealedPackage) -> None:
    with vault.handing_over(dana, package.cover.id) as cover:
        assert cover is not None and cover.sha256 == package.cover.sha256
    with vault.handing_over(dana, package.cover.id) as again:
        assert again is None
    assert vault.packages_awaiting_hand_over(dana) == []
    assert vault.my_packages(hale)[0].handed_over_at is not None
    assert vault.withdraw_package(hale, package.cover.id) is False
    with vault.open_as(hale):
        kinds = set(Event.objects.filter(package=package.cover.id).values_list("kind", "actor"))
    assert {("package_approved", hale.pk), ("package_handed_over", dana.pk)} <= kinds


def test_a_hand_over_that_fails_is_not_written_down(dana: Staff, package: SealedPackage) -> None:
    with pytest.raises(DatabaseError), vault.handing_over(dana, package.cover.id) as cover:
        assert cover is not None
        raise DatabaseError("the ledger could not be written")
    assert [one.id for one in vault.packages_awaiting_hand_over(dana)] == [package.cover.id]


def test_the_author_takes_a_package_back_before_anybody_hands_it_over(
    hale: Staff, dana: Staff, package: SealedPackage
) -> None:
    assert vault.withdraw_package(hale, package.cover.id) is True
    assert vault.withdraw_package(hale, package.cover.id) is False
    assert vault.package_bytes(dana, package.cover.id) is None
    assert vault.package_cover(dana, package.cover.id) is None
    assert vault.packages_awaiting_hand_over(dana) == []
    with vault.handing_over(dana, package.cover.id) as nothing:
        assert nothing is None


def test_a_package_left_lying_closes_by_itself(
    hale: Staff, dana: Staff, package: SealedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("records.psychotherapy.vault.packages.timezone.now", lambda: later)
    assert vault.packages_awaiting_hand_over(dana) == []
    assert vault.package_bytes(dana, package.cover.id) is None


def test_a_package_changed_in_its_row_is_not_handed_over(dana: Staff, package: SealedPackage, hale: Staff) -> None:
    """The bytes are bound to what the cover says: another recipient on the row, and they do not open."""
    with vault.open_as(hale):
        row = Package.objects.get()
        for changes in ({"recipient_name": "Somebody else"}, {"sha256": "0" * 64}, {"named_staff": [hale.pk]}):
            original = {name: getattr(row, name) for name in changes}
            for name, value in changes.items():
                setattr(row, name, value)
            with pytest.raises(Unreadable):
                open_text(row.sealed, key=row.key, place=place_of_package(row))
            for name, value in original.items():
                setattr(row, name, value)


def test_the_author_is_offered_what_the_authorization_names_and_told_why_the_rest_stays(
    hale: Staff, dana: Staff, lindqvist: Patient, cordova: Patient
) -> None:
    inside = write_note(hale, lindqvist, session_on=DAY - timedelta(days=10))
    write_note(hale, lindqvist, session_on=DAY - timedelta(days=100))
    joint = write_note(hale, lindqvist, cordova, session_on=DAY - timedelta(days=10))
    dates = {"pn_scope": "DATE_RANGE", "covers_from": DAY - timedelta(days=20), "covers_to": DAY}
    offer = offer_release(by=hale, authorization=authorize(dana, hale, lindqvist, **dates), on=today())
    assert [one.head.id for one in offer.notes] == [inside]
    codes = {one.head.id: one.refusal.code for one in offer.left_out if one.refusal}
    assert codes[joint] == "PN_SPEAKS_OF_OTHERS" and "AUTH_NOT_THESE_ITEMS" in codes.values()
    assert all(one.text is None for one in offer.left_out)


def test_an_authorization_that_ended_offers_and_packs_nothing(
    hale: Staff, dana: Staff, authorization: Authorization, packed_note: UUID
) -> None:
    record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now())
    fresh = Authorization.objects.get(pk=authorization.pk)
    offer = offer_release(by=hale, authorization=fresh, on=today())
    assert offer.notes == () and "AUTH_DEFECT_REVOKED" in {refusal.code for refusal in offer.refusals}
    with pytest.raises(NotReleasable):
        approve(hale, fresh, packed_note, to=[dana])


def test_an_authorization_for_the_chart_packs_no_psychotherapy_note(
    hale: Staff, dana: Staff, lindqvist: Patient, packed_note: UUID
) -> None:
    chart = authorize(dana, hale, lindqvist, record_classes=["CHART"], pn_scope="", pn_originator=None)
    with pytest.raises(NotReleasable, match="AUTH_NOT_THESE_RECORDS"):
        approve(hale, chart, packed_note, to=[dana])
    with vault.open_as(hale):
        (refused,) = Event.objects.filter(kind=EventKind.REFUSED)
    assert (refused.actor, refused.detail) == (hale.pk, "AUTH_NOT_THESE_RECORDS"), "the sealed log tells of the attempt"


def test_nobody_packs_what_was_not_chosen_or_is_not_theirs(
    hale: Staff, osei: Staff, dana: Staff, authorization: Authorization, packed_note: UUID
) -> None:
    for notes in ((), (uuid4(),), (packed_note, uuid4())):
        with pytest.raises(NotReleasable, match="PN_NOTHING_CHOSEN"):
            approve(hale, authorization, *notes, to=[dana])
    with pytest.raises(NotReleasable):
        approve(osei, authorization, packed_note, to=[dana])
    assert vault.packages_awaiting_hand_over(dana) == []


def test_one_package_is_packed_once(
    hale: Staff, dana: Staff, authorization: Authorization, packed_note: UUID, package: SealedPackage
) -> None:
    with pytest.raises(NotReleasable, match="PN_PACKAGE_MADE"):
        approve(hale, authorization, packed_note, to=[dana], package_id=package.cover.id)


def test_the_ledgers_words_tell_dates_and_no_content(package: SealedPackage) -> None:
    assert package.cover.description == f"Psychotherapy notes of the session of {day(DAY - timedelta(days=30))}"


def test_the_author_reads_chooses_and_is_shown_the_passphrase_once(
    hale: Staff, dana: Staff, authorization: Authorization, packed_note: UUID, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    path = reverse("psychotherapy-package-new", args=[authorization.pk])
    shown = client.get(path).content.decode()
    assert CANARY in shown and "checked" not in shown
    given = {"package": str(new_id(hale.pk)), "notes": [str(packed_note)], "named_staff": [str(dana.pk)]}
    given["recipient"] = authorization.recipient_name
    unconfirmed = client.post(path, given)
    assert "nothing can be left out" in unconfirmed.content.decode() and vault.my_packages(hale) == []
    made = client.post(path, given | {"smallest": "on"})
    assert made.status_code == 200 and "shown now and never again" in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    repeated = client.post(path, given | {"smallest": "on"})
    assert repeated.status_code == 409 and "made already" in repeated.content.decode()
    cover = vault.my_packages(hale)[0]
    waiting = client.get(reverse("psychotherapy-package-list")).content.decode()
    assert "Approved, waiting for hand-over" in waiting
    client.post(reverse("psychotherapy-package-withdraw", args=[cover.id]))
    assert "Withdrawn" in client.get(reverse("psychotherapy-package-list")).content.decode()


@pytest.mark.parametrize("failed", [Busy(BUSY), PdfFailed("limit")])
def test_what_is_chosen_stays_chosen_where_the_file_cannot_be_made_at_this_moment(
    hale: Staff,
    dana: Staff,
    authorization: Authorization,
    packed_note: UUID,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    failed: Exception,
) -> None:
    monkeypatch.setattr("records.psychotherapy.actions.package_pdf", Mock(side_effect=failed))
    path = reverse("psychotherapy-package-new", args=[authorization.pk])
    given = {"package": str(new_id(hale.pk)), "notes": [str(packed_note)], "named_staff": [str(dana.pk)]}
    given |= {"recipient": authorization.recipient_name, "smallest": "on"}
    page = signed_in(hale).post(path, given)
    words = page.content.decode()
    assert page.status_code == 409 and "Try again in a moment" in words
    assert f'id="note-{packed_note}" checked' in words and vault.my_packages(hale) == []


def test_the_author_is_asked_whether_a_form_means_us_that_names_somebody_else(
    hale: Staff, dana: Staff, lindqvist: Patient, packed_note: UUID, signed_in: SignedIn
) -> None:
    form = authorize(dana, hale, lindqvist, discloser="County Hospital")
    client, path = signed_in(hale), reverse("psychotherapy-package-new", args=[form.pk])
    assert client.get(path).content.decode().count("County Hospital") == 2
    given = {"package": str(new_id(hale.pk)), "notes": [str(packed_note)], "named_staff": [str(dana.pk)]}
    given |= {"recipient": form.recipient_name, "smallest": "on"}
    assert "Make sure whom the form means" in client.post(path, given).content.decode()
    assert vault.my_packages(hale) == []
    assert client.post(path, given | {"us_in_other_words": "on"}).status_code == 200
    assert len(vault.my_packages(hale)) == 1


def test_what_is_ticked_stays_ticked_while_passages_are_left_out(
    hale: Staff, dana: Staff, authorization: Authorization, packed_note: UUID, signed_in: SignedIn
) -> None:
    client = signed_in(hale)
    path = reverse("psychotherapy-package-new", args=[authorization.pk])
    way = reverse("psychotherapy-leave-out", args=[authorization.pk, packed_note])
    page = client.get(path).content.decode()
    assert authorization.purpose in page, "what the patient allowed stands on the page"
    assert f'name="leave_out" formaction="{way}"' in page
    chosen = {"notes": [str(packed_note)], "named_staff": [str(dana.pk)], "smallest": "on", "leave_out": ""}
    kept = client.post(way, chosen).context["kept"]
    said = {"mark": "note:0:4", "reason": "About her sister", "kept": kept}
    back = client.post(way, said, follow=True).content.decode()
    assert f'value="{packed_note}" id="note-{packed_note}" checked' in back
    assert f'value="{dana.pk}"' in back and back.count("checked") == 2, "that all was read is said again"


def test_the_page_is_the_authors_and_tells_others_nothing(
    dana: Staff, osei: Staff, authorization: Authorization, packed_note: UUID, signed_in: SignedIn
) -> None:
    path = reverse("psychotherapy-package-new", args=[authorization.pk])
    for stranger in (dana, osei):
        response = signed_in(stranger).get(path)
        assert response.status_code in (403, 404) and CANARY not in response.content.decode()
