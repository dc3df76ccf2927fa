"""The real worker in a real process: how it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from kernelscope.datasets import Dataset
from kernelscope.endings import ending
from kernelscope.experiment import ExperimentConfig, LaneConfig
from kernelscope.experiment.place import Kernel
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Parameters, ReLU, inputs, parallel
from kernelscope.nn.crew.all_cores import AllCores
from kernelscope.nn.crew.request import Request
from kernelscope.runner import process
from kernelscope.runner.limits import Limits
from kernelscope.runner.main import run_worker
from kernelscope.runner.process import NO_LIMITS, WorkerProcess
from kernelscope.source.attention import Attend, Interest
from kernelscope.source.commands import Open, Start
from kernelscope.source.reports import Checkpoint, Failed, Message, State

from tests.processes import children, gone
from tests.runner.support import Run

SMALL: list[LayerSpec] = [Conv("conv1", 2, 5), ReLU("relu1"), MaxPool("pool1", 4), Dense("dense", 10)]
CONFIG = ExperimentConfig(
    architecture=SMALL, batch_size=8, lanes=[LaneConfig(id="A", learning_rate=0.01), LaneConfig(learning_rate=0.1)]
)


@pytest.fixture(autouse=True)
def workers_start_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a server starts them."""
    monkeypatch.setattr(process, "_spawn", multiprocessing.get_context("spawn"))


@contextmanager
def opened(opening: Open, worker: WorkerProcess | None = None) -> Iterator[tuple[Run, WorkerProcess]]:
    worker = worker or WorkerProcess()
    run = Run(worker.send)
    try:
        worker.open(opening, run.heard.put)
        yield run, worker
    finally:
        worker.close()
        assert not worker.alive


def killed(worker: WorkerProcess, how: signal.Signals) -> None:
    assert worker.pid
    os.kill(worker.pid, how)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "it ended"),
        (3, "it ended with exit code 3"),
        (-signal.SIGTERM, "it was killed by SIGTERM"),
        (-40, "it was killed by signal 40"),
    ],
)
def test_every_ending_has_its_words(code: int | None, words: str) -> None:
    assert ending("it", code) == words


def test_it_trains_and_one_that_is_closed_says_no_more() -> None:
    with opened(Open(CONFIG, 1)) as (run, worker):
        run.send(Attend(snapshots=True), Start())
        assert run.picture(5).tensors["params/conv1.weight"].shape == (2, 2, 1, 5, 5)
        run.next(Checkpoint)
        worker.close()
        assert not [message for message in run.all_until_silent(0.3) if isinstance(message, Failed)]


def test_one_that_is_killed_is_noticed_with_the_reason() -> None:
    with opened(Open(CONFIG, 1)) as (run, worker):
        run.send(Start())
        run.state(1)
        killed(worker, signal.SIGKILL)
        reason = run.next(Failed).reason
        assert reason.startswith("the worker process was killed by SIGKILL")
        assert "memory" in reason
        run.send(Start())  # to nobody, without an error


def test_the_reason_names_the_signal() -> None:
    with opened(Open(CONFIG, 1)) as (run, worker):
        run.next(State)
        killed(worker, signal.SIGUSR1)
        assert run.next(Failed) == Failed("the worker process was killed by SIGUSR1", "killed")


def test_one_that_does_not_listen_holds_up_nobody_who_asks_it_something() -> None:
    with opened(Open(CONFIG, 1)) as (run, worker):
        run.next(State)
        killed(worker, signal.SIGSTOP)
        much = Attend(True, Interest(frozenset(Kernel("conv1", out, 0) for out in range(10_000))))
        asking = threading.Thread(target=run.send, args=[much] * 20, daemon=True)
        asking.start()
        asking.join(5)
        assert not asking.is_alive()
        worker.kill()
        assert gone([worker.pid or 0], 5)


def run_with_a_helper(pipe: Connection, limits: Limits) -> None:
    """On two cores, whatever this machine has, and from the first step on."""
    inputs.available_cores = lambda: 2  # type: ignore[attr-defined]
    carry_out = AllCores.carry_out

    def with_a_helper(self: AllCores, request: Request, into: Sequence[Parameters]) -> list[list[Any]]:
        self.settle()
        return carry_out(self, request, into)

    parallel.LITTLE = 0
    AllCores.carry_out = with_a_helper  # type: ignore[assignment]
    run_worker(pipe, limits)


