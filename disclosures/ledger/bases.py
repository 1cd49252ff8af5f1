"""The legal bases of a disclosure and what each means for an accounting (45 CFR 164.528(a)(1))."""

from dataclasses import dataclass

from django.db.models import TextChoices


class Basis(TextChoices):
    """Under what a disclosure was made. The label is what a patient reads."""

    B_TREATMENT = "B_TREATMENT", "Your treatment"
    B_PAYMENT = "B_PAYMENT", "Payment for your care"
    B_OPERATIONS = "B_OPERATIONS", "Running the practice (health care operations)"
    B_TO_INDIVIDUAL = "B_TO_INDIVIDUAL", "Given to you or your personal representative"
    B_AUTHORIZATION = "B_AUTHORIZATION", "Your written authorization"
    B_INVOLVED_IN_CARE = "B_INVOLVED_IN_CARE", "To a person involved in your care"
    B_HHS = "B_HHS", "Federal review of our compliance with the privacy rules"
    B_REQUIRED_BY_LAW = "B_REQUIRED_BY_LAW", "Required by law"
    B_PUBLIC_HEALTH = "B_PUBLIC_HEALTH", "Public health activity"
    B_CHILD_ABUSE = "B_CHILD_ABUSE", "Report of suspected child abuse or neglect"
    B_ADULT_ABUSE = "B_ADULT_ABUSE", "Report of abuse, neglect or domestic violence"
    B_OVERSIGHT = "B_OVERSIGHT", "Oversight of health care by a government agency"
    B_COURT_ORDER = "B_COURT_ORDER", "Order of a court or administrative tribunal"
    B_SUBPOENA_ASSURANCE = "B_SUBPOENA_ASSURANCE", "Subpoena or other lawful process"
    B_LAW_ENFORCEMENT = "B_LAW_ENFORCEMENT", "Law enforcement purpose"
    B_CORONER = "B_CORONER", "Coroner or medical examiner"
    B_FUNERAL = "B_FUNERAL", "Funeral director"
    B_ORGAN = "B_ORGAN", "Organ, eye or tissue donation"
    B_RESEARCH_WAIVER = "B_RESEARCH_WAIVER", "Research approved by a review or privacy board"
    B_SERIOUS_THREAT = "B_SERIOUS_THREAT", "To prevent or lessen a serious and imminent threat"
    B_LE_IDENTIFY_APPREHEND = "B_LE_IDENTIFY_APPREHEND", "To identify or apprehend a person"
    B_NATIONAL_SECURITY = "B_NATIONAL_SECURITY", "National security or intelligence"
    B_CUSTODIAL = "B_CUSTODIAL", "Correctional institution or custody"
    B_OTHER_GOVERNMENT = "B_OTHER_GOVERNMENT", "Specialized government function"
    B_WORKERS_COMP = "B_WORKERS_COMP", "Workers' compensation"
    B_LIMITED_DATA_SET = "B_LIMITED_DATA_SET", "Limited data set"
    B_INCIDENTAL = "B_INCIDENTAL", "Incident to a permitted disclosure"
    B_IMPERMISSIBLE = "B_IMPERMISSIBLE", "Sent or given by mistake"


class Exemption(TextChoices):
    """Why the rule does not ask for a disclosure to be listed (R-072, 164.528(a)(1)(i)-(ix))."""

    ACX_TPO = "ACX_TPO", "Treatment, payment or health care operations"
    ACX_TO_INDIVIDUAL = "ACX_TO_INDIVIDUAL", "To the patient"
    ACX_INCIDENTAL = "ACX_INCIDENTAL", "Incident to a permitted disclosure"
    ACX_AUTHORIZATION = "ACX_AUTHORIZATION", "Under the patient's authorization"
    ACX_DIRECTORY_CARE_NOTIFICATION = "ACX_DIRECTORY_CARE_NOTIFICATION", "To persons involved in care"
    ACX_NATIONAL_SECURITY = "ACX_NATIONAL_SECURITY", "National security or intelligence"
    ACX_CORRECTIONAL_CUSTODIAL = "ACX_CORRECTIONAL_CUSTODIAL", "Correctional institution or custody"
    ACX_LIMITED_DATA_SET = "ACX_LIMITED_DATA_SET", "Part of a limited data set"
    ACX_PRE_COMPLIANCE = "ACX_PRE_COMPLIANCE", "Before the rule applied to the practice"


@dataclass(frozen=True, slots=True)
class BasisFacts:
    """One row of the basis table. `summarisable`: listed by the rule under 164.502(a)(2)(ii) or 164.512 (R-088)."""

    cite: str
    exemption: Exemption | None
    summarisable: bool = False
    suspendable: bool = False


def _exempt(cite: str, exemption: Exemption) -> BasisFacts:
    return BasisFacts(cite, exemption)


