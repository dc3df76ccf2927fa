"""The cost of viewers to training: steps per second with one, ten and a hundred of them, and without any.

Each turn with viewers is compared with the mean of the turns without any just before and after it, because a shared
machine's speed changes within seconds.
"""

from statistics import mean, median
from time import perf_counter
from typing import NamedTuple

from benchmarks.stream.crowd import Crowd, speed
from benchmarks.stream.figures import Figure, Lengths, spread, words
from benchmarks.stream.serving import training
from benchmarks.stream.use import Taken, Use, share_of_others

VIEWERS = (1, 10, 100)
GOALS = {1: 97, 100: 70}
"""The goals in per cent of the speed without viewers."""
FRAMES = 30
"""The frame rate that the server is asked for: the most frames per second to each viewer."""
ENOUGH = 90
"""The least per cent of these frames for a valid measurement: viewers that got fewer would cost less."""


class Turn(NamedTuple):
    """The measurements of a few seconds with one number of viewers."""

    steps: float
    """Steps per second."""
    frames: float
    """Binary messages per second to the viewer that got the fewest; 0: there was no viewer."""
    taken: Taken


class Pair(NamedTuple):
    """A turn with viewers, and the speed without any just before and after it."""

    turn: Turn
    alone: float

    @property
    def share(self) -> float:
        """The speed in per cent of that without viewers."""
        return 100 * self.turn.steps / self.alone


def measure(lengths: Lengths) -> list[Figure]:
    """Measure on a new server."""
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.begin)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """Measure in rounds."""
    pairs: dict[int, list[Pair]] = {viewers: [] for viewers in VIEWERS}
    alone = [take_turn(crowd, 0, lengths)]
    for _ in range(lengths.rounds):
        for viewers in VIEWERS:
            turn = take_turn(crowd, viewers, lengths)
            alone.append(take_turn(crowd, 0, lengths))
            pairs[viewers].append(Pair(turn, mean(one.steps for one in alone[-2:])))
    shares = {viewers: [pair.share for pair in of_these] for viewers, of_these in pairs.items()}
    turns = {viewers: [pair.turn for pair in of_these] for viewers, of_these in pairs.items()}
    return [
        _alone(alone),
        *(_with(viewers, shares[viewers], turns[viewers]) for viewers in VIEWERS),
        _frames(turns),
    ]


def take_turn(crowd: Crowd, viewers: int, lengths: Lengths) -> Turn:
    """Measure the speed of training with `viewers` viewers."""
    crowd.leave()
    crowd.come(viewers)
    crowd.run(lengths.settle)
    first = crowd.glance()
    begun, use, messages = perf_counter(), Use(crowd.served), [viewer.messages for viewer in crowd.viewers]
    crowd.run(lengths.turn)
    passed, taken = perf_counter() - begun, use.taken()
    frames = [(viewer.messages - before) / passed for viewer, before in zip(crowd.viewers, messages, strict=True)]
    return Turn(speed(first, crowd.glance()), min(frames, default=0.0), taken)


def _alone(turns: list[Turn]) -> Figure:
    steps = [turn.steps for turn in turns]
    others = share_of_others([turn.taken for turn in turns])
    more = f"{spread(steps)}{_cores(turns)}"
    return Figure("steps/s without viewers", median(steps), more=more, others=others, numbers=_numbers(turns))


def _with(viewers: int, shares: list[float], turns: list[Turn]) -> Figure:
    return Figure(
        f"training speed with {viewers}, of that without viewers",
        median(shares),
        " %",
        GOALS.get(viewers),
        more=f"{spread(shares)}; {spread([turn.steps for turn in turns])} steps/s{_cores(turns)}",
        others=share_of_others([turn.taken for turn in turns]),
        numbers={"viewers": viewers, "shares": shares, **_numbers(turns)},
    )


def _cores(turns: list[Turn]) -> str:
    cores = {name: median(turn.taken.cores[name] for turn in turns) for name in turns[0].taken.cores}
    return f"; cores: {words(cores, digits=2)}" if cores else ""


def _numbers(turns: list[Turn]) -> dict[str, object]:
    return {"turns": [turn._asdict() | {"taken": turn.taken._asdict()} for turn in turns]}


def _frames(turns: dict[int, list[Turn]]) -> Figure:
    """Report the share of possible frames that viewers got: there are no more frames than steps."""
    shares = {
        viewers: median(100 * turn.frames / min(FRAMES, turn.steps) for turn in of_these)
        for viewers, of_these in turns.items()
    }
    frames = {f"of {viewers}": median(turn.frames for turn in turns[viewers]) for viewers in shares}
    others = share_of_others([turn.taken for of_these in turns.values() for turn in of_these])
    what = "pictures to the viewer that got fewest, of those due"
    return Figure(what, min(shares.values()), " %", ENOUGH, more=f"{words(frames)} frames/s", others=others)
