"""Addresses of authorizations."""

from django.urls import path

from . import views
from .views import by_link, declining, restrictions, signing
from .views import forms as form_views

ONE = "<uuid:authorization_id>/"
ASKED = "restrictions/<uuid:restriction_id>/"

FORM = "forms/<uuid:version_id>/"

urlpatterns = [
    path("forms/", form_views.form_list, name="form-list"),
    path(FORM, form_views.form_open, name="form-open"),
    path(f"{FORM}blank/", form_views.form_blank, name="form-blank"),
    path(f"{FORM}change/", form_views.form_change, name="form-change"),
    path(f"{FORM}review/", form_views.form_review, name="form-review"),
    path("patient/<uuid:patient_id>/prepare/", form_views.authorization_prepare, name="authorization-prepare"),
    path(f"{ONE}ready/", form_views.authorization_ready, name="authorization-ready"),
    path(f"{ONE}form/", form_views.authorization_form, name="authorization-form"),
    path(f"{ONE}split/", form_views.authorization_split, name="authorization-split"),
    path("patient/<uuid:patient_id>/", views.authorization_list, name="authorization-list"),
    path("patient/<uuid:patient_id>/new/", views.authorization_new, name="authorization-new"),
    path(ONE, views.authorization_open, name="authorization-open"),
    path(f"{ONE}correct/", views.authorization_correct, name="authorization-correct"),
    path(f"{ONE}revoke/", views.authorization_revoke, name="authorization-revoke"),
    path(f"{ONE}event-known/", views.authorization_event_known, name="authorization-event-known"),
    path(f"{ONE}known-false/", views.authorization_known_false, name="authorization-known-false"),
    path(f"{ONE}mistaken/<slug:what>/", views.authorization_mistaken, name="authorization-mistaken"),
    path(f"{ONE}copy-given/", views.authorization_copy_given, name="authorization-copy-given"),
    path(f"{ONE}fulfilled/", views.authorization_fulfilled, name="authorization-fulfilled"),
    path(f"{ONE}scan/", views.authorization_scan_add, name="authorization-scan-add"),
    path(f"{ONE}scan/compare/", views.authorization_scan_compare, name="authorization-scan-compare"),
    path(f"{ONE}sign-here/", signing.authorization_sign_here, name="authorization-sign-here"),
    path(f"{ONE}sign-link/", by_link.authorization_sign_link, name="authorization-sign-link"),
    path(f"{ONE}sign-paper/", signing.authorization_sign_paper, name="authorization-sign-paper"),
    path(f"{ONE}sign-paper/check/", signing.authorization_paper_check, name="authorization-paper-check"),
    path(f"{ONE}put-aside/", signing.authorization_put_aside, name="authorization-put-aside"),
    path(f"{ONE}offer-again/", signing.authorization_offer_again, name="authorization-offer-again"),
    path(f"{ONE}signed/", signing.signed_document, name="authorization-signed-document"),
    path("patient/<uuid:patient_id>/check/", signing.authorization_check, name="authorization-check"),
    path("sign/", signing.signing_tablet, name="signing-tablet"),
    path(f"{ONE}go-on/", views.authorization_go_on, name="authorization-go-on"),
    path(f"{ONE}answers/new/", declining.authorization_answer_new, name="authorization-answer-new"),
    path(f"{ONE}answers/<uuid:letter_id>/", declining.authorization_answer, name="authorization-answer"),
    path(f"{ONE}answers/<uuid:letter_id>/sent/", declining.authorization_answer_sent, name="authorization-answer-sent"),
    path(f"{ONE}form-sent/", views.authorization_form_sent, name="authorization-form-sent"),
    path(f"{ONE}revocation-form/", views.revocation_form, name="revocation-form"),
    path("revocation-form/", views.revocation_form_blank, name="revocation-form-blank"),
    path("notices/<uuid:notice_id>/", views.notice_told, name="notice-told"),
    path(f"{ONE}papers/<uuid:paper_id>/", views.paper_download, name="paper-download"),
    path(f"{ONE}papers/<uuid:paper_id>/pages/<int:page>/", signing.paper_page, name="paper-page"),
    path("patient/<uuid:patient_id>/restrictions/new/", restrictions.restriction_new, name="restriction-new"),
    path(ASKED, restrictions.restriction_open, name="restriction-open"),
    path(f"{ASKED}answer/", restrictions.restriction_answer, name="restriction-answer"),
    path(f"{ASKED}end/", restrictions.restriction_end, name="restriction-end"),
    path(f"{ASKED}notice/", restrictions.restriction_notice, name="restriction-notice"),
    path(f"{ASKED}told/", restrictions.restriction_told, name="restriction-told"),
    path(f"{ASKED}mistake/", restrictions.restriction_mistake, name="restriction-mistake"),
    path(f"{ASKED}letters/new/", restrictions.restriction_letter_new, name="restriction-letter-new"),
    path(f"{ASKED}papers/<uuid:paper_id>/", restrictions.restriction_paper, name="restriction-paper"),
    path(f"{ASKED}letters/<uuid:letter_id>/", restrictions.restriction_letter, name="restriction-letter"),
]
