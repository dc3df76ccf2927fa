"""The layer types. A new one is its module here, its place in `TYPES`, and its words on the page (``network.kind.…``).

A module has the spec of a layer (its settings, its grammar in an address, its cost), and the layer itself, which
computes. Everything else learns about a layer from its spec (`kernelscope.nn.layers.base.LayerSpec`).
"""

from kernelscope.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from kernelscope.nn.layers.average_pool import AveragePool
from kernelscope.nn.layers.base import LayerSpec
from kernelscope.nn.layers.conv import Conv
from kernelscope.nn.layers.dense import Dense
from kernelscope.nn.layers.dropout import Dropout
from kernelscope.nn.layers.global_pool import GlobalAveragePool, GlobalMaxPool
from kernelscope.nn.layers.pool import MaxPool

TYPES: tuple[type[LayerSpec], ...] = (
    Conv,
    ReLU,
    LeakyReLU,
    Tanh,
    Sigmoid,
    GELU,
    MaxPool,
    AveragePool,
    GlobalMaxPool,
    GlobalAveragePool,
    Dropout,
    Dense,
)
"""All layer types, in the order in which the page offers them."""
