"""What the gate is asked about a release, and what the pages show of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from authorizations.queries import facts_of
from authorizations.queries.disclosers import our_names
from authorizations.queries.restrictions import restriction_facts
from authorizations.rules import AuthorizationFacts, same_words
from authorizations.rules.names import same_name
from authorizations.rules.restrictions import RestrictionFacts
from authorizations.rules.signing import NO_DOCUMENT
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from practice.compliance.queries import policies_in_force
from practice.infrastructure.days import today
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.confidential import LetterAddress, Way
from practice.people.models import Patient
from practice.people.queries import asked_ways, letter_address, representatives
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.documents import ReleaseItemInfo, release_items
from records.chart.index import IndexLine

from ..models import ChartPackage, Release, ReleaseItem
from ..rules import LEAVES_AS_FILE, Act, Decision, Item, Policies, Proposal, RecipientKind, decide
from ..rules.restrictions import USES
from ..rules.shared import NOT_ON_RECORD
from ..rules.ways import is_for_the_patient, refusal_of_way
from .named import others_named
from .others import spoken_of, with_others
from .papers import what_its_paper_says

# Reasons that are about one document: they say which lines of the index the basis does not cover.
ITEM_CODES = frozenset(
    {"AFTER_IT_CAME", "AUTH_NOT_THESE_ITEMS", "OUTSIDE_SCOPE", "RESTRICTED_ITEMS", "RESTRICTED_PAID_IN_FULL"}
)


def gate_policies(on: date) -> Policies:
    """The policy values the gate looks at, as in force on a practice-local day, with the version of each."""
    found = policies_in_force(on)
    counsel = found["P-07"].value
    return Policies(
        counsel_gate=counsel in ("PN", "ALL", True),  # the switch of P-07 is for psychotherapy notes
        counsel_gate_chart=counsel == "ALL",
        originator_approval=bool(found["P-09"].value),
        to_individual_authorization=bool(found["P-10"].value),
        treatment_permission=bool(found["P-14"].value),
        exception_assessment=bool(found["P-15"].value),
        minimum_necessary_always=bool(found["P-16"].value),
        form_review=bool(found["P-22"].value),
        conditioning_forbidden=bool(found["P-23"].value),
        payers_never_notes=bool(found["P-31"].value),
        payers_required_only=bool(found["P-32"].value),
        versions={
            code: str(found[code].version_id)
            for code in ("P-06", "P-07", "P-09", "P-10", "P-14", "P-15", "P-16", "P-22", "P-23", "P-31", "P-32")
        },
    )


def proposal_of(
    release: Release,
    items: Sequence[Item],
    *,
    on: date,
    at: datetime | None = None,
    planned: bool = True,
    by_originator: bool = False,
    approved: bool = False,
) -> Proposal:
    """What a release (saved or not) claims, for the gate, as of a practice-local day and an instant.

    `by_originator`: the author of the notes themselves acts. `approved`: the author approved exactly these notes.
    """
    policies, paper = gate_policies(on), what_its_paper_says(release, on) if planned else None
    return Proposal(
        record_class=release.record_class,
        items=tuple(_scoped(item, release.facts) for item in items),
        recipient_name=release.recipient_name,
        recipient_kind=release.recipient_kind,
        recipient_class=_class_named(release),
        purpose=release.purpose,
        basis=release.basis,
        on=on,
        today=today(),
        at=at,
        act=Act.DISCLOSURE,
        planned=planned,
        whole_chart=release.whole_chart,
        justification=release.justification,
        identity_verified=release.identity_verified,
        authorization=_facts(release, policies),
        exception=release.exception,
        process=release.process,
        facts={**release.facts, "description": release.description},
        authority=release.authority,
        actor_is_originator=by_originator,
        originator_approved=approved,
        counsel_reviewed=paper.counsel if paper else bool(release.counsel_review.strip()),
        smallest_set_confirmed=release.smallest_set_confirmed,
        emergency=release.emergency,
        treatment_permission=release.treatment_permission,
        override_code=release.override_code,
        policies=policies,
        method=release.method,
        recipient_address=f"{release.recipient_address}\n{release.fax_number}".strip(),
        restrictions=_restrictions(release),
        asked_ways=asked_ways(release.patient, on) if release.patient_id else (),
        our_names=our_names(release.authorization) if release.authorization else (),
        patient_names=_names_of(release.patient) if release.patient_id else (),
        not_representative=_not_representative(release, on, planned),
        emergency_over=_emergency_over(release, at or timezone.now()) if planned else None,
        paper=paper,
    )


EMERGENCY_LASTS = timedelta(hours=24)


def _emergency_over(release: Release, at: datetime) -> Refusal | None:
    """Of what was called an emergency more than a day ago and has not left: it is asked anew (164.522(a)(1)(iii))."""
    called = release.emergency_at if release.emergency and release.committed_at is None else None
    if called is None or at - called <= EMERGENCY_LASTS:
        return None
    return Refusal(
        "EMERGENCY_STALE",
        f"It was called an emergency on {day_words(called)}, more than a day ago.",
        "If it still is one, say so anew; else withdraw it, and prepare it like any other.",
        "45 CFR 164.522(a)(1)(iii)",
        page("release-emergency", release.pk),
    )


def _names_of(patient: Patient) -> tuple[str, ...]:
    """Every name the patient is on record under; a preferred first name with the family name too."""
    family = patient.sort_name.partition(",")[0]
    called = (patient.preferred_name, f"{patient.preferred_name} {family}") if patient.preferred_name else ()
    return (patient.legal_name, *called, *(name.text for name in patient.names.all()))


def _restrictions(release: Release) -> tuple[RestrictionFacts, ...]:
    """Of everybody it concerns."""
    if not release.patient_id:
        return ()
    concerned = [release.patient, *Patient.objects.filter(pk__in=others_named(release))]
    return tuple(one for patient in concerned for one in restriction_facts(patient))


def _not_representative(release: Release, on: date, planned: bool) -> Refusal | None:
    """Why somebody of the recipient's name may not act for the patient on a day; None where one of them may (R-145).

    Before anything leaves they must be on record, so that a name written otherwise does not walk past a decision. Whom
    the practice declined to recognize stays declined under whichever entry and spelling, and the document that shows
    the authority is on file, both as for signatures; of what already happened nobody asks for the document.
    """
    if release.recipient_kind != RecipientKind.REPRESENTATIVE or not release.patient_id:
        return None
    everybody = representatives(release.patient, on)
    for one in everybody:
        if one.is_declined and same_name(one.row.name, release.recipient_name):
            return one.refusal
    known = [one for one in everybody if same_words(one.row.name, release.recipient_name)]
    acting = [one for one in known if one.refusal is None]
    if not acting:
        new = replace(NOT_ON_RECORD, link=page("representative-new", release.patient_id)) if planned else None
        return known[0].refusal if known else new
    if planned and not any(one.is_shown for one in acting):
        return replace(NO_DOCUMENT, link=page("representative-paper-add", release.patient_id, acting[0].row.pk))
    return None


def _facts(release: Release, policies: Policies) -> AuthorizationFacts | None:
    if release.authorization is None:
        return None
    return facts_of(release.authorization, form_review=policies.form_review)


def _class_named(release: Release) -> str:
    """The group an authorization names instead of a recipient (A3), once somebody said that the recipient is of it."""
    if release.authorization is None or not release.facts.get("within_class"):
        return ""
    return release.authorization.recipient_class


def _scoped(item: Item, facts: Mapping[str, str]) -> Item:
    """R-212: what lies outside the days that an order or law names is outside its scope.

    `scope_days` are single days, which count beside a first and a last one.
    """
    first, last = facts.get("scope_from", ""), facts.get("scope_to", "")
    days = facts.get("scope_days", "").split()
    day = item.on.isoformat() if item.on else ""
    outside = bool((first and day < first) or (last and (not day or day > last)))
    if days:
        outside = day not in days and (outside or not (first and last))
    return replace(item, outside_scope=item.outside_scope or outside)


def gate_items(rows: Iterable[ReleaseItem]) -> list[Item]:
    """The chosen documents as the gate sees them; what the clinician left out does not count."""
    return [Item(f"{row.kind}:{row.object_id}", row.on, kind=row.kind) for row in rows if not row.removed]


def item_of(info: ReleaseItemInfo) -> Item:
    """A line of the chart's index as the gate sees it."""
    return Item(item_key(info), info.on, kind=info.kind)


