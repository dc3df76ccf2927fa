"""A worker that tests lanes with few images.

Lanes are tested at step 0, at the first steps and wherever training rests. With the 2,000 images of the digits that is
as much work as twenty steps; a test that looks at a page learns no more from them.
"""

from dataclasses import replace
from multiprocessing.connection import Connection

from kernelscope import datasets
from kernelscope.datasets import Dataset
from kernelscope.runner.limits import Limits
from kernelscope.runner.main import run_worker
from kernelscope.runner.process import WorkerProcess

FEW = 256
"""Test images: the first ones, among which are all on which responses are measured."""


def run_few(pipe: Connection, limits: Limits) -> None:
    """What such a worker runs."""
    load = datasets.load

    def load_few(name: str) -> Dataset:
        all_of_it = load(name)
        images, labels = all_of_it.test_images[:FEW], all_of_it.test_labels[:FEW]
        return replace(all_of_it, test_images=images, test_labels=labels)

    datasets.load = load_few
    run_worker(pipe, limits)


def worker(limits: Limits) -> WorkerProcess:
    """Such a worker."""
    return WorkerProcess(limits, run_few)
