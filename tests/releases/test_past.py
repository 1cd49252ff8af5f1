"""Recording what already happened never blocks; the entry keeps the gate's verdict of that day."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from authorizations.actions import record_revocation
from disclosures.ledger.models import Entry
from disclosures.ledger.queries import covered_by_checkpoint
from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.models import Release
from disclosures.releases.policies import releases_visible_to
from disclosures.releases.queries import entry_of
from disclosures.releases.rules import Method, PNException, RecipientKind, chart_facts
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.rules import Role
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind

from .conftest import LAWYER, PURPOSE, noon
from .proposals import documented

pytestmark = pytest.mark.django_db


def past(patient, **changes):
    """A fax to another provider two days ago, with the patient's permission."""
    given = {
        "patient": patient,
        "record_class": "CHART",
        "basis": Basis.B_TREATMENT,
        "recipient_name": "Prairie Family Medicine",
        "recipient_kind": RecipientKind.PROVIDER,
        "purpose": "Continuing care",
        "description": "Medication list",
        "identity_verified": "known to the practice",
        "treatment_permission": "asked on the telephone, May 2",
        "method": Method.FAX,
        "disclosed_on": today() - timedelta(days=2),
    }
    return Release(**{**given, **changes})


def tasks():
    return [(task.kind, task.role) for task in Task.objects.all()]


def test_what_was_allowed_is_entered_on_its_basis_and_signed(dana, lindqvist):
    release, decision = actions.record_past_disclosure(by=dana, release=past(lindqvist))
    entry = entry_of(release)
    assert decision.allowed
    assert (entry.basis, entry.disclosed_on) == (Basis.B_TREATMENT, release.disclosed_on)
    assert covered_by_checkpoint(entry)
    assert tasks() == []


def test_w31_a_fax_to_the_wrong_number_is_an_impermissible_disclosure_with_an_incident_task(dana, lindqvist):
    release, _ = actions.record_past_disclosure(
        by=dana,
        release=past(
            lindqvist, basis=Basis.B_IMPERMISSIBLE, recipient_name="Unknown subscriber, wrong fax number",
            recipient_kind=RecipientKind.OTHER, description="One page of a progress note", purpose="Sent by mistake",
        ),
    )  # fmt: skip
    entry = entry_of(release)
    assert entry.basis == Basis.B_IMPERMISSIBLE
    assert entry.rule_accountable
    assert tasks() == [(TaskKind.INCIDENT_REVIEW, Role.COMPLIANCE_OFFICER)]


def test_what_the_rule_refuses_is_entered_as_impermissible_with_the_basis_that_was_claimed(dana, lindqvist):
    release, decision = actions.record_past_disclosure(
        by=dana,
        release=past(lindqvist, basis=Basis.B_SUBPOENA_ASSURANCE, process="LP_ATTORNEY_OR_CLERK_SUBPOENA"),
    )
    entry = entry_of(release)
    assert "NO_SATISFACTORY_ASSURANCE" in decision.codes()
    assert entry.basis == Basis.B_IMPERMISSIBLE
    assert entry.private["basis_claimed"] == Basis.B_SUBPOENA_ASSURANCE
    assert entry.private["gate"]["rule_result"] == "refuse"
    assert tasks() == [(TaskKind.INCIDENT_REVIEW, Role.COMPLIANCE_OFFICER)]


