"""How well the kernels that are learned from planted data match the planted ones, over several seeds.

The network is the usual one, with the usual lane whose rate is good. What random kernels reach is told beside it, by
networks of the same kind that have not trained.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from kernelscope import datasets
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.nn import Network
from kernelscope.studies.truth import match, matched_layer
from threadpoolctl import threadpool_limits

from benchmarks.columns import columns

SEEDS = range(1, 6)
STEPS = (150, 300, 450)
GOOD = 1
"""The place of the good lane among a data set's usual ones."""
RANDOM = 100
"""The number of networks with random kernels."""


@dataclass(frozen=True)
class Run:
    """How far one seed has come."""

    seed: int
    match: list[float]
    """The mean over all planted kernels, after each of `STEPS`."""
    each: list[float]
    """That of each planted kernel after the last, ascending; 0 for one without a filter."""
    accuracy: float
    """Of the test set, after the last."""


def measure(seeds: Sequence[int] = SEEDS, steps: Sequence[int] = STEPS) -> Iterator[Run]:
    """Train with each seed in turn."""
    data = datasets.load("planted")
    lane = ExperimentConfig(dataset=data.name).lanes[GOOD]
    for seed in seeds:
        experiment = Experiment(ExperimentConfig(dataset=data.name, seed=seed, lanes=[lane]), data)
        matches = []
        # One BLAS thread, as in the server.
        with closing(experiment.parallel), threadpool_limits(limits=1, user_api="blas"):
            for step in range(1, steps[-1] + 1):
                experiment.advance()
                if step in steps:
                    network = experiment.lanes[0].network
                    alike = _alike(network, data)
                    matches.append(float(np.mean(alike)))
            accuracy = network.loss(experiment.seen.test_images[:], data.test_labels).accuracy
        yield Run(seed, matches, sorted(alike), accuracy)


def at_random(count: int = RANDOM) -> list[float]:
    """The match of networks that have not trained."""
    data = datasets.glimpse("planted")
    architecture = ExperimentConfig(dataset=data.name).architecture
    found = []
    for seed in range(count):
        network = Network(architecture, data.image_shape, np.random.default_rng(seed))
        found.append(float(np.mean(_alike(network, data))))
    return found


def _alike(network: Network, data: Dataset) -> list[float]:
    """How alike each planted kernel is to its filter."""
    layer = matched_layer(network.shapes)
    if layer is None or data.truth is None:
        raise ValueError("expected the usual network and planted data")
    found = match(network.params[f"{layer.name}.weight"], data.truth, layer.apart)
    return found.of_known(len(data.truth)).tolist()


def report(runs: Sequence[Run], random: Sequence[float], steps: Sequence[int] = STEPS) -> str:
    """Format the table, with medians and ranges."""
    head = ("seed", *(f"match after {step}" for step in steps), "weakest", "accuracy")
    values = [(*run.match, run.each[0], run.accuracy) for run in runs]
    rows = [(str(run.seed), *map(_text, row)) for run, row in zip(runs, values, strict=True)]
    rows.append(("median", *(_text(median(column)) for column in zip(*values, strict=True))))
    rows.append(("range", *(f"{_text(min(one))} to {_text(max(one))}" for one in zip(*values, strict=True))))
    least, most = min(random), max(random)
    said = f"Random kernels: {_text(median(random))} ({_text(least)} to {_text(most)}, {len(random)} networks)"
    return f"{columns(head, rows)}\n\n{said}"


def _text(value: float) -> str:
    return f"{value:.3f}"


def write(path: Path, runs: Sequence[Run], random: Sequence[float]) -> None:
    """Write every run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {"runs": [asdict(run) for run in runs], "random": list(random)}
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
