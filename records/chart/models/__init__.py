"""The general chart: sessions, progress notes, and what was imported."""

from .base import CANNOT_BE_OPENED, Imported
from .cosigning import CosignatureRequest, NoteCancellation, NoteSignature, NoteVersion
from .diagnoses import Diagnosis, DiagnosisStatus, Observation
from .documents import Document, DocumentCancellation, DocumentFiling, DocumentReading
from .handover import Handover, HandoverRead
from .icd import IcdCode, IcdRelease, IcdTerm
from .measures import AlarmAnswer, Measure, MeasureAlarm, MeasureInError, MeasureRepeat
from .medication import Medication, MonitoringDone, MonitoringPlan
from .notes import ChartAddendum, ChartDraftBranch, ChartNote, NoteFormat
from .plans import CarePlan
from .results import Result
from .safety import RiskAssessment, SafetyPlan, SafetyPlanDraft
from .sessions import AttendanceChange, Encounter, Participation, SessionChange, SharedPart
from .treatment import GoalWorkedOn, PlanAgreement, PlanDraft, PlanDraftBranch, PlanReview, PlanVersion

__all__ = [
    "CANNOT_BE_OPENED",
    "AlarmAnswer",
    "AttendanceChange",
    "CarePlan",
    "ChartAddendum",
    "ChartDraftBranch",
    "ChartNote",
    "CosignatureRequest",
    "Diagnosis",
    "DiagnosisStatus",
    "Document",
    "DocumentCancellation",
    "DocumentFiling",
    "DocumentReading",
    "Encounter",
    "GoalWorkedOn",
    "Handover",
    "HandoverRead",
    "IcdCode",
    "IcdRelease",
    "IcdTerm",
    "Imported",
    "Measure",
    "MeasureAlarm",
    "MeasureInError",
    "MeasureRepeat",
    "Medication",
    "MonitoringDone",
    "MonitoringPlan",
    "NoteCancellation",
    "NoteFormat",
    "NoteSignature",
    "NoteVersion",
    "Observation",
    "Participation",
    "PlanAgreement",
    "PlanDraft",
    "PlanDraftBranch",
    "PlanReview",
    "PlanVersion",
    "Result",
    "RiskAssessment",
    "SafetyPlan",
    "SafetyPlanDraft",
    "SessionChange",
    "SharedPart",
]
