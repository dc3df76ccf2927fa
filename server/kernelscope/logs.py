"""Logging. Nothing that clients do can flood the log, and addresses are logged without their query, which has keys."""

import logging
import time
from collections.abc import Callable

INTERVAL = 60.0
"""Seconds between two warnings of the same kind."""
REMEMBERED = 64
"""How many kinds of warnings are remembered."""
CAUSED_BY_CLIENTS = (
    "asyncio",
    "uvicorn.error",
    "kernelscope.api.socket.connection",
    # While the disk is full or the database damaged, every request logs an error.
    "kernelscope.api.errors",
    "kernelscope.api.pages.pages",
    "kernelscope.api.socket.socket",
    "kernelscope.store.experiments",
)
"""Loggers of events that clients can cause any number of times."""


def set_up_logs(level: str) -> None:
    """Log to standard error, from `level` on."""
    least = logging.getLevelName(level.upper())
    logging.basicConfig(level=least, format="%(levelname)s %(name)s: %(message)s")
    # uvicorn reports starting and stopping at level INFO: show it when debugging only. Never let its logger go to
    # DEBUG, where the WebSocket library logs everybody's cookies.
    logging.getLogger("uvicorn.error").setLevel(logging.INFO if least <= logging.DEBUG else max(least, logging.WARNING))
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(WithoutQuery())
    for name in CAUSED_BY_CLIENTS:
        logging.getLogger(name).addFilter(Sparing())


class WithoutQuery(logging.Filter):
    """Cuts the query off every address among the arguments of a message."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"{value.partition('?')[0]}?…" if isinstance(value, str) and "?" in value else value
                for value in record.args
            )
        return True


class Sparing(logging.Filter):
    """Lets one warning of a kind pass per `INTERVAL`, with the number of those suppressed since the last one.

    Warnings with the same first line and exception are of one kind. uvicorn's traceback for text that is not UTF-8
    never passes: the client is told.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[str, tuple[float, int]] = {}  # when the next may pass, and the number suppressed

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
