"""Who may see which disclosures and accountings. Lists and doorways ask the same functions."""

from uuid import UUID

from django.http import Http404

from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Accounting, Entry
from disclosures.ledger.queries import Current, Statement, history
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to, open_chart, open_patient, require_act
from practice.people.rules import Act, may


def open_disclosures(staff: Staff, patient_id: UUID | str) -> Patient:
    """The doorway to a patient's disclosures: front desk, the compliance officer, clinicians who care for the patient.

    Raises Http404 for strangers and Refused (403, explained) for clinical staff without care or right.
    """
    if not may(staff.roles, Act.DISCLOSURE_RECORD):
        open_patient(staff, patient_id)
        require_act(staff, Act.DISCLOSURE_RECORD)
    return open_patient(staff, patient_id) if may(staff.roles, Act.DEMOGRAPHICS_ALL) else open_chart(staff, patient_id)


def may_see(staff: Staff, disclosure: Current) -> bool:
    """Entries about psychotherapy notes are seen by the notes' author and the compliance officer alone."""
    if not disclosure.includes_pn or may(staff.roles, Act.ACCOUNTING_PREPARE):
        return True
    return str(staff.pk) in disclosure.pn_authors


def disclosures_visible_to(staff: Staff, patient: Patient) -> list[Current]:
    """The patient's current disclosures that this person may see, by date. Call after `open_disclosures`."""
    return [one for one in history(patient.pk).current if may_see(staff, one)]


def find_disclosure(staff: Staff, entry_id: UUID | str) -> Current | None:
    """A current disclosure if this person may see entries of its kind, without recording that anybody looked."""
    entry = Entry.objects.filter(pk=entry_id, kind=EntryKind.DISCLOSURE).first()
    if entry is None or entry.patient_id is None:
        return None
    found = next((one for one in history(entry.patient_id).current if one.entry.pk == entry.pk), None)
    return found if found and may_see(staff, found) else None


def open_disclosure(staff: Staff, entry_id: UUID | str) -> Current:
    """The doorway to one current disclosure. Http404 when there is none, or none for this person."""
    found = find_disclosure(staff, entry_id)
    if found is None or found.entry.patient_id is None:
        raise _absent(staff, Entry, entry_id)
    open_disclosures(staff, found.entry.patient_id)
    return found


def open_statement(staff: Staff, current: Current, suspension_id: UUID) -> Statement:
    """The doorway to a suspension of a disclosure that is not ended yet. Http404 when there is none."""
    for statement in current.statements:
        if statement.entry.pk == suspension_id and statement.suspension.ended_on is None:
            return statement
    raise _absent(staff, Entry, suspension_id)


def open_accounting(staff: Staff, accounting_id: UUID | str) -> Accounting:
    """The doorway to an issued accounting: the compliance officer, and clinicians for patients in their care.

    An accounting that speaks of psychotherapy notes is for their author and the compliance officer alone.
    """
    accounting = Accounting.objects.defer("pdf", "data", "decisions").filter(pk=accounting_id).first()
    if accounting is None or not _may_read(staff, accounting):
        raise _absent(staff, Accounting, accounting_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=accounting, patient_id=accounting.patient_id)
    return accounting


def _may_read(staff: Staff, accounting: Accounting) -> bool:
    if not staff.is_active:
        return False
    if may(staff.roles, Act.ACCOUNTING_PREPARE):
        return True
    if accounting.lists_pn and set(accounting.pn_authors) != {staff.pk}:
        return False
    in_care = charts_visible_to(staff).filter(pk=accounting.patient_id).exists()
    return in_care and may(staff.roles, Act.DISCLOSURE_RECORD)


def accountings_visible_to(staff: Staff, patient: Patient) -> list[Accounting]:
    """Issued accountings of a patient that this person may open, newest first."""
    rows = Accounting.objects.filter(patient=patient).defer("pdf", "data", "decisions").order_by("-prepared_at")
    return [accounting for accounting in rows if _may_read(staff, accounting)]


def _absent(staff: Staff, model: type[Entry] | type[Accounting], pk: UUID | str) -> Http404:
    record(by=staff, event=AuditEvent.REFUSED, subject_type=model, subject_id=str(pk), outcome=Outcome.REFUSED)
    return Http404()
