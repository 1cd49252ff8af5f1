"""That a minor acts as the individual, on which ground (R-145, M1 to M3): a clinician's word, with day and reason."""

from datetime import date

from django.db import transaction

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused

from ..models import MinorAlone, Patient, Staff
from ..policies import check_decision
from ..rules import MAJORITY, AloneGround, age_on


@transaction.atomic
def let_minor_act_alone(
    *, by: Staff, patient: Patient, ground: AloneGround, reason: str, holds_from: date
) -> MinorAlone:
    """Record that this minor acts alone since a day; from then on nobody signs or receives anything for them.

    Raises Refused unless a clinician of this patient decides and says why, and the patient was a minor on that day.
    """
    row = _checked(by, patient, reason)
    if row.birth_date is None or age_on(row.birth_date, holds_from) >= MAJORITY:
        words = "This is for minors, and the birth date does not say that the patient was one on that day."
        raise Refused(Refusal("MINOR_NOT_ONE", words, "See the birth date in the patient's details."))
    if holds_from > today():
        raise Refused(Refusal("MINOR_TO_COME", "The day has not come yet.", "Give the day of the consent."))
    return _add(by, row, ground, reason, holds_from)


@transaction.atomic
def end_minor_acting_alone(*, by: Staff, patient: Patient, reason: str) -> MinorAlone:
    """Record that this minor does not act alone any more, from today on. Raises Refused as above."""
    row = _checked(by, patient, reason)
    if not row.acts_alone_on(today()):
        raise Refused(Refusal("MINOR_NOT_ALONE", "This minor does not act alone.", "See the patient's details."))
    return _add(by, row, "", reason, today())


def _checked(by: Staff, patient: Patient, reason: str) -> Patient:
    row = Patient.objects.select_for_update().get(pk=patient.pk)
    check_decision(by, row)
    if not reason.strip():
        raise Refused(Refusal("MINOR_WITHOUT_REASON", "Nothing was decided: there is no reason.", "Write the reason."))
    return row


def _add(by: Staff, patient: Patient, ground: str, reason: str, holds_from: date) -> MinorAlone:
    return MinorAlone.objects.create(
        patient=patient, ground=ground, reason=reason.strip(), holds_from=holds_from, decided_by=by
    )
