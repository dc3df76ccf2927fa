"""Processor time and memory of processes, on Linux (proc_pid_stat(5), proc_pid_status(5)); elsewhere nothing."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

PROC = Path("/proc")
KNOWN = (PROC / "self" / "stat").exists()
"""Whether the system tells anything."""
TICK = 1 / os.sysconf("SC_CLK_TCK") if KNOWN else 0.0
"""The unit in which the system counts time, in seconds."""


def _stat(pid: int) -> list[str]:
    """Return the fields from the third on; empty: there is no such process."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(") ")[2].split()


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its threads in seconds; 0: it has ended."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK if fields else 0.0


def memory(pid: int) -> float | None:
    """Return the resident memory of a process in MiB; None: it has ended."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def busiest_child(pid: int) -> int:
    """Return the child of a process that has taken the most time, its own descendants included; 0: there is none."""
    all_of = _children()

    def work(child: int) -> float:
        return sum(cpu_seconds(one) for one in (child, *_descendants(child, all_of)))

    return max(all_of.get(pid, []), key=work, default=0)


def family(pid: int) -> list[int]:
    """Return all descendants of a process."""
    return _descendants(pid, _children())


def _children() -> dict[int, list[int]]:
    """Return the children of every process that has some."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if KNOWN else ():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    return children


def _descendants(pid: int, children: Mapping[int, Sequence[int]]) -> list[int]:
    found, unseen = [], [pid]
    while unseen:
        unseen += (more := children.get(unseen.pop(), []))
        found += more
    return found
