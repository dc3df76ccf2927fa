"""What a worker process may use, with the helper processes that it starts (`kernelscope.nn.crew`)."""

import sys
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """The threads and memory that one worker process may use, and where it finds data."""

    threads: int | None = None
    """Threads to train with; None: all available cores, with processes when they pay."""
    memory: int | None = None
    """MiB of data that it and its helpers may have together, with what they share; None: no limit."""
    data_dir: Path | None = None
    """Where data sets are kept; None: where they usually are (`kernelscope.datasets.kept`)."""


def limit_memory(mebibytes: int) -> None:
    """Have allocations beyond this limit raise `MemoryError` in this process. Only Linux enforces it.

    Helpers that it starts for training share the limit with it (`kernelscope.nn.crew.budget`).
    """
    if sys.platform != "win32":
        import resource

        most = mebibytes * MEBIBYTE
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
