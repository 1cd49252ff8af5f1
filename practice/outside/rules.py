"""What a link is for, how long it holds, and what it takes to open it."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.db.models import TextChoices

TRIES = 5  # wrong answers in all; then the link is dead
RECORDED_TRIES = 20  # answers written into the audit trail for one link, so that nobody fills it
GOOD_FOR_DAYS = (1, 3, 7)
PASS_FOR = timedelta(minutes=60)  # between the right answers and the act
GRACE = timedelta(minutes=15)  # for a download that broke off: the same file, to the same browser
MOST_SERVED = 5
# No letter or figure that can be taken for another when it is said on the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


class LinkPurpose(TextChoices):
    SIGN = "sign", "Sign an authorization"
    DOWNLOAD = "download", "Download released records"


class CodeGiven(TextChoices):
    """How the code reaches the person: never by the way the link goes."""

    BY_PHONE = "by_phone", "By telephone, on a number we have on file"
    IN_PERSON = "in_person", "In person"


class LinkClosed(TextChoices):
    """Why a link ended before it was used."""

    WRONG_ANSWERS = "wrong_answers", "Closed after too many wrong answers"
    STOPPED = "stopped", "Stopped by the practice"
    REPLACED = "replaced", "Replaced by a newer link"
    EXPIRED = "expired", "Expired without being used"
    REVOKED = "revoked", "Stopped: the authorization was revoked"


def new_token() -> str:
    """256 random bits for an address."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """What is said on the telephone, such as "K7MQ-4TPX": 39 random bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def hash_of(token: str) -> str:
    """What the database keeps of a token or a pass."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(token: str, code: str) -> str:
    """What the database keeps of a code: bound to the token, which it does not have, so that nobody can try codes."""
    return hmac.new(token.encode(), plain_code(code).encode(), hashlib.sha256).hexdigest()


def plain_code(typed: str) -> str:
    """A code as it was meant: without hyphen and spaces, in capitals."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def same(one: str, other: str) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
