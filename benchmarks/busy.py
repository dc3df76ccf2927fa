"""The slowdown of a step while all cores but one are busy, for example one of two with a browser.

PyTorch's threads busy-wait for each other and take processor time from the thread that has work to do, which is why the
question is worth asking.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from benchmarks.cases import Case
from benchmarks.interleave import Effort, Timing, fastest, interleave
from benchmarks.pytorch import LAYOUTS, OneByOne
from benchmarks.report import Result
from benchmarks.sides import Ours, check_equal

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


def measure(case: Case, effort: Effort) -> Result:
    """Measure a case in rounds that alternate between idle and busy cores."""
    one_round = Effort(1, effort.seconds)
    idle: dict[str, Timing] = {}
    busy: dict[str, Timing] = {}
    with closing(Ours(case.model, case.threads)) as ours:
        theirs = {layout: OneByOne(case.model, layout, case.threads) for layout in LAYOUTS}
        check_equal(ours, theirs)
        contestants = {"NumPy": ours.run, **{layout: side.run for layout, side in theirs.items()}}
        for _ in range(effort.rounds):
            _add(idle, interleave(contestants, one_round))
            with all_cores_but_one_busy():
                _add(busy, interleave(contestants, one_round))
    slowdown = {name: busy[name].median / idle[name].median for name in idle}
    # PyTorch in the layout that a user would choose: the faster one on an idle machine.
    best, _ = fastest({layout: idle[layout] for layout in LAYOUTS})
    return Result(
        case,
        reached=slowdown["NumPy"],
        ours=f"{idle['NumPy'].median:.2f} → {busy['NumPy'].median:.2f} ms",
        pytorch=f"{idle[best].median:.2f} → {busy[best].median:.2f} ms, {slowdown[best]:.1f}×, {best}",
        timings={f"{name}, idle": timing for name, timing in idle.items()}
        | {f"{name}, busy": timing for name, timing in busy.items()},
        facts={"slowdown": slowdown},
    )


def _add(timings: dict[str, Timing], more: dict[str, Timing]) -> None:
    for name, timing in more.items():
        timings[name] = timings.get(name, Timing(())) + timing