def chart_index(patient: Patient, proposal: Proposal) -> list[IndexLine]:
    """The index of the chart (day, kind, title; no text), each line asked of the gate by itself."""
    return [
        IndexLine(
            item_key(info), info, _item_refusal(replace(proposal, items=(_scoped(item_of(info), proposal.facts),)))
        )
        for info in release_items(patient)
    ]


def postal_address(patient: Patient) -> str:
    """Where a letter to the patient goes today, as on the envelope, or by what other way they asked for (R-225)."""
    found = letter_address(patient, today())
    return found.text if found else ""


def item_key(info: ReleaseItemInfo) -> str:
    """How a document is named in forms and to the gate."""
    return f"{info.kind}:{info.id}"


def _item_refusal(proposal: Proposal) -> Refusal | None:
    found = next((reason for reason in decide(proposal).reasons if reason.code in ITEM_CODES), None)
    return replace(found, words=_of_one(found, proposal)) if found else None


def _of_one(refusal: Refusal, proposal: Proposal) -> str:
    """A reason that counts documents, said of one document of the index."""
    if refusal.code == "OUTSIDE_SCOPE":
        return "Not within the days that are ordered."
    if refusal.code == "AFTER_IT_CAME":
        return "It is later than the day the legal paper came."
    facts = proposal.authorization
    if refusal.code != "AUTH_NOT_THESE_ITEMS" or facts is None:
        return refusal.words
    if proposal.items[0].on is None and (facts.covers_from or facts.covers_to):
        return "It has no date, and the authorization covers certain days only."
    if facts.covers_from and facts.covers_to:
        return f"The authorization covers {day_words(facts.covers_from)} to {day_words(facts.covers_to)} only."
    if facts.covers_from:
        return f"The authorization covers nothing before {day_words(facts.covers_from)}."
    if facts.covers_to:
        return f"The authorization covers nothing after {day_words(facts.covers_to)}."
    return "The authorization does not cover it."


