"""What holds of any network: its film, its steps in phases, one weight's sum and proof, and the best patches."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, kernel_shapes
from kernelscope.experiment.place import Weight
from kernelscope.nn import LayerSpec
from kernelscope.studies.one_weight import weight_of
from kernelscope.studies.patches import PATCHES, Patches, PatchesSubject

from tests.experiment.support import small_config, weights
from tests.nn.support import Shape, architectures, examples, seeds
from tests.nn.textbook import Array, forward

STEPS = 3


def experiment(architecture: list[LayerSpec], shape: Shape, seed: int, augmentation: dict[str, Any]) -> Experiment:
    """On 25 images, so that the second of three steps has fewer than the others."""
    rng = np.random.default_rng(seed)
    images, labels = rng.random((25, *shape), np.float32), rng.integers(0, 3, 25)
    data = Dataset("any", "Any", images, labels, images[:5].copy(), labels[:5].copy(), tuple("abc"))
    # Made for the digits, and so not to be checked against them.
    config = small_config(0.1, batch_size=15, seed=seed, augmentation=augmentation)
    return Experiment(config.model_copy(update={"architecture": architecture}), data, threads=1)


@given(architectures(), seeds, st.sampled_from([{}, {"shift": 2, "flip": True, "crop": 0.3}]), st.data())
@examples(25)
def test_each_kind_of_layer_in_any_order(
    drawn: tuple[list[LayerSpec], Shape], seed: int, augmentation: dict[str, Any], data: st.DataObject
) -> None:
    trained, phased = (experiment(*drawn, seed, augmentation) for _ in range(2))
    film: list[tuple[Array, Array | None]] = [(weights(trained)[0], None)]
    for _ in range(STEPS):
        trained.advance()
        film.append((weights(trained)[0], trained.lanes[0].gradient.flat.copy()))
        while phased.advance_phase():
            pass
        phased.advance()
        assert np.array_equal(weights(phased)[0], film[-1][0])
    for step, (expected, gradient) in enumerate(film):
        kept = trained.lanes[0].keyframes.at(step)
        assert np.array_equal(kept.weights, expected)
        assert gradient is None or np.array_equal(kept.gradient, gradient)

    kernels = kernel_shapes(trained.lanes[0].network.shapes)
    layer = data.draw(st.sampled_from(sorted(kernels)))
    weight = Weight(layer, *(data.draw(st.integers(0, length - 1)) for length in kernels[layer]))
    *_, found = [one for one in weight_of(trained, "A", weight) if one]
    assert found.origin
    assert found.origin.proof
    products = found.origin.contributions.products
    assert products.sum() == pytest.approx(found.gradient, abs=1e-5 * (np.abs(products).sum() + 1e-3))
    if not found.origin.proof.switches:
        assert found.origin.proof.slope == pytest.approx(found.gradient, rel=1e-3, abs=1e-4)

    *_, patches = [one for one in PatchesSubject("A", layer).study(trained) if isinstance(one, Patches)]
    every = maps(trained, layer)
    for ranking, sign in ((patches.most, 1), (patches.least, -1)):
        best = np.sort((sign * every).max((2, 3)), 0)[::-1][:PATCHES]  # [rank, out]
        assert pytest.approx(best, rel=1e-4, abs=1e-5) == ranking.values.T
        image, row, col = ranking.places.transpose(2, 1, 0)
        at = sign * every[image, np.arange(every.shape[1]), row, col]
        assert at == pytest.approx(ranking.values.T, rel=1e-4, abs=1e-5)


def maps(trained: Experiment, layer: str) -> Array:
    """The pre-activations ``[image, out, row, col]`` of all training images, as the textbook computes them."""
    network = trained.lanes[0].network
    params = {name: array.astype(np.float64) for name, array in network.params.items()}
    outputs = forward(network.architecture, params, np.asarray(trained.data.train_images))[1:]
    return outputs[[spec.name for spec in network.architecture].index(layer)]
