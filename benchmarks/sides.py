"""The interface of a side, and Kernelscope's own.

A side trains one or more lanes (networks with their own weights that see the same batches); lanes are told apart by
number, from which their weights follow. A step consists, for each lane, of forward pass, loss, backward pass and SGD
update, from a batch [n, channel, row, col] in memory.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from kernelscope.nn import SGD, DataParallel, apply_update
from kernelscope.nn.cores import available_cores

from benchmarks.models import LEARNING_RATE, Gradients, Model, rotate


class Side(Protocol):
    """A contestant that trains lanes."""

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps."""

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Return each lane's loss on the first batch, and its gradients by name, without changing a weight."""

    def close(self) -> None:
        """End threads and processes."""


class Ours:
    """Kernelscope's lanes on so many cores. The caller holds NumPy's BLAS to one thread.

    Where these are all that are available, it spreads them as it chooses; otherwise it is held to as many threads.
    """

    def __init__(self, model: Model, cores: int, lanes: Sequence[int] = (0,)) -> None:
        self.batches = model.batches()
        self.networks = [model.network(lane) for lane in lanes]
        first = self.networks[0]
        self.updaters = [SGD().begin(first.params.flat.size, first.dtype) for _ in self.networks]
        self.parallel = DataParallel(first.shapes, first.dtype, None if cores == available_cores() else cores)

    def run(self, steps: int) -> None:
        """Train every lane for `steps` steps."""
        for images, labels in rotate(self.batches, steps):
            losses = self.parallel.gradients(self.networks, images, labels)
            for network, updater, loss in zip(self.networks, self.updaters, losses, strict=True):
                step = apply_update(network, updater, loss, LEARNING_RATE)
                assert not step.not_finite, "a step that is not made must not be timed"

    def gradients(self) -> list[tuple[float, Gradients]]:
        """Return each lane's loss on the first batch, and its gradients."""
        losses = self.parallel.gradients(self.networks, *self.batches[0])
        return [
            (float(loss.value), {name: grad.copy() for name, grad in network.grads.items()})
            for network, loss in zip(self.networks, losses, strict=True)
        ]

    def settle(self) -> None:
        """Wait until it has gone over from threads to processes, if it does. Earlier engines never do."""
        if settle := getattr(self.parallel, "settle", None):
            settle()

    def close(self) -> None:
        """End the threads and processes."""
        self.parallel.close()


class Unequal(Exception):
    """Two sides do not compute the same, so comparing their speeds would be meaningless."""


def check_equal(expected: Side, others: Mapping[str, Side], tolerance: float = 1e-4) -> None:
    """Check that losses and gradients agree, relative to the largest entry of each tensor.

    Raises:
        Unequal: they do not; the message says where.
    """
    lanes = expected.gradients()
    for name, other in others.items():
        for lane, ((loss, grads), (other_loss, other_grads)) in enumerate(zip(lanes, other.gradients(), strict=True)):
            pairs: dict[str, tuple[Any, Any]] = {"loss": (loss, other_loss)}
            pairs |= {key: (grad, other_grads[key]) for key, grad in grads.items()}
            for what, (ours, theirs) in pairs.items():
                error = relative_error(ours, theirs)
                if not error <= tolerance:  # written so that NaN is a disagreement
                    raise Unequal(f"{name}, lane {lane}: {what} is off by {error:.1e}, tolerated is {tolerance:.0e}")


def relative_error(ours: Any, theirs: Any) -> float:
    """Return the largest difference, relative to the largest entry."""
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape:
        return np.inf
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), np.finfo(np.float32).tiny))
