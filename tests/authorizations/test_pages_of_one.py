"""What is recorded on the pages of one authorization: a revocation, what happened, a correction, its scan."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authorizations import queries
from authorizations.documents.standing import checklist
from authorizations.models import Authorization, AuthorizationEvent, SignedPaper
from authorizations.rules import AuthorizationStatus, EventKind
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.people.actions.representatives import add_representative, add_representative_paper
from practice.people.models import Patient, Staff
from practice.people.rules import RepresentativeKind
from tests.authorizations.pages import TOMORROW, Record, new, typed, words
from tests.authorizations.papers import SCAN
from tests.files import picture


def test_a_written_revocation_shows_its_minute_and_closes_the_way_to_use(
    desk: Client,
    authorized: Record,
) -> None:
    row = authorized()
    at = timezone.localtime(timezone.now() - timedelta(hours=1))
    given = {
        "written": "yes",
        "by_whom": "patient",
        "received_at": at.strftime("%Y-%m-%dT%H:%M"),
        "how": "Letter by mail",
    }
    page = words(desk.post(reverse("authorization-revoke", args=[row.pk]), given, follow=True))
    assert "Nothing more goes out under it." in page
    assert "Revoked in writing" in page
    assert "Letter by mail" in page
    assert "Revoked in writing, received" in words(desk.get(reverse("authorization-open", args=[row.pk])))
    assert desk.post(reverse("authorization-revoke", args=[row.pk]), given).status_code == 403


def test_what_somebody_who_acts_for_the_patient_takes_back_says_who_it_was_and_nobody_else_can_in_writing(
    desk: Client, dana: Staff, authorized: Record
) -> None:
    row = authorized()
    given = {"by": dana, "patient": row.patient, "kind": RepresentativeKind.HEALTH_CARE_AGENT, "from_on": today()}
    old = add_representative(**given, name="Karl Lindqvist", authority="says so")
    acting = add_representative(**given, name="Rosa Lindqvist", authority="power of attorney")
    add_representative_paper(by=dana, representative=acting, paper=SCAN)
    url = reverse("authorization-revoke", args=[row.pk])
    page = words(desk.get(url))
    assert "Rosa Lindqvist" in page and "Karl Lindqvist" not in page, "nothing shows that he may"
    given = {"written": "yes", "received_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "how": "Letter"}
    assert "Choose from the people listed." in words(desk.post(url, given | {"by_whom": str(old.pk)}))
    page = words(desk.post(url, given | {"by_whom": str(acting.pk)}, follow=True))
    assert "Rosa Lindqvist, health-care agent: Letter" in page


def test_a_call_puts_it_on_hold_and_asks_for_the_form(desk: Client, authorized: Record) -> None:
    row = authorized()
    given = {
        "written": "no",
        "by_whom": "patient",
        "received_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "how": "Called",
    }
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
        (
            {"written": "yes", "by_whom": "other", "received_at": "2999-01-01T10:00"},
            "Only the patient, or somebody on record as acting for them",
        ),
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
    assert "Say it in a few words." in words(desk.post(address, typed(hale)))
    given = typed(hale) | {"why": "Mistyped"}
    page = words(desk.post(address, given, follow=True))
    assert "This corrects" in page and "Mistyped" in page
    assert "The authorization is in effect." in page
    old = words(desk.get(reverse("authorization-open", args=[row.pk])))
    assert "Open the corrected record" in old
    assert "Correct what was entered" not in old
    assert desk.post(address, given).status_code == 403


def test_a_signed_form_without_its_scan_opens_nothing_and_waits_on_the_home_page_until_somebody_scans_it(
    desk: Client, hale: Staff, lindqvist: Patient
) -> None:
    page = words(desk.post(new(lindqvist), typed(hale), follow=True))
    row = Authorization.objects.get()
    address = reverse("authorization-open", args=[row.pk])
    assert "It cannot be used yet: the scan of the signed form is missing." in page
    assert "The signed form is not on file: there is no scan of it" in page
    home = words(desk.get("/"))
    assert "Signed forms without a scan" in home
    assert f'href="{address}#scan"' in home
    scan = {"scan": SimpleUploadedFile("a.png", picture("PNG"))}
    page = words(desk.post(reverse("authorization-scan-add", args=[row.pk]), scan, follow=True))
    assert "Compare the scan" in page and reverse("paper-page", args=[row.pk, row.papers.get().pk, 1]) in page
    shown = words(desk.get(address))
    assert "nobody has compared the scan with what was entered." in shown and "Signed forms" in words(desk.get("/"))
    compare, scan = reverse("authorization-scan-compare", args=[row.pk]), {"paper": str(row.papers.get().pk)}
    lines = [str(number) for number in range(1, page.count('name="seen"') + 1)]
    assert len(lines) >= 10 and "Tick each line" in words(desk.post(compare, scan | {"seen": lines[1:]}))
    assert "look at this one" in words(desk.post(compare, {"paper": str(row.pk), "seen": lines}))
    page = words(desk.post(compare, scan | {"seen": lines}, follow=True))
    assert "It permits releases until" in page and "The scan was compared with what had been entered" in page
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


def test_a_statement_that_the_signed_form_lacks_is_asked_for_on_a_form_of_our_own(
    desk: Client, authorized: Record
) -> None:
    row = authorized(stmt_redisclosure=False)
    page = words(desk.get(reverse("authorization-open", args=[row.pk])))
    prepare = f"{reverse('authorization-prepare', args=[row.patient_id])}?from={row.pk}"
    assert "Prepare it on our form" in page and prepare in page
    assert prepare not in words(desk.get(reverse("authorization-open", args=[authorized().pk])))


def test_which_records_a_form_names_is_said_once(authorized: Record, hale: Staff) -> None:
    (point,) = [p for p in checklist(queries.line_of(authorized(), today())) if p.label == "Which records"]
    assert point.value == "All psychotherapy notes by Dr. Miriam Hale"
    vague = authorized(info_description="What he asks for")
    (point,) = [p for p in checklist(queries.line_of(vague, today())) if p.label == "Which records"]
    assert point.value == f"Psychotherapy notes · What he asks for · by {hale.display_name}"


def test_a_field_that_nobody_touched_signs_no_paper(desk: Client, lindqvist: Patient, hale: Staff) -> None:
    page = words(desk.get(new(lindqvist)))
    assert 'value="PAPER" selected' not in page
    page = words(desk.post(new(lindqvist), typed(hale, signature_method="")))
    assert "Say how it was signed" in page, "a date beside a signature was entered"
    desk.post(new(lindqvist), typed(hale, signature_method="", signed_on=""))
    assert not queries.facts_of(Authorization.objects.get()).is_signed
