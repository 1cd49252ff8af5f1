"""On what ground records leave, in the words and the order that staff meet at the desk."""

from collections.abc import Iterable
from typing import Any

from django import forms

from disclosures.ledger.rules import Basis

# What can be prepared; the rest only happens.
PLANNABLE = [basis for basis in Basis if basis not in (Basis.B_IMPERMISSIBLE, Basis.B_INCIDENTAL)]

# What staff read; the ledger's own labels are written for the patient.
BASIS_WORDS: dict[Basis, str] = {
    Basis.B_AUTHORIZATION: "The patient's written authorization",
    Basis.B_TO_INDIVIDUAL: "To the patient, or who acts for the patient",
    Basis.B_TREATMENT: "Treatment by another provider",
    Basis.B_PAYMENT: "Payment (insurer, billing)",
    Basis.B_OPERATIONS: "The practice's own operations",
    Basis.B_INVOLVED_IN_CARE: "To family or others involved in care",
    Basis.B_COURT_ORDER: "Court order or warrant",
    Basis.B_SUBPOENA_ASSURANCE: "Subpoena or discovery request without an order",
    Basis.B_REQUIRED_BY_LAW: "Required by law",
    Basis.B_CHILD_ABUSE: "Report of child abuse or neglect",
    Basis.B_ADULT_ABUSE: "Report of abuse, neglect or domestic violence of an adult",
    Basis.B_SERIOUS_THREAT: "Serious and imminent threat",
    Basis.B_LAW_ENFORCEMENT: "Law enforcement",
    Basis.B_OVERSIGHT: "Health oversight (licensing board, Medicaid audit)",
    Basis.B_HHS: "HHS compliance review",
    Basis.B_PUBLIC_HEALTH: "Public health",
    Basis.B_CORONER: "Coroner or medical examiner",
    Basis.B_FUNERAL: "Funeral director",
    Basis.B_ORGAN: "Organ, eye or tissue donation",
    Basis.B_RESEARCH_WAIVER: "Research with a board's waiver",
    Basis.B_LE_IDENTIFY_APPREHEND: "To identify or apprehend a person",
    Basis.B_NATIONAL_SECURITY: "National security",
    Basis.B_CUSTODIAL: "Correctional institution or custody",
    Basis.B_OTHER_GOVERNMENT: "Other specialized government function",
    Basis.B_WORKERS_COMP: "Workers' compensation",
    Basis.B_LIMITED_DATA_SET: "Limited data set",
    Basis.B_INCIDENTAL: "Incident to a permitted disclosure (overheard, seen in passing)",
    Basis.B_IMPERMISSIBLE: "By mistake (wrong number, wrong address, wrong person)",
}


# The same in groups, what is met most often first.
GROUPS: dict[str, tuple[Basis, ...]] = {
    "Every day": (
        Basis.B_AUTHORIZATION, Basis.B_TO_INDIVIDUAL, Basis.B_TREATMENT, Basis.B_PAYMENT, Basis.B_OPERATIONS,
        Basis.B_INVOLVED_IN_CARE,
    ),
    "Courts, police and the law": (
        Basis.B_COURT_ORDER, Basis.B_SUBPOENA_ASSURANCE, Basis.B_REQUIRED_BY_LAW, Basis.B_LAW_ENFORCEMENT,
        Basis.B_LE_IDENTIFY_APPREHEND,
    ),
    "Danger and abuse": (Basis.B_SERIOUS_THREAT, Basis.B_CHILD_ABUSE, Basis.B_ADULT_ABUSE),
    "Boards and agencies": (Basis.B_OVERSIGHT, Basis.B_HHS, Basis.B_PUBLIC_HEALTH, Basis.B_WORKERS_COMP),
    "After a death": (Basis.B_CORONER, Basis.B_FUNERAL, Basis.B_ORGAN),
    "Rarely": (
        Basis.B_RESEARCH_WAIVER, Basis.B_LIMITED_DATA_SET, Basis.B_CUSTODIAL, Basis.B_NATIONAL_SECURITY,
        Basis.B_OTHER_GOVERNMENT,
    ),
    "What should not have happened": (Basis.B_IMPERMISSIBLE, Basis.B_INCIDENTAL),
}  # fmt: skip
Grounds = list[tuple[str, list[tuple[str, str]]]]


def basis_choices(bases: Iterable[Basis]) -> Grounds:
    """These bases in their groups, in the order in which they are met at a front desk; a group without any is out."""
    wanted = set(bases)
    groups = [(name, [code for code in codes if code in wanted]) for name, codes in GROUPS.items()]
    return [(name, [(code.value, BASIS_WORDS[code]) for code in codes]) for name, codes in groups if codes]


class StartForm(forms.Form):
    """On what ground: one of the patient's authorizations, or another basis."""

    basis = forms.ChoiceField(
        label="On what ground",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what allows it.",
            "invalid_choice": "Choose what allows it from the list.",
        },
    )

    def __init__(self, *args: Any, choices: Grounds, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["basis"]
        field.choices = choices
