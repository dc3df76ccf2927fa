"""The quantities of a snapshot besides weights and gradients."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig, kernel_shapes
from kernelscope.experiment import keyframes as keyframes_module
from kernelscope.experiment.place import Weight
from kernelscope.nn import Conv, Dense, LayerSpec, ReLU, infer_shapes
from kernelscope.picture.picture import picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import Snapshot, past_of, snapshot_of
from kernelscope.studies.health import responding
from kernelscope.studies.shown import Shown
from kernelscope.studies.truth import match

from tests.experiment.support import run, same_bits, small, weights


def test_dense_weights_are_kernels_as_large_as_the_maps_that_they_see() -> None:
    layers: list[LayerSpec] = [Conv("conv", 3, 5), ReLU("relu"), Dense("hidden", 7), ReLU("relu2"), Dense("out", 10)]
    shapes = kernel_shapes(infer_shapes(layers, (2, 9, 8)))
    assert shapes == {"conv": (3, 2, 5, 5), "hidden": (7, 3, 5, 4), "out": (10, 7, 1, 1)}


def test_a_dense_weight_stands_where_its_input_did() -> None:
    """A unit's response is the sum of map × kernel over all maps, which fixes the order of the numbers."""
    experiment = small(0.1)
    run(experiment, 2)
    images = experiment.data.test_images[:5]
    network = experiment.lanes[0].network
    maps = network.trace(images).activations["pool2"]
    kernels = snapshot_of(experiment, layers={"dense"}).params["dense.weight"][0]
    expected = np.einsum("nirc,oirc->no", maps, kernels) + network.params["dense.bias"]
    np.testing.assert_allclose(network.trace(images).activations["dense"][:, :, 0, 0], expected, rtol=1e-4, atol=1e-5)


def made(steps: int) -> Experiment:
    experiment = small(0.1, 0.2)
    run(experiment, steps)
    return experiment


def test_updates_and_differences_are_what_they_say() -> None:
    experiment = made(0)
    initial, *_ = weights(experiment)
    run(experiment, 3)
    before = snapshot_of(experiment, layers={"dense"})
    run(experiment, 1)
    now = snapshot_of(experiment, {"moved", "apart.B"}, {"dense"})
    start = snapshot_of(small(0.1, 0.2), layers={"dense"})
    assert now.updates is not None
    assert now.others.keys() == {"moved", "apart.B"}
    assert now.updates.keys() == {"conv1.weight", "conv2.weight", "dense.weight"}
    assert now.updates.keys() == now.others["moved"].keys()
    for name, update in now.updates.items():
        np.testing.assert_allclose(update, now.params[name] - before.params[name], rtol=1e-3, atol=1e-7)
        np.testing.assert_array_equal(now.others["moved"][name], now.params[name] - start.params[name])
        np.testing.assert_array_equal(now.others["apart.B"][name], now.params[name] - now.params[name][1])
    assert not now.others["apart.B"]["dense.weight"][1].any()
    np.testing.assert_array_equal(experiment.initial(experiment.lanes[0]).flat, initial)


def test_before_the_first_step_there_are_no_updates() -> None:
    snapshot = snapshot_of(made(0), {"moved", "apart.nobody"})
    assert snapshot.updates is None
    assert snapshot.others.keys() == {"moved"}
    assert not snapshot.others["moved"].flat.any()
    assert snapshot.filters.ratios == {}
    assert snapshot.filters.active_step is None


def test_the_start_stays_the_start_after_a_restart_and_another_seed() -> None:
    experiment = made(0)
    experiment.reset(seed=8)
    start = weights(experiment)[0]
    run(experiment, 3)
    other = made(1)
    other.restore(experiment.checkpoint())
    np.testing.assert_array_equal(other.initial(other.lanes[0]).flat, start)
    mine, its = snapshot_of(experiment, {"moved"}), snapshot_of(other, {"moved"})
    assert same_bits(mine, its)
    np.testing.assert_array_equal(mine.others["moved"].flat, its.others["moved"].flat)
    assert mine.updates is not None
    assert its.updates is not None
    np.testing.assert_array_equal(mine.updates.flat, its.updates.flat)


