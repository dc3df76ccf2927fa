"""The speed of training relative to PyTorch's, and to the machine's peak."""

from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks.apart import Task, engines
from benchmarks.cases import Case
from benchmarks.interleave import Effort, fastest, interleave
from benchmarks.peak import Sgemm, gflops
from benchmarks.report import NUMPY, PYTORCH, Result
from benchmarks.rivals import rivals
from benchmarks.sides import Side, check_equal

PEAK = "sgemm"


def measure(case: Case, effort: Effort, before: Path | None = None, *, compiled: bool = False) -> Result:
    """Measure Kernelscope, with `before` that folder's too, against PyTorch's fastest way."""
    with ExitStack() as stack:
        ours = engines(Task(NUMPY, case.model, case.cores, range(case.lanes)), before)
        theirs = rivals(case, compiled=compiled)
        sides: dict[str, Side] = {**ours, **theirs}
        for side in sides.values():
            stack.enter_context(closing(side))
        check_equal(ours[NUMPY], {name: side for name, side in sides.items() if name != NUMPY})
        sgemm = stack.enter_context(closing(Sgemm(case.cores)))
        timings = interleave({**{name: side.run for name, side in sides.items()}, PEAK: sgemm.run}, effort)
    best, _ = fastest({name: timings[name] for name in theirs})
    names = {**{name: name for name in ours}, PYTORCH: best}
    achieved = gflops(case.model.flops() * case.lanes, timings[NUMPY].median)
    peak = sgemm.gflops(timings[PEAK].median)
    return Result(
        case,
        figures={who: timings[name].median for who, name in names.items()},
        best=best,
        said={who: f"{timings[name]} ms" for who, name in names.items()},
        machine=f"{achieved:.0f} of {peak:.0f} GFLOP/s, {achieved / peak:.0%}",
        timings=timings,
        facts={"gflops": achieved, "sgemm_gflops": peak},
    )
