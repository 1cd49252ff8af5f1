"""A trainee of Dr. Hale and Dr. Osei, who both supervise the treatment of Tobias Lindqvist."""

from datetime import date, timedelta

from practice.infrastructure.days import today
from practice.people.actions.care import begin_care, finish_care
from practice.people.models import CareRelationship, Patient, Staff
from practice.people.rules import CareRole, Role
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.models import ChartNote, CosignatureRequest, NoteFormat
from tests.everybody import make_staff

TEXT = "Sleeping five hours."


def supervise(patient: Patient, *supervisors: Staff, until_on: date | None = None) -> None:
    """Let these people supervise the treatment from yesterday on."""
    for one in supervisors:
        if Role.SUPERVISOR not in one.roles:
            one.roles = [*one.roles, Role.SUPERVISOR.value]
            one.save()
        since = today() - timedelta(days=1)
        begin_care(by=one, patient=patient, staff=one, role=CareRole.SUPERVISOR, from_on=since, until_on=until_on)


def make_trainee(patient: Patient) -> Staff:
    """Lena Park, who treats the patient under supervision."""
    trainee = make_staff("park", "Lena Park", Role.TRAINEE)
    begin_care(by=trainee, patient=patient, staff=trainee, role=CareRole.TRAINEE, from_on=today())
    return trainee


def end_supervision(patient: Patient, supervisor: Staff) -> None:
    """The supervisor's last day was yesterday."""
    held = CareRelationship.objects.get(patient=patient, staff=supervisor, role=CareRole.SUPERVISOR)
    finish_care(by=supervisor, care=held, until_on=today() - timedelta(days=1))


def sign_as(trainee: Staff, patient: Patient, text: str = TEXT) -> ChartNote:
    """A note of the trainee, written and signed today."""
    note = start_note(by=trainee, patient=patient, format=NoteFormat.objects.get(code="dap"))
    saved = save_draft(by=trainee, note_id=note.pk, sections={"data": text}, base_version=1).note
    return sign_note(by=trainee, note_id=note.pk, seen_version=saved.version)


def asked_of(note: ChartNote, supervisor: Staff) -> CosignatureRequest:
    """What this supervisor is asked about the note now."""
    return note.cosignature_requests.get(supervisor=supervisor, version=note.version)
