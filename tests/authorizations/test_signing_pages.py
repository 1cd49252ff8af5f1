"""The screens of signing: only the form in the signer's hands, and a scan that is ticked off before it is filed."""

import io
import json
from collections.abc import Callable

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from authorizations import queries
from authorizations.actions import add_paper
from authorizations.actions.signing import sign_on_paper
from authorizations.documents import history
from authorizations.models import Authorization, FormVersion, Signature, SignedDocument
from authorizations.queries.signing import signer_of
from authorizations.rules import AuthorizationStatus
from authorizations.rules.choices import IdentityCheck
from authorizations.rules.signing import ELEMENTS
from practice.audit.models import AuditEntry
from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.uploads import check_upload
from practice.people.handed_over import KEY
from practice.people.models import Patient, Staff

from .conftest import Record
from .papers import SCAN, complete

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]
SCREEN = "/authorizations/sign/"
SIGNED = {"how": "typed", "typed": "Tobias Lindqvist", "intent": "on", "consent": "on", "then": "sign"}


@pytest.fixture
def tablet(dana: Staff, draft: Authorization, signed_in: SignedIn, no_paper: None) -> Client:
    """Front desk has handed the form over to Tobias Lindqvist."""
    client = signed_in(dana)
    sent = {"who": "self", "identity_how": "PHOTO_ID"}
    assert client.post(reverse("authorization-sign-here", args=[draft.pk]), sent).url == SCREEN
    return client


def body(client: Client, url: str, data: dict[str, object] | None = None) -> str:
    answer = client.get(url) if data is None else client.post(url, data, follow=True)
    return answer.content.decode()


def shown_hash(client: Client) -> str:
    return body(client, SCREEN).split('name="document_sha256" value="')[1][:64]


def status(draft: Authorization) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(draft.pk), today()).status


def test_the_screen_holds_the_whole_form_and_no_sign_in(tablet: Client, draft: Authorization) -> None:
    page = body(tablet, SCREEN)
    for words in (draft.info_description, "Fenner &amp; Osgood", "Custody case", "take this back"):
        assert words in page
    assert f"<strong>{practice_profile().name}</strong>" in page, "whose form it is"
    assert "I have read this form, or it was read to me." in page
    assert "_auth_user_id" not in tablet.session and 'href="/patients' not in page
    assert set(tablet.session[KEY]["about"]) == {"authorization", "who", "identity"}
    assert tablet.get("/").url == SCREEN


def test_signing_thanks_and_waits_for_staff(tablet: Client, draft: Authorization, dana: Staff) -> None:
    page = body(tablet, SCREEN, SIGNED | {"document_sha256": shown_hash(tablet)})
    assert "Thank you. Please give the tablet back." in page and "Ask for your copy" in page
    assert status(draft) == AuthorizationStatus.ACTIVE
    made = Signature.objects.get()
    assert (made.way, made.identity_how, made.identity_checked_by) == ("TABLET", "PHOTO_ID", dana)
    assert "Tobias" not in body(tablet, SCREEN)  # the form is gone from the screen
    assert tablet.post(SCREEN, SIGNED).status_code == 200 and Signature.objects.count() == 1


def test_staff_see_the_name_as_it_was_typed(
    tablet: Client, draft: Authorization, hale: Staff, signed_in: SignedIn
) -> None:
    sent = SIGNED | {"typed": "toby lindqvist", "document_sha256": shown_hash(tablet)}
    assert "This is not the name" in body(tablet, SCREEN, sent | {"typed": "Mickey Mouse"})
    body(tablet, SCREEN, sent | {"own_name": "on"})
    page = body(signed_in(hale), reverse("authorization-open", args=[draft.pk]))
    assert "toby lindqvist" in page and "Tobias Lindqvist" in page


def test_who_pressed_sign_after_somebody_else_had_signed_is_not_told_that_they_signed(
    tablet: Client, draft: Authorization, dana: Staff
) -> None:
    sent = SIGNED | {"document_sha256": shown_hash(tablet)}
    scan = add_paper(by=dana, authorization=draft, paper=SCAN)
    sign_on_paper(
        by=dana, authorization=draft, paper=scan, signer=signer_of(draft, None, today()), signed_on=today(),
        on_paper=list(ELEMENTS), identity_how=IdentityCheck.KNOWN,
    )  # fmt: skip
    page = body(tablet, SCREEN, sent)
    assert "This form was signed in another way meanwhile. What you entered here was not kept." in page
    assert "Your signature is kept" not in page


