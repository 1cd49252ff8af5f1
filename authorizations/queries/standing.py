"""Authorizations as rules and pages read them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from practice.compliance.queries import policies_in_force
from practice.infrastructure.days import local_date, today
from practice.infrastructure.pages import page
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.queries import representation_facts
from practice.people.rules import refusal_to_represent
from practice.worklist.models import Task
from practice.worklist.rules import TaskState

from .. import rules
from ..models import AnswerLetter, Authorization, AuthorizationEvent, Signature
from ..policies import IS_ON_FILE, authorizations_visible_to, representatives_of, with_facts
from ..rules import AuthorizationFacts, AuthorizationStatus, Defect, EventKind, MinorRule, RecordClass, SignerRole
from ..rules.choices import MISTAKEN, SIGNS_FOR_SELF, SignatureWay
from ..rules.lifetime import holds_of
from ..rules.signing import NOTHING_AGAINST, Acting, OnRecord, acting, signed

# What permits no release today and never will again.
OVER = frozenset(
    {
        AuthorizationStatus.REVOKED,
        AuthorizationStatus.EXPIRED_DATE,
        AuthorizationStatus.EXPIRED_EVENT,
        AuthorizationStatus.FULFILLED,
    }
)


@dataclass(frozen=True, slots=True)
class AuthorizationLine:
    """One authorization with where it stands on a day and everything that is wrong with it."""

    authorization: Authorization
    facts: AuthorizationFacts
    status: AuthorizationStatus
    defects: list[Defect]

    @property
    def records(self) -> str:
        """ "Psychotherapy notes", "Chart records and billing records", or that nothing was named."""
        return records_words(self.authorization)

    @property
    def signed_on(self) -> date | None:
        return self.facts.signed_on

    @property
    def recipient(self) -> str:
        return self.authorization.recipient_name or self.authorization.recipient_class or "nobody named"


def records_words(authorization: Authorization) -> str:
    """Which records an authorization names, as a line of a list says it."""
    names = [RecordClass(code).label for code in authorization.record_classes]
    return " and ".join([*names[:1], *(name.lower() for name in names[1:])]) or "Records not named"


def facts_of(authorization: Authorization, *, form_review: bool = True) -> AuthorizationFacts:
    """Everything a rule may ask about one authorization, its patient and its events included.

    `form_review` is policy P-22: without it nobody asks whether counsel approved the form.
    """
    signature: Signature | None = getattr(authorization, "signature", None)
    facts = _as_entered(authorization, signature.signed_on if signature else authorization.signed_on)
    if form_review and authorization.template_version is not None:
        signed_by = (signature.signed_at or signature.recorded_at) if signature else authorization.recorded_at
        said = tuple(authorization.template_version.said())
        facts = replace(facts, form_reviews=said, signed_by=signed_by if facts.is_signed or signature else None)
    if signature is None:
        if not facts.is_signed:
            return facts
        by = acting_by(
            authorization.patient,
            facts.signer_role,
            authorization.signer_name,
            authorization.representative,
            facts.signed_on,
        )
        return replace(
            facts,
            representation_refused=by.refusal,
            representation_declined=by.declined,
            signer_name=authorization.signer_name,
            signer_known_as=names_of(authorization.patient, authorization.representative),
            name_confirmed=authorization.name_confirmed,
        )
    on_paper = signature.way == SignatureWay.PAPER
    return signed(
        facts,
        method=rules.SignatureMethod.PAPER if on_paper else rules.SignatureMethod.ELECTRONIC,
        on=signature.signed_on,
        role=rules.SignerRole(signature.signer_role),
        authority=signature.authority_description,
        by=acting_by(
            authorization.patient,
            rules.SignerRole(signature.signer_role),
            signature.signer_name,
            signature.representative,
            signature.signed_on,
        ),
        not_on_paper=signature.not_on_paper,
    )


def acting_by(
    patient: Patient,
    role: SignerRole,
    name: str,
    representative: PersonalRepresentative | None,
    on: date | None,
) -> Acting:
    """What is against a signature for the patient on a day (R-145), by everybody on record as acting for them."""
    if representative is None and role in SIGNS_FOR_SELF:
        return NOTHING_AGAINST
    day = on or today()
    alone = patient.acts_alone_on(day)
    rows = {row.pk: _on_record(row, patient, day, alone) for row in representatives_of(patient)}
    found = acting(role, name, rows[representative.pk] if representative else None, rows.values())
    if found.refusal is None:
        return found
    if found.refusal.code == "PR_NO_DOCUMENT" and representative is not None:
        link = page("representative-paper-add", patient.pk, representative.pk)
    else:
        link = found.refusal.link or page("representative-new", patient.pk)
    return replace(found, refusal=replace(found.refusal, link=link))


def names_of(patient: Patient, representative: PersonalRepresentative | None) -> tuple[str, ...]:
    """Every name a signer is on record under: the representative's, or the patient's own, former names among them."""
    if representative is not None:
        return (representative.name,)
    names = (patient.legal_name, patient.preferred_name, *(name.text for name in patient.names.all()))
    return tuple(name for name in names if name)


def _on_record(row: PersonalRepresentative, patient: Patient, on: date, alone: bool) -> OnRecord:
    asked = replace(representation_facts(row, patient, on, alone=alone), declined=False)
    has_document: bool = row.has_document  # type: ignore[attr-defined]  # read along: `policies.ACTING`
    return OnRecord(row.name, SignerRole(row.kind), refusal_to_represent(asked, on), row.declined, has_document)


def _as_entered(row: Authorization, signed_on: date | None) -> AuthorizationFacts:
    """The form itself with what happened since, without a signature that was added to it on `signed_on`.

    Whether a minor acts alone is asked as of that day: who was right to sign stays right.
    """
    events = list(row.events.all())
    earlier_holds, held_since = holds_of(
        [event.received_at for event in events if event.holds and event.received_at],
        [event.received_at for event in events if event.kind == EventKind.HOLD_LIFTED and event.received_at],
    )
    offered_at = max((e.recorded_at for e in events if e.kind == EventKind.OFFERED_AGAIN), default=None)
    unwanted = [event for event in events if offered_at is None or event.recorded_at > offered_at]
    minor_rule = MinorRule(row.minor_rule)
    if minor_rule == MinorRule.NONE:
        minor_rule = MinorRule(row.patient.ground_alone_on(signed_on or today()))
    return AuthorizationFacts(
        record_classes=frozenset(map(RecordClass, row.record_classes)),
        info_description=row.info_description,
        covers_from=row.covers_from,
        covers_to=row.covers_to,
        pn_scope=rules.PnScope(row.pn_scope),
        pn_originator_id=str(row.pn_originator_id or ""),
        pn_session_dates=frozenset(row.pn_session_dates),
        info_kinds=frozenset(row.info_kinds),
        discloser=row.discloser,
        recipient_name=row.recipient_name,
        recipient_class=row.recipient_class,
        recipient_address=row.recipient_address,
        purpose=row.purpose,
        individual_initiated=row.individual_initiated,
        research=row.research,
        expires_on=row.expires_on,
        expires_event=row.expires_event,
        expires_event_relates=row.expires_event_relates,
        signature_method=rules.SignatureMethod(row.signature_method),
        signed_on=row.signed_on,
        signer_role=rules.SignerRole(row.signer_role),
        authority_description=row.authority_description,
        patient_born_on=row.patient.birth_date,
        patient_died_on=row.patient.died_on,
        minor_rule=minor_rule,
        stmt_revocation=row.stmt_revocation,
        stmt_conditioning=rules.ConditioningStatement(row.stmt_conditioning),
        stmt_redisclosure=row.stmt_redisclosure,
        remuneration_applies=row.remuneration_applies,
        stmt_remuneration=row.stmt_remuneration,
        document_on_file=_is_on_file(row),
        combined_with=frozenset(map(rules.CombinedWith, row.combined_with)),
        conditioned_on=rules.ConditionedOn(row.conditioned_on),
        conditioning_ground=rules.ConditioningGround(row.conditioning_ground),
        prepared_here=row.template_version_id is not None,
        recorded_on=local_date(row.recorded_at),
        event_known_on=_day(unmistaken(events, EventKind.EXPIRY_EVENT_KNOWN), EventKind.EXPIRY_EVENT_KNOWN),
        revocation_received_at=_received(events, EventKind.WRITTEN_REVOCATION),
        held_since=held_since,
        earlier_holds=earlier_holds,
        known_false_on=_day(unmistaken(events, EventKind.KNOWN_FALSE), EventKind.KNOWN_FALSE),
        fulfilled_on=_day(events, EventKind.FULFILLED),
        copy_given_on=_day(events, EventKind.COPY_GIVEN),
        recorded_in_error_on=_day(events, EventKind.RECORDED_IN_ERROR),
        declined_by=_declined_by(events),
        declined_on=_day(unwanted, EventKind.SIGNING_DECLINED),
        put_aside_on=_day(unwanted, EventKind.PUT_ASIDE),
    )


def _is_on_file(row: Authorization) -> bool:
    """Read along with the row where many are read; a row at hand, such as one just made, is asked for by itself."""
    known: bool | None = getattr(row, "on_file", None)
    return Authorization.objects.filter(IS_ON_FILE, pk=row.pk).exists() if known is None else known


def lines_from(rows: Iterable[Authorization], on: date, at: datetime | None = None) -> list[AuthorizationLine]:
    """Authorizations as they stand on a practice-local day, or at an instant of it, under that day's policies."""
    policies = policies_in_force(on)
    conditioning_forbidden, form_review = policies["P-23"].value is True, policies["P-22"].value is True
    found = []
    for row in rows:
        facts = facts_of(row, form_review=form_review)
        status = rules.status(facts, on, at=at, pn_conditioning_forbidden=conditioning_forbidden)
        defects = rules.defects(facts, on=on, at=at, pn_conditioning_forbidden=conditioning_forbidden)
        found.append(AuthorizationLine(row, facts, status, defects))
    return found


