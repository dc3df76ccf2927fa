"""Keyframes: a lane's weights, gradients and updates at steps spread evenly over the run."""

from bisect import bisect_right
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array

MOST_BYTES = 32 * 2**20
"""The largest size of all keyframes of a lane."""
LASTING_BYTES = 2 * 2**20
"""The largest size of those that go into a checkpoint."""
BYTES = 16
"""The size of a keyframe per parameter."""
FEWEST, MOST = 5, 512
"""The smallest and largest capacity in keyframes, whatever the size of the network."""


class Keyframe(NamedTuple):
    """The state of a lane after a step, as flat read-only arrays."""

    step: int
    weights: Array
    gradient: Array
    """The gradient that the update to these weights used; NaN at step 0."""
    update: Array
    """That update; NaN at step 0."""
    before: Array
    """The weights before it (rounding makes W − update differ from them); at step 0 the weights themselves."""


class Life(NamedTuple):
    """One weight over the run."""

    steps: list[int]
    """The steps after which it had these values and gradients, ascending."""
    values: list[float]
    gradients: list[float]
    """The gradient that the update to each value used; NaN at step 0."""


class Keyframes:
    """The keyframes of every `stride`-th step. The stride is 1 at first, and doubles whenever there are too many.

    So the capacity is always at least half used, and lanes of equal size keep the same steps, whenever they were added.
    Only in a lane resumed from a checkpoint are the steps before it further apart.
    """

    def __init__(self, size: int) -> None:
        self.stride = 1
        self._size = max(size, 1)
        self._room = min(max(MOST_BYTES // (BYTES * self._size), FEWEST), MOST)
        self._frames: list[Keyframe] = []

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def steps(self) -> list[int]:
        """The steps of the keyframes, ascending."""
        return [frame.step for frame in self._frames]

    def add(self, frame: Keyframe) -> None:
        """Add a copy of the next keyframe, if its step is a multiple of the stride."""
        if frame.step % self.stride == 0:
            self.keep(frame)

    def keep(self, frame: Keyframe) -> None:
        """Add a copy of the next keyframe, whatever its step; it stays until the stride doubles."""
        if self._frames and self._frames[-1].step == frame.step:
            return
        self._frames.append(Keyframe(frame.step, *(array.copy() for array in frame[1:])))
        stride = self._stride(self._room)
        if stride > self.stride:
            self.stride, self._frames = stride, self._every(stride)

    def at(self, step: int) -> Keyframe:
        """The last keyframe up to this step, or the first if there is none."""
        place = bisect_right(self._frames, step, key=lambda frame: frame.step)
        return self._frames[max(place - 1, 0)]

    def life(self, index: int) -> Life:
        """The values and gradients of the parameter with this flat index."""
        return Life(
            self.steps,
            [float(frame.weights[index]) for frame in self._frames],
            [float(frame.gradient[index]) for frame in self._frames],
        )

    def copy(self) -> "Keyframes":
        """Copy the collection; the frames, which are read-only, are shared."""
        copy = Keyframes(self._size)
        copy.stride, copy._frames = self.stride, [*self._frames]
        return copy

    def thin(self, most: float) -> bool:
        """Keep as many as fit into this many bytes, evenly spread; False if that is fewer than `FEWEST` of them."""
        room = int(min(most / (BYTES * self._size), self._room))
        if room >= FEWEST and (stride := self._stride(room)) > self.stride:
            self._frames = self._every(stride)
        return room >= min(FEWEST, len(self))

    def state(self) -> dict[str, Any] | None:
        """The state to resume from: as many, evenly spread, as fit into a checkpoint; None if none fits."""
        room = LASTING_BYTES // (BYTES * self._size)
        frames = self._every(self._stride(room)) if room and self._frames else []
        if not frames:
            return None
        steps, weights, gradients, updates, befores = zip(*frames, strict=True)
        return {
            "stride": self.stride,
            "steps": list(steps),
            "weights": np.stack(weights),
            "gradients": np.stack(gradients),
            "updates": np.stack(updates),
            "befores": np.stack(befores),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from those of this `state`, with the stride that they had.

        ValueError: they are not of so many parameters.
        """
        steps, stride = state["steps"], state["stride"]
        if not (stride >= 1 and len(steps) >= 1 and steps == sorted(set(steps)) and all(step >= 0 for step in steps)):
            raise ValueError(f"expected rising steps and a stride of at least 1, got {steps} and {stride}")
        arrays = [
            np.asarray(state[name], np.float32).reshape(len(steps), self._size)
            for name in ("weights", "gradients", "updates")
        ]
        # Earlier versions did not store it; it is then as close as float32 allows.
        befores = state["befores"] if "befores" in state else arrays[0] - arrays[2]
        arrays.append(np.asarray(befores, np.float32).reshape(len(steps), self._size))
        self.stride = int(stride)
        self._frames = [Keyframe(int(step), *frame) for step, *frame in zip(steps, *arrays, strict=True)]

    # From the range of steps, not from the number of frames, which a restart thins: so the stride stays the same.
    def _stride(self, room: int) -> int:
        """The smallest doubling of the stride that leaves at most `room` of all steps since the first."""
        span, stride = self._frames[-1].step - self._frames[0].step, self.stride
        while span // stride >= room:
            stride *= 2
        return stride

    def _every(self, stride: int) -> list[Keyframe]:
        return [frame for frame in self._frames if frame.step % stride == 0]
