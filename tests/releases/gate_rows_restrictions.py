"""Restrictions in the gate: a sentence per row, what is proposed, and its reasons."""

from dataclasses import replace
from datetime import date, timedelta

from authorizations.rules.restrictions import RestrictedKind, RestrictedRecipient, RestrictedUse, RestrictionFacts
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import Act, Item, LegalProcess, PNException, RecipientKind, chart_facts
from disclosures.releases.rules.restrictions import NOT_MEANT

from .proposals import COMPARED, KIND_OF_BASIS, PROCESS_OF_BASIS, TODAY, chart, exceptional, notes

PAID_DAY = date(2026, 3, 3)  # W-34
ITEM = Item("note:1", PAID_DAY, kind="note")
OTHER_ITEM = Item("note:2", date(2026, 5, 5), kind="note")
PAY_AND_RUN = frozenset({RestrictedUse.PAYMENT, RestrictedUse.OPERATIONS})

W34 = RestrictionFacts(
    received_on=date(2026, 3, 3),
    uses=PAY_AND_RUN,
    recipients=frozenset({RestrictedRecipient.PAYER}),
    session_dates=frozenset({PAID_DAY}),
    paid_in_full=True,
    id="w34",
)
SISTER = RestrictionFacts(
    received_on=date(2026, 1, 5),
    agreed_on=date(2026, 1, 9),
    uses=frozenset({RestrictedUse.FAMILY}),
    recipients=frozenset({RestrictedRecipient.FAMILY}),
    recipient_name="Anna Lindqvist",
    id="sister",
)
NO_PROVIDERS = RestrictionFacts(
    received_on=date(2026, 1, 5),
    agreed_on=date(2026, 1, 9),
    uses=frozenset({RestrictedUse.TREATMENT}),
    recipients=frozenset({RestrictedRecipient.PROVIDER}),
)
NOBODY_NOTHING = replace(NO_PROVIDERS, uses=frozenset(RestrictedUse), recipients=frozenset())


def on(basis: Basis, *restrictions: RestrictionFacts, **changes):
    """The chart on a basis with all it asks for, the restrictions beside it."""
    facts = {fact.key: "as documented" for fact in chart_facts(basis)} | COMPARED | changes.pop("facts", {})
    given = {
        "basis": basis,
        "authorization": None,
        "facts": facts,
        "recipient_kind": KIND_OF_BASIS.get(basis, RecipientKind.OTHER),
        "process": PROCESS_OF_BASIS.get(basis, ""),
        "treatment_permission": "form of May 2",
        "items": (ITEM,),
        "restrictions": restrictions,
        "justification": "asked for",
    }
    return chart(**given | changes)


def claim(*restrictions: RestrictionFacts, **changes):
    """A claim or record to the health plan."""
    return on(Basis.B_PAYMENT, *restrictions, **{"recipient_kind": RecipientKind.PAYER} | changes)


def to_family(*restrictions: RestrictionFacts, **changes):
    return on(Basis.B_INVOLVED_IN_CARE, *restrictions, **{"recipient_name": "Anna Lindqvist"} | changes)


def to_provider(*restrictions: RestrictionFacts, **changes):
    return on(Basis.B_TREATMENT, *restrictions, **{"recipient_kind": RecipientKind.PROVIDER} | changes)


def past(*days: date):
    return {"planned": False, "items": tuple(Item("as described", day) for day in days) or (Item("as described"),)}


PAID, ITEMS, WHO = {"RESTRICTED_PAID_IN_FULL"}, {"RESTRICTED_ITEMS"}, {"RESTRICTED_RECIPIENT_UNSURE"}

