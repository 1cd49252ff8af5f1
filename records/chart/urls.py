"""Addresses of sessions and notes."""

from django.urls import path

from .views import carrying, cosigning, endings, formats, notes, sessions, treatment

urlpatterns = [
    path("patients/<uuid:patient_id>/session/", sessions.session_new, name="session-new"),
    path("patients/<uuid:patient_id>/note/", notes.note_new, name="note-new"),
    path("sessions/<uuid:session_id>/", sessions.session_open, name="session-open"),
    path("sessions/<uuid:session_id>/correct/", sessions.session_correct, name="session-correct"),
    path("notes/<uuid:note_id>/", notes.note_open, name="note-open"),
    path("notes/<uuid:note_id>/save/", notes.note_save, name="note-save"),
    path("notes/<uuid:note_id>/format/", notes.note_format, name="note-format"),
    path("notes/<uuid:note_id>/sign/", notes.note_sign, name="note-sign"),
    path("notes/<uuid:note_id>/addendum/", notes.note_addendum, name="note-addendum"),
    path("notes/<uuid:note_id>/print/", notes.note_print, name="note-print"),
    path("notes/<uuid:note_id>/discard/", notes.note_discard, name="note-discard"),
    path("notes/<uuid:note_id>/texts/<uuid:text_id>/use/", notes.note_text_use, name="note-text-use"),
    path("notes/<uuid:note_id>/texts/<uuid:text_id>/discard/", notes.note_text_discard, name="note-text-discard"),
    path("notes/<uuid:note_id>/bring-over/", carrying.note_bring, name="note-bring"),
    path("notes/<uuid:note_id>/cancel/", endings.note_cancel, name="note-cancel"),
    path("notes/<uuid:note_id>/settle/", cosigning.note_settle, name="note-settle"),
    path("cosignatures/<uuid:request_id>/", cosigning.note_cosign, name="note-cosign"),
    path("formats/", formats.format_list, name="format-list"),
    path("formats/<uuid:format_id>/copy/", formats.format_copy, name="format-copy"),
    path("formats/<uuid:format_id>/", formats.format_edit, name="format-edit"),
    path("formats/<uuid:format_id>/retire/", formats.format_retire, name="format-retire"),
    path("formats/<uuid:format_id>/bring-back/", formats.format_restore, name="format-restore"),
    path("patients/<uuid:patient_id>/plan/", treatment.patient_plan, name="patient-plan"),
    path("patients/<uuid:patient_id>/plan/begin/", treatment.plan_begin, name="plan-begin"),
    path("patients/<uuid:patient_id>/plan/write/", treatment.plan_edit, name="plan-edit"),
    path("patients/<uuid:patient_id>/plan/save/", treatment.plan_save, name="plan-save"),
    path("patients/<uuid:patient_id>/plan/sign/", treatment.plan_sign, name="plan-sign"),
    path("patients/<uuid:patient_id>/plan/discard/", treatment.plan_discard, name="plan-discard"),
    path("patients/<uuid:patient_id>/plan/compare/", treatment.plan_compare, name="plan-compare"),
    path("patients/<uuid:patient_id>/plan/insert/", treatment.plan_insert, name="plan-insert"),
    path("patients/<uuid:patient_id>/plan/goals/", treatment.goals_insert, name="goals-insert"),
    path("patients/<uuid:patient_id>/plan/texts/<uuid:text_id>/use/", treatment.plan_text_use, name="plan-text-use"),
    path(
        "patients/<uuid:patient_id>/plan/texts/<uuid:text_id>/discard/",
        treatment.plan_text_discard,
        name="plan-text-discard",
    ),
    path("plans/<uuid:version_id>/", treatment.plan_version_open, name="plan-version-open"),
    path("plans/<uuid:version_id>/print/", treatment.plan_version_print, name="plan-version-print"),
    path("plans/<uuid:version_id>/agreement/", treatment.plan_agreement_new, name="plan-agreement-new"),
    path("plans/<uuid:version_id>/review/", treatment.plan_review_new, name="plan-review-new"),
]
