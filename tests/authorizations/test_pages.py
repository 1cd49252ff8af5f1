"""The page on which a paper is recorded: what comes back, what is said, and what loses nothing."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from authorizations import actions, queries
from authorizations.models import Authorization, FormVersion
from authorizations.rules import AuthorizationStatus
from practice.infrastructure.days import today
from practice.people.actions import decline_representative
from practice.people.models import Patient, PersonalRepresentative, Staff
from tests.authorizations.pages import TOMORROW, Record, SignedIn, new, typed, words
from tests.files import pdf, picture


def test_front_desk_records_a_signed_paper_with_its_scan(desk: Client, hale: Staff, lindqvist: Patient) -> None:
    scan = SimpleUploadedFile("IMG 0001.PDF", pdf(), content_type="image/gif")  # neither name nor type is believed
    page = words(desk.post(new(lindqvist), typed(hale, scan=scan), follow=True))
    assert "The authorization is in effect." in page
    row = Authorization.objects.get()
    assert (row.patient, row.pn_originator, row.papers.get().kind) == (lindqvist, hale, "pdf")
    assert queries.line_of(row, today()).status == AuthorizationStatus.ACTIVE


def test_every_defect_is_said_with_its_remedy_beside_it(desk: Client, hale: Staff, lindqvist: Patient) -> None:
    empty = {"received_on": today().isoformat(), "signer_role": "PARENT"}
    scan = SimpleUploadedFile("form.pdf", pdf(), content_type="application/pdf")
    page = words(desk.post(new(lindqvist), empty | {"scan": scan}, follow=True))
    for sentence in (
        "It does not say which records.",
        "Name the practice or the person.",
        "It does not say who may receive the records.",
        "No purpose.",
        "No expiration.</strong> Add a date or an event.",
        "No signature.",
        "nothing describes the signer’s authority",
        "The right to revoke in writing is not explained.",
        "does not say whether care or payment depends on signing",
        "It does not say that the recipient may pass the records on.",
    ):
        assert sentence in page, sentence
    assert "AUTH_DEFECT" not in page, "no codes for people"


def test_a_form_on_which_nothing_was_entered_is_not_recorded(desk: Client, lindqvist: Patient) -> None:
    asked = desk.get(new(lindqvist)).context["form"]
    untouched = {name: asked[name].value() or "" for name in ("received_on", "discloser", "signature_method")}
    page = words(desk.post(new(lindqvist), untouched | {"signer_role": "INDIVIDUAL"}))
    assert "Nothing was entered: say at least which records and who may receive them, or add the scan." in page
    assert not Authorization.objects.exists()


def test_everybody_but_the_author_is_told_who_goes_on_with_psychotherapy_notes(
    desk: Client, hale: Staff, lindqvist: Patient, authorized: Record, signed_in: SignedIn
) -> None:
    row = authorized()
    address, told = reverse("authorization-open", args=[row.pk]), "Only the author of the notes can."
    assert f"Next: {hale.display_name} decides and prepares this release. {told}" in words(desk.get(address))
    author = words(signed_in(hale).get(address))
    assert told not in author
    assert "Release my psychotherapy notes" in author
    actions.record_revocation(by=hale, authorization=row, written=True, received_at=timezone.now(), how="")
    assert told not in words(desk.get(address))


def test_w19_a_compound_form_is_recorded_refused_and_split_into_two(
    desk: Client, hale: Staff, lindqvist: Patient, approved_forms: list[FormVersion]
) -> None:
    both = typed(hale, record_classes=["PN", "CHART"], info_description="My chart and my psychotherapy notes")
    page = words(desk.post(new(lindqvist), both, follow=True))
    assert "It covers psychotherapy notes together with something else on one form." in page
    assert "Make separate forms, each signed on its own." in page
    assert "Prepare 2 documents" in page
    row = Authorization.objects.get()
    made = words(desk.post(reverse("authorization-split", args=[row.pk]), follow=True))
    assert "2 forms are prepared, each to be signed on its own: psychotherapy notes and chart records." in made
    notes = Authorization.objects.get(record_classes=["PN"])
    page = words(desk.get(reverse("authorization-ready", args=[notes.pk])))
    for entered in ("Fenner &amp; Osgood, attorneys", "Custody case 24-D-118", "Ready to sign"):
        assert entered in page


# what was typed, the sentence at the field
MISTAKES = [
    ({"signed_on": TOMORROW}, "This day is in the future."),
    ({"received_on": TOMORROW}, "This day is in the future."),
    ({"received_on": ""}, "Give the day."),
    ({"signed_on": "31/31/2026"}, "Give a day, for example 03/14/2026."),
    ({"covers_from": "2026-03-02", "covers_to": "2026-03-01"}, "This is before the first day."),
    ({"signed_on": "2026-03-02", "received_on": "2026-03-01"}, "It cannot have come in before it was signed."),
    ({"pn_session_dates": "03/14/2026\nlast Tuesday"}, "“last Tuesday” is not a day."),
    ({"recipient_name": "x" * 301}, "at most 300 characters"),
    ({"purpose": "y\x00z"}, "Null characters are not allowed."),
    ({"signer_role": "NEIGHBOR"}, "Select a valid choice."),
    ({"pn_originator": str(uuid4())}, "Select a valid choice."),
]


@pytest.mark.parametrize(("mistake", "sentence"), MISTAKES)
def test_a_mistake_brings_the_form_back_with_what_was_typed(
    desk: Client, hale: Staff, lindqvist: Patient, mistake: dict[str, str], sentence: str
) -> None:
    given = typed(hale, discloser="Ünïcode Práctice مركز 🙂") | mistake
    response = desk.post(new(lindqvist), given)
    assert response.status_code == 200
    page = words(response)
    assert sentence in page
    assert "Ünïcode Práctice مركز 🙂" in page
    assert "Not recorded yet." in page
    assert not Authorization.objects.exists()


BAD_SCANS = [
    (b"", "This file is empty."),
    (b"just text, named scan.pdf", "This is not a PDF, JPEG or PNG file"),
    (pdf()[:-60], "damaged or incomplete"),
    (picture("PNG") + pdf(), "There is a second file hidden in this one."),
]


@pytest.mark.parametrize(("data", "sentence"), BAD_SCANS)
def test_a_bad_scan_is_refused_at_the_field_and_the_rest_comes_back(
    desk: Client, hale: Staff, lindqvist: Patient, data: bytes, sentence: str
) -> None:
    scan = SimpleUploadedFile("scan.pdf", data, content_type="application/pdf")
    page = words(desk.post(new(lindqvist), typed(hale, scan=scan)))
    assert sentence in page
    assert "Custody case 24-D-118" in page
    assert not Authorization.objects.exists()


def test_a_scan_too_large_to_be_taken_in_is_said_so_and_never_dropped_in_silence(
    desk: Client, hale: Staff, lindqvist: Patient, settings: Settings
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 2000  # of the whole request; what is larger is never kept
    scan = SimpleUploadedFile("scan.pdf", pdf() + b"\n" * 5000)
    page = words(desk.post(new(lindqvist), typed(hale, scan=scan)))
    assert "This file is larger than 15 MB." in page
    assert "Custody case 24-D-118" in page
    assert not Authorization.objects.exists()


def test_a_good_scan_beside_another_mistake_is_asked_for_again(desk: Client, hale: Staff, lindqvist: Patient) -> None:
    scan = SimpleUploadedFile("scan.pdf", pdf())
    page = words(desk.post(new(lindqvist), typed(hale, scan=scan, signed_on=TOMORROW)))
    assert "Choose the scan once more" in page


def test_long_right_to_left_and_emoji_names_are_kept_as_they_are(desk: Client, hale: Staff, lindqvist: Patient) -> None:
    name = "مكتب المحاماة " + "Wolfeschlegelsteinhausenbergerdorff" * 7 + " 🙂"
    page = words(desk.post(new(lindqvist), typed(hale, recipient_name=name), follow=True))
    assert name in page
    assert Authorization.objects.get().recipient_name == name


def test_markup_in_what_was_typed_is_shown_as_text(desk: Client, hale: Staff, lindqvist: Patient) -> None:
    page = words(desk.post(new(lindqvist), typed(hale, purpose="<script>alert(1)</script>"), follow=True))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_representative_the_practice_does_not_recognize_cannot_sign(
    desk: Client, hale: Staff, lindqvist: Patient
) -> None:
    person = PersonalRepresentative.objects.create(
        patient=lindqvist,
        name="Ina",
        kind="GUARDIAN",
        authority="order",
        from_on=today(),
    )
    decline_representative(by=hale, representative=person, reason="Safety")
    given = typed(hale, signer_role="GUARDIAN", authority_description="order", representative=str(person.pk))
    assert "decided not to treat this person as a representative" in words(desk.post(new(lindqvist), given))


def test_the_therapists_offered_do_not_depend_on_who_keeps_notes(
    desk: Client, hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    page = words(desk.get(new(lindqvist)))
    assert hale.display_name in page
    assert osei.display_name in page