def test_a_helper_of_it_that_is_killed_is_noticed_as_it_is_itself() -> None:
    with opened(Open(CONFIG, 1), WorkerProcess(Limits(memory=2048), run_with_a_helper)) as (run, worker):
        run.send(Attend(snapshots=True), Start())
        run.picture(1)
        assert worker.pid
        [helper] = children(worker.pid)
        os.kill(helper, signal.SIGKILL)
        failed = run.next(Failed, 1)
        assert failed.reason.startswith("a helper process was killed by SIGKILL")
        assert failed.code == "killed"


def leave(pipe: Connection, limits: Limits) -> None:
    pipe.recv()
    os._exit(7)


def test_one_that_ends_of_itself_is_noticed() -> None:
    with opened(Open(CONFIG, 1), WorkerProcess(target=leave)) as (run, _):
        assert run.next(Failed) == Failed("the worker process ended with exit code 7", "ended")


def test_out_of_memory_is_said_in_words_with_the_setting() -> None:
    large = ExperimentConfig.model_validate(
        {
            "architecture": [
                {"type": "conv", "name": "c", "filters": 30, "kernel": 3, "padding": 1},
                {"type": "dense", "name": "d1", "units": 5000},
                {"type": "dense", "name": "d2", "units": 10},
            ],
        }
    )
    with opened(Open(large, 1), WorkerProcess(Limits(threads=1, memory=256))) as (run, _):
        run.send(Start())
        reason = run.next(Failed).reason
        assert reason.startswith("out of memory: it may use 256 MiB (--worker-memory)")


def test_the_least_memory_that_can_be_set_is_enough_for_the_default_network() -> None:
    with opened(Open(ExperimentConfig(), 1), WorkerProcess(Limits(memory=256))) as (run, _):
        run.send(Attend(snapshots=True), Start())
        run.picture(3)


def test_an_exception_in_it_is_reported_with_its_words() -> None:
    with opened(Open(CONFIG.model_copy(update={"dataset": "cats"}), 1)) as (run, _):
        assert "cats" in run.next(Failed).reason


def test_a_checkpoint_that_cannot_be_read_is_reported() -> None:
    with opened(Open(CONFIG, 1, checkpoint=b"nothing")) as (run, _):
        assert "expected a checkpoint" in run.next(Failed).reason


def test_what_the_listener_cannot_pass_on_is_reported_too() -> None:
    class Deaf(Run):
        def hear(self, message: Message) -> None:
            if not isinstance(message, Failed):
                raise LookupError("no such viewer")
            self.heard.put(message)

    worker = WorkerProcess()
    try:
        run = Deaf(worker.send)
        worker.open(Open(CONFIG, 1), run.hear)
        assert run.next(Failed).reason == (
            "the server cannot pass on what the worker reports: LookupError('no such viewer')"
        )
    finally:
        worker.close()


def run_until_the_experiment(pipe: Connection, limits: Limits) -> None:
    """The real worker, except that it fails with the number of threads that its experiment would have had."""

    def experiment(config: ExperimentConfig, data: Dataset, threads: int | None) -> NoReturn:
        raise RuntimeError(f"threads: {threads}")

    with patch("kernelscope.runner.main.Experiment", experiment):
        run_worker(pipe, limits)


@pytest.mark.parametrize("limits", [Limits(threads=3), NO_LIMITS])
def test_its_experiment_gets_the_threads_that_the_process_was_given(limits: Limits) -> None:
    with opened(Open(CONFIG, 1), WorkerProcess(limits, run_until_the_experiment)) as (run, _):
        assert run.next(Failed).reason == f"RuntimeError: threads: {limits.threads}"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_idle_worker_outlives_a_server_that_is_killed(how: signal.Signals) -> None:
    script = (
        "from kernelscope.runner.process import WorkerProcess; import time\n"
        "if __name__ == '__main__':\n"
        "    print(WorkerProcess().pid, WorkerProcess().pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as server:
        assert server.stdout
        workers = [int(pid) for pid in server.stdout.readline().split()]
        server.send_signal(how)
    assert gone(workers, 10)
