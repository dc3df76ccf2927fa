"""What outlives the server: the experiments' configurations, in SQLite."""

from server.store.experiments import Saved, Store, StoreError

__all__ = ["Saved", "Store", "StoreError"]
