"""One letter may take back several authorizations, and one paper that came in twice is taken back once for all."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authorizations import actions, queries
from authorizations.models import Authorization
from authorizations.rules import AuthorizationStatus, EventKind
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import check_upload
from practice.people.models import Patient, Staff
from tests.files import pdf
from tests.refusals import refusal_of

from .conftest import Record
from .pages import new, typed, words
from .papers import complete

pytestmark = pytest.mark.django_db
REVOKED, HELD, ACTIVE = AuthorizationStatus.REVOKED, AuthorizationStatus.ON_HOLD, AuthorizationStatus.ACTIVE
CHART = {"record_classes": ["CHART"], "info_description": "Chart records", "pn_scope": "", "pn_originator": None}


def stands(row: Authorization) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(row.pk), today(), timezone.now()).status


@pytest.mark.parametrize(("written", "then"), [("yes", REVOKED), ("no", HELD)])
def test_a_letter_or_a_call_takes_back_what_else_is_ticked_and_nothing_else(
    desk: Client, authorized: Record, written: str, then: AuthorizationStatus
) -> None:
    notes, chart = authorized(), authorized(**CHART)
    to_another = authorized(recipient_name="Dr. Ines Falk")
    page = reverse("authorization-revoke", args=[notes.pk])
    also = desk.get(page).context["form"].fields["also"]
    assert {key for key, _ in also.choices} == {str(chart.pk), str(to_another.pk)}
    assert also.initial == [str(chart.pk)], "the same recipient is ticked beforehand"
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    given = {"written": written, "by_whom": "patient", "received_at": at, "how": "At the desk"}
    assert "Recorded on 2 authorizations" in words(desk.post(page, given | {"also": [str(chart.pk)]}, follow=True))
    assert [stands(row) for row in (notes, chart, to_another)] == [then, then, ACTIVE]


def test_what_is_over_unsigned_or_signed_later_is_not_taken_back_with_another(
    desk: Client, authorized: Record, prepared: Record
) -> None:
    one, over = authorized(), authorized(expires_on=today() - timedelta(days=1))
    later = authorized(signed_on=today())
    prepared()
    page = reverse("authorization-revoke", args=[one.pk])
    assert [key for key, _ in desk.get(page).context["form"].fields["also"].choices] == [str(later.pk)], over
    before = timezone.localtime() - timedelta(days=2)
    given = {"written": "yes", "by_whom": "patient", "received_at": f"{before:%Y-%m-%dT%H:%M}", "also": [str(later.pk)]}
    assert "One of these was signed after that day." in words(desk.post(page, given))
    assert stands(one) == stands(later) == ACTIVE


def test_several_are_taken_back_or_none(authorized: Record, dana: Staff, abernathy: Patient) -> None:
    one, revoked, elses = authorized(), authorized(), authorized(patient=abernathy)
    given = {"by": dana, "written": True, "received_at": timezone.now(), "how": "Letter"}
    actions.record_revocation(authorization=revoked, **given)
    for also, code in ((revoked, "REVOKED_ALREADY"), (elses, "AUTHORIZATION_OTHER_PATIENT")):
        with pytest.raises(Refused, match=code):
            actions.record_revocation(authorization=one, also=[also], **given)
        assert stands(one) == ACTIVE and not one.events.filter(kind=EventKind.WRITTEN_REVOCATION).exists()


# how the second paper differs from the first, and whether it is asked about
SECOND = [
    ({}, True),
    ({"recipient_name": "FENNER & OSGOOD, attorneys; Dr. Ines Falk"}, True),
    ({"signed_on": (today() - timedelta(days=19)).isoformat()}, False),
    ({"recipient_name": "Dr. Ines Falk"}, False),
    ({"record_classes": ["CHART"], "info_description": "The chart"}, False),
]


@pytest.mark.parametrize(("change", "asked"), SECOND)
def test_a_paper_that_looks_like_one_on_record_is_recorded_only_as_another(
    desk: Client, hale: Staff, lindqvist: Patient, authorized: Record, change: dict[str, object], asked: bool
) -> None:
    authorized()
    page = words(desk.post(new(lindqvist), typed(hale, **change), follow=True))
    assert ("This looks like a paper that is on record already" in page) is asked
    assert Authorization.objects.count() == (1 if asked else 2)
    if asked:
        desk.post(new(lindqvist), typed(hale, **change, another_paper="on"))
        assert Authorization.objects.count() == 2


def test_the_same_scan_is_asked_about_whatever_was_typed(
    desk: Client, hale: Staff, lindqvist: Patient, authorized: Record
) -> None:
    authorized(recipient_name="Dr. Ines Falk", paper=check_upload(BytesIO(scan := pdf())))
    file = BytesIO(scan)
    file.name = "again.pdf"
    given = typed(hale, signed_on="", scan=file)
    assert "on record already, by its scan" in words(desk.post(new(lindqvist), given))
    assert Authorization.objects.count() == 1


def test_a_paper_that_was_taken_back_is_not_recorded_anew_unless_it_is_said_to_be_another(
    authorized: Record, dana: Staff, hale: Staff
) -> None:
    actions.record_revocation(by=dana, authorization=authorized(), written=True, received_at=timezone.now())
    refused = refusal_of(lambda: authorized(another_paper=False))
    assert refused == "AUTHORIZATION_TAKEN_BACK"
    read_otherwise = {"signed_on": today() - timedelta(days=40), "paper": None, "another_paper": False}
    assert refusal_of(lambda: authorized(**read_otherwise)) == "AUTHORIZATION_TAKEN_BACK", "a copy that came in since"
    to_another = {"recipient_name": "Dr. Ines Falk", "paper": check_upload(BytesIO(pdf()))}
    assert stands(authorized(**read_otherwise | to_another)) == ACTIVE
    wrong = authorized(signed_on=today() - timedelta(days=3), paper=None)
    with pytest.raises(Refused, match="AUTHORIZATION_TAKEN_BACK"):  # nor by correcting another record into it
        actions.correct_authorization(by=dana, authorization=wrong, why="Mistyped", **complete(hale))
    assert stands(authorized(another_paper=True)) == ACTIVE


@pytest.mark.parametrize("ended", ["on hold", "its event", "false"])
def test_what_is_on_hold_or_has_ended_is_not_recorded_anew_either(authorized: Record, dana: Staff, ended: str) -> None:
    row = authorized(expires_on=None, expires_event="My case is over", expires_event_relates=True)
    if ended == "on hold":
        actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now())
    elif ended == "its event":
        actions.record_event_known(by=dana, authorization=row, known_on=today(), how="Call")
    else:
        actions.record_known_false(by=dana, authorization=row, known_on=today(), what="Another person's case")
    assert refusal_of(lambda: authorized(another_paper=False, paper=None)) == "AUTHORIZATION_TAKEN_BACK"
