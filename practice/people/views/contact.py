"""Names, addresses, telephones, people to call, representatives: each a form on a patient's record."""

from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.templatetags.look import day
from practice.infrastructure.uploads import as_download

from .. import actions
from ..forms.patients import (
    AddressForm,
    AuthorityPaperForm,
    ContactForm,
    ContactWishForm,
    DeclineForm,
    LastDayForm,
    NameForm,
    RecognizeForm,
    RepresentativeForm,
    TelecomForm,
)
from ..models import (
    ContactWish,
    Patient,
    PatientAddress,
    PatientContact,
    PatientTelecom,
    PersonalRepresentative,
    RepresentativePaper,
    Staff,
)
from ..policies import check_decision, open_patient
from .pages import Page, form_page, staff_of
from .patients import details_of, open_to_edit

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
def name_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add a name the patient is or was known by."""
    staff, form = staff_of(request), NameForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    page = Page("Another name", "Add", details_of(patient), done="The name is on record.", patient=patient)
    return form_page(request, page, form, lambda data: actions.add_name(by=staff, patient=patient, **data))


@GET_POST
def address_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add an address; the one before it, of the same use, ends."""
    staff, form = staff_of(request), AddressForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    page = Page(
        "Address",
        "Save",
        details_of(patient),
        words="Where letters to the patient go somewhere else than home, say how the patient wants to be reached.",
        done="The address is on record.",
        patient=patient,
    )
    return form_page(request, page, form, lambda data: actions.add_address(by=staff, patient=patient, **data))


@GET_POST
def contact_wish_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take down how the patient wants to be reached. Nobody asks why."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    form = ContactWishForm(request.POST or None, patient=patient)
    page = Page(
        "How the patient wants to be reached",
        "Save",
        details_of(patient),
        words="A patient may ask for another way or another place. Take it as given; nobody needs to say why. Every "
        "letter then goes so.",
        done="On record. Letters go so from now on.",
        patient=patient,
    )
    return form_page(
        request, page, form, lambda _: actions.record_contact_wish(by=staff, patient=patient, **form.wish())
    )


@GET_POST
def contact_wish_end(request: HttpRequest, patient_id: UUID, wish_id: UUID) -> HttpResponse:
    """Say the last day on which the patient wants to be reached so."""
    staff, form = staff_of(request), LastDayForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    wish = get_object_or_404(ContactWish, pk=wish_id, patient=patient)
    page = Page(
        "The patient no longer asks for this", "Save", details_of(patient), done="It has ended.", patient=patient
    )
    return form_page(request, page, form, lambda data: actions.end_contact_wish(by=staff, wish=wish, **data))


@GET_POST
def address_end(request: HttpRequest, patient_id: UUID, address_id: UUID) -> HttpResponse:
    """Say the last day an address is good."""
    staff, form = staff_of(request), LastDayForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    address = get_object_or_404(PatientAddress, pk=address_id, patient=patient)
    page = Page("This address ends", "Save", details_of(patient), done="The address has ended.", patient=patient)
    return form_page(request, page, form, lambda data: actions.end_address(by=staff, address=address, **data))


@GET_POST
def telecom_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add a number or an e-mail address."""
    staff, form = staff_of(request), TelecomForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    page = Page("Telephone or e-mail", "Add", details_of(patient), done="It is on record.", patient=patient)
    return form_page(request, page, form, lambda data: actions.add_telecom(by=staff, patient=patient, **data))


@GET_POST
def telecom_remove(request: HttpRequest, patient_id: UUID, telecom_id: UUID) -> HttpResponse:
    """Take away a number that is no longer right."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    telecom = get_object_or_404(PatientTelecom, pk=telecom_id, patient=patient)
    if request.method == "POST":
        actions.remove_telecom(by=staff, telecom=telecom)
        return redirect("patient-details", patient.pk)
    return _ask_to_remove(request, patient, telecom, f"Remove {telecom.value}?")


@GET_POST
def contact_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add somebody to call."""
    staff, form = staff_of(request), ContactForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    page = Page(
        "Somebody to call",
        "Add",
        details_of(patient),
        words="This gives them no right to records. Somebody who acts for the patient is a representative.",
        done="They are on record.",
        patient=patient,
    )
    return form_page(request, page, form, lambda data: actions.add_contact(by=staff, patient=patient, **data))


@GET_POST
def contact_remove(request: HttpRequest, patient_id: UUID, contact_id: UUID) -> HttpResponse:
    """Take away somebody who is no longer to be called."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    contact = get_object_or_404(PatientContact, pk=contact_id, patient=patient)
    if request.method == "POST":
        actions.remove_contact(by=staff, contact=contact)
        return redirect("patient-details", patient.pk)
    return _ask_to_remove(request, patient, contact, f"Remove {contact.name}?")


