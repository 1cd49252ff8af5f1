"""A trainee's note stands when each supervisor in force has co-signed it; until then nobody changes a word of it."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.desk.worklist import home_groups
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole, Role
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.actions.cosigning import cosign, return_note, settle_note
from records.chart.actions.notes import add_addendum, discard_draft, save_draft, sign_note, start_note
from records.chart.documents import release_items
from records.chart.models import (
    ChartDraftBranch,
    ChartNote,
    CosignatureRequest,
    NoteCancellation,
    NoteFormat,
    NoteSignature,
    NoteVersion,
)
from records.chart.rules.cosigning import Round
from tests.everybody import make_staff
from tests.refusals import refusal_of

from .trainees import TEXT, asked_of, end_supervision, make_trainee, sign_as, supervise

pytestmark = pytest.mark.django_db
COMMENT = "Say what was agreed about the pills."


@pytest.fixture
def park(lindqvist, hale):
    supervise(lindqvist, hale)
    return make_trainee(lindqvist)


@pytest.fixture
def awaiting(park, lindqvist):
    return sign_as(park, lindqvist)


def state(note) -> str:
    return ChartNote.objects.get(pk=note.pk).state


def open_tasks(person) -> list[str]:
    return list(Task.objects.filter(person=person, state=TaskState.OPEN).values_list("kind", flat=True))


A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("asked", "supervising", "cosigned", "complete", "nobody_left"),
    [
        ({A}, {A}, set(), False, False),
        ({A}, {A}, {A}, True, False),
        ({A, B}, {A, B}, {A}, False, False),  # each of several
        ({A, B}, {A, B}, {A, B}, True, False),
        ({A, B}, {A}, {A}, True, False),  # who left meanwhile no longer blocks
        ({A, B}, {B}, {A}, False, False),  # a signature given stays given, the other is still needed
        ({A}, set(), {A}, True, False),
        ({A}, set(), set(), False, True),  # nobody looked at it: it does not stand by itself
        ({A}, {C}, set(), False, True),  # somebody else must be asked
        ({A}, {A, C}, {A}, True, False),  # who came later was not asked
    ],
)
def test_a_note_stands_when_everybody_asked_who_still_supervises_has_cosigned(
    asked, supervising, cosigned, complete, nobody_left
):
    found = Round(asked=asked, supervising=supervising, cosigned=cosigned)
    assert (found.is_complete, found.nobody_left) == (complete, nobody_left)


def test_a_trainees_note_waits_for_each_supervisor_and_is_final_after_the_last(lindqvist, hale, osei, park):
    supervise(lindqvist, osei)
    note = sign_as(park, lindqvist)
    assert note.state == "awaiting"
    assert open_tasks(hale) == open_tasks(osei) == [TaskKind.COSIGNATURE]
    assert cosign(by=hale, request_id=asked_of(note, hale).pk).state == "awaiting"
    assert open_tasks(hale) == []
    assert cosign(by=osei, request_id=asked_of(note, osei).pk).state == "signed"
    assert open_tasks(osei) == []
    rows = NoteSignature.objects.filter(note=note).values_list("staff__username", "role", "decision", "version")
    assert list(rows) == [
        ("park", "trainee", "signed", 2),
        ("hale", "supervisor", "cosigned", 2),
        ("osei", "supervisor", "cosigned", 2),
    ]


def test_a_clinicians_note_is_final_at_once(hale, signed):
    assert signed.state == "signed"
    assert list(signed.signatures.values_list("role", "decision")) == [("author", "signed")]
    assert not CosignatureRequest.objects.exists()


def test_whoever_is_trainee_and_treats_this_patient_as_a_clinician_signs_alone(lindqvist, hale):
    hale.roles = [*hale.roles, Role.TRAINEE.value]
    hale.save()
    assert sign_as(hale, lindqvist).state == "signed"


def test_a_trainee_without_a_supervisor_cannot_sign_and_is_told_whom_to_ask(lindqvist, hale, dana, park, signed_in):
    note = start_note(by=park, patient=lindqvist, format=NoteFormat.objects.get(code="dap"))
    save_draft(by=park, note_id=note.pk, sections={"data": TEXT}, base_version=1)
    hale.roles = [Role.CLINICIAN.value]  # the relationship is there, the role is not
    hale.save()
    assert refusal_of(lambda: sign_note(by=park, note_id=note.pk, seen_version=2)) == "CARE_NO_SUPERVISOR"
    end_supervision(lindqvist, hale)
    page = signed_in(park).post(reverse("note-sign", args=[note.pk]), {"seen_version": 2})
    assert page.status_code == 403
    assert "Nobody supervises your treatment of this patient today" in page.text
    assert "Ask Dana Whitlock." in page.text
    assert state(note) == "draft"


def test_a_returned_note_is_a_draft_again_with_the_comment_and_the_version_is_kept(hale, park, awaiting):
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=f"  {COMMENT} ")
    note = ChartNote.objects.get(pk=awaiting.pk)
    assert (note.state, note.signed_at, note.version) == ("draft", None, 3)
    assert (open_tasks(park), open_tasks(hale)) == ([TaskKind.NOTE_RETURNED], [])
    save_draft(by=park, note_id=note.pk, sections={"data": "Mended."}, base_version=3)
    kept = NoteVersion.objects.get(note=note)
    assert (kept.version, kept.sections["data"], kept.signed_at) == (2, TEXT, awaiting.signed_at)
    assert NoteSignature.objects.get(note=note, decision="returned").comment == COMMENT
    again = sign_note(by=park, note_id=note.pk, seen_version=4)
    assert open_tasks(park) == []
    assert cosign(by=hale, request_id=asked_of(again, hale).pk).state == "signed"
    assert ChartNote.objects.get(pk=note.pk).sections["data"] == "Mended."


def test_one_return_ends_the_round_for_all_supervisors(lindqvist, hale, osei, park):
    supervise(lindqvist, osei)
    note = sign_as(park, lindqvist)
    cosign(by=hale, request_id=asked_of(note, hale).pk)
    requests = {one: asked_of(note, one).pk for one in (hale, osei)}
    return_note(by=osei, request_id=requests[osei], comment=COMMENT)
    assert open_tasks(hale) == open_tasks(osei) == []
    again = sign_note(by=park, note_id=note.pk, seen_version=3)
    assert refusal_of(lambda: cosign(by=osei, request_id=requests[osei])) == "NOTE_NOT_AWAITING"
    assert open_tasks(hale) == open_tasks(osei) == [TaskKind.COSIGNATURE]  # also of the one who had co-signed
    assert again.state == "awaiting"


@pytest.mark.parametrize(("comment", "code"), [(" ", "RETURN_NO_COMMENT"), ("x" * 5001, "RETURN_TOO_LONG")])
def test_a_return_needs_a_comment(hale, awaiting, comment, code):
    request = asked_of(awaiting, hale).pk
    assert refusal_of(lambda: return_note(by=hale, request_id=request, comment=comment)) == code
    assert state(awaiting) == "awaiting"


def test_two_clicks_are_one_signature(hale, awaiting):
    request = asked_of(awaiting, hale).pk
    cosign(by=hale, request_id=request)
    assert refusal_of(lambda: cosign(by=hale, request_id=request)) == "NOTE_NOT_AWAITING"
    assert refusal_of(lambda: return_note(by=hale, request_id=request, comment="x")) == "NOTE_NOT_AWAITING"
    assert awaiting.signatures.filter(staff=hale).count() == 1


def test_a_supervisor_whose_relationship_ended_no_longer_blocks_and_no_longer_signs(lindqvist, hale, osei, park):
    supervise(lindqvist, osei)
    note = sign_as(park, lindqvist)
    end_supervision(lindqvist, osei)
    assert refusal_of(lambda: cosign(by=osei, request_id=asked_of(note, osei).pk)) == "CHART_NO_CARE"
    assert cosign(by=hale, request_id=asked_of(note, hale).pk).state == "signed"
    assert open_tasks(osei) == []


def test_when_the_missing_one_leaves_last_the_author_settles_it(lindqvist, hale, osei, park):
    supervise(lindqvist, osei)
    note = sign_as(park, lindqvist)
    cosign(by=hale, request_id=asked_of(note, hale).pk)
    assert refusal_of(lambda: settle_note(by=park, note_id=note.pk)) == "NOTE_STILL_WAITING"
    end_supervision(lindqvist, osei)
    assert settle_note(by=park, note_id=note.pk).state == "signed"
    assert open_tasks(osei) == []


def test_when_nobody_cosigned_and_the_supervisor_changed_the_new_one_is_asked(lindqvist, hale, osei, park, awaiting):
    supervise(lindqvist, osei)
    end_supervision(lindqvist, hale)
    assert settle_note(by=park, note_id=awaiting.pk).state == "awaiting"
    assert (open_tasks(hale), open_tasks(osei)) == ([], [TaskKind.COSIGNATURE])
    assert cosign(by=osei, request_id=asked_of(awaiting, osei).pk).state == "signed"


def test_nobody_writes_in_a_note_that_waits(hale, park, awaiting):
    for act, code in (
        (lambda: save_draft(by=park, note_id=awaiting.pk, sections={}, base_version=2), "NOTE_SIGNED"),
        (lambda: discard_draft(by=park, note_id=awaiting.pk), "NOTE_SIGNED"),
        (lambda: sign_note(by=park, note_id=awaiting.pk, seen_version=2), "NOTE_SIGNED"),
        (lambda: add_addendum(by=hale, note_id=awaiting.pk, text="x"), "NOTE_AWAITING"),
    ):
        assert refusal_of(act) == code


def test_the_database_refuses_every_other_way_on_from_awaiting(hale, osei, park, awaiting):
    notes = ChartNote.objects.filter(pk=awaiting.pk)
    version = {"note": awaiting, "version": awaiting.version}
    signature = version | {"staff": osei, "role": "supervisor", "decision": "cosigned"}
    for act in (
        lambda: notes.update(state="signed"),  # without a co-signature
        lambda: notes.update(state="draft", signed_at=None, version=3),  # without a return
        lambda: notes.update(state="cancelled"),  # without a cancellation
        lambda: notes.update(on="2020-01-01"),
        lambda: notes.update(version=9),
        lambda: notes.update(signed_at=timezone.now()),
        lambda: notes._raw_delete("default"),
        lambda: overwritten(awaiting),
        lambda: ChartDraftBranch.objects.create(note=awaiting, author=park, base_version=1),
        lambda: NoteSignature.objects.create(**signature | {"staff": park}),  # one's own note
        lambda: NoteSignature.objects.create(**signature | {"version": 1}),
        lambda: NoteSignature.objects.create(**signature | {"decision": "signed"}),
        lambda: CosignatureRequest.objects.create(**version, supervisor=park),
        lambda: NoteVersion.objects.create(**version, format=awaiting.format, signed_at=timezone.now()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def overwritten(note) -> None:
    """Other ciphertext in the row, past every action."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chart_chartnote SET sections = '\\x00' WHERE id = %s", [note.pk])


