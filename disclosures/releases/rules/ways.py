"""How the patient asked to be reached, as reasons of the gate: confidential ways and places (164.522(b), R-224).

Why they asked is asked nowhere. It holds for whoever stands in for them as well, on every basis.
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate

from authorizations.rules import same_words
from practice.infrastructure.refusals import Refusal
from practice.people.confidential import Goes, LetterAddress, Means, Way, goes

from .codes import Act, RecipientKind
from .proposal import Proposal
from .restrictions import same_name
from .states import Method

CITE = "45 CFR 164.522(b)(1)(i)"
WAY_OF: dict[str, Way] = {
    Method.IN_PERSON: Way.IN_PERSON,
    Method.MAIL: Way.MAIL,
    Method.FAX: Way.FAX,
    Method.LOCKED_FILE: Way.FILE,
    Method.DOWNLOAD: Way.LINK,
    Method.SPOKEN: Way.TOLD,
    Method.OTHER: Way.OTHER,
}
# Ways whose place is written on the release, and the wish that names one.
PLACE_OF: dict[Way, Means] = {Way.MAIL: Means.MAIL, Way.FAX: Means.FAX}
# The fact that says: the patient agreed to this way, this once. It holds the wishes it was said of, and of no later.
AGREED = "way_agreed"


def is_for_the_patient(p: Proposal) -> bool:
    """Whether it goes to the patient or who stands in for them: by the kind, or by the name under any other kind."""
    if p.recipient_kind in (RecipientKind.PATIENT, RecipientKind.REPRESENTATIVE):
        return True
    alike = same_name if p.recipient_kind == RecipientKind.OTHER else same_words
    return any(alike(name, p.recipient_name) for name in p.patient_names)


def wishes(asked: tuple[LetterAddress, ...]) -> str:
    """The wishes a page shows and a tick on it answers for: each way with its place, as a digest that tells neither."""
    said = sorted({(str(one.means), one.where) for one in asked})
    return sha256(json.dumps(said).encode()).hexdigest() if said else ""


def address_reasons(p: Proposal) -> Iterator[Refusal]:
    """What goes to the patient takes the way and goes to the place that the patient asked for (164.522(b)(1)(i))."""
    way = WAY_OF.get(p.method)
    if way is None or p.act == Act.USE:
        return
    if refusal := refusal_of_way(way, p) or _refusal_of_place(way, p):
        yield refusal


def refusal_of_way(way: Way, p: Proposal) -> Refusal | None:
    """Why something may not reach the patient this way: the records, or the code or passphrase that opens them."""
    if not p.asked_ways or not is_for_the_patient(p):
        return None
    answer = goes(way, [one.means for one in p.asked_ways])
    if answer == Goes.NO:
        return Refusal(
            "CONFIDENTIAL_MEANS",
            f"The patient asked to be reached in another way: {in_words(p.asked_ways)}.",
            "Give it in person, or in the way the patient asked for.",
            CITE,
        )
    return _to_ask(p) if answer == Goes.ASK else None


def _to_ask(p: Proposal) -> Refusal | None:
    if p.facts.get(AGREED, "") == wishes(p.asked_ways):
        return None
    return Refusal(
        "CONFIDENTIAL_ASK",
        f"The patient asked to be reached in a certain way: {in_words(p.asked_ways)}. It is not said whether this way "
        "is right for them.",
        "Ask them, and tick that they agreed; or give it in person.",
        CITE,
    )


def _refusal_of_place(way: Way, p: Proposal) -> Refusal | None:
    if not is_for_the_patient(p):
        return None
    asked = [one for one in p.asked_ways if one.means == PLACE_OF.get(way)]
    if not asked or any(_is_there(one.where, p.recipient_address) for one in asked):
        return None
    if p.recipient_kind == RecipientKind.REPRESENTATIVE:  # may well live elsewhere
        return _to_ask(p)
    return Refusal(
        "CONFIDENTIAL_ADDRESS",
        "The patient asked for what is sent to them to go to another place than this one.",
        f"Send it to: {asked[0].one_line}",
        CITE,
    )


def in_words(asked: tuple[LetterAddress, ...]) -> str:
    """ "by e-mail only (t@example.org) or by telephone only (217-555-0101)"."""
    return " or ".join(f"{one.means.label[0].lower()}{one.means.label[1:]} ({one.one_line})" for one in asked)


def _is_there(asked: str, given: str) -> bool:
    """Whether the address given holds what was asked for, letter case, spacing and punctuation aside.

    It begins and ends where words do: number 12 is not in number 112.
    """
    words = re.findall(r"\w+", given.casefold())
    wanted, found = "".join(re.findall(r"\w+", asked.casefold())), "".join(words)
    edges = {0, *accumulate(len(word) for word in words)}
    return bool(wanted) and any(found.startswith(wanted, at) and at + len(wanted) in edges for at in edges)
