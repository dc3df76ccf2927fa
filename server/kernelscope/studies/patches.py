"""The study *best patches*: the parts of training images that excite each filter of a layer most, and least.

Every filter is evaluated at every position of every training image. Its value is the pre-activation Z;
the patch is the position's receptive field. Of each image only the position with the largest (smallest) value counts,
so that nine patches come from nine images. Ties go to the lowest image, then row, then column.

M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", 2014 (arXiv:1311.2901), section 4,
show such patches of trained networks.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Index, Kernel, KernelShapes, LayerName
from kernelscope.nn.architecture import up_to
from kernelscope.nn.arrays import Array, batch_last
from kernelscope.nn.receptive_field import ReceptiveField, receptive_field
from kernelscope.nn.sequential import Sequential
from kernelscope.nn.workspace import SHARD
from kernelscope.studies.payload import as_bytes, packed_bytes, too_large
from kernelscope.studies.subject import Members, Subject

PATCHES = 9
"""The number of patches of each filter, and as many at the other end."""
PREVIEW = 32 * SHARD
"""The number of images after which the search shows what it has found, if there is nothing else to show."""
SECOND = 16
"""It does so again after so many times as many: of 60,000 images, that is a quarter."""
MOST_FILTERS = 16
"""The largest number of filters whose patches are in one finding."""


class Ranking:
    """The `PATCHES` images with the largest values of each filter, among those added so far, largest first.

    Attributes:
        values: ``[out, rank]``; −∞: there are no more images.
        places: ``[out, rank, (image, row, col)]``

    Args:
        filters: the number of filters.
        least: rank the smallest values instead, as the largest of −Z; `values` are those of −Z then.
    """

    def __init__(self, filters: int, *, least: bool = False) -> None:
        self.values = np.full((filters, PATCHES), -np.inf)
        self.places = np.zeros((filters, PATCHES, 3), np.int64)
        self._least = least

    def add(self, z: Array, first: int) -> None:
        """Add the maps `z` ``[row, out, col, n]`` of the next images, from number `first` on.

        An image whose map has numbers that are not finite is left out.
        """
        reduce = np.minimum.reduce if self._least else np.maximum.reduce
        extremes = reduce(reduce(z, axis=0), axis=1)  # [out, n]
        values = np.where(np.isfinite(extremes), -extremes if self._least else extremes, -np.inf)
        # An equal value of a later image is no better.
        for_better = np.flatnonzero((values > self.values[:, -1:]).any(axis=1))
        if not len(for_better):
            return
        both = np.concatenate([self.values[for_better], values[for_better]], axis=1)
        order = np.argsort(-both, axis=1, kind="stable")[:, :PATCHES]
        places = np.take_along_axis(self.places[for_better], np.minimum(order, PATCHES - 1)[:, :, None], axis=1)
        ranked, rank = np.nonzero(order >= PATCHES)
        out, n = for_better[ranked], order[ranked, rank] - PATCHES
        maps = z[:, out, :, n]  # [newcomer, row, col]
        at = (maps == extremes[out, n][:, None, None]).reshape(len(maps), -1).argmax(axis=1)  # the first of equals
        places[ranked, rank] = np.stack([first + n, *np.divmod(at, z.shape[2])], axis=1)
        self.values[for_better] = np.take_along_axis(both, order, axis=1)
        self.places[for_better] = places


@dataclass(frozen=True)
class Patches:
    """The result for all filters of a layer."""

    data: Dataset
    field: ReceptiveField
    most: Ranking
    least: Ranking
    searched: int = 0
    """The number of images searched."""

    def of(self, out: int) -> tuple[list[Members], list[NDArray[np.uint8]]]:
        """The patches of a filter as JSON members, the most exciting first and then the least, and their pixels."""
        found: list[Members] = []
        pixels: list[NDArray[np.uint8]] = []
        for end, ranking, sign in (("most", self.most, 1), ("least", self.least, -1)):
            for value, place in zip(ranking.values[out], ranking.places[out].tolist(), strict=True):
                if value == -np.inf:
                    break
                image, row, col = place
                label = int(self.data.train_labels[image])
                where = {"image": image, "row": row, "col": col, "label": label}
                found.append({"end": end, "value": sign * float(value), **where})
                pixels.append(as_bytes(self.field.crop(self.data.train_images[image], row, col)))
        return found, pixels


@dataclass(frozen=True)
class PatchesSubject(Subject):
    """The best patches of the filters of a layer in a lane: of up to `MOST_FILTERS`, from `first` on."""

    lane: LaneId
    layer: LayerName
    first: Index = 0
    kind: Literal["patches"] = "patches"
    again_after = 2.0
    patient = True

    @property
    def work(self) -> Hashable:
        """All filters of the layer."""
        return self.kind, self.lane, self.layer

    def require(self, shapes: KernelShapes) -> None:
        """Check that there is such a layer, and such a filter.

        Raises:
            Impossible: there is not.
        """
        Kernel(self.layer, self.first, 0).require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Patches | ReceptiveField | None]:
        """Search all training images with the lane's present weights, a shard at a time.

        If the receptive field is too large to be cut out, the only result is that field.
        """
        lane = experiment.lane(self.lane)
        if lane is None:
            return
        params, images = lane.network.params.copy(), experiment.seen.train_images
        layers = up_to(lane.network.shapes, self.layer)
        filters, field = layers[-1].output[0], receptive_field(layers)
        if not field.can_be_cut_out:
            yield field
            return
        found = Patches(experiment.data, field, Ranking(filters), Ranking(filters, least=True))
        run: Sequential | None = None
        shown = PREVIEW, SECOND * PREVIEW, len(images)
        for first in range(0, len(images), SHARD):
            x = batch_last(images[first : first + SHARD])
            if run is None or run.n != x.shape[3]:
                run = Sequential(layers, x.shape[3], params.flat.dtype, fused=False)
                run.bind(params)
            with np.errstate(all="ignore"):  # a lane about to diverge
                z = run.forward(x)
            found.most.add(z, first)
            found.least.add(z, first)
            searched = first + x.shape[3]
            yield replace(found, searched=searched) if searched in shown else None

    def is_preview(self, found: Patches | ReceptiveField) -> bool:
        """Whether not all images have been searched yet."""
        return isinstance(found, Patches) and found.searched < len(found.data.train_labels)

    def members(self, found: Patches | ReceptiveField) -> Members:
        """The patches of these filters, or why there are none."""
        if isinstance(found, ReceptiveField):
            return too_large(found)
        shown = range(len(found.most.values))[self.first : self.first + MOST_FILTERS]
        filters = [found.of(out) for out in shown]
        (rows, cols), channels = found.field.size, found.data.image_shape[0]
        pixels = np.array([patch for _, patches in filters for patch in patches], np.uint8)
        return {
            "images": len(found.data.train_labels),
            "searched": found.searched,
            "field": found.field._asdict(),
            "filters": [patches for patches, _ in filters],
            "pixels": packed_bytes(pixels.reshape(-1, channels, rows, cols)),
        }
