"""Authorizations of the demo, in every state that somebody at the desk will meet."""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from authorizations.actions import (
    record_authorization,
    record_copy_given,
    record_event_known,
    record_revocation,
)
from authorizations.models import Authorization
from authorizations.rules import ConditioningStatement, PnScope, RecordClass, SignatureMethod, SignerRole
from authorizations.rules.preparing import InfoKind, named_records
from practice.compliance.actions import record_associate
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Patient, Staff

from .documents import letter
from .practice import Demo

LAWYERS = ("Alvarez & Stone, attorneys", "12 Main Street, Peoria, IL 61602")
CLINIC = ("Prairie Family Medicine", "2100 West Monroe Street, Springfield, IL 62704")
INSURER = ("Heartland Mutual Life", "One Insurance Plaza, Bloomington, IL 61701")
SCHOOL = ("Lincoln Middle School, counseling office", "300 School Street, Springfield, IL 62702")
ASSOCIATES = (
    ("Prairie Copy Service", "Copies charts for lawyers and insurers", True),
    ("Lakeland Billing", "Sends claims to health plans", False),
)
STATEMENTS: dict[str, Any] = {
    "stmt_revocation": True,
    "stmt_conditioning": ConditioningStatement.NOT_CONDITIONED,
    "stmt_redisclosure": True,
}


UNSIGNED: dict[str, Any] = {"signature_method": SignatureMethod.NONE, "signed_on": None, "signer_name": ""}