ROWS = [
    # --- W-34, paid in full
    ("W-34: a claim for the session that was paid in full does not go to the plan", claim(W34), PAID),
    (
        "W-34: nor do records of it for the plan's or the practice's operations",
        on(Basis.B_OPERATIONS, W34, recipient_kind=RecipientKind.PAYER),
        PAID,
    ),
    ("W-34: another session goes to the plan", claim(W34, items=(OTHER_ITEM,)), set()),
    ("W-34: of two sessions the paid one is named as restricted", claim(W34, items=(ITEM, OTHER_ITEM)), PAID),
    (
        "W-34: a document without a day may be of that session, and stays in",
        claim(W34, items=(Item("document:9", kind="document"),)),
        PAID,
    ),
    ("W-34: the whole chart holds it too", claim(W34, whole_chart=True, items=(OTHER_ITEM, ITEM)), PAID),
    ("W-34: the practice's no changes nothing", claim(replace(W34, refused_on=date(2026, 3, 4))), PAID),
    ("W-34: the practice's notice that it ends changes nothing", claim(replace(W34, notice_on=date(2026, 4, 1))), PAID),
    ("W-34: it binds on the day it is asked for, before anybody answers", claim(W34, on=W34.received_on), PAID),
    (
        "W-34: what went out before the patient asked was not restricted",
        claim(
            W34, on=PAID_DAY - timedelta(days=1), items=(Item("note:0", date(2026, 3, 1), kind="note"),), planned=False
        ),
        set(),
    ),
    ("The patient ends it: the plan may be told", claim(replace(W34, ended_on=date(2026, 6, 1))), set()),
    (
        "The patient ended it after the claim went out: that claim was restricted",
        claim(replace(W34, ended_on=TODAY), on=TODAY - timedelta(days=1)),
        PAID,
    ),
    ("A request recorded by mistake binds nobody", claim(replace(W34, paid_in_full=False, in_error=True)), set()),
    ("W-34: called a mistake by the practice alone, it binds as before", claim(replace(W34, in_error=True)), PAID),
    ("and no more once the patient ended it", claim(replace(W34, in_error=True, ended_on=TODAY)), set()),
    ("W-34: a court order is not blocked", on(Basis.B_COURT_ORDER, W34), set()),
    ("W-34: HHS is not blocked", on(Basis.B_HHS, W34, recipient_kind=RecipientKind.HHS), set()),
    ("W-34: what the law requires is not blocked", on(Basis.B_REQUIRED_BY_LAW, W34), set()),
    ("W-34: the patient's own authorization is the patient's word", chart(items=(ITEM,), restrictions=(W34,)), set()),
    (
        "W-34: the patient gets their own records",
        on(Basis.B_TO_INDIVIDUAL, W34, recipient_kind=RecipientKind.PATIENT),
        set(),
    ),
    ("W-34: it keeps the session from the plan, not from another provider", to_provider(W34), set()),
    (
        "A recipient of no said kind may be the plan: that is asked",
        on(Basis.B_OPERATIONS, W34, recipient_kind=RecipientKind.OTHER),
        WHO,
    ),
    (
        "and answered by whoever made sure",
        on(Basis.B_OPERATIONS, W34, recipient_kind=RecipientKind.OTHER, facts={NOT_MEANT: "w34"}),
        set(),
    ),
    (
        "and not for what the patient asked since",
        on(
            Basis.B_OPERATIONS,
            W34,
            replace(W34, id="later"),
            recipient_kind=RecipientKind.OTHER,
            facts={NOT_MEANT: "w34"},
        ),
        WHO,
    ),
    (
        "A billing service may pass it on to the plan: that is asked",
        on(Basis.B_PAYMENT, W34, recipient_kind=RecipientKind.BUSINESS_ASSOCIATE),
        WHO,
    ),
    ("Making sure does not help where it is the plan", claim(W34, facts={NOT_MEANT: "w34"}), PAID),
    ("A claim that was sent by mistake is a mistake of the rule, not of a policy", claim(W34, **past(PAID_DAY)), PAID),
    (
        "A claim recorded for a span of days holds every day between",
        claim(W34, **past(date(2026, 2, 1), date(2026, 4, 1))),
        PAID,
    ),
    (
        "A span that leaves the day out is not restricted",
        claim(W34, **past(date(2026, 4, 1), date(2026, 4, 30))),
        set(),
    ),
    # --- agreed to
    ("What is agreed not to go to the sister does not go", to_family(SISTER), ITEMS),
    ("The sister with a middle name is the sister", to_family(SISTER, recipient_name="Anna M. Lindqvist"), ITEMS),
    ("Another of the family may be meant: that is asked", to_family(SISTER, recipient_name="Per Lindqvist"), WHO),
    ("and answered", to_family(SISTER, recipient_name="Per Berg", facts={NOT_MEANT: "w34 sister"}), set()),
    (
        "The one named is meant under any kind",
        to_family(SISTER, recipient_name="anna lindqvist", facts={NOT_MEANT: "sister"}),
        ITEMS,
    ),
    ("Asked for and not answered: it does not bind", to_family(replace(SISTER, agreed_on=None)), set()),
    ("Not agreed to: it does not bind", to_family(replace(SISTER, agreed_on=None, refused_on=TODAY)), set()),
    (
        "Before the practice agreed it did not bind",
        to_family(SISTER, on=date(2026, 1, 8), items=(Item("note:0", date(2026, 1, 7), kind="note"),), planned=False),
        set(),
    ),
    (
        "On the day of the agreement it binds",
        to_family(SISTER, on=date(2026, 1, 9), items=(Item("note:0", date(2026, 1, 7), kind="note"),), planned=False),
        ITEMS,
    ),
    (
        "After the practice's notice what was there before stays restricted",
        to_family(replace(SISTER, notice_on=PAID_DAY)),
        ITEMS,
    ),
    ("and what came after it is free", to_family(replace(SISTER, notice_on=PAID_DAY), items=(OTHER_ITEM,)), set()),
    (
        "Without a day nobody knows when it came: it stays in",
        to_family(replace(SISTER, notice_on=PAID_DAY), items=(Item("note:3", kind="note"),)),
        ITEMS,
    ),
    ("The patient ended it in writing or by word of mouth", to_family(replace(SISTER, ended_on=TODAY)), set()),
    ("A restriction on family says nothing of a claim", claim(SISTER), set()),
    (
        "Of the kinds named only those are restricted",
        to_provider(replace(NO_PROVIDERS, kinds=frozenset({RestrictedKind.MEDICATION}))),
        set(),
    ),
    ("and those are", to_provider(replace(NO_PROVIDERS, kinds=frozenset({RestrictedKind.NOTE}))), ITEMS),
    (
        "A plan review is meant by treatment plans",
        to_provider(
            replace(NO_PROVIDERS, kinds=frozenset({RestrictedKind.PLAN})),
            items=(Item("plan_review:1", PAID_DAY, kind="plan_review"),),
        ),
        ITEMS,
    ),
    (
        "A period restricts what is dated within it",
        to_provider(replace(NO_PROVIDERS, covers_from=date(2026, 3, 1), covers_to=date(2026, 3, 31))),
        ITEMS,
    ),
    ("and not what is dated outside", to_provider(replace(NO_PROVIDERS, covers_from=date(2026, 4, 1))), set()),
    ("A treatment restriction keeps it from another provider", to_provider(NO_PROVIDERS), ITEMS),
    ("R-222: emergency treatment of the patient passes", to_provider(NO_PROVIDERS, emergency=True), set()),
    ("R-222: an emergency is no word for a claim", claim(W34, emergency=True), PAID),
    ("R-222: nor for family", to_family(SISTER, emergency=True), ITEMS),
    (
        "Two restrictions are two reasons in one answer",
        claim(W34, replace(NOBODY_NOTHING, link="/other/")),
        PAID | ITEMS,
    ),
    (
        "A restriction on the practice's own operations reaches use inside it",
        on(Basis.B_OPERATIONS, NOBODY_NOTHING, act=Act.USE, recipient_name=""),
        ITEMS,
    ),
    ("A wide restriction stops no report of child abuse", on(Basis.B_CHILD_ABUSE, NOBODY_NOTHING), set()),
    ("nor a warning of a serious threat", on(Basis.B_SERIOUS_THREAT, NOBODY_NOTHING), set()),
    (
        "nor the police with a judge's paper",
        on(Basis.B_LAW_ENFORCEMENT, NOBODY_NOTHING, process=LegalProcess.COURT_WARRANT),
        set(),
    ),
    # --- psychotherapy notes
    (
        "An authorization for psychotherapy notes is the patient's own word",
        notes(restrictions=(NOBODY_NOTHING,)),
        set(),
    ),
    (
        "The training program may be restricted",
        exceptional(Basis.B_OPERATIONS, PNException.OWN_TRAINING, restrictions=(NOBODY_NOTHING,)),
        ITEMS,
    ),
    (
        "What HHS requires of psychotherapy notes may not",
        exceptional(Basis.B_HHS, PNException.HHS, restrictions=(NOBODY_NOTHING,)),
        set(),
    ),
]
