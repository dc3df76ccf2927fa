"""Persistent storage of experiments, in SQLite."""

from kernelscope.store.errors import KINDS, StoreError
from kernelscope.store.experiments import Store
from kernelscope.store.owners import hashed
from kernelscope.store.records import Listed, Part, Saved, Standing, matches, now, words_of

__all__ = [
    "KINDS",
    "Listed",
    "Part",
    "Saved",
    "Standing",
    "Store",
    "StoreError",
    "hashed",
    "matches",
    "now",
    "words_of",
]
