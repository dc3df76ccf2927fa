"""The accuracy of verdicts on lanes, and where range tests end.

Six rates train side by side in each of `GROUPS` settings of batch size, optimizer, network and seed: every batch size
with every optimizer once, and the networks in turn, so that every level occurs equally often. The verdicts after half
of the steps and at the end are compared with the outcome. A lane is good if it ends within a tolerance of the best test
accuracy of its group, and has at least `LEARNED` right.

The thresholds were chosen on the settings of `CHOOSING` and are reported on those of `CHECKING`, which have other seeds
and rates, and another network for each batch size and optimizer.
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
from kernelscope.experiment import Experiment, ExperimentConfig, LaneConfig
from kernelscope.experiment.address import read
from kernelscope.nn import DataParallel
from kernelscope.studies.range_test import RangeResult, RangeTest
from kernelscope.studies.verdict import Judge, Kind
from threadpoolctl import threadpool_limits

from benchmarks.columns import columns

STEPS = {1: 1500, 4: 1000, 8: 700, 16: 500, 64: 300, 256: 150}
"""Steps by batch size, enough for good rates to come near their best."""
TESTS = 10
"""Tests, evenly spread over the steps."""
NETWORKS = (
    ("dense10", "dense32,relu,dense10"),
    ("conv8x1,relu,pool2,conv16x1,relu,pool2,dense10", "conv8x1:he,relu,pool2,dense10"),
    ("conv8x7:pad3,relu,pool2,conv16x5:pad2,relu,pool2,dense10",) * 2,
    (
        "conv8x3:pad1,relu,pool2,conv16x3:pad1,relu,pool2,conv16x3:pad1,relu,dense10",
        "conv8x3:pad1:he,relu,pool2,conv16x3:pad1:he,relu,pool2,conv16x3:pad1:he,relu,dense10",
    ),
)
"""Pairs of networks: dense only, 1×1 kernels, the default, and three conv layers."""
OPTIMIZERS = (
    ("", 0.1),
    (":decay0.001", 0.1),
    (":momentum0.9", 0.015),
    (":momentum0.9:nesterov:decay0.0005", 0.015),
    (":adam", 0.002),
    (":adam:decay0.001", 0.002),
    (":adamw", 0.002),
)
"""Each optimizer in the form of an address, and the rate around which its lanes' rates lie at batch size 64."""
GROUPS = len(STEPS) * len(OPTIMIZERS)
EXPONENTS = (-1.75, -1.05, -0.35, 0.35, 1.05, 1.75)
"""Powers of ten by which the rates differ from that one; each is jittered by up to half of their spacing."""
CHOOSING, CHECKING = (100, 0), (900, 2)
"""The first seed, and the offset in the order of the networks."""
TOLERANCES = (0.05, 0.1)
LEARNED = 0.2
"""The least share of test images that a good lane has right, even where no other lane has more."""
RANGE_SEEDS = range(1, 9)

GOOD: tuple[Kind, ...] = ("working", "converged")
UNTOLD: tuple[Kind, ...] = ("measuring", "catching", "plateau", "alone", "still")
"""Kinds that do not judge the rate yet. All others that are not `GOOD` say that it is not good."""


@dataclass(frozen=True)
class Setting:
    """The settings of a group of lanes."""

    batch: int
    network: int
    layers: str
    optimizer: str
    seed: int
    rates: tuple[float, ...]

    def config(self, steps: int) -> ExperimentConfig:
        """Return the configuration of an experiment over `steps` steps."""
        lanes = ",".join(f"{rate:.3g}{self.optimizer}" for rate in self.rates)
        settings = {"seed": self.seed, "batch": self.batch, "test": max(1, steps // TESTS), "net": self.layers}
        return read([*((name, str(value)) for name, value in settings.items()), ("lanes", lanes)])


def sample(first_seed: int, moved: int) -> list[Setting]:
    """Return all groups in random order, so that the first few are about as balanced as the whole."""
    pairs = list(product(range(len(STEPS)), range(len(OPTIMIZERS))))
    np.random.default_rng(first_seed).shuffle(pairs)
    return [_setting(place, which, first_seed + at, moved) for at, (place, which) in enumerate(pairs)]


def _setting(place: int, which: int, seed: int, moved: int) -> Setting:
    batch, (optimizer, rate) = [*STEPS][place], OPTIMIZERS[which]
    network = (place + which + moved) % len(NETWORKS)
    rng = np.random.default_rng(seed)
    # Gradients of smaller batches are noisier; a single dense layer tolerates larger steps.
    centre = rate * (batch / 64) ** 0.5 * (3 if network == 0 and not optimizer.startswith(":adam") else 1)
    rates = tuple(float(centre * 10 ** (exponent + rng.uniform(-0.35, 0.35))) for exponent in EXPONENTS)
    layers = NETWORKS[network][(place + which) // len(NETWORKS) % 2]
    return Setting(batch, network, layers, optimizer, seed, rates)


@dataclass(frozen=True)
class Trial:
    """The results of a group."""

    setting: Setting
    accuracy: list[float]
    """The test accuracy of each lane at the end."""
    said: dict[str, list[Kind]]
    """The verdict on each lane, by the time: after half of the steps, at the end, and as if the lane were alone."""

    def good(self, place: int, tolerance: float) -> bool:
        """Tell whether a lane ended near the best of its group."""
        return self.accuracy[place] >= max(max(self.accuracy) - tolerance, LEARNED)


def measure(*, quick: bool = False) -> Iterator[Trial]:
    """Yield the trials; with `quick` two short ones, to see that it works."""
    data = datasets.load("digits")
    with threadpool_limits(1, "blas"):
        for setting in sample(*CHECKING)[: 2 if quick else None]:
            yield trial(setting, data, 20 if quick else STEPS[setting.batch])


def trial(setting: Setting, data: Dataset, steps: int) -> Trial:
    """Train the lanes of a setting for `steps` steps."""
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
    """Count each kind of verdict, separately for lanes that turned out good and others."""
    return Counter(
        (kind, trial.good(place, tolerance)) for trial in trials for place, kind in enumerate(trial.said.get(when, ()))
    )


def right(counts: Counter[tuple[Kind, bool]]) -> tuple[int, int, int]:
    """Return the numbers of lanes that were judged correctly, judged at all, and present."""
    judged = {one: count for one, count in counts.items() if one[0] not in UNTOLD}
    rightly = sum(count for (kind, good), count in judged.items() if (kind in GOOD) == good)
    return rightly, sum(judged.values()), sum(counts.values())


def report(trials: Sequence[Trial], ranges: Sequence[RangeResult] = ()) -> str:
    """Format the tables: accuracy by each factor, verdicts on good and other lanes, and ends of range tests."""
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
    """Run range tests of the default network with several seeds, to see which results are stable."""
    data = datasets.load("digits")
    with threadpool_limits(1, "blas"):
        for seed in RANGE_SEEDS:
            config = ExperimentConfig(seed=seed)
            parallel = DataParallel(config.shapes(), np.dtype(np.float32), 1)
            sweep = RangeTest(config, data, LaneConfig(learning_rate=1), data.test_images[:100])
            while (found := sweep.advance(parallel)) is None:
                pass
            yield found


def write(path: Path, trials: Sequence[Trial]) -> None:
    """Write every trial as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(trial) for trial in trials], indent=2) + "\n", encoding="utf-8")
