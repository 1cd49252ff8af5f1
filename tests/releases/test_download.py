"""A one-time download: nothing leaves before the code, nothing without an entry, the same bytes once, and no more."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.conf import settings as product
from django.test import Client
from django.utils import timezone

from authorizations.actions import record_revocation
from authorizations.actions.restrictions import record_restriction
from authorizations.models import Authorization
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.download import DownloadOffer, download, offer_download
from disclosures.releases.models import Release
from disclosures.releases.rules import Method, ReleaseState
from disclosures.releases.views.download import _sent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.outside.models import Link
from practice.outside.rules import CodeGiven
from practice.people.actions import record_contact_wish
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind
from tests.outside.conftest import WRONG, Visitor, said

Approved = Callable[..., Release]
SPENT = "This link no longer works"


@pytest.fixture
def offered(approved: Approved, dana: Staff) -> Callable[..., tuple[Release, DownloadOffer]]:
    """`offered()`: an approved release with the link that fetches it."""

    def make(**changes: Any) -> tuple[Release, DownloadOffer]:
        release = approved(method=Method.DOWNLOAD, **changes)
        offer = offer_download(by=dana, release_id=release.pk, days=3, code_given=CodeGiven.BY_PHONE)
        return release, offer

    return make


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_file_leaves_once_to_who_passed_the_code_and_the_ledger_says_downloaded(
    offered: Callable[..., Any], lindqvist: Patient, dana: Staff
) -> None:
    release, offer = offered()
    asked = {"recipients": ["payer"], "uses": ["payment"]}
    record_restriction(by=dana, patient=lindqvist, received_on=today(), **asked)  # who asks the gate asks this, too
    visitor = Visitor()
    assert visitor.get("/download/").status_code == 410
    assert visitor.answer(offer.made, lindqvist.birth_date, WRONG).status_code == 200
    assert not Entry.objects.exists(), "nothing is disclosed before the code"

    visitor.answer(offer.made, lindqvist.birth_date)
    release.refresh_from_db()
    assert (release.state, release.committed_by) == (ReleaseState.COMMITTED, dana)
    entry = Entry.objects.get(kind=EntryKind.DISCLOSURE)
    page = visitor.get("/download/")
    assert page.status_code == 200 and "Lindqvist" not in said(page), "the page names nobody but its reader"
    assert Release.objects.get().served_at is None, "reading the page fetches nothing"

    answer = visitor.post("/download/")
    content = bytes_of(answer)
    assert content.startswith(b"%PDF") and sha256(content).hexdigest() == entry.artefact_sha256
    assert answer["Content-Disposition"] == f'attachment; filename="{release.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    release.refresh_from_db()
    assert release.state == ReleaseState.COMMITTED and release.sent_whole_at, "sent whole is not arrived"
    assert not Entry.objects.filter(kind=EntryKind.DELIVERY).exists()
    assert visitor.post("/download/", {"opened": "yes"}).status_code == 302
    assert "You told us that the file opened" in said(visitor.get("/download/"))
    visitor.post("/download/", {"opened": "yes"})
    release.refresh_from_db()
    leaf = Entry.objects.get(kind=EntryKind.DELIVERY)
    assert (release.state, leaf.public["how"], leaf.public["delivered"]) == ("delivered", "downloaded", True)
    assert release.receipt.startswith("Sent whole to the recipient's device ")
    assert release.receipt.endswith("; the recipient said on the page of the link that the file opened")
    assert offer.passphrase not in str(Entry.objects.values_list("body", "internal")), "the passphrase is kept nowhere"

    again = bytes_of(visitor.post("/download/"))
    assert again == content, "a broken download is repeated, with the same bytes"
    assert Entry.objects.filter(kind=EntryKind.DELIVERY).count() == 1
    assert SPENT in said(Visitor().get("/download/")), "in the same browser only"
    assert Visitor().answer(offer.made, lindqvist.birth_date).status_code == 200, "the link itself is used up"
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert SPENT in said(visitor.post("/download/"))


def test_nobody_says_that_a_file_opened_which_was_not_fetched(offered: Callable[..., Any], lindqvist: Patient) -> None:
    release, offer = offered()
    visitor = Visitor()
    visitor.answer(offer.made, lindqvist.birth_date)
    page = visitor.post("/download/", {"opened": "yes"})
    assert page.status_code == 200 and "The file has not been downloaded yet" in said(page)
    release.refresh_from_db()
    assert release.state == ReleaseState.COMMITTED and release.served_at is None
    visitor.get("/download/?opened=yes")  # what a link in a message could do
    release.refresh_from_db()
    assert release.state == ReleaseState.COMMITTED


def test_a_download_nobody_confirmed_is_asked_about_after_a_day_in_words_that_are_known(
    offered: Callable[..., Any], lindqvist: Patient, dana: Staff, signed_in: Callable[[Staff], Client]
) -> None:
    release, offer = offered()
    visitor = Visitor()
    visitor.answer(offer.made, lindqvist.birth_date)
    bytes_of(visitor.post("/download/"))
    assert actions.reconcile(now=timezone.now() + timedelta(hours=25)) == 1
    page = signed_in(dana).get(f"/releases/{release.pk}/").content.decode()
    assert "Sent whole to the recipient&#x27;s device" in page and "not confirmed by them" in page
    form = signed_in(dana).get(f"/releases/{release.pk}/close/").content.decode()
    assert "; not confirmed by them" in form


def test_a_download_is_repeated_a_few_times_and_no_more(offered: Callable[..., Any], lindqvist: Patient) -> None:
    _, offer = offered()
    visitor = Visitor()
    visitor.answer(offer.made, lindqvist.birth_date)
    answers = [visitor.post("/download/") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [410] * 2


def test_a_download_that_broke_off_is_not_called_delivered(offered: Callable[..., Any], lindqvist: Patient) -> None:
    release, offer = offered()
    Visitor().answer(offer.made, lindqvist.birth_date)
    link = Link.objects.get()
    pieces = _sent(download(link=link).content, link)
    next(pieces)
    pieces.close()  # the connection is gone: the server asks for no further piece
    release.refresh_from_db()
    assert release.state == ReleaseState.COMMITTED and release.served_at is not None
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert actions.reconcile(now=timezone.now()) == 1
        assert Task.objects.filter(kind=TaskKind.RELEASE_UNCONFIRMED, subject_id=release.pk).exists()


@pytest.mark.parametrize("moment", ["before the code", "after the code", "after the file"])
def test_what_was_taken_back_does_not_leave_and_the_recipient_learns_only_that_the_link_is_dead(
    offered: Callable[..., Any],
    paper: Callable[..., Authorization],
    lindqvist: Patient,
    dana: Staff,
    visitor_out: Visitor,
    moment: str,
) -> None:
    authorization = paper()
    release, offer = offered(authorization=authorization)

    def take_back() -> None:
        record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now(), how="Letter")

    if moment == "before the code":
        take_back()
        answer = visitor_out.answer(offer.made, lindqvist.birth_date)
        wrong = Visitor().answer(offer.made, lindqvist.birth_date, WRONG)
        assert answer.status_code == 200 and product.OUTSIDE_PASS_COOKIE not in answer.cookies
        assert "did not open" in said(answer) and "did not open" in said(wrong)
        assert not Entry.objects.exists() and Link.objects.get().state_words == "Stopped: the authorization was revoked"
        return
    visitor_out.answer(offer.made, lindqvist.birth_date)
    if moment == "after the file":
        bytes_of(visitor_out.post("/download/"))
    take_back()
    answer = visitor_out.post("/download/")
    assert answer.status_code == 410 and SPENT in said(answer) and "revo" not in said(answer).lower()
    release.refresh_from_db()
    assert (release.served_at is None) == (moment == "after the code")


def test_a_new_link_does_not_carry_out_again_what_was_taken_back(
    offered: Callable[..., Any],
    paper: Callable[..., Authorization],
    lindqvist: Patient,
    dana: Staff,
    signed_in: Callable[[Staff], Client],
) -> None:
    """A download broke off, and staff made another link; the patient writes before the recipient fetches it."""
    authorization = paper()
    release, first = offered(authorization=authorization)
    Visitor().answer(first.made, lindqvist.birth_date)
    next(_sent(download(link=Link.objects.get()).content, Link.objects.get()))
    second = offer_download(by=dana, release_id=release.pk, days=3, code_given=CodeGiven.BY_PHONE)
    visitor = Visitor()
    assert visitor.answer(second.made, lindqvist.birth_date).status_code == 302
    record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now(), how="Letter")
    assert visitor.post("/download/").status_code == 410
    links = Link.objects.count()
    with pytest.raises(GateRefused):
        offer_download(by=dana, release_id=release.pk, days=3, code_given=CodeGiven.BY_PHONE)
    page = signed_in(dana).get(f"/releases/{release.pk}/link/").content.decode()
    assert "The gate says no" in page and "Make a new link" not in page
    assert Link.objects.count() == links


@pytest.fixture
def visitor_out() -> Visitor:
    return Visitor()


def test_the_links_maker_must_still_be_somebody_who_may_release(
    offered: Callable[..., Any], lindqvist: Patient, dana: Staff
) -> None:
    _, offer = offered()
    dana.roles = []
    dana.save()
    assert Visitor().answer(offer.made, lindqvist.birth_date).status_code == 200
    assert not Entry.objects.exists()


def test_a_withdrawn_release_takes_its_link_with_it(
    offered: Callable[..., Any], lindqvist: Patient, dana: Staff
) -> None:
    release, offer = offered()
    actions.withdraw_release(by=dana, release_id=release.pk, reason="asked for by mistake")
    assert Visitor().answer(offer.made, lindqvist.birth_date).status_code == 200
    assert not Entry.objects.exists() and Link.objects.get().closed_why == "stopped"


def test_a_new_link_replaces_the_old_and_after_the_commit_it_leads_to_the_same_bytes(
    offered: Callable[..., Any], lindqvist: Patient, dana: Staff
) -> None:
    release, first = offered()
    second = offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.IN_PERSON)
    assert second.passphrase and second.passphrase != first.passphrase
    lost = Visitor()
    assert lost.answer(first.made, lindqvist.birth_date).status_code == 200, "replaced"
    assert lost.answer(second.made, lindqvist.birth_date).status_code == 302
    third = offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.IN_PERSON)
    assert third.passphrase == "", "the bytes stand since the commit"
    assert lost.get("/download/").status_code == 410, "replaced too, although it was open"
    visitor = Visitor()
    visitor.answer(third.made, lindqvist.birth_date)
    content = bytes_of(visitor.post("/download/"))
    entry = Entry.objects.get(kind=EntryKind.DISCLOSURE)  # one hand-over, one entry
    assert sha256(content).hexdigest() == entry.artefact_sha256


def test_who_asked_for_e_mail_only_is_not_telephoned_with_the_code(
    approved: Approved,
    paper: Callable[..., Authorization],
    dana: Staff,
    lindqvist: Patient,
    signed_in: Callable[[Staff], Client],
) -> None:
    record_contact_wish(by=dana, patient=lindqvist, means=Means.EMAIL, value="t@example.org", from_on=today())
    own = paper(recipient_name=lindqvist.legal_name)
    release = approved(method=Method.DOWNLOAD, authorization=own, recipient_name=lindqvist.legal_name)
    with pytest.raises(Refused, match="CONFIDENTIAL_MEANS"):
        offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.BY_PHONE)
    assert offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.IN_PERSON).passphrase
    page, desk = f"/releases/{release.pk}/link/", signed_in(dana)
    assert 'value="by_phone"' not in desk.get(page).content.decode(), "nor is it offered"
    given = {"means": Means.PHONE, "value": "217 555 0101", "from_on": today(), "beside": True}
    record_contact_wish(by=dana, patient=lindqvist, **given)
    shown = desk.get(page).content.decode()
    assert 'value="by_phone"' in shown and "t@example.org or by telephone only: 217 555 0101" in shown
    assert offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.BY_PHONE).made


def test_only_a_release_chosen_as_a_download_leaves_by_a_link(approved: Approved, dana: Staff) -> None:
    release = approved(method=Method.IN_PERSON)
    with pytest.raises(Refused, match="NOT_BY_LINK"):
        offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.BY_PHONE)
    assert not Link.objects.exists()


def test_staff_make_the_link_on_a_page_that_shows_it_once(
    approved: Approved, dana: Staff, lindqvist: Patient, signed_in: Callable[[Staff], Client]
) -> None:
    release, client = approved(method=Method.DOWNLOAD), signed_in(dana)
    assert client.get(f"/releases/{release.pk}/hand-over/")["Location"] == f"/releases/{release.pk}/link/"
    shown = client.post(f"/releases/{release.pk}/link/", {"code_given": "by_phone", "days": "3"}).content.decode()
    link = Link.objects.get()
    assert product.OUTSIDE_ADDRESS in shown and "passphrase" in shown
    later = client.get(f"/releases/{release.pk}/link/").content.decode()
    assert f"{product.OUTSIDE_ADDRESS}/l/" not in later and "Waiting to be opened" in later
    opened = client.get(f"/releases/{release.pk}/")
    assert "Waiting to be opened" in opened.content.decode()
    assert client.post(f"/links/{link.pk}/").status_code == 302
    assert Link.objects.get().closed_why == "stopped"
    bad = client.post(f"/releases/{release.pk}/link/", {"days": "3"})
    assert "Say how you give the code." in bad.content.decode()


# --- fax, and what comes back


def test_a_fax_asks_for_its_number_and_keeps_it(
    chart: Patient, dana: Staff, hale: Staff, paper: Callable[..., Authorization], signed_in: Callable[[Staff], Client]
) -> None:
    from tests.releases.conftest import note_keys

    authorization, client = paper(), signed_in(dana)
    url = f"/releases/patients/{chart.pk}/new/?basis={authorization.pk}"
    data = {
        "recipient_name": authorization.recipient_name,
        "recipient_kind": "attorney",
        "recipient_address": "12 Court Street",
        "purpose": authorization.purpose,
        "identity_verified": "called back",
        "method": "fax",
        "approver": str(hale.pk),
        "items": note_keys(chart),
    }
    refused = client.post(url, data)
    assert refused.status_code == 200 and "Give the fax number" in refused.content.decode()
    assert client.post(url, data | {"fax_number": "(217) 555-0177"}).status_code == 302
    assert Release.objects.get().fax_number == "(217) 555-0177"


@pytest.mark.parametrize(
    ("looks", "kinds"),
    [
        ("unopened", {TaskKind.RELEASE_RETURNED}),
        ("opened", {TaskKind.RELEASE_RETURNED, TaskKind.INCIDENT_REVIEW}),
    ],
)
def test_what_comes_back_is_somebodys_task_and_an_incident_when_it_was_open(
    approved: Approved, dana: Staff, signed_in: Callable[[Staff], Client], looks: str, kinds: set[str]
) -> None:
    release, client = approved(method=Method.MAIL), signed_in(dana)
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    url, today = f"/releases/{release.pk}/close/", timezone.localdate().isoformat()
    missing = client.post(url, {"outcome": "returned", "on": today, "reason": "Moved, left no address"})
    assert "Say whether somebody may have opened it." in missing.content.decode()
    data = {"outcome": "returned", "on": today, "reason": "Moved, left no address", "came_back": looks}
    assert client.post(url, data).status_code == 302
    open_tasks = Task.objects.filter(subject_id=release.pk, state="open")
    assert set(open_tasks.values_list("kind", flat=True)) == kinds
    leaf = Entry.objects.get(kind=EntryKind.DELIVERY)
    assert leaf.public["delivered"] is False
    assert "Not settled yet" in client.get(f"/releases/{release.pk}/").content.decode()
    page = client.post(f"/releases/{release.pk}/returned/", {"done": ""})
    assert "Say what was done." in page.content.decode()
    client.post(f"/releases/{release.pk}/returned/", {"done": "Shredded; the patient gives a new address"})
    assert not open_tasks.filter(kind=TaskKind.RELEASE_RETURNED).exists()
    with pytest.raises(Refused, match="NOTHING_CAME_BACK"):
        actions.settle_end(by=dana, release_id=release.pk, done="twice")
