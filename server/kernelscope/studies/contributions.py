"""Where one weight's gradient comes from: what each position of each image adds to it.

A conv layer puts out Z[n, o, y, x] = b[o] + Σ W[o, c, i, j] · X[n, c, y·s + i − p, x·s + j − p]. By the chain rule,

    ∂L/∂W[o, c, i, j] = Σ_n Σ_{y,x} ∂L/∂Z[n, o, y, x] · X[n, c, y·s + i − p, x·s + j − p].

The weight is shared by all positions (y, x): each says how it would have it changed, and the gradient is their sum. L
is the mean over the batch, so that ∂L/∂Z is a batch-size-th of what it would be for the image alone. A dense layer's
weight has one position.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from kernelscope.experiment.place import Weight
from kernelscope.nn import LayerShape, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.staged import StagedPass
from kernelscope.nn.workspace import prepare


@dataclass(frozen=True)
class Contributions:
    """The gradient of one weight, taken apart: gradient = Σ over ``[n, y, x]`` of `sensitivity` · `seen`."""

    sensitivity: Array
    """∂L/∂Z ``[n, y, x]`` of the weight's output channel."""
    seen: Array
    """``[n, y, x]``: the input that the weight met at that position; zero where it looked beyond the edge."""

    @property
    def products(self) -> Array:
        """``[n, y, x]`` in float64, in which they are added up."""
        found: Array = np.multiply(self.sensitivity, self.seen, dtype=np.float64)
        return found

    @property
    def of_images(self) -> Array:
        """``[n]``: what each image adds to the gradient."""
        found: Array = self.products.sum((1, 2))
        return found


def contributions(
    shapes: Sequence[LayerShape], params: Parameters, images: Array, labels: Labels, weight: Weight
) -> Generator[None, None, Contributions]:
    """Computed a shard of the batch at a time (half a step of a lane at most), by the very arithmetic of training.

    Args:
        shapes: the layers.
        params: the weights *before* the update that the gradient was for; not changed, and not to be changed meanwhile.
        images: the batch ``[n, channel, row, col]``.
        labels: ``[n]``
        weight: of a layer with weights.
    """
    layer = next(shape for shape in shapes if shape.spec.name == weight.layer)
    sensitivities, seen = [], []
    for part in prepare(images, labels, params.flat.dtype):
        for shard in part:
            run = StagedPass(shapes, params, [[shard]], len(labels))
            for name in run.layers:
                if name == weight.layer:
                    seen.append(layer.spec.seen((weight.channel, weight.row, weight.col), run.inputs(), layer.output))
                run.forward(name)
            run.loss()
            for name in reversed(run.learning):
                run.backward(name)
                if name == weight.layer:
                    sensitivities.append(run.sensitivities(name)[:, weight.out])
                    break
            yield
    return Contributions(np.concatenate(sensitivities), np.concatenate(seen))
