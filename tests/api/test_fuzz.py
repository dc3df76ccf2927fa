"""Whatever a viewer sends, it is answered or sent away; nobody else notices."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.socket.messages import PingMessage, Refused, ShowMessage, WantMessage, parse
from websockets.exceptions import ConnectionClosed

from tests.api.page import Page, watch
from tests.api.test_messages import any_json
from tests.clients import make
from tests.nn.support import examples
from tests.processes import memory, server

MEBIBYTE = 2**20


class Target(NamedTuple):
    """A server in a process of its own, an experiment that trains there, and somebody who watches it."""

    client: httpx.Client
    id: str
    watcher: Page
    pid: int


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        server(tmp_path_factory.mktemp("data")) as (process, address),
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        id = make(client)
        with watch(client, id) as watcher:
            watcher.send("set_speed", steps_per_second=10)
            watcher.start()
            yield Target(client, id, watcher, process.pid)
            alive_and_well(Target(client, id, watcher, process.pid))
        assert process.poll() is None


def alive_and_well(target: Target) -> None:
    """Others get every step (a page checks that), training goes on, and the server answers."""
    target.watcher.obeyed()
    seen = len(target.watcher.losses)
    target.watcher.snapshot(seen + 1)
    assert target.client.get("/healthz").status_code == 200
    assert target.client.get(f"/api/experiments/{target.id}").json()["status"] == "running"


TYPES = ["start", "pause", "step", "reset", "restart", "new_seed", "set_learning_rate", "set_speed", "set_frame_rate",
         "ack", "show", "want", "set_stop", "range_test", "ping", "experiment", "", "\ud800"]  # fmt: skip
MEMBERS = ["seed", "lane", "rate", "steps_per_second", "frames_per_second", "message", "snapshots", "layer", "out",
           "in", "sent", "subjects", "shown", "kernel", "step",
           "accuracy", "more"]  # fmt: skip
values = any_json | st.sampled_from([0, 1, -1, 2**70, 1e308, "A", "conv1", True, None])
objects = st.builds(
    lambda type, members: json.dumps({"type": type, **members}),
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(MEMBERS), values, max_size=4),
)
texts = objects | any_json.map(json.dumps) | st.text(st.characters(codec="utf-8"), max_size=200)


class Repeated(NamedTuple):
    """A long text, such that a failure can be printed."""

    text: str
    times: int


def said(message: str | bytes | Repeated) -> str | bytes:
    return message.text * message.times if isinstance(message, Repeated) else message


large = st.builds(Repeated, st.sampled_from("[{\"'9 a☃"), st.integers(1000, 21_000))
too_large = st.just(Repeated("x", 70_000))


def harmless(text: str) -> bool:
    """Whether it is something that every viewer may say; the rest gets an error, of one who only watches."""
    try:
        return isinstance(parse(text), ShowMessage | WantMessage | PingMessage)
    except Refused:
        return False


@examples(60)
@given(st.lists(texts | large, max_size=12))
def test_every_text_is_answered_by_an_error_or_obeyed(target: Target, messages: list[str | Repeated]) -> None:
    texts = [str(said(message)) for message in messages]
    with watch(target.client, target.id, stranger=True) as page:
        page.text("audience")
        for text in texts:
            page.socket.send(text)
        page.send("ping", sent=12345678)
        errors = 0
        while (message := page.receive()) != {"type": "pong", "sent": 12345678, "time": _time_of(message)}:
            if isinstance(message, dict) and message["type"] == "error":
                assert message["message"]
                errors += 1
    # An `ack` may be right or wrong; a kernel may be one that is there or not.
    certain = sum(not harmless(text) and '"ack"' not in text for text in texts)
    assert certain <= errors <= len(texts) + page.messages


def _time_of(message: Any) -> Any:
    return message.get("time") if isinstance(message, dict) else None


@examples(30)
@given(st.lists(texts | st.binary(max_size=100) | too_large, min_size=1, max_size=6))
def test_every_connection_goes_on_or_ends_with_a_code_and_a_reason(
    target: Target, messages: list[str | bytes | Repeated]
) -> None:
    sent = [said(message) for message in messages]
    with watch(target.client, target.id, stranger=True) as page:
        with suppress(ConnectionClosed):
            for message in sent:
                page.socket.send(message)
        ends = any(isinstance(message, bytes) or len(message) > 65_536 for message in sent)
        if ends:
            code, reason = page.close_code()
            # Who still sends when the server has closed may get its system's reset instead of the farewell.
            if code != 1006:
                assert code in (1003, 1009)
                assert reason
        else:
            page.obeyed()


@examples(30)
@given(st.text(st.characters(codec="utf-8"), max_size=40), st.sampled_from(["run", "step", "tests", "watch", "x"]))
def test_every_address_is_answered(target: Target, value: str, name: str) -> None:
    query = str(httpx.QueryParams({"run": "1", name: value}))
    with watch(target.client, target.id, query=query, stranger=True) as page:
        page.scalars.losses = []
        with suppress(ConnectionClosed):
            while not isinstance(page.socket.recv(timeout=20), bytes):
                pass
            return
        assert page.socket.close_code == 4400
        assert page.socket.close_reason


def test_floods_leave_the_servers_memory_as_it_was(target: Target) -> None:
    """Messages as large and as many as they may be, more than may be, and viewers that never read."""

    def flood() -> None:
        for text in (
            "x" * 65_000,
            "[" * 65_000,
            '{"type": "want", "kernel": {"layer": "' + "y" * 60_000 + '"}}',
            '{"type": "start"}',
        ):
            with watch(target.client, target.id, stranger=True) as page, suppress(ConnectionClosed):
                for _ in range(150):
                    page.socket.send(text)
                page.obeyed()
        with watch(target.client, target.id, stranger=True) as page:
            with suppress(ConnectionClosed, ConnectionError):
                for _ in range(2000):
                    page.send("ping", sent=1)
            assert page.close_code()[0] in (1006, 1008)  # 1006: reset while it was still talking
        for step in range(30):
            query = f"run=1&step={step}&tests=0"
            with watch(target.client, target.id, query=query, stranger=True) as page:
                page.acknowledges = False
                page.socket.recv()

    flood()  # what a server needs once
    before = memory(target.pid)
    for _ in range(4):
        flood()
    alive_and_well(target)
    until = time.monotonic() + 5
    while (grown := memory(target.pid) - before) > 12 * MEBIBYTE and time.monotonic() < until:
        time.sleep(0.2)
    assert grown <= 12 * MEBIBYTE
