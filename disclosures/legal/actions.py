"""Legal papers: recorded, looked at by counsel, told to the patient, answered; and compelled releases under them.

A compelled release lives with the notes until it is committed: nothing here, no task and no line of the audit trail
says whether there are any.
"""

from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from disclosures.releases.actions import commit_notes_package
from disclosures.releases.models import Release
from disclosures.releases.queries.named import named_fact
from disclosures.releases.queries.papers import COMPELLED
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import day
from practice.infrastructure.uploads import CheckedUpload
from practice.people.actions import set_litigation_hold
from practice.people.models import Patient, Staff
from practice.people.rules import Act, Role, may
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled, Scope, refusal_of_two, spoken_of
from records.psychotherapy.documents import package_pdf

from .models import LegalPaper, Naming, PaperEntry
from .policies import (
    open_patient_for_paper,
    possible_seconds,
    refusal_of_new_sign_in,
    refusal_of_pair,
    refusal_to_add,
    refusal_to_compel,
    refusal_to_name_for_hand_over,
    refusal_to_name_patients,
)
from .queries import fill_release, named_patients, not_told, reasons_now, scope_of
from .rules import ANSWERED, EntryKind, Names, PaperKind, ResponseKind, refusal_to_name, refusal_to_note

NOT_NOW = Refusal(
    "COMPELLED_NOT_NOW",
    "This step is not yours to take now. Nothing was changed.",
    "Open it again to see where it stands.",
)


class NotCompelled(Exception):
    """Psychotherapy notes may not be packed under this paper; carries every reason."""

    def __init__(self, reasons: list[Refusal]) -> None:
        super().__init__(" ".join(reason.code for reason in reasons))
        self.reasons = reasons


# --- Papers -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_paper(*, by: Staff, paper: LegalPaper, document: CheckedUpload, hold: bool = False) -> LegalPaper:
    """Keep a paper as it came in, and ask for what it needs: counsel, the patient's notice, an answer by its day.

    `hold`: mark the record as needed in litigation, where this person may. Raises Http404 for a stranger's patient.
    """
    open_patient_for_paper(by, paper.patient_id)
    paper.number, paper.recorded_by = _next_number(), by
    paper.document, paper.document_kind, paper.document_sha256 = document.data, document.kind, document.sha256
    paper.save(force_insert=True)
    role, due = Role.COMPLIANCE_OFFICER, paper.response_due_on
    for kind in (TaskKind.COUNSEL_REVIEW, TaskKind.PATIENT_NOTICE, TaskKind.LEGAL_RESPONSE):
        add_task(kind=kind, due_on=due, subject=paper, patient=paper.patient, role=role)
    if hold and may(by.roles, Act.POLICY_CHANGE):
        set_litigation_hold(by=by, patient=paper.patient, held=True)
    record(by=by, event=AuditEvent.FILED, subject=paper, patient_id=paper.patient_id, detail="legal_paper")
    return paper


def _next_number() -> str:
    advisory_lock("legal paper number")
    prefix = f"LGL-{today().year}-"
    last = LegalPaper.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


@transaction.atomic
def name_patient(*, by: Staff, paper: LegalPaper, patient_id: UUID, named: bool = True) -> Naming:
    """Put down that a paper expressly names another patient too; `named=False`: that this was a mistake.

    Counsel answers anew after either. Their record is kept for litigation as the first patient's is. Raises Refused,
    and Http404 for a stranger.
    """
    advisory_lock(f"naming {paper.pk}")
    _refuse(by, paper, refusal_to_name_patients(by))
    patient = open_patient_for_paper(by, patient_id)
    others = named_patients(paper)[1:]
    if named:
        again = patient.pk in (paper.patient_id, *others)
        _refuse(by, paper, refusal_to_name(PaperKind(paper.kind), Names(paper.names_notes), again=again))
    elif patient.pk not in others:
        raise Refused(Refusal("NAMING_NOT_THERE", "This patient is not on the list.", "Open the paper again."))
    row = Naming(paper=paper, patient=patient, named=named, recorded_by=by)
    row.save(force_insert=True)
    role, due = Role.COMPLIANCE_OFFICER, paper.response_due_on
    add_task(kind=TaskKind.COUNSEL_REVIEW, due_on=due, subject=paper, patient=paper.patient, role=role)
    if not_told(paper):
        add_task(kind=TaskKind.PATIENT_NOTICE, due_on=due, subject=paper, patient=paper.patient, role=role)
    else:
        close_task(kind=TaskKind.PATIENT_NOTICE, subject=paper, by=by)
    if named and paper.patient.litigation_hold and not patient.litigation_hold:
        set_litigation_hold(by=by, patient=patient, held=True)
    detail = "paper_names" if named else "paper_does_not_name"
    record(by=by, event=AuditEvent.CHANGED, subject=paper, patient_id=patient.pk, detail=detail)
    return row


