"""Encrypted fields: ciphertext in the database, bound to its row, never searched, never lost.

The models below have no table; a value's way into the database and out of it is followed through the field itself.
"""

import uuid
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.apps import apps
from django.apps.registry import Apps
from django.core.exceptions import FieldError
from django.db import connections, models

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField, SealedField
from practice.infrastructure.keys import KeyUnavailable

CANARY = "canary Zürich 🕊 שלום"


class Paper(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    text = EncryptedTextField()
    other = EncryptedTextField(null=True)
    data = EncryptedJSONField(default=dict)
    scan = EncryptedBinaryField(default=bytes)

    class Meta:
        app_label = "infrastructure"
        apps = Apps()  # a registry of its own, so that nothing else sees this model

    def __str__(self) -> str:
        return str(self.pk)


def stored(instance: models.Model, name: str) -> bytes:
    """What a save would write into the column."""
    field = instance._meta.get_field(name)
    value = field.pre_save(instance, add=True)
    return bytes(field.get_db_prep_value(value, connections["default"]).obj)


def loaded(pk: uuid.UUID, **columns: bytes) -> Any:
    """An instance as Django builds it from these columns."""
    names = ["id", *columns]
    values = [pk, *(Paper._meta.get_field(n).from_db_value(v, None, None) for n, v in columns.items())]  # type: ignore[union-attr]
    return Paper.from_db("default", names, values)


def test_a_value_is_ciphertext_in_the_column_and_plain_on_the_instance() -> None:
    paper = Paper(text=CANARY)
    column = stored(paper, "text")
    assert CANARY.encode() not in column and b"canary" not in column
    assert loaded(paper.pk, text=column).text == CANARY


@pytest.mark.parametrize(
    ("name", "value"),
    [("text", ""), ("text", CANARY), ("data", {"a": [1, None, "é"]}), ("data", []), ("scan", bytes(range(256)))],
)
def test_every_kind_of_value_comes_back_as_it_was(name: str, value: Any) -> None:
    paper = Paper(**{name: value})
    assert getattr(loaded(paper.pk, **{name: stored(paper, name)}), name) == value


def test_a_value_moved_to_another_row_field_or_model_does_not_open() -> None:
    paper = Paper(text=CANARY)
    column = stored(paper, "text")
    with pytest.raises(Unreadable):
        _ = loaded(uuid.uuid4(), text=column).text
    with pytest.raises(Unreadable):
        _ = loaded(paper.pk, other=column).other


def test_damaged_and_foreign_bytes_raise_and_are_never_returned() -> None:
    paper = Paper(text=CANARY)
    column = stored(paper, "text")
    for damage in (
        b"",
        b"F1",
        b"F1\xff",
        CANARY.encode(),
        column[:-1],
        b"F2" + column[2:],
        column[:3] + b"\xff" + column[4:],
    ):
        with pytest.raises(Unreadable):
            _ = loaded(paper.pk, text=damage).text


def test_a_missing_root_key_makes_the_value_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = Paper(text=CANARY)
    column = stored(paper, "text")

    class Empty:
        def unwrap(self, *_: Any) -> bytes:
            raise KeyUnavailable("none")

    monkeypatch.setattr("practice.infrastructure.fields.keyring", Empty)
    with pytest.raises(Unreadable):
        _ = loaded(paper.pk, text=column).text


def test_nothing_is_opened_until_the_attribute_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = Paper(text=CANARY)
    column = stored(paper, "text")
    opened: list[bytes] = []
    real = SealedField.unseal
    monkeypatch.setattr(SealedField, "unseal", lambda self, i, blob: opened.append(blob) or real(self, i, blob))
    again = loaded(paper.pk, text=column)
    assert opened == []
    assert again.text == again.text == CANARY
    assert len(opened) == 1


def test_a_value_that_cannot_be_opened_is_written_back_unchanged() -> None:
    broken = loaded(uuid.uuid4(), text=b"damaged beyond opening")
    with pytest.raises(Unreadable):
        _ = broken.text
    assert stored(broken, "text") == b"damaged beyond opening"


def test_an_unchanged_value_keeps_its_bytes_and_a_changed_one_gets_a_fresh_key() -> None:
    paper = Paper(data={"a": 1})
    column = stored(paper, "data")
    again = loaded(paper.pk, data=column)
    assert again.data == {"a": 1}
    assert stored(again, "data") == column
    again.data["a"] = 2
    assert stored(again, "data") != column
    assert loaded(paper.pk, data=stored(again, "data")).data == {"a": 2}


def test_the_same_text_in_two_saves_shares_no_key() -> None:
    paper = Paper(text=CANARY)
    assert stored(paper, "text") != stored(paper, "text")


@pytest.mark.parametrize(
    "lookup", ["text", "text__contains", "text__icontains", "text__startswith", "text__in", "text__gt"]
)
def test_the_database_cannot_be_asked_about_a_value(lookup: str) -> None:
    with pytest.raises(FieldError):
        Paper.objects.filter(**{lookup: [CANARY] if lookup.endswith("in") else CANARY})
    Paper.objects.filter(text__isnull=True)


def test_an_update_of_many_rows_is_refused_rather_than_written_in_clear() -> None:
    for write in (CANARY, CANARY.encode(), b"F1"):
        with pytest.raises(FieldError, match="save the instance itself"):
            Paper._meta.get_field("text").get_db_prep_save(write, connections["default"])  # type: ignore[union-attr]


def test_a_row_without_its_key_cannot_seal() -> None:
    with pytest.raises(FieldError, match="primary key"):
        stored(Paper(id=None, text=CANARY), "text")


def test_no_encrypted_field_is_unique_or_indexed() -> None:
    for option in ("unique", "db_index", "primary_key"):
        with pytest.raises(FieldError):
            EncryptedTextField(**{option: True})


def test_nothing_shown_of_a_loaded_value_contains_it() -> None:
    paper = Paper(text=CANARY)
    again = loaded(paper.pk, text=stored(paper, "text"))
    assert CANARY in again.text
    assert CANARY not in repr(again.__dict__) + repr(again)
    with pytest.raises(FieldError):
        again._meta.get_field("text").value_to_string(again)


def test_migrations_see_a_plain_declaration() -> None:
    _, path, args, kwargs = EncryptedTextField(null=True, purpose="sign-in").deconstruct()
    assert (path, args, kwargs) == (
        "practice.infrastructure.fields.EncryptedTextField",
        [],
        {"null": True, "purpose": "sign-in"},
    )


def test_no_encrypted_field_of_the_product_reaches_the_change_history() -> None:
    for model in apps.get_models():
        if not auditlog.contains(model):
            continue
        kept = auditlog.get_model_fields(model)
        for field in model._meta.get_fields():
            if isinstance(field, SealedField):
                assert field.name in kept["exclude_fields"], f"exclude {model._meta.label}.{field.name}"
