"""One training step, and the training loop."""

from collections.abc import Iterable, Iterator
from math import isfinite, nan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from kernelscope.nn.arrays import Array
from kernelscope.nn.inputs import require_one_of, require_rate
from kernelscope.nn.loss import Loss
from kernelscope.nn.masks import Masks
from kernelscope.nn.network import Network
from kernelscope.nn.optimizers import Optimizer, Updater
from kernelscope.nn.parallel import DataParallel
from kernelscope.nn.parameters import Parameters

Quantity = Literal["loss", "gradient", "weight"]


class Step(NamedTuple):
    """Measurements of one training step, on its batch and before its update."""

    loss: float
    accuracy: float
    learning_rate: float
    gradient_norm: float
    """‖∂L/∂W‖ of all parameters together."""
    weight_norm: float
    """‖W‖ before the update."""
    update_norm: float
    """‖W_new − W_old‖ as computed by the optimizer; NaN if no update was made."""
    not_finite: Quantity | None = None
    """The first quantity that was infinite or NaN, in which case no update was made."""


def apply_update(
    network: Network,
    updater: Updater,
    loss: Loss,
    learning_rate: float,
    made: Parameters | None = None,
    before: Parameters | None = None,
) -> Step:
    """Update the parameters from ``network.grads``, the gradient of `loss`.

    An update that would not leave every parameter finite is not made: the network keeps its last finite parameters, and
    the step names the quantity at fault. Otherwise `made` receives the update, and `before` the parameters before it.

    Raises:
        Impossible: the rate is negative, infinite or not a number.
    """
    require_rate(learning_rate)
    params, grads = network.params.flat, network.grads.flat
    with np.errstate(all="ignore"):  # overflow is reported in the step
        known = learning_rate, norm(grads), norm(params)
        if not isfinite(loss.value):
            return Step(loss.value, nan, *known, nan, "loss")  # with NaN logits, no accuracy
        if not _finite(grads, known[1]):
            return Step(loss.value, loss.accuracy, *known, nan, "gradient")
        update = updater.update(params, grads, learning_rate)
        updated = params + update
        if not _finite(updated, norm(updated)):
            return Step(loss.value, loss.accuracy, *known, nan, "weight")
        moved = norm(update)
    if before is not None:
        before.flat[...] = params
    params[...] = updated
    if made is not None:
        made.flat[...] = update
    return Step(loss.value, loss.accuracy, *known, moved)


def norm(flat: Array) -> float:
    """The Euclidean norm ``‖x‖`` of a flat array."""
    return float(np.sqrt(np.dot(flat, flat)))


def _finite(flat: Array, its_norm: float) -> bool:
    """Whether all entries are finite. Where one is not, neither is the norm, which is faster to tell.

    The norm alone would not do: that of finite entries may overflow.
    """
    return isfinite(its_norm) or bool(np.isfinite(flat).all())


def train(
    network: Network,
    batches: Iterable[tuple[ArrayLike, ArrayLike]],
    optimizer: Optimizer,
    learning_rate: float,
    threads: int | None = None,
    seed: int = 0,
) -> Iterator[Step]:
    """Train on each batch in turn, and yield its step; stop at the first that is not finite.

    Args:
        network: the network, whose parameters are updated in place.
        batches: images ``[n, channel, row, col]`` and labels ``[n]`` of each batch.
        optimizer: how updates follow from gradients.
        learning_rate: finite and at least 0.
        threads: the number of threads; None for all available cores, with processes in the threads' place after a
            second (see `DataParallel`). The parameters are the same, bit for bit, with any number. NumPy's BLAS is
            limited to one thread meanwhile.
        seed: decides what dropout layers drop.

    Raises:
        Impossible: the learning rate is negative, infinite or not a number.
        ChildProcessError: a helper process has died.
        ValueError: a batch does not fit the network (see `Network.loss`), `threads` is not a whole number of at least
            1, or another argument is of the wrong kind.
    """
    require_one_of("network", network, Network, "a Network")
    require_one_of("batches", batches, Iterable, "pairs of images and labels as Batches gives")
    require_one_of("optimizer", optimizer, Optimizer, "SGD(), Adam() or AdamW()")
    require_rate(learning_rate)
    updater = optimizer.begin(network.params.flat.size, network.dtype)
    parallel = DataParallel(network.shapes, network.dtype, threads)
    try:
        with threadpool_limits(1, "blas"):
            for number, (images, labels) in enumerate(batches, 1):
                [loss] = parallel.gradients([network], images, labels, Masks(seed, number))
                step = apply_update(network, updater, loss, learning_rate)
                yield step
                if step.not_finite:
                    return
    finally:
        parallel.close()