@pytest.mark.parametrize(
    ("basis", "kind", "said", "code"),
    [
        (Basis.B_INVOLVED_IN_CARE, "family", {"whole_chart": "on", "justification": "asked"}, "FAMILY_WHOLE_CHART"),
        (Basis.B_PAYMENT, "payer", {"other_documents": "on"}, "PAYER_DOCUMENTS"),
        (Basis.B_PAYMENT, "payer", {"names_others": "on"}, "NAMES_OTHERS"),
        (Basis.B_PAYMENT, "payer", {"names_others": "on", "settled": "on"}, ""),
    ],
)
def test_how_much_was_given_out_and_of_whom_is_asked_so_that_the_verdict_is_honest(
    signed_in, dana, lindqvist, basis, kind, said, code
):
    typed = {
        "record_class": "CHART", "disclosed_on": str(today() - timedelta(days=2)), "method": Method.FAX,
        "description": "Records of May", "recipient_name": "Somebody", "recipient_kind": kind, "purpose": "Asked for",
        "identity_verified": "known to the practice",
    } | {f"fact_{fact.key}": "said" for fact in chart_facts(basis) if fact.key != "required_documents"}  # fmt: skip
    url = f"{reverse('disclosure-record', args=[lindqvist.pk])}?basis={basis}"
    client = signed_in(dana)
    assert set(said) <= set(client.get(url).context["form"].fields)
    assert client.post(url, typed | said).status_code == 302
    verdict = Release.objects.get().verdict
    assert {*verdict["rule_codes"], *verdict["policy_codes"]} == ({code} if code else set())
    kinds = {TaskKind.POLICY_REVIEW if code == "PAYER_DOCUMENTS" else TaskKind.INCIDENT_REVIEW} if code else set()
    assert {kind for kind, _ in tasks()} == kinds


def test_what_only_a_policy_refuses_keeps_its_basis_in_the_accounting(dana, lindqvist):
    release, decision = actions.record_past_disclosure(by=dana, release=past(lindqvist, treatment_permission=""))
    assert decision.codes() == {"TREATMENT_PERMISSION"}
    assert entry_of(release).basis == Basis.B_TREATMENT
    assert entry_of(release).private["gate"]["policy_flag"] == ["P-14"]
    assert tasks() == [(TaskKind.POLICY_REVIEW, Role.COMPLIANCE_OFFICER)]


@pytest.mark.parametrize(("said", "asked"), [("none", False), ("written", True), ("oral", True)])
def test_what_an_agency_asked_to_keep_from_the_patient_is_the_compliance_officers_task(dana, lindqvist, said, asked):
    facts = {"agency": "Board", "legal_authority": "Act 5", "about_health_care": "yes", "suspension_statement": said}
    release, _ = actions.record_past_disclosure(
        by=dana, release=past(lindqvist, basis=Basis.B_OVERSIGHT, recipient_kind=RecipientKind.AGENCY, facts=facts)
    )
    found = [(TaskKind.SUSPENSION_STATEMENT, Role.COMPLIANCE_OFFICER)] if asked else []
    assert tasks() == found
    assert Task.objects.filter(kind=TaskKind.SUSPENSION_STATEMENT, subject_id=entry_of(release).pk).exists() == asked


def test_the_verdict_is_that_of_the_day_it_happened(dana, chart, paper):
    authorization = paper()
    record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now())
    by_paper = {
        "basis": Basis.B_AUTHORIZATION,
        "authorization": authorization,
        "recipient_name": LAWYER,
        "recipient_kind": RecipientKind.ATTORNEY,
        "purpose": PURPOSE,
    }
    before, decision = actions.record_past_disclosure(
        by=dana, release=past(chart, disclosed_on=today() - timedelta(days=1), **by_paper), at=noon(1)
    )
    assert decision.allowed
    assert entry_of(before).basis == Basis.B_AUTHORIZATION
    after, decision = actions.record_past_disclosure(
        by=dana, release=past(chart, disclosed_on=today(), **by_paper), at=timezone.now()
    )
    assert decision.codes() == {"AUTH_DEFECT_REVOKED"}
    assert entry_of(after).basis == Basis.B_IMPERMISSIBLE


def test_what_went_out_under_a_form_nobody_has_scanned_keeps_its_basis_and_the_officer_asks_for_the_scan(
    dana, chart, paper
):
    release, decision = actions.record_past_disclosure(
        by=dana,
        release=past(
            chart, basis=Basis.B_AUTHORIZATION, authorization=paper(paper=None), recipient_name=LAWYER,
            recipient_kind=RecipientKind.ATTORNEY, purpose=PURPOSE,
        ),
    )  # fmt: skip
    assert decision.codes() == {"AUTH_NO_DOCUMENT"}
    assert entry_of(release).basis == Basis.B_AUTHORIZATION
    assert (TaskKind.POLICY_REVIEW, Role.COMPLIANCE_OFFICER) in tasks()


