"""An experiment's worker: it dies, is busy, is replaced."""

import asyncio
import json
import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pytest
from kernelscope.experiment import Condition, EvaluationRecord, ExperimentConfig
from kernelscope.hosting.hosted import Hosted
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool
from kernelscope.runner.limits import Limits
from kernelscope.runner.longest_step import longest_step
from kernelscope.runner.process import WorkerProcess
from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command, Open, Pace, Settle
from kernelscope.source.reports import Attended, CatchingUp, Checkpoint, Failed, Message, Phases, Progress, State
from kernelscope.source.source import Listener
from kernelscope.store import Saved, Store
from kernelscope.stream.history import History
from kernelscope.studies.verdict import Verdict

from tests.api.page import watch
from tests.clients import SMALL, Serve, make
from tests.clock import ManualClock
from tests.serving import Heard, Workers


def kill(worker: WorkerProcess) -> None:
    assert worker.pid
    os.kill(worker.pid, signal.SIGKILL)


def test_a_killed_worker_is_reported_and_others_do_not_notice(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client:
        one, other = make(client), make(client)
        with watch(client, one) as page, watch(client, other) as unharmed:
            unharmed.start()
            page.start(3)
            kill(workers[0])
            failed = page.text("experiment", status="failed")
            assert failed["failure"].startswith("the worker process was killed by SIGKILL")
            assert client.get(f"/api/experiments/{one}").json() == failed
            seen = len(unharmed.losses)
            unharmed.snapshot(seen + 20)
            assert client.get(f"/api/experiments/{other}").json()["status"] == "running"


def test_after_a_failure_restart_goes_on_from_the_last_checkpoint(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(10)
            at = page.pause()
            workers[0].checkpoint(at)
            page.send("set_speed", steps_per_second=0.1)
            page.send("set_learning_rate", lane="A", rate=0.5)
            page.text("experiment", steps_per_second=0.1)
            kill(workers[0])
            failed = page.text("experiment", status="failed")
            assert failed["restart_step"] == at
            before = page.losses
            page.send("start")
            assert "restart resumes its checkpoint, reset starts at step 0" in page.text("error")["message"]
            page.send("restart")
            assert page.text("experiment", status="paused")["run"] == 2
            snapshot = page.snapshot(run=2)
            assert snapshot.directory["step"] == at
            assert page.scalars.run == 2
            assert page.losses == before, "the scalars up to the checkpoint are kept"
            page.send("set_speed", steps_per_second=None)
            page.start(at + 3)
            with watch(client, id, query=f"run=1&step={at}&tests=0") as back:  # who was away holds another run
                back.snapshot(run=2)
                assert back.losses[:at] == before


def test_what_is_restarted_trains_on_as_if_nothing_had_happened(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client:
        ids = [make(client), make(client)]
        with watch(client, ids[0]) as page, watch(client, ids[1]) as unharmed:
            page.start(3)
            at = workers[0].checkpoint(1)
            kill(workers[0])
            restart_step = page.text("experiment", status="failed")["restart_step"]
            assert restart_step >= at
            page.send("restart")
            page.text("experiment", status="paused", run=2)
            assert page.snapshot(run=2).directory["step"] == restart_step
            page.start(restart_step + 20)
            unharmed.start(restart_step + 20)
            count = min(len(page.losses), len(unharmed.losses))
            assert count >= restart_step + 20
            assert page.losses[:count] == unharmed.losses[:count]


def test_after_a_failure_reset_begins_at_step_zero_with_the_rates_of_now(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client, watch(client, make(client)) as page:
        page.send("set_learning_rate", lane="B", rate=0.25)
        page.start(3)
        kill(workers[0])
        page.text("experiment", status="failed")
        page.send("reset")
        view = page.text("experiment", status="paused")
        assert view["run"] == 2
        assert [lane["learning_rate"] for lane in view["lanes"]] == [0.01, 0.25]
        assert (view["failure"], view["restart_step"]) == (None, None)
        assert page.snapshot(run=2).directory["step"] == 0
        page.send("step")
        page.snapshot(1, run=2)
        assert len(page.losses) == 1


def test_a_replaced_run_comes_back_for_all_and_outlives_the_source_that_brought_it_back(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client:
        id = make(client)
        with watch(client, id) as page, watch(client, id) as other:
            page.start(5)
            at = page.pause()
            losses = page.losses
            page.send("set_lanes", lanes=[{"id": "B", "learning_rate": 0.1}])
            assert page.text("experiment", run=2, catching_up=None)["undo"] == {"of": "remove", "step": at, "run": 1}
            page.send("step")
            page.snapshot(at + 1, run=2)
            page.send("set_stop", stop={"step": at + 1})
            assert page.text("error")["problems"][0]["code"] == "step_passed"
            page.send("undo", run=1)
            view = page.text("experiment", run=3)
            assert (view["undo"], view["status"]) == ({"of": "undo", "step": at + 1, "run": 2}, "paused")
            assert [lane["id"] for lane in view["lanes"]] == ["A", "B"]
            for viewer in (page, other):
                assert viewer.snapshot(run=3).directory["step"] == at
                assert viewer.losses == losses
            kill(workers[0])
            failed = page.text("experiment", status="failed")
            assert (failed["undo"], failed["restart_step"]) == (None, at)
            page.send("restart")
            assert page.text("experiment", status="paused", run=4)["undo"] is None
            page.snapshot(run=4)
            assert page.losses == losses


def test_it_may_fail_more_than_once(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client, watch(client, make(client)) as page:
        page.snapshot()
        for run in (1, 2, 3):
            alive = [worker for worker in workers if worker.alive]
            kill(alive[0])
            page.text("experiment", status="failed", run=run)
            page.send("restart")
            page.text("experiment", status="paused", run=run + 1)


def test_out_of_memory_is_reported_in_words(serve: Serve) -> None:
    large = [
        {"type": "conv", "name": "conv1", "filters": 20, "kernel": 3, "padding": 1},
        {"type": "dense", "name": "d1", "units": 3000},
        {"type": "dense", "name": "d2", "units": 10},
    ]
    with serve(worker_memory=256, max_parameters=10**9) as client:
        ids = [make(client), make(client, architecture=large)]
        with watch(client, ids[1]) as page, watch(client, ids[0]) as other:
            page.send("start")
            reason = page.text("experiment", status="failed")["failure"]
            assert reason.startswith("out of memory: it may use 256 MiB (--worker-memory)")
            other.start()


@pytest.mark.parametrize("damaged", ["standings SET history", "standings SET checkpoint", "scalars SET data"])
def test_an_experiment_that_cannot_be_read_where_it_stands_begins_again(
    serve: Serve, tmp_path: Path, damaged: str
) -> None:
    with serve() as client:
        id, cookies = make(client), dict(client.cookies)
        with watch(client, id) as page:
            page.start(3)
    with closing(Store(tmp_path)) as store, closing(sqlite3.connect(store.path)) as db, db:
        assert db.execute(f"UPDATE {damaged} = ?", (b"damaged",)).rowcount > 0
    with serve() as client:
        client.cookies.update(cookies)
        with watch(client, id) as page:
            assert page.text("experiment", status="paused")["run"] == 2, "the same run would be another one"
            assert page.snapshot().directory["step"] == 0
            page.start(2)


def deaf(pipe: Connection, limits: Limits) -> None:
    """A worker that opens its experiment and then listens no more, as in a step that takes very long."""
    opening = pipe.recv()
    assert isinstance(opening, Open)
    lanes = len(opening.config.lanes)
    conditions, verdicts = (Condition(),) * lanes, (Verdict("measuring"),) * lanes
    pipe.send(State("paused", opening.run, opening.config, conditions, verdicts, opening.pace, 0))
    pipe.send(Progress(opening.run, [], [], [], None, None))
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()


class DeafWorkers(Workers):
    def start(self, limits: Limits) -> WorkerProcess:
        self.append(Heard(limits, deaf))
        return self[-1]


def test_a_busy_worker_is_asked_for_so_much_and_no_more(serve: Serve) -> None:
    workers = DeafWorkers()
    with serve(workers) as client, watch(client, make(client)) as page:
        page.text("experiment", status="paused")
        for _ in range(17):
            page.send("step")
        error = page.text("error")
        assert error["about"] == "step"
        assert error["message"].startswith("expected at most 16 commands to wait for the training")
        page.obeyed()
        kill(workers[0])  # else the server would wait for it


def test_a_worker_that_is_lost_is_not_waited_for_without_end(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    workers = Workers()
    # Meanwhile it is due to be kept, time and again: who keeps it waits too.
    with serve(workers, answer_within=2, keep_every=0.5) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(3)
            workers[0].checkpoint(3)
            assert workers[0].pid
            os.kill(workers[0].pid, signal.SIGSTOP)
            # A server that would wait for ever ends then, but has found nothing lost.
            late = threading.Timer(60, os.kill, (workers[0].pid, signal.SIGCONT))
            late.start()
    late.cancel()
    assert f"experiment {id} goes back to its last checkpoint" in caplog.messages
    assert not workers[0].alive
    with serve() as client, watch(client, id) as page:
        assert page.text("experiment")["run"] == 2
        assert page.snapshot(3, run=2)


@pytest.mark.parametrize("status", ["paused", "running"])
def test_a_worker_that_is_stuck_is_a_failure_that_is_told_and_leads_on(serve: Serve, status: str) -> None:
    workers, clock = Workers(), ManualClock()
    with serve(workers, clock) as client:
        id = make(client)
        with watch(client, id) as page:
            page.send("step")
            page.snapshot(1)  # it has answered all that it was asked
            if status == "running":
                page.start(3)
            at = workers[0].checkpoint(1)
            assert workers[0].pid
            os.kill(workers[0].pid, signal.SIGSTOP)
            if status == "paused":
                for _ in range(10):
                    clock.advance(10)
                    page.obeyed()
                assert client.get(f"/api/experiments/{id}").json()["status"] == "paused", "it owes nothing"
                page.send("step")
                page.obeyed()
            while (view := client.get(f"/api/experiments/{id}").json())["status"] != "failed":
                clock.advance(10)
            assert view["failure"].startswith("the training has not answered for ")
            page.text("experiment", status="failed")
            page.send("restart")
            page.text("experiment", status="paused", run=2)
            page.send("step")
            page.snapshot(at + 1, 2)
    assert not workers[0].alive


class Silent(WorkerProcess):
    """A worker with no process: a test speaks for it."""

    def __init__(self) -> None:
        self.killed = False
        self.asked: list[Open | Command | Attend] = []

    def open(self, opening: Open, listener: Listener) -> None:
        """It says nothing."""

    def send(self, message: Open | Command | Attend) -> None:
        """It is noted."""
        self.asked.append(message)

    def kill(self) -> None:
        """It is noted."""
        self.killed = True


CONFIG = ExperimentConfig.model_validate(SMALL)
PAUSED = State("paused", 1, CONFIG, (Condition(),) * 2, (Verdict("measuring"),) * 2, Pace(), 0)


def say(hosted: Hosted, message: Message) -> None:
    """Its source does."""
    assert hosted._conversation
    hosted._receive(hosted._conversation, message, None)


def hosted(*messages: Message) -> tuple[Hosted, Silent]:
    """An experiment whose worker has said this, and then waits."""

    async def begun() -> tuple[Hosted, Silent]:
        hosted = Hosted(Saved("id", "", CONFIG), History(1, 2), None, Pace(), lambda _: None)
        worker = Silent()
        hosted.begin(worker)
        for message in messages:
            say(hosted, message)
        return hosted, worker

    return asyncio.run(begun())


@pytest.mark.parametrize(
    ("messages", "owes"),
    [
        ([], True),
        ([PAUSED], False),
        ([replace(PAUSED, status="running")], True),
        ([replace(PAUSED, catching_up=CatchingUp(3, 9))], True),
        ([replace(PAUSED, status="running"), PAUSED], False),
    ],
    ids=["starting", "paused", "running", "catching up", "paused again"],
)
def test_a_worker_is_missed_when_it_should_be_saying_something(messages: list[Message], owes: bool) -> None:
    experiment, worker = hosted(*messages)
    say(experiment, Attended())
    for _ in range(4):
        experiment.check(10, patience=60)
    assert not experiment.failure
    for _ in range(4):
        experiment.check(10, patience=60)
    assert worker.killed == bool(experiment.failure) == owes
    if owes:
        assert experiment.failure == "the training has not answered for 70 seconds (--answer-within)"


@pytest.mark.parametrize(
    ("messages", "settles"),
    [
        ([], False),
        ([PAUSED], False),
        ([PAUSED, Progress(1, [], [], [EvaluationRecord(0, (1.0, 1.0), (0.1, 0.1))], None, None)], True),
        ([replace(PAUSED, status="running"), Checkpoint(b"")], True),
    ],
    ids=["starting", "paused", "more than the checkpoint", "running, with steps that nobody has been told of"],
)
def test_a_worker_is_waited_for_where_it_has_more_than_its_checkpoint(messages: list[Message], settles: bool) -> None:
    experiment, worker = hosted(*messages)
    experiment.rest_soon()
    assert (Settle() in worker.asked) == settles


def test_whatever_it_says_it_is_there() -> None:
    experiment, _ = hosted(replace(PAUSED, status="running"))
    for _ in range(3):
        for _ in range(5):
            experiment.check(10, patience=60)
        say(experiment, Attended())
    assert not experiment.failure


def test_in_slow_motion_a_worker_may_be_silent_from_step_to_step() -> None:
    slow = replace(PAUSED, status="running", pace=Pace(steps_per_second=0.1))
    experiment, _ = hosted(slow)
    for _ in range(10):
        experiment.check(1, patience=1)
    assert not experiment.failure
    for _ in range(3):
        experiment.check(1, patience=1)
    assert experiment.failure


def test_a_network_whose_steps_are_long_may_compute_for_longer() -> None:
    large: list[LayerSpec] = [
        Conv("a", 82, 1),
        Conv("b", 82, (27, 1), padding=(13, 0)),
        MaxPool("p", 4),
        Dense("d", 10),
    ]
    assert longest_step(ExperimentConfig()) < 10
    assert longest_step(ExperimentConfig(architecture=large, batch_size=128)) > 300, "it has taken 262 seconds"


def test_a_worker_whose_reports_make_no_sense_is_ended() -> None:
    experiment, worker = hosted(PAUSED, Progress(1, [], [1.0], [], None, None))
    assert experiment.failure
    assert worker.killed


def test_what_was_under_way_has_gone_with_the_worker() -> None:
    experiment, _ = hosted(replace(PAUSED, catching_up=CatchingUp(3, 9), phases=Phases(2, 12)))
    assert experiment.view().catching_up
    assert experiment.view().phases
    say(experiment, Failed("the worker has died", "killed"))
    assert experiment.view().status == "failed"
    assert experiment.view().catching_up is None
    assert experiment.view().phases is None


def test_shapes_are_inferred_once(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, _ = hosted(PAUSED)
    monkeypatch.setattr(ExperimentConfig, "shapes", None)
    assert [layer.name for layer in experiment.view().layers] == ["conv1", "relu1", "pool1", "dense"]


def test_a_flood_of_commands_holds_up_nobody_else(client: httpx.Client, id: str) -> None:
    with watch(client, id) as page:
        page.snapshot()
        for _ in range(190):
            page.send("new_seed")
        assert client.get("/healthz", timeout=5).status_code == 200
        assert client.delete(f"/api/experiments/{id}", timeout=20).status_code == 204


def test_workers_get_the_limits_of_the_settings(serve: Serve) -> None:
    asked: list[Limits] = []

    class Noted(Workers):
        def start(self, limits: Limits) -> WorkerProcess:
            asked.append(limits)
            return super().start(limits)

    with serve(Noted(), threads=3, worker_memory=300) as client:
        make(client)
    assert (asked[0].threads, asked[0].memory) == (3, 300)


def test_a_worker_that_died_while_it_waited_is_not_handed_out(serve: Serve) -> None:
    workers = Workers()
    with serve(workers) as client:
        while not workers:
            time.sleep(0.01)
        workers[0].close()
        with watch(client, make(client)) as page:
            page.snapshot()


@pytest.mark.parametrize(
    "garbled",
    [
        replace(PAUSED, conditions=(Condition("asleep"),) * 2),  # type: ignore[arg-type]
        replace(PAUSED, verdicts=PAUSED.verdicts[:1]),
        replace(PAUSED, config=CONFIG.model_copy(update={"lanes": []}), conditions=(), verdicts=()),
    ],
    ids=["a status that there is not", "a lane without a verdict", "no lanes"],
)
def test_a_report_that_cannot_be_told_is_a_failure_that_is_told_and_changes_nothing(garbled: State) -> None:
    found, source = hosted(PAUSED, garbled)
    described = json.loads(found.channel.description)
    assert (described["status"], described["failure_code"]) == ("failed", "garbled")
    assert described["failure"].startswith("a report of the training")
    assert source.killed
    assert found.saved.config == CONFIG, "it is what the store has to be able to read"
