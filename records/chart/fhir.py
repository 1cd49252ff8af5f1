"""FHIR R4 patient bundles as facts. Pure: bytes or JSON in, dataclasses and problems out; nothing is written here.

A file that is not a bundle is refused whole (`NotABundle`). Inside a bundle one resource that cannot be read is a
`Problem` with its place, and the rest is kept. What we have no place for is counted, so that nothing vanishes unsaid.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from io import BytesIO
from typing import Any

from . import fhir_patient
from .fhir_facts import (
    Bundle,
    CarePlanFacts,
    ConditionFacts,
    EncounterFacts,
    MedicationFacts,
    Problem,
    ResultFacts,
)
from .fhir_values import (
    BadResource,
    Coded,
    Json,
    coded,
    codes,
    day,
    moment,
    name_words,
    number,
    person_words,
    string,
    thing,
    things,
)
from .rules.sessions import Modality
from .rules.values import ResultCategory

MAX_BYTES = 512 * 1024**2
TOOK_PLACE_NOT = {"planned", "cancelled", "entered-in-error"}
IN_PERSON = {"AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS"}


class NotABundle(Exception):
    """A file refused whole. Its message is the sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a resource needs to know of its file: who stands behind an address, the practice's zone, and today."""

    addresses: dict[str, str]
    people: dict[str, str]
    medications: dict[str, Coded]
    zone: tzinfo
    today: date

    def address_of(self, item: Json, key: str) -> str:
        """The address inside the file that the reference at `key` means, or "" when it points outside."""
        return self.addresses.get(string(thing(item, key), "reference").partition("/_history/")[0], "")


