"""Which experiments have a worker, and what becomes of those that give it up."""

import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from server import datasets
from server.experiment import Experiment, ExperimentConfig
from server.store import Standing, Store, StoreError
from tests.api.conftest import SMALL, Serve, make
from tests.api.page import Scalars, watch
from tests.processes import children, gone, server

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
    with serve(pause_unwatched_after=2) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start()
        with watch(client, id) as page:
            time.sleep(2.2)
            assert client.get(f"/api/experiments/{id}").json()["status"] == "running"
            page.obeyed()


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
            assert newcomer.scalars.tests == list(range(0, newcomer.scalars.tests[-1] + 1, 7))
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
    assert scalars.tests == list(range(0, scalars.tests[-1] + 1, 5))


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


def test_a_server_that_is_killed_has_kept_how_far_it_had_come(tmp_path: Path) -> None:
    with (
        server(tmp_path, "--keep-every", "1") as (process, address),
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        id, cookies = make(client), dict(client.cookies)
        with watch(client, id) as page:
            page.start()
            end = time.monotonic() + 6  # a checkpoint every two seconds, kept within one
            while time.monotonic() < end:
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
        assert kept > 1
        assert page.scalars.run is not None
        assert page.scalars.run > 1_000_000
        assert page.losses == uninterrupted(kept)


def test_an_experiment_that_cannot_be_put_back_keeps_its_worker_until_it_can(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [True, True]
    put_back = Store.put_back

    def full(store: Store, id: str, standing: Standing) -> None:
        if refusals:
            refusals.pop()
            raise StoreError("the disk is full")
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
