"""Requests for restriction: what is taken down, who answers, what nobody may refuse or end, what the letter says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from authorizations.actions import restrictions as actions
from authorizations.actions.restrictions import record_restriction
from authorizations.documents.restrictions import letter_context
from authorizations.models import Restriction, RestrictionEvent, RestrictionLetter, RestrictionPaper
from authorizations.queries.restrictions import line_of_restriction, restriction_marks, restrictions_of
from authorizations.rules.restrictions import (
    BINDING,
    PLAN_USES,
    RestrictedKind,
    RestrictedRecipient,
    RestrictedUse,
    RestrictionFacts,
    RestrictionState,
    not_on_file,
    refusals_of_request,
    restricts,
    state,
)
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.index import ITEM_KINDS
from records.chart.models import Encounter, Participation
from tests.files import pdf

from .papers import SCAN

SignedIn = Callable[[Staff], Client]
DAY = timedelta(days=1)
PAID = {"paid_in_full": True, "uses": ["payment", "operations"], "recipients": ["payer"]}
SISTER = {"uses": ["family"], "recipients": ["family"], "recipient_name": "Anna Lindqvist"}


@pytest.fixture
def asked(dana: Staff, lindqvist: Patient) -> Callable[..., Restriction]:
    """`asked(...)`: a request taken down by front desk ten days ago; `asked(**PAID)` the one of W-34."""

    def make(**changes: Any) -> Restriction:
        given = SISTER | {"words": "Nothing to my sister", "received_on": today() - 10 * DAY} | changes
        if given.get("paid_in_full"):
            given |= {"recipient_name": "", "session_dates": [today() - 11 * DAY]}
        return record_restriction(by=dana, patient=lindqvist, **given)

    return make


@pytest.mark.django_db
def test_nobody_asks_for_the_patient_who_did_not_act_for_them_on_that_day(
    asked: Callable[..., Restriction], dana: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    known = {"name": "Karin", "authority": "Letters", "from_on": today() - 99 * DAY}
    mother = lindqvist.representatives.create(kind="PARENT", **known)  # of an adult
    agent = lindqvist.representatives.create(kind="HEALTH_CARE_AGENT", until_on=today() - 11 * DAY, **known)
    for one, code in ((mother, "PR_ADULT"), (agent, "PR_ENDED")):
        with pytest.raises(Refused, match=code):
            asked(representative=one)
    assert asked(representative=agent, received_on=today() - 12 * DAY).representative == agent
    url = reverse("restriction-new", args=[lindqvist.pk])
    typed = {"received_on": today().isoformat(), "representative": mother.pk, "words": "Nothing to his sister"}
    page = signed_in(dana).post(url, typed).content.decode()
    assert "a parent does not act for them" in page and "Nothing to his sister" in page


def stands(row: Restriction) -> RestrictionState:
    return line_of_restriction(restrictions_of(row.patient).get(pk=row.pk)).state


def open_task(row: Restriction) -> Task | None:
    return Task.objects.filter(subject_id=row.pk, state=TaskState.OPEN).first()


def codes(refused: Any) -> str:
    return str(refused.value.refusal.code)


# --- rules, the day passed in

ON = today()
FACTS = RestrictionFacts(received_on=ON - 10 * DAY, uses=frozenset({RestrictedUse.PAYMENT}))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({}, RestrictionState.WAITING),
        ({"agreed_on": ON}, RestrictionState.IN_FORCE),
        ({"agreed_on": ON + DAY}, RestrictionState.WAITING),
        ({"refused_on": ON}, RestrictionState.NOT_AGREED),
        ({"agreed_on": ON - DAY, "ended_on": ON}, RestrictionState.ENDED),
        ({"agreed_on": ON - DAY, "ended_on": ON + DAY}, RestrictionState.IN_FORCE),
        ({"agreed_on": ON - DAY, "notice_on": ON}, RestrictionState.ENDED_FOR_NEW),
        ({"agreed_on": ON - DAY, "notice_on": ON - DAY, "ended_on": ON}, RestrictionState.ENDED),
        ({"agreed_on": ON - DAY, "in_error": True}, RestrictionState.ERROR),
        ({"paid_in_full": True}, RestrictionState.PAID_IN_FULL),
        ({"paid_in_full": True, "refused_on": ON, "notice_on": ON}, RestrictionState.PAID_IN_FULL),
        ({"paid_in_full": True, "received_on": ON + DAY}, RestrictionState.WAITING),
        ({"paid_in_full": True, "ended_on": ON}, RestrictionState.ENDED),
    ],
)
def test_where_a_request_stands_follows_from_what_happened_and_the_day(facts: dict, wanted: RestrictionState) -> None:
    given = {name: getattr(FACTS, name) for name in ("received_on", "uses")} | facts
    assert state(RestrictionFacts(**given), ON) == wanted
    assert restricts(RestrictionFacts(**given), ON, item_on=ON - 20 * DAY) is (wanted in BINDING)


def test_kinds_are_those_of_the_charts_index() -> None:
    from authorizations.rules.restrictions import ALSO_MEANT

    known = set(RestrictedKind.values) | set().union(*ALSO_MEANT.values())
    assert known - {"billing"} == set(ITEM_KINDS)


def test_a_paid_in_full_request_is_about_the_plan_and_named_sessions_alone() -> None:
    mixed = RestrictionFacts(received_on=ON, uses=frozenset(RestrictedUse), paid_in_full=True)
    assert [one.code for one in refusals_of_request(mixed)] == ["RESTRICTION_PAID_MIXED", "RESTRICTION_PAID_WHICH"]


def test_a_session_paid_in_full_lies_before_the_day_of_the_request() -> None:
    paid = RestrictionFacts(
        ON, PLAN_USES, frozenset({RestrictedRecipient.PAYER}), session_dates=frozenset({ON}), paid_in_full=True
    )
    assert not list(refusals_of_request(paid))
    later = replace(paid, session_dates=frozenset({ON, ON + DAY}))
    assert [one.code for one in refusals_of_request(later)] == ["RESTRICTION_PAID_TO_COME"]
    period = replace(paid, session_dates=frozenset(), covers_from=ON + DAY)
    assert [one.code for one in refusals_of_request(period)] == ["RESTRICTION_PERIOD_TO_COME"]
    assert not list(refusals_of_request(replace(period, covers_from=ON)))


@pytest.mark.parametrize(
    ("days", "since", "on_file", "wanted"),
    [
        ({date(2026, 3, 3)}, None, {date(2026, 3, 3)}, ""),
        ({date(2026, 3, 3), date(2026, 3, 4)}, None, {date(2026, 3, 3)}, "Mar 4, 2026"),
        ({date(2026, 3, 3), date(2026, 3, 4)}, None, set(), "Mar 3, 2026 or Mar 4, 2026"),
        (set(), date(2026, 3, 3), {date(2026, 3, 9)}, ""),
        (set(), date(2026, 3, 3), {date(2026, 3, 1)}, "this period"),
    ],
)
def test_what_is_not_on_file_is_not_protected(days: set, since: date | None, on_file: set, wanted: str) -> None:
    paid = RestrictionFacts(ON, PLAN_USES, session_dates=frozenset(days), covers_from=since, paid_in_full=True)
    assert not_on_file(paid, on_file) == wanted


# --- acts


@pytest.mark.django_db
class TestAnswer:
    def test_the_compliance_officer_alone_answers(
        self, asked: Any, dana: Staff, hale: Staff, castellanos: Staff
    ) -> None:
        row = asked()
        assert stands(row) == RestrictionState.WAITING
        task = open_task(row)
        assert task and task.role == "compliance_officer" and task.kind == TaskKind.RESTRICTION_ANSWER
        for staff in (dana, hale):
            with pytest.raises(Refused) as refused:
                actions.answer_restriction(by=staff, restriction=row, agreed=True, on=today())
            assert codes(refused) == "RESTRICTION_OFFICER_ANSWERS"
        actions.answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())
        assert stands(row) == RestrictionState.IN_FORCE
        with pytest.raises(Refused) as refused:
            actions.answer_restriction(by=castellanos, restriction=row, agreed=False, on=today(), words="No")
        assert codes(refused) == "RESTRICTION_ANSWERED"

    def test_a_no_says_why(self, asked: Any, castellanos: Staff) -> None:
        row = asked()
        with pytest.raises(Refused) as refused:
            actions.answer_restriction(by=castellanos, restriction=row, agreed=False, on=today(), words=" ")
        assert codes(refused) == "RESTRICTION_NO_WORDS"
        actions.answer_restriction(by=castellanos, restriction=row, agreed=False, on=today(), words="We cannot.")
        assert stands(row) == RestrictionState.NOT_AGREED

    def test_nobody_waits_any_more_once_the_patient_was_told(self, asked: Any, dana: Staff, castellanos: Staff) -> None:
        row = asked()
        with pytest.raises(Refused):
            actions.record_letter_sent(by=dana, restriction=row, on=today(), words="Mail")
        actions.answer_restriction(by=castellanos, restriction=row, agreed=True, on=today())
        assert open_task(row) is not None
        actions.record_letter_sent(by=dana, restriction=row, on=today(), words="Mail")
        assert open_task(row) is None
        trail = AuditEntry.objects.filter(object_pk=str(row.pk), event="restricted").values_list("detail", flat=True)
        assert set(trail) == {"asked", "agreed", "letter_sent"}


@pytest.mark.django_db
class TestPaidInFull:
    def test_it_is_in_force_as_soon_as_it_is_taken_down(self, asked: Any) -> None:
        row = asked(**PAID)
        assert stands(row) == RestrictionState.PAID_IN_FULL
        assert open_task(row).role == "front_desk"  # only the letter is left

    def test_the_practice_can_neither_refuse_nor_end_it(self, asked: Any, castellanos: Staff) -> None:
        row = asked(**PAID)
        with pytest.raises(Refused) as refused:
            actions.answer_restriction(by=castellanos, restriction=row, agreed=False, on=today(), words="No")
        assert codes(refused) == "RESTRICTION_MUST_AGREE"
        with pytest.raises(Refused) as refused:
            actions.end_by_notice(by=castellanos, restriction=row, on=today(), words="Letter")
        assert codes(refused) == "RESTRICTION_NOT_BY_PRACTICE"
        with pytest.raises(Refused):
            actions.make_restriction_letter(by=castellanos, restriction=row, notice=True)

    @pytest.mark.parametrize("kind", ["not_agreed", "ended_by_notice"])
    def test_the_database_refuses_it_too(self, asked: Any, castellanos: Staff, kind: str) -> None:
        row = asked(**PAID)
        with pytest.raises(IntegrityError), transaction.atomic():
            RestrictionEvent.objects.create(restriction=row, kind=kind, happened_on=today(), recorded_by=castellanos)

    def test_a_mistake_ends_it_by_the_patients_word_alone_in_the_database_too(
        self, asked: Any, signed_in: SignedIn, dana: Staff, castellanos: Staff
    ) -> None:
        row = asked(**PAID)
        with pytest.raises(Refused) as refused:
            actions.mark_restriction_as_error(by=castellanos, restriction=row, words="Wrong session")
        assert codes(refused) == "RESTRICTION_PATIENT_ENDS_IT"
        with pytest.raises(IntegrityError), transaction.atomic():
            RestrictionEvent.objects.create(
                restriction=row, kind="recorded_in_error", happened_on=today(), recorded_by=castellanos
            )
        client, page = signed_in(castellanos), reverse("restriction-mistake", args=[row.pk])
        told = {"words": "Wrong session", "told_on": today(), "told_how": "Called at noon, agrees"}
        assert "only the patient ends it" in client.post(page, told).content.decode(), "telling is not enough"
        opened = reverse("restriction-open", args=[row.pk])
        assert page not in client.get(opened).content.decode()
        assert stands(row) == RestrictionState.PAID_IN_FULL
        agrees = "To Dana, by telephone: never asked for it"
        actions.end_by_patient(by=dana, restriction=row, in_writing=False, on=today(), words=agrees)
        assert page in client.get(opened).content.decode()
        shown = client.post(page, told, follow=True).content.decode()
        assert "Recorded by mistake" in shown and agrees in shown
        assert stands(row) == RestrictionState.ERROR
        facts = line_of_restriction(restrictions_of(row.patient).get(pk=row.pk)).facts
        assert state(facts, today() - DAY) == RestrictionState.PAID_IN_FULL, "no mark takes back what bound until then"

    def test_payment_and_operations_are_restricted_together(self, dana: Staff, lindqvist: Patient) -> None:
        for use in ("payment", "operations"):
            given = PAID | {"uses": [use], "received_on": today(), "session_dates": [today()]}
            with pytest.raises(Refused) as refused:
                record_restriction(by=dana, patient=lindqvist, **given)
            assert codes(refused) == "RESTRICTION_PAID_MIXED"
            with pytest.raises(IntegrityError), transaction.atomic():
                Restriction.objects.create(patient=lindqvist, recorded_by=dana, **given)

    def test_the_patient_ends_it(self, asked: Any, dana: Staff) -> None:
        row = asked(**PAID)
        with pytest.raises(Refused, match="WRITING_MISSING"):
            actions.end_by_patient(by=dana, restriction=row, in_writing=True, on=today(), words="They wrote")
        actions.end_by_patient(by=dana, restriction=row, in_writing=True, on=today(), paper=SCAN)
        assert stands(row) == RestrictionState.ENDED
        assert RestrictionPaper.objects.get(event__restriction=row).sha256 == SCAN.sha256

    def test_an_end_that_is_entered_later_makes_nothing_good_that_left_before(self, asked: Any, dana: Staff) -> None:
        row = asked(**PAID)
        actions.end_by_patient(by=dana, restriction=row, in_writing=True, on=today() - DAY, paper=SCAN)
        facts = line_of_restriction(restrictions_of(row.patient).get(pk=row.pk)).facts
        assert facts.ended_on == today()
        assert state(facts, today() - DAY) == RestrictionState.PAID_IN_FULL

    def test_the_scan_is_asked_for_and_opened_on_the_page(self, asked: Any, dana: Staff, signed_in: Any) -> None:
        row = asked(**PAID)
        client, page = signed_in(dana), reverse("restriction-end", args=[row.pk])
        given = {"in_writing": "yes", "on": today().isoformat()}
        assert "Add the scan of what the patient wrote." in client.post(page, given).content.decode()
        written = pdf()
        scan = SimpleUploadedFile("end.pdf", written, content_type="application/pdf")
        shown = client.post(page, given | {"scan": scan}, follow=True).content.decode()
        paper = RestrictionPaper.objects.get(event__restriction=row)
        opened = reverse("restriction-paper", args=[row.pk, paper.pk])
        assert opened in shown and client.get(opened).content == written

    def test_it_is_not_mixed_with_anything_else(self, dana: Staff, lindqvist: Patient) -> None:
        given = PAID | {"uses": ["payment", "family"], "received_on": today(), "session_dates": [today()]}
        with pytest.raises(Refused) as refused:
            record_restriction(by=dana, patient=lindqvist, **given)
        assert codes(refused) == "RESTRICTION_PAID_MIXED"
        with pytest.raises(IntegrityError), transaction.atomic():
            Restriction.objects.create(patient=lindqvist, recorded_by=dana, **given)


@pytest.mark.django_db
class TestEnding:
    @pytest.fixture
    def agreed(self, asked: Any, castellanos: Staff) -> Restriction:
        row = asked()
        actions.answer_restriction(by=castellanos, restriction=row, agreed=True, on=today() - 5 * DAY)
        return row

    def test_by_word_of_mouth_it_is_written_down(self, agreed: Restriction, dana: Staff) -> None:
        with pytest.raises(Refused) as refused:
            actions.end_by_patient(by=dana, restriction=agreed, in_writing=False, on=today())
        assert codes(refused) == "RESTRICTION_NO_WORDS"
        actions.end_by_patient(by=dana, restriction=agreed, in_writing=False, on=today(), words="Called, said to Dana")
        assert stands(agreed) == RestrictionState.ENDED

    def test_the_practices_notice_leaves_what_was_there_restricted(
        self, agreed: Restriction, dana: Staff, castellanos: Staff
    ) -> None:
        with pytest.raises(Refused):
            actions.end_by_notice(by=dana, restriction=agreed, on=today(), words="Letter")
        told = today() - 2 * DAY
        actions.end_by_notice(by=castellanos, restriction=agreed, on=told, words="Letter of yesterday")
        line = line_of_restriction(restrictions_of(agreed.patient).get(pk=agreed.pk))
        assert line.state == RestrictionState.ENDED_FOR_NEW and line.binds
        assert restricts(line.facts, today(), item_on=told)
        assert not restricts(line.facts, today(), item_on=told + DAY)

    def test_it_cannot_end_before_it_began_nor_tomorrow(self, agreed: Restriction, dana: Staff) -> None:
        for day in (today() - 6 * DAY, today() + DAY):
            with pytest.raises(Refused):
                actions.end_by_patient(by=dana, restriction=agreed, in_writing=True, on=day, paper=SCAN)

    def test_a_slip_of_the_hand_is_marked_and_stays(self, agreed: Restriction, dana: Staff, castellanos: Staff) -> None:
        with pytest.raises(Refused):
            actions.mark_restriction_as_error(by=dana, restriction=agreed, words="Wrong patient")
        actions.mark_restriction_as_error(by=castellanos, restriction=agreed, words="Wrong patient")
        assert stands(agreed) == RestrictionState.ERROR
        assert open_task(agreed) is None and agreed.events.count() == 2

    def test_rows_are_only_added(self, agreed: Restriction) -> None:
        for table in ("restriction", "restrictionevent", "restrictionletter", "restrictionpaper"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM authorizations_{table}")


@pytest.mark.django_db
class TestPages:
    def test_a_request_is_taken_down_answered_and_told_page_by_page(
        self, signed_in: SignedIn, dana: Staff, castellanos: Staff, lindqvist: Patient
    ) -> None:
        desk, officer = signed_in(dana), signed_in(castellanos)
        new = reverse("restriction-new", args=[lindqvist.pk])
        bare = desk.post(new, {"received_on": today(), "in_writing": "no", "words": "Not my sister"})
        assert "Tick at least one." in bare.content.decode() and "Not my sister" in bare.content.decode()
        form = {"received_on": today(), "in_writing": "no", "words": "Not my sister", **SISTER}
        page = desk.post(new, form, follow=True).content.decode()
        assert "Waits for an answer" in page and "Waiting on the compliance officer" in page
        row = Restriction.objects.get()
        bad = officer.post(reverse("restriction-answer", args=[row.pk]), {"agreed": "no", "on": today()})
        assert "Say why not" in bad.content.decode()
        officer.post(reverse("restriction-answer", args=[row.pk]), {"agreed": "yes", "on": today(), "words": ""})
        listed = desk.get(reverse("authorization-list", args=[lindqvist.pk])).content.decode()
        assert "Not to: Anna Lindqvist" in listed and "Restricted: Anna Lindqvist" in listed
        desk.post(reverse("restriction-told", args=[row.pk]), {"on": today(), "words": "By telephone"})
        home = officer.get(reverse("home")).content.decode()
        assert "Answer a request for a restriction" not in home

    def test_sessions_paid_in_full_need_their_days_and_nothing_else(
        self, signed_in: SignedIn, dana: Staff, castellanos: Staff, lindqvist: Patient
    ) -> None:
        client, new = signed_in(dana), f"{reverse('restriction-new', args=[lindqvist.pk])}?paid=1"
        form = {"received_on": today(), "in_writing": "yes", "words": "Do not tell my plan"}
        assert "not said which sessions" in client.post(new, form).content.decode()
        given = form | {"session_dates": "03/03/2026", "still_to_enter": "on"}
        page = client.post(new, given, follow=True).content.decode()
        assert "In force, paid in full" in page and "The practice cannot end it" in page
        row = Restriction.objects.get()
        answer = reverse("restriction-answer", args=[row.pk])
        refused = signed_in(castellanos).post(answer, {"agreed": "no", "on": today(), "words": "No"})
        assert "This cannot be refused" in refused.content.decode()
        assert restriction_marks(lindqvist) == ["Restricted: Health plan or insurer"]

    def test_a_day_without_a_session_is_a_question_and_page_and_letter_say_so(
        self, signed_in: SignedIn, dana: Staff, lindqvist: Patient
    ) -> None:
        client, new = signed_in(dana), f"{reverse('restriction-new', args=[lindqvist.pk])}?paid=1"
        assert "still to be entered" not in client.get(new).content.decode()
        form = {"received_on": today(), "in_writing": "yes", "words": "Do not tell my plan"}
        asked = client.post(new, form | {"session_dates": "03/03/2026"}).content.decode()
        assert "There is no session of Mar 3, 2026 on file" in asked and not Restriction.objects.exists()
        to_come = f"{today() + DAY:%m/%d/%Y}"
        late = client.post(new, form | {"session_dates": to_come, "still_to_enter": "on"}).content.decode()
        assert "the day the practice received the request" in late and not Restriction.objects.exists()
        given = form | {"session_dates": "03/03/2026", "still_to_enter": "on"}
        shown = client.post(new, given, follow=True).content.decode()
        assert "No session of Mar 3, 2026 is on file" in shown
        assert letter_context(line_of_restriction(Restriction.objects.get()), None)["missing"] == "Mar 3, 2026"

    def test_a_day_with_a_session_is_taken_without_a_question(
        self, signed_in: SignedIn, dana: Staff, hale: Staff, lindqvist: Patient
    ) -> None:
        start = datetime(2026, 3, 3, 23, 30, tzinfo=timezone.get_default_timezone())  # past midnight elsewhere
        seen = Encounter.objects.create(clinician=hale, started_at=start)
        Participation.objects.create(encounter=seen, patient=lindqvist)
        client, new = signed_in(dana), f"{reverse('restriction-new', args=[lindqvist.pk])}?paid=1"
        form = {"received_on": today(), "in_writing": "yes", "words": "No plan", "session_dates": "03/03/2026"}
        shown = client.post(new, form, follow=True).content.decode()
        assert "In force, paid in full" in shown and "is on file" not in shown

    def test_the_letter_is_tagged_goes_to_the_wished_address_and_is_kept(
        self, asked: Any, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        from practice.people.actions import record_contact_wish
        from practice.people.confidential import Means

        town = {"city": "Peoria", "state": "IL", "postal_code": "61602"}
        record_contact_wish(by=dana, patient=lindqvist, means=Means.MAIL, lines="PO Box 9", from_on=today(), **town)
        row = asked(**PAID)
        signed_in(dana).post(reverse("restriction-letter-new", args=[row.pk]))
        letter = RestrictionLetter.objects.get()
        kept = signed_in(dana).get(reverse("restriction-letter", args=[row.pk, letter.pk]))
        assert kept.content == letter.data
        assert PdfReader(BytesIO(letter.data)).trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert "PO Box 9" in PdfReader(BytesIO(letter.data)).pages[0].extract_text()
        assert letter.address == "PO Box 9\nPeoria, IL 61602"

    def test_a_letter_made_before_the_patient_asked_for_another_address_is_not_sent(
        self, asked: Any, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        from practice.people.actions import record_contact_wish
        from practice.people.confidential import Means

        row, client = asked(**PAID), signed_in(dana)
        given = {"restriction": row, "data": b"x", "sha256": "0" * 64, "made_by": dana}
        RestrictionLetter.objects.create(address="1 Home St", **given)
        record_contact_wish(by=dana, patient=lindqvist, means=Means.EMAIL, value="t@example.org", from_on=today())
        shown = client.get(reverse("restriction-open", args=[row.pk])).content.decode()
        assert "Addressed to: 1 Home St" in shown and "Not where the patient wants letters now" in shown
        told, form = reverse("restriction-told", args=[row.pk]), {"on": today(), "words": "Mail", "way": "letter"}
        assert "not addressed where the patient wants letters" in client.post(told, form).content.decode()
        with pytest.raises(Refused) as refused:
            actions.record_letter_sent(by=dana, restriction=row, on=today(), words="Mail")
        assert codes(refused) == "LETTER_GOES_ELSEWHERE" and open_task(row) is not None
        RestrictionLetter.objects.create(address="By e-mail only: t@example.org", **given)
        client.post(told, form)
        assert open_task(row) is None

    def test_what_was_paid_in_full_asks_the_desk_to_tell_the_patient_and_not_to_answer(
        self, asked: Any, dana: Staff, signed_in: SignedIn
    ) -> None:
        asked(**PAID)
        home = signed_in(dana).get(reverse("home")).content.decode()
        assert "Tell the patient the answer about a restriction" in home
        assert "Answer a request for a restriction" not in home
