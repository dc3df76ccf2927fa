"""The worker's end of the pipe to the server."""

from collections import deque
from multiprocessing.connection import Connection

from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command, Open, Settle
from kernelscope.source.reports import Message


class ServerGone(Exception):
    """The other end of the pipe has closed."""


class Line:
    """The pipe to the server. Its errors become `ServerGone`, so that they are not taken for errors of files."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._read: deque[Open | Command | Attend] = deque()

    def receive(self) -> Open | Command | Attend:
        """Wait for a message.

        Raises:
            ServerGone: the pipe has closed.
        """
        try:
            while not self._read or self._pipe.poll():
                self._read.append(self._pipe.recv())
        except (EOFError, OSError) as error:
            raise ServerGone from error
        return self._read.popleft()

    @property
    def settling(self) -> bool:
        """Whether a `Settle` is among the waiting messages, so that no long work should be started."""
        return any(isinstance(message, Settle) for message in self._read)

    def waiting(self, timeout: float | None) -> bool:
        """Wait for a message for at most `timeout` seconds (None: without limit); return whether there is one.

        Raises:
            ServerGone: the pipe has closed.
        """
        try:
            return bool(self._read) or self._pipe.poll(timeout)
        except OSError as error:
            raise ServerGone from error

    def send(self, message: Message) -> None:
        """Send a message. Blocks while the pipe is full.

        Raises:
            ServerGone: the pipe has closed.
        """
        try:
            self._pipe.send(message)
        except OSError as error:
            raise ServerGone from error
