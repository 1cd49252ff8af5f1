"""Finding a patient by name, birth date or number. What was typed is never stored and never in a URL."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from practice.infrastructure.days import today
from practice.people.models import Patient, PatientName, Staff
from practice.people.policies import patients_visible_to
from practice.people.rules import patient_number_from

LIST_LIMIT = 200
SHORTEST = 2
DATE_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody may have meant. Empty in every part: nothing to look for."""

    words: tuple[str, ...] = ()
    number: int | None = None
    born_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.words or self.number or self.born_on)


@dataclass(frozen=True, slots=True)
class Found:
    """The first patients that match, and whether there are more than are shown."""

    patients: list[Patient]
    more: bool


class Folded(Func):
    """Lower case, accents removed: "lucia" finds Lucía. PostgreSQL's own functions, no extension."""

    template = "regexp_replace(normalize(lower(%(expressions)s), NFD), '[\u0300-\u036f]', '', 'g')"
    output_field = TextField()


def fold(text: str) -> str:
    """The same for what was typed."""
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in parts if not "\u0300" <= letter <= "\u036f")


def read_query(text: str) -> Sought:
    """Reads "lindqvist", "toby 7/14/1991", "Jul 14, 1991" or "20388". Too short a text is nothing to look for."""
    text = " ".join(text.replace("\x00", "").replace(",", " ").split())
    if (number := patient_number_from(text)) is not None:
        return Sought(number=number)
    words = text.split(" ")
    for start in range(len(words)):
        if (born := _date(" ".join(words[start:]))) is not None:
            return Sought(words=tuple(fold(word) for word in words[:start]), born_on=born)
    return Sought(words=tuple(fold(word) for word in words)) if len(text) >= SHORTEST else Sought()


def _date(text: str) -> date | None:
    for form in DATE_FORMS:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 (a birth date has no zone)
        except ValueError:
            continue
        # "%y" puts 2001-2068 into the future: nobody is born there
        return found.replace(year=found.year - 100) if found > today() else found
    return None


def find_patients(staff: Staff, sought: Sought, limit: int = LIST_LIMIT) -> Found:
    """The patients this person may see that match every part, by name. Nothing sought finds nothing."""
    if not sought:
        return Found([], False)
    rows = list(_matching(patients_visible_to(staff), sought).order_by("sort_name", "number")[: limit + 1])
    return Found(rows[:limit], len(rows) > limit)


def _matching(patients: QuerySet[Patient], sought: Sought) -> QuerySet[Patient]:
    if sought.number is not None:
        return patients.filter(number=sought.number)
    if sought.born_on is not None:
        patients = patients.filter(birth_date=sought.born_on)
    if sought.words:
        patients = patients.annotate(folded=Folded(Concat("legal_name", Value(" "), "preferred_name")))
    for word in sought.words:
        other = PatientName.objects.annotate(folded=Folded(F("text"))).filter(
            patient=OuterRef("pk"), folded__contains=word
        )
        patients = patients.filter(Q(folded__contains=word) | Exists(other))
    return patients
