"""How often the verdict on a learning rate is right, and how good the lanes are that the range test proposes.

For each preset and seed: lanes at nine rates from far too small to far too large, and at the three that the range test
proposes, all from the same weights on the same batches. The verdict is from what `server.experiment.verdict` is given.
The truth knows nothing of that: it is the accuracy on the test set at the end, beside that of the other rates.

The thresholds were set on `TUNED` seeds and are reported on others, `HELD_OUT`.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.columns import columns
from server import datasets
from server.datasets import Dataset
from server.experiment import ExperimentConfig, LaneConfig
from server.experiment.batches import Batches
from server.experiment.config import default_architecture
from server.experiment.descent import Line, same_batch
from server.experiment.lane import Lane
from server.experiment.observation import is_observed
from server.experiment.range_test import RangeTest
from server.experiment.twin import twin
from server.experiment.verdict import Kind, Measurements, judge
from server.nn import SGD, Adam, Architecture, Conv, DataParallel, He, Loss, Network, Optimizer, Parameters
from server.nn.arrays import Array, Labels

TUNED, HELD_OUT = (11, 12, 13), (21, 22, 23)
STEPS, QUICK_STEPS = 200, 100
CHECKS = (100, 200)
"""Steps after which the verdict is asked for."""
TOLERANCE = 0.05
"""Below the best rate's accuracy: what still counts as a good rate."""
PROBES = 100

Truth = Literal["slow", "good", "large"]
SAID: dict[Kind, Truth | None] = {
    "slow": "slow",
    "healthy": "good",
    "overshooting": "large",
    "collapsed": "large",
    "diverged": "large",
    "plateau": None,
    "measuring": None,
}
"""What each verdict says of the rate; None: nothing yet."""
OVER: tuple[Kind, ...] = ("collapsed", "diverged")
"""Verdicts that only repeat what has already happened."""


@dataclass(frozen=True)
class Preset:
    """A setting, and rates a factor of 2.15 (a third of a decade) apart."""

    architecture: Architecture
    optimizer: Optimizer
    lowest: float

    @property
    def rates(self) -> list[float]:
        """Nine, over 2⅔ decades."""
        rates: list[float] = (self.lowest * np.logspace(0, 8 / 3, 9)).tolist()
        return rates


def _he() -> Architecture:
    return [replace(spec, init=He()) if isinstance(spec, Conv) else spec for spec in default_architecture()]


PRESETS = {
    "SGD": Preset(default_architecture(), SGD(), 0.002),
    "SGD, He": Preset(_he(), SGD(), 0.002),
    "momentum 0.9": Preset(default_architecture(), SGD(momentum=0.9), 0.0005),
    "Adam": Preset(default_architecture(), Adam(), 0.0001),
}


@dataclass(frozen=True)
class Trial:
    """All rates of one preset and seed; a number each, in their order, the range test's three at the end."""

    preset: str
    seed: int
    rates: list[float]
    accuracy: list[float]
    """On the test set, at the end."""
    verdicts: dict[int, list[Kind]]
    """By step."""
    proposed: int
    """How many of the rates at the end are the range test's: 3, or 0 where it found nothing."""

    def truth(self, place: int, tolerance: float = TOLERANCE) -> Truth:
        """Near the best of all rates; or else on which side of it."""
        best = int(np.argmax(self.accuracy))
        if self.accuracy[place] >= self.accuracy[best] - tolerance:
            return "good"
        return "slow" if self.rates[place] < self.rates[best] else "large"


def measure(
    *, quick: bool = False, seeds: Sequence[int] | None = None, observed: Callable[[int], bool] = is_observed
) -> Iterator[Trial]:
    """Trial after trial; `quick`: one seed, and steps enough to see that it works.

    `observed`: which steps are measured, by their numbers; as in an experiment, unless told otherwise.
    """
    data = datasets.load("digits")
    chosen = seeds or (HELD_OUT[:1] if quick else HELD_OUT)
    with threadpool_limits(1, "blas"):
        for seed in chosen:
            for name in PRESETS:
                yield trial(name, seed, data, QUICK_STEPS if quick else STEPS, observed)


