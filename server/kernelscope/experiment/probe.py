"""Probe images: the test images on which the responses of a lane are measured."""

import numpy as np

from kernelscope.nn.arrays import Labels

PROBES_PER_CLASS = 10
"""The number of probe images per class; fewer if there are many classes."""
MOST_PROBES = 200
"""The largest number of probe images."""


def probes(labels: Labels) -> Labels:
    """Choose the first images of each class by their `labels` ``[n]``, and return their indices, ascending."""
    classes = np.unique(labels)[:MOST_PROBES]
    each = min(PROBES_PER_CLASS, MOST_PROBES // len(classes))
    return np.sort(np.concatenate([np.flatnonzero(labels == label)[:each] for label in classes]))
