"""A package of psychotherapy notes: its author approves, the front desk hands over a locked file it cannot open."""

from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django.utils import timezone

from authorizations.actions import record_revocation
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.models import ChartPackage, Release
from disclosures.releases.policies import releases_visible_to
from disclosures.releases.queries import covers_to_hand_over, entry_of
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind
from records.psychotherapy import vault
from records.psychotherapy.actions import approve_package
from records.psychotherapy.models import Event
from tests.psychotherapy.conftest import write_note

from .conftest import LAWYER

pytestmark = [pytest.mark.django_db, pytest.mark.committing]
CANARY = "the kingfisher said nothing at all"


@pytest.fixture
def package(hale, dana, lindqvist, paper):
    """A note of Dr. Hale's, packed for the lawyer, with Dana named to hand it over; passphrase kept by the test."""
    authorization = paper(notes=True)
    note = write_note(hale, lindqvist, text=CANARY, session_on=today())
    return approve_package(
        by=hale,
        authorization=authorization,
        package_id=uuid4(),
        note_ids=[note],
        recipient=LAWYER,
        named_staff=[dana],
        on=today(),
    )


def at_the_desk():
    """What the person at the desk fills in."""
    return Release(
        recipient_kind=RecipientKind.ATTORNEY, identity_verified="identity card seen", method=Method.LOCKED_FILE
    )


def test_until_it_is_committed_only_the_named_staff_learn_of_it(package, dana, hale, osei, castellanos):
    covers = covers_to_hand_over(dana)
    assert [cover.id for cover, _ in covers] == [package.cover.id]
    for person in (hale, osei, castellanos):
        assert covers_to_hand_over(person) == []
    assert not Release.objects.exists()
    assert not Task.objects.exclude(kind=TaskKind.AUTHORIZATION_COPY).exists()
    assert not Entry.objects.exists()


def test_the_front_desk_hands_over_the_exact_file_the_author_approved_and_cannot_open_it(package, dana):
    release = actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    entry = entry_of(release)
    assert (entry.basis, entry.includes_pn) == (Basis.B_AUTHORIZATION, True)
    assert entry.artefact_sha256 == package.cover.sha256
    assert entry.private["pn_authors"] == [str(package.cover.author)]
    given = actions.deliver(by=dana, release_id=release.pk).content
    assert sha256(given).hexdigest() == package.cover.sha256
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(given))
    with pikepdf.open(BytesIO(given), password=package.passphrase) as document:
        assert len(document.pages) >= 1
    actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today(), receipt="signed for")
    assert covers_to_hand_over(dana) == []


def test_notes_leave_under_a_form_in_other_words_only_once_their_author_said_that_it_means_us(
    hale, dana, lindqvist, paper
):
    form = paper(notes=True, discloser="The Cedar Street clinic")
    note = write_note(hale, lindqvist, text=CANARY, session_on=today())
    asked = {"by": hale, "authorization": form, "note_ids": [note], "recipient": LAWYER, "named_staff": [dana]}
    with pytest.raises(vault.NotReleasable, match="AUTH_NOT_THIS_DISCLOSER"):
        approve_package(**asked, package_id=uuid4(), on=today())
    made = approve_package(**asked, package_id=uuid4(), on=today(), us_in_other_words=True)
    release = actions.commit_notes_package(by=dana, package_id=made.cover.id, release=at_the_desk())
    assert release.facts["within_discloser"] == "yes" and entry_of(release).basis == Basis.B_AUTHORIZATION


def test_nothing_of_the_notes_is_kept_on_this_side(package, dana):
    release = actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    actions.deliver(by=dana, release_id=release.pk)
    assert not ChartPackage.objects.exists()
    assert not release.items.exists()
    kept = " ".join(str(row) for row in Entry.objects.values_list("body", "internal"))
    kept += " ".join(str(row) for row in AuditEntry.objects.values_list("object_repr", "changes", "detail"))
    for secret in (CANARY, package.passphrase, *(str(note) for note, _ in package.cover.items)):
        assert secret not in kept


def test_it_is_seen_by_author_who_handed_it_over_and_compliance_officer(package, dana, hale, osei, brook, castellanos):
    release = actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    seen = [person.username for person in (dana, hale, osei, brook, castellanos)
            if releases_visible_to(person).filter(pk=release.pk).exists()]  # fmt: skip
    assert seen == ["dana", "hale", "castellanos"]


@pytest.mark.parametrize("who", ["hale", "osei", "castellanos", "brook"])
def test_nobody_else_commits_it(package, request, who):
    person = request.getfixturevalue(who)
    with pytest.raises(Refused, match="NOTHING_TO_HAND_OVER"):
        actions.commit_notes_package(by=person, package_id=package.cover.id, release=at_the_desk())
    assert not Entry.objects.exists()


def test_a_package_that_does_not_exist_answers_the_same(dana, lindqvist):
    with pytest.raises(Refused, match="NOTHING_TO_HAND_OVER"):
        actions.commit_notes_package(by=dana, package_id=uuid4(), release=at_the_desk())


def test_it_is_committed_once(package, dana):
    actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    with pytest.raises(Refused, match="NOTHING_TO_HAND_OVER"):
        actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    assert Entry.objects.filter(kind="disclosure").count() == 1


def test_a_withdrawn_package_is_not_handed_over(package, dana, hale):
    assert vault.withdraw_package(hale, package.cover.id)
    with pytest.raises(Refused, match="NOTHING_TO_HAND_OVER"):
        actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())


def test_a_revocation_after_approval_stops_it_and_leaves_it_waiting(package, dana, paper):
    authorization = Release(authorization_id=package.cover.authorization_id).authorization
    record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    assert refused.value.decision.codes() == {"AUTH_DEFECT_REVOKED"}
    assert not Release.objects.exists()
    assert not Entry.objects.exists()
    assert len(covers_to_hand_over(dana)) == 1
    line = AuditEntry.objects.get(event=AuditEvent.REFUSED, patient_id=package.cover.patient)
    assert (line.detail, line.additional_data) == ("gate_refused", None), "no code here that tells of such notes"
    with vault.open_as(dana):
        refused = Event.objects.filter(kind="refused", package=package.cover.id)
        assert [one.detail for one in refused] == ["AUTH_DEFECT_REVOKED"]


def test_a_revocation_before_the_first_byte_still_stops_it(package, dana):
    release = actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused):
        actions.deliver(by=dana, release_id=release.pk)
    actions.close_release(by=dana, release_id=release.pk, delivered=False, on=today(), reason="revoked")
    assert Release.objects.get().state == ReleaseState.NOT_DELIVERED


def test_the_recipients_identity_is_checked_for_notes_too(package, dana):
    release = at_the_desk()
    release.identity_verified = " "
    with pytest.raises(GateRefused) as refused:
        actions.commit_notes_package(by=dana, package_id=package.cover.id, release=release)
    assert refused.value.decision.codes() == {"IDENTITY_UNVERIFIED"}


def test_bytes_of_notes_leave_only_by_who_was_named(package, dana, hale, castellanos):
    release = actions.commit_notes_package(by=dana, package_id=package.cover.id, release=at_the_desk())
    for person in (hale, castellanos):
        with pytest.raises(Refused, match="NO_BYTES"):
            actions.deliver(by=person, release_id=release.pk)
