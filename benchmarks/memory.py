"""The memory of training at its highest, of a process and all its helpers together, Python and libraries included.

Counted once each: what the processes have written to (their anonymous memory, by its proportional share where it is
shared), the memory that they share, and the libraries' pages of the process that has the most of them. The proportional
share of the libraries would depend on who else on the machine happens to use NumPy: this program does. Read every few
milliseconds from proc_pid_smaps(5) and proc_pid_status(5), from before Python starts.
"""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.apart import Apart, Task
from benchmarks.cases import Case
from benchmarks.interleave import Effort
from benchmarks.report import BEFORE, NUMPY, PYTORCH, Result
from benchmarks.stream.processes import PROC, family

STEPS = 100
"""Steps before and after helpers take over, and so the moment at which they do is among the readings."""
EVERY = 0.01
"""Seconds between two readings."""
KNOWN = (PROC / "self" / "smaps_rollup").exists()


def megabytes(pid: int) -> float:
    """Return the memory of a process and its descendants in megabytes (1,000,000 bytes); those that end count no more.

    A process that is being started may still be a copy of the one that starts it, and then counts little.
    """
    own, files = 0, [0]
    for one in (pid, *family(pid)):
        rollup, status = (_kibibytes(PROC / str(one) / name) for name in ("smaps_rollup", "status"))
        own += rollup.get("Pss_Anon", 0) + rollup.get("Pss_Shmem", 0)
        files.append(status.get("RssFile", 0))
    return (own + max(files)) * 1024 / 1e6


def _kibibytes(file: Path) -> dict[str, int]:
    """The lines that tell kibibytes; none of a process that has ended."""
    try:
        lines = [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return {}
    return {line[0].rstrip(":"): int(line[1]) for line in lines if len(line) == 3 and line[2] == "kB"}


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """Read the memory of a process and its descendants all the time, and once more at the end."""
    readings: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(EVERY):
            readings.append(megabytes(pid))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield readings
        readings.append(megabytes(pid))
    finally:
        over.set()
        reader.join()


def peak(task: Task, folder: Path | None = None, steps: int = STEPS) -> float:
    """Run `task` in a process of its own. Return its memory at its highest, in megabytes.

    Raises:
        Ended: the process failed, and has said why on standard error.
    """
    with closing(Apart(task, folder)) as side, watched(side.process.pid) as readings:
        side.run(steps)
        side.settle()
        side.run(steps)
    return max(readings)


def measure(case: Case, effort: Effort, before: Path | None = None) -> Result:
    """Measure each side once: the noise is negligible."""
    if not KNOWN:
        return Result(case, {})
    ours = Task(NUMPY, case.model, case.cores, range(case.lanes))
    figures = {NUMPY: peak(ours)} | ({BEFORE: peak(ours, before)} if before else {})
    figures[PYTORCH] = peak(Task(PYTORCH, case.model, case.cores, range(case.lanes)))
    return Result(case, figures, "eager", {who: f"{figure:.0f} MB" for who, figure in figures.items()})
