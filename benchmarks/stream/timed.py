"""The server, with a clock at every call on its event loop: ``python -m benchmarks.stream.timed FILE [OPTION …]``.

Writes `Calls` to FILE, pickled, when the server has stopped. Its workers import this module too, so it imports little.
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
"""Seconds from which on it is noted what was called."""


class Slow(NamedTuple):
    """A call that took long."""

    begun: float
    seconds: float
    cpu: float
    name: str


class Calls(NamedTuple):
    """All calls, in order.

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
    """From now on, note every call that an event loop makes; not uvloop, which makes its own."""
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
    """What is called; of a task, the coroutine."""
    task = getattr(callback, "__self__", None)
    called = task.get_coro() if isinstance(task, asyncio.Task) else callback
    return getattr(called, "__qualname__", repr(called))


def main() -> None:
    """Serve until stopped."""
    from kernelscope.cli import main as serve

    file, calls = Path(sys.argv.pop(1)), record()
    try:
        serve()
    finally:
        file.write_bytes(pickle.dumps(calls))


if __name__ == "__main__":
    # By its proper name: what it pickles is then found again.
    from benchmarks.stream import timed as proper

    proper.main()
