"""Softmax cross-entropy."""

from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.inputs import as_labels, require_classes


class Loss(NamedTuple):
    """How far a network's answers are from the labels."""

    value: float
    """Mean of −log p(label), in nats."""
    right: int
    """Images whose largest logit is the label's; an image with a logit that is not a number is not right."""
    images: int

    @property
    def accuracy(self) -> float:
        """Share of the images that are right, 0 to 1."""
        return self.right / self.images


def softmax_cross_entropy(logits: Array, labels: Labels, batch: int | None = None) -> tuple[Loss, Array]:
    """Mean cross-entropy of the softmax of `logits` ``[n, class]`` against `labels` ``[n]``, and ∂value/∂logits.

    With p = softmax(z): L = mean(−log p[label]) and ∂L/∂z = (p − onehot(label)) / n. The row's largest logit is taken
    off first, so that no exponential overflows; the logarithm is taken of the sum, not of a p that may be zero.

    Where these are part of a larger batch, `batch` is its size and takes the place of n: losses and gradients of all
    parts then add up to the batch's.

    Raises:
        ValueError: the logits are not real numbers of this shape, or the labels not one of their classes for each.
    """
    if getattr(logits, "ndim", None) != 2 or logits.dtype.kind != "f" or not len(logits):
        got = f"{getattr(logits, 'dtype', type(logits).__name__)} {list(np.shape(logits))}"
        raise ValueError(f"logits: expected an array of floats [n, class], n at least 1, got {got}")
    labels = as_labels(labels, len(logits))
    n = len(labels)
    batch = n if batch is None else batch
    require_classes(labels, logits.shape[1])
    own = np.arange(n), labels
    largest = np.maximum.reduce(logits, axis=1, keepdims=True)
    gradient = logits - largest
    label = gradient[own]
    np.exp(gradient, out=gradient)
    total = np.add.reduce(gradient, axis=1, keepdims=True)
    value = np.add.reduce(np.log(total[:, 0]) - label, dtype=np.float64) / batch
    # Of logits that are no numbers argmax gives the first: it is nobody's answer.
    right = int(np.count_nonzero((logits.argmax(axis=1) == labels) & ~np.isnan(largest[:, 0])))
    gradient /= total * batch
    gradient[own] -= 1 / batch
    return Loss(float(value), right, n), gradient