def verdict_now(release: Release) -> Decision:
    """What the gate says of a prepared chart release today."""
    return verdict_on(release, release.items.all())


def verdict_on(release: Release, rows: Iterable[ReleaseItem]) -> Decision:
    """The same of these of its items; of notes on joint and group sessions the others' agreement counts too."""
    items = gate_items(rows)
    items, _ = with_others(release, items, spoken_of(release, items), on=today())
    return decide(proposal_of(release, items, on=today()))


def package_of(release: Release) -> ChartPackage | None:
    """The bytes that would leave: the newest of the kind the method asks for (locked where it leaves as a file).

    None before approval: what was made for an earlier one is not what a clinician has read. None too where a file was
    locked and what is in it was made again since, with another way or place on its first page: it is locked anew.
    """
    if release.approved_at is None:
        return None
    made = release.packages.filter(made_at__gte=release.approved_at).order_by("made_at")
    plain = made.filter(locked=False).defer("content").last()
    if release.method not in LEAVES_AS_FILE:
        return made.filter(locked=False).last()
    return made.filter(locked=True, made_at__gt=plain.made_at).last() if plain else None


def entry_of(release: Release) -> Entry | None:
    """The ledger entry that says this release happened."""
    return entries_of(release).first()


def entries_of(release: Release) -> QuerySet[Entry]:
    """Every form of that entry, as first entered and as completed or corrected since."""
    rows = Entry.objects.filter(release_id=release.pk, kind=EntryKind.DISCLOSURE, patient_id=release.patient_id)
    return rows.order_by("index")


def restrictions_on(patient: Patient, basis: str) -> list[str]:
    """The ids of the patient's requests that a release on this basis may touch, whoever receives it."""
    use = USES.get(basis)
    return [one.id for one in restriction_facts(patient) if use in one.uses and not one.in_error]


def asked_of(release: Release) -> tuple[LetterAddress, ...]:
    """How the patient asked to be reached, where this release goes to them or who stands in for them; else none."""
    proposal = proposal_of(release, [], on=today())
    return proposal.asked_ways if is_for_the_patient(proposal) else ()


def may_not_call(release: Release) -> Refusal | None:
    """Why code and passphrase are not told by telephone: the patient, whom it is for, asked otherwise (R-224)."""
    return refusal_of_way(Way.PHONE, proposal_of(release, [], on=today()))


def asking_is_due(release: Release) -> bool:
    """Whether the recipient of restricted records in an emergency still has to be asked not to use them further."""
    about = Task.objects.filter(subject_type=Release._meta.label_lower, subject_id=release.pk, state=TaskState.OPEN)
    return about.filter(kind=TaskKind.RESTRICTION_EMERGENCY).exists()
