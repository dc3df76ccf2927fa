"""What a worker process may use."""

import sys
from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Of one worker."""

    threads: int | None = None
    """That it trains with; None: as many as there are cores available."""
    memory: int | None = None
    """In MiB: its own data, not counting what it shares with others; None: as much as there is."""


def limit_memory(mebibytes: int) -> None:
    """From now on this process gets a `MemoryError` where it would need more (Linux; others do not enforce it)."""
    if sys.platform != "win32":
        import resource

        most = mebibytes * MEBIBYTE
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
