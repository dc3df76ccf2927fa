"""What outlives the server: the experiments, in SQLite."""

from server.store.errors import KINDS, StoreError
from server.store.experiments import Part, Saved, Standing, Store
from server.store.owners import hashed

__all__ = ["KINDS", "Part", "Saved", "Standing", "Store", "StoreError", "hashed"]
