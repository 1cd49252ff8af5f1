"""What a measure is: a versioned definition as data, and the one pure function that scores answers by it.

An answer is kept as the place of the chosen option, not as its points: so the answers stay what was ticked, whatever a
later version says they are worth. A total exists only when every scored item is answered; nothing is ever prorated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from practice.infrastructure.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer and what it is worth."""

    label: str
    points: int


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `alarm`: any answer above 0 points interrupts whoever enters it, and calls the clinicians today."""

    key: str
    text: str
    options: tuple[Option, ...]
    scored: bool = True
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A range of totals, both ends inclusive, and what its author calls it."""

    low: int
    high: int
    label: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A total from which the literature speaks of a positive screen, and what that means."""

    at: int
    words: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of items of which `needs` must be worth `points` or more."""

    name: str
    items: tuple[str, ...]
    needs: int
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One version of a measure. It never changes once answers rest on it; a change is a new version."""

    code: str
    version: int
    title: str
    name: str
    instructions: str
    recall: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    cuts: tuple[Cut, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    cluster_words: str = ""
    caution: str = ""
    source: str
    permission: str
    loinc_panel: str = ""
    loinc_total: str = ""

    @property
    def highest(self) -> int:
        """The highest total there can be."""
        return sum(max(option.points for option in item.options) for item in self.items if item.scored)

    def item(self, key: str) -> Item:
        """The item of this key. Raises StopIteration when there is none."""
        return next(item for item in self.items if item.key == key)

    def band_of(self, total: int) -> str:
        """What a total is called; "" outside every band."""
        return next((band.label for band in self.bands if band.low <= total <= band.high), "")


@dataclass(frozen=True, slots=True)
class Score:
    """What answers come to. `total` is None while a scored item is missing; `alarms` are the keys that were marked."""

    total: int | None
    band: str
    missing: tuple[str, ...]
    findings: tuple[str, ...]
    alarms: tuple[str, ...]


def score(definition: Definition, answers: Mapping[str, int]) -> Score:
    """Score answers, given as the place of the chosen option by the key of the item.

    Raises LookupError for an item or option that the definition does not have: such answers are of something else.
    """
    points = {}
    for key, place in answers.items():
        item = next((item for item in definition.items if item.key == key), None)
        if item is None or not 0 <= place < len(item.options):
            raise LookupError("an answer that this measure does not have")
        points[key] = item.options[place].points
    missing = tuple(item.key for item in definition.items if item.scored and item.key not in points)
    alarms = tuple(item.key for item in definition.items if item.alarm and points.get(item.key, 0) > 0)
    if missing:
        return Score(None, "", missing, (), alarms)
    total = sum(points[item.key] for item in definition.items if item.scored)
    findings = [
        f"{cut.words} ({'reached' if total >= cut.at else 'not reached'} at {total})." for cut in definition.cuts
    ]
    if definition.clusters:
        findings.append(_clusters(definition, points))
    return Score(total, definition.band_of(total), (), tuple(findings), alarms)


def _clusters(definition: Definition, points: Mapping[str, int]) -> str:
    met = [
        sum(points[key] >= cluster.points for key in cluster.items) >= cluster.needs for cluster in definition.clusters
    ]
    each = ", ".join(
        f"{cluster.name} {'met' if is_met else 'not met'}"
        for cluster, is_met in zip(definition.clusters, met, strict=True)
    )
    return f"{definition.cluster_words} {'met' if all(met) else 'not met'} ({each})."


def refusal_to_keep(definition: Definition, answers: Mapping[str, int]) -> Refusal | None:
    """Why these answers cannot be kept, or None. Some may be missing; with none at all there is nothing to keep."""
    if not answers:
        return Refusal("MEASURE_EMPTY", "No question is answered yet.", "Answer at least one, or go back.")
    try:
        score(definition, answers)
    except LookupError:
        return Refusal(
            "MEASURE_OTHER_ANSWERS",
            f"These answers are not of this version of {definition.title}.",
            "Open the measure again and enter them there.",
        )
    return None


def options(*labels: str) -> tuple[Option, ...]:
    """Options worth 0, 1, 2 and so on, in their order."""
    return tuple(Option(label, points) for points, label in enumerate(labels))
