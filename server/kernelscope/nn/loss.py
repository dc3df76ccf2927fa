"""Softmax cross-entropy."""

from math import isfinite
from typing import NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.inputs import as_labels, require_classes


class Loss(NamedTuple):
    """The loss of a batch, and the number of images classified correctly."""

    value: float
    """Mean of −log p(label), in nats."""
    right: int
    """Images whose largest logit is the label's; an image with a NaN among its logits never counts."""
    images: int

    @property
    def accuracy(self) -> float:
        """The share of images classified correctly, from 0 to 1."""
        return self.right / self.images


class Predicted(NamedTuple):
    """What a network predicts for each image of a batch, with the loss."""

    loss: Loss
    classes: Labels
    """``[n]``: the class of each image's largest logit, the first of several; `NOTHING` where one is NaN."""
    confidence: Array
    """``[n]``: the probability of that class, by softmax; NaN where it is not defined."""


NOTHING = -1
"""The predicted class of an image with a NaN among its logits."""


def predicted(logits: Array, loss: Loss) -> Predicted:
    """Tell the predictions of `logits` ``[n, class]``, whose `loss` is known. `Loss.right` counts the same."""
    classes = logits.argmax(axis=1)
    confidence = softmax(logits)[np.arange(len(logits)), classes]
    classes[np.isnan(logits.max(axis=1))] = NOTHING
    return Predicted(loss, classes, confidence)


def softmax(logits: Array) -> Array:
    """Turn `logits` ``[n, class]`` into probabilities; a row with an infinity or NaN that decides it becomes NaN.

    Each row's largest logit is subtracted first, so that no exponential overflows.
    """
    with np.errstate(all="ignore"):
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Array = weights / weights.sum(axis=1, keepdims=True)
    return shares


def softmax_cross_entropy(logits: Array, labels: Labels, batch: int | None = None) -> tuple[Loss, Array]:
    """Mean cross-entropy of the softmax of `logits` ``[n, class]`` against `labels` ``[n]``, and ∂L/∂logits.

    With p = softmax(z): L = mean(−log p[label]) and ∂L/∂z = (p − onehot(label)) / n. Each row's largest logit is
    subtracted first, so that no exponential overflows; the logarithm is that of the sum, not of a p that may be zero.

    For a part of a larger batch, pass the size of the whole as `batch`, which takes the place of n: the losses and
    gradients of all parts then add up to the batch's.

    Raises:
        ValueError: `logits` are not floats of this shape, or `labels` not one of their classes for each row.
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
    hits = logits.argmax(axis=1) == labels
    if not isfinite(value):  # argmax returns the first NaN, which must not count as a prediction
        hits &= ~np.isnan(largest[:, 0])
    right = int(np.count_nonzero(hits))
    gradient /= total * batch
    gradient[own] -= 1 / batch
    return Loss(float(value), right, n), gradient