def test_before_the_update_is_what_was_stored_also_after_a_change_by_hand_and_a_restart() -> None:
    experiment = made(2)
    stored = [lane.copy() for lane in weights(experiment)]
    run(experiment, 1)
    experiment.set_weight("A", Weight("conv1", 1, 0, 2, 1), 2.0)
    other = made(1)
    other.restore(experiment.checkpoint())
    place = experiment.lanes[0].network.params.places["conv1.weight"]
    for one in (experiment, other):
        now = snapshot_of(one)
        assert now.before is not None
        assert now.updates is not None
        assert now.params["conv1.weight"][0, 1, 0, 2, 1] == 2
        for lane, before in enumerate(stored):
            np.testing.assert_array_equal(now.before["conv1.weight"][lane].ravel(), before[place])
        # Changing a filter's weights afterwards does not change its last update.
        first = stored[0][place].reshape(now.updates["conv1.weight"][0].shape)[1]
        expected = np.linalg.norm(now.updates["conv1.weight"][0, 1]) / np.linalg.norm(first)
        assert now.filters.ratios["conv1"][0, 1] == pytest.approx(expected, rel=1e-6)


def test_a_lane_that_has_diverged_keeps_the_ratio_of_its_last_update() -> None:
    experiment = small(0.1, 0.2)
    run(experiment, 2)
    experiment.set_learning_rate("B", 1e12)  # the update absorbs the weights in float32
    run(experiment, 1)
    filters = snapshot_of(experiment).filters.ratios["conv1"][1].copy()
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 1)
    assert experiment.lanes[1].stopped
    now = snapshot_of(experiment)
    assert now.lane_steps == (4, 3)
    assert np.isfinite(filters).all()
    assert (filters > 1e6).any()
    np.testing.assert_array_equal(now.filters.ratios["conv1"][1], filters)


def test_the_start_and_the_spread_of_the_weights_are_exact() -> None:
    experiment = made(0)
    start = snapshot_of(experiment, layers={"dense"}).params
    run(experiment, 3)
    experiment.set_weight("B", Weight("conv2", 0, 0, 0, 0), 50.0)
    now = snapshot_of(experiment, {"start"}, {"dense"})
    assert now.others["start"].flat.shape == (1, now.others["start"].flat.shape[1]), "all lanes have the same"
    assert now.spreads.keys() == {"conv1", "conv2", "dense"}
    for layer, spread in now.spreads.items():
        name = f"{layer}.weight"
        np.testing.assert_array_equal(now.others["start"][name][0], start[name][0])
        for row, values in zip(spread, [start[name][0], *now.params[name]], strict=True):
            exact = values.astype(np.float64)
            assert row == pytest.approx([exact.mean(), exact.std()], rel=1e-9)
    assert snapshot_of(experiment).spreads == {}


def test_filters_have_norms_ratios_and_responses() -> None:
    experiment = made(2)
    experiment.lanes[1].network.params["conv2.bias"][0] = -1e6
    seen = responding(experiment)
    filters = snapshot_of(experiment, responding=seen).filters
    assert filters.norms.keys() == filters.ratios.keys() == filters.active.keys() == {"conv1", "conv2"}
    weight = experiment.lanes[1].network.params["conv1.weight"]
    update = experiment.lanes[1].last_update["conv1.weight"]
    assert filters.norms["conv1"].shape == (2, 3)
    assert filters.norms["conv1"][1, 2] == pytest.approx(np.linalg.norm(weight[2]))
    assert filters.ratios["conv1"][1, 2] == pytest.approx(
        np.linalg.norm(update[2]) / np.linalg.norm(weight[2] - update[2]), rel=1e-4
    )
    assert filters.active["conv2"][1, 0] == 0
    assert (filters.active["conv2"][0] > 0).all()
    run(experiment, 1)
    assert snapshot_of(experiment, responding=seen).filters.active_step == 2