def test_nothing_is_added_to_a_signed_note_but_an_addendum_and_a_cancellation(hale, signed):
    version = {"note": signed, "version": signed.version}
    for act in (
        lambda: ChartDraftBranch.objects.create(note=signed, author=hale, base_version=1),
        lambda: NoteSignature.objects.create(**version, staff=hale, role="supervisor", decision="cosigned"),
        lambda: CosignatureRequest.objects.create(**version, supervisor=make_staff("x", "X", Role.SUPERVISOR)),
        lambda: NoteVersion.objects.create(**version, format=signed.format, signed_at=signed.signed_at),
        lambda: ChartNote.objects.filter(pk=signed.pk).update(state="awaiting"),
        lambda: ChartNote.objects.filter(pk=signed.pk).update(carried={"data": {}}),
        lambda: ChartNote.objects.filter(pk=signed.pk).update(written_at=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    add_addendum(by=hale, note_id=signed.pk, text="He called.")


def test_signatures_requests_versions_and_comments_stay_as_they_are(hale, park, awaiting):
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=COMMENT)
    for rows, change in (
        (NoteSignature.objects.all(), {"staff": park}),
        (CosignatureRequest.objects.all(), {"supervisor": park}),
        (NoteVersion.objects.all(), {"version": 7}),
        (NoteCancellation.objects.all(), {"kind": "in_error"}),
    ):
        for act in (
            lambda rows=rows, change=change: rows.update(**change),
            lambda rows=rows: rows._raw_delete("default"),
        ):
            with pytest.raises(ProgrammingError) as refused, transaction.atomic():
                act()
            assert refused.value.__cause__.sqlstate == "42501"


def test_a_draft_is_not_made_a_signed_note_without_its_authors_signature(draft):
    with pytest.raises(IntegrityError, match="signature on record"), transaction.atomic():
        ChartNote.objects.filter(pk=draft.pk).update(state="signed", signed_at=timezone.now())


def test_the_treating_team_reads_a_note_that_waits_marked_and_a_returned_one_is_gone(
    lindqvist, hale, osei, park, awaiting, signed_in
):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    browser, page = signed_in(osei), reverse("note-open", args=[awaiting.pk])
    shown = browser.get(page).text
    assert TEXT in shown and "Awaiting co-signature." in shown
    assert "Co-sign or return" not in shown
    assert "awaiting co-signature" in browser.get(reverse("patient-page", args=[lindqvist.pk])).text
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=COMMENT)
    assert browser.get(page).status_code == 404
    again = sign_note(by=park, note_id=awaiting.pk, seen_version=3)
    assert COMMENT not in browser.get(page).text  # supervision is no part of the chart
    cosign(by=hale, request_id=asked_of(again, hale).pk)
    assert "Co-signed by Dr. Miriam Hale" in browser.get(page).text


