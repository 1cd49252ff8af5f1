"""A form is read and signed on the signer's own device: by who knows birth date and code, once, with their own copy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authorizations import queries
from authorizations.actions import add_paper, signing
from authorizations.actions.by_link import _refusal_of_way, make_signing_link, note_expired_links
from authorizations.documents.standing import history
from authorizations.models import Authorization, AuthorizationEvent, Signature
from authorizations.queries.signing import signer_of
from authorizations.rules import AuthorizationStatus, EventKind
from authorizations.rules.signing import ELEMENTS
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.outside.actions import NewLink
from practice.outside.models import Link
from practice.outside.rules import CodeGiven
from practice.people.actions import record_contact_wish
from practice.people.confidential import LetterAddress, Means
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from tests.outside.conftest import Visitor, path_of, said

from .conftest import Signed
from .papers import SCAN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_paper")]
SIGNED = {"how": "typed", "typed": "Tobias Lindqvist", "intent": "on", "consent": "on", "then": "sign"}
SPENT = "This link no longer works"


@pytest.fixture
def link(draft: Authorization, dana: Staff) -> NewLink:
    signer = signer_of(draft, None, today())
    return make_signing_link(by=dana, authorization=draft, signer=signer, days=3, code_given=CodeGiven.BY_PHONE)


@pytest.fixture
def reader(link: NewLink, lindqvist: Patient) -> Visitor:
    """Tobias Lindqvist, on his own telephone, past the two questions."""
    visitor = Visitor()
    assert visitor.answer(link, lindqvist.birth_date).status_code == 302
    assert visitor.get("/go-on/")["Location"] == "/sign/"
    return visitor


def shown_hash(visitor: Visitor) -> str:
    return said(visitor.get("/sign/")).split('name="document_sha256" value="')[1][:64]


def test_before_the_code_the_link_tells_nothing_of_the_form(link: NewLink, draft: Authorization) -> None:
    visitor = Visitor()
    page = said(visitor.get(path_of(link)))
    for words in ("Lindqvist", draft.recipient_name, draft.purpose, "authorization", "sign"):
        assert words.lower() not in page.lower().replace("design", ""), words
    assert SPENT in said(visitor.get("/sign/")) and SPENT in said(visitor.post("/sign/", SIGNED))
    assert visitor.get("/signed/").status_code == 410 and visitor.post("/signed/copy/").status_code == 410


def test_the_signature_says_who_knew_the_signer_and_how_and_uses_the_link_up(
    reader: Visitor, link: NewLink, draft: Authorization, dana: Staff, lindqvist: Patient
) -> None:
    page = said(reader.get("/sign/"))
    assert "take this back" in page and "Tobias Lindqvist" in page
    assert "I have read this form, or it was read to me. I agree to what it says. I sign it." in page
    before = timezone.now()
    answer = reader.post("/sign/", SIGNED | {"document_sha256": shown_hash(reader)})
    assert (answer.status_code, answer["Location"]) == (302, "/signed/")
    made = Signature.objects.get()
    assert (made.way, made.identity_how, made.identity_checked_by) == ("LINK", "CODE_BY_PHONE", dana)
    assert made.recorded_by is None and made.signed_at and made.signed_at >= before and made.zone
    assert queries.line_of(queries.for_release(draft.pk), today()).status == AuthorizationStatus.ACTIVE
    trail = AuditEntry.objects.filter(event="signed").get()
    assert trail.actor is None and trail.patient_id == lindqvist.pk

    assert reader.get("/sign/")["Location"] == "/signed/", "the form is gone from the screen"
    assert reader.post("/sign/", SIGNED).status_code == 302 and Signature.objects.count() == 1
    assert Visitor().answer(link, lindqvist.birth_date).status_code == 200, "the link is used up"

    copy = reader.post("/signed/copy/")
    assert copy.content == b"%PDF-1.7 signed" and copy["Content-Type"] == "application/pdf"
    reader.post("/signed/copy/")
    given = AuthorizationEvent.objects.get(kind=EventKind.COPY_GIVEN)
    assert "Downloaded by the signer" in given.how and given.recorded_by is None
    said_of = {item.words: item.by for item in history(queries.for_release(draft.pk))}
    assert said_of["Copy given to the patient"] == "nobody: the signer did it alone, by the link"
    assert Visitor().post("/signed/copy/").status_code == 410


def test_what_is_missing_is_said_and_the_link_is_not_used_up(reader: Visitor) -> None:
    page = said(reader.post("/sign/", SIGNED | {"typed": " ", "document_sha256": shown_hash(reader)}))
    assert "Type your name." in page and Link.objects.get().used_at is None
    page = said(reader.post("/sign/", SIGNED | {"document_sha256": "0" * 64}))
    assert "This form was changed while it was being read." in page
    assert Link.objects.get().used_at is None and not Signature.objects.exists()


def test_saying_no_is_kept_and_uses_the_link_up(reader: Visitor, draft: Authorization) -> None:
    assert reader.post("/sign/", {"then": "decline"})["Location"] == "/signed/"
    assert "You did not sign" in said(reader.get("/signed/"))
    event = AuthorizationEvent.objects.get()
    assert (event.kind, event.recorded_by) == (EventKind.SIGNING_DECLINED, None), "the practice recorded nothing"
    assert Link.objects.get().used_at is not None
    assert reader.post("/signed/copy/").status_code == 410


def test_a_form_signed_elsewhere_meanwhile_is_shown_to_nobody_outside(
    link: NewLink, draft: Authorization, put: Signed, lindqvist: Patient, reader: Visitor
) -> None:
    shown = shown_hash(reader)
    put(draft, document_sha256=shown)
    assert SPENT in said(reader.post("/sign/", SIGNED | {"document_sha256": shown}))
    assert Visitor().answer(link, lindqvist.birth_date).status_code == 200
    assert Signature.objects.get().way == "TABLET"


def expired() -> list[Task]:
    note_expired_links(timezone.now() + timedelta(days=4))
    return list(Task.objects.filter(kind=TaskKind.LINK_EXPIRED, state=TaskState.OPEN))


def test_whoever_made_a_link_that_nobody_used_in_time_is_told_once_until_there_is_a_new_one(
    link: NewLink, draft: Authorization, dana: Staff
) -> None:
    note_expired_links(timezone.now())
    assert not Task.objects.filter(kind=TaskKind.LINK_EXPIRED).exists(), "it still has time"
    for _ in range(2):
        [task] = expired()
        assert (task.person, task.subject_id) == (dana, link.link.pk)
    signer = signer_of(draft, None, today())
    make_signing_link(by=dana, authorization=draft, signer=signer, days=3, code_given=CodeGiven.BY_PHONE)
    assert not Task.objects.filter(kind=TaskKind.LINK_EXPIRED, state=TaskState.OPEN).exists()


@pytest.mark.parametrize("after", [True, False])
def test_an_expired_link_asks_for_nothing_where_the_form_is_signed_otherwise(
    link: NewLink, draft: Authorization, dana: Staff, after: bool
) -> None:
    if after:
        assert len(expired()) == 1
    scan = add_paper(by=dana, authorization=draft, paper=SCAN)
    signing.sign_on_paper(
        by=dana, authorization=draft, paper=scan, signer=signer_of(draft, None, today()), signed_on=today(),
        on_paper=list(ELEMENTS), identity_how=signing.IdentityCheck.KNOWN,
    )  # fmt: skip
    assert expired() == []


def test_nobody_gets_a_link_to_a_form_they_may_not_sign(draft: Authorization, dana: Staff, osei: Staff) -> None:
    signer = signer_of(draft, None, today())
    with pytest.raises(Refused):
        make_signing_link(by=osei, authorization=draft, signer=signer, days=1, code_given=CodeGiven.BY_PHONE)
    draft.patient.died_on = today()
    draft.patient.save()
    with pytest.raises(Refused, match="SIGNER_DIED"):
        make_signing_link(by=dana, authorization=draft, signer=signer, days=1, code_given=CodeGiven.BY_PHONE)


@pytest.mark.parametrize(
    "wish",
    [
        {"means": Means.EMAIL, "value": "t@example.org"},
        {"means": Means.MAIL, "lines": "PO Box 77", "city": "Decatur", "state": "IL", "postal_code": "62521"},
    ],
    ids=["e-mail only", "another address"],
)
def test_who_asked_to_be_reached_otherwise_is_not_called_with_the_code(
    draft: Authorization, dana: Staff, wish: dict[str, Any]
) -> None:
    patient, signer = draft.patient, signer_of(draft, None, today())
    record_contact_wish(by=dana, patient=patient, from_on=today(), **wish)
    with pytest.raises(Refused, match="CONFIDENTIAL_MEANS"):
        make_signing_link(by=dana, authorization=draft, signer=signer, days=3, code_given=CodeGiven.BY_PHONE)
    given = {"by": dana, "authorization": draft, "signer": signer, "days": 3, "code_given": CodeGiven.IN_PERSON}
    if wish["means"] == Means.MAIL:  # of a link it says nothing, so the patient is asked about this one
        with pytest.raises(Refused, match="CONFIDENTIAL_ASK"):
            make_signing_link(**given)
        given["agreed"] = True
    assert make_signing_link(**given)


def test_who_signs_for_a_patient_with_a_wish_is_asked_before_a_link_goes_to_them(draft: Authorization) -> None:
    signer = replace(signer_of(draft, None, today()), representative=PersonalRepresentative(name="Karin Lindqvist"))
    wish = LetterAddress("Tobias Lindqvist", Means.FAX, True, value="(217) 555-0100")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("authorizations.actions.by_link.asked_ways", lambda *_: (wish,))
        asked = partial(_refusal_of_way, draft, signer, CodeGiven.BY_PHONE)
        assert asked(False).code == "CONFIDENTIAL_ASK"
        assert asked(True) is None


def test_the_page_asks_whether_they_agreed_where_the_patient_has_a_wish(
    draft: Authorization, dana: Staff, signed_in: Callable[[Staff], Client]
) -> None:
    client, url = signed_in(dana), reverse("authorization-sign-link", args=[draft.pk])
    assert "agree to a link this once" not in client.get(url).content.decode()
    record_contact_wish(by=dana, patient=draft.patient, from_on=today(), means=Means.PHONE, value="(217) 555-0164")
    given = {"who": "self", "code_given": "by_phone", "days": "1"}
    assert "tick that they agreed" in client.post(url, given).content.decode() and not Link.objects.exists()
    client.post(url, given | {"way_agreed": "on"})
    assert Link.objects.count() == 1


def test_two_wishes_at_once_are_both_shown_and_the_telephone_is_offered_only_where_one_of_them_wants_it(
    draft: Authorization, dana: Staff, signed_in: Callable[[Staff], Client]
) -> None:
    client, url = signed_in(dana), reverse("authorization-sign-link", args=[draft.pk])
    wish = {"by": dana, "patient": draft.patient, "from_on": today(), "beside": True}
    record_contact_wish(**wish, means=Means.EMAIL, value="t@example.org")
    record_contact_wish(**wish, means=Means.FAX, value="(217) 555-0100")
    page = client.get(url).content.decode()
    assert "by e-mail only: t@example.org or by fax only: (217) 555-0100" in page and "in one of these ways" in page
    assert 'value="by_phone"' not in page and "Not by telephone: the patient asked" in page
    answer = client.post(url, {"who": "self", "code_given": "by_phone", "days": "1"}).content.decode()
    assert "Not by telephone: the patient asked" in answer and not Link.objects.exists()
    record_contact_wish(**wish, means=Means.PHONE, value="(217) 555-0164")
    page = client.get(url).content.decode()
    assert 'value="by_phone"' in page and "or by telephone on (217) 555-0164" in page


def test_staff_make_the_link_on_a_page_that_shows_it_once(
    draft: Authorization, dana: Staff, lindqvist: Patient, signed_in: Callable[[Staff], Client]
) -> None:
    client, url = signed_in(dana), reverse("authorization-sign-link", args=[draft.pk])
    lindqvist.telecoms.create(kind="phone", use="home", value="(217) 555-0114")
    lindqvist.telecoms.create(kind="phone", value="(217) 555-0199", confidential=True)
    page = client.get(url).content.decode()
    assert "Who signs" in page and "Tobias Lindqvist (217) 555-0114 (home)" in page and "0199" not in page
    assert reverse("patient-details", args=[lindqvist.pk]) in page.split("Record them under Details")[0], "a guardian"
    page = client.post(url, {"who": "self", "code_given": "in_person", "days": "1"}).content.decode()
    assert "/l/" in page and "Shown this once" in page and page.count("data-copies=") == 2
    assert "js/copy.js" in page
    later = client.get(url).content.decode()
    assert "/l/" not in later and "Waiting to be opened" in later
    assert url in client.get(reverse("authorization-ready", args=[draft.pk])).content.decode()


def test_the_device_that_had_opened_a_link_is_told_that_another_did_and_nobody_else_is(
    reader: Visitor, link: NewLink, lindqvist: Patient
) -> None:
    other = Visitor()
    assert other.answer(link, lindqvist.birth_date).status_code == 302
    assert "It was opened on another device" in said(reader.get("/sign/"))
    assert "Tobias Lindqvist" in said(other.get("/sign/"))
    assert "another device" not in said(Visitor().get("/sign/")), "a stranger learns nothing"
    assert reader.answer(link, lindqvist.birth_date).status_code == 302, "and may take it back with the right answers"
    assert "It was opened on another device" in said(other.get("/sign/"))
