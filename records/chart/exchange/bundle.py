"""A chart as a FHIR R4 bundle: patient, people, and one resource for each item that a release can give out."""

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from practice.infrastructure.blackout import in_words
from practice.people.models import Patient, Staff
from practice.people.rules import AddressUse, NameUse, TelecomKind

from ..documents import release_items, render_context
from ..fhir import read_json
from ..models import ChartNote, Document, DocumentFiling, NoteFormat
from ..paper import Block
from ..queries.diagnoses import standings_of
from ..rules.diagnoses import TO_FHIR, ClinicalStatus
from ..rules.sessions import CancelReason, SessionState
from .rows import Row, rows_of
from .seal import seal_of
from .values import written

Json = dict[str, Any]

PRODUCT = "urn:practice-records"
PATIENTS, STAFF, ROWS, SEAL = (f"{PRODUCT}:{word}" for word in ("patient", "staff", "row", "seal"))
WHOLE_CHART = "whole-chart-1"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "tiff": "image/tiff", "docx": WORD}
CLASSES = {"in_person": "AMB", "video": "VR", "phone": "VR"}
MEDICATION_STATES = {"active": "active", "stopped": "stopped", "completed": "completed", "on-hold": "on-hold"}
NAME_USES = {NameUse.LEGAL: "official", NameUse.PREFERRED: "usual", NameUse.FORMER: "old"}
ADDRESS_USES = {AddressUse.HOME: "home", AddressUse.WORK: "work", AddressUse.FORMER: "old", AddressUse.OTHER: "temp"}
TELECOM_KINDS = {TelecomKind.PHONE: "phone", TelecomKind.EMAIL: "email", TelecomKind.FAX: "fax"}


def chart_bundle(patient: Patient, *, at: datetime) -> bytes:
    """The whole chart of a patient as FHIR R4 JSON, UTF-8. For a release alone: nothing else may call it.

    Drafts, notes that await a co-signature and originals of documents are not in it. The same chart gives the same
    bytes but for `at`. Raises as `as_they_leave`.
    """
    rows: dict[tuple[str, UUID], list[tuple[Any, Row]]] = defaultdict(list)
    staff: set[UUID] = set()
    formats: set[UUID] = set()
    for kind, ident, row, values in rows_of(patient):
        rows[kind, ident].append((row, values))
        staff |= {
            getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.related_model is Staff and getattr(row, field.attname)
        }
        if isinstance(row, ChartNote):
            formats.add(row.format_id)
    blocks = {block.id: block for block in render_context([one.id for one in release_items(patient)], patient=patient)}
    resources = [_patient(patient)]
    resources += [person(one) for one in Staff.objects.filter(pk__in=staff).order_by("pk")]
    resources += [_format(one) for one in NoteFormat.objects.filter(pk__in=formats).order_by("pk")]
    for (kind, ident), held in rows.items():
        resource = _resource(kind, ident, held, blocks.get(ident), patient)
        resource["extension"] = [{"url": ROWS, "valueString": _json(values)} for _row, values in held]
        resources.append(resource)
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(),
        "meta": {"tag": [{"system": PRODUCT, "code": WHOLE_CHART}]},
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }
    seal = seal_of(read_json(json.dumps(bundle).encode()))
    bundle["identifier"] = {"system": SEAL, "value": seal}
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _patient(patient: Patient) -> Json:
    family, _comma, given = patient.sort_name.partition(", ")
    names: list[Json] = [
        {"use": NAME_USES.get(NameUse(one.use), "nickname"), "text": one.text} for one in patient.names.order_by("pk")
    ]
    legal: Json = {"use": "official", "family": family} | ({"given": [given]} if given else {})
    found: Json = {
        "resourceType": "Patient",
        "id": str(patient.pk),
        "identifier": [{"system": PATIENTS, "value": str(patient.pk)}]
        + [
            {"system": one.system, "value": one.value, "type": {"text": one.kind}}
            for one in patient.identifiers.exclude(system=PATIENTS).order_by("pk")
        ],
        "name": [legal, *(name for name in names if name["use"] != "official")],
    }
    if patient.preferred_name and all(name["use"] != "usual" for name in names):
        found["name"].append({"use": "usual", "text": patient.preferred_name})
    if patient.birth_date:
        found["birthDate"] = patient.birth_date.isoformat()
    if patient.died_on:
        found["deceasedDateTime"] = patient.died_on.isoformat()
    if patient.sex in {"male", "female", "other", "unknown"}:
        found["gender"] = patient.sex
    if patient.language:
        found["communication"] = [{"language": {"text": patient.language}, "preferred": True}]
    # where the patient wants to be reached in confidence is for this practice to know
    open_addresses = patient.addresses.exclude(use=AddressUse.CONFIDENTIAL)
    found["address"] = [_address(one) for one in open_addresses.order_by("pk")]
    found["telecom"] = [
        {"system": TELECOM_KINDS.get(TelecomKind(one.kind), "other"), "value": one.value}
        | ({"use": one.use} if one.use in {"home", "work", "temp", "old", "mobile"} else {})
        for one in patient.telecoms.filter(confidential=False).order_by("pk")
    ]
    return {key: value for key, value in found.items() if value}


