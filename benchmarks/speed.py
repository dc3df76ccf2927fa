"""The speed of training relative to PyTorch's, and to the machine's peak."""

from contextlib import ExitStack, closing

from benchmarks.cases import Case
from benchmarks.interleave import Effort, fastest, interleave
from benchmarks.lanes import WAYS
from benchmarks.peak import Sgemm, gflops
from benchmarks.pytorch import LAYOUTS, OneByOne
from benchmarks.report import Result
from benchmarks.sides import Ours, Side, check_equal

OURS, PEAK = "NumPy", "sgemm"


def measure(case: Case, effort: Effort) -> Result:
    """Measure Kernelscope against PyTorch's fastest way."""
    with ExitStack() as stack:
        ours = stack.enter_context(closing(Ours(case.model, case.threads, case.lanes)))
        theirs: dict[str, Side] = {}
        for layout in LAYOUTS:
            for way, make in (WAYS if case.lanes > 1 else {"": OneByOne}).items():
                side = make(case.model, layout, case.threads, range(case.lanes))
                theirs[f"{layout} {way}".rstrip()] = stack.enter_context(closing(side))
        check_equal(ours, theirs)
        sgemm = stack.enter_context(closing(Sgemm(case.threads)))
        timings = interleave(
            {OURS: ours.run, **{name: side.run for name, side in theirs.items()}, PEAK: sgemm.run}, effort
        )
    best, best_timing = fastest({name: timings[name] for name in theirs})
    milliseconds = timings[OURS].median
    achieved = gflops(case.model.flops() * case.lanes, milliseconds)
    peak = sgemm.gflops(timings[PEAK].median)
    return Result(
        case,
        reached=best_timing.median / milliseconds,
        ours=f"{timings[OURS]} ms",
        pytorch=f"{best_timing} ms, {best}",
        machine=f"{achieved:.0f} of {peak:.0f} GFLOP/s, {achieved / peak:.0%}",
        timings=timings,
        facts={"fastest": best, "gflops": achieved, "sgemm_gflops": peak},
    )
