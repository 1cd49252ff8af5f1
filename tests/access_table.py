"""Who may open what: every address of the product, and what each role is answered.

A new address without a line here fails the test. Six answers, for what Dr. Hale wrote about her patient:

    own      Dr. Hale, who treats the patient and wrote everything
    same     Dr. Lane, who covers the same patient and wrote nothing
    other    Dr. Osei, a clinician without a care relationship to the patient
    desk     front desk        officer  compliance officer        admin  administrator

200 opens, 302 goes elsewhere; 403 is explained, 404 says nothing. `ok` is allowed, and sent in the tests of its room.
Refused roles are refused for GET and POST alike; an object that does not exist is 404 to whoever may look.
"""

from dataclasses import dataclass, field

from tests.access_world import ROLES


@dataclass(frozen=True)
class Row:
    """The six answers.

    `post`: only POST exists. `sealed`: refusals leave nothing in the practice's audit trail. `blind`: answers the same
    whether the object exists or not. `ids`: another object than the name of the argument would find.
    """

    answers: dict[str, str]
    post: bool = False
    sealed: bool = False
    blind: bool = False
    ids: dict[str, str] = field(default_factory=dict)


def row(answers: str, *, post: bool = False, sealed: bool = False, blind: bool = False, **ids: str) -> Row:
    return Row(dict(zip(ROLES, answers.split(), strict=True)), post, sealed, blind, ids)


