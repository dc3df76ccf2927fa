"""Everything of PyTorch's that a case is compared with. What counts is the fastest."""

from benchmarks.cases import Case
from benchmarks.lanes import WAYS
from benchmarks.pytorch import LAYOUTS, counted, plain
from benchmarks.sides import Side


def rivals(case: Case, *, compiled: bool) -> dict[str, Side]:
    """Create the contestants, with `compiled` also those of ``torch.compile``."""
    cores, lanes = case.cores, range(case.lanes)
    found: dict[str, Side] = {}
    if case.lanes == 1:
        found |= plain(case.model, cores)
    else:
        for layout in LAYOUTS:
            found |= {f"{layout} {name}": make(case.model, layout, cores, lanes) for name, make in WAYS.items()}
    if compiled:
        from benchmarks.compiled import Compiled  # takes seconds to import

        for layout in LAYOUTS:
            # Lanes one after the other leave nothing to a second one on one thread.
            for threads in sorted({1, cores} if case.lanes == 1 else {cores}):
                found[f"compiled {layout}, {counted(threads)}"] = Compiled(case.model, layout, threads, lanes)
    return found