TASK_OF = {EntryKind.COUNSEL: TaskKind.COUNSEL_REVIEW, EntryKind.NOTICE: TaskKind.PATIENT_NOTICE}


@transaction.atomic
def add_entry(
    *,
    by: Staff,
    paper: LegalPaper,
    kind: EntryKind,
    code: str,
    on: date,
    name: str = "",
    words: str = "",
    about: Patient | None = None,
    release: Release | None = None,
) -> PaperEntry:
    """Write down counsel's review, the patient's notice or a response beside a paper. Raises Refused.

    `about`: which of several patients was told; else the one whose paper it is.
    """
    refusal = refusal_to_add(by, kind, code)
    refusal = refusal or refusal_to_note(kind, code, on, words, received_on=paper.received_on, today=today())
    if refusal is None and release is not None and release.patient_id not in named_patients(paper):
        refusal = Refusal("PAPER_RELEASE_OF_ANOTHER", "That release is another patient's.", "Choose another one.")
    if refusal is None and about is not None and about.pk not in named_patients(paper):
        refusal = Refusal("PAPER_ABOUT_ANOTHER", "The paper does not name this patient.", "Choose one whom it names.")
    if refusal is not None:
        raise Refused(refusal)
    entry = PaperEntry(paper=paper, kind=kind, code=code, on=on, name=name, words=words, about=about, release=release)
    entry.recorded_by = by
    entry.save(force_insert=True)
    if task := TASK_OF.get(kind):
        if kind != EntryKind.NOTICE or not not_told(paper):
            close_task(kind=task, subject=paper, by=by)
    elif kind == EntryKind.RESPONSE and ResponseKind(code) in ANSWERED:
        close_task(kind=TaskKind.LEGAL_RESPONSE, subject=paper, by=by)
    whose = about.pk if about else paper.patient_id
    record(by=by, event=AuditEvent.CHANGED, subject=paper, patient_id=whose, detail=f"paper_{kind.value}")
    return entry


# --- Compelled releases -----------------------------------------------------------------------------------------------


def start_compelled(
    *, by: Staff, paper: LegalPaper, author: Staff, scope: Scope, second: Staff | None, named_staff: list[Staff]
) -> Compelled:
    """The first of two people begins: whose notes, which sessions, who confirms, who hands the file over.

    The same whether there are notes or not; the record is put on litigation hold. Raises Refused for who may not,
    NotCompelled with every reason when the paper does not carry it today.
    """
    _refuse(by, paper, refusal_to_compel(by))
    chosen = second.pk if second else None
    _refuse(by, paper, refusal_of_two(author=author.pk, first=by.pk, second=chosen, possible=possible_seconds(by)))
    _refuse(by, paper, refusal_to_name_for_hand_over(by, chosen, [person.pk for person in named_staff]))
    if reasons := reasons_now(paper, scope, on=today(), alone=second is None):
        _record_refused(by, paper, reasons[0])
        raise NotCompelled(reasons)
    named = named_patients(paper)
    for patient in Patient.objects.filter(pk__in=named, litigation_hold=False):
        set_litigation_hold(by=by, patient=patient, held=True)  # from here on nobody destroys what the paper asks for
    days = policy("P-33", today()).value
    record(by=by, event=AuditEvent.COMPELLED, subject=paper, patient_id=paper.patient_id, detail="begun")
    return vault.start_compelled(
        by,
        author=author.pk,
        patients=named,
        ground=paper.pk,
        paper_kind=paper.kind,
        scope=scope,
        second=chosen,
        waits_days=days if isinstance(days, int) else 0,
        recipient_name=paper.recipient_name,
        named_staff=[person.pk for person in named_staff],
    )


def confirm_compelled(*, by: Staff, compelled: Compelled) -> None:
    """The second person confirms exactly what the first began. Raises Refused, or NotCompelled as the paper stands."""
    paper = paper_of(compelled)
    _check_still(by, paper, compelled)
    if not vault.confirm_compelled(by, compelled.id):
        raise Refused(NOT_NOW)
    record(by=by, event=AuditEvent.COMPELLED, subject=paper, patient_id=paper.patient_id, detail="confirmed")


