"""P-14: one click shares with an outside provider before the permission is on file, and says who, when and why."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.models import Release
from disclosures.releases.rules import Method, RecipientKind, TreatmentOverride
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent

from .conftest import draft_of, note_keys

pytestmark = pytest.mark.django_db


def to_provider(patient, **changes):
    given = {
        "basis": Basis.B_TREATMENT,
        "recipient_name": "Prairie Family Medicine",
        "recipient_kind": RecipientKind.PROVIDER,
        "purpose": "Continuing care",
    }
    return draft_of(patient, None, **(given | changes))


def prepare(by, approver, release):
    return actions.prepare_release(by=by, release=release, keys=note_keys(release.patient), approver=approver)


def typed(hale, chart):
    return {
        "recipient_name": "Prairie Family Medicine", "recipient_kind": RecipientKind.PROVIDER,
        "purpose": "Continuing care", "identity_verified": "called back", "method": Method.IN_PERSON,
        "approver": str(hale.pk), "items": note_keys(chart),
    }  # fmt: skip


def test_one_click_goes_on_and_keeps_who_when_and_why(signed_in, dana, hale, chart):
    client, path = signed_in(dana), f"{reverse('release-new', args=[chart.pk])}?basis=B_TREATMENT"
    page = client.post(path, typed(hale, chart)).content.decode()
    assert "Share without it" in page
    assert 'name="go_on" value="treating_now"' in page
    assert not Release.objects.exists()
    client.post(path, typed(hale, chart) | {"go_on": "treating_now"})
    release = Release.objects.get()
    assert (release.override_code, release.override_by) == (TreatmentOverride.TREATING_NOW, dana)
    assert release.override_at is not None
    assert release.verdict["override"] == "treating_now"
    assert AuditEntry.objects.filter(event=AuditEvent.RELEASE_PREPARED, detail="p14_treating_now").exists()
    shown = client.get(reverse("release-open", args=[release.pk])).content.decode()
    assert "The provider is treating the patient now and needs it." in shown


def test_the_click_is_not_offered_when_something_else_is_missing_too(signed_in, dana, hale, chart):
    path = f"{reverse('release-new', args=[chart.pk])}?basis=B_TREATMENT"
    page = signed_in(dana).post(path, typed(hale, chart) | {"identity_verified": ""}).content.decode()
    assert "The patient&#x27;s permission to share with this provider is not recorded." in page
    assert "Share without it" not in page
    assert 'href="#id_identity_verified"' in page  # each reason leads to where it is mended


def test_without_it_nothing_is_prepared(dana, hale, chart):
    with pytest.raises(GateRefused):
        prepare(dana, hale, to_provider(chart))
    with pytest.raises(GateRefused):
        prepare(dana, hale, to_provider(chart, override_code="because"))
    assert not Release.objects.exists()


def test_a_reason_that_was_not_needed_is_not_kept(dana, hale, chart):
    for given in ({"treatment_permission": "form of May 2"}, {"emergency": True}):
        release = prepare(dana, hale, to_provider(chart, override_code="referred", **given))
        assert (release.override_code, release.override_by, release.override_at) == ("", None, None)


def test_the_database_keeps_no_override_without_who_and_when(dana, hale, chart):
    release = prepare(dana, hale, to_provider(chart, override_code="referred"))
    with pytest.raises(IntegrityError, match="override_by_somebody"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(override_by=None)


def test_the_laws_answer_and_the_practices_are_kept_from_the_first_step_on(dana, hale, chart, paper, pdf):
    release = actions.prepare_release(by=dana, release=draft_of(chart, paper()), keys=note_keys(chart), approver=hale)
    assert (release.verdict["rule_result"], release.verdict["policy_result"]) == ("allow", "allow")
    assert set(release.verdict["policy_version"]) >= {"P-14", "P-31", "P-32"}
    kept = [str(item.pk) for item in release.items.all()]
    approved = actions.approve_release(by=hale, release_id=release.pk, keep=kept)
    assert approved.verdict["rule_result"] == "allow"


def test_what_was_called_an_emergency_says_by_whom_and_why_and_is_asked_anew_after_a_day(
    signed_in, dana, hale, chart, pdf
):
    client, page = signed_in(dana), f"{reverse('release-new', args=[chart.pk])}?basis={Basis.B_TREATMENT}"
    given = {
        "recipient_name": "St. John's emergency department", "recipient_kind": "provider", "purpose": "Care",
        "identity_verified": "called back", "method": "in_person", "approver": hale.pk, "items": note_keys(chart),
        "emergency": "on",
    }  # fmt: skip
    assert "Say what the emergency is" in client.post(page, given).content.decode()
    client.post(page, given | {"emergency_why": "Overdose; the medication list"})
    release = Release.objects.get(patient=chart)
    assert (release.emergency_by, release.emergency_why) == (dana, "Overdose; the medication list")
    assert release.verdict["emergency"] is True
    actions.approve_release(by=hale, release_id=release.pk, keep=[str(i.pk) for i in release.items.all()])
    Release.objects.filter(pk=release.pk).update(emergency_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(actions.GateRefused) as refused:
        actions.commit_release(by=dana, release_id=release.pk)
    (reason,) = refused.value.decision.reasons
    assert (reason.code, reason.link) == ("EMERGENCY_STALE", reverse("release-emergency", args=[release.pk]))
    client.post(reason.link, {"why": "Still unconscious"})
    assert actions.commit_release(by=dana, release_id=release.pk).verdict["emergency"] is True
