"""An upper bound for the time that a worker computes without a message."""

from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.experiment.evaluation import most_pieces
from kernelscope.experiment.lane_config import MOST_LANES
from kernelscope.experiment.work import CHUNK

SLOWEST = 5e8
"""Multiplications per second of the slowest worker that is not taken for lost.

A step of one of the largest networks allowed took 30 s on two cores (15e9 a second), and 260 s while other programs
used them.
"""


def longest_step(config: ExperimentConfig) -> float:
    """Return the most seconds that a step, with its share of the test set, may take."""
    per_image = sum(shape.products for shape in config.shapes())
    tested = CHUNK * most_pieces(datasets.info(config.dataset).test_size, config.test_every)
    images = 3 * config.batch_size + tested  # a backward pass costs two forward passes
    return MOST_LANES * images * per_image / SLOWEST
