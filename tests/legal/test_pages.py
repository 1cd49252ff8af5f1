"""The pages of legal papers and compelled releases: what each person is shown, and that it never tells of notes."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disclosures.legal.models import LegalPaper, PaperEntry
from disclosures.legal.rules import EntryKind, PaperKind
from disclosures.releases.models import Release
from practice.infrastructure.blackout import NOTES_LEFT_OUT
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.psychotherapy import vault
from tests.files import pdf
from tests.legal.conftest import DATA, FIRST, LAST, Recorded, begin, paper_of
from tests.psychotherapy.conftest import write_note

SignedIn = Callable[[Staff], Client]
pytestmark = pytest.mark.django_db


def typed(patient: Patient, **changes: object) -> dict[str, object]:
    """What front desk types from the order."""
    names = (
        "kind", "issuer", "reference", "signed_by", "scope", "names_notes", "scope_from", "scope_to", "received_on",
        "response_due_on", "recipient_name", "recipient_kind", "recipient_address", "purpose", "verified",
    )  # fmt: skip
    paper = paper_of(patient)
    return {name: getattr(paper, name) for name in names} | changes


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("order.pdf", pdf(), "application/pdf")


def body(page: str) -> str:
    """A page without what differs at every look."""
    return re.sub(r'(csrfmiddlewaretoken" value="|nonce=")[^"]+', "", page)


def test_front_desk_records_a_paper_and_counsel_the_notice_and_the_answer_are_asked_for(
    dana: Staff, castellanos: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    client, path = signed_in(dana), reverse("legal-paper-new", args=[lindqvist.pk])
    wrong = client.post(path, typed(lindqvist, scope="", document=scan()))
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "word for word" in page and "26-D-118" in page and "once more" in page
    file = scan()
    made = client.post(path, typed(lindqvist, document=file))
    paper = LegalPaper.objects.get()
    assert made.headers["Location"] == reverse("legal-paper-open", args=[paper.pk])
    shown = client.get(made.headers["Location"]).content.decode()
    assert "days left" in shown and "Superior Court" in shown and "Begin a compelled release" not in shown
    assert set(Task.objects.filter(state=TaskState.OPEN).values_list("kind", flat=True)) == {
        TaskKind.COUNSEL_REVIEW,
        TaskKind.PATIENT_NOTICE,
        TaskKind.LEGAL_RESPONSE,
    }
    home = signed_in(castellanos).get("/").content.decode()
    assert "Have counsel review a legal paper" in home and reverse("legal-paper-open", args=[paper.pk]) in home
    add = {kind: reverse("legal-paper-add", args=[paper.pk, kind.value]) for kind in EntryKind}
    said = {"code": "COMPELS", "on": today()}
    assert client.post(add[EntryKind.COUNSEL], said | {"name": "J. Ortiz"}).status_code == 403, "not front desk's word"
    officer = signed_in(castellanos)
    assert officer.post(add[EntryKind.COUNSEL], said).status_code == 422  # who is counsel?
    officer.post(add[EntryKind.COUNSEL], said | {"name": "J. Ortiz"})
    assert "forbids" in client.post(add[EntryKind.NOTICE], {"code": "PROHIBITED", "on": today()}).content.decode()
    client.post(add[EntryKind.NOTICE], {"code": "PROHIBITED", "on": today(), "words": "Section 3 of the order"})
    client.post(add[EntryKind.RESPONSE], {"code": "ASSERT_PRIVILEGE", "on": today()})
    assert Task.objects.filter(state=TaskState.OPEN).count() == 1, "asserting privilege is not yet the last word"
    client.post(add[EntryKind.RESPONSE], {"code": "MOTION_TO_QUASH", "on": today()})
    assert not Task.objects.filter(state=TaskState.OPEN).exists() and PaperEntry.objects.count() == 4
    got = client.get(reverse("legal-paper-document", args=[paper.pk]))
    file.seek(0)
    assert got.content == file.read() and "attachment" in got.headers["Content-Disposition"]


def test_a_subpoena_that_no_judge_signed_stops_at_the_paper(
    recorded: Recorded, castellanos: Staff, signed_in: SignedIn
) -> None:
    paper = recorded(kind=PaperKind.ATTORNEY_OR_CLERK_SUBPOENA)
    client = signed_in(castellanos)
    page = client.get(reverse("legal-paper-open", args=[paper.pk])).content.decode()
    assert "does not open psychotherapy notes" in page and "Begin a compelled release" not in page
    assert "basis=B_SUBPOENA_ASSURANCE" in page, "the chart may follow on its own conditions"
    told = client.get(reverse("compelled-new", args=[paper.pk])).content.decode()
    assert "No judge signed it" in told or "no judge signed it" in told


def test_the_two_the_author_and_nobody_else_and_never_a_word_of_the_notes(
    order: LegalPaper, hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    cordova: Patient, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write_note(hale, lindqvist, text="zebraquartz")
    write_note(hale, lindqvist, cordova)
    said: list[str] = []
    monkeypatch.setattr(
        "disclosures.legal.actions.package_pdf", lambda *args, compelled_by, **more: said.append(compelled_by) or pdf()
    )
    officer, second, author, desk = (signed_in(one) for one in (castellanos, brook, hale, dana))
    chosen = {"author": hale.pk, "first": FIRST, "last": LAST, "named_staff": [dana.pk], "smallest": "on"}
    path = reverse("compelled-new", args=[order.pk])
    assert "Name the second person" in officer.post(path, chosen).content.decode()
    begun = officer.post(path, chosen | {"second": brook.pk})
    page = begun.headers["Location"]
    assert "Compare and confirm" in second.get("/").content.decode()
    assert "A release of your notes" in author.get("/").content.decode()
    assert "does not wait for your approval" in author.get(page).content.decode()
    assert "your notes about them" not in author.get("/").content.decode().lower(), "told, and looked at"
    for stranger in (desk, signed_in(osei)):
        assert stranger.get(page).status_code == 404
        for act in ("confirm", "pack", "stop", "slip", "withdraw"):
            assert stranger.post(f"{page}{act}/").status_code == 404
    assert second.get(f"{page}paper/").content == DATA and author.get(f"{page}paper/").status_code == 404
    assert officer.post(f"{page}confirm/").status_code == 403
    assert officer.post(f"{page}pack/").status_code == author.post(f"{page}pack/").status_code == 403
    assert author.post(f"{page}stop/").status_code == 403
    assert second.post(f"{page}confirm/").status_code == 302
    (cover,) = vault.packages_awaiting_hand_over(dana)
    asked = "Print your part of the passphrase"
    assert [asked in client.get("/").content.decode() for client in (officer, second, author, desk)] == [
        True, True, False, False,
    ]  # fmt: skip
    vault.my_passphrase_parts(brook, vault.my_compelled(brook)[0].id)
    assert asked not in second.get("/").content.decode() and asked in officer.get("/").content.decode()
    for client in (officer, second, author, desk):
        for look in (page, "/", reverse("release-list-all"), reverse("compelled-list")):
            shown = client.get(look).content.decode()
            assert (
                "zebraquartz" not in shown
                and f"{cover.size}" not in shown
                and "Psychotherapy notes of the" not in shown
            )
    handing = reverse("compelled-hand-over", args=[cover.id])
    assert desk.get(reverse("notes-hand-over", args=[cover.id])).headers["Location"] == handing
    assert officer.get(handing).status_code == author.get(handing).status_code == 404
    shown = desk.get(handing).content.decode()
    assert "Clerk of the Superior Court" in shown and NOTES_LEFT_OUT in shown
    assert NOTES_LEFT_OUT in second.get(page).content.decode(), "the two know what the recipient reads"
    assert "your notes about them" not in author.get("/").content.decode().lower()
    done = desk.post(handing, {"method": "locked_file", "identity_verified": "Badge seen"})
    release = Release.objects.get()
    assert said[0].endswith(f"(our reference {order.number})")
    assert release.facts["our_reference"] == order.number, "slips, file and cover carry one number"
    assert done.status_code == 302 and "compelled" in author.get(done.headers["Location"]).content.decode().lower()
    assert release.facts["notes_left_out"], "the cover says so too"
    assert "handed over on" in officer.get(page).content.decode()
    assert "Your notes about them were handed over" in author.get("/").content.decode(), "it has left"
    assert "Your notes about them were handed over" not in officer.get("/").content.decode()
    assert f"handed over to {release.recipient_name} on" in author.get(page).content.decode()
    assert "your notes about them" not in author.get("/").content.decode().lower()
    assert desk.post(f"{page}slip/").status_code == author.post(f"{page}slip/").status_code == 404


def test_no_page_before_the_file_is_made_differs_by_whether_there_are_notes(
    order: LegalPaper, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    signed_in: SignedIn,
) -> None:  # fmt: skip
    begun = begin(castellanos, order, hale, brook, dana)
    clients = [signed_in(one) for one in (castellanos, brook, dana)]
    paths = ["/", reverse("legal-paper-list"), reverse("legal-paper-open", args=[order.pk]), reverse("compelled-list")]
    paths += [reverse("compelled-new", args=[order.pk]), reverse("compelled-open", args=[begun.id])]

    def shown() -> list[str]:
        return [body(client.get(path).content.decode()) for client in clients for path in paths]

    before = shown()
    write_note(hale, lindqvist)
    assert shown() == before


def test_the_scan_stands_sealed_in_the_database(order: LegalPaper) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT document::text || scope::text || issuer::text FROM legal_legalpaper")
        (stored,) = cursor.fetchone()
    assert DATA.hex() not in stored and b"Superior".hex() not in stored


def test_a_release_of_the_chart_under_a_paper_begins_with_what_the_paper_says(
    dana: Staff, order: LegalPaper, signed_in: SignedIn
) -> None:
    client = signed_in(dana)
    link = f"{reverse('release-new', args=[order.patient_id])}?basis=B_COURT_ORDER&amp;paper={order.pk}"
    assert link in client.get(reverse("legal-paper-open", args=[order.pk])).content.decode()
    form = client.get(link.replace("&amp;", "&")).context["form"]
    assert {"process", "counsel_review"}.isdisjoint(form.fields)
    assert form["paper"].value() == str(order.pk) and form["recipient_name"].value() == order.recipient_name
    assert form["fact_scope"].value() == order.scope and form["scope_to"].value() == order.scope_to.isoformat()
    none = client.get(f"{reverse('release-new', args=[order.patient_id])}?basis=B_REQUIRED_BY_LAW")
    assert none.context["form"]["paper"].value() is None
    assert "A statute or regulation, no paper" in none.content.decode()
