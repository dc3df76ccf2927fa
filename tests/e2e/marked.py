"""A worker whose kernels and gradients are marked, so that any slip of an axis, a sign or a lane shows in the picture.

Each kernel carries an F (no flip, turn or transposition of an F is an F) and, in binary, its own address.
"""

from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from kernelscope.experiment.lane import Lane
from kernelscope.runner.limits import Limits
from kernelscope.runner.process import WorkerProcess
from numpy.typing import NDArray

from tests.few import run_few

F = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]], bool)
GRADIENT = -1 / 64
"""The marks of gradients are the weights' marks times this: smaller, and of the other sign."""


def bits(number: int) -> NDArray[np.bool_]:
    return np.array([number >> place & 1 for place in range(5)], bool)


def mark(lane: int, out: int, channel: int, rows: int, cols: int) -> NDArray[np.bool_]:
    """Which cells of a kernel are positive; the others are negative."""
    positive = np.zeros((rows, cols), bool)
    positive[:5, :3] = F
    positive[:5, 3] = bits(out)
    positive[:5, 4] = bits(channel + 8 * lane)
    return positive


def marked(lane: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Weights [out, in, row, col]: ±1 by the marks, each a little less than 1 by an amount of its own."""
    positive = np.array(
        [[mark(lane, out, channel, *shape[2:]) for channel in range(shape[1])] for out in range(shape[0])]
    )
    own = np.arange(positive.size).reshape(shape) * 1e-5
    return np.where(positive, 1 - own, own - 1).astype(np.float32)


def counted(lane: int, shape: tuple[int, ...], step: int) -> NDArray[np.float32]:
    """Marked weights that also tell their step: they grow by a thousandth or so a step."""
    return marked(lane, shape) * np.float32(1 + step / 1024)


def _run(pipe: Connection, limits: Limits, counting: bool) -> None:
    """The real worker, except that its lanes have marked weights before and after every step."""
    make, update = Lane.__init__, Lane.update

    def write(lane: Lane) -> None:
        for conv in ("conv1.weight", "conv2.weight"):
            pattern = counted("ABC".index(lane.id), lane.network.params[conv].shape, lane.steps if counting else 0)
            lane.network.params[conv][...] = pattern
            lane.gradient[conv][...] = pattern * GRADIENT

    def make_marked(self: Lane, *args: Any) -> None:
        make(self, *args)
        write(self)

    def update_marked(self: Lane, *args: Any) -> Any:
        made = update(self, *args)
        write(self)
        return made

    Lane.__init__, Lane.update = make_marked, update_marked  # type: ignore[method-assign]
    run_few(pipe, limits)


def run_marked(pipe: Connection, limits: Limits) -> None:
    """A worker whose weights never change."""
    _run(pipe, limits, counting=False)


def run_counting(pipe: Connection, limits: Limits) -> None:
    """A worker whose weights tell their step."""
    _run(pipe, limits, counting=True)


def marked_worker(limits: Limits) -> WorkerProcess:
    return WorkerProcess(limits, run_marked)


def counting_worker(limits: Limits) -> WorkerProcess:
    return WorkerProcess(limits, run_counting)
