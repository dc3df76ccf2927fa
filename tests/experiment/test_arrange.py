"""Lanes are added, removed, reordered and copied; nothing else changes, not by a bit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.experiment import Experiment, LaneConfig, StepRecord, sources
from kernelscope.nn import SGD, Adam, Cosine
from kernelscope.picture.snapshot import snapshot_of

from tests.experiment.support import run, small, weights
from tests.nn.support import examples

MOMENTUM = SGD(momentum=0.9)


def lane(id: str, rate: float = 0.1, **members: Any) -> LaneConfig:
    return LaneConfig(id=id, learning_rate=rate, **members)


def finish_evaluation(experiment: Experiment) -> None:
    while experiment.evaluating:
        experiment.evaluate()


def arrange(experiment: Experiment, wanted: Sequence[LaneConfig], **copies: str) -> list[StepRecord]:
    """The records of the newcomers while they catch up."""
    origins = sources([lane.config for lane in experiment.lanes], wanted, copies)
    new = [config for config, origin in zip(wanted, origins, strict=True) if origin is None]
    newcomers = experiment.newcomers(new) if new else None
    records = run(newcomers, experiment.step) if newcomers else []
    finish_evaluation(experiment)
    if newcomers:
        finish_evaluation(newcomers)
    experiment.arrange(wanted, origins, newcomers)
    return records


def ends(experiment: Experiment) -> dict[str, bytes]:
    """Each lane's flat parameters."""
    return {lane.id: flat.tobytes() for lane, flat in zip(experiment.lanes, weights(experiment), strict=True)}


def test_a_newcomer_stands_where_it_would_had_it_been_there_from_the_beginning() -> None:
    together, one = small(0.1, 0.02), small(0.1)
    expected = run(together, 17)
    run(one, 17)
    records = arrange(one, [lane("A"), lane("B", 0.02)])
    assert [record.loss[0] for record in records] == [record.loss[1] for record in expected]
    assert ends(one) == ends(together)
    assert repr(run(one, 9)) == repr(run(together, 9))
    assert ends(one) == ends(together)


lanes_of = st.lists(
    st.builds(lane, st.sampled_from("ABCDE"), st.sampled_from([0.1, 0.02, 0.4]),
              optimizer=st.sampled_from([SGD(), MOMENTUM])),
    min_size=1, max_size=4, unique_by=lambda config: config.id,
)  # fmt: skip


@examples(20)
@given(lanes_of, lanes_of, st.integers(0, 6), st.integers(0, 4))
def test_whoever_comes_goes_or_moves_changes_no_other_lane(
    first: list[LaneConfig], then: list[LaneConfig], before: int, after: int
) -> None:
    """Every lane equals, bit for bit, one trained alone with the same sequence of learning rates."""
    experiment = small(lanes=first)
    run(experiment, before)
    arrange(experiment, then)
    run(experiment, after)
    assert [one.config for one in experiment.lanes] == then
    earlier = {config.id: config for config in first}
    for config in then:
        alone = small(lanes=[config])
        known = earlier.get(config.id)
        if known and known.optimizer == config.optimizer:  # it stays; a new rate applies from here on
            alone.set_learning_rate(config.id, known.learning_rate)
        run(alone, before)
        alone.set_learning_rate(config.id, config.learning_rate)
        run(alone, after)
        assert ends(alone)[config.id] == ends(experiment)[config.id]


def test_a_copy_goes_on_from_the_same_weights_and_momentum() -> None:
    experiment, untouched = small(lanes=[lane("A", optimizer=MOMENTUM)]), small(lanes=[lane("A", optimizer=MOMENTUM)])
    run(experiment, 8)
    run(untouched, 8)
    arrange(experiment, [lane("D", 0.1, optimizer=MOMENTUM), lane("A", optimizer=MOMENTUM)], D="A")
    assert len(set(ends(experiment).values())) == 1
    run(experiment, 5)
    run(untouched, 5)
    assert ends(experiment) == {"D": ends(untouched)["A"], "A": ends(untouched)["A"]}
    experiment.set_learning_rate("D", 0.4)
    run(experiment, 3)
    run(untouched, 3)
    assert ends(experiment)["A"] == ends(untouched)["A"] != ends(experiment)["D"]


def test_what_is_shown_of_lanes_follows_them() -> None:
    experiment = small(0.1, 0.02, 0.4)
    run(experiment, 3)
    before = snapshot_of(experiment)
    arrange(experiment, [lane("C", 0.4), lane("A", name="good")])
    after = snapshot_of(experiment)
    assert np.array_equal(after.params.flat, before.params.flat[[2, 0]])
    assert before.grads is not None
    assert after.grads is not None
    assert np.array_equal(after.grads.flat, before.grads.flat[[2, 0]])
    assert [one.name for one in experiment.config.lanes] == ["", "good"]
    experiment.reset()
    assert [one.id for one in experiment.lanes] == ["C", "A"]


def test_a_changed_rate_schedule_or_name_is_no_new_beginning_and_another_optimizer_is() -> None:
    now = [lane("A"), lane("B", optimizer=MOMENTUM)]
    wanted = [
        lane("B", 0.3, optimizer=MOMENTUM, schedule=Cosine(), name="slow"),
        lane("A", optimizer=Adam()),
        lane("C"),
    ]
    assert sources(now, wanted, {}) == ["B", None, None]
    assert sources(now, [lane("A"), lane("D")], {"D": "A"}) == ["A", "A"]


@pytest.mark.parametrize(
    ("copy", "message"),
    [
        ({"D": "Z"}, "copy_of: expected one of A, B, got 'Z'"),
        ({"D": "B"}, r"copy_of: expected optimizer, .* of B, SGD\(momentum=0.9.*, got SGD\(momentum=0.0"),
    ],
)
def test_a_copy_that_cannot_be(copy: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sources([lane("A"), lane("B", optimizer=MOMENTUM)], [lane("D")], copy)


def test_who_has_not_caught_up_is_refused() -> None:
    experiment = small(0.1)
    run(experiment, 3)
    finish_evaluation(experiment)
    newcomers = experiment.newcomers([lane("B")])
    run(newcomers, 2)
    finish_evaluation(newcomers)
    with pytest.raises(ValueError, match="expected lanes at step 3 and no evaluation under way, got 2"):
        experiment.arrange([lane("A"), lane("B")], ["A", None], newcomers)
    assert [one.id for one in experiment.lanes] == ["A"]
