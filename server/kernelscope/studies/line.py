"""The loss along the update that a lane made last: of its own batch, and of other training images."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kernelscope.experiment import Experiment
from kernelscope.experiment.config import LaneId
from kernelscope.studies.descent import Line, LossLine
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject

POINTS, OF_OTHERS = 32, 16
"""Of the picture of a loss line, besides those that its search has looked at: of its batch, and of the other images,
each of which takes as long as most of a step of a lane."""


@dataclass(frozen=True)
class LineSubject(Subject):
    """The loss along the last update of a lane."""

    lane: LaneId
    kind: Literal["line"] = "line"
    again_after = 2.0

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Nothing at step 0, nor where the last step is not known any more."""
        lines, images = lines_of(experiment, self.lane, POINTS, OF_OTHERS), len(experiment.others[1])
        if lines is None:
            return
        while (own := lines.own.advance(experiment.parallel, 4)) is None:
            yield None
        while (others := lines.others.advance(experiment.parallel, 1)) is None:
            yield None
        yield {"learning_rate": own.learning_rate, **_curve(own), "others": {"images": images, **_curve(others)}}


class Lines(NamedTuple):
    """The loss along one update."""

    own: Line
    """Of the batch that it was made for."""
    others: Line
    """Of other training images."""


def lines_of(experiment: Experiment, lane_id: str, points: int, of_others: int) -> Lines | None:
    """Two lines along the update that a lane made last, at least at so many points each.

    None: it made none in the last step, or that is not known any more; there is no such lane.
    """
    lane = experiment.lane(lane_id)
    if lane is None or lane.stopped or experiment.last is None:
        return None
    images, labels, made = experiment.last
    step = made[lane_id]  # with the rate that it had, which may be another one by now
    try:
        update, gradient = lane.last_update.flat, lane.gradient.flat
        return Lines(
            Line(lane.before, update, gradient, step.loss, images, labels, step.learning_rate, points),
            Line(lane.before, update, gradient, None, *experiment.others, step.learning_rate, of_others),
        )
    except ValueError:  # a step so long that its slope is no number any more
        return None


def _curve(line: LossLine) -> Members:
    return {
        "multiples": line.multiples,
        "losses": all_finite(line.losses),
        "best": line.best,
        "bound": line.bound,
    }
