"""The slowdown of a step while all cores but one are busy, for example one of two with a browser.

What keeps a core busy is held to it, so that it is the same core for all contestants. These are not: the system may put
their threads and processes where it likes, in the idle rounds too.

PyTorch's threads busy-wait for each other and take processor time from the thread that has work to do, which is why the
question is worth asking.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.apart import Task, engines
from benchmarks.cases import Case
from benchmarks.interleave import Effort, Timing, fastest, interleave
from benchmarks.pytorch import plain
from benchmarks.report import NUMPY, PYTORCH, Result
from benchmarks.sides import Side, check_equal

SPIN = """
import os, sys
if core := sys.argv[1:]:
    os.sched_setaffinity(0, {int(core[0])})
parent = os.getppid()
print("spinning", flush=True)
while os.getppid() == parent:  # so that it ends with the benchmark, even if that is killed
    pass
"""


def cores() -> list[str]:
    """Return the numbers of the available cores, as empty strings where a process cannot be pinned to one."""
    if hasattr(os, "sched_getaffinity"):
        return [str(core) for core in sorted(os.sched_getaffinity(0))]
    return [""] * (os.cpu_count() or 1)


@contextmanager
def all_cores_but_one_busy() -> Iterator[None]:
    """Run a busy loop on each core but the first."""
    with ExitStack() as stack:
        for core in cores()[1:]:
            command = [sys.executable, "-c", SPIN, *filter(None, [core])]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            assert process.stdout is not None
            process.stdout.readline()
        yield


def measure(case: Case, effort: Effort, before: Path | None = None) -> Result:
    """Measure a case in rounds that alternate between idle and busy cores."""
    one_round = Effort(1, effort.seconds)
    idle: dict[str, Timing] = {}
    busy: dict[str, Timing] = {}
    with ExitStack() as stack:
        ours = engines(Task(NUMPY, case.model, case.cores), before)
        theirs = plain(case.model, case.cores)
        sides: dict[str, Side] = {**ours, **theirs}
        for side in sides.values():
            stack.enter_context(closing(side))
        check_equal(ours[NUMPY], {name: side for name, side in sides.items() if name != NUMPY})
        contestants = {name: side.run for name, side in sides.items()}
        for _ in range(effort.rounds):
            _add(idle, interleave(contestants, one_round))
            with all_cores_but_one_busy():
                _add(busy, interleave(contestants, one_round))
    # PyTorch as a user would have it: the fastest on an idle machine.
    best, _ = fastest({name: idle[name] for name in theirs})
    names = {**{name: name for name in ours}, PYTORCH: best}
    return Result(
        case,
        figures={who: busy[name].median / idle[name].median for who, name in names.items()},
        best=best,
        said={who: f"{idle[name].median:.2f} → {busy[name].median:.2f} ms" for who, name in names.items()},
        timings={f"{name}, idle": timing for name, timing in idle.items()}
        | {f"{name}, busy": timing for name, timing in busy.items()},
    )


def _add(timings: dict[str, Timing], more: dict[str, Timing]) -> None:
    for name, timing in more.items():
        timings[name] = timings.get(name, Timing(())) + timing
