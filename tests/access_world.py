"""One practice with one of everything, committed for real, so that every address has something to open.

Each role stands in one relation to what Dr. Hale wrote about Tobias Lindqvist: she owns it, Dr. Lane covers the same
patient, Dr. Osei treats somebody else, front desk, compliance officer and administrator hold their roles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.test import Client
from django.utils import timezone

from authorizations.actions import record_authorization, record_revocation
from authorizations.actions.forms import make_version, prepare_authorization
from authorizations.actions.restrictions import (
    answer_restriction,
    end_by_patient,
    make_restriction_letter,
    record_restriction,
)
from authorizations.models import AnswerLetter, Signature, SignedDocument
from authorizations.rules.form_versions import FormKind
from disclosures.ledger import actions as ledger
from disclosures.ledger import log
from disclosures.ledger.bases import Basis
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from disclosures.legal.actions import record_paper
from disclosures.releases.actions import approve_release, commit_release, prepare_release
from disclosures.releases.actions.taking_back import make_letter
from disclosures.releases.actions.threat import Told, record_warning
from disclosures.releases.models import Release
from disclosures.releases.queries import item_key
from disclosures.releases.rules import RecipientKind
from practice.compliance.actions import ask_placement, record_associate
from practice.compliance.models import PracticeProfile
from practice.compliance.rules import PlacementTopic
from practice.infrastructure.copies import take_in
from practice.infrastructure.days import today
from practice.infrastructure.uploads import CheckedUpload, check_upload
from practice.outside.actions import make_link
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.people import actions
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from practice.people.rules import AddressUse, CareRole, LicenseKind, RepresentativeKind, Role, TelecomKind
from records.chart.actions import safety
from records.chart.actions.diagnoses import add_observation
from records.chart.actions.documents import FilingFacts, file_document
from records.chart.actions.formats import copy_format
from records.chart.actions.handover import hand_over
from records.chart.actions.measures import record_measure
from records.chart.actions.medication import Prescription, add_medication, plan_monitoring
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import EXPECTED, start_session
from records.chart.documents import release_items
from records.chart.models import Diagnosis, NoteFormat, PlanVersion
from records.chart.rules.handover import HandoverKind
from records.chart.rules.measures import current_of
from records.psychotherapy import vault
from records.psychotherapy.actions import approve_package
from records.psychotherapy.custody_rules import CustodyReason
from tests.authorizations.papers import approve_forms, complete, to_prepare
from tests.chart.plans import make_plan, save_plan_of
from tests.everybody import make_patient, make_staff
from tests.files import pdf
from tests.ledger.conftest import DEFAULTS
from tests.legal.conftest import add_counsel, add_notice, begin, paper_of
from tests.releases.conftest import draft_of, note_keys, signed_note

ROLES = ("own", "same", "other", "desk", "officer", "admin")
NAME, CHART, SEALED = "Lindqvist", "the heron on the fourth step", "he watched my face the whole time"
# What a role must never be sent, whatever it asks for.
HIDDEN = {
    "own": (),
    "same": (SEALED,),
    "other": (SEALED, CHART, NAME),
    "desk": (SEALED, CHART),
    "officer": (SEALED, CHART),
    "admin": (SEALED, CHART, NAME, "Abernathy"),
}


@dataclass
class World:
    """Who asks, and the ids of what they ask for."""

    clients: dict[str, Client]
    staff: dict[str, Staff]
    ids: dict[str, Any]
    other_patient: UUID


def build(signed_in: Callable[[Staff], Client]) -> World:
    """Make everything. Ids are found by the name of the argument, and by `psychotherapy.` before it for sealed ones."""
    PracticeProfile.objects.update(name="Cedar Street Counseling", privacy_contact_phone="217-555-0148")
    staff = {
        "own": make_staff("hale", "Miriam Hale", Role.CLINICIAN, Role.SUPERVISOR, title="Dr.", licensed=True),
        "same": make_staff("lane", "Kim Lane", Role.CLINICIAN, title="Dr.", licensed=True),
        "other": make_staff("osei", "Kofi Osei", Role.CLINICIAN, title="Dr.", licensed=True),
        "desk": make_staff("dana", "Dana Whitlock", Role.FRONT_DESK),
        "officer": make_staff("castellanos", "M. Castellanos", Role.COMPLIANCE_OFFICER),
        "admin": make_staff("brook", "Ada Brook", Role.ADMINISTRATOR),
    }
    patient = make_patient(20388, "Tobias", NAME, date(1991, 7, 14), treated_by=staff["own"])
    other = make_patient(19877, "Ruth", "Abernathy", date(1954, 5, 21), treated_by=staff["other"])
    ids = {"patient_id": patient.pk, "code": "P-04", "token": "made-up", "kind": "form-sent", "what": "event"}
    ids |= _people(staff, patient) | _chart(staff, patient) | _measures(staff, patient) | _sealed(staff, patient)
    ids["question_id"] = ask_placement(by=staff["own"], topic=PlacementTopic.MEDICATION).pk
    ids |= _papers(staff, patient, ids["psychotherapy.note_id"])
    ids |= _ledger(staff["officer"], patient)
    ids |= _legal(staff, patient)
    return World({role: signed_in(person) for role, person in staff.items()}, staff, ids, other.pk)


def _people(staff: dict[str, Staff], patient: Patient) -> dict[str, Any]:
    desk, new = staff["desk"], make_staff("newcomer", "Rae Moss", Role.CLINICIAN)
    actions.make_way_in(by=staff["admin"], staff=new)
    address = actions.add_address(
        by=desk, patient=patient, use=AddressUse.HOME, lines="1 Home St", from_on=date(2020, 1, 1)
    )
    actions.start_care(
        by=desk, patient=patient, staff=staff["same"], role=CareRole.COVERING, from_on=today(), until_on=today()
    )
    representative = actions.add_representative(
        by=desk,
        patient=patient,
        name="Somebody",
        kind=RepresentativeKind.GUARDIAN,
        authority="Letters",
        from_on=date(2020, 1, 1),
    )
    scan = check_upload(BytesIO(pdf()))
    authority = actions.add_representative_paper(by=desk, representative=representative, paper=scan)
    item = actions.add_license(
        by=staff["admin"],
        staff=new,
        kind=LicenseKind.PSYCHOLOGIST,
        number="1",
        state="TX",
        expires_on=today() + timedelta(days=9),
    )
    return {
        "address_id": address.pk,
        "wish_id": actions.record_contact_wish(
            by=desk, patient=patient, means=Means.PHONE, value="217-555-0160", from_on=today()
        ).pk,
        "telecom_id": actions.add_telecom(by=desk, patient=patient, kind=TelecomKind.PHONE, value="555-0100").pk,
        "contact_id": actions.add_contact(by=desk, patient=patient, name="Somebody").pk,
        "representative_id": representative.pk,
        "authority_paper": authority.pk,
        "care_id": patient.care_relationships.get(staff=staff["own"]).pk,
        "staff_id": new.pk,
        "license_id": item.pk,
        "invitation_id": new.invitations.get().pk,
        "link_id": make_link(
            by=desk,
            purpose=LinkPurpose.SIGN,
            subject_id=uuid4(),
            patient=patient,
            days=1,
            code_given=CodeGiven.BY_PHONE,
        ).link.pk,
    }


def _chart(staff: dict[str, Staff], patient: Patient) -> dict[str, Any]:
    signed = signed_note(staff["own"], patient, 20, CHART)
    format = NoteFormat.objects.get(code="dap")
    draft = start_note(by=staff["own"], patient=patient, format=format)
    save_draft(by=staff["own"], note_id=draft.pk, sections={"data": CHART}, base_version=draft.version)
    began = timezone.now() - timedelta(days=1)
    session = start_session(
        by=staff["own"], patient=patient, started_at=began, stopped_at=began + timedelta(minutes=50)
    )
    planned = start_session(
        by=staff["own"], patient=patient, started_at=timezone.now() + timedelta(days=1), presence=EXPECTED
    )
    taken = add_medication(by=staff["own"], patient=patient, prescription=Prescription("Sertraline", dosage=CHART))
    looked_after = plan_monitoring(
        by=staff["own"], medication=taken, what=CHART, every=12, unit="weeks", first_due_on=today()
    )
    diagnosis = Diagnosis.objects.create(patient=patient, title="Panic disorder", clinical_status="active")
    seen = add_observation(by=staff["own"], patient=patient, kind="symptoms", on=today(), text=CHART)
    return {
        "request_id": _trainee_note(staff, patient),
        "format_id": format.pk,
        "own_format": copy_format(by=staff["own"], source_id=format.pk).pk,
        "plan_version": _plans(staff["own"], patient).pk,
        "diagnosis_id": diagnosis.pk,
        "observation_id": seen.pk,
        "medication_id": taken.pk,
        "monitoring_plan": looked_after.pk,
        "note_id": signed.pk,
        "handover_id": hand_over(
            by=staff["own"],
            patient=patient,
            kind=HandoverKind.COVER,
            to=staff["same"],
            from_on=today() + timedelta(days=1),
            until_on=today() + timedelta(days=2),
            summary=CHART,
        ).pk,
        "draft_note": draft.pk,
        "session_id": signed.encounter_id,
        "text_id": uuid4(),
        "unwritten_session": session.pk,
        "planned_session": planned.pk,
        **_document(staff["desk"], patient),
    }


def _measures(staff: dict[str, Staff], patient: Patient) -> dict[str, Any]:
    who: dict[str, Any] = {"by": staff["own"], "patient": patient}
    found: dict[str, Any] = {"measure.code": "phq-9"}
    for name, worst in (("measure_id", 1), ("answered_measure", 0)):
        answers = {str(item): worst for item in range(1, 10)}
        definition = current_of("phq-9")
        assert definition is not None
        found[name] = record_measure(**who, definition=definition, answers=answers, taken_at=timezone.now()).pk
    safety.begin_plan(**who)
    safety.save_plan(**who, parts={"signs": CHART}, review_on=today() + timedelta(days=9), base_version=1)
    plan = safety.sign_plan(**who, seen_version=2)
    safety.begin_plan(**who)
    return found | {"plan_id": plan.pk}


def _trainee_note(staff: dict[str, Staff], patient: Patient) -> Any:
    """What Dr. Hale is asked to co-sign: a note of a trainee whom she supervises with this patient."""
    trainee = make_staff("park", "Lena Park", Role.TRAINEE)
    for person, role in ((staff["own"], CareRole.SUPERVISOR), (trainee, CareRole.TRAINEE)):
        actions.start_care(by=staff["desk"], patient=patient, staff=person, role=role, from_on=today())
    note = start_note(by=trainee, patient=patient, format=NoteFormat.objects.get(code="dap"))
    saved = save_draft(by=trainee, note_id=note.pk, sections={"data": CHART}, base_version=1).note
    sign_note(by=trainee, note_id=note.pk, seen_version=saved.version)
    return note.cosignature_requests.get().pk


def _plans(by: Staff, patient: Patient) -> PlanVersion:
    """Two signed versions, and the third being written. Out: the second."""
    for words in (CHART, f"{CHART} again"):
        version = make_plan(by, patient, words)
    save_plan_of(by, patient, f"{CHART} for the third time")
    return version


def _document(desk: Staff, patient: Patient) -> dict[str, Any]:
    facts = FilingFacts(dated_on=today(), kind="report", source="Bayview Hospital", from_outside=True)
    filing = file_document(by=desk, patient=patient, taken=take_in(BytesIO(pdf())), facts=facts)
    return {"document_id": filing.document_id, "reading_id": filing.document.readings.get().pk}


def _sealed(staff: dict[str, Staff], patient: Patient) -> dict[str, Any]:
    def save(author: Staff, text: str) -> vault.Saved:
        return vault.save_draft(
            author,
            draft_id=uuid4(),
            patients=[patient.pk],
            session=None,
            session_on=today(),
            text=text,
            base_version=0,
        )

    note = save(staff["own"], SEALED)
    vault.sign(staff["own"], draft_id=note.id, version=note.version)
    soon = timezone.now() + timedelta(hours=1)
    grant = vault.give_training_grant(  # not begun: it opens nothing yet
        staff["own"],
        to=staff["same"],
        patients=[patient.pk],
        sessions_from=today(),
        sessions_to=today(),
        program="Internship",
        supervisor=staff["own"],
        trainees=[staff["same"]],
        skill_area="individual",
        identity_considered=True,
        starts_at=soon,
        ends_at=soon + timedelta(hours=1),
    )
    custody = vault.propose_custody(
        staff["officer"],
        author=staff["own"].pk,
        custodian=staff["same"].pk,
        second=staff["admin"].pk,
        reason=CustodyReason.LEFT,
        waits_days=7,
    )
    (order,) = vault.order_destruction(staff["own"], [note.id], allowed=lambda head: None)
    draft = save(staff["own"], SEALED).id
    attached = vault.attach(staff["own"], draft_id=draft, name=SEALED, taken=take_in(BytesIO(pdf())))
    assert attached
    return {
        "psychotherapy.custody_id": custody.id,
        "psychotherapy.order_id": order.id,
        "psychotherapy.note_id": note.id,
        "psychotherapy.draft_id": draft,
        "psychotherapy.attachment_id": attached.id,
        "psychotherapy.branch_id": uuid4(),
        "psychotherapy.grant_id": grant.id,
        "new_draft": uuid4(),
    }


UNSIGNED: dict[str, Any] = {"signature_method": "", "signed_on": None, "signer_name": ""}


def _papers(staff: dict[str, Staff], patient: Patient, note: UUID) -> dict[str, Any]:
    scan = check_upload(BytesIO(pdf()))
    for_notes = record_authorization(by=staff["desk"], patient=patient, paper=scan, **complete(staff["own"]))
    forms = approve_forms(staff["officer"])
    words = {**forms[0].texts, "copy": "A copy is yours to keep."}
    draft_version = make_version(by=staff["officer"], kind=FormKind(forms[0].kind), texts=words)
    to_sign = prepare_authorization(by=staff["desk"], patient=patient, **to_prepare(staff["own"]))
    elements = complete(staff["own"]) | {"record_classes": ["CHART"], "pn_scope": "", "pn_originator": None}
    for_chart = record_authorization(by=staff["desk"], patient=patient, paper=scan, **elements)

    def prepared() -> Release:
        draft = draft_of(patient, for_chart, recipient_name=for_chart.recipient_name, facts={"within_words": "yes"})
        return prepare_release(by=staff["desk"], release=draft, keys=note_keys(patient), approver=staff["own"])

    release, given = prepared(), prepared()
    filed = next(info for info in release_items(patient) if info.kind == "document")
    reading = draft_of(patient, for_chart, recipient_name=for_chart.recipient_name, facts={"within_words": "yes"})
    reading = prepare_release(by=staff["desk"], release=reading, keys=[item_key(filed)], approver=staff["own"])
    approve_release(by=staff["own"], release_id=given.pk, keep=[str(item.pk) for item in given.items.all()])
    commit_release(by=staff["desk"], release_id=given.pk)
    police = Told("Springfield Police", RecipientKind.LAW_ENFORCEMENT)
    said = {"target": "", "told_by": "", "words": "", "at": timezone.now(), "from_notes": False}
    (warning,) = record_warning(by=staff["own"], patient=patient, told=[police], **said)
    package = uuid4()
    approve_package(
        by=staff["own"],
        authorization=for_notes,
        package_id=package,
        note_ids=[note],
        recipient=for_notes.recipient_name,
        named_staff=[staff["desk"]],
        on=today(),
    )
    asked = record_restriction(
        by=staff["desk"],
        patient=patient,
        received_on=today(),
        words="Not to my brother",
        uses=["family"],
        recipients=["family"],
    )
    answer_restriction(by=staff["officer"], restriction=asked, agreed=True, on=today())
    letter = make_restriction_letter(by=staff["desk"], restriction=asked)
    ended = record_restriction(
        by=staff["desk"],
        patient=patient,
        received_on=today(),
        words="Nor my aunt",
        uses=["family"],
        recipients=["family"],
    )
    answer_restriction(by=staff["officer"], restriction=ended, agreed=True, on=today())
    written = CheckedUpload("pdf", pdf(), "0" * 64)
    end = end_by_patient(by=staff["desk"], restriction=ended, in_writing=True, on=today(), paper=written)
    answer = AnswerLetter.objects.create(authorization=for_notes, pdf=pdf(), sha256="0" * 64, made_by=staff["desk"])
    return {
        "answer_letter": answer.pk,
        **_taken_back(staff, patient, elements),
        "restriction_id": asked.pk,
        "ended_restriction": ended.pk,
        "ended_by": end.paper.pk,
        "letter_id": letter.pk,
        "authorization_id": for_notes.pk,
        "version_id": forms[0].pk,
        "draft_version": draft_version.pk,
        "prepared": to_sign.pk,
        "paper_id": for_notes.papers.get().pk,
        "draft_authorization": record_authorization(by=staff["desk"], patient=patient, **elements | UNSIGNED).pk,
        "signed_authorization": _signed_on_a_screen(staff, patient, elements | UNSIGNED),
        "release_id": release.pk,
        "item_id": release.items.first().pk,
        "given_release": given.pk,
        "scan_release": reading.pk,
        "scan_item": reading.items.get().pk,
        "page": 1,
        "warning": warning.pk,
        "package_id": package,
    }


def _signed_on_a_screen(staff: dict[str, Staff], patient: Patient, elements: dict[str, Any]) -> UUID:
    prepared = record_authorization(by=staff["desk"], patient=patient, **elements)
    signature = Signature.objects.create(
        authorization=prepared,
        way="TABLET",
        mark="TYPED",
        signed_on=today(),
        signed_at=timezone.now(),
        zone="America/Chicago",
        signer_role="INDIVIDUAL",
        signer_name="A. Patient",
        intent_words="I sign.",
        consent_words="I agree.",
        identity_checked_by=staff["desk"],
        identity_how="KNOWN",
        document_sha256="0" * 64,
        recorded_by=staff["desk"],
    )
    SignedDocument.objects.create(signature=signature, shown="-", pdf=pdf(), size=1, pdf_sha256="0" * 64)
    return prepared.pk


def _taken_back(staff: dict[str, Staff], patient: Patient, elements: dict[str, Any]) -> dict[str, Any]:
    """A chart authorization that was revoked, the letter about it, and who must be told."""
    associate = record_associate(
        by=staff["officer"], name="Prairie Copy Service", what_for="Copies records", contact="", agreement_on=today(),
        acts_on_authorizations=True, ended_on=None,
    )  # fmt: skip
    taken = record_authorization(by=staff["desk"], patient=patient, **elements)
    event = record_revocation(by=staff["desk"], authorization=taken, written=True, received_at=timezone.now())
    notice = event.notices.filter(associate=None).get()
    letter = make_letter(by=staff["desk"], event=event)
    return {"associate_id": associate.pk, "event_id": event.pk, "notice_id": notice.pk, "revocation_letter": letter.pk}


def _legal(staff: dict[str, Staff], patient: Patient) -> dict[str, Any]:
    """An order for Dr. Hale's psychotherapy notes, and the release that it compels, begun."""
    paper = record_paper(by=staff["desk"], paper=paper_of(patient), document=check_upload(BytesIO(pdf())))
    add_counsel(staff["officer"], paper)
    add_notice(staff["officer"], paper)
    compelled = begin(staff["officer"], paper, staff["own"], staff["same"], staff["desk"])
    return {"legal_paper": paper.pk, "paper_entry": "counsel", "compelled_id": compelled.id}


def _ledger(officer: Staff, patient: Patient) -> dict[str, Any]:
    with transaction.atomic():
        board = ledger.append_disclosure(by=officer, patient=patient, **(DEFAULTS | {"basis": Basis.B_OVERSIGHT}))
    with transaction.atomic():
        entry = ledger.append_disclosure(by=officer, patient=patient, **DEFAULTS)
    held = Suspension(SuspensionKind.SUSP_WRITTEN, today(), today(), today() + timedelta(days=90))
    suspension = ledger.suspend(by=officer, entry_id=board.pk, statement=held, agency="State Licensing Board")
    log.sign_checkpoint()
    accounting = ledger.prepare_accounting(by=officer, patient=patient, requested_on=today(), received_on=today())
    return {
        "entry_id": entry.pk,
        "held_entry": board.pk,
        "suspension_id": suspension.pk,
        "accounting_id": accounting.pk,
    }
