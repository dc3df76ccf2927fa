"""How often what is said of a lane is right, and where range tests end.

Six rates side by side in each of `GROUPS` settings of batch size, optimizer, network and seed: every batch size with
every optimizer once, the networks in turn, so that each level of each is there as often as the others. What the lanes
said after half of the steps, and at the end, stands beside how they ended. A lane is good that ends within some points
of the best test accuracy of its group, and has at least `LEARNED` right.

The thresholds were chosen on the settings of `CHOOSING` and are reported on those of `CHECKING`: other seeds and rates,
and each batch size and optimizer with another network.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from kernelscope import datasets
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.experiment.address import read
from kernelscope.nn import SGD, DataParallel
from kernelscope.studies.range_test import RangeResult, RangeTest
from kernelscope.studies.verdict import Judge, Kind
from threadpoolctl import threadpool_limits

from benchmarks.columns import columns

STEPS = {1: 1500, 4: 1000, 8: 700, 16: 500, 64: 300, 256: 150}
"""By batch size: so many that good rates come near their best."""
TESTS = 10
"""Over those steps, evenly."""
NETWORKS = (
    ("dense10", "dense32,relu,dense10"),
    ("conv8x1,relu,pool2,conv16x1,relu,pool2,dense10", "conv8x1:he,relu,pool2,dense10"),
    ("conv8x7:pad3,relu,pool2,conv16x5:pad2,relu,pool2,dense10",) * 2,
    (
        "conv8x3:pad1,relu,pool2,conv16x3:pad1,relu,pool2,conv16x3:pad1,relu,dense10",
        "conv8x3:pad1:he,relu,pool2,conv16x3:pad1:he,relu,pool2,conv16x3:pad1:he,relu,dense10",
    ),
)
"""Dense only, 1×1 kernels, the default, three conv layers: two of each."""
OPTIMIZERS = (
    ("", 0.1),
    (":decay0.001", 0.1),
    (":momentum0.9", 0.015),
    (":momentum0.9:nesterov:decay0.0005", 0.015),
    (":adam", 0.002),
    (":adam:decay0.001", 0.002),
    (":adamw", 0.002),
)
"""As an address has them, and about which rate theirs lie, at batch 64."""
GROUPS = len(STEPS) * len(OPTIMIZERS)
EXPONENTS = (-1.75, -1.05, -0.35, 0.35, 1.05, 1.75)
"""Of ten, from rate to rate; each is moved by up to half of that at random."""
CHOOSING, CHECKING = (100, 0), (900, 2)
"""The first seed, and how far the networks are moved on."""
TOLERANCES = (0.05, 0.1)
LEARNED = 0.2
"""Of the test images: no lane is good that has fewer right, though no other may have more."""
RANGE_SEEDS = range(1, 9)

GOOD: tuple[Kind, ...] = ("working", "converged")
UNTOLD: tuple[Kind, ...] = ("measuring", "catching", "plateau", "alone", "still")
"""Kinds that say nothing yet of how good a rate is. All that are neither say that it is not."""


@dataclass(frozen=True)
class Setting:
    """A group of lanes."""

    batch: int
    network: int
    layers: str
    optimizer: str
    seed: int
    rates: tuple[float, ...]

    def config(self, steps: int) -> ExperimentConfig:
        """As an experiment."""
        lanes = ",".join(f"{rate:.3g}{self.optimizer}" for rate in self.rates)
        settings = {"seed": self.seed, "batch": self.batch, "test": max(1, steps // TESTS), "net": self.layers}
        return read([*((name, str(value)) for name, value in settings.items()), ("lanes", lanes)])


def sample(first_seed: int, moved: int) -> list[Setting]:
    """All groups, in an order in which any beginning of it is balanced about as well as the whole."""
    pairs = list(product(range(len(STEPS)), range(len(OPTIMIZERS))))
    np.random.default_rng(first_seed).shuffle(pairs)
    return [_setting(place, which, first_seed + at, moved) for at, (place, which) in enumerate(pairs)]


def _setting(place: int, which: int, seed: int, moved: int) -> Setting:
    batch, (optimizer, rate) = [*STEPS][place], OPTIMIZERS[which]
    network = (place + which + moved) % len(NETWORKS)
    rng = np.random.default_rng(seed)
    # Gradients of smaller batches are noisier; a dense layer by itself bears larger steps.
    centre = rate * (batch / 64) ** 0.5 * (3 if network == 0 and not optimizer.startswith(":adam") else 1)
    rates = tuple(float(centre * 10 ** (exponent + rng.uniform(-0.35, 0.35))) for exponent in EXPONENTS)
    layers = NETWORKS[network][(place + which) // len(NETWORKS) % 2]
    return Setting(batch, network, layers, optimizer, seed, rates)


@dataclass(frozen=True)
class Trial:
    """A group that has been trained."""

    setting: Setting
    accuracy: list[float]
    """Of each lane on the test set, at the end."""
    said: dict[str, list[Kind]]
    """Of each lane, by when: at half of the steps and at the end; and what would have been, had it been alone."""

    def good(self, place: int, tolerance: float) -> bool:
        """Whether a lane ended near the best of its group."""
        return self.accuracy[place] >= max(max(self.accuracy) - tolerance, LEARNED)


def measure(*, quick: bool = False) -> Iterator[Trial]:
    """Trial after trial; `quick`: two of them, with steps enough to see that it works."""
    data = datasets.load("digits")
    with threadpool_limits(1, "blas"):
        for setting in sample(*CHECKING)[: 2 if quick else None]:
            yield trial(setting, data, 20 if quick else STEPS[setting.batch])


def trial(setting: Setting, data: Dataset, steps: int) -> Trial:
    """Train the lanes for so many steps."""
    experiment = Experiment(setting.config(steps), data, 1)
    judge = Judge(experiment)
    said: dict[str, list[Kind]] = {}
    while experiment.step < steps and not experiment.finished:
        experiment.advance()
        if (when := {steps // 2: "half", steps: "end"}.get(experiment.step)) is not None:
            while experiment.evaluating:
                experiment.evaluate()
            said[when] = [one.kind for one in judge.verdicts()]
            said[f"{when}, alone"] = [one.kind for one in judge.alone()]
    params = [lane.network.params for lane in experiment.lanes]
    ends = experiment.parallel.losses(params, data.test_images, data.test_labels)
    return Trial(setting, [end.accuracy for end in ends], said)


def counted(trials: Sequence[Trial], when: str, tolerance: float) -> Counter[tuple[Kind, bool]]:
    """How often which kind was said of lanes that turned out good, and that did not."""
    return Counter(
        (kind, trial.good(place, tolerance)) for trial in trials for place, kind in enumerate(trial.said.get(when, ()))
    )


def right(counts: Counter[tuple[Kind, bool]]) -> tuple[int, int, int]:
    """Lanes rightly judged, judged, and all."""
    judged = {one: count for one, count in counts.items() if one[0] not in UNTOLD}
    rightly = sum(count for (kind, good), count in judged.items() if (kind in GOOD) == good)
    return rightly, sum(judged.values()), sum(counts.values())


def report(trials: Sequence[Trial], ranges: Sequence[RangeResult] = ()) -> str:
    """The tables: shares right, by each factor, what was said of good lanes and of others; where the sweeps ended."""
    whens = list(trials[0].said)
    rows = [
        (when, *(cell for tolerance in TOLERANCES for cell in _share(right(counted(trials, when, tolerance)))))
        for when in whens
    ]
    head = [cell for tolerance in TOLERANCES for cell in (f"right within {tolerance:.0%}", "can't tell")]
    parts = [columns(("said", *head), rows)]
    factors: dict[str, Callable[[Setting], object]] = {
        "batch": lambda setting: setting.batch,
        "network": lambda setting: NETWORKS[setting.network][0],
        "optimizer": lambda setting: setting.optimizer or "sgd",
    }
    for name, of in factors.items():
        levels = list(dict.fromkeys(of(trial.setting) for trial in trials))
        rows = [
            (f"{level}", *_share(right(counted([one for one in trials if of(one.setting) == level], whens[0], 0.1))))
            for level in levels
        ]
        parts.append(columns((name, f"{whens[0]}: right within 10%", "can't tell"), rows))
    for when in whens:
        counts = counted(trials, when, 0.1)
        kinds = dict.fromkeys(kind for kind, _ in counts)
        rows = [(kind, f"{counts[kind, True]}", f"{counts[kind, False]}") for kind in kinds]
        parts.append(columns((f"said: {when}", "good", "not"), rows))
    if ranges:
        ends = [(f"{one.steepest:.2g}", f"{one.lowest:.2g}", f"{one.diverges:.2g}", f"{one.end}") for one in ranges]
        parts.append(columns(("range test: steepest", "lowest", "ended at", "since"), ends))
    return "\n\n".join(parts)


def _share(found: tuple[int, int, int]) -> tuple[str, str]:
    rightly, judged, lanes = found
    return f"{rightly / judged:.1%} ({rightly} of {judged})" if judged else "–", f"{1 - judged / lanes:.0%}"


def ranges() -> Iterator[RangeResult]:
    """Range tests of the default network with some seeds: what of them is stable."""
    data = datasets.load("digits")
    with threadpool_limits(1, "blas"):
        for seed in RANGE_SEEDS:
            config = ExperimentConfig(seed=seed)
            parallel = DataParallel(config.shapes(), np.dtype(np.float32), 1)
            sweep = RangeTest(config, data, SGD(), data.test_images[:100])
            while (found := sweep.advance(parallel)) is None:
                pass
            yield found


def write(path: Path, trials: Sequence[Trial]) -> None:
    """Every trial as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(trial) for trial in trials], indent=2) + "\n", encoding="utf-8")
