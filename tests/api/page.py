"""A viewer, as a test drives it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from server.stream.wire import Frame, Kind, decode


class Page:
    """A viewer that acknowledges every snapshot at once."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.losses: list[list[float]] = []

    def send(self, type: str, **members: Any) -> None:
        self.socket.send(json.dumps({"type": type, **members}))

    def receive(self) -> dict[str, Any] | Frame:
        """The next message. ConnectionClosed: there is none to come."""
        message = self.socket.recv(timeout=20)
        if isinstance(message, str):
            text: dict[str, Any] = json.loads(message)
            return text
        frame = decode(message)
        if frame.kind == Kind.SNAPSHOT:
            self.send("ack", frame=frame.directory["frame"])
        else:
            assert frame.directory["first_step"] in (len(self.losses) + 1, 1)
            self.losses[frame.directory["first_step"] - 1 :] = frame.tensors["loss"].tolist()
        return frame

    def snapshot(self, step: int, run: int = 1) -> Frame:
        """The first snapshot of this step or a later one."""
        while True:
            got = self.receive()
            if isinstance(got, dict) or got.kind != Kind.SNAPSHOT:
                continue
            assert len(self.losses) >= got.directory["step"], "a snapshot came before its scalars"
            if (got.directory["run"], got.directory["step"]) >= (run, step):
                return got

    def text(self, type: str, **members: Any) -> dict[str, Any]:
        """The first text message of this type with these members."""
        while True:
            got = self.receive()
            if isinstance(got, dict) and got["type"] == type and all(got[key] == members[key] for key in members):
                return got


@contextmanager
def watch(client: httpx.Client, id: str, origin: str | None = None) -> Iterator[Page]:
    """Follow an experiment of the server that `client` talks to."""
    address = str(client.base_url.join(f"/ws/experiments/{id}")).replace("http", "ws", 1)
    with connect(address, origin=origin, max_size=None) as socket:  # type: ignore[arg-type]
        yield Page(socket)
