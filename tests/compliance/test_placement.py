"""A question about what belongs where names no patient, carries no text, and shows nothing of where it was asked."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from practice.compliance.actions import answer_placement, ask_placement
from practice.compliance.models import PlacementQuestion
from practice.compliance.rules import LONGEST_ANSWER, PlacementTopic
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.worklist.models import Task
from practice.worklist.queries import open_tasks
from records.psychotherapy.rules import Exclusion

SignedIn = Callable[[Staff], Client]


def test_what_can_be_asked_about_is_what_the_guard_marks_and_one_thing_more() -> None:
    assert {*PlacementTopic.values} == {*Exclusion.values, "OTHER"}


def test_a_question_is_a_name_a_kind_and_a_time(hale: Staff, castellanos: Staff, signed_in: SignedIn) -> None:
    """However it is asked: from a marked sentence, or on the page. Asked twice, it is one question."""
    client, url = signed_in(hale), reverse("placement-list")
    told = client.post(url, {"topic": "EX_MEDICATION", "text": "x"}, headers={"X-Requested-With": "ask"})
    assert told.json()["words"].startswith("Asked.")
    assert client.post(url, {"topic": "EX_MEDICATION"}).status_code == 302
    question = PlacementQuestion.objects.get()
    held = {field.name for field in question._meta.fields}
    assert held == {"id", "topic", "asked_by", "asked_at", "answer", "answered_by", "answered_at", "seen_at"}
    assert (question.asked_by, question.topic, question.answer) == (hale, "EX_MEDICATION", "")
    task = Task.objects.get()
    assert task.patient is None and task.role == "compliance_officer" and list(open_tasks(castellanos)) == [task]
    assert client.post(url, {"topic": "x"}, headers={"X-Requested-With": "ask"}).status_code == 422


def test_the_officer_answers_in_words_and_the_asker_reads_it_from_home_once(
    hale: Staff, osei: Staff, castellanos: Staff, signed_in: SignedIn
) -> None:
    question = ask_placement(by=hale, topic=PlacementTopic.SYMPTOMS)
    officer, asker = signed_in(castellanos), signed_in(hale)
    shown = officer.get(reverse("home")).content.decode()
    assert "Answer a question about what belongs where" in shown and "A summary of symptoms" in shown
    answer = "A sentence that <sums up> symptoms goes into the chart; what was said about them need not."
    officer.post(reverse("placement-answer", args=[question.pk]), {"answer": answer})
    assert not open_tasks(castellanos).exists()
    assert "Answers about what belongs where" in asker.get(reverse("home")).content.decode()
    read = asker.get(reverse("placement-list")).content.decode()
    assert "that &lt;sums up&gt; symptoms" in read
    assert "Answers about what belongs where" not in asker.get(reverse("home")).content.decode()
    assert "sums up" not in signed_in(osei).get(reverse("placement-list")).content.decode()
    ask_placement(by=osei, topic=PlacementTopic.SYMPTOMS)  # the officer sees what was answered before
    again = PlacementQuestion.objects.get(asked_by=osei)
    assert "sums up" in officer.get(reverse("placement-answer", args=[again.pk])).content.decode()


@pytest.mark.parametrize(
    ("answer", "said"), [(" ", "Write what belongs where"), ("x" * (LONGEST_ANSWER + 1), str(LONGEST_ANSWER))]
)
def test_no_answer_and_too_much_of_one_come_back(
    hale: Staff, castellanos: Staff, signed_in: SignedIn, answer: str, said: str
) -> None:
    question = ask_placement(by=hale, topic=PlacementTopic.OTHER)
    shown = signed_in(castellanos).post(reverse("placement-answer", args=[question.pk]), {"answer": answer})
    assert said in shown.content.decode() and PlacementQuestion.objects.get().answered_at is None


def test_a_question_is_answered_once_and_by_the_officer_alone(hale: Staff, castellanos: Staff) -> None:
    question = ask_placement(by=hale, topic=PlacementTopic.OTHER)
    with pytest.raises(Refused):
        answer_placement(by=hale, question_id=question.pk, answer="Mine.")
    answer_placement(by=castellanos, question_id=question.pk, answer="First.")
    with pytest.raises(Refused, match="PLACEMENT_ANSWERED"):
        answer_placement(by=castellanos, question_id=question.pk, answer="Second.")
    assert PlacementQuestion.objects.get().answer == "First."
    kept = PlacementQuestion.objects.get()
    kept.answer, kept.answered_by = "Second.", hale
    for column in ("answer", "answered_by"):
        with pytest.raises(IntegrityError, match="do not change"), transaction.atomic():
            kept.save(update_fields=[column])