def test_a_supervisor_reads_cosigns_and_returns_on_one_page(lindqvist, hale, park, awaiting, signed_in):
    browser = signed_in(hale)
    home = browser.get(reverse("home")).text
    page = reverse("note-cosign", args=[asked_of(awaiting, hale).pk])
    assert page in home and "by Lena Park" in home
    assert TEXT in browser.get(page).text
    empty = browser.post(page, {"then": "return", "comment": "  "})
    assert "Say what should be mended." in empty.text
    too_long = browser.post(page, {"then": "return", "comment": "y" * 5001}).text
    assert "5,001 characters" in too_long and "y" * 5001 in too_long
    assert browser.post(page, {"then": "return", "comment": COMMENT}).status_code == 302
    writing = signed_in(park).get(reverse("note-edit", args=[awaiting.pk])).text
    assert COMMENT in writing and "The note as it was signed" in writing
    assert browser.get(page).status_code == 302  # decided: nothing to see here any more
    again = sign_note(by=park, note_id=awaiting.pk, seen_version=3)
    done = browser.post(reverse("note-cosign", args=[asked_of(again, hale).pk]), follow=True)
    assert "The note stands." in done.text
    assert state(awaiting) == "signed"


def test_only_who_was_asked_gets_the_page(lindqvist, osei, dana, park, awaiting, hale, signed_in):
    page = reverse("note-cosign", args=[asked_of(awaiting, hale).pk])
    assert signed_in(park).get(page).status_code == 404
    assert signed_in(osei).get(page).status_code == 403
    assert signed_in(dana).post(page).status_code == 404
    assert signed_in(hale).get(reverse("note-cosign", args=[uuid4()])).status_code == 404
    assert state(awaiting) == "awaiting"


