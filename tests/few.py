"""A worker that tests lanes with few images.

Lanes are tested at step 0, at the first steps and wherever training rests. With the 2,000 images of the digits that is
as much work as twenty steps; a test that looks at a page learns no more from them.
"""

from multiprocessing.connection import Connection

from kernelscope.experiment.evaluation import Evaluations
from kernelscope.nn.arrays import Array, Labels
from kernelscope.runner.limits import Limits
from kernelscope.runner.main import run_worker
from kernelscope.runner.process import WorkerProcess

FEW = 256
"""Test images with which lanes are tested: the first ones. Whatever else is done with test images is done with all."""


def run_few(pipe: Connection, limits: Limits) -> None:
    """What such a worker runs."""
    make = Evaluations.__init__

    def make_few(
        self: Evaluations, test_every: int, tested: tuple[Array, Labels], others: tuple[Array, Labels]
    ) -> None:
        images, labels = tested
        make(self, test_every, (images[:FEW], labels[:FEW]), others)

    Evaluations.__init__ = make_few  # type: ignore[method-assign]
    run_worker(pipe, limits)


def worker(limits: Limits) -> WorkerProcess:
    """Such a worker."""
    return WorkerProcess(limits, run_few)
