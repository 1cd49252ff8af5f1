"""What the patient asked to be kept from whom, as reasons of the gate: restrictions (R-220 to R-223).

A restriction binds treatment, payment, operations and family alone: an authorization is the patient's own word, and
what HHS, a court or a law asks for is not blocked (164.522(a)(1)(v)). Emergency treatment passes, with a duty.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum

from authorizations.rules.restrictions import (
    CITE,
    MUST_AGREE_CITE,
    RestrictedRecipient,
    RestrictedUse,
    RestrictionFacts,
    RestrictionState,
    covered_words,
    restricts,
    state,
)
from disclosures.ledger.rules import Basis
from practice.infrastructure.refusals import Refusal

from .codes import Act, RecipientKind
from .proposal import Item, Proposal

# The only bases that a restriction reaches (164.522(a)(1)(i), (v)).
USES: dict[str, RestrictedUse] = {
    Basis.B_TREATMENT: RestrictedUse.TREATMENT,
    Basis.B_PAYMENT: RestrictedUse.PAYMENT,
    Basis.B_OPERATIONS: RestrictedUse.OPERATIONS,
    Basis.B_INVOLVED_IN_CARE: RestrictedUse.FAMILY,
}
# The fact that says: this recipient is somebody else. It holds the ids of the requests it was said of, and of no later.
NOT_MEANT = "not_the_restricted_recipient"
PAID, ITEMS, WHO = "RESTRICTED_PAID_IN_FULL", "RESTRICTED_ITEMS", "RESTRICTED_RECIPIENT_UNSURE"


class Meant(Enum):
    """Whether a recipient is the one the patient spoke of."""

    YES = "yes"
    UNSURE = "unsure"
    NO = "no"


def restriction_reasons(p: Proposal) -> Iterator[Refusal]:
    """Every restriction that this proposal would break, each with how to put it right.

    Several that say the same are said once, of all the documents they keep in.
    """
    if is_emergency_treatment(p):
        return
    unsure: dict[str, list[RestrictionFacts]] = {}
    broken: dict[bool, list[RestrictionFacts]] = {}
    for one in p.restrictions:
        meant = meant_by(one, p)
        if meant == Meant.NO or not touched_items(one, p):
            continue
        if meant == Meant.YES:
            broken.setdefault(one.paid_in_full, []).append(one)
        elif not one.id or one.id not in p.facts.get(NOT_MEANT, "").split():
            unsure.setdefault(_who(one), []).append(one)
    yield from map(_unsure, unsure.values())
    for alike in broken.values():
        touched = [item for item in p.items if any(item in touched_items(one, p) for one in alike)]
        yield _restricted(alike[0], touched, len(p.items))


def partly_held(p: Proposal) -> tuple[RestrictionFacts, ...]:
    """The restrictions that bind here and hold back only a part of what is asked about, so that the rest may go.

    For a question about documents that nobody has chosen yet; one that holds back all of it is none of these.
    """
    if is_emergency_treatment(p):
        return ()
    return tuple(one for one in p.restrictions if meant_by(one, p) == Meant.YES and _is_part(one, p))


def _is_part(one: RestrictionFacts, p: Proposal) -> bool:
    touched = touched_items(one, p)
    undated = any(item.on is None for item in p.items)
    by_day = undated and (one.names_days or state(one, p.on) == RestrictionState.ENDED_FOR_NEW)
    return bool(touched) and (bool(one.kinds) or by_day or len(touched) < len(p.items))


def wishes_against(p: Proposal) -> list[tuple[RestrictionFacts, list[Item]]]:
    """What was restricted against this very recipient and may go all the same, with the documents it covers: for
    emergency treatment, or because the patient had authorized it before. An authorization is the patient's own word,
    and so is the later wish: the gate does not choose between them, whoever reads the release asks the patient."""
    emergency = is_emergency_treatment(p)
    signed = p.authorization.signed_on if p.authorization and p.basis == Basis.B_AUTHORIZATION else None
    found = []
    for one in p.restrictions:
        newer = signed is not None and one.received_on >= signed and _recipient_meant(one, p) == Meant.YES
        if (newer or (emergency and meant_by(one, p) == Meant.YES)) and (touched := touched_items(one, p)):
            found.append((one, touched))
    return found


def emergency_restriction(p: Proposal) -> bool:
    """Whether restricted records go out for emergency treatment: then the recipient is asked not to use them further
    (164.522(a)(1)(iii) and (iv))."""
    if not is_emergency_treatment(p):
        return False
    return any(meant_by(one, p) != Meant.NO and touched_items(one, p) for one in p.restrictions)


def is_emergency_treatment(p: Proposal) -> bool:
    return p.emergency and p.basis == Basis.B_TREATMENT and p.recipient_kind == RecipientKind.PROVIDER


def meant_by(one: RestrictionFacts, p: Proposal) -> Meant:
    """Whether the basis is one the restriction reaches and the recipient the one the patient named."""
    use = USES.get(p.basis)
    if use is None or use not in one.uses:
        return Meant.NO
    if p.act == Act.USE:  # a use inside the practice has no recipient; the patient's own treatment here goes on
        within = use == RestrictedUse.OPERATIONS and not one.recipients and not one.recipient_name
        return Meant.YES if within else Meant.NO
    return _recipient_meant(one, p)


def _recipient_meant(one: RestrictionFacts, p: Proposal) -> Meant:
    of_this_kind = not one.recipients or p.recipient_kind in one.recipients
    unsure = of_this_kind or p.recipient_kind == RecipientKind.OTHER or _may_pass_it_on(one, p)
    if one.recipient_name:
        if any(same_name(name, p.recipient_name) for name in one.recipient_name.split(";")):
            return Meant.YES
        return Meant.UNSURE if unsure else Meant.NO
    if of_this_kind:
        return Meant.YES
    return Meant.UNSURE if unsure else Meant.NO


def _may_pass_it_on(one: RestrictionFacts, p: Proposal) -> bool:
    """Whether it goes to a billing service or clearing house, which may tell the plan it is kept from (R-221)."""
    return p.recipient_kind == RecipientKind.BUSINESS_ASSOCIATE and RestrictedRecipient.PAYER in one.recipients


def same_name(left: str, right: str) -> bool:
    """Whether one name says no more than the other: "Anna Lindqvist" and "Anna M. Lindqvist" are the same person."""
    first, second = (set(re.findall(r"\w+", name.casefold())) for name in (left, right))
    return bool(first and second) and (first <= second or second <= first)


def touched_items(one: RestrictionFacts, p: Proposal) -> list[Item]:
    """The documents of a proposal that a restriction keeps in. Of what already happened, every day in between too."""
    if not p.planned and (between := _days_between(p.items)):
        return list(p.items) if any(restricts(one, p.on, item_on=day) for day in between) else []
    return [item for item in p.items if restricts(one, p.on, item_on=item.on, kind=item.kind)]


def _days_between(items: tuple[Item, ...]) -> list[date]:
    days = sorted(item.on for item in items if item.on)
    if len(days) < 2 or len(days) != len(items):
        return []
    return [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]


def _unsure(alike: list[RestrictionFacts]) -> Refusal:
    one, what = alike[0], " or ".join(dict.fromkeys(_small(covered_words(each)) for each in alike))
    return Refusal(
        WHO,
        f"The patient asked that {_who(one)} is not told of this: {what}. It is not said whether this is them.",
        "See the restriction. If this recipient is somebody else, tick that it is.",
        CITE,
        one.link,
    )


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _who(one: RestrictionFacts) -> str:
    kinds = [kind.label.lower() for kind in sorted(one.recipients)]
    return one.recipient_name or " or ".join(kinds) or "nobody"


def _restricted(one: RestrictionFacts, touched: list[Item], of: int) -> Refusal:
    count = "What is chosen" if len(touched) == of else f"{len(touched)} of {of} chosen documents"
    if one.paid_in_full:
        verb = "was" if len(touched) in (of, 1) else "were"
        words = f"{count} {verb} paid in full, and the patient asked that the health plan is not told."
        remedy = "Leave it out. Only the patient can end this, or sign an authorization for the plan."
        return Refusal(PAID, words, remedy, MUST_AGREE_CITE, one.link)
    verb = "is" if len(touched) in (of, 1) else "are"
    words = f"{count} {verb} restricted: the practice agreed with the patient not to give it out for this."
    remedy = "Leave it out, ask the patient to end the restriction, or get a signed authorization."
    return Refusal(ITEMS, words, remedy, f"{CITE}(1)(iii)", one.link)
