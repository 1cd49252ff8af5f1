"""What if? Whoever may release asks the gate first; nothing is kept of it, and no record is looked at."""

from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from authorizations.actions.restrictions import answer_restriction, record_restriction
from disclosures.releases.models import Release
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.models import Patient
from practice.worklist.models import Task

pytestmark = pytest.mark.django_db

COURT_ORDER = {
    "recipient_kind": "court", "purpose": "Custody case", "process": "LP_COURT_ORDER", "identity_verified": "on",
    "paper_on_record": "on", "within_scope": "on", "counsel_review": "on", "smallest_set_confirmed": "on",
    "fact_law": "on",    "fact_issuer": "on", "fact_scope": "on", "fact_conditions_met": "on", "fact_document": "on",
    "fact_decided_by": "on", "fact_decided_at": "on", "fact_minimum_necessary_note": "on",
}  # fmt: skip


def path(patient: Patient | None = None, **query):
    at = reverse("gate-ask-patient", args=[patient.pk]) if patient else reverse("gate-ask")
    return f"{at}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def ask(client, where, **ticked):
    return client.post(where, ticked).content.decode()


def test_with_nothing_ticked_the_answer_lists_all_that_is_needed(signed_in, dana):
    page = ask(signed_in(dana), path(**{"class": "PN", "basis": "B_COURT_ORDER"}))
    for words in (
        "Not recorded: court or body that issued it.",
        "This is not an order of a court or tribunal.",
        "Nobody has confirmed that this is the smallest set that serves.",
        "No purpose is given.",
    ):
        assert words in page
    assert 'href="#id_fact_issuer"' in page


def test_with_everything_on_record_the_answer_is_yes(signed_in, dana):
    page = ask(signed_in(dana), path(**{"class": "PN", "basis": "B_COURT_ORDER"}), **COURT_ORDER)
    assert "If everything is as you say, it may leave today." in page
    assert "Does not apply: required by law" in page


def test_the_law_may_allow_what_the_practice_does_not_yet(signed_in, dana):
    given = {"recipient_kind": "provider", "purpose": "Care", "identity_verified": "on"}
    where = path(**{"class": "CHART", "basis": "B_TREATMENT"})
    assert "The law would allow it" in ask(signed_in(dana), where, **given)
    assert "it may leave today" in ask(signed_in(dana), where, **given, override_code="referred")


def test_an_insurer_that_wants_the_whole_chart_is_asked_which_documents_it_requires(signed_in, dana):
    given = {"recipient_kind": "payer", "purpose": "Appeal", "identity_verified": "on", "whole_chart": "on"}
    where = path(**{"class": "CHART", "basis": "B_PAYMENT"})
    page = ask(signed_in(dana), where, **given, justification="on")
    assert "More than progress notes would leave, and it is not said that the payer requires it." in page
    page = ask(signed_in(dana), where, **given, justification="on", fact_required_documents="on")
    assert "it may leave today" in page


def test_nobody_is_offered_to_plan_what_nobody_plans(signed_in, dana):
    page = signed_in(dana).get(path()).content.decode()
    assert "B_COURT_ORDER" in page and "B_INCIDENTAL" not in page and "B_IMPERMISSIBLE" not in page


def test_a_subpoena_is_explained_before_anything_is_promised(signed_in, dana):
    page = ask(signed_in(dana), path(**{"class": "PN", "basis": "B_SUBPOENA_ASSURANCE"}), recipient_kind="attorney")
    assert "A subpoena without a judge&#x27;s order does not open psychotherapy notes" in page


def test_a_patients_own_authorization_is_weighed_as_it_stands(signed_in, dana, chart, paper):
    form = paper()
    where = path(chart, **{"class": "CHART", "basis": form.pk})
    page = signed_in(dana).get(where).content.decode()
    assert f'value="{form.recipient_name.replace("&", "&amp;")}"' in page
    given = {"recipient_name": form.recipient_name, "recipient_kind": "attorney", "purpose": form.purpose}
    assert "it may leave today" in ask(signed_in(dana), where, **given, identity_verified="on")
    page = ask(signed_in(dana), where, **(given | {"recipient_name": "Somebody else"}), identity_verified="on")
    assert "This authorization does not name this recipient." in page
    assert reverse("authorization-open", args=[form.pk]) in page


