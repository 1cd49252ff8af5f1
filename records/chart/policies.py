"""Who may open which session and which note. Lists and doorways come from the same rule.

A draft is its author's alone: for everybody else it does not exist. A signed note is for whoever may open the chart,
also while it awaits a co-signature, and when it was cancelled: it says so.
"""

from typing import NoReturn, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to, may_open_chart, open_chart, open_patient, supervises
from practice.people.rules import Act, Role, may

from .models import (
    ChartNote,
    CosignatureRequest,
    Diagnosis,
    Document,
    DocumentReading,
    Encounter,
    Handover,
    Measure,
    Medication,
    MonitoringPlan,
    Observation,
    PlanDraft,
    PlanVersion,
    SafetyPlan,
)
from .queries.documents import was_added_today_by
from .rules.notes import NoteState

OfChart = TypeVar("OfChart", Diagnosis, Observation, Medication)
# Who makes note formats for the whole practice: those who answer for what is written in them.
FORMAT_MAKERS = (Role.CLINICIAN, Role.SUPERVISOR)


def notes_visible_to(staff: Staff, patient: Patient) -> QuerySet[ChartNote]:
    """The notes of a patient that this person may read: those that were signed, and drafts of their own."""
    if not may_open_chart(staff, patient):
        return ChartNote.objects.none()
    return patient.chart_notes.filter(readable_by(staff))


def readable_by(staff: Staff) -> Q:
    """The rule about drafts, for querysets of notes of a chart that is open already."""
    return ~Q(state=NoteState.DRAFT) | Q(author=staff)


