"""Addresses of staff and patients."""

from django.urls import path

from .views import accesses, care, contact, handed_over, minors, patients, shorthand, staff, ways_in

patient = "patients/<uuid:patient_id>/"
person = "staff/<uuid:staff_id>/"

urlpatterns = [
    path("patients/new/", patients.patient_new, name="patient-new"),
    path(f"{patient}details/", patients.patient_details_page, name="patient-details"),
    path(f"{patient}edit/", patients.patient_edit, name="patient-edit"),
    path(f"{patient}close/", patients.patient_close, name="patient-close"),
    path(f"{patient}reopen/", patients.patient_reopen, name="patient-reopen"),
    path(f"{patient}hold/", patients.patient_hold, name="patient-hold"),
    path(f"{patient}names/new/", contact.name_new, name="name-new"),
    path(f"{patient}addresses/new/", contact.address_new, name="address-new"),
    path(f"{patient}addresses/<uuid:address_id>/end/", contact.address_end, name="address-end"),
    path(f"{patient}reached/new/", contact.contact_wish_new, name="contact-wish-new"),
    path(f"{patient}reached/<uuid:wish_id>/end/", contact.contact_wish_end, name="contact-wish-end"),
    path(f"{patient}telephones/new/", contact.telecom_new, name="telecom-new"),
    path(f"{patient}telephones/<uuid:telecom_id>/remove/", contact.telecom_remove, name="telecom-remove"),
    path(f"{patient}contacts/new/", contact.contact_new, name="contact-new"),
    path(f"{patient}contacts/<uuid:contact_id>/remove/", contact.contact_remove, name="contact-remove"),
    path(f"{patient}representatives/new/", contact.representative_new, name="representative-new"),
    path(
        f"{patient}representatives/<uuid:representative_id>/document/",
        contact.representative_paper_add,
        name="representative-paper-add",
    ),
    path(
        f"{patient}representatives/<uuid:representative_id>/document/<uuid:paper_id>/",
        contact.representative_paper,
        name="representative-paper",
    ),
    path(
        f"{patient}representatives/<uuid:representative_id>/end/", contact.representative_end, name="representative-end"
    ),
    path(
        f"{patient}representatives/<uuid:representative_id>/decline/",
        contact.representative_decline,
        name="representative-decline",
    ),
    path(
        f"{patient}representatives/<uuid:representative_id>/recognize/",
        contact.representative_recognize,
        name="representative-recognize",
    ),
    path(f"{patient}acts-alone/", minors.minor_alone_new, name="minor-alone-new"),
    path(f"{patient}acts-alone/end/", minors.minor_alone_end, name="minor-alone-end"),
    path(f"{patient}care/new/", care.care_new, name="care-new"),
    path(f"{patient}care/<uuid:care_id>/end/", care.care_end, name="care-end"),
    path("staff/", staff.staff_list, name="staff-list"),
    path("staff/new/", staff.staff_new, name="staff-new"),
    path("staff/ways-in/", ways_in.way_in_list, name="way-in-list"),
    path("staff/ways-in/<uuid:invitation_id>/", ways_in.way_in_confirm, name="way-in-confirm"),
    path(person, staff.staff_open, name="staff-open"),
    path(f"{person}edit/", staff.staff_edit, name="staff-edit"),
    path(f"{person}deactivate/", staff.staff_deactivate, name="staff-deactivate"),
    path(f"{person}reactivate/", staff.staff_reactivate, name="staff-reactivate"),
    path(f"{person}way-in/", staff.staff_way_in, name="staff-way-in"),
    path(f"{person}licenses/new/", staff.license_new, name="license-new"),
    path(f"{person}licenses/<uuid:license_id>/edit/", staff.license_edit, name="license-edit"),
    path("shorthand/", shorthand.shorthand, name="shorthand"),
    path("shorthand/mine/", shorthand.shorthand_mine, name="shorthand-mine"),
    path("shorthand/remove/", shorthand.shorthand_remove, name="shorthand-remove"),
    path("tablet/return/", handed_over.hand_over_return, name="hand-over-return"),
    path("tablet/back/", handed_over.hand_over_back, name="hand-over-back"),
    path("accesses/", accesses.access_own, name="access-own"),
    path("accesses/all/", accesses.access_all, name="access-all"),
]
