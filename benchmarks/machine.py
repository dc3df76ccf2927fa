"""The machine and the versions that figures depend on."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

CPU = Path("/sys/devices/system/cpu")
VECTORS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")
"""Instruction sets that decide how fast matrix products are."""


def facts() -> dict[str, Any]:
    """Return facts about the machine, the system, Python and those libraries that have been imported."""
    info = _cpuinfo()
    flags = (info.get("flags") or info.get("Features") or "").split()
    about = {
        "cpu": cpu_name(),
        "model": {key: info[key] for key in ("cpu family", "model", "stepping") if key in info},
        "vectors": [flag for flag in VECTORS if flag in flags],
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "caches": _caches(),
        "memory_gb": _memory(),
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "thread_pools": [
            {key: pool.get(key) for key in ("user_api", "internal_api", "version", "architecture", "num_threads")}
            for pool in threadpool_info()
        ],
    }
    if torch := sys.modules.get("torch"):
        about |= {"torch": torch.__version__, "torch_cpu_capability": torch.backends.cpu.get_cpu_capability()}
    return about


def heading() -> str:
    """Describe the machine in a line."""
    about = facts()
    blas: dict[str, Any] = next((pool for pool in about["thread_pools"] if pool["user_api"] == "blas"), {})
    line = (
        f"{about['cpu']}, {about['cores']} cores; Python {about['python']}, NumPy {about['numpy']}"
        f" ({blas.get('internal_api')} {blas.get('version')}, {blas.get('architecture')})"
    )
    return f"{line}, PyTorch {about['torch']}" if "torch" in about else line


def cpu_name() -> str:
    """Return the processor's name, if the system tells."""
    return _cpuinfo().get("model name") or platform.processor() or platform.machine()


def commit(folder: Path) -> str | None:
    """Return the commit of a checkout, with a + if its engine is not quite that; None: Git does not know it."""
    try:
        run = [
            subprocess.run(
                ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
            ).stdout.strip()
            for words in (["rev-parse", "--short=8", "HEAD"], ["status", "--porcelain", "--", "server"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return None
    return run[0] + ("+" if run[1] else "")


@contextmanager
def held_to(count: int) -> Iterator[None]:
    """Hold this process, and those that it starts, to so many cores, in the physical sense as far as there are enough.

    Where the system can't, nothing is done.
    """
    if not hasattr(os, "sched_setaffinity") or len(allowed := os.sched_getaffinity(0)) <= count:
        yield
        return
    cores: dict[object, list[int]] = {}
    for cpu in sorted(allowed):
        cores.setdefault(_core(cpu), []).append(cpu)
    firsts = [cpus[0] for cpus in cores.values()]
    others = [cpu for cpus in cores.values() for cpu in cpus[1:]]
    os.sched_setaffinity(0, [*firsts, *others][:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _core(cpu: int) -> object:
    """What is the same for all logical processors of a core; `cpu` itself where that is unknown."""
    return _read(CPU / f"cpu{cpu}" / "topology" / "thread_siblings_list") or cpu


def _cpuinfo() -> dict[str, str]:
    """What the system tells of the last of its processors."""
    lines = [line.partition(":") for line in _read(Path("/proc/cpuinfo")).splitlines()]
    return {key.strip(): value.strip() for key, _, value in lines}


def _caches() -> dict[str, str]:
    """The sizes of the caches that the first core uses."""
    files = sorted((CPU / "cpu0" / "cache").glob("index*")) if CPU.exists() else []
    kinds = {"Data": "d", "Instruction": "i", "Unified": ""}
    return {f"L{_read(file / 'level')}{kinds.get(_read(file / 'type'), '')}": _read(file / "size") for file in files}


def _memory() -> float | None:
    found = re.search(r"^MemTotal: +(\d+) kB", _read(Path("/proc/meminfo")), re.MULTILINE)
    return round(int(found[1]) * 1024 / 1e9, 1) if found else None


def _read(file: Path) -> str:
    """The text of a file of the system's; empty if there is none."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
