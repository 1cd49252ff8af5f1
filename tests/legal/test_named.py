"""An order that expressly names several patients reaches notes about them together, and about nobody else."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from authorizations.queries.restrictions import restriction_facts
from disclosures.ledger.entries import EntryKind as LedgerKind
from disclosures.ledger.models import Entry
from disclosures.legal.actions import (
    NotCompelled,
    add_entry,
    confirm_compelled,
    hand_over_compelled,
    name_patient,
    pack_compelled,
    record_paper,
)
from disclosures.legal.models import LegalPaper, Naming
from disclosures.legal.queries import ask_gate, reasons_now, scope_of
from disclosures.legal.rules import EntryKind, Names, NoticeAnswer
from disclosures.releases.actions import close_release, deliver
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.rules import Method
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled
from records.psychotherapy.rules import describe_release
from tests.everybody import make_patient
from tests.files import pdf
from tests.legal.conftest import SCAN, Recorded, add_counsel, begin, paper_of, seen
from tests.legal.test_compelled import APP, NAME, OPEN, SEALED, TABLES, acting, rows
from tests.psychotherapy.conftest import DAY, attach, write_draft, write_note
from tests.psychotherapy.test_packages import text_of

Connect = Callable[[str, str], psycopg.Connection]
SignedIn = Callable[[Staff], Client]
EARLIER = DAY - timedelta(days=20)
pytestmark = pytest.mark.django_db


def tell(by: Staff, paper: LegalPaper, patient: Patient) -> None:
    add_entry(by=by, paper=paper, kind=EntryKind.NOTICE, code=NoticeAnswer.TOLD, on=today(), about=patient)


def why_not(paper: LegalPaper) -> list[str]:
    return [one.code for one in reasons_now(paper, scope_of(paper), on=today(), alone=False)]


@pytest.fixture
def cleo(hale: Staff, lindqvist: Patient) -> Patient:
    """Somebody else of the group, whom no order names."""
    return make_patient(20404, "Cleo", "Brandt", lindqvist.birth_date, treated_by=hale)


@pytest.fixture
def of_both(order: LegalPaper, castellanos: Staff, cordova: Patient) -> LegalPaper:
    """The order names Elena Cordova too; counsel saw the list, and she was told."""
    name_patient(by=castellanos, paper=order, patient_id=cordova.pk)
    add_counsel(castellanos, order)
    tell(castellanos, order, cordova)
    return order


@pytest.fixture
def notes(hale: Staff, lindqvist: Patient, cordova: Patient, cleo: Patient) -> dict[str, UUID]:
    return {
        "his": write_note(hale, lindqvist, text="histext"),
        "both": write_note(hale, lindqvist, cordova, text="bothtext", session_on=EARLIER),
        "hers": write_draft(hale, cordova, text="herdraft", session_on=EARLIER).id,
        "three": write_note(hale, lindqvist, cordova, cleo, text="threetext"),
        "cleo": write_note(hale, cleo, text="cleotext"),
    }


def confirmed(paper: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff) -> Compelled:
    begun = begin(castellanos, paper, hale, brook, dana)
    confirm_compelled(by=brook, compelled=begun)
    return seen(brook, begun)


def test_counsel_sees_who_is_named_and_each_of_them_is_told_before_anything_is_begun(
    order: LegalPaper, castellanos: Staff, dana: Staff, hale: Staff, lindqvist: Patient, cordova: Patient
) -> None:
    assert why_not(order) == []
    for somebody in (dana, hale):
        with pytest.raises(Refused, match="NAMING_BY_OFFICER"):
            name_patient(by=somebody, paper=order, patient_id=cordova.pk)
    for again in (lindqvist, cordova):
        if again == cordova:
            name_patient(by=castellanos, paper=order, patient_id=cordova.pk)
        with pytest.raises(Refused, match="NAMING_AGAIN"):
            name_patient(by=castellanos, paper=order, patient_id=again.pk)
    with pytest.raises(Http404):
        name_patient(by=castellanos, paper=order, patient_id=uuid4())
    assert Patient.objects.get(pk=cordova.pk).litigation_hold == Patient.objects.get(pk=lindqvist.pk).litigation_hold
    assert why_not(order) == ["NAMED_SINCE_COUNSEL", "PATIENT_NOT_TOLD"]
    asked = Task.objects.filter(state=TaskState.OPEN, subject_id=order.pk).values_list("kind", flat=True)
    assert {TaskKind.COUNSEL_REVIEW, TaskKind.PATIENT_NOTICE} <= set(asked)
    add_counsel(castellanos, order)
    assert why_not(order) == ["PATIENT_NOT_TOLD"]
    tell(castellanos, order, cordova)
    assert why_not(order) == [] and TaskKind.PATIENT_NOTICE not in set(asked.all())
    assert AuditEntry.objects.filter(patient_id=str(cordova.pk)).exists(), "it stands in her own trail"


def test_what_was_put_down_by_mistake_is_taken_off_and_counsel_answers_anew(
    of_both: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, cordova: Patient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("disclosures.legal.actions.package_pdf", lambda *args, **more: pdf())
    write_note(hale, cordova)
    waiting = confirmed(of_both, hale, castellanos, brook, dana)
    packed = pack_compelled(by=brook, compelled=confirmed(of_both, hale, castellanos, brook, dana))
    name_patient(by=castellanos, paper=of_both, patient_id=cordova.pk, named=False)
    assert why_not(of_both) == ["NAMED_SINCE_COUNSEL"]
    add_counsel(castellanos, of_both)
    assert why_not(of_both) == []
    with pytest.raises(NotCompelled) as refused:
        pack_compelled(by=brook, compelled=waiting)
    assert [one.code for one in refused.value.reasons] == ["PATIENT_NOT_NAMED"]
    assert packed.package
    with pytest.raises(Refused, match="PATIENT_NOT_NAMED"):
        hand_over_compelled(by=dana, package_id=packed.package, release=Release(method=Method.LOCKED_FILE))
    assert Naming.objects.count() == 2 and not Entry.objects.exists()


def test_the_notice_to_somebody_it_names_no_more_is_no_notice_to_its_own_patient(
    castellanos: Staff, cordova: Patient, lindqvist: Patient
) -> None:
    paper = record_paper(by=castellanos, paper=paper_of(lindqvist), document=SCAN)
    name_patient(by=castellanos, paper=paper, patient_id=cordova.pk)
    tell(castellanos, paper, cordova)
    name_patient(by=castellanos, paper=paper, patient_id=cordova.pk, named=False)
    add_counsel(castellanos, paper)
    assert why_not(paper) == ["PATIENT_NOT_TOLD"]
    tell(castellanos, paper, lindqvist)
    assert why_not(paper) == []


def test_notes_about_those_named_leave_and_each_has_an_entry_of_their_own_sessions_alone(
    notes: dict[str, UUID], of_both: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff,
    lindqvist: Patient, cordova: Patient, cleo: Patient, signed_in: SignedIn,
) -> None:  # fmt: skip
    done = pack_compelled(by=brook, compelled=confirmed(of_both, hale, castellanos, brook, dana))
    assert done.package and done.others_left_out, "that something stayed out is said, no more"
    for patient in (lindqvist, cordova):
        assert Patient.objects.get(pk=patient.pk).litigation_hold
    assert not Patient.objects.get(pk=cleo.pk).litigation_hold
    release = hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))
    his, hers = Entry.objects.order_by("index")
    assert (his.patient_id, hers.patient_id) == (lindqvist.pk, cordova.pk) and entry_of(release) == his
    assert his.artefact_sha256 == hers.artefact_sha256 == release.sha256
    assert his.public["what"] == describe_release([EARLIER, DAY])
    assert hers.public["what"] == describe_release([EARLIER]), "a session that was his alone is not in hers"
    for entry, other in ((his, cordova), (hers, lindqvist)):
        assert str(other.pk) not in entry.body and other.legal_name not in entry.public["what"]
        assert AuditEntry.objects.filter(patient_id=str(entry.patient_id), event="release_committed").count() == 1
    words = "-".join(
        part.text for one in (castellanos, brook) for part in vault.my_passphrase_parts(one, done.id) or ()
    )
    page = signed_in(dana).get(reverse("release-open", args=[release.pk])).content.decode()
    assert "Also about" in page and f"entry {hers.index}" in page
    text = text_of(deliver(by=dana, release_id=release.pk).content, words)
    assert all(word in text for word in ("histext", "bothtext", "herdraft", lindqvist.legal_name, cordova.legal_name))
    assert not any(word in text for word in ("threetext", "cleotext", cleo.legal_name))
    close_release(by=dana, release_id=release.pk, delivered=True, on=today())
    ends = Entry.objects.filter(kind=LedgerKind.DELIVERY)
    assert {entry.about_id for entry in ends} == {his.pk, hers.pk}, "both are told how it ended"


def test_who_is_named_and_not_spoken_of_has_no_entry(
    of_both: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, cordova: Patient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("disclosures.legal.actions.package_pdf", lambda *args, **more: pdf())
    write_note(hale, cordova)
    done = pack_compelled(by=brook, compelled=confirmed(of_both, hale, castellanos, brook, dana))
    assert done.package and not done.others_left_out
    release = hand_over_compelled(by=dana, package_id=done.package, release=Release(method=Method.LOCKED_FILE))
    assert release.patient_id == cordova.pk and Entry.objects.get().patient_id == cordova.pk


def test_the_restrictions_of_everybody_named_are_put_before_the_gate(
    of_both: LegalPaper, lindqvist: Patient, cordova: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[UUID] = []

    def facts(patient: Patient) -> tuple:
        asked.append(patient.pk)
        return restriction_facts(patient)

    monkeypatch.setattr("disclosures.releases.queries.release.restriction_facts", facts)
    assert ask_gate(of_both, scope_of(of_both), today()).allowed
    assert set(asked) == {lindqvist.pk, cordova.pk}


def test_the_pages_look_for_a_patient_without_a_name_in_an_address_and_show_who_is_named(
    order: LegalPaper, recorded: Recorded, castellanos: Staff, dana: Staff, cordova: Patient, signed_in: SignedIn
) -> None:
    officer, path = signed_in(castellanos), reverse("legal-paper-name", args=[order.pk])
    open_path = reverse("legal-paper-open", args=[order.pk])
    assert "Type a number" in officer.post(path, {"who": ""}).content.decode()
    assert "Nobody found" in officer.post(path, {"who": "Nemo"}).content.decode()
    for who in ("cord elen", str(cordova.number)):
        assert f"the paper names {cordova.legal_name}" in officer.post(path, {"who": who}).content.decode()
    assert officer.post(path, {"patient": "x"}).status_code == 404
    assert officer.post(path, {"patient": cordova.pk}).headers["Location"] == open_path
    shown = signed_in(dana).get(open_path).content.decode()
    assert cordova.legal_name in shown and "Take off" not in shown
    for kind in ("counsel", "notice"):
        asks = officer.get(reverse("legal-paper-add", args=[order.pk, kind])).content.decode()
        assert cordova.legal_name in asks, kind
    officer.post(path, {"patient": cordova.pk, "named": "no"})
    assert cordova.legal_name not in signed_in(dana).get(open_path).content.decode()
    vague = recorded(names_notes=Names.UNCLEAR)
    assert "opens no psychotherapy notes" in officer.get(reverse("legal-paper-name", args=[vague.pk])).content.decode()


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_database_opens_no_row_and_no_key_of_a_note_that_speaks_of_one_more_person_than_is_named(
    notes: dict[str, UUID], of_both: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff,
    lindqvist: Patient, cordova: Patient, cleo: Patient, connect_as: Connect,
) -> None:  # fmt: skip
    attach(hale, write_draft(hale, cordova, lindqvist, text="with a file").id)
    attach(hale, write_draft(hale, cordova, cleo, text="with a file").id)
    row = confirmed(of_both, hale, castellanos, brook, dana)
    connection = connect_as(APP, SEALED)
    with acting(connection, brook.pk):
        assert rows(connection) == dict.fromkeys(TABLES, 0), "confirmed, and still nothing outside an opening"
        opening = uuid4()
        connection.execute(OPEN, [opening, row.id, brook.pk, "package", uuid4()])
        connection.execute(NAME, [str(opening)])
        seen_now = connection.execute(
            "SELECT patients FROM psychotherapy_note UNION ALL SELECT patients FROM psychotherapy_draft"
        ).fetchall()
        assert sorted(len(patients) for (patients,) in seen_now) == [1, 1, 2, 2]
        assert not any(cleo.pk in patients for (patients,) in seen_now)
        keys = connection.execute("SELECT subject FROM psychotherapy_wrappedkey").fetchall()
        mine = connection.execute(
            "SELECT id FROM psychotherapy_note UNION SELECT id FROM psychotherapy_draft"
        ).fetchall()
        assert {subject for (subject,) in keys} == {one for (one,) in mine}
        assert rows(connection)["attachment"] == 1
    other = uuid4()
    make = """INSERT INTO psychotherapy_package (id, author, patient, named_too, authorization_id, recipient_name,
        description, notes, session_days, speaks_of, key, sealed, sha256, size, named_staff, made_at, approved_by,
        approved_at, hand_over_until, passages_out, others_left_out, compelled)
        VALUES (%s, %s, %s, %s, %s, '', '', '{}', '{}', '{}',
        gen_random_uuid(), '', '', 1, '{}', now(), %s, now(), now(), false, false, %s)"""
    for patient, named, fits in (
        (lindqvist, [cordova.pk], True),
        (lindqvist, [cleo.pk], False),
        (cleo, [lindqvist.pk], False),
    ):
        with acting(connection, brook.pk):
            opening, package = uuid4(), uuid4()
            connection.execute(OPEN, [opening, row.id, brook.pk, "package", package])
            connection.execute(NAME, [str(opening)])
            values = [package, hale.pk, patient.pk, named, row.ground, brook.pk, row.id]
            if fits:
                connection.execute(make, values)
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(make, values)
    with acting(connection, hale.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        values = [uuid4(), hale.pk, lindqvist.pk, [cordova.pk], other, None, None]
        connection.execute(make, values)  # an author's own package names nobody beside
    with acting(connection, castellanos.pk), pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            """INSERT INTO psychotherapy_compelled (id, author, patients, ground, paper_kind, session_days, started_by,
            second, waits_days, recipient_name, named_staff, seed_root_key, seed, started_at) VALUES
            (gen_random_uuid(), %s, '{}', gen_random_uuid(), '', '{2026-01-01}', %s, %s, 0, '', '{}', '', '', now())""",
            [hale.pk, castellanos.pk, brook.pk],
        )  # nobody named would be everybody
