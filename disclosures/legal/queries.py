"""What is known of a legal paper, and what the gate is asked when psychotherapy notes are to leave under it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from authorizations.rules import RecordClass
from disclosures.releases.models import Release
from disclosures.releases.policies import patients_for_release, releases_visible_to
from disclosures.releases.queries import proposal_of
from disclosures.releases.queries.named import named_fact
from disclosures.releases.rules import Decision, Item, decide
from practice.compliance.queries import policies_in_force
from practice.infrastructure.refusals import Refusal
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from records.psychotherapy.compelled_rules import Scope

from .models import LegalPaper, Naming, PaperEntry
from .policies import papers_visible_to
from .rules import (
    ANSWERED,
    FIGHTS,
    NOTES_BASIS,
    CounselAnswer,
    EntryKind,
    Names,
    NoticeAnswer,
    PaperFacts,
    PaperKind,
    ReachAnswer,
    ResponseKind,
    reasons_not_to_compel,
)

LABELS = {
    EntryKind.COUNSEL: CounselAnswer,
    EntryKind.NOTICE: NoticeAnswer,
    EntryKind.RESPONSE: ResponseKind,
    EntryKind.REACH: ReachAnswer,
}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry about a paper as its page shows it."""

    entry: PaperEntry
    kind: str
    label: str
    about: str = ""  # which of several patients


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A patient whom a paper names, as somebody sees it: `patient` is None for one who is not theirs to know."""

    patient: Patient | None
    told: bool
    own: bool  # whose paper it is


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper in a list: whether the day of the response is still waited for."""

    paper: LegalPaper
    waiting: bool


def entries_of(paper: LegalPaper, staff: Staff) -> list[EntryLine]:
    """What was written down, oldest first. What names a release is shown to those who see that release."""
    rows = list(paper.entries.select_related("recorded_by", "release"))
    seen = set(releases_visible_to(staff).filter(paper_entries__in=rows).values_list("pk", flat=True))
    names = {one.pk: one.legal_name for one in _known_to(staff, [row.about_id for row in rows if row.about_id])}
    several = len(named_patients(paper)) > 1
    return [
        EntryLine(
            row,
            EntryKind(row.kind).label,
            LABELS[EntryKind(row.kind)](row.code).label,
            _whom(row, paper, names) if several and row.kind == EntryKind.NOTICE else "",
        )
        for row in rows
        if row.release_id is None or row.release_id in seen
    ]


def _whom(row: PaperEntry, paper: LegalPaper, names: dict[UUID, str]) -> str:
    return names.get(row.about_id, ANOTHER) if row.about_id else paper.patient.legal_name


ANOTHER = "Another patient"


def _known_to(staff: Staff, ids: Iterable[UUID]) -> QuerySet[Patient]:
    """Those of them whose releases this person works on."""
    return patients_for_release(staff).filter(pk__in=list(ids))


def named_patients(paper: LegalPaper) -> list[UUID]:
    """Everybody the paper names: first whose paper it is, then the others as they stand now."""
    now = {row.patient_id: row.named for row in paper.namings.order_by("recorded_at")}
    return [paper.patient_id, *sorted(patient for patient, named in now.items() if named)]


def named_lines(paper: LegalPaper, staff: Staff) -> list[NamedLine]:
    """Everybody the paper names, for its page. A stranger's name is not shown."""
    named, told = named_patients(paper), _told(paper)
    known = _known_to(staff, named).in_bulk()
    return [NamedLine(known.get(one), one in told, one == paper.patient_id) for one in named]


def _told(paper: LegalPaper) -> set[UUID]:
    """Of whom it is recorded whether they know."""
    notices = paper.entries.filter(kind=EntryKind.NOTICE).values_list("about", flat=True)
    return {about or paper.patient_id for about in notices}


def not_told(paper: LegalPaper) -> list[UUID]:
    """Whom it names and of whom that is not recorded."""
    told = _told(paper)
    return [one for one in named_patients(paper) if one not in told]


def paper_lines(staff: Staff, *, patient_id: UUID | None = None) -> list[PaperLine]:
    """The papers this person sees: those whose response is waited for by their day, then the rest, newest first."""
    rows = papers_visible_to(staff).select_related("patient").prefetch_related("entries")
    if patient_id is not None:
        names_them = [row.paper_id for row in _newest_namings(patient_id) if row.named]
        rows = rows.filter(Q(patient_id=patient_id) | Q(pk__in=names_them))
    lines = [
        PaperLine(row, not is_answered(row.entries.all())) for row in rows.order_by("-received_on", "-recorded_at")
    ]
    waiting = sorted((one for one in lines if one.waiting), key=lambda one: one.paper.response_due_on or date.max)
    return [*waiting, *(one for one in lines if not one.waiting)]


