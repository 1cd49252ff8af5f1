"""Rows as JSON and back: each field by its own kind, encrypted ones opened and sealed anew by the database's keys."""

from base64 import b64decode, b64encode
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField, SealedField


class BadRow(Exception):
    """A row that cannot be read. Its message names the table and the field, never what stood there."""


def written(row: models.Model) -> dict[str, Any]:
    """The table and the fields of a row, as JSON takes them."""
    fields = {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    return {"table": row._meta.model_name, "fields": fields}


def read(model: type[models.Model], given: Any) -> models.Model:
    """An unsaved row of these values. Raises BadRow: a field is missing, unknown, or not what its kind takes."""
    if not isinstance(given, dict):
        raise BadRow(f"{model._meta.model_name}: holds no fields")
    names = {field.attname: field for field in model._meta.concrete_fields}
    if set(given) != set(names):
        raise BadRow(f"{model._meta.model_name}: its fields are not those of this version")
    row = model()
    for name, field in names.items():
        try:
            setattr(row, name, _value(field, given[name]))
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            raise BadRow(f"{model._meta.model_name}: “{name}” cannot be read") from None
    try:
        row.clean_fields(
            exclude=[one.name for one in names.values() if one.is_relation or isinstance(one, SealedField)]
        )
    except ValidationError as error:
        raise BadRow(f"{model._meta.model_name}: “{min(error.message_dict)}” does not fit") from None
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _value(field: Any, value: Any) -> Any:
    if value is None:
        if not field.null:
            raise ValueError(field.name)
        return None
    if isinstance(field, EncryptedBinaryField):
        return b64decode(value, validate=True)
    if isinstance(field, SealedField):
        if isinstance(field, EncryptedTextField) and not isinstance(value, str):
            raise ValueError(field.name)
        return value
    if field.is_relation:
        return UUID(value)
    found = field.to_python(value)
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError(field.name)
    return found
