from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.experiment import MEASURES, EvaluationRecord, StepRecord
from kernelscope.stream import history as module
from kernelscope.stream.history import START, History, Position
from kernelscope.stream.track import Part
from kernelscope.stream.wire import Frame, decode
from kernelscope.studies.observation import ObservationRecord

from tests.stream.support import results_in


def steps(first: int, count: int) -> list[StepRecord]:
    return [
        StepRecord(n, (n + 0.25, nan), (0.5, nan), (0.003, 1 / n), (n + 0.5, nan), (n + 0.125, nan), (n / 2, nan))
        for n in range(first, first + count)
    ]


def add(history: History, steps: list[StepRecord], evaluations: list[EvaluationRecord]) -> None:
    """Half a second per step."""
    history.extend(steps, evaluations, [record.step / 2 for record in steps])


def evaluations(*steps: int) -> list[EvaluationRecord]:
    return [EvaluationRecord(step, (step + 0.5, nan), (0.125, nan)) for step in steps]


def history(count: int, *tested: int) -> History:
    made = History(1, lanes=2)
    add(made, steps(1, count), evaluations(*tested))
    return made


def one(data: bytes) -> Frame:
    (frame,) = decode(data)
    return frame


def same(one: Frame, other: Frame) -> bool:
    return one.tensors.keys() == other.tensors.keys() and all(
        tensor.dtype == other.tensors[name].dtype and np.array_equal(tensor, other.tensors[name], equal_nan=True)
        for name, tensor in one.tensors.items()
    )


def directory(
    first: int, last: int, *, run: int = 1, stretch: int = 1, tests: int = 0, observations: int = 0
) -> dict[str, Any]:
    return {
        "run": run,
        "first_step": first,
        "last_step": last,
        "stretch": stretch,
        "tests": tests,
        "observations": observations,
    }


def test_an_empty_history_is_a_frame_with_nothing_in_it() -> None:
    frame = one(History(1, lanes=2).frame())
    assert frame.directory == directory(1, 0)
    assert {name: (tensor.dtype.str, tensor.shape) for name, tensor in frame.tensors.items()} == {
        "step": ("<i4", (0,)),
        "loss": ("<f4", (0, 2)),
        "accuracy": ("<f4", (0, 2)),
        "learning_rate": ("<f8", (0, 2)),
        "gradient_norm": ("<f4", (0, 2)),
        "weight_norm": ("<f4", (0, 2)),
        "update_norm": ("<f4", (0, 2)),
        "seconds": ("<f8", (0,)),
        "test.step": ("<i4", (0,)),
        "test.loss": ("<f4", (0, 2)),
        "test.accuracy": ("<f4", (0, 2)),
        "observed.step": ("<i4", (0,)),
        "observed.ratio": ("<f4", (0, 2)),
        "observed.norm": ("<f4", (0, 2, 0)),
    }


@given(st.lists(st.integers(0, 300), max_size=8))
def test_frames_since_the_last_position_join_without_gap_or_overlap(chunks: list[int]) -> None:
    history = History(1, lanes=2)
    at = START
    rows: list[int] = []
    losses: list[float] = []
    tested: list[int] = []
    for chunk in chunks:
        seen = at.steps
        add(history, steps(seen + 1, chunk), evaluations(seen) if chunk % 2 else [])
        frame = one(history.frame(at))
        assert frame.directory == directory(seen + 1, seen + chunk, tests=history.position.tests)
        rows += frame.tensors["step"].tolist()
        losses += frame.tensors["loss"][:, 0].tolist()
        tested += results_in(frame)
        at = history.position
        assert at == Position(seen + chunk, len(tested))
    assert rows == list(range(1, at.steps + 1))
    assert losses == [n + 0.25 for n in rows]
    whole = one(history.frame())
    assert whole.tensors["step"].tolist() == rows
    assert whole.tensors["loss"][:, 0].tolist() == losses
    assert results_in(whole) == tested
    assert np.isnan(whole.tensors["loss"][:, 1]).all()
    np.testing.assert_array_equal(whole.tensors["learning_rate"][:, 1], 1 / np.arange(1, at.steps + 1))  # in float64


