"""What left of a joint or group record on another patient's authorization is found when that one is taken back (R-008).

Ruth Abernathy sat in Tobias Lindqvist's session; his record of it left because she too had authorized it. Her
revocation finds it, without a word of whose record it was.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.taking_back import make_letter
from disclosures.releases.models import Release, Reliance
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.taking_back import stopped_under
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from practice.infrastructure.days import today
from practice.people.actions import start_care
from practice.people.rules import CareRole
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.psychotherapy.actions import approve_package
from tests.psychotherapy.conftest import write_note

from .conftest import LAWYER, draft_of, note_keys
from .test_others import approve, group_note
from .test_taking_back import handed_over, listed, revoke, text_of

pytestmark = pytest.mark.django_db


def names_tobias(text, release):
    return any(word in text for word in ("Tobias", "Lindqvist", release.number))


@pytest.fixture
def theirs(paper, abernathy):
    return paper(patient=abernathy, signer_name="Ruth Abernathy")


@pytest.fixture
def joint(hale, dana, lindqvist, abernathy, paper, theirs, pdf):
    """Tobias's release of the note on their session, approved because Ruth authorized it too."""
    group_note(hale, lindqvist, abernathy)
    draft = draft_of(lindqvist, paper())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    return approve(hale, release)


# --- what is kept


def test_the_authorizations_of_others_are_kept_with_the_release_and_in_the_inner_part_of_its_entry_alone(
    joint, theirs, dana
):
    actions.commit_release(by=dana, release_id=joint.pk)
    (kept,) = Reliance.objects.filter(release=joint)
    assert (kept.authorization, kept.given_out, kept.days) == (theirs, False, [today() - timedelta(days=9)])
    entry = entry_of(joint)
    assert entry.private["authorizations_of_others"] == [str(theirs.pk)]
    assert str(theirs.pk) not in str(entry.public)
    actions.deliver(by=dana, release_id=joint.pk)
    actions.deliver(by=dana, release_id=joint.pk)
    assert list(Reliance.objects.values_list("authorization", "given_out")) == [(theirs.pk, False), (theirs.pk, True)]


def test_a_release_of_one_patient_alone_rests_on_nobody_else(approved, dana):
    release = handed_over(approved(), dana)
    assert not Reliance.objects.exists()
    assert "authorizations_of_others" not in entry_of(release).private


def test_what_was_relied_on_is_never_changed_or_taken_away(joint, dana):
    actions.commit_release(by=dana, release_id=joint.pk)
    for change in (lambda rows: rows.update(given_out=True), lambda rows: rows.delete()):
        with pytest.raises(Exception, match=r"permission denied|stays written down"), transaction.atomic():
            change(Reliance.objects.all())
    with pytest.raises(IntegrityError), transaction.atomic():
        Reliance.objects.create(release=joint, authorization=joint.reliances.get().authorization, days=[today()])


# --- what their revocation finds


def test_their_revocation_finds_what_left_and_asks_to_tell_its_recipient_without_naming_whose_record_it_was(
    joint, theirs, dana, signed_in
):
    release = handed_over(joint, dana)
    event = revoke(theirs, dana)
    (one,) = listed(event)
    assert (one.release, one.recipient, one.on, one.late) == (release, LAWYER, today(), False)
    assert list(event.notices.values_list("recipient_name", flat=True)) == [LAWYER]
    day = today() - timedelta(days=9)
    words = f"the joint or group session of {day:%b} {day.day}, {day.year} that speak of"
    page = signed_in(dana).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert f"Records of {words} the patient" in page
    assert not names_tobias(page, release)
    letter = make_letter(by=dana, event=event)
    said = text_of(bytes(letter.pdf))
    assert f"Records of {words} you" in said and LAWYER in said
    assert letter.listed == 1
    assert not names_tobias(said, release)


def test_who_cares_for_them_alone_is_told_what_left_and_not_given_a_way_to_the_other_patient(
    joint, theirs, dana, osei, signed_in
):
    release = handed_over(joint, dana)
    event = revoke(theirs, dana)
    page = signed_in(osei).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "the joint or group session of" in page
    assert str(release.pk) not in page and str(release.patient_id) not in page
    assert not names_tobias(page, release)


def test_a_recipient_who_is_the_other_patient_is_told_in_the_words_of_their_own_form(
    hale, dana, lindqvist, abernathy, paper, pdf
):
    group_note(hale, lindqvist, abernathy)
    facts = {"within_class": "yes"}
    theirs = paper(
        patient=abernathy,
        signer_name="Ruth Abernathy",
        recipient_name="Tobias Lindqvist",
        recipient_class="Members of my group",
    )
    own = paper(recipient_name="", recipient_class="Members of my group")
    draft = draft_of(lindqvist, own, recipient_name="Tobias Lindqvist", facts=facts, recipient_address="9 Oak Lane")
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    handed_over(approve(hale, release), dana)
    event = revoke(theirs, dana)
    (one,) = listed(event)
    assert (one.recipient, one.address) == ("Members of my group", theirs.recipient_address)


def test_what_left_after_their_revocation_was_received_goes_to_the_compliance_officer(joint, theirs, dana):
    release = handed_over(joint, dana)
    event = revoke(theirs, dana, received_at=timezone.now() - timedelta(hours=2))
    assert [one.late for one in listed(event)] == [True]
    assert Task.objects.filter(kind=TaskKind.INCIDENT_REVIEW, subject_id=release.pk).exists()


