"""Writes what a FHIR bundle says: one transaction per file, each row once, one line in the audit trail per patient.

A row is known again by the patient's record where it comes from and by its id there. What is here already stays as it
is, also when the source says something else by now: the chart is corrected by people, not by a second import.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from uuid import UUID, uuid4

from django.db import models, transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.actions.care import begin_care, start_care
from practice.people.actions.patients import next_patient_number
from practice.people.models import (
    Patient,
    PatientAddress,
    PatientContact,
    PatientIdentifier,
    PatientName,
    PatientTelecom,
    Staff,
)
from practice.people.policies import care_in_force, charts_visible_to
from practice.people.rules import CareRole, Role

from . import fhir_patient
from .exchange.restore import Restored, is_whole_chart, restore
from .fhir import NotABundle
from .fhir_facts import Bundle, Problem
from .fhir_patient import PatientFacts
from .models import CarePlan, Diagnosis, Encounter, Medication, Participation, Result
from .rules.sessions import SessionKind

IMPORTERS = (Role.ADMINISTRATOR, Role.CLINICIAN, Role.FRONT_DESK)
BATCH = 500


@dataclass(slots=True)
class Report:
    """What became of one file: rows written and rows that were here already, by kind, and what could not be kept."""

    new: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    not_imported: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Known:
    """A patient of the file as a row of ours, and the key of their record at the source."""

    patient: Patient
    source: str


@transaction.atomic
def write_bundle(bundle: Bundle, *, by: Staff, clinician: Staff | None = None) -> Report:
    """Write a parsed file. `clinician`, when given, treats its patients from today.

    Raises Refused when `by` may not import, or may not give the chart of a patient who is here already to `clinician`.
    """
    _check_importer(by)
    advisory_lock("fhir-import")
    report = Report(problems=list(bundle.problems), not_imported=Counter(bundle.not_imported))
    known: dict[str, Known] = {}
    for address, facts in bundle.patients.items():
        if person := _patient(facts, report, by, clinician):
            known[address] = person
    before = report.new.total()
    encounters = _encounters(bundle, known, report)
    for model, kind, rows in _rows(bundle, known, encounters):
        _write_once(model, kind, rows, report)
    detail = "fhir_unchanged" if report.new.total() == before and not report.new["patients"] else "fhir"
    for person in known.values():
        record(by=by, event=AuditEvent.IMPORTED, subject=person.patient, patient_id=person.patient.pk, detail=detail)
    return report


@transaction.atomic
def write_whole_chart(content: Any, *, by: Staff, clinician: Staff | None = None, zone: tzinfo) -> Report:
    """Take over a whole chart that this product gave out: the same rows by the same ids, what is here stays.

    Raises Refused as `write_bundle`, NotABundle when the file is not what it says it is; nothing is then kept.
    """
    _check_importer(by)
    if not is_whole_chart(content):
        raise NotABundle("it was not given out here, or was changed since")
    advisory_lock("fhir-import")
    found, report = Restored(content), Report()
    patient = Patient.objects.filter(pk=found.patient_id).first()
    if patient is None:
        facts, doubts = fhir_patient.read(found.patient, zone, today())
        report.problems += [Problem("Patient", words, skipped=False) for words in doubts]
        patient = _take_on(facts, ident=found.patient_id)
        _add_demographics(patient, facts, report)
        report.new["patients"] += 1
    else:
        _check_chart_here(patient, by)
        report.already["patients"] += 1
    report.numbers.append(patient.number)
    if clinician is not None and not care_in_force(clinician).filter(patient=patient).exists():
        begin = start_care if report.already["patients"] else begin_care
        begin(by=by, patient=patient, staff=clinician, role=CareRole.TREATING, from_on=today())
        report.new["care relationships"] += 1
    new, already = restore(found, patient)
    report.new.update(new)
    report.already.update(already)
    record(by=by, event=AuditEvent.IMPORTED, subject=patient, patient_id=patient.pk, detail="whole_chart")
    return report


def _check_chart_here(patient: Patient, by: Staff) -> None:
    """A chart that is here is written only by somebody who may open it."""
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(
            Refusal(
                "IMPORT_CHART_CLOSED",
                "The patient of this chart is here already, and their chart is not open to whoever imports.",
                "Name somebody with --by who cares for the patient.",
            )
        )


def _check_importer(by: Staff) -> None:
    if not (by.is_active and by.has_role(*IMPORTERS)):
        raise Refused(
            Refusal(
                "IMPORT_ROLE",
                "Records are imported by an administrator, a clinician or front desk.",
                "Name one of them with --by.",
            )
        )


def _patient(facts: PatientFacts, report: Report, by: Staff, clinician: Staff | None) -> Known | None:
    """The patient, found by their number at the source or taken on now; None, with a problem, when they contradict."""
    source = facts.source
    held = list(Patient.objects.filter(identifiers__system=source.system, identifiers__value=source.value)[:2])
    if len(held) > 1:
        numbers = " and ".join(str(patient.number) for patient in held)
        report.problems.append(
            Problem("Patient", f"patients {numbers} here both have the number there; nothing was kept")
        )
        return None
    if not held:
        patient = _take_on(facts)
    else:
        patient = held[0]
        if patient.birth_date and facts.birth_date and patient.birth_date != facts.birth_date:
            words = f"patient {patient.number} has the same number there but another birth date; nothing was kept"
            report.problems.append(Problem("Patient", words))
            return None
    report.numbers.append(patient.number)
    (report.already if held else report.new)["patients"] += 1
    _add_demographics(patient, facts, report)
    if clinician is not None and not care_in_force(clinician).filter(patient=patient).exists():
        begin = start_care if held else begin_care
        begin(by=by, patient=patient, staff=clinician, role=CareRole.TREATING, from_on=today())
        report.new["care relationships"] += 1
    return Known(patient, f"{source.system}|{source.value}")


def _take_on(facts: PatientFacts, ident: UUID | None = None) -> Patient:
    return Patient.objects.create(
        id=ident or uuid4(),
        number=next_patient_number(),
        legal_name=facts.legal_name,
        sort_name=facts.sort_name,
        preferred_name=facts.preferred_name,
        birth_date=facts.birth_date,
        died_on=facts.died_on,
        sex=facts.sex,
        language=facts.language,
        opened_on=today(),
    )


def _add_demographics(patient: Patient, facts: PatientFacts, report: Report) -> None:
    """Every name, address, telephone, identifier and contact that is not here yet, as given."""
    groups: list[tuple[str, type[models.Model], list[dict[str, Any]]]] = [
        ("names", PatientName, [{"use": name.use, "text": name.text} for name in facts.names]),
        ("addresses", PatientAddress, [_fields(address) for address in facts.addresses]),
        ("telephone numbers and e-mail addresses", PatientTelecom, [_fields(telecom) for telecom in facts.telecoms]),
        ("identifiers", PatientIdentifier, [_fields(identifier) for identifier in facts.identifiers]),
        ("contacts", PatientContact, [_fields(contact) for contact in facts.contacts]),
    ]
    for kind, model, wanted in groups:
        if not wanted:
            continue
        here = list(model._default_manager.filter(patient=patient).values(*wanted[0]))
        fresh: list[dict[str, Any]] = []
        for row in wanted:
            if row in here or row in fresh:
                report.already[kind] += 1
            else:
                fresh.append(row)
        model._default_manager.bulk_create([model(patient=patient, **row) for row in fresh])
        report.new[kind] += len(fresh)


def _fields(facts: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in facts.__slots__}


def _encounters(bundle: Bundle, known: dict[str, Known], report: Report) -> dict[str, UUID]:
    """Our session for each encounter address of the file, written now or before."""
    wanted = {address: facts for address, facts in bundle.encounters.items() if facts.patient in known}
    sources = {known[facts.patient].source for facts in wanted.values()}
    here = {
        (system, ident): pk
        for system, ident, pk in Encounter.objects.filter(source_system__in=sources).values_list(
            "source_system", "source_id", "pk"
        )
    }
    ours: dict[str, UUID] = {}
    fresh, parts = [], []
    for address, facts in wanted.items():
        person = known[facts.patient]
        if pk := here.get((person.source, facts.id)):
            ours[address] = pk
            continue
        encounter = Encounter(
            source_system=person.source,
            source_id=facts.id,
            kind=SessionKind.OTHER,
            modality=facts.modality,
            started_at=facts.started_at,
            stopped_at=facts.stopped_at,
            title=facts.title,
            code=facts.code,
            outside_clinician=facts.clinician,
        )
        ours[address] = encounter.pk
        fresh.append(encounter)
        parts.append(Participation(encounter=encounter, patient=person.patient))
    Encounter.objects.bulk_create(fresh, batch_size=BATCH)
    Participation.objects.bulk_create(parts, batch_size=BATCH)
    report.new["sessions"] += len(fresh)
    report.already["sessions"] += len(wanted) - len(fresh)
    return ours


def _rows(
    bundle: Bundle, known: dict[str, Known], encounters: dict[str, UUID]
) -> Iterable[tuple[type[models.Model], str, list[models.Model]]]:
    """Every other row of the file, unsaved, by kind."""

    def base(facts: Any) -> dict[str, Any]:
        person = known[facts.patient]
        return {
            "patient": person.patient,
            "encounter_id": encounters.get(facts.encounter),
            "source_system": person.source,
            "source_id": facts.id,
            "as_given": getattr(facts, "as_given", {}),
        }

    def what(facts: Any) -> dict[str, str]:
        return {"title": facts.what.words, "code": facts.what.code, "code_system": facts.what.system}

    def of(facts: Iterable[Any]) -> Iterable[Any]:
        return (one for one in facts if one.patient in known)

    yield (
        Diagnosis,
        "diagnoses",
        [
            Diagnosis(
                **base(one),
                **what(one),
                **one.days,
                clinical_status=one.clinical_status,
                verification_status=one.verification_status,
            )
            for one in of(bundle.conditions)
        ],
    )
    yield (
        Medication,
        "medications",
        [
            Medication(
                **base(one),
                **what(one),
                **one.days,
                status=one.status,
                intent=one.intent,
                prescriber=one.prescriber,
                dosage=one.dosage,
            )
            for one in of(bundle.medications)
        ],
    )
    yield (
        CarePlan,
        "plans of care",
        [
            CarePlan(**base(one), **one.days, title=one.title, status=one.status, activities=one.activities)
            for one in of(bundle.care_plans)
        ],
    )
    yield (
        Result,
        "results",
        [
            Result(
                **base(one),
                **what(one),
                category=one.category,
                taken_at=one.taken_at,
                number=one.number,
                unit=one.unit,
                text=one.text,
                components=one.components,
            )
            for one in of(bundle.results)
        ],
    )


def _write_once(model: type[models.Model], kind: str, rows: list[Any], report: Report) -> None:
    """Write the rows whose source and id are not here yet."""
    sources = {row.source_system for row in rows}
    here = set(model._default_manager.filter(source_system__in=sources).values_list("source_system", "source_id"))
    fresh = [row for row in rows if (row.source_system, row.source_id) not in here]
    model._default_manager.bulk_create(fresh, batch_size=BATCH)
    report.new[kind] += len(fresh)
    report.already[kind] += len(rows) - len(fresh)
