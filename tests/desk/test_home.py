"""The home page: the work that waits, and nothing that is not this person's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from authorizations.actions import record_revocation
from practice.desk.lines import Group, Line, summary
from practice.desk.sealed_work import sealed_notes_asked_for
from practice.desk.templatetags import next_up
from practice.desk.worklist import home_groups
from practice.infrastructure.days import today
from practice.people.actions.care import begin_care
from practice.people.models import Patient, Staff
from practice.people.rules import CareRole, Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.models import ChartNote, Encounter, NoteFormat, Participation
from tests.psychotherapy.conftest import write_draft, write_note
from tests.psychotherapy.test_packages import approve, authorize

SignedIn = Callable[[Staff], Client]


def a_task(
    patient: Patient, kind: TaskKind = TaskKind.RELEASE_HAND_OVER, days: int = 3, role: str = Role.FRONT_DESK
) -> None:
    add_task(kind=kind, due_on=today() + timedelta(days=days), subject=patient, patient=patient, role=role)


def a_draft(patient: Patient, author: Staff) -> ChartNote:
    form = NoteFormat.objects.first() or NoteFormat.objects.create(code="X", name="X", sections=[])
    return ChartNote.objects.create(patient=patient, author=author, format=form, on=today(), sections={})


def test_work_is_grouped_by_kind_with_the_soonest_first(dana: Staff, lindqvist: Patient, abernathy: Patient) -> None:
    a_task(abernathy, TaskKind.AUTHORIZATION_COPY, days=1)
    a_task(lindqvist, days=5)
    a_task(abernathy, days=-2)
    found = home_groups(dana)
    assert [group.words for group in found] == [
        TaskKind.RELEASE_HAND_OVER.label,
        TaskKind.AUTHORIZATION_COPY.label,
    ]
    assert [line.title for line in found[0].lines] == ["Ruth Abernathy", "Tobias Lindqvist"]


def test_work_of_another_role_or_another_person_is_not_shown(dana: Staff, osei: Staff, lindqvist: Patient) -> None:
    a_task(lindqvist, role=Role.COMPLIANCE_OFFICER)
    add_task(kind=TaskKind.RELEASE_APPROVAL, due_on=None, subject=lindqvist, patient=lindqvist, person=osei)
    assert home_groups(dana) == []
    assert len(home_groups(osei)) == 1


def test_work_that_is_done_is_gone(dana: Staff, lindqvist: Patient) -> None:
    a_task(lindqvist)
    close_task(kind=TaskKind.RELEASE_HAND_OVER, subject=lindqvist, by=dana)
    assert home_groups(dana) == []


def test_a_draft_waits_for_its_author_alone(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    a_draft(lindqvist, hale)
    assert [group.words for group in home_groups(hale)] == ["Progress notes to sign"]
    assert home_groups(osei) == []


def test_a_session_without_a_note_waits(hale: Staff, lindqvist: Patient) -> None:
    session = Encounter.objects.create(clinician=hale, started_at=timezone.now())
    Participation.objects.create(encounter=session, patient=lindqvist)
    assert [group.words for group in home_groups(hale)] == ["Sessions without a note"]
    note = a_draft(lindqvist, hale)
    ChartNote.objects.filter(pk=note.pk).update(encounter=session)
    assert [group.words for group in home_groups(hale)] == ["Progress notes to sign"]


def test_a_note_just_signed_leads_its_author_on_and_says_nothing_of_sealed_drafts(
    hale: Staff, osei: Staff, lindqvist: Patient, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    draft = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"))
    save_draft(by=hale, note_id=draft.pk, sections={"plan": "Continue weekly."}, base_version=1)
    page = reverse("note-open", args=[sign_note(by=hale, note_id=draft.pk, seen_version=2).pk])
    browser = signed_in(hale)
    write_draft(hale, lindqvist)
    shown = browser.get(page).text
    assert "No progress note waits to be written." in shown
    assert "/psychotherapy-notes/drafts/" not in shown
    waiting = reverse("note-edit", args=[a_draft(lindqvist, hale).pk])
    assert waiting in browser.get(page).text
    assert "What is next" not in signed_in(osei).get(page).text
    monkeypatch.setattr(next_up, "SHOWN_FOR", timedelta(0))
    assert "What is next" not in browser.get(page).text


def test_a_solo_practice_sees_all_of_it_on_one_page(solo: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    a_task(lindqvist)
    a_task(lindqvist, TaskKind.RELEASE_UNCONFIRMED, role=Role.COMPLIANCE_OFFICER)
    page = signed_in(solo).get("/").content.decode()
    assert TaskKind.RELEASE_HAND_OVER.label in page
    assert TaskKind.RELEASE_UNCONFIRMED.label in page
    assert "Disclosure ledger" in page


def test_an_empty_home_says_what_will_appear(dana: Staff, signed_in: SignedIn) -> None:
    assert "Nothing is waiting for you" in signed_in(dana).get("/").content.decode()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([None], "1 to do."),
        ([-1], "1 to do. 1 is late."),
        ([-1, -3, 2], "3 to do. 2 are late, 1 is due within a week."),
        ([-1] + [2] * 7, "8 to do. 1 is late, 7 are due within a week."),
        ([40], "1 to do."),
    ],
)
def test_the_page_is_summed_up_in_a_sentence(days: list[int | None], words: str) -> None:
    lines = [Line("", "", "", due_on=None if n is None else today() + timedelta(days=n)) for n in days]
    assert summary([Group("kind", lines)]) == words


def test_the_number_of_queries_does_not_grow_with_the_work(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn, django_assert_max_num_queries: Callable
) -> None:
    client = signed_in(hale)
    for _ in range(12):
        a_draft(lindqvist, hale)
    client.get("/")
    with django_assert_max_num_queries(22):
        assert client.get("/").status_code == 200


ASKED = "Psychotherapy notes asked for"


def test_an_authorization_for_psychotherapy_notes_waits_for_their_author_alone_until_they_made_a_package(
    hale: Staff, osei: Staff, dana: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    row = authorize(dana, hale, lindqvist)
    waiting = {group.words: group for group in home_groups(hale)}[ASKED]
    assert [line.href for line in waiting.lines] == [reverse("psychotherapy-package-new", args=[row.pk])]
    assert waiting.sealed
    assert not Task.objects.filter(person=hale).exists(), "nothing is stored about it"
    for other in (osei, dana):
        assert ASKED not in {group.words for group in home_groups(other)}
    assert ASKED in signed_in(hale).get("/").content.decode()
    note = write_note(hale, lindqvist, session_on=today() - timedelta(days=31))
    approve(hale, row, note, to=[dana])
    assert ASKED not in {group.words for group in home_groups(hale)}


def test_what_is_asked_for_is_gone_when_it_is_taken_back_and_costs_the_same_however_much_it_is(
    hale: Staff, dana: Staff, lindqvist: Patient, django_assert_num_queries: Callable
) -> None:
    row = authorize(dana, hale, lindqvist)
    with CaptureQueriesContext(connection) as one:
        sealed_notes_asked_for(hale)
    for _ in range(4):
        authorize(dana, hale, lindqvist)
    with django_assert_num_queries(len(one)):
        assert len(sealed_notes_asked_for(hale).lines) == 5
    record_revocation(by=hale, authorization=row, written=True, received_at=timezone.now())
    assert len(sealed_notes_asked_for(hale).lines) == 4


def test_a_task_about_an_authorization_without_a_recipient_says_so(
    hale: Staff, dana: Staff, lindqvist: Patient
) -> None:
    authorize(dana, hale, lindqvist, recipient_name="", recipient_class="", individual_initiated=False)
    abouts = {line.about for group in home_groups(dana) for line in group.lines}
    assert abouts == {"Authorization (recipient not named) · Psychotherapy notes"}


@pytest.mark.parametrize(
    ("who", "words", "url_name"),
    [("brook", "Invite somebody", "staff-new"), ("castellanos", "New accounting", "accounting-start")],
)
def test_the_home_page_offers_what_a_role_begins(
    request: pytest.FixtureRequest, signed_in: SignedIn, dana: Staff, who: str, words: str, url_name: str
) -> None:
    page = signed_in(request.getfixturevalue(who)).get("/").content.decode()
    assert f'href="{reverse(url_name)}">{words}<' in page
    assert words not in signed_in(dana).get("/").content.decode()


def test_an_accounting_begins_with_the_patient(castellanos: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    answer = signed_in(castellanos).post(reverse("accounting-start"), {"q": str(lindqvist.number)})
    assert answer["Location"] == reverse("accounting-new", args=[lindqvist.pk])


def test_browsers_find_the_mark_where_they_look_unasked(db: None) -> None:
    assert Client().get("/favicon.ico")["Location"].endswith(".svg")
