"""However often a connection is lost: each step and each test result comes exactly once, and in order."""

import random
import socket
import struct
from contextlib import ExitStack, suppress

import httpx
import pytest
from kernelscope.experiment.evaluation import EARLY
from kernelscope.stream.wire import Kind, decode

from tests.api.page import watch
from tests.clients import make
from tests.stream.support import results_in

KILLS = 50


class Diary:
    """All that a viewer has ever been sent, as it came: nothing is put in order, dropped or checked here."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.losses: list[list[float]] = []
        self.tests: list[int] = []
        self.runs: set[int] = set()
        self.stretches: set[int] = set()

    def write(self, message: bytes) -> None:
        for frame in decode(message):
            if frame.kind == Kind.SCALARS:
                self.runs.add(frame.directory["run"])
                self.stretches.add(frame.directory["stretch"])
                self.steps += frame.tensors["step"].tolist()
                self.losses += frame.tensors["loss"].tolist()
                self.tests += results_in(frame)

    @property
    def query(self) -> str:
        return f"run=1&step={len(self.steps)}&tests={len(self.tests)}" if self.runs else ""


@pytest.mark.slow
def test_a_connection_killed_fifty_times_loses_and_doubles_nothing(client: httpx.Client) -> None:
    dice = random.Random(20261123)
    id, diary = make(client, test_every=10), Diary()
    with watch(client, id) as owner, ExitStack() as abandoned:
        owner.start()
        for _ in range(KILLS):
            page = abandoned.enter_context(watch(client, id, query=diary.query))
            # From before the first message until some way on, sometimes with no acknowledgement, hidden, or in a hurry.
            wanted, acknowledges, hides = dice.choice([0, 1, 2, 3, 6]), dice.random() < 0.8, dice.random() < 0.2
            if hides:  # then there is a message a second
                page.send("show", snapshots=False)
                wanted = min(wanted, 1)
            received = 0
            while received < wanted and (acknowledges or received < 2):
                message = page.socket.recv(timeout=20)
                if isinstance(message, bytes):
                    diary.write(message)
                    received += 1
                    if acknowledges:
                        page.send("ack", message=received)
            if dice.random() < 0.5:  # whatever is on its way when it happens
                with suppress(TimeoutError):
                    page.socket.recv(timeout=dice.random() / 20)  # and what was read but not dealt with is lost too
            kill(page.socket.socket, reset=dice.random() < 0.5)
        owner.text("audience", viewers=1)
        last = owner.pause()
        with watch(client, id, query=diary.query) as page:
            until_all_tests, received = sorted({*range(0, last + 1, 10), *EARLY, last}), 0
            while len(diary.steps) < last or len(diary.tests) < len(until_all_tests):
                message = page.socket.recv(timeout=20)
                if isinstance(message, bytes):
                    diary.write(message)
                    received += 1
                    page.send("ack", message=received)  # observations may come before the test results
        assert diary.runs == {1}
        assert diary.stretches == {1}
        assert last > KILLS
        assert diary.steps == list(range(1, last + 1))
        assert diary.tests == until_all_tests
        with watch(client, id) as fresh:
            fresh.snapshot(last)
            assert diary.losses == fresh.losses == owner.losses


def kill(connection: socket.socket, *, reset: bool) -> None:
    """End it with no word of farewell: as when a cable is pulled, or with the other side's system saying so."""
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
