"""Pages of the practice's forms and of prepared authorizations: words, refusals, paper."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from authorizations.documents.form import blank_pdf, form_pdf
from authorizations.models import Authorization, FormReview, FormVersion
from authorizations.queries import for_release, line_of
from authorizations.rules import AuthorizationStatus
from authorizations.rules.form_versions import FormKind
from authorizations.rules.starting_texts import STARTING_TEXTS
from practice.infrastructure.days import local_date, today
from practice.people.models import Patient, Staff
from tests.authorizations.conftest import Record

pytestmark = pytest.mark.django_db(databases="__all__")
SignedIn = Callable[[Staff], Client]
LONG = "The undersigned individual hereby authorizes dissemination of psychotherapeutic documentation. " * 3


@pytest.fixture
def officer(signed_in: SignedIn, castellanos: Staff) -> Client:
    return signed_in(castellanos)


def typed(hale: Staff, **changes: Any) -> dict[str, Any]:
    return {
        "new_id": "6f1c0f5e-0000-4000-8000-00000000a1e0",
        "record_classes": ["PN"],
        "pn_scope": "ALL_BY_ORIGINATOR",
        "pn_originator": str(hale.pk),
        "recipient_name": "Fenner & Osgood, attorneys",
        "purpose": "Custody case 24-D-118",
        "expires_on": (today() + timedelta(days=90)).isoformat(),
        "conditioned_on": "",
        **changes,
    }


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def prepare(patient: Patient) -> str:
    return reverse("authorization-prepare", args=[patient.pk])


def test_a_fresh_practice_is_told_why_nothing_can_be_prepared_and_who_can_help(
    desk: Client, hale: Staff, lindqvist: Patient
) -> None:
    for page in (words(desk.get(reverse("form-list"))), words(desk.get(prepare(lindqvist)))):
        assert "Counsel has not approved this form yet." in page
        assert "The compliance officer has counsel review it and records the answer." in page
    page = words(desk.post(prepare(lindqvist), typed(hale)))
    assert "Not prepared yet." in page and "Custody case 24-D-118" in page
    assert not Authorization.objects.exists()


def test_counsels_answer_is_recorded_with_day_and_file_note_and_the_form_is_in_use(
    officer: Client, desk: Client
) -> None:
    version = FormVersion.objects.get(kind="PN")
    address = reverse("form-review", args=[version.pk])
    tomorrow = (today() + timedelta(days=1)).isoformat()
    page = words(officer.post(address, {"outcome": "approved", "counsel": "L. Whitcomb", "reviewed_on": tomorrow}))
    assert "This day is in the future." in page and "L. Whitcomb" in page
    bare = words(officer.post(address, {"counsel": ""}))
    assert "Name the lawyer." in bare and "Say where the answer is kept." in bare and "This field" not in bare
    given = {"outcome": "approved", "counsel": "L. Whitcomb", "reviewed_on": today().isoformat(), "file_note": "Letter"}
    page = words(officer.post(address, given, follow=True))
    for expected in ("In use", "L. Whitcomb", "Letter", "Next review by"):
        assert expected in page
    assert FormReview.objects.get().counsel == "L. Whitcomb"
    assert "Print a blank form" in words(desk.get(reverse("form-open", args=[version.pk])))


def test_the_reading_grade_is_shown_and_hard_words_are_warned_of(officer: Client) -> None:
    version = FormVersion.objects.get(kind="PN")
    page = words(officer.get(reverse("form-open", args=[version.pk])))
    assert "Hardest part" in page and "boxes to tick and what is filled in are not counted" in page
    assert "Flesch-Kincaid" in page and "This is hard to read." not in page
    given = dict(STARTING_TEXTS[FormKind.PN])
    hard = {key: LONG if key != "title" else text for key, text in given.items()}
    page = words(officer.post(reverse("form-change", args=[version.pk]), hard, follow=True))
    assert "Kept as PN-2. It cannot be used before counsel has approved it. It reads at grade" in page
    assert "This is hard to read." in page
    typed = given | {"revocation": "Write to {practise} to stop."}
    page = words(officer.post(reverse("form-change", args=[version.pk]), typed, follow=True))
    assert "“{practise}” prints as it stands" in page and "can follow it" not in page
    lacking = words(officer.post(reverse("form-change", args=[version.pk]), given | {"redisclosure": " "}))
    assert "Every form must say this." in lacking
    assert FormVersion.objects.filter(kind="PN").count() == 3


def test_front_desk_prints_no_form_that_counsel_has_not_approved(desk: Client) -> None:
    for version in FormVersion.objects.all():
        assert desk.get(reverse("form-blank", args=[version.pk])).status_code == 403


def test_a_form_is_prepared_and_shown_as_the_patient_will_read_it(
    desk: Client, hale: Staff, lindqvist: Patient, approved_forms: list[FormVersion]
) -> None:
    page = words(desk.post(prepare(lindqvist), typed(hale), follow=True))
    assert "Ready to sign" in page and "It permits nothing until it is signed." in page
    for said in ("What psychotherapy notes are", "All psychotherapy notes by Dr. Miriam Hale", "Tobias Lindqvist"):
        assert said in page
    for way in ("Sign here on the tablet", "Sign on paper"):
        assert way in page
    desk.post(prepare(lindqvist), typed(hale))  # the second click of a double click
    row = Authorization.objects.get()
    assert "Have it signed" in words(desk.get(reverse("authorization-open", args=[row.pk])))


def test_everything_wrong_is_said_at_once_with_a_fix_for_what_is_being_typed(
    desk: Client, hale: Staff, lindqvist: Patient, approved_forms: list[FormVersion]
) -> None:
    mistakes = {
        "record_classes": ["CHART"],
        "covers_from": date(2026, 3, 1).isoformat(),
        "covers_to": date(2026, 2, 1).isoformat(),
        "expires_on": date(2020, 1, 1).isoformat(),
        "conditioned_on": "TREATMENT",
    }
    page = words(desk.post(prepare(lindqvist), typed(hale, **mistakes)))
    for said in (
        "Tick what the patient wants sent, or say it in words below.",
        "The period it covers ends before it starts. Correct the two dates.",
        "Its expiration date has passed. Choose a later day.",
        "which the law does not allow here. Choose “Nothing depends on signing”.",
    ):
        assert said in page
    assert "from the paper" not in page


MISTAKES = [
    ({"expires_on": ""}, "No expiration. Add a date or an event."),
    ({"expires_on": date(2020, 1, 1).isoformat()}, "Its expiration date has passed."),
    ({"recipient_name": ""}, "It does not say who may receive the records."),
    ({"purpose": "at my request"}, "Give the practice’s own purpose, or record that the patient started this."),
    ({"pn_originator": ""}, "It does not say which psychotherapy notes."),
    ({"record_classes": []}, "It does not say which records."),
    ({"record_classes": ["CHART"]}, "Tick what the patient wants sent, or say it in words below."),
    ({"conditioned_on": "TREATMENT"}, "which the law does not allow here."),
    ({"conditioned_on": "TREATMENT", "conditioning_ground": "THIRD_PARTY"}, "which this practice never does."),
]


@pytest.mark.parametrize(("changes", "sentence"), MISTAKES)
def test_what_is_missing_is_said_at_once_and_what_was_typed_comes_back(
    desk: Client,
    hale: Staff,
    lindqvist: Patient,
    approved_forms: list[FormVersion],
    changes: dict[str, Any],
    sentence: str,
) -> None:
    page = words(desk.post(prepare(lindqvist), typed(hale, recipient_address="12 Court Street", **changes)))
    assert sentence in page and "12 Court Street" in page
    assert not Authorization.objects.exists()


def test_everything_missing_is_said_together(
    desk: Client, hale: Staff, lindqvist: Patient, approved_forms: list[FormVersion]
) -> None:
    page = words(desk.post(prepare(lindqvist), typed(hale, expires_on="", recipient_name="", purpose="")))
    for sentence in ("who may receive", "No purpose.", "No expiration. Add a date or an event."):
        assert sentence in page


def test_w19_entering_both_kinds_is_refused_and_one_click_prepares_two_documents(
    desk: Client, hale: Staff, lindqvist: Patient, approved_forms: list[FormVersion]
) -> None:
    both = typed(hale, record_classes=["PN", "CHART"], info_kinds=["note"])
    page = words(desk.post(prepare(lindqvist), both))
    assert "Psychotherapy notes need a form of their own." in page and "Prepare two documents" in page
    assert not Authorization.objects.exists()
    page = words(desk.post(prepare(lindqvist), both | {"separately": "1"}, follow=True))
    assert "2 forms are prepared, each to be signed on its own: psychotherapy notes and chart records." in page
    assert sorted(row.record_classes for row in Authorization.objects.all()) == [["CHART"], ["PN"]]


def test_a_draft_is_changed_by_preparing_the_next_one(desk: Client, hale: Staff, prepared: Record) -> None:
    first = prepared(own_words="only on the accident")
    address = f"{prepare(first.patient)}?from={first.pk}"
    page = words(desk.get(address))
    assert "only on the accident" in page and "Fenner &amp; Osgood, attorneys" in page
    desk.post(address, typed(hale, purpose="My pension"), follow=True)
    second = Authorization.objects.exclude(pk=first.pk).get()
    assert second.prepared_from == first
    for name in ("authorization-ready", "authorization-open"):
        page = words(desk.get(reverse(name, args=[first.pk])))
        assert "changed before anybody signed it" in page.lower() and "entered wrongly" not in page.lower(), name
    assert "Cannot be signed" in words(desk.get(reverse("authorization-ready", args=[first.pk])))
    assert "Keep the scan" not in page and "Have it signed" not in page, "nothing is asked of the old one"
    assert "Open the changed form" in page and reverse("authorization-open", args=[second.pk]) in page
    listed = words(desk.get(reverse("authorization-list", args=[first.patient_id])))
    assert "it was changed before anybody signed it" in listed and "entered wrongly" not in listed


def test_a_form_withdrawn_after_it_was_prepared_is_not_offered_for_signature(
    officer: Client, desk: Client, prepared: Record
) -> None:
    draft = prepared()
    given = {"outcome": "not_approved", "counsel": "L. Whitcomb", "reviewed_on": today().isoformat(), "file_note": "No"}
    officer.post(reverse("form-review", args=[draft.template_version_id]), given)
    page = words(desk.get(reverse("authorization-ready", args=[draft.pk])))
    assert "Counsel said that this form is not to be used." in page
    assert "Sign here on the tablet" not in page
    for place in (reverse("authorization-open", args=[draft.pk]), reverse("home")):
        assert ">Have it signed<" not in words(desk.get(place)), place
    assert "See what stops it" in words(desk.get(reverse("authorization-open", args=[draft.pk])))


def test_before_a_form_is_not_to_be_used_the_page_says_what_was_signed_on_it_and_what_becomes_of_that(
    officer: Client, authorized: Record, castellanos: Staff
) -> None:
    version = FormVersion.objects.get(kind="PN")
    approved = timezone.now() - timedelta(days=2)
    FormReview.objects.create(
        version=version, outcome="approved", counsel="L. Whitcomb", reviewed_on=local_date(approved),
        file_note="Letter", recorded_by=castellanos, recorded_at=approved,
    )  # fmt: skip
    row = authorized(template_version=version, signed_on=today())
    address = reverse("form-review", args=[version.pk])
    assert "1 authorization in effect</strong> was signed on this form" in words(officer.get(address))
    given = {"outcome": "not_approved", "counsel": "L. Whitcomb", "file_note": "No"}
    earlier = given | {"reviewed_on": (today() - timedelta(days=1)).isoformat()}
    page = words(officer.post(address, earlier))
    assert "1 signed authorization, signed on or after the day of the answer, cannot be used any more." in page
    assert not FormReview.objects.filter(outcome="not_approved").exists()
    officer.post(address, given | {"reviewed_on": today().isoformat()})
    line = line_of(for_release(row.pk), today())
    assert line.status == AuthorizationStatus.ACTIVE, "signed earlier that day"
    page = words(officer.post(address, earlier | {"stops_known": "on"}, follow=True))
    assert "Signed on it, and not to be used" in page and "Tobias Lindqvist" in page
    assert line_of(for_release(row.pk), today()).status == AuthorizationStatus.DEFECTIVE


def test_another_patients_form_is_not_taken_over(desk: Client, prepared: Record, abernathy: Patient) -> None:
    draft = prepared(purpose="CANARY")
    assert "CANARY" not in words(desk.get(f"{prepare(abernathy)}?from={draft.pk}"))
    assert desk.get(f"{prepare(abernathy)}?from=x").status_code == 200


def test_the_paper_is_tagged_and_reads_aloud_in_its_own_order(prepared: Record) -> None:
    draft = for_release(prepared().pk)
    assert draft.template_version is not None
    filled, blank = form_pdf(draft), blank_pdf(draft.template_version, is_approved=False)
    for pdf in (filled, blank):
        with pikepdf.open(BytesIO(pdf)) as document:
            assert document.Root.MarkInfo.Marked
            assert document.Root.StructTreeRoot
            assert str(document.Root.Lang) == "en"
            assert b"pdfuaid" in document.Root.Metadata.read_bytes()
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(filled)).pages).split())
    order = ["Tobias Lindqvist", "What psychotherapy notes are", "1. Which records", "All psychotherapy notes by Dr.",
             "3. Who may get them", "Fenner & Osgood", "5. When this ends", "You can take this back",
             "You do not have to sign", "Who else may see them", "Signature"]  # fmt: skip
    places = [text.find(one) for one in order]
    assert -1 not in places and places == sorted(places)
    empty = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(blank)).pages).split())
    assert "not for signing" in empty and "Tobias" not in empty
