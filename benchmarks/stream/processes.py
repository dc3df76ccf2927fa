"""What processes take of the machine, as Linux tells (proc_pid_stat(5), proc_pid_status(5)). Elsewhere nothing."""

import os
from pathlib import Path

PROC = Path("/proc")
KNOWN = (PROC / "self" / "stat").exists()
"""Whether anything can be told."""
TICK = 1 / os.sysconf("SC_CLK_TCK") if KNOWN else 0.0
"""Seconds: in these the system counts."""


def _stat(pid: int) -> list[str]:
    """From the third field on; empty where there is no such process."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(") ")[2].split()


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used itself, its threads included; 0 when it is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK if fields else 0.0


def memory(pid: int) -> float | None:
    """MiB of a process that are in memory; None when it is gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def family(pid: int) -> list[int]:
    """All processes that a process has started and those have, in turn."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if KNOWN else ():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, unseen = [], [pid]
    while unseen:
        unseen += (more := children.get(unseen.pop(), []))
        found += more
    return found