def test_a_drawn_signature_is_taken_as_the_pad_sends_it(tablet: Client, draft: Authorization) -> None:
    pad = json.dumps({"width": 300, "height": 120, "strokes": [[[1, 2], [30, 40]], [[50, 60]]]})
    body(tablet, SCREEN, SIGNED | {"how": "drawn", "drawn": pad, "typed": "", "document_sha256": shown_hash(tablet)})
    assert SignedDocument.objects.get().drawn == [[[1, 2], [30, 40]], [[50, 60]]]


@pytest.mark.parametrize(
    "pad", ["", "[]", "{", '{"strokes": 3}', '{"width":1,"height":1,"strokes":[[["a",1]]]}', "NaN"]
)
def test_what_is_no_drawing_is_asked_for_again(tablet: Client, draft: Authorization, pad: str) -> None:
    page = body(tablet, SCREEN, SIGNED | {"how": "drawn", "drawn": pad, "document_sha256": shown_hash(tablet)})
    assert "Draw your signature in the box, or type your name." in page and status(draft) == AuthorizationStatus.DRAFT


@pytest.mark.parametrize(
    ("left_out", "words"),
    [("typed", "Type your name."), ("intent", "Tick this if you want to sign."), ("consent", "ask for a paper form")],
)
def test_what_is_left_out_is_said_and_the_rest_is_still_there(
    tablet: Client, draft: Authorization, left_out: str, words: str
) -> None:
    sent = {name: value for name, value in SIGNED.items() if name != left_out}
    page = body(tablet, SCREEN, sent | {"document_sha256": shown_hash(tablet)})
    assert words in page and status(draft) == AuthorizationStatus.DRAFT
    assert left_out == "typed" or 'value="Tobias Lindqvist"' in page


def test_another_text_than_the_one_shown_is_read_again(tablet: Client, draft: Authorization) -> None:
    page = body(tablet, SCREEN, SIGNED | {"document_sha256": "0" * 64})
    assert "Read it again as it stands now" in page and status(draft) == AuthorizationStatus.DRAFT


def test_saying_no_is_kept_as_the_signers_own_word_and_thanked_for(
    tablet: Client, draft: Authorization, dana: Staff
) -> None:
    page = body(tablet, SCREEN, {"then": "decline"})
    assert "You did not sign. Nothing is released under this form." in page
    assert draft.events.get().kind == "SIGNING_DECLINED"
    [said, _] = history(queries.for_release(draft.pk))
    assert said.by == f"the signer, on the screen that {dana.display_name} had handed over"


def test_giving_it_back_undecided_keeps_nothing(tablet: Client, draft: Authorization) -> None:
    assert "You can decide another day" in body(tablet, SCREEN, {"then": "stop"})
    assert not draft.events.exists() and status(draft) == AuthorizationStatus.DRAFT


def test_the_screen_exists_for_nobody_it_was_not_handed_to(dana: Staff, client: Client, signed_in: SignedIn) -> None:
    assert client.get(SCREEN).status_code == signed_in(dana).get(SCREEN).status_code == 404


def test_who_may_not_sign_is_named_with_the_reason_and_cannot_be_chosen(
    draft: Authorization, lindqvist: Patient, dana: Staff, signed_in: SignedIn
) -> None:
    lindqvist.representatives.create(name="Inger L.", kind="PARENT", authority="mother", from_on=today())
    other = lindqvist.representatives.create(name="Per L.", kind="GUARDIAN", authority="court", from_on=today())
    client, url = signed_in(dana), reverse("authorization-sign-here", args=[draft.pk])
    page = body(client, url)
    assert "The patient is an adult: a parent cannot sign as parent." in page
    assert reverse("representative-paper-add", args=[lindqvist.pk, other.pk]) in page
    answer = client.post(url, {"who": str(other.pk), "identity_how": "KNOWN"})
    assert answer.status_code == 200 and KEY not in client.session


def test_a_form_that_waits_for_its_signature_stands_on_the_home_page(
    tablet: Client, draft: Authorization, hale: Staff, castellanos: Staff, signed_in: SignedIn
) -> None:
    url = reverse("authorization-open", args=[draft.pk])
    for person in (hale, castellanos):
        page = body(signed_in(person), reverse("home"))
        assert "Forms waiting for a signature" in page and url in page
    body(tablet, SCREEN, SIGNED | {"document_sha256": shown_hash(tablet)})
    assert "Forms waiting for a signature" not in body(signed_in(hale), reverse("home"))


