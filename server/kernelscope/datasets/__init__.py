"""Data sets: labelled images as NumPy arrays.

A data set is one module with an ``INFO`` and a ``load()``, listed in `kernelscope.datasets.catalogue`.

>>> from kernelscope import datasets
>>> [info.name for info in datasets.available()]
['digits', 'fashion', 'photos', 'planted']
>>> datasets.load("digits").train_images.shape
(10000, 1, 28, 28)
"""

from kernelscope.datasets.batches import Batches
from kernelscope.datasets.catalogue import UnknownDatasetError, available, default, info, load, require
from kernelscope.datasets.dataset import Dataset, DatasetInfo

__all__ = [
    "Batches",
    "Dataset",
    "DatasetInfo",
    "UnknownDatasetError",
    "available",
    "default",
    "info",
    "load",
    "require",
]
