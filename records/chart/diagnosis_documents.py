"""Diagnoses, observations and medication on paper: each with its history."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Prefetch

from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient

from .models import DiagnosisStatus, Observation
from .paper import Block, ReleaseItemInfo
from .queries.diagnoses import Standing, chain_of, observations, standings_of
from .queries.medication import Course, courses, steps
from .rules.diagnoses import ClinicalStatus
from .rules.values import CODE_SYSTEMS


def diagnosis_items(patient: Patient) -> list[ReleaseItemInfo]:
    """Diagnoses, observations and medication of a patient, for the index of a release."""
    items = []
    for one in standings_of(patient.diagnoses.all()):
        since = one.diagnosis.onset_on or one.diagnosis.recorded_on
        title = f"Diagnosis{', entered in error' if one.status == ClinicalStatus.IN_ERROR else ''}: {one.words}"
        items.append(ReleaseItemInfo("diagnosis", one.diagnosis.pk, since, title))
    for entry in observations(patient).defer("text"):
        items.append(ReleaseItemInfo("observation", entry.pk, entry.on, entry.get_kind_display()))
    for course in courses(patient):
        title = f"Medication: {course.now.title}"
        items.append(ReleaseItemInfo("medication", course.now.pk, course.now.started_on, title))
    return items


def diagnosis_blocks(patient: Patient, wanted: set[UUID]) -> list[Block]:
    """The blocks of those that are wanted. A row that was superseded since is shown as what it belongs to now."""
    newest_first = DiagnosisStatus.objects.select_related("recorded_by").order_by("-recorded_at")
    diagnoses = patient.diagnoses.filter(pk__in=wanted).prefetch_related(Prefetch("history", queryset=newest_first))
    seen: dict[UUID, Observation] = {row.pk: row for row in patient.observations.select_related("author")}
    return [
        *map(_diagnosis_block, standings_of(diagnoses)),
        *(_observation_block(row, seen) for row in seen.values() if row.pk in wanted),
        *(_medication_block(course, row.pk) for course in courses(patient) for row in course.rows if row.pk in wanted),
    ]


def _diagnosis_block(one: Standing) -> Block:
    """A diagnosis as it stands, with its history."""
    row = one.diagnosis
    state = [one.status.label, one.verification.label if one.line or row.verification_status else ""]
    facts = [
        ("Code", f"{row.code} ({CODE_SYSTEMS.get(row.code_system, row.code_system)})" if row.code else ""),
        ("Status", ", ".join(filter(None, [*state, "primary diagnosis" if one.primary else ""]))),
        ("Since", row.onset_words),
        ("Until", day_words(row.ended_on) or row.as_given.get("ended_on", "")),
    ]
    on = row.onset_on or row.recorded_on
    block = Block(row.pk, "diagnosis", f"Diagnosis: {row.title}", on, [fact for fact in facts if fact[1]])
    lines = list(row.history.all())[::-1]
    block.head = ["From", "Status", "Comment", "Written by"] if lines else []
    block.rows = [
        [
            day_words(line.on),
            ", ".join(
                [line.get_status_display(), line.get_verification_display().lower(), *["primary"] * line.primary]
            ),
            line.comment,
            f"{line.recorded_by.display_name}, {day_words(line.recorded_at)}",
        ]
        for line in lines
    ]
    return block


def _observation_block(row: Observation, seen: Mapping[UUID, Observation]) -> Block:
    """Symptoms, functional status or prognosis as of a day, and what the entry said before it was corrected."""
    earlier = [
        {"label": f"Before it was corrected, {old.author.display_name}, {_moment(old.recorded_at)}", "text": old.text}
        for old in chain_of(row, seen)
    ]
    return Block(
        row.pk,
        "observation",
        f"{row.get_kind_display()}, {day_words(row.on)}",
        row.on,
        written=[{"label": "What was seen", "text": row.text}, *earlier],
        signed=f"Written by {row.author.display_name}, {_moment(row.recorded_at)}",
    )


def _medication_block(course: Course, item: UUID) -> Block:
    row = course.now
    where = row.get_where_display().lower() if row.where else ""
    facts = [
        ("Dosage", ", ".join(filter(None, [row.dosage, row.route, row.frequency]))),
        ("Status", row.status),
        ("Prescribed by", row.shown_prescriber or where.removeprefix("by ")),
        ("Since", row.start_words),
        ("Until", row.end_words),
    ]
    for what, was, step in steps(course) if len(course.rows) > 1 else ():
        dose = ", ".join(filter(None, [step.dosage, step.route, step.frequency, step.comment]))
        about = f" ({was})" if was else ""
        facts.append((f"{what}{about}", f"{day_words(step.changed_on) or step.start_words}: {dose}".strip(": ")))
    block = Block(item, "medication", f"Medication: {row.title}", row.started_on, [fact for fact in facts if fact[1]])
    found = [(done.done_on, plan.what, done.result) for plan in course.monitoring for done in plan.done.all()]
    block.head = ["Monitoring", "Done", "Result"] if found else []
    block.rows = [[what, day_words(on), result] for on, what, result in sorted(found, key=lambda one: one[0])]
    return block


def _moment(value) -> str:  # type: ignore[no-untyped-def]
    return f"{day_words(value)}, {time_of_day(value)}"
