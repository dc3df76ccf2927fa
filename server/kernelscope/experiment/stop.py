"""When an experiment is to pause by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment.config import Stop
from kernelscope.experiment.evaluation import EvaluationRecord
from kernelscope.experiment.lane import Lane


@dataclass(frozen=True)
class Stopped:
    """The reason for which one has paused."""

    reason: Literal["step", "accuracy", "divergence"]
    step: int
    lane: str | None = None
    test_step: int | None = None
    """After which step the test was that reached the accuracy: mostly an earlier one, since results come late."""


class Watch:
    """Compares what has become of an experiment with what was before.

    Args:
        lanes: as they are now.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._statuses = {lane.id: lane.condition.status for lane in lanes}
        self._accuracies: dict[str, float] = {}

    def reason(
        self, stop: Stop, step: int, lanes: Sequence[Lane], evaluations: Sequence[EvaluationRecord]
    ) -> Stopped | None:
        """Why to pause after this `step`, with which these `evaluations` have come; None: there is no reason."""
        fallen = [lane.id for lane in lanes if lane.condition.status not in ("training", self._statuses.get(lane.id))]
        self._statuses = {lane.id: lane.condition.status for lane in lanes}
        reached: list[tuple[str, int]] = []
        for record in evaluations:
            now: Mapping[str, float] = dict(zip((lane.id for lane in lanes), record.accuracy, strict=True))
            if stop.accuracy is not None:
                over = [id for id in now if self._accuracies.get(id, 0.0) < stop.accuracy <= now[id]]
                reached += [(id, record.step) for id in over]
            self._accuracies |= now
        if fallen and stop.divergence:
            return Stopped("divergence", step, fallen[0])
        if reached:
            return Stopped("accuracy", step, *reached[0])
        return Stopped("step", step) if step == stop.step else None
