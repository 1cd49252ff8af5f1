"""The gate for psychotherapy notes: authorization or one of eight exceptions, nothing else (164.508(a)(2))."""

from collections.abc import Iterator

from disclosures.ledger.rules import Basis
from practice.infrastructure.refusals import Refusal

from . import documentation as docs
from .codes import Act, LegalProcess, PNException, RecipientKind
from .proposal import PolicyRefusal, Proposal
from .shared import (
    authorization_reasons,
    by_policy,
    counsel_policy,
    exception_cite,
    exception_of,
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


def note_reasons(p: Proposal) -> Iterator[Refusal]:
    """R-021's decision function: author's own treatment use, authorization, complete exception, else refuse."""
    if p.basis == Basis.B_AUTHORIZATION:
        yield from authorization_reasons(p)
        yield from others_reasons(p)
        return
    if p.basis == Basis.B_TO_INDIVIDUAL:  # the author's discretion by HHS's reading; P-10 and P-09 decide
        yield from to_individual_reasons(p)
        yield from others_reasons(p)
        return
    exception = exception_of(p)
    if exception is None:
        yield _notes_refused(p)
        return
    yield from recipient_reasons(p, exception_cite(p))
    yield from paper_reasons(p)
    wanted = docs.EXCEPTION_FACTS[exception] + docs.NOTE_FACTS_OF_BASIS.get(Basis(p.basis), ())
    yield from missing(tuple(fact for fact in wanted if fact.by_rule), p.facts, exception_cite(p))
    yield from _of_another(p, exception)
    yield from _use_only(p, exception)
    if exception != PNException.OWN_TRAINING:  # a grant is its author's for their own notes, whomever they speak of
        yield from others_reasons(p)
    if exception == PNException.REQUIRED_BY_LAW:
        yield from _compelled_notes(p)


def _notes_refused(p: Proposal) -> Refusal:
    if p.basis == Basis.B_SUBPOENA_ASSURANCE:
        return Refusal(
            "PN_SUBPOENA_NOT_ENOUGH",
            "A subpoena without a judge's order does not open psychotherapy notes, whatever assurance comes with it.",
            "Ask counsel: negotiate, object, assert privilege, or wait for an order. Or ask the patient for an "
            "authorization for these notes.",
            "45 CFR 164.508(a)(2)(ii), 164.512(e)",
        )
    if p.basis == Basis.B_OPERATIONS:
        return Refusal(
            "PN_OPERATIONS_NOT_LISTED",
            "Of the practice's own operations only its training program and its defense against the patient's own "
            "action open psychotherapy notes.",
            "Name which of the two it is, or get an authorization for these notes.",
            "45 CFR 164.508(a)(2)(i)(B), (C)",
        )
    return Refusal(
        "PN_NO_EXCEPTION",
        "This basis does not open psychotherapy notes.",
        "Get the patient's authorization for these notes. Chart records may be released on this basis instead.",
        "45 CFR 164.508(a)(2)",
    )


def _of_another(p: Proposal, exception: PNException) -> Iterator[Refusal]:
    """R-024, R-025: a proceeding that somebody else brought, or oversight of anybody but who wrote these very notes."""
    reviewed = p.facts.get("originator_under_review", "").strip()
    of_another = any(item.originator_id != reviewed for item in p.items)
    if exception == PNException.OVERSIGHT_ORIGINATOR and reviewed and of_another:
        yield Refusal(
            "PN_OVERSIGHT_OF_ANOTHER",
            "Who is under review did not write all of these notes.",
            "Leave out what somebody else wrote, or get the patient's authorization for these notes.",
            exception_cite(p),
        )
    brought_by = p.facts.get("brought_by", "").strip()
    if exception == PNException.DEFENSE and brought_by not in ("", docs.PATIENT):
        yield Refusal(
            "PN_NOT_THE_PATIENTS_ACTION",
            "The patient did not bring this proceeding.",
            "Get the patient's authorization for these notes, or wait for an order.",
            exception_cite(p),
        )


def _use_only(p: Proposal, exception: PNException) -> Iterator[Refusal]:
    if exception == PNException.OWN_TRAINING and p.act == Act.USE and not _grant_is_live(p):
        yield Refusal(
            "TRAINING_GRANT_NOT_LIVE",
            "No training grant covers this day.",
            "The author can grant access for the training program, with an end date.",
            "45 CFR 164.508(a)(2)(i)(B)",
        )


def _grant_is_live(p: Proposal) -> bool:
    """The grant's last day is included (W-29)."""
    return p.grant_until is not None and p.on <= p.grant_until


def _compelled_notes(p: Proposal) -> Iterator[Refusal]:
    """Section 8, column PN: only what a law or a court compels, and only within its terms (R-028, R-200 to R-212)."""
    if p.basis == Basis.B_REQUIRED_BY_LAW:
        yield from process_unsaid(p)
    compelling = docs.JUDICIAL | docs.ADMINISTRATIVE
    if p.basis == Basis.B_LAW_ENFORCEMENT and p.process not in compelling:
        yield Refusal(
            "PN_POLICE_WITHOUT_PROCESS",
            "Law enforcement has shown no order, warrant, subpoena or demand that compels psychotherapy notes.",
            "A letter or a call opens none of them. Wait for such a paper, or get the patient's authorization.",
            "45 CFR 164.508(a)(2)(ii), 164.512(f)(1)",
        )
    elif p.process not in ("", LegalProcess.STATUTE, *compelling):
        yield Refusal(
            "PN_PROCESS_NOT_COMPULSION",
            "This paper does not compel psychotherapy notes: it is not signed by a judge.",
            "Verify who signed it; ask counsel; wait for an order or an authorization.",
            "45 CFR 164.512(e)(1), 164.103",
        )
    if p.basis == Basis.B_COURT_ORDER and p.process not in docs.JUDICIAL:
        yield not_an_order()
    yield from scope_reasons(p)


def note_policies(p: Proposal) -> Iterator[PolicyRefusal]:
    """P-07, P-09, P-10, P-15, P-16. None of them holds up what HHS, a court or a law compels beyond counsel's look."""
    policies, exception = p.policies, exception_of(p)
    compelled = exception in (PNException.HHS, PNException.REQUIRED_BY_LAW)
    own_use = exception == PNException.ORIGINATOR_TREATMENT
    granted = exception == PNException.OWN_TRAINING and p.act == Act.USE and _grant_is_live(p)
    approved = p.originator_approved or p.actor_is_originator or granted
    if policies.to_individual_authorization and p.basis == Basis.B_TO_INDIVIDUAL:
        yield by_policy(
            "P-10",
            "PN_TO_INDIVIDUAL_NEEDS_AUTHORIZATION",
            "The practice gives copies of psychotherapy notes to the patient on an authorization only.",
            "Record an authorization for these notes that names the patient as recipient.",
        )
    if policies.payers_never_notes and p.recipient_kind == RecipientKind.PAYER and p.basis == Basis.B_AUTHORIZATION:
        yield by_policy(
            "P-31",
            "PN_NEVER_TO_PAYER",
            "The practice gives psychotherapy notes to no insurer or other payer, not even on an authorization.",
            "Send the progress notes and the documents the payer requires. A payer may not make cover depend on "
            "psychotherapy notes.",
        )
    if policies.originator_approval and not approved and not compelled and not own_use:
        yield by_policy(
            "P-09",
            "PN_ORIGINATOR_APPROVAL",
            "The author of these notes has not approved this release.",
            "The author can approve it from their own page.",
        )
    declined = p.authorization.declined_by if p.authorization and p.basis == Basis.B_AUTHORIZATION else frozenset()
    if policies.originator_approval and any(item.originator_id in declined for item in p.items):
        yield by_policy(
            "P-09",
            "PN_ORIGINATOR_DECLINED",
            "The author of these notes decided not to release them under this authorization.",
            "The author can take that decision back on their own page.",
        )
    if policies.counsel_gate:
        yield from counsel_policy(p)
    yield from paper_policies(p)
    if own_use:
        return
    if policies.minimum_necessary_always and not p.smallest_set_confirmed:
        yield by_policy(
            "P-16",
            "PN_SMALLEST_SET",
            "Nobody has confirmed that this is the smallest set that serves.",
            "Leave out what is not needed, then confirm.",
        )
    if policies.exception_assessment and exception:
        wanted = tuple(fact for fact in docs.EXCEPTION_FACTS[exception] if not fact.by_rule)
        for refusal in missing(docs.FOR_EVERY_EXCEPTION + wanted, p.facts, exception_cite(p)):
            yield PolicyRefusal("P-15", refusal)
