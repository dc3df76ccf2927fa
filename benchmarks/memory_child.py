"""The process whose memory is measured: it trains, and prints the high-water mark that Linux keeps of every process.

``python -m benchmarks.memory_child`` reads a pickled `Task` from its standard input. Everything that is imported
counts, so this module imports no more than the side that trains.
"""

import pickle
import sys
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.models import Model

STATUS = Path("/proc/self/status")
STEPS = 30


class Task(NamedTuple):
    """Who trains what."""

    side: Literal["NumPy", "PyTorch"]
    model: Model
    threads: int
    lanes: int


def train(task: Task) -> None:
    """What is measured."""
    if task.side == "NumPy":
        from threadpoolctl import threadpool_limits

        from benchmarks.sides import Ours

        with threadpool_limits(1, "blas"):
            Ours(task.model, task.threads, task.lanes).run(STEPS)
    else:
        from benchmarks.pytorch import OneByOne

        OneByOne(task.model, "eager", task.threads, range(task.lanes)).run(STEPS)


def high_water_mark() -> float:
    """Megabytes (1,000,000 bytes) that this process had in memory when it had the most."""
    kibibytes = next(line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6


if __name__ == "__main__":
    train(pickle.load(sys.stdin.buffer))
    print(high_water_mark())
