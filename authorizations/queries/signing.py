"""Who may sign a prepared form, and what stands in the way, asked before anybody is handed a pen."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import Act, RepresentativeKind, age_on, may

from .. import rules
from ..models import Authorization, SignedDocument
from ..policies import IS_ON_FILE, authorizations_visible_to
from ..rules import (
    AUTH_DEFECT_EXPIRED,
    AUTH_DEFECT_REVOKED,
    REVOCATIONS,
    AuthorizationStatus,
    Defect,
    EventKind,
    SignatureMethod,
    SignerRole,
)
from ..rules.choices import SIGNS_FOR_SELF
from ..rules.elements import AGE_OF_MAJORITY
from ..rules.signing import ELEMENTS, signed
from .standing import AuthorizationLine, acting_by, facts_of, line_of

SELF = "self"
SIGNED_ALREADY = Refusal(
    "AUTHORIZATION_SIGNED_ALREADY",
    "This form is signed already.",
    "To change something, have a new form signed.",
    "45 CFR 164.508(c)(1)(vi)",
)
NOT_OUR_FORM = Refusal(
    "AUTHORIZATION_NOT_OUR_FORM",
    "This is not a form of ours: nobody has approved its words, so nobody is asked to sign it on a screen.",
    "Prepare it on our form, or record the paper once it is signed.",
    "45 CFR 164.508(c)(3), practice policy P-22",
)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the patient, or a representative with the authority as it will stand under the signature (A7)."""

    role: SignerRole
    name: str
    representative: PersonalRepresentative | None = None
    authority: str = ""

    @property
    def for_self(self) -> bool:
        return self.role in SIGNS_FOR_SELF


@dataclass(frozen=True, slots=True)
class PossibleSigner:
    """Somebody who might sign, by the key that a form sends, with every reason why they cannot."""

    key: str
    signer: Signer
    refusals: list[Refusal]


def possible_signers(authorization: Authorization, on: date) -> list[PossibleSigner]:
    """The patient and everybody on record as a representative, each with what is against it (R-145, W-21)."""
    patient = authorization.patient
    rows = patient.representatives.order_by("-from_on")
    signers = [(SELF, signer_of(authorization, None, on))]
    signers += [(str(row.pk), signer_of(authorization, row, on)) for row in rows]
    return [PossibleSigner(key, signer, refusals_to(authorization, signer, on)) for key, signer in signers]


def signer_of(authorization: Authorization, representative: PersonalRepresentative | None, on: date) -> Signer:
    """The patient, in their own right or as a minor acting alone; or the representative with their authority."""
    patient = authorization.patient
    if representative is not None:
        kind = RepresentativeKind(representative.kind)
        authority = f"{kind.label}: {representative.authority}" if representative.authority.strip() else ""
        return Signer(SignerRole(kind.value), representative.name, representative, authority)
    minor = patient.birth_date is not None and age_on(patient.birth_date, on) < AGE_OF_MAJORITY
    alone = facts_of(authorization).minor_rule != rules.MinorRule.NONE
    role = SignerRole.MINOR_AS_INDIVIDUAL if minor and alone else SignerRole.INDIVIDUAL
    return Signer(role, patient.legal_name)


def refusals_to(authorization: Authorization, signer: Signer, on: date) -> list[Refusal]:
    """Why this person cannot sign this form on a day; empty when they can. What the form lacks is `unsignable`."""
    if signer.representative is not None and signer.representative.patient_id != authorization.patient_id:
        return [Refusal("AUTHORIZATION_OTHER_PATIENT", "This belongs to another patient.")]
    found = [_refusal(defect) for defect in _after(authorization, signer, on) if defect.element in ("A6", "A7")]
    patient = Patient.objects.get(pk=authorization.patient_id)  # with whoever acts for them by now
    if signer.for_self and patient.died_on is not None and patient.died_on <= on:
        words = "The patient has died. The executor or administrator of the estate signs."
        found.append(Refusal("SIGNER_DIED", words, "Record who that is.", "45 CFR 164.502(g)(4)"))
    # a paper of an earlier day is weighed by what the practice has decided since
    acts = acting_by(patient, signer.role, signer.name, signer.representative, on).refusal_on(max(on, today()))
    return [*found, acts] if acts else found


def unsignable(authorization: Authorization, on: date) -> list[Defect]:
    """What would make the form useless once signed, but for who signs it: nobody is asked to sign such a form."""
    signer = signer_of(authorization, None, on)
    return [defect for defect in _after(authorization, signer, on) if defect.element not in ("A6", "A7")]


def as_filed(
    authorization: Authorization, signer: Signer | None, signed_on: date | None, on_paper: Collection[str], on: date
) -> list[Defect]:
    """Every defect the form would have if a paper with these elements on it were filed now."""
    signer = signer or signer_of(authorization, None, on)
    given = signed(
        replace(facts_of(authorization), document_on_file=True),
        method=SignatureMethod.PAPER,
        on=signed_on,
        role=signer.role,
        authority=signer.authority,
        not_on_paper=lacking(authorization, on_paper),
    )
    return rules.defects(given, on=on, pn_conditioning_forbidden=bool(policy("P-23", on).value))


def lacking(authorization: Authorization, on_paper: Collection[str]) -> list[str]:
    """The elements that a paper lacks; RS4 is asked for only where somebody pays for the release."""
    asked = [element for element in ELEMENTS if element != "RS4" or authorization.remuneration_applies]
    return [element for element in asked if element not in on_paper]


