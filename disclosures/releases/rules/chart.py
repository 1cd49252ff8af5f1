"""The gate for the chart: the basis table of section 4.4, legal process, minimum necessary."""

from collections.abc import Iterator

from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from practice.infrastructure.refusals import Refusal

from . import documentation as docs
from .codes import LegalProcess, MinimumNecessary, TreatmentOverride
from .proposal import PolicyRefusal, Proposal
from .shared import (
    authorization_reasons,
    by_policy,
    cite_for,
    counsel_policy,
    minimum_necessary,
    missing,
    not_an_order,
    others_reasons,
    paper_policies,
    paper_reasons,
    process_unsaid,
    recipient_reasons,
    scope_reasons,
    to_individual_reasons,
)

PROGRESS_NOTE = "note"  # the kind of an item of the chart's index


def chart_reasons(p: Proposal) -> Iterator[Refusal]:
    """Section 4.4: what the chart needs under each basis, then minimum necessary (R-185)."""
    if p.basis == Basis.B_AUTHORIZATION:
        yield from authorization_reasons(p)
    elif p.basis == Basis.B_TO_INDIVIDUAL:
        yield from to_individual_reasons(p)
    elif p.basis == Basis.B_IMPERMISSIBLE:
        remedy = "Choose the basis that applies, if any does."
        yield Refusal("NEVER_ALLOWED", "Nothing allows this disclosure.", remedy, "45 CFR 164.502(a)")
    elif p.basis == Basis.B_INCIDENTAL and p.planned:
        yield Refusal(
            "NOT_PLANNABLE",
            "An incidental disclosure is one that nobody planned; nothing can be prepared on this basis.",
            "Choose the basis that applies.",
            cite_for(p, False),
        )
    yield from recipient_reasons(p, cite_for(p, False))
    if p.basis in Basis.values:
        yield from missing(docs.CHART_FACTS.get(Basis(p.basis), ()), p.facts, cite_for(p, False))
    yield from _process(p)
    yield from others_reasons(p)
    yield from _extent(p)


def _extent(p: Proposal) -> Iterator[Refusal]:
    """The whole chart needs a reason (R-185); to family it never goes, only what bears on their part (164.510(b))."""
    if p.whole_chart and p.basis == Basis.B_INVOLVED_IN_CARE:
        yield Refusal(
            "FAMILY_WHOLE_CHART",
            "A person involved in care may be told what bears on their part in it, never given the whole chart.",
            "Choose the few documents that matter for their part, or get an authorization.",
            "45 CFR 164.510(b)(1)(i)",
        )
    if p.whole_chart and p.basis == Basis.B_LE_IDENTIFY_APPREHEND:
        yield Refusal(
            "APPREHEND_WHOLE_CHART",
            "To identify or apprehend a person, only the statement itself and a few named facts may be given.",
            "Give the statement and the facts of 164.512(f)(2)(i): name, address, birth, blood type, injury, times, "
            "description.",
            "45 CFR 164.512(j)(3)",
        )
    if p.whole_chart and minimum_necessary(p) == MinimumNecessary.APPLIES and not p.justification.strip():
        yield Refusal(
            "WHOLE_CHART_UNJUSTIFIED",
            "The whole chart may leave only for a stated reason.",
            "Choose the documents that are needed, or write why all of them are.",
            "45 CFR 164.514(d)(5)",
        )


def _process(p: Proposal) -> Iterator[Refusal]:
    """Section 8, column chart."""
    if p.basis == Basis.B_COURT_ORDER:
        if p.process not in docs.JUDICIAL:
            yield not_an_order()
        yield from scope_reasons(p)
    if p.basis == Basis.B_REQUIRED_BY_LAW:
        yield from _required(p)
    if p.basis == Basis.B_SUBPOENA_ASSURANCE:
        yield from _assurance(p)
    if p.basis == Basis.B_LAW_ENFORCEMENT:
        yield from _police(p)
    yield from paper_reasons(p)


def _required(p: Proposal) -> Iterator[Refusal]:
    """A mandate in law, and only what it reaches; a paper that compels nobody is not one (R-207, 164.103)."""
    yield from process_unsaid(p)
    if p.process not in ("", LegalProcess.STATUTE, *docs.JUDICIAL, *docs.ADMINISTRATIVE):
        yield Refusal(
            "PROCESS_NOT_COMPULSION",
            "This paper requires nothing by law: it is not signed by a judge or an authority with that power.",
            "Use “Subpoena or discovery request without an order”, which asks for proof of notice.",
            "45 CFR 164.512(a)(2), 164.103",
        )
    yield from scope_reasons(p)


