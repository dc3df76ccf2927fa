"""Running the parts of the benchmark, and reporting their figures."""

import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.disturbance import TOO_MUCH
from benchmarks.machine import heading
from benchmarks.stream import ascent, lanes, latency, loop, memory, opening, pad, page, panels, size, viewers, week
from benchmarks.stream.figures import Figure, Lengths, table, write

PARTS: dict[str, Callable[[Lengths], list[Figure]]] = {
    "viewers": viewers.measure,
    "latency": latency.measure,
    "bytes": size.measure,
    "loop": loop.measure,
    "page": page.measure,
    "opening": opening.measure,
    "lanes": lanes.measure,
    "pad": pad.measure,
    "panels": panels.measure,
    "maximisation": ascent.measure,
    "memory": memory.measure,
    "week": week.measure,
}


def run(only: Sequence[str], lengths: Lengths, file: Path) -> int:
    """Measure, print the table and write `file`. Return 1 if a goal was missed or a part failed, else 0."""
    parts: dict[str, list[Figure]] = {}
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name in dict.fromkeys(only):
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            parts[name] = PARTS[name](lengths)
        except page.Missing as problem:
            skipped[name] = str(problem)
        except Exception as problem:  # of any kind: the minutes spent on the other parts should not be lost
            traceback.print_exc()
            failed[name] = f"{type(problem).__name__}: {problem}"
    every = [figure for figures in parts.values() for figure in figures]
    print(heading())
    print("", table(every), sep="\n")
    for name, why in skipped.items():
        print(f"\nSkipped, {name}: {why}")
    for name, why in failed.items():
        print(f"\nFailed, {name}: {why}")
    if any(figure.met == "void" for figure in every):
        print(f"\nVoid: other programs took more than {TOO_MUCH:.0%} of the machine.")
    write(file, parts, skipped | failed, lengths)
    return int(bool(failed) or any(figure.met in ("NO", "void") for figure in every))
