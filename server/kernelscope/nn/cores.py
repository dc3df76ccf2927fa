"""How many cores this process may use, which can be fewer than the machine has."""

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def available_cores(cgroups: Path = CGROUPS, own_cgroup: Path = OWN_CGROUP) -> int:
    """The cores this process is bound to, or as many as its CPU limit is worth where that is less; at least 1.

    Containers are given limits through Linux's control groups (``docker run --cpus 1.5``). Such a limit leaves every
    core visible and makes a process wait once it has used up its share, so that more threads would only wait more. A
    fraction of a core is rounded up.

    Args:
        cgroups: where control groups are mounted, version 2 or 1.
        own_cgroup: the file that says which ones this process is in.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([bound, *_limits(cgroups, own_cgroup)])


def _limits(cgroups: Path, own_cgroup: Path) -> Iterator[int]:
    """Of the process's group and of each group around it, in whole cores; none where they are not to be found.

    See cgroups(7), and "CPU" in the kernel's admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.
    """
    for line in _read(own_cgroup).splitlines():
        match line.split(":", 2):
            case ["0", "", path]:
                for group in _groups(cgroups, path):
                    yield from _cores(_read(group / "cpu.max"))
            case [_, controllers, path] if "cpu" in controllers.split(","):
                # Mounted under the names of all its controllers, usually with a link of its own for each.
                for mount in {controllers, "cpu"}:
                    for group in _groups(cgroups / mount, path):
                        yield from _cores(f"{_read(group / 'cpu.cfs_quota_us')} {_read(group / 'cpu.cfs_period_us')}")


def _groups(mount: Path, path: str) -> Iterator[Path]:
    """The group at `path` and all above it, up to `mount` itself.

    In a container `path` may be the host's, which does not exist there. Then `mount` is the container's own group.
    """
    parts = [part for part in path.split("/") if part]
    return (mount.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1))


def _cores(quota_and_period: str) -> Iterator[int]:
    """CPU time over time, rounded up; none where there is no limit (``max`` or -1) or it makes no sense."""
    try:
        quota, period = map(int, quota_and_period.split())
    except ValueError:
        return
    if quota > 0 and period > 0:
        yield -(-quota // period)


def _read(file: Path) -> str:
    """Its text; nothing where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
