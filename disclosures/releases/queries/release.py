"""What the gate is asked about a release, and what the pages show of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet

from authorizations.queries import facts_of
from authorizations.queries.restrictions import restriction_facts
from authorizations.rules import AuthorizationFacts, same_words
from authorizations.rules.restrictions import RestrictionFacts
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from practice.compliance.queries import policies_in_force
from practice.infrastructure.days import today
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.confidential import LetterAddress
from practice.people.models import Patient, Staff
from practice.people.queries import asked_ways, letter_address, representatives
from practice.people.rules import Role
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.documents import ReleaseItemInfo, release_items
from records.chart.index import IndexLine
from records.psychotherapy import vault

from ..models import ChartPackage, Release, ReleaseItem
from ..policies import releases_visible_to
from ..rules import (
    LEAVES_AS_FILE,
    Act,
    CameBack,
    Decision,
    Item,
    Method,
    Policies,
    Proposal,
    RecipientKind,
    ReleaseState,
    decide,
)
from ..rules.restrictions import USES
from ..rules.shared import NOT_ON_RECORD
from ..rules.ways import is_for_the_patient
from .named import others_named
from .others import spoken_of, with_others

# Reasons that are about one document: they say which lines of the index the basis does not cover.
ITEM_CODES = frozenset({"AUTH_NOT_THESE_ITEMS", "OUTSIDE_SCOPE", "RESTRICTED_ITEMS", "RESTRICTED_PAID_IN_FULL"})


def gate_policies(on: date) -> Policies:
    """The policy values the gate looks at, as in force on a practice-local day, with the version of each."""
    found = policies_in_force(on)
    counsel = found["P-07"].value
    return Policies(
        oral_revocation_hold=bool(found["P-06"].value),
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
    policies = gate_policies(on)
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
        counsel_reviewed=bool(release.counsel_review.strip()),
        smallest_set_confirmed=release.smallest_set_confirmed,
        emergency=release.emergency,
        treatment_permission=release.treatment_permission,
        override_code=release.override_code,
        policies=policies,
        method=release.method,
        recipient_address=f"{release.recipient_address}\n{release.fax_number}".strip(),
        restrictions=_restrictions(release),
        asked_ways=asked_ways(release.patient, on) if release.patient_id else (),
        patient_names=(release.patient.legal_name, release.patient.preferred_name) if release.patient_id else (),
        not_representative=_not_representative(release, on, planned),
    )


def _restrictions(release: Release) -> tuple[RestrictionFacts, ...]:
    """Of everybody it concerns."""
    if not release.patient_id:
        return ()
    concerned = [release.patient, *Patient.objects.filter(pk__in=others_named(release))]
    return tuple(one for patient in concerned for one in restriction_facts(patient))


def _not_representative(release: Release, on: date, planned: bool) -> Refusal | None:
    """Why somebody of the recipient's name may not act for the patient on a day; None where one of them may (R-145).

    Before anything leaves they must be on record, so that a name written otherwise does not walk past a decision.
    """
    if release.recipient_kind != RecipientKind.REPRESENTATIVE or not release.patient_id:
        return None
    known = [
        one for one in representatives(release.patient, on)
        if same_words(one.row.name, release.recipient_name)
    ]  # fmt: skip
    if any(one.refusal is None for one in known):
        return None
    return known[0].refusal if known else (NOT_ON_RECORD if planned else None)


def _facts(release: Release, policies: Policies) -> AuthorizationFacts | None:
    if release.authorization is None:
        return None
    return facts_of(release.authorization, form_review=policies.form_review)


def _class_named(release: Release) -> str:
    """The group an authorization names instead of a recipient (A3), once somebody said that the recipient is of it."""
    if release.authorization is None or not release.facts.get("within_class"):
        return ""
    return release.authorization.recipient_class


def _scoped(item: Item, facts: dict[str, str]) -> Item:
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
        IndexLine(item_key(info), info, _item_refusal(replace(proposal, items=(item_of(info),))))
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

    None before approval: what was made for an earlier one is not what a clinician has read.
    """
    if release.approved_at is None:
        return None
    made = release.packages.filter(locked=release.method in LEAVES_AS_FILE, made_at__gte=release.approved_at)
    return made.order_by("made_at").last()


def entry_of(release: Release) -> Entry | None:
    """The ledger entry that says this release happened."""
    return entries_of(release).first()


def entries_of(release: Release) -> QuerySet[Entry]:
    """Every form of that entry, as first entered and as completed or corrected since."""
    rows = Entry.objects.filter(release_id=release.pk, kind=EntryKind.DISCLOSURE)
    return rows.exclude(patient_id__in=others_named(release)).order_by("index")


