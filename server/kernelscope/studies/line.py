"""The study *loss line*: the loss along a lane's last update, of its own batch and of other training images."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kernelscope.experiment import Experiment
from kernelscope.experiment.lane_config import LaneId
from kernelscope.studies.descent import Line, LossLine
from kernelscope.studies.payload import all_finite
from kernelscope.studies.subject import Members, Subject

POINTS, OF_OTHERS = 32, 16
"""The numbers of further points in the plot of a loss line, for its batch and for the other images, each of which takes
almost as long as a lane's step."""


@dataclass(frozen=True)
class LineSubject(Subject):
    """The loss along the last update of a lane."""

    lane: LaneId
    kind: Literal["line"] = "line"
    again_after = 2.0

    def study(self, experiment: Experiment) -> Iterator[Members | None]:
        """Compute both lines; nothing at step 0, or if the last step is no longer known."""
        lines, images = lines_of(experiment, self.lane, POINTS, OF_OTHERS), len(experiment.others[1])
        if lines is None:
            return
        while (own := lines.own.advance(experiment.parallel, 4)) is None:
            yield None
        while (others := lines.others.advance(experiment.parallel, 1)) is None:
            yield None
        yield {"learning_rate": own.learning_rate, **_curve(own), "others": {"images": images, **_curve(others)}}


class Lines(NamedTuple):
    """The loss along one update, of two sets of images."""

    own: Line
    """The loss of the step's batch."""
    others: Line
    """The loss of other training images."""


def lines_of(experiment: Experiment, lane_id: str, points: int, of_others: int) -> Lines | None:
    """Make the two lines along a lane's last update, with `points` and `of_others` points at least.

    None if it made no update in the last step, that step is no longer known, or there is no such lane.
    """
    lane = experiment.lane(lane_id)
    if lane is None or lane.stopped or (last := experiment.last_of(lane)) is None:
        return None
    images, labels, step = last  # with its own learning rate, which may have changed since
    masks = experiment.last_masks
    try:
        update, gradient = lane.last_update.flat, lane.gradient.flat
        return Lines(
            Line(lane.before, update, gradient, step.loss, images, labels, step.learning_rate, points, masks),
            Line(lane.before, update, gradient, None, *experiment.others, step.learning_rate, of_others),
        )
    except ValueError:  # the step is so long that its slope is not finite
        return None


def _curve(line: LossLine) -> Members:
    return {
        "multiples": line.multiples,
        "losses": all_finite(line.losses),
        "best": line.best,
        "bound": line.bound,
    }
