"""The match of learned kernels with the known ones: of the truth itself, moved, absent, and by hand."""

from itertools import permutations

import numpy as np
import pytest
from kernelscope.datasets import planted
from kernelscope.nn import Conv, Dense, MaxPool, infer_shapes
from kernelscope.studies.truth import assignment, match, matched_layer

TRUTH = planted.truth()
KNOWN = len(TRUTH)
PLACES = [5, 8, 10, 2, 1, 11, 3, 9, 4, 6]
"""Of twelve filters, those that hold the truth."""


def holding(kernels: np.ndarray, *size: int) -> np.ndarray:
    """Twelve filters that hold `kernels` at `PLACES`, in their upper left corners, times different positive factors."""
    filters = np.zeros((12, 3, *size), np.float32)
    _, _, rows, cols = kernels.shape
    filters[PLACES, :, :rows, :cols] = kernels * np.arange(1, KNOWN + 1)[:, None, None, None]
    return filters


def test_the_truth_itself_matches_with_1_whatever_its_order_and_scale() -> None:
    found = match(holding(TRUTH, 7, 7), TRUTH)
    assert found.known[PLACES].tolist() == list(range(KNOWN))
    assert np.allclose(found.alike[PLACES], 1, atol=1e-6)
    assert np.allclose(found.of_known(KNOWN), 1, atol=1e-6)
    assert np.array_equal(found.aligned[PLACES].astype(np.float32), TRUTH)
    without = [0, 7]
    assert np.isnan([found.alike[without], found.known[without]]).all()
    assert not found.aligned[without].any()


@pytest.mark.parametrize("down", [0, 1, 4])
@pytest.mark.parametrize("right", [0, 2])
def test_it_may_lie_anywhere_in_a_larger_kernel(down: int, right: int) -> None:
    filters = np.roll(holding(TRUTH, 11, 9), (down, right), (2, 3))
    found = match(filters, TRUTH)
    assert np.allclose(found.alike[PLACES], 1, atol=1e-6)
    factors = np.arange(1, KNOWN + 1)[:, None, None, None]
    assert np.allclose(found.aligned[PLACES] * factors, filters[PLACES], atol=1e-6)


def test_of_a_pattern_that_is_cut_off_what_is_left_counts() -> None:
    """It matches with the root of the share of its energy that the kernel still holds, or better somewhere else."""
    filters = np.roll(holding(TRUTH, 7, 7), (1, -2), (2, 3))
    filters[:, :, :1] = filters[:, :, :, -2:] = 0
    left = np.sqrt((TRUTH[:, :, :-1, 2:] ** 2).sum((1, 2, 3)))
    assert left.min() > 0.7
    found = match(filters, TRUTH)
    assert found.of_known(KNOWN).mean() > left.mean() - 1e-6
    blobs = slice(6, 9)
    assert np.allclose(found.alike[PLACES[blobs]], left[blobs], atol=1e-6)
    assert np.allclose(found.aligned[PLACES[blobs], :, 1:, :-2], TRUTH[blobs, :, :-1, 2:], atol=1e-6)


def test_weights_that_lie_apart_are_compared_where_they_lie() -> None:
    every_second = TRUTH[:, :, ::2, ::2]
    found = match(holding(every_second, 4, 4), TRUTH, (2, 2))
    blobs = slice(6, 9)
    assert found.known[PLACES[blobs]].tolist() == [6, 7, 8]
    expected = np.sqrt((every_second[blobs] ** 2).sum((1, 2, 3)))
    assert np.allclose(found.alike[PLACES[blobs]], expected, atol=1e-6)
    assert np.allclose(found.aligned[PLACES[blobs]], every_second[blobs], atol=1e-6)


def test_random_kernels_match_with_about_a_fifth() -> None:
    rng = np.random.default_rng(3)
    found = [match(rng.normal(size=(12, 3, 7, 7)), TRUTH).of_known(KNOWN).mean() for _ in range(20)]
    assert 0.15 < min(found) < max(found) < 0.23


def test_a_small_case_by_hand() -> None:
    """Filters (3, 4) and (4, −3), whose norms are 5, and the known kernels (1, 0) and (0.6, 0.8).

    The first is like (1, 0) by 0.8, moved to the right, and like (0.6, 0.8) by 1; the second by 0.8, and by 0.64, moved
    to the left.
    """
    filters = np.array([[[[3.0, 4.0]]], [[[4.0, -3.0]]]])
    truth = np.array([[[[1.0, 0.0]]], [[[0.6, 0.8]]]])
    found = match(filters, truth)
    assert found.known.tolist() == [1, 0]
    assert np.allclose(found.alike, [1, 0.8])
    assert np.allclose(found.aligned[:, 0, 0], [[0.6, 0.8], [1, 0]])
    only = match(filters[1:], truth)
    assert (only.known.tolist(), only.alike.round(9).tolist()) == ([0], [0.8])
    assert np.allclose(only.of_known(2), [0.8, 0]), "a kernel that no filter has found counts as 0"


def test_the_sign_matters() -> None:
    assert match(-TRUTH[6:7], TRUTH[6:7]).alike[0] < 0.5


def test_filters_without_numbers_match_nothing() -> None:
    filters = holding(TRUTH, 7, 7)
    filters[3, 1, 2, 2] = np.inf
    found = match(filters, TRUTH)
    assert np.isnan([found.alike, found.known]).all()
    assert not found.aligned.any()
    assert not found.of_known(KNOWN).any()
    assert not match(0 * TRUTH, TRUTH).of_known(KNOWN).any()


def test_no_assignment_is_better() -> None:
    """Against all assignments, of small cases with many ties."""
    rng = np.random.default_rng(7)
    for _ in range(200):
        rows = int(rng.integers(1, 5))
        columns = int(rng.integers(rows, 6))
        worth = rng.integers(-3, 4, (rows, columns)) / 2
        chosen = assignment(worth.tolist())
        assert len(set(chosen)) == rows
        best = max(worth[range(rows), list(columns)].sum() for columns in permutations(range(columns), rows))
        assert worth[range(rows), chosen].sum() == best


def test_only_a_first_convolution_of_all_channels_is_compared() -> None:
    def compared(*layers: object) -> str | None:
        found = matched_layer(infer_shapes([*layers, Dense("dense", 10)], (3, 28, 28)))  # type: ignore[list-item]
        return found and found.name

    assert compared(Conv("c", 4, 3), Conv("d", 4, 3)) == "c"
    assert compared() is None
    assert compared(MaxPool("p", 2), Conv("c", 4, 3)) is None
    assert compared(Conv("c", 6, 3, groups=3)) is None
