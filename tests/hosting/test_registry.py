"""Which experiments have a worker, and what becomes of those that give it up."""

import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.experiment.evaluation import EARLY
from kernelscope.hosting import room
from kernelscope.hosting import spare as spare_module
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.views import Kept
from kernelscope.runner.process import WorkerProcess
from kernelscope.store import Saved, Standing, Store, StoreError

from tests.api.page import Scalars, watch
from tests.clients import SMALL, Serve, make
from tests.clock import ManualClock
from tests.processes import children, command, gone, server
from tests.serving import Workers

MEANWHILE = {"pause_unwatched_after": 0.1, "give_up_unwatched_after": 0.3}
ADAM = [{"learning_rate": 0.003, "optimizer": {"type": "adam"}}, {"learning_rate": 0.05}]


def until(status: str, client: httpx.Client, id: str) -> None:
    end = time.monotonic() + 20
    while client.get(f"/api/experiments/{id}").json()["status"] != status:
        assert time.monotonic() < end
        time.sleep(0.02)


def uninterrupted(steps: int, **members: Any) -> list[list[float]]:
    """The losses that `SMALL` has when nothing interrupts it."""
    config = ExperimentConfig.model_validate({**SMALL, **members})
    experiment = Experiment(config, datasets.load(config.dataset), threads=1)
    return [[float(np.float32(loss)) for loss in experiment.advance()[0].loss] for _ in range(steps)]


def test_an_experiment_that_nobody_watches_is_paused(serve: Serve) -> None:
    with serve(pause_unwatched_after=0.3) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start()
        until("paused", client, id)
        with watch(client, id) as page:
            paused = page.snapshot(1).directory["step"]
            page.start(paused + 1)  # nothing was lost


def test_who_looks_away_for_a_moment_finds_it_running(serve: Serve) -> None:
    clock = ManualClock()
    with serve(clock=clock) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start()
        with watch(client, id) as page:
            page.text("audience", viewers=1)
            clock.advance(100)
            assert client.get(f"/api/experiments/{id}").json()["status"] == "running"
            page.obeyed()


def regular(tests: list[int], every: int) -> bool:
    """Whether none of the tests that are due is missing or comes twice; where it rested there may be others."""
    due = [step for step in range(tests[-1] + 1) if step % every == 0 or step in EARLY]
    return tests == sorted(set(tests)) and set(due) <= set(tests)


def test_what_has_given_up_its_worker_goes_on_bit_for_bit_when_somebody_comes_back(serve: Serve) -> None:
    scalars = Scalars()
    with serve(**MEANWHILE) as client:
        id = make(client, lanes=ADAM, test_every=7)
        for _ in range(3):
            held = len(scalars.losses)
            with watch(client, id, scalars=scalars) as page:
                page.start(held + 20)
                assert page.scalars.run == 1, "it is still the same run"
            until("asleep", client, id)
        with watch(client, id) as newcomer:
            newcomer.snapshot(1)
            assert newcomer.losses[: len(scalars.losses)] == scalars.losses
            assert regular(newcomer.scalars.tests, 7)
            losses = newcomer.losses
    assert losses == uninterrupted(len(losses), lanes=ADAM, test_every=7)


def test_who_held_what_was_put_back_gets_only_what_is_new(serve: Serve) -> None:
    with serve(**MEANWHILE) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(10)
            at = page.pause()
        until("asleep", client, id)
        with watch(client, id, scalars=page.scalars) as back:
            assert back.text("audience")["viewers"] == 1
            frames = back.receive()
            while isinstance(frames, dict):
                frames = back.receive()
            assert (frames[0].directory["first_step"], frames[0].directory["last_step"]) == (at + 1, at)
            back.send("step")
            back.snapshot(at + 1)
            assert len(back.losses) == at + 1


def test_an_experiment_outlives_the_server_with_seed_and_rates_as_they_were(serve: Serve) -> None:
    with serve() as client:
        id, cookies = make(client), dict(client.cookies)
        with watch(client, id) as page:
            page.send("set_learning_rate", lane="B", rate=0.5)
            page.send("new_seed", seed=99)
            page.snapshot(run=2)
    with serve() as client:
        client.cookies.update(cookies)
        view = client.get(f"/api/experiments/{id}").json()
        assert view["status"] == "asleep"
        assert view["config"]["seed"] == 99
        assert [lane["learning_rate"] for lane in view["lanes"]] == [0.01, 0.5]
        with watch(client, id, scalars=page.scalars) as back:
            assert back.snapshot(run=2).directory["step"] == 0
            back.start(5)
            assert back.scalars.run == 2


