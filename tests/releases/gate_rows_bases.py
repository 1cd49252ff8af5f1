"""Every basis for chart and for psychotherapy notes, with everything it asks for on record and every policy satisfied.

Typed by hand from the basis table (reference section 4.4): what it says about psychotherapy notes, row by row.
"""

from dataclasses import replace
from typing import Any

from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import PNException, Proposal, RecipientKind, chart_facts, note_facts

from .proposals import (
    CHART_AUTHORIZATION,
    COMPARED,
    KIND_OF_BASIS,
    NOTE_ITEMS,
    NOTES_AUTHORIZATION,
    PROCESS_OF_BASIS,
    as_documented,
    chart,
)

ASKED = {fact.key: "as documented" for basis in Basis for fact in chart_facts(basis)}
ASKED |= {fact.key: as_documented(fact) for code in PNException for fact in note_facts(code, Basis.B_ADULT_ABUSE)}


def everything(basis: Basis, record_class: RecordClass) -> Proposal:
    """A release on this basis with all that anybody could ask for on record."""
    is_notes = record_class == RecordClass.PN
    changes: dict[str, Any] = {"items": NOTE_ITEMS} if is_notes else {}
    form = NOTES_AUTHORIZATION if is_notes else CHART_AUTHORIZATION
    base = chart(
        record_class=record_class,
        basis=basis,
        authorization=form if basis == Basis.B_AUTHORIZATION else None,
        facts=ASKED | COMPARED,
        recipient_kind=KIND_OF_BASIS.get(basis, RecipientKind.OTHER),
        process=PROCESS_OF_BASIS.get(basis, ""),
        counsel_reviewed=True,
        originator_approved=True,
        smallest_set_confirmed=True,
        treatment_permission="form of May 2",
    )
    return replace(base, **changes)


YES: set[str] = set()
NO = {"PN_NO_EXCEPTION"}
UNPLANNABLE = {"NOT_PLANNABLE"}
SUBPOENA = {"PN_SUBPOENA_NOT_ENOUGH"}
OPERATIONS = {"PN_OPERATIONS_NOT_LISTED"}
P_10 = {"PN_TO_INDIVIDUAL_NEEDS_AUTHORIZATION"}

# basis; the chart ..., its reasons; psychotherapy notes ..., their reasons
TABLE: list[tuple[Basis, str, set[str], str, set[str]]] = [
    (Basis.B_TREATMENT, "goes to another provider for treatment", YES, "do not: treatment by others is not listed", NO),
    (Basis.B_PAYMENT, "goes to a payer for payment", YES, "do not: payment is not listed", NO),
    (Basis.B_OPERATIONS, "goes for the practice's operations", YES, "only for training or defense", OPERATIONS),
    (Basis.B_TO_INDIVIDUAL, "goes to the patient", YES, "are the author's discretion; by policy on a form", P_10),
    (Basis.B_AUTHORIZATION, "goes where the patient signed that it goes", YES, "go on a form for them alone", YES),
    (Basis.B_INVOLVED_IN_CARE, "goes to family for their part in care", YES, "never go to family", NO),
    (Basis.B_HHS, "goes to HHS", YES, "go to HHS", YES),
    (Basis.B_REQUIRED_BY_LAW, "goes where a law requires it", YES, "go where a law requires them", YES),
    (Basis.B_PUBLIC_HEALTH, "goes to public health", YES, "go only where a law requires it too", YES),
    (Basis.B_CHILD_ABUSE, "goes with a child abuse report", YES, "go only with a report the law compels", YES),
    (Basis.B_ADULT_ABUSE, "goes with a report of adult abuse", YES, "go only with a report the law compels", YES),
    (Basis.B_OVERSIGHT, "goes to an oversight agency", YES, "go only when their author is overseen", YES),
    (Basis.B_COURT_ORDER, "goes as a court orders", YES, "go as a court orders", YES),
    (Basis.B_SUBPOENA_ASSURANCE, "goes on a subpoena with assurance", YES, "do not go on a subpoena", SUBPOENA),
    (Basis.B_LAW_ENFORCEMENT, "goes to law enforcement on its conditions", YES, "go only where a law compels it", YES),
    (Basis.B_CORONER, "goes to a coroner", YES, "go to a coroner", YES),
    (Basis.B_FUNERAL, "goes to a funeral director", YES, "do not go to a funeral director", NO),
    (Basis.B_ORGAN, "goes for organ donation", YES, "do not go for organ donation", NO),
    (Basis.B_RESEARCH_WAIVER, "goes to research with a waiver", YES, "do not go to research on a waiver", NO),
    (Basis.B_SERIOUS_THREAT, "goes to who can stop a threat", YES, "go to who can stop a threat", YES),
    (Basis.B_LE_IDENTIFY_APPREHEND, "helps to find a person", YES, "do not help to find a person", NO),
    (Basis.B_NATIONAL_SECURITY, "goes to national security", YES, "do not go to national security", NO),
    (Basis.B_CUSTODIAL, "goes to who has custody", YES, "do not go to who has custody", NO),
    (Basis.B_OTHER_GOVERNMENT, "goes to other government functions", YES, "do not go to other government", NO),
    (Basis.B_WORKERS_COMP, "goes to workers' compensation", YES, "do not go to workers' compensation", NO),
    (Basis.B_LIMITED_DATA_SET, "goes as a limited data set", YES, "are never part of a limited data set", NO),
    (Basis.B_INCIDENTAL, "is not planned to be overheard", UNPLANNABLE, "are not planned to be overheard", NO),
    (Basis.B_IMPERMISSIBLE, "is never sent by mistake on purpose", {"NEVER_ALLOWED"}, "never are", NO),
]

ROWS = [
    (f"{basis.value}: the chart {words}", everything(basis, RecordClass.CHART), codes)
    for basis, words, codes, _, _ in TABLE
] + [
    (f"{basis.value}: psychotherapy notes {words}", everything(basis, RecordClass.PN), codes)
    for basis, _, _, words, codes in TABLE
]
