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


KINDS = 8
"""Architectures whose workspaces are kept."""


class DataParallel:
    """Computes losses and gradients of any number of networks, on the same batch, in threads.

    The networks have the parameters of the layers `shapes`; what computes without parameters, such as an activation,
    may be another. Those of one architecture share their workspaces.

    The calling thread is one of the `threads` (default: one per available core). An instance must be used from one
    thread at a time. `close` ends the other threads.

    Raises:
        ValueError: `threads` is not a whole number of at least 1, or `dtype` neither float32 nor float64.
    """

    def __init__(self, shapes: Sequence[LayerShape], dtype: np.dtype[Any], threads: int | None = None) -> None:
        self.threads = as_threads(threads)
        self._shapes = shapes
        self._dtype = as_dtype(dtype)
        self._kinds: list[list[Workspace]] = []
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
            ValueError: as `Network.loss`, or some of `params` are of other layers or another dtype.
        """
        workspaces = self._workspaces(params)
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        parts = prepare(images, labels, self._dtype, masks)

        def compute(place: int, part: int, thread: int) -> Loss:
            return workspaces[place][thread].loss(params[place], parts[part], len(labels))

        return [add_up(losses) for losses in self._spread(compute, [len(parts)] * len(params))]

    def predictions(self, params: Sequence[Parameters], images: ArrayLike, labels: ArrayLike) -> list[Predicted]:
        """Compute the same losses, and what is predicted for each image with each of `params`.

        Raises:
            ValueError: as `losses`.
        """
        workspaces = self._workspaces(params)
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        parts = prepare(images, labels, self._dtype)

        def compute(place: int, part: int, thread: int) -> Predicted:
            return workspaces[place][thread].predictions(params[place], parts[part], len(labels))

        return [join(found) for found in self._spread(compute, [len(parts)] * len(params))]

    def gradients(
        self,
        networks: Sequence[Network],
        images: ArrayLike,
        labels: ArrayLike,
        masks: Masks | None = None,
        counts: Sequence[int] | None = None,
    ) -> list[Loss]:
        """Compute the loss of the batch ``[n, channel, row, col]`` for each network, and write its ``grads``.

        Dropout layers drop nothing without `masks`. With `counts` each network's batch is only so many of the images,
        the first ones: the same bits as with these alone.

        Raises:
            ValueError: as `Network.loss`; or a network is of other layers or another dtype, or is listed twice.
        """
        workspaces = self._workspaces([network.params for network in networks])
        if len({id(network) for network in networks}) < len(networks):
            raise ValueError("expected networks that differ from one another, got one of them twice")
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        counts = [len(labels)] * len(networks) if counts is None else counts
        cut = {count: prepare(images[:count], labels[:count], self._dtype, masks) for count in set(counts)}
        parts = [cut[count] for count in counts]
        while len(self._partial) < sum(map(len, parts)) - len(networks):
            self._partial.append(Parameters(self._shapes, self._dtype))
        spare = iter(self._partial)
        grads = [
            [network.grads, *(next(spare) for _ in its_parts[1:])]
            for network, its_parts in zip(networks, parts, strict=True)
        ]

        def compute(place: int, part: int, thread: int) -> Loss:
            params, into = networks[place].params, grads[place][part]
            return workspaces[place][thread].loss_and_gradient(params, into, parts[place][part], counts[place])

        losses = [add_up(losses) for losses in self._spread(compute, [len(its_parts) for its_parts in parts])]
        for into, *others in grads:
            for partial in others:
                into.flat += partial.flat
        return losses

    def _workspaces(self, params: Sequence[Parameters]) -> list[list[Workspace]]:
        """The workspaces of each network's architecture, one a thread."""
        return [self._kind(one) for one in params]

    def _kind(self, params: Parameters) -> list[Workspace]:
        found = next((kind for kind in self._kinds if kind[0].shapes == params.shapes), None)
        if found is None or params.flat.dtype != self._dtype:
            if _parameters(params.shapes) != _parameters(self._shapes) or params.flat.dtype != self._dtype:
                raise ValueError("expected networks of the layers and dtype that this DataParallel was made for")
            found = [Workspace(params.shapes, self._dtype) for _ in range(self.threads)]
            self._kinds = [*self._kinds[1 - KINDS :], found]
        return found

    def _spread(self, compute: Callable[[int, int, int], Computed], parts: Sequence[int]) -> list[list[Computed]]:
        """The results of `compute` for each place and its `parts`, in some thread, by its number.

        Each thread takes the next job as soon as it is free.
        """
        jobs = [(place, part) for place, count in enumerate(parts) for part in range(count)]
        waiting = jobs[::-1]
        results: dict[tuple[int, int], Computed] = {}

        def work(thread: int) -> None:
            while waiting:
                try:
                    job = waiting.pop()
                except IndexError:  # another thread took the last job
                    return
                try:
                    results[job] = compute(*job, thread)
                except BaseException:
                    waiting.clear()  # no thread starts another job
                    raise

        others = range(1, min(self.threads, len(jobs)))
        helpers = [self._helpers.submit(work, thread) for thread in others] if self._helpers else []
        try:
            work(0)
        finally:
            wait(helpers)  # also after an error: the caller may reuse the arrays that they write to
        for helper in helpers:
            helper.result()
        return [[results[place, part] for part in range(count)] for place, count in enumerate(parts)]


def _parameters(shapes: Sequence[LayerShape]) -> list[tuple[str, dict[str, tuple[int, ...]]]]:
    """The names and shapes of all parameters, by layer, and the input of the first."""
    return [("input", {"images": shapes[0].input}), *((one.spec.name, one.params) for one in shapes if one.params)]