# fmt: off
TABLE: dict[str, Row] = {
    #                                     own same other desk officer admin
    # --- the desk
    "home": row("200 200 200 200 200 200"),
    "patient-search": row("200 200 200 200 200 200", post=True),  # shows what is open to the person: tests/desk
    "patient-page": row("200 200 403 302 302 404"),  # those who see no chart go to the details
    "patient-diagnoses": row("200 200 403 404 404 404"),
    "diagnosis-new": row("200 200 403 404 404 404"),
    "diagnosis-open": row("200 200 403 404 404 404"),
    "icd-search": row("ok ok ok 403 403 403", post=True),  # the book of codes: nothing of any patient
    "observation-new": row("200 200 403 404 404 404"),
    "observation-correct": row("200 200 403 404 404 404"),
    "medication-new": row("200 200 403 404 404 404"),
    "medication-open": row("200 200 403 404 404 404"),
    "medication-change": row("200 200 403 404 404 404"),
    "medication-correct": row("200 200 403 404 404 404"),
    "medication-stop": row("200 200 403 404 404 404"),
    "monitoring-new": row("200 200 403 404 404 404"),
    "monitoring-open": row("200 200 403 404 404 404", plan_id="monitoring_plan"),
    "monitoring-end": row("200 200 403 404 404 404", plan_id="monitoring_plan"),
    "patient-results": row("200 200 403 404 404 404"),
    # --- each person's own
    "shorthand": row("200 200 200 200 200 200"),
    "shorthand-mine": row("200 200 200 200 200 200"),
    "shorthand-remove": row("302 302 302 302 302 302", post=True),
    # --- patients: names, addresses, people around them
    "patient-new": row("200 200 200 200 403 403"),
    "patient-details": row("200 200 404 200 200 404"),
    "patient-edit": row("200 200 404 200 403 404"),
    "patient-close": row("200 200 404 200 403 404"),
    "patient-reopen": row("200 200 404 200 403 404"),
    "patient-hold": row("403 403 404 403 200 404"),
    "name-new": row("200 200 404 200 403 404"),
    "address-new": row("200 200 404 200 403 404"),
    "address-end": row("200 200 404 200 403 404"),
    "contact-wish-new": row("200 200 404 200 403 404"),
    "contact-wish-end": row("200 200 404 200 403 404"),
    "telecom-new": row("200 200 404 200 403 404"),
    "telecom-remove": row("200 200 404 200 403 404"),
    "contact-new": row("200 200 404 200 403 404"),
    "contact-remove": row("200 200 404 200 403 404"),
    "representative-new": row("200 200 404 200 403 404"),
    "representative-paper-add": row("200 200 404 200 403 404"),
    "representative-paper": row("200 200 404 200 200 404", paper_id="authority_paper"),
    "representative-end": row("200 200 404 200 403 404"),
    "representative-decline": row("200 200 404 403 403 404"),  # a clinician's judgment
    "representative-recognize": row("200 200 404 403 403 404"),
    "minor-alone-new": row("200 200 404 403 403 404"),
    "minor-alone-end": row("200 200 404 403 403 404"),
    "care-new": row("200 403 404 200 200 404"),  # the treating clinician, not one who covers
    "care-end": row("200 403 404 200 200 404"),
    "link-open": row("200 200 404 200 200 404"),
    # --- staff: the administrator's, who sees nothing of any patient
    "staff-list": row("403 403 403 403 403 200"),
    "staff-new": row("403 403 403 403 403 200"),
    "staff-open": row("403 403 403 403 403 200"),
    "staff-edit": row("403 403 403 403 403 200"),
    "staff-deactivate": row("403 403 403 403 403 200"),
    "staff-reactivate": row("403 403 403 403 403 200"),
    "staff-way-in": row("403 403 403 403 403 200"),
    "way-in-list": row("403 403 403 403 200 200"),
    "way-in-confirm": row("403 403 403 403 200 403"),  # not the administrator who made it
    "license-new": row("403 403 403 403 403 200"),
    "license-edit": row("403 403 403 403 403 200"),
    # --- the audit trail and the practice itself
    "access-own": row("200 200 200 200 200 200"),
    "access-all": row("403 403 403 403 200 403"),
    "associate-list": row("403 403 403 403 200 403"),
    "associate-new": row("403 403 403 403 200 403"),
    "associate-edit": row("403 403 403 403 200 403"),
    "placement-list": row("200 200 200 403 200 403"),  # asks with a kind of information, and shows one's own questions
    "placement-answer": row("403 403 403 403 200 403"),
    "policy-list": row("403 403 403 403 200 403"),
    "policy-change": row("403 403 403 403 200 403"),
    "profile-edit": row("403 403 403 403 403 200"),
    # --- the chart: by care relationship alone; a draft is its author's
    "session-new": row("200 200 403 404 404 404"),
    "session-open": row("200 200 403 404 404 404"),
    "session-correct": row("200 403 403 404 404 404", session_id="unwritten_session"),
    "session-day": row("200 200 200 403 403 403"),
    "session-copy": row("200 403 403 404 404 404", session_id="unwritten_session"),
    "session-move": row("200 403 403 404 404 404", session_id="planned_session"),
    "session-cancel": row("200 403 403 404 404 404", session_id="planned_session"),
    "session-strike": row("200 403 403 404 404 404", session_id="unwritten_session"),
    "session-hold": row("200 403 403 404 404 404", session_id="planned_session"),
    "session-absent": row("ok 403 403 404 404 404", post=True, session_id="planned_session"),
    "session-note": row("ok ok 403 404 404 404", post=True, session_id="unwritten_session"),
    "session-attendance": row("ok 403 403 404 404 404", post=True, session_id="unwritten_session"),
    "session-shared-save": row("ok 403 403 404 404 404", post=True, session_id="unwritten_session"),
    "session-participant-add": row("ok 403 403 404 404 404", post=True, session_id="unwritten_session"),
    "session-participant-remove": row("ok 403 403 404 404 404", post=True, session_id="unwritten_session"),
    "handover-new": row("200 200 403 404 404 404"),  # one who covers is told whose it is to hand over
    "handover-open": row("200 200 403 404 404 404"),
    "handover-read": row("403 302 403 404 404 404", post=True),  # Dr. Lane takes over
    "chart-print": row("200 200 403 404 404 404"),
    "note-new": row("ok ok 403 404 404 404", post=True),
    "note-open": row("200 200 403 404 404 404"),
    "note-print": row("200 200 403 404 404 404"),
    "note-addendum": row("ok ok 403 404 404 404", post=True),
    "note-edit": row("200 404 403 404 404 404", note_id="draft_note"),
    "note-format": row("ok 404 403 404 404 404", post=True, note_id="draft_note"),
    "note-save": row("ok 404 403 404 404 404", post=True, note_id="draft_note"),
    "note-sign": row("200 404 403 404 404 404", note_id="draft_note"),
    "note-discard": row("200 404 403 404 404 404", note_id="draft_note"),
    "note-text-use": row("ok 404 403 404 404 404", post=True, note_id="draft_note"),
    "note-text-discard": row("ok 404 403 404 404 404", post=True, note_id="draft_note"),
    "note-bring": row("200 404 403 404 404 404", note_id="draft_note"),
    "note-cancel": row("200 403 403 404 404 404"),
    "note-settle": row("ok 403 403 404 404 404", post=True),
    "note-cosign": row("200 404 403 404 404 404"),  # Dr. Hale is asked as supervisor of a trainee
    "format-list": row("200 200 200 403 403 403"),
    "format-edit": row("200 200 200 403 403 403"),
    "format-copy": row("ok ok ok 403 403 403", post=True),
    "format-retire": row("ok ok ok 403 403 403", post=True, format_id="own_format"),
    "format-restore": row("ok ok ok 403 403 403", post=True, format_id="own_format"),
    # --- the treatment plan: whoever cares for the patient reads and writes it
    "patient-plan": row("200 200 403 404 404 404"),
    "plan-begin": row("ok ok 403 404 404 404", post=True),
    "plan-edit": row("200 200 403 404 404 404"),
    "plan-save": row("ok ok 403 404 404 404", post=True),
    "plan-sign": row("200 200 403 404 404 404"),
    "plan-discard": row("200 200 403 404 404 404"),
    "plan-compare": row("200 200 403 404 404 404"),
    "plan-insert": row("200 200 403 404 404 404"),
    "goals-insert": row("200 200 403 404 404 404"),
    "plan-text-use": row("ok ok 403 404 404 404", post=True),
    "plan-text-discard": row("ok ok 403 404 404 404", post=True),
    "plan-version-open": row("200 200 403 404 404 404", version_id="plan_version"),
    "plan-version-print": row("200 200 403 404 404 404", version_id="plan_version"),
    "plan-agreement-new": row("200 200 403 404 404 404", version_id="plan_version"),
    "plan-review-new": row("200 200 403 404 404 404", version_id="plan_version"),
    "measure-new": row("200 200 403 404 404 404"),
    "measure-hand-over": row("ok ok 403 404 404 404", post=True),
    "measure-open": row("200 200 403 404 404 404"),
    "measure-alarm": row("200 200 403 404 404 404"),
    "measure-correct": row("200 200 403 404 404 404", measure_id="answered_measure"),  # not while its alarm is open
    "measure-print": row("200 200 403 404 404 404"),
    "measure-repeat": row("200 200 403 404 404 404"),
    "measures-insert": row("200 200 403 404 404 404"),
    "patient-safety": row("200 200 403 404 404 404"),
    "risk-new": row("200 200 403 404 404 404"),
    "safety-plan-begin": row("ok ok 403 404 404 404", post=True),
    "safety-plan-edit": row("200 200 403 404 404 404"),
    "safety-plan-sign": row("200 200 403 404 404 404"),
    "safety-plan-discard": row("200 200 403 404 404 404"),
    "safety-plan-open": row("200 200 403 404 404 404"),
    "safety-plan-print": row("200 200 403 404 404 404"),
    "safety-plan-review": row("ok ok 403 404 404 404", post=True),
    "safety-plan-end": row("ok ok 403 404 404 404", post=True),
    # --- documents: filed by front desk too, who opens none; the same day they mend what they filed
    "patient-documents": row("200 200 403 404 404 404"),
    "document-scan": row("403 403 403 200 403 403"),
    "document-file": row("200 200 403 200 404 404"),
    "document-open": row("200 200 403 404 404 404"),
    "document-view": row("200 200 403 404 404 404"),
    "document-original": row("200 200 403 404 404 404"),
    "document-read": row("ok ok 403 404 404 404", post=True),
    "document-correct": row("200 200 403 200 404 404"),
    "document-take-out": row("200 200 403 200 404 404"),
    "document-reading": row("302 404 404 404 404 404"),
    # --- psychotherapy notes: the author's, and for everybody else the 404 of nothing
    "psychotherapy-home": row("200 200 200 403 403 403", sealed=True),  # one's own, for any clinician
    "psychotherapy-note-list": row("200 200 403 404 404 404", sealed=True),  # one's own about this patient
    "psychotherapy-draft-new": row("302 302 302 302 302 302", sealed=True, blind=True),  # to a made-up id
    "psychotherapy-draft-begin": row("200 200 403 404 404 404", sealed=True, draft_id="new_draft"),
    "psychotherapy-draft-edit": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-draft-save": row("ok 422 422 404 404 404", post=True, sealed=True, blind=True),  # as for a new id
    "psychotherapy-draft-sign": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-move-out": row("200 404 404 404 404 404", sealed=True),  # where sentences can go, and moving one
    "psychotherapy-move-in": row("ok 404 404 404 404 404", post=True, sealed=True),
    "psychotherapy-jot": row("200 200 403 404 404 404", sealed=True),  # one's own sheet of today, for any clinician
    "psychotherapy-search": row("200 200 200 403 403 403", sealed=True),  # in one's own, for any clinician
    "psychotherapy-draft-discard": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-attachment-new": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-attachment-open": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-attachment-original": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-attachment-remove": row("ok 404 404 404 404 404", post=True, sealed=True),
    "psychotherapy-branch-settle": row("ok 404 404 404 404 404", post=True, sealed=True),
    "psychotherapy-note-open": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-note-print": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-addendum-new": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-grant-list": row("200 200 200 403 403 403", sealed=True),  # one's own, for any clinician
    "psychotherapy-grant-end": row("ok 404 404 404 404 404", post=True, sealed=True),
    # one transfer of custody: Dr. Hale to Dr. Lane, proposed by the officer, to be confirmed by the administrator
    "psychotherapy-custody-list": row("200 200 200 200 200 200", sealed=True),  # those that name oneself, for anybody
    "psychotherapy-custody-new": row("403 403 403 403 200 200", sealed=True),
    "psychotherapy-custody-name": row("200 200 200 403 403 403", sealed=True),  # of one's own notes, for any clinician
    "psychotherapy-custody-open": row("200 200 404 404 200 200", sealed=True),
    "psychotherapy-custody-confirm": row("403 403 404 404 403 ok", post=True, sealed=True),
    "psychotherapy-custody-take": row("403 403 404 404 403 403", post=True, sealed=True),  # not before its time
    "psychotherapy-custody-stop": row("ok ok 404 404 ok ok", post=True, sealed=True),
    "psychotherapy-custody-package": row("404 404 404 404 404 404", sealed=True),  # not before it is taken
    "psychotherapy-keeping-list": row("200 200 200 403 403 403", sealed=True),  # one's own, for any clinician
    "psychotherapy-destruction-cancel": row("ok 404 404 404 404 404", post=True, sealed=True),
    "psychotherapy-destruction-carry-out": row("200 404 404 404 404 404", sealed=True),
    "psychotherapy-package-list": row("200 200 200 403 403 403", sealed=True),  # one's own, for any clinician
    "psychotherapy-leave-out": row("200 404 403 403 403 403", sealed=True),  # a note of one's own
    "psychotherapy-leave-out-without": row("200 404 403 403 403 403", sealed=True),
    "psychotherapy-package-decline": row("200 200 403 403 403 403"),  # the page; who is not asked is refused on it
    "psychotherapy-package-new": row("200 200 403 403 403 403", sealed=True),  # offers one's own notes only
    "psychotherapy-package-withdraw": row("ok 404 404 404 404 404", post=True, sealed=True),
    "notes-release-new": row("200 200 403 403 403 403", sealed=True),  # offers one's own notes only
    "notes-hand-over": row("404 404 404 200 404 404", sealed=True),  # front desk was named by the author
    # --- the practice's own forms; one that counsel has not approved is printed for counsel alone
    "form-list": row("200 200 200 200 200 403"),
    "form-open": row("200 200 200 200 200 403"),
    "form-blank": row("403 403 403 403 200 403", version_id="draft_version"),
    "form-change": row("403 403 403 403 200 403"),
    "form-review": row("403 403 403 403 200 403"),
    # --- authorizations
    "authorization-prepare": row("200 200 403 200 200 404"),
    "authorization-ready": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-form": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-split": row("ok ok 403 ok ok 404", post=True),
    "authorization-answer-new": row("403 403 403 403 403 404", post=True),  # not declined: there is no letter
    "authorization-answer": row("200 200 403 200 200 404", letter_id="answer_letter"),
    "authorization-answer-sent": row("200 200 403 200 200 404", letter_id="answer_letter"),
    "authorization-list": row("200 200 403 200 200 404"),
    "authorization-new": row("200 200 403 200 200 404"),
    "authorization-open": row("200 200 403 200 200 404"),
    "authorization-correct": row("200 200 403 200 200 404"),
    "authorization-revoke": row("200 200 403 200 200 404"),
    "authorization-event-known": row("200 200 403 200 200 404"),
    "authorization-known-false": row("200 200 403 200 200 404"),
    "authorization-mistaken": row("403 403 403 403 200 404"),
    "authorization-copy-given": row("200 200 403 200 200 404"),
    "authorization-fulfilled": row("200 200 403 200 200 404"),
    "authorization-scan": row("200 200 200 200 200 403"),  # finds those open to the person
    "authorization-scan-add": row("ok ok 403 ok ok 404", post=True),
    "authorization-scan-compare": row("302 302 403 302 302 404"),  # nothing to compare: back to the authorization
    "authorization-check": row("ok ok 403 ok ok 404", post=True),
    "authorization-sign-here": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-sign-link": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-put-aside": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-offer-again": row("200 200 403 200 200 404", authorization_id="prepared"),
    "authorization-sign-paper": row("200 200 403 200 200 404", authorization_id="draft_authorization"),
    "authorization-paper-check": row("ok ok 403 ok ok 404", post=True, authorization_id="draft_authorization"),
    "authorization-signed-document": row("200 200 403 200 200 404", authorization_id="signed_authorization"),
    "paper-page": row("200 200 403 200 200 404"),
    "restriction-new": row("200 200 403 200 200 404"),
    "restriction-open": row("200 200 403 200 200 404"),
    "restriction-answer": row("403 403 403 403 200 404"),  # the compliance officer answers for the practice
    "restriction-notice": row("403 403 403 403 200 404"),
    "restriction-mistake": row("403 403 403 403 200 404"),
    "restriction-end": row("200 200 403 200 200 404"),
    "restriction-told": row("200 200 403 200 200 404"),
    "restriction-letter-new": row("ok ok 403 ok ok 404", post=True),
    "restriction-paper": row("200 200 403 200 200 404", restriction_id="ended_restriction", paper_id="ended_by"),
    "restriction-letter": row("200 200 403 200 200 404"),
    "authorization-go-on": row("200 200 403 200 200 404"),
    "authorization-form-sent": row("200 200 403 200 200 404"),
    "revocation-form": row("200 200 403 200 200 404"),
    "revocation-form-blank": row("200 200 200 200 200 403"),  # a form for the waiting room: nobody's
    "notice-told": row("200 200 403 200 200 404"),
    "revocation-open": row("200 200 403 200 200 404"),
    "revocation-letter-new": row("ok ok 403 ok ok 404", post=True),
    "revocation-letter": row("200 200 403 200 200 404", letter_id="revocation_letter"),
    "revocation-letter-sent": row("200 200 403 200 200 404", letter_id="revocation_letter"),
    "paper-download": row("200 200 403 200 200 404"),
    # --- releases, one that waits for Dr. Hale
    "release-list-all": row("200 200 200 200 200 404"),
    "release-start": row("200 200 200 200 200 404"),
    "record-start": row("200 200 200 200 200 404"),
    "gate-ask": row("200 200 200 200 200 404"),  # no patient, no record
    "ask-start": row("200 200 200 200 200 404"),
    "gate-ask-patient": row("200 200 404 200 200 404"),
    "threat-start": row("200 200 200 200 200 404"),
    "threat-new": row("200 200 404 403 403 404"),  # a clinician of the patient
    "threat-complete": row("200 403 404 403 200 404", release_id="warning"),
    "release-list": row("200 200 404 200 200 404"),
    "release-new": row("200 200 404 200 200 404"),
    "disclosure-record": row("200 200 404 200 200 404"),
    "release-open": row("200 200 404 200 200 404"),
    "release-approve": row("200 200 404 403 403 404"),  # a clinician who may open the chart reads before it leaves
    "release-read-anew": row("403 403 404 403 403 404", post=True),  # nothing was approved yet that could have changed
    "release-redact": row("200 200 404 403 403 404"),  # as reading it
    "release-page": row("200 200 404 403 403 404", release_id="scan_release", item_id="scan_item"),  # of its copy
    "release-emergency": row("302 302 404 302 302 404"),  # nobody called it one
    "release-way": row("302 302 404 302 302 404"),  # the patient asked for no certain way
    "release-lock": row("403 403 404 403 403 404", post=True),  # not before approval
    "release-hand-over": row("302 302 404 302 302 404"),
    "release-take-over": row("302 302 404 302 302 404"),  # nothing to take over before a hand-over is entered
    "release-package": row("403 403 404 403 403 404", post=True),  # no bytes before the entry is signed
    "release-cover": row("200 200 404 200 200 404", release_id="given_release"),
    "release-link": row("302 302 404 302 302 404"),  # only a release chosen as a download has one
    "release-returned": row("302 302 404 302 302 404"),  # and only one that did not arrive asks what was done
    "release-again": row("403 403 404 403 403 404", post=True),  # or is prepared once more
    "release-close": row("302 302 404 302 302 404"),
    "release-asked": row("302 302 404 302 302 404"),  # nothing is owed here: tests/releases
    "release-withdraw": row("200 200 404 200 200 404"),
    # --- legal papers; a compelled release of Dr. Hale's notes, begun by the officer, to be confirmed by Dr. Lane
    "legal-paper-list": row("200 200 200 200 200 404"),  # about those open to the person
    "legal-paper-new": row("200 200 404 200 200 404"),
    "legal-paper-open": row("200 200 404 200 200 404", paper_id="legal_paper"),
    "legal-paper-document": row("200 200 404 200 200 404", paper_id="legal_paper"),
    "legal-paper-add": row("403 403 404 403 200 404", paper_id="legal_paper", kind="paper_entry"),
    "legal-paper-name": row("403 403 404 403 200 404", paper_id="legal_paper"),
    "compelled-new": row("403 403 404 403 200 404", paper_id="legal_paper"),
    "compelled-list": row("200 200 200 200 200 200", sealed=True),  # those that name oneself, for anybody
    "compelled-open": row("200 200 404 404 200 404", sealed=True),
    "compelled-paper": row("404 200 404 404 200 404", sealed=True),  # for the two who compare
    "compelled-confirm": row("403 ok 404 404 403 404", post=True, sealed=True),
    "compelled-pack": row("403 403 404 404 403 404", post=True, sealed=True),  # not before both
    "compelled-stop": row("403 ok 404 404 ok 404", post=True, sealed=True),  # never by the author
    "compelled-slip": row("404 404 404 404 404 404", post=True, sealed=True),  # not before the file is made
    "compelled-withdraw": row("404 404 404 404 404 404", post=True, sealed=True),
    "compelled-hand-over": row("404 404 404 404 404 404", sealed=True),  # an authorized one goes elsewhere
    # --- the ledger, for an entry that does not speak of psychotherapy notes; the others in tests/ledger
    "disclosure-list": row("200 200 403 200 200 404"),
    "disclosure-open": row("200 200 403 200 200 404"),
    "disclosure-correct": row("403 403 403 403 200 403"),
    "disclosure-suspend": row("403 403 403 403 200 403", entry_id="held_entry"),
    "suspension-end": row("403 403 403 403 200 403", entry_id="held_entry"),
    "accounting-start": row("403 403 403 403 200 403"),
    "accounting-new": row("403 403 403 403 200 403"),
    "accounting-list": row("403 403 403 403 200 403"),
    "accounting-open": row("200 200 404 404 200 404"),
    "accounting-pdf": row("200 200 404 404 200 404"),
    "accounting-data": row("200 200 404 404 200 404"),
    "accounting-verifier": row("200 200 200 200 200 200"),  # a program, no record
    "supplement-offered": row("403 403 403 403 ok 403", post=True),
    "ledger-state": row("403 403 403 403 200 403"),
    "ledger-verify": row("403 403 403 403 ok 403", post=True),
}
# fmt: on

# Open to people who are not signed in, by their nature; tests/people/test_sign_in.py walks all the others.
PUBLIC = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "invitation-open",
    "invitation-accept",
    "health",
    "hand-over-return",
    "measure-tablet",
    "signing-tablet",
    "mark",
}
# One's own sign-in, the same for everybody: tests/people/test_sign_in.py.
OWN_SIGN_IN = {
    "account_change_password", "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "usersessions_list", "session-extend", "way-in-own",
    "hand-over-back",
}  # fmt: skip
