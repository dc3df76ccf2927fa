"""A side in a process of its own: ``python -m benchmarks.apart``.

The engines that are compared, this one and an earlier one, run in such processes, so that each has an interpreter to
itself as in a server; and so do the sides whose memory is measured. Requests and answers are pickled, through the
process's standard input and output: one of each a turn, which takes some 0.1 ms.

Every import counts where memory is measured, so only the side that is asked for is imported.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from benchmarks.models import Gradients, Model

ROOT = Path(__file__).parents[1]
SERVER = "server"
"""The folder of a checkout with the package `kernelscope`."""


class Task(NamedTuple):
    """A side to be."""

    side: Literal["NumPy", "PyTorch"]
    model: Model
    cores: int
    lanes: Sequence[int] = (0,)
    layout: str = "eager"
    """PyTorch's."""


class Ended(Exception):
    """A process has ended before its time. It has said why on standard error."""


class Apart:
    """A `Side` that computes in a process of its own, with the engine of this checkout or of the one in `folder`."""

    def __init__(self, task: Task, folder: Path | None = None) -> None:
        self.name = f"{task.side} in {folder}" if folder else task.side
        path = os.pathsep.join(str(part) for part in (folder and folder.resolve() / SERVER, ROOT) if part)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.apart"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.begin(task)

    def begin(self, what: object) -> None:
        """Send a request, and don't wait for its `answer`."""
        assert self.process.stdin is not None
        try:
            pickle.dump(what, self.process.stdin)
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Ended(f"{self.name}: the process has ended") from None

    def answer(self) -> Any:
        """Wait for the answer to the last request.

        Raises:
            Ended: there is none.
        """
        assert self.process.stdout is not None
        try:
            return pickle.load(self.process.stdout)
        except EOFError:
            raise Ended(f"{self.name}: the process has ended") from None

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps."""
        self.begin(steps)
        self.answer()

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Return each lane's loss on the first batch, and its gradients."""
        self.begin("gradients")
        lanes: list[tuple[float, Gradients]] = self.answer()
        return lanes

    def settle(self) -> None:
        """Wait until the side computes in the way in which it goes on."""
        self.begin("settle")
        self.answer()

    def close(self) -> None:
        """End the process."""
        with self.process:  # closes the pipes and waits
            pass


def engines(task: Task, before: Path | None) -> dict[str, Apart]:
    """Start this checkout's engine, and with `before` that folder's too, and let both settle."""
    found = {"NumPy": Apart(task)} | ({"before": Apart(task, before)} if before else {})
    for engine in found.values():
        engine.settle()
    return found


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Create the side that the first request tells, and obey the others until there are no more."""
    task: Task = pickle.load(requests)
    with _one_blas_thread() if task.side == "NumPy" else nullcontext():
        side = _side(task)
        while True:
            try:
                what = pickle.load(requests)
            except EOFError:
                break
            answer = None
            match what:
                case "gradients":
                    answer = side.gradients()
                case "settle":
                    side.settle()
                case _:
                    side.run(what)
            pickle.dump(answer, answers)
            answers.flush()
        side.close()


def _one_blas_thread() -> Any:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas")


def _side(task: Task) -> Any:
    if task.side == "NumPy":
        from benchmarks.sides import Ours

        return Ours(task.model, task.cores, task.lanes)
    from benchmarks.pytorch import OneByOne

    return OneByOne(task.model, task.layout, task.cores, task.lanes)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
