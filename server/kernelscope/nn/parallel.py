"""Data parallelism: the parts of a batch spread over all cores, with the same bits for any number of them.

How a batch is cut into parts depends only on its number of images (`kernelscope.nn.workspace`). Who computes them is a
crew (`kernelscope.nn.crew`): at first threads, which are there at once. When training has gone on for a while, helper
processes are started in the background, and as soon as they are ready they take the threads' place: they take no turns
for Python's lock. So short computations never pay for a process. The bits are the same with both, and with any number.
A batch that is little work is not dealt at all: that would take longer than computing it here.

(BLAS should be limited to one thread, ``threadpoolctl.threadpool_limits(1, "blas")``: it would compete for the cores.)
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kernelscope.nn.crew.all_cores import PAYS, AllCores
from kernelscope.nn.crew.member import KINDS
from kernelscope.nn.crew.request import Crew, Request, Task
from kernelscope.nn.crew.threads import Threads
from kernelscope.nn.inputs import as_batch, as_count, as_dtype, as_threads
from kernelscope.nn.layers.base import LayerShape
from kernelscope.nn.loss import Loss, Predicted
from kernelscope.nn.masks import Masks
from kernelscope.nn.network import Network
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import add_up, join

LITTLE = 2_000_000
"""Multiplications of a forward pass, of one network's batch, from which on dealing its parts pays: 0.2 to 0.5 ms."""


class DataParallel:
    """Computes losses and gradients of any number of networks, on the same batch, on all cores.

    The networks have the parameters of the layers `shapes`; what computes without parameters, such as an activation,
    may be another. Those of one architecture share their workspaces.

    An instance must be used from one thread at a time. `close` ends its threads and processes, and so does the end of
    the calling process, in whatever way.

    Args:
        shapes: the layers.
        dtype: dtype of all arrays.
        threads: the number of threads, the calling one included, and no processes; None: one for each available core,
            and processes in their place when they pay; for a batch of little work the calling one alone. Processes
            never pay on one core, nor where Python has no lock (a free-threaded build), and cannot be on Windows or
            with layer types from elsewhere.
        processes: the number of processes, this one included, without waiting until they pay; None: as above.

    Raises:
        ValueError: `threads` or `processes` is not a whole number of at least 1, or both are given; `dtype` is neither
            float32 nor float64.
    """

    def __init__(
        self,
        shapes: Sequence[LayerShape],
        dtype: np.dtype[Any],
        threads: int | None = None,
        *,
        processes: int | None = None,
    ) -> None:
        if threads is not None and processes is not None:
            raise ValueError(f"expected threads or processes, got both: {threads!r} and {processes!r}")
        self._shapes = shapes
        self._dtype = as_dtype(dtype)
        self._kinds: list[Sequence[LayerShape]] = []
        cores = as_threads(threads) if processes is None else as_count("processes", processes)
        together = threads is None and cores > 1
        after = PAYS if processes is None else 0.0
        self._alone = Threads(self._dtype, 1) if threads is None and processes is None else None
        self._products = sum(layer.products for layer in shapes)
        self._crew: Crew = AllCores(self._dtype, cores, after) if together else Threads(self._dtype, cores)

    def close(self) -> None:
        """End the threads and processes."""
        self._crew.close()

    @property
    def helpers(self) -> list[int]:
        """The ids of the helper processes that compute, besides this one; none while threads do."""
        return self._crew.helpers if isinstance(self._crew, AllCores) else []

    def settle(self) -> None:
        """Start helper processes at once, if there are to be any, and wait until they compute."""
        if isinstance(self._crew, AllCores):
            self._crew.settle()

    def losses(
        self, params: Sequence[Parameters], images: ArrayLike, labels: ArrayLike, masks: Masks | None = None
    ) -> list[Loss]:
        """Compute the loss of the batch ``[n, channel, row, col]`` with each of `params`; drop nothing without `masks`.

        Raises:
            ValueError: as `Network.loss`, or some of `params` are of other layers or another dtype.
            ChildProcessError: a helper process has died.
        """
        return [add_up(parts) for parts in self._carry_out("loss", params, images, labels, masks)]

    def predictions(self, params: Sequence[Parameters], images: ArrayLike, labels: ArrayLike) -> list[Predicted]:
        """Compute the same losses, and what is predicted for each image with each of `params`.

        Raises:
            ValueError: as `losses`.
            ChildProcessError: a helper process has died.
        """
        return [join(parts) for parts in self._carry_out("predictions", params, images, labels)]

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
            ChildProcessError: a helper process has died.
        """
        if len({id(network) for network in networks}) < len(networks):
            raise ValueError("expected networks that differ from one another, got one of them twice")
        params, into = [network.params for network in networks], [network.grads for network in networks]
        found = self._carry_out("loss_and_gradient", params, images, labels, masks, counts, into)
        return [add_up(parts) for parts in found]

    def _carry_out(
        self,
        task: Task,
        params: Sequence[Parameters],
        images: ArrayLike,
        labels: ArrayLike,
        masks: Masks | None = None,
        counts: Sequence[int] | None = None,
        into: Sequence[Parameters] = (),
    ) -> list[list[Any]]:
        for one in params:
            self._require(one)
        images, labels = as_batch(images, labels, self._shapes[0].input, self._dtype)
        counts = [len(labels)] * len(params) if counts is None else counts
        little = max(counts, default=0) * self._products < LITTLE
        crew = self._alone if little and self._alone else self._crew
        return crew.carry_out(Request(task, params, images, labels, counts, masks), into)

    def _require(self, params: Parameters) -> None:
        """Check that these are parameters of the layers that this was made for.

        Raises:
            ValueError: they are not.
        """
        known = any(kind is params.shapes or kind == params.shapes for kind in self._kinds)
        if not known or params.flat.dtype != self._dtype:
            if _parameters(params.shapes) != _parameters(self._shapes) or params.flat.dtype != self._dtype:
                raise ValueError("expected networks of the layers and dtype that this DataParallel was made for")
            self._kinds = [*self._kinds[1 - KINDS :], params.shapes]


def _parameters(shapes: Sequence[LayerShape]) -> list[tuple[str, dict[str, tuple[int, ...]]]]:
    """The names and shapes of all parameters, by layer, and the input of the first."""
    return [("input", {"images": shapes[0].input}), *((one.spec.name, one.params) for one in shapes if one.params)]
