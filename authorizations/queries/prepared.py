"""An authorization that somebody is about to prepare, as the rules ask about it: nothing of it is stored yet."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from practice.compliance.queries import practice_profile
from practice.people.models import Patient

from ..rules import AuthorizationFacts, ConditionedOn, ConditioningGround, ConditioningStatement, PnScope, RecordClass
from ..rules.preparing import is_conditioned

PLAIN = {field.name for field in fields(AuthorizationFacts)}


def facts_asked(patient: Patient, elements: Mapping[str, Any], *, named: str) -> AuthorizationFacts:
    """The facts of a form with these elements, as it would stand unsigned; `named` is what its description says."""
    given = {name: value for name, value in elements.items() if name in PLAIN}
    conditioned = is_conditioned(given.get("conditioned_on", ""))
    originator = elements.get("pn_originator")
    given |= {
        "record_classes": frozenset(map(RecordClass, given.get("record_classes", ()))),
        "info_description": named,
        "info_kinds": frozenset(given.get("info_kinds", ())),
        "pn_scope": PnScope(given.get("pn_scope", "")),
        "pn_originator_id": str(originator.pk) if originator else "",
        "pn_session_dates": frozenset(given.get("pn_session_dates", ())),
        "discloser": given.get("discloser") or practice_profile().name,
        "conditioned_on": ConditionedOn(given.get("conditioned_on", "")),
        "conditioning_ground": ConditioningGround(given.get("conditioning_ground", "")),
        "patient_born_on": patient.birth_date,
        "stmt_revocation": True,
        "stmt_conditioning": ConditioningStatement.CONSEQUENCES
        if conditioned
        else ConditioningStatement.NOT_CONDITIONED,
        "stmt_redisclosure": True,
        "stmt_remuneration": bool(given.get("remuneration_applies")),
    }
    return AuthorizationFacts(**given)
