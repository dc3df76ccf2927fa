"""One step of gradient descent, and a whole run of them."""

from collections.abc import Iterable, Iterator
from math import nan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from kernelscope.nn.arrays import Array
from kernelscope.nn.inputs import require_rate
from kernelscope.nn.loss import Loss
from kernelscope.nn.network import Network
from kernelscope.nn.optimizers import Optimizer, Updater
from kernelscope.nn.parallel import DataParallel
from kernelscope.nn.parameters import Parameters

Quantity = Literal["loss", "gradient", "weight"]


class Step(NamedTuple):
    """What one step measured, on its batch, before its update."""

    loss: float
    accuracy: float
    learning_rate: float
    gradient_norm: float
    """‖∂L/∂W‖ of all parameters together."""
    weight_norm: float
    """‖W‖ before the update."""
    update_norm: float
    """‖W_new − W_old‖ as the optimizer has it; not a number where the update was not made."""
    not_finite: Quantity | None = None
    """The first quantity that was infinite or not a number; the weights were then left as they were."""


def apply_update(
    network: Network,
    updater: Updater,
    loss: Loss,
    learning_rate: float,
    made: Parameters | None = None,
    before: Parameters | None = None,
) -> Step:
    """Change the weights by the gradient in ``network.grads``, which came with `loss`.

    An update that would not leave every weight finite is not made: the network keeps its last finite weights and the
    step says which quantity was at fault. Where it is made, `made` gets the update and `before` the weights before it.

    Raises:
        Impossible: the rate is negative, infinite or not a number.
    """
    require_rate(learning_rate)
    params, grads = network.params.flat, network.grads.flat
    with np.errstate(all="ignore"):  # overflow is looked for here, and reported, not warned about
        known = learning_rate, norm(grads), norm(params)
        if not np.isfinite(loss.value):
            return Step(loss.value, nan, *known, nan, "loss")  # of logits that are no numbers none is the largest
        if not np.isfinite(grads).all():
            return Step(loss.value, loss.accuracy, *known, nan, "gradient")
        update = updater.update(params, grads, learning_rate)
        updated = params + update
        if not np.isfinite(updated).all():
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


def train(
    network: Network,
    batches: Iterable[tuple[ArrayLike, ArrayLike]],
    optimizer: Optimizer,
    learning_rate: float,
    threads: int | None = None,
) -> Iterator[Step]:
    """A step for each batch (images ``[n, channel, row, col]``, labels ``[n]``) while the weights stay finite.

    `threads`: None for as many as there are cores; the weights are the same, bit for bit, with any number. Meanwhile
    NumPy's BLAS is held to one thread, since they take the place of its own.

    Raises:
        Impossible: the rate is negative, infinite or not a number.
        ValueError: a batch is not one of the network (see `Network.loss`), or `threads` is less than 1.
    """
    updater = optimizer.begin(network.params.flat.size, network.dtype)
    parallel = DataParallel(network.shapes, network.dtype, threads)
    try:
        with threadpool_limits(1, "blas"):
            for images, labels in batches:
                [loss] = parallel.gradients([network], images, labels)
                step = apply_update(network, updater, loss, learning_rate)
                yield step
                if step.not_finite:
                    return
    finally:
        parallel.close()
