"""Well-made papers to break: one complete authorization for psychotherapy notes and one for the chart."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from authorizations.actions.forms import record_review
from authorizations.models import FormVersion
from authorizations.rules import (
    AuthorizationFacts,
    ConditioningStatement,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
)
from authorizations.rules.form_versions import ReviewOutcome
from practice.infrastructure.days import today
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Staff

# The smallest thing that can be on file as the signed form; one for all.
SCAN = CheckedUpload("pdf", b"%PDF-1.7 scan", hashlib.sha256(b"%PDF-1.7 scan").hexdigest())

HALE = "7d1c0f5e-0000-4000-8000-00000000a1e0"
LAWYER = "Fenner & Osgood, attorneys"

PN_PAPER = AuthorizationFacts(
    record_classes=frozenset({RecordClass.PN}),
    info_description="All psychotherapy notes kept by Dr. Miriam Hale",
    pn_scope=PnScope.ALL_BY_ORIGINATOR,
    pn_originator_id=HALE,
    discloser="Lakeside Therapy Practice",
    recipient_name=LAWYER,
    recipient_address="12 Court Street, Springfield",
    purpose="Custody case 24-D-118",
    expires_on=date(2026, 6, 30),
    signature_method=SignatureMethod.PAPER,
    signed_on=date(2026, 1, 12),
    signer_role=SignerRole.INDIVIDUAL,
    patient_born_on=date(1984, 3, 9),
    stmt_revocation=True,
    stmt_conditioning=ConditioningStatement.NOT_CONDITIONED,
    stmt_redisclosure=True,
    document_on_file=True,
    recorded_on=date(2026, 1, 12),
    copy_given_on=date(2026, 1, 12),
)
CHART_PAPER = replace(
    PN_PAPER,
    record_classes=frozenset({RecordClass.CHART}),
    info_description="Chart records",
    pn_scope=PnScope.NOT_NAMED,
    pn_originator_id="",
)


def paper(base: AuthorizationFacts = PN_PAPER, **changes: Any) -> AuthorizationFacts:
    """The base paper with some facts changed."""
    return replace(base, **changes)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in the practice's own zone."""

    return datetime(year, month, day, hour, minute, tzinfo=timezone.get_default_timezone())


def complete(hale: Staff) -> dict[str, Any]:
    """The elements of a form with nothing missing."""
    return {
        "record_classes": ["PN"],
        "info_description": "All psychotherapy notes by Dr. Miriam Hale",
        "pn_scope": "ALL_BY_ORIGINATOR",
        "pn_originator": hale,
        "discloser": hale.display_name,
        "recipient_name": "Fenner & Osgood, attorneys",
        "purpose": "Custody case 24-D-118",
        "expires_on": today() + timedelta(days=90),
        "signature_method": "PAPER",
        "signed_on": today() - timedelta(days=20),
        "signer_role": "INDIVIDUAL",
        "signer_name": "Tobias Lindqvist",
        "stmt_revocation": True,
        "stmt_conditioning": "NOT_CONDITIONED",
        "stmt_redisclosure": True,
    }


def approve_forms(by: Staff) -> list[FormVersion]:
    """Counsel approves the words that come with the product; `by` is the compliance officer."""
    versions = list(FormVersion.objects.filter(number=1))
    for version in versions:
        record_review(
            by=by,
            version=version,
            outcome=ReviewOutcome.APPROVED,
            counsel="Laurel Whitcomb, attorney",
            reviewed_on=today() - timedelta(days=60),
            file_note="Letter in the compliance folder",
        )
    return versions


def to_prepare(hale: Staff) -> dict[str, Any]:
    """What somebody enters to prepare a form for psychotherapy notes, with nothing missing."""
    return {
        "record_classes": ["PN"],
        "pn_scope": "ALL_BY_ORIGINATOR",
        "pn_originator": hale,
        "recipient_name": "Fenner & Osgood, attorneys",
        "purpose": "Custody case 24-D-118",
        "expires_on": today() + timedelta(days=90),
    }
