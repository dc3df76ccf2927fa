"""The study *saliency*: which pixels of an image the logit z of a class depends on, in a lane, told in three ways.

- The gradient ∂z/∂x: K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks", 2013
  (arXiv:1312.6034), section 3, here with its sign.
- Gradient × input, x · ∂z/∂x, summed over the channels: A. Shrikumar, P. Greenside, A. Shcherbina and A. Kundaje, "Not
  Just a Black Box: Learning Important Features Through Propagating Activation Differences", 2016 (arXiv:1605.01713).
- Occlusion: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", 2014
  (arXiv:1311.2901), section 4.2. A square of the training set's mean colour is put over each part of the image in turn,
  and the network answers again.

The first two tell what an infinitely small change would do, the third measures a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np

from kernelscope.experiment import Experiment
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.own_image import ImageIndex
from kernelscope.experiment.place import Index
from kernelscope.experiment.work import CHUNK
from kernelscope.nn import Network, Parameters
from kernelscope.nn.arrays import Array, batch_first, batch_last
from kernelscope.nn.loss import softmax
from kernelscope.nn.sequential import Sequential
from kernelscope.studies.payload import finite, packed
from kernelscope.studies.subject import Members, Subject
from kernelscope.studies.twin import twin

POSITIONS = 16
"""The largest number of positions of the square along a side of the image."""
SHARE = 0.2
"""The side of the square, approximately, as a share of the image's shorter side."""


@dataclass(frozen=True)
class SaliencySubject(Subject):
    """The saliency of an image's pixels for a class's logit in a lane."""

    lane: LaneId
    image: ImageIndex
    of: Literal["label", "top"] | Index = "label"
    """The class: the image's own, if it has one, the one that the lane predicts, or that of this index."""
    kind: Literal["saliency"] = "saliency"
    again_after = 3.0
    by_time = True

    @property
    def test_image(self) -> int:
        """The image."""
        return self.image

    @property
    def of_class(self) -> int | None:
        """The class, if it is given by its index."""
        return self.of if isinstance(self.of, int) else None

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Compute the gradient, then the logits with the square in each place, some places at a time."""
        lane, shown = experiment.lane(self.lane), experiment.images.seen(self.image)
        if lane is None or shown is None:
            return
        network, steps = twin(lane.network), lane.steps
        image, label = shown
        logits = network.forward(image[np.newaxis])
        top = int(logits[0].argmax())
        place = top if self.of == "top" else label if self.of == "label" else self.of
        if place is None:  # a picture that nobody has given a class
            place = top
        gradient = logit_gradient(network, image, place)
        yield None
        square = Square.of(*image.shape[1:])
        fill = experiment.seen.mean
        occluded: list[Array] = []
        for start in range(0, square.count, CHUNK):
            occluded.append(network.forward(square.over(image, fill, slice(start, start + CHUNK))))
            yield None
        answers = np.concatenate(occluded)
        yield {
            "lane_step": steps,
            "label": label,
            "class": place,
            "logit": finite(logits[0, place]),
            "probability": finite(softmax(logits)[0, place]),
            "gradient": packed(gradient),
            "product": packed((gradient * image).sum(0)),
            "occlusion": {
                "side": square.side,
                "stride": square.stride,
                "fill": fill.tolist(),
                "logits": packed(answers[:, place].reshape(square.rows, square.cols)),
                "probabilities": packed(softmax(answers)[:, place].reshape(square.rows, square.cols)),
            },
        }


@np.errstate(all="ignore")  # as in training, infinities are results to look at
def logit_gradient(network: Network, image: Array, place: int) -> Array:
    """The gradient ∂z/∂x ``[channel, row, col]`` of the logit z of class `place` with respect to the `image` x."""
    run = Sequential(network.shapes, 1, network.dtype, fused=False, input_gradient=True)
    run.bind(network.params, Parameters(network.shapes, network.dtype))
    output = run.forward(batch_last(image[np.newaxis].astype(network.dtype, copy=False)))
    upstream = np.zeros(batch_first(output).shape, network.dtype)
    upstream.reshape(-1)[place] = 1
    gradient = run.backward(batch_last(upstream))
    assert gradient is not None
    found: Array = batch_first(gradient)[0].copy()
    return found


@dataclass(frozen=True)
class Square:
    """A square that is put over an image, centred on each cell of a grid in turn; it is cut off at the edges."""

    rows: int
    """Rows of the grid."""
    cols: int
    side: int
    """Pixels."""
    stride: int
    """Pixels from one position to the next: the side of the grid's cells."""

    @classmethod
    def of(cls, rows: int, cols: int) -> "Square":
        """The square and the grid for images of `rows` × `cols`."""
        stride = ceil(max(rows, cols) / POSITIONS)
        beyond = max(0, ceil((SHARE * min(rows, cols) - stride) / 2))  # on each side of a cell
        return cls(ceil(rows / stride), ceil(cols / stride), stride + 2 * beyond, stride)

    @property
    def count(self) -> int:
        """The number of positions."""
        return self.rows * self.cols

    def over(self, image: Array, fill: Array, places: slice) -> Array:
        """Copies ``[place, channel, row, col]`` of the `image` with the square in these places, row by row.

        Args:
            image: ``[channel, row, col]``
            fill: the colour of the square, ``[channel]``.
            places: some of the positions.
        """
        positions = range(self.count)[places]
        copies = np.repeat(image[np.newaxis], len(positions), 0)
        beyond = (self.side - self.stride) // 2
        for copy, position in zip(copies, positions, strict=True):
            top, left = (self.stride * at - beyond for at in divmod(position, self.cols))
            rows, cols = (slice(max(0, start), start + self.side) for start in (top, left))
            copy[:, rows, cols] = fill[:, np.newaxis, np.newaxis]
        return copies
