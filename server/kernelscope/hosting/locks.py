"""Locks under which an experiment is opened, ended and put back."""

import asyncio
from weakref import WeakValueDictionary


class Locks:
    """One lock per experiment id, which exists only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, id: str) -> asyncio.Lock:
        """Return the lock of one experiment."""
        return self._locks.setdefault(id, asyncio.Lock())
