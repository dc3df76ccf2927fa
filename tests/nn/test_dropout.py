"""Dropout: which values are dropped, and that it is always the same ones."""

import numpy as np
import pytest
from kernelscope.nn import SGD, Conv, Dense, Dropout, LayerSpec, Masks, Network, ReLU, train

from tests.nn.support import MASKS, backward, finite_differences, forward, gradient_error, one_layer, random_network

LAYERS: list[LayerSpec] = [Conv("conv", 3, 3), ReLU("relu"), Dropout("dropout", 0.25), Dense("dense", 3)]


def test_what_is_kept_is_divided_by_its_share_and_so_is_its_gradient() -> None:
    layer = one_layer(Dropout("d", 0.25), (2, 3, 5), 4, np.random.default_rng(1))
    x, dy = np.random.default_rng(2).standard_normal((2, 4, 2, 3, 5))
    assert np.array_equal(forward(layer, x), x)  # as in tests
    assert np.array_equal(backward(layer, dy), dy)
    layer.masks = MASKS
    y, dx = forward(layer, x), backward(layer, dy)
    kept = MASKS.kept("d", 0.25, 30, 4).reshape(x.shape)
    np.testing.assert_allclose(y, np.where(kept, x / 0.75, 0), rtol=1e-15)
    np.testing.assert_allclose(dx, np.where(kept, dy / 0.75, 0), rtol=1e-15)
    assert gradient_error(dx, finite_differences(lambda: float((forward(layer, x) * dy).sum()), x)) < 1e-6


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
def test_about_this_share_is_dropped_of_each_image_and_independently(share: float) -> None:
    kept = MASKS.kept("d", share, 1003, 200)
    error = np.sqrt(share * (1 - share))
    assert abs(kept.mean() - (1 - share)) <= 4 * error / np.sqrt(kept.size)
    assert (np.abs(kept.mean(1) - (1 - share)) <= 5 * error / np.sqrt(1003)).all()
    assert (np.abs(kept.mean(0) - (1 - share)) <= 5 * error / np.sqrt(200)).all()
    if share:
        for other in (kept[1:], kept[:-1][:, ::-1]):
            assert abs(np.corrcoef(kept[:-1].ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(other.size)


@pytest.mark.parametrize("values", [1, 7, 8, 9, 1000])
def test_an_image_has_the_same_mask_in_any_part_of_the_batch(values: int) -> None:
    whole = MASKS.kept("d", 0.5, values, 40)
    for first, last in ((0, 40), (0, 1), (13, 29), (39, 40)):
        assert np.array_equal(MASKS.behind(first).kept("d", 0.5, values, last - first), whole[first:last])


def test_seed_step_and_layer_each_change_it() -> None:
    masks = [MASKS.kept("d", 0.5, 64, 8)]
    masks += [other.kept("d", 0.5, 64, 8) for other in (Masks(8, 3), Masks(7, 4), Masks(3, 7))]
    masks.append(MASKS.kept("e", 0.5, 64, 8))
    assert len({mask.tobytes() for mask in masks}) == len(masks)


def test_training_drops_by_its_seed_and_its_tests_drop_nothing() -> None:
    images, labels = np.random.default_rng(1).random((20, 1, 6, 6)), np.arange(20) % 3

    def trained(seed: int, threads: int) -> Network:
        network = random_network(LAYERS, (1, 6, 6), np.random.default_rng(3))
        for number, step in enumerate(train(network, [(images, labels)] * 3, SGD(), 0.1, threads, seed), 1):
            assert step.loss != network.loss(images, labels).value, number
        return network

    one, same, other = trained(1, 1), trained(1, 2), trained(2, 1)
    assert np.array_equal(one.params.flat, same.params.flat)
    assert not np.array_equal(one.params.flat, other.params.flat)
    others = [spec for spec in LAYERS if not isinstance(spec, Dropout)]
    whole = Network(others, (1, 6, 6), np.random.default_rng(3), np.float64)
    whole.params.flat[...] = one.params.flat
    assert np.array_equal(whole.forward(images), one.forward(images))
