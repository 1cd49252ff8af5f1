"""Who may see and record authorizations: front desk and compliance officer for everybody, clinicians for their own.

An administrator has no part in them. A clinician who does not care for the patient is told so, and who can help.
"""

from typing import NoReturn
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet
from django.http import Http404

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import MinorAlone, Patient, PersonalRepresentative, RepresentativePaper, Staff
from practice.people.policies import patients_visible_to, require_act
from practice.people.queries import DECISIONS
from practice.people.rules import Act, Role

from .models import (
    AnswerLetter,
    Authorization,
    AuthorizationEvent,
    FormVersion,
    Restriction,
    RestrictionLetter,
    RestrictionPaper,
    RevocationNotice,
    SignedDocument,
    SignedPaper,
)
from .rules import EventKind

# What the facts of one authorization are made of, in one query.
SIGNED_BEFORE = ("signature__identity_checked_by", "signature__recorded_by")
FACTS_FROM = ("patient", "representative", "signature", "signature__representative", "template_version")

# Whether anything of the signed form itself is here: its scan, or what was signed on a screen, frozen. A scan that came
# in after the words were entered counts once somebody compared the two.
_SCANS = SignedPaper.objects.filter(authorization=OuterRef("pk"), event=None)
_COMPARED = AuthorizationEvent.objects.filter(authorization=OuterRef("pk"), kind=EventKind.SCAN_COMPARED)
IS_ON_FILE = (
    Exists(_SCANS.filter(to_compare=False))
    | Exists(_COMPARED)
    | Exists(SignedDocument.objects.filter(signature__authorization=OuterRef("pk")))
)

# Everybody on record as acting for a patient, each with whether the document that shows it is on file, and when the
# practice did not recognize them.
REPRESENTATIVES = (
    PersonalRepresentative.objects.annotate(
        has_document=Exists(RepresentativePaper.objects.filter(representative=OuterRef("pk")))
    )
    .prefetch_related(DECISIONS)
    .order_by("-from_on")
)
ACTING = Prefetch("patient__representatives", REPRESENTATIVES, to_attr="acting")

# When and why a minor acted alone, without the words.
ALONE = Prefetch("patient__acting_alone", MinorAlone.objects.defer("reason"))

BESIDE = ("template_version__reviews", "patient__names", ALONE, ACTING)

NOT_YOUR_PATIENT = Refusal(
    "AUTHORIZATION_NOT_YOUR_PATIENT",
    "This authorization is for a patient you do not care for.",
    "Front desk or the compliance officer can record it and look after it.",
    "45 CFR 164.514(d)(2)",
)


def representatives_of(patient: Patient) -> list[PersonalRepresentative]:
    """Everybody on record as acting for this patient: read along with the authorization, else asked for now."""
    acting: list[PersonalRepresentative] | None = getattr(patient, "acting", None)
    return list(REPRESENTATIVES.filter(patient=patient)) if acting is None else acting


def with_facts(rows: QuerySet[Authorization]) -> QuerySet[Authorization]:
    """Authorizations with everything that facts are made of, in as many queries for one as for fifty."""
    rows = rows.select_related(*FACTS_FROM).prefetch_related("events", *BESIDE)
    return rows.annotate(on_file=IS_ON_FILE)


def authorizations_visible_to(staff: Staff) -> QuerySet[Authorization]:
    """Authorizations of the patients this person may see, with what facts are made of."""
    return (
        Authorization.objects.filter(patient__in=patients_visible_to(staff))
        .select_related(*FACTS_FROM, "pn_originator", "recorded_by", *SIGNED_BEFORE)
        .prefetch_related("events__recorded_by", *BESIDE)
        .annotate(on_file=IS_ON_FILE)
    )


def open_patient_authorizations(staff: Staff, patient_id: UUID | str) -> Patient:
    """The doorway to one patient's authorizations.

    Raises Refused for a clinician who does not care for the patient, Http404 for other strangers and no such id.
    """
    patient = patients_visible_to(staff).filter(pk=patient_id).first()
    if patient is None:
        _refuse(staff, Patient, patient_id, Patient.objects.filter(pk=patient_id).first())
    record(by=staff, event=AuditEvent.VIEWED, subject=patient, patient_id=patient.pk, detail="authorizations")
    return patient


