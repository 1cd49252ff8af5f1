"""Other names, addresses, telephone numbers and people to call."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused

from ..confidential import Means, missing_of_place
from ..models import ContactWish, Patient, PatientAddress, PatientContact, PatientName, PatientTelecom, Staff
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
        _end(address, from_on - timedelta(days=1))
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
    _end(address, until_on)


def _end(address: PatientAddress, until_on: date) -> None:
    """The last day of an address, and of the wish to be written to there."""
    address.until_on = until_on
    address.save(update_fields=["until_on"])
    for wish in ContactWish.objects.filter(address=address):
        wish.until_on = until_on
        wish.save(update_fields=["until_on"])


@transaction.atomic
def record_contact_wish(
    *,
    by: Staff,
    patient: Patient,
    means: Means,
    from_on: date,
    value: str = "",
    payment: str = "",
    received_on: date | None = None,
    beside: bool = False,
    **place: str,
) -> ContactWish:
    """Take down how the patient asked to be reached: every letter goes so from `from_on` on (R-224, R-225).

    In: for mail the address (`lines`, `city`, `state`, `postal_code`, `country`), otherwise `value`. Nobody asks why.
    Every wish before it ends, so that none contradicts it; with `beside`, as the patient said that both hold, only one
    of the same way. Raises Refused for a day before the patient came, when it is not said where, or the address is
    incomplete.
    """
    check_edit(by, patient)
    advisory_lock(f"contact wishes:{patient.pk}")
    if means != Means.MAIL and not value.strip():
        raise Refused(Refusal("WISH_NOWHERE", "It is not said where.", "Give the address or the number."))
    if from_on < patient.opened_on:
        raise Refused(
            Refusal("WISH_BEFORE_CARE", "This day is before the patient's first day here.", "Give that day or later.")
        )
    for _field, refusal in missing_of_place(**place) if means == Means.MAIL else ():
        raise Refused(refusal)
    wish = ContactWish(
        patient=patient,
        means=means,
        value="" if means == Means.MAIL else value,
        payment=payment,
        received_on=received_on or today(),
        from_on=from_on,
        recorded_by=by,
    )
    _end_before(patient, from_on, means if beside else None)
    if means == Means.MAIL:
        wish.address = add_address(
            by=by,
            patient=patient,
            use=AddressUse.CONFIDENTIAL,
            from_on=from_on,
            **place,
        )
    wish.save(force_insert=True)
    return wish


def _end_before(patient: Patient, from_on: date, means: Means | None) -> None:
    """End the wishes that a new one from this day replaces: those of one way, or with None of every way."""
    last, holds = from_on - timedelta(days=1), Q(until_on__isnull=True) | Q(until_on__gte=from_on)
    if means in (None, Means.MAIL):
        for address in PatientAddress.objects.filter(holds, patient=patient, use=AddressUse.CONFIDENTIAL):
            _end(address, last)
    wishes = ContactWish.objects.filter(holds, patient=patient, address__isnull=True)
    for wish in wishes.filter(means=means) if means else wishes:
        wish.until_on = last
        wish.save(update_fields=["until_on"])


@transaction.atomic
def end_contact_wish(*, by: Staff, wish: ContactWish, until_on: date) -> None:
    """Say the last day on which the patient wants to be reached so. It stays on record: letters went there."""
    check_edit(by, wish.patient)
    if until_on < wish.from_on - timedelta(days=1):
        raise Refused(Refusal("WISH_ENDS_BEFORE_START", "The last day is before the first day."))
    if wish.address is not None:
        _end(wish.address, until_on)
        return
    wish.until_on = until_on
    wish.save(update_fields=["until_on"])


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
