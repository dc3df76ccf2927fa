"""One step of gradient descent, and a whole run of them."""

from collections.abc import Iterable, Iterator
from math import nan
from typing import Literal, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from server.nn.arrays import Array, Labels
from server.nn.network import Network
from server.nn.optimizers import Optimizer, Updater

Quantity = Literal["loss", "gradient", "weight"]


class Step(NamedTuple):
    """What one step measured, on its batch, before its update."""

    loss: float
    accuracy: float
    not_finite: Quantity | None = None
    """The first quantity that was infinite or not a number; the weights were then left as they were."""


def training_step(network: Network, updater: Updater, images: Array, labels: Labels, learning_rate: float) -> Step:
    """Forward, backward, update.

    An update that would not leave every weight finite is not made: the network keeps its last finite weights and the
    step says which quantity was at fault.
    """
    with np.errstate(all="ignore"):  # overflow is looked for here, and reported, not warned about
        loss = network.loss_and_gradient(images, labels)
        if not np.isfinite(loss.value):
            return Step(loss.value, nan, "loss")  # of logits that are no numbers none is the largest
        if not np.isfinite(network.flat_grads).all():
            return Step(loss.value, loss.accuracy, "gradient")
        updated = network.flat_params + updater.update(network.flat_params, network.flat_grads, learning_rate)
        if not np.isfinite(updated).all():
            return Step(loss.value, loss.accuracy, "weight")
    network.flat_params[...] = updated
    return Step(loss.value, loss.accuracy)


def train(
    network: Network, batches: Iterable[tuple[Array, Labels]], optimizer: Optimizer, learning_rate: float
) -> Iterator[Step]:
    """A step for each batch (images ``[n, channel, row, col]``, labels ``[n]``) while the weights stay finite.

    Meanwhile NumPy's BLAS is held to one thread: matrices as small as these cost its own threads far more than they
    save.
    """
    updater = optimizer.begin(network.flat_params.size, network.dtype)
    with threadpool_limits(1, "blas"):
        for images, labels in batches:
            step = training_step(network, updater, images, labels, learning_rate)
            yield step
            if step.not_finite:
                return
