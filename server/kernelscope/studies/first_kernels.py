"""The first kernels of each layer, and the norm of all of them: enough for a small picture of a network."""

import numpy as np

from kernelscope.experiment.kernels import kernel_shapes
from kernelscope.nn import Parameters
from kernelscope.studies.payload import finite, packed
from kernelscope.studies.subject import Members

MOST_KERNELS = 32
COLOURS = 3
"""Kernels that may be drawn as one."""


def first_kernels(parameters: Parameters) -> Members:
    """Return for each layer with kernels the first of them, ``[kernel, row, col]``, and the norm of all its weights.

    Args:
        parameters: those of a network, or their last changes.
    """
    found = {}
    for layer, (_, channels, *size) in kernel_shapes(parameters.shapes).items():
        weights = parameters[f"{layer}.weight"]
        most = MOST_KERNELS * (COLOURS if channels == COLOURS else 1)
        found[layer] = {
            "norm": finite(np.linalg.norm(weights.astype(np.float64))),
            "kernels": packed(weights.reshape(-1, *size)[:most]),
        }
    return found
