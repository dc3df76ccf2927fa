"""The real server in a separate process, with the default experiment training as fast as possible."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.stream.client import Client
from benchmarks.stream.processes import busiest_child

ROOT = Path(__file__).parents[2]
NEVER = "1000000"
"""Seconds."""
STARTING = 30.0
"""The most seconds that a server and a worker may take to start."""


@dataclass(frozen=True)
class Served:
    """A server, and the experiment that runs on it.

    Attributes:
        pid: of the server's process.
        experiment: its id; empty until there is one.
        cookie: of who holds the controls.
    """

    pid: int
    port: int
    experiment: str = ""
    cookie: str = ""

    @cached_property
    def worker(self) -> int:
        """The pid of the process that trains, which is, with its helpers, the child that has worked most; 0: none."""
        return busiest_child(self.pid)


@contextmanager
def server(program: Sequence[str] = ("kernelscope",)) -> Iterator[Served]:
    """Run a server with an empty data directory for as long as the block lasts.

    Args:
        program: the module to run, and its arguments before the server's own options.
    """
    with TemporaryDirectory(prefix="kernelscope-") as data:
        options = ["--port", "0", "--no-browser", "--data-dir", data, "--log-level", "warning"]
        # One of the measurements is the speed of training while nobody watches.
        options += ["--pause-unwatched-after", NEVER, "--give-up-unwatched-after", NEVER]
        command = [sys.executable, "-m", *program, *options]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                greeting = process.stdout.readline()
                port = re.search(r"http://127\.0\.0\.1:(\d+)", greeting)
                if not port:
                    raise RuntimeError(f"expected the server to say where it is, got {greeting!r}")
                yield Served(process.pid, int(port[1]))
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


@contextmanager
def training(program: Sequence[str] = ("kernelscope",)) -> Iterator[Served]:
    """Run a server whose experiment trains."""
    with server(program) as empty:
        yield start(empty)


def start(served: Served) -> Served:
    """Open the default experiment and start training."""
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=STARTING)) as connection:
        connection.request("POST", "/api/experiments")
        response = connection.getresponse()
        cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
        experiment = json.load(response)["id"]
    with closing(Client(served.port, experiment, cookie=cookie)) as client:
        client.accepted()
        client.send({"type": "start"})
        until = time.monotonic() + STARTING
        while client.texts.get("experiment", {}).get("status") != "running":
            if time.monotonic() > until:
                raise RuntimeError(f"expected the experiment to run, got {client.texts}")
            client.receive()
            time.sleep(0.01)
    return Served(served.pid, served.port, experiment, cookie)
