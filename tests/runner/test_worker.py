"""The real worker in a real process."""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn, TypeVar
from unittest.mock import patch

import numpy as np
import pytest

from server.datasets import Dataset
from server.experiment import ExperimentConfig, LaneConfig, StepRecord
from server.nn import Conv, Dense, LayerSpec, MaxPool, ReLU
from server.runner.messages import (
    Command,
    Failed,
    Message,
    NewSeed,
    Pause,
    Progress,
    Reset,
    SetLearningRate,
    Start,
    State,
    Step,
)
from server.runner.process import WorkerProcess
from server.runner.worker import run_worker

M = TypeVar("M", bound=Message)

SMALL: list[LayerSpec] = [Conv("conv1", 2, 5), ReLU("relu1"), MaxPool("pool1", 4), Dense("dense", 10)]


def config(*rates: float) -> ExperimentConfig:
    return ExperimentConfig(
        architecture=SMALL, batch_size=8, lanes=[LaneConfig(id=f"L{i}", learning_rate=r) for i, r in enumerate(rates)]
    )


class Run:
    """A worker and everything it has said."""

    def __init__(self, config: ExperimentConfig, worker: WorkerProcess | None = None) -> None:
        self.worker = worker or WorkerProcess()
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.steps: list[StepRecord] = []
        self.worker.open(config, 1, self.heard.put)

    def send(self, *commands: Command) -> None:
        for command in commands:
            self.worker.send(command)

    def next(self, kind: type[M], seconds: float = 20) -> M:
        """The next message of a kind; those before it are passed over, their steps kept."""
        until = time.monotonic() + seconds
        while True:
            message = self.heard.get(timeout=max(0.01, until - time.monotonic()))
            if isinstance(message, Progress):
                self.steps += message.steps
            if isinstance(message, kind):
                return message

    def snapshot_at(self, step: int) -> Progress:
        while True:
            progress = self.next(Progress)
            if progress.snapshot is not None and progress.snapshot.step >= step:
                return progress

    def silent(self, seconds: float) -> bool:
        """Whether nothing but evaluations of the test set comes for a while."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                message = self.heard.get(timeout=left)
            except queue.Empty:
                return True
            if not (isinstance(message, Progress) and message.snapshot is None and not message.steps):
                return False
        return True


@pytest.fixture
def run() -> Iterator[Run]:
    run = Run(config(0.01, 0.1))
    yield run
    run.worker.close()
    assert not run.worker.alive


def test_it_opens_paused_at_step_zero_with_kernels_to_see(run: Run) -> None:
    state = run.next(State)
    assert (state.status, state.run, state.seed) == ("paused", 1, 3)
    snapshot = run.next(Progress).snapshot
    assert snapshot is not None
    assert snapshot.step == 0
    assert snapshot.grads is None
    assert snapshot.params["conv1.weight"].shape == (2, 2, 1, 5, 5)
    (evaluation,) = run.next(Progress).evaluations
    assert evaluation.step == 0
    assert run.silent(0.3)


def test_pause_freezes_the_step_and_start_goes_on_with_the_same_weights(run: Run) -> None:
    run.send(Start())
    run.snapshot_at(5)
    run.send(Pause())
    while run.next(State).status != "paused":
        pass
    paused = run.next(Progress).snapshot
    assert paused is not None
    assert run.silent(0.4)
    run.send(Step())
    after = run.next(Progress).snapshot
    assert after is not None
    assert after.grads is not None
    assert after.step == paused.step + 1
    # One step from the paused weights, with the gradient that is shown: nothing happened in between.
    for lane, rate in enumerate((0.01, 0.1)):
        expected = paused.params["conv1.weight"][lane] + np.float32(-rate) * after.grads["conv1.weight"][lane]
        np.testing.assert_array_equal(after.params["conv1.weight"][lane], expected)
    assert [record.step for record in run.steps] == list(range(1, after.step + 1))


def test_step_pauses_a_running_experiment(run: Run) -> None:
    run.send(Start(), Step())
    assert run.next(State).status == "paused"
    assert run.next(State).status == "running"
    assert run.next(State).status == "paused"
    run.next(Progress)
    assert run.silent(0.3)


def test_reset_gives_the_same_kernels_and_a_new_seed_gives_others(run: Run) -> None:
    first = run.snapshot_at(0).snapshot
    run.send(Step(), Step())
    trained = run.snapshot_at(2).snapshot
    run.send(Reset())
    run.next(State)
    again = run.next(Progress)
    assert first is not None
    assert trained is not None
    assert again.snapshot is not None
    assert (again.run, again.snapshot.step) == (2, 0)
    np.testing.assert_array_equal(again.snapshot.params["conv1.weight"], first.params["conv1.weight"])
    run.send(Step(), Step())
    retrained = run.snapshot_at(2).snapshot
    assert retrained is not None
    np.testing.assert_array_equal(retrained.params["conv1.weight"], trained.params["conv1.weight"])
    run.send(NewSeed(7))
    other = run.next(Progress)
    assert other.snapshot is not None
    assert other.run == 3
    assert not np.array_equal(other.snapshot.params["conv1.weight"], first.params["conv1.weight"])


def test_a_rate_changes_live_and_survives_a_reset(run: Run) -> None:
    run.send(Start())
    run.snapshot_at(3)
    run.send(SetLearningRate("L1", 0.5))
    state = run.next(State)
    assert state.status == "running"
    assert [lane.learning_rate for lane in state.lanes] == [0.01, 0.5]
    run.snapshot_at(run.steps[-1].step + 3)
    rates = [record.learning_rate[1] for record in run.steps]
    assert rates == sorted(rates), "the new rate holds from one step on"
    assert set(rates) == {0.1, 0.5}
    assert [record.step for record in run.steps] == list(range(1, len(run.steps) + 1)), "nothing was reset"
    run.send(Reset())
    while (state := run.next(State)).run == 1:
        pass
    assert [lane.learning_rate for lane in state.lanes] == [0.01, 0.5]


def test_when_every_lane_has_diverged_it_pauses_and_says_why() -> None:
    # Without ReLUs nothing can die: two linear layers drive each other to infinity.
    linear: list[LayerSpec] = [Conv("conv1", 2, 5), Dense("dense", 10)]
    run = Run(config(1000.0).model_copy(update={"architecture": linear}))
    try:
        run.send(Start())
        while (state := run.next(State)).lanes[0].condition.status != "diverged":
            pass
        assert state.status == "paused"
        condition = state.lanes[0].condition
        assert condition.step == run.steps[-1].step
        assert f"Diverged at step {condition.step}" in str(condition.reason)
        run.send(Start())
        assert run.next(State).status == "paused"
    finally:
        run.worker.close()


def test_an_exception_in_it_is_reported_with_its_words() -> None:
    impossible = config(0.1).model_copy(update={"dataset": "cats"})
    run = Run(impossible)
    try:
        assert "cats" in run.next(Failed).reason
    finally:
        run.worker.close()


def run_until_the_experiment(pipe: Connection, threads: int | None) -> None:
    """The real worker, except that it fails with the number of threads that its experiment would have had."""

    def experiment(config: ExperimentConfig, data: Dataset, threads: int | None) -> NoReturn:
        raise RuntimeError(f"threads: {threads}")

    with patch("server.runner.worker.Experiment", experiment):
        run_worker(pipe, threads)


@pytest.mark.parametrize("threads", [3, None])
def test_its_experiment_gets_the_threads_that_the_process_was_given(threads: int | None) -> None:
    run = Run(config(0.1), WorkerProcess(threads, run_until_the_experiment))
    try:
        assert run.next(Failed).reason == f"RuntimeError: threads: {threads}"
    finally:
        run.worker.close()


def test_a_killed_worker_is_noticed(run: Run) -> None:
    run.next(State)
    assert run.worker.pid
    os.kill(run.worker.pid, signal.SIGKILL)
    assert "exit code -9" in run.next(Failed, 5).reason
    run.send(Start())  # to nobody, without an error


def test_no_worker_outlives_a_killed_server() -> None:
    script = (
        "from server.runner.process import WorkerProcess; import time\n"
        "if __name__ == '__main__':\n"
        "    print(WorkerProcess().pid, WorkerProcess().pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as server:
        assert server.stdout
        workers = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()
    until = time.monotonic() + 10
    while any(map(_alive, workers)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_alive, workers))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process nobody has waited for is still listed; it is dead all the same.
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