def test_a_day_to_come_is_refused(dana, lindqvist):
    with pytest.raises(Refused, match="DAY_IN_FUTURE"):
        actions.record_past_disclosure(by=dana, release=past(lindqvist, disclosed_on=today() + timedelta(days=1)))
    assert not Entry.objects.exists()


def test_a_disclosure_to_nobody_is_refused_and_nothing_is_half_done(dana, lindqvist):
    with pytest.raises(Exception, match=r"to_somebody|NO_RECIPIENT"):
        actions.record_past_disclosure(by=dana, release=past(lindqvist, recipient_name="  "))


def test_another_patients_authorization_is_refused(dana, lindqvist, abernathy, paper):
    with pytest.raises(Refused, match="AUTHORIZATION_OF_ANOTHER"):
        actions.record_past_disclosure(
            by=dana, release=past(lindqvist, basis=Basis.B_AUTHORIZATION, authorization=paper(patient=abernathy))
        )


def test_strangers_record_nothing(osei, brook, lindqvist):
    for person in (osei, brook):
        with pytest.raises(Http404):
            actions.record_past_disclosure(by=person, release=past(lindqvist))


def threat(patient, **changes):
    return past(
        patient,
        record_class="PN",
        basis=Basis.B_SERIOUS_THREAT,
        exception=PNException.SERIOUS_THREAT,
        facts=documented(PNException.SERIOUS_THREAT),
        recipient_name="Springfield Police Department",
        recipient_kind=RecipientKind.LAW_ENFORCEMENT,
        description="Psychotherapy notes: content of a threat",
        purpose="To prevent a serious and imminent threat",
        method=Method.SPOKEN,
        identity_verified="",
        smallest_set_confirmed=True,
        **changes,
    )


def test_w28_a_warning_to_two_people_is_two_entries_both_accountable(hale, lindqvist):
    for recipient in ("Springfield Police Department", "The co-worker who was named"):
        release = threat(lindqvist)
        release.recipient_name = recipient
        _, decision = actions.record_past_disclosure(by=hale, release=release, author=hale)
        assert decision.allowed
    entries = Entry.objects.filter(kind="disclosure")
    assert [entry.rule_accountable for entry in entries] == [True, True]
    assert all(entry.includes_pn and entry.private["pn_authors"] == [str(hale.pk)] for entry in entries)


def test_an_incomplete_threat_assessment_is_a_matter_of_policy_and_never_blocks(hale, lindqvist):
    release = threat(lindqvist)
    release.facts = documented(PNException.SERIOUS_THREAT, "alternatives")
    release, decision = actions.record_past_disclosure(by=hale, release=release, author=hale)
    assert decision.rule_result
    assert entry_of(release).basis == Basis.B_SERIOUS_THREAT
    assert tasks() == [(TaskKind.POLICY_REVIEW, Role.COMPLIANCE_OFFICER)]


def test_the_front_desk_never_types_in_psychotherapy_notes_and_is_told_who_can(dana, hale, lindqvist):
    with pytest.raises(Refused) as refused:
        actions.record_past_disclosure(by=dana, release=threat(lindqvist), author=hale)
    assert "therapist" in refused.value.refusal.remedy
    assert not Entry.objects.exists()


def test_an_entry_about_notes_says_whose_they_are(castellanos, lindqvist):
    with pytest.raises(Refused, match="PN_AUTHOR_MISSING"):
        actions.record_past_disclosure(by=castellanos, release=threat(lindqvist))


def test_a_recorded_disclosure_of_notes_is_seen_by_author_and_compliance_officer_alone(
    hale, osei, dana, brook, castellanos, lindqvist
):
    release, _ = actions.record_past_disclosure(by=castellanos, release=threat(lindqvist), author=hale)
    seen = [person.username for person in (hale, osei, dana, brook, castellanos)
            if releases_visible_to(person).filter(pk=release.pk).exists()]  # fmt: skip
    assert seen == ["hale", "castellanos"]
