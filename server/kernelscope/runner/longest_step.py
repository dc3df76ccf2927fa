"""How long a worker may compute."""

from math import ceil

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.experiment.config import MOST_LANES
from kernelscope.experiment.work import CHUNK

SLOWEST = 5e8
"""Multiplications that a worker does a second, at the least.

A step of one of the largest networks that may be had took 30 s on two cores (15e9 a second), and 260 s while other
programs used them.
"""


def longest_step(config: ExperimentConfig) -> float:
    """Seconds for which a worker may say nothing because it computes: a step, and its share of the test set."""
    per_image = sum(shape.products for shape in config.shapes())
    chunks = ceil(datasets.info(config.dataset).test_size / CHUNK)
    tested = CHUNK * ceil(chunks / config.test_every)
    images = 3 * config.batch_size + tested  # forwards, and twice backwards
    return MOST_LANES * images * per_image / SLOWEST
