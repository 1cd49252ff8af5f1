"""The gate: may this leave? One pure decision for every kind of record, recipient and basis.

`decide` takes everything it needs as values and answers with every reason at once, the regulation's own answer and the
practice policies' answer kept apart (section 15): a policy never lets out what the rule keeps in.
"""

from authorizations.rules import RecordClass
from practice.infrastructure.refusals import Refusal

from .chart import chart_policies, chart_reasons, override_used
from .notes import note_policies, note_reasons
from .proposal import Decision, Proposal
from .restrictions import emergency_restriction, is_emergency_treatment, restriction_reasons
from .shared import authorization_policies, cite_for, exception_of, general_reasons, minimum_necessary
from .ways import address_reasons


def decide(proposal: Proposal) -> Decision:
    """May this leave (or be used), as of `proposal.on`? Every reason against it, never only the first.

    Psychotherapy notes: R-020 to R-033. Chart: basis table of section 4.4, R-180 to R-185, R-200 to R-212.
    """
    is_notes = proposal.record_class == RecordClass.PN
    rule = [*general_reasons(proposal), *(note_reasons(proposal) if is_notes else chart_reasons(proposal))]
    rule += [*restriction_reasons(proposal), *address_reasons(proposal)]
    rule += [proposal.emergency_over] if proposal.emergency_over else []
    return Decision(
        rule_reasons=once(rule),
        policy_reasons=(
            *authorization_policies(proposal),
            *(note_policies(proposal) if is_notes else chart_policies(proposal)),
        ),
        rule_cite=cite_for(proposal, is_notes),
        exception=str(exception_of(proposal) or "") if is_notes else "",
        minimum_necessary=minimum_necessary(proposal),
        policy_versions=proposal.policies.versions,
        override=override_used(proposal),
        emergency=is_emergency_treatment(proposal),
        emergency_restriction=emergency_restriction(proposal),
    )


def can_go_on(decision: Decision) -> bool:
    """Whether the only thing in the way is the permission of P-14, so that one click with a reason is enough."""
    return decision.codes() == {"TREATMENT_PERMISSION"}


def once(reasons: list[Refusal]) -> tuple[Refusal, ...]:
    return tuple(dict.fromkeys(reasons))
