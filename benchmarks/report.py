"""The results: as a table, and as JSON with every number behind it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.columns import columns
from benchmarks.disturbance import TOO_MUCH
from benchmarks.interleave import Effort, Timing
from benchmarks.machine import facts

NUMPY, BEFORE, PYTORCH = "NumPy", "before", "PyTorch"
"""Who is compared: Kernelscope's engine, an earlier one, and PyTorch at its best."""


@dataclass(frozen=True)
class Result:
    """A case and its measurements."""

    case: Case
    figures: Mapping[str, float]
    """By `NUMPY`, `BEFORE` and `PYTORCH`: milliseconds a step, the slowdown, or megabytes; empty: not measured."""
    best: str = ""
    """Which of PyTorch's contestants is the best."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The same figures for the table, with more about them."""
    machine: str = ""
    timings: Mapping[str, Timing] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    others: float | None = None
    """The share of the machine that other programs took meanwhile; None: unknown."""

    def reached(self, who: str = NUMPY) -> float | None:
        """The figure that is compared with the goal, for either engine; None: it was not measured."""
        if who not in self.figures:
            return None
        return self.figures[who] if self.case.at_most else self.figures[PYTORCH] / self.figures[who]

    @property
    def disturbed(self) -> bool:
        """Whether the machine was too busy for the figures to prove anything. Memory does not depend on that."""
        return self.case.kind != "memory" and self.others is not None and self.others > TOO_MUCH

    @property
    def met(self) -> str:
        """The outcome in a word."""
        if (reached := self.reached()) is None:
            return "?"
        if self.disturbed:
            return "void"
        if self.case.hard is not None and self.case.meets(reached, self.case.hard):
            return "hard"
        return "yes" if self.case.meets(reached, self.case.goal) else "NO"

    def row(self) -> dict[str, str]:
        """Return the row of the table by column."""
        memory = self.case.kind == "memory"
        sign, unit = ("≤" if self.case.at_most else "≥"), (" MB" if memory else "×")
        reached = self.reached()
        goal, hard = (f"{sign} {value:g}{unit}" if value else "" for value in (self.case.goal, self.case.hard))
        before = self.said.get(BEFORE, "")
        if before and self.case.kind == "speed":
            before += f", {self.figures[BEFORE] / self.figures[NUMPY]:.2f}×"
        return {
            "case": self.case.title,
            "reached": "" if reached is None else f"{reached:.{0 if memory else 2}f}{unit}",
            "goal": goal,
            "hard": hard,
            "met": self.met,
            "NumPy, a step": self.said.get(NUMPY, ""),
            "before": before,
            "PyTorch at its best": ", ".join(filter(None, (self.said.get(PYTORCH, ""), self.best))),
            "NumPy, of peak": self.machine,
        }

    def json(self, *, turns: bool = True) -> dict[str, Any]:
        """Return every number, or with ``turns=False`` only medians and quartiles of the turns."""
        return {
            "case": self.case.name,
            "title": self.case.title,
            "kind": self.case.kind,
            "goal": self.case.goal,
            "hard": self.case.hard,
            "reached": self.reached(),
            "met": self.met,
            "figures": self.figures,
            "best": self.best,
            "others": self.others,
            **self.facts,
            "ms_a_step": {
                name: {"median": timing.median, "quartiles": timing.quartiles}
                | ({"turns": timing.turns} if turns else {})
                for name, timing in self.timings.items()
            },
        }


def table(results: Sequence[Result]) -> str:
    """Format one line per case, without columns that say nothing. Brackets hold the quartiles of the turns."""
    rows = [result.row() for result in results]
    head = [name for name in rows[0] if any(row[name] for row in rows)]
    return columns(head, [[row[name] for name in head] for row in rows])


def write(path: Path, results: Sequence[Result], effort: Effort) -> None:
    """Write JSON with the machine, the effort and all results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": facts(), "effort": asdict(effort), "results": [result.json() for result in results]}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
