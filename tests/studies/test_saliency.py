"""Saliency, against PyTorch, finite differences, and a square put over the image by hand."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.nn import Conv, Dense, LayerSpec, MaxPool, Network, ReLU
from kernelscope.nn.loss import softmax
from kernelscope.studies.saliency import SaliencySubject, Square, logit_gradient

from tests.experiment.support import network_with, run, small, weights
from tests.nn.textbook import relative_error

COLOUR = (3, 10, 14)
LAYERS: list[LayerSpec] = [
    Conv("conv1", 6, 3, padding=1),
    ReLU("relu1"),
    MaxPool("pool1", 2),
    Conv("conv2", 5, (3, 2), stride=(1, 2)),
    ReLU("relu2"),
    Dense("dense", 4),
]


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


def found(experiment: Experiment, subject: SaliencySubject) -> dict[str, Any]:
    [members] = [members for members in subject.study(experiment) if members]
    return dict(members)


def network_of(dtype: str) -> tuple[Network, Any]:
    rng = np.random.default_rng(5)
    network = Network(LAYERS, COLOUR, rng, dtype)
    network.params.flat[...] = rng.standard_normal(network.params.flat.size) / 3
    return network, rng.random(COLOUR).astype(dtype)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_the_gradient_is_that_of_pytorch(dtype: str, tolerance: float) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[oracle]'")
    from tests.nn.test_torch import tensors, torch_forward

    network, image = network_of(dtype)
    for place in range(4):
        x = torch.tensor(image[np.newaxis], requires_grad=True)
        torch_forward(LAYERS, tensors(network.params), x)[0, place].backward()
        gradient = logit_gradient(network, image, place)
        assert gradient.shape == COLOUR
        assert relative_error(gradient, x.grad.numpy()[0]) < tolerance


def test_the_gradient_is_the_slope_of_the_logit() -> None:
    network, image = network_of("float64")
    gradient, epsilon = logit_gradient(network, image, 2), 1e-6
    slopes = np.zeros(COLOUR)
    for place in np.ndindex(COLOUR):
        ends = []
        for shift in (epsilon, -epsilon):
            shifted = image.copy()
            shifted[place] += shift
            ends.append(network.forward(shifted[np.newaxis])[0, 2])
        slopes[place] = (ends[0] - ends[1]) / (2 * epsilon)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-8)


def test_what_is_told_of_an_image() -> None:
    experiment = small(0.1, 0.2)
    run(experiment, 4)
    members = found(experiment, SaliencySubject("B", 13))
    network = network_with(experiment, weights(experiment)[1])
    image, label = experiment.data.test_images[13], 3
    logits = network.forward(image[np.newaxis])
    assert (members["lane_step"], members["label"], members["class"]) == (4, label, label)
    assert members["logit"] == pytest.approx(logits[0, label], rel=1e-6)
    assert members["probability"] == pytest.approx(softmax(logits)[0, label], rel=1e-6)
    gradient = array(members["gradient"])
    assert np.array_equal(gradient, logit_gradient(network, image, label))
    np.testing.assert_array_equal(array(members["product"]), (gradient * image).sum(0))
    # Every position of the square, one by one.
    occlusion = members["occlusion"]
    assert (occlusion["side"], occlusion["stride"]) == (3, 1), "a fifth of 12 pixels, as far on both sides"
    assert occlusion["fill"] == pytest.approx([experiment.data.train_images.mean()], rel=1e-6)
    answers, shares = array(occlusion["logits"]), array(occlusion["probabilities"])
    assert answers.shape == shares.shape == (12, 12)
    for row, col in np.ndindex(12, 12):
        covered = image.copy()
        covered[:, max(0, row - 1) : row + 2, max(0, col - 1) : col + 2] = np.float32(occlusion["fill"][0])
        alone = network.forward(covered[np.newaxis])
        assert answers[row, col] == pytest.approx(alone[0, label], abs=1e-6, rel=1e-6)
        assert shares[row, col] == pytest.approx(softmax(alone)[0, label], abs=1e-6)


def test_what_is_told_of_a_covered_image_is_what_pytorch_answers() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[oracle]'")
    from tests.nn.test_torch import tensors, torch_forward

    experiment = small(0.1)
    run(experiment, 4)
    members = found(experiment, SaliencySubject("A", 13))
    occlusion, reach = members["occlusion"], members["occlusion"]["side"] // 2
    covered = []
    for row, col in np.ndindex(12, 12):
        image = experiment.data.test_images[13].copy()
        image[:, max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1] = occlusion["fill"][0]
        covered.append(image)
    params = tensors(experiment.lanes[0].network.params)
    logits = torch_forward(experiment.config.architecture, params, torch.tensor(np.stack(covered)))
    expected = logits[:, members["class"]].detach().numpy().reshape(12, 12)
    assert relative_error(array(occlusion["logits"]), expected) < 1e-5


def test_the_class_is_the_label_the_prediction_or_a_given_one() -> None:
    experiment = small(0.1)
    run(experiment, 1)
    image = 17
    logits = experiment.lanes[0].network.forward(experiment.data.test_images[image][np.newaxis])[0]
    top = int(logits.argmax())
    other = (top + 1) % 10
    assert [found(experiment, SaliencySubject("A", image, of))["class"] for of in ("label", "top", other)] == [
        7,
        top,
        other,
    ]
    assert [*SaliencySubject("Z", image).study(experiment)] == []


@pytest.mark.parametrize(
    ("rows", "cols", "expected"),
    [
        (28, 28, Square(14, 14, 6, 2)),
        (8, 8, Square(8, 8, 3, 1)),
        (224, 224, Square(16, 16, 46, 14)),
        (30, 100, Square(5, 15, 7, 7)),
        (1, 1, Square(1, 1, 1, 1)),
    ],
)
def test_the_square_fits_the_image_and_covers_each_pixel(rows: int, cols: int, expected: Square) -> None:
    square = Square.of(rows, cols)
    assert square == expected
    assert square.count <= 256
    copies = square.over(np.zeros((2, rows, cols)), np.array([1.0, 2.0]), slice(0, square.count))
    assert copies.any((0, 1)).all()
    assert np.array_equal(copies[:, 1], 2 * copies[:, 0])
    middle = copies[square.cols * (square.rows // 2) + square.cols // 2, 0]
    if min(square.rows, square.cols) > 5:
        assert middle.sum() == square.side**2


def test_it_changes_no_bit_of_the_training() -> None:
    experiment, alone = small(0.1), small(0.1)
    for _ in range(3):
        run(experiment, 1)
        study = SaliencySubject("A", 2).study(experiment)
        next(study)
        run(experiment, 1)
        assert len([*study]) > 1
    run(alone, 6)
    assert np.array_equal(weights(experiment)[0], weights(alone)[0])
