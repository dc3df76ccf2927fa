"""Persistent storage of experiments, in SQLite."""

from kernelscope.store.errors import KINDS, StoreError
from kernelscope.store.experiments import Part, Saved, Standing, Store
from kernelscope.store.owners import hashed

__all__ = ["KINDS", "Part", "Saved", "Standing", "Store", "StoreError", "hashed"]