MOST_FOUND = 20


def patients_found(staff: Staff, who: str) -> list[Patient]:
    """Patients whose releases this person works on, by their number, or by every word of what was typed."""
    rows = patients_for_release(staff).order_by("sort_name", "number")
    words = who.split()
    if len(words) == 1 and words[0].isdecimal():
        return list(rows.filter(number=int(words[0][:9])))
    for word in words:
        rows = rows.filter(Q(legal_name__icontains=word) | Q(preferred_name__icontains=word))
    return list(rows[:MOST_FOUND]) if words else []


def _newest_namings(patient_id: UUID) -> QuerySet[Naming]:
    return Naming.objects.filter(patient_id=patient_id).order_by("paper", "-recorded_at").distinct("paper")


def is_answered(entries: Iterable[PaperEntry]) -> bool:
    """Whether something was recorded after which the day of the response is no longer waited for."""
    return any(one.kind == EntryKind.RESPONSE and one.code in ANSWERED for one in entries)


def named_scope(paper: LegalPaper) -> Scope:
    """The sessions that the paper names."""
    return Scope(tuple(paper.session_days), paper.scope_from, paper.scope_to)


def scope_of(paper: LegalPaper) -> Scope:
    """The sessions that the paper reaches: of those it names the ones up to the day it came. Later ones only where the
    compliance officer put down which of its own words name them.
    """
    named = named_scope(paper)
    last = None if named.ends_by(paper.received_on) else last_day(paper)
    return named.until(last) if last else named


def _names_later(paper: LegalPaper) -> PaperEntry | None:
    said = latest(paper, EntryKind.REACH)
    return said if said and said.code == ReachAnswer.LATER else None


def last_day(paper: LegalPaper) -> date | None:
    """The last day that it reaches, whether or not it names any; None where its own words name later sessions."""
    return None if _names_later(paper) else paper.received_on


def later_words(paper: LegalPaper) -> str:
    """The words of the paper by which it reaches sessions after the day it came; empty where it does not."""
    said = _names_later(paper)
    return said.words if said else ""


def reach_reasons(paper: LegalPaper) -> list[Refusal]:
    """Why it reaches no session, where all that it names are later than the day it came."""
    return [after_it_came(paper)] if scope_of(paper) == Scope() != named_scope(paper) else []


def latest(paper: LegalPaper, kind: EntryKind) -> PaperEntry | None:
    return paper.entries.filter(kind=kind).order_by("recorded_at").last()


def paper_facts(paper: LegalPaper, on: date) -> PaperFacts:
    """What is on record about a paper, with the policies in force on a day."""
    counsel = latest(paper, EntryKind.COUNSEL)
    # the notice to somebody it named, and names no more, is not a notice to its own patient
    own = paper.entries.filter(Q(about=None) | Q(about=paper.patient_id))
    notice = own.filter(kind=EntryKind.NOTICE).order_by("recorded_at").last()
    responses = paper.entries.filter(kind=EntryKind.RESPONSE)
    fights = responses.filter(code__in=FIGHTS)
    if counsel:
        fights = fights.filter(recorded_at__gt=counsel.recorded_at)
    namings = paper.namings.filter(recorded_at__gt=counsel.recorded_at) if counsel else paper.namings.all()
    found = policies_in_force(on)
    return PaperFacts(
        kind=PaperKind(paper.kind),
        names=Names(paper.names_notes),
        counsel=counsel.code if counsel else "",
        notice=notice.code if notice else "",
        whole=bool(paper.verified.strip() and paper.document_sha256),
        counsel_gate=found["P-07"].value in ("PN", "ALL", True),
        notify_patient=bool(found["P-08"].value),
        over=responses.filter(code=ResponseKind.CLOSED).exists(),
        fought=fights.exists(),
        several=len(named_patients(paper)) > 1,
        named_since=namings.exists(),
        not_told=len(not_told(paper)),
    )


def reasons_now(
    paper: LegalPaper, scope: Scope, *, on: date, alone: bool, named: Collection[UUID] = ()
) -> list[Refusal]:
    """Everything that stands against packing psychotherapy notes under this paper today: the paper's own reasons, then
    the gate's. Nothing is asked of the notes: it is the same whether there are any.

    `named`: whose notes are asked for, or were packed.
    """
    reasons = list(reasons_not_to_compel(paper_facts(paper, on), alone=alone))
    reasons += [] if set(named) <= set(named_patients(paper)) else [NOT_NAMED]
    reasons += reach_reasons(paper) or _scope_reasons(paper, scope)
    if PaperKind(paper.kind) in NOTES_BASIS and not reasons:
        reasons += list(ask_gate(paper, scope, on).reasons)
    return reasons


