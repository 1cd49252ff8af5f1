"""An authorization as a person reads it: where it stands and why, the checklist with its values, its history."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from practice.infrastructure.days import local_date
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff

from ..models import Authorization, AuthorizationEvent, RevocationNotice, Signature, SignedPaper
from ..queries import AuthorizationLine, facts_of
from ..queries.signing import is_only_scan
from ..rules import AuthorizationStatus, Defect, EventKind, PnScope, RecordClass
from ..rules.choices import SIGNS_FOR_SELF
from ..rules.defect import AUTH_NO_DOCUMENT
from .form import named_of

PILLS = {AuthorizationStatus.ACTIVE: "done", AuthorizationStatus.ON_HOLD: "accent"}


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the checklist: what the law asks for, what the paper says, and what is wrong with it."""

    label: str
    value: str
    defects: list[Defect]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history."""

    on: date
    at: datetime | None
    words: str
    how: str
    by: str
    written_at: datetime


def pill_of(line: AuthorizationLine) -> str:
    """The kind of pill for a status; red is for what is late or lost, so a defect has none."""
    return PILLS.get(line.status, "")


def next_for_sealed_notes(line: AuthorizationLine, staff: Staff) -> str:
    """Who goes on with psychotherapy notes asked for, told to everybody but that person: their next step is a button.

    The words are the same whether there are such notes or not.
    """
    row = line.authorization
    if line.status != AuthorizationStatus.ACTIVE or RecordClass.PN not in line.facts.record_classes:
        return ""
    if line.facts.declined_by:
        who = row.pn_originator.display_name if row.pn_originator else "A therapist"
        return f"{who} decided not to release psychotherapy notes under it. It permits a release and does not oblige."
    if row.pn_originator is None:
        return "Next: the author of the notes decides and prepares this release. Nobody else can."
    if row.pn_originator == staff:
        return ""
    name = row.pn_originator.display_name
    return f"Next: {name} decides and prepares this release. Only the author of the notes can."


def reason_of(line: AuthorizationLine) -> str:
    """Why an authorization stands where it stands, in one sentence."""
    facts = line.facts
    if line.status == AuthorizationStatus.ACTIVE and facts.declined_by:
        return f"It permits releases {_until(line)}. The therapist decided not to release under it."
    if line.status == AuthorizationStatus.ACTIVE:
        return f"It permits releases {_until(line)}."
    if line.status == AuthorizationStatus.REVOKED:
        return f"Revoked in writing, received {_moment(facts.revocation_received_at)}. Nothing more may be released."
    if line.status == AuthorizationStatus.ON_HOLD:
        return f"The patient took it back by word of mouth {_moment(facts.held_since)}. Nothing is released meanwhile."
    if line.status == AuthorizationStatus.EXPIRED_DATE:
        return f"It ended on {day(facts.expires_on)}."
    if line.status == AuthorizationStatus.EXPIRED_EVENT:
        return f"The event that ends it became known on {day(facts.event_known_on)}."
    if line.status == AuthorizationStatus.FULFILLED:
        return f"Everything was handed over by {day(facts.fulfilled_on)}."
    if line.status == AuthorizationStatus.DECLINED:
        return f"Did not want to sign on {day(facts.declined_on)}. Nothing is released under it."
    if line.status == AuthorizationStatus.PUT_ASIDE:
        return f"Put aside on {day(facts.put_aside_on)}, never signed."
    if {defect.code for defect in line.defects} == {AUTH_NO_DOCUMENT}:
        waits = line.authorization.papers.filter(event=None).exists()
        missing = (
            "nobody has compared the scan with what was entered" if waits else "the scan of the signed form is missing"
        )
        return f"It cannot be used yet: {missing}."
    count = len(line.defects)
    things = "one thing" if count == 1 else f"{count} things"
    if line.status == AuthorizationStatus.DEFECTIVE:
        return f"This authorization cannot be used: {line.defects[-1].words[0].lower()}{line.defects[-1].words[1:]}"
    return f"It cannot be used yet: {things} to put right."


def checklist(line: AuthorizationLine) -> list[Point]:
    """Every element and statement of the law's checklist with what the paper says, in the order of the law."""
    row = line.authorization
    signature = _signature_of(row)
    lacking = signature.not_on_paper if signature else []
    return [
        Point(
            label,
            (element not in lacking and value(row)) or _absent(element, row),
            [d for d in line.defects if d.element == element],
        )
        for element, label, value in POINTS
        if element != "RS4" or row.remuneration_applies
    ]


def _absent(element: str, row: Authorization) -> str:
    """A patient who signs needs no authority: a paper has none to show then, and lacks nothing."""
    signed = _signature_of(row) or row
    for_self = signed.signer_role in SIGNS_FOR_SELF
    return _authority(row) if element == "A7" and for_self else "Not on the form"


