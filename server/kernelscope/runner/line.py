"""A worker's end of the pipe to the server."""

from collections import deque
from multiprocessing.connection import Connection

from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command, Open, Settle
from kernelscope.source.reports import Message


class ServerGone(Exception):
    """The other end of the pipe has closed."""


class Line:
    """The pipe to the server. Its errors are told from those of files: `ServerGone`."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._read: deque[Open | Command | Attend] = deque()

    def receive(self) -> Open | Command | Attend:
        """Wait for a message."""
        try:
            while not self._read or self._pipe.poll():
                self._read.append(self._pipe.recv())
        except (EOFError, OSError) as error:
            raise ServerGone from error
        return self._read.popleft()

    @property
    def settling(self) -> bool:
        """Whether a `Settle` is among the messages that wait: there is no time for long work."""
        return any(isinstance(message, Settle) for message in self._read)

    def waiting(self, timeout: float | None) -> bool:
        """Whether there is a message, after at most `timeout` seconds (None: until there is)."""
        try:
            return bool(self._read) or self._pipe.poll(timeout)
        except OSError as error:
            raise ServerGone from error

    def send(self, message: Message) -> None:
        """Say something; waits while the server has much to read."""
        try:
            self._pipe.send(message)
        except OSError as error:
            raise ServerGone from error