def read_json(data: bytes) -> Any:
    """The JSON of a .json or .json.gz file, numbers exact. Raises NotABundle with a sentence."""
    if not data:
        raise NotABundle("the file is empty (0 bytes)")
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
                data = stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise NotABundle("the file is damaged: it begins like a gzip file but cannot be unpacked") from None
    if len(data) > MAX_BYTES:
        raise NotABundle("the file is larger than 512 MB unpacked")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotABundle("the file is not JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def parse(content: Any, *, zone: tzinfo, today: date) -> Bundle:
    """The facts of a bundle. `zone` is the practice's, for days; `today` refuses births in the future."""
    if not isinstance(content, dict) or content.get("resourceType") != "Bundle":
        kind = content.get("resourceType") if isinstance(content, dict) else None
        found = f"a FHIR {kind}" if isinstance(kind, str) and kind.isalpha() and len(kind) < 40 else "something else"
        raise NotABundle(f"the file is not a FHIR bundle but {found}")
    entries = content.get("entry")
    if not isinstance(entries, list) or not entries:
        raise NotABundle("the bundle is empty: it has no entries")
    bundle = Bundle()
    resources = list(_resources(entries, bundle.problems))
    context = _context(resources, zone, today)
    # Patients first, then encounters: everything else points to them, in whatever order the file has it.
    for wanted in (("Patient",), ("Encounter",), tuple(READERS)):
        for place, address, resource in resources:
            kind = str(resource.get("resourceType"))
            if kind in wanted:
                _read_one(bundle, context, place, address, resource, kind)
    bundle.not_imported.update(
        str(resource.get("resourceType")) for *_, resource in resources if resource.get("resourceType") not in KNOWN
    )
    return bundle


def _resources(entries: list[Any], problems: list[Problem]) -> Iterator[tuple[str, str, Json]]:
    """(place, address, resource) of every entry that holds one; a resource repeated in the file is given once."""
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(entries):
        place = f"entry {index}"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            problems.append(Problem(place, "holds no resource"))
            continue
        full_url = entry.get("fullUrl")
        address = full_url if isinstance(full_url, str) else ""
        # a resource that is still to be posted has no id of its own, only the address it goes by in the file
        ident = resource.get("id") or address.replace(":", "/").rpartition("/")[2]
        kind = resource.get("resourceType")
        if not (isinstance(kind, str) and isinstance(ident, str) and _plain_word(kind) and _plain_word(ident)):
            problems.append(Problem(place, "has no resourceType or no id"))
            continue
        place = f"{place}, {kind}/{ident}"
        if (kind, ident) in seen:
            problems.append(Problem(place, "stands twice in the file; the first one counts"))
            continue
        seen.add((kind, ident))
        yield place, address or f"{kind}/{ident}", {**resource, "id": ident}


def _plain_word(value: str) -> bool:
    return 0 < len(value) <= 120 and all(c.isascii() and (c.isalnum() or c in "-._") for c in value)


def _context(resources: list[tuple[str, str, Json]], zone: tzinfo, today: date) -> Context:
    """Every way of writing the address of each resource: full address, Type/id, urn:uuid:id."""
    addresses: dict[str, str] = {}
    people: dict[str, str] = {}
    medications: dict[str, Coded] = {}
    for _place, address, resource in resources:
        kind, ident = resource["resourceType"], resource["id"]
        spellings = (address, f"{kind}/{ident}", f"urn:uuid:{ident}")
        addresses.update(dict.fromkeys(spellings, address))
        try:
            if kind == "Practitioner" and (names := things(resource, "name")):
                people.update(dict.fromkeys(spellings, name_words(names[0])[:200]))
            if kind == "Medication":
                medications.update(dict.fromkeys(spellings, coded(thing(resource, "code"))))
        except BadResource:
            continue  # whoever refers to it is imported without the name
    return Context(addresses, people, medications, zone, today)


def _read_one(bundle: Bundle, context: Context, place: str, address: str, resource: Json, kind: str) -> None:
    try:
        if kind == "Patient":
            facts, doubts = fhir_patient.read(resource, context.zone, context.today)
            bundle.patients[address] = facts
            bundle.problems.extend(Problem(place, words, skipped=False) for words in doubts)
        elif kind == "Encounter":
            bundle.encounters[address] = _encounter(resource, context, _patient_of(resource, bundle, context))
        elif kind != "Observation" or _category(resource):
            READERS[kind](bundle, resource, context, _patient_of(resource, bundle, context))
        else:
            bundle.not_imported["Observation of another category"] += 1
    except BadResource as bad:
        bundle.problems.append(Problem(place, str(bad)))


def _patient_of(resource: Json, bundle: Bundle, context: Context) -> str:
    if string(resource, "status") == "entered-in-error":
        raise BadResource("was entered in error where it comes from")
    address = context.address_of(resource, "subject")
    if address not in bundle.patients:
        raise BadResource("its patient is not in this file or could not be read")
    return address


def _encounter(resource: Json, context: Context, patient: str) -> EncounterFacts:
    if (status := string(resource, "status")) in TOOK_PLACE_NOT:
        raise BadResource(f"did not take place ({status})")
    period = thing(resource, "period")
    started, stopped = moment(period, "start", context.zone), moment(period, "end", context.zone)
    if started is None:
        raise BadResource("has no start")
    if started.date() > context.today:
        raise BadResource("lies in the future")
    if stopped is not None and stopped < started:
        raise BadResource("ends before it starts")
    types = things(resource, "type")
    what = coded(types[0]) if types else Coded()
    class_code = string(thing(resource, "class"), "code")
    people = [person_words(thing(part, "individual"), context.people) for part in things(resource, "participant")]
    return EncounterFacts(
        id=string(resource, "id"),
        patient=patient,
        started_at=started,
        stopped_at=stopped,
        modality=Modality.IN_PERSON if class_code in IN_PERSON else Modality.OTHER,
        title=what.words,
        code=what.code,
        clinician=next((person for person in people if person), ""),
    )


def _condition(bundle: Bundle, resource: Json, context: Context, patient: str) -> None:
    verification = next(iter(sorted(codes(thing(resource, "verificationStatus")))), "")
    if verification == "entered-in-error":
        raise BadResource("was entered in error where it comes from")
    onset_key = "onsetDateTime" if resource.get("onsetDateTime") else "onsetPeriod"
    onset_from = resource if onset_key == "onsetDateTime" else thing(resource, "onsetPeriod")
    days, as_given = _days(
        context,
        onset_on=(onset_from, "onsetDateTime" if onset_key == "onsetDateTime" else "start"),
        ended_on=(resource, "abatementDateTime"),
        recorded_on=(resource, "recordedDate"),
    )
    if words := string(resource, "onsetString", 60):
        as_given["onset_on"] = words
    bundle.conditions.append(
        ConditionFacts(
            id=string(resource, "id"),
            patient=patient,
            encounter=context.address_of(resource, "encounter"),
            what=_named(resource, "code"),
            clinical_status=next(iter(sorted(codes(thing(resource, "clinicalStatus")))), "")[:40],
            verification_status=verification[:40],
            days=days,
            as_given=as_given,
        )
    )


def _medication(bundle: Bundle, resource: Json, context: Context, patient: str) -> None:
    statement = resource.get("resourceType") == "MedicationStatement"
    period = thing(resource, "effectivePeriod")
    started = (resource, "authoredOn") if not statement else (period, "start")
    if statement and resource.get("effectiveDateTime"):
        started = (resource, "effectiveDateTime")
    days, as_given = _days(context, started_on=started, ended_on=(period, "end"))
    doses = things(resource, "dosage" if statement else "dosageInstruction")
    encounter_key = "context" if statement else "encounter"
    bundle.medications.append(
        MedicationFacts(
            id=string(resource, "id"),
            patient=patient,
            encounter=context.address_of(resource, encounter_key),
            what=_medicine(resource, context),
            status=string(resource, "status", 40),
            intent=string(resource, "intent", 40),
            prescriber=person_words(thing(resource, "informationSource" if statement else "requester"), context.people),
            dosage="; ".join(filter(None, map(_dose_words, doses))),
            days=days,
            as_given=as_given,
        )
    )


def _medicine(resource: Json, context: Context) -> Coded:
    """The medication named here, contained here, or standing as a resource of its own in the file."""
    if resource.get("medicationCodeableConcept") is not None:
        return _named(resource, "medicationCodeableConcept")
    reference = thing(resource, "medicationReference")
    address = string(reference, "reference")
    for contained in things(resource, "contained"):
        if address == f"#{string(contained, 'id')}":
            return _named(contained, "code")
    found = context.medications.get(address, Coded(string(reference, "display")))
    if not found.words:
        raise BadResource("names no medication")
    return found


def _dose_words(dose: Json) -> str:
    """A dosage as words: its text, else amount, frequency and "as needed"."""
    if text := string(dose, "text", 4000):
        return text
    words = []
    for rate in things(dose, "doseAndRate"):
        if (amount := number(thing(rate, "doseQuantity"), "value")) is not None:
            unit = string(thing(rate, "doseQuantity"), "unit")
            words.append(f"{amount.normalize():f} {unit}".strip())
    repeat = thing(thing(dose, "timing"), "repeat")
    frequency, period = number(repeat, "frequency"), number(repeat, "period")
    if frequency is not None and period is not None:
        unit = UNITS.get(string(repeat, "periodUnit", 10), "")
        article = "an" if unit == "hour" else "a"
        every = f"{article} {unit}" if period == 1 else f"every {period.normalize():f} {unit}s"
        words.append(f"{frequency.normalize():f} × {every}")
    if dose.get("asNeededBoolean") is True:
        words.append("as needed")
    return ", ".join(words)


UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}


