"""Updates by hand; against torch.optim they are checked in test_torch."""

import tracemalloc
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import SGD, Adam, AdamW, Optimizer

from tests.nn.support import examples, optimizers, seeds
from tests.nn.textbook import Array

FLOAT64 = np.dtype(np.float64)


def updates(optimizer: Optimizer, params: list[float], gradients: list[list[float]], rates: list[float]) -> Array:
    """Params after each step."""
    updater = optimizer.begin(len(params), FLOAT64)
    now = np.array(params)
    seen = []
    for gradient, rate in zip(gradients, rates, strict=True):
        now = now + updater.update(now, np.array(gradient), rate)
        seen.append(now)
    return np.array(seen)


def test_sgd_goes_against_the_gradient_by_the_rate() -> None:
    seen = updates(SGD(), [1, -2], [[4, -8], [2, 2]], [0.25, 0.5])
    assert seen.tolist() == [[0, 0], [-1, -1]]


def test_momentum_keeps_what_it_had() -> None:
    """At first v = g, then v = ½·v + g; since v does not contain the learning rate, a new rate takes effect at once."""
    seen = updates(SGD(momentum=0.5), [0], [[4], [2], [0]], [0.5, 1, 0.5])
    assert seen.tolist() == [[-0.5 * 4], [-2 - (2 + 2)], [-6 - 0.5 * 2]]


def test_nesterov_looks_ahead_by_one_share_of_momentum() -> None:
    """The velocity is that of plain momentum, 4, then 2 + ½·4, then ½·4; the update is g + ½·v."""
    seen = updates(SGD(momentum=0.5, nesterov=True), [0], [[4], [2], [0]], [0.5, 1, 0.5])
    assert seen.tolist() == [[-0.5 * (4 + 2)], [-3 - (2 + 2)], [-7 - 0.5 * (0 + 1)]]


def test_nesterov_takes_decay_for_a_part_of_the_gradient() -> None:
    decayed = updates(SGD(momentum=0.5, weight_decay=0.25, nesterov=True), [8], [[1]], [1])
    assert decayed.tolist() == updates(SGD(momentum=0.5, nesterov=True), [8], [[1 + 2]], [1]).tolist()


def test_weight_decay_pulls_to_zero() -> None:
    seen = updates(SGD(weight_decay=0.25), [8], [[0], [1]], [1, 1])
    assert seen.tolist() == [[6], [6 - 2.5]]


def test_adam_is_algorithm_1() -> None:
    optimizer = Adam(beta1=0.8, beta2=0.9, epsilon=1e-3)
    gradients, rates = [3.0, -1.0, 0.5, 0.5], [0.1, 0.1, 0.1, 0.2]
    w = m = v = 0.0
    expected = []
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), 1):
        m = 0.8 * m + 0.2 * g
        v = 0.9 * v + 0.1 * g * g
        w -= rate * (m / (1 - 0.8**t)) / (sqrt(v / (1 - 0.9**t)) + 1e-3)
        expected.append([w])
    assert updates(optimizer, [0], [[g] for g in gradients], rates) == pytest.approx(np.array(expected), rel=1e-12)


def test_adam_decay_is_part_of_the_gradient() -> None:
    decayed = updates(Adam(weight_decay=0.5), [2], [[1]], [0.1])
    assert np.array_equal(decayed, updates(Adam(), [2], [[1 + 0.5 * 2]], [0.1]))


def test_adamw_decays_beside_the_gradient() -> None:
    """Each step subtracts lr·decay·W, and separately what Adam subtracts for the same gradients."""
    gradients, rates = [[1e-3, 1e3], [-2e-3, 1e3]], [0.1, 0.2]
    (a1, a2), (b1, b2) = updates(Adam(), [0, 0], gradients, rates)
    assert a1 == pytest.approx(-0.1, rel=1e-4)
    expected = [[5 * 0.95 + a1, 5 * 0.95 + a2]]
    expected.append([expected[0][0] * 0.9 + b1 - a1, expected[0][1] * 0.9 + b2 - a2])
    assert updates(AdamW(weight_decay=0.5), [5, 5], gradients, rates) == pytest.approx(np.array(expected), rel=1e-12)


