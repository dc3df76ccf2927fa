"""A network beside a lane's own, to compute with while that one trains on."""

import numpy as np

from server.nn import Network, Parameters


def twin(network: Network, params: Parameters | None = None) -> Network:
    """A network of the same architecture with `params`, or with copies of its own; nothing is shared."""
    copy = Network(network.architecture, network.shapes[0].input, np.random.default_rng(0), network.dtype)
    copy.params.flat[...] = (network.params if params is None else params).flat
    return copy
