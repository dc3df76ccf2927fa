"""Other lanes for an experiment: new ones first make the steps that the others have made."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernelscope.experiment.config import LaneConfig, Wanted, sources
from kernelscope.experiment.evaluation import EvaluationRecord
from kernelscope.experiment.experiment import Experiment
from kernelscope.experiment.records import StepRecord


class Advanced(NamedTuple):
    """What one `CatchUp.advance` made."""

    steps: list[StepRecord]
    """Of the newcomers, as the next."""
    evaluations: list[EvaluationRecord]
    others: list[EvaluationRecord]
    """The experiment's own."""


class CatchUp:
    """On the way to other lanes. Meanwhile the experiment itself makes no step.

    Args:
        experiment: whose lanes are to be others.
        lanes: these.
        copies: those of them, by id, that go on from another lane.

    Attributes:
        newcomers: the lanes that catch up; None: there are none.
        origins: for each lane its place among the present ones; None: it catches up.

    Raises:
        ValueError: see `sources`.
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
        """The lanes that the experiment is to have."""
        return Wanted(self._lanes, self._copies)

    @property
    def step(self) -> int:
        """How far they have come; the experiment's own step, where there are none."""
        return self.newcomers.step if self.newcomers else self._experiment.step

    @property
    def target(self) -> int:
        """To which step they have to come."""
        return self._experiment.step

    def ready(self) -> bool:
        """Whether the lanes can be arranged."""
        late = self.newcomers and (self.newcomers.step < self.target or self.newcomers.evaluating)
        return not late and not self._experiment.evaluating

    def advance(self) -> Advanced:
        """A step, or a share of an evaluation."""
        newcomers = self.newcomers
        if newcomers and newcomers.step < self.target:
            step, evaluations = newcomers.advance()
            return Advanced([step], evaluations, [])
        if newcomers and newcomers.evaluating:
            return Advanced([], newcomers.evaluate(), [])
        return Advanced([], [], self._experiment.evaluate())

    def set_learning_rate(self, lane_id: str, rate: float) -> None:
        """Note that a lane that goes on has been given another rate meanwhile."""
        self._lanes = [
            lane.model_copy(update={"learning_rate": rate}) if lane.id == source == lane_id else lane
            for lane, source in zip(self._lanes, self._sources, strict=True)
        ]

    def arrange(self) -> None:
        """Let the experiment go on with these lanes. ValueError: it is not `ready`."""
        self._experiment.arrange(self._lanes, self._sources, self.newcomers)
