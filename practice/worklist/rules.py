"""What somebody must do by a date. The words come from the kind: a task carries no text of its own."""

from django.db import models


class TaskKind(models.TextChoices):
    INCIDENT_REVIEW = "incident_review", "Review a disclosure that should not have happened"
    POLICY_REVIEW = "policy_review", "Review a disclosure made against a practice policy"
    RELEASE_UNCONFIRMED = "release_unconfirmed", "Confirm a hand-over"
    AUTHORIZATION_COPY = "authorization_copy", "Give the patient a copy of the signed authorization"
    REVOCATION_FORM = "revocation_form", "Send the written revocation form"
    REVOCATION_NOTICE = "revocation_notice", "Tell a recipient that the authorization was revoked"
    RELEASE_APPROVAL = "release_approval", "Read and approve a release"
    RELEASE_HAND_OVER = "release_hand_over", "Hand over an approved release"
    ACCOUNTING_SUPPLEMENT = "accounting_supplement", "Offer a supplement to an accounting"
    COSIGNATURE = "cosignature", "Co-sign a note or return it"
    NOTE_RETURNED = "note_returned", "Mend a note that a supervisor returned"
    PLAN_REVIEW = "plan_review", "Review a treatment plan"
    MEDICATION_MONITORING = "medication_monitoring", "Monitoring of a medication is due"
    MEASURE_ALARM = "measure_alarm", "Look at a measure today: a thought of death or self-harm was marked"
    MEASURE_DUE = "measure_due", "Repeat a measure"
    DOCUMENT_REVIEW = "document_review", "Read a document that was received"
    HANDOVER = "handover", "Take over a patient"
    SAFETY_PLAN_REVIEW = "safety_plan_review", "Review a safety plan"
    PLACEMENT_QUESTION = "placement_question", "Answer a question about what belongs where"
    FORM_REVIEW = "form_review", "Have counsel review an authorization form"
    AUTHORIZATION_ENDING = "authorization_ending", "An authorization ends soon"
    REVOCATION_LETTER = "revocation_letter", "Send the patient the confirmation of a revocation"
    REVOCATION_ASSOCIATE = "revocation_associate", "Tell a business associate that the authorization was revoked"
    RESTRICTION_ANSWER = "restriction_answer", "Answer a request for a restriction"
    RESTRICTION_EMERGENCY = "restriction_emergency", "Ask a recipient not to use restricted records further"
    THREAT_RECORD = "threat_record", "Complete the record of a serious threat"
    COUNSEL_REVIEW = "counsel_review", "Have counsel review a legal paper"
    PATIENT_NOTICE = "patient_notice", "Tell the patient about a legal paper"
    LEGAL_RESPONSE = "legal_response", "Answer a legal paper"
    RELEASE_RETURNED = "release_returned", "A release came back"
    LINK_CLOSED = "link_closed", "A link was closed after wrong answers"
    LINK_EXPIRED = "link_expired", "A link to sign by was not used in time"


class TaskState(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped with reason"
