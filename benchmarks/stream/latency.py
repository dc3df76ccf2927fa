"""How old a snapshot is when a viewer has it: from the copy of the weights until the message's last byte is there."""

import re
from typing import NamedTuple

from benchmarks.stream.crowd import Crowd
from benchmarks.stream.figures import Figure, Lengths, percentiles, words
from benchmarks.stream.serving import training
from benchmarks.stream.use import Taken, Use, share_of_others

VIEWERS = {1: 1, 100: 10}
"""How many watch, and one of how many messages of each is looked at."""
GOALS = {1: 50}
"""Milliseconds that 95 % do not pass."""
TURNS = 3
TIME = re.compile(rb'"time":([\d.]+)')
"""In a snapshot's directory. Reading no more than that, the viewers are not late for the next message."""


class Turn(NamedTuple):
    """One number of viewers for some seconds."""

    ages: list[float]
    """Milliseconds."""
    taken: Taken


def measure(lengths: Lengths) -> list[Figure]:
    """On a server of its own."""
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.begin)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """By turns: one viewer, a hundred."""
    turns: dict[int, list[Turn]] = {viewers: [] for viewers in VIEWERS}
    crowd.glance()
    for _ in range(TURNS):
        for viewers, every in VIEWERS.items():
            turns[viewers].append(take_turn(crowd, viewers, every, lengths))
    return [_figure(viewers, of_these) for viewers, of_these in turns.items()]


def take_turn(crowd: Crowd, viewers: int, every: int, lengths: Lengths) -> Turn:
    """So many viewers, and the milliseconds that snapshots took to them."""
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
