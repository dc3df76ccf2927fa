"""The studies *maximisation*: the picture that would excite a filter most, now and over the run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from kernelscope.experiment import Experiment
from kernelscope.experiment.lane import Lane
from kernelscope.experiment.lane_config import LaneId
from kernelscope.experiment.place import Index, Kernel, KernelShapes, LayerName
from kernelscope.nn import Parameters
from kernelscope.nn.architecture import up_to
from kernelscope.nn.arrays import Array
from kernelscope.nn.receptive_field import receptive_field
from kernelscope.studies.ascent import STEPS, Ascent, Maximised, Regularisers
from kernelscope.studies.payload import finite, packed, too_large
from kernelscope.studies.subject import Members, Subject

PIECE = 8
"""The number of steps at a time: about the time of a lane's step."""
MOST_FRAMES = 16


@dataclass(frozen=True)
class _Maximising(Subject):
    """A filter of a lane, and the regularisers in use."""

    lane: LaneId
    layer: LayerName
    out: Index
    """The filter's output channel."""
    jitter: bool
    blur: bool
    norm: bool

    def require(self, shapes: KernelShapes) -> None:
        """Check that the filter exists.

        Raises:
            Impossible: it does not.
        """
        Kernel(self.layer, self.out, 0).require(shapes)

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Maximise, unless the filter's receptive field is too large to be cut out."""
        lane = experiment.lane(self.lane)
        if lane is None:
            return
        field = receptive_field(up_to(lane.network.shapes, self.layer))
        if field.can_be_cut_out:
            yield from self._maximise(experiment, lane)
        else:
            yield too_large(field)

    def _maximise(self, experiment: Experiment, lane: Lane) -> Iterator[Members | None]:
        """What `study` yields where the receptive field can be cut out."""
        raise NotImplementedError

    def _ascend(self, lane: Lane, weights: Array, ends: tuple[Array, Array]) -> Iterator[Ascent | None]:
        """Maximise with these flat weights of the lane, in pieces; at last the ascent. `ends`: see `Ascent`."""
        params = Parameters(lane.network.shapes, lane.network.dtype)
        params.flat[...] = weights
        regularisers = Regularisers(self.jitter, self.blur, self.norm)
        ascent = Ascent(lane.network.shapes, params, self.layer, self.out, regularisers, ends)
        for _ in range(STEPS // PIECE):
            yield None
            ascent.advance(PIECE)
        yield ascent


@dataclass(frozen=True)
class MaximisationSubject(_Maximising):
    """The picture that would excite a filter of a lane most, with its present weights."""

    kind: Literal["maximisation"] = "maximisation"
    again_after = 2.0
    patient = True

    def _maximise(self, experiment: Experiment, lane: Lane) -> Iterator[Members | None]:
        """Ascend from grey noise."""
        for ascent in self._ascend(lane, lane.network.params.flat.copy(), experiment.seen.ends):
            if ascent is None:
                yield None
                continue
            found = ascent.result
            yield {
                "before": finite(found.before),
                "after": finite(found.after),
                "picture": packed(found.picture),
                "steps": STEPS,
                "centre": ascent.centre,
                "field": ascent.field._asdict(),
            }


@dataclass(frozen=True)
class FormationSubject(_Maximising):
    """The same at some of the recorded steps, from the first to the newest and denser at first: how it formed.

    It is computed again only when training rests: the earlier pictures stay as they are.
    """

    frames: Annotated[int, Field(ge=2, le=MOST_FRAMES)]
    """The largest number of pictures."""
    kind: Literal["formation"] = "formation"
    patient = True

    def _maximise(self, experiment: Experiment, lane: Lane) -> Iterator[Members | None]:
        """Ascend once for each of the steps; there is a result after each of them."""
        steps = [*lane.keyframes.steps]
        if steps[-1] != lane.steps:
            steps.append(lane.steps)
        chosen = [steps[place] for place in spread(len(steps), self.frames)]
        weights = [lane.at(step).weights for step in chosen]
        weights[-1] = weights[-1].copy()  # the present ones will change
        found: list[Maximised] = []
        for then in weights:
            for ascent in self._ascend(lane, then, experiment.seen.ends):
                if ascent is None:
                    yield None
                else:
                    found.append(ascent.result)
            yield {
                "of": len(chosen),
                "steps": chosen[: len(found)],
                "after": [finite(one.after) for one in found],
                "pictures": packed(np.stack([one.picture for one in found])),
            }


def spread(count: int, most: int) -> list[int]:
    """Choose at most so many of the places 0 … `count` − 1, with the first and the last, in geometric progression.

    Most happens at first.
    """
    return sorted({round(place) - 1 for place in np.geomspace(1, count, min(count, most)).tolist()})