def open_authorization(staff: Staff, authorization_id: UUID | str) -> Authorization:
    """The doorway to one authorization. Raises as `open_patient_authorizations` does; every attempt is recorded."""
    authorization = authorizations_visible_to(staff).filter(pk=authorization_id).first()
    if authorization is None:
        known = Authorization.objects.filter(pk=authorization_id).select_related("patient").first()
        _refuse(staff, Authorization, authorization_id, known.patient if known else None)
    record(by=staff, event=AuditEvent.VIEWED, subject=authorization, patient_id=authorization.patient_id)
    return authorization


def open_signed_paper(staff: Staff, authorization_id: UUID | str, paper_id: UUID | str) -> SignedPaper:
    """The doorway to the scan of one authorization; opening it is recorded as a download."""
    authorization = open_authorization(staff, authorization_id)
    paper = authorization.papers.filter(pk=paper_id).first()
    if paper is None:
        raise Http404
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=paper, patient_id=authorization.patient_id)
    return paper


def see_signed_paper(staff: Staff, authorization_id: UUID | str, paper_id: UUID | str) -> SignedPaper:
    """The doorway to the scan of one authorization as it is looked at, page by page; each look is recorded."""
    rows = SignedPaper.objects.filter(authorization__patient__in=patients_visible_to(staff))
    paper = rows.filter(authorization__pk=authorization_id, pk=paper_id).select_related("authorization").first()
    if paper is None:
        open_authorization(staff, authorization_id)
        raise Http404
    record(by=staff, event=AuditEvent.VIEWED, subject=paper, patient_id=paper.authorization.patient_id)
    return paper


def open_signed_document(staff: Staff, authorization_id: UUID | str) -> SignedDocument:
    """The doorway to what was signed on a screen, frozen; opening it is recorded as a download."""
    authorization = open_authorization(staff, authorization_id)
    document = SignedDocument.objects.filter(signature__authorization=authorization).first()
    if document is None:
        raise Http404
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=document, patient_id=authorization.patient_id)
    return document


def open_prepared(staff: Staff, authorization_id: UUID | str, *, printing: bool = False) -> Authorization:
    """The doorway to the form that an authorization was prepared on; a paper from elsewhere has none: Http404."""
    authorization = open_authorization(staff, authorization_id)
    if authorization.template_version is None:
        raise Http404
    if printing:
        record(by=staff, event=AuditEvent.DOWNLOADED, subject=authorization, patient_id=authorization.patient_id)
    return authorization


def open_form(staff: Staff, version_id: UUID | str) -> FormVersion:
    """The doorway to one version of the practice's forms. Raises Refused for who has no part in authorizations."""
    require_act(staff, Act.AUTHORIZATION_RECORD)
    version = FormVersion.objects.filter(pk=version_id).select_related("made_by").prefetch_related("reviews").first()
    if version is None:
        raise Http404
    return version


def notices_visible_to(staff: Staff) -> QuerySet[RevocationNotice]:
    """Notices of the revocations this person may see; a recipient of psychotherapy notes is not everybody's to know."""
    rows = RevocationNotice.objects.filter(event__authorization__in=authorizations_visible_to(staff))
    if not staff.has_role(Role.COMPLIANCE_OFFICER):
        rows = rows.filter(officer_only=False)
    return rows.select_related("event__authorization__patient", "associate", "told_by")


def open_notice(staff: Staff, notice_id: UUID | str) -> RevocationNotice:
    """The doorway to one notice. Raises Http404 when there is none for this person, Refused as its authorization."""
    notice = notices_visible_to(staff).filter(pk=notice_id).first()
    if notice is None:
        known = RevocationNotice.objects.filter(pk=notice_id, officer_only=False).select_related("event").first()
        if known is not None:
            open_authorization(staff, known.event.authorization_id)
        _refuse(staff, RevocationNotice, notice_id, None)
    record(by=staff, event=AuditEvent.VIEWED, subject=notice, patient_id=notice.event.authorization.patient_id)
    return notice


