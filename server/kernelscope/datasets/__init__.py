"""Labelled images to learn from: arrays out, nothing else.

A data set is one module with an ``INFO`` and a ``load()``, named in `kernelscope.datasets.catalogue`.

>>> from kernelscope import datasets
>>> [info.name for info in datasets.available()]
['digits']
>>> datasets.load("digits").train_images.shape
(10000, 1, 28, 28)
"""

from kernelscope.datasets.batches import Batches
from kernelscope.datasets.catalogue import UnknownDatasetError, available, default, info, load
from kernelscope.datasets.dataset import Dataset, DatasetInfo

__all__ = ["Batches", "Dataset", "DatasetInfo", "UnknownDatasetError", "available", "default", "info", "load"]
