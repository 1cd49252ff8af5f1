"""What must be on record before a basis carries a release, as data.

`by_rule` marks what the regulation itself makes a condition; the rest is the practice's documentation policy P-15.
Values are what people wrote or ticked: a missing or blank one is missing. Cites stand with each table.
"""

from dataclasses import dataclass

from disclosures.ledger.rules import Basis

from .codes import LegalProcess, PNException

# Who a fact says it is, where the exception is about one certain person and no other: the author of these very notes,
# kept as their id and compared with who wrote what leaves; or the patient.
AUTHOR, PATIENT = "author", "patient"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to document: key in the record, label on the form, and whether the regulation itself asks for it.

    `is_one`: a tick instead of words, AUTHOR or PATIENT: no name somebody writes stands in for them. `choices`: the
    answers there are, where words would leave open what follows from them.
    """

    key: str
    label: str
    by_rule: bool = True
    long: bool = False
    is_one: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def _policy(key: str, label: str, *, long: bool = False, choices: tuple[tuple[str, str], ...] = ()) -> Fact:
    return Fact(key, label, by_rule=False, long=long, choices=choices)


# 164.512(a)(2): (c) abuse and neglect, (e) courts, (f) the police each have conditions of their own.
_CONDITIONS = Fact(
    "conditions_met",
    "How the conditions of such a demand are met (a court’s order, a warrant, a report of abuse), or that none apply",
)

# Whether an agency asked for silence, 164.528(a)(2); what it said is recorded in the ledger, where it works.
SUSPENSION = "suspension_statement"
ASKED_TO_SUSPEND = ("written", "oral")


# Section 2, row "all". Exception code, cite, patients, items and the accounting flag stand on the release itself; for a
# threat, decision-maker and time of the decision are these same two.
FOR_EVERY_EXCEPTION: tuple[Fact, ...] = (
    _policy("decided_by", "Who decided"),
    _policy("decided_at", "When it was decided"),
    _policy("description", "What is released, without its content"),
    _policy("minimum_necessary_note", "Why this is the smallest set, or why that does not apply"),
)

EXCEPTION_FACTS: dict[PNException, tuple[Fact, ...]] = {
    PNException.ORIGINATOR_TREATMENT: (),
    PNException.OWN_TRAINING: (
        Fact("program", "Name of the training program"),
        Fact("supervisor", "Supervisor"),
        Fact("trainees", "Trainee or trainees"),
        _policy("skill_area", "Skill area (individual, group, joint, family)"),
        _policy("period", "Period"),
        _policy("deidentification_considered", "Was removing the identity considered (yes or no)"),
    ),
    PNException.DEFENSE: (
        Fact("caption", "Caption or docket number"),
        Fact("forum", "Court or board"),
        Fact("brought_by", "The patient, and nobody else, brought this proceeding", is_one=PATIENT),
        Fact("brought_by_individual", "Proof that the patient brought the proceeding"),
        _policy("counsel", "Counsel, with business associate agreement on file"),
        _policy("under_seal", "What is to be filed under seal"),
    ),
    PNException.HHS: (
        Fact("request_letter", "Letter from HHS and its date"),
        _policy("case_number", "OCR case number"),
        _policy("official", "Official's credentials"),
    ),
    PNException.REQUIRED_BY_LAW: (
        Fact("law", "The law or order that requires it"),
        Fact("issuer", "Court or body that issued it"),
        Fact("scope", "Its scope, word for word", long=True),
        _CONDITIONS,
        _policy("document", "Copy of the document on file"),
    ),
    PNException.OVERSIGHT_ORIGINATOR: (
        Fact("agency", "Oversight agency"),
        Fact("legal_authority", "Its legal authority"),
        Fact(
            "originator_under_review",
            "It is the author of these notes who is under review, not the practice, its bills or a patient",
            is_one=AUTHOR,
        ),
        _policy("request_copy", "Copy of the request on file"),
        _policy(
            SUSPENSION,
            "Whether the agency asked that this be kept out of the patient's accountings",
            choices=(("none", "No"), ("written", "Yes, in writing"), ("oral", "Yes, orally")),
        ),
    ),
    PNException.CORONER: (
        Fact("office", "Office of the coroner or medical examiner"),
        Fact("decedent", "Person who died"),
        Fact("duty", "Purpose: identify, cause of death, or other duty by law"),
        _policy("official", "Official"),
    ),
    PNException.SERIOUS_THREAT: (
        Fact("threat", "What the threat is", long=True),
        Fact("why_serious", "Why it is serious", long=True),
        Fact("why_imminent", "Why it is imminent", long=True),
        Fact("why_recipient", "Why this recipient can prevent or lessen it", long=True),
        Fact("belief_basis", "What the belief rests on: actual knowledge, or whose credible word"),
        _policy("target", "Who is threatened"),
        _policy("alternatives", "Alternatives considered", long=True),
        _policy("state_law", "State duty-to-warn law"),
    ),
}

EXCEPTION_CITES: dict[PNException, str] = {
    PNException.ORIGINATOR_TREATMENT: "45 CFR 164.508(a)(2)(i)(A)",
    PNException.OWN_TRAINING: "45 CFR 164.508(a)(2)(i)(B)",
    PNException.DEFENSE: "45 CFR 164.508(a)(2)(i)(C)",
    PNException.HHS: "45 CFR 164.508(a)(2)(ii), 164.502(a)(2)(ii)",
    PNException.REQUIRED_BY_LAW: "45 CFR 164.508(a)(2)(ii), 164.512(a)",
    PNException.OVERSIGHT_ORIGINATOR: "45 CFR 164.508(a)(2)(ii), 164.512(d)",
    PNException.CORONER: "45 CFR 164.508(a)(2)(ii), 164.512(g)(1)",
    PNException.SERIOUS_THREAT: "45 CFR 164.508(a)(2)(ii), 164.512(j)(1)(i)",
}

# Which exceptions a ledger basis may stand for when psychotherapy notes leave (basis table of section 4.4). A basis
# that is not here never carries them without an authorization.
EXCEPTIONS_OF_BASIS: dict[Basis, tuple[PNException, ...]] = {
    Basis.B_OPERATIONS: (PNException.OWN_TRAINING, PNException.DEFENSE),
    Basis.B_HHS: (PNException.HHS,),
    Basis.B_REQUIRED_BY_LAW: (PNException.REQUIRED_BY_LAW,),
    Basis.B_COURT_ORDER: (PNException.REQUIRED_BY_LAW,),
    Basis.B_CHILD_ABUSE: (PNException.REQUIRED_BY_LAW,),
    Basis.B_ADULT_ABUSE: (PNException.REQUIRED_BY_LAW,),
    Basis.B_PUBLIC_HEALTH: (PNException.REQUIRED_BY_LAW,),
    Basis.B_LAW_ENFORCEMENT: (PNException.REQUIRED_BY_LAW,),
    Basis.B_OVERSIGHT: (PNException.OVERSIGHT_ORIGINATOR,),
    Basis.B_CORONER: (PNException.CORONER,),
    Basis.B_SERIOUS_THREAT: (PNException.SERIOUS_THREAT,),
}

_LAW = Fact("law", "The law that requires or allows it")
_OFFICIAL = Fact("legal_authority", "The recipient's legal authority")

# What the chart needs under each basis. A basis without a line needs nothing beyond recipient, purpose and identity.
CHART_FACTS: dict[Basis, tuple[Fact, ...]] = {
    Basis.B_OPERATIONS: (Fact("operation", "Which of the practice's operations it serves"),),
    Basis.B_INVOLVED_IN_CARE: (
        Fact("involvement", "How the person is involved in the patient's care"),
        Fact("agreement", "The patient's agreement, chance to object, or the judgment made in their absence"),
    ),
    Basis.B_HHS: (Fact("request_letter", "Letter from HHS and its date"),),
    Basis.B_REQUIRED_BY_LAW: (
        _LAW,
        Fact("scope", "What the law requires, word for word", long=True),
        _CONDITIONS,
    ),
    Basis.B_PUBLIC_HEALTH: (_OFFICIAL,),
    Basis.B_CHILD_ABUSE: (Fact("authorized_to_receive", "Why this office may receive child abuse reports"),),
    Basis.B_ADULT_ABUSE: (
        Fact("report_ground", "Required by law, agreed by the patient, or allowed by law and necessary"),
        Fact("patient_informed", "When the patient was told, or why not yet"),
    ),
    Basis.B_OVERSIGHT: (
        Fact("agency", "Oversight agency"),
        _OFFICIAL,
        Fact("about_health_care", "That it looks into health care or claims for it, not into the patient otherwise"),
    ),
    Basis.B_COURT_ORDER: (
        Fact("issuer", "Court or tribunal"),
        Fact("scope", "What the order expressly authorizes, word for word", long=True),
    ),
    Basis.B_LAW_ENFORCEMENT: (Fact("scope", "What is asked, word for word", long=True),),
    Basis.B_CORONER: (Fact("office", "Office"), Fact("decedent", "Person who died")),
    Basis.B_FUNERAL: (Fact("decedent", "Person who died"),),
    Basis.B_ORGAN: (Fact("organization", "Procurement organization"),),
    Basis.B_RESEARCH_WAIVER: (Fact("waiver", "Board that approved the waiver, and its date"),),
    Basis.B_SERIOUS_THREAT: (
        Fact("threat", "What the threat is", long=True),
        Fact("why_imminent", "Why it is serious and imminent", long=True),
        Fact("why_recipient", "Why this recipient can prevent or lessen it", long=True),
    ),
    Basis.B_LE_IDENTIFY_APPREHEND: (
        Fact("statement", "The admission or escape that allows it"),
        Fact("not_from_therapy", "If an admission: that it was not made in therapy or in asking for therapy"),
    ),
    Basis.B_NATIONAL_SECURITY: (_OFFICIAL,),
    Basis.B_CUSTODIAL: (Fact("custody", "Institution or officer who has custody, and the need stated"),),
    Basis.B_OTHER_GOVERNMENT: (_OFFICIAL,),
    Basis.B_WORKERS_COMP: (Fact("law", "Workers' compensation law and claim number"),),
    Basis.B_LIMITED_DATA_SET: (
        Fact("agreement", "Data use agreement"),
        Fact("identifiers_removed", "That every direct identifier was removed, and by whom"),
    ),
}

# What psychotherapy notes need besides their exception, because of the basis on which it is claimed.
NOTE_FACTS_OF_BASIS: dict[Basis, tuple[Fact, ...]] = {
    # R-029 reaches reports that the law requires too, by 164.512(a)(2)
    Basis.B_ADULT_ABUSE: (Fact("patient_informed", "When the patient was told, or why not yet"),),
}

# P-32: what a payer gets beside progress notes is what it requires.
PAYER_REQUIRES = _policy(
    "required_documents", "Documents the payer requires besides progress notes, and where it says so"
)

# written statement and documentation of all three; R-203: of one of the two.
NOTICE_ASSURANCE: tuple[Fact, ...] = (
    Fact("notice_attempted", "Good-faith attempt to give the patient written notice"),
    Fact("notice_sufficient", "The notice said enough to let the patient object"),
    Fact("objection_time_over", "Time to object is over, with no objection or all of them resolved"),
)
PROTECTIVE_ORDER_ASSURANCE: tuple[Fact, ...] = (
    Fact("order_agreed", "Parties agreed to a qualified protective order and gave it to the court"),
    Fact("order_requested", "The requester asked the court for a qualified protective order"),
)
# 164.512(f)(1)(ii)(C): an administrative request carries the chart only with all three.
ADMINISTRATIVE_CONDITIONS: tuple[Fact, ...] = (
    Fact("relevant_and_material", "Relevant and material to a lawful inquiry"),
    Fact("specific_and_limited", "Specific and limited in scope"),
    Fact("deidentified_insufficient", "De-identified information would not do"),
)
# 164.512(f)(2)-(6): what an officer who brings no process may be told.
INFORMAL_GROUND = Fact("narrow_ground", "Which of 164.512(f)(2) to (6) applies, and how")

ORDERS = frozenset({LegalProcess.COURT_ORDER, LegalProcess.COURT_WARRANT})
JUDICIAL = ORDERS | {LegalProcess.JUDGE_SUBPOENA, LegalProcess.GRAND_JURY_SUBPOENA}
WITHOUT_ORDER = frozenset({LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA, LegalProcess.DISCOVERY_REQUEST})
ADMINISTRATIVE = frozenset({LegalProcess.ADMIN_SUBPOENA, LegalProcess.CID})
# What comes as a paper and is on record as such before anything leaves under it.
ON_PAPER = JUDICIAL | ADMINISTRATIVE | WITHOUT_ORDER
# What leaves on these is what a paper or a law names in words, or by days.
WITHIN_WORDS = frozenset({Basis.B_COURT_ORDER, Basis.B_REQUIRED_BY_LAW, Basis.B_LAW_ENFORCEMENT})
# Reports that a law asks of whoever treats the patient: nobody sent a paper, and counsel would come too late.
MANDATED_REPORTS = frozenset({Basis.B_CHILD_ABUSE, Basis.B_ADULT_ABUSE, Basis.B_PUBLIC_HEALTH})


def chart_facts(basis: Basis | str) -> tuple[Fact, ...]:
    """Everything a form may ask about a chart release on this basis, legal process included."""
    extra = {
        Basis.B_SUBPOENA_ASSURANCE: NOTICE_ASSURANCE + PROTECTIVE_ORDER_ASSURANCE,
        Basis.B_LAW_ENFORCEMENT: (*ADMINISTRATIVE_CONDITIONS, INFORMAL_GROUND),
        Basis.B_PAYMENT: (PAYER_REQUIRES,),
    }
    return CHART_FACTS.get(Basis(basis), ()) + extra.get(Basis(basis), ())


def note_facts(exception: PNException | str, basis: Basis | str = "") -> tuple[Fact, ...]:
    """Everything the documentation table asks of a psychotherapy-note exception (section 2), on this basis."""
    exception = PNException(exception)
    if exception == PNException.ORIGINATOR_TREATMENT:
        return ()
    of_basis = NOTE_FACTS_OF_BASIS.get(Basis(basis), ()) if basis else ()
    return EXCEPTION_FACTS[exception] + of_basis + FOR_EVERY_EXCEPTION