def test_what_was_given_out_on_their_second_paper_is_not_held_against_the_first(joint, theirs, dana, abernathy, paper):
    actions.commit_release(by=dana, release_id=joint.pk)
    event = revoke(theirs, dana)
    with pytest.raises(GateRefused):
        actions.deliver(by=dana, release_id=joint.pk)
    second = paper(patient=abernathy, signer_name="Ruth Abernathy")
    actions.deliver(by=dana, release_id=joint.pk)
    assert listed(event) == []
    assert [one.release for one in listed(revoke(second, dana))] == [joint]


# --- what waits


@pytest.mark.parametrize("committed", [False, True])
def test_their_revocation_stops_the_package_and_its_pages_say_so_without_naming_anybody(
    joint, theirs, dana, signed_in, abernathy, paper, committed
):
    if committed:
        actions.commit_release(by=dana, release_id=joint.pk)
    event = revoke(theirs, dana)
    said = "It also speaks of another patient whose authorization for this release is missing."
    client = signed_in(dana)
    page = client.get(reverse("release-open", args=[joint.pk])).content.decode()
    assert said in page
    assert "Abernathy" not in page and "Get the package" not in page and "Hand over</a>" not in page
    assert said in client.get(reverse("release-list-all")).content.decode()
    home = client.get(reverse("home")).content.decode()
    assert committed or "Blocked: another patient’s authorization is missing" in home
    tasks = Task.objects.filter(kind=TaskKind.RELEASE_HAND_OVER, subject_id=joint.pk, state=TaskState.OPEN)
    assert tasks.exists() != committed, "Tobias still asks for his records: preparing them anew stays somebody's work"
    (stopped,) = stopped_under(theirs, dana)
    assert stopped.release == joint
    page = client.get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "It cannot be handed over any more." in page
    assert not names_tobias(page, joint)
    paper(patient=abernathy, signer_name="Ruth Abernathy")
    assert said not in client.get(reverse("release-open", args=[joint.pk])).content.decode()
    assert stopped_under(theirs, dana) == []


def test_a_release_still_to_be_read_is_not_blocked_by_it_since_what_speaks_of_them_can_be_left_out(
    hale, dana, lindqvist, abernathy, paper, signed_in
):
    group_note(hale, lindqvist, abernathy)
    draft = draft_of(lindqvist, paper())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    page = signed_in(hale).get(reverse("release-open", args=[release.pk])).content.decode()
    assert "Read and approve</a>" in page


# --- psychotherapy notes


@pytest.mark.committing
def test_a_joint_psychotherapy_note_is_found_by_the_others_revocation_for_its_own_people_alone(
    hale, dana, castellanos, solo, lindqvist, abernathy, paper, signed_in
):
    start_care(by=dana, patient=abernathy, staff=hale, role=CareRole.TREATING, from_on=today())
    own, theirs = paper(notes=True), paper(notes=True, patient=abernathy, signer_name="Ruth Abernathy")
    note = write_note(hale, lindqvist, abernathy, text="They argued", session_on=today())

    def pack():
        package = approve_package(
            by=hale, authorization=own, package_id=uuid4(), note_ids=[note], recipient=LAWYER, named_staff=[dana],
            on=today(),
        )  # fmt: skip
        return package.cover.id

    def commit(package):
        desk = Release(recipient_kind=RecipientKind.ATTORNEY, identity_verified="card", method=Method.LOCKED_FILE)
        return actions.commit_notes_package(by=dana, package_id=package, release=desk)

    left, committed, waiting = commit(pack()), commit(pack()), pack()
    actions.deliver(by=dana, release_id=left.pk)
    assert entry_of(left).private["authorizations_of_others"] == [str(theirs.pk)]
    event = revoke(theirs, dana)
    assert [one.release for one in listed(event)] == [left]
    assert list(event.notices.values_list("recipient_name", "officer_only")) == [(LAWYER, False)], "she named them"
    pages = {one: signed_in(one).get(reverse("revocation-open", args=[event.pk])) for one in (hale, castellanos, dana)}
    for page in pages.values():  # author, officer, and who handed it over
        assert "Psychotherapy notes of the joint or group session of" in page.content.decode()
        assert not names_tobias(page.content.decode(), left)
    assert {(one.release, one.package) for one in stopped_under(theirs, dana)} == {(committed, None), (None, waiting)}
    solo.roles = ["front_desk"]
    solo.save()
    page = signed_in(solo).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "Nothing that you may see." in page and "joint or group session" not in page
    said = "It also speaks of another patient whose authorization for this release is missing."
    desk, author = signed_in(dana), signed_in(hale)
    for client, name, about in (
        (desk, "notes-hand-over", waiting), (desk, "release-list-all", None), (desk, "release-open", committed.pk),
        (author, "psychotherapy-package-list", None),
    ):  # fmt: skip
        assert said in client.get(reverse(name, args=[about] if about else [])).content.decode(), name
    assert "Blocked: another patient’s authorization is missing" in desk.get(reverse("home")).content.decode()
    assert Release.objects.get(pk=committed.pk).state == ReleaseState.COMMITTED
