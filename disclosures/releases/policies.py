"""Who may see and work on which release.

Front desk and the compliance officer all of the chart, clinicians their own patients'. A release of psychotherapy
notes is seen by their author, by who handed it over, and by the compliance officer.
"""

from typing import NoReturn
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from authorizations.models import Authorization
from authorizations.policies import authorizations_visible_to
from authorizations.rules import RecordClass
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to, may_open_chart, open_patient, patients_visible_to
from practice.people.rules import Act, Role, may

from .models import Release
from .rules import LEAVES_AS_FILE

EVERY_PATIENT = (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)


def may_work_on_releases(staff: Staff) -> bool:
    """Whether this person has a role that records disclosures at all; everybody else finds no such pages."""
    return staff.is_active and may(staff.roles, Act.DISCLOSURE_RECORD)


def require_release_work(staff: Staff) -> None:
    """The doorway to the list and the forms. Raises Http404 for everybody without such a role."""
    if not may_work_on_releases(staff):
        _stranger(staff, "")


def releases_visible_to(staff: Staff) -> QuerySet[Release]:
    """The releases this person may see and work on."""
    if not may_work_on_releases(staff):
        return Release.objects.none()
    if staff.has_role(Role.COMPLIANCE_OFFICER):
        return Release.objects.all()
    notes = Q(record_class=RecordClass.PN)
    visible = notes & (Q(prepared_by=staff) | Q(committed_by=staff) | Q(approver=staff))
    if staff.has_role(Role.FRONT_DESK):
        visible |= ~notes
    if staff.is_clinical:
        visible |= ~notes & Q(patient__in=charts_visible_to(staff))
    return Release.objects.filter(visible)


def open_release(staff: Staff, release_id: UUID | str) -> Release:
    """The doorway to one release. Raises Http404 for everybody who may not see it, and for no such id."""
    release = releases_visible_to(staff).select_related("patient", "authorization").filter(pk=release_id).first()
    if release is None:
        _stranger(staff, str(release_id))
    record(by=staff, event=AuditEvent.VIEWED, subject=release, patient_id=release.patient_id, detail="release")
    return release


def patients_for_release(staff: Staff) -> QuerySet[Patient]:
    """Patients whose records this person may prepare for release, or record disclosures about."""
    if not may_work_on_releases(staff):
        return Patient.objects.none()
    if staff.has_role(*EVERY_PATIENT):
        return patients_visible_to(staff)
    return charts_visible_to(staff)


def open_patient_for_release(staff: Staff, patient_id: UUID | str) -> Patient:
    """The doorway to preparing or recording for a patient. Raises Http404 for everybody who may not."""
    if not patients_for_release(staff).filter(pk=patient_id).exists():
        _stranger(staff, str(patient_id), Patient)
    return open_patient(staff, patient_id)


def refusal_to_approve(staff: Staff, patient: Patient) -> Refusal | None:
    """Only a clinician of the patient reads what is to leave and approves it."""
    if staff.is_clinical and may_open_chart(staff, patient):
        return None
    return Refusal(
        "APPROVAL_BY_CLINICIAN",
        "Only a clinician who cares for this patient reads and approves a release.",
        "It is on the list of the clinician who was asked.",
        "45 CFR 164.514(d)(3)",
    )


def check_may_approve(staff: Staff, release: Release) -> None:
    """Raises Refused, recorded, for everybody but a clinician of the patient."""
    _check(staff, release, refusal_to_approve(staff, release.patient))


def refusal_to_open_package(staff: Staff, release: Release) -> Refusal | None:
    """A printed package is plain text: whoever hands it over gets it, and nobody else of those who see the release.

    A locked file opens for nobody here; psychotherapy notes go to the staff their author named.
    """
    if release.is_notes or release.method in LEAVES_AS_FILE or release.handed_over_by in (None, staff):
        return None
    return Refusal(
        "HANDED_OVER_BY_ANOTHER",
        f"{release.handed_over_by.display_name} hands this package over, and it opens for nobody else.",
        "If you hand it over instead, take it over and say why.",
        "45 CFR 164.514(d)(2), 164.312(a)(1)",
        page("release-take-over", release.pk),
    )


