"""The stream's benchmarks work; how fast anything is, is not tested."""

import asyncio
import json
import os
import pickle
import socket
import struct
import types
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks.stream import ascent, latency, loop, memory, opening, pad, page, processes, size, use, viewers
from benchmarks.stream.client import Client, Left
from benchmarks.stream.crowd import Crowd
from benchmarks.stream.figures import Figure, Lengths, table
from benchmarks.stream.processes import KNOWN
from benchmarks.stream.run import PARTS
from benchmarks.stream.serving import Served, training
from benchmarks.stream.timed import Calls, name
from benchmarks.stream.trace import Script, script_per_frame
from benchmarks.stream.use import Taken, Use

MOMENT = Lengths(
    rounds=1,
    turn=0.1,
    settle=0.1,
    begin=0.1,
    latency=0.3,
    size=0.2,
    memory=1.1,
    loop=0.2,
    page=0.1,
    openings=1,
    strokes=1,
)
FEW = 3

needs_linux = pytest.mark.skipif(not KNOWN, reason="only Linux tells what processes take")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[loop.Window]]]:
    """A server for all these tests, and windows of time in which its calls are looked at when it has ended."""
    file, windows = tmp_path_factory.mktemp("calls") / "calls", []
    with training(("benchmarks.stream.timed", str(file))) as server:
        yield server, windows
    calls: Calls = pickle.loads(file.read_bytes())
    assert len(calls.begun) == len(calls.seconds) == len(calls.cpu) > 0
    for figure in (loop.figure(window, calls) for window in windows):
        assert figure.reached is not None
        assert 0 < figure.numbers["milliseconds"]["p50"] <= figure.numbers["milliseconds"]["p99"] <= figure.reached
        assert figure.numbers["calls"] > 0


@pytest.fixture
def crowd(served: tuple[Served, list[loop.Window]]) -> Iterator[Crowd]:
    with Crowd(served[0]) as crowd:
        yield crowd


def test_what_viewers_cost(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "VIEWERS", (1, FEW))
    alone, one, few, frames = viewers.observe(crowd, MOMENT)
    for figure in (alone, one, few, frames):
        assert figure.reached is not None
        assert figure.reached >= 0  # a machine with other work may have made no step in so short a time
    assert (one.goal, few.goal) == (97, None)
    assert few.what == "training speed with 3, of that without viewers"
    assert len(alone.numbers["turns"]) == 3  # before, between, after
    assert len(few.numbers["turns"]) == 1


def test_how_old_snapshots_are(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "VIEWERS", {1: 1, FEW: 2})
    monkeypatch.setattr(latency, "TURNS", 1)
    one, few = latency.observe(crowd, MOMENT)
    for figure in (one, few):
        assert 0 < figure.numbers["p50"] <= figure.numbers["p95"] == figure.reached <= figure.numbers["max"] < 10_000
    assert (one.goal, few.goal) == (50, None)


def test_how_long_messages_are(crowd: Crowd) -> None:
    plain, looking = size.observe(crowd, MOMENT)
    [raw] = {message["raw"] for message in plain.numbers["messages"]}
    weights, biases = 8 * 7 * 7 + 16 * 8 * 5 * 5, 8 + 16
    filters = 3 * biases  # norms, ratios, responses
    assert raw == 4 * 3 * (2 * (weights + biases) + filters)  # float32; lanes; weights and gradients
    for message in plain.numbers["messages"] + looking.numbers["messages"]:
        frames = message["frames"]
        assert sum(frames.values()) == message["length"]
        pictures = frames["snapshot"] + frames.get("kernel", 0)  # how many steps there are to tell of is the machine's
        assert 100 * pictures / message["raw"] < size.GOAL
    for message in looking.numbers["messages"]:
        assert set(message["frames"]) >= {"kernel", "snapshot"}


@needs_linux
def test_memory_while_some_never_read(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "READERS", FEW)
    monkeypatch.setattr(memory, "SILENT", 2)
    monkeypatch.setattr(memory, "INTERVAL", 0.3)
    server, worker = memory.observe(crowd, MOMENT)
    for figure in (server, worker):
        assert all(20 < size < 1000 for size in figure.numbers["mebibytes"])
        assert len(figure.numbers["mebibytes"]) == len(figure.numbers["seconds"]) >= 2
    assert server.more.endswith("; 0 closed by the server and replaced")
    assert server.goal == 1


