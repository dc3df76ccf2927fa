"""The range of a colour scale, with hysteresis."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kernelscope.experiment import Condition
from kernelscope.picture.scale import (
    MOST_IMAGES,
    RECENT,
    HeldScale,
    Limit,
    Scales,
    joint_magnitude,
    nice_ceiling,
    robust_magnitudes,
    voting,
)
from kernelscope.picture.snapshot import snapshot_of

from tests.experiment.support import run, small

TRAINING, COLLAPSED, DIVERGED = (
    Condition(),
    Condition("collapsed", 3, "conv1"),
    Condition("diverged", 5, "loss"),
)


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        (0.0003, 0.0003),
        (0.00031, 0.0004),
        (0.11, 0.12),
        (0.12, 0.12),
        (0.39, 0.4),
        (0.81, 1),
        (1, 1),
        (7.3, 8),
        (99, 100),
    ],
)
def test_limits_are_round_numbers_that_are_not_below_the_value(value: float, limit: float) -> None:
    assert nice_ceiling(value) == limit


@given(st.floats(2**-149, 3.5e38))
def test_a_limit_is_never_below_and_never_far_above(value: float) -> None:
    assert value <= nice_ceiling(value) <= 1.5 * value
    assert len(f"{nice_ceiling(value):e}".rstrip("0").partition("e")[0].replace(".", "").rstrip("0")) <= 2


def test_a_few_outliers_and_non_finite_values_do_not_make_the_scale() -> None:
    values = np.full((2, 1000), 0.5, np.float32)
    values[0, 10:14] = 90, 70, np.nan, np.inf
    assert robust_magnitudes(values) == [0.5, 0.5]
    assert robust_magnitudes(np.array([[np.nan], [np.inf], [3]], np.float32)) == [0, 0, 3]


@given(hnp.arrays("f4", st.tuples(st.integers(1, 3), st.integers(1, 500)), elements=st.floats(0, 1, width=32)))
def test_a_magnitude_is_the_percentile_of_its_lane(magnitudes: np.ndarray) -> None:
    expected = [float(np.percentile(lane, 99.5, method="inverted_cdf")) for lane in magnitudes]
    assert robust_magnitudes(magnitudes.copy()) == expected
    beside = np.column_stack([magnitudes, np.full(len(magnitudes), np.nan, "f4")])
    assert robust_magnitudes(beside) == expected


def test_weights_take_the_largest_lane_gradients_do_not_let_one_lane_fade_the_others() -> None:
    assert joint_magnitude([0.1, 0.4], "params") == 0.4
    assert joint_magnitude([0.1, 0.25], "grads") == 0.25
    assert joint_magnitude([0.1, 9], "grads") == pytest.approx(0.3)
    assert joint_magnitude([0, 0.2], "grads") == 0.2
    assert joint_magnitude([0, 0], "grads") == 0
    assert joint_magnitude([], "params") == 0


def test_only_lanes_that_are_training_have_a_say_unless_there_is_none() -> None:
    assert voting([TRAINING, COLLAPSED, TRAINING]) == (0, 2)
    assert voting([DIVERGED, COLLAPSED]) == (0, 1)


def held(quantity: str, magnitude: float) -> HeldScale:
    scale = HeldScale(quantity)
    scale.observe(magnitude, 0, (0, 1))
    return scale


def repeat(scale: HeldScale, magnitude: float, times: int) -> None:
    for step in range(100, 100 + times):
        scale.observe(magnitude, step, (0, 1))


def test_it_holds_while_values_wander_within_it() -> None:
    scale = held("params", 0.38)
    assert scale.limit == Limit(0.4, 0)
    for step in range(1, 500):
        scale.observe([0.2, 0.43, 0.3, 0.17, 0.41][step % 5], step, (0, 1))
    assert scale.limit == Limit(0.4, 0)


def test_it_grows_at_once_when_weights_clearly_leave_it_and_says_at_which_step() -> None:
    scale = held("params", 0.38)
    scale.observe(0.7, 312, (0, 1))
    assert scale.limit == Limit(0.8, 312)


def test_gradients_may_jump_further_before_it_follows() -> None:
    scale = held("grads", 0.1)
    scale.observe(0.19, 2, (0, 1))
    assert scale.limit == Limit(0.1, 0)
    scale.observe(0.21, 3, (0, 1))
    assert scale.limit == Limit(0.25, 3)


def test_it_shrinks_only_after_it_has_long_been_too_wide() -> None:
    scale = held("params", 1)
    repeat(scale, 0.1, RECENT - 1)
    assert scale.limit == Limit(1, 0)
    scale.observe(0.1, 200, (0, 1))
    assert scale.limit == Limit(0.1, 200)
    assert RECENT == 45


def test_a_lone_outlier_does_not_hold_it_open_a_tenth_of_the_values_does() -> None:
    open, shut = held("grads", 1), held("grads", 1)
    for step in range(1, 91):
        open.observe(0.9 if step % 8 == 0 else 0.1, step, (0, 1))
        shut.observe(0.9 if step == 30 else 0.1, step, (0, 1))
    assert (open.limit.limit, shut.limit.limit) == (1, 0.1)


def test_when_a_lane_drops_out_it_follows_those_that_are_left_at_once() -> None:
    scale = HeldScale("params")
    scale.observe(8, 5, (0, 1, 2))
    scale.observe(0.2, 6, (0, 1))
    assert scale.limit == Limit(0.2, 6)


@pytest.mark.parametrize("nothing", [0.0, float("nan")])
def test_where_there_is_no_magnitude_it_stays_as_it_is(nothing: float) -> None:
    scale = HeldScale("grads")
    scale.observe(nothing, 1, (0, 1))
    assert scale.limit == Limit(0, 0)
    scale.observe(0.2, 2, (0, 1))
    repeat(scale, nothing, 100)
    assert scale.limit == Limit(0.2, 2)


def test_there_is_a_scale_for_each_weight_and_gradient_of_all_lanes_together() -> None:
    experiment, scales = small(0.1, 0.3), Scales()
    assert scales.observe(snapshot_of(experiment)).shared.keys() == {
        ("params", "conv1.weight"),
        ("params", "conv2.weight"),
    }
    run(experiment, 3)
    experiment.lanes[1].network.params["conv1.weight"][...] = -7.3
    limits = scales.observe(snapshot_of(experiment)).shared
    assert limits.keys() == {(q, f"{layer}.weight") for q in ("params", "grads") for layer in ("conv1", "conv2")}
    assert limits["params", "conv1.weight"] == Limit(8, 3)
    assert all(limit.limit > 0 for limit in limits.values())


def test_a_diverged_lane_is_drawn_on_the_others_scale() -> None:
    experiment, scales = small(0.1, 0.1), Scales()
    run(experiment, 2)
    experiment.lanes[1].network.params["conv1.weight"].fill(50)
    assert scales.observe(snapshot_of(experiment)).shared["params", "conv1.weight"].limit == 50
    experiment.lanes[1].condition = DIVERGED
    assert scales.observe(snapshot_of(experiment)).shared["params", "conv1.weight"].limit < 2


def test_a_copy_draws_with_the_same_limits_grows_with_what_it_is_shown_and_changes_nothing() -> None:
    experiment, scales = small(0.1, 0.3), Scales()
    start = snapshot_of(experiment)
    run(experiment, 5)
    now = snapshot_of(experiment, {"moved"})
    limits = scales.observe(now, {"updates"}).shared
    for array in start.params.values():
        array /= 100
    past = scales.copy().observe(start).shared
    assert past == {name: limits[name] for name in past}
    start.params["conv1.weight"][...] = 9.5
    copy = scales.copy()
    assert copy.observe(start).shared["params", "conv1.weight"] == Limit(10, 0)
    assert copy.observe(start).shared["params", "conv2.weight"] == limits["params", "conv2.weight"]
    assert scales.observe(now, {"updates"}).shared == limits


def test_a_copy_does_not_shrink_by_what_it_is_shown_once() -> None:
    scale = held("params", 1)
    repeat(scale, 0.1, RECENT - 1)
    copy = scale.copy()
    copy.observe(0.1, 200, (0, 1))
    assert copy.limit == Limit(1, 0)
    scale.observe(0.1, 200, (0, 1))
    assert scale.limit == Limit(0.1, 200)


def test_each_lane_may_have_a_scale_of_its_own_even_one_that_has_collapsed() -> None:
    experiment, scales = small(0.1, 0.3), Scales()
    run(experiment, 3)
    experiment.lanes[1].network.params["conv1.weight"][...] = -7.3
    experiment.lanes[1].condition = Condition("collapsed", 3, "conv1")
    limits = scales.observe(snapshot_of(experiment), {"lanes"})
    first, second = limits.lanes["params", "conv1.weight"]
    assert second.limit == 8
    assert first == limits.shared["params", "conv1.weight"]
    assert limits.lanes.keys() == limits.shared.keys()
    assert scales.observe(snapshot_of(experiment)).lanes == {}


def test_a_symlog_scale_of_gradients_reaches_what_the_shared_one_clips() -> None:
    experiment, scales = small(0.1, 0.3), Scales()
    run(experiment, 3)
    snapshot = snapshot_of(experiment)
    assert snapshot.grads is not None
    snapshot.grads["conv1.weight"][0], snapshot.grads["conv1.weight"][1] = 0.01, -2
    limits = scales.observe(snapshot, {"symlog"})
    assert limits.shared["grads", "conv1.weight"].limit == 0.03
    found = limits.symlog["grads", "conv1.weight"]
    assert (found.limit, found.linear) == (2, pytest.approx(0.0015))
    assert limits.symlog.keys() == {("grads", "conv1.weight"), ("grads", "conv2.weight")}


def test_however_many_images_are_shown_the_last_ones_alone_have_scales_of_their_responses() -> None:
    experiment, scales = small(0.1), Scales()

    def show(image: int) -> int:
        snapshot = snapshot_of(experiment, {"responses", f"predictions.{image}"})
        limits = scales.observe(replace(snapshot, step=image))
        return limits.shared[f"responses.{image}", "conv1"].set_at

    for image in range(MOST_IMAGES + 1):
        show(image)
    first = replace(snapshot_of(experiment, {"responses", "predictions.0"}), step=1000)
    held = replace(snapshot_of(experiment, {"responses", "predictions.1"}), step=1000)
    assert scales.copy().observe(held).shared["responses.1", "conv1"].set_at == 1
    assert scales.observe(first).shared["responses.0", "conv1"].set_at == 1000, "it was shown longest ago"
    assert scales.observe(replace(held, step=2000)).shared["responses.1", "conv1"].set_at == 2000, "now this was"