@pytest.mark.parametrize("first", [1, 3])
def test_a_gap_or_a_repetition_is_an_error_and_changes_nothing(first: int) -> None:
    made = history(1)
    with pytest.raises(ValueError, match=r"expected steps range\(2, 4\)"):
        add(made, steps(first, 2), evaluations(0))
    assert made.position == Position(1, 0)


def test_it_holds_what_it_has() -> None:
    made = history(5, 0)
    assert made.holds(START)
    assert made.holds(Position(5, 1))
    assert not made.holds(Position(6, 1))
    assert not made.holds(Position(5, 2))


def test_a_thinned_frame_is_about_a_part_and_keeps_spikes_rates_and_every_test_result() -> None:
    made = history(0)
    records = steps(1, 1000)
    records[499] = records[499]._replace(loss=(99.0, inf), accuracy=(0.0, nan), learning_rate=(0.25, 0.75))
    add(made, records, evaluations(0, 100, 700))
    add(made, steps(1001, 50), evaluations(1000))
    frame = one(made.thinned_frame(Position(100, 1), Position(1000, 3), 80))
    assert frame.directory == directory(101, 1000, stretch=90, tests=3)
    shown = frame.tensors["step"].tolist()
    assert {101, 500, 1000} <= set(shown)
    assert len(shown) < 90
    whole = one(made.frame())
    for name in (*MEASURES, "seconds"):
        expected = whole.tensors[name][frame.tensors["step"] - 1]
        np.testing.assert_array_equal(frame.tensors[name], expected)
    assert results_in(frame) == [100, 700]
    rest = one(made.frame(Position(1000, 3)))
    assert rest.directory == directory(1001, 1050, tests=4)
    assert results_in(rest) == [1000]


def test_a_thinned_frame_of_little_is_all_of_it() -> None:
    made = history(30, 0)
    thinned, whole = one(made.thinned_frame(START, made.position, 100)), one(made.frame())
    assert thinned.directory == whole.directory
    assert same(thinned, whole)


@given(st.integers(0, 400), st.data())
def test_a_branch_begins_as_the_other_and_goes_on_by_itself(count: int, data: st.DataObject) -> None:
    made = history(count, *range(0, count, 50))
    at = Position(data.draw(st.integers(0, count)), data.draw(st.integers(0, made.position.tests)))
    branch = made.branch(7, at)
    assert (branch.run, branch.position) == (7, at)
    add(branch, steps(at.steps + 1, 2), [])
    before = one(made.frame())
    assert one(branch.frame()).directory == directory(1, at.steps + 2, run=7, tests=at.tests)
    assert one(branch.frame()).tensors["loss"][: at.steps, 0].tolist() == (
        before.tensors["loss"][: at.steps, 0].tolist()
    )
    assert made.position == Position(count, len(range(0, count, 50))), "the other one is as it was"


@given(st.integers(0, 400))
def test_a_history_read_from_its_frame_is_the_same(count: int) -> None:
    made = history(count, *range(0, count, 50))
    read = History.read(one(made.frame()), 3)
    assert (read.run, read.position) == (3, made.position)
    assert same(one(read.frame()), one(made.frame()))
    add(read, steps(count + 1, 1), [])


def test_seconds_are_those_of_the_last_step() -> None:
    assert history(0).seconds == 0
    assert history(7).seconds == 3.5
    with pytest.raises(ValueError, match="expected a time for each of 2 steps, got 1"):
        history(0).extend(steps(1, 2), [], [0.5])


def lanes_of(frame: Frame) -> Any:
    """Each lane's loss of the last step."""
    return frame.tensors["loss"][-1].tolist()