def test_whom_the_server_has_closed_is_replaced(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> int | None:
        return crowd.viewers[0].texts.get("audience", {}).get("viewers")

    crowd.come(1)
    with closing(memory.Silent(crowd.served, 3)) as silent:
        crowd.run(5, lambda: count() == 4)
        silent.replace_lost(2)
        assert silent.replaced == 0  # they may not have been counted yet
        monkeypatch.setattr(memory, "SETTLING", 0)
        silent.replace_lost(3)
        assert silent.replaced == 0
        silent.replace_lost(2)
        assert silent.replaced == 1
        crowd.run(0.2)
        crowd.run(5, lambda: count() == 4)
        assert count() == 4


def test_calls_on_the_event_loop(crowd: Crowd, served: tuple[Served, list[loop.Window]]) -> None:
    served[1].append(loop.take_turn(crowd, FEW, MOMENT))  # what was called is known when the server has stopped


def test_an_event_loop_that_cannot_be_seen() -> None:
    nothing = Calls(array("d"), array("d"), array("d"), [])
    assert loop.figure(loop.Window(1, 0, 1, Taken({}, None)), nothing).met == "?"


def test_what_is_called_has_a_name() -> None:
    async def work() -> str:
        return name(types.SimpleNamespace(__self__=asyncio.current_task()))

    assert asyncio.run(work()).endswith("<locals>.work")
    assert name(frame) == "frame"
    assert name(None) == "None"


@needs_linux
def test_who_takes_how_much(crowd: Crowd) -> None:
    use = Use(crowd.served)
    crowd.run(0.3)
    cores, others = use.taken()
    assert set(cores) == {"server", "worker", "viewers"}
    assert cores["worker"] > 0.1
    assert others is None or 0 <= others <= 1


def test_glances_go_on_from_one_another(crowd: Crowd) -> None:
    first = crowd.glance()
    second = crowd.glance()
    assert second.step > first.step
    assert second.time > first.time


def test_a_viewer_that_is_sent_away_says_why(crowd: Crowd) -> None:
    crowd.served = replace(crowd.served, experiment="nothing")

    def stay() -> None:
        crowd.come(1)  # the answer may have come with the handshake
        crowd.run(5)

    with pytest.raises(Left, match="4404 there is no experiment of this id"):
        stay()


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """As a server sends it: unmasked."""
    head = bytes([opcode | (0x80 if final else 0)])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    if len(payload) < 1 << 16:
        return head + struct.pack(">BH", 126, len(payload)) + payload
    return head + struct.pack(">BQ", 127, len(payload)) + payload


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "404"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(8, struct.pack(">H", 4404) + b"gone"), "4404 gone"),
        (b"", "during the handshake"),
    ],
    ids=["no stream", "sent away at once", "no answer"],
)
def test_who_is_not_accepted_leaves_with_all_others(answer: bytes, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(FEW):
                peer, _ = listener.accept()
                with peer:
                    peer.recv(4096)
                    peer.sendall(answer)

        with ThreadPoolExecutor() as pool, Crowd(Served(pid=0, port=listener.getsockname()[1])) as crowd:
            pool.submit(serve)
            with pytest.raises(Left, match=why):
                crowd.come(FEW)
            came = list(crowd.viewers)
    assert len(came) == FEW
    assert all(viewer.socket.fileno() == -1 for viewer in came)


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 10, 1000, 1 << 20])
def test_frames_in_pieces(piece: int) -> None:
    samples: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(listener.getsockname()[1], "x", sample=lambda _, message: samples.append(message), every=2)
        peer, _ = listener.accept()
    with closing(client), peer:
        assert peer.recv(4096).startswith(b"GET /ws/experiments/x HTTP/1.1\r\n")
        data = b"".join(
            [
                b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
                frame(1, json.dumps({"type": "audience", "viewers": 5}).encode()),
                frame(2, b"a" * 70_000),
                frame(9, b"who is there?"),
                frame(2, b"b" * 300, final=False),
                frame(0, b"c" * 5),
                frame(2, b"d"),
            ]
        )
        peer.sendall(data[:60])
        client.accepted()
        for place in range(60, len(data), piece):
            client._feed(memoryview(data)[place : place + piece])
        assert client.texts["audience"]["viewers"] == 5
        assert (client.messages, client.bytes) == (3, 70_306)
        assert samples == [b"a" * 70_000, b"d"]
        acknowledged = [b'{"type":"ack","message":%d}' % number for number in (1, 2, 3)]
        expected = [acknowledged[0], b"who is there?", *acknowledged[1:]]
        sent = b"".join(
            bytes([0x8A if payload == b"who is there?" else 0x81, 0x80 | len(payload)]) + bytes(4) + payload
            for payload in expected
        )
        assert peer.recv(4096) == sent
        with pytest.raises(Left, match="1012 later"):
            client._feed(memoryview(frame(8, struct.pack(">H", 1012) + b"later")))


def test_the_worker_is_the_child_that_has_worked_most_with_its_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    children, seconds = {1: [2, 3, 4], 4: [5, 6]}, {1: 90.0, 2: 5.0, 3: 1.0, 4: 2.0, 5: 3.0, 6: 1.0, 7: 0.0}
    monkeypatch.setattr(processes, "_children", lambda: children)
    monkeypatch.setattr(processes, "cpu_seconds", seconds.__getitem__)
    assert processes.busiest_child(1) == 4
    assert processes.busiest_child(2) == 0
    monkeypatch.setattr(use, "family", processes.family)
    monkeypatch.setattr(use, "cpu_seconds", seconds.__getitem__)
    monkeypatch.setattr(use, "KNOWN", True)
    monkeypatch.setattr(os, "getpid", lambda: 7)
    assert Use(Served(1, 0))._seconds() == {"server": 96.0, "worker": 6.0, "viewers": 0.0}


