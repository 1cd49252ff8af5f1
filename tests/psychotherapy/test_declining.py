"""An authorization permits and obliges nobody: the author may decline, and the patient is answered (R-059)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from authorizations.actions import correct_authorization, record_authorization
from authorizations.actions.declining import make_answer, record_answer_sent, take_back_decline
from authorizations.models import AnswerLetter, Authorization, AuthorizationEvent
from authorizations.queries import facts_of, for_release
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.contact import record_contact_wish
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.psychotherapy.actions import DECLINED, decline_release, offer_release
from tests.authorizations.papers import SCAN, complete
from tests.psychotherapy.conftest import write_note

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]
CANARY, WHY = "the heron never came back", "It would harm the work we do"


@pytest.fixture
def authorization(dana: Staff, hale: Staff, lindqvist: Patient) -> Authorization:
    return record_authorization(by=dana, patient=lindqvist, paper=SCAN, **complete(hale))


def answers() -> list[str]:
    return list(Task.objects.filter(kind=TaskKind.DECLINE_ANSWER).values_list("state", flat=True))


def test_the_author_declines_and_front_desk_answers_the_patient(
    hale: Staff, dana: Staff, lindqvist: Patient, authorization: Authorization, signed_in: SignedIn
) -> None:
    write_note(hale, lindqvist, text=CANARY)
    author, desk = signed_in(hale), signed_in(dana)
    page = reverse("psychotherapy-package-decline", args=[authorization.pk])
    assert page in author.get(reverse("psychotherapy-package-new", args=[authorization.pk])).content.decode()
    assert "Say why, in a few words." in author.post(page, {"reason": " "}).content.decode()
    assert author.post(page, {"reason": WHY}).status_code == 302
    event = AuthorizationEvent.objects.get(authorization=authorization)
    assert (event.kind, event.how, event.recorded_by) == ("RELEASE_DECLINED", WHY, hale)

    here = reverse("authorization-open", args=[authorization.pk])
    shown = desk.get(here).content.decode()
    assert "The therapist decided not to release under it." in shown and "Make the letter" in shown
    ground = desk.get(reverse("release-new", args=[lindqvist.pk])).content.decode()
    assert "The therapist decided not to release psychotherapy notes under this authorization." in ground
    assert desk.post(reverse("authorization-answer-new", args=[authorization.pk])).url == here
    letter = AnswerLetter.objects.get()
    opened = desk.get(reverse("authorization-answer", args=[authorization.pk, letter.pk]))
    assert opened["Content-Type"] == "application/pdf" and answers() == [TaskState.OPEN]
    sent = {"on": today().isoformat(), "how": "by mail"}
    assert desk.post(reverse("authorization-answer-sent", args=[authorization.pk, letter.pk]), sent).url == here
    assert answers() == [TaskState.DONE]


@pytest.fixture
def letter(
    hale: Staff, dana: Staff, authorization: Authorization, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AnswerLetter]:
    """The answer to the patient, made by front desk; how it is set is not looked at."""
    monkeypatch.setattr("authorizations.actions.declining.declined_letter", lambda line, to: b"%PDF as made")
    decline_release(by=hale, authorization=authorization, reason=WHY)
    return lambda: make_answer(by=dana, authorization=authorization)


def test_the_answer_is_kept_as_it_was_sent_with_the_day_and_the_way(
    letter: Callable[[], AnswerLetter], dana: Staff, authorization: Authorization, signed_in: SignedIn
) -> None:
    made, desk = letter(), signed_in(dana)
    here, sent = (reverse(name, args=args) for name, args in (
        ("authorization-open", [authorization.pk]), ("authorization-answer-sent", [authorization.pk, made.pk])
    ))  # fmt: skip
    yesterday = {"on": (today() - timedelta(days=1)).isoformat(), "how": "by mail"}
    assert "The letter was made after this day." in desk.post(sent, yesterday).content.decode()
    assert desk.post(sent, {"on": today().isoformat(), "how": "By mail, first class."}).url == here
    kept = AnswerLetter.objects.get()
    assert (bytes(kept.pdf), kept.sent_on, kept.sent_how, kept.sent_by) == (
        b"%PDF as made", today(), "By mail, first class.", dana
    )  # fmt: skip
    page = desk.get(here).content.decode()
    assert "By mail, first class." in page and "It carries no address: hand it over." in page
    assert answers() == [TaskState.DONE]
    with pytest.raises(Refused, match="EVENT_RECORDED_BEFORE"):
        record_answer_sent(by=dana, authorization=authorization, letter_id=kept.pk, sent_on=today(), how="again")
    with pytest.raises(IntegrityError, match="sent once"), transaction.atomic():
        AnswerLetter.objects.update(sent_on=None, sent_by=None)


def test_an_answer_for_an_earlier_address_is_not_sent_and_one_taken_back_neither(
    letter: Callable[[], AnswerLetter],
    dana: Staff,
    hale: Staff,
    lindqvist: Patient,
    authorization: Authorization,
    signed_in: SignedIn,
) -> None:
    record_contact_wish(by=dana, patient=lindqvist, means=Means.FAX, from_on=today(), value="(217) 555-0100")
    made = letter()
    send = {"by": dana, "authorization": authorization, "sent_on": today(), "how": "by mail"}
    record_contact_wish(by=dana, patient=lindqvist, means=Means.PHONE, from_on=today(), value="(217) 555-0164")
    with pytest.raises(Refused, match="LETTER_GOES_ELSEWHERE"):
        record_answer_sent(letter_id=made.pk, **send)
    desk, here = signed_in(dana), reverse("authorization-open", args=[authorization.pk])
    assert "Not where the patient wants letters now" in desk.get(here).content.decode()
    again = letter()
    take_back_decline(by=hale, authorization=authorization)
    with pytest.raises(Refused, match="NOT_DECLINED"):
        record_answer_sent(letter_id=again.pk, **send)
    with pytest.raises(Refused, match="NOT_DECLINED"):
        letter()
    page = desk.get(here).content.decode()
    assert page.count("Not sent.") == 2 and "Make the letter" not in page


def test_what_is_declined_is_neither_shown_nor_packed_until_the_author_takes_that_back(
    hale: Staff, lindqvist: Patient, authorization: Authorization, signed_in: SignedIn
) -> None:
    write_note(hale, lindqvist, text=CANARY)
    decline_release(by=hale, authorization=authorization, reason=WHY)
    offer = offer_release(by=hale, authorization=for_release(authorization.pk), on=today())
    assert (offer.refusals, offer.notes) == ((DECLINED,), ())
    client, page = signed_in(hale), reverse("psychotherapy-package-decline", args=[authorization.pk])
    assert reverse("psychotherapy-package-new", args=[authorization.pk]) not in client.get("/").content.decode()
    client.post(page)
    assert facts_of(for_release(authorization.pk)).declined_by == frozenset()
    assert answers() == [TaskState.DROPPED]
    assert CANARY in client.get(reverse("psychotherapy-package-new", args=[authorization.pk])).content.decode()
    client.post(page, {"reason": "After all"})
    assert facts_of(for_release(authorization.pk)).declined_by == {str(hale.pk)}


def test_a_decision_not_to_release_outlives_a_correction_of_what_front_desk_entered(
    hale: Staff, dana: Staff, authorization: Authorization, signed_in: SignedIn
) -> None:
    decline_release(by=hale, authorization=authorization, reason=WHY)
    asked = Task.objects.get(kind=TaskKind.DECLINE_ANSWER)
    elements = complete(hale) | {"why": "a typing mistake"}
    corrected = correct_authorization(by=dana, authorization=authorization, **elements)
    assert offer_release(by=hale, authorization=for_release(corrected.pk), on=today()).refusals == (DECLINED,)
    kept = AuthorizationEvent.objects.get(authorization=corrected)
    assert (kept.how, kept.recorded_by) == (WHY, hale), "who decided is not who corrected"
    answer = Task.objects.get(kind=TaskKind.DECLINE_ANSWER, state=TaskState.OPEN)
    assert (answer.subject_id, answer.due_on) == (corrected.pk, asked.due_on)
    signed_in(hale).post(reverse("psychotherapy-package-decline", args=[corrected.pk]))
    again = correct_authorization(by=dana, authorization=corrected, **elements)
    assert facts_of(for_release(again.pk)).declined_by == frozenset(), "and so does the author's second thought"
    assert TaskState.OPEN not in answers()


def test_declining_says_the_same_whether_there_are_notes_or_none(
    hale: Staff, lindqvist: Patient, authorization: Authorization, signed_in: SignedIn
) -> None:
    client, new = signed_in(hale), reverse("psychotherapy-package-new", args=[authorization.pk])
    page = reverse("psychotherapy-package-decline", args=[authorization.pk])

    def words() -> str:
        return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", client.get(page).content.decode())

    assert page in client.get(new).content.decode()
    without = words()
    write_note(hale, lindqvist, text=CANARY)
    assert words() == without


def test_only_the_therapist_it_names_declines_and_only_before_anything_is_packed(
    monkeypatch: pytest.MonkeyPatch, hale: Staff, dana: Staff, castellanos: Staff, authorization: Authorization
) -> None:
    for somebody in (dana, castellanos):
        with pytest.raises(Refused) as refused:
            decline_release(by=somebody, authorization=authorization, reason=WHY)
        assert refused.value.refusal.code == "NOT_YOURS_TO_DECLINE"

    class Waiting:
        authorization_id, withdrawn_at, handed_over_at = authorization.pk, None, None

    monkeypatch.setattr("records.psychotherapy.vault.my_packages", lambda staff: [Waiting])
    elements = complete(hale) | {"why": "a typing mistake"}
    corrected = correct_authorization(by=dana, authorization=authorization, **elements)
    for row in (authorization, corrected):
        with pytest.raises(Refused) as refused:
            decline_release(by=hale, authorization=row, reason=WHY)
        assert refused.value.refusal.code == "PN_PACKED_ALREADY" and answers() == []
