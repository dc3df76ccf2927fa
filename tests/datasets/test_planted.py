"""Planted kernels: only structure tells the classes apart, and every version makes the same images."""

import hashlib

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.datasets import planted
from kernelscope.impossible import Impossible


@pytest.fixture(scope="module")
def data() -> datasets.Dataset:
    return datasets.load("planted")


def pixels(images: np.ndarray) -> np.ndarray:
    return np.rint(255 * images).astype(np.uint8)


def test_the_kernels_have_mean_0_in_each_channel_and_norm_1() -> None:
    truth = planted.truth().astype(np.float64)
    assert truth.shape == (10, 3, 7, 7)
    assert abs(truth.mean((2, 3))).max() < 1e-8
    assert np.allclose((truth**2).sum((1, 2, 3)), 1, rtol=1e-6)


def test_the_truth_is_named(data: datasets.Dataset, digits: datasets.Dataset) -> None:
    assert np.array_equal(data.truth, planted.truth())
    assert digits.truth is None
    red = dict(zip(data.classes, data.truth, strict=True))["red blob"]
    assert (red[0, 3, 3] > 0, red[1, 3, 3] < 0, red[0, 0, 0] < 0) == (True, True, True)
    rising = dict(zip(data.classes, data.truth, strict=True))["rising edge"][0]
    assert (rising[0, 0] > 0, rising[6, 6] < 0, abs(rising[6, 0]) < 1e-9) == (True, True, True)


def test_every_channel_of_every_image_has_the_same_histogram(data: datasets.Dataset) -> None:
    """So whatever is counted in a channel (mean, contrast, histogram) is one number, from which no class can follow."""
    for images in (data.train_images, data.test_images):
        values = np.sort(pixels(images).reshape(-1, 28 * 28), axis=1)
        assert (values == values[0]).all()


def test_what_is_planted_is_found_by_its_own_kernel_where_it_was_planted() -> None:
    """At little noise the kernel that answers most is the image's own, and it does so where the pattern lies."""
    labels = np.arange(10, dtype=np.uint8)
    made = planted.images(labels, 4, 0.05, planted.Bits(5)).astype(np.float64)
    places = planted.places(planted.Bits(5).random_raw(10 * 2353)[::2353])
    windows = np.lib.stride_tricks.sliding_window_view(made - made.mean((2, 3), keepdims=True), (7, 7), (2, 3))
    answers = np.einsum("ncyxij,kcij->nkyx", windows, planted.truth())
    where = [np.unravel_index(answer.argmax(), answer.shape) for answer in answers]
    assert [tuple(map(int, place)) for place in where] == [(label, *places[label].tolist()) for label in labels]


def test_the_images_are_these_very_ones(data: datasets.Dataset) -> None:
    """No change of NumPy, or of this code, may silently make others."""
    found = hashlib.sha256(planted.truth().tobytes())
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        found.update(pixels(images[::25]).tobytes() + labels.astype(np.uint8).tobytes())
    assert (np.bincount(data.train_labels).tolist(), np.bincount(data.test_labels).tolist()) == ([500] * 10, [100] * 10)
    assert found.hexdigest() == "293900b5b99a1ef182b05e8fc45e0c76a68652f80d6e35939c2e73207b226bce"


def test_a_glimpse_shows_the_first_images_with_the_statistics_of_all(data: datasets.Dataset) -> None:
    few = datasets.glimpse("planted")
    assert np.array_equal(few.train_images, data.train_images[:10])
    assert np.array_equal(few.test_images, data.test_images[:10])
    assert np.allclose(few.mean, data.mean, rtol=1e-6)
    assert np.allclose(few.deviation, data.deviation, rtol=1e-6)


def test_amplitude_and_noise_are_in_the_name_in_one_spelling_only() -> None:
    about = datasets.info("planted:1.50,0.3")
    assert about.name == "planted:1.5,0.3"
    assert "amplitude 1.5, noise 0.3" in about.title
    assert datasets.info("planted:2,0.30") == datasets.info("planted")
    assert datasets.info("planted:0,0.05").name == "planted:0,0.05"


@pytest.mark.parametrize("which", ["4.01,0.3", "2,0.04", "2,0.51", "2", "2,0.3,1", "-1,0.3", "1.555,0.3", "nan,0.3"])
def test_another_name_is_refused_in_words(which: str) -> None:
    with pytest.raises(Impossible, match=r"an amplitude from 0 to 4 and a noise from 0\.05 to 0\.5") as caught:
        datasets.info(f"planted:{which}")
    assert (caught.value.code, caught.value.values["got"]) == ("planted", f"planted:{which}")


def test_other_amplitudes_and_noises_make_other_images() -> None:
    usual, faint, noisy = (
        pixels(planted.glimpse(which).train_images).astype(int) for which in ("", "0.5,0.3", "2,0.5")
    )
    assert noisy.std() > usual.std() + 20
    assert abs(faint.std() - usual.std()) < 2
    assert not np.array_equal(faint, usual)
