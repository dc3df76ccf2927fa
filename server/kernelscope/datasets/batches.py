"""Mini-batches: every image once per epoch, shuffled for each epoch."""

from copy import copy, deepcopy
from math import ceil
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from kernelscope.datasets.augmentation import in_epoch
from kernelscope.datasets.images import Images, Prepared
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.inputs import require_generator
from kernelscope.nn.shapes import is_whole


class Batches:
    """An endless iterator of mini-batches; an epoch's last is smaller if `batch_size` does not divide the images.

    Args:
        images: ``[n, …]``
        labels: ``[n]``
        batch_size: images per batch.
        rng: the generator that shuffles each epoch.

    Raises:
        ValueError: there are no images, or not one label for each; `batch_size` is not a whole number of at least 1;
            or `rng` is not a generator.
    """

    def __init__(
        self, images: ArrayLike | Prepared, labels: ArrayLike, batch_size: int, rng: np.random.Generator
    ) -> None:
        self._images: Images = images if isinstance(images, Prepared) else np.asarray(images)
        self._labels = np.asarray(labels)
        if not self._images.shape or not len(self._images) or self._labels.shape != self._images.shape[:1]:
            got = f"{self._images.shape} and {self._labels.shape}"
            raise ValueError(f"expected images [n, …] and one label for each, n at least 1, got shapes {got}")
        if not is_whole(batch_size) or batch_size < 1:
            raise ValueError(f"batch_size: expected a whole number of at least 1, got {batch_size!r}")
        require_generator(rng)
        self._size = batch_size
        self._rng = rng
        self._epoch = 0
        self._shuffle()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[Array, Labels]:
        """Images and labels of the next batch."""
        if self._start >= len(self._labels):
            self._epoch += 1
            self._shuffle()
        chosen = self._order[self._start : self._start + self._size]
        self._start += self._size
        return in_epoch(self._images, chosen, self._epoch), self._labels[chosen]

    @property
    def in_epoch(self) -> int:
        """The number of batches of an epoch."""
        return ceil(len(self._labels) / self._size)

    def _shuffle(self) -> None:
        self._before = self._rng.bit_generator.state
        self._order = self._rng.permutation(len(self._labels))
        self._start = 0

    def copy(self) -> Self:
        """Copy the iterator; the copy goes on by itself, with the same batches."""
        other = copy(self)
        other._rng = deepcopy(self._rng)
        return other

    def state(self) -> dict[str, Any]:
        """The state to resume from: the generator's before this epoch's shuffle, the epoch, and the position in it."""
        return {"rng": self._before, "epoch": self._epoch, "start": self._start}

    def restore(self, state: dict[str, Any]) -> None:
        """Resume from `state`, as returned by the method of that name."""
        self._rng.bit_generator.state = state["rng"]
        self._shuffle()
        self._epoch = state.get("epoch", 0)  # early states lack it, and had no use for it
        self._start = state["start"]
