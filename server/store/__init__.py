"""What outlives the server: the experiments, in SQLite."""

from server.store.experiments import Saved, Standing, Store, StoreError

__all__ = ["Saved", "Standing", "Store", "StoreError"]