EVERYTHING = {"moved", "apart.A", "apart.C", "oriented"}
LANES: list[dict[str, Any]] = [
    {"learning_rate": 0.1, "optimizer": {"type": "sgd", "momentum": 0.9}},
    {"learning_rate": 0.01, "optimizer": {"type": "adam"}},
    {"learning_rate": 0.1},
]
DIVERGES = 10
"""The step at which the third lane diverges."""


def watched(steps: int) -> tuple[Experiment, list[Snapshot]]:
    """Momentum, Adam and a diverging lane, with the snapshot after each step."""
    experiment = small(lanes=LANES)
    seen = [snapshot_of(experiment, EVERYTHING, {"dense"})]
    for step in range(1, steps + 1):
        experiment.set_learning_rate("C", 1e39 if step == DIVERGES else 0.1)
        run(experiment, 1)
        seen.append(snapshot_of(experiment, EVERYTHING, {"dense"}, responding(experiment)))
        assert seen[-1].images_seen == experiment.images_seen
    assert experiment.lanes[2].stopped == (steps >= DIVERGES)
    return experiment, seen


def tensors(snapshot: Snapshot) -> dict[str, bytes]:
    """The whole contents, bit for bit."""
    filters = {"norms": snapshot.filters.norms, "ratios": snapshot.filters.ratios, "active": snapshot.filters.active}
    stacks = dict(snapshot.quantities({"updates", "before"})) | {"oriented": snapshot.orientations}
    return {
        f"{quantity}/{name}": array.tobytes() for quantity, arrays in (stacks | filters).items()
        for name, array in arrays.items()
    }  # fmt: skip


def expect(past: Snapshot, live: Snapshot) -> None:
    """The two are equal, except for what is not recorded."""
    assert past.filters.active == {}
    assert past.filters.active_step is None
    live = replace(live, filters=replace(live.filters, active={}))
    assert (past.step, past.images_seen, past.lane_steps) == (live.step, live.images_seen, live.lane_steps)
    assert (past.grads is None, past.updates is None) == (past.step == 0, past.step == 0)
    assert tensors(past) == tensors(live)


def test_every_step_is_shown_later_as_it_was() -> None:
    experiment, seen = watched(15)
    assert experiment.kept == list(range(16))
    before = experiment.checkpoint()
    for live in seen:
        expect(past_of(experiment, live.step, EVERYTHING, {"dense"}), live)
    assert past_of(experiment, 15).lane_steps == (15, 15, 9)
    assert len({str(tensors(live)) for live in seen}) == 16, "else it proves nothing"
    assert {name.split("/")[0] for name in tensors(past_of(experiment, 9, ["moved"]))} == {
        "params", "grads", "updates", "before", "moved", "norms", "ratios",
    }  # fmt: skip
    expect(past_of(experiment, 10**30, EVERYTHING, {"dense"}), seen[-1])
    assert experiment.checkpoint() == before


def test_of_a_step_that_is_not_kept_the_last_before_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframes_module, "MOST", 6)
    experiment, seen = watched(15)
    assert experiment.lanes[0].keyframes.stride == 4
    assert experiment.lanes[2].keyframes.steps == [0, 2, 4, 6, 8], "it was not there when it became too many"
    assert experiment.kept == [0, 2, 4, 6, 8, 12, 15]
    for asked, shown in ((0, 0), (3, 2), (4, 4), (9, 8), (14, 12), (15, 15)):
        past = past_of(experiment, asked, EVERYTHING, {"dense"})
        assert past.step == shown
        assert past.images_seen == seen[shown].images_seen
        if past.lane_steps == seen[shown].lane_steps:
            expect(past, seen[shown])
    assert past_of(experiment, 7).lane_steps == (4, 4, 6), "each lane's own"
    assert past_of(experiment, 14).lane_steps == (12, 12, 9), "as it stopped"


