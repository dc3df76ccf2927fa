"""Whoever opens, ends, or puts back an experiment does so alone."""

import asyncio
from weakref import WeakValueDictionary


class Locks:
    """A lock for each experiment, by its id. It is there for as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, id: str) -> asyncio.Lock:
        """That of one experiment."""
        return self._locks.setdefault(id, asyncio.Lock())
