"""Variants of training images: each against the definition, and always the same ones."""

from math import floor, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.datasets import Batches, Dataset
from kernelscope.datasets.augmentation import Augmentation
from kernelscope.datasets.preparation import Seen
from kernelscope.impossible import Impossible
from kernelscope.nn.draws import draw
from numpy.typing import NDArray

from tests.nn.support import examples, seeds

RNG = np.random.default_rng(4)
DATA = Dataset(
    "few",
    "Few",
    RNG.random((40, 3, 5, 4), np.float32),
    np.arange(40) % 2,
    RNG.random((10, 3, 5, 4), np.float32),
    np.arange(10) % 2,
    ("a", "b"),
)
augmentations = st.builds(
    Augmentation, shift=st.integers(0, 16), flip=st.booleans(), crop=st.sampled_from([0.0, 0.1, 0.5, 0.9])
)


def expected(image: NDArray[np.float32], augmentation: Augmentation, words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """One thing after another: cut out and enlarged, mirrored, moved."""
    flip, down, right, area, top, left = (float(word) / 2**32 for word in words[:6])
    found, side = image.astype(np.float64), sqrt(1 - augmentation.crop * area)
    for axis, start in ((1, top), (2, left)):
        size = image.shape[axis]
        at = start * (1 - side) * size + (np.arange(size) + 0.5) * side - 0.5
        found = np.apply_along_axis(lambda line, at=at: np.interp(at, np.arange(len(line)), line), axis, found)
    if augmentation.flip and flip < 0.5:
        found = found[:, :, ::-1]
    shift = augmentation.shift
    padded = np.pad(found, ((0, 0), (shift, shift), (shift, shift)), "edge")
    row, col = (2 * shift - floor((2 * shift + 1) * each) for each in (down, right))
    return padded[:, row : row + image.shape[1], col : col + image.shape[2]]


@given(augmentations, seeds, st.integers(0, 9), st.lists(st.integers(0, 39), min_size=1, max_size=6))
@examples(20)
def test_a_variant_is_the_definition_s_and_the_image_s_own(
    augmentation: Augmentation, seed: int, epoch: int, chosen: list[int]
) -> None:
    images = DATA.train_images[chosen]
    found = augmentation.variants(images, np.array(chosen), seed, epoch)
    assert found.dtype == np.float32
    words = draw((seed, epoch), (0, 0, 1, 0), 40).reshape(40, 8)
    for image, index, variant in zip(images, chosen, found, strict=True):
        wanted = expected(image, augmentation, words[index])
        assert np.allclose(variant, wanted, rtol=0, atol=1e-6 if augmentation.crop else 0)
        alone = augmentation.variants(image[None], np.array([index]), seed, epoch)[0]
        assert np.array_equal(alone, variant), "it depends on the rest of the batch"


def test_variants_are_drawn_evenly_and_independently() -> None:
    """By an image whose pixels are all different, and so tell where each came from."""
    n, shift = 3000, 2
    image = np.arange(7 * 8, dtype=np.float32).reshape(1, 7, 8)
    images, chosen = np.broadcast_to(image, (n, *image.shape)), np.arange(n)
    found = Augmentation(shift, flip=True).variants(images, chosen, 3, 0)[:, 0, 3, 3].astype(int)
    rows, cols = np.divmod(found, 8)
    for place, values in ((rows - 1, 5), (cols - 1, 6)):
        # A column comes from up to two away, or from there in the mirror, which is one further to the right.
        shares = np.array([0.5, 1, 1, 1, 1, 0.5] if values == 6 else [1] * 5) / 5
        counts = np.bincount(place, minlength=values)
        assert (np.abs(counts - n * shares) < 5 * np.sqrt(n * shares)).all()
    mirrored = Augmentation(flip=True).variants(images, chosen, 3, 0)[:, 0, 0, 0] == 7
    assert abs(mirrored.mean() - 0.5) < 5 * 0.5 / sqrt(n)
    assert abs(np.corrcoef(mirrored, rows)[0, 1]) < 5 / sqrt(n)
    later = Augmentation(flip=True).variants(images, chosen, 3, 1)[:, 0, 0, 0] == 7
    assert abs(np.corrcoef(mirrored, later)[0, 1]) < 5 / sqrt(n)


def test_batches_have_the_variants_of_their_epoch_prepared_afterwards() -> None:
    augmentation = Augmentation(2, flip=True, crop=0.3)
    seen = Seen(DATA, "local", augmentation, seed=7)
    plain, batches = (
        Batches(images, np.arange(40), 16, np.random.default_rng(1))
        for images in (DATA.train_images, seen.train_images)
    )
    for step in range(8):
        (raw, chosen), (images, same) = next(plain), next(batches)
        assert np.array_equal(chosen, same)
        assert np.array_equal(images, seen.prepare(augmentation.variants(raw, chosen, 7, step // 3)))
        if step == 4:
            resumed = Batches(seen.train_images, np.arange(40), 16, np.random.default_rng(2))
            resumed.restore(batches.state())
            batches = resumed
    assert np.array_equal(seen.train_images[3:5], Seen(DATA, "local").train_images[3:5]), "only in training"
    assert np.array_equal(seen.test_images[:], Seen(DATA, "local").test_images[:])
    assert Seen(DATA, "none", Augmentation()).train_images is DATA.train_images


@pytest.mark.parametrize("wrong", [{"shift": -1}, {"shift": 17}, {"crop": 0.95}, {"crop": float("nan")}])
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    [name] = wrong
    with pytest.raises(Impossible, match=f"{name}: expected a number from 0 to"):
        Augmentation(**wrong)  # type: ignore[arg-type]
    with pytest.raises(Impossible, match=r"shift: expected a whole number, got 1\.5"):
        Augmentation(shift=1.5)  # type: ignore[arg-type]
