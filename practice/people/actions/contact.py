"""Other names, addresses, telephone numbers and people to call."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from practice.infrastructure.refusals import Refusal, Refused

from ..models import Patient, PatientAddress, PatientContact, PatientName, PatientTelecom, Staff
from ..policies import check_edit
from ..rules import AddressUse, NameUse, TelecomKind


@transaction.atomic
def add_name(*, by: Staff, patient: Patient, use: NameUse, text: str) -> PatientName:
    """Record another name the patient is or was known by."""
    check_edit(by, patient)
    return PatientName.objects.create(patient=patient, use=use, text=text)


@transaction.atomic
def add_address(
    *,
    by: Staff,
    patient: Patient,
    use: AddressUse,
    lines: str,
    from_on: date,
    city: str = "",
    state: str = "",
    postal_code: str = "",
    country: str = "",
) -> PatientAddress:
    """Record where the patient can be written to from a day on; the one before it, of the same use, ends.

    A confidential address is taken as given and nobody asks why (164.522(b)(1)(i) and (b)(2)(iii)).
    """
    check_edit(by, patient)
    before = PatientAddress.objects.filter(patient=patient, use=use).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=from_on)
    )
    for address in before:
        address.until_on = from_on - timedelta(days=1)
        address.save(update_fields=["until_on"])
    return PatientAddress.objects.create(
        patient=patient,
        use=use,
        lines=lines,
        city=city,
        state=state,
        postal_code=postal_code,
        country=country,
        from_on=from_on,
    )


@transaction.atomic
def end_address(*, by: Staff, address: PatientAddress, until_on: date) -> None:
    """Say the last day an address is good. It stays on record: letters went there."""
    check_edit(by, address.patient)
    if address.from_on is not None and until_on < address.from_on - timedelta(days=1):
        raise Refused(Refusal("ADDRESS_ENDS_BEFORE_START", "The last day is before the first day."))
    address.until_on = until_on
    address.save(update_fields=["until_on"])


@transaction.atomic
def add_telecom(
    *, by: Staff, patient: Patient, kind: TelecomKind, value: str, use: str = "", confidential: bool = False
) -> PatientTelecom:
    """Record a telephone number, fax number or e-mail address."""
    check_edit(by, patient)
    return PatientTelecom.objects.create(patient=patient, kind=kind, value=value, use=use, confidential=confidential)


@transaction.atomic
def remove_telecom(*, by: Staff, telecom: PatientTelecom) -> None:
    """Take away a number that is no longer right, so that nobody calls it."""
    check_edit(by, telecom.patient)
    telecom.delete()


@transaction.atomic
def add_contact(
    *, by: Staff, patient: Patient, name: str, relationship: str = "", phone: str = "", emergency: bool = False
) -> PatientContact:
    """Record somebody to call. It gives them no right to records."""
    check_edit(by, patient)
    return PatientContact.objects.create(
        patient=patient, name=name, relationship=relationship, phone=phone, emergency=emergency
    )


@transaction.atomic
def remove_contact(*, by: Staff, contact: PatientContact) -> None:
    """Take away somebody who is no longer to be called."""
    check_edit(by, contact.patient)
    contact.delete()