def test_the_trainee_sees_what_waits_and_what_came_back_at_home(hale, park, awaiting):
    assert [group.words for group in home_groups(park)] == ["Awaiting co-signature"]
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=COMMENT)
    assert [group.words for group in home_groups(park)] == [TaskKind.NOTE_RETURNED.label]


def test_a_note_that_waits_is_not_released(lindqvist, hale, awaiting):
    assert not [item for item in release_items(lindqvist) if item.kind == "note"]
    cosign(by=hale, request_id=asked_of(awaiting, hale).pk)
    assert [item.id for item in release_items(lindqvist) if item.kind == "note"] == [awaiting.pk]


def test_a_returned_note_is_not_thrown_away(hale, park, awaiting):
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=COMMENT)
    assert refusal_of(lambda: discard_draft(by=park, note_id=awaiting.pk)) == "NOTE_WAS_SIGNED"


def test_a_trainees_addendum_says_that_it_is_one(lindqvist, hale, park, awaiting, signed_in):
    cosign(by=hale, request_id=asked_of(awaiting, hale).pk)
    assert add_addendum(by=park, note_id=awaiting.pk, text="He called.").by_trainee
    assert not add_addendum(by=hale, note_id=awaiting.pk, text="Spoke to him.").by_trainee
    assert "Lena Park (trainee, not co-signed)" in signed_in(hale).get(reverse("note-open", args=[awaiting.pk])).text


def test_comments_and_reasons_are_encrypted_and_in_no_trail(hale, park, awaiting):
    return_note(by=hale, request_id=asked_of(awaiting, hale).pk, comment=COMMENT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT comment FROM chart_notesignature WHERE decision = 'returned'")
        assert b"pills" not in bytes(cursor.fetchone()[0])
    events = AuditEntry.objects.filter(object_pk=str(awaiting.pk)).order_by("pk").values_list("event", flat=True)
    assert list(events)[-2:] == ["signed", "returned"]
    assert "pills" not in str(list(AuditEntry.objects.values())) + str(list(Task.objects.values()))
