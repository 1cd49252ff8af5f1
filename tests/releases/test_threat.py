"""A warning of a serious threat is entered in a minute, whatever the gate says, and completed in the ledger later."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from disclosures.ledger.actions import complete
from disclosures.ledger.models import Entry
from disclosures.ledger.queries import covered_by_checkpoint, history
from disclosures.ledger.rules import Basis
from disclosures.releases.actions.ledger import particulars_of
from disclosures.releases.actions.threat import Told, complete_warning, record_warning
from disclosures.releases.models import Release
from disclosures.releases.policies import releases_visible_to
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.threat import threat_facts
from disclosures.releases.rules import PNException, RecipientKind
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from .proposals import documented

pytestmark = pytest.mark.django_db

POLICE = Told("Springfield Police, Officer Ruiz", RecipientKind.LAW_ENFORCEMENT)
COWORKER = Told("Jamie Fox", RecipientKind.OTHER)
WORDS = "He said he will shoot him tonight"
CHART_RECORD = {"threat": WORDS, "why_imminent": "tonight, has a gun", "why_recipient": "can stop him"}


def warn(by, patient, *told, **changes):
    given = {"target": "Jamie Fox", "told_by": "Dr. Hale", "words": WORDS, "at": timezone.now(), "from_notes": False}
    return record_warning(by=by, patient=patient, told=told or (POLICE,), **(given | changes))


def finish(by, release, facts=CHART_RECORD, **changes):
    given = {"smallest": True, "addresses": {}}
    return complete_warning(by=by, release_id=release.pk, facts=facts, **(given | changes))


def open_tasks():
    return [(task.kind, task.person, task.due_on) for task in Task.objects.filter(state=TaskState.OPEN)]


def test_a_name_alone_is_enough_and_the_rest_is_asked_for_tomorrow(hale, lindqvist):
    (release,) = warn(hale, lindqvist, target="", told_by="", words="")
    entry = entry_of(release)
    assert (entry.basis, entry.rule_accountable) == (Basis.B_SERIOUS_THREAT, True)
    assert covered_by_checkpoint(entry)
    assert release.verdict["rule_result"] == "refuse"  # what is missing is kept, and held nothing up
    assert open_tasks() == [(TaskKind.THREAT_RECORD, hale, today() + timedelta(days=1))]


def test_w28_two_who_were_told_are_two_entries_both_in_the_accounting(hale, lindqvist):
    releases = warn(hale, lindqvist, POLICE, COWORKER, from_notes=True)
    entries = [entry_of(release) for release in releases]
    assert [entry.public["recipient"]["name"] for entry in entries] == [POLICE.name, COWORKER.name]
    assert all(entry.rule_accountable and entry.includes_pn for entry in entries)
    assert [entry.private["pn_authors"] for entry in entries] == [[str(hale.pk)]] * 2


def test_no_word_of_the_threat_is_in_the_ledger_the_audit_or_a_task(hale, lindqvist):
    warn(hale, lindqvist, from_notes=True)
    kept = str(list(Entry.objects.values_list("body", "internal")))
    kept += str(list(AuditEntry.objects.values_list("object_repr", "changes", "detail"))) + str(
        list(Task.objects.values())
    )
    assert "shoot" not in kept
    assert "Jamie" not in kept


def test_completing_it_supersedes_the_minimum_and_the_accounting_lists_the_whole(hale, lindqvist):
    (release,) = warn(hale, lindqvist)
    minimum = entry_of(release)
    (release,) = finish(hale, release, addresses={release.pk: "800 East Monroe Street"})
    (current,) = history(lindqvist.pk).current
    assert [one.entry.pk for one in current.corrections] == [minimum.pk]
    assert current.corrections[0].reason == "The record of the threat was completed"
    assert current.entry.basis == Basis.B_SERIOUS_THREAT
    assert current.entry.public["recipient"]["address"] == "800 East Monroe Street"
    assert current.entry.private["gate"]["policy_result"] == "allow"
    assert covered_by_checkpoint(current.entry)
    assert (release.completed_by, release.awaits_completion) == (hale, False)
    assert open_tasks() == []


def test_what_was_said_in_the_first_minute_is_not_written_over(hale, lindqvist):
    (release,) = warn(hale, lindqvist)
    said = dict(release.facts)
    (release,) = finish(hale, release, {**documented(PNException.SERIOUS_THREAT), "target": "Somebody else entirely"})
    assert release.facts["target"] == "Somebody else entirely"
    assert release.facts["first_target"] == said["target"]


def test_one_record_completes_it_for_everybody_who_was_told(hale, lindqvist):
    first, _second = warn(hale, lindqvist, POLICE, COWORKER, from_notes=True)
    other = warn(hale, lindqvist, COWORKER)[0]  # a warning of its own
    done = finish(hale, first, documented(PNException.SERIOUS_THREAT))
    assert len(done) == 2
    assert all(row.verdict["policy_result"] == "allow" for row in done)
    assert [task.subject_id for task in Task.objects.filter(state=TaskState.OPEN)] == [other.pk]
    assert len(history(lindqvist.pk).current) == 3


def test_what_nothing_carries_in_the_end_becomes_an_incident(hale, lindqvist):
    (release,) = warn(hale, lindqvist)
    finish(hale, release, {"threat": "he was angry"})
    (current,) = history(lindqvist.pk).current
    assert current.entry.basis == Basis.B_IMPERMISSIBLE
    assert [task[0] for task in open_tasks()] == [TaskKind.INCIDENT_REVIEW]


def test_what_only_a_policy_misses_keeps_its_basis_and_is_looked_at(hale, lindqvist):
    (release,) = warn(hale, lindqvist, from_notes=True)
    finish(hale, release, documented(PNException.SERIOUS_THREAT, "alternatives"))
    (current,) = history(lindqvist.pk).current
    assert current.entry.basis == Basis.B_SERIOUS_THREAT
    assert [task[0] for task in open_tasks()] == [TaskKind.POLICY_REVIEW]


def test_it_is_completed_once_and_by_who_entered_it_or_the_compliance_officer(hale, dana, castellanos, lindqvist):
    (release,) = warn(hale, lindqvist)
    with pytest.raises(Refused, match="WARNING_BY_WHO_GAVE_IT"):
        finish(dana, release)
    finish(castellanos, release)
    with pytest.raises(Refused, match="THREAT_COMPLETED"):
        finish(hale, release)
    assert Entry.objects.filter(kind="disclosure").count() == 2


def test_nobody_completes_an_entry_that_was_whole(hale, castellanos, lindqvist):
    (release,) = warn(hale, lindqvist)
    finish(hale, release)
    entry = history(lindqvist.pk).current[0].entry
    with pytest.raises(Refused, match="NOT_TO_COMPLETE"):
        complete(by=castellanos, entry_id=entry.pk, reason="again", replacement=particulars_of(release))


def test_a_clinician_of_the_patient_enters_it_and_everybody_else_is_told_what_to_do(dana, osei, lindqvist):
    with pytest.raises(Refused, match="WARNING_BY_CLINICIAN") as refused:
        warn(dana, lindqvist)
    assert refused.value.refusal.link == reverse("disclosure-record", args=[lindqvist.pk])
    with pytest.raises(Http404):
        warn(osei, lindqvist)
    assert not Entry.objects.exists()


def test_a_warning_from_psychotherapy_notes_is_seen_by_their_author_and_the_compliance_officer(
    hale, dana, castellanos, lindqvist
):
    (release,) = warn(hale, lindqvist, from_notes=True)
    assert [bool(releases_visible_to(one).filter(pk=release.pk)) for one in (hale, dana, castellanos)] == [
        True, False, True,
    ]  # fmt: skip


def test_the_page_asks_little_and_answers_with_the_entry(signed_in, hale, lindqvist):
    client = signed_in(hale)
    path = reverse("threat-new", args=[lindqvist.pk])
    assert path in client.get(reverse("patient-page", args=[lindqvist.pk])).content.decode()
    page = client.get(path).content.decode()
    assert page.count("<input") + page.count("<textarea") + page.count("<select") < 22  # the frame's search included
    at = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    back = client.post(path, {"told_1": "", "kind_1": "law_enforcement", "kind_2": "other", "at": at, "words": WORDS})
    assert "Name who was told" in back.content.decode()
    assert WORDS in back.content.decode()
    sent = {"told_1": POLICE.name, "kind_1": POLICE.kind, "told_2": COWORKER.name, "kind_2": COWORKER.kind, "at": at}
    page = client.post(path, sent | {"words": WORDS}, follow=True).content.decode()
    assert "Complete the record" in page
    assert Release.objects.filter(minimum_entry=True).count() == 2


def test_the_whole_record_says_what_is_missing_before_it_is_entered_as_it_is(signed_in, hale, lindqvist):
    (release,) = warn(hale, lindqvist)
    client, path = signed_in(hale), reverse("threat-complete", args=[release.pk])
    assert WORDS in client.get(path).content.decode()  # what was typed in the first minute is there
    page = client.post(path, {"fact_threat": WORDS}).content.decode()
    assert 'href="#id_fact_why_imminent"' in page
    assert release.pk in set(Release.objects.filter(completed_at=None).values_list("pk", flat=True))
    client.post(path, {f"fact_{key}": value for key, value in CHART_RECORD.items()})
    shown = client.get(reverse("release-open", args=[release.pk])).content.decode()
    assert "in place of 0" in shown or "in place of 1" in shown
    assert client.get(path).status_code == 302


def test_what_was_told_already_is_asked_for_in_fitting_words_and_stays_readable(signed_in, hale, dana, lindqvist):
    (release,) = warn(hale, lindqvist, from_notes=True)
    client, path = signed_in(hale), reverse("threat-complete", args=[release.pk])
    assert 'type="datetime-local" name="fact_decided_at"' in client.get(path).content.decode()
    page = client.post(path, {"fact_alternatives": "Asked him to come in", "fact_decided_at": "2999-01-01T10:00"})
    assert "This moment has not come yet." in page.content.decode()
    page = client.post(path, {"fact_alternatives": "Asked him to come in", "fact_decided_at": "2026-01-02T10:00"})
    assert "It was told already, and stays entered." in page.content.decode()
    assert "choose another basis" not in page.content.decode() and "may not leave" not in page.content.decode()
    told = {f"fact_{key}": value for key, value in documented(PNException.SERIOUS_THREAT).items()}
    told |= {"fact_decided_at": "2026-01-02T10:00", "fact_alternatives": "Asked him to come in"}
    client.post(path, told | {"smallest_set_confirmed": "on"})
    shown = client.get(reverse("release-open", args=[release.pk])).content.decode()
    assert "Asked him to come in" in shown and "Jan 2, 2026" in shown and "Alternatives considered" in shown


def test_the_record_of_a_threat_is_not_for_the_front_desk(hale, dana, castellanos, lindqvist):
    (release,) = warn(hale, lindqvist)
    assert threat_facts(release, dana) == []
    assert threat_facts(release, castellanos) == threat_facts(release, hale) != []