def test_adamw_without_decay_is_adam() -> None:
    gradients, rates = [[3.0], [-1.0], [0.5]], [0.1, 0.1, 0.2]
    assert np.array_equal(
        updates(AdamW(0.8, 0.9, 1e-3, weight_decay=0), [2], gradients, rates),
        updates(Adam(0.8, 0.9, 1e-3), [2], gradients, rates),
    )
    assert AdamW().weight_decay == 0.01


EVERY_WAY = [
    SGD(),
    SGD(0.9),
    SGD(0, 0.1),
    SGD(0.9, 0.1),
    SGD(0.9, nesterov=True),
    SGD(0.9, 0.1, nesterov=True),
    Adam(),
    Adam(weight_decay=0.1),
    AdamW(),
    AdamW(weight_decay=0),
]


@pytest.mark.parametrize("optimizer", EVERY_WAY, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_update_changes_neither_params_nor_gradient(optimizer: Optimizer, dtype: type[np.floating]) -> None:
    params, gradient = np.array([1, 2], dtype), np.array([3, 4], dtype)
    updater = optimizer.begin(2, np.dtype(dtype))
    for _ in range(3):
        out = updater.update(params, gradient, 0.1)
        assert out.dtype == dtype
        assert not np.shares_memory(out, params)
        assert not np.shares_memory(out, gradient)
    assert params.tolist() == [1, 2]
    assert gradient.tolist() == [3, 4]


@pytest.mark.parametrize("optimizer", EVERY_WAY, ids=str)
def test_an_update_allocates_nothing_of_the_parameters_size(optimizer: Optimizer) -> None:
    size = 100_000
    params, gradient = np.ones(size, np.float32), np.ones(size, np.float32)
    updater = optimizer.begin(size, params.dtype)
    updater.update(params, gradient, 0.1)
    tracemalloc.start()
    try:
        updater.update(params, gradient, 0.1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < params.nbytes / 10


@examples(150)
@given(optimizers, st.sampled_from(["f4", "f8"]), st.integers(0, 5), seeds)
def test_an_updater_restored_goes_on_bit_for_bit(optimizer: Optimizer, dtype: str, before: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    params = rng.standard_normal(7).astype(dtype)
    original, restored = (optimizer.begin(7, params.dtype) for _ in range(2))

    def gradient() -> Array:
        return rng.standard_normal(7).astype(dtype)

    for _ in range(before):
        original.update(params, gradient(), 0.1)
    restored.update(params, gradient(), 0.3)  # its own state will be replaced
    state = original.state()
    restored.restore(state)
    for _ in range(3):
        now, rate = gradient(), rng.random()
        assert original.update(params, now, rate).tobytes() == restored.update(params, now, rate).tobytes()
    again = optimizer.begin(7, params.dtype)
    again.restore(state)  # `state` is a copy, so neither updater has changed it
    assert all(np.array_equal(value, again.state()[name]) for name, value in state.items())
    assert again.state().keys() == state.keys()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(momentum=1), "momentum: expected a number from 0 up to, not including, 1, got 1"),
        (lambda: SGD(momentum=-0.1), "momentum: .*got -0.1"),
        (lambda: SGD(momentum=float("nan")), "momentum: .*got nan"),
        (lambda: SGD(weight_decay=-1), "weight_decay: expected a finite number of at least 0, got -1"),
        (lambda: SGD(weight_decay=float("inf")), "weight_decay: .*got inf"),
        (lambda: SGD(nesterov=True), "nesterov: expected a momentum above 0 to go with it, got 0"),
        (lambda: SGD(momentum=-0.1, nesterov=True), "momentum: .*got -0.1"),
        (lambda: Adam(beta1=1), "beta1: .*got 1"),
        (lambda: Adam(beta2=-1), "beta2: .*got -1"),
        (lambda: Adam(epsilon=-1), "epsilon: .*got -1"),
        (lambda: Adam(epsilon=0), "epsilon: .*above 0, got 0"),  # a weight without gradient would be 0 / 0
        (lambda: Adam(weight_decay=float("nan")), "weight_decay: .*got nan"),
        (lambda: AdamW(beta2=1), "beta2: .*got 1"),
        (lambda: AdamW(weight_decay=-0.1), "weight_decay: .*got -0.1"),
    ],
)
def test_impossible_settings_are_named(make: type[Optimizer], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
