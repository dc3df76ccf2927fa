"""What every weight of a lane has been: before and after steps spread evenly over the run, and what these did to it."""

from bisect import bisect_right
from typing import Any, NamedTuple

import numpy as np

from kernelscope.nn.arrays import Array

MOST_BYTES = 32 * 2**20
"""Of all keyframes of a lane."""
LASTING_BYTES = 2 * 2**20
"""Of those that a checkpoint has room for."""
BYTES = 16
"""Of a keyframe, for each parameter."""
FEWEST, MOST = 5, 512
"""Keyframes that there is room for, however large or small the network is."""


class Keyframe(NamedTuple):
    """A lane after a step: flat arrays, which nobody writes to."""

    step: int
    weights: Array
    gradient: Array
    """What the update that led to the weights used; not-a-numbers at step 0."""
    update: Array
    """What it added to them, likewise."""
    before: Array
    """The weights that it was added to; those at step 0 themselves. Kept, since rounding doesn't give them back."""


class Life(NamedTuple):
    """One weight over the run."""

    steps: list[int]
    """After which its value and gradient were these, ascending."""
    values: list[float]
    gradients: list[float]
    """What the update that led to the value used; not a number at step 0."""


class Keyframes:
    """Those of every `stride`-th step: of every step at first, of every second when that is too many.

    So there are always between half of what there is room for and all of it, and lanes of equal size keep the same
    steps, whenever they were added. Only where a lane went on from a checkpoint, the steps before it lie farther apart.
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
        """Those that are kept, ascending."""
        return [frame.step for frame in self._frames]

    def add(self, frame: Keyframe) -> None:
        """The next one, copied where its step is kept."""
        if frame.step % self.stride == 0:
            self.keep(frame)

    def keep(self, frame: Keyframe) -> None:
        """The next one, copied whichever its step is; it stays until the others become too many."""
        if self._frames and self._frames[-1].step == frame.step:
            return
        self._frames.append(Keyframe(frame.step, *(array.copy() for array in frame[1:])))
        stride = self._stride(self._room)
        if stride > self.stride:
            self.stride, self._frames = stride, self._every(stride)

    def at(self, step: int) -> Keyframe:
        """The last one up to this step; the first, where that is later."""
        place = bisect_right(self._frames, step, key=lambda frame: frame.step)
        return self._frames[max(place - 1, 0)]

    def life(self, index: int) -> Life:
        """Of the parameter with this index."""
        return Life(
            self.steps,
            [float(frame.weights[index]) for frame in self._frames],
            [float(frame.gradient[index]) for frame in self._frames],
        )

    def copy(self) -> "Keyframes":
        """To go on from here on its own; the frames, which nobody writes to, are shared."""
        copy = Keyframes(self._size)
        copy.stride, copy._frames = self.stride, [*self._frames]
        return copy

    def state(self) -> dict[str, Any] | None:
        """As many as a checkpoint has room for, evenly spread again; None: it has room for none."""
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
        # Those of earlier versions don't have it: it is then as near as float32 tells.
        befores = state["befores"] if "befores" in state else arrays[0] - arrays[2]
        arrays.append(np.asarray(befores, np.float32).reshape(len(steps), self._size))
        self.stride = int(stride)
        self._frames = [Keyframe(int(step), *frame) for step, *frame in zip(steps, *arrays, strict=True)]

    # By the steps and not by how many there are: so it comes to the same after a restart, which has thinned them.
    def _stride(self, room: int) -> int:
        """The least doubling of the stride that leaves no more than `room` of all steps since the first."""
        span, stride = self._frames[-1].step - self._frames[0].step, self.stride
        while span // stride >= room:
            stride *= 2
        return stride

    def _every(self, stride: int) -> list[Keyframe]:
        return [frame for frame in self._frames if frame.step % stride == 0]
