"""The age of a snapshot when a viewer has it: from the copy of the weights to the arrival of the last byte."""

import re
from typing import NamedTuple

from benchmarks.stream.crowd import Crowd
from benchmarks.stream.figures import Figure, Lengths, percentiles, words
from benchmarks.stream.serving import training
from benchmarks.stream.use import Taken, Use, share_of_others

VIEWERS = {1: 1, 100: 10}
"""Numbers of viewers, and of how many messages of each viewer one is examined."""
GOALS = {1: 50}
"""Limits of the 95th percentile in milliseconds, by the number of viewers."""
TURNS = 3
TIME = re.compile(rb'"time":([\d.]+)')
"""The time in a snapshot's directory. Only this is parsed, so that viewers are in time for the next message."""


class Turn(NamedTuple):
    """The measurements of a few seconds with one number of viewers."""

    ages: list[float]
    """The ages of snapshots in milliseconds."""
    taken: Taken


def measure(lengths: Lengths) -> list[Figure]:
    """Measure on a new server."""
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.begin)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """Measure in turns with one viewer and with a hundred."""
    turns: dict[int, list[Turn]] = {viewers: [] for viewers in VIEWERS}
    crowd.glance()
    for _ in range(TURNS):
        for viewers, every in VIEWERS.items():
            turns[viewers].append(take_turn(crowd, viewers, every, lengths))
    return [_figure(viewers, of_these) for viewers, of_these in turns.items()]


def take_turn(crowd: Crowd, viewers: int, every: int, lengths: Lengths) -> Turn:
    """Measure the ages of snapshots with `viewers` viewers."""
    ages: list[float] = []

    def look(arrived: float, message: bytes) -> None:
        if found := TIME.search(message):
            ages.append(arrived - float(found[1]))

    crowd.leave()
    crowd.come(viewers, sample=look, every=every)
    crowd.run(lengths.settle)
    ages.clear()  # what a newcomer gets first was made before it came
    use = Use(crowd.served)
    crowd.run(lengths.latency / TURNS)
    return Turn(ages, use.taken())


def _figure(viewers: int, turns: list[Turn]) -> Figure:
    ages = [age for turn in turns for age in turn.ages]
    summary = percentiles(ages)
    return Figure(
        f"95 % of snapshots arrive within, {viewers} watching",
        summary["p95"],
        " ms",
        GOALS.get(viewers),
        at_most=True,
        more=f"{words(summary)} ms; {len(ages)} snapshots",
        others=share_of_others([turn.taken for turn in turns]),
        numbers={"viewers": viewers, **summary, "milliseconds": ages},
    )
