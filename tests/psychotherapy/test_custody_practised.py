"""Custody practised from its beginning to a file handed over, as on the day it is needed."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from authorizations.models import Authorization
from disclosures.releases.actions import commit_notes_package
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.rules import Method, RecipientKind
from practice.infrastructure.days import today
from practice.people.models import License, Patient, Staff
from practice.people.rules import LicenseKind
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import Step, Transfer
from records.psychotherapy.ids import new_id
from records.psychotherapy.vault import NotReleasable
from tests.everybody import make_staff
from tests.psychotherapy.conftest import DAY, write_note
from tests.psychotherapy.custody import (
    APP,
    CANARY,
    LEFT_OUT,
    NOTES,
    SEALED,
    Connect,
    SignedIn,
    Superuser,
    acting,
    count,
    leave_out,
    time_passes,
)
from tests.psychotherapy.test_packages import authorize, text_of


def _the_database_keeps_the_key_from_the_custodian(connection: psycopg.Connection, custodian: Staff) -> None:
    """Whoever packed sees that there is a package, holds no key of it, and makes no other without an opening."""
    with acting(connection, custodian.pk):
        assert (count(connection, "package"), count(connection, "wrappedkey")) == (1, 0)
    columns = """author, patient, authorization_id, recipient_name, description, notes, session_days, key, sealed,
        sha256, size, named_staff, made_at, approved_by, approved_at, hand_over_until"""
    table = "psychotherapy_package"
    copy = f"INSERT INTO {table} (id, {columns}) SELECT gen_random_uuid(), {columns} FROM {table}"
    with acting(connection, custodian.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(copy)


def everything_shown(client: Client, paths: list[str]) -> str:
    return "".join(client.get(path).content.decode() for path in paths)


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_practised_the_author_left_and_a_patient_authorizes_a_release(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    brook: Staff,
    lindqvist: Patient,
    in_custody: Transfer,
    signed_in: SignedIn,
    superuser: Superuser,
    connect_as: Connect,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = f"{CANARY} {LEFT_OUT}"
    note = write_note(hale, lindqvist, text=whole, session_on=DAY - timedelta(days=30))
    leave_out(hale, note, lindqvist, len(CANARY) + 1, len(whole))
    authorization = authorize(dana, hale, lindqvist)
    Staff.objects.filter(pk=hale.pk).update(is_active=False)
    custodian, opened = signed_in(osei), reverse("psychotherapy-custody-open", args=[in_custody.id])
    path = reverse("psychotherapy-custody-package", args=[in_custody.id, authorization.pk])
    pages = everything_shown(custodian, ["/", reverse("psychotherapy-custody-list"), opened, path])
    assert "Tobias Lindqvist" in pages and "Session" in pages
    given = {"package": str(new_id(osei.pk)), "notes": [str(note)], "smallest": "on"}
    given |= {"recipient": authorization.recipient_name}
    for named in ([str(osei.pk)], []):
        again = custodian.post(path, given | {"named_staff": named})
        assert again.status_code == 422, "who packs does not hand over"
        pages += again.content.decode()
    made = custodian.post(path, given | {"named_staff": [str(dana.pk)]})
    assert made.status_code == 200 and "shown now and never again" in made.content.decode()
    passphrase = made.content.decode().split('class="copy-once">')[1].split("<")[0].strip()
    package = vault.packages_awaiting_hand_over(dana)[0]
    pages += made.content.decode() + everything_shown(
        custodian,
        [opened, reverse("psychotherapy-note-open", args=[note]), reverse("psychotherapy-home")],
    )
    assert vault.package_bytes(osei, package.id) is None, "the custodian never holds the file"
    assert CANARY not in pages + caplog.text
    assert (package.author, package.approved_by) == (hale.pk, osei.pk)
    desk = signed_in(dana)
    hand_over = reverse("notes-hand-over", args=[package.id])
    shown = desk.get(hand_over).content.decode()
    assert "custody of the notes of" in shown and CANARY not in shown
    locked = vault.package_bytes(dana, package.id)
    assert locked is not None and CANARY.encode() not in locked
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    inside = text_of(locked, passphrase)
    assert CANARY in inside and "Miriam Hale" in inside and "Kofi Osei" in inside
    assert LEFT_OUT not in inside and "hers alone" not in inside, "what its author left out stays out"
    _the_database_keeps_the_key_from_the_custodian(connect_as(APP, SEALED), osei)
    release = commit_notes_package(
        by=dana,
        package_id=package.id,
        release=Release(
            recipient_kind=RecipientKind.ATTORNEY, identity_verified="card seen", method=Method.LOCKED_FILE
        ),
    )
    entry = entry_of(release)
    assert entry is not None and entry.private["pn_authors"] == [str(hale.pk)], "the ledger names the originator"
    assert "without reading" in desk.get(reverse("release-open", args=[release.pk])).content.decode()
    assert CANARY not in desk.get(reverse("release-open", args=[release.pk])).content.decode()
    rows = superuser(SEALED).execute(
        "SELECT kind, actor FROM psychotherapy_event WHERE author = %s ORDER BY at", [hale.pk]
    )
    events = {(kind, actor) for kind, actor in rows.fetchall()}
    steps = {"custody_taken", "package_prepared", "package_approved"}
    others = {("custody_confirmed", brook.pk), ("package_handed_over", dana.pk)}
    assert {(kind, osei.pk) for kind in steps} | others <= events
    kinds = (
        superuser(SEALED).execute("SELECT kind, ground FROM psychotherapy_custodyopening ORDER BY opened_at").fetchall()
    )
    assert ("package", authorization.pk) in kinds and {kind for kind, _ in kinds} == {"index", "package"}
    Staff.objects.filter(pk=hale.pk).update(is_active=True)
    mine = vault.read(hale, note)
    assert mine is not None and mine.text == whole and mine.mine, "the author is the author, her key works as ever"


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_nothing_is_packed_without_an_authorization_in_effect_or_for_a_note_it_does_not_name(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    cordova: Patient,
    in_custody: Transfer,
    signed_in: SignedIn,
    superuser: Superuser,
) -> None:
    note, joint = write_note(hale, lindqvist), write_note(hale, lindqvist, cordova)
    authorization = authorize(dana, hale, lindqvist)
    of_osei = authorize(dana, osei, lindqvist)
    shut = write_note(hale, lindqvist)
    leave_out(hale, shut, lindqvist)
    superuser(SEALED).execute("DELETE FROM psychotherapy_wrappedkey WHERE kind = 'redaction'")

    def pack(*notes: UUID, by: Staff = osei, to: Staff = dana, paper: Authorization = authorization) -> None:
        actions.pack_in_custody(
            by=by,
            transfer=in_custody,
            authorization=paper,
            package_id=uuid4(),
            note_ids=notes,
            recipient=paper.recipient_name,
            named_staff=[to],
            on=today(),
        )

    for wanted in ((), (joint,), (note, joint), (uuid4(),)):
        with pytest.raises(NotReleasable):
            pack(*wanted)
    with pytest.raises(NotReleasable, match="PN_UNREADABLE"):
        pack(shut)  # what its author left out of it cannot be known
    for changes in ({"by": dana}, {"by": hale}, {"to": osei}, {"paper": of_osei}):
        with pytest.raises(NotReleasable):
            pack(note, **changes)  # type: ignore[arg-type]
    made = superuser(SEALED).execute("SELECT count(*) FROM psychotherapy_package").fetchone()
    assert made == (0,)
    client = signed_in(osei)
    for paper in (of_osei.pk, uuid4()):
        assert client.get(reverse("psychotherapy-custody-package", args=[in_custody.id, paper])).status_code == 404


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_practised_a_solo_practice_whose_therapist_died(
    solo: Staff, superuser: Superuser, signed_in: SignedIn, connect_as: Connect
) -> None:
    """The custodian was named in advance and has no role here; the file is handed over by a second person."""
    outside = make_staff("outside", "Ines Varga", title="Dr.")
    License.objects.create(
        staff=outside, kind=LicenseKind.PSYCHOLOGIST, number="1", state="TX", expires_on=today() + timedelta(days=900)
    )
    given = {"custodian": str(outside.pk), "contact": "512-555-0119", "waits_days": "30"}
    made = signed_in(solo).post(reverse("psychotherapy-custody-name"), given)
    path, client = made.headers["Location"], signed_in(outside)
    assert "You are named as custodian" in client.get("/").content.decode()
    assert client.post(f"{path}confirm/", {}).status_code == 422, "what happened is to be said"
    assert client.post(f"{path}take/").status_code == 403
    assert client.post(f"{path}confirm/", {"reason": "died"}).status_code == 302
    assert "transfer of custody of your notes" in signed_in(solo).get("/").content.decode()
    time_passes(superuser, 29)
    assert client.post(f"{path}take/").status_code == 403
    time_passes(superuser, 1)
    assert client.post(f"{path}take/").status_code == 302
    assert "No authorization asks for them" in client.get(path).content.decode()
    with acting(connect_as(APP, SEALED), outside.pk) as connection:
        assert [count(connection, table) for table in NOTES] == [0] * len(NOTES)
    vault.take_step(solo, vault.my_transfers(solo)[0].id, Step.STOP)
    assert "Authorizations that ask" not in client.get(path).content.decode()
