"""A convolutional network in NumPy: layers, loss, optimizers, training.

>>> import numpy as np
>>> from kernelscope.nn import SGD, Conv, Dense, MaxPool, Network, ReLU, train
>>> architecture = [Conv("conv1", 4, 3, padding=1), ReLU("relu1"), MaxPool("pool1", 2), Dense("dense", 10)]
>>> network = Network(architecture, (1, 8, 8), np.random.default_rng(1))
>>> network.params["conv1.weight"].shape
(4, 1, 3, 3)
>>> rng = np.random.default_rng(2)
>>> batch = rng.random((16, 1, 8, 8), dtype=np.float32), rng.integers(0, 10, 16)
>>> steps = list(train(network, [batch] * 20, SGD(), learning_rate=0.1))
>>> steps[-1].loss < steps[0].loss
True
"""

from kernelscope.nn.architecture import Architecture, infer_shapes
from kernelscope.nn.init import Gaussian, He, Initialisation
from kernelscope.nn.layers.activations import GELU, LeakyReLU, ReLU, Sigmoid, Tanh
from kernelscope.nn.layers.average_pool import AveragePool
from kernelscope.nn.layers.base import LayerShape, LayerSpec
from kernelscope.nn.layers.conv import Conv
from kernelscope.nn.layers.dense import Dense
from kernelscope.nn.layers.dropout import Dropout
from kernelscope.nn.layers.global_pool import GlobalAveragePool, GlobalMaxPool
from kernelscope.nn.layers.pool import MaxPool
from kernelscope.nn.loss import Loss, softmax_cross_entropy
from kernelscope.nn.masks import Masks
from kernelscope.nn.network import Network, Trace
from kernelscope.nn.optimizers import SGD, Adam, AdamW, Optimizer
from kernelscope.nn.parallel import DataParallel
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.schedules import Constant, Cosine, Schedule, StepDecay
from kernelscope.nn.shapes import ArchitectureError
from kernelscope.nn.training import Step, apply_update, train
from kernelscope.nn.weights import WeightsError, load_weights, save_weights

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "Architecture",
    "ArchitectureError",
    "AveragePool",
    "Constant",
    "Conv",
    "Cosine",
    "DataParallel",
    "Dense",
    "Dropout",
    "Gaussian",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "He",
    "Initialisation",
    "LayerShape",
    "LayerSpec",
    "LeakyReLU",
    "Loss",
    "Masks",
    "MaxPool",
    "Network",
    "Optimizer",
    "Parameters",
    "ReLU",
    "Schedule",
    "Sigmoid",
    "Step",
    "StepDecay",
    "Tanh",
    "Trace",
    "WeightsError",
    "apply_update",
    "infer_shapes",
    "load_weights",
    "save_weights",
    "softmax_cross_entropy",
    "train",
]
