"""The five defects of 164.508(b)(2): one function, every defect at once, each with what would make it right."""

from collections.abc import Iterator
from datetime import date, datetime

from authorizations.rules.choices import CombinedWith, ConditionedOn, ConditioningGround, RecordClass
from authorizations.rules.defect import (
    AUTH_DEFECT_COMPOUND,
    AUTH_DEFECT_CONDITIONED,
    AUTH_DEFECT_EXPIRED,
    AUTH_DEFECT_FALSE,
    AUTH_DEFECT_REVOKED,
    AUTH_FORM_NOT_APPROVED,
    AUTH_NO_DOCUMENT,
    AUTH_RECORDED_IN_ERROR,
    Defect,
)
from authorizations.rules.elements import missing_elements
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.form_versions import CITE, before_the_signature, recorded_late, refusal_to_use, standing
from practice.infrastructure import days


def defects(
    facts: AuthorizationFacts, *, on: date, at: datetime | None = None, pn_conditioning_forbidden: bool = True
) -> list[Defect]:
    """All defects of an authorization on a practice-local day (164.508(b)(2), R-040 to R-054).

    `at` is the instant of the release, when there is one: a revocation counts from the minute it was received. Without
    it the whole day of the revocation counts as revoked. `pn_conditioning_forbidden` is policy P-23. An empty list
    means the paper is valid; whether it covers a release is `covers`, whether it is on hold is `status`.
    """
    return [
        *_expired(facts, on),
        *missing_elements(facts, on),
        *_form(facts, on),
        *_document(facts),
        *_revoked(facts, on, at),
        *_compound(facts),
        *_conditioned(facts, pn_conditioning_forbidden),
        *_known_false(facts, on),
        *_recorded_in_error(facts, on),
    ]


def rule_defects(found: list[Defect]) -> list[Defect]:
    """The part that the regulation alone calls a defect, without what the practice's own policy adds."""
    return [defect for defect in found if not defect.policy]


def _expired(facts: AuthorizationFacts, on: date) -> Iterator[Defect]:
    cite = "45 CFR 164.508(b)(2)(i)"
    if facts.expires_on and days.expiry_passed(facts.expires_on, on):
        words = "Its expiration date has passed."
        yield Defect(AUTH_DEFECT_EXPIRED, "D1", words, "Have a new authorization signed.", cite)
    if facts.event_known_on and facts.event_known_on <= on:
        words = "The event that ends it is known to have happened."
        yield Defect(AUTH_DEFECT_EXPIRED, "D1", words, "Have a new authorization signed.", cite)


def _form(facts: AuthorizationFacts, on: date) -> Iterator[Defect]:
    """Written on a form of ours that counsel had not approved when it was signed (F1, P-22)."""
    if facts.form_reviews is None:
        return
    reviews = before_the_signature(facts.form_reviews, facts.signed_on, facts.signed_by)
    remedy = "Have the patient sign on a form that counsel approved."
    refusal = refusal_to_use(standing(reviews, facts.signed_on or on))
    if refusal is not None:
        words = f"{refusal.words} It was written on that form."
        yield Defect(AUTH_FORM_NOT_APPROVED, "F1", words, remedy, refusal.cite, "P-22")
    elif facts.signed_on and (late := recorded_late(reviews, facts.signed_on)):
        answered, recorded = (f"{day:%b} {day.day}, {day.year}" for day in (late.on, late.recorded_on or late.on))
        words = f"Counsel’s approval of the form, dated {answered}, was recorded on {recorded}, after the signature."
        yield Defect(AUTH_FORM_NOT_APPROVED, "F1", words, remedy, CITE, "P-22")


def _document(facts: AuthorizationFacts) -> Iterator[Defect]:
    """What nobody has but in somebody's words opens nothing: the signed form itself must be on file (R-056)."""
    if facts.is_signed and not facts.document_on_file:
        words = "The signed form is not on file: there is no scan of it that was compared with what was entered."
        remedy = "Add the scan of the signed form, and compare it with what was entered."
        yield Defect(AUTH_NO_DOCUMENT, "", words, remedy, "45 CFR 164.508(b)(6), 164.530(j)")


def is_revoked(facts: AuthorizationFacts, on: date, at: datetime | None) -> bool:
    """Whether a written revocation had been received by an instant, or by the end of a day (R-052)."""
    received = facts.revocation_received_at
    if received is None:
        return False
    return received <= at if at else days.local_date(received) <= on