def _address(one: Any) -> Json:
    found = {
        "use": ADDRESS_USES.get(AddressUse(one.use), "temp"),
        "line": one.lines.splitlines(),
        "city": one.city,
        "state": one.state,
        "postalCode": one.postal_code,
        "country": one.country,
        "period": _period(one.from_on, one.until_on),
    }
    return {key: value for key, value in found.items() if value}


def person(staff: Staff) -> Json:
    """Somebody who wrote in the chart: name and id."""
    name: Json = {"text": staff.full_name} | ({"prefix": [staff.title]} if staff.title else {})
    identifier = {"system": STAFF, "value": str(staff.pk)}
    return {"resourceType": "Practitioner", "id": str(staff.pk), "identifier": [identifier], "name": [name]}


def _format(one: NoteFormat) -> Json:
    """The sections of notes have no resource of their own in FHIR."""
    one.made_by_id, one.copied_from_id = None, None
    return {
        "resourceType": "Basic",
        "id": str(one.pk),
        "code": {"text": "Note format"},
        "extension": [{"url": ROWS, "valueString": _json(written(one))}],
    }


def _resource(kind: str, ident: UUID, held: list[tuple[Any, Row]], block: Block | None, patient: Patient) -> Json:
    return resource_of(MAKERS.get(kind, as_document)(held[0][0], block), ident, patient)


def resource_of(found: Json, ident: UUID, patient: Patient) -> Json:
    """A resource about this patient, without what is empty."""
    subject = {"reference": f"urn:uuid:{patient.pk}"}
    return {"resourceType": found.pop("resourceType"), "id": str(ident), "subject": subject} | {
        key: value for key, value in found.items() if value not in (None, "", [], {})
    }


def _session_status(row: Any) -> str:
    if row.cancel_reason == CancelReason.IN_ERROR:
        return "entered-in-error"
    return "finished" if row.state == SessionState.RECORDED else "cancelled"


def _session(row: Any, block: Block | None) -> Json:
    return {
        "resourceType": "Encounter",
        "status": _session_status(row),
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": CLASSES.get(row.modality, "AMB"),
        },
        "type": [{"text": block.title if block else row.title}],
        "participant": _who(row.clinician_id, "individual"),
        "period": _period(row.started_at, row.stopped_at),
    }


def _diagnosis(row: Any, block: Block | None) -> Json:
    terms = "http://terminology.hl7.org/CodeSystem"
    status = standings_of([row])[0].status
    doubts = {ClinicalStatus.RULED_OUT: "refuted", ClinicalStatus.IN_ERROR: "entered-in-error"}
    verification = [{"system": f"{terms}/condition-ver-status", "code": doubts[status]}] if status in doubts else []
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": f"{terms}/condition-clinical", "code": TO_FHIR[status]}]},
        "verificationStatus": {"coding": verification} if verification else {},
        "code": _coded(row),
        "onsetDateTime": _iso(row.onset_on),
        "abatementDateTime": _iso(row.ended_on),
        "recordedDate": _iso(row.recorded_on),
    }