def open_written_revocation(staff: Staff, event_id: UUID | str) -> AuthorizationEvent:
    """The doorway to one written revocation, with its authorization. Raises as `open_authorization` does."""
    event = AuthorizationEvent.objects.filter(pk=event_id, kind=EventKind.WRITTEN_REVOCATION).first()
    if event is None:
        _refuse(staff, AuthorizationEvent, event_id, None)
    event.authorization = open_authorization(staff, event.authorization_id)
    return event


def check_may_record(staff: Staff, patient: Patient) -> None:
    """Let through who may record something about this patient's authorizations. Raises Refused, or Http404."""
    require_act(staff, Act.AUTHORIZATION_RECORD)
    if not patients_visible_to(staff).filter(pk=patient.pk).exists():
        _refuse(staff, Patient, patient.pk, patient)


def _refuse(staff: Staff, model: type[Model], object_id: UUID | str, patient: Patient | None) -> NoReturn:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject_type=model,
        subject_id=str(object_id),
        patient_id=patient.pk if patient else None,
        outcome=Outcome.REFUSED,
        detail="authorizations",
    )
    if patient is not None and staff.is_active and staff.is_clinical:
        raise Refused(NOT_YOUR_PATIENT, recorded=True)
    raise Http404


NOT_YOURS_TO_ANSWER = Refusal(
    "RESTRICTION_OFFICER_ANSWERS",
    "What the practice agrees to binds everybody here, so one person answers for it.",
    "Ask the compliance officer.",
    "45 CFR 164.522(a)(1), 164.530(a)(1)",
)


def open_restriction(staff: Staff, restriction_id: UUID | str) -> Restriction:
    """The doorway to one request for restriction. Raises as `open_patient_authorizations` does."""
    rows = Restriction.objects.select_related("patient", "representative", "recorded_by")
    found = rows.prefetch_related("events__recorded_by").filter(pk=restriction_id).first()
    if found is None or not patients_visible_to(staff).filter(pk=found.patient_id).exists():
        _refuse(staff, Restriction, restriction_id, found.patient if found else None)
    record(by=staff, event=AuditEvent.VIEWED, subject=found, patient_id=found.patient_id)
    return found


def open_restriction_letter(staff: Staff, restriction_id: UUID | str, letter_id: UUID | str) -> RestrictionLetter:
    """The doorway to one letter about a request; opening it is recorded as a download."""
    restriction = open_restriction(staff, restriction_id)
    letter = restriction.letters.filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=letter, patient_id=restriction.patient_id)
    return letter


def open_restriction_paper(staff: Staff, restriction_id: UUID | str, paper_id: UUID | str) -> RestrictionPaper:
    """The doorway to what the patient wrote to end a restriction; opening it is recorded as a download."""
    restriction = open_restriction(staff, restriction_id)
    paper = RestrictionPaper.objects.filter(event__restriction=restriction, pk=paper_id).first()
    if paper is None:
        raise Http404
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=paper, patient_id=restriction.patient_id)
    return paper


def open_answer_letter(staff: Staff, authorization_id: UUID | str, letter_id: UUID | str) -> AnswerLetter:
    """The doorway to a letter that answers the patient (R-059), for who may record; opening it is written down."""
    authorization = open_authorization(staff, authorization_id)
    check_may_record(staff, authorization.patient)
    letter = AnswerLetter.objects.filter(authorization=authorization, pk=letter_id).first()
    if letter is None:
        raise Http404
    letter.authorization = authorization
    record(by=staff, event=AuditEvent.PRINTED, subject=letter, patient_id=authorization.patient_id)
    return letter


def may_answer_restrictions(staff: Staff) -> bool:
    """Whether this person answers requests for restriction, and ends by notice what was agreed to."""
    return staff.is_active and staff.has_role(Role.COMPLIANCE_OFFICER)


def check_may_answer_restriction(staff: Staff, restriction: Restriction) -> None:
    """Let through who answers for the practice. Raises Refused for others who may see it, Http404 for strangers."""
    check_may_record(staff, restriction.patient)
    if not may_answer_restrictions(staff):
        raise Refused(NOT_YOURS_TO_ANSWER)
