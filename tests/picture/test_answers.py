"""What lanes make of an image: the numbers of their own forward and backward pass."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import pytest
from kernelscope.datasets import Dataset
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.hosting.views import LayerView
from kernelscope.nn import Conv, Dense, MaxPool, Tanh
from kernelscope.nn.loss import softmax
from kernelscope.picture import answers as answers_module
from kernelscope.picture.answers import responding_layers
from kernelscope.picture.picture import levels, picture
from kernelscope.picture.scale import Scales, drawn_as
from kernelscope.picture.snapshot import past_of, snapshot_of
from kernelscope.studies.shown import Shown

from tests.experiment.support import Array, bars, network_with, run, small
from tests.nn.textbook import relative_error

WANTED = Shown(frozenset({"responses"}))
COLOURED = [
    Conv("edges", 4, 3, stride=2),  # with a pool before its activation
    MaxPool("pool1", 2),
    Tanh("tanh1"),
    Conv("linear", 3, 2),  # with no activation at all
    Dense("dense", 10),
]


def own(params: Array, experiment: object, image: int) -> tuple[Array, dict[str, Array]]:
    """A network's own probabilities and activations."""
    network = network_with(experiment, params)  # type: ignore[arg-type]
    pixels = experiment.data.test_images[image : image + 1]  # type: ignore[attr-defined]
    return softmax(network.forward(pixels))[0], network.trace(pixels).activations


@pytest.mark.parametrize("exact", [True, False])
def test_predictions_and_responses_are_those_of_the_network_itself(exact: bool) -> None:
    experiment = small(0.1, 0.5)
    run(experiment, 3)
    wanted = WANTED.of_image(7).of_image(42)
    snapshot = snapshot_of(experiment, wanted.quantities)
    shown = picture(snapshot, Scales(), 0, [], wanted, exact=exact)
    for image in (7, 42):
        for place, lane in enumerate(experiment.lanes):
            probabilities, activations = own(lane.network.params.flat, experiment, image)
            found = shown.tensors[f"predictions.{image}/probabilities"]
            assert (found.dtype, found.shape) == (np.float32, (2, 10))
            assert np.array_equal(found[place], probabilities)
            for layer, relu in (("conv1", "relu1"), ("conv2", "relu2")):
                responses = shown.tensors[f"responses.{image}/{layer}"][place]
                limit = shown.limits[f"responses.{image}/{layer}"].limit
                expected = activations[relu][0]
                assert expected.any()
                assert np.array_equal(responses, expected if exact else levels(expected, limit))
    names = shown.names(Shown().of_image(42))
    assert [name for name in names if "." in name.partition("/")[0]] == ["predictions.42/probabilities"]
    assert "responses.7/conv1" in shown.names(WANTED.of_image(7))
    assert not any(name.startswith("predictions") for name in shown.names(WANTED))


def coloured() -> Dataset:
    grey = bars()
    shades = np.array([1, 0.6, 0.2], np.float32)[:, np.newaxis, np.newaxis]
    return replace(
        grey, name="coloured", train_images=grey.train_images * shades, test_images=grey.test_images * shades
    )


@pytest.mark.parametrize("exact", [True, False])
def test_responses_and_gradients_of_the_loss_are_those_of_pytorch(exact: bool) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[oracle]'")
    from tests.nn.test_torch import tensors, torch_forward

    experiment = small(0.1, 0.3, data=coloured(), architecture=COLOURED)
    run(experiment, 2)
    wanted = Shown(frozenset({"responses", "sensitivities", "input_gradient"})).of_image(9)
    snapshot = snapshot_of(experiment, wanted.quantities)
    shown = picture(snapshot, Scales(), 0, [], wanted, exact=exact)
    for place, lane in enumerate(experiment.lanes):
        params = tensors(lane.network.params)
        x = torch.tensor(experiment.data.test_images[9:10], requires_grad=True)
        ends = {layer: [spec.name for spec in COLOURED].index(layer) + 1 for layer in ("edges", "linear")}
        z = {layer: torch_forward(COLOURED[:end], params, x) for layer, end in ends.items()}
        for layer, end in {"edges": 3, "linear": 4}.items():  # a response is the output of the activation, if any
            response = torch_forward(COLOURED[:end], params, x).detach().numpy()[0]
            assert relative_error(snapshot.others["responses.9"][layer][place], response) < 1e-5
        label = torch.tensor(experiment.data.test_labels[9:10])
        for layer, end in ends.items():  # each in a pass of its own, with the pool and the ReLU behind it
            z[layer].retain_grad()
            logits = torch_forward(COLOURED[end:], params, z[layer])
            torch.nn.functional.cross_entropy(logits, label).backward(retain_graph=True)
            expected = z[layer].grad.numpy()[0]
            assert expected.any()
            found = snapshot.others["sensitivities.9"][layer][place]
            assert relative_error(found, expected) < 1e-5
            name = f"sensitivities.9/{layer}"
            drawn = found if exact else levels(found, shown.limits[name].limit)
            assert np.array_equal(shown.tensors[name][place], drawn)
        x.grad = None
        torch.nn.functional.cross_entropy(torch_forward(COLOURED, params, x), label).backward()
        gradient = shown.tensors["predictions.9/gradient"]  # exact while training runs, too
        assert (gradient.dtype, gradient.shape) == (np.float32, (2, 3, 12, 12))
        assert relative_error(gradient[place], x.grad.numpy()[0]) < 1e-5