def test_without_room_the_longest_unwatched_gives_up_its_worker_and_keeps_its_address(own: httpx.Client) -> None:
    ids = [make(own) for _ in range(3)]
    statuses = {view["id"]: view["status"] for view in own.get("/api/experiments").json()}
    assert statuses[ids[0]] == "asleep"
    assert "asleep" not in (statuses[ids[1]], statuses[ids[2]])
    with watch(own, ids[0]) as page:
        assert page.text("experiment", status="paused")["id"] == ids[0]
        page.start()


def test_when_all_are_watched_a_new_one_is_refused_with_a_way_out(own: httpx.Client) -> None:
    asleep, *ids = [make(own) for _ in range(3)]
    with watch(own, ids[0]) as one, watch(own, ids[1]) as other:
        one.text("audience")
        other.text("audience")
        response = own.post("/api/experiments", json=SMALL)
        assert response.status_code == 503
        assert "--max-experiments" in response.json()["detail"]
        assert len(own.get("/api/experiments").json()) == 3
        with watch(own, asleep) as page:
            assert page.close_code() == (1013, "all 2 experiments that this server runs at once are being watched")
    with watch(own, asleep) as page:
        page.snapshot()


def test_a_server_that_is_stopped_in_training_goes_on_with_the_same_run(serve: Serve) -> None:
    scalars, cookies, id = Scalars(), dict[str, str](), ""
    with ExitStack() as open_pages:
        for _ in range(3):
            with serve() as client:
                client.cookies.update(cookies)
                id, cookies = id or make(client, test_every=5), dict(client.cookies)
                page = open_pages.enter_context(watch(client, id, scalars=scalars))
                page.start(len(scalars.losses) + 10)
            assert page.close_code()[0] == 1012
    assert scalars.run == 1
    assert scalars.losses == uninterrupted(len(scalars.losses), test_every=5)
    assert regular(scalars.tests, 5)


def killed(process: Any) -> None:
    """As by the system, with all its workers gone."""
    offspring = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert gone(offspring, 10)


def test_after_a_server_that_was_killed_it_goes_on_from_where_it_was_put_back_as_the_next_run(tmp_path: Path) -> None:
    with server(tmp_path) as (process, address), httpx.Client(base_url=address, timeout=20) as client:
        id, cookies = make(client), dict(client.cookies)
        with watch(client, id) as page:
            page.start(5)
            at = page.pause()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    held = page.scalars
    with (
        server(tmp_path) as (process, address),
        httpx.Client(base_url=address, cookies=cookies, timeout=20) as client,
        watch(client, id, scalars=held) as page,
    ):
        page.start(at + 5)
        assert held.run == 1
        page.send("new_seed", seed=5)
        page.text("experiment", status="paused", run=2)
        killed(process)
    with (
        server(tmp_path) as (process, address),
        httpx.Client(base_url=address, timeout=20) as client,
        watch(client, id, scalars=held) as page,
    ):
        assert page.snapshot(run=3).directory["step"] == at
        assert held.run > 2, "what was the second run is lost, and its number is not used again"
        assert held.losses == uninterrupted(at)


def kept_steps(folder: Path, id: str) -> int:
    """How many steps a server has kept the scalars of, as its file says."""
    with closing(sqlite3.connect(f"file:{folder}/kernelscope.sqlite3?mode=ro", uri=True)) as db:
        found = db.execute("SELECT COALESCE(MAX(last), 0) FROM scalars WHERE id = ?", (id,)).fetchone()
    return int(found[0])


