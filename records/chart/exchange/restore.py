"""Taking over a whole chart that this product gave out: the same rows, by the same ids, in one transaction.

People who wrote in it and are not here are kept as staff who cannot sign in, so that every note keeps its author.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import DatabaseError, models

from practice.people.actions.staff import keep_outside_author
from practice.people.models import Patient, PersonalRepresentative, Staff

from .. import models as m
from ..fhir import NotABundle
from ..rules.cosigning import Decision
from ..rules.notes import NoteState
from .bundle import PRODUCT, ROWS, STAFF, WHOLE_CHART
from .rows import TABLES
from .seal import is_ours
from .values import BadRow, read

ORDER: list[Any] = [table.model for table in TABLES]
OF_A_NOTE = (m.GoalWorkedOn, m.CosignatureRequest, m.NoteSignature, m.ChartAddendum, m.NoteCancellation)
BY_NAME: dict[str, Any] = {model._meta.model_name: model for model in [m.NoteFormat, *ORDER]}


def is_whole_chart(content: Any) -> bool:
    """Whether a bundle is a whole chart that was given out here, unchanged: only then are its rows believed.

    One that was changed, or sealed by another practice, is a FHIR bundle like any other system's.
    """
    meta = content.get("meta") if isinstance(content, dict) else None
    tags = meta.get("tag") if isinstance(meta, dict) else None
    identifier = content.get("identifier") if isinstance(content, dict) else None
    if not (isinstance(tags, list) and {"system": PRODUCT, "code": WHOLE_CHART} in tags):
        return False
    return isinstance(identifier, dict) and is_ours(content, identifier.get("value"))


class Restored:
    """The rows of a file that `is_whole_chart`, checked against each other. Raises NotABundle when they do not fit."""

    def __init__(self, content: Any) -> None:
        self.people: dict[UUID, tuple[str, str]] = {}
        self.formats: list[m.NoteFormat] = []
        self.rows: dict[type[models.Model], list[Any]] = {model: [] for model in ORDER}
        entries = [entry.get("resource") for entry in content.get("entry", []) if isinstance(entry, dict)]
        resources: list[dict[str, Any]] = [one for one in entries if isinstance(one, dict)]
        patients = [one for one in resources if one.get("resourceType") == "Patient"]
        if len(patients) != 1:
            raise NotABundle("a whole chart is of one patient")
        self.patient = patients[0]
        self.patient_id = _uuid(patients[0].get("id"))
        for resource in resources:
            if resource.get("resourceType") == "Practitioner":
                self._person(resource)
            for given in _rows_in(resource):
                self._row(given)
        self._check()

    def _person(self, resource: dict[str, Any]) -> None:
        name = next((one for one in resource.get("name") or [] if isinstance(one, dict)), {})
        prefix = name.get("prefix") or [""]
        ours = any(isinstance(one, dict) and one.get("system") == STAFF for one in resource.get("identifier") or [])
        if not (ours and isinstance(name.get("text"), str) and name["text"].strip() and isinstance(prefix[0], str)):
            raise NotABundle("somebody who wrote in this chart has no name in it")
        self.people[_uuid(resource.get("id"))] = (name["text"][:200], prefix[0][:40])

    def _row(self, given: Any) -> None:
        model = BY_NAME.get(str(given.get("table"))) if isinstance(given, dict) else None
        if model is None:
            raise NotABundle("it holds a table that this version does not know")
        try:
            row = read(model, given.get("fields"))
        except BadRow as bad:
            raise NotABundle(str(bad)) from None
        if isinstance(row, m.NoteFormat):
            self.formats.append(row)
        else:
            self.rows[model].append(row)

    def _check(self) -> None:
        """Every row is of this patient, and points at nothing that is not in the file."""
        known: dict[type[models.Model], set[UUID]] = {
            model: {row.pk for row in rows} for model, rows in self.rows.items()
        }
        known[m.NoteFormat] = {one.pk for one in self.formats}
        known |= {Patient: {self.patient_id}, Staff: set(self.people)}
        for rows in self.rows.values():
            for row in rows:
                for field in row._meta.concrete_fields:
                    to, value = field.related_model, getattr(row, field.attname)
                    if to is None or value is None or value in known.get(to, set()):
                        continue
                    if to is m.Encounter or to is PersonalRepresentative:
                        setattr(row, field.attname, None)  # a session that was left out; somebody who is not in it
                        continue
                    raise NotABundle(f"{row._meta.model_name}: “{field.name}” is not in this file")


def restore(found: Restored, patient: Patient) -> tuple[Counter[str], Counter[str]]:
    """Write the rows that are not here yet, for this patient. Out: new rows and rows that were here, by kind.

    A note that is here stays as it is, with what belongs to it. Raises NotABundle when a row is here already with
    another patient, or the database refuses one.
    """
    for ident, (name, title) in found.people.items():
        if not Staff.objects.filter(pk=ident).exists():
            keep_outside_author(ident=ident, full_name=name, title=title)
    formats = {one.pk: _format_here(one) for one in found.formats}
    new: Counter[str] = Counter()
    already: Counter[str] = Counter()
    for model in ORDER:
        if model in OF_A_NOTE:
            continue
        rows = found.rows[model]
        here = set(model._default_manager.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        _same_patient(model, here, patient)
        kind = str(model._meta.verbose_name_plural)
        new[kind] += len(rows) - len(here)
        already[kind] += len(here)
        for row in _parents_first(row for row in rows if row.pk not in here):
            if isinstance(row, m.ChartNote):
                row.format_id = formats[row.format_id]
            try:
                _write_note(row, found) if isinstance(row, m.ChartNote) else row.save(force_insert=True)
            except DatabaseError:
                raise NotABundle(f"{model._meta.model_name}: a row does not fit the rules of a chart") from None
    return new, already


def _write_note(note: m.ChartNote, found: Restored) -> None:
    """The note as a draft, its ticks and signatures in the order in which they came about, then what was added."""
    state, signed_at = note.state, note.signed_at

    def write(model: type[models.Model], fits: Callable[[Any], bool] = lambda row: True) -> int:
        rows = [row for row in found.rows[model] if row.note_id == note.pk and fits(row)]
        for row in rows:
            row.save(force_insert=True)
        return len(rows)

    note.state, note.signed_at = NoteState.DRAFT, None
    note.save(force_insert=True)
    write(m.GoalWorkedOn)
    write(m.NoteSignature, lambda row: row.decision == Decision.SIGNED)
    note.signed_at = signed_at
    if any(row.note_id == note.pk and row.decision != Decision.SIGNED for row in found.rows[m.NoteSignature]):
        note.state = NoteState.AWAITING
        note.save(update_fields=["state", "signed_at"])
        write(m.CosignatureRequest)
        write(m.NoteSignature, lambda row: row.decision != Decision.SIGNED)
    note.state = NoteState.SIGNED
    note.save(update_fields=["state", "signed_at"])
    write(m.ChartAddendum)
    if write(m.NoteCancellation) and state == NoteState.CANCELLED:
        note.state = NoteState.CANCELLED
        note.save(update_fields=["state"])


def _format_here(given: m.NoteFormat) -> UUID:
    """The same format where it is here, by what it is; else this one, for old notes only."""
    same = m.NoteFormat.objects.filter(code=given.code, version=given.version).first()
    if same is not None and same.sections == given.sections:
        return same.pk
    if not m.NoteFormat.objects.filter(pk=given.pk).exists():
        if same is not None:
            given.code = f"from-{str(given.pk)[:8]}"
        given.retired = True
        given.save(force_insert=True)
    return given.pk


def _same_patient(model: type[models.Model], ids: set[UUID], patient: Patient) -> None:
    if any(field.name == "patient" for field in model._meta.concrete_fields):
        others = model._default_manager.filter(pk__in=ids).exclude(patient_id=patient.pk)
        if others.exists():
            raise NotABundle("a part of it is here already, in another patient's chart")


def _parents_first(rows: Iterable[Any]) -> Iterator[Any]:
    """Rows that point at others of their own table come after them."""
    waiting = {row.pk: row for row in rows}
    while waiting:
        ready = [
            row
            for row in waiting.values()
            if not any(
                getattr(row, field.attname) in waiting
                for field in row._meta.concrete_fields
                if field.related_model is type(row)
            )
        ]
        if not ready:
            raise NotABundle("rows of it point at each other in a circle")
        for row in ready:
            del waiting[row.pk]
            yield row


def _rows_in(resource: dict[str, Any]) -> Iterator[Any]:
    for extension in resource.get("extension") or []:
        if isinstance(extension, dict) and extension.get("url") == ROWS:
            try:
                yield json.loads(str(extension.get("valueString")))
            except ValueError:
                raise NotABundle("a row of it is not JSON") from None


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise NotABundle("an id in it is not one of this product's") from None
