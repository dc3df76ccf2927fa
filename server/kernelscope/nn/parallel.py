"""Data parallelism: the parts of a batch spread over threads, with the same bits for any number of threads.

NumPy and its BLAS release the GIL while they compute, so Python threads do run in parallel. They scale better than
BLAS's own threads, which split every single matrix product and synchronise each time. (BLAS should therefore be limited
to one thread: ``threadpoolctl.threadpool_limits(1, "blas")``.)

How a batch is cut into parts depends only on its number of images (`kernelscope.nn.workspace`). A thread takes one part
of one network at a time and computes it in a workspace of its own; finally each network's parts are added up in a fixed
order. So neither the number of threads, nor their timing, nor a further network computed alongside changes a bit.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import product
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from kernelscope.nn.inputs import as_batch, as_dtype, as_threads
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, Predicted
from kernelscope.nn.masks import Masks
from kernelscope.nn.network import Network
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import Workspace, add_up, join, prepare

Computed = TypeVar("Computed")


class DataParallel:
    """Computes losses and gradients of any number of networks of one architecture, on the same batch, in threads.

    The calling thread is one of the `threads` (default: one per available core). An instance must be used from one
    thread at a time. `close` ends the other threads.

    Raises:
        ValueError: `threads` is not a whole number of at least 1, or `dtype` neither float32 nor float64.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any], threads: int | None = None) -> None:
        self.threads = as_threads(threads)
        self._shapes = shapes
        self._dtype = as_dtype(dtype)
        self._workspaces = [Workspace(shapes, self._dtype) for _ in range(self.threads)]
        self._helpers = ThreadPoolExecutor(self.threads - 1, "helper") if self.threads > 1 else None
        self._partial: list[Parameters] = []

    def close(self) -> None:
        """End the threads."""
        if self._helpers:
            self._helpers.shutdown()

    def losses(
        self, params: Sequence[Parameters], images: ArrayLike, labels: ArrayLike, masks: Masks | None = None
    ) -> list[Loss]:
        """Compute the loss of the batch ``[n, channel, row, col]`` with each of `params`; drop nothing without `masks`.

        Raises:
            ValueError: as `Network.loss`, or some of `params` are of another architecture or dtype.
        """
        self._require_mine(params)
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        parts = prepare(images, labels, self._dtype, masks)

        def compute(place: int, part: int, workspace: Workspace) -> Loss:
            return workspace.loss(params[place], parts[part], len(labels))

        return [add_up(losses) for losses in self._spread(compute, len(params), len(parts))]

    def predictions(self, params: Sequence[Parameters], images: ArrayLike, labels: ArrayLike) -> list[Predicted]:
        """Compute the same losses, and what is predicted for each image with each of `params`.

        Raises:
            ValueError: as `losses`.
        """
        self._require_mine(params)
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        parts = prepare(images, labels, self._dtype)

        def compute(place: int, part: int, workspace: Workspace) -> Predicted:
            return workspace.predictions(params[place], parts[part], len(labels))

        return [join(found) for found in self._spread(compute, len(params), len(parts))]

    def gradients(
        self, networks: Sequence[Network], images: ArrayLike, labels: ArrayLike, masks: Masks | None = None
    ) -> list[Loss]:
        """Compute the loss of the batch ``[n, channel, row, col]`` for each network, and write its ``grads``.

        Dropout layers drop nothing without `masks`.

        Raises:
            ValueError: as `Network.loss`; or a network is of another architecture or dtype, or is listed twice.
        """
        self._require_mine([network.params for network in networks])
        if len({id(network) for network in networks}) < len(networks):
            raise ValueError("expected networks that differ from one another, got one of them twice")
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        parts = prepare(images, labels, self._dtype, masks)
        while len(self._partial) < len(networks) * (len(parts) - 1):
            self._partial.append(Parameters(self._shapes, self._dtype))
        spare = iter(self._partial)
        grads = [[network.grads, *(next(spare) for _ in parts[1:])] for network in networks]

        def compute(place: int, part: int, workspace: Workspace) -> Loss:
            return workspace.loss_and_gradient(networks[place].params, grads[place][part], parts[part], len(labels))

        losses = [add_up(losses) for losses in self._spread(compute, len(networks), len(parts))]
        for into, *others in grads:
            for partial in others:
                into.flat += partial.flat
        return losses

    def _require_mine(self, params: Sequence[Parameters]) -> None:
        for one in params:
            if one.shapes != self._shapes or one.flat.dtype != self._dtype:
                raise ValueError("expected networks of the architecture and dtype that this DataParallel was made for")

    def _spread(
        self, compute: Callable[[int, int, Workspace], Computed], places: int, parts: int
    ) -> list[list[Computed]]:
        """The results of `compute` for each place and part. Each thread takes the next job as soon as it is free."""
        jobs = list(product(range(places), range(parts)))
        waiting = jobs[::-1]
        results: dict[tuple[int, int], Computed] = {}

        def work(workspace: Workspace) -> None:
            while waiting:
                try:
                    job = waiting.pop()
                except IndexError:  # another thread took the last job
                    return
                try:
                    results[job] = compute(*job, workspace)
                except BaseException:
                    waiting.clear()  # no thread starts another job
                    raise

        own, *others = self._workspaces[: max(1, len(jobs))]
        helpers = [self._helpers.submit(work, workspace) for workspace in others] if self._helpers else []
        try:
            work(own)
        finally:
            wait(helpers)  # also after an error: the caller may reuse the arrays that they write to
        for helper in helpers:
            helper.result()
        return [[results[place, part] for part in range(parts)] for place in range(places)]
