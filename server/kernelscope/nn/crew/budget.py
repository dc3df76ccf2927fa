"""The memory that a process and its helpers may use together.

A limit on a process's data (RLIMIT_DATA, which only Linux enforces) counts neither other processes nor memory that they
share. So whatever the limit of a process is when it gets its first helper is taken as that of all of them together, and
dealt out: the limits of all and the shared memory add up to it.

A helper gets what it has, and some to spare; this process, which has everything else to hold too, the rest. Where
somebody needs more, for the arrays of another network, the rest is dealt out evenly, and after that again as before.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from mmap import PAGESIZE
from pathlib import Path

MEBIBYTE = 2**20
AT_START = 160 * MEBIBYTE
"""Bytes that a helper may use until it is ready. It needs about 90 MiB, of which NumPy's BLAS never touches most."""
SPARE = 64 * MEBIBYTE
"""Bytes that a helper may use besides what it has: enough for most networks, and for whatever Python needs meanwhile,
which is not prepared for having none."""
LEAST_LEFT = 1 / 4
"""The share of the limit that has to be left for networks when helpers have been started."""


class Budget:
    """Deals out the memory that this process may use.

    Attributes:
        limit: the bytes that all may use together; None: as many as there are.
    """

    def __init__(self) -> None:
        self.limit = _limit()
        self._spare = SPARE

    def further(self, helpers: Sequence[int], shared: int, wanted: int) -> int:
        """Return how many of the further helpers that are `wanted` leave enough for networks."""
        if self.limit is None:
            return wanted
        used = _data("self") + sum(map(_data, helpers)) + shared
        return max(0, min(wanted, int((1 - LEAST_LEFT) * self.limit - used) // AT_START))

    def deal(self, helpers: Sequence[int], starting: Sequence[int], shared: int, *, evenly: bool = False) -> None:
        """Deal out the memory.

        Args:
            helpers: the ids of the helpers' processes.
            starting: those of helpers that are not ready yet.
            shared: bytes of shared memory.
            evenly: whether this process gets no more of what nobody uses than each helper. Later on each helper keeps
                more to spare.

        Raises:
            MemoryError: there is not so much.
            OSError: the system does not let it set a helper's limit.
        """
        if self.limit is None:
            return
        used, own = [_data(pid) for pid in helpers], _data("self")
        left = self.limit - own - shared - len(starting) * AT_START - sum(used)
        each = max(0, left) // (len(helpers) + 1) if evenly else self._spare
        limits = dict(zip(helpers, (its + each for its in used), strict=True)) | dict.fromkeys(starting, AT_START)
        rest = self.limit - shared - sum(limits.values())
        if rest < own:
            raise MemoryError(f"{shared / MEBIBYTE:,.0f} MiB to share with helper processes are too many")
        if evenly:
            self._spare *= 2
        _set_limit(min(rest, _limit() or rest))  # first whoever gets less
        for pid, limit in limits.items():
            _set_limit(limit, pid)
        _set_limit(rest)

    def restore(self) -> None:
        """Give all to this process, which has no helper any more."""
        if self.limit is not None:
            _set_limit(self.limit)


def _limit() -> int | None:
    if sys.platform != "linux":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if soft == resource.RLIM_INFINITY else soft


def _set_limit(limit: int, pid: int = 0) -> None:
    """Set the limit of a process; 0 is this one. One that has ended needs none."""
    import resource

    with suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        resource.prlimit(pid, resource.RLIMIT_DATA, (limit, hard))


def _data(pid: int | str) -> int:
    """Bytes that the limit of a process counts; 0 if it has ended. See proc_pid_statm(5)."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[5]) * PAGESIZE
    return 0
