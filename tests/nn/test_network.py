"""Whole networks against the textbook, and their guarantees about memory and reproducible bits."""

import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import SGD, ArchitectureError, Conv, Dense, LayerSpec, MaxPool, Network, ReLU, train
from kernelscope.nn.sequential import Sequential

from tests.nn import textbook
from tests.nn.support import (
    MASKS,
    Shape,
    architectures,
    examples,
    finite_differences,
    gradient_error,
    pattern,
    random_network,
    seeds,
)
from tests.nn.textbook import Array, relative_error

USUAL: list[LayerSpec] = [
    Conv("conv1", 4, 7, padding=3),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 6, (3, 5), padding=(1, 2)),
    ReLU("relu2"),
    MaxPool("pool2", 2),
    Dense("dense", 10),
]
SHAPE = (1, 12, 14)


def digits_like(n: int, seed: int = 1) -> tuple[Array, Array]:
    """Images with a blank background, where pool windows tie, and labels."""
    rng = np.random.default_rng(seed)
    images = np.maximum(rng.standard_normal((n, *SHAPE)), 0)
    images[:, :, :, :5] = 0
    return images, rng.integers(0, 10, n)


@given(architectures(), st.integers(1, 5), seeds)
@examples(60)
def test_loss_and_gradients_are_the_textbooks(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    network = random_network(architecture, shape, rng)
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    loss = network.loss_and_gradient(images, labels, MASKS)
    value, grads, _ = textbook.gradients(architecture, network.params, images, labels, MASKS)
    assert loss.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    assert network.grads.keys() == grads.keys()
    # One scale for all: the gradient of a single layer may be a small difference of larger numbers.
    largest = max(np.abs(grad).max() for grad in grads.values())
    for name, grad in grads.items():
        assert np.abs(network.grads[name] - grad).max() <= 1e-12 * max(largest, 1e-3), name


def test_blank_backgrounds_tie_and_still_agree() -> None:
    images, labels = digits_like(5)
    network = random_network(USUAL, SHAPE, np.random.default_rng(2))
    network.loss_and_gradient(images, labels)
    _, grads, _ = textbook.gradients(USUAL, network.params, images, labels)
    for name, grad in grads.items():
        assert relative_error(network.grads[name], grad) < 1e-12, name


@given(architectures(), st.integers(1, 2), seeds)
@examples(12)
def test_every_gradient_is_a_finite_difference(drawn: tuple[list[LayerSpec], Shape], n: int, seed: int) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    network = random_network(architecture, shape, rng)
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    network.loss_and_gradient(images, labels, MASKS)
    numeric = finite_differences(
        lambda: network.loss(images, labels, MASKS).value, network.params.flat, lambda: pattern(network, images)
    )
    assert gradient_error(network.grads.flat, numeric) < 1e-6


def test_logits_and_activations_are_the_textbooks() -> None:
    images, _ = digits_like(3)
    network = random_network(USUAL, SHAPE, np.random.default_rng(2))
    logits = network.forward(images)
    expected = textbook.forward(USUAL, network.params, images)
    assert relative_error(logits, expected[-1][:, :, 0, 0]) < 1e-12
    activations, gradients = network.trace(images)
    assert not gradients
    for spec, output in zip(USUAL, expected[1:], strict=True):
        assert relative_error(activations[spec.name], output) < 1e-12


def test_parameters_by_name_are_views_of_the_flat_arrays() -> None:
    network = Network(USUAL, SHAPE, np.random.default_rng(1))
    assert {name: param.shape for name, param in network.params.items()} == {
        "conv1.weight": (4, 1, 7, 7),
        "conv1.bias": (4,),
        "conv2.weight": (6, 4, 3, 5),
        "conv2.bias": (6,),
        "dense.weight": (10, 6 * 3 * 3),
        "dense.bias": (10,),
    }
    for named, flat in ((network.params, network.params.flat), (network.grads, network.grads.flat)):
        assert sum(array.size for array in named.values()) == flat.size
        flat[...] = np.arange(flat.size)
        assert np.array_equal(np.concatenate([array.ravel() for array in named.values()]), flat)
    # The layers compute with the same memory.
    network.params.flat.fill(0)
    network.params["dense.bias"][3] = 5
    assert network.forward(np.ones((1, *SHAPE)))[0].tolist() == [0, 0, 0, 5, 0, 0, 0, 0, 0, 0]


def test_the_loss_alone_leaves_the_gradients() -> None:
    network = Network(USUAL, SHAPE, np.random.default_rng(1))
    network.loss_and_gradient(*digits_like(4))
    before = network.grads.flat.copy()
    assert before.any()
    network.loss(*digits_like(4, seed=2))
    assert np.array_equal(network.grads.flat, before)


def test_gradient_of_a_batch_is_the_mean_over_its_images() -> None:
    images, labels = digits_like(6)
    network = random_network(USUAL, SHAPE, np.random.default_rng(2))
    one_by_one = []
    for place in range(6):
        network.loss_and_gradient(images[place : place + 1], labels[place : place + 1])
        one_by_one.append(network.grads.flat.copy())
    network.loss_and_gradient(images, labels)
    assert relative_error(network.grads.flat, np.mean(one_by_one, axis=0)) < 1e-12


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_seed_gives_the_same_bits(dtype: type[np.floating]) -> None:
    images, labels = digits_like(5)
    one, same, other = (Network(USUAL, SHAPE, np.random.default_rng(seed), dtype) for seed in (3, 3, 4))
    assert np.array_equal(one.params.flat, same.params.flat)
    assert not np.array_equal(one.params.flat, other.params.flat)
    assert one.loss_and_gradient(images, labels).value == same.loss_and_gradient(images, labels).value
    assert one.grads.flat.dtype == dtype
    assert np.array_equal(one.grads.flat, same.grads.flat)


def test_float32_is_float64_but_for_rounding() -> None:
    images, labels = digits_like(8)
    single, double = (Network(USUAL, SHAPE, np.random.default_rng(3), dtype) for dtype in (np.float32, np.float64))
    single.loss_and_gradient(images.astype(np.float32), labels)
    double.loss_and_gradient(images.astype(np.float32).astype(np.float64), labels)
    for name, grad in double.grads.items():
        assert relative_error(single.grads[name], grad) < 1e-4, name


def test_buffers_serve_batches_of_any_size() -> None:
    """An epoch's last batch is smaller: reused arrays may hold nothing of a larger one."""
    used = Network(USUAL, SHAPE, np.random.default_rng(3))
    for turn, n in enumerate((64, 16, 1, 64, 16)):
        images, labels = digits_like(n, seed=turn)
        fresh = Network(USUAL, SHAPE, np.random.default_rng(3))
        assert used.loss_and_gradient(images, labels) == fresh.loss_and_gradient(images, labels)
        assert np.array_equal(used.forward(images), fresh.forward(images))
        assert np.array_equal(used.grads.flat, fresh.grads.flat)


@pytest.mark.parametrize(
    "last", [Dense("last", 3), Conv("last", 3, (12, 14)), MaxPool("last", (12, 14)), ReLU("last")], ids=lambda s: s.type
)
def test_logits_are_not_written_over_by_the_next_batch(last: LayerSpec) -> None:
    network = Network([last], SHAPE, np.random.default_rng(1))
    first = network.forward(np.full((4, *SHAPE), 1.0))
    before = first.copy()
    network.forward(np.full((4, *SHAPE), 2.0))
    assert np.array_equal(first, before)


def test_images_that_come_in_are_left_alone() -> None:
    images, labels = digits_like(1)
    images = images.astype(np.float32)
    images.flags.writeable = False
    labels.flags.writeable = False
    network = Network(USUAL, SHAPE, np.random.default_rng(1))
    network.loss_and_gradient(images, labels)
    network.trace(images, labels)


def test_a_trace_disturbs_nothing() -> None:
    looked_at, left_alone = (Network(USUAL, SHAPE, np.random.default_rng(3)) for _ in range(2))
    for turn in range(3):
        images, labels = digits_like(40, seed=turn)
        assert looked_at.loss_and_gradient(images, labels) == left_alone.loss_and_gradient(images, labels)
        looked_at.trace(*digits_like(35, seed=turn + 9))
        assert np.array_equal(looked_at.grads.flat, left_alone.grads.flat)
        for network in (looked_at, left_alone):
            network.params.flat[...] -= network.grads.flat


def test_a_trace_is_of_the_layers_asked_for() -> None:
    images, labels = digits_like(35)
    network = random_network(USUAL, SHAPE, np.random.default_rng(2))
    whole = network.trace(images, labels)
    some = network.trace(images, labels, ["conv2", "pool1"])
    assert some.activations.keys() == some.gradients.keys() == {"conv2", "pool1"}
    for name, gradient in some.gradients.items():
        assert np.array_equal(gradient, whole.gradients[name])
        assert np.array_equal(some.activations[name], whole.activations[name])
    with pytest.raises(KeyError, match=r"expected layers of conv1, relu1, .*, got conv3"):
        network.trace(images, layers=["conv1", "conv3"])


def test_products_of_a_trace_add_up_to_the_gradient() -> None:
    """∂L/∂W = Σ over images and positions of ∂L/∂Z there × the input that the weight is multiplied by."""
    images, labels = digits_like(6)
    network = random_network(USUAL, SHAPE, np.random.default_rng(2))
    network.loss_and_gradient(images, labels)
    padded = np.pad(images, ((0, 0), (0, 0), (3, 3), (3, 3)))
    delta = network.trace(images, labels).gradients["conv1"]
    for i, j in ((0, 0), (3, 3), (6, 2)):
        met = padded[:, 0, i : i + SHAPE[1], j : j + SHAPE[2]]
        assert (delta[:, 1] * met).sum() == pytest.approx(network.grads["conv1.weight"][1, 0, i, j], rel=1e-10)


def test_infinities_are_there_to_be_seen_and_raise_no_warning() -> None:
    images, labels = digits_like(2)
    network = Network(USUAL, SHAPE, np.random.default_rng(1))
    network.params.flat.fill(3e38)
    assert not np.isfinite(network.forward(images)).all()
    assert not np.isfinite(network.trace(images, labels).activations["dense"]).all()
    assert not np.isfinite(network.loss_and_gradient(images, labels).value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_blank_background_ties_and_its_gradients_are_those_of_the_textbook(dtype: type[np.floating]) -> None:
    """Layer by layer: of a window that is all background the first place takes the gradient."""
    images = np.zeros((3, *SHAPE), dtype)
    images[:, :, 4:6, 6:9] = 1
    network = random_network(USUAL, SHAPE, np.random.default_rng(2), dtype)
    network.params.flat[...] = np.round(4 * network.params.flat) / 4  # few digits: sums are exact in any order
    network.params["conv1.bias"].fill(1)
    activations, gradients = network.trace(images, np.array([1, 2, 3]))
    windows = activations["relu1"].reshape(3, 4, 6, 2, 7, 2)
    passed = gradients["relu1"].reshape(windows.shape)
    blank = np.ptp(windows, axis=(3, 5)) == 0
    assert blank.mean() > 0.2
    assert np.array_equal(passed[:, :, :, 0, :, 0][blank], gradients["pool1"][blank])
    for down, right in ((0, 1), (1, 0), (1, 1)):
        assert not passed[:, :, :, down, :, right][blank].any()


def test_a_network_may_end_in_a_convolution() -> None:
    """Without a dense layer the last layer's outputs are the classes, channel by channel."""
    architecture: list[LayerSpec] = [ReLU("relu"), Conv("conv", 10, (12, 14))]
    images, labels = digits_like(3)
    network = random_network(architecture, SHAPE, np.random.default_rng(1))
    network.loss_and_gradient(images, labels)
    _, grads, _ = textbook.gradients(architecture, network.params, images, labels)
    assert relative_error(network.grads["conv.weight"], grads["conv.weight"]) < 1e-12


def test_an_impossible_network_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="conv2: kernel 3×5 does not fit its input 4×1×2"):
        Network([*USUAL[:3], Conv("conv2", 6, (3, 5))], (1, 2, 4), np.random.default_rng(1))


COPIES: dict[str, Callable[[Network], Network]] = {
    "copy.deepcopy": copy.deepcopy,
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_copy_trains_as_the_original_does_and_apart_from_it(
    copied: Callable[[Network], Network], dtype: type[np.floating]
) -> None:
    original = Network(USUAL, SHAPE, np.random.default_rng(1), dtype)
    original.loss_and_gradient(*digits_like(40))  # its workspace has been used
    twin = copied(original)
    assert np.array_equal(twin.grads.flat, original.grads.flat)
    batches = [digits_like(40, seed) for seed in range(3)]
    of_twin = list(train(twin, batches, SGD(), 0.1, threads=2))
    assert not np.array_equal(twin.params.flat, original.params.flat)
    assert of_twin == list(train(original, batches, SGD(), 0.1, threads=2))
    assert np.array_equal(twin.params.flat, original.params.flat)
    assert np.array_equal(twin.forward(batches[0][0]), original.forward(batches[0][0]))


def test_a_layer_at_work_cannot_be_copied() -> None:
    """The layers' arrays are views of one another, and would not be in a copy."""
    run = Sequential(Network(USUAL, SHAPE, np.random.default_rng(1)).shapes, 4, np.dtype(np.float32))
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="conv1: a layer at work can't be copied or pickled"):
            attempt(run.layers[0])
    with pytest.raises(TypeError, match="conv1: a layer at work"):
        copy.deepcopy(run)
