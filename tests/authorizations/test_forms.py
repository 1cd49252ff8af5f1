"""The practice’s forms and authorizations prepared from them: who may, what is kept, what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from authorizations import queries
from authorizations.actions.forms import (
    make_version,
    prepare_authorization,
    prepare_separately,
    record_review,
    split_authorization,
    tend_form_reviews,
)
from authorizations.documents.signing import text_to_sign
from authorizations.models import Authorization, FormReview, FormVersion
from authorizations.queries.forms import form_in_use, usable_form
from authorizations.rules import AuthorizationStatus
from authorizations.rules.form_versions import FormKind, ReviewOutcome
from authorizations.rules.starting_texts import STARTING_TEXTS
from practice.compliance.actions import set_policy
from practice.infrastructure.days import local_date, today, years_after
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from tests.authorizations.conftest import Record
from tests.authorizations.papers import approve_forms, to_prepare

pytestmark = pytest.mark.django_db(databases="__all__")


def texts(**changes: str) -> dict[str, str]:
    return {**STARTING_TEXTS[FormKind.PN], **changes}


def review(by: Staff, version: FormVersion, days_ago: int = 0, **changes: Any) -> FormReview:
    given: dict[str, Any] = {
        "outcome": ReviewOutcome.APPROVED,
        "counsel": "Laurel Whitcomb",
        "reviewed_on": today() - timedelta(days=days_ago),
        "file_note": "Letter of that day",
    }
    return record_review(by=by, version=version, **(given | changes))


def open_reviews() -> list[Task]:
    return list(Task.objects.filter(kind=TaskKind.FORM_REVIEW, state=TaskState.OPEN))


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda problem: problem.refusal.code == code)


def test_a_fresh_practice_has_both_forms_and_may_use_neither(dana: Staff, hale: Staff, lindqvist: Patient) -> None:
    assert set(FormVersion.objects.values_list("kind", "number")) == {("PN", 1), ("RECORDS", 1)}
    for kind in FormKind:
        _version, refusal = usable_form(kind, today())
        assert refusal is not None and refusal.code == "FORM_NOT_APPROVED"
    with refused("FORM_NOT_APPROVED"):
        prepare_authorization(by=dana, patient=lindqvist, **to_prepare(hale))
    assert not Authorization.objects.exists()


def test_an_approved_form_prepares_a_draft_that_permits_nothing(prepared: Record) -> None:
    draft = prepared()
    line = queries.line_of(queries.for_release(draft.pk), today())
    assert line.status == AuthorizationStatus.DRAFT
    assert {defect.element for defect in line.defects} == {"A6"}
    assert draft.template_version is not None and draft.template_version.kind == "PN"
    assert draft.info_description == "All psychotherapy notes by Dr. Miriam Hale"


def test_what_the_patient_signs_is_every_word_of_the_form_and_everything_filled_in(prepared: Record) -> None:
    draft = queries.for_release(prepared(own_words="only on the accident").pk)
    text = text_to_sign(draft).plain
    said = draft.template_version.texts if draft.template_version else {}
    for key in set(said) - {"signature", "authority", "remuneration"}:
        first = said[key].split(".")[0].split("{")[0]
        assert first in text, key
    for filled in ("Tobias Lindqvist", "Dr. Miriam Hale", "Fenner & Osgood", "Custody case", "only on the accident"):
        assert filled in text
    assert "{" not in text
    assert text_to_sign(draft).sha256 == text_to_sign(queries.for_release(draft.pk)).sha256


def test_the_form_in_use_is_the_newest_that_counsel_approved(castellanos: Staff) -> None:
    first = approve_forms(castellanos)[0]
    kind = FormKind(first.kind)
    second = make_version(by=castellanos, kind=kind, texts={**STARTING_TEXTS[kind], "copy": "You get a copy."})
    assert second.number == 2
    assert form_in_use(kind, today()) == first
    review(castellanos, second)
    assert form_in_use(kind, today()) == second
    review(castellanos, second, outcome=ReviewOutcome.NOT_APPROVED)
    assert form_in_use(kind, today()) == first


def test_an_overdue_form_prepares_nothing_and_what_was_signed_on_it_in_time_stays_good(
    castellanos: Staff, dana: Staff, hale: Staff, lindqvist: Patient, authorized: Record
) -> None:
    version = FormVersion.objects.get(kind="PN")
    answered = timezone.now() - timedelta(days=380)
    FormReview.objects.create(
        version=version, outcome=ReviewOutcome.APPROVED, counsel="Laurel Whitcomb", file_note="Letter of that day",
        reviewed_on=local_date(answered), recorded_by=castellanos, recorded_at=answered,
    )  # fmt: skip
    signed_in_time = authorized(template_version=version, signed_on=today() - timedelta(days=30))
    signed_late = authorized(template_version=version, signed_on=today() - timedelta(days=2))
    with refused("FORM_OVERDUE"):
        prepare_authorization(by=dana, patient=lindqvist, **to_prepare(hale))
    standings = [queries.line_of(queries.for_release(row.pk), today()) for row in (signed_in_time, signed_late)]
    assert [line.status for line in standings] == [AuthorizationStatus.ACTIVE, AuthorizationStatus.DEFECTIVE]
    assert [defect.element for defect in standings[1].defects] == ["F1"]


def test_a_practice_that_switched_the_policy_off_uses_its_form_as_it_is(
    castellanos: Staff, dana: Staff, hale: Staff, lindqvist: Patient
) -> None:
    set_policy(by=castellanos, code="P-22", value=False, from_on=today(), reason="Counsel reads every form itself.")
    draft = prepare_authorization(by=dana, patient=lindqvist, **to_prepare(hale))
    assert {defect.element for defect in queries.line_of(queries.for_release(draft.pk), today()).defects} == {"A6"}


def test_only_the_compliance_officer_changes_words_and_records_what_counsel_said(dana: Staff, hale: Staff) -> None:
    version = FormVersion.objects.get(kind="PN")
    for somebody in (dana, hale):
        with pytest.raises(Refused):
            make_version(by=somebody, kind=FormKind.PN, texts=texts(copy="You get a copy."))
        with pytest.raises(Refused):
            review(somebody, version)
    assert FormVersion.objects.count() == 2 and not FormReview.objects.exists()


def test_words_that_lack_a_statement_are_refused_with_its_name(castellanos: Staff) -> None:
    with pytest.raises(Refused) as caught:
        make_version(by=castellanos, kind=FormKind.PN, texts=texts(redisclosure=" ", revocation=""))
    assert "You can take this back" in caught.value.refusal.words
    assert "Who else may see them" in caught.value.refusal.words


def test_the_same_words_twice_are_one_version(castellanos: Staff) -> None:
    made = [make_version(by=castellanos, kind=FormKind.PN, texts=texts(copy="A copy is yours.")) for _ in range(2)]
    assert made[0] == made[1] and made[0].number == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"counsel": " "}, "FORM_REVIEW_INCOMPLETE"),
        ({"file_note": ""}, "FORM_REVIEW_INCOMPLETE"),
        ({"reviewed_on": today() + timedelta(days=1)}, "FORM_REVIEW_IN_FUTURE"),
    ],
)
def test_an_approval_names_counsel_its_day_and_where_the_answer_is_kept(
    castellanos: Staff, changes: dict[str, Any], code: str
) -> None:
    with refused(code):
        review(castellanos, FormVersion.objects.get(kind="PN"), **changes)


def test_counsel_cannot_have_approved_words_before_they_were_written(castellanos: Staff) -> None:
    version = make_version(by=castellanos, kind=FormKind.PN, texts=texts(copy="A copy is yours."))
    with refused("FORM_REVIEW_TOO_EARLY"):
        review(castellanos, version, days_ago=1)


@pytest.mark.parametrize("model", [FormVersion, FormReview])
def test_words_and_approvals_are_never_changed_or_removed(castellanos: Staff, model: Any) -> None:
    approve_forms(castellanos)
    for change in (lambda: model.objects.update(id=uuid4()), lambda: model.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_yearly_review_becomes_a_task_thirty_days_ahead_and_ends_with_the_review(castellanos: Staff) -> None:
    versions = approve_forms(castellanos)
    approved_on = today() - timedelta(days=60)
    due = years_after(approved_on, 1)
    assert open_reviews() == []
    assert tend_form_reviews(due - timedelta(days=31)) == 0
    assert tend_form_reviews(due - timedelta(days=30)) == 2
    assert tend_form_reviews(due) == 2  # twice makes no second one
    assert {(task.subject_id, task.due_on) for task in open_reviews()} == {(one.pk, due) for one in versions}
    review(castellanos, versions[0])
    assert [task.subject_id for task in open_reviews()] == [versions[1].pk]


def test_a_practice_without_an_approved_form_is_asked_for_one(castellanos: Staff) -> None:
    assert tend_form_reviews(today()) == 2
    assert {task.role for task in open_reviews()} == {"compliance_officer"}


def test_chart_and_psychotherapy_notes_are_refused_on_one_form_and_become_two_documents(
    approved_forms: list[FormVersion], dana: Staff, hale: Staff, lindqvist: Patient
) -> None:
    both = {**to_prepare(hale), "record_classes": ["PN", "CHART", "BILLING"], "info_kinds": ["note", "diagnosis"]}
    with refused("AUTH_DEFECT_COMPOUND"):
        prepare_authorization(by=dana, patient=lindqvist, **both)
    assert not Authorization.objects.exists()
    new_id = uuid4()
    made = prepare_separately(by=dana, patient=lindqvist, new_id=new_id, own_words="only 2024", **both)
    assert [row.record_classes for row in made] == [["PN"], ["CHART", "BILLING"]]
    notes, records = made
    assert notes.info_description == "All psychotherapy notes by Dr. Miriam Hale" and notes.info_kinds == []
    assert records.info_description == "Progress notes, diagnosis; bills and payments: only 2024"
    assert records.pn_originator is None and records.pn_scope == ""
    assert {row.recipient_name for row in made} == {both["recipient_name"]}
    again = prepare_separately(by=dana, patient=lindqvist, new_id=new_id, own_words="only 2024", **both)
    assert [row.pk for row in again] == [row.pk for row in made]


def test_w19_a_signed_compound_form_is_split_into_two_unsigned_ones_and_stays_as_it_is(
    approved_forms: list[FormVersion], dana: Staff, authorized: Record
) -> None:
    compound = authorized(record_classes=["CHART", "PN"], info_description="My chart and my psychotherapy notes")
    parts = split_authorization(by=dana, authorization=compound)
    assert [row.record_classes for row in parts] == [["PN"], ["CHART"]]
    assert [row.info_description for row in parts] == [
        "All psychotherapy notes by Dr. Miriam Hale: My chart and my psychotherapy notes",
        "Chart records",
    ]
    for row in parts:
        line = queries.line_of(queries.for_release(row.pk), today())
        assert line.status == AuthorizationStatus.DRAFT and row.prepared_from_id == compound.pk
    assert queries.line_of(queries.for_release(compound.pk), today()).status == AuthorizationStatus.DEFECTIVE
    assert split_authorization(by=dana, authorization=compound) == parts


def test_nothing_is_made_when_one_of_the_two_documents_cannot_be(
    castellanos: Staff, dana: Staff, authorized: Record
) -> None:
    review(castellanos, FormVersion.objects.get(kind="PN"))
    compound = authorized(record_classes=["CHART", "PN"], info_description="My chart and my psychotherapy notes")
    with refused("FORM_NOT_APPROVED"):
        split_authorization(by=dana, authorization=compound)
    assert Authorization.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"conditioned_on": "TREATMENT"}, "AUTH_DEFECT_CONDITIONED"),
        ({"conditioned_on": "TREATMENT", "conditioning_ground": "THIRD_PARTY"}, "AUTH_DEFECT_CONDITIONED"),
        ({"expires_on": None}, "AUTH_DEFECT_INCOMPLETE"),
        ({"purpose": ""}, "AUTH_DEFECT_INCOMPLETE"),
        ({"recipient_name": ""}, "AUTH_DEFECT_INCOMPLETE"),
        ({"pn_originator": None}, "AUTH_DEFECT_INCOMPLETE"),
    ],
)
def test_a_form_that_would_be_useless_once_signed_is_not_prepared(
    prepared: Record, changes: dict[str, Any], code: str
) -> None:
    with refused(code):
        prepared(**changes)
    assert not Authorization.objects.exists()


def test_a_lawful_condition_prints_what_happens_without_a_signature(prepared: Record) -> None:
    draft = prepared(
        record_classes=["CHART"], info_kinds=["document"], conditioned_on="TREATMENT", conditioning_ground="THIRD_PARTY"
    )
    text = text_to_sign(queries.for_release(draft.pk)).plain
    assert "If you do not sign, we cannot see you for this report." in text
    assert "It is up to you." not in text


def test_a_second_click_prepares_nothing_more(prepared: Record) -> None:
    new_id = uuid4()
    assert prepared(new_id=new_id) == prepared(new_id=new_id)
    assert Authorization.objects.count() == 1


def test_a_changed_draft_replaces_the_one_before(prepared: Record) -> None:
    first = prepared()
    second = prepared(prepared_from=first, purpose="Another purpose")
    old = queries.line_of(queries.for_release(first.pk), today())
    assert old.status == AuthorizationStatus.DEFECTIVE
    assert queries.corrected_by(first) == second


def test_nobody_prepares_a_form_for_a_patient_they_do_not_care_for(
    approved_forms: list[FormVersion], osei: Staff, brook: Staff, hale: Staff, lindqvist: Patient
) -> None:
    for somebody in (osei, brook):
        with pytest.raises(Exception) as caught:
            prepare_authorization(by=somebody, patient=lindqvist, **to_prepare(hale))
        assert caught.type.__name__ in {"Refused", "Http404"}
    assert not Authorization.objects.exists()


def test_a_version_number_is_given_once(castellanos: Staff) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.create(kind="PN", number=1, texts={})
