"""What recording and taking back leave behind: rows that are only added, tasks, audit; who may; and who wins a race."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404
from django.utils import timezone

from authorizations import actions, queries
from authorizations.models import Authorization, AuthorizationEvent, SignedPaper
from authorizations.rules import AuthorizationStatus, EventKind, RecordClass, defects
from authorizations.signals import authorization_revoked
from practice.audit.models import AuditEntry
from practice.audit.rules import Outcome
from practice.compliance.actions import set_policy
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import CheckedUpload, check_upload
from practice.people import actions as people
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import AloneGround
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from tests.authorizations.papers import at, complete
from tests.files import pdf

Record = Callable[..., Authorization]


def stands(authorization: Authorization, at_instant: datetime | None = None) -> AuthorizationStatus:
    fresh = queries.for_release(authorization.pk)
    on = timezone.localdate(at_instant) if at_instant else today()
    return queries.line_of(fresh, on, at_instant).status


def tasks(kind: TaskKind) -> list[Task]:
    return list(Task.objects.filter(kind=kind, state=TaskState.OPEN))


def test_a_complete_paper_is_in_effect_and_its_scan_opens_only_sealed(authorized: Record) -> None:
    scan = check_upload(BytesIO(pdf()))
    row = authorized(paper=scan)
    assert stands(row) == AuthorizationStatus.ACTIVE
    kept = row.papers.get()
    assert (kept.kind, kept.data, kept.sha256) == ("pdf", scan.data, scan.sha256)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM authorizations_signedpaper WHERE id = %s", [kept.pk])
        assert b"%PDF" not in bytes(cursor.fetchone()[0])
        cursor.execute("SELECT purpose, info_description FROM authorizations_authorization")
        assert b"Custody" not in b"".join(map(bytes, cursor.fetchone()))


def test_what_was_entered_is_what_the_rules_see(authorized: Record, hale: Staff) -> None:
    facts = queries.facts_of(queries.for_release(authorized(info_description="All records", expires_on=None).pk))
    assert [defect.element for defect in defects(facts, on=today())] == ["A1", "A5"]
    assert facts.pn_originator_id == str(hale.pk)
    assert facts.patient_born_on == date(1991, 7, 14)


def acts_alone(by: Staff, minor: Patient, since: date) -> None:
    people.let_minor_act_alone(by=by, patient=minor, ground=AloneGround.M1, reason="As she told", holds_from=since)


def test_a_minor_known_to_consent_alone_signs_alone_w21(authorized: Record, lindqvist: Patient, hale: Staff) -> None:
    Patient.objects.filter(pk=lindqvist.pk).update(birth_date=today() - timedelta(days=15 * 366))
    lindqvist.refresh_from_db()
    acts_alone(hale, lindqvist, today() - timedelta(days=300))
    by_minor = authorized(signer_role="MINOR_AS_INDIVIDUAL")
    by_parent = authorized(signer_role="PARENT", authority_description="Mother")
    assert stands(by_minor) == AuthorizationStatus.ACTIVE
    assert stands(by_parent) == AuthorizationStatus.SIGNED_INCOMPLETE


def test_a_minor_who_consents_alone_later_or_no_longer_changes_no_earlier_signature(
    authorized: Record, lindqvist: Patient, hale: Staff
) -> None:
    born, signed = today() - timedelta(days=15 * 366), today() - timedelta(days=20)

    Patient.objects.filter(pk=lindqvist.pk).update(birth_date=born)
    lindqvist.refresh_from_db()
    mother = PersonalRepresentative.objects.create(
        patient=lindqvist, name="Ina Lindqvist", kind="PARENT", authority="Mother", from_on=signed
    )
    by_parent = authorized(
        signer_role="PARENT",
        signer_name="Ina Lindqvist",
        representative=mother,
        authority_description="Mother",
        signed_on=signed,
    )
    by_minor = authorized(signer_role="MINOR_AS_INDIVIDUAL", signed_on=signed)
    good, lacking = AuthorizationStatus.ACTIVE, AuthorizationStatus.SIGNED_INCOMPLETE
    assert (stands(by_parent), stands(by_minor)) == (good, lacking)
    acts_alone(hale, lindqvist, signed + timedelta(days=1))
    assert (stands(by_parent), stands(by_minor)) == (good, lacking), "the decision says since when"
    acts_alone(hale, lindqvist, signed)
    assert (stands(by_parent), stands(by_minor)) == (lacking, good)
    people.end_minor_acting_alone(by=hale, patient=lindqvist, reason="Wants her mother")
    assert (stands(by_parent), stands(by_minor)) == (lacking, good), "ended today, it still held on that day"
    acts_alone(hale, lindqvist, today())
    assert (stands(by_parent), stands(by_minor)) == (lacking, good), "nor does a second time take the first away"


def test_a_copy_is_asked_for_when_the_practice_sought_the_signature(authorized: Record, dana: Staff) -> None:
    row = authorized()
    assert [task.role for task in tasks(TaskKind.AUTHORIZATION_COPY)] == ["front_desk"]
    actions.record_copy_given(by=dana, authorization=row, given_on=today(), how="By mail")
    assert tasks(TaskKind.AUTHORIZATION_COPY) == []
    authorized(individual_initiated=True)
    assert tasks(TaskKind.AUTHORIZATION_COPY) == []


def test_w17_a_written_revocation_ends_it_at_the_minute_of_receipt_and_asks_for_notices(
    authorized: Record, dana: Staff
) -> None:
    heard: list[AuthorizationEvent] = []

    def listen(event: AuthorizationEvent, **_: object) -> None:
        heard.append(event)

    authorization_revoked.connect(listen)
    row = authorized(signed_on=date(2026, 3, 1), expires_on=date(2027, 1, 1))
    received = at(2026, 4, 3, 14, 30)
    event = actions.record_revocation(by=dana, authorization=row, written=True, received_at=received, how="By mail")
    assert stands(row, at(2026, 4, 3, 10)) == AuthorizationStatus.ACTIVE
    assert stands(row, at(2026, 4, 3, 17)) == AuthorizationStatus.REVOKED
    assert [task.role for task in tasks(TaskKind.REVOCATION_NOTICE)] == ["compliance_officer"]
    assert heard == [event]
    assert list(queries.revocations()) == [event]
    assert AuditEntry.objects.filter(event="revoked", detail="WRITTEN_REVOCATION").count() == 1


def test_w18_a_call_holds_it_and_the_letter_revokes_it(authorized: Record, dana: Staff) -> None:
    row = authorized(signed_on=date(2026, 3, 1), expires_on=date(2027, 1, 1))
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=at(2026, 4, 3, 11))
    assert stands(row, at(2026, 4, 3, 12)) == AuthorizationStatus.ON_HOLD
    assert len(tasks(TaskKind.REVOCATION_FORM)) == 1
    actions.record_revocation(by=dana, authorization=row, written=True, received_at=at(2026, 4, 10, 9))
    assert stands(row, at(2026, 4, 9, 12)) == AuthorizationStatus.ON_HOLD
    assert stands(row, at(2026, 4, 10, 9)) == AuthorizationStatus.REVOKED
    assert tasks(TaskKind.REVOCATION_FORM) == []


def test_without_the_practices_policy_a_call_is_recorded_and_holds_nothing(
    authorized: Record, dana: Staff, castellanos: Staff
) -> None:
    setting = set_policy(by=castellanos, code="P-06", value=False, from_on=today(), reason="Counsel's advice.")
    row = authorized()
    event = actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now())
    assert (event.holds, event.policy_version) == (False, setting.pk)
    assert stands(row) == AuthorizationStatus.ACTIVE


def test_w16_the_event_ends_it_on_the_day_it_became_known(authorized: Record, dana: Staff) -> None:
    row = authorized(
        signed_on=date(2026, 3, 1),
        expires_on=None,
        expires_event="conclusion of custody case 24-D-118",
        expires_event_relates=True,
    )
    actions.record_event_known(by=dana, authorization=row, known_on=date(2026, 5, 20), how="Letter of the lawyer")
    fresh = queries.for_release(row.pk)
    assert queries.line_of(fresh, date(2026, 5, 10)).status == AuthorizationStatus.ACTIVE
    assert queries.line_of(fresh, date(2026, 5, 20)).status == AuthorizationStatus.EXPIRED_EVENT


def test_a_false_statement_and_a_finished_release_end_it(authorized: Record, dana: Staff) -> None:
    false, done = authorized(), authorized(individual_initiated=True)
    actions.record_known_false(by=dana, authorization=false, known_on=today(), what="The signature is not hers.")
    actions.record_fulfilled(by=dana, authorization=done, on=today())
    assert stands(false) == AuthorizationStatus.DEFECTIVE
    assert stands(done) == AuthorizationStatus.FULFILLED


def test_a_correction_keeps_the_old_record_and_carries_scan_and_copy_along(
    authorized: Record, dana: Staff, hale: Staff
) -> None:
    wrong = authorized(purpose="", paper=check_upload(BytesIO(pdf())))
    actions.record_copy_given(by=dana, authorization=wrong, given_on=today(), how="By hand")
    right = actions.correct_authorization(why="Mistyped", by=dana, authorization=wrong, **complete(hale))
    assert (stands(wrong), stands(right)) == (AuthorizationStatus.DEFECTIVE, AuthorizationStatus.ACTIVE)
    assert right.papers.get().data == wrong.papers.get().data
    assert right.prepared_from == wrong
    assert tasks(TaskKind.AUTHORIZATION_COPY) == []


def test_nobody_corrects_a_revocation_away(authorized: Record, dana: Staff, hale: Staff) -> None:
    row = authorized()
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now())
    with pytest.raises(Refused) as refused:
        actions.correct_authorization(why="Mistyped", by=dana, authorization=row, **complete(hale))
    assert refused.value.refusal.code == "AUTHORIZATION_CLOSED_TO_CORRECTION"
    assert Authorization.objects.count() == 1


def test_a_revocation_never_lands_on_a_record_that_was_corrected_meanwhile(
    authorized: Record, dana: Staff, hale: Staff
) -> None:
    old = authorized()
    corrected = actions.correct_authorization(why="Mistyped", by=dana, authorization=old, **complete(hale))
    with pytest.raises(Refused) as refused:
        actions.record_revocation(by=dana, authorization=old, written=True, received_at=timezone.now())
    assert refused.value.refusal.code == "AUTHORIZATION_CORRECTED"
    assert str(corrected.pk) in refused.value.refusal.link
    with pytest.raises(Refused, match="AUTHORIZATION_CORRECTED"):
        actions.record_known_false(by=dana, authorization=old, known_on=today(), what="the date")


def test_a_correction_does_not_open_again_what_was_finished(authorized: Record, dana: Staff, hale: Staff) -> None:
    row = authorized(individual_initiated=True)
    actions.record_fulfilled(by=dana, authorization=row, on=today())
    corrected = actions.correct_authorization(why="Mistyped", by=dana, authorization=row, **complete(hale))
    assert stands(corrected) == AuthorizationStatus.FULFILLED


def test_a_correction_keeps_on_which_day_the_event_that_ends_it_happened(
    authorized: Record, dana: Staff, hale: Staff
) -> None:
    row = authorized(expires_on=None, expires_event="end of the case", expires_event_relates=True)
    actions.record_event_known(
        by=dana, authorization=row, known_on=today(), occurred_on=today() - TOMORROW, how="A call"
    )
    corrected = actions.correct_authorization(by=dana, authorization=row, why="Mistyped", **complete(hale))
    assert corrected.events.get().occurred_on == today() - TOMORROW


TOMORROW = timedelta(days=1)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda a, by: actions.record_revocation(by=by, authorization=a, written=True, received_at=timezone.now() + TOMORROW), "RECEIVED_IN_THE_FUTURE"),  # noqa: E501
        (lambda a, by: actions.record_revocation(by=by, authorization=a, written=True, received_at=at(2001, 1, 1, 9)), "REVOKED_BEFORE_SIGNED"),  # noqa: E501
        (lambda a, by: actions.record_event_known(by=by, authorization=a, known_on=today() + TOMORROW, how="x"), "EVENT_IN_THE_FUTURE"),  # noqa: E501
        (lambda a, by: actions.record_event_known(by=by, authorization=a, known_on=today(), how=" "), "EVENT_WITHOUT_WORDS"),  # noqa: E501
        (lambda a, by: [actions.record_copy_given(by=by, authorization=a, given_on=today(), how="x") for _ in range(2)], "EVENT_RECORDED_BEFORE"),  # noqa: E501
        (lambda a, by: actions.record_copy_given(by=by, authorization=a, given_on=date(2001, 1, 1), how="x"), "EVENT_BEFORE_SIGNED"),  # noqa: E501
        (lambda a, by: actions.record_fulfilled(by=by, authorization=a, on=today()), "AUTHORIZATION_COPY_OWED"),
    ],
)  # fmt: skip
def test_what_cannot_have_happened_is_refused_in_words(
    authorized: Record, dana: Staff, act: Callable[[Authorization, Staff], object], code: str
) -> None:
    row = authorized()
    with pytest.raises(Refused) as refused:
        act(row, dana)
    assert refused.value.refusal.code == code
    assert refused.value.refusal.words


def test_a_receipt_in_the_future_and_another_patients_record_are_refused(
    authorized: Record, lindqvist: Patient, abernathy: Patient, osei: Staff
) -> None:
    with pytest.raises(Refused, match="RECEIVED_IN_THE_FUTURE"):
        authorized(received_at=timezone.now() + TOMORROW)
    other = authorized(patient=abernathy, pn_originator=osei)
    with pytest.raises(Refused, match="AUTHORIZATION_OTHER_PATIENT"):
        authorized(prepared_from=other)


# who, may record for Tobias Lindqvist
WHO = [
    ("hale", True),  # treats him
    ("dana", True),
    ("castellanos", True),
    ("solo", True),  # front desk among other roles
    ("osei", False),  # treats somebody else
    ("brook", False),
]


@pytest.mark.parametrize(("who", "may"), WHO)
def test_front_desk_compliance_and_the_patients_own_clinician_record_and_nobody_else(
    request: pytest.FixtureRequest, authorized: Record, who: str, may: bool
) -> None:
    staff = request.getfixturevalue(who)
    row = authorized()
    acts: list[Callable[[], object]] = [
        lambda: authorized(by=staff),
        lambda: actions.record_revocation(by=staff, authorization=row, written=False, received_at=timezone.now()),
        lambda: actions.record_copy_given(by=staff, authorization=row, given_on=today(), how="By hand"),
        lambda: actions.add_paper(by=staff, authorization=row, paper=CheckedUpload("pdf", b"%PDF-", "0" * 64)),
    ]
    for act in acts:
        if may:
            act()
            continue
        before = (Authorization.objects.count(), AuthorizationEvent.objects.count(), SignedPaper.objects.count())
        with pytest.raises((Refused, Http404)):
            act()
        assert before == (
            Authorization.objects.count(),
            AuthorizationEvent.objects.count(),
            SignedPaper.objects.count(),
        )
    refused = AuditEntry.objects.filter(actor=staff, outcome=Outcome.REFUSED).count()
    assert refused == (0 if may else len(acts)), "each refused attempt is in the audit trail"


def test_nothing_about_an_authorization_is_ever_changed_or_deleted(authorized: Record, dana: Staff) -> None:
    row = authorized(paper=check_upload(BytesIO(pdf())))
    event = actions.record_copy_given(by=dana, authorization=row, given_on=today(), how="By hand")
    attempts: list[Callable[[], object]] = [
        lambda: Authorization.objects.filter(pk=row.pk).update(recipient_name="Somebody else"),
        lambda: Authorization.objects.filter(pk=row.pk).delete(),
        lambda: AuthorizationEvent.objects.filter(pk=event.pk).update(happened_on=date(2020, 1, 1)),
        lambda: AuthorizationEvent.objects.filter(pk=event.pk).delete(),
        lambda: SignedPaper.objects.filter(authorization=row).update(sha256="0" * 64),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        ("event", {"kind": EventKind.WRITTEN_REVOCATION, "received_at": None}),
        ("event", {"kind": EventKind.WRITTEN_REVOCATION, "received_at": timezone.now() + timedelta(days=400)}),
        ("event", {"kind": EventKind.COPY_GIVEN, "holds": True}),
        ("paper", {"kind": "exe"}),
        ("paper", {"sha256": "short"}),
        ("paper", {"size": 0}),
        ("authorization", {"record_classes": ["EVERYTHING"]}),
        ("authorization", {"received_at": timezone.now() + timedelta(days=400)}),
    ],
)
def test_the_database_refuses_what_cannot_be(
    authorized: Record, dana: Staff, lindqvist: Patient, model: str, wrong: dict[str, Any]
) -> None:
    row = authorized()
    whole: dict[str, tuple[type, dict[str, Any]]] = {
        "event": (
            AuthorizationEvent,
            {"authorization": row, "kind": EventKind.FULFILLED, "happened_on": today(), "recorded_by": dana},
        ),
        "paper": (
            SignedPaper,
            {"authorization": row, "data": b"x", "kind": "pdf", "size": 1, "sha256": "0" * 64, "added_by": dana},
        ),
        "authorization": (Authorization, {"patient": lindqvist, "recorded_by": dana}),
    }
    cls, fields = whole[model]
    cls.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        cls.objects.create(**(fields | wrong))


def test_the_same_event_is_not_recorded_twice_even_past_the_action(authorized: Record, dana: Staff) -> None:
    row = authorized()
    fields = {"authorization": row, "kind": EventKind.FULFILLED, "happened_on": today(), "recorded_by": dana}
    AuthorizationEvent.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuthorizationEvent.objects.create(**fields)


def test_neither_names_nor_words_of_the_paper_reach_the_audit_trail(authorized: Record, dana: Staff) -> None:
    row = authorized(purpose="CANARY-purpose", signer_name="CANARY-signer", recipient_name="CANARY-recipient")
    actions.record_known_false(by=dana, authorization=row, known_on=today(), what="CANARY-false")
    for entry in AuditEntry.objects.all():
        assert "CANARY" not in f"{entry.changes} {entry.object_repr} {entry.detail} {entry.additional_data}"


def test_as_many_queries_for_one_authorization_as_for_ten(
    authorized: Record, dana: Staff, lindqvist: Patient, django_assert_num_queries: Callable[..., Any]
) -> None:
    actions.record_copy_given(by=dana, authorization=authorized(), given_on=today(), how="x")
    with django_assert_num_queries(7):  # list, events, writers, names, acting alone, acting for them, a policy
        pass_one = queries.lines_of(lindqvist, today(), dana)
    for _ in range(9):
        row = authorized()
        actions.record_copy_given(by=dana, authorization=row, given_on=today(), how="x")
    with django_assert_num_queries(7):
        pass_ten = queries.lines_of(lindqvist, today(), dana)
    assert (len(pass_one), len(pass_ten)) == (1, 10)


def test_those_that_end_soon_are_found_for_the_home_page(authorized: Record, dana: Staff, osei: Staff) -> None:
    soon = authorized(expires_on=today() + timedelta(days=10))
    authorized(expires_on=today() + timedelta(days=200))
    authorized(expires_on=today() + timedelta(days=10), stmt_redisclosure=False)  # not in effect anyway
    assert [line.authorization for line in queries.ending_soon(dana, today())] == [soon]
    assert queries.ending_soon(osei, today()) == []
    assert len(queries.active_for(soon.patient, RecordClass.PN, today(), dana)) == 2


@pytest.mark.committing
def test_a_release_and_a_revocation_at_the_same_moment_have_one_winner(authorized: Record, dana: Staff) -> None:
    """Sixteen releases and one revocation start together; no release is allowed once the revocation stands."""
    row = authorized()
    begin, order = Barrier(17), []

    def release() -> Iterator[None]:
        with transaction.atomic():
            held = actions.lock_for_release(row.pk)
            order.append(stands(held) == AuthorizationStatus.ACTIVE)
        yield

    def revoke() -> Iterator[None]:
        received = timezone.now() - timedelta(seconds=1)
        actions.record_revocation(by=dana, authorization=row, written=True, received_at=received)
        yield

    def run(act: Callable[[], Iterator[None]]) -> None:
        begin.wait()
        try:
            for _ in act():
                pass
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in [*[release] * 16, revoke]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(order) == 16
    assert order == sorted(order, reverse=True), "once one is refused, all later ones are"
    assert stands(row) == AuthorizationStatus.REVOKED


@pytest.mark.committing
def test_a_revocation_waits_for_a_release_under_way(authorized: Record, dana: Staff) -> None:
    row, done = authorized(), []

    def revoke() -> None:
        try:
            actions.record_revocation(by=dana, authorization=row, written=True, received_at=timezone.now())
            done.append("revoked")
        finally:
            connection.close()

    with transaction.atomic():
        actions.lock_for_release(row.pk)
        thread = Thread(target=revoke)
        thread.start()
        thread.join(0.5)
        done.append("released")
    thread.join()
    assert done == ["released", "revoked"]
