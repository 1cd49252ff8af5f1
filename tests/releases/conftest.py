"""A chart with two signed notes, authorizations for it, and releases as far along as a test asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from authorizations.actions import record_authorization
from authorizations.models import Authorization
from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.models import Release
from disclosures.releases.queries import item_key
from disclosures.releases.rules import Method, RecipientKind
from practice.compliance.models import PracticeProfile
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.documents import release_items
from records.chart.models import ChartNote, NoteFormat
from tests.authorizations.papers import SCAN

LAWYER = "Alvarez & Stone, attorneys"
PURPOSE = "Custody case 24-D-118"
CANARY = "the heron on the fourth step"


@pytest.fixture(autouse=True)
def profile(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db" if not request.node.get_closest_marker("committing") else "transactional_db")
        PracticeProfile.objects.update_or_create(
            id=1,
            defaults={
                "name": "Cedar Street Counseling",
                "address": "418 Cedar Street, Suite 2\nSpringfield, IL 62704",
                "phone": "(217) 555-0140",
                "privacy_contact_phone": "(217) 555-0148",
                "log_origin": "cedar-street.example/disclosures/1",
            },
        )


def signed_note(by: Staff, patient: Patient, days_ago: int, text: str = CANARY) -> ChartNote:
    """A session so many days ago and its signed progress note."""
    began = timezone.now() - timedelta(days=days_ago)
    session = start_session(by=by, patient=patient, started_at=began, stopped_at=began + timedelta(minutes=50))
    form = NoteFormat.objects.filter(code="SOAP").first() or NoteFormat.objects.first()
    assert form is not None
    note = start_note(by=by, patient=patient, encounter=session, format=form)
    key = form.sections[0]["key"]
    saved = save_draft(by=by, note_id=note.pk, sections={key: text}, base_version=note.version)
    return sign_note(by=by, note_id=note.pk, seen_version=saved.note.version)


@pytest.fixture
def chart(hale: Staff, lindqvist: Patient) -> Patient:
    """Tobias Lindqvist with two sessions and their signed notes."""
    signed_note(hale, lindqvist, 40)
    signed_note(hale, lindqvist, 20)
    return lindqvist


@pytest.fixture
def paper(dana: Staff, hale: Staff, lindqvist: Patient) -> Callable[..., Authorization]:
    """`paper(...)`: a complete authorization for the chart, or with `notes=True` for psychotherapy notes."""

    def make(*, notes: bool = False, patient: Patient | None = None, **changes: Any) -> Authorization:
        given: dict[str, Any] = {
            "record_classes": ["PN"] if notes else ["CHART"],
            "info_description": "All psychotherapy notes by Dr. Miriam Hale" if notes else "Chart records",
            "pn_scope": "ALL_BY_ORIGINATOR" if notes else "",
            "pn_originator": hale if notes else None,
            "discloser": "Cedar Street Counseling",
            "recipient_name": LAWYER,
            "recipient_address": "12 Court Street, Springfield",
            "purpose": PURPOSE,
            "expires_on": today() + timedelta(days=90),
            "signature_method": "PAPER",
            "signed_on": today() - timedelta(days=20),
            "signer_role": "INDIVIDUAL",
            "signer_name": "Tobias Lindqvist",
            "stmt_revocation": True,
            "stmt_conditioning": "NOT_CONDITIONED",
            "stmt_redisclosure": True,
            "paper": SCAN,
            "another_paper": True,  # every one has the same scan
        }
        return record_authorization(by=dana, patient=patient or lindqvist, **{**given, **changes})

    return make


def draft_of(patient: Patient, authorization: Authorization | None, **changes: Any) -> Release:
    """An unsaved release on an authorization, as the form builds it."""
    given: dict[str, Any] = {
        "patient": patient,
        "record_class": "CHART",
        "basis": Basis.B_AUTHORIZATION,
        "authorization": authorization,
        "recipient_name": LAWYER,
        "recipient_kind": RecipientKind.ATTORNEY,
        "recipient_address": "12 Court Street, Springfield",
        "purpose": PURPOSE,
        "identity_verified": "called back on the number of the bar directory",
        "method": Method.IN_PERSON,
    }
    return Release(**{**given, **changes})


def note_keys(patient: Patient) -> list[str]:
    """The progress notes of a chart, as the index names them."""
    return [item_key(info) for info in release_items(patient) if info.kind == "note"]


@pytest.fixture
def prepared(dana: Staff, hale: Staff, chart: Patient, paper: Callable[..., Authorization]) -> Callable[..., Release]:
    """`prepared(...)`: a release that waits for Dr. Hale."""

    def make(**changes: Any) -> Release:
        authorization = changes.pop("authorization", None) or paper()
        draft = draft_of(chart, authorization, **changes)
        return actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)

    return make


@pytest.fixture
def pdf(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Replaces the slow renderer where a test is not about paper."""
    made = small_pdf()
    monkeypatch.setattr("disclosures.releases.actions.prepare.chart_package", lambda *_, **__: (made, 1))
    return made


def small_pdf() -> bytes:
    """One empty page."""
    from io import BytesIO

    import pikepdf

    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


@pytest.fixture
def approved(prepared: Callable[..., Release], hale: Staff, pdf: bytes) -> Callable[..., Release]:
    """`approved(...)`: a release whose package is frozen."""

    def make(**changes: Any) -> Release:
        release = prepared(**changes)
        return actions.approve_release(by=hale, release_id=release.pk, keep=[str(i.pk) for i in release.items.all()])

    return make


def noon(days_ago: int = 0) -> datetime:
    """Noon of a day, in the practice's zone."""
    return timezone.localtime().replace(hour=12, minute=0) - timedelta(days=days_ago)