def _care_plan(bundle: Bundle, resource: Json, context: Context, patient: str) -> None:
    period = thing(resource, "period")
    days, as_given = _days(context, started_on=(period, "start"), ended_on=(period, "end"))
    categories = [words for concept in things(resource, "category") if (words := coded(concept).words)]
    details = [thing(activity, "detail") for activity in things(resource, "activity")]
    activities = [
        {"what": coded(thing(d, "code")).words or string(d, "description", 4000), "status": string(d, "status", 40)}
        for d in details
    ]
    title = string(resource, "title") or "; ".join(categories) or string(resource, "description")
    bundle.care_plans.append(
        CarePlanFacts(
            id=string(resource, "id"),
            patient=patient,
            encounter=context.address_of(resource, "encounter"),
            title=(title or "Care plan")[:400],
            status=string(resource, "status", 40),
            activities=[activity for activity in activities if activity["what"]],
            days=days,
            as_given=as_given,
        )
    )


def _category(resource: Json) -> str:
    found = {code for concept in things(resource, "category") for code in codes(concept)}
    return next((category for category in ResultCategory.values if category in found), "")


def _result(bundle: Bundle, resource: Json, context: Context, patient: str) -> None:
    taken = moment(resource, "effectiveDateTime", context.zone)
    taken = taken or moment(thing(resource, "effectivePeriod"), "start", context.zone)
    taken = taken or moment(resource, "effectiveInstant", context.zone) or moment(resource, "issued", context.zone)
    if taken is None:
        raise BadResource("has no date")
    if taken.date() > context.today:
        raise BadResource("lies in the future")
    value, unit, text = _value(resource, context.zone)
    components = []
    for part in things(resource, "component"):
        amount, part_unit, words = _value(part, context.zone)
        shown = "" if amount is None else f"{amount.normalize():f}"
        components.append({"title": _named(part, "code").words, "number": shown, "unit": part_unit, "text": words})
    bundle.results.append(
        ResultFacts(
            id=string(resource, "id"),
            patient=patient,
            encounter=context.address_of(resource, "encounter"),
            category=_category(resource),
            what=_named(resource, "code"),
            taken_at=taken,
            number=value,
            unit=unit,
            text=text,
            components=components,
        )
    )


