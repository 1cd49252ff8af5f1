"""Addresses of releases. Every id is a UUID; no name and no text is ever in an address."""

from django.urls import path

from . import views
from .views import anew, emergency, taking_over, way, without_authorization

urlpatterns = [
    path("", views.worklist, name="release-list-all"),
    path("patients/<uuid:patient_id>/", views.patient_releases, name="release-list"),
    path("patients/<uuid:patient_id>/new/", views.release_new, name="release-new"),
    path("patients/<uuid:patient_id>/record/", views.disclosure_record, name="disclosure-record"),
    path("ask/", views.gate_ask, name="gate-ask"),
    path("patients/<uuid:patient_id>/ask/", views.gate_ask, name="gate-ask-patient"),
    path("patients/<uuid:patient_id>/warning/", views.threat_new, name="threat-new"),
    path("<uuid:release_id>/warning/", views.threat_complete, name="threat-complete"),
    path(
        "patients/<uuid:patient_id>/psychotherapy-notes/",
        without_authorization.notes_release_new,
        name="notes-release-new",
    ),
    path("packages/<uuid:package_id>/", views.notes_hand_over, name="notes-hand-over"),
    path("revocations/<uuid:event_id>/", views.revocation_open, name="revocation-open"),
    path("revocations/<uuid:event_id>/letter/", views.revocation_letter_new, name="revocation-letter-new"),
    path("letters/<uuid:letter_id>/", views.revocation_letter, name="revocation-letter"),
    path("letters/<uuid:letter_id>/sent/", views.revocation_letter_sent, name="revocation-letter-sent"),
    path("<uuid:release_id>/", views.release_open, name="release-open"),
    path("<uuid:release_id>/approve/", views.release_approve, name="release-approve"),
    path("<uuid:release_id>/read-anew/", anew.release_read_anew, name="release-read-anew"),
    path("<uuid:release_id>/items/<uuid:item_id>/leave-out/", views.release_redact, name="release-redact"),
    path("<uuid:release_id>/items/<uuid:item_id>/pages/<int:page>/", views.release_page, name="release-page"),
    path("<uuid:release_id>/way/", way.release_way, name="release-way"),
    path("<uuid:release_id>/lock/", views.release_lock, name="release-lock"),
    path("<uuid:release_id>/hand-over/", views.release_hand_over, name="release-hand-over"),
    path("<uuid:release_id>/take-over/", taking_over.release_take_over, name="release-take-over"),
    path("<uuid:release_id>/package/", views.release_package, name="release-package"),
    path("<uuid:release_id>/cover/", views.release_cover, name="release-cover"),
    path("<uuid:release_id>/close/", views.release_close, name="release-close"),
    path("<uuid:release_id>/asked/", emergency.release_asked, name="release-asked"),
    path("<uuid:release_id>/emergency/", emergency.release_emergency, name="release-emergency"),
    path("<uuid:release_id>/link/", views.release_link, name="release-link"),
    path("<uuid:release_id>/returned/", views.release_returned, name="release-returned"),
    path("<uuid:release_id>/again/", views.release_again, name="release-again"),
    path("<uuid:release_id>/withdraw/", views.release_withdraw, name="release-withdraw"),
]
