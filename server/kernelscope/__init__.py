"""See the kernels of a convolutional network learn: the network, its training and the data sets, in NumPy.

>>> import numpy as np
>>> from kernelscope import SGD, Batches, Conv, Dense, MaxPool, Network, ReLU, datasets, train
>>> digits = datasets.load("digits")
>>> architecture = [Conv("conv1", 8, 5, padding=2), ReLU("relu1"), MaxPool("pool1", 2), Dense("dense", 10)]
>>> network = Network(architecture, digits.image_shape, np.random.default_rng(1))
>>> batches = Batches(digits.train_images, digits.train_labels, 64, np.random.default_rng(2))
>>> steps = [step for _, step in zip(range(20), train(network, batches, SGD(), learning_rate=0.1))]
>>> steps[-1].loss < steps[0].loss
True

Importing it costs little more than importing NumPy: only the command ``kernelscope`` imports the server. The names
listed here are the public API, described in docs/library.md; everything else may change from one version to the next.
"""

from kernelscope import datasets
from kernelscope.datasets import Batches, Dataset, DatasetInfo
from kernelscope.nn import (
    GELU,
    SGD,
    Adam,
    AdamW,
    ArchitectureError,
    AveragePool,
    Constant,
    Conv,
    Cosine,
    DataParallel,
    Dense,
    Dropout,
    Gaussian,
    GlobalAveragePool,
    GlobalMaxPool,
    He,
    LeakyReLU,
    Masks,
    MaxPool,
    Network,
    Parameters,
    ReLU,
    Sigmoid,
    Step,
    StepDecay,
    Tanh,
    WeightsError,
    load_weights,
    save_weights,
    softmax_cross_entropy,
    train,
)

__version__ = "0.2.0"

__all__ = [
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "ArchitectureError",
    "AveragePool",
    "Batches",
    "Constant",
    "Conv",
    "Cosine",
    "DataParallel",
    "Dataset",
    "DatasetInfo",
    "Dense",
    "Dropout",
    "Gaussian",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "He",
    "LeakyReLU",
    "Masks",
    "MaxPool",
    "Network",
    "Parameters",
    "ReLU",
    "Sigmoid",
    "Step",
    "StepDecay",
    "Tanh",
    "WeightsError",
    "__version__",
    "datasets",
    "load_weights",
    "save_weights",
    "softmax_cross_entropy",
    "train",
]
