"""What the front desk opens of a chart: the package it is handing over, while it hands it over, and nothing else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from disclosures.releases import actions
from disclosures.releases.models import Release
from disclosures.releases.policies import refusal_to_open_package
from disclosures.releases.rules import Method, ReleaseState
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.desk.worklist import home_groups
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused

from .conftest import CANARY

pytestmark = pytest.mark.django_db


def get_package(client, release):
    return client.post(reverse("release-package", args=[release.pk]))


def test_the_desk_opens_no_chart_and_reads_nothing_of_a_release_before_it_is_approved(signed_in, dana, prepared):
    client, release = signed_in(dana), prepared()
    item = release.items.first()
    assert client.get(reverse("release-approve", args=[release.pk])).status_code == 403
    assert client.get(reverse("release-redact", args=[release.pk, item.pk])).status_code == 403
    assert client.get(reverse("note-open", args=[item.object_id])).status_code == 404
    assert get_package(client, release).status_code == 403
    assert client.get(reverse("release-cover", args=[release.pk])).status_code == 404
    page = client.get(reverse("release-open", args=[release.pk])).content.decode()
    assert CANARY not in page


def test_the_desk_gets_the_package_between_hand_over_and_close_and_each_time_is_recorded(signed_in, dana, approved):
    client, release = signed_in(dana), approved()
    assert get_package(client, release).status_code == 403  # approved is not handed over
    actions.commit_release(by=dana, release_id=release.pk)
    assert get_package(client, release).content.startswith(b"%PDF")
    assert get_package(client, release).status_code == 200
    given = AuditEntry.objects.filter(event=AuditEvent.RELEASE_DELIVERED, actor=dana, object_pk=str(release.pk))
    assert given.count() == 2
    actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today(), receipt="signed for")
    after = get_package(client, release)
    assert after.status_code == 403 and b"%PDF" not in after.content


def test_a_withdrawn_package_is_opened_by_nobody(signed_in, dana, hale, approved):
    release = approved()
    actions.withdraw_release(by=dana, release_id=release.pk, reason="asked for by mistake")
    for person in (dana, hale):
        assert get_package(signed_in(person), release).status_code == 403


def test_each_line_that_cannot_be_ticked_says_why(signed_in, dana, chart, paper):
    authorization = paper(covers_from=today() - timedelta(days=30), covers_to=today())
    page = signed_in(dana).get(f"{reverse('release-new', args=[chart.pk])}?basis={authorization.pk}").content.decode()
    assert page.count("The authorization covers ") == page.count(" disabled") == 2


def test_two_packages_for_one_recipient_are_told_apart_on_the_home_page(signed_in, dana, hale, chart, prepared):
    release = prepared()
    prepared()
    Release.objects.filter(pk=release.pk).update(approved_at=timezone.now())
    lines = [line for group in home_groups(hale) for line in group.lines if line.about.startswith("To ")]
    first, second = (line.more for line in lines)
    assert first != second and all(words.startswith("2 documents of the chart, dated ") for words in (first, second))
    assert "approved " in f"{first}{second}"


def test_a_printed_package_opens_for_who_entered_its_hand_over_and_for_nobody_else(
    approved, signed_in, dana, hale, castellanos
):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    for person in (castellanos, hale):
        with pytest.raises(Refused, match="HANDED_OVER_BY_ANOTHER"):
            actions.deliver(by=person, release_id=release.pk)
    page = signed_in(castellanos).get(reverse("release-open", args=[release.pk])).content.decode()
    assert reverse("release-package", args=[release.pk]) not in page and "I hand it over instead" in page
    release.refresh_from_db()
    assert release.served_at is None


def test_who_takes_a_hand_over_over_says_why_and_it_is_kept(approved, signed_in, dana, castellanos):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    client, where = signed_in(castellanos), reverse("release-take-over", args=[release.pk])
    assert "Say why you hand it over." in client.post(where, {"reason": ""}).content.decode()
    client.post(where, {"reason": "Dana is out, the patient is here"})
    assert actions.deliver(by=castellanos, release_id=release.pk).content
    with pytest.raises(Refused, match="HANDED_OVER_BY_ANOTHER"):
        actions.deliver(by=dana, release_id=release.pk)
    (kept,) = release.taken_over.all()
    assert (kept.by, kept.reason) == (castellanos, "Dana is out, the patient is here")
    assert AuditEntry.objects.filter(event=AuditEvent.RELEASE_TAKEN_OVER, actor=castellanos).exists()


def test_a_locked_file_opens_for_nobody_here_and_is_fetched_by_whoever_sends_it(dana, castellanos):
    release = Release(method=Method.LOCKED_FILE, state=ReleaseState.COMMITTED, committed_by=dana)
    assert refusal_to_open_package(castellanos, release) is None
