"""The peak memory of training in a fresh process, Python and libraries included."""

import pickle
import subprocess
import sys

from benchmarks.cases import Case
from benchmarks.interleave import Effort
from benchmarks.memory_child import STATUS, Task
from benchmarks.report import Result


def peak_megabytes(task: Task) -> float:
    """Run `task` in a fresh process. Return its peak memory in megabytes.

    Raises:
        subprocess.CalledProcessError: the process failed, and has said why on standard error.
    """
    command = [sys.executable, "-m", "benchmarks.memory_child"]
    return float(subprocess.run(command, input=pickle.dumps(task), stdout=subprocess.PIPE, check=True).stdout)


def measure(case: Case, effort: Effort) -> Result:
    """Measure both sides once each: the noise is negligible."""
    if not STATUS.exists():
        return Result(case, reached=None, ours="needs Linux", pytorch="needs Linux")
    ours = peak_megabytes(Task("NumPy", case.model, case.threads, case.lanes))
    theirs = peak_megabytes(Task("PyTorch", case.model, case.threads, case.lanes))
    return Result(case, reached=ours, ours=f"{ours:.0f} MB", pytorch=f"{theirs:.0f} MB", facts={"pytorch": theirs})