def trial(name: str, seed: int, data: Dataset, steps: int, observed: Callable[[int], bool] = is_observed) -> Trial:
    """Train at every rate for so many steps."""
    preset = PRESETS[name]
    config = ExperimentConfig(architecture=list(preset.architecture), seed=seed)
    shape = data.train_images.shape[1:]
    weights, order = np.random.SeedSequence(seed).spawn(2)
    probe = data.test_images[:PROBES]
    sweep = RangeTest(config, data, preset.optimizer, probe)
    parallel = DataParallel(config.shapes(), np.dtype(np.float32), 1)
    while (found := sweep.advance(parallel)) is None:
        pass
    proposed = list(found.lanes or ())
    rates = preset.rates + proposed
    watched = [
        Watched(
            Lane(LaneConfig(learning_rate=rate, optimizer=preset.optimizer), preset.architecture, shape, weights),
            Measurements(len(data.classes)),
        )
        for rate in rates
    ]
    other = twin(watched[0].lane.network)
    batches = Batches(data.train_images, data.train_labels, config.batch_size, np.random.default_rng(order))
    verdicts: dict[int, list[Kind]] = {}
    for step in range(1, steps + 1):
        images, labels = next(batches)
        living = [one for one in watched if not one.lane.stopped]
        losses = parallel.gradients([one.lane.network for one in living], images, labels)
        for one, loss in zip(living, losses, strict=True):
            if observed(step):
                one.step(loss, images, labels, probe, other, parallel)
            else:
                one.lane.update(loss, probe)
        if step in CHECKS:
            verdicts[step] = [one.verdict() for one in watched]
    tests = parallel.losses([one.lane.network.params for one in watched], data.test_images, data.test_labels)
    return Trial(name, seed, rates, [test.accuracy for test in tests], verdicts, len(proposed))


@dataclass(frozen=True)
class Watched:
    """A lane, and what has been measured of it."""

    lane: Lane
    measurements: Measurements

    def step(
        self, loss: Loss, images: Array, labels: Labels, probe: Array, other: Network, parallel: DataParallel
    ) -> None:
        """One step, and the line along its update."""
        params: Parameters = self.lane.network.params
        before = params.copy()
        self.lane.update(loss, probe)
        if self.lane.stopped:
            return
        gradient = self.lane.gradient.flat
        rate = self.lane.config.learning_rate
        line = Line(before, params.flat - before.flat, gradient, loss.value, images, labels, rate)
        while (found := line.advance(parallel)) is None:
            pass
        other.params.flat[...] = params.flat
        self.measurements.add(found, same_batch(other, gradient, loss, images, labels, parallel))

    def verdict(self) -> Kind:
        """As of now."""
        return judge(self.measurements.facts(self.lane.condition)).kind


def confusion(trials: Sequence[Trial], step: int, tolerance: float = TOLERANCE) -> Counter[tuple[Truth, Kind]]:
    """How often which verdict was given of which rates, the proposed ones among them."""
    return Counter(
        (trial.truth(place, tolerance), kind) for trial in trials for place, kind in enumerate(trial.verdicts[step])
    )


def right(counts: Counter[tuple[Truth, Kind]], without: Sequence[Kind] = ()) -> tuple[int, int, int]:
    """Lanes rightly judged, judged, and all, but for those of some verdicts."""
    cases = [(truth, SAID[kind], count) for (truth, kind), count in counts.items() if kind not in without]
    return (
        sum(count for truth, said, count in cases if said == truth),
        sum(count for _, said, count in cases if said),
        sum(count for *_, count in cases),
    )


def report(trials: Sequence[Trial]) -> str:
    """The tables: truth × verdict, shares right, and what became of the range test's proposals."""
    steps = sorted(set.intersection(*(set(trial.verdicts) for trial in trials)))
    kinds = list(SAID)
    parts = []
    for step in steps:
        counts = confusion(trials, step)
        rows = [(truth, *(str(counts[truth, kind] or "") for kind in kinds)) for truth in ("slow", "good", "large")]
        parts.append(columns((f"truth, verdict at {step}", *kinds), rows))
    rows = [
        (
            f"{step}",
            f"{tolerance:.0%}",
            _share(right(confusion(trials, step, tolerance))),
            _share(right(confusion(trials, step, tolerance), OVER)),
        )
        for step in steps
        for tolerance in (0.03, TOLERANCE, 0.1)
    ]
    parts.append(columns(("step", "good: within", "right", "but for collapsed and diverged"), rows))
    rows = [
        (name, _share(right(confusion([one for one in trials if one.preset == name], steps[-1])))) for name in PRESETS
    ]
    parts.append(columns(("preset", f"right at {steps[-1]}"), rows))
    parts.append(columns(("range test", "small: slow", "good: good", "large: large"), list(_proposals(trials))))
    return "\n\n".join(parts)


def _share(counted: tuple[int, int, int]) -> str:
    rightly, judged, lanes = counted
    return f"{rightly / judged:.0%} ({rightly} of {judged} judged, of {lanes})" if judged else "none judged"


def _proposals(trials: Sequence[Trial]) -> Iterator[tuple[str, ...]]:
    """For each preset: how many of its three lanes turned out as they were meant to."""
    for name in PRESETS:
        found = [one for one in trials if one.preset == name and one.proposed]
        hits = [
            sum(one.truth(len(one.rates) - 3 + place) == wanted for one in found)
            for place, wanted in enumerate(("slow", "good", "large"))
        ]
        yield name, *(f"{count} of {len(found)}" for count in hits)


def write(path: Path, trials: Sequence[Trial]) -> None:
    """Every trial as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(trial) for trial in trials], indent=2) + "\n", encoding="utf-8")