def restrictions_on(patient: Patient, basis: str) -> list[str]:
    """The ids of the patient's requests that a release on this basis may touch, whoever receives it."""
    use = USES.get(basis)
    return [one.id for one in restriction_facts(patient) if use in one.uses and not one.in_error]


def asked_of(release: Release) -> tuple[LetterAddress, ...]:
    """How the patient asked to be reached, where this release goes to them or who stands in for them; else none."""
    proposal = proposal_of(release, [], on=today())
    return proposal.asked_ways if is_for_the_patient(proposal) else ()


def asking_is_due(release: Release) -> bool:
    """Whether the recipient of restricted records in an emergency still has to be asked not to use them further."""
    about = Task.objects.filter(subject_type=Release._meta.label_lower, subject_id=release.pk, state=TaskState.OPEN)
    return about.filter(kind=TaskKind.RESTRICTION_EMERGENCY).exists()


def verdict_words(release: Release) -> str:
    """What the gate said of a disclosure that was recorded after the fact, in a sentence; "" of any other."""
    if release.state != ReleaseState.RECORDED:
        return ""
    if release.awaits_completion:
        return "Only the minimum stands here. The gate is asked once the record is complete."
    if release.verdict.get("rule_result") != "allow":
        return "Nothing allowed it as recorded. It is entered as a mistake, and the compliance officer looks at it."
    if release.verdict.get("policy_result") != "allow":
        return "The law allowed it. It was against a policy of the practice, and the compliance officer looks at it."
    return "It was allowed as recorded."


def steps_of(release: Release, entry: Entry | None, *, may_approve: bool) -> list[dict[str, str]]:
    """The order of a release as steps for its page: done, next, waiting or not needed, each with its words.

    `may_approve`: whether who looks at it may read and approve it; nobody else gets the button.
    """
    stopped = release.state == ReleaseState.WITHDRAWN
    prepared = _step("Prepared", "done", f"By {_name(release.prepared_by)}, {_when(release.prepared_at)}.")
    return [
        *([] if _is_compelled(release) else [prepared]),  # two people began it; who packed it stands in the next step
        _approval(release, stopped, may_approve),
        _commit(release, entry, stopped),
        _given_out(release, stopped),
        _delivery(release, stopped),
    ]


def _step(title: str, state: str, words: str, href: str = "", button: str = "") -> dict[str, str]:
    return {"title": title, "state": state, "words": words, "href": href, "button": button}


def _is_compelled(release: Release) -> bool:
    """Whether two people had it packed because a law or a court compels it."""
    return bool(release.is_notes and release.facts.get("paper") and release.package)


def _approval(release: Release, stopped: bool, may_approve: bool) -> dict[str, str]:
    title = "Read and approved"
    if _is_compelled(release):
        words = f"Carried out by {_name(release.approved_by)}, {_when(release.approved_at)}."
        return _step("Compelled: packed by two people, shown to neither", "done", words)
    if release.is_notes and release.approved_by_id != release.approver_id:
        title = "Approved by the custodian, without reading"
    if release.approved_at:
        return _step(title, "done", f"By {_name(release.approved_by)}, {_when(release.approved_at)}.")
    if stopped:
        return _step(title, "not-needed", "Withdrawn before it was approved.")
    asked = day_words(release.prepared_at)
    if not may_approve:
        return _step(title, "next", f"Waiting on {_name(release.approver)}, who was asked on {asked}.")
    words = f"{_name(release.approver)} was asked on {asked}."
    return _step(title, "next", words, page("release-approve", release.pk), "Read and approve")


def _commit(release: Release, entry: Entry | None, stopped: bool) -> dict[str, str]:
    title = "Hand-over entered in the ledger"
    if release.committed_at:
        number = f" Ledger entry {entry.index}." if entry else ""
        by = "By the link of" if release.method == Method.DOWNLOAD else "By"
        return _step(title, "done", f"{by} {_name(release.committed_by)}, {_when(release.committed_at)}.{number}")
    if stopped:
        return _step(title, "not-needed", f"Withdrawn: {release.end_reason}")
    if release.state == ReleaseState.APPROVED:
        words = "The package is frozen. The gate is asked once more at the moment of hand-over."
        if release.method == Method.DOWNLOAD:
            words = "The package is frozen. The gate is asked once more when the recipient has passed the link's code."
        return _step(title, "next", words, page("release-hand-over", release.pk), "Hand over")
    return _step(title, "waiting", "After the clinician has approved.")


def _given_out(release: Release, stopped: bool) -> dict[str, str]:
    title = "Package given out"
    if release.served_at:
        return _step(title, "done", f"{_when(release.served_at)}.")
    if stopped or release.state == ReleaseState.NOT_DELIVERED:
        return _step(title, "not-needed", "Nothing was given out.")
    if release.state == ReleaseState.COMMITTED and release.method == Method.DOWNLOAD:
        words = f"The recipient has opened the link and may download the file.{_still_stops(release)}"
        return _step(title, "waiting", words, page("release-link", release.pk), "Make a new link")
    if release.state == ReleaseState.COMMITTED:
        return _step(title, "next", f"Get the package below and hand it over.{_still_stops(release)}")
    return _step(title, "waiting", "After the hand-over is in the ledger.")


