"""The inside of a worker, in a thread: what it does and reports."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import EvaluationRecord, Experiment, StepRecord, Stop, Stopped, lanes_of
from kernelscope.experiment.checkpoint import unpack
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.nn import Conv, Dense, LayerSpec
from kernelscope.picture.picture import Picture
from kernelscope.picture.snapshot import Stack, snapshot_of
from kernelscope.runner import newcomers as newcomers_module
from kernelscope.runner import reporter as reporter_module
from kernelscope.runner import saving as saving_module
from kernelscope.runner.line import Line, ServerGone
from kernelscope.runner.reporter import DEBT, UNSEEN_INTERVAL
from kernelscope.runner.worker import Worker
from kernelscope.source.attention import Attend, Interest
from kernelscope.source.commands import (
    BeginRangeTest,
    Cancel,
    CancelRangeTest,
    Command,
    Epoch,
    NewSeed,
    Open,
    Pace,
    Pause,
    Phase,
    Reset,
    Save,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetSpeed,
    SetStop,
    Settle,
    SetWeight,
    Start,
    Step,
    UndoWeight,
    WantedLane,
)
from kernelscope.source.reports import Attended, CaughtUp, Checkpoint, Edit, Found, Phases, Progress, State
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.line import LineSubject
from kernelscope.studies.past import PastSubject
from kernelscope.studies.shown import Shown
from kernelscope.studies.subject import Subject
from kernelscope.studies.trace import TraceSubject

from tests.experiment.support import bars, small, small_config
from tests.runner.support import Run

CLOCKS = 20.0
"""Milliseconds by which the clock that pictures are stamped with and the one that paces them may differ."""

DATA = bars()
SEEN = Attend(snapshots=True)
UNSEEN = Attend(snapshots=False)
DEFAULT = Pace()


def lane(id: str, rate: float = 0.1, **members: Any) -> WantedLane:
    return WantedLane(id=id, learning_rate=rate, **members)


class EndingLine(Line):
    """A line that closes when None comes: as when the server is gone."""

    def receive(self) -> Open | Command | Attend:
        message = super().receive()
        if message is None:
            raise ServerGone
        return message


@contextmanager
def working(
    *rates: float, pace: Pace = DEFAULT, checkpoint: bytes | None = None, memory: float = inf, **members: Any
) -> Iterator[Run]:
    """A worker of small lanes with these rates (none: 0.01 and 0.1), for as long as the block lasts."""
    opening = Open(small_config(*rates or (0.01, 0.1), **members), 1, pace, checkpoint)
    ours, theirs = multiprocessing.Pipe()
    conversation = Run(ours.send)

    def work() -> None:
        experiment = Experiment(opening.config, DATA, threads=1)
        wanted = experiment.restore(checkpoint) if checkpoint else None
        with theirs, suppress(ServerGone):
            Worker(EndingLine(theirs), experiment, opening, wanted, memory=memory).run()

    def listen() -> None:
        with suppress(EOFError):
            while True:
                conversation.heard.put(ours.recv())

    threads = [threading.Thread(target=work), threading.Thread(target=listen)]
    for thread in threads:
        thread.start()
    try:
        yield conversation
    finally:
        ours.send(None)
        for thread in threads:
            thread.join(20)
        ours.close()
    assert not any(thread.is_alive() for thread in threads)


@pytest.fixture
def run() -> Iterator[Run]:
    with working() as run:
        yield run


def is_exact(picture: Picture) -> bool:
    return picture.tensors["params/conv1.weight"].dtype == np.float32


def test_it_opens_paused_at_step_zero_with_exact_kernels_to_see_then_keeps_still(run: Run) -> None:
    state, progress, *others = run.all_until_silent(0.6)
    assert isinstance(state, State)
    assert (state.status, state.run, state.config.seed, state.answered) == ("paused", 1, 3, 0)
    assert isinstance(progress, Progress)
    assert progress.picture is not None
    assert progress.picture.step == 0
    assert is_exact(progress.picture)
    assert [type(message) for message in others] == [Checkpoint, Progress, Checkpoint]
    assert [record.step for record in run.tests] == [0]
    assert run.steps == []


def test_pause_freezes_the_step_and_start_goes_on_with_the_same_weights(run: Run) -> None:
    run.send(SEEN, Start())
    run.picture(5)
    run.send(Pause())
    assert run.state(2).status == "paused"
    paused = run.picture()
    assert not [m for m in run.all_until_silent(0.4) if isinstance(m, Progress) and (m.steps or m.picture)]
    run.send(Step())
    after = run.picture(1)
    assert after.step == paused.step + 1
    # One step from the paused weights, with the gradient that is shown: nothing happened in between.
    for lane, rate in enumerate((0.01, 0.1)):
        gradient = after.tensors["grads/conv1.weight"][lane]
        expected = paused.tensors["params/conv1.weight"][lane] + np.float32(-rate) * gradient
        np.testing.assert_array_equal(after.tensors["params/conv1.weight"][lane], expected)
    run.send(Start())
    run.picture(after.step + 5)
    assert [record.step for record in run.steps] == list(range(1, len(run.steps) + 1))


def test_step_pauses_a_running_experiment(run: Run) -> None:
    run.send(Start(), Step())
    assert run.state(1).status == "running"
    assert run.state(2).status == "paused"
    picture = run.picture()
    assert is_exact(picture)
    assert picture.step == run.steps[-1].step


def test_reset_gives_the_same_kernels_and_a_new_seed_gives_others(run: Run) -> None:
    def weights(picture: Picture) -> bytes:
        return picture.tensors["params/conv1.weight"].tobytes()

    first = run.picture()
    run.send(Step(), Step())
    trained = run.picture(2)
    run.send(Reset())
    state = run.state(3)
    assert (state.status, state.run, state.config.seed) == ("paused", 2, 3)
    again = run.picture(run=2)
    assert again.step == 0
    assert weights(again) == weights(first)
    run.send(Step(), Step())
    assert weights(run.picture(2, run=2)) == weights(trained)
    run.send(NewSeed(7))
    state = run.state(6)
    assert (state.status, state.run, state.config.seed) == ("paused", 3, 7)
    assert weights(run.picture(run=3)) != weights(first)


def test_a_rate_changes_live_and_survives_a_reset(run: Run) -> None:
    run.send(SEEN, Start())
    run.picture(3)
    run.send(SetLearningRate("B", 0.5))
    state = run.state(2)
    assert state.status == "running"
    assert [lane.learning_rate for lane in state.config.lanes] == [0.01, 0.5]
    run.picture(run.steps[-1].step + 3)
    rates = [record.learning_rate[1] for record in run.steps]
    assert rates == sorted(rates), "the new rate holds from one step on"
    assert set(rates) == {0.1, 0.5}
    assert [record.step for record in run.steps] == list(range(1, len(run.steps) + 1)), "nothing was reset"
    run.send(Reset())
    assert [lane.learning_rate for lane in run.state(3).config.lanes] == [0.01, 0.5]


def test_each_command_is_counted_and_what_viewers_see_is_none(run: Run) -> None:
    run.send(Start(), SEEN, SetSpeed(100), SetFrameRate(10), UNSEEN, Pause())
    states = [run.next(State) for _ in range(5)]
    assert [state.answered for state in states] == [0, 1, 2, 3, 4]
    assert states[-1].pace == Pace(100, 10)


def test_when_every_lane_has_diverged_it_pauses_and_says_why() -> None:
    # Without ReLUs nothing can die: two linear layers drive each other to infinity.
    linear: list[LayerSpec] = [Conv("conv1", 2, 5), Dense("dense", 10)]
    with working(1000.0, architecture=linear) as run:
        run.send(Start())
        while (state := run.next(State)).conditions[0].status != "diverged":
            pass
        while state.status == "running":
            state = run.next(State)
        picture = run.picture()
        condition = state.conditions[0]
        assert condition.step == picture.step == run.steps[-1].step
        assert picture.lane_steps == (picture.step - 1,)
        assert is_exact(picture)
        run.send(Start())
        assert run.state(2).status == "paused"


def test_nothing_is_pictured_while_nobody_attends_but_every_step_is_reported(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter_module, "UNSEEN_INTERVAL", 0.1)
    run.picture()
    run.send(Start())
    run.state(1)
    reports = [run.next(Progress) for _ in range(4)]
    assert [report.picture for report in reports] == [None] * 4
    assert [record.step for record in run.steps] == list(range(1, len(run.steps) + 1))
    assert len(run.steps) > 3
    run.send(SEEN)
    run.next(Attended)
    assert run.picture(1).step >= len(run.steps) - 1
    run.send(UNSEEN)
    run.next(Attended)
    assert [run.next(Progress).picture for _ in range(3)] == [None] * 3


def test_reports_are_rare_while_nobody_attends(run: Run) -> None:
    run.picture()
    run.send(Start())
    run.state(1)
    while not (first := run.next(Progress)).seconds:  # the first comes at once
        pass
    second = run.next(Progress)
    assert second.seconds[-1] - first.seconds[-1] > UNSEEN_INTERVAL - DEBT - 0.3


@pytest.mark.parametrize("command", [Pause(), Step()])
def test_a_paused_experiment_is_exact_a_running_one_in_levels(run: Run, command: Command) -> None:
    run.send(SEEN, Start())
    assert not is_exact(run.picture(1))
    run.send(command)
    run.state(2)
    assert is_exact(run.picture(1))


def test_a_kernel_looked_at_comes_with_the_next_picture(run: Run) -> None:
    kernel = Kernel("conv2", 3, 2)
    run.send(SetSpeed(0.1), SEEN, Start())
    assert run.picture(1).kernels == {}
    run.send(Attend(True, Interest(frozenset({kernel}))))
    picture = run.picture(1)  # of the same step: the next one is ten seconds away
    assert picture.kernels.keys() == {kernel}
    run.send(Pause())
    run.state(3)
    exact = run.picture(1)
    assert exact.step == picture.step == 1
    assert exact.kernels == {}
    assert np.array_equal(exact.tensors["params/conv2.weight"][:, 3, 2], picture.kernels[kernel]["weight"])


def test_slow_motion_makes_the_steps_asked_for_and_reports_each() -> None:
    with working(pace=Pace(steps_per_second=25)) as run:
        run.picture()
        run.send(SEEN)
        began = time.perf_counter()
        run.send(Start())
        shown = [run.picture(1).step]
        while shown[-1] < 26:
            shown.append(run.picture(1).step)
        took = time.perf_counter() - began
    assert shown == sorted(set(shown))
    assert len(shown) > 15, "at 25 steps a second (nearly) each of them gets a picture of its own"
    assert took >= 0.9
    assert [record.step for record in run.steps][:26] == list(range(1, 27))


def test_the_speed_that_is_measured_is_the_one_asked_for() -> None:
    with working(pace=Pace(steps_per_second=50)) as run:
        run.send(SEEN, Start())
        while not (progress := run.next(Progress)).picture or progress.picture.step < 40:
            pass
        assert progress.steps_per_second is not None
        assert 0 < progress.steps_per_second < 60


def test_from_slow_motion_to_full_speed_at_once() -> None:
    with working(pace=Pace(steps_per_second=0.1)) as run:
        run.send(SEEN, Start())
        run.picture(1)
        run.send(SetSpeed(None))
        run.picture(20)  # ten seconds a step before


def steps_until_silent(run: Run) -> list[int]:
    run.all_until_silent(0.4)
    return [record.step for record in run.steps]


def test_dragging_the_slider_makes_no_steps_by_itself() -> None:
    with working(pace=Pace(steps_per_second=0.1)) as run:
        run.send(Start())
        run.send(*(SetSpeed(0.1 + 0.001 * n) for n in range(50)))
        assert steps_until_silent(run) == [1]


def test_start_has_no_effect_on_a_running_experiment() -> None:
    with working(pace=Pace(steps_per_second=0.1)) as run:
        run.send(SEEN, Start())
        run.picture(1)
        for _ in range(4):
            run.send(Start())
            run.next(State)
        assert steps_until_silent(run) == [1]


def test_after_a_pause_start_makes_a_step_at_once() -> None:
    with working(pace=Pace(steps_per_second=0.1)) as run:
        run.send(Start(), Pause(), SEEN)
        steps_until_silent(run)
        began = len(run.steps)
        run.send(Start())
        run.picture(began + 1)


def test_the_frame_rate_is_kept_to(run: Run) -> None:
    run.send(SEEN, SetFrameRate(10), Start())
    times = [run.picture(1).time for _ in range(11)]
    assert times[-1] - times[0] > 1000 * (10 / 10 - DEBT) - CLOCKS
    run.send(SetFrameRate(60))
    run.state(3)
    times = [run.picture(1).time for _ in range(21)]
    assert times[-1] - times[0] > 1000 * (20 / 60 - DEBT) - CLOCKS


def test_checkpoints_while_it_runs_have_what_has_been_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving_module, "INTERVAL", 0.1)
    run.send(SEEN, Start())
    steps = []
    for _ in range(4):
        state = unpack(run.next(Checkpoint).data)
        assert state["step"] == len(run.steps)
        steps.append(state["step"])
    assert steps[0] < steps[-1]


def test_a_checkpoint_that_is_asked_for_is_made_at_once_and_training_goes_on(run: Run) -> None:
    run.send(SEEN, Start())
    run.picture(1)
    run.send(Save())
    assert run.state(2).status == "running"
    step = unpack(run.next(Checkpoint).data)["step"]
    assert 1 <= step == len(run.steps)
    run.picture(step + 1)


def test_a_paused_experiment_makes_one_checkpoint_of_where_it_stands() -> None:
    with working(test_every=1) as run:
        run.send(SEEN, Start())
        run.picture(1)
        run.send(Pause())
        run.state(2)
        *_, last = run.all_until_silent(0.6)
        assert isinstance(last, Checkpoint)
        state = unpack(last.data)
        assert state["step"] == run.steps[-1].step == run.tests[-1].step
        assert state["evaluations"]["waiting"] == []
        run.send(SetLearningRate("A", 0.5))
        answer, checkpoint = run.all_until_silent(0.6)
        assert isinstance(answer, State)
        assert isinstance(checkpoint, Checkpoint)
        assert unpack(checkpoint.data)["lanes"][0]["config"]["learning_rate"] == 0.5


def gradients_of(experiment: Experiment) -> Stack:
    """The gradients that it would show."""
    gradients = snapshot_of(experiment).grads
    assert gradients is not None
    return gradients


def test_it_goes_on_from_a_checkpoint_bit_for_bit() -> None:
    experiment = small(0.01, 0.1, test_every=5, data=DATA)
    for _ in range(6):
        experiment.advance()
    assert experiment.evaluating
    with working(test_every=5, checkpoint=experiment.checkpoint()) as run:
        opened = run.picture()
        assert opened.step == 6
        assert is_exact(opened)
        assert np.array_equal(opened.tensors["grads/conv1.weight"], gradients_of(experiment)["conv1.weight"])
        run.send(*[Step()] * 8)
        picture = run.picture(14)
        run.all_until_silent(0.4)
    expected = [experiment.advance() for _ in range(8)]
    assert [record.step for record in run.tests if record.step != 14] in ([5, 10], [5, 6, 10])  # it began at rest
    assert run.tests[-1].step == 14, "where it rests again"
    assert run.steps == [record for record, _ in expected]
    assert np.array_equal(picture.tensors["params/conv2.weight"], snapshot_of(experiment).params["conv2.weight"])


def test_collapse_is_told_and_training_goes_on() -> None:
    experiment = small(0.01, 0.1, data=DATA)
    experiment.lanes[1].network.params["conv1.bias"].fill(-1000)
    with working(checkpoint=experiment.checkpoint()) as run:
        run.send(SEEN, Start())
        while (state := run.next(State)).conditions[1].status == "training":
            pass
        assert state.status == "running"
        assert state.conditions[1].cause == "conv1"
        run.picture(5)


def newcomers(run: Run) -> tuple[list[StepRecord], list[EvaluationRecord], State]:
    """All that is reported of them until they have come, and the message that says so."""
    steps: list[StepRecord] = []
    tests: list[EvaluationRecord] = []
    while not (isinstance(message := run.any(), State) and message.arranged):
        if isinstance(message, CaughtUp):
            assert message.run == 2
            steps += message.steps
            tests += message.evaluations
    assert message.run == 2
    assert message.arranged.origins == (1, None, 0)
    return steps, tests, message


@pytest.mark.parametrize("running", [True, False])
def test_new_lanes_catch_up_and_join_a_new_run_that_goes_on(running: bool) -> None:
    with working(0.01, 0.1, test_every=5) as run:
        run.send(SEEN, Start())
        run.picture(7)
        if not running:
            run.send(Pause())
            run.state(2)
        run.send(SetLanes([lane("B", 0.2), lane("N", 0.3), lane("A", 0.01)]))
        steps, tests, state = newcomers(run)
        at = len(run.steps)
        assert [record.step for record in steps] == list(range(1, at + 1))
        assert [record.step for record in tests] == [record.step for record in run.tests]
        assert {record.learning_rate for record in steps} == {(0.3,)}
        assert (state.status, state.catching_up) == ("running" if running else "paused", None)
        assert [one.id for one in state.config.lanes] == ["B", "N", "A"]
        if not running:
            run.send(Step())
        picture = run.picture(at + 1, 2)
        assert picture.tensors["params/conv1.weight"].shape[0] == 3
        expected = small(0.01, 0.1, 0.3, test_every=5, data=DATA)
        for step in range(1, at + 1):
            assert run.steps[step - 1].loss == expected.advance()[0].loss[:2]
        expected.set_learning_rate("B", 0.2)
        record = expected.advance()[0]
        assert run.steps[at].step == at + 1
        assert run.steps[at].loss == (record.loss[1], record.loss[2], record.loss[0])
        assert run.next(Checkpoint)


def test_catching_up_is_reported_and_can_be_cancelled(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers_module, "INTERVAL", 0.0)
    run.send(SEEN, Start())
    run.picture(30)
    run.send(Pause())
    run.state(2)
    at = run.picture().step
    run.send(SetLanes([lane("A", 0.01), lane("N", 0.3)]))
    while (coming := run.next(State).catching_up) is None or coming.step < 3:
        pass
    assert coming.target == at
    run.send(Cancel())
    state = run.state(4)
    assert state.catching_up is None
    assert (state.run, [one.id for one in state.config.lanes]) == (1, ["A", "B"])
    run.send(Step())
    assert run.picture(at + 1).step == at + 1


def test_fewer_lanes_in_another_order_need_no_catching_up(run: Run) -> None:
    run.send(SetLanes([lane("B", 0.1, name="good")]))
    state = run.arranged()
    assert state.arranged
    assert (state.run, state.arranged.origins) == (2, (1,))
    assert [one.name for one in state.config.lanes] == ["good"]
    assert lanes_of(state.arranged.checkpoint) == state.config.lanes, "a worker that dies now loses nothing"
    assert run.picture(0, 2).tensors["params/conv1.weight"].shape[0] == 1


def test_what_is_asked_of_lanes_that_have_gone_changes_nothing(run: Run) -> None:
    run.send(SetLanes([lane("B")]))
    run.arranged()
    run.send(SetLearningRate("A", 0.7), SetLanes([lane("C", copy_of="A")]))
    state = run.state(3)
    assert [(one.id, one.learning_rate) for one in state.config.lanes] == [("B", 0.1)]
    assert state.catching_up is None


def test_a_new_rate_and_a_reset_while_lanes_catch_up(run: Run) -> None:
    run.send(SEEN, Start())
    run.picture(30)
    run.send(Pause(), SetLanes([lane("A", 0.01), lane("N", 0.3)]), SetLearningRate("A", 0.02))
    assert [one.learning_rate for one in run.arranged().config.lanes] == [0.02, 0.3]
    run.send(SetLanes([lane("A", 0.01), lane("M", 0.3)]), Reset())
    assert run.state(6).run > 2
    assert not [message for message in run.all_until_silent(0.5) if isinstance(message, State) and message.arranged]


def test_settling_comes_before_the_steps_that_wait_and_lasts_until_the_next_command(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, asked, advance = threading.Event(), threading.Event(), Experiment.advance

    def long(experiment: Experiment) -> tuple[StepRecord, list[EvaluationRecord]]:
        begun.set()
        assert asked.wait(20)
        return advance(experiment)

    run.send(SEEN)
    run.picture()
    monkeypatch.setattr(Experiment, "advance", long)
    run.send(Start())
    assert begun.wait(20)
    run.send(*[Step()] * 5, Phase(), SetLearningRate("B", 0.5), SetLanes([lane("A", 0.01), lane("N", 0.3)]), Settle())
    asked.set()
    state = run.state(10)
    assert (state.status, state.phases) == ("paused", None)
    checkpoint = run.next(Checkpoint).data
    assert unpack(checkpoint)["step"] == len(run.steps) == 1, "the step that was under way"
    assert lanes_of(checkpoint)[1].learning_rate == 0.5
    assert run.all_until_silent(0.5) == []
    run.send(Pause())
    assert [one.id for one in run.arranged().config.lanes] == ["A", "N"]


def test_lanes_that_were_on_their_way_come_from_a_checkpoint(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(newcomers_module.Newcomers, "advance", lambda self: time.sleep(0.01))
        run.send(Step(), Step())
        run.picture(2)
        run.send(SetLanes([lane("A", 0.01), lane("N", 0.3), lane("C", 0.1, copy_of="B")]), Settle())
        assert run.state(4).catching_up
        checkpoint = run.next(Checkpoint).data
        run.send(Cancel())
        run.state(5)
    assert unpack(checkpoint)["step"] == 2
    assert [one.id for one in lanes_of(checkpoint)] == ["A", "B"]
    with working(checkpoint=checkpoint) as other:
        state = other.arranged()
        assert [one.id for one in state.config.lanes] == ["A", "N", "C"]
        assert state.arranged
        assert state.arranged.origins == (0, None, 1)


def test_an_epoch_ends_where_it_was_asked_to_though_other_lanes_have_come() -> None:
    with working(0.1) as run:  # 100 images in batches of 32
        run.send(SEEN, SetLanes([lane("A", 0.1), lane("N", 0.3)]), Epoch())
        run.arranged()
        while run.next(State).status == "running":
            pass
        assert run.picture(4, 2).step == 4


def test_what_a_step_ends_is_told_while_it_trains(run: Run) -> None:
    run.send(SetSpeed(5.0), SetWeight("A", Weight("conv1", 0, 0, 0, 0), 0.5), Phase(), Start())
    state = run.state(4)
    assert state.phases
    assert state.last_edit
    assert state.status == "running"
    while state.phases or state.last_edit:
        state = run.next(State)
    assert state.status == "running"


def test_it_pauses_by_itself_where_there_is_a_reason(run: Run) -> None:
    run.send(SEEN, SetStop(Stop(step=7)), Start())
    while (state := run.next(State)).stopped is None:
        pass
    assert (state.status, state.stopped, state.config.stop) == ("paused", Stopped("step", 7), Stop(step=7))
    assert is_exact(run.picture(7))
    run.send(Step())
    assert run.state(3).stopped is None


def test_a_lane_that_falls_is_a_reason_where_it_is_asked_for() -> None:
    with working(0.01, 1000, stop={"divergence": True}) as run:
        run.send(Start())
        while (state := run.next(State)).stopped is None:
            pass
        assert (state.status, state.stopped.reason, state.stopped.lane) == ("paused", "divergence", "B")


def test_what_viewers_want_besides_is_in_the_pictures_and_found_between_steps(run: Run) -> None:
    kernel = Kernel("dense", 9, 0)
    subjects = frozenset({LineSubject("B"), LensSubject("A", kernel)})
    shown = Shown(frozenset({"moved", "updates"}), frozenset({"dense"}))
    run.send(Attend(True, Interest(frozenset({kernel}), shown, subjects)), Start())
    found = {message.subject for message in (run.next(Found) for _ in range(2))}
    assert found == subjects
    picture = run.picture(25)
    assert {"moved/conv1.weight", "updates/conv1.weight", "params/dense.weight"} <= picture.tensors.keys()
    assert picture.kernels[kernel].keys() == {"weight", "gradient", "update", "before"}
    assert picture.active_step is not None
    run.send(SEEN)
    run.next(Attended)
    assert not {"moved/conv1.weight", "params/dense.weight"} & run.picture(40).tensors.keys()


def test_what_those_want_who_only_watch_is_in_some_pictures_and_marked(run: Run) -> None:
    wanted = Shown(frozenset({"moved"}), frozenset({"dense"}))
    kernel, past = Kernel("dense", 9, 0), replace(PAST, shown=wanted)
    run.send(SEEN)
    run.next(Attended)
    line = LineSubject("A")
    run.send(Attend(True, watchers=Interest(frozenset({kernel}), wanted, frozenset({past, line}))))
    at_rest = run.picture()
    while not at_rest.shown.covers(wanted):
        at_rest = run.picture()
    assert (at_rest.shared, "moved/dense.weight" in at_rest.tensors) == (Shown(), True)
    assert {name for name in at_rest.tensors if "moved" in name or "dense" in name}.isdisjoint(at_rest.names(Shown()))
    run.send(Start())
    kinds = set[tuple[bool, bool]]()
    found = set[Subject]()
    while len(kinds) < 2 or line not in found:
        message = run.any()
        if isinstance(message, Found):
            found.add(message.subject)
        if isinstance(message, Progress) and message.picture and message.picture.step:
            shown = message.picture
            kinds.add((shown.shown == wanted, kernel in shown.kernels))
            assert shown.shared == Shown()
            assert ("moved/dense.weight" in shown.tensors) == (shown.shown == wanted)
    assert kinds == {(True, True), (False, False)}
    run.send(SEEN)
    run.next(Attended)
    assert run.picture(run.picture().step + 1).shown == Shown()


def test_a_range_test_goes_on_while_it_trains_and_while_it_is_paused(run: Run) -> None:
    run.send(SEEN, BeginRangeTest("A"), Start())
    run.picture(30)
    run.send(Pause())
    while '"status":"done"' not in run.next(Found).payload:
        pass
    assert [record.step for record in run.steps] == list(range(1, len(run.steps) + 1))
    run.send(BeginRangeTest("A"), CancelRangeTest())
    while '"status":"cancelled"' not in run.next(Found).payload:
        pass
    run.send(BeginRangeTest("A"), NewSeed(5))
    while '"status":"cancelled"' not in run.next(Found).payload:
        pass


def test_whoever_changes_their_mind_all_the_time_gets_no_more_pictures_than_frames() -> None:
    with working(pace=Pace(frames_per_second=5)) as run:
        run.send(SEEN)
        run.all_until_silent(0.4)
        began = time.monotonic()
        run.send(*[Attend(True, Interest(shown=Shown(frozenset({name})))) for name in ("moved", "updates") * 20])
        pictures = [m for m in run.all_until_silent(0.5) if isinstance(m, Progress) and m.picture]
        assert 1 <= len(pictures) <= 5 * (time.monotonic() - began) + 1


STAGES = 16
"""Of a step of the small network: there and back through seven layers, the loss and the update."""


def test_a_step_in_phases_stops_at_each_and_is_the_step_at_once(run: Run) -> None:
    trace = TraceSubject("B", 3)
    run.send(Attend(True, Interest(subjects=frozenset({trace}))))
    done = []
    for count in range(1, STAGES):
        run.send(Phase())
        state = run.state(answered=count)
        done.append(state.phases)
        found = run.next(Found)
        while f'"done":{count}' not in found.payload:
            found = run.next(Found)
        assert state.status == "paused"
    assert done == [Phases(count, STAGES) for count in range(1, STAGES)]
    assert not run.steps
    run.send(Phase())
    assert run.state(answered=STAGES).phases is None
    picture = run.picture(step=1)
    with working() as other:
        other.send(Step())
        expected = other.picture(step=1)
    assert picture.step == expected.step == 1
    for name, tensor in expected.tensors.items():
        assert np.array_equal(picture.tensors[name], tensor), name


def test_whatever_comes_within_a_step_its_batch_is_neither_lost_nor_seen_twice(run: Run) -> None:
    with working() as other:
        other.send(Step(), Step(), Step())
        expected = other.picture(step=3)
    run.send(Phase(), Phase(), Step(), Phase(), SetLanes([lane("A", 0.01), lane("B")]), Step(), *[Phase()] * STAGES)
    state = run.state(answered=6 + STAGES)
    assert state.phases is None
    picture = run.picture(step=3, run=2)
    assert np.array_equal(picture.tensors["params/conv1.weight"], expected.tensors["params/conv1.weight"])


def test_an_epoch_ends_where_all_images_have_been_seen() -> None:
    with working(0.1) as run:  # 100 images in batches of 32
        run.send(SEEN)
        for commands, step in (([Epoch()], 4), ([Step(), Epoch()], 8)):
            run.send(*commands)
            assert run.picture(step=step).step == step
            run.next(Checkpoint)  # which it makes where it stands
            assert run.steps[-1].step == step
        run.send(Start())
        run.picture(step=20)


def test_a_weight_is_changed_by_hand_and_back_until_the_next_step(run: Run) -> None:
    weight = Weight("conv2", 1, 2, 0, 2)
    run.send(Attend(True, Interest(frozenset({weight.kernel}))), Step())
    before = run.picture(step=1).tensors["params/conv2.weight"][1, 1, 2, 0, 2]
    run.send(SetWeight("B", weight, 2.5))
    state = run.state(answered=2)
    assert (state.edits, state.last_edit) == (1, Edit("B", weight, 1, before, 2.5))
    assert run.next(Progress).picture.tensors["params/conv2.weight"][1, 1, 2, 0, 2] == 2.5
    run.send(UndoWeight())
    assert run.state(answered=3).last_edit is None
    assert run.next(Progress).picture.tensors["params/conv2.weight"][1, 1, 2, 0, 2] == before
    run.send(SetWeight("B", weight, 2.5), Step(), UndoWeight())
    state = run.state(answered=6)
    assert (state.last_edit, state.edits) == (None, 3)
    assert run.picture(step=2).tensors["params/conv2.weight"][1, 1, 2, 0, 2] == pytest.approx(2.5, abs=0.5)
    run.send(SetWeight("Z", weight, 2.5), Reset())
    assert run.state(answered=8).edits == 0


def test_edits_are_remembered_where_it_goes_on() -> None:
    experiment = small(0.1)
    experiment.set_weight("A", Weight("conv1", 0, 0, 0, 0), 1.0)
    with working(0.1, checkpoint=experiment.checkpoint()) as run:
        assert run.next(State).edits == 1


PAST = PastSubject(4)


def test_an_earlier_step_is_shown_as_it_was_and_with_what_is_wanted_now(run: Run) -> None:
    run.send(SEEN, *[Step()] * 4)
    live = run.picture(4)
    run.send(*[Step()] * 3)
    run.picture(7)
    run.send(Attend(True, Interest(subjects=frozenset({PAST}))))
    past = run.next(Found)
    assert (past.subject, past.run, past.step) == (PAST, 1, 7)
    assert (past.pictures["frame"].step, past.pictures["frame"].lane_steps, past.pictures["frame"].images_seen) == (
        4,
        (4, 4),
        live.images_seen,
    )
    expected = {name: array for name, array in live.tensors.items() if not name.startswith("active/")}
    assert past.pictures["frame"].tensors.keys() == expected.keys()
    assert all(np.array_equal(past.pictures["frame"].tensors[name], array) for name, array in expected.items())
    assert is_exact(past.pictures["frame"])
    richer = replace(PAST, shown=Shown(frozenset({"updates", "moved"}), frozenset({"dense"})))
    run.send(Attend(True, Interest(subjects=frozenset({richer}))))
    more = run.next(Found).pictures["frame"]
    assert {"updates/dense.weight", "moved/conv1.weight", "grads/dense.weight"} <= more.tensors.keys()
    assert more.kernels == {}
    run.send(Attend(True, Interest(subjects=frozenset({richer}))))
    assert not [message for message in run.all_until_silent(0.5) if isinstance(message, Found)], "nothing is new"
    run.send(Reset())
    anew = run.next(Found)
    assert (anew.run, anew.step, anew.pictures["frame"].step) == (2, 0, 0)


def test_while_lanes_catch_up_the_past_can_be_seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newcomers_module.Newcomers, "advance", lambda self: time.sleep(0.01))
    run.send(SEEN, *[Step()] * 5)
    run.send(SetLanes([lane("A"), lane("N")]))
    while run.next(State).catching_up is None:
        pass
    run.send(Attend(True, Interest(subjects=frozenset({PAST}))))
    assert run.next(Found).pictures["frame"].step == 4


def test_to_look_back_changes_no_bit_of_the_training_and_no_colour() -> None:
    wanted = Shown(frozenset({"updates", "moved", "apart.A"}))
    film = FilmSubject(Kernel("conv1", 0, 0), 8)

    def trained(looks: bool) -> tuple[list[Picture], bytes]:
        """What is shown of the steps, and the checkpoint."""
        with working(0.05, 0.3) as run:
            run.send(Attend(True, Interest(shown=wanted)))
            while "moved/conv1.weight" not in run.picture().tensors:
                pass
            pictures = []
            for step in range(1, 60):
                subjects = frozenset[Subject]({film, PastSubject(step * 7 % (step + 1))}) if looks else frozenset()
                run.send(Attend(True, Interest(shown=wanted, subjects=subjects)))
                run.next(Attended)
                run.send(Step())
                pictures.append(run.picture(step))
            return pictures, run.next(Checkpoint).data

    (plain, its_end), (looked, end) = trained(looks=False), trained(looks=True)
    assert [picture.limits for picture in looked] == [picture.limits for picture in plain]
    assert end == its_end


def test_while_it_trains_the_past_comes_between_the_steps(run: Run) -> None:
    alone = small(0.01, 0.1)
    run.send(SEEN, Start())
    for asked in range(0, 60, 10):
        at = run.picture(asked + 1).step
        run.send(Attend(True, Interest(subjects=frozenset({PastSubject(asked)}))))
        past = run.next(Found)
        assert past.subject.at == past.pictures["frame"].step == asked < at <= past.step
        while alone.step < asked:
            alone.advance()
        for name, array in snapshot_of(alone).params.items():
            assert np.array_equal(past.pictures["frame"].tensors[f"params/{name}"], array)
    run.send(Pause())
    run.state(2)
    shown = run.picture()
    while alone.step < shown.step:
        alone.advance()
    assert np.array_equal(shown.tensors["params/conv1.weight"], snapshot_of(alone).params["conv1.weight"])


def test_wherever_it_rests_it_is_tested() -> None:
    with working(0.1, test_every=1000, stop=Stop(step=7)) as run:
        run.send(SEEN, Start())
        run.test(7)
        run.send(Step(), Step())
        run.test(9)
        assert [record.step for record in run.tests if record.step != 8] == [0, 1, 2, 5, 7, 9]


def test_between_slow_steps_there_is_time_for_the_test() -> None:
    """The accuracy at which training stops counts, too, where it was measured between two steps."""
    slow = replace(DEFAULT, steps_per_second=0.01)
    with working(0.1, pace=slow, stop=Stop(accuracy=0.001)) as run:
        run.test(0)
        run.send(SEEN, Start())
        run.test(1)
        assert len(run.steps) == 1
        run.send(SetSpeed(None))
        while (state := run.next(State)).status == "running":
            pass
        assert state.stopped == Stopped("accuracy", 2, "A", 1)
