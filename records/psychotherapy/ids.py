"""Ids that a page gives to what it begins: half chance, half proof of for whom.

A page must name its draft before the first save, so that a retry is the same draft. Were any id taken, trying somebody
else's would tell that it exists. So a draft or package begins only under an id that was given to the same person.
"""

import secrets
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

_HALF = 8  # bytes


def new_id(person: UUID) -> UUID:
    """An id that only `person` can begin something under."""
    chance = secrets.token_bytes(_HALF)
    return UUID(bytes=chance + _proof(person, chance))


def given_to(person: UUID, one: UUID) -> bool:
    """Whether `new_id` made this id for this person. Nothing is looked up."""
    return constant_time_compare(_proof(person, one.bytes[:_HALF]), one.bytes[_HALF:])


def _proof(person: UUID, chance: bytes) -> bytes:
    return salted_hmac("psychotherapy id", person.bytes + chance, algorithm="sha256").digest()[:_HALF]
