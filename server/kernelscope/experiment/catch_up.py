"""Catching up: new lanes of an experiment first make the steps that the others have made."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernelscope.experiment.evaluation import EvaluationRecord
from kernelscope.experiment.experiment import Experiment
from kernelscope.experiment.lane_config import LaneConfig, Wanted, sources
from kernelscope.experiment.records import StepRecord


class Advanced(NamedTuple):
    """The records of one `CatchUp.advance`."""

    steps: list[StepRecord]
    """Of the newcomers, as the next."""
    evaluations: list[EvaluationRecord]
    others: list[EvaluationRecord]
    """The experiment's own."""


class CatchUp:
    """A change of lanes in progress. The experiment itself makes no steps meanwhile.

    Args:
        experiment: the experiment whose lanes are to change.
        lanes: settings of the new set of lanes.
        copies: for each of them that is to continue from another lane, by id, the id of that lane.

    Attributes:
        newcomers: the lanes that are catching up; None if there are none.
        origins: for each lane its place among the present ones; None if it is catching up.

    Raises:
        Impossible: see `sources`.
    """

    def __init__(self, experiment: Experiment, lanes: Sequence[LaneConfig], copies: Mapping[str, str]) -> None:
        now = [lane.config for lane in experiment.lanes]
        self._experiment = experiment
        self._lanes, self._copies = list(lanes), dict(copies)
        self._sources = sources(now, lanes, copies)
        new = [lane for lane, source in zip(lanes, self._sources, strict=True) if source is None]
        self.newcomers = experiment.newcomers(new) if new else None
        places = {lane.id: place for place, lane in enumerate(now)}
        self.origins = tuple(None if source is None else places[source] for source in self._sources)

    @property
    def wanted(self) -> Wanted:
        """The lanes that the experiment will have."""
        return Wanted(self._lanes, self._copies)

    @property
    def step(self) -> int:
        """The step that the newcomers have reached; the experiment's own if there are none."""
        return self.newcomers.step if self.newcomers else self._experiment.step

    @property
    def target(self) -> int:
        """The step that the newcomers have to reach."""
        return self._experiment.step

    def ready(self) -> bool:
        """Whether the lanes can be arranged."""
        late = self.newcomers and (self.newcomers.step < self.target or self.newcomers.evaluating or self._to_be_tested)
        return not late and not self._experiment.evaluating

    @property
    def _to_be_tested(self) -> bool:
        """Whether the newcomers lack the test of the step at which the others rest."""
        return self.newcomers is not None and self.newcomers.untested and not self._experiment.untested

    def advance(self) -> Advanced:
        """Make a step of the newcomers, or a share of an evaluation."""
        newcomers = self.newcomers
        if newcomers and newcomers.step < self.target:
            step, evaluations = newcomers.advance()
            if newcomers.step == self.target and self._to_be_tested:
                newcomers.test_at_rest()
            return Advanced([step], evaluations, [])
        if newcomers and newcomers.evaluating:
            return Advanced([], newcomers.evaluate(), [])
        return Advanced([], [], self._experiment.evaluate())

    def set_learning_rate(self, lane_id: str, rate: float) -> None:
        """Take over a new learning rate that a continuing lane has been given meanwhile."""
        self._lanes = [
            lane.model_copy(update={"learning_rate": rate}) if lane.id == source == lane_id else lane
            for lane, source in zip(self._lanes, self._sources, strict=True)
        ]

    def arrange(self) -> None:
        """Let the experiment continue with these lanes.

        Raises:
            ValueError: the change is not `ready`.
        """
        self._experiment.arrange(self._lanes, self._sources, self.newcomers)
