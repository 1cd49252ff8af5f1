"""Who may see and work on legal papers, and who may take part in a compelled release.

A paper says what somebody asked for, never whether there is any of it: front desk, the compliance officer and the
patient's clinicians see it alike.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from disclosures.releases.policies import may_work_on_releases, open_patient_for_release, patients_for_release
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.refusals import Refusal
from practice.people.actions.invitations import has_settled
from practice.people.models import Patient, Staff
from practice.people.rules import CLINICAL_ROLES, Role
from records.psychotherapy.policies import HAND_OVER_ROLES, seconds_for

from .models import LegalPaper
from .rules import STOPS, EntryKind


def papers_visible_to(staff: Staff) -> QuerySet[LegalPaper]:
    """The legal papers about patients whose releases this person works on, without their scans."""
    if not may_work_on_releases(staff):
        return LegalPaper.objects.none()
    return LegalPaper.objects.filter(patient__in=patients_for_release(staff)).defer("document")


def open_paper(staff: Staff, paper_id: UUID) -> LegalPaper:
    """The doorway to one legal paper. Raises Http404 for everybody who may not see it; the opening is recorded."""
    paper = papers_visible_to(staff).select_related("patient", "recorded_by").filter(pk=paper_id).first()
    if paper is None:
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject_type=LegalPaper,
            subject_id=str(paper_id),
            outcome=Outcome.REFUSED,
            detail="legal_paper",
        )
        raise Http404
    record(by=staff, event=AuditEvent.VIEWED, subject=paper, patient_id=paper.patient_id, detail="legal_paper")
    return paper


def open_patient_for_paper(staff: Staff, patient_id: UUID) -> Patient:
    """The doorway to recording a paper about a patient. Raises Http404 for everybody who may not."""
    return open_patient_for_release(staff, patient_id)


def refusal_to_add(staff: Staff, kind: EntryKind, code: str = "") -> Refusal | None:
    """Why this person may not record an entry of this kind, or None. What counsel said decides what leaves, and so does
    that a paper is fought or over: the notes' author must be able neither to stop an order by it, nor to have one
    carried out.
    """
    if kind == EntryKind.COUNSEL and not staff.has_role(Role.COMPLIANCE_OFFICER):
        return Refusal(
            "COUNSEL_BY_OFFICER",
            "Counsel’s review is recorded by the compliance officer.",
            "Pass on what counsel said to the compliance officer.",
            "Practice policy P-07",
        )
    if kind == EntryKind.REACH and not staff.has_role(Role.COMPLIANCE_OFFICER):
        return Refusal(
            "REACH_BY_OFFICER",
            "That a paper names sessions held after the day it came is recorded by the compliance officer.",
            "Tell the compliance officer which words of the paper name them.",
            "45 CFR 164.512(e)(1)(i)",
        )
    clinical = staff.has_role(*CLINICAL_ROLES) and not staff.has_role(Role.COMPLIANCE_OFFICER)
    if clinical and code in STOPS:
        return Refusal(
            "STOP_BY_OFFICER",
            "That a paper is fought, or over, is not recorded by clinicians: it stops what the paper asks for.",
            "Tell the compliance officer or front desk what happened.",
            "Practice policy P-07",
        )
    return None


def refusal_to_name_patients(staff: Staff) -> Refusal | None:
    """Why this person may not put down whom else a paper names, or None. It opens notes that speak of several people,
    and counsel answers anew after it, so the notes' author must not be able to do it.
    """
    if staff.is_active and staff.has_role(Role.COMPLIANCE_OFFICER):
        return None
    return Refusal(
        "NAMING_BY_OFFICER",
        "Whom a paper names beside this patient is put down by the compliance officer.",
        "Tell the compliance officer that the paper names other patients too.",
        "Practice policy P-07",
    )


def refusal_to_compel(staff: Staff) -> Refusal | None:
    """Why this person may not begin a compelled release, or None."""
    if not (staff.is_active and staff.has_role(Role.COMPLIANCE_OFFICER)):
        return Refusal(
            "COMPELLED_ROLE",
            "The compliance officer begins what a court or a law compels of psychotherapy notes.",
            "Tell the compliance officer about the paper.",
            "45 CFR 164.530(a)(1)",
        )
    return refusal_of_new_sign_in(staff)


def refusal_of_new_sign_in(staff: Staff) -> Refusal | None:
    """An account somebody just made for themselves is no second person, and neither is one just taken over."""
    if has_settled(staff):
        return None
    return Refusal(
        "COMPELLED_TOO_NEW",
        "Whoever takes part has held a sign-in of their own here for thirty days.",
        "Ask somebody who has been here longer, or wait.",
    )


def refusal_of_pair(first: Staff, second: UUID | None) -> Refusal | None:
    """Why the two who were named are not two any more, or None: one left, lost their role, or their sign-in was taken
    over since. Alone is who was alone from the start.
    """
    if refusal_to_compel(first) is None and (second is None or second in possible_seconds(first)):
        return None
    return Refusal(
        "COMPELLED_NOT_TWO",
        "One of those named for this compelled release cannot take part any more.",
        "Stop it, and begin it again with two people who can.",
        "Practice policy P-09",
    )


def refusal_to_name_for_hand_over(first: Staff, second: UUID | None, named: Collection[UUID]) -> Refusal | None:
    """Why these may not be given the file, or None: each of the two has a part of its passphrase."""
    if second is None or not {first.pk, second} & set(named):
        return None
    roles = [str(role) for role in HAND_OVER_ROLES]
    if not Staff.objects.filter(roles__overlap=roles, is_active=True).exclude(pk__in=[first.pk, second]).exists():
        return None
    return Refusal(
        "COMPELLED_NOT_BOTH",
        "Each of the two is given a part of the passphrase, so somebody else hands the file over.",
        "Name somebody else for the hand-over.",
        "Practice policy P-09",
    )


def seconds_to(by: Staff) -> QuerySet[Staff]:
    """Who can be the second person beside `by`: nobody who goes by the same name or the same e-mail address."""
    rows = seconds_for(by).exclude(full_name__iexact=by.full_name.strip())
    return rows.exclude(email__iexact=by.email.strip()) if by.email.strip() else rows


def possible_seconds(by: Staff) -> set[UUID]:
    """Their ids. As long as there is one, nobody acts alone."""
    return set(seconds_to(by).values_list("pk", flat=True))
