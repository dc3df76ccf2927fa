"""The validation of everything that callers hand to a network, and its error messages."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from kernelscope.nn import (
    SGD,
    Adam,
    Conv,
    Cosine,
    DataParallel,
    Dense,
    Gaussian,
    Network,
    ReLU,
    StepDecay,
    apply_update,
    load_weights,
    save_weights,
    softmax_cross_entropy,
    train,
)
from kernelscope.nn.inputs import as_images
from numpy.typing import ArrayLike

ARCHITECTURE = [Conv("conv", 2, 3, padding=1), ReLU("relu"), Dense("dense", 10)]
SHAPE = (3, 6, 8)
IMAGES = np.random.default_rng(1).random((4, *SHAPE))
LABELS = np.array([3, 0, 9, 1])


def network() -> Network:
    return Network(ARCHITECTURE, SHAPE, np.random.default_rng(2))


def parallel_gradients(network: Network, images: ArrayLike, labels: ArrayLike) -> object:
    return DataParallel(network.shapes, network.dtype, 1).gradients([network], images, labels)


def parallel_losses(network: Network, images: ArrayLike, labels: ArrayLike) -> object:
    return DataParallel(network.shapes, network.dtype, 1).losses([network.params], images, labels)


def trained(network: Network, images: ArrayLike, labels: ArrayLike) -> object:
    return list(train(network, [(images, labels)], SGD(), 0.1, threads=1))


Door = Callable[[Network, ArrayLike, ArrayLike], object]
DOORS: dict[str, Door] = {
    "loss": Network.loss,
    "loss_and_gradient": Network.loss_and_gradient,
    "trace": Network.trace,
    "DataParallel.gradients": parallel_gradients,
    "DataParallel.losses": parallel_losses,
    "train": trained,
}
WITHOUT_LABELS: dict[str, Door] = {"forward": lambda network, images, labels: network.forward(images)}


def each(doors: dict[str, Door]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("door", doors.values(), ids=doors)


@each(DOORS | WITHOUT_LABELS)
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[:, :1], "got images of 1×6×8"),  # would be broadcast
        (IMAGES[..., :5], "got images of 3×6×5"),
        (np.zeros((4, 3, 6, 12)), "got images of 3×6×12"),  # would be cropped
        (np.zeros((4, 3, 9, 8)), "got images of 3×9×8"),
        (np.zeros((4, 6, 8, 3)), r"channel last; images\.transpose\(0, 3, 1, 2\)"),
        (np.zeros((4, 6, 8)), "got 3 dimensions, 4×6×8"),
        (IMAGES[0], r"a single image is images\[None\], 1×3×6×8"),
        (7.0, "got 0 dimensions, a single number"),
        (IMAGES[:0], "got none"),
        (IMAGES + 1j, "expected real numbers, got complex128"),
        (np.full(IMAGES.shape, "3"), "expected real numbers, got <U1"),
        ([[1, 2], [3]], "what NumPy can't make one of"),
    ],
)
def test_images_of_another_kind_are_refused(door: Door, images: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        door(network(), images, LABELS)


@each(DOORS)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([3, 0, -1, 1], "labels: expected whole numbers from 0 to 9, a class each, got -1"),
        ([3, 0, 10, 1], "from 0 to 9, a class each, got 10"),
        ([3, 0, 1], "expected one for each of 4 images"),
        ([3.0, 0.0, 9.0, 1.0], "expected whole numbers, got float64"),
        ([True, False, True, True], "expected whole numbers, got bool"),
        (np.eye(10)[LABELS], r"one-hot rows become labels by labels\.argmax\(axis=1\)"),
        (3, "expected one for each of 4 images"),
    ],
)
def test_labels_of_another_kind_are_refused(door: Door, labels: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        door(network(), IMAGES, labels)


@each(DOORS)
def test_what_is_refused_changes_no_weight(door: Door) -> None:
    refusing = network()
    before = refusing.params.flat.copy()
    with pytest.raises(ValueError, match="labels"):
        door(refusing, IMAGES, [3, 0, -1, 1])
    assert np.array_equal(refusing.params.flat, before)


def test_lists_and_whole_numbers_are_taken() -> None:
    pixels = (IMAGES * 255).astype(np.uint8)
    expected = network().loss(pixels.astype(np.float32), LABELS)
    assert network().loss(pixels, LABELS.astype(np.uint8)) == expected
    assert network().loss(pixels.tolist(), LABELS.tolist()) == expected
    assert np.array_equal(network().forward(pixels.tolist()), network().forward(pixels.astype(np.float32)))
    found, wanted = network().trace(pixels.tolist(), LABELS.tolist()), network().trace(pixels, LABELS)
    assert all(np.array_equal(found.gradients[name], wanted.gradients[name]) for name in wanted.gradients)


def test_what_fits_is_not_copied() -> None:
    images = IMAGES.astype(np.float32)
    assert as_images(images, SHAPE, np.dtype(np.float32)) is images


def test_an_image_that_is_not_a_number_is_not_right() -> None:
    """Class 0, which argmax returns for NaN, must not count as a prediction."""
    images = np.full((2, *SHAPE), np.nan)
    assert network().loss(images, [0, 0]).right == 0
    images[1] = 0
    certain = network()
    certain.params["dense.bias"][0] = 5
    assert certain.loss(images, [0, 0]).right == 1


def test_a_loss_asks_for_classes_that_there_are() -> None:
    with pytest.raises(ValueError, match="from 0 to 2, a class each, got -1"):
        softmax_cross_entropy(np.zeros((2, 3)), np.array([0, -1]))


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    tried = network()
    before = tried.params.flat.copy()
    with pytest.raises(ValueError, match="learning_rate: expected a finite number of at least 0"):
        list(train(tried, [(IMAGES, LABELS)], SGD(), rate, threads=1))
    loss = tried.loss_and_gradient(IMAGES, LABELS)
    with pytest.raises(ValueError, match="learning_rate"):
        apply_update(tried, SGD().begin(tried.params.flat.size, tried.dtype), loss, rate)
    assert np.array_equal(tried.params.flat, before)


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28, 1), (1, 0, 28), (1, 28.0, 28), "abc", 28, (True, 28, 28)])
def test_an_input_shape_is_three_whole_numbers(shape: object) -> None:
    with pytest.raises(ValueError, match=r"input_shape: expected three whole numbers .* \(channels, rows, cols\)"):
        Network(ARCHITECTURE, shape, np.random.default_rng(1))  # type: ignore[arg-type]


def test_an_input_shape_of_numpys_integers_is_taken() -> None:
    made = Network(ARCHITECTURE, np.array([3, 6, 8]), np.random.default_rng(2))  # type: ignore[arg-type]
    assert made.input_shape == SHAPE
    assert np.array_equal(made.params.flat, network().params.flat)


@pytest.mark.parametrize("dtype", [np.float16, np.int32, complex])
def test_a_network_computes_in_float32_or_float64(dtype: type) -> None:
    with pytest.raises(ValueError, match="dtype: expected float32 or float64"):
        Network(ARCHITECTURE, SHAPE, np.random.default_rng(1), dtype)


def test_networks_of_another_architecture_are_refused() -> None:
    other = Network([Dense("dense", 10)], SHAPE, np.random.default_rng(1))
    parallel = DataParallel(network().shapes, network().dtype, 1)
    with pytest.raises(ValueError, match="layers and dtype"):
        parallel.gradients([other], IMAGES, LABELS)


@pytest.mark.parametrize("rng", [0, None, np.random.SeedSequence(0)])
def test_a_seed_is_no_generator(rng: object) -> None:
    with pytest.raises(ValueError, match=r"rng: expected a generator as np\.random\.default_rng"):
        Network(ARCHITECTURE, SHAPE, rng)  # type: ignore[arg-type]


@each(DOORS | WITHOUT_LABELS)
def test_what_is_masked_is_not_taken_for_there(door: Door) -> None:
    with pytest.raises(ValueError, match="images: expected all numbers to be there"):
        door(network(), np.ma.masked_array(IMAGES, mask=IMAGES > 0.5), LABELS)


def test_parameters_of_another_architecture_or_dtype_are_refused() -> None:
    parallel = DataParallel(network().shapes, network().dtype, 1)
    wider = Network([Conv("conv", 2, 5, padding=2), *ARCHITECTURE[1:]], SHAPE, np.random.default_rng(2))
    for other in (wider, Network(ARCHITECTURE, SHAPE, np.random.default_rng(2), np.float64)):
        with pytest.raises(ValueError, match="that this DataParallel was made for"):
            parallel.losses([network().params, other.params], IMAGES, LABELS)


def test_a_network_that_comes_twice_is_refused() -> None:
    """The network would receive the sum of both gradients."""
    one = network()
    with pytest.raises(ValueError, match="one of them twice"):
        DataParallel(one.shapes, one.dtype, 2).gradients([one, one], IMAGES, LABELS)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((4, 3)), np.array([0]), "one for each of 4 images"),  # would be broadcast
        (np.zeros((2, 3)), np.eye(3)[:2], r"labels\.argmax"),
        (np.zeros((2, 3)), np.array([True, False]), "whole numbers, got bool"),
        (np.zeros((2, 3), int), np.array([0, 1]), r"floats .* got int64 \[2, 3\]"),
        (np.zeros(3), np.array([0, 1, 2]), r"floats .* got float64 \[3\]"),
        (np.zeros((0, 3)), np.zeros(0, int), "n at least 1"),
        ([[0.0, 1.0]], np.array([0]), "got list"),
    ],
)
def test_logits_and_labels_fit_each_other(logits: np.ndarray, labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        softmax_cross_entropy(logits, labels)


RNG = np.random.default_rng(1)
BATCHES = [(IMAGES, LABELS)]
MISTAKES: dict[str, tuple[Callable[..., Any], str]] = {
    "one layer": (
        lambda: Network(Dense("dense", 10), SHAPE, RNG),
        "architecture: expected a list of layers, got Dense",
    ),
    "no layers": (lambda: Network(None, SHAPE, RNG), "architecture: expected a list of layers, got None"),
    "dtype": (lambda: Network(ARCHITECTURE, SHAPE, RNG, "real"), "dtype: expected float32 or float64, got 'real'"),
    "seed": (lambda: Network(ARCHITECTURE, SHAPE, 1), r"rng: expected a generator as np\.random\.default_rng"),
    "std": (lambda: Gaussian("1"), "std: expected a number, got '1'"),
    "momentum": (lambda: SGD(momentum="0.9"), "momentum: expected a number, got '0.9'"),
    "epsilon": (lambda: Adam(epsilon=None), "epsilon: expected a number, got None"),
    "factor": (lambda: StepDecay(factor="half"), "factor: expected a number, got 'half'"),
    "final": (lambda: Cosine(final=[0]), r"final: expected a number, got \[0\]"),
    "rate": (lambda: list(train(network(), BATCHES, SGD(), "0.1")), "learning_rate: expected a number, got '0.1'"),
    "schedule": (lambda: list(train(network(), BATCHES, SGD(), Cosine())), "learning_rate: expected a number, got Cos"),
    "class": (lambda: list(train(network(), BATCHES, SGD, 0.1)), r"optimizer: expected SGD\(\), Adam\(\) or AdamW\(\)"),
    "layers": (lambda: list(train(ARCHITECTURE, BATCHES, SGD(), 0.1)), "network: expected a Network, got "),
    "images": (lambda: list(train(network(), None, SGD(), 0.1)), "batches: expected pairs of images and labels"),
    "threads": (lambda: list(train(network(), BATCHES, SGD(), 0.1, 1.5)), "threads: expected a whole number of at"),
    "no thread": (lambda: DataParallel(network().shapes, np.float32, 0), "threads: expected a whole number of at"),
    "whole numbers": (lambda: DataParallel(network().shapes, np.int8), "dtype: expected float32 or float64, got int8"),
    "saved": (lambda: save_weights(network(), "weights"), r"params: .* such as network\.params, got <"),
    "loaded": (lambda: load_weights("weights", network().params), r"params: .* such as network\.params, got 'weights'"),
}


@pytest.mark.parametrize(("mistaken", "message"), MISTAKES.values(), ids=MISTAKES)
def test_an_argument_of_another_kind_is_refused_by_its_name(mistaken: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mistaken()
