"""Every table is either one that only grows or one that changes, and every column is sealed, encrypted or plain.

A new model or field fails here until somebody has decided; the failure prints the line to put into the table.
"""

import textwrap

import pytest
from django.apps import apps
from django.db.models import BinaryField, Model

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField
from tests.infrastructure.classification import APPEND_ONLY, EDITABLE, LIBRARY_MODELS, MODELS, NEVER_DELETED, Kept

OWN = ("practice.", "records.", "authorizations", "disclosures.")
ENCRYPTED = (EncryptedTextField, EncryptedJSONField, EncryptedBinaryField)


def own_models() -> list[type[Model]]:
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model.__module__.startswith(OWN) and not model._meta.proxy]


def line_for(model: type[Model]) -> str:
    """The row of the table as the model stands now, for somebody to read and decide about."""
    updates = list(getattr(model, "updatable_columns", ()))
    words: dict[str, list[str]] = {"updates": updates, "sealed": [], "encrypted": [], "plain": []}
    for field in model._meta.concrete_fields:
        sealed = model._meta.app_label == "psychotherapy" and isinstance(field, BinaryField)
        words["encrypted" if isinstance(field, ENCRYPTED) else "sealed" if sealed else "plain"].append(field.name)
    table = _stands(model).upper().replace("-", "_").replace(" ", "_")
    columns = "".join(f", {kind}={_quoted(names)}" for kind, names in words.items() if names)
    return f'    "{model._meta.label}": Kept({table}{columns}),'


def _stands(model: type[Model]) -> str:
    if getattr(model, "append_only", False):
        return APPEND_ONLY
    return NEVER_DELETED if getattr(model, "never_deleted", False) else EDITABLE


def _quoted(names: list[str]) -> str:
    text = " ".join(names)
    if len(text) < 60:
        return f'"{text}"'
    lines = textwrap.fill(text, 108, initial_indent=" " * 8, subsequent_indent=" " * 8)
    return f'"""\n{lines}"""'


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_field_of_every_model_is_classified(model: type[Model]) -> None:
    row = MODELS.get(model._meta.label, Kept(""))
    decided = [*row.sealed.split(), *row.encrypted.split(), *row.plain.split()]
    assert sorted(decided) == sorted(field.name for field in model._meta.concrete_fields), (
        f"Decide in tests/infrastructure/classification.py:\n{line_for(model)}"
    )


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_model_only_grows_or_is_never_deleted_or_changes_freely(model: type[Model]) -> None:
    row = MODELS.get(model._meta.label, Kept(""))
    updates = " ".join(getattr(model, "updatable_columns", ()))
    assert (row.table, row.updates) == (_stands(model), updates), (
        f"Decide in tests/infrastructure/classification.py:\n{line_for(model)}"
    )


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_what_is_called_encrypted_or_sealed_is_kept_as_bytes(model: type[Model]) -> None:
    row = MODELS.get(model._meta.label, Kept(""))
    assert all(isinstance(model._meta.get_field(name), ENCRYPTED) for name in row.encrypted.split())
    assert all(isinstance(model._meta.get_field(name), BinaryField) for name in row.sealed.split())
    assert not row.sealed or model._meta.app_label == "psychotherapy"
    assert not any(isinstance(model._meta.get_field(name), ENCRYPTED) for name in row.plain.split())


def test_the_table_names_only_models_that_exist() -> None:
    assert set(MODELS) == {model._meta.label for model in own_models()}


def test_a_library_brings_no_table_that_nobody_looked_at() -> None:
    own = set(own_models())
    found = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model not in own and not model._meta.proxy
    }
    assert found == set(LIBRARY_MODELS)
