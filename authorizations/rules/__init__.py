"""What makes an authorization valid, what it covers, how long it is kept (164.508). Pure: values in, values out."""

from authorizations.rules.choices import (
    REPEATABLE,
    REVOCATIONS,
    AuthorizationStatus,
    CombinedWith,
    ConditionedOn,
    ConditioningGround,
    ConditioningStatement,
    EventKind,
    MinorRule,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
)
from authorizations.rules.coverage import ItemAsked, covers, same_words
from authorizations.rules.defect import (
    AUTH_DEFECT_COMPOUND,
    AUTH_DEFECT_CONDITIONED,
    AUTH_DEFECT_EXPIRED,
    AUTH_DEFECT_FALSE,
    AUTH_DEFECT_INCOMPLETE,
    AUTH_DEFECT_REVOKED,
    AUTH_RECORDED_IN_ERROR,
    Defect,
)
from authorizations.rules.facts import AuthorizationFacts, age_on
from authorizations.rules.lifetime import copy_due, last_in_effect, retain_until, status
from authorizations.rules.validity import defects, rule_defects

__all__ = [
    "AUTH_DEFECT_COMPOUND",
    "AUTH_DEFECT_CONDITIONED",
    "AUTH_DEFECT_EXPIRED",
    "AUTH_DEFECT_FALSE",
    "AUTH_DEFECT_INCOMPLETE",
    "AUTH_DEFECT_REVOKED",
    "AUTH_RECORDED_IN_ERROR",
    "REPEATABLE",
    "REVOCATIONS",
    "AuthorizationFacts",
    "AuthorizationStatus",
    "CombinedWith",
    "ConditionedOn",
    "ConditioningGround",
    "ConditioningStatement",
    "Defect",
    "EventKind",
    "ItemAsked",
    "MinorRule",
    "PnScope",
    "RecordClass",
    "SignatureMethod",
    "SignerRole",
    "age_on",
    "copy_due",
    "covers",
    "defects",
    "last_in_effect",
    "retain_until",
    "rule_defects",
    "same_words",
    "status",
]
