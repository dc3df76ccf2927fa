"""The layer types. A new one is its module here, its place in `TYPES`, and its words on the page (``network.kind.…``).

A module has the description of a layer, with its settings, its grammar in an address and what it costs, and the layer
at work. Whoever needs to know something of a layer asks its description (`kernelscope.nn.layers.base.LayerSpec`).
"""

from kernelscope.nn.layers.base import LayerSpec
from kernelscope.nn.layers.conv import Conv
from kernelscope.nn.layers.dense import Dense
from kernelscope.nn.layers.pool import MaxPool
from kernelscope.nn.layers.relu import ReLU

TYPES: tuple[type[LayerSpec], ...] = (Conv, ReLU, MaxPool, Dense)
"""All of them, in the order in which they are offered."""
