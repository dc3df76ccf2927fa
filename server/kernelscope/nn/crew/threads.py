"""A crew of threads."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from kernelscope.nn.crew.member import Member
from kernelscope.nn.crew.request import Job, Request, Work
from kernelscope.nn.loss import Loss, Predicted
from kernelscope.nn.parameters import Parameters


class Threads:
    """A crew of so many threads, of which the calling one is the first.

    NumPy and its BLAS release Python's lock while they compute, so threads do run in parallel. They scale better than
    BLAS's own, which split every single matrix product and synchronise each time.

    Attributes:
        members: one for each thread; the calling thread's is the first.
    """

    def __init__(self, dtype: np.dtype[Any], threads: int) -> None:
        self.closed = False
        self.members = [Member(dtype) for _ in range(threads)]
        self._helpers = ThreadPoolExecutor(threads - 1, "helper") if threads > 1 else None
        self._spare: list[Parameters] = []

    def close(self) -> None:
        """End the threads."""
        self.closed = True
        if self._helpers:
            self._helpers.shutdown()

    def carry_out(self, request: Request, into: Sequence[Parameters] = ()) -> list[list[Any]]:
        """As `Crew.carry_out`. Each thread takes the next job as soon as it is free."""
        parts = request.parts()
        while len(self._spare) < sum(map(len, parts)) - len(parts) and into:
            self._spare.append(Parameters(into[0].shapes, into[0].flat.dtype))
        spare = iter(self._spare)
        # A network's first part is written to its gradient itself.
        grads = [
            [total, *(next(spare) for _ in its_parts[1:])] for total, its_parts in zip(into, parts, strict=bool(into))
        ]
        work = Work(request.task, request.params, parts, request.counts, grads)
        return work.collect(self._spread(work), into)

    def _spread(self, work: Work) -> dict[Job, Loss | Predicted]:
        jobs = work.jobs
        waiting = jobs[::-1]
        results: dict[Job, Loss | Predicted] = {}

        def compute(member: Member) -> None:
            while waiting:
                try:
                    job = waiting.pop()
                except IndexError:  # another thread took the last job
                    return
                try:
                    results[job] = member.compute(work, job)
                except BaseException:
                    waiting.clear()  # no thread starts another job
                    raise

        own, *others = self.members[: max(1, len(jobs))]
        helpers = [self._helpers.submit(compute, member) for member in others] if self._helpers else []
        try:
            compute(own)
        finally:
            wait(helpers)  # also after an error: the caller may reuse the arrays that they write to
        for helper in helpers:
            helper.result()
        return results