def line_of(authorization: Authorization, on: date, at: datetime | None = None) -> AuthorizationLine:
    """One authorization as it stands on a practice-local day, or at an instant of it, under that day's policies."""
    (line,) = lines_from([authorization], on, at)
    return line


def active_from(rows: Iterable[Authorization], on: date, at: datetime | None = None) -> list[AuthorizationLine]:
    """Of these authorizations, those that permit a release then, in the same order."""
    return [line for line in lines_from(rows, on, at) if line.status == AuthorizationStatus.ACTIVE]


def lines_of(patient: Patient, on: date, staff: Staff) -> list[AuthorizationLine]:
    """A patient's authorizations that this person may see, the newest first; as many queries for one as for fifty."""
    return lines_from(authorizations_visible_to(staff).filter(patient=patient), on)


def ended_by_the_same(authorization: Authorization, on: date, staff: Staff) -> list[AuthorizationLine]:
    """The patient's other authorizations that end, in the same words, when the event of this one happens.

    What is on hold or still lacks its scan or signature is among them: it could be used later, after the event.
    """
    return [
        line
        for line in lines_of(authorization.patient, on, staff)
        if line.authorization.pk != authorization.pk
        and line.status not in OVER
        and line.facts.recorded_in_error_on is None
        and line.facts.event_known_on is None
        and rules.same_words(line.facts.expires_event, authorization.expires_event)
    ]


