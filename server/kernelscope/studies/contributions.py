"""The terms of one weight's gradient: the contribution of each position of each image.

A conv layer puts out Z[n, o, y, x] = b[o] + Σ W[o, c, i, j] · X[n, c, y·s + i − p, x·s + j − p]. By the chain rule,

    ∂L/∂W[o, c, i, j] = Σ_n Σ_{y,x} ∂L/∂Z[n, o, y, x] · X[n, c, y·s + i − p, x·s + j − p].

The weight is shared by all positions (y, x): each contributes a term, and the gradient is their sum. L is the mean over
the batch, so ∂L/∂Z is 1/n of what it would be for the image alone. A dense layer's weight has one position.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from kernelscope.experiment.place import Weight
from kernelscope.nn import LayerShape, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.nn.staged import StagedPass
from kernelscope.nn.workspace import prepare


@dataclass(frozen=True)
class Contributions:
    """The terms of one weight's gradient, which is the sum of `sensitivity` · `seen` over ``[n, y, x]``."""

    sensitivity: Array
    """∂L/∂Z ``[n, y, x]`` of the weight's output channel."""
    seen: Array
    """``[n, y, x]``: the input that the weight is multiplied by at each position; zero beyond the edges."""

    @property
    def products(self) -> Array:
        """The terms ``[n, y, x]``, in float64."""
        found: Array = np.multiply(self.sensitivity, self.seen, dtype=np.float64)
        return found

    @property
    def of_images(self) -> Array:
        """The contribution ``[n]`` of each image."""
        found: Array = self.products.sum((1, 2))
        return found


def contributions(
    shapes: Sequence[LayerShape],
    params: Parameters,
    images: Array,
    labels: Labels,
    weight: Weight,
    masks: Masks | None = None,
) -> Generator[None, None, Contributions]:
    """Compute the contributions, one shard of the batch at a time (at most half a step of a lane), as training does.

    Args:
        shapes: the layers.
        params: the parameters *before* the update that used the gradient; they must not change meanwhile.
        images: the batch ``[n, channel, row, col]``.
        labels: ``[n]``
        weight: the weight.
        masks: the dropout masks of that step; None: nothing is dropped.
    """
    layer = next(shape for shape in shapes if shape.spec.name == weight.layer)
    sensitivities, seen = [], []
    for part in prepare(images, labels, params.flat.dtype, masks):
        for shard in part:
            run = StagedPass(shapes, params, [[shard]], len(labels))
            for name in run.layers:
                if name == weight.layer:
                    seen.append(layer.spec.seen(weight.index, run.inputs(), layer.output))
                run.forward(name)
            run.loss()
            for name in reversed(run.learning):
                run.backward(name)
                if name == weight.layer:
                    sensitivities.append(run.sensitivities(name)[:, weight.out])
                    break
            yield
    return Contributions(np.concatenate(sensitivities), np.concatenate(seen))
