from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import softmax_cross_entropy
from kernelscope.nn.workspace import add_up

from tests.nn import textbook
from tests.nn.support import examples, finite_differences, gradient_error, seeds
from tests.nn.textbook import relative_error


@given(st.integers(1, 8), st.integers(2, 10), st.sampled_from([0.1, 1, 5]), seeds)
@examples(60)
def test_loss_and_gradient_are_the_textbooks(n: int, classes: int, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = scale * rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    loss, found = softmax_cross_entropy(logits, labels)
    value, gradient = textbook.softmax_cross_entropy(logits, labels)
    assert loss.value == pytest.approx(value, rel=1e-12, abs=1e-12)
    assert relative_error(found, gradient) < 1e-12


@given(st.integers(1, 8), st.integers(2, 10), seeds)
@examples(30)
def test_gradient_is_finite_differences(n: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    _, found = softmax_cross_entropy(logits, labels)
    numeric = finite_differences(lambda: softmax_cross_entropy(logits, labels)[0].value, logits)
    assert gradient_error(found, numeric) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_enormous_logits_overflow_nowhere(dtype: type[np.floating]) -> None:
    logits = np.array([[1e4, -1e4, 0], [1e4, -1e4, 0], [-1e4, -1e4, -1e4]], dtype)
    loss, found = softmax_cross_entropy(logits, np.array([0, 1, 2]))
    assert loss.value == pytest.approx((0 + 2e4 + log(3)) / 3, rel=1e-6)
    expected = np.array([[0, 0, 0], [1, -1, 0], [1 / 3, 1 / 3, -2 / 3]]) / 3
    assert found == pytest.approx(expected, abs=1e-7)
    assert found.dtype == dtype


def test_the_mean_over_the_batch_by_hand() -> None:
    """Two classes, equal logits: p = ½. One image has the gradient ∓½; of two, each has half of that."""
    one, gradient = softmax_cross_entropy(np.zeros((1, 2)), np.array([0]))
    assert one.value == pytest.approx(log(2), rel=1e-15)
    assert gradient.tolist() == [[-0.5, 0.5]]
    two, gradient = softmax_cross_entropy(np.zeros((2, 2)), np.array([0, 1]))
    assert two.value == pytest.approx(log(2), rel=1e-15)
    assert gradient.tolist() == [[-0.25, 0.25], [0.25, -0.25]]


def test_accuracy_is_the_share_of_right_answers() -> None:
    logits = np.array([[3.0, 1, 2], [1, 2, 3], [1, 3, 2], [0, 0, 1]])
    assert softmax_cross_entropy(logits, np.array([0, 2, 0, 2]))[0].accuracy == 0.75


def test_logits_are_left_alone() -> None:
    logits = np.random.default_rng(1).standard_normal((4, 3))
    before = logits.copy()
    softmax_cross_entropy(logits, np.array([0, 1, 2, 0]))
    assert np.array_equal(logits, before)


@given(st.integers(2, 12), st.integers(2, 6), st.data(), seeds)
@examples(40)
def test_parts_of_a_batch_add_up(n: int, classes: int, data: st.DataObject, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    edge = data.draw(st.integers(1, n - 1))
    whole, gradient = softmax_cross_entropy(logits, labels)
    parts = [softmax_cross_entropy(logits[part], labels[part], n) for part in (slice(edge), slice(edge, n))]
    together = add_up([loss for loss, _ in parts])
    assert together.value == pytest.approx(whole.value, rel=1e-12)
    assert (together.right, together.images, together.accuracy) == (whole.right, n, whole.accuracy)
    assert relative_error(np.concatenate([found for _, found in parts]), gradient) < 1e-12


def test_the_mean_of_many_is_not_rounded_on_the_way() -> None:
    """A float32 sum of this many losses would lose the last digits."""
    logits = np.zeros((100_000, 2), np.float32)
    loss, _ = softmax_cross_entropy(logits, np.zeros(100_000, int))
    assert loss.value == pytest.approx(float(np.log(np.float32(2))), rel=1e-12)
