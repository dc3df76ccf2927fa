"""The most memory that training takes: all of it, Python and libraries included, in a fresh process."""

import pickle
import subprocess
import sys

from benchmarks.cases import Case
from benchmarks.interleave import Effort
from benchmarks.memory_child import STATUS, Task
from benchmarks.report import Result


def peak_megabytes(task: Task) -> float:
    """Do `task` in a fresh process and say what it took.

    Raises:
        subprocess.CalledProcessError: the process failed; it has said why on the standard error.
    """
    command = [sys.executable, "-m", "benchmarks.memory_child"]
    return float(subprocess.run(command, input=pickle.dumps(task), stdout=subprocess.PIPE, check=True).stdout)


def measure(case: Case, effort: Effort) -> Result:
    """Ours, and PyTorch's beside it. There is no noise worth the name, so once is enough."""
    if not STATUS.exists():
        return Result(case, reached=None, ours="needs Linux", pytorch="needs Linux")
    ours = peak_megabytes(Task("NumPy", case.model, case.threads, case.lanes))
    theirs = peak_megabytes(Task("PyTorch", case.model, case.threads, case.lanes))
    return Result(case, reached=ours, ours=f"{ours:.0f} MB", pytorch=f"{theirs:.0f} MB", facts={"pytorch": theirs})
