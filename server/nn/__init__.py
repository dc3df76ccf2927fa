"""A convolutional network in NumPy: layers, loss, optimizers, training.

>>> import numpy as np
>>> from server.nn import SGD, Conv, Dense, MaxPool, Network, ReLU, train
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

from server.nn.architecture import (
    Architecture,
    ArchitectureError,
    Conv,
    Dense,
    LayerShape,
    LayerSpec,
    MaxPool,
    ReLU,
    infer_shapes,
)
from server.nn.init import Gaussian, He, Initialisation
from server.nn.loss import Loss, softmax_cross_entropy
from server.nn.network import Network, Trace
from server.nn.optimizers import SGD, Adam, AdamW, Optimizer
from server.nn.parallel import DataParallel
from server.nn.parameters import Parameters
from server.nn.schedules import Constant, Cosine, Schedule, StepDecay
from server.nn.training import Step, apply_update, train
from server.nn.weights import WeightsError, load_weights, save_weights

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Architecture",
    "ArchitectureError",
    "Constant",
    "Conv",
    "Cosine",
    "DataParallel",
    "Dense",
    "Gaussian",
    "He",
    "Initialisation",
    "LayerShape",
    "LayerSpec",
    "Loss",
    "MaxPool",
    "Network",
    "Optimizer",
    "Parameters",
    "ReLU",
    "Schedule",
    "Step",
    "StepDecay",
    "Trace",
    "WeightsError",
    "apply_update",
    "infer_shapes",
    "load_weights",
    "save_weights",
    "softmax_cross_entropy",
    "train",
]
