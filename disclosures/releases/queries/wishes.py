"""What the patient asked to be kept from the very recipient of a release, where the gate lets it go all the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from authorizations.rules.restrictions import covered_words
from disclosures.ledger.rules import Basis
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day as day_words

from ..models import Release, ReleaseItem
from ..rules.restrictions import wishes_against
from .release import gate_items, proposal_of


@dataclass(frozen=True, slots=True)
class Wish:
    """One such request: what it covers of this release, and what to do about it, in sentences."""

    words: str
    ask: str
    link: str
    items: frozenset[UUID]


def wishes_about(release: Release, rows: Sequence[ReleaseItem] | None = None) -> list[Wish]:
    """For whoever reads a release before it leaves: a newer wish beside an older authorization, and what an emergency
    lifts. The gate says yes to both; the patient, or the clinician, may not."""
    if release.basis != Basis.B_AUTHORIZATION and not release.emergency:
        return []
    rows = list(release.items.all()) if rows is None else rows
    keys = {item.key: row.object_id for row in rows for item in gate_items([row])}
    found = []
    for one, touched in wishes_against(proposal_of(release, gate_items(rows), on=today())):
        items = frozenset(keys[item.key] for item in touched)
        asked = f"On {day_words(one.received_on)} the patient asked that {release.recipient_name} is not told of this: "
        covered = covered_words(one)
        words = f"{asked}{covered[:1].lower()}{covered[1:]}. {_of_these(len(items))}"
        found.append(Wish(words, _ask(release), one.link, items))
    return found


def _of_these(count: int) -> str:
    return "1 document of this release is among it." if count == 1 else f"{count} documents of this release are."


def _ask(release: Release) -> str:
    if release.emergency:
        return "It goes because it is called an emergency. Leave out what the treatment does not need."
    signed = release.authorization.signed_on if release.authorization else None
    form = f"the form of {day_words(signed)}" if signed else "the form"
    return (
        f"{form[:1].upper()}{form[1:]} still permits it. Ask the patient before it leaves: “You signed {form}, and "
        "later asked that they are not told. Shall it still go?” If not, leave it out, or record that the patient "
        "takes the form back."
    )
