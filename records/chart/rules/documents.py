"""How a document is filed: by its day, its kind and its source. Pure.

Whatever the practice received or scanned stands in the chart: a document from outside is never a psychotherapy note
(R-006), and a handwritten sealed note belongs to that note, not here.
"""

from datetime import date, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

EARLIEST = date(1900, 1, 1)
SOURCE_LIMIT = 120
REASON_LIMIT = 1000
# How long whoever is asked to read a document has, in days.
DAYS_TO_READ = 3


class DocumentKind(models.TextChoices):
    REFERRAL = "referral", "Referral"
    LETTER = "letter", "Letter"
    REPORT = "report", "Report"
    TEST_RESULT = "test_result", "Test result"
    LABORATORY = "laboratory", "Laboratory result"
    PRIOR_RECORDS = "prior_records", "Prior records"
    CONSENT = "consent", "Consent or agreement"
    INSURANCE = "insurance", "Insurance paper"
    IDENTITY = "identity", "Identity paper"
    COURT = "court", "Court paper"
    OTHER = "other", "Other document"


def filing_refusals(*, dated_on: date, source: str, from_outside: bool, on: date) -> dict[str, Refusal]:
    """Why a document cannot be filed so, by the field it is about; empty when it can."""
    found: dict[str, Refusal] = {}
    if dated_on > on + timedelta(days=1):  # a letter written on the other side of the world
        found["dated_on"] = Refusal(
            "DOCUMENT_IN_FUTURE", "This day is in the future.", "Give the day that stands on the document."
        )
    elif dated_on < EARLIEST:
        found["dated_on"] = Refusal("DOCUMENT_TOO_OLD", "This day is before 1900.", "Check the year.")
    if from_outside and not source.strip():
        found["source"] = Refusal(
            "DOCUMENT_WITHOUT_SOURCE",
            "Say whom the document is from.",
            "A name as it stands on it is enough: “Bayview Hospital”.",
        )
    return found


def filed_title(kind: str, source: str) -> str:
    """What a document is called: "Report, Bayview Hospital"."""
    return ", ".join(filter(None, [DocumentKind(kind).label, source.strip()]))
