"""The number of cores that this process may use, which can be smaller than the machine's."""

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def available_cores(cgroups: Path = CGROUPS, own_cgroup: Path = OWN_CGROUP) -> int:
    """Count the cores in this process's affinity mask, capped by its CPU limit; at least 1.

    Containers are limited through Linux's control groups (``docker run --cpus 1.5``). Such a limit leaves every core
    visible but throttles a process that has used up its share, so that more threads would only wait longer. A fraction
    of a core is rounded up.

    Args:
        cgroups: the mount point of control groups, version 2 or 1.
        own_cgroup: the file that lists the groups of this process.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min([bound, *_limits(cgroups, own_cgroup)])


def _limits(cgroups: Path, own_cgroup: Path) -> Iterator[int]:
    """Yield the CPU limit, in whole cores, of the process's group and each of its ancestors, as far as they are known.

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
    """The group at `path` and all its ancestors, up to `mount` itself.

    In a container `path` may be the host's and not exist; `mount` is then the container's own group.
    """
    parts = [part for part in path.split("/") if part]
    return (mount.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1))


def _cores(quota_and_period: str) -> Iterator[int]:
    """Yield quota / period, rounded up; nothing where there is no limit (``max`` or -1) or it cannot be read."""
    try:
        quota, period = map(int, quota_and_period.split())
    except ValueError:
        return
    if quota > 0 and period > 0:
        yield -(-quota // period)


def _read(file: Path) -> str:
    """The text of `file`; empty if it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
