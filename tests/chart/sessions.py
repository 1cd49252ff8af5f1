"""What is said of sessions in the tests of the chart."""

from practice.people.models import Patient, Staff
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import Presence
from records.chart.models import ChartNote, Encounter, NoteFormat, Participation

NO_SHOW = Presence("no_show")


def seat(session: Encounter, patient: Patient) -> Participation:
    return session.participations.get(patient=patient)


def own_note(
    by: Staff, session: Encounter, patient: Patient, format: NoteFormat, text: str = "Was quiet."
) -> ChartNote:
    note = start_note(by=by, patient=patient, format=format, encounter=session)
    return save_draft(by=by, note_id=note.pk, sections={"data": text}, base_version=1).note


def signed_note(
    by: Staff, session: Encounter, patient: Patient, format: NoteFormat, text: str = "Was quiet."
) -> ChartNote:
    note = own_note(by, session, patient, format, text)
    return sign_note(by=by, note_id=note.pk, seen_version=note.version)