def _assurance(p: Proposal) -> Iterator[Refusal]:
    """Notice to the patient, all three parts of it (R-202), or a protective order agreed or asked for (R-203)."""
    if p.process not in docs.WITHOUT_ORDER | docs.ADMINISTRATIVE | {LegalProcess.JUDGE_SUBPOENA}:
        yield Refusal(
            "NO_PROCESS",
            "There is no subpoena, discovery request or other lawful process.",
            "Record which paper was received. A letter or a call is not enough.",
            "45 CFR 164.512(e)(1)(ii)",
        )
    unassured = list(missing(docs.NOTICE_ASSURANCE, p.facts, "45 CFR 164.512(e)(1)(iii)"))
    protected = any(str(p.facts.get(fact.key, "")).strip() for fact in docs.PROTECTIVE_ORDER_ASSURANCE)
    if unassured and not protected:
        yield Refusal(
            "NO_SATISFACTORY_ASSURANCE",
            "A subpoena without an order needs written proof that the patient had notice, or a protective order.",
            "Ask the sender for it, give the notice yourself, or wait for an order.",
            "45 CFR 164.512(e)(1)(ii)-(vi)",
        )
        yield from unassured


def _police(p: Proposal) -> Iterator[Refusal]:
    cite = "45 CFR 164.512(f)"
    if p.process in docs.JUDICIAL | docs.ADMINISTRATIVE:
        yield from scope_reasons(p)
    if p.process in docs.JUDICIAL:
        return
    if p.process in docs.ADMINISTRATIVE:
        yield from missing(docs.ADMINISTRATIVE_CONDITIONS, p.facts, f"{cite}(1)(ii)(C)")
    else:
        yield from missing((docs.INFORMAL_GROUND,), p.facts, f"{cite}(2)-(6)")
        if p.whole_chart:
            yield Refusal(
                "INFORMAL_WHOLE_CHART",
                "Without legal process an officer may be told a few facts, never given the chart.",
                "Ask for a warrant, an order or a subpoena signed by a judge.",
                cite,
            )


def chart_policies(p: Proposal) -> Iterator[PolicyRefusal]:
    """P-07 where it covers every record; P-14, an outside provider needs permission, an override, or an emergency;
    P-32, a payer gets progress notes and what it requires."""
    if p.policies.counsel_gate_chart:
        yield from counsel_policy(p)
    yield from paper_policies(p)
    yield from _payer_documents(p)
    if p.basis != Basis.B_TREATMENT or not p.policies.treatment_permission or p.emergency:
        return
    if not p.treatment_permission.strip() and p.override_code not in TreatmentOverride.values:
        yield by_policy(
            "P-14",
            "TREATMENT_PERMISSION",
            "The patient's permission to share with this provider is not recorded.",
            "Record the permission, or share without it and say why, with one click: treatment needs none by law.",
        )


def _payer_documents(p: Proposal) -> Iterator[PolicyRefusal]:
    """The practice's protocol for this routine disclosure (R-183), on top of minimum necessary."""
    if p.basis != Basis.B_PAYMENT or not p.policies.payers_required_only:
        return
    others = [item for item in p.items if item.kind not in ("", PROGRESS_NOTE)]
    if others and not p.facts.get(docs.PAYER_REQUIRES.key, "").strip():
        several = f"{len(others)} of {len(p.items)} documents are not progress notes"
        words = several if len(p.items) > 1 else "More than progress notes would leave"
        yield by_policy(
            "P-32",
            "PAYER_DOCUMENTS",
            f"{words}, and it is not said that the payer requires it.",
            "Leave them out, or write which documents the payer requires and where it says so.",
        )


def override_used(p: Proposal) -> str:
    """The code by which somebody went on without the permission that P-14 asks for; empty when none was needed."""
    needed = p.basis == Basis.B_TREATMENT and p.policies.treatment_permission and p.record_class != RecordClass.PN
    if not needed or p.emergency or p.treatment_permission.strip():
        return ""
    return p.override_code if p.override_code in TreatmentOverride.values else ""
