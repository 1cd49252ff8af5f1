"""What left of somebody else in a patient's release is in that person's own accounting, and names nobody but them."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from disclosures.ledger.actions import end_suspension, supersede, suspend
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from disclosures.ledger.queries import history
from disclosures.ledger.rules import Basis
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from disclosures.releases import actions
from disclosures.releases.actions.ledger import particulars_of
from disclosures.releases.actions.without_authorization import pack_without_authorization
from disclosures.releases.documents.package import _cover_context
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.named import entries_about_others
from disclosures.releases.rules import Method, RecipientKind
from practice.infrastructure.days import today
from practice.people.actions import start_care
from practice.people.rules import CareRole
from records.psychotherapy.actions import approve_package
from records.psychotherapy.rules import describe_release
from tests.files import pdf as file
from tests.psychotherapy.conftest import write_note
from tests.releases.test_without_authorization import claimed

from .conftest import draft_of, note_keys
from .test_others import RUTH, approve, group_note
from .test_taking_back import listed, revoke

pytestmark = pytest.mark.django_db
DESK = {"identity_verified": "badge", "method": Method.LOCKED_FILE, "recipient_kind": RecipientKind.ATTORNEY}
ALONE, TOGETHER = today() - timedelta(days=30), today() - timedelta(days=9)


def names(patient, text):
    return any(word in str(text) for word in (patient.legal_name, *patient.legal_name.split()))


@pytest.fixture
def both(hale, dana, lindqvist, abernathy, monkeypatch):
    """A note about Tobias alone, and one of a session with Ruth."""
    for module in ("disclosures.releases.actions.without_authorization", "records.psychotherapy.actions"):
        monkeypatch.setattr(f"{module}.package_pdf", lambda *args, **more: file())
    start_care(by=dana, patient=abernathy, staff=hale, role=CareRole.TREATING, from_on=today())
    return [
        write_note(hale, lindqvist, session_on=ALONE),
        write_note(hale, lindqvist, abernathy, session_on=TOGETHER),
    ]


@pytest.fixture
def to_hhs(both, hale, dana, lindqvist):
    """Both, given to HHS, which sees notes as they are."""
    claim = claimed(lindqvist, Basis.B_HHS, purpose="Complaint of Tobias Lindqvist")
    made = pack_without_authorization(
        by=hale, release=claim, package_id=uuid4(), note_ids=both, named_staff=[dana], ground="HHS", on=today()
    )
    release = actions.commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**DESK))
    actions.deliver(by=dana, release_id=release.pk)
    return release


def test_who_is_spoken_of_has_an_entry_of_their_own_sessions_and_no_word_of_the_other(
    to_hhs, lindqvist, abernathy, hale, castellanos, dana, signed_in
):
    his, hers = Entry.objects.filter(kind=EntryKind.DISCLOSURE).order_by("index")
    assert (his.patient_id, hers.patient_id) == (lindqvist.pk, abernathy.pk)
    assert (entry_of(to_hhs), entries_about_others(to_hhs)) == (his, [hers])
    assert (his.public["what"], hers.public["what"]) == (
        describe_release([ALONE, TOGETHER]), describe_release([TOGETHER]),
    )  # fmt: skip
    assert (his.public["purpose"], hers.public["purpose"]) == (
        "Complaint of Tobias Lindqvist", str(Basis.B_HHS.label),
    )  # fmt: skip
    assert (hers.basis, hers.artefact_sha256, hers.rule_accountable) == (Basis.B_HHS, to_hhs.sha256, True)
    assert not names(lindqvist, hers.body) and str(lindqvist.pk) not in hers.body
    for one in (hale, castellanos):
        page = signed_in(one).get(reverse("disclosure-open", args=[hers.pk]))
        assert page.status_code == 200 and not names(lindqvist, page.content.decode())
    assert signed_in(dana).get(reverse("disclosure-open", args=[hers.pk])).status_code == 404
    assert _cover_context(to_hhs, [])["named_with"] == [], "the sheet on top of his records names him alone"


def test_how_it_ended_and_what_is_corrected_goes_along_in_words_that_name_nobody(
    to_hhs, lindqvist, abernathy, dana, castellanos, signed_in
):
    actions.close_release(
        by=dana, release_id=to_hhs.pk, delivered=True, on=today(), receipt="Signed for Tobias Lindqvist"
    )
    (hers,) = history(abernathy.pk).current
    assert hers.delivered and not names(lindqvist, hers.delivery.internal)
    (his,) = history(lindqvist.pk).current
    page = signed_in(castellanos).get(reverse("disclosure-correct", args=[his.entry.pk])).content.decode()
    assert "speaks of 1 other patient" in page and not names(abernathy, page)
    given = {
        "disclosed_on": str(today()), "recipient_name": "OCR, Region IX", "recipient_address": "", "basis": "B_HHS",
        "description": his.entry.public["what"], "purpose": "Tobias Lindqvist's complaint", "reason": "Not Region V",
    }  # fmt: skip
    signed_in(castellanos).post(reverse("disclosure-correct", args=[his.entry.pk]), given)
    (hers,) = history(abernathy.pk).current
    assert hers.entry.public["recipient"]["name"] == "OCR, Region IX" and hers.delivered
    assert hers.entry.public["what"] == describe_release([TOGETHER]) and not names(lindqvist, hers.entry.body)
    assert not names(lindqvist, hers.corrections[0].reason)
    assert len(entries_about_others(to_hhs)) == 1
    (his,) = history(lindqvist.pk).current
    supersede(by=castellanos, entry_id=hers.entry.pk, reason="She was not there", replacement=None)
    assert history(abernathy.pk).current == () and len(history(lindqvist.pk).current) == 1, "hers alone"
    supersede(by=castellanos, entry_id=his.entry.pk, reason="It never left", replacement=None)
    assert history(lindqvist.pk).current == ()


def test_what_left_with_their_own_authorization_is_entered_as_theirs_and_found_when_they_take_it_back(
    both, hale, dana, lindqvist, abernathy, paper, signed_in
):
    own, theirs = paper(notes=True), paper(notes=True, patient=abernathy, **RUTH)
    made = approve_package(
        by=hale, authorization=own, package_id=uuid4(), note_ids=both, recipient=own.recipient_name,
        named_staff=[dana], on=today(),
    )  # fmt: skip
    release = actions.commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**DESK))
    actions.deliver(by=dana, release_id=release.pk)
    (hers,) = entries_about_others(release)
    assert (hers.basis, hers.public["purpose"]) == (Basis.B_AUTHORIZATION, theirs.purpose)
    assert hers.public["what"] == describe_release([TOGETHER]) and hers.private["authorization"] == str(theirs.pk)
    event = revoke(theirs, dana)
    (one,) = listed(event)
    assert (one.release, one.disclosure.entry, one.joint) == (release, hers, (TOGETHER,))
    (one,) = listed(revoke(own, dana))
    assert one.disclosure.entry == entry_of(release)


def test_where_a_patient_is_reached_stands_in_nobody_elses_entry_also_after_a_correction(
    both, hale, dana, castellanos, lindqvist, abernathy, paper
):
    hidden = "c/o Harbor House, PO Box 9, Springfield"
    own = paper(notes=True, recipient_name="Tobias Lindqvist", recipient_address=hidden)
    paper(notes=True, patient=abernathy, **(RUTH | {"recipient_name": "Tobias Lindqvist", "recipient_address": ""}))
    made = approve_package(
        by=hale, authorization=own, package_id=uuid4(), note_ids=both, recipient=own.recipient_name,
        named_staff=[dana], on=today(),
    )  # fmt: skip
    said = DESK | {"recipient_kind": RecipientKind.PATIENT, "recipient_address": hidden}
    release = actions.commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**said))
    (hers,) = entries_about_others(release)
    assert "Harbor" in entry_of(release).body and "Harbor" not in hers.body
    assert hers.public["recipient"] == {
        "name": "Tobias Lindqvist", "type": "", "address": "", "address_known": False
    }  # fmt: skip
    (his,) = history(lindqvist.pk).current
    corrected = replace(particulars_of(release), description=his.entry.public["what"], pn_authors=(hale.pk,))
    supersede(by=castellanos, entry_id=his.entry.pk, reason="Purpose", replacement=corrected)
    (hers,) = history(abernathy.pk).current
    assert "Harbor" not in hers.entry.body


def test_what_an_agency_asks_to_keep_back_is_kept_back_for_everybody_the_release_speaks_of(
    both, hale, dana, castellanos, lindqvist, abernathy
):
    claim = claimed(lindqvist, Basis.B_OVERSIGHT, purpose="Complaint")
    claim.facts |= {"originator_under_review": str(hale.pk)}
    made = pack_without_authorization(
        by=hale, release=claim, package_id=uuid4(), note_ids=both, named_staff=[dana], ground="Board", on=today()
    )
    release = actions.commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**DESK))
    statement = Suspension(SuspensionKind.SUSP_WRITTEN, today(), today(), today() + timedelta(days=60), True)
    kept = suspend(by=castellanos, entry_id=entry_of(release).pk, statement=statement, agency="Licensing Board")

    def held():
        return [history(one.pk).current[0].suspended_on(today() + timedelta(days=1)) for one in (lindqvist, abernathy)]

    assert held() == [True, True]
    end_suspension(
        by=castellanos, entry_id=entry_of(release).pk, suspension_id=kept.pk, last_day=today(), reason="By letter"
    )
    assert held() == [False, False]


@pytest.mark.parametrize("basis", [Basis.B_OVERSIGHT, Basis.B_AUTHORIZATION])
def test_of_the_chart_they_have_one_where_the_rule_asks_for_it(
    hale, dana, lindqvist, abernathy, paper, pdf, signed_in, basis
):
    group_note(hale, lindqvist, abernathy)
    draft = draft_of(lindqvist, paper())
    if basis == Basis.B_AUTHORIZATION:
        paper(patient=abernathy, **RUTH)
    else:
        draft.basis, draft.authorization, draft.recipient_kind = basis, None, RecipientKind.AGENCY
        draft.facts = dict.fromkeys(("agency", "legal_authority", "about_health_care", "authority", "request"), "said")
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    approve(hale, release)
    actions.commit_release(by=dana, release_id=release.pk)
    found = entries_about_others(release)
    assert bool(found) == (basis == Basis.B_OVERSIGHT)
    for one in found:
        day = TOGETHER
        said = f"Records of the joint or group session of {day:%b} {day.day}, {day.year}"
        assert (one.patient_id, one.public["what"], one.rule_accountable) == (abernathy.pk, said, True)
        assert not names(lindqvist, one.body)
        page = signed_in(dana).get(reverse("release-open", args=[release.pk])).content.decode()
        assert abernathy.legal_name in page and f"entry {one.index}" in page
