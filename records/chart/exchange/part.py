"""Some items of a chart as a FHIR R4 bundle, as they leave: nothing but what is on the paper of the same release.

Unlike the whole chart it holds no rows to take over and no seal. An item of which a passage was left out is given as
its words alone, because its fields would say what the words no longer do. Nobody is named in it but the patient and
whoever wrote or held what was chosen.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from practice.infrastructure.blackout import in_words
from practice.people.models import Patient, Staff

from ..models import Document
from ..paper import Block
from ..queries.results import group_id, result_days, results_of_groups
from .bundle import MAKERS, PATIENTS, PRODUCT, Json, as_document, filed, person, resource_of
from .rows import TABLES, as_they_leave

PART = "chart-part-1"
REFERENCE = re.compile(r'"reference": "urn:uuid:([0-9a-f-]{36})"')


def part_bundle(patient: Patient, blocks: Sequence[Block], *, at: datetime) -> bytes:
    """These items of a patient's chart, as they leave on paper, as FHIR R4 JSON, UTF-8. For a release alone."""
    resources = [_bare_patient(patient)]
    given = [block.id for block in blocks if block.kind == "document" and not (block.pages_out or block.areas)]
    documents = {row.pk: row for row in as_they_leave(Document.objects.filter(pk__in=given).defer("original"))}
    for block in blocks:
        resources += _resources(block, patient, documents)
    named = {UUID(found) for found in REFERENCE.findall(json.dumps(resources))} - {patient.pk}
    people = [person(one) for one in Staff.objects.filter(pk__in=named).order_by("pk")]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": at.isoformat(),
        "meta": {"tag": [{"system": PRODUCT, "code": PART}]},
        "entry": [
            {"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in [resources[0], *people, *resources[1:]]
        ],
    }
    return in_words(json.dumps(bundle, ensure_ascii=False, indent=1)).encode()


def _bare_patient(patient: Patient) -> Json:
    """Who it is about, and no more: addresses and telephone numbers are not part of what was chosen."""
    family, _comma, given = patient.sort_name.partition(", ")
    found: Json = {
        "resourceType": "Patient",
        "id": str(patient.pk),
        "identifier": [{"system": PATIENTS, "value": str(patient.pk)}],
        "name": [{"use": "official", "family": family} | ({"given": [given]} if given else {})],
    }
    return found | ({"birthDate": patient.birth_date.isoformat()} if patient.birth_date else {})


def _resources(block: Block, patient: Patient, documents: Mapping[UUID, Document]) -> Iterable[Json]:
    if block.kind == "document":
        row = documents.get(block.id) or Document.objects.get(pk=block.id)
        found = filed(row, block) | ({"type": {"text": block.title}, "date": None} if block.burnt else {})
        if block.id not in documents or not row.shown_kind:
            # of a Word document, too, which is not on the paper either; R4 wants an attachment, if only its title
            found["content"] = [{"attachment": {"title": "Not given out as data: see the paper."}}]
        return [resource_of(found, block.id, patient)]
    if block.burnt:
        return [resource_of(as_document(None, block), block.id, patient)]
    rows = _result_rows(block, patient) if block.kind == "result" else _rows(block, patient)
    maker = MAKERS.get(block.kind, as_document)
    return [resource_of(maker(row, block), row.pk, patient) for row in rows]


def _rows(block: Block, patient: Patient) -> Iterable[Any]:
    for table in TABLES:
        if table.item == (block.kind, "pk"):
            for row in table.rows(patient).filter(pk=block.id):
                table.change(row)
                yield row


def _result_rows(block: Block, patient: Patient) -> Iterable[Any]:
    groups = [f"{row['category']} {row['day']}" for row in result_days(patient)]
    return results_of_groups(patient, [group for group in groups if group_id(patient.pk, group) == block.id])
