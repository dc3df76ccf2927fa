"""What networks see of images: each preparation against its definition, in one image, a batch and a whole set."""

import numpy as np
import pytest
from kernelscope.datasets import Batches, Dataset
from kernelscope.datasets.preparation import Preparation, Seen

RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def data() -> Dataset:
    train, test = (RNG.random((n, 3, 5, 4), np.float32) for n in (40, 10))
    train[:, 1] *= 0.5
    return Dataset("few", "Few", train, np.arange(40) % 2, test, np.arange(10) % 2, ("a", "b"))


def test_without_a_preparation_the_arrays_are_the_data_set_s_own(data: Dataset) -> None:
    seen = Seen(data, "none")
    assert seen.train_images is data.train_images
    assert seen.test_images is data.test_images
    assert np.array_equal(seen.mean, data.mean)


def test_each_image_by_itself_loses_its_mean_colour_and_has_a_quarter_of_its_deviation(data: Dataset) -> None:
    found = Seen(data, "local").train_images[3:6].astype(np.float64)
    for image, raw in zip(found, data.train_images[3:6].astype(np.float64), strict=True):
        centred = raw - raw.mean((1, 2), keepdims=True)
        assert image == pytest.approx(centred / (4 * centred.std()), abs=1e-6)
    assert found.std((1, 2, 3)) == pytest.approx(0.25, abs=1e-6)


def test_an_empty_image_stays_empty_and_a_faint_one_faint(data: Dataset) -> None:
    faint = np.zeros((2, 3, 5, 4), np.float32)
    faint[1, :, 2, 2] = 0.001
    found = Seen(data, "local").prepare(faint)
    assert not found[0].any()
    assert 0 < np.abs(found[1]).max() < 0.1


def test_each_channel_is_standardised_over_the_training_set(data: Dataset) -> None:
    seen = Seen(data, "standard")
    train = seen.train_images[:].astype(np.float64)
    assert train.mean((0, 2, 3)) == pytest.approx(0, abs=1e-5)
    assert train.std((0, 2, 3)) == pytest.approx(1, abs=1e-5)
    mean, deviation = (getattr(data, name)[:, None, None] for name in ("mean", "deviation"))
    assert seen.test_images[4:5][0] == pytest.approx((data.test_images[4] - mean) / deviation, abs=1e-6)
    black, white = (seen.prepare(np.full((1, 3, 1, 1), level, np.float32))[0, :, 0, 0] for level in (0, 1))
    assert np.stack(seen.ends) == pytest.approx(np.stack([black, white]), abs=1e-6)


def test_a_channel_that_is_the_same_everywhere_stays_so() -> None:
    grey = np.full((6, 1, 2, 2), 0.5, np.float32)
    labels = np.zeros(6, np.int64)
    seen = Seen(Dataset("grey", "Grey", grey, labels, grey, labels, ("grey",)), "standard")
    assert not seen.train_images[:].any()


@pytest.mark.parametrize("preparation", ["local", "standard"])
def test_batches_are_prepared_as_single_images_are(data: Dataset, preparation: Preparation) -> None:
    seen = Seen(data, preparation)
    batches = [
        Batches(images, data.train_labels, 16, np.random.default_rng(1))
        for images in (data.train_images, seen.train_images)
    ]
    (raw, labels), (images, same) = map(next, batches)
    assert np.array_equal(labels, same)
    assert images.dtype == np.float32
    assert np.array_equal(images, np.concatenate([seen.prepare(image[None]) for image in raw]))