def test_a_form_that_would_be_useless_is_not_handed_over(
    authorized: Record, approved_forms: list[FormVersion], dana: Staff, signed_in: SignedIn
) -> None:
    row = authorized(signature_method="", signed_on=None, expires_on=None, template_version=approved_forms[0])
    client, url = signed_in(dana), reverse("authorization-sign-here", args=[row.pk])
    assert "No expiration." in body(client, url)
    assert client.post(url, {"who": "self", "identity_how": "KNOWN"}).status_code == 200
    assert KEY not in client.session


def a_scan(pages: int = 1) -> io.BytesIO:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    out.seek(0)
    out.name = "scan.pdf"
    return out


def ticks(*without: str) -> list[str]:
    return [element for element in ELEMENTS if element not in without]


def test_w20_defects_are_listed_as_the_scan_is_ticked_off(
    draft: Authorization, dana: Staff, signed_in: SignedIn
) -> None:
    client, url = signed_in(dana), reverse("authorization-paper-check", args=[draft.pk])
    sent = {"who": "self", "signed_on": today().isoformat(), "on_paper": ticks("A5", "RS3")}
    page = body(client, url, sent)
    assert "No expiration." in page and "may pass the records on" in page and page.count("<li>") == 2
    assert "Nothing is missing" in body(client, url, sent | {"on_paper": ticks()})
    assert body(client, url, {}).count("<li>") >= 9
    assert not Signature.objects.exists()


def test_the_scan_is_filed_with_its_ticks(draft: Authorization, dana: Staff, signed_in: SignedIn) -> None:
    client, url = signed_in(dana), reverse("authorization-sign-paper", args=[draft.pk])
    assert "Choose the file." in body(client, url, {"who": "self"})
    page = body(client, url, {"scan": a_scan(pages=2)})
    kept = draft.papers.get()
    first, second = (reverse("paper-page", args=[draft.pk, kept.pk, number]) for number in (1, 2))
    assert page.index(first) < page.index(second) < page.index('name="on_paper"'), "the scan stands beside the ticks"
    assert "Tick off the scan" in body(client, reverse("home")), "the ticking may be left for later"
    sent = {"who": "self", "identity_how": "COMPARED", "signed_on": today().isoformat(), "on_paper": ticks("A4", "A7")}
    newer = add_paper(by=dana, authorization=draft, paper=check_upload(a_scan(pages=3)))
    for stale in ({}, {"paper": str(kept.pk)}):
        page = body(client, url, sent | stale)
        assert "Another scan was added meanwhile" in page and f'value="{newer.pk}"' in page and "checked" in page
        assert not Signature.objects.exists()
    page = body(client, url, sent | {"paper": str(newer.pk)})
    assert Signature.objects.get().document_sha256 == newer.sha256
    assert "Not needed: signed by the patient" in page
    assert "Filed, but it cannot be used." in page and "No purpose." in page and "Download the scan" in page
    assert (status(draft), draft.papers.count()) == (AuthorizationStatus.SIGNED_INCOMPLETE, 2)
    correcting = body(client, reverse("authorization-correct", args=[draft.pk]))
    assert "another scan" in correcting
    assert reverse("paper-page", args=[draft.pk, newer.pk, 1]) in correcting, "beside the scan it was ticked from"
    assert client.get(url).url == reverse("authorization-open", args=[draft.pk])  # it is signed once


def test_a_page_of_a_scan_is_shown_as_a_picture_that_no_browser_keeps_and_each_look_is_on_record(
    draft: Authorization, dana: Staff, osei: Staff, signed_in: SignedIn
) -> None:
    kept = add_paper(by=dana, authorization=draft, paper=check_upload(a_scan()))
    answer = signed_in(dana).get(reverse("paper-page", args=[draft.pk, kept.pk, 1]))
    assert answer.content.startswith(b"\x89PNG") and "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.filter(event="viewed", actor=dana, object_pk=str(kept.pk)).exists()
    assert signed_in(dana).get(reverse("paper-page", args=[draft.pk, kept.pk, 2])).status_code == 404
    assert signed_in(osei).get(reverse("paper-page", args=[draft.pk, kept.pk, 1])).status_code == 403


