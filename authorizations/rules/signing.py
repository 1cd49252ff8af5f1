"""Signing a prepared form: what a signature adds to the facts, and what a scan of the paper may turn out to lack."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from authorizations.rules.choices import ConditioningStatement, SignatureMethod, SignerRole
from authorizations.rules.facts import AuthorizationFacts
from practice.infrastructure.refusals import Refusal

# Each element and statement of section 3.1 with what the facts say when it is not on the paper.
ABSENT: dict[str, dict[str, Any]] = {
    "A1": {"info_description": ""},
    "A2": {"discloser": ""},
    "A3": {"recipient_name": "", "recipient_class": ""},
    "A4": {"purpose": ""},
    "A5": {"expires_on": None, "expires_event": ""},
    "A6": {"signature_method": SignatureMethod.NONE, "signed_on": None},
    "A7": {"authority_description": ""},
    "RS1": {"stmt_revocation": False},
    "RS2": {"stmt_conditioning": ConditioningStatement.MISSING},
    "RS3": {"stmt_redisclosure": False},
    "RS4": {"stmt_remuneration": False},
}
ELEMENTS = tuple(ABSENT)


def signed(
    facts: AuthorizationFacts,
    *,
    method: SignatureMethod,
    on: date | None,
    role: SignerRole,
    authority: str = "",
    representation_refused: Refusal | None = None,
    not_on_paper: Collection[str] = (),
) -> AuthorizationFacts:
    """The facts of a prepared form once it is signed. `not_on_paper` are elements that the paper lacks (W-20)."""
    given = replace(
        facts,
        signature_method=method,
        signed_on=on,
        signer_role=role,
        authority_description=authority,
        representation_refused=representation_refused,
    )
    for element in not_on_paper:
        given = replace(given, **ABSENT[element])
    return given


def is_name_of(typed: str, name: str) -> bool:
    """Whether a typed name shares a word with the signer's: case, accents and order aside."""
    return bool(_words(typed) & _words(name))


def _words(name: str) -> set[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return set(re.findall(r"\w+", plain.casefold()))
