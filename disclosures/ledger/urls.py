"""Addresses of disclosures, accountings and the ledger. Every id is a UUID; no name is ever in an address."""

from django.urls import path

from . import views

urlpatterns = [
    path("patients/<uuid:patient_id>/", views.disclosure_list, name="disclosure-list"),
    path("patients/<uuid:patient_id>/accounting/", views.accounting_new, name="accounting-new"),
    path("entries/<uuid:entry_id>/", views.disclosure_open, name="disclosure-open"),
    path("entries/<uuid:entry_id>/correct/", views.disclosure_correct, name="disclosure-correct"),
    path("entries/<uuid:entry_id>/suspend/", views.disclosure_suspend, name="disclosure-suspend"),
    path("entries/<uuid:entry_id>/suspensions/<uuid:suspension_id>/end/", views.suspension_end, name="suspension-end"),
    path("accountings/", views.accounting_list, name="accounting-list"),
    path("accountings/verifier/", views.accounting_verifier, name="accounting-verifier"),
    path("accountings/<uuid:accounting_id>/", views.accounting_open, name="accounting-open"),
    path("accountings/<uuid:accounting_id>/pdf/", views.accounting_pdf, name="accounting-pdf"),
    path("accountings/<uuid:accounting_id>/data/", views.accounting_data, name="accounting-data"),
    path("accountings/<uuid:accounting_id>/supplement/", views.supplement_offered, name="supplement-offered"),
    path("ledger/", views.ledger_state, name="ledger-state"),
    path("ledger/verify/", views.ledger_verify, name="ledger-verify"),
]
