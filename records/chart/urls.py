"""Addresses of sessions and notes."""

from django.urls import path

from . import views

urlpatterns = [
    path("patients/<uuid:patient_id>/session/", views.session_new, name="session-new"),
    path("patients/<uuid:patient_id>/note/", views.note_new, name="note-new"),
    path("sessions/<uuid:session_id>/", views.session_open, name="session-open"),
    path("sessions/<uuid:session_id>/correct/", views.session_correct, name="session-correct"),
    path("notes/<uuid:note_id>/", views.note_open, name="note-open"),
    path("notes/<uuid:note_id>/save/", views.note_save, name="note-save"),
    path("notes/<uuid:note_id>/format/", views.note_format, name="note-format"),
    path("notes/<uuid:note_id>/sign/", views.note_sign, name="note-sign"),
    path("notes/<uuid:note_id>/addendum/", views.note_addendum, name="note-addendum"),
    path("notes/<uuid:note_id>/print/", views.note_print, name="note-print"),
    path("notes/<uuid:note_id>/discard/", views.note_discard, name="note-discard"),
    path("notes/<uuid:note_id>/texts/<uuid:text_id>/use/", views.note_text_use, name="note-text-use"),
    path("notes/<uuid:note_id>/texts/<uuid:text_id>/discard/", views.note_text_discard, name="note-text-discard"),
]
