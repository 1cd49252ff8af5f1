"""A release that ends without reaching its recipient is somebody's work until it is seen to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from disclosures.releases import actions
from disclosures.releases.actions import hand_over
from disclosures.releases.actions.ended import ask_about_end
from disclosures.releases.actions.taking_over import take_over
from disclosures.releases.models import Release
from disclosures.releases.rules import CameBack, Method, ReleaseState
from disclosures.releases.rules.codes import TreatmentOverride
from practice.desk.worklist import home_groups
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind

pytestmark = pytest.mark.django_db

FAX = {"method": Method.FAX, "fax_number": "(217) 555-0177"}


def asked_of(release):
    rows = Task.objects.filter(subject_id=release.pk, state="open")
    return {(row.kind, row.person.username if row.person else row.role) for row in rows}


def lines(staff):
    return {group.words: [line.about for line in group.lines] for group in home_groups(staff)}


def page_of(client, release):
    return client.get(reverse("release-open", args=[release.pk])).content.decode()


def did_not_go_through(release, by):
    actions.commit_release(by=by, release_id=release.pk)
    actions.deliver(by=by, release_id=release.pk)
    return actions.close_release(by=by, release_id=release.pk, delivered=False, on=today(), reason="Busy, three times")


def test_what_a_clinician_does_not_approve_comes_back_to_whoever_prepared_it_with_who_when_and_why(
    prepared, hale, dana, signed_in
):
    release = prepared()
    url = reverse("release-withdraw", args=[release.pk])
    signed_in(hale).post(url, {"reason": "I want to speak with him first"})
    assert asked_of(release) == {(TaskKind.RELEASE_TURNED_DOWN, dana.username)}
    assert lines(dana)["A release was not approved"] == [f"To {release.recipient_name}"]
    front_desk = signed_in(dana)
    page = page_of(front_desk, release)
    assert "It was not approved" in page and "I want to speak with him first" in page and hale.display_name in page
    assert release.number in front_desk.get(reverse("release-list-all") + "?show=ended").content.decode()
    front_desk.post(reverse("release-returned", args=[release.pk]), {"done": "Told Mr. Lindqvist by telephone"})
    assert not asked_of(release)
    assert "Told Mr. Lindqvist by telephone" in page_of(front_desk, release)


def test_what_its_preparer_takes_back_or_what_stopped_before_anything_left_asks_nobody(prepared, approved, dana):
    own = prepared()
    actions.withdraw_release(by=dana, release_id=own.pk, reason="asked for by mistake")
    stopped = approved()
    actions.commit_release(by=dana, release_id=stopped.pk)
    actions.close_release(by=dana, release_id=stopped.pk, delivered=False, on=today(), reason="not needed")
    assert not asked_of(own) | asked_of(stopped)
    for release in (own, stopped):
        with pytest.raises(Refused, match="NOTHING_CAME_BACK"):
            actions.prepare_again(by=dana, release_id=release.pk)


def test_a_fax_that_did_not_go_through_is_prepared_again_with_the_same_documents_in_one_click(
    approved, dana, hale, signed_in
):
    release = did_not_go_through(approved(**FAX), dana)
    assert asked_of(release) == {(TaskKind.RELEASE_FAILED, "front_desk")}
    client = signed_in(dana)
    assert "It did not arrive" in page_of(client, release)
    done = client.post(reverse("release-again", args=[release.pk]))
    again = Release.objects.exclude(pk=release.pk).get()
    assert done.url == reverse("release-open", args=[again.pk])
    assert (again.state, again.fax_number, again.approver) == (ReleaseState.AWAITING_APPROVAL, FAX["fax_number"], hale)
    assert {row.object_id for row in again.items.all()} == {row.object_id for row in release.items.all()}
    assert f"Prepared again as {again.number}." in page_of(client, release)
    assert not asked_of(release)
    assert client.post(reverse("release-again", args=[release.pk])).status_code == 403
    assert Release.objects.count() == 2


def test_an_emergency_of_another_day_is_none_by_itself_when_it_is_prepared_again(approved, dana, hale):
    for hours, still in ((2, True), (30, False)):
        release = did_not_go_through(approved(**FAX), dana)
        called = timezone.now() - timedelta(hours=hours)
        release.emergency, release.emergency_why = True, "Overdose"
        release.emergency_by, release.emergency_at = hale, called
        release.save()
        again = actions.prepare_again(by=dana, release_id=release.pk)
        said = (again.emergency, again.emergency_why, again.emergency_by, again.emergency_at)
        assert said == ((True, "Overdose", hale, called) if still else (False, "", None, None))


def test_what_may_not_leave_any_more_is_not_prepared_again_and_stays_open(approved, dana, signed_in):
    release = did_not_go_through(approved(**FAX), dana)
    release.identity_verified = ""
    release.save()
    refused = signed_in(dana).post(reverse("release-again", args=[release.pk]))
    assert refused.status_code == 409 and "Not prepared again" in refused.content.decode()
    assert Release.objects.count() == 1 and asked_of(release)


def test_what_left_by_a_claim_of_emergency_or_without_permission_is_listed_for_whoever_looks_it_over(
    prepared, castellanos, hale, signed_in
):
    usual, release = prepared(), prepared()
    release.emergency, release.override_code = True, TreatmentOverride.TREATING_NOW
    release.override_by, release.override_at = hale, timezone.now()
    release.save()
    page = signed_in(castellanos).get(reverse("release-list-all") + "?show=claimed").content.decode()
    assert release.number in page and usual.number not in page
    assert "For emergency treatment" in page
    assert f"Without the patient’s permission, {hale.display_name}: The provider is treating" in page


def test_a_release_in_an_emergency_stands_above_everything_else_on_the_clinicians_home_page(prepared, hale):
    prepared()
    release = prepared()
    Release.objects.filter(pk=release.pk).update(emergency=True)
    first, *others = home_groups(hale)
    assert first.words == "Emergency: read and approve a release"
    assert len(first.lines) == 1
    assert "Read and approve a release" in {group.words for group in others}


def test_what_came_back_of_sealed_notes_is_the_compliance_officers_once_who_handed_it_over_has_left(
    castellanos, dana, prepared
):
    release = prepared()
    release.record_class, release.committed_by = "PN", dana
    release.state, release.came_back, release.served_at = ReleaseState.NOT_DELIVERED, CameBack.UNOPENED, timezone.now()
    dana.is_active = False
    ask_about_end(release)
    assert (release.unsettled, "compliance_officer") in asked_of(release)
    assert (release.unsettled, "front_desk") not in asked_of(release)


def test_a_list_asks_no_more_of_the_database_for_more_releases(approved, dana, castellanos, hale, signed_in):
    def taken_over():
        release = approved()
        Release.objects.filter(pk=release.pk).update(
            emergency=True, emergency_by=hale, emergency_at=timezone.now(),
            override_code=TreatmentOverride.TREATING_NOW, override_by=hale, override_at=timezone.now(),
        )  # fmt: skip
        actions.commit_release(by=dana, release_id=release.pk)
        take_over(by=castellanos, release_id=release.pk, reason="Dana is out")
        actions.deliver(by=castellanos, release_id=release.pk)
        return release

    def ended():
        release = taken_over()
        actions.close_release(by=castellanos, release_id=release.pk, delivered=True, on=today(), receipt="signed")
        return release

    def counts():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    client, first = signed_in(castellanos), taken_over()
    ended()
    urls = [f"{reverse('release-list-all')}?show={which}" for which in ("all", "ended", "claimed")]
    urls.append(reverse("release-list", args=[first.patient_id]))
    counts()  # what is asked once and kept
    before = counts()
    for _ in range(2):
        taken_over()
        ended()
    assert counts() == before


def test_who_was_replaced_in_the_moment_of_opening_gets_no_bytes(approved, dana, castellanos, monkeypatch):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    bytes_of = hand_over._bytes_of

    def meanwhile(by, found):
        take_over(by=castellanos, release_id=release.pk, reason="Dana is out")
        return bytes_of(by, found)

    monkeypatch.setattr(hand_over, "_bytes_of", meanwhile)
    with pytest.raises(Refused, match="HANDED_OVER_BY_ANOTHER"):
        actions.deliver(by=dana, release_id=release.pk)
    release.refresh_from_db()
    assert release.served_at is None
