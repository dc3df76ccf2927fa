import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from server.api.socket import Refused, parse
from server.runner.process import WorkerProcess
from server.settings import Settings
from server.stream.wire import Frame
from tests.api.conftest import SMALL
from tests.api.page import Page, watch
from tests.serving import serving


@pytest.fixture
def id(client: httpx.Client) -> str:
    made: str = client.post("/api/experiments", json=SMALL).json()["id"]
    return made


@pytest.fixture
def page(client: httpx.Client, id: str) -> Iterator[Page]:
    with watch(client, id) as page:
        yield page


def test_first_messages_come_in_the_documented_order(client: httpx.Client, id: str, page: Page) -> None:
    description = page.receive()
    assert isinstance(description, dict)
    assert description["type"] == "experiment"
    assert client.get(f"/api/experiments/{id}").json().keys() == description.keys()
    page.snapshot(0)
    # Evaluations may add scalars frames; the first frame of all is one, and empty.
    assert page.losses == []


def test_start_pause_step_reset_and_new_seed(page: Page) -> None:
    initial = page.snapshot(0)
    page.send("start")
    page.text("experiment", status="running")
    page.snapshot(5)
    page.send("pause")
    page.text("experiment", status="paused")
    paused = page.snapshot(5)
    page.send("step")
    after = page.snapshot(paused.directory["step"] + 1)
    assert after.directory["step"] == paused.directory["step"] + 1
    page.send("reset")
    assert page.text("experiment", run=2)["config"]["seed"] == 3
    again = page.snapshot(0, run=2)
    np.testing.assert_array_equal(again.tensors["params/conv1.weight"], initial.tensors["params/conv1.weight"])
    page.send("new_seed", seed=5)
    assert page.text("experiment", run=3)["config"]["seed"] == 5
    page.send("new_seed")
    assert page.text("experiment", run=4)["config"]["seed"] != 5


def test_a_rate_changes_live(page: Page) -> None:
    page.send("set_learning_rate", lane="B", rate=0.25)
    while page.text("experiment")["lanes"][1]["learning_rate"] != 0.25:
        pass
    page.send("step")
    while not page.losses:
        frame = page.receive()
    assert isinstance(frame, Frame)
    assert frame.tensors["learning_rate"].tolist() == [[0.01, 0.25]]


def test_who_comes_late_gets_every_scalar_and_the_newest_snapshot(client: httpx.Client, id: str, page: Page) -> None:
    page.send("start")
    page.snapshot(20)
    page.send("pause")
    page.text("experiment", status="paused")
    last = page.snapshot(20).directory["step"]
    with watch(client, id) as late:
        assert late.snapshot(last).directory["step"] == last
        assert late.losses == page.losses[:last]


@pytest.mark.parametrize(
    ("text", "about", "words"),
    [
        ("{", None, "expected a JSON object"),
        ("[]", None, "expected a JSON object"),
        ("{}", None, "type"),
        ('{"type": "explode"}', "explode", "'start', 'pause', 'step', 'reset'"),
        ('{"type": ["start"]}', None, "type"),
        ('{"type": "\\ud800"}', "\\ud800", "got"),
        ('{"type": "set_learning_rate", "lane": "\\ud800", "rate": 1}', "set_learning_rate", "one of A, B"),
        ('{"type": "start", "now": true}', "start", "now"),
        ('{"type": "ack"}', "ack", "frame"),
        ('{"type": "ack", "frame": "1"}', "ack", "frame: Input should be a valid integer, got '1'"),
        ('{"type": "new_seed", "seed": -1}', "new_seed", "seed: Input should be greater than or equal to 0, got -1"),
        (
            '{"type": "set_learning_rate", "lane": "Z", "rate": 1}',
            "set_learning_rate",
            "lane: expected one of A, B, got 'Z'",
        ),
        (
            '{"type": "set_learning_rate", "lane": "A", "rate": 0}',
            "set_learning_rate",
            "rate: Input should be greater than 0, got 0",
        ),
        ('{"type": "set_learning_rate", "lane": "A", "rate": NaN}', "set_learning_rate", "finite"),
        ('{"type": "set_learning_rate", "lane": "A", "rate": 1e6}', "set_learning_rate", "less than or equal to 1000"),
    ],
)
def test_a_message_that_cannot_be_obeyed_gets_an_error_in_words(
    page: Page, text: str, about: str | None, words: str
) -> None:
    page.socket.send(text)
    error = page.text("error")
    assert error["about"] == about
    assert words in error["message"]
    page.send("step")
    page.snapshot(1)  # the connection lives, and the experiment with it


