"""Restrictions in the order of a release: what cannot be ticked, who wins a race, what is owed after an emergency."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from authorizations.actions.restrictions import answer_restriction, record_restriction
from authorizations.models import RestrictionEvent
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from disclosures.releases.actions import (
    GateRefused,
    approve_release,
    commit_release,
    deliver,
    prepare_release,
    record_past_disclosure,
)
from disclosures.releases.actions.emergency import record_asked
from disclosures.releases.actions.ledger import append_entry
from disclosures.releases.models import Release
from disclosures.releases.queries import verdict_now
from disclosures.releases.rules import Method, RecipientKind
from practice.infrastructure.days import today
from practice.people.actions import record_contact_wish
from practice.people.confidential import Means
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.documents import release_items

from .conftest import draft_of, note_keys
from .test_faults import begun

pytestmark = pytest.mark.django_db
PLAN = {"basis": Basis.B_PAYMENT, "recipient_name": "Blue Prairie", "recipient_kind": RecipientKind.PAYER}
CLINIC = {
    "basis": Basis.B_TREATMENT,
    "recipient_name": "Prairie Clinic",
    "recipient_kind": RecipientKind.PROVIDER,
    "treatment_permission": "form of May 2",
}


@pytest.fixture
def paid_day(dana, chart):
    """W-34: the newer of the two sessions was paid in full, and the plan is not to know."""
    day = max(info.on for info in release_items(chart) if info.kind == "note")
    record_restriction(
        by=dana, patient=chart, received_on=day, uses=["payment", "operations"], recipients=["payer"],
        session_dates=[day], paid_in_full=True, words="Do not tell my plan",
    )  # fmt: skip
    return day


@pytest.fixture
def no_clinics(dana, castellanos, chart):
    row = record_restriction(
        by=dana, patient=chart, received_on=today() - timedelta(days=60), uses=["treatment"], recipients=["provider"],
        words="Nothing to my doctors",
    )  # fmt: skip
    answer_restriction(by=castellanos, restriction=row, agreed=True, on=today() - timedelta(days=60))
    return row


def test_the_paid_session_cannot_be_ticked_for_the_plan_and_the_other_can(signed_in, dana, chart, paid_day):
    page = signed_in(dana).get(f"{reverse('release-new', args=[chart.pk])}?basis=B_PAYMENT")
    refused = {line.info.on for _, rows in page.context["years"] for line, _ in rows if line.refusal}
    free = {line.info.on for _, rows in page.context["years"] for line, _ in rows if not line.refusal}
    assert refused == {paid_day} and paid_day not in free and free


def test_nobody_can_prepare_it_for_the_plan_and_the_refusal_leads_to_the_restriction(dana, hale, chart, paid_day):
    with pytest.raises(GateRefused) as refused:
        prepare_release(by=dana, release=draft_of(chart, None, **PLAN), keys=note_keys(chart), approver=hale)
    (reason,) = refused.value.decision.reasons
    assert reason.code == "RESTRICTED_PAID_IN_FULL" and "/restrictions/" in reason.link


def test_a_claim_that_went_out_all_the_same_is_entered_as_a_mistake(dana, chart, paid_day):
    draft = draft_of(chart, None, **PLAN, disclosed_on=today(), description="Claim", method=Method.MAIL)
    release, decision = record_past_disclosure(by=dana, release=draft, dated=(paid_day, paid_day))
    assert decision.codes() == {"RESTRICTED_PAID_IN_FULL"}
    assert Entry.objects.get(release_id=release.pk).basis == Basis.B_IMPERMISSIBLE
    assert Task.objects.filter(kind=TaskKind.INCIDENT_REVIEW, subject_id=release.pk).exists()


def test_after_an_emergency_the_recipient_is_asked_and_it_is_written_down(signed_in, dana, chart, no_clinics):
    given = CLINIC | {"disclosed_on": today(), "description": "Medication", "method": Method.SPOKEN}
    _, refused = record_past_disclosure(by=dana, release=draft_of(chart, None, **given))
    assert refused.codes() == {"RESTRICTED_ITEMS"}
    release, decision = record_past_disclosure(by=dana, release=draft_of(chart, None, **given, emergency=True))
    assert decision.allowed and release.verdict["restriction"] == "emergency"
    task = Task.objects.get(kind=TaskKind.RESTRICTION_EMERGENCY)
    assert task.subject_id == release.pk and task.due_on == today()
    client = signed_in(dana)
    assert "not to use these records further" in client.get(reverse("release-open", args=[release.pk])).content.decode()
    page = client.get(reverse("release-asked", args=[release.pk])).content.decode()
    assert "They were asked not to use it further" in page and "Prairie Clinic" in page
    client.post(reverse("release-asked", args=[release.pk]), {"on": today(), "words": "Dr. Falk, by telephone"})
    task.refresh_from_db()
    assert task.state == TaskState.DONE
    event = RestrictionEvent.objects.get(release=release.pk)
    assert event.restriction == no_clinics and event.words == "Dr. Falk, by telephone"
    assert client.get(reverse("release-asked", args=[release.pk])).status_code == 302


def test_an_emergency_without_a_restriction_owes_nothing(dana, chart):
    given = CLINIC | {"disclosed_on": today(), "description": "Medication", "method": Method.SPOKEN, "emergency": True}
    record_past_disclosure(by=dana, release=draft_of(chart, None, **given))
    assert not Task.objects.filter(kind=TaskKind.RESTRICTION_EMERGENCY).exists()


def test_mail_to_the_patient_goes_to_the_wished_address_or_not_at_all(dana, hale, chart):
    town = {"city": "Peoria", "state": "IL", "postal_code": "61602"}
    record_contact_wish(by=dana, patient=chart, means=Means.MAIL, lines="PO Box 77", from_on=today(), **town)
    given = {
        "basis": Basis.B_TO_INDIVIDUAL, "recipient_kind": RecipientKind.PATIENT, "method": Method.MAIL,
        "recipient_name": chart.legal_name,
    }  # fmt: skip
    with pytest.raises(GateRefused) as refused:
        prepare_release(
            by=dana, release=draft_of(chart, None, **given, recipient_address="1 Home St"), keys=note_keys(chart),
            approver=hale,
        )  # fmt: skip
    assert refused.value.decision.codes() == {"CONFIDENTIAL_ADDRESS"}
    prepare_release(
        by=dana, release=draft_of(chart, None, **given, recipient_address="PO Box 77\nPeoria, IL 61602"),
        keys=note_keys(chart), approver=hale,
    )  # fmt: skip
    assert Release.objects.count() == 1


def test_a_restriction_agreed_to_while_a_package_waits_stops_it(dana, hale, castellanos, chart):
    from disclosures.releases.queries import verdict_now

    release = prepare_release(by=dana, release=draft_of(chart, None, **CLINIC), keys=note_keys(chart), approver=hale)
    assert verdict_now(release).allowed
    row = record_restriction(
        by=dana, patient=chart, received_on=today(), uses=["treatment"], recipients=["provider"], words="No doctors"
    )
    assert verdict_now(release).allowed
    answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())
    assert verdict_now(release).codes() == {"RESTRICTED_ITEMS"}


@pytest.mark.committing
def test_agreeing_to_a_restriction_and_handing_over_have_one_winner_and_the_other_is_told(
    dana, hale, castellanos, chart, pdf, monkeypatch
):
    """Whoever is under way first goes first: the other waits, and finds what then stands."""

    def waiting(**changes):
        draft = draft_of(chart, None, **CLINIC | changes)
        release = prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)
        return approve_release(by=hale, release_id=release.pk, keep=[str(item.pk) for item in release.items.all()])

    def asked_not_to(name):
        return record_restriction(
            by=dana, patient=chart, received_on=today(), uses=["treatment"], recipients=["provider"],
            recipient_name=name, words=f"Nothing to {name}",
        )  # fmt: skip

    def agree(row):
        return answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())

    first, second = waiting(), waiting(recipient_name="Dr. Falk")
    clinic, falk = asked_not_to("Prairie Clinic"), asked_not_to("Dr. Falk")

    def append_while_somebody_agrees(**given):  # the hand-over is under way
        thread, answered = begun(lambda: agree(falk))
        thread.join(timeout=0.5)
        assert thread.is_alive(), "the gate had said yes, and the answer did not wait"
        others.append((thread, answered))
        return append_entry(**given)

    others = []
    monkeypatch.setattr("disclosures.releases.actions.hand_over.append_entry", append_while_somebody_agrees)
    commit_release(by=dana, release_id=second.pk)
    ((thread, answered),) = others
    thread.join(timeout=30)
    assert answered[0].kind == "agreed"
    assert Entry.objects.filter(release_id=second.pk).count() == 1
    with pytest.raises(GateRefused) as refused:  # agreed to since: nothing is given out under it any more
        deliver(by=dana, release_id=second.pk)
    assert refused.value.decision.codes() == {"RESTRICTED_ITEMS"}

    with transaction.atomic():  # the answer is under way
        agree(clinic)
        thread, handed = begun(lambda: commit_release(by=dana, release_id=first.pk))
        thread.join(timeout=0.5)
        assert thread.is_alive(), "the hand-over did not wait for the answer"
    thread.join(timeout=30)
    assert "RESTRICTED_ITEMS" in handed[0].decision.codes()
    assert not Entry.objects.filter(release_id=first.pk).exists()


def test_making_sure_who_it_is_answers_for_no_restriction_asked_for_later(signed_in, dana, hale, castellanos, chart):
    from disclosures.releases.queries import verdict_now

    def not_to(name):
        row = record_restriction(
            by=dana, patient=chart, received_on=today(), uses=["treatment"], recipients=["provider"],
            recipient_name=name, words=f"Nothing to {name}",
        )  # fmt: skip
        answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())
        return row

    first, client = not_to("Dr. Falk"), signed_in(dana)
    url = f"{reverse('release-new', args=[chart.pk])}?basis=B_TREATMENT"
    assert f'value="{first.pk}"' in client.get(url).content.decode()
    data = {
        "recipient_name": "Prairie Clinic", "recipient_kind": "provider", "purpose": "Treatment", "method": "in_person",
        "identity_verified": "called back", "treatment_permission": "form of May 2", "approver": hale.pk,
        "items": note_keys(chart),
    }  # fmt: skip
    assert client.post(url, data).status_code == 200
    assert client.post(url, data | {"not_the_restricted_recipient": str(first.pk)}).status_code == 302
    release = Release.objects.get()
    assert verdict_now(release).allowed
    not_to("The Illinois group practice")
    assert verdict_now(release).codes() == {"RESTRICTED_RECIPIENT_UNSURE"}


def test_who_may_not_see_the_release_cannot_say_that_they_were_asked(brook, dana, chart, no_clinics):
    given = CLINIC | {"disclosed_on": today(), "description": "Medication", "method": Method.SPOKEN, "emergency": True}
    release, _ = record_past_disclosure(by=dana, release=draft_of(chart, None, **given))
    with pytest.raises(Release.DoesNotExist):
        record_asked(by=brook, release_id=release.pk, on=today(), words="Nobody")


def test_a_wish_agreed_to_after_the_form_is_put_to_clinician_and_desk_before_it_leaves(
    signed_in, dana, hale, castellanos, chart, paper, prepared
):
    release = prepared(recipient_kind=RecipientKind.ATTORNEY)
    day = max(item.on for item in release.items.all())
    row = record_restriction(
        by=dana, patient=chart, received_on=today(), uses=["treatment"], recipients=["other"],
        recipient_name=release.recipient_name, session_dates=[day], words="Nothing of that day",
    )  # fmt: skip
    answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())
    assert verdict_now(release).allowed
    read = signed_in(hale).get(reverse("release-approve", args=[release.pk])).content.decode()
    opened = signed_in(dana).get(reverse("release-open", args=[release.pk])).content.decode()
    for page in (read, opened):
        assert "1 document of this release is among it." in page and "Shall it still go?" in page
        assert reverse("restriction-open", args=[row.pk]) in page
    assert read.count("Restricted against this recipient") == 1


def test_the_clinician_reads_that_it_is_called_an_emergency_and_what_is_restricted(
    signed_in, dana, hale, chart, no_clinics
):
    draft = draft_of(chart, None, **CLINIC | {"emergency": True})
    release = prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)
    page = signed_in(hale).get(reverse("release-approve", args=[release.pk])).content.decode()
    assert (
        f"For emergency treatment, called so by {dana.display_name}" in page
        and page.count("Restricted against this recipient") == 2
    )
    assert "Leave out what the treatment does not need." in page
