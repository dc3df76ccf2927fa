"""What every weight of a lane has been: its weights and gradients at steps spread evenly over the run."""

from typing import NamedTuple

from server.nn.arrays import Array

MOST_BYTES = 32 * 2**20
"""Of all keyframes of a lane."""
FEWEST, MOST = 8, 512
"""Keyframes that there is room for, however large or small the network is."""


class Life(NamedTuple):
    """One weight over the run."""

    steps: list[int]
    """After which its value and gradient were these, ascending."""
    values: list[float]
    gradients: list[float]
    """What the update that led to the value used; not a number at step 0."""


class Keyframes:
    """Weights and gradients at every `stride`-th step: of every step at first, of every second when that is too many.

    So there are always between half of what there is room for and all of it, and lanes of equal size keep the same
    steps, whenever they were added.
    """

    def __init__(self, size: int) -> None:
        self.stride = 1
        self._room = min(max(MOST_BYTES // (8 * max(size, 1)), FEWEST), MOST)
        self._frames: list[tuple[int, Array, Array]] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, step: int, weights: Array, gradient: Array) -> None:
        """The flat weights after `step` and the flat gradient that led to them, copied where that step is kept."""
        if step % self.stride:
            return
        self._frames.append((step, weights.copy(), gradient.copy()))
        if len(self._frames) > self._room:
            self.stride *= 2
            self._frames = [frame for frame in self._frames if frame[0] % self.stride == 0]

    def life(self, index: int) -> Life:
        """Of the parameter with this index."""
        return Life(
            [step for step, _, _ in self._frames],
            [float(weights[index]) for _, weights, _ in self._frames],
            [float(gradient[index]) for _, _, gradient in self._frames],
        )

    def copy(self) -> "Keyframes":
        """To go on from here on its own; the frames, which nobody writes to, are shared."""
        copy = Keyframes(1)
        copy.stride, copy._room, copy._frames = self.stride, self._room, [*self._frames]
        return copy
