"""What the data sets' usual networks learn, and how fast all networks to start from are, beside PyTorch.

PyTorch trains the same network from the same initial weights on the same batches, step by step in turn with ours.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.experiment.networks import networks
from kernelscope.nn import SGD, Adam, AdamW
from kernelscope.nn.cores import available_cores
from kernelscope.nn.optimizers import Optimizer
from torch import nn
from torch.nn.functional import cross_entropy

from benchmarks.columns import columns
from benchmarks.interleave import Effort, Timing, fastest, interleave
from benchmarks.machine import facts
from benchmarks.models import Model
from benchmarks.planted import GOOD
from benchmarks.pytorch import modules, plain
from benchmarks.sides import Ours, check_equal

DATA = ("digits", "fashion", "photos", "planted")
EPOCHS = (1, 3, 10)
HOMES = {datasets.info(name).network: name for name in reversed(DATA)}
"""The data sets that networks are usual with, on which they are timed; the others on the default one."""


@dataclass(frozen=True)
class Course:
    """The test accuracy of a data set's good lane after some epochs."""

    data: str
    lane: str
    epochs: int
    steps: int
    ours: float
    theirs: float


@dataclass(frozen=True)
class Speed:
    """The milliseconds a step of a network takes."""

    network: str
    data: str
    ours: Timing
    theirs: Timing
    way: str
    """PyTorch's faster memory layout, and on how many threads."""


def courses(name: str, epochs: Sequence[int], most_steps: int | None = None) -> Iterable[Course]:
    """Train on a data set, and yield the accuracies after each of these `epochs`, ascending.

    Args:
        name: the data set.
        epochs: the numbers of epochs.
        most_steps: end after so many steps.
    """
    usual = ExperimentConfig(dataset=name)
    lane = usual.lanes[GOOD]
    data = datasets.load(name)
    threads = available_cores()
    experiment = Experiment(usual.model_copy(update={"lanes": [lane]}), data, threads)
    [ours] = experiment.lanes
    theirs = modules(ours.network.shapes)
    theirs.load_state_dict({name: torch.from_numpy(param.copy()) for name, param in ours.network.params.items()})
    optimizer = _optimizer(lane.optimizer, theirs, lane.learning_rate)
    torch.set_num_threads(threads)
    an_epoch = ceil(len(data.train_labels) / usual.batch_size)
    with closing(experiment.parallel):
        for count in epochs:
            last = min(count * an_epoch, most_steps or count * an_epoch)
            while experiment.step < last:
                experiment.advance()
                made = experiment.last_of(ours)
                assert made, "the lane diverged"
                optimizer.zero_grad()
                cross_entropy(theirs(torch.from_numpy(made.images)), torch.from_numpy(made.labels)).backward()
                optimizer.step()
            [told] = experiment.parallel.losses([ours.network.params], experiment.seen.test_images[:], data.test_labels)
            with torch.no_grad():
                guesses = theirs(torch.from_numpy(np.array(experiment.seen.test_images[:]))).argmax(1).numpy()
            right = float((guesses == data.test_labels).mean())
            text = f"{lane.learning_rate:g} {lane.optimizer.type}"
            yield Course(name, text, count, experiment.step, told.accuracy, right)


def _optimizer(settings: Optimizer, module: nn.Module, rate: float) -> torch.optim.Optimizer:
    params = module.parameters()
    match settings:
        case SGD(momentum, weight_decay, nesterov):
            return torch.optim.SGD(params, rate, momentum, weight_decay=weight_decay, nesterov=nesterov)
        case Adam(beta1, beta2, epsilon, weight_decay):
            return torch.optim.Adam(params, rate, (beta1, beta2), epsilon, weight_decay)
        case AdamW(beta1, beta2, epsilon, weight_decay):
            return torch.optim.AdamW(params, rate, (beta1, beta2), epsilon, weight_decay)
    raise ValueError(f"expected an optimizer of Kernelscope's, got {settings}")


def speeds(effort: Effort, most: int | None = None) -> Iterable[Speed]:
    """Time the networks to start from, or the first `most` of them, with batches of 64 and one lane."""
    threads = available_cores()
    for name in islice(networks((1, 28, 28), 10), most):
        home = HOMES.get(name, datasets.default())
        shape = datasets.info(home).image_shape
        model = Model(networks(shape, 10)[name], shape)
        with ExitStack() as stack:
            ours = stack.enter_context(closing(Ours(model, threads)))
            ours.settle()
            theirs = plain(model, threads)
            check_equal(ours, theirs)
            timings = interleave({"ours": ours.run, **{way: side.run for way, side in theirs.items()}}, effort)
        way, best = fastest({way: timings[way] for way in theirs})
        yield Speed(name, home, timings["ours"], best, way)


def report(trained: Sequence[Course], timed: Sequence[Speed]) -> str:
    """Format both tables."""
    accuracies = [
        (one.data, one.lane, f"{one.epochs}", f"{one.steps}", f"{one.ours:.1%}", f"{one.theirs:.1%}") for one in trained
    ]
    rates = [
        (
            one.network,
            one.data,
            f"{1000 / one.ours.median:.0f}",
            f"{1000 / one.theirs.median:.0f} ({one.way})",
            f"{one.theirs.median / one.ours.median:.2f}",
        )
        for one in timed
    ]
    return "\n\n".join(
        columns(head, rows)
        for head, rows in (
            (("data", "lane", "epochs", "steps", "accuracy", "PyTorch"), accuracies),
            (("network", "on", "steps/s", "PyTorch, steps/s", "times as fast"), rates),
        )
        if rows
    )


def write(path: Path, trained: Sequence[Course], timed: Sequence[Speed]) -> None:
    """Write JSON with the machine and every number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "machine": facts(),
        "accuracies": [asdict(one) for one in trained],
        "speeds": [asdict(one) for one in timed],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
