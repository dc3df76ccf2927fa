"""Activation maximisation: gradient ascent on the pixels, for the picture that excites one filter most.

The objective is z, the filter's pre-activation at the centre of its map (a dense unit's only one). The network sees the
picture x, whose pixels are from 0 to 1, on its own scale: as low + x · (high − low). From grey noise of a fixed seed,
each step moves the picture along the gradient, by a fixed length:

    x ← clip(x + RATE · g / rms(g)),    g = ∂z/∂x,    clip: into [0, 1], where images lie

with the root mean square over the pixels of the receptive field; beyond it g is zero. D. Erhan, Y. Bengio, A.
Courville and P. Vincent, "Visualizing Higher-Layer Features of a Deep Network", 2009. What makes the picture readable
(C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization", Distill, 2017; doi:10.23915/distill.00007), each by
itself:

- jitter: before each gradient the picture is shifted by up to `JITTER` pixels at random, and the gradient shifted back;
- blur: after each step the picture is smoothed a little, which damps high frequencies;
- norm: after each step the picture is drawn towards grey, as by gradient ascent on z − λ·‖x − ½‖².
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kernelscope.nn import LayerShape, Parameters
from kernelscope.nn.architecture import up_to
from kernelscope.nn.arrays import Array, batch_first, batch_last
from kernelscope.nn.receptive_field import ReceptiveField, receptive_field
from kernelscope.nn.sequential import Sequential

STEPS = 64
RATE = 0.05
GREY = 0.5
"""The value around which the picture begins; pixels that make no difference to z stay near it."""
NOISE = 0.05
"""The standard deviation of the picture to start from."""
JITTER = 1
"""Pixels, in each direction."""
SMOOTHED = 0.05
"""The share of a pixel that each of its two neighbours gets, along rows and then along columns."""
SHRUNK = 0.1
"""The share of its distance from grey that a pixel loses."""


class Regularisers(NamedTuple):
    """What makes the picture readable."""

    jitter: bool = False
    blur: bool = False
    norm: bool = False


@dataclass(frozen=True)
class Maximised:
    """The result of an ascent."""

    before: float
    """z of the picture to start from."""
    after: float
    """z of the picture."""
    picture: Array
    """``[channel, row, col]``, from 0 to 1: the part of it in the receptive field, with zeros beyond the image."""


class Ascent:
    """One ascent; ``advance`` makes a few steps of it.

    Args:
        shapes: the layers of the network.
        params: its parameters, which must not change meanwhile.
        layer: the layer of the filter.
        out: the filter.
        regularisers: what is done besides.
        ends: the values ``[channel]`` that the network sees where the picture is 0, and where it is 1.
        seed: of the picture to start from, and of the jitter.

    Attributes:
        picture: ``[channel, row, col]``, of the whole image.
        field: the receptive fields of the layer.
        centre: the position (row, col) of the objective in the map.
    """

    def __init__(
        self,
        shapes: Sequence[LayerShape],
        params: Parameters,
        layer: str,
        out: int,
        regularisers: Regularisers,
        ends: tuple[Array, Array] | None = None,
        seed: int = 0,
    ) -> None:
        layers = up_to(shapes, layer)
        filters, rows, cols = layers[-1].output
        dtype = params.flat.dtype
        self.centre = rows // 2, cols // 2
        self.field: ReceptiveField = receptive_field(layers)
        self._rng = np.random.default_rng(seed)
        noise = GREY + NOISE * self._rng.standard_normal(layers[0].input)
        self.picture: Array = noise.clip(0, 1).astype(dtype)
        self._regularisers = regularisers
        low, high = ends or (np.zeros(len(self.picture)), np.ones(len(self.picture)))
        self._low, self._span = (end.reshape(-1, 1, 1).astype(dtype) for end in (low, high - low))
        self._out = out
        self._run = Sequential(layers, 1, dtype, fused=False, input_gradient=True)
        self._run.bind(params, Parameters(shapes, dtype))
        self._objective = np.zeros((rows, filters, cols, 1), dtype)
        self._objective[self.centre[0], out, self.centre[1]] = 1
        self._inside = float(self.field.crop(np.ones_like(self.picture), *self.centre).sum())
        self._before, _ = self.gradient(self.picture)

    def gradient(self, picture: Array) -> tuple[float, Array]:
        """Compute z of a picture, and ∂z/∂x ``[channel, row, col]``."""
        row, col = self.centre
        with np.errstate(all="ignore"):  # a diverged lane
            seen = self._low + picture * self._span
            z = float(self._run.forward(batch_last(seen[np.newaxis]))[row, self._out, col, 0])
            found = self._run.backward(self._objective)
        assert found is not None
        return z, batch_first(found)[0] * self._span

    def advance(self, steps: int) -> None:
        """Make so many steps. Where there is no gradient, or none that is finite, the picture stays as it is."""
        for _ in range(steps):
            down, right = self._rng.integers(-JITTER, JITTER + 1, 2) if self._regularisers.jitter else (0, 0)
            _, gradient = self.gradient(np.roll(self.picture, (down, right), (1, 2)))
            gradient = np.roll(gradient, (-down, -right), (1, 2))
            with np.errstate(all="ignore"):
                length = float(np.sqrt((gradient * gradient).sum() / self._inside))
            if not 0 < length < np.inf:
                continue
            picture = self.picture + gradient * (RATE / length)
            if self._regularisers.norm:
                picture += (GREY - picture) * SHRUNK
            if self._regularisers.blur:
                picture = blurred(picture)
            self.picture = picture.clip(0, 1).astype(self.picture.dtype)

    @property
    def result(self) -> Maximised:
        """The result so far."""
        after, _ = self.gradient(self.picture)
        return Maximised(self._before, after, self.field.crop(self.picture, *self.centre))


def blurred(picture: Array) -> Array:
    """Give `SMOOTHED` of each pixel to each neighbour, in ``[channel, row, col]``; edges are repeated outwards."""
    for axis in (1, 2):
        padded = np.pad(picture, [(int(one == axis),) * 2 for one in range(3)], mode="edge")
        before, after = (np.take(padded, range(start, start + picture.shape[axis]), axis) for start in (0, 2))
        picture = picture + SMOOTHED * (before - 2 * picture + after)
    return picture
