"""Confidential ways on the pages (R-224): what is asked before records, codes and passphrases reach the patient."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.urls import reverse

from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions.way import settle_way
from disclosures.releases.models import Release
from disclosures.releases.queries import asked_of, package_of, verdict_now
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from disclosures.releases.rules.ways import AGREED, wishes
from practice.desk.worklist import home_groups
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.outside.actions import make_link
from practice.outside.models import Link
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.people.actions import record_contact_wish
from practice.people.confidential import Means

from .conftest import draft_of, note_keys, small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_phone_only(dana, chart):
    record_contact_wish(by=dana, patient=chart, means=Means.PHONE, value="217-555-0160", from_on=today())


def test_a_way_the_patient_did_not_speak_of_is_asked_of_them_and_a_later_wish_asks_anew(
    signed_in, dana, hale, chart, by_phone_only
):
    client, url = signed_in(dana), f"{reverse('release-new', args=[chart.pk])}?basis={Basis.B_TO_INDIVIDUAL}"
    assert "by telephone only (217-555-0160)" in client.get(url).content.decode()
    data = {
        "recipient_name": chart.legal_name, "recipient_kind": "patient", "purpose": "Own copy", "method": "download",
        "identity_verified": "known", "approver": hale.pk, "items": note_keys(chart),
    }  # fmt: skip
    page = client.post(url, data)
    assert page.context["decision"].codes() == {"CONFIDENTIAL_ASK"}
    tick = {"way_agreed": page.context["form"].fields["way_agreed"].widget.attrs["value"]}
    assert "555" not in tick["way_agreed"]
    new_number = {"means": Means.PHONE, "value": "217-555-0161", "from_on": today()}
    record_contact_wish(by=dana, patient=chart, **new_number)
    assert client.post(url, data | tick).status_code == 200, "said of another number"
    tick = {"way_agreed": client.get(url).context["form"].fields["way_agreed"].widget.attrs["value"]}
    assert client.post(url, data | tick).status_code == 302
    release = Release.objects.get()
    assert verdict_now(release).allowed
    record_contact_wish(by=dana, patient=chart, means=Means.FAX, value="217-555-0199", from_on=today())
    assert verdict_now(release).codes() == {"CONFIDENTIAL_MEANS"}


def test_calling_the_patient_somebody_else_changes_nothing(signed_in, dana, hale, approved, chart, paper):
    own = paper(recipient_name=chart.legal_name)
    given = {"authorization": own, "recipient_name": chart.legal_name, "recipient_kind": "other"}
    release = approved(method=Method.MAIL, **given)
    assert verdict_now(release).allowed
    record_contact_wish(by=dana, patient=chart, means=Means.EMAIL, value="t@example.org", from_on=today())
    page = signed_in(dana).post(reverse("release-hand-over", args=[release.pk])).content.decode()
    assert "by e-mail only (t@example.org)" in page and "164.522(b)" in page
    release.refresh_from_db()
    assert release.committed_at is None


def test_the_passphrase_of_a_file_is_not_told_by_telephone_to_who_asked_for_e_mail(
    signed_in, dana, approved, chart, paper
):
    client, own = signed_in(dana), paper(recipient_name=chart.legal_name)
    given = {"authorization": own, "recipient_name": chart.legal_name, "recipient_kind": "patient"}
    release = approved(method=Method.LOCKED_FILE, **given)
    page = reverse("release-hand-over", args=[release.pk])
    assert "How you give them the passphrase" not in client.get(page).content.decode(), "no wish, no question"
    record_contact_wish(
        by=dana, patient=chart, means=Means.EMAIL, value="t@example.org", from_on=today() - timedelta(days=1)
    )
    assert "How you give them the passphrase" in client.get(page).content.decode()
    lock = reverse("release-lock", args=[release.pk])
    for told, words in (("", "Say how you give the passphrase"), ("by_phone", "Give it in person")):
        assert words in client.post(lock, {"told": told}).content.decode()
    assert not release.packages.filter(locked=True).exists()
    assert "The passphrase, shown this once" in client.post(lock, {"told": "in_person"}).content.decode()


def test_no_locked_file_is_made_before_the_approval(signed_in, dana, prepared):
    release = prepared(method=Method.LOCKED_FILE)
    assert signed_in(dana).post(reverse("release-lock", args=[release.pk])).status_code == 403


BOX = {"lines": "PO box 77", "city": "Peoria", "state": "IL", "postal_code": "61602"}
TO_PATIENT = {
    "basis": Basis.B_TO_INDIVIDUAL,
    "recipient_kind": RecipientKind.PATIENT,
    "recipient_name": "Tobias Lindqvist",
    "method": Method.MAIL,
    "recipient_address": "9 Home Street\nSpringfield, IL 62704",
}


@pytest.fixture
def asked_after(dana, hale, chart, pdf):
    """A package to the patient was approved; then the patient asked for mail to a box only."""
    draft = draft_of(chart, None, **TO_PATIENT)
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)
    release = actions.approve_release(by=hale, release_id=release.pk, keep=[str(i.pk) for i in release.items.all()])
    record_contact_wish(by=dana, patient=chart, means=Means.MAIL, from_on=today(), **BOX)
    return release


def test_a_wish_after_approval_blocks_on_home_and_page_with_the_way_on(signed_in, dana, asked_after):
    settle = reverse("release-way", args=[asked_after.pk])
    page = signed_in(dana).get(reverse("release-open", args=[asked_after.pk])).content.decode()
    assert "Blocked. The patient asked" in page and settle in page
    lines = [line for group in home_groups(dana) for line in group.lines]
    assert any("Blocked: how it reaches the patient" in line.about for line in lines)
    assert settle in signed_in(dana).get(reverse("release-hand-over", args=[asked_after.pk])).content.decode()


def test_the_place_is_settled_without_preparing_or_reading_anything_anew(
    signed_in, dana, hale, asked_after, monkeypatch
):
    made = small_pdf()
    monkeypatch.setattr("disclosures.releases.actions.way.chart_package", lambda *_, **__: (made, 3))
    client, where = signed_in(dana), reverse("release-way", args=[asked_after.pk])
    wrong = {"method": "mail", "recipient_address": "9 Home Street"}
    assert "another place than this one" in client.post(where, wrong).content.decode()
    client.post(where, wrong | {"recipient_address": "PO box 77\nPeoria, IL 61602"})
    asked_after.refresh_from_db()
    assert (asked_after.approved_by, asked_after.recipient_address[:9]) == (hale, "PO box 77")
    assert package_of(asked_after).pages == 3, "the first page says where it goes"
    assert actions.commit_release(by=dana, release_id=asked_after.pk).sha256 == sha256(made).hexdigest()


TO_BOX = {"method": "locked_file", "address": "PO box 77\nPeoria, IL 61602", "fax_number": "", "agreed": ""}


def with_method(release, method):
    Release.objects.filter(pk=release.pk).update(method=method)
    release.refresh_from_db()
    return release


def test_a_file_that_was_locked_before_the_place_was_settled_does_not_leave(signed_in, dana, asked_after, monkeypatch):
    release = with_method(asked_after, Method.LOCKED_FILE)
    in_person = CodeGiven.IN_PERSON
    actions.lock_package(by=dana, release_id=release.pk, told=in_person)
    old = package_of(release)
    assert old.locked
    made = small_pdf()
    monkeypatch.setattr("disclosures.releases.actions.way.chart_package", lambda *_, **__: (made, 3))
    settle_way(by=dana, release_id=release.pk, **TO_BOX | {"agreed": wishes(asked_of(release))})
    release.refresh_from_db()
    assert package_of(release) is None
    page = signed_in(dana).get(reverse("release-hand-over", args=[release.pk]))
    assert page.context["must_lock"]
    with pytest.raises(Refused, match="NO_PACKAGE"):
        actions.commit_release(by=dana, release_id=release.pk)
    assert actions.lock_package(by=dana, release_id=release.pk, told=in_person)
    done = actions.commit_release(by=dana, release_id=release.pk)
    assert done.sha256 == package_of(done).sha256 != old.sha256 and package_of(done).pages == 3


def test_a_link_to_a_file_of_the_old_place_is_dead_once_another_is_settled(dana, asked_after, monkeypatch):
    release = with_method(asked_after, Method.DOWNLOAD)
    make_link(
        by=dana, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk, patient=release.patient, days=3,
        code_given=CodeGiven.IN_PERSON,
    )  # fmt: skip
    monkeypatch.setattr("disclosures.releases.actions.way.chart_package", lambda *_, **__: (small_pdf(), 1))
    settle_way(by=dana, release_id=release.pk, **TO_BOX | {"agreed": wishes(asked_of(release))})
    assert Link.objects.get().closed_why == "stopped"


def test_a_package_made_while_another_place_was_settled_is_not_approved(signed_in, dana, hale, chart, pdf, monkeypatch):
    draft = draft_of(chart, None, **TO_PATIENT)
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)

    def meanwhile(*_, **__):
        Release.objects.filter(pk=release.pk).update(recipient_address=TO_BOX["address"])
        return pdf, 1

    monkeypatch.setattr("disclosures.releases.actions.prepare.chart_package", meanwhile)
    client, url = signed_in(hale), reverse("release-approve", args=[release.pk])
    read = {"keep": [str(one.pk) for one in release.items.all()], "read": client.get(url).context["read"]}
    page = client.post(url, read)
    assert "settled anew while its package was made" in page.content.decode()
    assert page.context["release"].recipient_address == TO_BOX["address"]
    assert not release.packages.exists()
    assert client.post(url, read).status_code == 302
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


def test_settling_the_way_takes_back_nothing_that_was_written_meanwhile(dana, asked_after, monkeypatch):
    def meanwhile(*_, **__):
        other = Release.objects.get(pk=asked_after.pk)
        other.facts = {"target": "written meanwhile"}
        other.save()
        return small_pdf(), 1

    monkeypatch.setattr("disclosures.releases.actions.way.chart_package", meanwhile)
    to_box = TO_BOX | {"method": "mail", "agreed": "of these wishes"}
    release = settle_way(by=dana, release_id=asked_after.pk, **to_box)
    release.refresh_from_db()
    assert release.facts == {"target": "written meanwhile", AGREED: "of these wishes"}


def test_what_is_handed_over_has_its_way_settled_no_more(dana, asked_after, monkeypatch):
    asked_after.method = Method.IN_PERSON
    asked_after.save()
    actions.commit_release(by=dana, release_id=asked_after.pk)
    with pytest.raises(Refused, match="WAY_SETTLED"):
        settle_way(by=dana, release_id=asked_after.pk, method="mail", address="PO box 77", fax_number="", agreed="")
