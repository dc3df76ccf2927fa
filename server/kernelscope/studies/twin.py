"""A network beside a lane's own, to compute with while that one trains on."""

import numpy as np

from kernelscope.nn import Network


def twin(network: Network) -> Network:
    """A network of the same architecture with a copy of its parameters; nothing is shared."""
    copy = Network(network.architecture, network.shapes[0].input, np.random.default_rng(0), network.dtype)
    copy.params.flat[...] = network.params.flat
    return copy