def test_a_form_from_elsewhere_is_entered_beside_its_scan_now_or_later(
    lindqvist: Patient, hale: Staff, dana: Staff, signed_in: SignedIn
) -> None:
    client, url = signed_in(dana), reverse("authorization-new", args=[lindqvist.pk])
    given = {"received_on": today().isoformat(), "signer_role": "INDIVIDUAL", "signature_method": "PAPER"}
    page = body(client, url, given | {"scan": a_scan(), "beside": "scan"})
    first = Authorization.objects.get()
    assert "Enter what the paper says" in page
    assert reverse("paper-page", args=[first.pk, first.papers.get().pk, 1]) in page
    enter = reverse("authorization-correct", args=[first.pk])
    assert enter in body(client, reverse("home")), "it waits there until somebody enters it"
    typed = complete(hale) | given | {"pn_originator": str(hale.pk)}
    entered = body(client, enter, typed)
    assert "The authorization is in effect." in entered and "This corrects" not in entered, "a beginning, no mistake"
    made = Authorization.objects.exclude(pk=first.pk).get()
    assert made.papers.get().sha256 == first.papers.get().sha256
    assert enter not in body(client, reverse("home"))
    listed = body(client, reverse("authorization-list", args=[lindqvist.pk]))
    assert reverse("authorization-open", args=[first.pk]) not in listed, "the scan alone was no mistake to be shown"


def test_a_paper_on_a_form_of_ours_counts_only_if_counsel_had_approved_that_form(
    lindqvist: Patient, hale: Staff, dana: Staff, signed_in: SignedIn
) -> None:
    version = FormVersion.objects.get(kind="PN")
    typed = complete(hale) | {"pn_originator": str(hale.pk), "received_on": today().isoformat(), "scan": a_scan()}
    client, url = signed_in(dana), reverse("authorization-new", args=[lindqvist.pk])
    page = body(client, url, typed | {"template_version": str(version.pk)})
    assert Authorization.objects.get().template_version == version
    assert "Counsel has not approved this form yet. It was written on that form." in page


def test_a_paper_from_elsewhere_is_looked_at_while_it_is_entered(
    lindqvist: Patient, dana: Staff, signed_in: SignedIn
) -> None:
    client, url = signed_in(dana), reverse("authorization-check", args=[lindqvist.pk])
    page = body(client, url, {"record_classes": ["CHART"], "info_description": "All", "expires_on": "not a day"})
    assert "No expiration." in page and "It does not say which records." not in page
    assert not Authorization.objects.exists()


def test_what_was_signed_is_downloaded_as_it_was_frozen(
    tablet: Client, draft: Authorization, hale: Staff, osei: Staff, signed_in: SignedIn
) -> None:
    body(tablet, SCREEN, SIGNED | {"document_sha256": shown_hash(tablet)})
    url = reverse("authorization-signed-document", args=[draft.pk])
    assert signed_in(hale).get(url).content == b"%PDF-1.7 signed"
    assert AuditEntry.objects.filter(event="downloaded", actor=hale).exists()
    assert signed_in(osei).get(url).status_code == 403
    page = body(signed_in(hale), reverse("authorization-open", args=[draft.pk]))
    assert "Download what was signed" in page and "Correct what was entered" not in page


def test_the_signed_pdf_holds_the_form_the_signature_and_the_text_of_the_hash(
    draft: Authorization, dana: Staff, signed_in: SignedIn
) -> None:
    client = signed_in(dana)
    client.post(reverse("authorization-sign-here", args=[draft.pk]), {"who": "self", "identity_how": "KNOWN"})
    pad = json.dumps({"width": 300, "height": 120, "strokes": [[[10, 60], [90, 20], [200, 100]]]})
    body(client, SCREEN, SIGNED | {"how": "drawn", "drawn": pad, "document_sha256": shown_hash(client)})
    kept = SignedDocument.objects.get()
    with pikepdf.open(io.BytesIO(kept.pdf)) as pdf:
        assert pdf.attachments["what-was-signed.txt"].get_file().read_bytes().decode() == kept.shown
        assert pdf.Root.MarkInfo.Marked and pdf.Root.Lang


def test_an_authority_is_filed_by_front_desk_and_not_shown_to_strangers(
    lindqvist: Patient, dana: Staff, osei: Staff, signed_in: SignedIn
) -> None:
    guardian = lindqvist.representatives.create(name="Per", kind="GUARDIAN", authority="court", from_on=today())
    client = signed_in(dana)
    client.post(reverse("representative-paper-add", args=[lindqvist.pk, guardian.pk]), {"scan": a_scan()})
    url = reverse("representative-paper", args=[lindqvist.pk, guardian.pk, guardian.papers.get().pk])
    assert client.get(url).content.startswith(b"%PDF")
    assert url in body(client, reverse("patient-details", args=[lindqvist.pk]))
    assert signed_in(osei).get(url).status_code == 404