def test_a_server_that_is_killed_has_kept_how_far_it_had_come(tmp_path: Path) -> None:
    with (
        server(tmp_path, "--keep-every", "0.2") as (process, address),
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        id, cookies = make(client), dict(client.cookies)
        with watch(client, id) as page:
            page.start()
            while kept_steps(tmp_path, id) < 2:
                page.receive()
            killed(process)
    with (
        server(tmp_path) as (process, address),
        httpx.Client(base_url=address, cookies=cookies, timeout=20) as client,
        watch(client, id, scalars=page.scalars) as page,
    ):
        page.text("experiment", status="paused")
        page.snapshot(1, 2)
        kept = len(page.losses)
        assert kept >= 2
        assert page.scalars.run is not None
        assert page.scalars.run > 1_000_000
        assert page.losses == uninterrupted(kept)


def test_an_experiment_that_cannot_be_put_back_keeps_its_worker_until_it_can(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [ValueError("a mistake"), StoreError("full", Path(), "no space left")]
    put_back = Store.put_back

    def full(store: Store, id: str, standing: Standing) -> None:
        if refusals:
            raise refusals.pop()
        put_back(store, id, standing)

    monkeypatch.setattr(Store, "put_back", full)
    with serve(**MEANWHILE) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(3)
            page.pause()
            losses = page.losses
        until("asleep", client, id)
        assert not refusals
        with watch(client, id) as page:
            page.snapshot(len(losses))
            assert page.losses == losses


def test_an_experiment_whose_worker_was_wanted_and_could_not_be_had_goes_on(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: Store, id: str, standing: Standing) -> None:
        raise StoreError("full", store.path, "no space left")

    with serve(max_experiments=1) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(400)
            page.pause()
            page.send("set_lanes", lanes=[{"id": id, "learning_rate": 0.02} for id in "ABC"])
            while not page.text("experiment")["catching_up"]:
                pass
        with monkeypatch.context() as patch:
            patch.setattr(Store, "put_back", full)
            assert client.post("/api/experiments", json=SMALL).status_code == 507
        with watch(client, id) as page:
            page.text("experiment", catching_up=None)
            assert len(client.get(f"/api/experiments/{id}").json()["lanes"]) == 3


def test_what_cannot_be_kept_is_said_until_all_of_it_is(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    full = {"keep"}
    keep, save = Store.keep, Store.save

    def refuse(store: Store, what: str) -> None:
        if what in full:
            raise StoreError("full", store.path, "no space left")

    def keep_it(store: Store, id: str, standing: Standing) -> None:
        refuse(store, "keep")
        keep(store, id, standing)

    def save_it(store: Store, saved: Saved) -> None:
        refuse(store, "save")
        save(store, saved)
        rates.append(saved.config.lanes[0].learning_rate)

    def say(hosted: Hosted, kept: Kept) -> None:
        said.append(kept)
        is_kept(hosted, kept)

    rates, said, is_kept = list[float](), list[Kept](), Hosted.is_kept
    monkeypatch.setattr(Hosted, "is_kept", say)
    monkeypatch.setattr(Store, "keep", keep_it)
    monkeypatch.setattr(Store, "save", save_it)
    with serve(keep_every=0.3) as client, watch(client, make(client)) as page:
        page.send("step")
        page.text("experiment", kept="full")
        said.clear()
        page.send("set_learning_rate", lane="A", rate=0.2)
        while 0.2 not in rates or len(said) < 3:
            time.sleep(0.02)
            page.obeyed()
        assert "yes" not in said, "its rate is kept, but not where it stands"
        full.clear()
        page.text("experiment", kept="yes")
        full.add("save")
        page.send("set_learning_rate", lane="A", rate=0.3)
        page.text("experiment", kept="full")
        full.clear()
        page.text("experiment", kept="yes")
        assert rates[-1] == 0.3


def test_an_experiment_whose_worker_takes_nothing_holds_up_no_other(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare_module, "WARM_UP_DELAY", 0.0)
    workers = Workers()
    with serve(workers, pause_unwatched_after=0.1, give_up_unwatched_after=0.3) as client:
        # Its checkpoint is more than a pipe holds.
        large = make(client, architecture=[{"type": "dense", "name": "d", "units": 500}, SMALL["architecture"][-1]])
        with watch(client, large) as page:
            page.send("step")
            page.snapshot(1)
        until("asleep", client, large)
        # Not the first, which may not be quite at its end.
        while not (spare := [worker.pid for worker in workers[1:] if worker.alive and worker.pid]):
            time.sleep(0.01)
        os.kill(spare[0], signal.SIGSTOP)
        with watch(client, large) as page:
            assert page.text("experiment")["status"] == "starting"
            with watch(client, make(client)) as other:
                other.snapshot()
            assert client.get(f"/api/experiments/{large}").json()["status"] == "starting"
            os.kill(spare[0], signal.SIGKILL)
            page.text("experiment", status="failed")
            page.send("restart")
            page.text("experiment", status="paused", run=2)


@pytest.fixture
def slow_opening(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """It takes half a second to have an experiment from the store, or in it. The ids of those that were asked for."""
    asked: list[str] = []
    take, add = Store.take, Store.add

    def slow(store: Store, id: str) -> Standing:
        asked.append(id)
        time.sleep(0.5)
        return take(store, id)

    def slowly(store: Store, saved: Saved) -> None:
        asked.append(saved.id)
        time.sleep(0.5)
        add(store, saved)

    monkeypatch.setattr(Store, "take", slow)
    monkeypatch.setattr(Store, "add", slowly)
    return asked


def at_once(*calls: Callable[[], Any]) -> list[Future[Any]]:
    """What becomes of them, when all are called together."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [pool.submit(call) for call in calls]


def test_experiments_are_opened_side_by_side(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    both, add = threading.Barrier(2, timeout=10), Store.add

    def together(store: Store, saved: Saved) -> None:
        both.wait()  # an error, where the other one does not come
        add(store, saved)

    monkeypatch.setattr(Store, "add", together)
    with serve() as client:
        ids = [call.result() for call in at_once(*[lambda: make(client)] * 2)]
        assert len({*ids}) == 2


def test_the_end_of_one_holds_up_no_other(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    ending, may_end = threading.Event(), threading.Event()
    with serve() as client:
        id = make(client)
        close = WorkerProcess.close

        def slow(worker: WorkerProcess) -> None:
            ending.set()
            assert may_end.wait(20)
            close(worker)

        monkeypatch.setattr(WorkerProcess, "close", slow)
        with ThreadPoolExecutor() as pool:
            deleted = pool.submit(client.delete, f"/api/experiments/{id}")
            assert ending.wait(5)
            make(client)
            assert not deleted.done()
            may_end.set()
            assert deleted.result().status_code == 204
        monkeypatch.undo()


def test_who_opens_the_same_experiment_at_once_gets_the_same_worker(serve: Serve, slow_opening: list[str]) -> None:
    with serve(**MEANWHILE) as client:
        id = make(client)
        until("asleep", client, id)
        slow_opening.clear()
        with watch(client, id) as one, watch(client, id) as other, watch(client, id) as third:
            for page in (one, other, third):
                page.text("audience", viewers=3)
        assert slow_opening == [id]


def test_where_several_ask_for_the_same_room_at_once_each_gets_it_in_turn(
    serve: Serve, slow_opening: list[str]
) -> None:
    with serve(max_experiments=1) as client:
        ids = [call.result() for call in at_once(*[lambda: make(client)] * 3)]
        statuses = {view["id"]: view["status"] for view in client.get("/api/experiments").json()}
        assert statuses.keys() == set(ids)
        assert sorted(status == "asleep" for status in statuses.values()) == [False, True, True]


def test_what_cannot_be_opened_leaves_nothing_behind(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(saved: Saved, standing: Standing) -> None:
        raise StoreError("damaged", Path("data/kernelscope.sqlite3"), "the disk is broken")

    with serve(max_experiments=1) as client:
        with monkeypatch.context() as patch:
            patch.setattr(room, "resumed", broken)
            response = client.post("/api/experiments", json=SMALL)
            assert response.status_code == 503
            assert response.json()["detail"].startswith("the server's database is damaged")
            assert "sqlite3" not in response.text, "where it is, is nobody's business"
        assert client.get("/api/experiments").json() == []
        with watch(client, make(client)) as page:
            page.snapshot()


def test_an_experiment_may_be_deleted_while_it_is_being_opened(serve: Serve, slow_opening: list[str]) -> None:
    workers = Workers()
    with serve(workers, **MEANWHILE) as client:
        id = make(client)
        until("asleep", client, id)
        slow_opening.clear()
        with watch(client, id) as page:
            while not slow_opening:
                time.sleep(0.01)
            assert client.delete(f"/api/experiments/{id}").status_code == 204
            assert page.close_code()[0] == 4410
        with watch(client, id) as page:
            assert page.close_code()[0] == 4404
        assert client.get("/api/experiments").json() == []
        assert not any(worker.alive for worker in workers[:2])


def test_a_server_may_be_stopped_while_an_experiment_is_being_opened(serve: Serve, slow_opening: list[str]) -> None:
    workers = Workers()
    with ExitStack() as open_pages:
        with serve(workers) as client:
            id, cookies = make(client), dict(client.cookies)
        slow_opening.clear()
        with serve(workers) as client:
            client.cookies.update(cookies)
            page = open_pages.enter_context(watch(client, id))
            while not slow_opening:
                time.sleep(0.01)
        assert page.close_code()[0] in (1012, 1013)
    assert gone([worker.pid or 0 for worker in workers], 5)
    with serve() as client, watch(client, id) as page:
        page.snapshot()


def test_a_server_that_ends_names_what_it_could_not_put_back_and_puts_back_the_others(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put_back, ids, workers, path = Store.put_back, list[str](), Workers(), tmp_path / "kernelscope.sqlite3"

    def full(store: Store, id: str, standing: Standing) -> None:
        if id == ids[0]:
            raise StoreError("full", store.path, "no space left")
        put_back(store, id, standing)

    monkeypatch.setattr(Store, "put_back", full)
    with serve(workers) as client:
        ids += [make(client), make(client)]
        for id in ids:
            with watch(client, id) as page:
                page.start(3)
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [f"experiment {ids[0]} could not be put back: {StoreError('full', path, 'no space left')}"]
    assert not any(worker.alive for worker in workers)
    with serve() as client:
        with watch(client, ids[1]) as page:
            page.snapshot(3)
        with watch(client, ids[0]) as page:
            assert page.snapshot().directory["step"] == 0


def test_a_second_server_does_not_take_the_same_data(tmp_path: Path) -> None:
    with (
        server(tmp_path) as (process, _),
        command("--port", "0", "--no-browser", "--data-dir", str(tmp_path)) as second,
    ):
        assert second.wait(20) == 2
        assert second.stderr
        assert f"(pid {process.pid}): choose another with --data-dir" in second.stderr.read()
