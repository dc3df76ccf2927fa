"""The cost of the scalars of a run over a week, reported as a worker would report them and saved every minute."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.hosting.keeping import Rest, beginning, resumed, standing_of
from kernelscope.store import Saved, Store
from kernelscope.stream.channel import MOST_ROWS
from kernelscope.stream.history import START, History, Rows

from benchmarks.disturbance import Others
from benchmarks.stream.figures import Figure, Lengths
from benchmarks.stream.processes import memory

SPEED = 200
"""Steps per second."""
MINUTE = 60 * SPEED
TEST_EVERY, OBSERVE_EVERY = 100, 50
FILTERS = 24
ID = "week"
GOALS = {"memory": 64, "written": 2, "file": 64, "reopened": 1000, "late": 4}
"""MiB, MiB per minute, MiB, milliseconds, MiB."""


def minutes(lanes: int, count: int) -> Iterator[tuple[Rows, Rows, Rows]]:
    """Yield random reports, a minute at a time."""
    random = np.random.default_rng(1)
    for minute in range(count):
        steps = minute * MINUTE + np.arange(1, MINUTE + 1)

        def of_lanes(rows: int, *widths: int) -> Any:
            return random.random((rows, lanes, *widths), "f4")

        tests, observed = steps[steps % TEST_EVERY == 0], steps[steps % OBSERVE_EVERY == 0]
        yield (
            {
                "loss": of_lanes(MINUTE),
                "accuracy": random.integers(0, 65, (MINUTE, lanes)) / 64,
                "learning_rate": np.full((MINUTE, lanes), 0.1),
                "gradient_norm": of_lanes(MINUTE),
                "weight_norm": of_lanes(MINUTE),
                "update_norm": of_lanes(MINUTE),
                "seconds": steps / SPEED,
            },
            {"test.step": tests, "test.loss": of_lanes(len(tests)), "test.accuracy": of_lanes(len(tests))},
            {
                "observed.step": observed,
                "observed.ratio": of_lanes(len(observed)),
                "observed.norm": of_lanes(len(observed), FILTERS),
            },
        )


def measure(lengths: Lengths) -> list[Figure]:
    """Measure with a new store."""
    with TemporaryDirectory() as directory, closing(Store(Path(directory))) as store:
        return observe(store, lengths)


def observe(store: Store, lengths: Lengths) -> list[Figure]:
    """Save every minute, measure, and load the result as a starting server does."""
    config, others = ExperimentConfig(), Others()
    saved = Saved(ID, "2026-01-01T00:00:00Z", config)
    store.add(saved)
    checkpoint = Experiment(config, datasets.load(config.dataset), threads=1).checkpoint()
    history = beginning(1, config)
    before, written = memory(os.getpid()), list[int]()
    for rows in minutes(len(config.lanes), round(lengths.days * 24 * 60)):
        history.append(*rows)
        standing = standing_of(store, ID, 1, Rest(checkpoint, history.position), history.frozen())
        store.keep(ID, standing)
        written.append(sum(len(data) for data in standing.parts.values() if data))
    grown = None if before is None else (memory(os.getpid()) or before) - before
    file = store.path.stat().st_size
    del history, standing
    begun = time.perf_counter()
    _, again, rest = resumed(saved, store.take(ID))
    reopened = time.perf_counter() - begun
    assert rest is not None, "it has to be there"
    late = again.thinned_frame(START, again.position, MOST_ROWS)
    return _figures(lengths, again, others, grown, written, file, reopened, len(late))


def _figures(
    lengths: Lengths,
    history: History,
    others: Others,
    grown: float | None,
    written: list[int],
    file: int,
    reopened: float,
    late: int,
) -> list[Figure]:
    steps = f"{lengths.days:g} days: {history.position.steps:,} steps of {len(ExperimentConfig().lanes)} lanes"
    mib = np.array(written) / 2**20

    def figure(what: str, name: str, reached: float | None, unit: str, more: str = "", **options: Any) -> Figure:
        return Figure(what, reached, unit, GOALS[name], at_most=True, more=more, others=others.share(), **options)

    return [
        figure("memory of the scalars", "memory", grown, " MiB", steps, timed=False),
        figure(
            "scalars written a minute, uncompressed",
            "written",
            float(mib.mean()),
            " MiB",
            f"{mib.max():.1f} MiB at most; besides the checkpoint",
            timed=False,
            numbers={"bytes": written},
        ),
        figure("the database", "file", file / 2**20, " MiB", timed=False),
        figure("opened again", "reopened", 1000 * reopened, " ms"),
        figure("sent to somebody who comes late", "late", late / 2**20, " MiB", timed=False),
    ]