def _value(item: Json, zone: tzinfo) -> tuple[Decimal | None, str, str]:
    """(number, unit, words) of value[x]; words hold a comparator, a text, a choice, or why there is no value."""
    quantity = thing(item, "valueQuantity")
    if quantity:
        unit = string(quantity, "unit", 60) or string(quantity, "code", 60)
        return number(quantity, "value"), unit, string(quantity, "comparator", 10)
    for key in ("valueInteger", "valueDecimal"):
        if (plain := number(item, key)) is not None:
            return plain, "", ""
    if item.get("valueBoolean") is not None:
        return None, "", "yes" if item["valueBoolean"] is True else "no"
    if item.get("valueDateTime"):
        moment(item, "valueDateTime", zone)  # refuses what is not a date
    words = string(item, "valueString", 100_000) or coded(thing(item, "valueCodeableConcept")).words
    words = words or string(item, "valueDateTime") or string(item, "valueTime")
    absent = coded(thing(item, "dataAbsentReason")).words
    known = {"valueString", "valueCodeableConcept", "valueDateTime", "valueTime"}
    if other := sorted(key for key in item if key.startswith("value") and key not in known):
        raise BadResource(f"its value has a form we cannot keep ({other[0][:40]})")
    return None, "", words or (f"no value: {absent}" if absent else "")


def _named(item: Json, key: str) -> Coded:
    what = coded(thing(item, key))
    if not what.words:
        raise BadResource(f"“{key}” names nothing")
    return what


def _days(context: Context, **places: tuple[Json, str]) -> tuple[dict[str, date | None], dict[str, str]]:
    """Days by our field names, and what stood there where it is less than a day."""
    read = {name: day(item, key, context.zone) for name, (item, key) in places.items()}
    return {name: found for name, (found, _) in read.items()}, {n: words for n, (_, words) in read.items() if words}


READERS: dict[str, Callable[[Bundle, Json, Context, str], None]] = {
    "Condition": _condition,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "CarePlan": _care_plan,
    "Observation": _result,
}
# Practitioner, Organization and Medication are read for the names that others refer to.
KNOWN = {"Patient", "Encounter", "Practitioner", "Organization", "Medication", *READERS}
