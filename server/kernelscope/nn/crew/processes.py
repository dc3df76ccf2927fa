"""A crew of processes: this one, and helpers that it starts.

Python's lock lets only one thread at a time run what lies between two array operations, and with small networks that
is much of a step. Processes have a lock each.

A helper is started as a program of its own, not by ``multiprocessing``: so it imports nothing of the caller's
``__main__``, which may be a notebook or a script without a guard, and its caller may be a daemonic process. All that it
shares with its caller is the memory that a request is in (`kernelscope.nn.crew.shared`); the data set it never sees.

Jobs are dealt through a pipe: a number for each job of a request is written to it, and whoever is free reads the next
one, helpers and caller alike. So a slow or busy core takes fewer jobs, nobody waits for a process that sleeps, and who
is killed holds no lock. What came out comes back through a pipe for each helper, and the end of that pipe tells at
once of the helper's death.
"""

import logging
import os
import select
import subprocess
import sys
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from kernelscope.endings import ending
from kernelscope.nn.crew.budget import Budget
from kernelscope.nn.crew.member import Member
from kernelscope.nn.crew.pipes import CLAIM, READY, claim, receive
from kernelscope.nn.crew.request import Request, Work
from kernelscope.nn.crew.shared import Shared
from kernelscope.nn.parameters import Parameters

log = logging.getLogger(__name__)

AT_ONCE = 1024
"""Jobs dealt at once: their claims are written to the pipe in one piece, and never fill it."""
END_SECONDS = 1.0
"""Seconds to wait for the end of a helper whose pipe has closed."""


