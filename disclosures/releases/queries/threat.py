"""Warnings that were entered in a minute."""

from uuid import UUID

from disclosures.ledger.rules import Basis
from practice.people.models import Staff
from practice.people.rules import Role

from ..models import Release
from ..rules import Fact, PNException, chart_facts, note_facts


def warning_facts(release: Release) -> tuple[Fact, ...]:
    """What the record of a threat asks for: of psychotherapy notes the whole documentation table (section 2)."""
    if not release.is_notes:
        return chart_facts(Basis.B_SERIOUS_THREAT)
    return tuple(fact for fact in note_facts(PNException.SERIOUS_THREAT) if fact.key != "description")


def threat_facts(release: Release, staff: Staff) -> list[tuple[str, str]]:
    """What was written down of a threat, for who entered it, the author of the notes and the compliance officer."""
    theirs = staff.pk in (release.prepared_by_id, release.approver_id) or staff.has_role(Role.COMPLIANCE_OFFICER)
    if release.basis != Basis.B_SERIOUS_THREAT or not theirs:
        return []
    asked = [(fact.key, fact.label) for fact in warning_facts(release)]
    first = [("told", "What was told"), ("target", "Who is threatened"), ("told_by", "Who told it")]
    known = dict(first) | dict(asked)
    return [(label, release.facts[key]) for key, label in known.items() if release.facts.get(key)]


def of_same_warning(release: Release) -> list[UUID]:
    """The releases of one warning whose record is still to be completed, this one included; empty when it is not.

    What a warning is called stands in its encrypted facts, so the patient's few open ones are read one by one.
    """
    waiting = Release.objects.filter(patient_id=release.patient_id, minimum_entry=True, completed_at=None)
    same = waiting.filter(prepared_by_id=release.prepared_by_id, record_class=release.record_class)
    name = release.facts.get("warning")
    return [row.pk for row in same if row.pk == release.pk or (name and row.facts.get("warning") == name)]
