"""A compelled release where nobody else is: a solo practice, and an author who has left."""

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from disclosures.ledger.models import Entry
from disclosures.legal.actions import (
    NotCompelled,
    confirm_compelled,
    hand_over_compelled,
    pack_compelled,
    stop_compelled,
)
from disclosures.legal.models import LegalPaper
from disclosures.legal.rules import CounselAnswer, ResponseKind
from disclosures.releases.actions import deliver
from disclosures.releases.models import Release
from disclosures.releases.rules import Method
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.psychotherapy import custody_actions, vault
from records.psychotherapy.vault import NotReleasable
from tests.everybody import make_patient
from tests.files import pdf
from tests.legal.conftest import Recorded, add_counsel, begin, respond, seen
from tests.psychotherapy.conftest import write_note
from tests.psychotherapy.custody import SEALED, time_passes, transfer

Superuser = Callable[[str], psycopg.Connection]
SignedIn = Callable[[Staff], Client]


@pytest.fixture
def packed_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been printed; a page without text is made instead."""
    texts: list[str] = []

    def without_press(chosen: list[vault.Releasable], **more: object) -> bytes:
        texts.extend(one.text or "" for one in chosen)
        return pdf()

    monkeypatch.setattr("disclosures.legal.actions.package_pdf", without_press)
    return texts


def begun_days_ago(superuser: Superuser, days: int) -> None:
    """Every compelled release was begun so much earlier. Nobody but a superuser without triggers can do it."""
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "UPDATE psychotherapy_compelled SET started_at = started_at - make_interval(days => %s)", [days]
        )


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_a_solo_practice_waits_with_counsels_review_for_its_own_notes_and_then_they_leave_without_the_joint_ones(
    recorded: Recorded, solo: Staff, lindqvist: Patient, hale: Staff, superuser: Superuser, packed_texts: list[str]
) -> None:
    patient = make_patient(20402, "Ruth", "Amsel", lindqvist.birth_date, treated_by=solo)
    write_note(solo, patient, text="zebraquartz")
    write_note(solo, patient, make_patient(20403, "Ike", "Amsel", lindqvist.birth_date, treated_by=solo), text="joint")
    Staff.objects.exclude(pk__in=[solo.pk, hale.pk]).update(is_active=False)
    Staff.objects.filter(pk=hale.pk).update(roles=[])  # nobody is left who could be the second
    order = recorded(by=solo, patient=patient)
    with pytest.raises(Refused, match="COMPELLED_ALONE_OWN_ONLY"):
        begin(solo, order, hale, None, solo)  # what somebody else wrote
    row = begin(solo, order, solo, None, solo)
    assert row.waits_days == 3

    def too_early() -> None:
        with pytest.raises(Refused, match="COMPELLED_NOT_NOW"):
            pack_compelled(by=solo, compelled=seen(solo, row))
        with pytest.raises(NotReleasable):
            vault.pack_compelled(by=solo, compelled_id=row.id, package_id=uuid4(), render=lambda chosen: b"")

    too_early()
    begun_days_ago(superuser, 2)
    too_early()
    begun_days_ago(superuser, 1)
    add_counsel(solo, order, CounselAnswer.NARROW)
    with pytest.raises(NotCompelled):  # the wait takes the second person's place, never counsel's
        pack_compelled(by=solo, compelled=seen(solo, row))
    add_counsel(solo, order)
    done = pack_compelled(by=solo, compelled=seen(solo, row))
    assert done.package and done.others_left_out and packed_texts == ["zebraquartz"]
    release = hand_over_compelled(
        by=solo, package_id=done.package, release=Release(method=Method.LOCKED_FILE, identity_verified="Badge seen")
    )
    assert Entry.objects.get(release_id=release.pk).patient_id == patient.pk
    assert deliver(by=solo, release_id=release.pk).content


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_when_the_author_has_left_the_custodian_is_told_in_their_place_and_can_be_one_of_the_two(
    order: LegalPaper, hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    cordova: Patient, superuser: Superuser, packed_texts: list[str], signed_in: SignedIn,
) -> None:  # fmt: skip
    write_note(hale, lindqvist, text="zebraquartz")
    write_note(hale, lindqvist, cordova, text="joint")
    Staff.objects.filter(pk=hale.pk).update(is_active=False)
    custody = transfer(castellanos, brook, hale, osei)
    row = begin(castellanos, order, hale, brook, dana)
    page, custodian = reverse("compelled-open", args=[row.id]), signed_in(osei)
    assert custodian.get(page).status_code == 404, "not before custody is theirs"
    custody_actions.confirm_custody(by=brook, transfer=custody)
    time_passes(superuser, 8)
    custody_actions.take_custody(by=osei, transfer=custody)
    shown = custodian.get(page).content.decode()
    assert "Notes of" in shown and "zebraquartz" not in shown and "Stop it" not in shown
    for act in ("confirm", "pack", "stop"):
        assert custodian.post(f"{page}{act}/").status_code == 403, act
    stop_compelled(by=brook, compelled=row)
    row = begin(castellanos, order, hale, osei, dana)  # a custodian knows the author's affairs: a fitting second
    confirm_compelled(by=osei, compelled=seen(osei, row))
    done = pack_compelled(by=osei, compelled=seen(osei, row))
    assert done.package and done.others_left_out and packed_texts == ["zebraquartz"]
    assert vault.package_bytes(osei, done.package) is None and vault.withdraw_package(osei, done.package)


@pytest.mark.django_db
@pytest.mark.usefixtures("packed_texts")
def test_what_counsel_says_or_a_court_does_between_the_entry_and_the_first_byte_keeps_the_file_here(
    order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    signed_in: SignedIn,
) -> None:  # fmt: skip
    write_note(hale, lindqvist)
    row = begin(castellanos, order, hale, brook, dana)
    confirm_compelled(by=brook, compelled=row)
    done = pack_compelled(by=brook, compelled=seen(brook, row))
    assert done.package
    release = hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))
    desk, path = signed_in(dana), reverse("release-package", args=[release.pk])

    def kept(code: str) -> None:
        with pytest.raises(Refused, match=code):
            deliver(by=dana, release_id=release.pk)
        answer = desk.post(path, follow=True)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert Release.objects.get(pk=release.pk).served_at is None

    add_counsel(castellanos, order, CounselAnswer.NOT_BINDING)
    kept("COUNSEL_AGAINST")
    add_counsel(castellanos, order)
    respond(dana, order, ResponseKind.CLOSED)
    kept("PAPER_OVER")
    add_counsel(castellanos, order)
    kept("PAPER_OVER")