any_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(any_json)
def test_whatever_json_comes_is_parsed_or_refused(message: Any) -> None:
    for value in (message, {"type": "ack", "frame": message}, {"type": message}):
        with contextlib.suppress(Refused):
            parse(json.dumps(value))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(Refused):
        parse("[" * 60_000)


def close_code(page: Page) -> tuple[int | None, str | None]:
    """Why the server ends the connection."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            page.receive()
    return page.socket.close_code, page.socket.close_reason


def test_an_unknown_experiment_closes_with_a_code_and_a_reason(client: httpx.Client) -> None:
    with watch(client, "nobody") as page:
        assert close_code(page) == (4404, "there is no experiment of this id")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", "http://["])
def test_a_page_from_elsewhere_may_not_watch_or_steer(client: httpx.Client, id: str, origin: str) -> None:
    with watch(client, id, origin) as page:
        assert close_code(page)[0] == 4403


def test_the_own_page_may(client: httpx.Client, id: str) -> None:
    with watch(client, id, str(client.base_url).rstrip("/")) as page:
        assert page.text("experiment")["id"] == id


def test_a_binary_message_closes_with_a_reason(page: Page) -> None:
    page.socket.send(b"hello")
    assert close_code(page) == (1003, "expected a text message, got a binary one")


def test_a_message_too_large_closes_with_a_code(page: Page) -> None:
    page.socket.send('{"type": "' + "x" * 70_000 + '"}')
    assert close_code(page)[0] == 1009


def test_who_watches_a_deleted_experiment_is_told(client: httpx.Client, id: str, page: Page) -> None:
    page.snapshot(0)
    assert client.delete(f"/api/experiments/{id}").status_code == 204
    assert close_code(page)[0] == 4410


def test_a_flood_of_commands_holds_up_nobody_else(client: httpx.Client, id: str, page: Page) -> None:
    page.snapshot(0)
    for _ in range(3000):
        page.send("new_seed")
    begun = time.monotonic()
    assert client.get("/healthz", timeout=5).status_code == 200
    assert client.delete(f"/api/experiments/{id}", timeout=20).status_code == 204
    assert time.monotonic() - begun < 10


class Workers(list[WorkerProcess]):
    """Every worker that a server has started, in order."""

    def start(self, threads: int | None) -> WorkerProcess:
        self.append(WorkerProcess(threads))
        return self[-1]


def test_workers_get_the_threads_of_the_settings(tmp_path: Path) -> None:
    asked: list[int | None] = []

    def start(threads: int | None) -> WorkerProcess:
        asked.append(threads)
        return WorkerProcess(threads)

    with serving(Settings(data_dir=tmp_path, threads=3), start):
        while not asked:
            time.sleep(0.01)
    assert asked == [3]


def test_a_worker_that_died_while_it_waited_is_not_handed_out(tmp_path: Path) -> None:
    workers = Workers()
    with serving(Settings(data_dir=tmp_path), workers.start) as address, httpx.Client(base_url=address) as client:
        while not workers:
            time.sleep(0.01)
        workers[0].close()
        with watch(client, client.post("/api/experiments", json=SMALL).json()["id"]) as page:
            page.snapshot(0)


def test_a_killed_worker_is_reported_and_reset_begins_again(tmp_path: Path) -> None:
    workers = Workers()
    with serving(Settings(data_dir=tmp_path), workers.start) as address, httpx.Client(base_url=address) as client:
        id = client.post("/api/experiments", json=SMALL).json()["id"]
        with watch(client, id) as page:
            page.send("start")
            page.snapshot(3)
            assert workers[0].pid
            os.kill(workers[0].pid, signal.SIGKILL)
            failed = page.text("experiment", status="failed")
            assert "exit code -9" in failed["failure"]
            page.send("start")
            assert "reset begins again" in page.text("error")["message"]
            page.send("reset")
            assert page.text("experiment", status="paused")["run"] == 2
            assert page.snapshot(0, run=2).directory["step"] == 0
            page.send("step")
            page.snapshot(1, run=2)
