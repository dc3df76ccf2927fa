"""Copies of a lane's network, to compute with while the lane trains."""

import numpy as np

from kernelscope.nn import Network


def twin(network: Network) -> Network:
    """Copy a network with its parameters; nothing is shared."""
    copy = Network(network.architecture, network.shapes[0].input, np.random.default_rng(0), network.dtype)
    copy.params.flat[...] = network.params.flat
    return copy
