"""A server that times every call on its event loop: ``python -m benchmarks.stream.timed FILE [OPTION …]``.

It writes pickled `Calls` to FILE when it stops. Its workers import this module too, so it imports little.
"""

import asyncio
import pickle
import sys
from array import array
from asyncio.events import Handle
from pathlib import Path
from time import perf_counter, thread_time
from typing import NamedTuple

SLOW = 0.005
"""The least seconds of a call whose name is recorded."""


class Slow(NamedTuple):
    """A call that took long."""

    begun: float
    seconds: float
    cpu: float
    name: str


class Calls(NamedTuple):
    """The record of all calls, in order.

    Attributes:
        begun: by `time.perf_counter`, whose clock all processes of a machine share.
        seconds: how long the call took, waiting for the interpreter's lock and for a core included.
        cpu: seconds that it computed.
        slow: the long ones among them.
    """

    begun: "array[float]"
    seconds: "array[float]"
    cpu: "array[float]"
    slow: list[Slow]


def record() -> Calls:
    """Start recording every call that an event loop of asyncio makes (not uvloop, which makes its own)."""
    calls = Calls(array("d"), array("d"), array("d"), [])
    run = Handle._run

    def timed(handle: Handle) -> None:
        callback = handle._callback  # type: ignore[attr-defined]  # a call may cancel its own handle, which forgets it
        begun, cpu = perf_counter(), thread_time()
        run(handle)
        computed, seconds = thread_time() - cpu, perf_counter() - begun
        calls.begun.append(begun)
        calls.seconds.append(seconds)
        calls.cpu.append(computed)
        if seconds > SLOW:
            calls.slow.append(Slow(begun, seconds, computed, name(callback)))

    Handle._run = timed  # type: ignore[assignment,method-assign]
    return calls


def name(callback: object) -> str:
    """Return the name of what is called; for a task, that of its coroutine."""
    task = getattr(callback, "__self__", None)
    called = task.get_coro() if isinstance(task, asyncio.Task) else callback
    return getattr(called, "__qualname__", repr(called))


def main() -> None:
    """Serve until stopped, then write the record."""
    from kernelscope.cli import main as serve

    file, calls = Path(sys.argv.pop(1)), record()
    try:
        serve()
    finally:
        file.write_bytes(pickle.dumps(calls))


if __name__ == "__main__":
    # Imported under its proper name, so that pickled classes can be found when they are read.
    from benchmarks.stream import timed as proper

    proper.main()