def active_for(patient: Patient, record_class: RecordClass, on: date, staff: Staff) -> list[AuthorizationLine]:
    """A patient's authorizations of one kind of record that permit a release on a day."""
    active = active_from(authorizations_visible_to(staff).filter(patient=patient), on)
    return [line for line in active if record_class in line.facts.record_classes]


def ending_soon(staff: Staff, on: date, within_days: int = 30) -> list[AuthorizationLine]:
    """Authorizations in effect that end by date within so many days, of the patients this person may see."""
    last = on + timedelta(days=within_days)
    return active_from(authorizations_visible_to(staff).filter(expires_on__range=(on, last)).order_by("expires_on"), on)


def sealed_notes_asked_of(staff: Staff, on: date) -> list[AuthorizationLine]:
    """Authorizations in effect for psychotherapy notes that name this person as their author, those first signed first.

    The same answer whether this person keeps any such note or not.
    """
    return _asked_for_notes(authorizations_visible_to(staff).filter(pn_originator=staff), on)


def sealed_notes_asked_of_author(author_id: UUID, on: date) -> list[AuthorizationLine]:
    """As `sealed_notes_asked_of`, for whoever has custody of that author's notes: the caller has asked for the custody.

    The same answer whether the author kept any such note or not.
    """
    rows = with_facts(Authorization.objects.filter(pn_originator_id=author_id)).select_related("pn_originator")
    return _asked_for_notes(rows, on)


