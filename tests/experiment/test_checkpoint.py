"""A restored experiment continues bit for bit; bytes that are not a checkpoint are refused."""

import gc
import io
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from kernelscope.experiment import CheckpointError, Experiment
from kernelscope.experiment.checkpoint import pack, unpack
from kernelscope.nn import Conv, Dense, He, LayerSpec, MaxPool, ReLU
from kernelscope.picture.snapshot import snapshot_of
from safetensors.numpy import load

from tests.experiment.support import bars, run, same_bits, small, weights
from tests.nn.support import examples, optimizers, seeds

DATA = bars()


@st.composite
def architectures(draw: st.DrawFn) -> list[LayerSpec]:
    """One or two conv layers, each optionally with a ReLU and a pool, and a dense layer."""
    layers: list[LayerSpec] = []
    for number in range(draw(st.integers(1, 2))):
        kernel = draw(st.sampled_from([1, 3, 5]))
        layers.append(Conv(f"conv{number}", draw(st.integers(1, 3)), kernel, padding=kernel // 2, init=He()))
        layers += draw(st.sampled_from([[], [ReLU(f"r{number}")], [ReLU(f"r{number}"), MaxPool(f"p{number}", 2)]]))
    return [*layers, Dense("dense", 10)]


def diverge(experiment: Experiment) -> None:
    experiment.lanes[0].network.params["dense.weight"].fill(np.inf)


def collapse(experiment: Experiment) -> None:
    experiment.lanes[0].network.params["conv0.bias"].fill(-1000)


def evaluate(experiment: Experiment) -> None:
    experiment.evaluate()


def another_rate(experiment: Experiment) -> None:
    experiment.set_learning_rate("A", 0.003)


def another_seed(experiment: Experiment) -> None:
    experiment.reset(7)


def two_steps(experiment: Experiment) -> None:
    run(experiment, 2)


events = st.lists(st.sampled_from([diverge, collapse, evaluate, another_rate, another_seed, two_steps]), max_size=6)
lanes = st.lists(st.builds(lambda rate, optimizer: {"learning_rate": rate, "optimizer": optimizer},
                           st.sampled_from([0.01, 0.3]), optimizers), min_size=1, max_size=3)  # fmt: skip


def happens(experiment: Experiment) -> str:
    """All further records and evaluations as text, which shows every bit of a float and in which NaN equals NaN."""
    found: list[Any] = [experiment.advance() for _ in range(4)]
    while experiment.evaluating:
        found += experiment.evaluate()
    return repr(found)


@examples(25)
@given(architectures(), lanes, st.integers(1, 5), seeds, events, events)
def test_an_experiment_restored_goes_on_bit_for_bit(
    architecture: list[LayerSpec],
    lanes: list[dict[str, Any]],
    test_every: int,
    seed: int,
    past: list[Callable[[Experiment], None]],
    other_past: list[Callable[[Experiment], None]],
) -> None:
    original, restored = (
        small(architecture=architecture, lanes=lanes, test_every=test_every, seed=seed, data=DATA) for _ in range(2)
    )
    for event in past:
        event(original)
    for event in other_past:
        event(restored)
    checkpoint = original.checkpoint()
    restored.restore(checkpoint)
    assert restored.checkpoint() == checkpoint
    assert (restored.step, restored.images_seen, restored.seed) == (original.step, original.images_seen, original.seed)
    assert [lane.condition for lane in restored.lanes] == [lane.condition for lane in original.lanes]
    assert [lane.gradient.flat.tobytes() for lane in restored.lanes] == [
        lane.gradient.flat.tobytes() for lane in original.lanes
    ]
    assert happens(restored) == happens(original)
    assert restored.checkpoint() == original.checkpoint()
    restored.reset()
    original.reset()
    assert restored.checkpoint() == original.checkpoint()


def test_in_the_middle_of_everything() -> None:
    """One lane diverged, one collapsed, one with a new rate; another seed; amid an evaluation and an epoch."""
    original = small(0.1, 0.1, 0.1, test_every=4, data=DATA)
    original.reset(11)
    run(original, 2)
    original.set_learning_rate("A", 0.3)
    diverge(original)
    original.lanes[1].network.params["conv1.bias"].fill(-1000)
    original.set_learning_rate("C", 0.05)
    run(original, 2)
    assert [lane.condition.status for lane in original.lanes] == ["diverged", "collapsed", "training"]
    original.evaluate()
    assert original.evaluating
    restored = small(0.1, 0.1, 0.1, test_every=4, data=DATA)
    restored.restore(original.checkpoint())
    assert restored.evaluating
    assert same_bits(snapshot_of(restored), snapshot_of(original))
    assert [lane.config.learning_rate for lane in restored.lanes] == [0.3, 0.1, 0.05]
    assert happens(restored) == happens(original)
    assert all(map(np.array_equal, weights(restored), weights(original)))


def test_a_checkpoint_is_not_changed_by_what_comes_after() -> None:
    experiment = small(0.1)
    run(experiment, 3)
    checkpoint = experiment.checkpoint()
    first = happens(experiment)
    experiment.restore(checkpoint)
    assert happens(experiment) == first


def test_a_checkpoint_of_before_there_were_keyframes_in_it_goes_on_the_same() -> None:
    original, restored = small(0.1, 0.2, data=DATA), small(0.1, 0.2, data=DATA)
    run(original, 5)
    state = unpack(original.checkpoint())
    for lane in state["lanes"]:
        del lane["keyframes"], lane["before"]
    restored.restore(pack(state))
    assert restored.kept == [5]
    for mine, its in zip(restored.lanes, original.lanes, strict=True):
        np.testing.assert_allclose(mine.before.flat, its.before.flat, atol=1e-6)
    assert happens(restored) == happens(original)
    assert restored.kept == [5, 6, 7, 8, 9]
    assert all(map(np.array_equal, weights(restored), weights(original)))


TWO_LANES = small(0.1, 0.2, data=DATA)
SMALL_CHECKPOINT = TWO_LANES.checkpoint()


@examples(400)
@given(st.data())
def test_damaged_bytes_are_refused_in_words_or_harmless(data: st.DataObject) -> None:
    damaged = bytearray(SMALL_CHECKPOINT)
    where = st.integers(0, 200) | st.integers(0, len(damaged) - 1)
    for place in data.draw(st.lists(where, min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.just(len(damaged)) | st.integers(0, len(damaged))) :]
    with suppress(CheckpointError):
        TWO_LANES.restore(bytes(damaged))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_refused(data: bytes) -> None:
    with pytest.raises(CheckpointError, match="expected a checkpoint"):
        unpack(data)


any_tree = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.floats(allow_nan=False) | st.text(max_size=5)
    | hnp.arrays(st.sampled_from(["f4", "f8", "i8"]), hnp.array_shapes(min_dims=0, max_dims=2, max_side=3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def same(one: Any, other: Any) -> bool:
    match one:
        case np.ndarray():
            return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())
        case dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list():
            return len(one) == len(other) and all(map(same, one, other))
        case _:
            return bool(type(one) is type(other) and one == other)


@given(any_tree)
def test_what_is_packed_is_unpacked(tree: Any) -> None:
    assert same(unpack(pack(tree)), tree)


def test_arrays_whose_keys_read_alike_are_told_apart() -> None:
    tree = {"a": {"b": np.zeros(2)}, "a.b": np.ones(2), ".a.b": np.full(2, 2.0), "__metadata__": np.full(3, 3.0)}
    assert same(unpack(pack(tree)), tree)


def test_what_is_neither_json_nor_a_known_array_is_not_packed() -> None:
    with pytest.raises(TypeError, match="expected an array of float32, float64, int32, int64, got bool"):
        pack({"array": np.zeros(2, bool)})


def test_whoever_knows_safetensors_can_read_it() -> None:
    experiment = small(0.1, 0.2, data=DATA)
    run(experiment, 2)
    arrays = load(experiment.checkpoint())
    for place, flat in enumerate(weights(experiment)):
        assert np.array_equal(arrays[f"lanes.{place}.params"], flat)
        assert np.array_equal(arrays[f"lanes.{place}.keyframes.weights"][-1], flat)


def test_packing_leaves_nothing_to_the_garbage_collector() -> None:
    """The collector runs so rarely that a worker would keep the bytes of a hundred checkpoints."""
    left = []
    gc.collect()
    gc.freeze()  # what there is already isn't gone through each time
    gc.disable()
    try:
        for _ in range(5):  # threads of earlier tests may leave something, but not each time
            gc.collect()
            unpack(pack({"array": np.zeros(3), "list": [1]}))
            left.append(gc.collect())
    finally:
        gc.enable()
        gc.unfreeze()
    assert 0 in left


@examples(100)
@given(any_tree, st.sampled_from(["seed", "step", "images_seen", "batches", "lanes", "evaluations"]))
def test_a_tree_that_is_no_experiment_is_refused_or_harmless(tree: Any, part: str) -> None:
    with pytest.raises(CheckpointError):
        TWO_LANES.restore(pack(tree))
    state = unpack(SMALL_CHECKPOINT)
    state[part] = tree
    with suppress(CheckpointError):
        TWO_LANES.restore(pack(state))


@examples(100)
@given(any_tree, st.sampled_from(["stride", "steps", "weights", "gradients", "updates", "befores", None]))
def test_keyframes_that_are_none_are_refused_or_harmless(tree: Any, part: str | None) -> None:
    state = unpack(SMALL_CHECKPOINT)
    lane = state["lanes"][0]
    lane["keyframes"] = lane["keyframes"] | {part: tree} if part else tree
    with suppress(CheckpointError):
        TWO_LANES.restore(pack(state))


@pytest.mark.parametrize("increment", [-1, 2**200, "one", None])
def test_a_random_state_that_is_none_is_refused(increment: Any) -> None:
    state = unpack(SMALL_CHECKPOINT)
    state["batches"]["rng"]["state"]["inc"] = increment
    with pytest.raises(CheckpointError, match="does not fit"):
        TWO_LANES.restore(pack(state))


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state["lanes"][0].update(params=0.5),
        lambda state: state["lanes"][0].update(params=np.zeros(1, np.float32)),
        lambda state: state["lanes"][0].update(params=state["lanes"][0]["params"].astype(np.int64)),
        lambda state: state["lanes"][0].update(steps=1.5),
        lambda state: state["lanes"][0].update(since="x"),
        lambda state: state.update(step="5"),
        lambda state: state.update(step=-1),
        lambda state: state.update(edits=None),
        lambda state: state.update(wanted={"lanes": [], "copies": {}}),
        lambda state: state.update(wanted={"lanes": [{"id": "A", "learning_rate": 0.1}] * 2, "copies": {}}),
        lambda state: state.update(wanted={"lanes": [{"id": "A", "learning_rate": 0.1}], "copies": ["A"]}),
    ],
)
def test_what_fits_by_its_form_alone_is_refused(damage: Callable[[Any], None]) -> None:
    """It would be trained on, or end the worker later, or make a configuration that the store cannot read again."""
    state = unpack(SMALL_CHECKPOINT)
    damage(state)
    with pytest.raises(CheckpointError, match="does not fit"):
        TWO_LANES.restore(pack(state))


@pytest.mark.parametrize(
    "other",
    [
        small(0.1),
        small(0.1, 0.2, 0.3),
        small(0.1, 0.2, architecture=[Dense("dense", 10)]),
        small(0.1, 0.2, architecture=[Conv("conv1", 2, 5), Dense("dense", 10)]),
        small(lanes=[{"learning_rate": 0.1, "optimizer": {"type": "adam"}}] * 2),
    ],
    ids=["fewer lanes", "more lanes", "no conv layer", "another network", "another optimizer"],
)
def test_a_checkpoint_of_another_configuration_is_refused(other: Experiment) -> None:
    with pytest.raises(CheckpointError, match="of this configuration"):
        other.restore(SMALL_CHECKPOINT)


class Bomb:
    """Unpickling it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("where", ["alone", "as a file of one array", "in the archive"])
def test_no_pickle_is_ever_loaded(tmp_path: Path, where: str) -> None:
    bomb = np.array(Bomb(tmp_path / "exploded"), dtype=object)
    file = io.BytesIO()
    match where:
        case "alone":
            file.write(pickle.dumps(bomb))
        case "as a file of one array":
            np.save(file, bomb, allow_pickle=True)
        case _:
            np.savez(file, tree=np.array('{"seed": {"$array": "arr_0"}}'), allow_pickle=True, arr_0=bomb)
    with pytest.raises(CheckpointError):
        unpack(file.getvalue())
    assert not any(tmp_path.iterdir())
