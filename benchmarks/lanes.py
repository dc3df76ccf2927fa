"""The ways in which PyTorch can train several lanes on two cores. Kernelscope is compared with the fastest.

The lanes run one after the other on two threads (`benchmarks.pytorch.OneByOne`); half of them in each of two Python
threads or two processes, which take one core each; or all in one model (`benchmarks.grouped`).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.apart import Apart, Task
from benchmarks.grouped import Grouped
from benchmarks.models import Gradients, Model
from benchmarks.pytorch import OneByOne
from benchmarks.sides import Side


def halves(lanes: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Split the lanes between two cores."""
    return lanes[: len(lanes) // 2], lanes[len(lanes) // 2 :]


class TwoThreads:
    """Half of the lanes in each of two Python threads, which share the `threads` of PyTorch."""

    def __init__(self, model: Model, layout: str, threads: int, lanes: Sequence[int]) -> None:
        self.halves = [OneByOne(model, layout, max(1, threads // 2), half) for half in halves(lanes)]
        self.threads = ThreadPoolExecutor(len(self.halves))

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps. The halves wait for each other only at the end."""
        list(self.threads.map(lambda half: half.run(steps), self.halves))

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Each lane's loss on the first batch, and its gradients."""
        return [lane for half in self.halves for lane in half.gradients()]

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown()


class TwoProcesses:
    """Half of the lanes in each of two processes, which share the `threads` of PyTorch."""

    def __init__(self, model: Model, layout: str, threads: int, lanes: Sequence[int]) -> None:
        each = max(1, threads // 2)
        self.halves = [Apart(Task("PyTorch", model, each, half, layout)) for half in halves(lanes)]

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps. The processes wait for each other only at the end."""
        self._ask(steps)

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Each lane's loss on the first batch, and its gradients."""
        return [lane for half in self._ask("gradients") for lane in half]

    def _ask(self, what: int | str) -> list[Any]:
        for half in self.halves:
            half.begin(what)
        return [half.answer() for half in self.halves]

    def close(self) -> None:
        """End the processes."""
        for half in self.halves:
            half.close()


WAYS: dict[str, Callable[[Model, str, int, Sequence[int]], Side]] = {
    "one after the other": OneByOne,
    "in 2 Python threads": TwoThreads,
    "in 2 processes": TwoProcesses,
    "grouped": Grouped,
}
"""Constructors of a side, from a model, a layout, the total number of threads and the lanes."""
