"""Sentences for the next page wait in the sign-in's own row, sealed: they name people, and say what was done where."""

import base64
from collections.abc import Sequence
from typing import Any

from django.contrib.messages.storage.session import SessionStorage
from django.utils.crypto import salted_hmac

from practice.infrastructure.envelope import Unreadable, open_sealed, seal

BINDING = ("django_session", "messages")


class SealedStorage(SessionStorage):
    """Django's storage in the session; its key comes from the installation's secret, which no database holds."""

    def serialize_messages(self, messages: Sequence[Any]) -> str:
        words = super().serialize_messages(messages)
        return base64.b64encode(seal(words.encode(), key=_key(), binding=BINDING)).decode()

    def deserialize_messages(self, data: list[Any] | str | None) -> Any:
        """The messages; none when they were kept with another secret: a lost sentence is not worth a failing page."""
        if not isinstance(data, str):
            return None
        try:
            return super().deserialize_messages(
                open_sealed(base64.b64decode(data), key=_key(), binding=BINDING).decode()
            )
        except (Unreadable, ValueError):
            return None


def _key() -> bytes:
    return salted_hmac("practice.messages", "", algorithm="sha256").digest()