@dataclass(frozen=True, slots=True)
class PaperPoint:
    """One element to look for on a scan, with what was prepared, and whether it was ticked."""

    element: str
    label: str
    value: str
    ticked: bool


def paper_points(authorization: Authorization, ticked: Collection[str]) -> list[PaperPoint]:
    """What to look for on the paper, in the order of the law; RS4 only where somebody pays for the release."""
    others_sign = authorization.patient.representatives.exists()
    asked = {"RS4": authorization.remuneration_applies, "A7": others_sign}
    return [
        PaperPoint(element, label, LOOK_FOR.get(element) or value(authorization), element in ticked)
        for element, label, value in POINTS
        if asked.get(element, True)
    ]


def other_defects(line: AuthorizationLine) -> list[Defect]:
    """Defects of the paper as a whole: expired, revoked, joined with something, conditioned, false."""
    listed = {element for element, _, _ in POINTS}
    return [defect for defect in line.defects if defect.element not in listed]


def history(authorization: Authorization) -> list[Happening]:
    """What happened to it, the newest first; of a day whose hour is not known, in the order in which it was written."""
    found = [_happening(event, authorization) for event in authorization.events.all()]
    by, written = authorization.recorded_by.display_name, authorization.recorded_at
    signature, received = _signature_of(authorization), authorization.received_at
    words = "Prepared" if signature is not None or _is_unsigned_form(authorization) else "Came in"
    found.append(Happening(local_date(received), received, words, "", by, written))
    if signature is not None:
        found.append(_signing(signature))
    found += [_scan_kept(paper) for paper in authorization.papers.filter(event=None).defer("data")]
    found += _decisions(authorization)
    found += _notices(authorization)
    if mark := corrects(authorization):
        words = "Corrected: this record takes the place of an earlier one"
        found.append(Happening(local_date(written), written, words, mark.how, by, written))
    return sorted(found, key=lambda item: (item.on, item.at or item.written_at, item.written_at), reverse=True)


def corrects(authorization: Authorization) -> AuthorizationEvent | None:
    """The mark on the record that this one corrects, with the reason; None where it corrects none.

    A scan filed before its words were entered is a beginning, not a mistake.
    """
    before = authorization.prepared_from
    if before is None or is_only_scan(before) or not facts_of(before).is_signed:
        return None
    return before.events.filter(kind=EventKind.RECORDED_IN_ERROR).first()


def _scan_kept(paper: SignedPaper) -> Happening:
    words, by = "Scan of the signed form kept", paper.added_by.display_name
    return Happening(local_date(paper.added_at), paper.added_at, words, "", by, paper.added_at)


def _decisions(authorization: Authorization) -> list[Happening]:
    """Whether the practice recognizes whoever signed for the patient (164.502(g)(5)). Why is not said here."""
    signed = _signature_of(authorization) or authorization
    if signed.representative is None:
        return []
    name = signed.representative.name
    found = []
    for one in signed.representative.decisions.select_related("decided_by"):
        words = f"The practice decided {'not to recognize' if one.declined else 'to recognize again'} {name}"
        at, by = _hour(one.decided_on, one.decided_at), one.decided_by.display_name
        found.append(Happening(one.decided_on, at, f"{words} as acting for the patient", "", by, one.decided_at))
    return found


def _notices(authorization: Authorization) -> list[Happening]:
    """Who was told that it was taken back, and who need not be; not those whom only the compliance officer knows of."""
    rows = RevocationNotice.objects.filter(event__authorization=authorization, officer_only=False)
    found = []
    for one in rows.select_related("told_by"):
        if one.told_on and one.told_at and one.told_by:
            words = "Need not be told that it was taken back" if one.need_not else "Told that it was taken back"
            at, by = _hour(one.told_on, one.told_at), one.told_by.display_name
            found.append(Happening(one.told_on, at, f"{words}: {one.recipient_name}", one.how, by, one.told_at))
    return found


def _signing(signature: Signature) -> Happening:
    """The signing as one line: when, how, by whom, and who knew them."""
    at = signature.signed_at or signature.recorded_at
    on = signature.signed_on or local_date(at)
    knew = signature.identity_checked_by.display_name
    how = f"By {signature.signer_name}. {signature.get_identity_how_display()}; checked by {knew}."
    by = signature.recorded_by.display_name if signature.recorded_by else "nobody: signed alone, by the link"
    words, written = f"Signed: {signature.get_way_display().lower()}", signature.recorded_at
    return Happening(on, signature.signed_at or _hour(on, written), words, how, by, written)


def _signature_of(row: Authorization) -> Signature | None:
    return getattr(row, "signature", None)


def _is_unsigned_form(row: Authorization) -> bool:
    return bool(row.template_version_id) and not row.signature_method and _signature_of(row) is None


def replaced_words(row: Authorization) -> tuple[str, str]:
    """Why a record is not used any more because another took its place, and what to call that one."""
    if _is_unsigned_form(row):
        return "Changed before anybody signed it", "the changed form"
    if is_only_scan(row):
        return "What it says was entered", "the record"
    return EventKind.RECORDED_IN_ERROR.label, "the corrected record"