def noon(day: date, hour: int = 12) -> datetime:
    """A practice-local moment of that day."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


IN_OWN_WORDS: dict[str, Any] = {
    "info_description": "Diagnosis and progress notes of this year. No test results.",
    "info_kinds": [],
}


def fill_authorizations(demo: Demo) -> dict[str, Authorization]:
    """Out: those that the disclosures stand on, by a short name."""
    day = demo.day
    made = {
        "lindqvist_notes": _notes(demo, "Lindqvist", LAWYERS, "Court case about an accident at work", 60),
        "lindqvist_chart": _chart(demo, "Lindqvist", LAWYERS, "Court case about an accident at work", 60),
        "abernathy_notes": _notes(demo, "Abernathy", LAWYERS, "Contest of a will", 560, valid_days=900),
        "weiss_notes": _notes(demo, "Weiss", ("Dr. Ines Falk", CLINIC[1]), "Continued treatment", 20),
        "park_clinic": _chart(demo, "Park", CLINIC, "Treatment by the family doctor", 120, also=InfoKind.DOCUMENTS),
        "tallchief_insurer": _chart(demo, "Tallchief", INSURER, "Application for life insurance", 90, valid_days=120),
        "villarreal_school": _chart(demo, "Villarreal", SCHOOL, "Support at school", 15),
        "vance_chart": _chart(demo, "Vance", LAWYERS, "At the request of the individual", 10, individual=True),
        "ferreira_school": _chart(demo, "Ferreira", SCHOOL, "Support at school", 40, parent="Carla Ferreira"),
    }
    _chart(demo, "Okonkwo-Fairbanks", INSURER, "Disability benefit", 400, valid_days=180)  # its day has passed
    _chart(demo, "Petrov", LAWYERS, "Employment case", 30, stmt_redisclosure=False, expires_on=None)  # incomplete
    _chart(demo, "Tallchief", CLINIC, "Treatment by the family doctor", 12, **IN_OWN_WORDS)
    _chart(demo, "Reed", CLINIC, "Treatment by the family doctor", 3, scanned=False)  # the paper is still to be scanned
    _record(  # chart and psychotherapy notes on one form: neither may be released on it
        demo,
        "Blackwood III",
        CLINIC,
        "Second opinion",
        25,
        record_classes=[RecordClass.CHART, RecordClass.PN],
        info_description="My medical chart and my psychotherapy notes",
        pn_scope=PnScope.ALL_BY_ORIGINATOR,
        pn_originator=demo.staff["supervisor"],
    )
    for name, what_for, acts in ASSOCIATES:
        record_associate(
            by=demo.staff["compliance"],
            name=name,
            what_for=what_for,
            contact="(217) 555-0177",
            agreement_on=day - timedelta(days=400),
            acts_on_authorizations=acts,
            ended_on=None,
        )
    taken_back = _chart(demo, "Al-Zahrani", INSURER, "Disability benefit", 80)
    record_revocation(
        by=_desk(demo), authorization=taken_back, written=True, received_at=noon(day - timedelta(days=9)), how="Letter"
    )
    on_hold = _chart(demo, "Nwosu", SCHOOL, "Support at the university", 22)
    record_revocation(
        by=_desk(demo), authorization=on_hold, written=False, received_at=noon(day - timedelta(days=2)), how="Call"
    )
    ended = _chart(
        demo, "Reed", LAWYERS, "Custody case", 200, expires_on=None, expires_event="End of custody case 24-D-118",
        expires_event_relates=True,
    )  # fmt: skip
    record_event_known(
        by=_desk(demo),
        authorization=ended,
        known_on=day - timedelta(days=12),
        how="The patient told us by telephone",
    )
    _chart(demo, "Petrov", CLINIC, "Treatment by the family doctor", 1, **UNSIGNED)  # a paper nobody has signed
    for authorization in Authorization.objects.exclude(Q(patient=demo.patients["Nwosu"]) | Q(signature_method="")):
        given_on = timezone.localdate(authorization.received_at)
        record_copy_given(by=_desk(demo), authorization=authorization, given_on=given_on, how="Paper copy in person")
    return made


def _desk(demo: Demo) -> Staff:
    return demo.staff["frontdesk"]


def _patient(demo: Demo, family: str) -> Patient:
    return demo.patients[family]


def _chart(
    demo: Demo, family: str, to: tuple[str, str], purpose: str, days_ago: int, also: str = "", **more: Any
) -> Authorization:
    kinds = [InfoKind.NOTES, InfoKind.SESSIONS, InfoKind.DIAGNOSES, *([also] if also else [])]
    description = named_records([RecordClass.CHART], info_kinds=kinds)
    return _record(
        demo,
        family,
        to,
        purpose,
        days_ago,
        **{"record_classes": [RecordClass.CHART], "info_description": description, "info_kinds": kinds} | more,
    )


def _notes(demo: Demo, family: str, to: tuple[str, str], purpose: str, days_ago: int, **more: Any) -> Authorization:
    author = demo.therapist_of(family)
    return _record(
        demo,
        family,
        to,
        purpose,
        days_ago,
        record_classes=[RecordClass.PN],
        info_description=f"All psychotherapy notes written by {author.display_name}",
        pn_scope=PnScope.ALL_BY_ORIGINATOR,
        pn_originator=author,
        **more,
    )


def _record(
    demo: Demo,
    family: str,
    to: tuple[str, str],
    purpose: str,
    days_ago: int,
    *,
    valid_days: int = 365,
    individual: bool = False,
    parent: str = "",
    scanned: bool = True,
    **elements: Any,
) -> Authorization:
    patient = _patient(demo, family)
    signed = demo.day - timedelta(days=days_ago)
    given: dict[str, Any] = {
        "discloser": "Cedar Street Counseling",
        "recipient_name": to[0],
        "recipient_address": to[1],
        "purpose": purpose,
        "individual_initiated": individual,
        "expires_on": signed + timedelta(days=valid_days),
        "signature_method": SignatureMethod.PAPER,
        "signed_on": signed,
        "signer_role": SignerRole.INDIVIDUAL,
        "signer_name": patient.legal_name,
        **STATEMENTS,
    }
    if parent:
        given |= {
            "signer_role": SignerRole.PARENT,
            "signer_name": parent,
            "representative": patient.representatives.first(),
            "authority_description": "Mother; birth certificate seen",
        }
    given |= elements
    scan = _scan(given) if scanned and given["signature_method"] else None
    return record_authorization(by=_desk(demo), patient=patient, paper=scan, received_at=noon(signed, 15), **given)


def _scan(given: dict[str, Any]) -> CheckedUpload:
    """The signed form as somebody scanned it: two pages that say what was recorded."""
    ends = f"{given['expires_on']:%B %d, %Y}" if given["expires_on"] else given.get("expires_event", "")
    said = (
        "AUTHORIZATION TO RELEASE RECORDS",
        f"I, {given['signer_name']}, allow {given['discloser']} to release: {given['info_description']}.",
        f"To: {given['recipient_name']}, {given['recipient_address']}",
        f"For: {given['purpose']}",
        f"This authorization ends: {ends}" if ends else "",
        "I may take this back in writing at any time. My care and its payment do not depend on signing.",
        "Whoever receives the records may pass them on; the law may then no longer protect them."
        if given["stmt_redisclosure"]
        else "",
        f"Signed {given['signed_on']:%B %d, %Y}:  {given['signer_name']}",
    )
    data = letter(tuple(line for line in said if line), pages=2)
    return CheckedUpload("pdf", data, hashlib.sha256(data).hexdigest(), pages=2)
