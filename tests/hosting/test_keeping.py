"""However long a run is, little is written for what is new, and what is there stays small."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from kernelscope.experiment import ExperimentConfig, StepRecord
from kernelscope.experiment.checkpoint import pack
from kernelscope.hosting.keeping import Rest, beginning, resumed, standing_of
from kernelscope.store import Saved, Standing, Store
from kernelscope.stream import history as module
from kernelscope.stream.history import START, History, Position
from kernelscope.stream.wire import decode

from benchmarks.stream import week

CONFIG = ExperimentConfig()
SAVED = Saved("a", "2026-01-01T00:00:00Z", CONFIG)
WINDOW, STRETCHES = 1024, 64
ROW = 28 * 3 + 8 + 8
"""Bytes of a step of three lanes: six measures and the seconds, and which step it is."""
OBSERVATION = 4 + 3 * 4 * (3 + week.FILTERS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path)) as store:
        store.add(SAVED)
        yield store


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute in which few steps are made, in a history that is long soon."""
    monkeypatch.setattr(week, "MINUTE", 100)
    for name in ("STEPS", "TESTS"):
        kind = getattr(module, name)
        monkeypatch.setattr(module, name, kind._replace(window=WINDOW, stretches=STRETCHES))


CHECKPOINT = pack({"lanes": [{"config": lane.model_dump(mode="json")} for lane in CONFIG.lanes]})


def keep(store: Store, history: History) -> int:
    """As every minute; how many bytes of scalars were written."""
    standing = standing_of(store, "a", 1, Rest(CHECKPOINT, history.position), history.frozen())
    store.keep("a", standing)
    return sum(len(data) for data in standing.parts.values() if data)


def test_what_is_written_kept_and_sent_stays_bounded_and_is_read_as_it_was(store: Store) -> None:
    history, written, sizes = beginning(1, CONFIG), list[int](), list[int]()
    for minute, rows in enumerate(week.minutes(3, 600)):
        history.append(*rows)
        written.append(keep(store, history))
        if minute % 100 == 99:
            sizes.append(store.path.stat().st_size)
    steps = history.position.steps
    assert steps == 60_000
    most_rows = 2 * WINDOW + (STRETCHES + 1) * 12
    every = most_rows * ROW + 2 * WINDOW * 28 + 2 * 2048 * OBSERVATION
    short = WINDOW // 16 * ROW + WINDOW // 16 * 28 + 2048 // 16 * OBSERVATION
    assert max(written) < every, "never more than there is"
    assert np.mean(written) < 100 * ROW + short + 2 * STRETCHES * 12 * ROW / 10, (
        "what is new, the last part while it is short, and what was thinned every ten minutes"
    )
    assert np.mean(written[300:]) < 1.5 * np.mean(written[100:300]), "and no more the longer it goes on"
    assert sizes[-1] < 2 * every
    assert sizes[-1] < 1.5 * sizes[2], "the file has grown to its size"
    saved, again, rest = resumed(SAVED, store.take("a"))
    assert saved.config == CONFIG
    assert rest == Rest(CHECKPOINT, history.position)
    assert again.run > 1
    assert [frame.tensors.keys() for frame in decode(again.frame())]
    for mine, theirs in zip(decode(history.frame()), decode(again.frame()), strict=True):
        assert {**mine.directory, "run": 0} == {**theirs.directory, "run": 0}
        for name, tensor in mine.tensors.items():
            np.testing.assert_array_equal(tensor, theirs.tensors[name])
    assert len(again.thinned_frame(START, again.position, 500)) < 600 * ROW + 2 * WINDOW * 28 + 2000 * OBSERVATION
    assert keep(store, again) == 0, "it is the same history that goes on"


def test_another_history_takes_the_place_of_the_one_before(store: Store) -> None:
    for lanes in (3, 3):
        history = beginning(1, CONFIG)
        for rows in week.minutes(lanes, 5):
            history.append(*rows)
        keep(store, history)
    assert store.stored("a", history.lineage) == {*store.take("a").parts}
    assert resumed(SAVED, store.take("a"))[1].position.steps == 500


def test_a_checkpoint_older_than_the_window_is_kept_with_what_there_is_up_to_it(store: Store) -> None:
    history = beginning(1, CONFIG)
    positions = []
    for rows in week.minutes(3, 30):
        history.append(*rows)
        positions.append(history.position)
    at = positions[4]
    store.put_back("a", standing_of(store, "a", 2, Rest(CHECKPOINT, at), history.frozen()))
    _, again, rest = resumed(SAVED, store.take("a"))
    assert (again.run, again.position, rest and rest.position) == (2, at, at)


@pytest.mark.parametrize("count", [0, 5, 3000])
def test_what_an_earlier_version_kept_in_one_piece_goes_on(store: Store, count: int) -> None:
    history = History(1, 3, filters=2)
    records = [StepRecord(n, *[(n / 2, n / 4, n / 8)] * 6) for n in range(1, count + 1)]
    history._steps.kind = history._steps.kind._replace(window=10**6)  # that version kept every row
    history.extend(records, [], [record.step / 2 for record in records])
    frame = bytearray(history.frame())
    frame[4] = 3
    _, again, rest = resumed(SAVED, Standing(7, CHECKPOINT, history=bytes(frame)))
    assert rest == Rest(CHECKPOINT, Position(count, 0, 0))
    assert (again.run, again.seconds) == (7, count / 2)
    (read,) = decode(again.frame())
    assert read.tensors["loss"][-1:].tolist() == [[n / 2, n / 4, n / 8] for n in (count,) if n]
    assert len(read.tensors["step"]) <= 2 * WINDOW + STRETCHES * 12 + 1
