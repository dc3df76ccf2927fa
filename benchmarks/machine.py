"""The machine and the versions that figures depend on."""

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np


def facts() -> dict[str, Any]:
    """Return facts about the machine, the system, Python and NumPy."""
    return {
        "cpu": cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def heading() -> str:
    """Describe the machine in a line."""
    about = facts()
    return f"{about['cpu']}, {about['cores']} cores; Python {about['python']}, NumPy {about['numpy']}"


def cpu_name() -> str:
    """Return the processor's name, if the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