def _revoked(facts: AuthorizationFacts, on: date, at: datetime | None) -> Iterator[Defect]:
    if is_revoked(facts, on, at):
        words = "It was revoked in writing. What was released before stands; nothing more may go out."
        remedy = "Ask the patient whether they want to sign a new authorization."
        yield Defect(AUTH_DEFECT_REVOKED, "D3", words, remedy, "45 CFR 164.508(b)(2)(iii), (b)(5)")


def _compound(facts: AuthorizationFacts) -> Iterator[Defect]:
    """Joined with something it may not be joined with (R-045 to R-048)."""
    others = facts.record_classes - {RecordClass.PN}
    joined = facts.combined_with
    if facts.is_for_psychotherapy_notes:
        if others or joined - {CombinedWith.PN_AUTHORIZATION}:
            yield _compound_defect(
                "It covers psychotherapy notes together with something else on one form.", "(b)(3)(ii), (b)(2)(iv)"
            )
        return
    if CombinedWith.PN_AUTHORIZATION in joined:
        yield _compound_defect(
            "It is joined with an authorization for psychotherapy notes on one form.", "(b)(3)(ii), (b)(2)(iv)"
        )
    not_authorizations = joined - {CombinedWith.PN_AUTHORIZATION, CombinedWith.OTHER_AUTHORIZATION}
    if not_authorizations and not (facts.research and not_authorizations == {CombinedWith.SAME_STUDY_PERMISSION}):
        yield _compound_defect("It is part of another document.", "(b)(3), (b)(2)(iv)")
    several = CombinedWith.OTHER_AUTHORIZATION in joined or len(others) > 1
    if several and facts.conditioned_on != ConditionedOn.NOTHING and not facts.research:
        yield _compound_defect(
            "It joins several authorizations although care or payment depends on one of them.", "(b)(3)(iii)"
        )


def _compound_defect(words: str, cite: str) -> Defect:
    remedy = "Make separate forms, each signed on its own."
    return Defect(AUTH_DEFECT_COMPOUND, "D4", words, remedy, f"45 CFR 164.508{cite}")


def _conditioned(facts: AuthorizationFacts, pn_conditioning_forbidden: bool) -> Iterator[Defect]:
    """Something depends on signing that may not depend on it (R-049), or on psychotherapy notes at all (R-050)."""
    if facts.conditioned_on == ConditionedOn.NOTHING:
        return
    is_pn = facts.is_for_psychotherapy_notes
    allowed = {
        ConditioningGround.NONE: False,
        ConditioningGround.RESEARCH_TREATMENT: facts.research and facts.conditioned_on == ConditionedOn.TREATMENT,
        ConditioningGround.PLAN_ENROLLMENT: not is_pn
        and facts.conditioned_on in (ConditionedOn.ENROLLMENT, ConditionedOn.ELIGIBILITY),
        ConditioningGround.CARE_FOR_THIRD_PARTY: facts.conditioned_on == ConditionedOn.TREATMENT,
    }[facts.conditioning_ground]
    what = facts.conditioned_on.label.lower()
    remedy = "Remove the condition and have a new form signed."
    if not allowed:
        words = f"It makes {what} depend on signing, which the law does not allow here."
        yield Defect(AUTH_DEFECT_CONDITIONED, "D4", words, remedy, "45 CFR 164.508(b)(4), (b)(2)(iv)")
    elif is_pn and pn_conditioning_forbidden:
        words = f"It makes {what} depend on signing away psychotherapy notes, which this practice never does."
        yield Defect(AUTH_DEFECT_CONDITIONED, "D4", words, remedy, "45 CFR 164.508(b)(4); practice policy", "P-23")


def _known_false(facts: AuthorizationFacts, on: date) -> Iterator[Defect]:
    if facts.known_false_on and facts.known_false_on <= on:
        words = "Something in it that matters is known to be false."
        remedy = "Have a correct form signed."
        yield Defect(AUTH_DEFECT_FALSE, "D5", words, remedy, "45 CFR 164.508(b)(2)(v)")


def _recorded_in_error(facts: AuthorizationFacts, on: date) -> Iterator[Defect]:
    if facts.recorded_in_error_on and facts.recorded_in_error_on <= on:
        words = "It was entered wrongly: what stands here is not what the paper says."
        remedy = "Use the corrected record."
        if facts.is_changed_unsigned:
            words, remedy = "It was changed before anybody signed it.", "Use the changed form."
        yield Defect(AUTH_RECORDED_IN_ERROR, "", words, remedy, "45 CFR 164.508(b)(1)")
