"""Timing by turns: ours and the baseline alternate, so that noise falls on both; the median counts."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Times are seconds for one act; `ratio` is ours over the baseline."""

    name: str
    ours: float
    baseline_name: str
    baseline: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.baseline

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def by_turns(ours: Callable[[], object], baseline: Callable[[], object], *, turns: int) -> tuple[float, float]:
    """Median seconds of each, measured in alternation after one unmeasured call of both."""
    ours()
    baseline()
    taken: tuple[list[float], list[float]] = ([], [])
    for _turn in range(turns):
        taken[0].append(seconds(ours))
        taken[1].append(seconds(baseline))
    return median(taken[0]), median(taken[1])


def table(rows: list[Row]) -> str:
    """The rows as text for a screen of 110 columns."""
    head = f"{'what':<52}{'ours':>11}{'baseline':>11}{'ratio':>8}  against"
    lines = [head, "-" * len(head)]
    for row in rows:
        times = f"{_time(row.ours):>11}{_time(row.baseline):>11}{row.ratio:>8.2f}"
        lines.append(f"{row.name:<52}{times}  {row.baseline_name}")
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines)


def _time(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms"
