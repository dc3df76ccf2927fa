"""The results: figures with their goals, as a table and as JSON with every number behind them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np

from benchmarks.columns import columns
from benchmarks.disturbance import TOO_MUCH
from benchmarks.machine import facts

HEAD = ("what", "reached", "goal", "met", "others", "more")


@dataclass(frozen=True)
class Lengths:
    """The lengths of the measurements, in seconds except for the rounds, the openings and the days."""

    rounds: int = 12
    """Rounds of turns with one, ten and a hundred viewers, and turns without viewers in between."""
    turn: float = 4
    settle: float = 1
    """The time to wait after viewers have come or gone."""
    begin: float = 6
    """The time to wait after the start of the experiment, when the server starts a spare worker."""
    latency: float = 15
    size: float = 3
    memory: float = 300
    loop: float = 30
    page: float = 20
    openings: int = 10
    """First visits of the page, each followed by a second one."""
    strokes: int = 80
    days: float = 7
    """The length of a run that is saved every minute; measuring a day of it takes one or two minutes."""


QUICK = Lengths(rounds=2, turn=2, latency=3, size=1, memory=60, loop=5, page=5, openings=3, strokes=20, days=1)


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        reached: None where it cannot be measured here.
        goal: None where there is none.
        at_most: whether less is better.
        more: what else there is to say.
        timed: whether it proves nothing when other programs took much of the machine.
        others: what share of the machine they took.
        numbers: the numbers behind it.
    """

    what: str
    reached: float | None
    unit: str = ""
    goal: float | None = None
    at_most: bool = False
    more: str = ""
    timed: bool = True
    others: float | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> str:
        """The outcome in a word."""
        if self.reached is None:
            return "?"
        if self.goal is None:
            return ""
        if self.timed and self.others is not None and self.others > TOO_MUCH:
            return "void"
        return "yes" if (self.reached <= self.goal if self.at_most else self.reached >= self.goal) else "NO"

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        reached = "" if self.reached is None else f"{self.reached:.1f}{self.unit}"
        goal = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {self.goal:g}{self.unit}"
        others = "" if self.others is None else f"{self.others:.0%}"
        return self.what, reached, goal, self.met, others, self.more


def table(figures: Sequence[Figure]) -> str:
    """Format one line per figure.

    *others* says how much of the machine was taken by programs that have no part in it. What stands in brackets is
    where the middle half of the turns lies.
    """
    return columns(HEAD, [figure.row() for figure in figures])


def write(path: Path, parts: Mapping[str, Sequence[Figure]], skipped: Mapping[str, str], lengths: Lengths) -> None:
    """Write JSON with the machine, the lengths, the figures of each part, and why other parts have none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": facts(),
        "lengths": asdict(lengths),
        "parts": {name: [{**asdict(one), "met": one.met} for one in figures] for name, figures in parts.items()},
        "skipped": skipped,
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Format the median, with the quartiles in brackets."""
    lower, _, upper = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    return f"{median(values):.{digits}f} [{lower:.{digits}f}–{upper:.{digits}f}]"


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th and 99th percentile, and the maximum."""
    p50, p95, p99, largest = np.percentile(values, (50, 95, 99, 100))
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "max": float(largest)}


def words(numbers: Mapping[str, float], unit: str = "", digits: int = 1) -> str:
    """Format names and numbers in a row."""
    return ", ".join(f"{name} {number:.{digits}f}{unit}" for name, number in numbers.items())
