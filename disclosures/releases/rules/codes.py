"""The words the gate speaks: codes for acts, recipients, legal process and the psychotherapy-note exceptions."""

from django.db.models import TextChoices


class Act(TextChoices):
    """A use stays inside the practice; a disclosure leaves it (160.103)."""

    USE = "use", "Use inside the practice"
    DISCLOSURE = "disclosure", "Disclosure"


class RecipientKind(TextChoices):
    """What the recipient is to the patient; several bases admit one kind only."""

    PATIENT = "patient", "The patient"
    REPRESENTATIVE = "representative", "The patient's personal representative"
    PROVIDER = "provider", "Another health care provider"
    PAYER = "payer", "Health plan or other payer"
    ATTORNEY = "attorney", "Attorney"
    COURT = "court", "Court or tribunal"
    LAW_ENFORCEMENT = "law_enforcement", "Law enforcement"
    AGENCY = "agency", "Government agency or board"
    HHS = "hhs", "US Department of Health and Human Services"
    CORONER = "coroner", "Coroner or medical examiner"
    FAMILY = "family", "Family or other person involved in care"
    BUSINESS_ASSOCIATE = "business_associate", "Business associate of the practice"
    OTHER = "other", "Somebody else"


class PNException(TextChoices):
    """The eight exceptions under which psychotherapy notes need no authorization; the list is closed (R-021)."""

    ORIGINATOR_TREATMENT = "PNX_ORIGINATOR_TREATMENT", "Use by their author for treatment"
    OWN_TRAINING = "PNX_OWN_TRAINING", "The practice's own supervised training program"
    DEFENSE = "PNX_DEFENSE", "Defense in a proceeding brought by the patient"
    HHS = "PNX_HHS", "Required by HHS to determine compliance"
    REQUIRED_BY_LAW = "PNX_REQUIRED_BY_LAW", "Required by law"
    OVERSIGHT_ORIGINATOR = "PNX_OVERSIGHT_ORIGINATOR", "Oversight of the notes' author"
    CORONER = "PNX_CORONER", "Coroner or medical examiner"
    SERIOUS_THREAT = "PNX_SERIOUS_THREAT", "Serious and imminent threat"


class LegalProcess(TextChoices):
    """Kinds of legal process (section 8). A paper signed by a clerk or an attorney is not an order (R-201).

    STATUTE is none: it says that a law itself asks, which is an answer where a blank would not be.
    """

    COURT_ORDER = "LP_COURT_ORDER", "Order signed by a judge or administrative tribunal"
    COURT_WARRANT = "LP_COURT_WARRANT", "Court-ordered warrant"
    JUDGE_SUBPOENA = "LP_JUDGE_SUBPOENA", "Subpoena signed by a judicial officer"
    GRAND_JURY_SUBPOENA = "LP_GRAND_JURY_SUBPOENA", "Grand jury subpoena"
    ATTORNEY_OR_CLERK_SUBPOENA = "LP_ATTORNEY_OR_CLERK_SUBPOENA", "Subpoena signed by an attorney or a court clerk"
    DISCOVERY_REQUEST = "LP_DISCOVERY_REQUEST", "Discovery request"
    ADMIN_SUBPOENA = "LP_ADMIN_SUBPOENA", "Administrative subpoena or summons"
    CID = "LP_CID", "Civil or authorized investigative demand"
    INFORMAL_REQUEST = "LP_INFORMAL_REQUEST", "Letter or telephone call"
    STATUTE = "STATUTE", "A statute or regulation, no paper"


class TreatmentOverride(TextChoices):
    """Why a record goes to an outside provider before the patient's permission is on file (P-14)."""

    TREATING_NOW = "treating_now", "The provider is treating the patient now and needs it"
    REFERRED = "referred", "The patient was referred there, or comes from there"
    NOT_REACHED = "not_reached", "The patient cannot be reached in time"
    NOT_WITHHELD = "not_withheld", "Holding it back would hinder lawful care (45 CFR 171)"


class MinimumNecessary(TextChoices):
    """Whether the minimum-necessary rule applies, or why not (R-181)."""

    APPLIES = "APPLIES", "Applies"
    TREATMENT = "MNX_TREATMENT", "Does not apply: to a provider for treatment"
    INDIVIDUAL = "MNX_INDIVIDUAL", "Does not apply: to the patient"
    AUTHORIZATION = "MNX_AUTHORIZATION", "Does not apply: under an authorization"
    HHS = "MNX_HHS", "Does not apply: to HHS"
    REQUIRED_BY_LAW = "MNX_REQUIRED_BY_LAW", "Does not apply: required by law"
