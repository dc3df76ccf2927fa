"""The time for which single calls block the server's event loop, and with it everybody else."""

import pickle
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.stream.crowd import Crowd
from benchmarks.stream.figures import Figure, Lengths, words
from benchmarks.stream.serving import training
from benchmarks.stream.timed import Calls, Slow
from benchmarks.stream.use import Taken, Use

VIEWERS = (1, 100)
GOAL = 20
"""The most milliseconds that a call may take."""


@dataclass(frozen=True)
class Window:
    """A number of viewers, and the interval in which they were there (`time.perf_counter`)."""

    viewers: int
    begun: float
    ended: float
    taken: Taken


def measure(lengths: Lengths) -> list[Figure]:
    """Measure with one viewer and with a hundred, while each second another one fetches the whole history."""
    with TemporaryDirectory(prefix="kernelscope-") as directory:
        file = Path(directory) / "calls"
        with training(("benchmarks.stream.timed", str(file))) as served, Crowd(served) as crowd:
            crowd.run(lengths.begin)
            windows = [take_turn(crowd, viewers, lengths) for viewers in VIEWERS]
        calls: Calls = pickle.loads(file.read_bytes())
    return [figure(window, calls) for window in windows]


def take_turn(crowd: Crowd, viewers: int, lengths: Lengths) -> Window:
    """Run with `viewers` viewers. Return the interval."""
    crowd.leave()
    crowd.come(viewers)
    crowd.run(lengths.settle)
    begun, use = time.perf_counter(), Use(crowd.served)
    while time.perf_counter() < begun + lengths.loop:
        newcomer = crowd.come(1)
        crowd.run(min(1.0, lengths.loop))
        crowd.leave(newcomer)
    return Window(viewers, begun, time.perf_counter(), use.taken())


def figure(window: Window, calls: Calls) -> Figure:
    """Sum up the calls of a window."""
    what = f"longest call on the event loop, {window.viewers} watching"
    begun = np.array(calls.begun)
    within = (begun >= window.begun) & (begun < window.ended)
    if not within.any():
        return Figure(what, None, " ms", GOAL, at_most=True, more="this event loop's calls cannot be seen")
    summary = _summary(1000 * np.array(calls.seconds)[within])
    computing = _summary(1000 * np.array(calls.cpu)[within])
    slow = [call for call in calls.slow if window.begun <= call.begun < window.ended]
    slowest = sorted(slow, key=lambda call: -call.seconds)[:10]
    more = f"{words(summary, digits=2)} ms of {within.sum():,} calls; computing alone {words(computing, digits=2)}"
    return Figure(
        what,
        summary["max"],
        " ms",
        GOAL,
        at_most=True,
        more=f"{more}; {_names(slow)}" if slow else more,
        others=window.taken.others,
        numbers={
            "viewers": window.viewers,
            "calls": int(within.sum()),
            "milliseconds": summary,
            "computing": computing,
            "slowest": [call._asdict() for call in slowest],
        },
    )


def _summary(milliseconds: np.ndarray) -> dict[str, float]:
    p50, p99, largest = np.percentile(milliseconds, (50, 99, 100))
    return {"p50": float(p50), "p99": float(p99), "max": float(largest)}


def _names(slow: list[Slow]) -> str:
    common = Counter(call.name for call in slow).most_common(3)
    return "above 5 ms: " + ", ".join(f"{count} × {name}" for name, count in common)
