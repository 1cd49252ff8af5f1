"""Model fields whose values are ciphertext in the database and plain only while an instance is being used.

A loaded value stays sealed until its attribute is read, so lists and joins decrypt nothing. It is bound to its model,
field and row: copied into another row it does not open. What was never opened is written back as it was, byte for
byte. The row's primary key must exist before saving (UUID default). There is no lookup, no `update()` and no
`bulk_update()` on these fields: each would have to seal without knowing the row.

    "F1" | id length (1) | root key id | wrap length (2) | wrapped key | envelope
"""

import json
import secrets
from typing import Any, Final

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from practice.infrastructure.envelope import KEY_BYTES, Binding, Unreadable, encode_binding, open_sealed, seal
from practice.infrastructure.keys import KeyUnavailable, keyring

_MARK: Final = b"F1"


class SealedValue:
    """A value as loaded: its stored bytes, and once opened its plain bytes and value. Shows nothing of either."""

    __slots__ = ("blob", "plain", "value")

    def __init__(self, blob: bytes) -> None:
        self.blob = blob
        self.plain: bytes | None = None
        self.value: Any = None

    def __repr__(self) -> str:
        return "<sealed value>"


class _Stored(bytes):
    """Marks bytes that were sealed for exactly one row; nothing else is let into the database."""

    __slots__ = ()


class SealedAttribute(DeferredAttribute):
    """Opens on first access and remembers; assignment replaces the value and is sealed at save."""

    field: Any

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        held = super().__get__(instance, cls)
        if not isinstance(held, SealedValue):
            return held
        if held.plain is None:
            held.plain = self.field.unseal(instance, held.blob)
            held.value = self.field.from_bytes(held.plain)
        return held.value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):
    """Common part of the encrypted fields. `purpose` names the line of root keys that wraps the value's own key."""

    descriptor_class = SealedAttribute
    empty_strings_allowed = False
    model: type[models.Model]

    def __init__(self, *args: Any, purpose: str = "chart", **kwargs: Any) -> None:
        for refused in ("unique", "db_index", "primary_key"):
            if kwargs.get(refused):
                raise FieldError(f"an encrypted field has no {refused}")
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.purpose != "chart":
            kwargs["purpose"] = self.purpose
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, *_: Any) -> SealedValue | None:
        return None if value is None else SealedValue(bytes(value))

    def pre_save(self, instance: models.Model, add: bool) -> _Stored | None:
        """The bytes to store. An untouched value keeps its bytes; anything else is sealed anew under a fresh key."""
        held = instance.__dict__.get(self.attname)
        if held is None:
            return None
        if isinstance(held, SealedValue):
            if held.plain is None or self.to_bytes(held.value) == held.plain:
                return _Stored(held.blob)
            held = held.value
        return _Stored(self.seal_for(instance, self.to_bytes(held)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, _Stored):
            raise FieldError(f"{self.model._meta.label}.{self.name} is encrypted: save the instance itself")
        return connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only "is there a value" can be asked of the database."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.model._meta.label}.{self.name} is encrypted and is not serialized")

    def seal_for(self, instance: models.Model, plain: bytes) -> bytes:
        """The stored form of `plain` for this row and no other."""
        binding, fresh = self._binding(instance), secrets.token_bytes(KEY_BYTES)
        key_id, wrapped = keyring().wrap(self.purpose, fresh, encode_binding(binding))
        body = seal(plain, key=fresh, binding=(*binding, key_id))
        ident = key_id.encode()
        return _MARK + len(ident).to_bytes(1, "big") + ident + len(wrapped).to_bytes(2, "big") + wrapped + body

    def unseal(self, instance: models.Model, blob: bytes) -> bytes:
        """The plain bytes of this row's value. Raises `Unreadable` for whatever reason it does not open."""
        try:
            key_id, wrapped, body = _split(blob)
            binding = self._binding(instance)
            key = keyring().unwrap(self.purpose, key_id, wrapped, encode_binding(binding))
            return open_sealed(body, key=key, binding=(*binding, key_id))
        except (KeyUnavailable, IndexError, UnicodeDecodeError):
            raise Unreadable from None

    def to_bytes(self, value: Any) -> bytes:
        """The value as bytes, the same for equal values."""
        raise NotImplementedError

    def from_bytes(self, plain: bytes) -> Any:
        """The value that `to_bytes` wrote."""
        raise NotImplementedError

    def _binding(self, instance: models.Model) -> Binding:
        if instance.pk is None:
            raise FieldError(f"{self.model._meta.label} needs its primary key before an encrypted value is saved")
        return ("field", self.model._meta.label_lower, str(self.name), str(instance.pk))


class EncryptedTextField(SealedField):
    """Text. The empty string is a value and is sealed like any other."""

    def to_bytes(self, value: Any) -> bytes:
        return str(value).encode()

    def from_bytes(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedJSONField(SealedField):
    """Anything JSON can hold. A value changed in place is noticed and sealed anew at save."""

    def to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return json.loads(plain)


class EncryptedBinaryField(SealedField):
    """Bytes, such as a scanned page."""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> bytes:
        return plain


def _split(blob: bytes) -> tuple[str, bytes, bytes]:
    if not blob.startswith(_MARK):
        raise Unreadable
    at = len(_MARK) + 1
    ident, at = blob[at : at + blob[at - 1]], at + blob[at - 1]
    length, at = int.from_bytes(blob[at : at + 2], "big"), at + 2
    return ident.decode(), blob[at : at + length], blob[at + length :]