def test_script_of_a_frame_is_all_since_the_last_one() -> None:
    def event(name: str, ts: int, dur: int = 0, tdur: int = 0, tid: int = 1) -> dict[str, Any]:
        return {"name": name, "ph": "X", "ts": ts, "dur": dur, "tdur": tdur, "pid": 7, "tid": tid}

    events = [
        event("FireAnimationFrame", 0, 3000, 3000),
        event("painted", 1000),
        event("v8.callFunction", 10_000, 1000, 900),  # a message
        event("FireAnimationFrame", 20_000, 500, 500),  # paints nothing
        event("FireAnimationFrame", 30_000, 2000, 1500),
        event("FunctionCall", 30_100, 1900, 1400),  # within
        event("painted", 31_000),
        event("Layout", 32_000, 9000, 9000),  # no script
        event("FunctionCall", 33_000, 5000, 5000, tid=2),  # another thread
        event("FireAnimationFrame", 45_000, 1000, 1000),
        event("painted", 45_500),
        event("FunctionCall", 50_000, 1000, 1000),  # its frame comes after the trace
    ]
    assert script_per_frame(events, "painted") == [Script(3.5, 2.9), Script(1.0, 1.0)]
    assert script_per_frame(events, "nothing") == []


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("", 97.0, " %", 97), "yes"),
        (Figure("", 96.9, " %", 97), "NO"),
        (Figure("", 50.1, " ms", 50, at_most=True), "NO"),
        (Figure("", 50.0, " ms", 50, at_most=True), "yes"),
        (Figure("", 50.0, " ms", 50, at_most=True, others=0.5), "void"),
        (Figure("", 50.0, " %", 50, at_most=True, others=0.5, timed=False), "yes"),
        (Figure("", 50.0), ""),
        (Figure("", None, " ms", 50), "?"),
    ],
)
def test_goals(figure: Figure, met: str) -> None:
    assert figure.met == met
    assert met in table([figure])


def measured(reached: float) -> Callable[[Lengths], list[Figure]]:
    return lambda lengths: [Figure("something", reached, " ms", 4, at_most=True, numbers={"rounds": lengths.rounds})]


def no_browser(lengths: Lengths) -> list[Figure]:
    raise page.Missing("no Chromium found")


@pytest.mark.parametrize(("reached", "code"), [(3.9, 0), (4.1, 1)])
def test_the_command_prints_a_table_and_writes_json(
    reached: float, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARTS, "latency", measured(reached))
    monkeypatch.setitem(PARTS, "page", no_browser)
    file = tmp_path / "new" / "stream.json"
    assert command.main(["stream", "--only", "latency", "page", "--rounds", "3", "--json", str(file)]) == code
    out = capsys.readouterr().out
    assert f"{reached} ms" in out
    assert "Skipped, page: no Chromium found" in out
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["machine"]["cores"] >= 1
    assert content["lengths"]["rounds"] == 3
    assert content["skipped"] == {"page": "no Chromium found"}
    [figure] = content["parts"]["latency"]
    assert figure["reached"] == reached
    assert figure["numbers"] == {"rounds": 3}


def test_without_playwright_the_page_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "find_spec", lambda name: None)
    with pytest.raises(page.Missing, match=r"playwright is missing: pip install -e '\.\[test\]'"):
        page.measure(MOMENT)


def test_how_long_opening_takes() -> None:
    try:
        figures = opening.measure(MOMENT)
    except page.Missing as problem:
        pytest.skip(str(problem))
    for figure in figures:
        assert figure.reached is not None
        assert 10 < figure.reached < 60_000
        assert figure.numbers["milliseconds"] == [figure.reached]


def test_what_a_stroke_and_a_maximisation_take() -> None:
    try:
        stroke, movement, picture = [*pad.measure(MOMENT), *ascent.measure(MOMENT)]
    except page.Missing as problem:
        pytest.skip(str(problem))
    assert len(stroke.numbers["milliseconds"]) == 1
    for figure in (stroke, movement):
        assert all(0 < time < 60_000 for time in figure.numbers["milliseconds"])
        assert (figure.unit, figure.goal, figure.at_most) == (" ms", 100, True)
    assert picture.numbers["milliseconds"].keys() == {"conv1", "conv2"}


def test_parts_that_there_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    for argv, message in (
        (["stream", "--only", "small"], "argument --only: invalid choice: 'small' (choose from viewers, latency,"),
        (["stream", "--png", "x.png"], "--png is of no use to stream"),
    ):
        with pytest.raises(SystemExit):
            command.main(argv)
        assert message in capsys.readouterr().err


def test_a_part_that_breaks_costs_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(lengths: Lengths) -> list[Figure]:
        raise Left("1011 the server made a mistake")

    monkeypatch.setitem(PARTS, "latency", broken)
    monkeypatch.setitem(PARTS, "bytes", measured(1))
    assert command.main(["stream", "--only", "latency", "bytes", "--json", str(tmp_path / "stream.json")]) == 1
    out = capsys.readouterr().out
    assert "something" in out
    assert "Failed, latency: Left: 1011 the server made a mistake" in out
