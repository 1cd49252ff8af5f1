"""What a revocation finds and stops: what was handed over before it stands and is listed, the rest is blocked in words.

W-17 and W-18 from end to end, and the race of sixteen for one authorization.
"""

from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from authorizations.actions import record_revocation
from authorizations.models import AuthorizationEvent
from authorizations.rules import EventKind
from disclosures.ledger.actions import supersede
from disclosures.ledger.models import Entry
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.hand_over import Delivered
from disclosures.releases.actions.taking_back import make_letter, record_letter_sent
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.taking_back import handed_over_under, visible_among
from disclosures.releases.rules import ReleaseState
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.contact import add_address, end_contact_wish, record_contact_wish
from practice.people.confidential import Means
from practice.people.rules import AddressUse
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.psychotherapy.actions import approve_package
from tests.psychotherapy.conftest import write_note

from .conftest import LAWYER, draft_of

pytestmark = pytest.mark.django_db


def handed_over(release, by):
    """Committed, and its first byte given out."""
    actions.commit_release(by=by, release_id=release.pk)
    actions.deliver(by=by, release_id=release.pk)
    release.refresh_from_db()
    return release


def revoke(authorization, by, **changes):
    given = {"written": True, "received_at": timezone.now(), "how": "Letter by mail"} | changes
    return record_revocation(by=by, authorization=authorization, **given)


def listed(event):
    return handed_over_under(event.authorization, event.received_at)


def open_kinds(subject):
    return {task.kind for task in Task.objects.filter(subject_id=subject.pk, state=TaskState.OPEN)}


# --- what stands, what is stopped


def test_w17_what_was_handed_over_before_the_minute_of_receipt_is_listed_and_the_rest_is_blocked(approved, paper, dana):
    authorization = paper()
    sent = handed_over(approved(authorization=authorization), dana)
    scheduled, committed = approved(authorization=authorization), approved(authorization=authorization)
    actions.commit_release(by=dana, release_id=committed.pk)  # entered, and nothing given out yet
    event = revoke(authorization, dana)
    (one,) = listed(event)
    assert (one.release, one.recipient, one.on, one.late) == (sent, LAWYER, today(), False)
    assert one.description == entry_of(sent).public["what"]
    with pytest.raises(GateRefused) as refused:
        actions.commit_release(by=dana, release_id=scheduled.pk)
    assert refused.value.decision.codes() == {"AUTH_DEFECT_REVOKED"}
    with pytest.raises(GateRefused):
        actions.deliver(by=dana, release_id=committed.pk)
    assert open_kinds(scheduled) == set(), "handing it over is nobody's work any more"
    assert TaskKind.REVOCATION_LETTER in open_kinds(event)


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (1, True), (90, True)])
def test_what_left_after_the_receipt_and_before_it_was_entered_goes_to_the_compliance_officer(
    approved, dana, minutes, late
):
    release = handed_over(approved(), dana)
    received = (timezone.now() - timedelta(hours=3)).replace(second=0, microsecond=0)
    Release.objects.filter(pk=release.pk).update(
        served_at=received + timedelta(minutes=minutes, seconds=20 if minutes < 1 else 0)
    )
    event = revoke(release.authorization, dana, received_at=received)
    assert [one.late for one in listed(event)] == [late]
    assert (TaskKind.INCIDENT_REVIEW in open_kinds(release)) == late


def test_an_entry_withdrawn_from_the_ledger_is_not_reliance(approved, dana, castellanos):
    release = handed_over(approved(), dana)
    supersede(by=castellanos, entry_id=entry_of(release).pk, reason="Entered by mistake.", replacement=None)
    assert listed(revoke(release.authorization, dana)) == []


def test_who_actually_received_something_must_be_told_too_and_the_patient_not(approved, paper, dana, lindqvist):
    authorization = paper(recipient_name="", recipient_class="Attorneys of the patient")
    facts = {"within_class": "yes"}
    handed_over(approved(authorization=authorization, recipient_name="J. Stone", facts=facts), dana)
    event = revoke(authorization, dana)
    assert list(event.notices.values_list("recipient_name", "officer_only")) == [("J. Stone", False)]


# --- psychotherapy notes: as the ledger says them, to whom the ledger shows them


@pytest.fixture
def sealed(dana, hale, lindqvist, paper):
    """`sealed()`: an authorization for psychotherapy notes and the package its author approved for front desk."""

    def make(**changes):
        authorization = paper(notes=True, **changes)
        note, package = write_note(hale, lindqvist, session_on=today()), uuid4()
        approve_package(
            by=hale, authorization=authorization, package_id=package, note_ids=[note], recipient=LAWYER,
            named_staff=[dana], on=today(),
        )  # fmt: skip
        return authorization, package

    return make