def open_note(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway to one note. Raises Refused or Http404 as the chart's doorway does; 404 for another's draft."""
    note = ChartNote.objects.select_related("format", "author", "encounter", "patient").filter(pk=note_id).first()
    if note is None:
        _absent(staff, ChartNote, note_id)
    open_chart(staff, note.patient_id)
    if note.state == NoteState.DRAFT and note.author_id != staff.pk:
        _absent(staff, ChartNote, note_id, note.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=note, patient_id=note.patient_id, detail=note.state)
    return note


def open_draft(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway to a draft one may write in. Raises Refused when the note is signed."""
    note = open_note(staff, note_id)
    if not note.is_draft:
        _refused(staff, note, "note_signed")
        raise Refused(note_is_signed(note.state))
    return note


def draft_to_save(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway for saving, which a page does by itself every few seconds: what is allowed is not recorded here.

    The action records one line per sitting. What is refused is refused and recorded as `open_draft` does.
    """
    own = ChartNote.objects.filter(pk=note_id, author=staff, state=NoteState.DRAFT)
    draft = own.filter(patient__in=charts_visible_to(staff)).select_related("format", "patient", "encounter").first()
    return draft or open_draft(staff, note_id)


def open_request(staff: Staff, request_id: UUID | str) -> CosignatureRequest:
    """The doorway to a note one was asked to co-sign. 404 for everybody who was not asked; the chart's rule besides."""
    related = ("note__format", "note__author", "note__encounter", "note__patient")
    asked = CosignatureRequest.objects.select_related(*related).filter(pk=request_id).first()
    if asked is None:
        _absent(staff, CosignatureRequest, request_id)
    open_chart(staff, asked.note.patient_id)
    if asked.supervisor_id != staff.pk:
        _absent(staff, CosignatureRequest, request_id, asked.note.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=asked.note, patient_id=asked.note.patient_id, detail="cosigning")
    return asked


def sees_supervision(staff: Staff, note: ChartNote) -> bool:
    """Whether this person sees what passed between trainee and supervisors: the author, and who supervises today."""
    return note.author_id == staff.pk or supervises(staff, note.patient)


def refusal_to_cancel(staff: Staff, note: ChartNote) -> Refusal | None:
    """Why this person may not cancel the note, or None: its author may, and for a trainee's note a supervisor."""
    if note.author_id == staff.pk:
        return None
    under = note.cosignature_requests.exists()
    if under and supervises(staff, note.patient):
        return None
    who = "its author or a supervisor of the treatment" if under else "its author"
    return Refusal(
        "NOTE_NOT_YOURS_TO_CANCEL",
        f"A note is cancelled by {who}.",
        "Tell them what is wrong, or say it in an addendum.",
    )


def check_cancel(staff: Staff, note: ChartNote) -> None:
    """Raise Refused, recorded, unless this person may cancel the note."""
    if refusal := refusal_to_cancel(staff, note):
        _refused(staff, note, "cancel")
        raise Refused(refusal, recorded=True)


def check_settle(staff: Staff, note: ChartNote) -> None:
    """Raise Refused, recorded, unless this person is the note's author or supervises the treatment."""
    if not sees_supervision(staff, note):
        _refused(staff, note, "settle")
        raise Refused(
            Refusal(
                "NOTE_NOT_YOURS_TO_SETTLE",
                "Who co-signs this note is for its author and the supervisors of the treatment to settle.",
                "Tell one of them.",
            ),
            recorded=True,
        )


def refusal_to_make_formats(staff: Staff) -> Refusal | None:
    """Why this person may not make formats for the practice, or None: clinicians and supervisors may."""
    if staff.is_active and staff.has_role(*FORMAT_MAKERS):
        return None
    return Refusal(
        "FORMATS_FOR_CLINICIANS",
        "Note formats are made by the clinicians of the practice.",
        "Ask a clinician or a supervisor.",
    )


def check_formats(staff: Staff) -> None:
    """Raise Refused unless this person may make formats for the practice."""
    if refusal := refusal_to_make_formats(staff):
        raise Refused(refusal)


def open_session(staff: Staff, encounter_id: UUID | str) -> tuple[Encounter, list[Patient]]:
    """The doorway to one session: itself, and its patients whose charts this person may open.

    The names of the other patients of a group are not given. Without any, the refusal is that of the first chart.
    """
    encounter = Encounter.objects.select_related("clinician").filter(pk=encounter_id).first()
    if encounter is None:
        _absent(staff, Encounter, encounter_id)
    listed = encounter.participations.filter(taken_off=False)
    patients = list(charts_visible_to(staff).filter(pk__in=listed.values("patient_id")).order_by("sort_name"))
    if not patients:
        first = listed.order_by("pk").first()
        if first is None:
            _absent(staff, Encounter, encounter_id)
        patients = [open_chart(staff, first.patient_id)]
    for patient in patients:
        record(by=staff, event=AuditEvent.VIEWED, subject=encounter, patient_id=patient.pk, detail="session")
    return encounter, patients


def open_diagnosis(staff: Staff, diagnosis_id: UUID) -> Diagnosis:
    """The doorway to one diagnosis, which is the chart's."""
    return _of_open_chart(staff, Diagnosis, diagnosis_id)


def open_observation(staff: Staff, observation_id: UUID) -> Observation:
    """The doorway to one dated entry about symptoms, functional status or prognosis, which is the chart's."""
    return _of_open_chart(staff, Observation, observation_id)


def open_medication(staff: Staff, medication_id: UUID) -> Medication:
    """The doorway to one medication, which is the chart's."""
    return _of_open_chart(staff, Medication, medication_id)


def open_monitoring(staff: Staff, plan_id: UUID) -> MonitoringPlan:
    """The doorway to what is looked after while a medication is taken, which is the chart's."""
    plan = MonitoringPlan.objects.select_related("medication__patient", "set_by").filter(pk=plan_id).first()
    if plan is None:
        _absent(staff, MonitoringPlan, plan_id)
    open_chart(staff, plan.medication.patient_id)
    return plan


def _of_open_chart(staff: Staff, model: type[OfChart], pk: UUID) -> OfChart:
    """A row of a chart that this person may open. Raises Refused or Http404 as the chart's doorway does."""
    row = model._default_manager.select_related("patient").filter(pk=pk).first()
    if row is None:
        _absent(staff, model, pk)
    open_chart(staff, row.patient_id)
    return row


def open_plan_version(staff: Staff, version_id: UUID | str) -> PlanVersion:
    """The doorway to one signed version of a treatment plan: whoever may open the chart."""
    version = PlanVersion.objects.select_related("patient", "author").filter(pk=version_id).first()
    if version is None:
        _absent(staff, PlanVersion, version_id)
    open_chart(staff, version.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=version, patient_id=version.patient_id, detail="treatment_plan")
    return version


def open_plan_draft(staff: Staff, patient_id: UUID | str) -> PlanDraft | None:
    """The doorway to the plan being written for a patient, for whoever may open the chart; None while there is none."""
    patient = open_chart(staff, patient_id)
    draft = PlanDraft.objects.select_related("patient", "begun_by", "saved_by", "based_on").filter(patient=patient)
    return draft.first()


def plan_draft_to_save(staff: Staff, patient_id: UUID | str) -> PlanDraft | None:
    """The doorway for saving a plan, which a page does by itself: what is allowed is recorded once per sitting."""
    if charts_visible_to(staff).filter(pk=patient_id).exists():
        return PlanDraft.objects.select_related("patient", "saved_by").filter(patient_id=patient_id).first()
    return open_plan_draft(staff, patient_id)


def check_own_session(staff: Staff, session: Encounter) -> None:
    """Raise Refused when somebody else held this session: what concerns the session itself is theirs to say."""
    if session.clinician_id != staff.pk:
        raise Refused(
            Refusal(
                "SESSION_NOT_YOURS",
                "A session is changed by whoever holds it.",
                "Ask them, or write a note of your own.",
            )
        )


def session_to_save(staff: Staff, encounter_id: UUID | str) -> tuple[Encounter, list[Patient]]:
    """The doorway for saving the shared part, which a page does by itself: what is allowed is not recorded here.

    What is refused is refused and recorded as `open_session` and `check_own_session` do.
    """
    own = Encounter.objects.filter(pk=encounter_id, clinician=staff).first()
    if own is not None:
        listed = own.participations.filter(taken_off=False).values("patient_id")
        if patients := list(charts_visible_to(staff).filter(pk__in=listed).order_by("sort_name")):
            return own, patients
    session, patients = open_session(staff, encounter_id)
    check_own_session(staff, session)
    return session, patients


def open_measure(staff: Staff, measure_id: UUID | str) -> Measure:
    """The doorway to one measure: for whoever may open the chart. Raises Refused or Http404 as the chart's does."""
    found = Measure.objects.select_related("patient", "entered_by", "in_error", "alarm_answer__by", "replaces__measure")
    measure = found.filter(pk=measure_id).first()
    if measure is None:
        _absent(staff, Measure, measure_id)
    open_chart(staff, measure.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=measure, patient_id=measure.patient_id, detail="measure")
    return measure


def open_safety_plan(staff: Staff, plan_id: UUID | str) -> SafetyPlan:
    """The doorway to one signed version of a safety plan. Raises Refused or Http404 as the chart's doorway does."""
    plan = SafetyPlan.objects.select_related("patient", "signed_by").filter(pk=plan_id).first()
    if plan is None:
        _absent(staff, SafetyPlan, plan_id)
    open_chart(staff, plan.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=plan, patient_id=plan.patient_id, detail="safety_plan")
    return plan


def note_is_signed(state: str = NoteState.SIGNED) -> Refusal:
    """Why a note that was signed does not change."""
    remedies = {
        NoteState.AWAITING: "It waits for a supervisor, who can return it with a comment; then it is a draft again.",
        NoteState.CANCELLED: "It is cancelled. Write a new note.",
    }
    addendum = "Add an addendum: it stands below the note with its own date and signature."
    return Refusal(
        "NOTE_SIGNED", "This note is signed and no longer changes.", remedies.get(NoteState(state), addendum)
    )


def open_handover(staff: Staff, handover_id: UUID | str) -> Handover:
    """The doorway to one handover: for whoever may open the chart. Raises Refused or Http404 as the chart's does."""
    handover = Handover.objects.select_related("patient", "by", "to", "note__format").filter(pk=handover_id).first()
    if handover is None:
        _absent(staff, Handover, handover_id)
    open_chart(staff, handover.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=handover, patient_id=handover.patient_id)
    return handover


def _refused(staff: Staff, note: ChartNote, detail: str) -> None:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject=note,
        patient_id=note.patient_id,
        outcome=Outcome.REFUSED,
        detail=detail,
    )


def _absent(staff: Staff, model: type[models.Model], ident: UUID | str, patient_id: UUID | None = None) -> NoReturn:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject_type=model,
        subject_id=str(ident),
        patient_id=patient_id,
        outcome=Outcome.REFUSED,
        detail="not_found",
    )
    raise Http404