def test_another_patients_authorization_is_no_ground(signed_in, dana, chart, abernathy, paper):
    theirs = paper(patient=abernathy)
    page = signed_in(dana).get(path(chart, **{"class": "CHART", "basis": theirs.pk})).content.decode()
    assert "Ask the gate</button>" not in page


def test_nothing_is_stored_but_that_somebody_asked(signed_in, dana, chart):
    client, where = signed_in(dana), path(chart, **{"class": "PN", "basis": "B_COURT_ORDER"})
    client.get(where)
    with CaptureQueriesContext(connection) as queries:
        ask(client, where, **COURT_ORDER | {"purpose": "a purpose nobody may read"})
    written = [q["sql"] for q in queries if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert all("audit_" in sql or "session" in sql.lower() for sql in written)
    assert not Release.objects.exists()
    assert not Task.objects.exists()
    (asked,) = AuditEntry.objects.filter(event=AuditEvent.ASKED)
    assert (asked.patient_id, asked.detail, asked.actor) == (chart.pk, "b_court_order_yes", dana)
    assert "nobody may read" not in str(list(AuditEntry.objects.values_list("detail", "changes", "object_repr")))


@pytest.mark.django_db(databases=["default", "psychotherapy"])
def test_the_sealed_database_is_never_asked(signed_in, dana, hale, chart):
    where = path(chart, **{"class": "PN", "basis": "B_AUTHORIZATION"})
    for person in (dana, hale):
        client = signed_in(person)
        with CaptureQueriesContext(connections["psychotherapy"]) as queries:
            assert "There is no authorization for this release." in ask(client, where, purpose="x")
        assert len(queries) == 0


PLAN = {"recipient_kind": "payer", "purpose": "Claim", "identity_verified": "on"}
CLINIC = {"recipient_kind": "provider", "purpose": "Care", "identity_verified": "on", "treatment_permission": "on"}
TREATMENT = {"class": "CHART", "basis": "B_TREATMENT"}


def test_the_plan_may_be_told_all_but_the_session_that_was_paid_in_full(signed_in, dana, chart):
    day = today() - timedelta(days=6)
    record_restriction(
        by=dana, patient=chart, received_on=day, uses=["payment", "operations"], recipients=["payer"],
        session_dates=[day], paid_in_full=True, words="Do not tell my plan",
    )  # fmt: skip
    client, where = signed_in(dana), path(chart, **{"class": "CHART", "basis": "B_PAYMENT"})
    page = ask(client, where, **PLAN)
    assert "it may leave today" in page and "Yes, without" in page
    assert f"All records of {day_words(day)}" in page and "paid in full" in page
    page = ask(client, where, **PLAN, dated_from=day.isoformat(), dated_to=day.isoformat())
    assert "The gate says no" in page and "Yes, without" not in page


def test_whom_a_restriction_names_can_be_named_or_told_from_them_before_anything_is_promised(
    signed_in, dana, castellanos, chart
):
    day = today() - timedelta(days=6)
    row = record_restriction(
        by=dana, patient=chart, received_on=day, uses=["treatment"], recipients=["provider"],
        recipient_name="Prairie Family Medicine", session_dates=[day], words="Not that day",
    )  # fmt: skip
    answer_restriction(by=castellanos, restriction=row, agreed=True, on=day)
    client, where = signed_in(dana), path(chart, **TREATMENT)
    page = ask(client, where, **CLINIC)
    assert f"is not told of this: all records of {day_words(day)}" in page and "The gate says no" in page
    page = ask(client, where, **CLINIC, not_the_restricted_recipient=str(row.pk))
    assert "it may leave today" in page and "Yes, without" not in page
    assert "Yes, without" in ask(client, where, **CLINIC, recipient_name="Prairie Family Medicine")


def test_what_was_typed_stays_when_the_ground_is_changed(signed_in, dana, chart):
    typed = CLINIC | {"class": "CHART", "basis": "B_OPERATIONS", "purpose": "Second opinion"}
    page = signed_in(dana).post(path(chart, **TREATMENT), typed).content.decode()
    assert "basis=B_OPERATIONS" in page and 'value="Second opinion"' in page
    assert "The gate says" not in page and not AuditEntry.objects.filter(event=AuditEvent.ASKED).exists()


def test_two_forms_for_one_recipient_are_told_apart_by_the_day_they_were_signed(signed_in, dana, chart, paper):
    form = paper()
    page = signed_in(dana).get(path(chart, **{"class": "CHART"})).content.decode()
    assert f"(in effect, signed {day_words(form.signed_on)})" in page
