"""Taking back: a call holds, a letter ends, a letter to go on lifts the hold; everybody who may still act is told."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from authorizations import actions, queries
from authorizations.actions.endings import ask_about_endings
from authorizations.actions.taking_back import lift_hold, record_form_sent, record_told
from authorizations.models import RevocationNotice
from authorizations.policies import open_notice
from authorizations.rules import AuthorizationStatus, EventKind, status
from authorizations.rules.lifetime import holds_of
from practice.compliance.actions import record_associate, set_policy
from practice.compliance.models import BusinessAssociate
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import CheckedUpload, check_upload
from practice.people.actions.contact import record_contact_wish
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from tests.files import pdf

from .conftest import Record
from .papers import CHART_PAPER, at, paper

pytestmark = pytest.mark.django_db
CALL, AGAIN = at(2026, 4, 3, 11), at(2026, 4, 6, 9)
WRITES = at(2026, 4, 5, 16)


def scan() -> CheckedUpload:
    return check_upload(BytesIO(pdf()))


def stands(row, at: datetime) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(row.pk), timezone.localtime(at).date(), at).status


def open_tasks(kind: TaskKind) -> list[Task]:
    return list(Task.objects.filter(kind=kind, state=TaskState.OPEN))


# --- the hold and its two ways out


@pytest.mark.parametrize(
    ("calls", "writings", "over", "since"),
    [
        ([], [], (), None),
        ([CALL], [], (), CALL),
        ([CALL, AGAIN], [], (), CALL),  # a second call while it is held changes nothing
        ([CALL], [WRITES], ((CALL, WRITES),), None),
        ([CALL, AGAIN], [WRITES], ((CALL, WRITES),), AGAIN),  # who goes on may call again
        ([AGAIN], [WRITES], (), AGAIN),  # what was written before a call does not answer it
    ],
)
def test_a_hold_lasts_from_the_call_until_the_patient_writes(calls, writings, over, since) -> None:
    assert holds_of(calls, writings) == (over, since)


@pytest.mark.parametrize(
    ("asked_at", "expected"),
    [
        (at(2026, 4, 3, 10, 59), AuthorizationStatus.ACTIVE),
        (CALL, AuthorizationStatus.ON_HOLD),
        (at(2026, 4, 5, 15, 59), AuthorizationStatus.ON_HOLD),
        (WRITES, AuthorizationStatus.ACTIVE),
    ],
)
def test_at_each_instant_a_lifted_hold_says_what_held_then(asked_at: datetime, expected: AuthorizationStatus) -> None:
    facts = paper(CHART_PAPER, earlier_holds=((CALL, WRITES),))
    assert status(facts, asked_at.date(), at=asked_at) == expected


def test_a_hold_covers_the_whole_day_of_the_call_and_not_the_day_of_the_letter_for_who_asks_by_day() -> None:
    facts = paper(CHART_PAPER, earlier_holds=((CALL, WRITES),))
    found = [status(facts, date(2026, 4, day)) for day in (2, 3, 4, 5)]
    held, active = AuthorizationStatus.ON_HOLD, AuthorizationStatus.ACTIVE
    assert found == [active, held, held, active]


def test_the_patient_who_writes_to_go_on_lifts_the_hold_and_history_keeps_both(authorized: Record, dana: Staff) -> None:
    row = authorized(signed_on=date(2026, 3, 1), expires_on=today() + timedelta(days=90))
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=CALL, how="Called")
    event = lift_hold(by=dana, authorization=row, received_at=WRITES, how="Letter by mail", paper=scan())
    assert stands(row, at(2026, 4, 5, 15)) == AuthorizationStatus.ON_HOLD
    assert stands(row, WRITES) == AuthorizationStatus.ACTIVE
    assert event.papers.count() == 1, "what the patient wrote is kept"
    assert open_tasks(TaskKind.REVOCATION_FORM) == []
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=AGAIN)
    assert stands(row, AGAIN) == AuthorizationStatus.ON_HOLD, "and can call again"


@pytest.mark.parametrize(
    ("received_at", "kept", "code"),
    [
        (at(2026, 4, 3, 11), True, "WRITTEN_BEFORE_THE_CALL"),
        (at(2026, 4, 2, 9), True, "WRITTEN_BEFORE_THE_CALL"),
        (at(2999, 1, 1, 9), True, "RECEIVED_IN_THE_FUTURE"),
        (WRITES, False, "WRITING_MISSING"),
    ],
)
def test_a_hold_is_lifted_by_the_patients_own_writing_after_the_call_only(
    authorized: Record, dana: Staff, received_at: datetime, kept: bool, code: str
) -> None:
    row = authorized(signed_on=date(2026, 3, 1), expires_on=today() + timedelta(days=90))
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=CALL)
    with pytest.raises(Refused, match=code):
        lift_hold(by=dana, authorization=row, received_at=received_at, how="Letter", paper=scan() if kept else None)
    assert stands(row, timezone.now()) == AuthorizationStatus.ON_HOLD


def test_what_was_revoked_in_writing_cannot_be_lifted(authorized: Record, dana: Staff) -> None:
    row = authorized(signed_on=date(2026, 3, 1), expires_on=today() + timedelta(days=90))
    with pytest.raises(Refused, match="NOT_ON_HOLD"):
        lift_hold(by=dana, authorization=row, received_at=WRITES, how="", paper=scan())
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=CALL)
    actions.record_revocation(by=dana, authorization=row, written=True, received_at=at(2026, 4, 4, 9))
    with pytest.raises(Refused, match="NOT_ON_HOLD"):
        lift_hold(by=dana, authorization=row, received_at=WRITES, how="", paper=scan())
    assert stands(row, timezone.now()) == AuthorizationStatus.REVOKED
    with pytest.raises(Refused, match="REVOKED_ALREADY"):
        actions.record_revocation(by=dana, authorization=row, written=False, received_at=AGAIN)


def test_the_form_sent_after_a_call_stands_in_the_history_with_how(authorized: Record, dana: Staff) -> None:
    row = authorized()
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now())
    event = record_form_sent(by=dana, authorization=row, sent_on=today(), how="By mail, with a return envelope")
    assert (event.kind, event.how) == (EventKind.FORM_SENT, "By mail, with a return envelope")
    assert open_tasks(TaskKind.REVOCATION_FORM) == []


def test_the_copy_and_the_revocation_form_go_where_the_patient_wants_letters_and_the_page_says_so(
    signed_in, authorized: Record, dana: Staff, lindqvist: Patient
) -> None:
    row = authorized()
    record_contact_wish(by=dana, patient=lindqvist, means=Means.EMAIL, value="t@example.org", from_on=today())
    page, said = reverse("authorization-open", args=[row.pk]), "Do not mail it: by e-mail only.</strong> t@example.org"
    assert "Copy given" in (shown := signed_in(dana).get(page).content.decode()) and said in shown
    actions.record_copy_given(by=dana, authorization=row, given_on=today(), how="By e-mail")
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now(), how="Called")
    assert "The form was sent" in (shown := signed_in(dana).get(page).content.decode()) and said in shown


# --- who must be told


@pytest.fixture
def copy_service(castellanos: Staff) -> BusinessAssociate:
    return associate(castellanos, name="Prairie Copy Service", acts_on_authorizations=True)


def associate(by: Staff, **changes) -> BusinessAssociate:
    given = {
        "name": "Somebody", "what_for": "Copies records", "contact": "1 Mill Road", "agreement_on": today(),
        "acts_on_authorizations": False, "ended_on": None,
    }  # fmt: skip
    return record_associate(by=by, **{**given, **changes})


def revoked(row, by: Staff):
    return actions.record_revocation(by=by, authorization=row, written=True, received_at=timezone.now(), how="Letter")


def test_w17_each_recipient_and_each_associate_who_may_still_act_is_a_task_of_its_own(
    authorized: Record, dana: Staff, castellanos: Staff, copy_service: BusinessAssociate
) -> None:
    associate(castellanos, name="Host of the backups")
    associate(
        castellanos, name="Former copy service", acts_on_authorizations=True, ended_on=today() - timedelta(days=1)
    )
    event = revoked(authorized(recipient_name="Fenner & Osgood; Dr. Ines Falk"), dana)
    names = set(event.notices.values_list("recipient_name", flat=True))
    assert names == {"Fenner & Osgood", "Dr. Ines Falk", "Prairie Copy Service"}
    assert len(open_tasks(TaskKind.REVOCATION_NOTICE)) == 2
    assert len(open_tasks(TaskKind.REVOCATION_ASSOCIATE)) == 1


def test_a_patient_who_was_the_recipient_is_not_told_their_own_word(
    authorized: Record, dana: Staff, lindqvist: Patient
) -> None:
    assert not revoked(authorized(recipient_name=lindqvist.legal_name), dana).notices.exists()


def test_without_policy_p05_nobody_is_told_and_the_patient_still_gets_the_letter(
    authorized: Record, dana: Staff, castellanos: Staff, copy_service: BusinessAssociate
) -> None:
    set_policy(by=castellanos, code="P-05", value=False, from_on=today(), reason="Counsel's advice.")
    assert not revoked(authorized(), dana).notices.exists()
    assert len(open_tasks(TaskKind.REVOCATION_LETTER)) == 1


def test_who_was_told_is_recorded_once_with_day_and_how(authorized: Record, dana: Staff) -> None:
    row = authorized()
    notice = revoked(row, dana).notices.get()
    for on, how, code in [
        (today() - timedelta(days=1), "Called", "WRONG_DAY"),
        (today() + timedelta(days=1), "Called", "WRONG_DAY"),
        (today(), "  ", "EVENT_WITHOUT_WORDS"),
    ]:
        with pytest.raises(Refused, match=code):
            record_told(by=dana, authorization=row, notice_id=notice.pk, told_on=on, how=how)
    told = record_told(by=dana, authorization=row, notice_id=notice.pk, told_on=today(), how="Called J. Osgood")
    assert (told.how, told.told_by) == ("Called J. Osgood", dana)
    assert open_tasks(TaskKind.REVOCATION_NOTICE) == []
    with pytest.raises(Refused, match="EVENT_RECORDED_BEFORE"):
        record_told(by=dana, authorization=row, notice_id=notice.pk, told_on=today(), how="Again")
    with pytest.raises(IntegrityError), transaction.atomic():
        RevocationNotice.objects.filter(pk=notice.pk).update(told_on=today())


def test_who_holds_nothing_is_closed_as_need_not_be_told_with_the_reason_and_the_page_says_so(
    signed_in, authorized: Record, dana: Staff
) -> None:
    row = authorized()
    notice = revoked(row, dana).notices.get()
    desk, page = signed_in(dana), reverse("notice-told", args=[notice.pk])
    given = {"told": "no", "on": f"{today():%Y-%m-%d}"}
    assert "Say it in a few words." in desk.post(page, given).content.decode()
    assert "Choose one." in desk.post(page, {"on": given["on"], "how": "Called"}).content.decode()
    said = desk.post(page, given | {"how": "Nothing went to them"}, follow=True).content.decode()
    assert "need not be told" in said and "Need not be told" in said and "Nothing went to them" in said
    assert "Told, or why not" not in said
    history = desk.get(reverse("authorization-open", args=[row.pk])).content.decode()
    assert "Need not be told that it was taken back: Fenner &amp; Osgood, attorneys" in history
    assert open_tasks(TaskKind.REVOCATION_NOTICE) == []
    assert list(Task.objects.filter(kind=TaskKind.REVOCATION_NOTICE).values_list("state", flat=True)) == ["dropped"]
    with pytest.raises(Refused, match="EVENT_RECORDED_BEFORE"):
        record_told(by=dana, authorization=row, notice_id=notice.pk, told_on=today(), how="Called after all")


def test_a_recipient_known_from_psychotherapy_notes_alone_is_the_officers_to_tell(
    authorized: Record, dana: Staff, hale: Staff, castellanos: Staff
) -> None:
    event = revoked(authorized(), dana)
    hidden = RevocationNotice.objects.create(event=event, recipient_name="Dr. Ines Falk", officer_only=True)
    assert open_notice(castellanos, hidden.pk) == hidden
    for person in (dana, hale):
        with pytest.raises(Http404):
            open_notice(person, hidden.pk)


def test_only_the_compliance_officer_keeps_the_register_of_business_associates(dana: Staff, castellanos: Staff) -> None:
    with pytest.raises(Refused):
        associate(dana)
    with pytest.raises(Refused, match="ASSOCIATE_NOT_DESCRIBED"):
        associate(castellanos, what_for=" ")
    with pytest.raises(Refused, match="AGREEMENT_TO_COME"):
        associate(castellanos, agreement_on=today() + timedelta(days=1))


# --- the nightly job tells, and decides nothing


def test_the_nightly_job_asks_once_for_what_ends_within_thirty_days_and_takes_off_what_ended(
    authorized: Record, dana: Staff
) -> None:
    soon = authorized(expires_on=today() + timedelta(days=30))
    authorized(expires_on=today() + timedelta(days=31))
    authorized(expires_on=today() + timedelta(days=3), stmt_redisclosure=False)  # permits nothing anyway
    assert ask_about_endings(on=today()) == ask_about_endings(on=today()) == 1
    assert [(task.subject_id, task.due_on) for task in open_tasks(TaskKind.AUTHORIZATION_ENDING)] == [
        (soon.pk, soon.expires_on)
    ]
    ask_about_endings(on=today() + timedelta(days=40))
    assert open_tasks(TaskKind.AUTHORIZATION_ENDING) == []


def test_a_revocation_takes_the_ending_off_the_list(authorized: Record, dana: Staff) -> None:
    row = authorized(expires_on=today() + timedelta(days=5))
    ask_about_endings(on=today())
    revoked(row, dana)
    assert open_tasks(TaskKind.AUTHORIZATION_ENDING) == []


def test_what_has_ended_permits_nothing_though_no_job_ever_ran(authorized: Record) -> None:
    row = authorized(expires_on=today())
    line = queries.line_of(queries.for_release(row.pk), today() + timedelta(days=1))
    assert line.status == AuthorizationStatus.EXPIRED_DATE
    assert not Task.objects.filter(kind=TaskKind.AUTHORIZATION_ENDING).exists()


def test_w16_when_it_happened_and_when_the_practice_learned_are_two_days(authorized: Record, dana: Staff) -> None:
    row = authorized(
        signed_on=date(2026, 3, 1), expires_on=None, expires_event="End of case 24-D-118", expires_event_relates=True
    )
    judgment, learned = date(2026, 5, 2), date(2026, 5, 20)
    with pytest.raises(Refused, match="EVENT_KNOWN_BEFORE"):
        actions.record_event_known(by=dana, authorization=row, known_on=judgment, how="Letter", occurred_on=learned)
    actions.record_event_known(by=dana, authorization=row, known_on=learned, how="Letter", occurred_on=judgment)
    fresh = queries.for_release(row.pk)
    between = queries.line_of(fresh, date(2026, 5, 10))
    assert between.status == AuthorizationStatus.ACTIVE, "it had happened, and nobody here knew"
    assert queries.line_of(fresh, learned).status == AuthorizationStatus.EXPIRED_EVENT
    assert queries.kept_until(between) == date(2032, 5, 20)


# --- pages


def test_the_hold_is_lifted_on_its_page_by_a_scan_and_the_words_come_back_without_one(
    signed_in, dana: Staff, authorized: Record
) -> None:
    row = authorized()
    call = timezone.now() - timedelta(hours=3)
    actions.record_revocation(by=dana, authorization=row, written=False, received_at=call, how="Called")
    desk, page = signed_in(dana), reverse("authorization-go-on", args=[row.pk])
    given = {"received_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "how": "Brought a note to the desk"}
    back = desk.post(page, given).content.decode()
    assert "A hold is lifted by the patient’s own writing." in back
    assert "Brought a note to the desk" in back
    early = desk.post(page, given | {"received_at": f"{timezone.localtime(call):%Y-%m-%dT%H:%M}"}).content.decode()
    assert "before the patient called to stop" in early
    file = BytesIO(pdf())
    file.name = "note.pdf"
    done = desk.post(page, given | {"scan": file}, follow=True).content.decode()
    assert "The hold is lifted." in done
    assert "In effect" in done
    assert "The patient wrote to go on after all" in done
    assert "Download what the patient wrote" in done
