"""The directions in which parameters move, with every optimizer."""

from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.studies.moves import Moves, moves
from kernelscope.studies.trace import TraceSubject

from tests.experiment.support import run, small

PLAIN: dict[str, Any] = {"type": "sgd"}


def last_step(experiment: Experiment) -> Moves | None:
    """The moves as a trace reports them."""
    [found] = TraceSubject("A", 0).study(experiment)
    moved = found["last_step"]
    return moved and Moves(*(moved[name] for name in Moves._fields))


def test_by_hand() -> None:
    before = np.array([1, 1, 1, 1, 1, 1e6], np.float32)
    update = np.array([-0.1, 0.1, 0.1, 0, 0, 1e-6], np.float32)
    gradient = np.array([0.5, 0.5, 0, 0.5, 0, -1], np.float32)
    # The last update is rounded away, so nothing has moved.
    assert moves(before, update, gradient) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    "optimizer",
    [PLAIN, {"type": "sgd", "momentum": 0.9}, {"type": "sgd", "weight_decay": 0.1}, {"type": "adam"},
     {"type": "adamw"}],
    ids=str,
)  # fmt: skip
def test_only_plain_sgd_moves_nothing_but_against_the_gradient(optimizer: dict[str, Any]) -> None:
    experiment = small(lanes=[{"learning_rate": 0.05, "optimizer": optimizer}])
    assert last_step(experiment) is None
    run(experiment, 5)
    [lane] = experiment.lanes
    found = last_step(experiment)
    assert found is not None
    assert sum(found) == lane.network.params.flat.size
    went, gradient = lane.network.params.flat - lane.before.flat, lane.gradient.flat
    assert found.against == np.count_nonzero(went * gradient < 0)
    assert found.along == np.count_nonzero(went * gradient > 0)
    if optimizer == PLAIN:
        assert (found.along, found.unasked) == (0, 0)
    else:
        assert found.along + found.unasked > 0.01 * sum(found), "else the sentence of before would do"
    # It describes the step that was made, whatever has changed the weights since.
    lane.network.params.flat[:] = 7
    assert last_step(experiment) == found
    assert [*TraceSubject("Z", 0).study(experiment)] == []
