"""Searching 2,000 sealed notes of one author, against ILIKE over 2,000 plain rows of the same texts."""

from datetime import timedelta

from django.db.models import Q

from practice.infrastructure.days import today
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import RepresentativeKind
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from tests.bench.guard import long_note

from .fixtures import clinician_with_patient
from .measure import Row, by_turns

NOTES = 2_000
WORDS = "lake father"


def sealed_search() -> list[Row]:
    """Two words, in any order, that three notes hold; every note is 250 words of the corpus' own sentences."""
    hale, patient = clinician_with_patient()
    texts = [_text(number) for number in range(NOTES)]
    for number, text in enumerate(texts):
        _sign(hale, patient, number, text)
    PersonalRepresentative.objects.bulk_create(  # any plain table with a text column does
        PersonalRepresentative(
            patient=patient, name="A", kind=RepresentativeKind.PARENT, authority=text, from_on=today()
        )
        for text in texts
    )

    def ours() -> None:
        assert vault.search_mine(hale, WORDS).total == 3

    def baseline() -> None:
        wanted = Q()
        for word in WORDS.split():
            wanted &= Q(authority__icontains=word)
        assert len(list(PersonalRepresentative.objects.filter(wanted))) == 3

    mine, theirs = by_turns(ours, baseline, turns=5)
    return [Row("searching 2,000 sealed notes of one author", mine, "ILIKE on 2,000 plain rows", theirs)]


def _text(number: int) -> str:
    words = LONG[number * 7 % 5_000 :][:250]
    return " ".join(words) + (" The father by the Lake." if number % 700 == 1 else "")


def _sign(hale: Staff, patient: Patient, number: int, text: str) -> None:
    draft_id = new_id(hale.pk)
    place = {"patients": [patient.pk], "session": None, "session_on": today() - timedelta(days=number)}
    vault.save_draft(hale, draft_id=draft_id, text=text, base_version=0, **place)
    vault.sign(hale, draft_id=draft_id, version=1)


LONG = [word for word in long_note().split() if word.strip(".,“”").lower() != "lake"]
