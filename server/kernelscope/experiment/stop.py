"""Automatic pauses of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment.config import Stop
from kernelscope.experiment.evaluation import EvaluationRecord
from kernelscope.experiment.lane import Lane


@dataclass(frozen=True)
class Stopped:
    """The reason for an automatic pause."""

    reason: Literal["step", "accuracy", "divergence"]
    step: int
    lane: str | None = None
    test_step: int | None = None
    """The step whose test reached the accuracy: usually an earlier one, since tests take several steps."""


class Watch:
    """Detects events in an experiment by comparison with its previous state.

    Args:
        lanes: the lanes in their present state.
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._statuses = {lane.id: lane.condition.status for lane in lanes}
        self._accuracies: dict[str, float] = {}

    def reason(
        self, stop: Stop, step: int, lanes: Sequence[Lane], evaluations: Sequence[EvaluationRecord]
    ) -> Stopped | None:
        """The reason to pause after `step` and the `evaluations` that it completed; None if there is none."""
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