def check_may_open_package(staff: Staff, release: Release) -> None:
    """Raises Refused, recorded, for everybody but who hands a printed package over."""
    _check(staff, release, refusal_to_open_package(staff, release))


def refusal_to_record(staff: Staff, record_class: str) -> Refusal | None:
    """Who may type in a disclosure that already happened: never front desk, when it was of psychotherapy notes."""
    if record_class == RecordClass.PN and not (staff.is_clinical or staff.has_role(Role.COMPLIANCE_OFFICER)):
        return Refusal(
            "PN_RECORDED_BY_AUTHOR",
            "Disclosures of psychotherapy notes are not typed in at the front desk.",
            "The therapist who wrote the notes records it, or the compliance officer.",
            "45 CFR 164.508(a)(2)",
        )
    return None


def refusal_to_confirm(staff: Staff, authorization: Authorization) -> Refusal | None:
    """Who writes the letter that lists what was handed over: of psychotherapy notes the compliance officer alone.

    Asked of the form, never of what was released: the answer is the same whether anything was.
    """
    if staff.has_role(Role.COMPLIANCE_OFFICER):
        return None
    if RecordClass.PN not in authorization.record_classes and may(staff.roles, Act.AUTHORIZATION_RECORD):
        return None
    return Refusal(
        "CONFIRMED_BY_OFFICER",
        "The letter that confirms this revocation is written by the compliance officer.",
        "It is on their list.",
        "45 CFR 164.508(a)(2)",
    )


def check_may_confirm(staff: Staff, authorization: Authorization) -> None:
    """Raises Refused, recorded, for who may not write or read the confirmation of a revocation."""
    refusal = refusal_to_confirm(staff, authorization)
    if refusal is not None or not authorizations_visible_to(staff).filter(pk=authorization.pk).exists():
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject=authorization,
            patient_id=authorization.patient_id,
            outcome=Outcome.REFUSED,
            detail="revocation_letter",
        )
        if refusal is None:
            raise Http404
        raise Refused(refusal, recorded=True)


def refusal_to_warn(staff: Staff, patient: Patient) -> Refusal | None:
    """Who enters in a minute that somebody was warned of a threat: a clinician who cares for the patient."""
    if staff.is_clinical and may_open_chart(staff, patient):
        return None
    return Refusal(
        "WARNING_BY_CLINICIAN",
        "A clinician who cares for the patient enters a warning of a serious threat.",
        "If you have told somebody yourself, record it as a disclosure.",
        "45 CFR 164.512(j)(1)(i)",
        page("disclosure-record", patient.pk),
    )


def open_warning(staff: Staff, release_id: UUID | str) -> Release:
    """The doorway to completing a warning: for whoever entered it, and the compliance officer. Raises Refused for
    others who see it, Http404 for those who do not and for what is no warning.
    """
    release = open_release(staff, release_id)
    if not release.minimum_entry:
        raise Http404
    if release.prepared_by_id != staff.pk and not staff.has_role(Role.COMPLIANCE_OFFICER):
        _check(staff, release, NOT_YOURS)
    return release


NOT_YOURS = Refusal(
    "WARNING_BY_WHO_GAVE_IT",
    "Whoever entered the warning completes its record.",
    "It is on their list, and the compliance officer can do it.",
    "45 CFR 164.528(b)",
)


def _check(staff: Staff, release: Release, refusal: Refusal | None) -> None:
    if refusal is None:
        return
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject=release,
        patient_id=release.patient_id,
        outcome=Outcome.REFUSED,
        detail=refusal.code.lower()[:60],
    )
    raise Refused(refusal, recorded=True)


def _stranger(staff: Staff, subject_id: str, model: type[Release] | type[Patient] = Release) -> NoReturn:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject_type=model,
        subject_id=subject_id,
        outcome=Outcome.REFUSED,
        detail="release",
    )
    raise Http404
