"""What a chart holds, for pages and paper. Every function takes a chart that a doorway has opened."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from practice.people.models import Patient, Staff

from .models import ChartNote, Encounter, NoteFormat, Result
from .rules import NoteState, SessionKind, minutes_between


def session_words(encounter: Encounter) -> str:
    """A session in a few words: "53 min, video"."""
    minutes = minutes_between(encounter.started_at, encounter.stopped_at)
    length = f"{minutes} min" if minutes is not None else ""
    place = encounter.get_modality_display().lower() if encounter.modality != "other" else ""
    return ", ".join(filter(None, [length, place]))


def session_title(encounter: Encounter) -> str:
    """What a session is called: by its imported title, else by its kind."""
    kind = SessionKind(encounter.kind)
    return encounter.title or (kind.label if kind == SessionKind.OTHER else f"{kind.label} session")


def result_group(result: Result) -> str:
    """The group of a result: its category and local day, "vital-signs 2011-11-19"."""
    return f"{result.category} {timezone.localdate(result.taken_at).isoformat()}"


def results_of_groups(patient: Patient, keys: Iterable[str]) -> QuerySet[Result]:
    """The results of these groups, in the order they are shown."""
    wanted = [Q(pk__in=[])]
    for key in keys:
        category, _, day = key.rpartition(" ")
        begins = timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))
        ends = timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min))
        wanted.append(Q(category=category, taken_at__gte=begins, taken_at__lt=ends))
    return Result.objects.filter(reduce(or_, wanted), patient=patient).order_by("taken_at", "title", "pk")


def drafts_of(author: Staff) -> QuerySet[ChartNote]:
    """A person's own drafts, oldest first: what is still to be signed."""
    drafts = ChartNote.objects.filter(author=author, state=NoteState.DRAFT)
    return drafts.select_related("patient", "encounter", "format").order_by("on", "created_at")


def sessions_to_write(author: Staff, patient: Patient, *, limit: int = 10) -> QuerySet[Encounter]:
    """The author's latest sessions with a patient that have no note of theirs yet."""
    noted = ChartNote.objects.filter(author=author, patient=patient, encounter=OuterRef("pk"))
    rows = Encounter.objects.filter(~Exists(noted), clinician=author, participations__patient=patient)
    return rows.order_by("-started_at")[:limit]


def formats() -> QuerySet[NoteFormat]:
    """The newest version of each format, in their order."""
    newest = NoteFormat.objects.filter(code=OuterRef("code")).order_by("-version").values("version")[:1]
    return NoteFormat.objects.filter(version=newest).order_by("position")


def usual_format(author: Staff) -> NoteFormat | None:
    """The format the author used last, else the first there is."""
    last = ChartNote.objects.filter(author=author).select_related("format").order_by("-created_at").first()
    return last.format if last else formats().first()


def note_written(note: ChartNote, sections: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The sections of a note (or of another text for it) that say something, as label and text."""
    texts = note.sections if sections is None else sections
    labels = [(section["label"], texts.get(section["key"], "")) for section in note.format.sections]
    return [{"label": label, "text": text} for label, text in labels if text.strip()]


def text_differences(note: ChartNote, other: Mapping[str, str]) -> list[dict[str, str]]:
    """The sections in which another text differs from the draft: label, the draft's text, the other's."""
    return [
        {"label": section["label"], "draft": note.sections.get(key, ""), "other": other.get(key, "")}
        for section in note.format.sections
        if note.sections.get(key := section["key"], "") != other.get(key, "")
    ]


def result_days(patient: Patient, category: str = "") -> QuerySet[Any]:
    """Days with results, newest first: {"day", "category", "first"}."""
    rows = Result.objects.filter(patient=patient)
    if category:
        rows = rows.filter(category=category)
    days = rows.annotate(day=TruncDate("taken_at")).values("day", "category")
    return days.annotate(first=Min("taken_at"), last=Max("taken_at")).order_by("-day", "category")


def group_id(patient_id: UUID, group: str) -> UUID:
    """A lasting id for the results of one day and category, which are one item of a release."""
    return uuid5(patient_id, f"results {group}")