def hand_over_notes(package, patient, by):
    draft = draft_of(patient, None)
    return actions.commit_notes_package(by=by, package_id=package, release=draft)


@pytest.mark.committing
def test_a_revocation_blocks_sealed_packages_and_lists_sealed_releases_to_their_own_people_alone(
    sealed, signed_in, dana, hale, castellanos, lindqvist, solo
):
    """One committed for real: the vault keeps its own transaction."""
    authorization, package = sealed()
    handed = hand_over_notes(package, lindqvist, dana)
    actions.deliver(by=dana, release_id=handed.pk)
    event = revoke(authorization, dana)
    entries = listed(event)
    assert [one.is_notes for one in entries] == [True]
    for person in (hale, castellanos, dana):  # author, officer, who handed it over
        assert visible_among(person, entries)
    assert not visible_among(solo_desk(solo), entries)
    with pytest.raises(Refused, match="CONFIRMED_BY_OFFICER"):
        make_letter(by=dana, event=event)
    waiting, second = sealed()
    revoke(waiting, dana)
    desk, author = signed_in(dana), signed_in(hale)
    page = desk.get(reverse("notes-hand-over", args=[second])).content.decode()
    assert "This package cannot be handed over." in page
    assert "Hand over and enter in the ledger" not in page
    assert "Blocked" in desk.get(reverse("release-list-all")).content.decode()
    assert "Blocked" in author.get(reverse("psychotherapy-package-list")).content.decode()
    with pytest.raises(GateRefused) as refused:
        hand_over_notes(second, lindqvist, dana)
    assert "AUTH_DEFECT_REVOKED" in refused.value.decision.codes()


def solo_desk(solo):
    """Somebody at the desk who had no part in it."""
    solo.roles = ["front_desk"]
    solo.save()
    return solo


def test_front_desk_reads_the_same_of_an_authorization_for_notes_whether_any_were_released_or_not(
    signed_in, paper, dana, castellanos
):
    event = revoke(paper(notes=True), dana)
    page = signed_in(dana).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "Nothing that you may see." in page
    assert "The compliance officer sends the patient a letter" in page
    officer = signed_in(castellanos).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "Nothing was handed over under this authorization." in officer
    assert "Make the letter" in officer
    assert Task.objects.get(kind=TaskKind.REVOCATION_LETTER).role == "compliance_officer"


# --- the letter to the patient


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_letter_lists_what_was_released_says_nothing_of_what_waits_and_goes_to_the_confidential_address(
    approved, paper, dana, lindqvist, signed_in
):
    authorization = paper()
    handed_over(approved(authorization=authorization), dana)
    approved(authorization=authorization, purpose="Custody case 24-D-118", recipient_address="9 Nowhere Lane")
    for use, lines in ((AddressUse.HOME, "77 Home Street"), (AddressUse.CONFIDENTIAL, "PO Box 12")):
        add_address(
            by=dana, patient=lindqvist, use=use, lines=lines, city="Peoria", state="IL", postal_code="61602",
            country="US", from_on=today() - timedelta(days=3),
        )  # fmt: skip
    event = revoke(authorization, dana)
    home = signed_in(dana)
    assert "Make the letter" in home.get(reverse("home")).content.decode()
    letter = make_letter(by=dana, event=event)
    shown = home.get(reverse("home")).content.decode()
    assert "Say it was sent" in shown and "Make the letter" not in shown
    words = text_of(bytes(letter.pdf))
    assert "PO Box 12" in words
    assert "77 Home Street" not in words
    assert LAWYER in words
    assert "2 documents of the chart" in words
    assert words.count("documents of the chart") == 1
    assert "Nowhere Lane" not in words
    assert (letter.listed, letter.number) == (1, f"REV-{today().year}-0001")
    assert PdfReader(BytesIO(bytes(letter.pdf))).trailer["/Root"]["/MarkInfo"]["/Marked"], "tagged"
    for on, how, code in [(today(), " ", "EVENT_WITHOUT_WORDS"), (today() + timedelta(days=1), "Mail", "WRONG_DAY")]:
        with pytest.raises(Refused, match=code):
            record_letter_sent(by=dana, letter_id=letter.pk, sent_on=on, how=how)
    record_contact_wish(by=dana, patient=lindqvist, means=Means.EMAIL, value="t@example.org", from_on=today())
    page = signed_in(dana).get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "Not where the patient wants letters now: make a new one" in page
    with pytest.raises(Refused, match="LETTER_GOES_ELSEWHERE"):
        record_letter_sent(by=dana, letter_id=letter.pk, sent_on=today(), how="By mail")
    end_contact_wish(by=dana, wish=lindqvist.contact_wishes.get(), until_on=today() - timedelta(days=1))
    letter = make_letter(by=dana, event=event)
    record_letter_sent(by=dana, letter_id=letter.pk, sent_on=today(), how="By mail")
    assert open_kinds(event) == set()
    with pytest.raises(Refused, match="EVENT_RECORDED_BEFORE"):
        record_letter_sent(by=dana, letter_id=letter.pk, sent_on=today(), how="By mail")


