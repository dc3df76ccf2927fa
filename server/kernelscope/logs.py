"""What is logged. Nothing that clients can cause fills the log, and addresses are in it without their query: keys."""

import logging
import time
from collections.abc import Callable

INTERVAL = 60.0
"""Seconds between two warnings of the same kind."""
REMEMBERED = 64
"""Kinds."""
CAUSED_BY_CLIENTS = (
    "asyncio",
    "uvicorn.error",
    "kernelscope.api.socket.connection",
    # While the disk is full, or what is on it is damaged, every request says so.
    "kernelscope.api.errors",
    "kernelscope.api.pages.pages",
    "kernelscope.api.socket.socket",
    "kernelscope.store.experiments",
)
"""Who logs what clients do, and may do as often as they like."""


def set_up_logs(level: str) -> None:
    """Log to standard error, from this level on."""
    least = logging.getLevelName(level.upper())
    logging.basicConfig(level=least, format="%(levelname)s %(name)s: %(message)s")
    # uvicorn's news of starting and stopping is for those who ask for it; what the WebSocket library would say for
    # debugging has everybody's cookies in it.
    logging.getLogger("uvicorn.error").setLevel(logging.INFO if least <= logging.DEBUG else max(least, logging.WARNING))
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(WithoutQuery())
    for name in CAUSED_BY_CLIENTS:
        logging.getLogger(name).addFilter(Sparing())


class WithoutQuery(logging.Filter):
    """Cuts the query off every address, among what a message is made from."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{value.partition('?')[0]}?…" if isinstance(value, str) and "?" in value else value
                for value in record.args
            )
        return True


class Sparing(logging.Filter):
    """Lets a warning pass once in `INTERVAL`, with how many of its kind were left out since the last one.

    Of a kind are those with the same first line and exception. What uvicorn says of text that is none, a traceback,
    never passes: the client is told.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[str, tuple[float, int]] = {}  # when it is to be said again, and how many were left out

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        if record.exc_info and record.exc_info[0] is UnicodeDecodeError and "UTF-8" in str(record.msg):
            return False
        kind, now = str(record.msg).partition("\n")[0], self._clock()
        if record.exc_info:
            kind += repr(record.exc_info[1])
        again, left_out = self._kinds.get(kind, (0.0, 0))
        if now < again:
            self._kinds[kind] = again, left_out + 1
            return False
        if len(self._kinds) >= REMEMBERED:
            self._kinds.clear()
        self._kinds[kind] = now + INTERVAL, 0
        if left_out:
            record.msg = f"{record.msg} ({left_out} more since the last time)"
        return True
