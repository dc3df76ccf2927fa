"""Data sets: labelled images as NumPy arrays.

A data set is one module with an ``INFO`` and a ``load()``, listed in `kernelscope.datasets.catalogue`.

>>> from kernelscope import datasets
>>> [info.name for info in datasets.available() if info.origin == "shipped"]
['digits', 'fashion', 'photos', 'planted']
>>> [info.name for info in datasets.available() if info.origin == "download"]
['mnist', 'fashion-mnist', 'kmnist', 'cifar10']
>>> datasets.load("digits").train_images.shape
(10000, 1, 28, 28)
"""

from kernelscope.datasets.batches import Batches
from kernelscope.datasets.catalogue import (
    UnknownDatasetError,
    available,
    default,
    downloadable,
    glimpse,
    info,
    load,
    require,
)
from kernelscope.datasets.dataset import Dataset, DatasetInfo
from kernelscope.datasets.downloads.downloadable import NotHere

__all__ = [
    "Batches",
    "Dataset",
    "DatasetInfo",
    "NotHere",
    "UnknownDatasetError",
    "available",
    "default",
    "downloadable",
    "glimpse",
    "info",
    "load",
    "require",
]