def _still_stops(release: Release) -> str:
    """What may still stop bytes that have not left: there is something to revoke only where it was allowed."""
    if _is_compelled(release):
        return " Until then counsel’s answer, or a court, still stops it."
    return " Until then a revocation still stops it." if release.basis == Basis.B_AUTHORIZATION else ""


def way_words(release: Release) -> str:
    """How it leaves. A package of psychotherapy notes is a locked file however it travels."""
    if release.is_notes and release.package and release.method == Method.MAIL:
        return "Locked file on a medium, by mail"
    return str(release.get_method_display())


def sent_words(release: Release) -> str:
    """What is known of a download whose last byte went out, and no more; "" of any other."""
    return f"Sent whole to the recipient's device {_when(release.sent_whole_at)}" if release.sent_whole_at else ""


def _delivery(release: Release, stopped: bool) -> dict[str, str]:
    title = "Delivered"
    if release.state == ReleaseState.DELIVERED:
        receipt = f" {release.receipt}" if release.receipt else ""
        return _step(title, "done", f"Arrived {day_words(release.closed_on)}.{receipt}")
    if release.state == ReleaseState.NOT_DELIVERED:
        back = f" It came back: {CameBack(release.came_back).label.lower()}." if release.came_back else ""
        return _step(title, "refused", f"Not delivered: {release.end_reason}{back}")
    if stopped:
        return _step(title, "not-needed", "Nothing was given out.")
    if release.served_at:
        words = "Say how it ended. Until then it counts as disclosed; after 24 hours the compliance officer is asked."
        if sent := sent_words(release):
            words = f"{sent}; not confirmed by them. {words}"
        return _step(title, "next", words, page("release-close", release.pk), "Say how it ended")
    return _step(title, "waiting", "After the package was given out.")


def _name(staff: Staff | None) -> str:
    return staff.display_name if staff else "nobody yet"


def _when(at: datetime | None) -> str:
    return f"{day_words(at)}, {time_of_day(at)}" if at else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One release in a list: on whom it waits, since when, and the one next step."""

    release: Release
    waits_on: str
    words: str
    button: str
    href: str
    mine: bool
    blocked: str = ""  # why it may not leave any more, where its authorization has ended or is on hold


def line_of(release: Release, staff: Staff) -> Line:
    """A release as a line of the worklist of `staff`."""
    here = page("release-open", release.pk)
    since = day_words(release.prepared_at)
    match release.state:
        case ReleaseState.AWAITING_APPROVAL:
            mine = release.approver_id == staff.pk
            href = page("release-approve", release.pk) if mine else here
            who = "You" if mine else _name(release.approver)
            return Line(release, who, f"to read and approve, asked {since}", "Read" if mine else "Open", href, mine)
        case ReleaseState.APPROVED:
            href = page("release-hand-over", release.pk)
            desk = staff.has_role(Role.FRONT_DESK)
            words = f"package approved {day_words(release.approved_at)}, ready to hand over"
            return Line(release, "You" if desk else "Front desk", words, "Hand over", href, desk)
        case ReleaseState.COMMITTED:
            mine = release.committed_by_id == staff.pk
            who = "You" if mine else _name(release.committed_by)
            words = f"to confirm the delivery of {day_words(release.disclosed_on)}"
            if release.sent_whole_at:
                words = f"to confirm: sent whole {day_words(release.sent_whole_at)}, not confirmed by the recipient"
            return Line(release, who, words, "Confirm", here, mine)
    return Line(release, "", str(ReleaseState(release.state).label), "Open", here, False)


OPEN_STATES = (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED, ReleaseState.COMMITTED)


def open_lines(staff: Staff) -> list[Line]:
    """The releases that wait on somebody, oldest first, as this person may see them."""
    rows = releases_visible_to(staff).filter(state__in=OPEN_STATES)
    rows = rows.select_related("patient", "approver", "committed_by").order_by("prepared_at")
    return [line_of(row, staff) for row in rows]


def covers_to_hand_over(staff: Staff) -> list[tuple[vault.PackageCover, Patient]]:
    """Packages of psychotherapy notes that this person is named to hand over: covers only, read live."""
    covers = vault.packages_awaiting_hand_over(staff)
    done = set(Release.objects.filter(package__isnull=False).values_list("package", flat=True)) if covers else set()
    patients = Patient.objects.in_bulk([cover.patient for cover in covers])
    return [(cover, patients[cover.patient]) for cover in covers if cover.id not in done and cover.patient in patients]
