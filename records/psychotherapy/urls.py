"""Addresses of the sealed notes, below psychotherapy-notes/."""

from django.urls import path

from .views import attachments, custody, drafts, keeping, notes, packages, redaction, search, training

urlpatterns = [
    path("", notes.home, name="psychotherapy-home"),
    path("patients/<uuid:patient_id>/", notes.note_list, name="psychotherapy-note-list"),
    path("patients/<uuid:patient_id>/new/", drafts.draft_new, name="psychotherapy-draft-new"),
    path("patients/<uuid:patient_id>/new/<uuid:draft_id>/", drafts.draft_begin, name="psychotherapy-draft-begin"),
    path("search/", search.search, name="psychotherapy-search"),
    path("drafts/<uuid:draft_id>/", drafts.draft_edit, name="psychotherapy-draft-edit"),
    path("drafts/<uuid:draft_id>/save/", drafts.draft_save, name="psychotherapy-draft-save"),
    path("drafts/<uuid:draft_id>/sign/", drafts.draft_sign, name="psychotherapy-draft-sign"),
    path("drafts/<uuid:draft_id>/discard/", drafts.draft_discard, name="psychotherapy-draft-discard"),
    path("drafts/<uuid:draft_id>/texts/<uuid:branch_id>/", drafts.branch_settle, name="psychotherapy-branch-settle"),
    path("drafts/<uuid:draft_id>/files/", attachments.attachment_new, name="psychotherapy-attachment-new"),
    path("files/<uuid:attachment_id>/", attachments.attachment_open, name="psychotherapy-attachment-open"),
    path(
        "files/<uuid:attachment_id>/original/",
        attachments.attachment_original,
        name="psychotherapy-attachment-original",
    ),
    path("files/<uuid:attachment_id>/remove/", attachments.attachment_remove, name="psychotherapy-attachment-remove"),
    path("training/", training.grant_list, name="psychotherapy-grant-list"),
    path("training/<uuid:grant_id>/end/", training.grant_end, name="psychotherapy-grant-end"),
    path("packages/", packages.package_list, name="psychotherapy-package-list"),
    path("packages/for/<uuid:authorization_id>/", packages.package_new, name="psychotherapy-package-new"),
    path(
        "packages/for/<uuid:authorization_id>/decline/", packages.package_decline, name="psychotherapy-package-decline"
    ),
    path(
        "packages/for/<uuid:authorization_id>/notes/<uuid:note_id>/leave-out/",
        redaction.note_leave_out,
        name="psychotherapy-leave-out",
    ),
    path(
        "packages/of/<uuid:patient_id>/notes/<uuid:note_id>/leave-out/",
        redaction.note_leave_out_without,
        name="psychotherapy-leave-out-without",
    ),
    path("packages/<uuid:package_id>/withdraw/", packages.package_withdraw, name="psychotherapy-package-withdraw"),
    path("custody/", custody.custody_list, name="psychotherapy-custody-list"),
    path("custody/new/", custody.custody_new, name="psychotherapy-custody-new"),
    path("custody/in-advance/", custody.custody_name, name="psychotherapy-custody-name"),
    path("custody/<uuid:custody_id>/", custody.custody_open, name="psychotherapy-custody-open"),
    path("custody/<uuid:custody_id>/confirm/", custody.custody_confirm, name="psychotherapy-custody-confirm"),
    path("custody/<uuid:custody_id>/take/", custody.custody_take, name="psychotherapy-custody-take"),
    path("custody/<uuid:custody_id>/stop/", custody.custody_stop, name="psychotherapy-custody-stop"),
    path(
        "custody/<uuid:custody_id>/for/<uuid:authorization_id>/",
        custody.custody_package,
        name="psychotherapy-custody-package",
    ),
    path("kept/", keeping.keeping_list, name="psychotherapy-keeping-list"),
    path("kept/<uuid:order_id>/cancel/", keeping.destruction_cancel, name="psychotherapy-destruction-cancel"),
    path("kept/<uuid:order_id>/carry-out/", keeping.destruction_carry_out, name="psychotherapy-destruction-carry-out"),
    path("<uuid:note_id>/", notes.note_open, name="psychotherapy-note-open"),
    path("<uuid:note_id>/print/", notes.note_print, name="psychotherapy-note-print"),
    path("<uuid:note_id>/addendum/", notes.addendum_new, name="psychotherapy-addendum-new"),
]
