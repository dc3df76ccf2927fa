"""What viewers get of a snapshot."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kernelscope.experiment import Condition, Experiment
from kernelscope.experiment.place import Kernel
from kernelscope.nn import Conv
from kernelscope.picture.levels import BEYOND, NOT_FINITE, REACH, SMALLEST, lane_levels, levels, symlog_levels
from kernelscope.picture.picture import Picture, per_cent, picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import Snapshot, Stack, past_of, snapshot_of
from kernelscope.stream.frames import picture_frames
from kernelscope.stream.wire import Tensor, decode
from kernelscope.studies.health import responding
from kernelscope.studies.kernel_measures import oriented
from kernelscope.studies.shown import Shown

from tests.experiment.support import SMALL, run, same_bits, small

ONE = Condition()
limits = st.floats(float(np.float32(1e-35)), float(np.float32(3e38)), width=32)


@given(hnp.arrays("f4", 30, elements=st.floats(width=32)), limits)
def test_a_level_errs_by_at_most_half_a_level_saturates_beyond_and_says_what_is_not_finite(
    values: np.ndarray, limit: float
) -> None:
    found = levels(values, limit)
    exact = values.astype("f8") / limit * REACH
    finite = np.isfinite(values)
    assert (found[~finite] == NOT_FINITE).all()
    # Rounded to float32 twice, so at a tie either neighbour is right.
    within = finite & (np.abs(exact) <= REACH)
    assert (np.abs(found[within] - exact[within]) <= 0.5 + 1e-4).all()
    beyond = finite & (np.abs(exact) > REACH + 0.51)
    assert (found[beyond] == np.sign(values[beyond]) * BEYOND).all()
    assert (np.abs(found[finite].astype(int)) <= BEYOND).all()


@given(hnp.arrays("f4", 10, elements=st.floats(-1, 1, width=32)))
def test_levels_are_symmetric_about_zero(values: np.ndarray) -> None:
    assert (levels(-values, 0.5) == -levels(values, 0.5)).all()
    assert levels(np.zeros(1, "f4"), 0.5) == 0


@pytest.mark.parametrize("limit", [0.0, SMALLEST / 10])
def test_without_a_scale_everything_is_level_zero(limit: float) -> None:
    assert levels(np.array([0, 1e-45, -1e-40, np.nan], "f4"), limit).tolist() == [0, 0, 0, NOT_FINITE]


def test_limits_may_differ_from_value_to_value() -> None:
    values = np.array([[1, 1, 1], [-1, 0.5, np.inf]], "f4")
    assert levels(values, np.array([1, 2, 0], "f4")).tolist() == [[126, 63, 0], [-126, 32, NOT_FINITE]]


def test_a_limit_that_is_no_float32_does_not_blank_the_picture() -> None:
    """The next round number above the largest float32 is not a float32."""
    snapshot = stacked([[3.3e38, -3.3e38]])
    shown = picture(snapshot, Scales(), 0, [], exact=False)
    limit = shown.limits["params/conv1.weight"].limit
    found = shown.tensors["params/conv1.weight"].ravel()
    assert found.tolist() == pytest.approx([3.3e38 / limit * REACH, -3.3e38 / limit * REACH], abs=0.5)


def stacked(weights: list[list[float]], condition: Condition = ONE) -> Snapshot:
    """A snapshot of one layer at step 0, with one list of weights per lane."""
    array = np.array(weights, "f4")
    params = Stack({"conv1.weight": (1, 1, 1, array.shape[1]), "conv1.bias": (1,)}, len(array))
    params["conv1.weight"][:, 0, 0, 0] = array
    return Snapshot(0, 0, (0,) * len(array), (condition,) * len(array), params, None)


def trained() -> Experiment:
    """Two lanes in which all numbers differ."""
    experiment = small(0.1, 0.2)
    run(experiment, 3)
    return experiment


def show(snapshot: Snapshot, *looked_at: Kernel, exact: bool) -> Picture:
    return picture(snapshot, Scales(), 12.5, looked_at, exact=exact)


def test_an_exact_picture_is_the_snapshot_itself() -> None:
    snapshot = snapshot_of(trained())
    shown = show(snapshot, Kernel("conv1", 0, 0), exact=True)
    assert (shown.step, shown.images_seen, shown.lane_steps, shown.time) == (3, 96, (3, 3), 12.5)
    assert shown.kernels == {}
    assert snapshot.grads is not None
    assert snapshot.updates is not None
    assert snapshot.before is not None
    expected = {f"params/{name}": array for name, array in snapshot.params.items()}
    expected |= {f"grads/{name}": array for name, array in snapshot.grads.items()}
    # So that every kernel in it can be explained without further requests.
    expected |= {f"updates/{name}": array for name, array in snapshot.updates.items()}
    expected |= {f"before/{name}": array for name, array in snapshot.before.items()}
    filters = snapshot.filters
    for quantity, of_layers in (("norms", filters.norms), ("ratios", filters.ratios)):
        expected |= {f"{quantity}/{layer}": numbers.astype("f4") for layer, numbers in of_layers.items()}
    assert shown.tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert shown.tensors[name].dtype == np.float32
        assert np.array_equal(shown.tensors[name], array)
    assert {name for name in expected if name.endswith(".weight")} == shown.limits.keys()


def test_a_picture_of_levels_has_the_levels_of_each_weights_own_limit() -> None:
    snapshot = snapshot_of(trained())
    shown = show(snapshot, exact=False)
    assert snapshot.grads is not None
    for quantity, arrays in (("params", snapshot.params), ("grads", snapshot.grads)):
        for layer in ("conv1", "conv2"):
            weight = f"{quantity}/{layer}.weight"
            found, exact = shown.tensors[weight], arrays[f"{layer}.weight"]
            assert found.dtype == np.int8
            assert found.shape == exact.shape
            assert np.array_equal(found, levels(exact, shown.limits[weight].limit))
            bias = shown.tensors[f"{quantity}/{layer}.bias"]
            assert bias.dtype == np.float32
            assert np.array_equal(bias, arrays[f"{layer}.bias"])
    assert shown.limits.keys() == {name for name in shown.tensors if name.endswith(".weight")}


def test_a_kernel_looked_at_is_exact_and_the_right_one() -> None:
    snapshot = snapshot_of(trained())
    kernel = Kernel("conv2", out=3, channel=1)
    shown = show(snapshot, kernel, exact=False).kernels
    assert snapshot.grads is not None
    assert snapshot.updates is not None
    assert shown.keys() == {kernel}
    assert shown[kernel].keys() == {"weight", "gradient", "update", "before"}
    assert snapshot.before is not None
    assert np.array_equal(shown[kernel]["before"], snapshot.before["conv2.weight"][:, 3, 1])
    assert np.array_equal(shown[kernel]["update"], snapshot.updates["conv2.weight"][:, 3, 1])
    assert np.array_equal(shown[kernel]["weight"], snapshot.params["conv2.weight"][:, 3, 1])
    assert np.array_equal(shown[kernel]["gradient"], snapshot.grads["conv2.weight"][:, 3, 1])
    assert shown[kernel]["weight"].dtype == np.float32


def test_a_filter_looked_at_comes_with_its_exact_response_to_the_image_that_is_wanted() -> None:
    wanted = Shown(frozenset({"responses", "predictions.1", "predictions.2"}))
    snapshot, kernel = snapshot_of(trained(), wanted.quantities), Kernel("conv2", out=3, channel=1)
    shown = picture(snapshot, Scales(), 0, [kernel], wanted, exact=False)
    exact = snapshot.others["responses.2"]["conv2"][:, 3]
    assert np.array_equal(shown.kernels[kernel]["responses.2"], exact)
    frames = picture_frames(1, shown, None)

    def sent(*quantities: str) -> dict[str, Tensor]:
        (frame,) = decode(frames.kernel(kernel, Shown(frozenset(quantities))))
        return frame.tensors

    of_two = sent("responses", "predictions.2")
    assert np.array_equal(of_two["responses"], exact)
    assert not np.array_equal(sent("responses", "predictions.1")["responses"], exact)
    assert sent("predictions.2").keys() == of_two.keys() - {"responses"}


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_wanted_besides_comes_on_scales_of_its_own(exact: bool) -> None:
    experiment = trained()
    wanted = Shown(frozenset({"updates", "moved", "apart.A"}), frozenset({"dense"}))
    snapshot = snapshot_of(experiment, wanted.quantities, wanted.layers)
    shown = picture(snapshot, Scales(), 0, [Kernel("dense", 9, 3)], wanted, exact=exact)
    assert snapshot.updates is not None
    for layer, shape in (("conv2", (2, 4, 3, 3, 3)), ("dense", (2, 10, 4, 3, 3))):
        for quantity, stack in {"updates": snapshot.updates, **snapshot.others}.items():
            name = f"{quantity}/{layer}.weight"
            numbers = stack[f"{layer}.weight"]
            assert numbers.shape == shape
            expected = numbers if exact else levels(numbers, shown.limits[name].limit)
            assert np.array_equal(shown.tensors[name], expected)
    limits = {shown.limits[f"{quantity}/conv2.weight"].limit for quantity in ("params", "updates", "moved", "apart.A")}
    assert len(limits) == 4
    assert "params/dense.bias" not in shown.tensors
    if not exact:
        exact_weights = snapshot.params["dense.weight"][:, 9, 3]
        assert np.array_equal(shown.kernels[Kernel("dense", 9, 3)]["weight"], exact_weights)
    others = show(snapshot_of(experiment), exact=exact).tensors
    assert [name.split("/")[0] for name in others if name.split("/")[0] in {"updates", "before", "moved"}] == (
        ["updates", "updates", "before", "before"] if exact else []
    )


@pytest.mark.parametrize("exact", [True, False])
def test_how_filters_are_oriented_is_said_of_the_picture_s_own_weights_where_it_is_wanted(exact: bool) -> None:
    experiment = trained()
    wanted = Shown(frozenset({"oriented"}))
    for snapshot in (snapshot_of(experiment, wanted.quantities), past_of(experiment, 1, wanted.quantities)):
        shown = picture(snapshot, Scales(), 0, [], wanted, exact=exact)
        for layer in ("conv1", "conv2"):
            expected = np.stack(oriented(snapshot.params[f"{layer}.weight"]), -1).astype(np.float32)
            assert np.isfinite(expected).all()
            assert np.array_equal(shown.tensors[f"oriented/{layer}"], expected)
        assert set(shown.tensors) - set(shown.names(Shown())) == {"oriented/conv1", "oriented/conv2"}
    assert not snapshot_of(experiment, {"moved"}).orientations
    assert snapshot_of(
        small(0.1, architecture=[Conv("conv1", 3, 2), *SMALL[1:]]), wanted.quantities
    ).orientations.keys() == {"conv2"}


@pytest.mark.parametrize("exact", [True, False])
def test_what_weights_were_is_drawn_on_the_scale_of_what_they_are(exact: bool) -> None:
    experiment = trained()
    experiment.lanes[0].before["conv1.weight"][:] += 1000  # far beyond the scale
    wanted = {"before", "start"}
    snapshot = snapshot_of(experiment, wanted)
    shown = picture(snapshot, Scales(), 0, [], Shown(frozenset(wanted)), exact=exact)
    assert snapshot.before is not None
    for quantity, stack in (("before", snapshot.before), ("start", snapshot.others["start"])):
        for name, numbers in stack.items():
            limit = shown.limits[f"{quantity}/{name}"]
            assert limit == shown.limits[f"params/{name}"]
            found = shown.tensors[f"{quantity}/{name}"]
            assert np.array_equal(found, numbers if exact else levels(numbers, limit.limit))
    if not exact:
        assert (shown.tensors["before/conv1.weight"][0] == BEYOND).all()
    # Numbers are exact in every picture.
    assert shown.tensors["spread/conv1"].tolist() == snapshot.spreads["conv1"].astype("f4").tolist()


def test_a_look_at_rest_holds_no_scale_for_what_was_not_wanted() -> None:
    experiment, scales = trained(), Scales()
    picture(snapshot_of(experiment), scales, 0, [], exact=True)
    run(experiment, 4)
    assert (
        picture(snapshot_of(experiment), scales, 0, [], Shown(frozenset({"updates"})), exact=False)
        .limits["updates/conv1.weight"]
        .set_at
        == 7
    )


def test_before_the_first_step_there_are_no_gradients() -> None:
    kernel = Kernel("conv1", 0, 0)
    shown = show(snapshot_of(small(0.1)), kernel, exact=False)
    assert not [name for name in shown.tensors if name.startswith("grads/")]
    assert shown.kernels[kernel].keys() == {"weight"}


@pytest.mark.parametrize("exact", [True, False])
def test_a_picture_leaves_the_snapshot_and_training_alone(exact: bool) -> None:
    experiment = trained()
    show(snapshot_of(experiment), Kernel("conv1", 1, 0), exact=exact)
    assert same_bits(snapshot_of(experiment), snapshot_of(trained()))


def test_what_is_not_finite_is_told_from_what_is_large() -> None:
    shown: Any = show(stacked([[1, 1, 1, 1], [1, np.nan, np.inf, 1e30]]), exact=False)
    assert shown.limits["params/conv1.weight"].limit == 1.2e30  # 1e30 as a float32 is a little more
    shown = show(stacked([[np.nan, np.inf, -np.inf, 0]]), exact=False)
    assert shown.tensors["params/conv1.weight"].ravel().tolist() == [NOT_FINITE] * 3 + [0]


def test_only_nothing_is_no_per_cent_and_only_all_is_a_hundred() -> None:
    shares = np.array([[0, 1e-9, 0.004, 0.505, 0.996, 1 - 1e-9, 1]])
    assert per_cent(shares).tolist() == [[0, 1, 1, 50, 99, 99, 100]]
    experiment = trained()
    shown = show(snapshot_of(experiment, responding=responding(experiment)), exact=False)
    assert shown.active_step == 3
    assert shown.tensors["active/conv2"].dtype == np.int8
    assert shown.tensors["active/conv2"].shape == (2, 4)


def test_at_rest_everybody_gets_what_explains_the_last_step() -> None:
    shown = Shown(frozenset({"updates", "moved"}))
    names = {
        exact: picture(snapshot_of(trained(), {"moved"}), Scales(), 0, [], shown, exact=exact).names(Shown())
        for exact in (True, False)
    }
    assert {"updates/conv1.weight", "before/conv1.weight"} <= set(names[True])
    assert not {"updates/conv1.weight", "before/conv1.weight"} & set(names[False])
    assert "moved/conv1.weight" not in names[True]


def test_a_lane_on_its_own_scale_uses_all_of_it() -> None:
    values = np.array([[[1, -0.5]], [[0.01, 0.005]]], "f4")
    assert lane_levels(values, [1, 0.01]).tolist() == [[[126, -63]], [[126, 63]]]


def test_symlog_levels_keep_the_sign_and_tell_small_from_large() -> None:
    values = np.array([0, 1e-3, -1e-3, 0.1, -10, 10.5, np.inf, np.nan], "f4")
    logs = np.log1p(np.array([0, 1e-3, 0.1, 10]) / 1e-3)
    small, middle, large = np.rint(126 * logs[1:] / logs[-1])
    assert symlog_levels(values, 10, 1e-3).tolist() == [0, small, -small, middle, -large, 127, NOT_FINITE, NOT_FINITE]
    assert symlog_levels(values[:5], 0, 0).tolist() == [0] * 5


def test_other_scales_come_beside_the_shared_one_and_only_to_those_who_want_them() -> None:
    snapshot = snapshot_of(trained())
    wanted = Shown(frozenset({"lanes", "symlog"}))
    shown = picture(snapshot, Scales(), 0, [], wanted, exact=False)
    name = "params/conv1.weight"
    own = [limit.limit for limit in shown.lane_limits[name]]
    assert np.array_equal(shown.tensors[f"lanes.{name}"], lane_levels(snapshot.params["conv1.weight"], own))
    assert {other for other in shown.tensors if other.startswith("symlog.")} == {
        "symlog.grads/conv1.weight",
        "symlog.grads/conv2.weight",
    }
    plain = shown.names(Shown())
    assert not [other for other in plain if other.startswith(("lanes.", "symlog."))]
    assert plain == list(picture(snapshot, Scales(), 0, [], exact=False).tensors)
    at_rest = picture(snapshot, Scales(), 0, [], wanted, exact=True)
    assert at_rest.lane_limits.keys() >= {name, "grads/conv2.weight"}
    assert not [other for other in at_rest.tensors if other.startswith(("lanes.", "symlog."))]
