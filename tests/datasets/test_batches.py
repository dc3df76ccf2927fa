from itertools import islice

import numpy as np
import pytest
from kernelscope.datasets import Batches


def taken(count: int, batch_size: int, how_many: int, seed: int = 1) -> list[list[int]]:
    """The images of each batch, after checking that each comes with its own label."""
    images = np.arange(count, dtype=np.float32).reshape(count, 1, 1, 1)
    labels = 10 * np.arange(count)
    found = []
    for some, their_labels in islice(Batches(images, labels, batch_size, np.random.default_rng(seed)), how_many):
        assert np.array_equal(10 * some[:, 0, 0, 0], their_labels)
        found.append(some[:, 0, 0, 0].astype(int).tolist())
    return found


@pytest.mark.parametrize(("count", "batch_size", "sizes"), [(12, 4, [4, 4, 4]), (10, 4, [4, 4, 2]), (3, 8, [3])])
def test_every_image_exactly_once_an_epoch(count: int, batch_size: int, sizes: list[int]) -> None:
    found = taken(count, batch_size, 3 * len(sizes))
    assert [len(batch) for batch in found] == 3 * sizes
    shown = [image for batch in found for image in batch]
    assert [sorted(shown[start : start + count]) for start in range(0, 3 * count, count)] == [list(range(count))] * 3


def test_a_new_order_each_epoch() -> None:
    one, other = taken(50, 50, 2)
    assert one != other
    assert one != list(range(50))


def test_the_order_is_the_seeds() -> None:
    assert taken(20, 8, 6, seed=3) == taken(20, 8, 6, seed=3)
    assert taken(20, 8, 6, seed=3) != taken(20, 8, 6, seed=4)


def test_a_batch_is_the_trainers_own() -> None:
    images, labels = np.zeros((4, 1, 1, 1), np.float32), np.arange(4)
    first, _ = next(Batches(images, labels, 4, np.random.default_rng(1)))
    first += 1
    assert not images.any()


@pytest.mark.parametrize("taken", [0, 1, 2, 3, 4, 7])
def test_it_goes_on_from_its_state(taken: int) -> None:
    images, labels = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1), np.arange(10)
    original = Batches(images, labels, 4, np.random.default_rng(5))
    for _ in range(taken):
        next(original)
    resumed = Batches(images, labels, 4, np.random.default_rng(99))
    resumed.restore(original.state())
    for _ in range(5):
        np.testing.assert_array_equal(next(resumed)[1], next(original)[1])


@pytest.mark.parametrize("size", [0, -2, 2.0, "2", True, None])
def test_a_batch_has_a_whole_number_of_images(size: object) -> None:
    with pytest.raises(ValueError, match="batch_size: expected a whole number of at least 1"):
        Batches(np.zeros((4, 1, 1, 1)), np.arange(4), size, np.random.default_rng(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(("images", "labels"), [((4, 1, 2, 2), (3,)), ((0, 1, 2, 2), (0,)), ((4, 1, 2, 2), (4, 1))])
def test_each_image_has_a_label(images: tuple[int, ...], labels: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one label for each") as raised:
        Batches(np.zeros(images), np.zeros(labels, int), 2, np.random.default_rng(1))
    assert f"got shapes {images} and {labels}" in str(raised.value)


def test_lists_are_taken() -> None:
    images, labels = next(Batches([[[[1.0]]], [[[2.0]]]], [1, 2], np.int64(2), np.random.default_rng(1)))
    assert np.array_equal(images[:, 0, 0, 0], labels)


def test_a_seed_is_no_generator() -> None:
    with pytest.raises(ValueError, match="rng: expected a generator"):
        Batches(np.zeros((4, 1, 1, 1)), np.arange(4), 2, 0)  # type: ignore[arg-type]