def awaiting_signature(staff: Staff, on: date, within_days: int) -> list[AuthorizationLine]:
    """Forms prepared within so many days that nobody has signed, of patients this person may see and record for."""
    if not may(staff.roles, Act.AUTHORIZATION_RECORD):
        return []
    rows = authorizations_visible_to(staff).filter(signature_method="", signature__isnull=True)
    rows = rows.exclude(events__kind=EventKind.RECORDED_IN_ERROR)
    recent = rows.filter(recorded_at__date__gte=on - timedelta(days=within_days)).order_by("recorded_at")
    return [line for line in (line_of(row, on) for row in recent) if line.status == AuthorizationStatus.DRAFT]


def awaiting_scan(staff: Staff, on: date) -> list[AuthorizationLine]:
    """Signed forms, recorded and not ended, of which nothing is on file, the oldest first, of patients this person may
    see and record for: nothing is released under them until somebody adds the scan.
    """
    if not may(staff.roles, Act.AUTHORIZATION_RECORD):
        return []
    rows = authorizations_visible_to(staff).exclude(signature_method="").exclude(IS_ON_FILE)
    rows = rows.exclude(events__kind=EventKind.RECORDED_IN_ERROR).order_by("recorded_at")
    over = {AUTH_DEFECT_REVOKED, AUTH_DEFECT_EXPIRED}
    lines = [line_of(row, on) for row in rows]
    return [line for line in lines if not over & {defect.code for defect in line.defects}]


def is_only_scan(row: Authorization) -> bool:
    """Whether a scan was filed and nothing of what it says has been entered yet."""
    entered = (row.record_classes, row.info_description, row.recipient_name, row.recipient_class, row.signed_on)
    return row.signature_method == SignatureMethod.PAPER and not any(entered)


def scans_to_enter(staff: Staff) -> list[Authorization]:
    """Scans that were filed before anybody entered what they say, the oldest first."""
    if not may(staff.roles, Act.AUTHORIZATION_RECORD):
        return []
    rows = authorizations_visible_to(staff).filter(signature_method=SignatureMethod.PAPER, record_classes=[])
    rows = rows.filter(IS_ON_FILE, recipient_name="", signed_on=None).exclude(
        events__kind__in=[*REVOCATIONS, EventKind.RECORDED_IN_ERROR]
    )
    return [row for row in rows.order_by("recorded_at") if is_only_scan(row)]


def typed_under(authorization: Authorization) -> str:
    """The name that was typed as a signature, as it was typed; empty where it was drawn or written by hand."""
    document = SignedDocument.objects.filter(signature__authorization=authorization).only("typed").first()
    return document.typed if document else ""


def refusal_to_sign(authorization: Authorization) -> Refusal | None:
    """Why nobody signs this any more: it is signed, not wanted, or was replaced by a corrected record."""
    facts = facts_of(authorization)
    if facts.is_changed_unsigned:
        words = "This form was changed before anybody signed it."
        return Refusal("AUTHORIZATION_CORRECTED", words, "Have the changed one signed.")
    if facts.recorded_in_error_on is not None:
        return Refusal("AUTHORIZATION_CORRECTED", "This record is not used any more.", "Open the corrected one.")
    if facts.is_signed:
        return SIGNED_ALREADY
    if facts.put_aside_on is not None:
        return Refusal("AUTHORIZATION_PUT_ASIDE", "This form was put aside.", "Offer it again first, if it is wanted.")
    if facts.declined_on is not None:
        words = f"On {day(facts.declined_on)} they did not want to sign this."
        return Refusal("AUTHORIZATION_DECLINED", words, "Offer it again first, if they have changed their mind.")
    return None


def problems_of(line: AuthorizationLine) -> list[Defect]:
    """What is wrong with a form besides that nobody has signed it yet."""
    return [defect for defect in line.defects if defect.element != "A6"]


def can_be_signed(line: AuthorizationLine) -> bool:
    """Whether somebody can be asked to sign it here: a form of ours, open, with nothing to put right first."""
    is_open = line.status == AuthorizationStatus.DRAFT
    return is_open and line.authorization.template_version_id is not None and not problems_of(line)


def refusal_to_sign_on_screen(authorization: Authorization) -> Refusal | None:
    """Why nobody is shown this form to sign on a screen or by a link: as `refusal_to_sign`, or it is no form of ours.

    What a patient signs through the product has words that counsel approved; a paper from elsewhere is filed signed.
    """
    if refusal := refusal_to_sign(authorization):
        return refusal
    if authorization.template_version_id is None:
        link = f"{page('authorization-prepare', authorization.patient_id)}?from={authorization.pk}"
        return replace(NOT_OUR_FORM, link=link)
    return None


def _after(authorization: Authorization, signer: Signer, on: date) -> list[Defect]:
    """Every defect the form would have if this person signed it on that day."""
    facts = facts_of(authorization, form_review=policy("P-22", on).value is True)
    given = signed(
        replace(facts, document_on_file=True, patient_died_on=None),  # said by `refusals_to` once
        method=SignatureMethod.ELECTRONIC,
        on=on,
        role=signer.role,
        authority=signer.authority,
    )
    return rules.defects(given, on=on, pn_conditioning_forbidden=bool(policy("P-23", on).value))


def _refusal(defect: Defect) -> Refusal:
    return Refusal(f"SIGNER_{defect.element}", defect.words, defect.remedy, defect.cite, defect.link)