def _happening(event: AuthorizationEvent, row: Authorization) -> Happening:
    words = EventKind(event.kind).label
    if event.kind == EventKind.RECORDED_IN_ERROR:
        words, _ = replaced_words(row)
    if event.occurred_on:
        words = f"{words}. It happened on {day(event.occurred_on)}"
    by = event.recorded_by.display_name if event.recorded_by else "nobody: the signer did it alone, by the link"
    if event.kind == EventKind.SIGNING_DECLINED and event.recorded_by:
        by = f"the signer, on the screen that {by} had handed over"
    at = event.received_at or _hour(event.happened_on, event.recorded_at)
    return Happening(event.happened_on, at, words, event.how, by, event.recorded_at)


def _hour(on: date, written: datetime) -> datetime | None:
    """When it happened, as far as that is known: what was written down on its own day, then; of an earlier day, not."""
    return written if local_date(written) == on else None


def _until(line: AuthorizationLine) -> str:
    facts = line.facts
    if facts.expires_on and facts.expires_event:
        return f"until {day(facts.expires_on)}, or until this is known: {facts.expires_event}"
    if facts.expires_on:
        return f"until {day(facts.expires_on)}"
    return f"until this is known: {facts.expires_event}"


def _moment(instant: datetime | None) -> str:
    return f"{day(instant)}, {time_of_day(instant)}"


def _information(row: Authorization) -> str:
    classes = ", ".join(RecordClass(code).label for code in row.record_classes)
    period = f"{day(row.covers_from) or 'the beginning'} to {day(row.covers_to) or 'the end'}"
    words = row.info_description
    said = _named_in(words, named_of(row))
    scope = "" if said or _named_in(words, _scope(row)) else _scope(row)
    classes = "" if said or _named_in(words, classes) else classes
    parts = [classes, words, scope, period if row.covers_from or row.covers_to else ""]
    return " · ".join(part for part in parts if part)


def _named_in(words: str, fact: str) -> bool:
    """Whether the form's own words say it already, so that nobody reads the same fact twice."""
    return bool(fact) and fact.casefold() in words.casefold()


def _scope(row: Authorization) -> str:
    therapist = f"by {row.pn_originator.display_name}" if row.pn_originator else ""
    if row.pn_scope == PnScope.SESSION_DATES:
        sessions = ", ".join(day(session) for session in sorted(row.pn_session_dates))
        return f"sessions of {sessions} {therapist}".strip()
    return therapist


def _expiration(row: Authorization) -> str:
    return " or ".join(part for part in (day(row.expires_on), row.expires_event) if part)


def _signature(row: Authorization) -> str:
    signed = _signature_of(row) or row
    if isinstance(signed, Authorization) and not signed.signature_method:
        return ""
    who = signed.get_signer_role_display()
    name = f"{signed.signer_name}, {who[0].lower()}{who[1:]}" if signed.signer_name else who
    return f"{name}, {day(signed.signed_on) or 'no date'}"


def _authority(row: Authorization) -> str:
    signed = _signature_of(row) or row
    if isinstance(signed, Authorization) and not signed.signature_method:
        return "Asked of whoever signs"
    if signed.signer_role in SIGNS_FOR_SELF:
        return row.get_minor_rule_display() if row.minor_rule else "Not needed: signed by the patient"
    return signed.authority_description


def _recipient(row: Authorization) -> str:
    return ", ".join(part for part in (row.recipient_name, row.recipient_class, row.recipient_address) if part)


LOOK_FOR = {
    "A6": "A signature. Enter its date below.",
    "A7": "Only if somebody signed for the patient: what gives them the authority, in words.",
    "RS1": "How to take it back in writing",
    "RS2": "Whether care or payment depends on signing",
    "RS3": "That the recipient may pass the records on",
    "RS4": "That the practice is paid for this release",
}


def _yes(present: bool) -> str:
    return "On the form" if present else ""


POINTS: tuple[tuple[str, str, Callable[[Authorization], str]], ...] = (
    ("A1", "Which records", _information),
    ("A2", "Who may release", lambda row: row.discloser),
    ("A3", "Who may receive", _recipient),
    ("A4", "Purpose", lambda row: row.purpose),
    ("A5", "Ends", _expiration),
    ("A6", "Signed", _signature),
    ("A7", "Authority of the signer", _authority),
    ("RS1", "Right to revoke", lambda row: _yes(row.stmt_revocation)),
    (
        "RS2",
        "Whether care depends on signing",
        lambda row: row.get_stmt_conditioning_display() if row.stmt_conditioning else "",
    ),
    ("RS3", "May be passed on", lambda row: _yes(row.stmt_redisclosure)),
    ("RS4", "Payment for the release", lambda row: _yes(row.stmt_remuneration)),
)
