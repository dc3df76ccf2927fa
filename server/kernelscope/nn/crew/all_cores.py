"""A crew that uses all cores: threads at first, then processes in their place."""

import logging
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np

from kernelscope.nn.crew.processes import Processes
from kernelscope.nn.crew.request import Crew, Request
from kernelscope.nn.crew.shared import portable
from kernelscope.nn.crew.threads import Threads
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import PARTS, cut

log = logging.getLogger(__name__)

PAYS = 1.0
"""Seconds of computing after which helper processes are started: what starting them costs is then a small part."""


def processes_pay() -> bool:
    """Tell whether processes can be faster here than threads, and can be started.

    Without Python's lock, in a free-threaded build, threads are as fast. On Windows a process can't be handed the end
    of a pipe by its number, and a frozen program has no Python to start.
    """
    locked = getattr(sys, "_is_gil_enabled", lambda: True)()
    return locked and sys.platform != "win32" and not hasattr(sys, "frozen")


class AllCores:
    """A crew of at most `cores` members.

    Threads are there at once. When they have computed for `after` seconds, helper processes are started. These get
    ready in the background, and take the threads' place between two requests. There are no more than there is work for.
    """

    def __init__(self, dtype: np.dtype[Any], cores: int, after: float = PAYS) -> None:
        self._dtype, self._cores, self._after = dtype, cores, after
        self._threads: Threads | None = Threads(dtype, cores)
        self._processes: Processes | None = None
        self._with_threads_for_good = not processes_pay()
        self._seconds = 0.0
        self._most = 0  # the most jobs that a request has had

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._crew.closed

    @property
    def helpers(self) -> list[int]:
        """The ids of the helper processes that compute."""
        return self._processes.helpers if self._processes and not self._threads else []

    def close(self) -> None:
        """End the threads and processes."""
        if self._threads:
            self._threads.close()
        if self._processes:
            self._processes.close()

    def settle(self) -> None:
        """Start the helper processes, if there are to be any, and wait until they compute."""
        self._after = 0.0
        self._most = max(self._most, PARTS)
        self._recruit()
        if self._processes:
            self._processes.wait()
            self._recruit()

    def carry_out(self, request: Request, into: Sequence[Parameters] = ()) -> list[list[Any]]:
        """As `Crew.carry_out`.

        Raises:
            HelperEnded: a helper has died. From then on it computes with threads.
        """
        self._most = max(self._most, sum(len(cut(count)) for count in request.counts))
        if not all(portable(params.shapes) for params in request.params):
            self._stay_with_threads()
        self._recruit()
        crew, started = self._crew, perf_counter()
        try:
            return crew.carry_out(request, into)
        except MemoryError:
            if not self._processes:
                raise
        finally:
            self._seconds += perf_counter() - started
            if crew.closed:
                self._stay_with_threads()
        self._stay_with_threads()  # which make do with less: helpers, starting ones too, have a share of the memory
        return self._crew.carry_out(request, into)

    @property
    def _crew(self) -> Crew:
        crew = self._threads or self._processes
        assert crew
        return crew

    def _recruit(self) -> None:
        """Start as many helpers as pay, and have the processes compute from now on if they are ready."""
        if self._with_threads_for_good or self._seconds < self._after:
            return
        try:
            self._processes = self._processes or Processes(self._dtype)
            self._processes.grow(min(self._cores, self._most) - 1)
            if self._processes.closed or (self._processes.failed and not self._processes.helpers):
                self._stay_with_threads()
            elif self._threads and self._processes.ready:
                self._threads.close()
                self._threads = None
        except (OSError, MemoryError) as error:  # also a `HelperEnded`, if its helper had no work yet
            log.warning("training goes on with threads: %s", error)
            self._stay_with_threads()

    def _stay_with_threads(self) -> None:
        self._with_threads_for_good = True
        self._threads = self._threads or Threads(self._dtype, self._cores)
        if self._processes:
            self._processes.close()
            self._processes = None
