"""A run of an experiment that is kept when another takes its place."""

from copy import copy
from math import inf

from kernelscope.experiment.experiment import Experiment

STATE_BYTES = 48
"""The size of a lane per parameter, without its keyframes: weights, gradients, the last update, the optimizer's state
before and after it."""


class KeptRun:
    """An experiment as it stands, before a `reset` or an `arrange`, which begin with other lanes and leave these alone.

    Args:
        experiment: the experiment.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._state = copy(experiment)

    @property
    def step(self) -> int:
        """The last step that it has made."""
        return self._state.step

    @property
    def untouched(self) -> bool:
        """Whether nothing has happened in it yet: no step, and no change by hand."""
        return self._state.step == 0 and self._state.edits == 0

    def fit(self, most: float = inf) -> bool:
        """Drop keyframes until it takes at most about this many bytes. Return whether it is worth keeping then.

        Nothing else is dropped: weights and all that the next steps depend on stay to the last bit.
        """
        sizes = [lane.network.params.flat.size for lane in self._state.lanes]
        room = most - STATE_BYTES * sum(sizes)
        return all(lane.keyframes.thin(room / len(sizes)) for lane in self._state.lanes)

    def bring_back(self) -> None:
        """Have the experiment go on where this run stood. What people have set stays: when to stop, their pictures."""
        stop = self._experiment.config.stop
        vars(self._experiment).update(vars(self._state))
        self._experiment.set_stop(stop)
