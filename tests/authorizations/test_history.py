"""The history of an authorization tells what happened in the order in which it happened, and mistakes with it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from authorizations import actions, queries
from authorizations.actions.signing import decline, offer_again
from authorizations.documents import history
from authorizations.models import Authorization
from authorizations.rules import AuthorizationStatus, EventKind
from authorizations.rules.choices import SignatureWay
from practice.infrastructure.days import local_date, today
from practice.people.models import Staff
from tests.refusals import refusal_of

from .conftest import Record, Signed
from .pages import SignedIn, words
from .papers import complete

pytestmark = pytest.mark.django_db
BY_EVENT = {"expires_on": None, "expires_event": "My case is over", "expires_event_relates": True}


def said(row: Authorization) -> list[str]:
    return [item.words for item in history(queries.for_release(row.pk))]


def stands(row: Authorization) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(row.pk), today()).status


def test_a_refusal_to_sign_stands_where_it_happened_and_every_line_of_its_own_day_has_an_hour(
    draft: Authorization, put: Signed, dana: Staff
) -> None:
    decline(by=dana, authorization=draft, way=SignatureWay.TABLET)
    offer_again(by=dana, authorization=draft, why="She thought it over")
    put(queries.for_release(draft.pk))
    assert [line.split(":")[0] for line in said(draft)] == [
        "Signed", "Offered for signature again", "Did not want to sign", "Prepared",
    ]  # fmt: skip
    assert all(item.at for item in history(queries.for_release(draft.pk)))


def test_what_is_written_down_later_stands_on_its_day_with_when_it_was_written(authorized: Record, dana: Staff) -> None:
    row = authorized(received_at=timezone.now() - timedelta(days=9))
    actions.record_copy_given(by=dana, authorization=row, given_on=today() - timedelta(days=3), how="By mail")
    copy = next(item for item in history(queries.for_release(row.pk)) if item.words == "Copy given to the patient")
    assert copy.at is None and local_date(copy.written_at) == today()
    assert said(row) == ["Scan of the signed form kept", "Copy given to the patient", "Came in"]


def test_a_corrected_record_says_that_it_was_corrected_and_why_and_keeps_the_minute_it_came_in(
    authorized: Record, dana: Staff, hale: Staff
) -> None:
    row = authorized(received_at=timezone.now() - timedelta(days=9))
    right = actions.correct_authorization(by=dana, authorization=row, why="The day was misread", **complete(hale))
    *_, first = found = history(queries.for_release(right.pk))
    corrected = next(item for item in found if item.words.startswith("Corrected: "))
    assert corrected.how == "The day was misread"
    assert (first.words, first.at) == ("Came in", row.received_at)


@pytest.mark.parametrize(("kind", "what"), [(EventKind.EXPIRY_EVENT_KNOWN, "event"), (EventKind.KNOWN_FALSE, "false")])
def test_the_compliance_officer_says_that_an_entry_was_a_mistake_and_both_stay(
    authorized: Record, dana: Staff, castellanos: Staff, signed_in: SignedIn, kind: EventKind, what: str
) -> None:
    row = authorized(**BY_EVENT)

    def enter() -> None:
        if what == "event":
            actions.record_event_known(by=dana, authorization=row, known_on=today(), how="Call")
        else:
            actions.record_known_false(by=dana, authorization=row, known_on=today(), what="Another person's case")

    enter()
    assert stands(row) != AuthorizationStatus.ACTIVE and refusal_of(enter) == "EVENT_RECORDED_BEFORE"
    mistaken = {"authorization": row, "kind": kind}
    assert refusal_of(lambda: actions.record_mistaken(by=dana, why="Wrong patient", **mistaken)) == "ROLE_NEEDED"
    assert refusal_of(lambda: actions.record_mistaken(by=castellanos, why=" ", **mistaken)) == "EVENT_WITHOUT_WORDS"
    officer, page = signed_in(castellanos), reverse("authorization-mistaken", args=[row.pk, what])
    assert page in words(officer.get(reverse("authorization-open", args=[row.pk])))
    assert "Both entries stand in the history." in words(officer.post(page, {"why": "Wrong patient"}, follow=True))
    assert stands(row) == AuthorizationStatus.ACTIVE and len(said(row)) == 4
    assert refusal_of(lambda: actions.record_mistaken(by=castellanos, why="x", **mistaken)) == "NOTHING_MISTAKEN"
    right = actions.correct_authorization(by=dana, authorization=row, why="Mistyped", **{**_of(row), **BY_EVENT})
    assert stands(right) == AuthorizationStatus.ACTIVE, "the mistake is carried along with what it takes back"
    enter_again = queries.for_release(right.pk)
    actions.record_event_known(by=dana, authorization=enter_again, known_on=today(), how="Letter of the court")
    assert stands(right) == AuthorizationStatus.EXPIRED_EVENT


def _of(row: Authorization) -> dict[str, object]:
    return {name: getattr(row, name) for name in actions.Elements.__annotations__}


# the page, what is known of the authorization, and the sentence beside the day
TOO_EARLY = [
    ("authorization-event-known", "This is before the day of the signature."),
    ("authorization-copy-given", "This is before the day of the signature."),
    ("authorization-fulfilled", "This is before the day of the signature."),
    ("authorization-form-sent", "This is before the day on which the patient called."),
]


@pytest.mark.parametrize(("name", "sentence"), TOO_EARLY)
def test_a_day_before_it_can_have_happened_is_said_beside_it_with_what_was_typed(
    desk: Client, authorized: Record, dana: Staff, name: str, sentence: str
) -> None:
    row = authorized(signed_on=today() - timedelta(days=1), **BY_EVENT)
    if name == "authorization-form-sent":
        actions.record_revocation(by=dana, authorization=row, written=False, received_at=timezone.now())
    day = (today() - timedelta(days=2)).isoformat()
    page = words(desk.post(reverse(name, args=[row.pk]), {"on": day, "how": "By hand at the desk"}))
    assert sentence in page and "By hand at the desk" in page
    assert stands(row) in (AuthorizationStatus.ACTIVE, AuthorizationStatus.ON_HOLD)


def test_no_event_becomes_known_before_the_signature(authorized: Record, dana: Staff) -> None:
    row, day = authorized(**BY_EVENT), today() - timedelta(days=21)
    act = actions.record_event_known
    assert refusal_of(lambda: act(by=dana, authorization=row, known_on=day, how="Call")) == "EVENT_BEFORE_SIGNED"
