"""Handing a patient over: the chart goes along from that day, a summary with it, and never a psychotherapy note."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.policies import may_open_chart
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.actions.handover import hand_over, read_handover
from records.chart.documents import release_items, render_context
from records.chart.models import ChartNote, Handover
from records.chart.rules.handover import HandoverFacts, HandoverKind, handover_refusals
from records.chart.timeline import EntryKind, Span, timeline
from records.psychotherapy import vault
from tests.everybody import noon

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]
SUMMARY = "Exposure half done; calls on Mondays; no risk at present."
DAY = date(2026, 11, 20)


def facts(**changed: object) -> HandoverFacts:
    sound: dict[str, object] = {
        "kind": HandoverKind.TRANSFER,
        "to_somebody": True,
        "to_self": False,
        "from_on": DAY + timedelta(days=1),
        "until_on": None,
        "last_day": DAY,
        "summary": SUMMARY,
        "has_note": False,
    }
    return HandoverFacts(**(sound | changed))  # type: ignore[arg-type]


COVER = {"kind": HandoverKind.COVER, "until_on": DAY + timedelta(days=14), "last_day": None}
END = {"kind": HandoverKind.END, "to_somebody": False, "from_on": None}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, {}),
        ({"from_on": DAY}, {}),
        ({"last_day": DAY + timedelta(days=30)}, {}),
        (COVER, {}),
        (END, {}),
        ({"summary": " ", "has_note": True}, {}),
        ({"summary": " "}, {"summary": "HANDOVER_NO_SUMMARY"}),
        ({"summary": "x" * 20_001}, {"summary": "HANDOVER_SUMMARY_LONG"}),
        ({"to_somebody": False}, {"to": "HANDOVER_TO_NOBODY"}),
        ({"to_self": True}, {"to": "HANDOVER_TO_SELF"}),
        ({"from_on": None}, {"from_on": "HANDOVER_NO_FIRST_DAY"}),
        ({"from_on": DAY - timedelta(days=1)}, {"from_on": "HANDOVER_PAST"}),
        ({"last_day": None}, {"last_day": "HANDOVER_NO_LAST_DAY"}),
        ({"from_on": DAY + timedelta(days=7)}, {"last_day": "HANDOVER_GAP"}),
        ({**COVER, "until_on": None}, {"until_on": "HANDOVER_NO_END"}),
        ({**COVER, "until_on": DAY}, {"until_on": "HANDOVER_ENDS_BEFORE_START"}),
        ({**END, "last_day": None}, {"last_day": "HANDOVER_NO_LAST_DAY"}),
        ({**END, "last_day": DAY - timedelta(days=1)}, {"last_day": "HANDOVER_PAST"}),
    ],
)
def test_a_handover_names_somebody_leaves_no_gap_and_says_what_must_be_known(
    changed: dict[str, object], found: dict[str, str]
) -> None:
    refusals = handover_refusals(facts(**changed), treats=True, on=DAY)
    assert {name: refusal.code for name, refusal in refusals.items()} == found


def test_only_who_treats_the_patient_hands_them_over(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    assert handover_refusals(facts(), treats=False, on=DAY)[""].code == "HANDOVER_NOT_TREATING"
    with pytest.raises(Refused, match="NOT_TREATING"):
        transfer(osei, lindqvist, to=hale)


def transfer(by: Staff, patient: Patient, *, to: Staff, last: int = 0, first: int = 1) -> Handover:
    return hand_over(
        by=by,
        patient=patient,
        kind=HandoverKind.TRANSFER,
        to=to,
        from_on=today() + timedelta(days=first),
        last_day=today() + timedelta(days=last),
        summary=SUMMARY,
    )


def test_the_next_clinician_has_the_chart_from_that_day_and_the_last_one_no_longer(
    hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    transfer(hale, lindqvist, to=osei, last=1, first=1)
    assert may_open_chart(hale, lindqvist)
    assert not may_open_chart(osei, lindqvist)
    with time_machine.travel(noon(today() + timedelta(days=2)), tick=False):
        assert may_open_chart(osei, lindqvist)
        assert not may_open_chart(hale, lindqvist)


def test_psychotherapy_notes_never_go_along(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    place = {"patients": [lindqvist.pk], "session": None, "session_on": today()}
    draft = vault.save_draft(hale, draft_id=uuid4(), text="Mine alone.", base_version=0, **place)
    vault.sign(hale, draft_id=draft.id, version=draft.version)
    transfer(hale, lindqvist, to=osei, first=0)
    assert may_open_chart(osei, lindqvist)
    assert vault.my_notes(osei, lindqvist.pk) == []
    assert vault.read(osei, draft.id) is None
    kept = vault.read(hale, draft.id)
    assert kept is not None
    assert kept.text == "Mine alone."


def test_a_cover_ends_by_itself_and_the_treating_clinician_stays(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    last = today() + timedelta(days=3)
    hand_over(
        by=hale,
        patient=lindqvist,
        kind=HandoverKind.COVER,
        to=osei,
        from_on=today(),
        until_on=last,
        summary=SUMMARY,
    )
    assert may_open_chart(osei, lindqvist)
    with time_machine.travel(noon(last + timedelta(days=1)), tick=False):
        assert not may_open_chart(osei, lindqvist)
        assert may_open_chart(hale, lindqvist)


def test_whoever_takes_over_finds_it_among_their_tasks_until_they_have_read_it(
    hale: Staff, osei: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    handover = transfer(hale, lindqvist, to=osei, first=0)
    task = Task.objects.get(kind=TaskKind.HANDOVER)
    assert (task.person, task.due_on, task.state) == (osei, today(), TaskState.OPEN)
    with pytest.raises(Refused):
        read_handover(by=hale, handover=handover)
    home = signed_in(osei).get(reverse("home")).content.decode()
    assert "Handed over by Dr. Miriam Hale" in home
    assert SUMMARY not in home
    page = signed_in(osei).get(reverse("handover-open", args=[handover.pk])).content.decode()
    assert SUMMARY in page
    assert signed_in(osei).post(reverse("handover-read", args=[handover.pk])).status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.DONE


def test_the_summary_is_part_of_the_chart_for_search_print_and_release(
    hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    handover = transfer(hale, lindqvist, to=osei)
    item = next(item for item in release_items(lindqvist) if item.kind == "handover")
    assert SUMMARY not in item.title
    assert SUMMARY in str(render_context([handover.pk], patient=lindqvist)[0].written)
    assert handover.pk in [row[1] for row in timeline(lindqvist, hale, Span(EntryKind.HANDOVER))]


def test_only_a_signed_summary_of_ones_own_about_this_patient_goes_along(
    hale: Staff, osei: Staff, lindqvist: Patient, signed: ChartNote
) -> None:
    with pytest.raises(Refused, match="HANDOVER_NOTE"):
        hand_over(
            by=hale,
            patient=lindqvist,
            kind=HandoverKind.END,
            last_day=today(),
            note=signed,
        )
    assert not Handover.objects.exists()
    assert may_open_chart(hale, lindqvist)


@pytest.mark.parametrize("statement", ["UPDATE chart_handover SET kind = 'cover'", "DELETE FROM chart_handover"])
def test_what_was_handed_over_stands(hale: Staff, osei: Staff, lindqvist: Patient, statement: str) -> None:
    transfer(hale, lindqvist, to=osei)
    with pytest.raises(Exception, match=r"permission denied|only grows"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_database_refuses_a_transfer_to_nobody(hale: Staff, lindqvist: Patient) -> None:
    with pytest.raises(IntegrityError, match="to_somebody"), transaction.atomic():
        Handover.objects.create(
            patient=lindqvist, kind=HandoverKind.TRANSFER, by=hale, from_on=today(), last_day=today()
        )


def test_what_was_typed_comes_back_with_the_sentences(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    page = signed_in(hale).get(reverse("handover-new", args=[lindqvist.pk])).content.decode()
    assert "Psychotherapy notes are not handed over" in page
    sent = {"kind": "transfer", "summary": SUMMARY, "from_on": "", "last_day": ""}
    answer = signed_in(hale).post(reverse("handover-new", args=[lindqvist.pk]), sent)
    page = answer.content.decode()
    assert SUMMARY in page
    assert "Choose who it is." in page
    assert "Say from which day." in page


def test_a_choice_of_the_chart_is_printed_with_its_mark_and_recorded(
    hale: Staff, lindqvist: Patient, signed: ChartNote, signed_in: SignedIn
) -> None:
    client, place = signed_in(hale), reverse("chart-print", args=[lindqvist.pk])
    assert "Choose what to print." in client.post(place, {}).content.decode()
    answer = client.post(place, {"items": [str(signed.pk)]})
    assert answer["Content-Type"] == "application/pdf"
    entry = AuditEntry.objects.get(event="printed")
    assert (entry.patient_id, entry.detail) == (lindqvist.pk, "internal_copy_1_items")
