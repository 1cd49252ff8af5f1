"""Risk assessments and safety plans. Every function takes a chart that a doorway has opened."""

from django.db.models import QuerySet

from practice.people.models import Patient

from ..models import RiskAssessment, SafetyPlan, SafetyPlanDraft
from ..rules.safety import PLAN_PARTS, RISK_PARTS, Part, RiskLevel


def current_plan(patient: Patient) -> SafetyPlan | None:
    """The safety plan in force: the newest signed version, unless it says that there is none from there on."""
    last = SafetyPlan.objects.filter(patient=patient).select_related("signed_by").order_by("-number").first()
    return last if last is not None and not last.ended else None


def has_plan(patient: Patient) -> bool:
    """Whether a safety plan is in force, without opening it."""
    last = SafetyPlan.objects.filter(patient=patient).order_by("-number").values_list("ended", flat=True).first()
    return last is False


def plans_of(patient: Patient) -> QuerySet[SafetyPlan]:
    """Every version, newest first."""
    return SafetyPlan.objects.filter(patient=patient).select_related("signed_by").order_by("-number")


def draft_of(patient: Patient) -> SafetyPlanDraft | None:
    """The draft of the next version, or None."""
    return SafetyPlanDraft.objects.filter(patient=patient).select_related("saved_by").first()


def assessments_of(patient: Patient) -> QuerySet[RiskAssessment]:
    """Every risk assessment, newest first."""
    return RiskAssessment.objects.filter(patient=patient).select_related("by").order_by("-on", "-at")


def written(parts: tuple[Part, ...], texts: dict[str, str]) -> list[dict[str, str]]:
    """The parts that say something, as label and text."""
    return [{"label": part.label, "text": text.strip()} for part in parts if (text := texts.get(part.key, "")).strip()]


def plan_written(plan: SafetyPlan) -> list[dict[str, str]]:
    """What a signed plan says, part by part."""
    return written(PLAN_PARTS, plan.parts)


def risk_written(assessment: RiskAssessment) -> list[dict[str, str]]:
    """What was found, part by part."""
    return written(RISK_PARTS, assessment.findings)


def risk_level(assessment: RiskAssessment) -> str:
    """The clinician's judgment in words: "Moderate"."""
    return RiskLevel(assessment.findings["level"]).label