def _listed(cite: str, *, suspendable: bool = False) -> BasisFacts:
    return BasisFacts(cite, None, summarisable=True, suspendable=suspendable)


FACTS: dict[Basis, BasisFacts] = {
    Basis.B_TREATMENT: _exempt("164.506", Exemption.ACX_TPO),
    Basis.B_PAYMENT: _exempt("164.506", Exemption.ACX_TPO),
    Basis.B_OPERATIONS: _exempt("164.506", Exemption.ACX_TPO),
    Basis.B_TO_INDIVIDUAL: _exempt("164.502(a)(1)(i)", Exemption.ACX_TO_INDIVIDUAL),
    Basis.B_AUTHORIZATION: _exempt("164.508", Exemption.ACX_AUTHORIZATION),
    Basis.B_INVOLVED_IN_CARE: _exempt("164.510(b)", Exemption.ACX_DIRECTORY_CARE_NOTIFICATION),
    Basis.B_HHS: _listed("164.502(a)(2)(ii)"),
    Basis.B_REQUIRED_BY_LAW: _listed("164.512(a)"),
    Basis.B_PUBLIC_HEALTH: _listed("164.512(b)"),
    Basis.B_CHILD_ABUSE: _listed("164.512(b)(1)(ii)"),
    Basis.B_ADULT_ABUSE: _listed("164.512(c)"),
    Basis.B_OVERSIGHT: _listed("164.512(d)", suspendable=True),
    Basis.B_COURT_ORDER: _listed("164.512(e)(1)(i)"),
    Basis.B_SUBPOENA_ASSURANCE: _listed("164.512(e)(1)(ii)"),
    Basis.B_LAW_ENFORCEMENT: _listed("164.512(f)", suspendable=True),
    Basis.B_CORONER: _listed("164.512(g)(1)"),
    Basis.B_FUNERAL: _listed("164.512(g)(2)"),
    Basis.B_ORGAN: _listed("164.512(h)"),
    Basis.B_RESEARCH_WAIVER: _listed("164.512(i)"),
    Basis.B_SERIOUS_THREAT: _listed("164.512(j)(1)(i)"),
    Basis.B_LE_IDENTIFY_APPREHEND: _listed("164.512(j)(1)(ii)"),
    Basis.B_NATIONAL_SECURITY: _exempt("164.512(k)(2)", Exemption.ACX_NATIONAL_SECURITY),
    Basis.B_CUSTODIAL: _exempt("164.512(k)(5)", Exemption.ACX_CORRECTIONAL_CUSTODIAL),
    Basis.B_OTHER_GOVERNMENT: _listed("164.512(k)(1), (3), (4), (6)"),
    Basis.B_WORKERS_COMP: _listed("164.512(l)"),
    Basis.B_LIMITED_DATA_SET: _exempt("164.514(e)", Exemption.ACX_LIMITED_DATA_SET),
    Basis.B_INCIDENTAL: _exempt("164.502(a)(1)(iii)", Exemption.ACX_INCIDENTAL),
    # no exemption covers a mistake, and (b)(3) does not reach it either
    Basis.B_IMPERMISSIBLE: BasisFacts("", None),
}


def exemption_of(basis: Basis | str) -> Exemption | None:
    """Why the rule leaves this basis out of an accounting, or None when it must be listed (R-072, R-073, R-103)."""
    return FACTS[Basis(basis)].exemption


def cite_of(basis: Basis | str) -> str:
    """Where the basis stands in 45 CFR; empty for an impermissible disclosure."""
    return FACTS[Basis(basis)].cite


def is_suspendable(basis: Basis | str, *, also_512f: bool = False) -> bool:
    """Whether an agency may have the listing suspended: only 164.512(d) and (f) disclosures (R-084)."""
    basis = Basis(basis)
    return FACTS[basis].suspendable or (basis is Basis.B_REQUIRED_BY_LAW and also_512f)


def is_summarisable(basis: Basis | str) -> bool:
    """Whether repeated disclosures on this basis may be given as a summary (R-088, 164.528(b)(3))."""
    return FACTS[Basis(basis)].summarisable


# Where the label speaks to the patient ("your treatment"), what staff read instead.
_STAFF_WORDS = {
    Basis.B_TREATMENT: "Treatment",
    Basis.B_PAYMENT: "Payment for care",
    Basis.B_TO_INDIVIDUAL: "To the patient or their personal representative",
    Basis.B_AUTHORIZATION: "The patient’s written authorization",
    Basis.B_INVOLVED_IN_CARE: "To a person involved in the patient’s care",
    Basis.B_HHS: "Federal review of compliance with the privacy rules",
}


def staff_words(basis: Basis | str) -> str:
    """A basis as staff read it."""
    return _STAFF_WORDS.get(Basis(basis), str(Basis(basis).label))