def test_lanes_change_places_and_come_and_go() -> None:
    made, arrived = history(40, 0, 20), History(9, lanes=2)
    newcomers = [record._replace(loss=(record.step + 0.75, -1.0), learning_rate=(0.5, 0.25)) for record in steps(1, 40)]
    add(arrived, newcomers, evaluations(0, 20))
    other = made.arranged(5, [None, 1, 0, 0, None], arrived)
    assert (other.run, other.position) == (5, made.position)
    frame = one(other.frame())
    assert frame.directory == directory(1, 40, run=5, tests=2)
    np.testing.assert_array_equal(lanes_of(frame), [40.75, nan, 40.25, 40.25, -1])
    assert frame.tensors["learning_rate"][9].tolist() == [0.5, 0.1, 0.003, 0.003, 0.25]
    np.testing.assert_array_equal(frame.tensors["test.loss"][1], [20.5, nan, 20.5, 20.5, nan])
    np.testing.assert_array_equal(frame.tensors["seconds"], np.arange(1, 41) / 2)
    assert lanes_of(one(made.arranged(6, [0], None).frame())) == [40.25]
    assert same(one(made.arranged(7, [0, 1], None).frame()), one(made.frame()))


def observation(step: int, *ratios: float) -> ObservationRecord:
    return ObservationRecord(step, ratios, tuple((ratio, -ratio, step) for ratio in ratios))


def test_observations_are_sent_once_each_and_few_of_them_all() -> None:
    made = History(1, 2, filters=3)
    made.extend(steps(1, 100), [], [0.5] * 100, [observation(20, 0.5, nan)])
    at = made.position
    assert at == Position(100, 0, 1)
    assert not made.holds(Position(100, 0, 2))
    made.extend([], [], [], [observation(80, 0.25, inf)])
    rest = one(made.frame(at)).tensors
    assert (rest["observed.step"].tolist(), rest["observed.ratio"].tolist()) == ([80], [[0.25, inf]])
    thinned = one(made.thinned_frame(START, made.position, 10)).tensors
    assert thinned["observed.step"].tolist() == [20, 80]
    assert one(made.branch(2, at).frame()).tensors["observed.step"].tolist() == [20]
    read = History.read(one(made.frame()), 3)
    assert one(read.frame()).tensors["observed.norm"].tolist() == [
        [[0.5, -0.5, 20], pytest.approx([nan, nan, 20], nan_ok=True)],
        [[0.25, -0.25, 80], [inf, -inf, 80]],
    ]


def test_newcomers_observations_go_with_those_of_the_same_step() -> None:
    made, arrived = History(1, 1, filters=3), History(0, 1, filters=3)
    made.extend([], [], [], [observation(20, 0.5), observation(60, 0.25)])
    arrived.extend([], [], [], [observation(20, 8.0), observation(40, 4.0)])
    frame = one(made.arranged(2, [None, 0], arrived).frame())
    assert frame.tensors["observed.step"].tolist() == [20, 60]
    np.testing.assert_array_equal(frame.tensors["observed.ratio"], [[8, 0.5], [nan, 0.25]])
    norms = frame.tensors["observed.norm"].tolist()
    assert norms[0] == [[8, -8, 20], [0.5, -0.5, 20]]
    assert norms[1] == [pytest.approx([nan] * 3, nan_ok=True), [0.25, -0.25, 60]]


