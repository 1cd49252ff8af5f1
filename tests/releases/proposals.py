"""Proposals that the gate allows; each test breaks one thing, so that a refusal cannot pass for the wrong reason."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from authorizations.rules import (
    AuthorizationFacts,
    ConditioningStatement,
    PnScope,
    RecordClass,
    SignatureMethod,
)
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import (
    Fact,
    Item,
    LegalProcess,
    PaperSays,
    PNException,
    Proposal,
    RecipientKind,
    chart_facts,
    note_facts,
)
from disclosures.releases.rules.documentation import AUTHOR, PATIENT
from practice.infrastructure.refusals import Refusal

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)
NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
ITEM_DAY = date(2026, 3, 3)

CHART_AUTHORIZATION = AuthorizationFacts(
    record_classes=frozenset({RecordClass.CHART}),
    info_description="Chart records",
    covers_from=date(2026, 1, 1),
    covers_to=date(2026, 12, 31),
    discloser="Cedar Street Counseling",
    recipient_name="Alvarez & Stone, attorneys",
    purpose="Custody case",
    expires_on=date(2027, 6, 30),
    signature_method=SignatureMethod.PAPER,
    signed_on=date(2026, 10, 2),
    stmt_revocation=True,
    stmt_conditioning=ConditioningStatement.NOT_CONDITIONED,
    stmt_redisclosure=True,
    document_on_file=True,
    recorded_on=date(2026, 10, 2),
)
NOTES_AUTHORIZATION = replace(
    CHART_AUTHORIZATION,
    record_classes=frozenset({RecordClass.PN}),
    info_description="Psychotherapy notes of 2026",
    pn_scope=PnScope.DATE_RANGE,
)

QUASHED = Refusal("PAPER_OVER", "Over.", "Record another.", "45 CFR 164.512(a)")
CHART_ITEMS = (Item("note-1", ITEM_DAY), Item("note-2", date(2026, 5, 5)))
NOTE_ITEMS = (Item("pn-1", ITEM_DAY, originator_id="hale"),)


def chart(**changes: Any) -> Proposal:
    """A chart release on a valid authorization, everything in order, with the changes asked for."""
    base = Proposal(
        record_class=RecordClass.CHART,
        items=CHART_ITEMS,
        recipient_name="Alvarez & Stone, attorneys",
        recipient_kind=RecipientKind.ATTORNEY,
        purpose="Custody case",
        basis=Basis.B_AUTHORIZATION,
        authorization=CHART_AUTHORIZATION,
        on=TODAY,
        today=TODAY,
        identity_verified="called back on the number of the bar directory",
        paper=PaperSays(),
    )
    return replace(base, **changes)


def notes(**changes: Any) -> Proposal:
    """A psychotherapy-note release on a valid authorization, approved by the author, with the changes asked for."""
    base = replace(
        chart(),
        record_class=RecordClass.PN,
        items=NOTE_ITEMS,
        authorization=NOTES_AUTHORIZATION,
        originator_approved=True,
        smallest_set_confirmed=True,
    )
    return replace(base, **changes)


def documented(exception: PNException, *without: str) -> dict[str, str]:
    """The documentation table of an exception, filled in, leaving out the named facts."""
    return {fact.key: as_documented(fact) for fact in note_facts(exception) if fact.key not in without}


def as_documented(fact: Fact) -> str:
    """Words for a fact, or who it is where the exception is about one person only."""
    return {AUTHOR: "hale", PATIENT: PATIENT}.get(fact.is_one, "as documented")


KIND_OF_BASIS = {
    Basis.B_HHS: RecipientKind.HHS,
    Basis.B_OVERSIGHT: RecipientKind.AGENCY,
    Basis.B_CORONER: RecipientKind.CORONER,
    Basis.B_LAW_ENFORCEMENT: RecipientKind.LAW_ENFORCEMENT,
    Basis.B_TREATMENT: RecipientKind.PROVIDER,
    Basis.B_PAYMENT: RecipientKind.PAYER,
    Basis.B_INVOLVED_IN_CARE: RecipientKind.FAMILY,
    Basis.B_LE_IDENTIFY_APPREHEND: RecipientKind.LAW_ENFORCEMENT,
    Basis.B_TO_INDIVIDUAL: RecipientKind.PATIENT,
    Basis.B_CHILD_ABUSE: RecipientKind.AGENCY,
    Basis.B_ADULT_ABUSE: RecipientKind.AGENCY,
    Basis.B_NATIONAL_SECURITY: RecipientKind.AGENCY,
    Basis.B_CUSTODIAL: RecipientKind.LAW_ENFORCEMENT,
}


COMPARED = {"within_scope": "yes"}
PROCESS_OF_BASIS = {
    Basis.B_COURT_ORDER: LegalProcess.COURT_ORDER,
    Basis.B_SUBPOENA_ASSURANCE: LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA,
    Basis.B_REQUIRED_BY_LAW: LegalProcess.STATUTE,
    Basis.B_LAW_ENFORCEMENT: LegalProcess.COURT_WARRANT,
}


def exceptional(basis: Basis, exception: PNException, *without: str, **changes: Any) -> Proposal:
    """A psychotherapy-note disclosure under an exception, fully documented except for the named facts."""
    base = notes(
        basis=basis,
        authorization=None,
        exception=exception,
        facts=documented(exception, *without) | COMPARED,
        recipient_kind=KIND_OF_BASIS.get(basis, RecipientKind.OTHER),
        process=PROCESS_OF_BASIS.get(basis, ""),
        counsel_reviewed=True,
    )
    return replace(base, **changes)


def ordered(**changes: Any) -> Proposal:
    """Psychotherapy notes under a judge's order, counsel heard."""
    base = exceptional(
        Basis.B_COURT_ORDER,
        PNException.REQUIRED_BY_LAW,
        process=LegalProcess.COURT_ORDER,
        counsel_reviewed=True,
        originator_approved=False,
        recipient_kind=RecipientKind.COURT,
    )
    return replace(base, **changes)


def on_basis(basis: Basis, *without: str, **changes) -> Proposal:
    """The chart on a basis with everything that basis asks for, except the named facts."""
    facts = {fact.key: "as documented" for fact in chart_facts(basis) if fact.key not in without} | COMPARED
    kind = KIND_OF_BASIS.get(basis, RecipientKind.OTHER)
    process = PROCESS_OF_BASIS.get(basis, "") if basis != Basis.B_LAW_ENFORCEMENT else ""
    base = chart(basis=basis, authorization=None, facts=facts, recipient_kind=kind, process=process)
    return replace(base, **{"treatment_permission": "form of May 2"} | changes)
