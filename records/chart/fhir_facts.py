"""What a bundle says, as values: our nouns, before anything is written. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .fhir_patient import PatientFacts
from .fhir_values import Coded


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a bundle that could not be kept as it stands, and where: entry 12, Observation/abc."""

    place: str
    words: str
    skipped: bool = True


@dataclass(frozen=True, slots=True)
class EncounterFacts:
    id: str
    patient: str
    started_at: datetime
    stopped_at: datetime | None
    modality: str
    title: str
    code: str
    clinician: str


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    id: str
    patient: str
    encounter: str
    what: Coded
    clinical_status: str
    verification_status: str
    days: dict[str, date | None]
    as_given: dict[str, str]


@dataclass(frozen=True, slots=True)
class MedicationFacts:
    id: str
    patient: str
    encounter: str
    what: Coded
    status: str
    intent: str
    prescriber: str
    dosage: str
    days: dict[str, date | None]
    as_given: dict[str, str]


@dataclass(frozen=True, slots=True)
class CarePlanFacts:
    id: str
    patient: str
    encounter: str
    title: str
    status: str
    activities: list[dict[str, str]]
    days: dict[str, date | None]
    as_given: dict[str, str]


@dataclass(frozen=True, slots=True)
class ResultFacts:
    id: str
    patient: str
    encounter: str
    category: str
    what: Coded
    taken_at: datetime
    number: Decimal | None
    unit: str
    text: str
    components: list[dict[str, str]]


@dataclass(slots=True)
class Bundle:
    """What one file says. Facts refer to patients and encounters by the address they have inside the file."""

    patients: dict[str, PatientFacts] = field(default_factory=dict)
    encounters: dict[str, EncounterFacts] = field(default_factory=dict)
    conditions: list[ConditionFacts] = field(default_factory=list)
    medications: list[MedicationFacts] = field(default_factory=list)
    care_plans: list[CarePlanFacts] = field(default_factory=list)
    results: list[ResultFacts] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    not_imported: Counter[str] = field(default_factory=Counter)
