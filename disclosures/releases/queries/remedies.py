"""Where each reason of the gate is mended: a page of the product, or the field on the page that asked."""

from dataclasses import replace
from uuid import UUID

from django import forms
from django.urls import NoReverseMatch

from authorizations.rules.coverage import AUTH_NOT_THIS_DISCLOSER
from authorizations.rules.defect import AUTH_NO_DOCUMENT
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal

from ..rules import Decision

# What is mended on the authorization itself, where there is one.
ON_THE_AUTHORIZATION = ("AUTH_", "PN_ORIGINATOR_APPROVAL")
# What only the patient's agreement mends.
ON_AUTHORIZATIONS = (
    "AUTHORIZATION_MISSING", "NAMES_OTHERS", "PN_TO_INDIVIDUAL_NEEDS_AUTHORIZATION", "PN_NO_EXCEPTION",
    "PN_SUBPOENA_NOT_ENOUGH",
)  # fmt: skip
# What is mended by the choice of another legal paper, or of what kind it is said to be.
ON_THE_PAPER = (
    "NOT_AN_ORDER", "NO_PROCESS", "PROCESS_NOT_COMPULSION", "PROCESS_UNSAID", "PN_PROCESS_NOT_COMPULSION",
    "PN_POLICE_WITHOUT_PROCESS",
)  # fmt: skip
# What is mended in a field of the page that asked.
FIELDS: dict[str, str] = {
    "RECIPIENT_MISSING": "recipient_name",
    "RECIPIENT_NOT_OF_BASIS": "recipient_kind",
    "RECIPIENT_NOT_INDIVIDUAL": "recipient_kind",
    "PURPOSE_MISSING": "purpose",
    "PAPER": "paper",
    "PROCESS": "process",
    "IDENTITY_UNVERIFIED": "identity_verified",
    "AUTHORITY_MISSING": "authority",
    "WHOLE_CHART_UNJUSTIFIED": "justification",
    "FAMILY_WHOLE_CHART": "items",
    "APPREHEND_WHOLE_CHART": "items",
    "INFORMAL_WHOLE_CHART": "items",
    "ITEMS_MISSING": "items",
    "COUNSEL_REVIEW": "counsel_review",
    "TREATMENT_PERMISSION": "treatment_permission",
    "PAYER_DOCUMENTS": "fact_required_documents",
    "NO_SATISFACTORY_ASSURANCE": "fact_notice_attempted",
    "PAPER_OTHER_RECIPIENT": "recipient_name",
    "OUTSIDE_SCOPE": "scope_from",
    "SCOPE_NOT_COMPARED": "within_scope",
    "PN_SMALLEST_SET": "smallest_set_confirmed",
    "PN_OPERATIONS_NOT_LISTED": "exception",
    "DAY_IN_FUTURE": "disclosed_on",
    "CONFIDENTIAL_ADDRESS": "recipient_address",
    "WORDS_NOT_COMPARED": "within_words",
    AUTH_NOT_THIS_DISCLOSER: "within_discloser",
    "CONFIDENTIAL_MEANS": "method",
    "CONFIDENTIAL_ASK": "way_agreed",
}


def explained(
    decision: Decision,
    *,
    patient_id: UUID | None = None,
    authorization_id: UUID | None = None,
    form: forms.Form | None = None,
) -> Decision:
    """The same answer, each reason with the link to where it is mended, where there is such a place."""

    def linked(reason: Refusal) -> Refusal:
        return replace(reason, link=reason.link or _link(reason.code, patient_id, authorization_id, form))

    return replace(
        decision,
        rule_reasons=tuple(linked(reason) for reason in decision.rule_reasons),
        policy_reasons=tuple(replace(one, refusal=linked(one.refusal)) for one in decision.policy_reasons),
    )


def of_what_happened(decision: Decision) -> Decision:
    """The same answer about something that is done: nobody chooses another basis for it any more."""

    def told(reason: Refusal) -> Refusal:
        return replace(reason, remedy="Write it down below.") if reason.code.startswith("MISSING_") else reason

    return replace(
        decision,
        rule_reasons=tuple(told(reason) for reason in decision.rule_reasons),
        policy_reasons=tuple(replace(one, refusal=told(one.refusal)) for one in decision.policy_reasons),
    )


def _link(code: str, patient_id: UUID | None, authorization_id: UUID | None, form: forms.Form | None) -> str:
    if code == "PAPER_NOT_ON_RECORD" and patient_id:
        return _path("legal-paper-new", patient_id)
    if code in ON_THE_PAPER and form is not None:
        code = "PAPER" if "paper" in form.fields else "PROCESS"
    name = FIELDS.get(code) or f"fact_{code.removeprefix('MISSING_').lower()}"
    if form is not None and name in form.fields:
        return "#documents" if name == "items" else f"#{form[name].id_for_label}"
    if code.startswith(ON_THE_AUTHORIZATION) and authorization_id:
        place = "#scan" if code == AUTH_NO_DOCUMENT else ""
        return f"{_path('authorization-open', authorization_id)}{place}"
    if (code in ON_AUTHORIZATIONS or code.startswith(ON_THE_AUTHORIZATION)) and patient_id:
        return _path("authorization-list", patient_id)
    return ""


def _path(name: str, pk: UUID) -> str:
    try:
        return page(name, pk)
    except NoReverseMatch:
        return ""