class HelperEnded(ChildProcessError):
    """A helper process ended though nobody asked it to.

    Attributes:
        code: its exit code as `subprocess` gives it; None: unknown.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(ending("a helper process", code))
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return HelperEnded, (self.code,)


class _Helper:
    """A helper as its caller sees it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], files: Sequence[int]) -> None:
        self.answers, theirs = os.pipe()
        try:
            self.process = subprocess.Popen(
                [*command[:-1], *map(str, (*files, theirs)), command[-1]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(*files, theirs),
                process_group=0,  # Ctrl+C in a terminal is for the caller
                env=environment,
            )
        except BaseException:
            os.close(self.answers)
            raise
        finally:
            os.close(theirs)
        self.ready = False

    def end(self) -> None:
        """Wait for its end, after its death or `kill`."""
        self.process.wait()
        os.close(self.answers)


class Processes:
    """A crew of this process and its helpers.

    Attributes:
        failed: whether some helper could not be started; no further one is tried then.
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.failed = False
        self._dtype, self._member = dtype, Member(dtype)
        self._budget = Budget()
        self._member.warm_up()
        self._shared = Shared()
        self._claims, self._deal = os.pipe()
        os.set_blocking(self._claims, False)
        self._helpers: dict[int, _Helper] = {}
        self._poll = select.poll()
        files = self._shared.file, self._claims, self._deal
        self._end = weakref.finalize(self, _end, os.getpid(), self._helpers, files, self._budget)
        _crews.add(self)

    @property
    def closed(self) -> bool:
        """Whether its helpers have been ended."""
        return not self._end.alive

    @property
    def limited(self) -> bool:
        """Whether it may use so much memory only."""
        return self._budget.limit is not None

    @property
    def ready(self) -> bool:
        """Whether some helpers are ready, and no other is on its way."""
        self._listen({}, set(), 0)
        return bool(self._helpers) and all(helper.ready for helper in self._helpers.values())

    @property
    def helpers(self) -> list[int]:
        """The ids of the helpers' processes."""
        return [helper.process.pid for helper in self._helpers.values()]

    def close(self) -> None:
        """Kill the helpers, wait for their end, and let go of all memory."""
        self._end()
        self._member = Member(self._dtype)

    def grow(self, helpers: int) -> None:
        """Start helpers until there are so many. They take part as soon as they are ready."""
        wanted = helpers - len(self._helpers)
        if self.closed or self.failed or wanted <= 0:
            return
        further = self._budget.further(self.helpers, self._shared.size, wanted)
        self.failed = further < wanted  # the others would leave too little memory
        threads = max((lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"), default=1)
        from multiprocessing.spawn import get_executable

        # A product's bits may depend on the number of threads that BLAS has.
        environment = os.environ | {f"{library}_NUM_THREADS": str(threads) for library in _BLAS}
        environment["PYTHONPATH"] = os.pathsep.join(str(path) or os.getcwd() for path in sys.path)
        python = os.fsdecode(get_executable() or "")
        command = [python, "-P", "-m", "kernelscope.nn.crew.helper", self._dtype.str]
        try:
            for _ in range(further):
                helper = _Helper(command, environment, (self._claims, self._shared.file))
                self._helpers[helper.answers] = helper
                self._poll.register(helper.answers, select.POLLIN)
                self._deal_memory()
        except OSError as error:
            self._give_up(str(error))

    def wait(self) -> None:
        """Wait until all helpers are ready."""
        while not self.ready and self._helpers:
            self._listen({}, set(), None)

    def _deal_memory(self, shared: int | None = None, *, evenly: bool = False) -> None:
        """Deal out the memory; of what is shared, `shared` bytes are to be, None: as many as now."""
        helpers = [helper.process.pid for helper in self._helpers.values() if helper.ready]
        starting = [helper.process.pid for helper in self._helpers.values() if not helper.ready]
        self._budget.deal(helpers, starting, self._shared.size if shared is None else shared, evenly=evenly)

    def _give_up(self, reason: str) -> None:
        if not self.failed:
            log.warning("training goes on with fewer processes than it could have: %s", reason)
        self.failed = True

    def carry_out(self, request: Request, into: Sequence[Parameters] = ()) -> list[list[Any]]:
        """As `Crew.carry_out`.

        Raises:
            HelperEnded: a helper has died; the crew is closed then.
            MemoryError: the request needs more memory than there is, or than these processes may use. Threads may make
                do with less.
        """
        self._listen({}, set(), 0)
        try:
            return self._try_to_carry_out(request, into)
        except MemoryError:
            if self.closed or not self.limited:  # closed: a helper has died of it
                raise
        # The arrays of another network, perhaps, for which somebody's share is too small.
        self._deal_memory(evenly=True)
        try:
            return self._try_to_carry_out(request, into)
        finally:
            if not self.closed:
                self._deal_memory()

    def _try_to_carry_out(self, request: Request, into: Sequence[Parameters]) -> list[list[Any]]:
        work = self._shared.write(request, self._deal_memory)
        jobs, results = work.jobs, dict[int, Any]()
        for start in range(0, len(jobs), AT_ONCE):
            self._compute(work, range(start, min(start + AT_ONCE, len(jobs))), results)
        return work.collect({jobs[number]: found for number, found in results.items()}, into)

    def _compute(self, work: Work, numbers: range, results: dict[int, Any]) -> None:
        """Deal these jobs, and take part in computing them."""
        jobs = work.jobs
        missing = set(numbers)
        try:
            os.write(self._deal, b"".join(map(CLAIM.pack, numbers)))
            while (number := claim(self._claims)) is not None:
                missing.discard(number)
                results[number] = self._member.compute(work, jobs[number])
            while missing:
                self._listen(results, missing, None)
        except Exception:
            self._settle(missing)
            raise
        except BaseException:  # an interruption, in the middle of anything
            self.close()
            raise

    def _settle(self, missing: set[int]) -> None:
        """After an error, wait until nobody computes any more: the caller may reuse what they read and write."""
        while not self.closed and (number := claim(self._claims)) is not None:
            missing.discard(number)
        while missing and not self.closed:
            with suppress(Exception):  # the first error is the one that is raised
                self._listen({}, missing, None)

    def _listen(self, results: dict[int, Any], missing: set[int], timeout: float | None) -> None:
        """Take in the answers of helpers.

        Raises:
            HelperEnded: one has died.
            Exception: what a job raised.
        """
        for answers, _ in self._poll.poll(timeout):
            helper = self._helpers[answers]
            try:
                number, found = receive(helper.answers)
            except EOFError:
                self._lost(helper)
                continue
            except BaseException:  # an interruption, perhaps in the middle of an answer
                self.close()
                raise
            if number == READY:
                helper.ready = True
                self._deal_memory()
                continue
            missing.discard(number)
            if isinstance(found, Exception):
                raise found
            results[number] = found

    def _lost(self, helper: _Helper) -> None:
        """Note that a helper has died: an accident, unless it was not even ready.

        Raises:
            HelperEnded: it was.
        """
        with suppress(subprocess.TimeoutExpired):
            helper.process.wait(END_SECONDS)
        code = helper.process.poll()
        if helper.ready:
            self.close()
            raise HelperEnded(code) from None
        self._poll.unregister(helper.answers)
        del self._helpers[helper.answers]
        helper.process.kill()
        helper.end()
        self._give_up(ending("a helper process", code))


_BLAS = ("OPENBLAS", "MKL", "BLIS", "OMP", "VECLIB")
_crews: "weakref.WeakSet[Processes]" = weakref.WeakSet()


def _let_go() -> None:
    for crew in [*_crews]:
        crew.close()


if hasattr(os, "register_at_fork"):
    # A fork would keep open the pipe by which helpers learn of their caller's death, and its jobs be taken for those of
    # its caller.
    os.register_at_fork(after_in_child=_let_go)


def _end(caller: int, helpers: dict[int, _Helper], files: Sequence[int], budget: Budget) -> None:
    if os.getpid() == caller:  # not a fork of it, whose helpers these are not
        for helper in helpers.values():
            helper.process.kill()  # it has nothing to save
        for helper in helpers.values():
            helper.process.wait()
    for file in (*helpers, *files):
        os.close(file)
    helpers.clear()
    budget.restore()
