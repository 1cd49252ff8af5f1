"""The pages of authorizations: who gets which, what comes back, what is said, and what loses nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from authorizations import actions, queries
from authorizations.models import Authorization, AuthorizationEvent, FormVersion, SignedPaper
from authorizations.rules import AuthorizationStatus, EventKind
from authorizations.urls import urlpatterns
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.uploads import check_upload
from practice.people.models import Patient, PersonalRepresentative, Staff
from tests.authorizations.papers import complete
from tests.infrastructure.test_uploads import pdf, picture

SignedIn = Callable[[Staff], Client]
Record = Callable[..., Authorization]


def typed(hale: Staff, **changes: Any) -> dict[str, Any]:
    """What somebody types who copies a complete paper for psychotherapy notes."""
    given = complete(hale) | {"pn_originator": str(hale.pk), "received_on": today().isoformat()}
    return {name: value for name, value in (given | changes).items() if value not in (None, False)}


def new(patient: Patient) -> str:
    return reverse("authorization-new", args=[patient.pk])


def words(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def desk(dana: Staff, signed_in: SignedIn) -> Client:
    return signed_in(dana)


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
    untouched = {name: asked[name].value() for name in ("received_on", "discloser", "signature_method")}
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


TOMORROW = (today() + timedelta(days=1)).isoformat()
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
        not_recognized_reason="(g)(5)",
    )
    given = typed(hale, signer_role="GUARDIAN", authority_description="order", representative=str(person.pk))
    assert "decided not to treat this person as a representative" in words(desk.post(new(lindqvist), given))


def test_the_therapists_offered_do_not_depend_on_who_keeps_notes(
    desk: Client, hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    page = words(desk.get(new(lindqvist)))
    assert hale.display_name in page
    assert osei.display_name in page


def test_a_written_revocation_shows_its_minute_and_closes_the_way_to_use(
    desk: Client,
    authorized: Record,
) -> None:
    row = authorized()
    at = timezone.localtime() - timedelta(hours=1)
    given = {"written": "yes", "received_at": at.strftime("%Y-%m-%dT%H:%M"), "how": "Letter by mail"}
    page = words(desk.post(reverse("authorization-revoke", args=[row.pk]), given, follow=True))
    assert "Nothing more goes out under it." in page
    assert "Revoked by the patient" in page
    assert "Letter by mail" in page
    assert "Revoked in writing, received" in words(desk.get(reverse("authorization-open", args=[row.pk])))
    assert desk.post(reverse("authorization-revoke", args=[row.pk]), given).status_code == 403


def test_a_call_puts_it_on_hold_and_asks_for_the_form(desk: Client, authorized: Record) -> None:
    row = authorized()
    given = {"written": "no", "received_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "how": "Called"}
    page = words(desk.post(reverse("authorization-revoke", args=[row.pk]), given, follow=True))
    assert "On hold" in page
    assert "Send the patient the revocation form to sign." in page
    assert "Record a revocation" in page, "the letter can still come"
    sent = {"on": today().isoformat(), "how": "By mail"}
    page = words(desk.post(reverse("authorization-form-sent", args=[row.pk]), sent, follow=True))
    assert "The form was sent" not in page
    assert "Revocation form sent to the patient" in page, "its history says so"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"written": "", "received_at": ""}, "Choose one."),
        ({"written": "yes", "received_at": "soon"}, "for example 04/03/2026 14:30"),
        ({"written": "yes", "received_at": "2999-01-01T10:00"}, "This is in the future."),
        ({"written": "yes", "received_at": "2001-01-01T10:00"}, "This is before the authorization was signed."),
    ],
)
def test_a_revocation_typed_wrongly_comes_back(
    desk: Client,
    authorized: Record,
    given: dict[str, str],
    sentence: str,
) -> None:
    page = words(desk.post(reverse("authorization-revoke", args=[authorized().pk]), given | {"how": "Letter"}))
    assert sentence in page
    assert "Letter" in page
    assert not AuthorizationEvent.objects.exists()


@pytest.mark.parametrize(
    ("url", "kind", "status"),
    [
        ("authorization-event-known", EventKind.EXPIRY_EVENT_KNOWN, AuthorizationStatus.EXPIRED_EVENT),
        ("authorization-known-false", EventKind.KNOWN_FALSE, AuthorizationStatus.DEFECTIVE),
        ("authorization-copy-given", EventKind.COPY_GIVEN, AuthorizationStatus.ACTIVE),
        ("authorization-fulfilled", EventKind.FULFILLED, AuthorizationStatus.FULFILLED),
    ],
)
def test_what_happened_is_recorded_by_form_with_a_day_that_has_been(
    desk: Client,
    authorized: Record,
    url: str,
    kind: EventKind,
    status: AuthorizationStatus,
) -> None:
    started_by = kind != EventKind.COPY_GIVEN  # who starts it themselves is owed no copy
    row = authorized(expires_event="End of the case", expires_event_relates=True, individual_initiated=started_by)
    address = reverse(url, args=[row.pk])
    back = desk.post(address, {"on": TOMORROW, "how": "Letter of the lawyer"})
    assert "This day is in the future." in words(back)
    assert "Letter of the lawyer" in words(back)
    page = words(desk.post(address, {"on": today().isoformat(), "how": "Letter of the lawyer"}, follow=True))
    assert "Letter of the lawyer" in page
    assert row.events.get().kind == kind
    assert queries.line_of(queries.for_release(row.pk), today()).status == status


def test_a_correction_starts_from_what_was_entered_and_replaces_the_record(
    desk: Client,
    hale: Staff,
    authorized: Record,
) -> None:
    row = authorized(expires_on=None, pn_scope="SESSION_DATES", pn_session_dates=[date(2026, 3, 14)])
    address = reverse("authorization-correct", args=[row.pk])
    assert "03/14/2026" in words(desk.get(address))
    page = words(desk.post(address, typed(hale), follow=True))
    assert "The authorization is in effect." in page
    old = words(desk.get(reverse("authorization-open", args=[row.pk])))
    assert "Open the corrected record" in old
    assert "Correct what was entered" not in old
    assert desk.post(address, typed(hale)).status_code == 403


def test_a_signed_form_without_its_scan_opens_nothing_and_waits_on_the_home_page_until_somebody_scans_it(
    desk: Client, hale: Staff, lindqvist: Patient
) -> None:
    page = words(desk.post(new(lindqvist), typed(hale), follow=True))
    row = Authorization.objects.get()
    address = reverse("authorization-open", args=[row.pk])
    assert "It cannot be used yet: the scan of the signed form is missing." in page
    assert "The signed form is not on file: there is no scan of it." in page
    home = words(desk.get("/"))
    assert "Signed forms without a scan" in home
    assert f'href="{address}#scan"' in home
    scan = {"scan": SimpleUploadedFile("a.png", picture("PNG"))}
    page = words(desk.post(reverse("authorization-scan-add", args=[row.pk]), scan, follow=True))
    assert "It permits releases until" in page
    assert "Signed forms without a scan" not in words(desk.get("/"))


def test_a_scan_comes_back_whole_as_a_download_and_is_in_the_audit_trail(
    desk: Client,
    dana: Staff,
    authorized: Record,
) -> None:
    row, data = authorized(paper=None), picture("PNG")
    address = reverse("authorization-scan-add", args=[row.pk])
    assert "This file is empty." in words(desk.post(address, {"scan": SimpleUploadedFile("a.png", b"")}))
    assert "Choose the file." in words(desk.post(address, {}))
    desk.post(address, {"scan": SimpleUploadedFile("a.png", data)})
    paper = SignedPaper.objects.get()
    response = desk.get(reverse("paper-download", args=[row.pk, paper.pk]))
    assert response.content == data
    assert response["Content-Disposition"] == 'attachment; filename="signed-authorization.png"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert AuditEntry.objects.filter(actor=dana, event="downloaded", object_pk=str(paper.pk)).exists()
    other = authorized()
    assert desk.get(reverse("paper-download", args=[other.pk, paper.pk])).status_code == 404


def test_an_empty_list_teaches_and_a_full_one_says_where_each_stands(
    desk: Client,
    authorized: Record,
    lindqvist: Patient,
) -> None:
    address = reverse("authorization-list", args=[lindqvist.pk])
    assert "No authorization yet" in words(desk.get(address))
    authorized()
    authorized(expires_on=None)
    page = words(desk.get(address))
    assert "It permits releases until" in page
    assert "It cannot be used yet: one thing to put right." in page


# person: their answer to pages that read, and to pages that record, for a patient of Dr. Hale
ACCESS = [
    ("hale", 200, 200),
    ("dana", 200, 200),
    ("castellanos", 200, 200),
    ("solo", 200, 200),
    ("osei", 403, 403),  # a clinician who does not care for him: told so
    ("brook", 404, 404),  # an administrator has no part in it
]
ELSEWHERE = {"notice-told", "revocation-form", "revocation-form-blank"}  # tried by the access table
READING = {"authorization-list", "authorization-open", "paper-download"}


@pytest.mark.parametrize(("who", "reads", "records"), ACCESS)
def test_each_page_answers_by_who_asks(
    request: pytest.FixtureRequest,
    signed_in: SignedIn,
    authorized: Record,
    who: str,
    reads: int,
    records: int,
) -> None:
    row = authorized(purpose="CANARY-purpose")
    paper = actions.add_paper(by=row.recorded_by, authorization=row, paper=check_upload(BytesIO(pdf())))
    client = signed_in(request.getfixturevalue(who))
    for pattern in urlpatterns:
        if not pattern.callback.__module__.endswith(".recording"):
            continue  # forms and signing: tests/access_table.py
        name = str(pattern.name)
        if "restriction_id" in pattern.pattern.converters:
            continue  # of restrictions: tests/access_table.py
        if name in ELSEWHERE:
            continue
        args: list[Any] = [row.patient_id] if "patient_id" in pattern.pattern.converters else [row.pk]
        args += [paper.pk] if name == "paper-download" else []
        post_only = name == "authorization-scan-add"
        response = (client.post if post_only else client.get)(reverse(name, args=args))
        wanted = reads if name in READING else records
        allowed = {200, 302} if wanted == 200 else {wanted}
        assert response.status_code in allowed, (name, response.status_code)
        if wanted != 200:
            assert "CANARY" not in words(response)
    if who == "osei":
        page = words(client.get(reverse("authorization-open", args=[row.pk])))
        assert "for a patient you do not care for" in page
        assert "Front desk or the compliance officer can record it" in page


def test_an_absent_authorization_and_patient_are_not_found(desk: Client) -> None:
    for name in ("authorization-open", "authorization-revoke", "authorization-list", "authorization-new"):
        assert desk.get(reverse(name, args=[uuid4()])).status_code == 404


def test_nobody_signed_out_gets_a_page(client: Client, authorized: Record) -> None:
    response = client.get(reverse("authorization-open", args=[authorized().pk]))
    assert response.status_code == 302
    assert "/account/" in response["Location"]


# person, record class, what the page of an authorization in effect leads on to
USES = [
    ("hale", "PN", "Release my psychotherapy notes"),
    ("solo", "PN", "Release my psychotherapy notes"),  # a clinician who keeps none: the same words
    ("dana", "PN", None),
    ("castellanos", "PN", None),
    ("dana", "CHART", "Prepare a release"),
    ("hale", "CHART", "Prepare a release"),
]


@pytest.mark.parametrize(("who", "records", "offer"), USES)
def test_an_authorization_in_effect_leads_on_to_its_use(
    request: pytest.FixtureRequest,
    signed_in: SignedIn,
    authorized: Record,
    who: str,
    records: str,
    offer: str | None,
) -> None:
    row = authorized(record_classes=[records])
    page = words(signed_in(request.getfixturevalue(who)).get(reverse("authorization-open", args=[row.pk])))
    for sentence in ("Release my psychotherapy notes", "Prepare a release"):
        assert (sentence in page) is (sentence == offer)
    ended = authorized(record_classes=[records], expires_on=today() - timedelta(days=1))
    page = words(signed_in(request.getfixturevalue(who)).get(reverse("authorization-open", args=[ended.pk])))
    assert "Release my psychotherapy notes" not in page
    assert "Prepare a release" not in page


def test_front_desk_finds_the_patient_before_the_scan(desk: Client, lindqvist: Patient, abernathy: Patient) -> None:
    assert "Scan an authorization" in words(desk.get(reverse("home")))
    address = reverse("authorization-scan")
    assert desk.post(address, {"q": "lindqvist"})["Location"] == new(lindqvist)
    assert "Nobody found" in words(desk.post(address, {"q": "zzzz <b>"}))
    Patient.objects.filter(pk=abernathy.pk).update(sort_name="Lindqvist, Ruth", legal_name="Ruth Lindqvist")
    page = words(desk.post(address, {"q": "lindqvist"}))
    assert new(lindqvist) in page
    assert new(abernathy) in page


def test_a_clinician_finds_only_their_own_patients_and_an_administrator_is_told_who_does_it(
    osei: Staff, brook: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    assert "Nobody found" in words(signed_in(osei).post(reverse("authorization-scan"), {"q": "lindqvist"}))
    response = signed_in(brook).get(reverse("authorization-scan"))
    assert response.status_code == 403


def test_the_therapists_home_shows_what_is_about_to_end(hale: Staff, authorized: Record, signed_in: SignedIn) -> None:
    row = authorized(expires_on=today() + timedelta(days=5))
    page = words(signed_in(hale).get(reverse("home")))
    assert "Authorizations about to end" in page
    assert reverse("authorization-open", args=[row.pk]) in page