def _scope_reasons(paper: LegalPaper, scope: Scope) -> list[Refusal]:
    if refusal := scope.refusal():
        return [refusal]
    if scope.within(scope_of(paper)):
        return []
    return [after_it_came(paper) if scope.within(named_scope(paper)) else OUTSIDE]


def after_it_came(paper: LegalPaper) -> Refusal:
    """A paper asks for what there was when it came: what is written down afterwards was not before the court."""
    return Refusal(
        "AFTER_IT_CAME",
        f"Sessions after {day(paper.received_on)} are asked for, the day this paper came. "
        "A paper reaches the sessions held until then.",
        "End the period on that day. If the paper’s own words name later sessions, the compliance officer records that "
        "on its page first.",
        "45 CFR 164.512(e)(1)(i)",
    )


OUTSIDE = Refusal(
    "OUTSIDE_SCOPE",
    "More is asked for here than the paper names.",
    "Leave out what it does not name, or have the order clarified.",
    "45 CFR 164.512(e)(1)(i)",
)


NOT_NAMED = Refusal(
    "PATIENT_NOT_NAMED",
    "Somebody this was begun for is no longer among the patients whom the paper names.",
    "Stop it or withdraw the file, and begin it again for those whom the paper names.",
    "45 CFR 164.512(e)(1)(i)",
)


def ask_gate(paper: LegalPaper, scope: Scope, on: date) -> Decision:
    """The gate's answer for the sessions named, whoever wrote notes of them or did not."""
    release, (_, *others) = Release(patient_id=paper.patient_id), named_patients(paper)
    fill_release(release, paper, decided="Two named people", at=day(on))
    release.facts |= scope_facts(scope) | named_fact(others)
    release.description = "Psychotherapy notes of the sessions named"
    days = scope.days or (scope.first,)
    return decide(proposal_of(release, [Item(f"session {one}", one) for one in days], on=on, approved=False))


def scope_facts(scope: Scope) -> dict[str, str]:
    """A scope as the gate reads it from a release."""
    found = {"scope_days": " ".join(one.isoformat() for one in scope.days)}
    if scope.first and scope.last:
        found |= {"scope_from": scope.first.isoformat(), "scope_to": scope.last.isoformat()}
    return {key: value for key, value in found.items() if value}


def fill_release(release: Release, paper: LegalPaper, *, decided: str, at: str) -> None:
    """Put onto an unsaved release of psychotherapy notes what the paper says of it (documentation table, section 2)."""
    kind, counsel = PaperKind(paper.kind), latest(paper, EntryKind.COUNSEL)
    release.record_class, release.basis = RecordClass.PN, NOTES_BASIS[kind]
    release.process, release.authorization = kind.process, None
    release.recipient_name, release.recipient_kind = paper.recipient_name, paper.recipient_kind
    release.recipient_address = release.recipient_address or paper.recipient_address
    release.purpose = paper.purpose
    release.identity_verified = release.identity_verified or paper.verified
    release.counsel_review = counsel_words(counsel) if counsel else ""
    release.smallest_set_confirmed = True  # confirmed by the first of the two, for the sessions they named
    source = " ".join(filter(None, [paper.issuer, paper.reference]))
    release.facts = scope_facts(scope_of(paper)) | {
        "law": paper.law or source,
        "issuer": paper.issuer,
        "scope": paper.scope,
        "conditions_met": "As counsel's review says"
        if counsel
        else "Not applicable: no process under 164.512(c) or (f)",
        "document": f"On file as {paper.number}, SHA-256 {paper.document_sha256}",
        "request_letter": f"{paper.issuer}, received {day(paper.received_on)}",
        "case_number": paper.reference or "None given",
        "official": paper.signed_by or paper.issuer,
        "decided_by": decided,
        "decided_at": at,
        "minimum_necessary_note": "Only the sessions named in the paper; shown to nobody",
        "paper": str(paper.pk),
        "our_reference": paper.number,
    }


def counsel_words(entry: PaperEntry) -> str:
    """Who answered, when and what, for the record of a release."""
    return f"{entry.name}, {day(entry.on)}: {CounselAnswer(entry.code).label}"
