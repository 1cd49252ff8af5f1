"""CPT codes of psychotherapy: numbers and time ranges alone, checked against start and stop. Pure.

The words of the code set are under copyright and are not part of the product. Times are whole minutes, both ends
included. A mismatch is a sentence; whoever bills may state that the code stands all the same, and why.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from practice.infrastructure.refusals import Refusal

from .sessions import SessionKind


@dataclass(frozen=True, slots=True)
class Times:
    """From how many minutes to how many a code stands for; None where there is no such bound."""

    low: int | None = None
    high: int | None = None

    @property
    def words(self) -> str:
        """ "38 to 52 minutes", "53 minutes or more", "any length"."""
        if self.low is None:
            return "any length"
        return f"{self.low} to {self.high} minutes" if self.high else f"{self.low} minutes or more"


# Psychotherapy of one patient; with a family; evaluation; groups; crisis.
BASE: dict[str, Times] = {
    "90791": Times(),
    "90792": Times(),
    "90832": Times(16, 37),
    "90834": Times(38, 52),
    "90837": Times(53),
    "90839": Times(30, 74),
    "90845": Times(),
    "90846": Times(26),
    "90847": Times(26),
    "90849": Times(),
    "90853": Times(),
}
# Codes of a medical visit, which the add-ons 90833, 90836 and 90838 go with. Their own time is not checked here.
MEDICAL = ("99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215")


@dataclass(frozen=True, slots=True)
class AddOn:
    """A code that stands beside another one: its times, and which codes it goes with."""

    times: Times
    goes_with: tuple[str, ...]


ADD_ON: dict[str, AddOn] = {
    "90785": AddOn(Times(), ("90791", "90792", "90832", "90834", "90837", "90853", *MEDICAL)),
    "90833": AddOn(Times(16, 37), MEDICAL),
    "90836": AddOn(Times(38, 52), MEDICAL),
    "90838": AddOn(Times(53), MEDICAL),
    "90840": AddOn(Times(75), ("90839",)),
}
SHAPE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
FAMILY = (SessionKind.COUPLE, SessionKind.FAMILY, SessionKind.JOINT)


def clean_code(typed: str) -> str:
    """A code as it is kept: capitals, no spaces."""
    return "".join(typed.split()).upper()


def shape_refusal(code: str, add_ons: Sequence[str]) -> Refusal | None:
    """Why this cannot be a code at all, or None. Nothing overrides this one."""
    for one in filter(None, (code, *add_ons)):
        if not SHAPE.fullmatch(one):
            return Refusal("CODE_SHAPE", f"“{one[:12]}” is not a code.", "A code has five characters, like 90837.")
    if add_ons and not code:
        return Refusal("CODE_ADD_ON_ALONE", "An add-on stands beside a code.", "Give the code it belongs to.")
    if code in ADD_ON:
        return Refusal(
            "CODE_IS_ADD_ON", f"{code} is an add-on and does not stand alone.", "Give it as add-on, beside its code."
        )
    return None


def mismatches(code: str, add_ons: Sequence[str], minutes: int | None, kind: str = "") -> list[Refusal]:
    """Every way in which these codes do not fit a session of so many minutes, or each other. Empty: they fit.

    Without an end there is nothing to check times against. A code that is not in our table is asked about.
    """
    found = []
    times = BASE.get(code)
    if code and times is None and code not in MEDICAL:
        found.append(_mismatch(f"{code} is not among the codes known here, so its times are not checked."))
    if times and minutes is not None and not _within(times, minutes) and not _long_crisis(code, add_ons, minutes):
        better = suggestion(kind, minutes)
        remedy = f"For {minutes} minutes the code is {better}." if better and better != code else ""
        if code == "90839" and minutes > 74:
            remedy = "From 75 minutes on add 90840."
        found.append(_mismatch(f"{code} stands for {times.words}; this session lasted {minutes}.", remedy))
    for one in add_ons:
        found += _add_on_mismatches(one, code, minutes)
    if len(set(add_ons)) < len(add_ons):
        found.append(_mismatch("The same add-on is given twice."))
    return found


def _add_on_mismatches(one: str, code: str, minutes: int | None) -> list[Refusal]:
    known = ADD_ON.get(one)
    if known is None:
        return []
    found = []
    if code not in known.goes_with:
        found.append(_mismatch(f"{one} does not go with {code}.", f"It goes with {_or(known.goes_with)}."))
    # Beside a medical visit the psychotherapy is only a part of the session, so only too short a session can be told.
    if known.times.low and minutes is not None and minutes < known.times.low:
        found.append(_mismatch(f"{one} stands for {known.times.words}; this session lasted {minutes}."))
    return found


def suggestion(kind: str, minutes: int | None) -> str:
    """The usual code of a session of this kind and length; "" when there is none."""
    if kind == SessionKind.GROUP:
        return "90853"
    if minutes is None:
        return ""
    if kind in FAMILY:
        return "90847" if minutes >= 26 else ""
    if kind != SessionKind.INDIVIDUAL:
        return ""
    return next((code for code in ("90832", "90834", "90837") if _within(BASE[code], minutes)), "")


def _within(times: Times, minutes: int) -> bool:
    return (times.low is None or minutes >= times.low) and (times.high is None or minutes <= times.high)


def _long_crisis(code: str, add_ons: Sequence[str], minutes: int) -> bool:
    return code == "90839" and "90840" in add_ons and minutes >= 75


def _mismatch(words: str, remedy: str = "") -> Refusal:
    return Refusal("CODE_MISMATCH", words, remedy)


def _or(codes: Sequence[str]) -> str:
    return codes[0] if len(codes) == 1 else f"{', '.join(codes[:-1])} or {codes[-1]}"
