"""Addresses of the desk."""

from django.urls import path

from . import chart_pages, choosing, health, mark, note_page, sealed_pages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", health.health, name="health"),
    path("favicon.ico", mark.mark, name="mark"),
    path("authorizations/scan/", choosing.authorization_scan, name="authorization-scan"),
    path("chart/documents/scan/", choosing.document_scan, name="document-scan"),
    path("releases/new/", choosing.release_start, name="release-start"),
    path("releases/ask/whose/", choosing.ask_start, name="ask-start"),
    path("releases/warning/", choosing.threat_start, name="threat-start"),
    path("releases/record/", choosing.record_start, name="record-start"),
    path("disclosures/accountings/new/", choosing.accounting_start, name="accounting-start"),
    path("find/", views.patient_search, name="patient-search"),
    path("still-here/", views.session_extend, name="session-extend"),
    path("chart/notes/<uuid:note_id>/write/", note_page.note_edit, name="note-edit"),
    path(
        "psychotherapy-notes/drafts/<uuid:draft_id>/to-chart/", sealed_pages.sentence_out, name="psychotherapy-move-out"
    ),
    path(
        "psychotherapy-notes/drafts/<uuid:draft_id>/from-chart/", sealed_pages.sentence_in, name="psychotherapy-move-in"
    ),
    path("psychotherapy-notes/patients/<uuid:patient_id>/jot/", sealed_pages.jot, name="psychotherapy-jot"),
    path("patients/<uuid:patient_id>/", chart_pages.patient_page, name="patient-page"),
    path("patients/<uuid:patient_id>/measures/", chart_pages.patient_results, name="patient-results"),
]