def test_newcomers_that_have_not_caught_up_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected newcomers at Position\(steps=3, tests=1, "):
        history(3, 0).arranged(2, [0, None], history(2, 0))


def test_a_frame_without_scalars_is_no_history() -> None:
    frame = one(history(3).frame())
    del frame.tensors["accuracy"]
    with pytest.raises(LookupError):
        History.read(frame, 1)


def test_what_was_handed_out_does_not_change() -> None:
    made = history(3)
    column = made._steps.take(0, 3).columns["loss"]
    before = column.copy()
    for first in range(4, 900):
        add(made, steps(first, 1), [])
    np.testing.assert_array_equal(column, before)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Histories with small windows, which are thinned early."""
    monkeypatch.setattr(module, "STEPS", module.STEPS._replace(window=64, stretches=16))
    monkeypatch.setattr(module, "TESTS", module.TESTS._replace(window=64, stretches=16))


def spiky(count: int, lanes: int = 2) -> list[StepRecord]:
    random = np.random.default_rng(lanes)
    return [StepRecord(n, *random.random((6, lanes)).tolist()) for n in range(1, count + 1)]


@pytest.mark.usefixtures("short")
def test_a_long_history_keeps_its_newest_rows_and_the_spikes_of_all_others() -> None:
    made, every = History(1, 2), spiky(5000)
    for first in range(0, 5000, 50):
        add(made, every[first : first + 50], evaluations(*range(first, first + 50)))
    assert made.position == Position(5000, 5000)
    assert made.has_all_since(Position(4936, 4936))
    assert not made.has_all_since(Position(4000, 4936))
    frame = one(made.frame())
    assert frame.directory == directory(1, 5000, stretch=512, tests=5000)
    assert frame.tensors["step"][[0, -64, -1]].tolist() == [1, 4937, 5000]
    assert len(frame.tensors["step"]) < 128 + 17 * 8
    assert len(frame.tensors["test.step"]) < 128 + 17 * 8
    losses = np.array([record.loss for record in every])
    shown = frame.tensors["loss"]
    np.testing.assert_array_equal([shown.min(0), shown.max(0)], np.float32([losses.min(0), losses.max(0)]))
    rest = one(made.frame(Position(4950, 4950)))
    assert rest.directory == directory(4951, 5000, tests=5000)
    late = one(made.thinned_frame(Position(1000, 1000), made.position, 40))
    assert late.directory["stretch"] % 512 == 0
    assert late.tensors["step"][0] > 1000
    assert late.tensors["step"][-1] == 5000
    assert made.seconds == 2500


@pytest.mark.usefixtures("short")
def test_lanes_that_come_to_a_long_history_bring_their_own_spikes() -> None:
    made, arrived = History(1, 2), History(0, 1)
    for history, every in ((made, spiky(3000)), (arrived, spiky(3000, lanes=1))):
        for first in range(0, 3000, 50):
            add(history, every[first : first + 50], [])
    frame = one(made.arranged(2, [1, None], arrived).frame())
    assert frame.directory == directory(1, 3000, run=2, stretch=256)
    rows = frame.tensors["step"] - 1
    for lane, every in enumerate((np.array([r.loss[1] for r in spiky(3000)]), [r.loss[0] for r in spiky(3000, 1)])):
        shown = frame.tensors["loss"][:, lane]
        known = ~np.isnan(shown)
        np.testing.assert_array_equal(shown[known], np.float32(every)[rows[known]])
        assert np.nanmax(shown) == np.float32(max(every))
        assert known[-64:].all()
    seconds = frame.tensors["seconds"]
    assert (np.diff(seconds) >= 0).all()
    assert (seconds <= (rows + 1) / 2).all()


@pytest.mark.usefixtures("short")
def test_a_history_that_was_stored_is_the_same_and_goes_on() -> None:
    made = History(1, 2, filters=3)
    stored: dict[Part, bytes] = {}
    for n in range(1, 80):
        record = observation(20 * n, n, 1 / n)
        add(made, steps(20 * n - 19, 20), evaluations(20 * n))
        made.extend([], [], [], [record])
        parts = made.parts(made.position, stored)
        stored = {part: stored.get(part) or made.stored(part) for part in parts}
    read = History.of_parts(4, 2, 3, made.lineage, stored)
    assert (read.run, read.position, read.lineage) == (4, made.position, made.lineage)
    assert same(one(read.frame()), one(made.frame()))
    assert read.parts(read.position, stored) == parts
    add(read, steps(read.position.steps + 1, 1), [])
    assert made.branch(2, made.position).lineage != made.lineage