def test_gradients_of_the_loss_come_to_those_who_want_them_and_of_images_with_a_class() -> None:
    experiment = small(0.1, 0.1)
    levels = np.rint(255 * experiment.data.test_images[3]).astype(np.uint8).tobytes()
    [labelled, unknown] = own = [OwnImage(levels, 3), OwnImage(levels)]
    experiment.images.own = {image.index: image for image in own}
    wanted = Shown(frozenset({"sensitivities", "input_gradient"})).of_image(labelled.index).of_image(unknown.index)
    snapshot = snapshot_of(experiment, wanted.quantities)
    assert snapshot.others.keys() == {f"sensitivities.{labelled.index}"}
    assert snapshot.input_gradients.keys() == {f"predictions.{labelled.index}"}
    assert snapshot.probabilities.keys() == {f"predictions.{image.index}" for image in own}

    unasked = snapshot_of(experiment, Shown(frozenset({"responses"})).of_image(labelled.index).quantities)
    assert unasked.others.keys() == {f"responses.{labelled.index}"}
    assert not unasked.input_gradients

    shown = picture(snapshot, Scales(), 0, [Kernel("conv2", 1, 0)], wanted, exact=False)

    def names(*quantities: str) -> list[str]:
        of_image = Shown(frozenset(quantities)).of_image(labelled.index)
        return [name for name in shown.names(of_image) if "." in name.partition("/")[0]]

    predictions, sensitivities = f"predictions.{labelled.index}", f"sensitivities.{labelled.index}"
    assert names() == [f"{predictions}/probabilities"]
    assert names("input_gradient") == [f"{predictions}/probabilities", f"{predictions}/gradient"]
    assert names("sensitivities") == [
        *(f"{sensitivities}/{layer}" for layer in ("conv1", "conv2")),
        f"{predictions}/probabilities",
    ]
    [numbers] = shown.kernels.values()
    assert np.array_equal(numbers[sensitivities], snapshot.others[sensitivities]["conv2"][:, 1])
    # From stroke to stroke the colours hold.
    assert {drawn_as(f"sensitivities.{index}") for index in (-7, -8, 7)} == {"sensitivities.own", "sensitivities.7"}


def test_any_images_and_layers_and_an_earlier_step() -> None:
    experiment = small(0.1, 0.3, data=coloured(), architecture=COLOURED)
    then = []
    for _ in range(3):
        then.append([lane.network.params.flat.copy() for lane in experiment.lanes])
        run(experiment, 1)
    wanted = WANTED.of_image(9)
    snapshot = past_of(experiment, 1, wanted.quantities)
    shown = picture(snapshot, Scales(), 0, [], wanted, exact=True)
    for place, params in enumerate(then[1]):
        probabilities, activations = own(params, experiment, 9)
        assert np.array_equal(shown.tensors["predictions.9/probabilities"][place], probabilities)
        for layer, behind in (("edges", "tanh1"), ("linear", "linear")):
            assert np.array_equal(shown.tensors[f"responses.9/{layer}"][place], activations[behind][0])


def test_a_lane_whose_logits_are_not_finite_predicts_nothing() -> None:
    experiment = small(0.1, 0.1)
    experiment.lanes[1].network.params["dense.bias"][2] = np.inf
    [probabilities] = snapshot_of(experiment, Shown().of_image(0).quantities).probabilities.values()
    assert np.isfinite(probabilities[0]).all()
    assert np.isnan(probabilities[1]).all()


def test_responses_too_large_to_be_sent_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_module, "MOST_RESPONSES", 2 * 3 * 12 * 12 - 1)
    experiment = small(0.1, 0.1)
    found = snapshot_of(experiment, WANTED.of_image(0).quantities)
    assert found.others["responses.0"].keys() == {"conv2"}
    views = LayerView.all(experiment.lanes[0].network.shapes, 2)
    assert [view.name for view in views if view.responds] == ["conv2"], "and viewers are told"


def test_the_responses_of_all_layers_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = small(0.1).lanes[0].network.shapes
    sizes = {layer: prod(shape.output) for layer, shape in responding_layers(shapes, 1).items()}
    first, *_ = sizes
    monkeypatch.setattr(answers_module, "MOST_RESPONSES", 2 * sum(sizes.values()) - 1)
    assert responding_layers(shapes, 1).keys() == sizes.keys()
    assert responding_layers(shapes, 2).keys() == sizes.keys() - {[*sizes][-1]}
    assert first in responding_layers(shapes, 2)
