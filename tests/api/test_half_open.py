"""Clients that keep the server waiting: it does not wait long, and others do not wait for them."""

import json
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from kernelscope.api.socket import connection

from tests.api.page import watch
from tests.api.test_connection import raw
from tests.clients import SMALL, Serve, make
from tests.processes import ROOT

SOCKETS = 1200
FILES = 800
"""That the server may have open, where the test says so."""
BEGINNING = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
POST = (
    b"POST /api/experiments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)


@contextmanager
def knock(client: httpx.Client) -> Iterator[socket.socket]:
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as knocking:
        yield knocking


def answer(connection: socket.socket) -> bytes:
    """All that still comes."""
    data = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            data += more
    return data


@contextmanager
def server_with_files(tmp_path: Path, files: int) -> Iterator[tuple[str, Path]]:
    """A server that may have so many files open, its address, and its log."""
    log = tmp_path / "log"
    program = (
        f"ulimit -n {files}; exec {sys.executable} -m kernelscope --port 0 --no-browser --data-dir {tmp_path / 'data'}"
    )
    with log.open("w") as stderr:
        process = subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=ROOT)
    with process:
        try:
            assert process.stdout
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found
            yield found[0], log
        finally:
            process.kill()


@pytest.fixture
def many_files() -> Iterator[None]:
    """For the test's own sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < SOCKETS + 200:
        pytest.skip(f"the test may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, SOCKETS + 200), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
def test_sockets_that_never_finish_a_request_starve_nobody(tmp_path: Path, many_files: None) -> None:
    with server_with_files(tmp_path, FILES) as (address, log), ExitStack() as held:
        client = held.enter_context(httpx.Client(base_url=address, timeout=20))
        id = make(client)
        page = held.enter_context(watch(client, id))
        page.start()
        for number in range(SOCKETS):
            knocking = held.enter_context(knock(client))
            with suppress(ConnectionError):  # it may have had to go already
                knocking.sendall(BEGINNING if number % 2 else POST % 1000)
        with httpx.Client(base_url=address, timeout=20) as newcomer:
            assert newcomer.get(f"/e/{id}").status_code == 200
            assert newcomer.get("/static/main.js").status_code == 200
            with watch(newcomer, id) as other:
                other.snapshot(1)
        page.obeyed()
        page.snapshot(len(page.losses) + 1)
        said = log.read_text()
        assert len(said) < 2000, said[:4000]
        assert "Traceback" not in said


@pytest.fixture
def impatient(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(connection, "PATIENCE", 0.5)
    with serve() as client:
        yield client


@pytest.mark.parametrize("beginning", [b"GET / HT", BEGINNING, POST % 100], ids=["line", "header", "body"])
def test_who_sends_a_byte_now_and_then_is_cut_off_in_words(impatient: httpx.Client, beginning: bytes) -> None:
    with knock(impatient) as knocking:
        knocking.sendall(beginning)
        with suppress(ConnectionError):
            for _ in range(60):
                time.sleep(0.1)
                knocking.sendall(b"x")
            pytest.fail("it goes on and on")
    with knock(impatient) as knocking:
        knocking.sendall(beginning)
        assert answer(knocking).startswith(b"HTTP/1.1 408 ")


def test_who_says_nothing_is_cut_off(impatient: httpx.Client) -> None:
    with knock(impatient) as knocking:
        assert answer(knocking) == b""


def test_who_asks_and_then_says_nothing_is_cut_off(impatient: httpx.Client) -> None:
    with knock(impatient) as knocking:
        knocking.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert answer(knocking).startswith(b"HTTP/1.1 200 ")


def test_who_reads_nothing_is_cut_off(impatient: httpx.Client) -> None:
    with socket.socket() as knocking:
        knocking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        knocking.settimeout(20)
        knocking.connect((impatient.base_url.host, impatient.base_url.port))
        requests = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1_000_000
        with pytest.raises(ConnectionError):  # the answers no longer fit anywhere
            knocking.sendall(requests)


def test_a_slow_but_steady_upload_is_taken(client: httpx.Client) -> None:
    body = json.dumps(SMALL).encode()
    with knock(client) as knocking:
        knocking.sendall(POST % len(body))
        for byte in body:
            knocking.sendall(bytes([byte]))
            time.sleep(0.001)
        assert knocking.recv(65_536).startswith(b"HTTP/1.1 201 ")


def test_what_takes_the_server_long_is_waited_for(impatient: httpx.Client) -> None:
    """A WebSocket is none that keeps it waiting, however little it says."""
    with watch(impatient, make(impatient)) as page:
        page.text("audience")
        time.sleep(2)
        page.obeyed()


def test_where_all_connections_are_in_use_further_ones_are_told_so(serve: Serve) -> None:
    with serve(max_connections=16) as client, ExitStack() as held:
        id = make(client)
        client.close()
        for _ in range(16):
            held.enter_context(raw(client, id))
        with httpx.Client(base_url=client.base_url, timeout=20) as newcomer:
            refused = newcomer.get("/healthz")
        assert refused.status_code == 503
        assert "--max-connections" in refused.text
