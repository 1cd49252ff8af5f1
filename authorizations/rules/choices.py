"""The words an authorization is made of, as stable codes."""

from django.db.models import TextChoices


class RecordClass(TextChoices):
    """What kind of record is spoken of. Psychotherapy notes never share a form with the others (R-045)."""

    PN = "PN", "Psychotherapy notes"
    CHART = "CHART", "Chart records"
    BILLING = "BILLING", "Billing records"


class PnScope(TextChoices):
    """Which psychotherapy notes the paper names (A1).

    Sessions, never notes: a list of notes on this side of the house would show that they exist.
    """

    NOT_NAMED = "", "Not said"
    ALL_BY_ORIGINATOR = "ALL_BY_ORIGINATOR", "All psychotherapy notes by one therapist"
    DATE_RANGE = "DATE_RANGE", "Psychotherapy notes of sessions between two dates"
    SESSION_DATES = "SESSION_DATES", "Psychotherapy notes of particular session dates"


class SignerRole(TextChoices):
    """In which role somebody signed (section 17.3, 5.7)."""

    INDIVIDUAL = "INDIVIDUAL", "The patient"
    PARENT = "PARENT", "Parent"
    GUARDIAN = "GUARDIAN", "Guardian"
    HEALTH_CARE_AGENT = "HEALTH_CARE_AGENT", "Health care agent"
    EXECUTOR_ADMINISTRATOR = "EXECUTOR_ADMINISTRATOR", "Executor or administrator of the estate"
    OTHER_PR = "OTHER_PR", "Other personal representative"
    MINOR_AS_INDIVIDUAL = "MINOR_AS_INDIVIDUAL", "The patient, a minor acting alone"


SIGNS_FOR_SELF = frozenset({SignerRole.INDIVIDUAL, SignerRole.MINOR_AS_INDIVIDUAL})


class MinorRule(TextChoices):
    """Why a minor, and not the parent, acts for this service (R-145)."""

    NONE = "", "Does not apply: a parent or guardian acts"
    M1 = "M1", "The minor consented and no other consent is required by law"
    M2 = "M2", "The law lets the minor have this service without a parent, and the minor or a court consented"
    M3 = "M3", "The parent agreed that the minor and the practice keep it confidential"
    EMANCIPATED = "EMANCIPATED", "The minor is emancipated"


class SignatureMethod(TextChoices):
    NONE = "", "Not signed"
    PAPER = "PAPER", "By hand on paper"
    ELECTRONIC = "ELECTRONIC", "Electronically"


class SignatureWay(TextChoices):
    """Where and how a prepared form was signed."""

    TABLET = "TABLET", "At the practice, on a screen"
    LINK = "LINK", "On the signer’s own device, by a link"
    PAPER = "PAPER", "On paper"


class SignatureMark(TextChoices):
    """What the signer put there; drawn and typed count the same (R-058)."""

    DRAWN = "DRAWN", "Drawn"
    TYPED = "TYPED", "Typed name"
    HAND = "HAND", "By hand on the paper"


class IdentityCheck(TextChoices):
    """How the practice knew who signed (R-144, 164.514(h)(1))."""

    KNOWN = "KNOWN", "Known to me in person"
    PHOTO_ID = "PHOTO_ID", "Showed a photo identity document"
    DETAILS = "DETAILS", "Answered questions only they could answer"
    COMPARED = "COMPARED", "Compared with a signature on file"
    CODE_IN_PERSON = "CODE_IN_PERSON", "Code given in person, and date of birth"
    CODE_BY_PHONE = "CODE_BY_PHONE", "Code given by telephone, and date of birth"


class ConditionedOn(TextChoices):
    """What the practice or a plan would withhold from somebody who does not sign (R-049)."""

    NOTHING = "", "Nothing depends on signing"
    TREATMENT = "TREATMENT", "Treatment"
    PAYMENT = "PAYMENT", "Payment"
    ENROLLMENT = "ENROLLMENT", "Enrollment in a health plan"
    ELIGIBILITY = "ELIGIBILITY", "Eligibility for benefits"


class ConditioningGround(TextChoices):
    """The only reasons for which signing may be a condition (R-049)."""

    NONE = "", "None of these"
    RESEARCH_TREATMENT = "RESEARCH", "Treatment that is part of the research"
    PLAN_ENROLLMENT = "PLAN", "A health plan's decision before enrollment"
    CARE_FOR_THIRD_PARTY = "THIRD_PARTY", "An examination made only to report to somebody else"


class ConditioningStatement(TextChoices):
    """Which of the two statements about conditions is on the paper (RS2)."""

    MISSING = "", "Neither is on the form"
    NOT_CONDITIONED = "NOT_CONDITIONED", "Care and payment do not depend on signing"
    CONSEQUENCES = "CONSEQUENCES", "What happens if the person does not sign"


