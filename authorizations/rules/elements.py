"""The core elements A1 to A7 and the required statements RS1 to RS4 of section 3.1, one small check each."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from authorizations.rules.choices import (
    SIGNS_FOR_SELF,
    ConditionedOn,
    ConditioningStatement,
    MinorRule,
    PnScope,
    SignerRole,
)
from authorizations.rules.defect import AUTH_DEFECT_INCOMPLETE, Defect, incomplete
from authorizations.rules.facts import AuthorizationFacts, age_on
from authorizations.rules.names import NameMatch, match_of_name
from authorizations.rules.signing import Acting

AGE_OF_MAJORITY = 18
# "All records" does not name psychotherapy notes; the word itself must stand on the paper, in whichever language.
NAMES_PSYCHOTHERAPY = re.compile(r"ps[iy][ck]h?oth?[eé]rap", re.IGNORECASE)
# "Never" and "until I revoke it" name no event: the right to take it back is there besides (RS1).
NO_END = frozenset(
    re.findall(
        r"\w+",
        "none no not never nothing n na applicable expire expires expiration expiry end ends ended ending "
        "endless event lapse lapses indefinite indefinitely permanent permanently ongoing open unlimited "
        "forever ever continuous continuously continuing perpetual perpetually lifetime life further notice "
        "revoke revokes revoked revoking revocation rescind rescinded cancel cancels canceled cancelled "
        "withdraw withdraws withdrawn take takes taken took back research study",
    )
)
# words that name nothing by themselves
BESIDE_IT = frozenset(
    re.findall(
        r"\w+",
        "a an the this that it its is are be been being remains remain stays stay valid effective effect "
        "force good in for of by on at to from with without until till unless when upon if or and as long "
        "such time date doesn don t s does do will shall must may i me my mine we patient patients client he "
        "she they his her their person individual undersigned authorization form permission consent release "
        "writing written entire whole natural",
    )
)


# Whoever signs for a living minor; in loco parentis is on record as another representative (164.502(g)(3)).
FOR_A_MINOR = frozenset({SignerRole.PARENT, SignerRole.GUARDIAN, SignerRole.HEALTH_CARE_AGENT, SignerRole.OTHER_PR})


def is_blank(text: str) -> bool:
    """Nothing a person could read: empty, spaces, or only marks such as dashes."""
    return not re.search(r"\w", text)


def is_patients_request(purpose: str) -> bool:
    """Whether the purpose is only "at the request of the individual" in one of its usual wordings."""
    words = " ".join(re.findall(r"[a-z]+", purpose.lower().replace("’s", "").replace("'s", "")))
    return words in {
        "at the request of the individual",
        "at request of the individual",
        "at the request of the patient",
        "at request of the patient",
        "at the individual request",
        "at the patient request",
        "at individual request",
        "at patient request",
        "patient request",
        "individual request",
        "at my request",
        "at my own request",
    }


def a1_information(facts: AuthorizationFacts) -> Iterator[Defect]:
    if is_blank(facts.info_description) or not facts.record_classes:
        yield incomplete("A1", "It does not say which records.", "Describe the records the form names.", "(c)(1)(i)")
        return
    if facts.covers_from and facts.covers_to and facts.covers_from > facts.covers_to:
        yield incomplete(
            "A1", "The period it covers ends before it starts.", "Correct the two dates from the paper.", "(c)(1)(i)"
        )
    if not facts.is_for_psychotherapy_notes:
        return
    if not NAMES_PSYCHOTHERAPY.search(facts.info_description):
        yield incomplete(
            "A1",
            "It does not name psychotherapy notes. “All records” or “entire file” does not include them.",
            "Ask for a form whose description says “psychotherapy notes”.",
            "(c)(1)(i)",
        )
    yield from _a1_which_notes(facts)


def _a1_which_notes(facts: AuthorizationFacts) -> Iterator[Defect]:
    missing = {
        PnScope.NOT_NAMED: True,
        PnScope.ALL_BY_ORIGINATOR: not facts.pn_originator_id,
        PnScope.DATE_RANGE: not (facts.covers_from and facts.covers_to),
        PnScope.SESSION_DATES: not facts.pn_session_dates,
    }[facts.pn_scope]
    if missing:
        yield incomplete(
            "A1",
            "It does not say which psychotherapy notes.",
            "Choose the therapist whose notes are meant, or give the session dates.",
            "(c)(1)(i)",
        )


def a2_discloser(facts: AuthorizationFacts) -> Iterator[Defect]:
    if is_blank(facts.discloser):
        yield incomplete(
            "A2", "It does not say who may release the records.", "Name the practice or the person.", "(c)(1)(ii)"
        )


def a3_recipient(facts: AuthorizationFacts) -> Iterator[Defect]:
    if is_blank(facts.recipient_name) and is_blank(facts.recipient_class):
        yield incomplete(
            "A3", "It does not say who may receive the records.", "Name the person, office or group.", "(c)(1)(iii)"
        )


def a4_purpose(facts: AuthorizationFacts) -> Iterator[Defect]:
    if is_blank(facts.purpose):
        yield incomplete(
            "A4",
            "No purpose.",
            "Give each purpose. “At the request of the individual” is enough if the patient started this.",
            "(c)(1)(iv)",
        )
    elif is_patients_request(facts.purpose) and not facts.individual_initiated:
        yield incomplete(
            "A4",
            "It says “at the request of the individual”, but the practice asked for it.",
            "Give the practice’s own purpose, or record that the patient started this.",
            "(c)(1)(iv)",
        )


def names_no_end(event: str) -> bool:
    """Whether what stands under "ends when" says only that nothing ends it, or that the patient may."""
    said = set(re.findall(r"[^\W_]+", event.casefold())) - BESIDE_IT
    return bool(said) and said <= NO_END


def a5_expiration(facts: AuthorizationFacts) -> Iterator[Defect]:
    if facts.expires_on is None and is_blank(facts.expires_event):
        yield incomplete("A5", "No expiration.", "Add a date or an event.", "(c)(1)(v)")
    if is_blank(facts.expires_event):
        return
    if names_no_end(facts.expires_event):
        if not facts.research and facts.expires_on is None:
            yield incomplete(
                "A5",
                "“No expiration” is allowed for research only.",
                "Add a date, or an event that concerns the patient or the purpose.",
                "(c)(1)(v)",
            )
    elif not facts.expires_event_relates:
        yield incomplete(
            "A5",
            "The event at which it ends does not concern the patient or the purpose.",
            "Add a date, or an event such as “end of my treatment” or “end of the court case”.",
            "(c)(1)(v)",
        )


def a6_signature(facts: AuthorizationFacts, on: date) -> Iterator[Defect]:
    if not facts.is_signed:
        unwanted = facts.declined_on or facts.put_aside_on
        remedy = "Offer it again, if they have changed their mind." if unwanted else "Have it signed."
        yield incomplete("A6", "No signature.", remedy, "(c)(1)(vi)")
    elif refusal := Acting(facts.representation_refused, facts.representation_declined).refusal_on(on):
        remedy = refusal.remedy or "Have the patient sign, or somebody who acts for them."
        yield Defect(AUTH_DEFECT_INCOMPLETE, "A6", refusal.words, remedy, refusal.cite, link=refusal.link)
    elif not is_blank(facts.signer_name) and not facts.name_confirmed:
        yield from _a6_own_name(facts)
    if facts.signed_on is None:
        yield incomplete("A6", "The signature has no date.", "Have the signer add the date.", "(c)(1)(vi)")
        return
    if facts.signed_on > on:
        yield incomplete(
            "A6", "The date of the signature is in the future.", "Correct the date from the paper.", "(c)(1)(vi)"
        )
    if facts.signer_role in SIGNS_FOR_SELF and facts.patient_died_on and facts.patient_died_on < facts.signed_on:
        yield incomplete(
            "A6",
            "It bears a day after the patient's death as the day on which the patient signed.",
            "Correct the day from the paper; or have the executor or administrator of the estate sign.",
            "(c)(1)(vi), 164.502(g)(4)",
        )
    if facts.expires_on and facts.signed_on > facts.expires_on:
        yield incomplete(
            "A5", "It ended before it was signed.", "Correct the dates, or have a new form signed.", "(c)(1)(v)"
        )
    if facts.patient_born_on is None and facts.signer_role == SignerRole.PARENT:
        yield incomplete(
            "A6",
            "The patient's birth date is not on record, and a parent signs for a minor only.",
            "Enter the birth date in the patient's details.",
            "(c)(1)(vi), 164.502(g)(3)",
        )
    elif facts.patient_born_on:
        yield from _a6_right_person(facts, age_on(facts.patient_born_on, facts.signed_on) < AGE_OF_MAJORITY)


def _a6_own_name(facts: AuthorizationFacts) -> Iterator[Defect]:
    if facts.signer_known_as and match_of_name(facts.signer_name, facts.signer_known_as) != NameMatch.SAME:
        yield incomplete(
            "A6",
            f"The paper says “{facts.signer_name.strip()}”, the signer is on record as “{facts.signer_known_as[0]}”.",
            "Look at the paper. Where it is the same person, say so beside the name; else the right person signs.",
            "(c)(1)(vi), 164.514(h)(1)",
        )


def _a6_right_person(facts: AuthorizationFacts, is_minor: bool) -> Iterator[Defect]:
    """Who may sign for somebody under age, and that nobody signs as parent of an adult (R-145, W-21)."""
    minor_acts_alone = facts.minor_rule != MinorRule.NONE
    if facts.signer_role == SignerRole.PARENT and not is_minor:
        yield incomplete(
            "A6",
            "The patient is an adult: a parent cannot sign as parent.",
            "Have the patient sign, or record the court’s or the patient’s own appointment.",
            "(c)(1)(vi), 164.502(g)(2)",
        )
    if facts.signer_role in FOR_A_MINOR and is_minor and minor_acts_alone:
        yield incomplete(
            "A6",
            "The minor lawfully consented to this service alone, so nobody signs for them.",
            "Have the minor sign.",
            "(c)(1)(vi), 164.502(g)(3)",
        )
    if facts.signer_role in SIGNS_FOR_SELF and is_minor and not minor_acts_alone:
        yield incomplete(
            "A6",
            "The patient is under 18 and nothing says why the minor acts alone.",
            "Have a parent or guardian sign, or have a clinician record why the minor acts alone.",
            "(c)(1)(vi), 164.502(g)(3)",
        )
    if facts.signer_role == SignerRole.MINOR_AS_INDIVIDUAL and not is_minor:
        yield incomplete(
            "A6", "The patient is an adult, not a minor.", "Record the signer as the patient.", "(c)(1)(vi)"
        )


def a7_authority(facts: AuthorizationFacts) -> Iterator[Defect]:
    if facts.signer_role not in SIGNS_FOR_SELF and is_blank(facts.authority_description):
        yield incomplete(
            "A7",
            "It was signed for the patient, and nothing describes the signer’s authority to act.",
            "Describe the authority, for example “mother, custody order of 2024”.",
            "(c)(1)(vi)",
        )


def rs1_revocation(facts: AuthorizationFacts) -> Iterator[Defect]:
    if not facts.stmt_revocation:
        yield incomplete(
            "RS1",
            "The right to revoke in writing is not explained.",
            "Ask for a form that says how to revoke it, or that points to the privacy notice.",
            "(c)(2)(i)",
        )


def rs2_conditioning(facts: AuthorizationFacts) -> Iterator[Defect]:
    is_conditioned = facts.conditioned_on != ConditionedOn.NOTHING
    wanted = ConditioningStatement.CONSEQUENCES if is_conditioned else ConditioningStatement.NOT_CONDITIONED
    if facts.stmt_conditioning == ConditioningStatement.MISSING:
        words = "It does not say whether care or payment depends on signing."
    elif facts.stmt_conditioning != wanted:
        words = "What it says about care and payment depending on the signature is not the statement this form needs."
    else:
        return
    remedy = (
        "Ask for a form that says what happens if the person does not sign."
        if is_conditioned
        else "Ask for a form that says care and payment do not depend on signing."
    )
    yield incomplete("RS2", words, remedy, "(c)(2)(ii)")


def rs3_redisclosure(facts: AuthorizationFacts) -> Iterator[Defect]:
    if not facts.stmt_redisclosure:
        yield incomplete(
            "RS3",
            "It does not say that the recipient may pass the records on.",
            "Ask for a form with the statement on redisclosure.",
            "(c)(2)(iii)",
        )


def rs4_remuneration(facts: AuthorizationFacts) -> Iterator[Defect]:
    if facts.remuneration_applies and not facts.stmt_remuneration:
        yield incomplete(
            "RS4",
            "Somebody pays for this release, and the form does not say so.",
            "Ask for a form that says the practice is paid.",
            "(a)(3)(ii), (a)(4)(ii)",
        )


WITHOUT_A_DAY: tuple[Callable[[AuthorizationFacts], Iterator[Defect]], ...] = (
    a1_information,
    a2_discloser,
    a3_recipient,
    a4_purpose,
    a5_expiration,
    a7_authority,
    rs1_revocation,
    rs2_conditioning,
    rs3_redisclosure,
    rs4_remuneration,
)


def missing_elements(facts: AuthorizationFacts, on: date) -> list[Defect]:
    """Every missing or wrong element and statement on a day, in the order of the checklist."""
    found = [defect for check in WITHOUT_A_DAY for defect in check(facts)]
    found.extend(a6_signature(facts, on))
    return sorted(found, key=lambda defect: (defect.element.startswith("RS"), defect.element))
