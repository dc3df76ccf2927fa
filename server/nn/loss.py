"""Softmax cross-entropy."""

from typing import NamedTuple

import numpy as np

from server.nn.arrays import Array, Labels


class Loss(NamedTuple):
    """The loss of a batch."""

    value: float
    """Mean of −log p(label) over the batch, in nats."""
    gradient: Array
    """∂value/∂logits, ``[n, class]``."""
    accuracy: float
    """Share of the batch whose largest logit is the label's, 0 to 1."""


def softmax_cross_entropy(logits: Array, labels: Labels) -> Loss:
    """Mean cross-entropy of the softmax of `logits` ``[n, class]`` against `labels` ``[n]``.

    With p = softmax(z): L = mean(−log p[label]) and ∂L/∂z = (p − onehot(label)) / n. The row's largest logit is taken
    off first, so that no exponential overflows; the logarithm is taken of the sum, not of a p that may be zero.
    """
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    value = float((np.log(total[:, 0]) - shifted[rows, labels]).mean(dtype=np.float64))
    gradient = exponentials / total
    gradient[rows, labels] -= 1
    gradient /= len(labels)
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    return Loss(value, gradient, accuracy)