def test_a_weight_changed_by_hand_shows_in_what_is_now() -> None:
    experiment, _ = watched(3)
    before = past_of(experiment, 3).params["conv1.weight"].copy()
    experiment.lanes[0].network.params["conv1.weight"].fill(7)
    assert (past_of(experiment, 3).params["conv1.weight"][0] == 7).all()
    run(experiment, 1)
    assert np.array_equal(past_of(experiment, 3).params["conv1.weight"], before)


def test_what_was_seen_before_a_restart_can_be_seen_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyframes_module, "MOST", 6)
    experiment, seen = watched(15)
    size = experiment.lanes[0].network.params.flat.size
    monkeypatch.setattr(keyframes_module, "LASTING_BYTES", 5 * keyframes_module.BYTES * size)
    other = small(lanes=LANES)
    other.restore(experiment.checkpoint())
    assert [lane.keyframes.steps for lane in other.lanes] == [[0, 4, 8, 12, 15]] * 2 + [[0, 2, 4, 6, 8, 9]]
    for step in (0, 4, 8, 12, 15):
        expect(past_of(other, step, EVERYTHING, {"dense"}), seen[step])
    run(experiment, 1), run(other, 1)
    assert [lane.keyframes.steps[-2:] for lane in other.lanes] == [[15, 16], [15, 16], [8, 9]]
    assert other.checkpoint() == experiment.checkpoint()
    monkeypatch.setattr(keyframes_module, "LASTING_BYTES", 0)
    other.restore(experiment.checkpoint())
    assert other.kept == [9, 16]
    none_before = past_of(other, 3)
    assert (none_before.step, none_before.lane_steps) == (9, (16, 16, 9)), "the first that there is"


def test_lanes_that_came_later_or_are_copies_have_their_own_past() -> None:
    experiment, seen = watched(5)
    a, b, _ = [lane.config for lane in experiment.lanes]
    copy, new = a.model_copy(update={"id": "D"}), b.model_copy(update={"id": "E"})
    newcomers = experiment.newcomers([new])
    run(newcomers, 5)
    while experiment.evaluating or newcomers.evaluating:
        experiment.evaluate(), newcomers.evaluate()
    experiment.arrange([b, copy, a, new], ["B", "A", "A", None], newcomers)
    past = past_of(experiment, 3).params["conv1.weight"]
    then = seen[3].params["conv1.weight"]
    assert np.array_equal(past, then[[1, 0, 0, 1]])


def test_the_truth_is_matched_with_the_weights_of_the_step_that_is_shown() -> None:
    """Live and at an earlier step; of data that was not made with known kernels, and for others, there is none."""
    config = ExperimentConfig(dataset="planted", lanes=[{"learning_rate": 0.01}, {"learning_rate": 0.1}])
    data = datasets.glimpse("planted")
    experiment = Experiment(config, data, threads=1)
    live = []
    for step in (0, 1):
        run(experiment, step)
        live.append(snapshot_of(experiment, {"truth"}))
    weights = experiment.lanes[1].network.params["conv1.weight"]
    found = match(weights, data.truth)
    assert np.array_equal(live[1].matches["conv1"][1], np.stack([found.alike, found.known], -1), equal_nan=True)
    assert np.array_equal(live[1].others["truth"]["conv1.weight"][1], found.aligned.astype(np.float32))
    assert live[1].others["truth"]["conv1.weight"].shape == (2, 12, 3, 7, 7)
    past = past_of(experiment, 0, {"truth"})
    assert np.array_equal(past.matches["conv1"], live[0].matches["conv1"], equal_nan=True)
    shown = picture(live[1], Scales(), 0, [], Shown(frozenset({"truth"})), exact=False)
    assert set(shown.tensors) - set(shown.names(Shown())) == {"truth/conv1", "truth/conv1.weight"}
    assert (shown.tensors["truth/conv1"].dtype, shown.tensors["truth/conv1.weight"].dtype) == (np.float32, np.int8)
    assert not snapshot_of(experiment).matches
    assert not snapshot_of(small(0.1), {"truth"}).matches
