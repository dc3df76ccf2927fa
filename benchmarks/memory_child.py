"""The process whose memory is measured: it trains, and prints its high-water mark as Linux records it.

``python -m benchmarks.memory_child`` reads a pickled `Task` from standard input. Every import counts, so this module
imports only the side that trains.
"""

import pickle
import sys
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.models import Model

STATUS = Path("/proc/self/status")
STEPS = 30


class Task(NamedTuple):
    """A training to do: the side, the model, and its size."""

    side: Literal["NumPy", "PyTorch"]
    model: Model
    threads: int
    lanes: int


def train(task: Task) -> None:
    """Do the training that is measured."""
    if task.side == "NumPy":
        from threadpoolctl import threadpool_limits

        from benchmarks.sides import Ours

        with threadpool_limits(1, "blas"):
            Ours(task.model, task.threads, task.lanes).run(STEPS)
    else:
        from benchmarks.pytorch import OneByOne

        OneByOne(task.model, "eager", task.threads, range(task.lanes)).run(STEPS)


def high_water_mark() -> float:
    """Return the peak memory of this process in megabytes (1,000,000 bytes)."""
    kibibytes = next(line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6


if __name__ == "__main__":
    train(pickle.load(sys.stdin.buffer))
    print(high_water_mark())
