"""What lanes make of an image: the numbers of their own forward pass."""

from math import prod

import numpy as np
import pytest
from kernelscope.hosting.views import LayerView
from kernelscope.nn import Conv, Dense, MaxPool, ReLU
from kernelscope.nn.loss import softmax
from kernelscope.picture import answers as answers_module
from kernelscope.picture.answers import responding_layers
from kernelscope.picture.picture import levels, picture
from kernelscope.picture.scale import Scales
from kernelscope.picture.snapshot import past_of, snapshot_of
from kernelscope.studies.shown import Shown

from tests.experiment.support import Array, bars, network_with, run, small

WANTED = Shown(frozenset({"responses"}))
COLOURED = [
    Conv("edges", 4, 3, stride=2),  # with a pool before its ReLU
    MaxPool("pool1", 2),
    ReLU("relu1"),
    Conv("linear", 3, 2),  # with no ReLU at all
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


def test_any_images_and_layers_and_an_earlier_step() -> None:
    grey = bars()
    coloured = grey.__class__(
        "coloured", "Coloured", *[np.repeat(a, 3, 1) if a.ndim == 4 else a for a in
        (grey.train_images, grey.train_labels, grey.test_images, grey.test_labels)], classes=grey.classes,
    )  # fmt: skip
    experiment = small(0.1, 0.3, data=coloured, architecture=COLOURED)
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
        for layer, behind in (("edges", "relu1"), ("linear", "linear")):
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