def _medication(row: Any, block: Block | None) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "status": MEDICATION_STATES.get(row.status, "unknown"),
        "medicationCodeableConcept": _coded(row),
        "effectivePeriod": _period(row.started_on, row.ended_on),
        "dosage": [{"text": row.dosage}] if row.dosage else [],
    }


def _plan(row: Any, block: Block | None) -> Json:
    lines = [*_lines(block)] if block else []
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "title": block.title if block else "Plan",
        "period": _period(getattr(row, "on", None) or getattr(row, "started_on", None), None),
        "description": "\n".join(lines),
    }


def _observation(row: Any, block: Block | None) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": row.get_kind_display()},
        "effectiveDateTime": _iso(row.on),
        "valueString": row.text,
    }


def _measure(row: Any, block: Block | None) -> Json:
    survey = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "status": "entered-in-error" if hasattr(row, "in_error") else "final",
        "category": [{"coding": [{"system": survey, "code": "survey"}]}],
        "code": {"text": row.definition.title},
        "effectiveDateTime": _iso(row.taken_at),
        "valueInteger": row.total,
        "note": [{"text": "\n".join(_lines(block))}] if block else [],
    }


def _result(row: Any, block: Block | None) -> Json:
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    amount = {"valueQuantity": {"value": float(row.number), "unit": row.unit}} if row.number is not None else {}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": category, "code": row.category}]}],
        "code": _coded(row),
        "effectiveDateTime": _iso(row.taken_at),
        "valueString": "" if amount else row.shown,
    } | amount


def filed(row: Document, block: Block | None) -> Json:
    """A filed document: its title and the copy, never the original where there is a copy."""
    filing = DocumentFiling.objects.filter(document=row, replaced_by__isnull=True).first()
    content, kind = (row.shown, row.shown_kind) if row.shown else (row.original, row.kind)
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": filing.title if filing else "Document"},
        "date": _iso(row.added_at),
        "content": [
            {"attachment": {"contentType": KINDS[kind], "data": b64encode(bytes(content)).decode()}},
        ],
    }


def as_document(row: Any, block: Block | None) -> Json:
    """What people wrote: its words as plain text, as they stand on paper."""
    text = in_words("\n".join(_lines(block))) if block else ""
    plain = {"contentType": "text/plain; charset=utf-8", "data": b64encode(text.encode()).decode()}
    return {
        "resourceType": "DocumentReference",
        "status": "entered-in-error" if block and block.cancelled else "current",
        "type": {"text": block.title if block else "Record"},
        "date": _iso(getattr(row, "signed_at", None)),
        "author": _who(getattr(row, "author_id", None)),
        "content": [{"attachment": plain}],
    }


MAKERS: dict[str, Callable[[Any, Block | None], Json]] = {
    "session": _session,
    "diagnosis": _diagnosis,
    "medication": _medication,
    "plan": _plan,
    "observation": _observation,
    "measure": _measure,
    "result": _result,
    "document": filed,
}


def _lines(block: Block) -> Iterable[str]:
    yield block.title
    yield from (f"{label}: {words}" for label, words in block.facts)
    if block.cancelled:
        yield block.cancelled
    for part in block.written:
        yield from ("", str(part["label"]), str(part["text"]))
    for line in block.rows:
        yield " | ".join(line)
    if block.signed:
        yield from ("", block.signed)
    for added in block.addenda:
        yield from ("", f"Addendum, signed by {added['signed']}", added["text"])


def _coded(row: Any) -> Json:
    coding = [{"system": row.code_system, "code": row.code}] if row.code and ":" in row.code_system else []
    return {"text": row.title} | ({"coding": coding} if coding else {})


def _who(staff_id: UUID | None, key: str = "") -> list[Json]:
    if staff_id is None:
        return []
    reference = {"reference": f"urn:uuid:{staff_id}"}
    return [{key: reference}] if key else [reference]


def _period(begins: date | datetime | None, ends: date | datetime | None) -> Json:
    return {key: value for key, value in (("start", _iso(begins)), ("end", _iso(ends))) if value}


def _iso(moment: date | datetime | None) -> str | None:
    """A day, or an instant in the practice's zone with its offset."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).isoformat()
    return moment.isoformat() if moment else None
