"""The test images by which is told what a lane responds to."""

import numpy as np

from kernelscope.nn.arrays import Labels

PROBES_PER_CLASS = 10
"""The first test images, by which is told what a lane responds to; fewer, where there are many classes."""
MOST_PROBES = 200
"""In all."""


def probes(labels: Labels) -> Labels:
    """Choose some of the images with these `labels` ``[n]``, the first of each class: their places, ascending."""
    classes = np.unique(labels)[:MOST_PROBES]
    each = min(PROBES_PER_CLASS, MOST_PROBES // len(classes))
    return np.sort(np.concatenate([np.flatnonzero(labels == label)[:each] for label in classes]))