class CombinedWith(TextChoices):
    """What else stands on the same document (R-045 to R-048)."""

    PN_AUTHORIZATION = "PN_AUTHORIZATION", "Another authorization for psychotherapy notes"
    OTHER_AUTHORIZATION = "OTHER_AUTHORIZATION", "An authorization for chart or billing records"
    CONSENT_TO_TREATMENT = "CONSENT_TO_TREATMENT", "Consent to treatment"
    INTAKE_PACKET = "INTAKE_PACKET", "An intake packet"
    NOTICE_ACKNOWLEDGEMENT = "NOTICE_ACKNOWLEDGEMENT", "Acknowledgement of the privacy notice"
    FINANCIAL_AGREEMENT = "FINANCIAL_AGREEMENT", "A financial agreement"
    SAME_STUDY_PERMISSION = "SAME_STUDY", "Another permission for the same research study"
    OTHER_DOCUMENT = "OTHER_DOCUMENT", "Another document"


class EventKind(TextChoices):
    """What happened to an authorization after it was recorded. Each is a row of its own and is never changed."""

    WRITTEN_REVOCATION = "WRITTEN_REVOCATION", "Revoked in writing"
    ORAL_REVOCATION = "ORAL_REVOCATION", "Taken back by word of mouth"
    EXPIRY_EVENT_KNOWN = "EXPIRY_EVENT_KNOWN", "The event that ends it became known"
    KNOWN_FALSE = "KNOWN_FALSE", "Found to contain something false"
    COPY_GIVEN = "COPY_GIVEN", "Copy given to the patient"
    FULFILLED = "FULFILLED", "Everything was handed over"
    RECORDED_IN_ERROR = "RECORDED_IN_ERROR", "Entered wrongly"
    SIGNING_DECLINED = "SIGNING_DECLINED", "Did not want to sign"
    FORM_SENT = "FORM_SENT", "Revocation form sent to the patient"
    HOLD_LIFTED = "HOLD_LIFTED", "The patient wrote to go on after all"
    RELEASE_DECLINED = "RELEASE_DECLINED", "The therapist decided not to release psychotherapy notes under it"
    DECLINE_TAKEN_BACK = "DECLINE_TAKEN_BACK", "The therapist took back the decision not to release"
    ANSWER_SENT = "ANSWER_SENT", "The patient was told of the decision"
    PUT_ASIDE = "PUT_ASIDE", "Put aside"
    OFFERED_AGAIN = "OFFERED_AGAIN", "Offered for signature again"
    SCAN_COMPARED = "SCAN_COMPARED", "The scan was compared with what had been entered"
    EVENT_MISTAKEN = "EVENT_MISTAKEN", "That the event became known was entered by mistake"
    FALSE_MISTAKEN = "FALSE_MISTAKEN", "That it contains something false was entered by mistake"


REVOCATIONS = frozenset({EventKind.WRITTEN_REVOCATION, EventKind.ORAL_REVOCATION})
# What closes a form that nobody signed, until it is offered again on purpose.
UNWANTED = frozenset({EventKind.SIGNING_DECLINED, EventKind.PUT_ASIDE})
# What the compliance officer may say was entered by mistake, and by which further row.
MISTAKEN: dict[EventKind, EventKind] = {
    EventKind.EXPIRY_EVENT_KNOWN: EventKind.EVENT_MISTAKEN,
    EventKind.KNOWN_FALSE: EventKind.FALSE_MISTAKEN,
}
# What may happen more than once: the patient calls, writes to go on, and calls again; does not want to sign, twice.
REPEATABLE = frozenset(
    {
        EventKind.ORAL_REVOCATION,
        EventKind.FORM_SENT,
        EventKind.HOLD_LIFTED,
        EventKind.OFFERED_AGAIN,
        EventKind.RELEASE_DECLINED,
        EventKind.DECLINE_TAKEN_BACK,
        EventKind.ANSWER_SENT,
        *MISTAKEN,
        *MISTAKEN.values(),
    }
    | UNWANTED
)


class AuthorizationStatus(TextChoices):
    """Where an authorization stands (R-061). Derived from the facts, never typed in; only ACTIVE permits a release."""

    DRAFT = "DRAFT", "Not signed yet"
    DECLINED = "DECLINED", "Did not want to sign"
    PUT_ASIDE = "PUT_ASIDE", "Put aside"
    SIGNED_INCOMPLETE = "SIGNED_INCOMPLETE", "Signed, but something is missing"
    ACTIVE = "ACTIVE", "In effect"
    ON_HOLD = "ON_HOLD", "On hold"
    REVOKED = "REVOKED", "Revoked"
    EXPIRED_DATE = "EXPIRED_DATE", "Ended on its date"
    EXPIRED_EVENT = "EXPIRED_EVENT", "Ended by its event"
    DEFECTIVE = "DEFECTIVE", "Cannot be used"
    FULFILLED = "FULFILLED", "Done: everything was handed over"
