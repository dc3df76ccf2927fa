"""The results: as a table, and as JSON with every number behind it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

from benchmarks.cases import Case
from benchmarks.columns import columns
from benchmarks.disturbance import TOO_MUCH
from benchmarks.interleave import Effort, Timing
from benchmarks.machine import facts
from benchmarks.machine import heading as machine_heading

HEAD = (
    "case",
    "reached",
    "goal",
    "hard",
    "met",
    "NumPy, a step",
    "PyTorch at its best, a step",
    "NumPy, of peak",
)


@dataclass(frozen=True)
class Result:
    """A case and its measurements."""

    case: Case
    reached: float | None
    """The figure to compare with the goal; None: it cannot be measured here."""
    ours: str
    pytorch: str
    machine: str = ""
    timings: Mapping[str, Timing] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    others: float | None = None
    """The share of the machine that other programs took meanwhile; None: unknown."""

    @property
    def disturbed(self) -> bool:
        """Whether the machine was too busy for the figures to prove anything. Memory does not depend on that."""
        return self.case.kind != "memory" and self.others is not None and self.others > TOO_MUCH

    @property
    def met(self) -> str:
        """The outcome in a word."""
        if self.reached is None:
            return "?"
        if self.disturbed:
            return "void"
        if self.case.hard is not None and self.case.meets(self.reached, self.case.hard):
            return "hard"
        return "yes" if self.case.meets(self.reached, self.case.goal) else "NO"

    def row(self) -> tuple[str, ...]:
        """Return the row of the table."""
        memory = self.case.kind == "memory"
        sign, unit = ("≤" if self.case.at_most else "≥"), (" MB" if memory else "×")
        reached = "" if self.reached is None else f"{self.reached:.{0 if memory else 2}f}{unit}"
        goal, hard = (f"{sign} {value:g}{unit}" if value else "" for value in (self.case.goal, self.case.hard))
        return self.case.title, reached, goal, hard, self.met, self.ours, self.pytorch, self.machine

    def json(self) -> dict[str, Any]:
        """Return every number."""
        return {
            "case": self.case.name,
            "title": self.case.title,
            "reached": self.reached,
            "goal": self.case.goal,
            "hard": self.case.hard,
            "at_most": self.case.at_most,
            "met": self.met,
            "others": self.others,
            **self.facts,
            "ms_a_step": {
                name: {"median": timing.median, "quartiles": timing.quartiles, "turns": timing.turns}
                for name, timing in self.timings.items()
            },
        }


def table(results: Sequence[Result]) -> str:
    """Format one line per case. Brackets hold the quartiles of the turns."""
    return columns(HEAD, [result.row() for result in results])


def machine() -> dict[str, Any]:
    """Return what the figures depend on. Call this after everything that is compared has been imported."""
    import torch

    return facts() | {
        "torch": torch.__version__,
        "torch_cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "thread_pools": [
            {key: pool.get(key) for key in ("user_api", "internal_api", "version", "architecture", "num_threads")}
            for pool in threadpool_info()
        ],
    }


def heading() -> str:
    """Describe the machine in a line."""
    about = machine()
    blas: dict[str, Any] = next((pool for pool in about["thread_pools"] if pool["user_api"] == "blas"), {})
    return (
        f"{machine_heading()} ({blas.get('internal_api')} {blas.get('version')}, {blas.get('architecture')}),"
        f" PyTorch {about['torch']}"
    )


def write(path: Path, results: Sequence[Result], effort: Effort) -> None:
    """Write JSON with the machine, the effort and all results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "effort": asdict(effort), "results": [result.json() for result in results]}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
