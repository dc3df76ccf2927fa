"""The shipped digits: balanced, mixed, small, and unchanged since they were made."""

import hashlib

import numpy as np
import pytest
from kernelscope.datasets import digits


@pytest.fixture(scope="module")
def dataset() -> digits.Dataset:
    return digits.load()


def test_each_digit_is_there_equally_often(dataset: digits.Dataset) -> None:
    assert np.bincount(dataset.train_labels).tolist() == [1000] * 10
    assert np.bincount(dataset.test_labels).tolist() == [200] * 10


def test_digits_are_mixed(dataset: digits.Dataset) -> None:
    for labels in (dataset.train_labels, dataset.test_labels):
        assert all(len(set(hundred)) >= 9 for hundred in labels.reshape(-1, 100).tolist())


def test_images_are_upright_light_on_dark(dataset: digits.Dataset) -> None:
    """The mean 1 is a vertical stroke in the middle, so images are neither transposed nor inverted."""
    one = dataset.train_images[dataset.train_labels == 1].mean(axis=(0, 1))
    assert one[:, 12:16].mean() > 5 * one[:, [*range(8), *range(20, 28)]].mean()
    assert one[6:22, 14].min() > one[14, 8]
    assert one[[0, 1, -2, -1], :].max() < 0.05


def test_the_file_is_small_and_the_one_that_make_digits_makes() -> None:
    """When the data changes on purpose, `make_digits` prints the new hash for this test."""
    content = digits.FILE.read_bytes()
    assert len(content) < 3_000_000
    assert hashlib.sha256(content).hexdigest() == "910b23a2f4e1c5d81f1a68c8c38708d5cf213ec1ace111f2c461ad335396c7cd"


def test_the_file_has_a_notice() -> None:
    notice = (digits.FILE.parent / "NOTICE").read_text(encoding="utf-8")
    for words in ("digits.npz", "Yann LeCun", "Corinna Cortes", "Burges", "CC BY-SA 3.0"):
        assert words in notice
