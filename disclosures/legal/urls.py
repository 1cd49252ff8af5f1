"""Addresses of legal papers and compelled releases. Every id is a UUID; no name and no text is ever in an address."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.legal_paper_list, name="legal-paper-list"),
    path("patients/<uuid:patient_id>/new/", views.legal_paper_new, name="legal-paper-new"),
    path("papers/<uuid:paper_id>/", views.legal_paper_open, name="legal-paper-open"),
    path("papers/<uuid:paper_id>/scan/", views.legal_paper_document, name="legal-paper-document"),
    path("papers/<uuid:paper_id>/add/<slug:kind>/", views.legal_paper_add, name="legal-paper-add"),
    path("papers/<uuid:paper_id>/patients/", views.legal_paper_name, name="legal-paper-name"),
    path("papers/<uuid:paper_id>/compelled/", views.compelled_new, name="compelled-new"),
    path("compelled/", views.compelled_list, name="compelled-list"),
    path("compelled/<uuid:compelled_id>/", views.compelled_open, name="compelled-open"),
    path("compelled/<uuid:compelled_id>/paper/", views.compelled_paper, name="compelled-paper"),
    path("compelled/<uuid:compelled_id>/confirm/", views.compelled_confirm, name="compelled-confirm"),
    path("compelled/<uuid:compelled_id>/pack/", views.compelled_pack, name="compelled-pack"),
    path("compelled/<uuid:compelled_id>/stop/", views.compelled_stop, name="compelled-stop"),
    path("compelled/<uuid:compelled_id>/slip/", views.compelled_slip, name="compelled-slip"),
    path("compelled/<uuid:compelled_id>/withdraw/", views.compelled_withdraw, name="compelled-withdraw"),
    path("packages/<uuid:package_id>/", views.compelled_hand_over, name="compelled-hand-over"),
]
