"""A viewer, as a test drives it."""

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
from kernelscope.stream.wire import Frame, Kind, decode
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.stream.support import results_in


class Scalars:
    """The scalars of one run that a viewer holds: each once and in order, else it fails."""

    def __init__(self) -> None:
        self.run: int | None = None
        self.losses: list[list[float]] = []
        """Of step 1, 2 and so on."""
        self.tests: list[int] = []
        """Steps whose test results have come."""

    def add(self, frame: Frame) -> None:
        """A scalars frame."""
        first, last = frame.directory["first_step"], frame.directory["last_step"]
        if frame.directory["run"] != self.run:
            self.run, self.losses, self.tests = frame.directory["run"], [], []
        assert first == len(self.losses) + 1, f"expected step {len(self.losses) + 1} to come next, got {first}"
        assert frame.tensors["step"].tolist() == list(range(first, last + 1))
        self.losses += frame.tensors["loss"].tolist()
        tests = results_in(frame)
        assert sorted(self.tests + tests) == self.tests + tests, "a step is tested again after a change by hand"
        self.tests += tests

    @property
    def query(self) -> str:
        """How a viewer that comes back says what it holds."""
        if self.run is None:
            return ""
        return f"run={self.run}&step={len(self.losses)}&tests={len(self.tests)}"


LIFETIME = 100.0
"""Seconds for which a test may look at a page: one that waits for what never comes fails."""


class Page:
    """A viewer that checks what comes, and acknowledges it at once."""

    def __init__(self, socket: ClientConnection, scalars: Scalars) -> None:
        self.socket = socket
        self.scalars = scalars
        self.messages = 0
        self.acknowledges = True
        self.until = time.monotonic() + LIFETIME

    @property
    def losses(self) -> list[list[float]]:
        """Of each step of the current run."""
        return self.scalars.losses

    def send(self, type: str, **members: Any) -> None:
        """Say something."""
        self.socket.send(json.dumps({"type": type, **members}))

    def receive(self, seconds: float = 20) -> dict[str, Any] | list[Frame]:
        """The next message. ConnectionClosed: there is none to come."""
        assert time.monotonic() < self.until, f"what the test waits for has not come in {LIFETIME:g} seconds"
        message = self.socket.recv(timeout=seconds)
        if isinstance(message, str):
            text: dict[str, Any] = json.loads(message)
            return text
        self.messages += 1
        frames = decode(message)
        for frame in frames:
            if frame.kind == Kind.SCALARS:
                self.scalars.add(frame)
            else:
                assert frame.directory["run"] == self.scalars.run
                assert frame.directory["step"] <= len(self.losses), "a snapshot came before its scalars"
        if self.acknowledges:
            with contextlib.suppress(ConnectionClosed):  # what came before the end is still to be read
                self.send("ack", message=self.messages)
        return frames

    def frames(self, kind: Kind, step: int = 0, run: int = 1) -> list[Frame]:
        """The first message with a frame of this kind, of this step or a later one."""
        while True:
            got = self.receive()
            if isinstance(got, list):
                for frame in got:
                    if frame.kind == kind and (frame.directory["run"], frame.directory.get("step", 0)) >= (run, step):
                        return got

    def snapshot(self, step: int = 0, run: int = 1) -> Frame:
        """The first snapshot of this step or a later one."""
        return self.frames(Kind.SNAPSHOT, step, run)[-1]

    def text(self, type: str, **members: Any) -> dict[str, Any]:
        """The first text message of this type with these members."""
        while True:
            got = self.receive()
            if isinstance(got, dict) and got["type"] == type and all(got[key] == members[key] for key in members):
                return got

    def want(
        self,
        *subjects: dict[str, Any],
        quantities: Sequence[str] = (),
        layers: Sequence[str] = (),
        kernel: dict[str, Any] | None = None,
        image: int | None = None,
        own: dict[str, Any] | None = None,
    ) -> None:
        """Say what is wanted from now on."""
        shown = {"quantities": quantities, "layers": layers}
        self.send("want", subjects=subjects, shown=shown, kernel=kernel, image=image, own=own)

    def found(self, kind: str, **members: Any) -> dict[str, Any]:
        """The first finding of this kind with these members: those of its subject, and what was found."""
        while True:
            message = self.text("found")
            found = {**message["subject"], **message["payload"], "run": message["run"], "step": message["step"]}
            if found["kind"] == kind and all(found[name] == member for name, member in members.items()):
                return found

    def obeyed(self) -> None:
        """Until the server has read all that was sent before."""
        self.send("ping", sent=id(self))
        self.text("pong", sent=id(self))

    def start(self, step: int = 1) -> None:
        """Train, until this step has been shown."""
        self.send("start")
        self.text("experiment", status="running")
        self.snapshot(step, self.scalars.run or 1)

    def pause(self) -> int:
        """Pause a running experiment; at which step."""
        self.obeyed()
        self.send("pause")
        self.text("experiment", status="paused")
        while (snapshot := self.snapshot()).tensors["params/conv1.weight"].dtype != np.float32:
            pass  # of before
        step: int = snapshot.directory["step"]
        assert step == len(self.losses)
        return step

    def close_code(self) -> tuple[int | None, str | None]:
        """Why the server ends the connection."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.receive()
        return self.socket.close_code, self.socket.close_reason


@contextmanager
def watch(
    client: httpx.Client,
    id: str,
    *,
    query: str = "",
    scalars: Scalars | None = None,
    origin: str | None = None,
    stranger: bool = False,
) -> Iterator[Page]:
    """Follow an experiment of the server that `client` talks to, as the same visitor or as a `stranger`.

    Who brings the `scalars` of an earlier page goes on with them.
    """
    if scalars is not None:
        query = scalars.query
    address = str(client.base_url.join(f"/ws/experiments/{id}?{query}")).replace("http", "ws", 1)
    cookies = {} if stranger else {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    with connect(
        address,
        origin=origin,  # type: ignore[arg-type]
        additional_headers=cookies,
        max_size=None,
        max_queue=None,  # else what nobody has read keeps the end from being read
        compression=None,
    ) as socket:
        yield Page(socket, scalars or Scalars())