@GET_POST
def representative_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record somebody who acts for the patient."""
    staff, form = staff_of(request), RepresentativeForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    page = Page(
        "Personal representative",
        "Save",
        details_of(patient),
        words="See the document before you record it, unless a parent of a minor is known to the practice.",
        done="The representative is on record.",
        patient=patient,
    )
    return form_page(request, page, form, lambda data: actions.add_representative(by=staff, patient=patient, **data))


@GET_POST
def representative_paper_add(request: HttpRequest, patient_id: UUID, representative_id: UUID) -> HttpResponse:
    """Keep the scan of the document that shows the authority."""
    staff, form = staff_of(request), AuthorityPaperForm(request.POST or None, request.FILES or None)
    patient = open_to_edit(staff, patient_id)
    row = get_object_or_404(PersonalRepresentative, pk=representative_id, patient=patient)
    page = Page(
        "The document that shows the authority",
        "Keep the scan",
        details_of(patient),
        words=f"For {row.name}: {row.authority}",
        done="The document is on file.",
        patient=patient,
    )
    return form_page(
        request,
        page,
        form,
        lambda data: actions.add_representative_paper(by=staff, representative=row, paper=data["scan"]),
    )


@require_safe
def representative_paper(
    request: HttpRequest, patient_id: UUID, representative_id: UUID, paper_id: UUID
) -> HttpResponse:
    """The document as it came in, as a download; opening it is recorded."""
    staff = staff_of(request)
    patient = open_patient(staff, patient_id)
    paper = get_object_or_404(
        RepresentativePaper, pk=paper_id, representative=representative_id, representative__patient=patient
    )
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=paper, patient_id=patient.pk)
    return as_download(paper.data, paper.kind, "authority")


@GET_POST
def representative_end(request: HttpRequest, patient_id: UUID, representative_id: UUID) -> HttpResponse:
    """Say the last day of the authority."""
    staff, form = staff_of(request), LastDayForm(request.POST or None)
    patient = open_to_edit(staff, patient_id)
    row = get_object_or_404(PersonalRepresentative, pk=representative_id, patient=patient)
    page = Page("This authority ends", "Save", details_of(patient), done="The authority has ended.", patient=patient)
    return form_page(request, page, form, lambda data: actions.end_representative(by=staff, representative=row, **data))


@GET_POST
def representative_decline(request: HttpRequest, patient_id: UUID, representative_id: UUID) -> HttpResponse:
    """Decide not to treat this person as the individual."""
    staff, form = staff_of(request), DeclineForm(request.POST or None)
    row = _to_decide(staff, patient_id, representative_id)
    page = Page(
        f"Not recognize {row.name}",
        "Do not recognize them",
        details_of(row.patient),
        words="For abuse, neglect or danger to the patient, in a clinician's judgment: 45 CFR 164.502(g)(5). From "
        f"today on nothing goes to them and what they signed opens nothing. {_decided(row)}".strip(),
        done="The decision is on record. From today on they do not act for the patient.",
        patient=row.patient,
        danger=True,
    )
    return form_page(
        request, page, form, lambda data: actions.decline_representative(by=staff, representative=row, **data)
    )


@GET_POST
def representative_recognize(request: HttpRequest, patient_id: UUID, representative_id: UUID) -> HttpResponse:
    """Take the decision back not to recognize this person."""
    staff, form = staff_of(request), RecognizeForm(request.POST or None)
    row = _to_decide(staff, patient_id, representative_id)
    page = Page(
        f"Recognize {row.name} again",
        "Recognize them again",
        details_of(row.patient),
        words=f"From today on they act for the patient again, as far as their authority goes. {_decided(row)}".strip(),
        done="The decision is on record. It holds from today on.",
        patient=row.patient,
    )
    return form_page(
        request, page, form, lambda data: actions.recognize_representative(by=staff, representative=row, **data)
    )


def _to_decide(staff: Staff, patient_id: UUID, representative_id: UUID) -> PersonalRepresentative:
    patient = open_to_edit(staff, patient_id)
    check_decision(staff, patient)
    return get_object_or_404(PersonalRepresentative, pk=representative_id, patient=patient)


def _decided(row: PersonalRepresentative) -> str:
    """Every decision about somebody so far with its reason, for the clinician who decides anew."""
    return " ".join(
        f"{'Not recognized' if one.declined else 'Recognized again'} on {day(one.decided_on)} by "
        f"{one.decided_by.display_name}: {one.reason.rstrip('.')}."
        for one in row.decisions.select_related("decided_by")
    )


def _ask_to_remove(request: HttpRequest, patient: Patient, row: Model, title: str) -> HttpResponse:
    context = {
        "title": title,
        "words": "It disappears from this page.",
        "button": "Remove",
        "back": details_of(patient),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)