def _asked_for_notes(rows: QuerySet[Authorization], on: date) -> list[AuthorizationLine]:
    active = active_from(rows.filter(record_classes__contains=[RecordClass.PN]).order_by("recorded_at"), on)
    return sorted(active, key=lambda line: line.signed_on or date.max)


def revocations() -> QuerySet[AuthorizationEvent]:
    """Every written revocation with its authorization, the newest receipt first; the ledger knows what went before."""
    rows = AuthorizationEvent.objects.filter(kind=EventKind.WRITTEN_REVOCATION)
    return rows.select_related("authorization__patient").order_by("-received_at")


def for_release(authorization_id: UUID | str) -> Authorization:
    """One authorization as it stands in the database now, with its events, read anew."""
    return with_facts(Authorization.objects.select_related("pn_originator")).get(pk=authorization_id)


def follow_ups(authorization: Authorization) -> set[str]:
    """The kinds of tasks that are open about one authorization."""
    rows = Task.objects.filter(
        subject_type=Authorization._meta.label_lower, subject_id=authorization.pk, state=TaskState.OPEN
    )
    return set(rows.values_list("kind", flat=True))


def kept_until(line: AuthorizationLine) -> date | None:
    """Last day the paper must be kept (R-056); None while nothing has ended it."""
    return rules.retain_until(line.facts)


def copy_is_due(line: AuthorizationLine) -> bool:
    """Whether the patient still must get a copy (F2); a record entered wrongly owes none."""
    return rules.copy_due(line.facts) and line.facts.recorded_in_error_on is None


# Of what was made from another record, what replaced it: what was prepared from it earlier is a form of its own, and so
# is what was prepared from it once it was marked.
CORRECTS = Q(
    prepared_from__events__kind=EventKind.RECORDED_IN_ERROR,
    recorded_at__lte=F("prepared_from__events__recorded_at"),
)


def corrected_by(authorization: Authorization) -> Authorization | None:
    """The record that replaced one entered wrongly."""
    return authorization.followers.filter(CORRECTS).order_by("-recorded_at").first()


def answer_letters(authorization: Authorization) -> list[AnswerLetter]:
    """The letters made about a decision not to release under this paper, the newest first, without their bytes."""
    rows = AnswerLetter.objects.filter(authorization__in=same_paper(authorization)).defer("pdf")
    return list(rows.select_related("made_by", "sent_by"))


def same_paper(authorization: Authorization) -> frozenset[UUID]:
    """This record and every one that it corrects, one after the other: what left under any of them left under the one
    paper the patient signed. One query however often it was corrected.
    """
    rows = Authorization.objects.filter(CORRECTS, patient=authorization.patient_id).order_by("recorded_at")
    corrected_into = dict(rows.values_list("prepared_from", "pk"))  # the last one before the mark made it
    corrects = {new: old for old, new in corrected_into.items()}
    found = [authorization.pk]
    while (old := corrects.get(found[-1])) is not None:
        found.append(old)
    return frozenset(found)


def _day(events: Iterable[AuthorizationEvent], kind: EventKind) -> date | None:
    return min((event.happened_on for event in events if event.kind == kind), default=None)


def unmistaken(events: Iterable[AuthorizationEvent], kind: EventKind) -> list[AuthorizationEvent]:
    """The events of a kind without those that were said since to have been entered by mistake."""
    rows = list(events)
    undone_at = max((row.recorded_at for row in rows if row.kind == MISTAKEN[kind]), default=None)
    return [row for row in rows if row.kind == kind and (undone_at is None or row.recorded_at > undone_at)]


def _declined_by(events: Iterable[AuthorizationEvent]) -> frozenset[str]:
    """Who decided not to release, and has not taken that back since."""
    found: set[str] = set()
    for event in sorted(events, key=lambda event: event.recorded_at):
        if event.kind == EventKind.RELEASE_DECLINED:
            found.add(str(event.recorded_by_id))
        elif event.kind == EventKind.DECLINE_TAKEN_BACK:
            found.discard(str(event.recorded_by_id))
    return frozenset(found)


def _received(events: Iterable[AuthorizationEvent], kind: EventKind) -> datetime | None:
    found = [event.received_at for event in events if event.kind == kind and event.received_at]
    return min(found, default=None)