def may_file_documents(staff: Staff, patient: Patient) -> bool:
    """Whoever may open the chart, and front desk, who files without opening."""
    return may_open_chart(staff, patient) or (staff.is_active and may(staff.roles, Act.DOCUMENT_FILE))


def open_filing(staff: Staff, patient_id: UUID | str) -> Patient:
    """The doorway to filing a document into a chart. Front desk passes without opening the chart."""
    if charts_visible_to(staff).filter(pk=patient_id).exists() or not may(staff.roles, Act.DOCUMENT_FILE):
        return open_chart(staff, patient_id)
    return open_patient(staff, patient_id)


def open_document(staff: Staff, document_id: UUID | str) -> Document:
    """The doorway to one document, without its bytes. 404 for one that was taken out of the chart."""
    document = _document(staff, document_id)
    open_chart(staff, document.patient_id)
    if hasattr(document, "cancellation"):
        _absent(staff, Document, document_id, document.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=document, patient_id=document.patient_id, detail="document")
    return document


def open_asked_reading(staff: Staff, reading_id: UUID | str) -> Document:
    """The doorway from a task: the document that this person was asked to read. 404 for what another was asked."""
    reading = DocumentReading.objects.filter(pk=reading_id, reader=staff).first()
    if reading is None:
        _absent(staff, DocumentReading, reading_id)
    return open_document(staff, reading.document_id)


def open_document_to_mend(staff: Staff, document_id: UUID | str) -> Document:
    """The doorway to how a document is filed: for whoever opens the chart, and for who added it, the same day."""
    document = _document(staff, document_id)
    if may_open_chart(staff, document.patient) or not was_added_today_by(staff, document):
        return open_document(staff, document_id)
    open_filing(staff, document.patient_id)
    if hasattr(document, "cancellation"):
        _absent(staff, Document, document_id, document.patient_id)
    return document


def _document(staff: Staff, document_id: UUID | str) -> Document:
    rows = Document.objects.select_related("patient", "added_by", "cancellation").defer("original", "shown")
    document = rows.filter(pk=document_id).first()
    if document is None:
        _absent(staff, Document, document_id)
    return document