def pack_compelled(*, by: Staff, compelled: Compelled) -> Compelled:
    """Carry it out: the file is made and locked, or the answer is that nothing is within the scope.

    Raises Refused when it is not this person's or not now, NotCompelled as the paper stands, vault.NotReleasable,
    PdfFailed; then nothing was made.
    """
    paper = paper_of(compelled)
    _refuse(by, paper, None if compelled.may_pack(by.pk, timezone.now()) else NOT_NOW)
    _check_still(by, paper, compelled)
    author, package_id = Staff.objects.get(pk=compelled.author), uuid4()
    named = Patient.objects.in_bulk(compelled.patients)

    def render(chosen: list[vault.Releasable], others_left_out: bool) -> bytes:
        first, *others = spoken_of(compelled.patients, [one.head.patients for one in chosen])
        return package_pdf(
            chosen,
            author=author,
            patient=named[first],
            named_too=[named[one] for one in others],
            recipient=compelled.recipient_name,
            package_id=package_id,
            on=today(),
            compelled_by=_ground_words(paper),
            others_left_out=others_left_out,
        )

    return vault.pack_compelled(by=by, compelled_id=compelled.id, package_id=package_id, render=render)


def stop_compelled(*, by: Staff, compelled: Compelled) -> None:
    """Either of the two stops it before it is carried out. Raises Refused for everybody else, its author included."""
    if not vault.stop_compelled(by, compelled.id):
        raise Refused(NOT_NOW)
    paper = paper_of(compelled)
    record(by=by, event=AuditEvent.COMPELLED, subject=paper, patient_id=paper.patient_id, detail="stopped")


def hand_over_compelled(*, by: Staff, package_id: UUID, release: Release) -> Release:
    """Hand over the locked file: gate, ledger entry and hand-over in one, as for every release. Then the paper's own
    record says so. Raises GateRefused, Refused.
    """
    papers: list[LegalPaper] = []

    def fill(release: Release, cover: vault.PackageCover) -> None:
        paper = refuse_when_over(cover)
        papers.append(paper)
        packed_by = Staff.objects.get(pk=cover.approved_by)
        fill_release(release, paper, decided=f"Two named people, carried out by {packed_by.display_name}",
                     at=day(cover.approved_at))  # fmt: skip
        release.patient_id, release.package, release.description = cover.patient, cover.id, cover.description
        release.facts |= named_fact(cover.named_too) | {COMPELLED: "yes"}
        release.facts |= {"notes_left_out": "yes"} if cover.others_left_out else {}
        release.approver_id = cover.author
        release.prepared_by_id = release.approved_by_id = cover.approved_by
        release.prepared_at = release.approved_at = cover.approved_at

    done = commit_notes_package(by=by, package_id=package_id, release=release, fill=fill)
    add_entry(
        by=by, paper=papers[0], kind=EntryKind.RESPONSE, code=ResponseKind.COMPLY_LIMITED, on=today(), release=done
    )
    return done


def refuse_when_over(cover: vault.PackageCover) -> LegalPaper:
    """The paper of a compelled package, unless it does not compel it today: counsel may have said otherwise."""
    paper = LegalPaper.objects.select_related("patient").get(pk=cover.authorization_id)
    if reasons := reasons_now(paper, scope_of(paper), on=today(), alone=False, named=cover.about):
        raise Refused(reasons[0])
    return paper


def paper_of(compelled: Compelled) -> LegalPaper:
    """The paper under which it was begun."""
    return LegalPaper.objects.select_related("patient").get(pk=compelled.ground)


def _check_still(by: Staff, paper: LegalPaper, compelled: Compelled) -> None:
    """What happened since counts: one of the two may have left, counsel may have said otherwise. Raises Refused,
    NotCompelled.
    """
    _refuse(by, paper, refusal_of_new_sign_in(by))
    _refuse(by, paper, refusal_of_pair(Staff.objects.get(pk=compelled.started_by), compelled.second))
    reasons = reasons_now(paper, compelled.scope, on=today(), alone=compelled.alone, named=compelled.patients)
    if reasons:
        _record_refused(by, paper, reasons[0])
        raise NotCompelled(reasons)


def _ground_words(paper: LegalPaper) -> str:
    """For the paper's recipient: under what the notes leave, with the number that slips and cover carry as well."""
    source = ", ".join(filter(None, [paper.issuer, paper.reference]))
    return f"{PaperKind(paper.kind).label}: {source} (our reference {paper.number})"


def _refuse(by: Staff, paper: LegalPaper, refusal: Refusal | None) -> None:
    if refusal is not None:
        _record_refused(by, paper, refusal)
        raise Refused(refusal, recorded=True)


def _record_refused(by: Staff, paper: LegalPaper, refusal: Refusal) -> None:
    record(
        by=by,
        event=AuditEvent.REFUSED,
        subject=paper,
        patient_id=paper.patient_id,
        outcome=Outcome.REFUSED,
        detail=refusal.code.lower()[:60],
    )