# --- pages say it


def test_pages_of_a_blocked_release_say_why_and_offer_no_hand_over(signed_in, approved, dana):
    held = approved()
    revoke(held.authorization, dana, written=False)
    client = signed_in(dana)
    assert "Ready to hand over 0" in client.get(reverse("release-list-all")).content.decode(), "only what may leave"
    for name in ("release-open", "release-hand-over"):
        page = client.get(reverse(name, args=[held.pk])).content.decode()
        assert "Hand over and enter in the ledger" not in page
        assert "The patient has asked to stop. This authorization is on hold." in page
    assert (
        "Blocked. The patient took it back by word of mouth"
        in client.get(reverse("release-open", args=[held.pk])).content.decode()
    )
    assert "The patient took it back by word of mouth" in client.get(reverse("release-list-all")).content.decode()
    assert "Blocked: on hold" in client.get(reverse("home")).content.decode()
    event = revoke(held.authorization, dana)
    page = client.get(reverse("revocation-open", args=[event.pk])).content.decode()
    assert "It cannot be handed over any more." in page
    assert "Nothing was handed over under this authorization." in page
    refused = client.post(reverse("release-hand-over", args=[held.pk])).content.decode()
    assert "It was revoked in writing." in refused
    assert Release.objects.get(pk=held.pk).state == ReleaseState.APPROVED


def test_what_was_stopped_before_anything_left_is_closed_by_one_button_and_never_as_arrived(signed_in, approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    client, close = signed_in(dana), reverse("release-close", args=[release.pk])
    page = client.get(close).content.decode()
    assert "Nothing of it was given out." in page and "It arrived" not in page and 'name="reason"' in page
    revoke(release.authorization, dana)
    page = client.get(close).content.decode()
    assert "Revoked in writing" in page and 'name="reason"' not in page and "handed over" not in page
    assert client.post(close).status_code == 302
    release.refresh_from_db()
    assert release.state == ReleaseState.NOT_DELIVERED and "Nothing left. Revoked in writing" in release.end_reason


# --- the race


@pytest.mark.committing
def test_sixteen_at_once_for_one_authorization_have_one_winner_each_and_the_losers_are_told_in_words(
    approved, paper, dana
):
    """Five hand over one release, five give out another that is committed, six record the letter: the lock decides."""
    authorization = paper()
    approved_one, committed = approved(authorization=authorization), approved(authorization=authorization)
    actions.commit_release(by=dana, release_id=committed.pk)
    received = timezone.now()
    acts = {
        "commit": (5, lambda: actions.commit_release(by=dana, release_id=approved_one.pk)),
        "deliver": (5, lambda: actions.deliver(by=dana, release_id=committed.pk)),
        "revoke": (6, lambda: revoke(authorization, dana, received_at=received)),
    }
    results = at_once(acts)
    for outcome in [one for found in results.values() for one in found]:
        if isinstance(outcome, Exception):
            said = outcome.decision.reasons if isinstance(outcome, GateRefused) else [outcome.refusal]
            assert all(reason.words and reason.remedy for reason in said)
    won = {name: [one for one in found if not isinstance(one, Exception)] for name, found in results.items()}
    assert len(won["revoke"]) == AuthorizationEvent.objects.filter(kind=EventKind.WRITTEN_REVOCATION).count() == 1
    assert len(won["commit"]) <= 1
    assert Entry.objects.filter(release_id=approved_one.pk).count() == len(won["commit"])
    refusals = [one for one in results["commit"] if isinstance(one, GateRefused)]
    assert bool(won["commit"]) != bool(refusals), "either it was handed over once, or the revocation came first"
    assert len(won["deliver"]) in (0, 5), "the first byte and the revocation: one of them was first, for all"
    assert all(isinstance(one, Delivered) for one in won["deliver"])
    committed.refresh_from_db()
    assert (committed.served_at is not None) == bool(won["deliver"])
    with pytest.raises((GateRefused, Refused)):
        actions.deliver(by=dana, release_id=approved_one.pk)
    event = won["revoke"][0]
    assert {one.release.pk for one in listed(event)} == ({committed.pk} if won["deliver"] else set())


def at_once(acts):
    """Every act so many times, begun together, each on a connection of its own. Out: results and errors by name."""
    barrier = Barrier(sum(times for times, _ in acts.values()))
    results = {name: [] for name in acts}

    def run(name, act):
        try:
            barrier.wait(timeout=60)
            results[name].append(act())
        except Exception as error:
            results[name].append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(name, act)) for name, (times, act) in acts.items() for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
