"""The practice's policies in one table: what the rule says, what the practice does beyond it, what may be chosen.

Every choice offered does at least what the rule requires; a value outside the choices is refused. Each default is the
stricter one. Texts here are read by the compliance officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from django.db import models

from practice.infrastructure.refusals import Refusal

Value = bool | int | str | list[str]
ON_OFF: Mapping[str, tuple[Value, str]] = MappingProxyType({"on": (True, "On"), "off": (False, "Off")})


LONGEST_ANSWER = 4_000  # characters
DAYS_TO_ANSWER = 7  # our own pace: the law sets none


class PlacementTopic(models.TextChoices):
    """What somebody can ask about: the ten kinds of information that are chart wherever they stand (R-002), or none."""

    MEDICATION = "EX_MEDICATION", "Medication prescription and monitoring"
    SESSION_TIMES = "EX_SESSION_TIMES", "Session start and stop times"
    MODALITY_FREQUENCY = "EX_MODALITY_FREQUENCY", "Modalities and frequencies of treatment"
    TEST_RESULTS = "EX_TEST_RESULTS", "Results of clinical tests"
    DIAGNOSIS = "EX_SUM_DIAGNOSIS", "A summary of diagnosis"
    FUNCTIONAL_STATUS = "EX_SUM_FUNCTIONAL_STATUS", "A summary of functional status"
    TREATMENT_PLAN = "EX_SUM_TREATMENT_PLAN", "A summary of the treatment plan"
    SYMPTOMS = "EX_SUM_SYMPTOMS", "A summary of symptoms"
    PROGNOSIS = "EX_SUM_PROGNOSIS", "A summary of prognosis"
    PROGRESS = "EX_SUM_PROGRESS", "A summary of progress to date"
    OTHER = "OTHER", "Something else"


def refusal_to_answer(answer: str, *, answered: bool) -> Refusal | None:
    """Why a question about what belongs where is not answered with these words, or None."""
    if answered:
        return Refusal("PLACEMENT_ANSWERED", "This question was answered already.", "Read the answer that was given.")
    if not answer.strip():
        return Refusal("PLACEMENT_NO_ANSWER", "The answer is empty.", "Write what belongs where, in plain words.")
    if len(answer) > LONGEST_ANSWER:
        words = f"The answer has {len(answer):,} characters; it holds {LONGEST_ANSWER:,}."
        return Refusal("PLACEMENT_TOO_LONG", words, "Nothing was saved; shorten it.")
    return None


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """One policy. `choices` maps a form value to (stored value, words); a number has `smallest` and `largest` instead.

    A policy with one choice is fixed: the product gives no way to do less.
    """

    code: str
    name: str
    title: str
    default: Value
    does: str
    rule_says: str
    cite: str
    choices: Mapping[str, tuple[Value, str]] = field(default_factory=dict)
    smallest: int = 0
    largest: int = 0
    unit: str = ""

    @property
    def is_number(self) -> bool:
        return self.largest > 0

    @property
    def is_fixed(self) -> bool:
        return len(self.choices) == 1

    def accepts(self, value: object) -> bool:
        """Whether a stored value is one that does at least what the rule requires."""
        if self.is_number:
            return type(value) is int and self.smallest <= value <= self.largest
        return any(type(value) is type(allowed) and value == allowed for allowed, _ in self.choices.values())

    def words_for(self, value: object) -> str:
        """A stored value as a person reads it."""
        if self.is_number:
            return f"{value} {self.unit}"
        return next((words for allowed, words in self.choices.values() if allowed == value), str(value))


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """A policy as it stands on a day, with the version that records name."""

    code: str
    value: Value
    version_id: str
    since: date


def _switch(code: str, name: str, title: str, does: str, rule_says: str, cite: str, default: bool = True) -> PolicySpec:
    return PolicySpec(code, name, title, default, does, rule_says, cite, ON_OFF)


def _choice(
    code: str, name: str, title: str, does: str, rule_says: str, cite: str, choices: dict[str, str]
) -> PolicySpec:
    """The first choice is the default."""
    table: dict[str, tuple[Value, str]] = {value: (value, words) for value, words in choices.items()}
    return PolicySpec(code, name, title, next(iter(choices)), does, rule_says, cite, MappingProxyType(table))


_ALL = (
    _choice(
        "P-01", "pn_denial_review", "Review of a refusal to give psychotherapy notes",
        "The letter offers a review by a licensed professional who had no part in the refusal.",
        "A refusal to give psychotherapy notes cannot be reviewed.", "45 CFR 164.524(a)(2)(i)",
        {"OFFER_REVIEW": "Offer a review", "RULE_ONLY": "No review, as the rule"},
    ),
    _choice(
        "P-02", "accounting_pn_scope", "Psychotherapy notes in an accounting",
        "An accounting lists every disclosure of psychotherapy notes, marked “listed under practice policy” where the "
        "rule would leave it out.",
        "Disclosures under an authorization, to the patient, for training and for the practice’s own defense are left "
        "out.", "45 CFR 164.528(a)(1)",
        {"ALL_PN_DISCLOSURES": "List every one", "RULE_ONLY": "Only what the rule requires"},
    ),
    _choice(
        "P-03", "unpaid_balance_never_blocks", "Unpaid bills and access",
        "An unpaid bill never holds records back, psychotherapy notes included; whoever handles a request does not see "
        "the balance.",
        "An unpaid bill is no ground to refuse the chart. There is no right of access to psychotherapy notes.",
        "45 CFR 164.524(a)(2), (a)(3)",
        {"ALWAYS": "Never holds anything back", "CHART_ONLY": "Never holds back the chart"},
    ),
    _choice(
        "P-04", "pn_author_license_required", "Who may keep psychotherapy notes",
        "Only somebody with a current license, or registered as a supervised trainee, can start a psychotherapy note.",
        "A health care provider who is a mental health professional.", "45 CFR 164.501",
        {"LICENSE_OR_TRAINEE": "A license or registered traineeship", "provider_flag": "Any mental health provider"},
    ),
    _switch(
        "P-05", "revocation_notify_downstream", "Telling others about a revocation",
        "Each recipient and business associate who may still act on a revoked authorization is told.",
        "Silent about earlier recipients.", "45 CFR 164.508(b)(5)",
    ),
    _switch(
        "P-06", "oral_revocation_hold", "Taken back by word of mouth",
        "Nothing more is released from the moment of the call; the patient is sent the form to sign.",
        "A revocation must be in writing.", "45 CFR 164.508(b)(5)",
    ),
    _switch(
        "P-07", "legal_process_counsel_gate", "Counsel before answering legal papers",
        "Psychotherapy notes leave under a subpoena or order only after counsel’s review is recorded.",
        "Counsel is not required.", "45 CFR 164.512(e)",
    ),
    _switch(
        "P-08", "legal_process_notify_patient", "Telling the patient about legal papers",
        "The patient is told, unless the law forbids it.",
        "Not required for a court order; one of two ways for a subpoena.", "45 CFR 164.512(e)(1)",
    ),
    _switch(
        "P-09", "pn_release_originator_approval", "The therapist approves each release of their notes",
        "Psychotherapy notes leave only after the therapist who wrote them approves; what the law compels is excepted.",
        "An authorization permits a release and compels none.", "45 CFR 164.508(a)(1)",
    ),
    _switch(
        "P-10", "pn_to_individual_authorization", "Psychotherapy notes for the patient",
        "A copy for the patient needs an authorization that names the notes and the patient as recipient.",
        "The provider may decide.", "45 CFR 164.502(a)(1), 164.524(a)(1)(i)",
    ),
    _choice(
        "P-11", "pn_amendment_process", "Amendment of psychotherapy notes",
        "A request to amend a psychotherapy note gets the full process, with a statement of disagreement.",
        "A request may be refused because there is no right of access.", "45 CFR 164.526(a)(2)(iii)",
        {"FULL": "The full process", "RULE_524": "May be refused, as the rule"},
    ),
    _switch(
        "P-12", "baa_pn_clause", "Psychotherapy notes in business associate contracts",
        "A contract says what the associate may do with psychotherapy notes, and how soon it reports a breach.",
        "Not required.", "45 CFR 164.504(e)",
    ),
    PolicySpec(
        "P-13", "pn_log_review_max_days", "Review of who opened psychotherapy notes", 365,
        "The access log is reviewed at least this often; 90 days is recommended.",
        "Review regularly.", "45 CFR 164.308(a)(1)(ii)(D)", smallest=1, largest=365, unit="days",
    ),
    _switch(
        "P-14", "treatment_disclosure_permission", "Sharing with outside treatment providers",
        "The patient’s permission, or a recorded override, comes first; an emergency never waits.",
        "Treatment needs no authorization for the chart.", "45 CFR 164.506(c)",
    ),
    _switch(
        "P-15", "pn_exception_assessment", "Written reasons for an exception",
        "Whoever uses an exception for psychotherapy notes writes down why, step by step.",
        "Good faith; no list of what to write.", "45 CFR 164.508(a)(2), 164.512(j)(4)",
    ),
    _switch(
        "P-16", "pn_minimum_necessary_always", "The smallest set of psychotherapy notes",
        "Somebody confirms that only what the authorization or order asks for leaves.",
        "Does not apply to authorizations, required disclosures and HHS.", "45 CFR 164.502(b)(2)",
    ),
    _choice(
        "P-17", "security_all_required", "Security measures",
        "Encryption, a second factor and automatic sign-out are always on.",
        "Some measures are “addressable”; a second factor is not named.", "45 CFR 164.306(d), 164.312",
        {"REQUIRED": "All required"},
    ),
    _switch(
        "P-18", "pn_plain_language_explainer", "Psychotherapy notes explained in plain words",
        "Forms and the privacy notice explain what psychotherapy notes are.",
        "The notice says that most uses need an authorization.", "45 CFR 164.520(b)(1)(ii)(E)",
    ),
    _choice(
        "P-19", "pn_content_roles", "Who can read psychotherapy notes",
        "Their author, and whoever their author gives a dated training grant. No role opens them.",
        "The originator for treatment; trainees under supervision in the practice’s own program.",
        "45 CFR 164.508(a)(2)(i)",
        {"ORIGINATOR_AND_TRAINING": "The author and training grants"},
    ),
    _switch(
        "P-20", "pn_exclusion_prompt", "Reminder of what belongs in the chart",
        "While writing a psychotherapy note the author is reminded of what the chart must hold.",
        "Ten kinds of information are never psychotherapy notes.", "45 CFR 164.501",
    ),
    _choice(
        "P-21", "training_schedule", "Training of staff",
        "At hire, every year and at every change, with a part on psychotherapy notes by role.",
        "Within a reasonable time after hire and after a change.", "45 CFR 164.530(b)",
        {"YEARLY": "Every year and at changes", "RULE_ONLY": "At hire and at changes, as the rule"},
    ),
    _switch(
        "P-22", "authorization_form_review", "Approved authorization forms",
        "The practice’s own forms are approved by counsel and reviewed every year.",
        "Plain language.", "45 CFR 164.508(c)(3)",
    ),
    _switch(
        "P-23", "pn_conditioning_forbidden", "Nothing depends on signing away psychotherapy notes",
        "A form that makes anything depend on releasing psychotherapy notes is refused.",
        "Conditions are allowed for research treatment and for examinations made for somebody else.",
        "45 CFR 164.508(b)(4)",
    ),
    PolicySpec(
        "P-24", "pn_breach_target_days", "Telling patients about a breach of psychotherapy notes", 30,
        "The working deadline after discovery.", "Without unreasonable delay and at most 60 days.",
        "45 CFR 164.404(b)", smallest=1, largest=60, unit="days",
    ),
    _switch(
        "P-25", "pn_inventory", "Yearly statement of where psychotherapy notes are",
        "Once a year the practice states where they are stored and who has access.",
        "Part of the risk analysis.", "45 CFR 164.308(a)(1)(ii)(A)",
    ),
    _switch(
        "P-26", "accounting_include_ehr_tpo", "Treatment, payment and operations in an accounting",
        "Disclosures for treatment, payment and operations of the last three years are listed too.",
        "The statute asks for it, no rule puts it into force; the regulation leaves them out.",
        "42 USC 17935(c); 45 CFR 164.528(a)(1)(i)", default=False,
    ),
    _switch(
        "P-27", "pn_denial_clinician_determination", "A clinician decides a refusal of psychotherapy notes",
        "A licensed clinician, normally the author, decides and gives the reason; front desk cannot refuse.",
        "No finding of a clinician is needed.", "45 CFR 164.524(a)(1)(i)",
    ),
    PolicySpec(
        "P-28", "pn_custody_wait_days", "Custody of psychotherapy notes: the waiting time", 7,
        "When an author has left, died or cannot act, two people transfer custody; it begins so many days after the "
        "second has confirmed, and until then the author can stop it.",
        "Silent. Access in an emergency is part of security.", "45 CFR 164.308(a)(7), 164.312(a)(2)(ii)",
        smallest=3, largest=90, unit="days",
    ),
    PolicySpec(
        "P-29", "pn_retention_years", "How long signed psychotherapy notes are kept", 7,
        "Counted from the patient’s last day of care; after that their author may destroy them.",
        "How long clinical records are kept is left to state law.", "45 CFR 164.530(j) (not about clinical records)",
        smallest=6, largest=30, unit="years",
    ),
    PolicySpec(
        "P-30", "pn_retention_minor_age", "How long psychotherapy notes about minors are kept", 21,
        "At least until the patient reaches this age, if that is later: the age of majority and the time to sue.",
        "How long clinical records are kept is left to state law.", "45 CFR 164.530(j) (not about clinical records)",
        smallest=19, largest=40, unit="years of age",
    ),
    _switch(
        "P-31", "pn_never_to_payer", "Psychotherapy notes and insurers",
        "No insurer or other payer gets psychotherapy notes, not even on the patient’s authorization.",
        "A payer may get them on an authorization, and may not make cover depend on one.",
        "45 CFR 164.508(a)(2), (b)(4)(ii)",
    ),
    _switch(
        "P-32", "payer_required_documents", "What an insurer gets",
        "For payment an insurer gets progress notes, and other documents only when it is written down that it requires "
        "them.",
        "The minimum necessary for payment; a standard protocol for what recurs.", "45 CFR 164.502(b), 164.514(d)(3)",
    ),
    PolicySpec(
        "P-33", "compelled_solo_wait_days", "A compelled release in a solo practice: the waiting time", 3,
        "Two named people carry out what a court or a law compels of psychotherapy notes. Where there is no second, "
        "counsel’s review is recorded and so many days pass first.",
        "Silent. Safeguards for access are part of security.", "45 CFR 164.512(e)(1)(i), 164.308(a)(4)",
        smallest=1, largest=30, unit="days",
    ),
    _switch(
        "P-34", "cover_says_left_out", "Passages left out of released records",
        "The cover says that passages were left out, or that passages or notes about other people were.",
        "Does not ask for it.", "45 CFR 164.502(b), 164.508",
    ),
)  # fmt: skip

POLICIES: Mapping[str, PolicySpec] = MappingProxyType({spec.code: spec for spec in _ALL})
FIRST_DAY = date(2003, 4, 14)  # the Privacy Rule's compliance date: no record here is older than its policies


def refusal_to_set(code: str, value: object, from_on: date, reason: str, *, today: date) -> Refusal | None:
    """Why a policy may not be given this value from this day, or None.

    What a policy decided on a past day stays decided: a change starts today or later.
    """
    spec = POLICIES.get(code)
    if spec is None:
        return Refusal("POLICY_UNKNOWN", "There is no such policy.")
    if not spec.accepts(value):
        return Refusal(
            "POLICY_LESS_THAN_RULE",
            "A policy cannot do less than the rule.",
            "Choose one of the values offered.",
            spec.cite,
        )
    if from_on < today:
        return Refusal("POLICY_BACKDATED", "A change starts today or later.", "Choose today or a later day.")
    if not reason.strip():
        return Refusal("POLICY_NO_REASON", "A change needs a reason.", "Say why the practice changes this.")
    return None
