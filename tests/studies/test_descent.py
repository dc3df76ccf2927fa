"""The loss along an update, for lines with a known minimum, and networks small enough to solve by hand."""

from collections.abc import Callable
from contextlib import suppress
from math import exp, inf, isnan, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import SGD, Adam, DataParallel, Dense, Network, apply_update
from kernelscope.studies.descent import (
    GROWTH,
    LONGEST,
    SHORTEST,
    Bound,
    Line,
    LossLine,
    minimum,
    refined,
)
from kernelscope.studies.twin import twin

from tests.experiment.support import SMALL, Array, bars

DATA = bars()
IMAGES, LABELS = DATA.train_images[:40], DATA.train_labels[:40]


def search(function: Callable[[float], float], slope: float) -> tuple[dict[float, float], Bound | None]:
    """All values that were computed, including that at 0, and the bound."""
    known = {0.0: function(0)}
    wanted = minimum(known, slope)
    t = next(wanted)
    try:
        while True:
            assert t not in known  # nothing is computed twice
            t = wanted.send(function(t))
    except StopIteration as end:
        return known, end.value


@given(st.floats(-3, 4.5), st.floats(-3, 3))
def test_a_parabola_s_minimum_is_found_exactly(place: float, depth: float) -> None:
    best, scale = 10**place, 10**depth
    known, bound = search(lambda t: scale * ((t / best - 1) ** 2 + 1), -2 * scale / best)
    assert bound is None
    assert min(known, key=known.__getitem__) == pytest.approx(best, rel=0.01)
    assert len(known) <= 15


@given(st.floats(-2, 4), st.floats(1, 8))
def test_a_minimum_before_a_wall_is_found_all_the_same(place: float, power: float) -> None:
    """A loss that falls slowly and then explodes, as a network's does along its gradient."""
    best = 10**place

    def function(t: float) -> float:
        x = t / best
        return 10 - x + x ** (power + 1) / (power + 1) if x < 30 else inf

    known, bound = search(function, -1 / best)
    assert bound is None
    assert min(known, key=known.__getitem__) == pytest.approx(best, rel=0.01)
    assert len(known) <= 24


def test_where_there_is_no_minimum_the_search_says_so() -> None:
    known, bound = search(lambda t: 1 / (1 + t), -1)
    assert (bound, max(known)) == ("longest", LONGEST)
    known, bound = search(lambda t: 1 + (t > 0), -1)
    assert (bound, sorted(known)[1]) == ("shortest", SHORTEST)
    assert search(lambda t: 1 + t, 1) == ({0: 1, 1: 2}, "shortest")
    assert search(lambda t: 1, 0) == ({0: 1, 1: 1}, None)


def test_infinities_are_beyond_the_minimum() -> None:
    known, bound = search(lambda t: (t - 0.1) ** 2 if t < 0.15 else inf, -0.2)
    assert bound is None
    assert min(known, key=known.__getitem__) == pytest.approx(0.1, rel=0.01)


def test_a_step_too_short_for_float32_is_made_longer_at_once() -> None:
    """Otherwise rounding could make the loss seem to rise."""
    best = 1e4

    def function(t: float) -> float:
        return round(1 + ((t / best - 1) ** 2 - 1) / 100, 7)

    known, bound = search(function, -2 / best / 100)
    assert bound is None
    assert sorted(known)[:3] == [0, 1, GROWTH]
    assert min(known, key=known.__getitem__) == pytest.approx(best, rel=0.05)


def test_a_lower_value_in_the_picture_is_gone_on_from() -> None:
    """A second, lower minimum beyond the one that the search finds is found from the plot."""

    def function(t: float) -> float:
        return 1 - 0.1 * exp(-((t - 1) ** 2) * 50) - 0.2 * exp(-((t - 2.55) ** 2) * 50)

    known = {0.0: function(0), 0.5: function(0.5), 1.0: function(1), 1.5: function(1.5)}
    known |= {t: function(t) for t in (2.0, 2.5, 3.0)}
    wanted = refined(known)
    t = next(wanted)
    with suppress(StopIteration):
        while True:
            t = wanted.send(function(t))
    assert min(known, key=known.__getitem__) == pytest.approx(2.55, rel=0.01)


@pytest.mark.parametrize("rate", [0.001, 0.03, 0.3, 1.0, 3.0, 10.0, 30.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_minimum_is_that_of_the_drawn_curve(seed: int, rate: float) -> None:
    """No point is lower, and the lowest of 401 around it is within 1 % of it, up to rounding."""
    network = Network(SMALL, (1, 12, 12), np.random.default_rng(seed))
    network.loss_and_gradient(IMAGES, LABELS)
    update = -rate * network.grads.flat
    found = line(network, update, rate, points=32)
    least = found.losses[found.multiples.index(found.best)]
    assert least == min(found.losses)
    other, values = twin(network), []
    places = np.linspace(0.9, 1.1, 401) * found.best
    for multiple in places:
        other.params.flat[...] = network.params.flat + np.float32(multiple) * update
        values.append(other.loss(IMAGES, LABELS).value)
    near = np.abs(places / found.best - 1) <= 0.01
    assert min(np.array(values)[near]) <= min(values) + 2e-7 * least


def small_network() -> Network:
    network = Network(SMALL, (1, 12, 12), np.random.default_rng(3))
    network.loss_and_gradient(IMAGES, LABELS)
    return network


def line(network: Network, update: Array, rate: float = 0.1, points: int = 0, most: int = 2) -> LossLine:
    loss = network.loss(IMAGES, LABELS).value
    going = Line(network.params, update, network.grads.flat, loss, IMAGES, LABELS, rate, points)
    parallel = DataParallel(network.shapes, network.dtype, 1)
    for _ in range(200):
        if (found := going.advance(parallel, most)) is not None:
            assert going.advance(parallel, most) == found  # it stays done
            return found
    pytest.fail("no end")


def two_weights() -> tuple[Network, Array, np.ndarray]:
    """Two classes from one pixel, no bias used: logits (a·x, b·x), with x = 1 and labels 0, 0, 0, 1."""
    network = Network([Dense("dense", 2)], (1, 1, 1), np.random.default_rng(0))
    network.params.flat.fill(0)
    return network, np.ones((4, 1, 1, 1), np.float32), np.array([0, 0, 0, 1])


def test_two_weights_by_hand() -> None:
    """With logits z and −z the loss is log(1 + e^−2z) + ½z (of −2z for the one image in four), least where p = ¾.

    At zero ∂L/∂logits = (½ − ¾, ½ − ¼) = (−¼, ¼), for the weights (x is 1) and the biases alike. One step of rate 1
    makes the logits ±½; L(t) is that of ±t/2, whose p = 1 / (1 + e^−t) is ¾ at t = log 3.
    """
    network, images, labels = two_weights()
    loss = network.loss_and_gradient(images, labels)
    assert loss.value == pytest.approx(log(2))
    assert network.grads.flat.tolist() == pytest.approx([-0.25, 0.25, -0.25, 0.25])
    parallel = DataParallel(network.shapes, network.dtype, 1)
    going = Line(network.params, -network.grads.flat, network.grads.flat, loss.value, images, labels, 1.0)
    while (found := going.advance(parallel)) is None:
        pass
    assert found.best == pytest.approx(log(3), rel=0.01)
    assert found.best_alpha == found.best
    assert found.ratio == 1 / found.best
    assert found.loss == pytest.approx(log(2))
    assert found.loss_at_step == pytest.approx(log(1 + np.exp(-1)) + 0.25)
    assert min(found.losses) == pytest.approx(-0.75 * log(0.75) - 0.25 * log(0.25), rel=1e-3)


def test_the_values_are_the_network_s_own() -> None:
    network = small_network()
    update = -0.1 * network.grads.flat
    found = line(network, update, points=6)
    shifted = network.params.copy()
    other = twin(network)
    for multiple, value in zip(found.multiples, found.losses, strict=True):
        shifted.flat[...] = network.params.flat + update * np.float32(multiple)
        other.params.flat[...] = shifted.flat
        assert value == pytest.approx(other.loss(IMAGES, LABELS).value, rel=1e-6)
    assert found.multiples == tuple(sorted(found.multiples))
    assert found.alphas == tuple(multiple * 0.1 for multiple in found.multiples)
    assert max(found.multiples) >= max(3, 2 * found.best)
    assert found.losses[found.multiples.index(found.best)] <= min(found.loss, found.loss_at_step)


def test_the_unit_of_the_update_does_not_matter() -> None:
    """For a step a tenth as long, t* is ten times as large, and α* the same."""
    network = small_network()
    found = [line(network, -rate * network.grads.flat, rate).best_alpha for rate in (0.001, 0.01, 0.1, 1.0)]
    assert found == pytest.approx([found[0]] * 4, rel=0.02)


@pytest.mark.parametrize("optimizer", [SGD(), SGD(momentum=0.9), Adam()])
def test_a_line_along_any_update(optimizer: SGD | Adam) -> None:
    network = small_network()
    before = network.params.copy()
    updater = optimizer.begin(network.params.flat.size, network.dtype)
    loss = network.loss_and_gradient(IMAGES, LABELS)
    apply_update(network, updater, loss, 0.01)
    after = network.loss(IMAGES, LABELS).value
    parallel = DataParallel(network.shapes, network.dtype, 1)
    going = Line(before, network.params.flat - before.flat, network.grads.flat, loss.value, IMAGES, LABELS, 0.01)
    while (found := going.advance(parallel)) is None:
        pass
    assert found.loss_at_step == pytest.approx(after, rel=1e-5)
    assert found.best > 0


def test_sliced_is_unsliced_and_nothing_else_is_touched() -> None:
    network = small_network()
    update = -0.3 * network.grads.flat
    kept = [array.copy() for array in (network.params.flat, network.grads.flat, update)]
    assert line(network, update, points=5, most=1) == line(network, update, points=5, most=100)
    for array, copy in zip((network.params.flat, network.grads.flat, update), kept, strict=True):
        assert array.tobytes() == copy.tobytes()


def test_training_may_go_on_meanwhile() -> None:
    network = small_network()
    update = -0.3 * network.grads.flat
    expected = line(network, update)
    parallel = DataParallel(network.shapes, network.dtype, 1)
    loss = network.loss(IMAGES, LABELS).value
    going = Line(network.params, update, network.grads.flat, loss, IMAGES, LABELS, 0.1)
    while (found := going.advance(parallel)) is None:
        network.params.flat += 1
        update += 1
        network.grads.flat.fill(nan)
    assert found == expected


def test_a_step_uphill_and_none_at_all() -> None:
    network = small_network()
    uphill = line(network, network.grads.flat.copy())
    assert (uphill.best, uphill.ratio, uphill.bound) == (0, inf, "shortest")
    still = line(network, np.zeros_like(network.grads.flat))
    assert (still.best, still.bound, still.multiples) == (0, None, (0, 1))
    assert isnan(still.ratio)  # it is neither too long nor too short


def test_an_overflow_is_a_loss_of_infinity() -> None:
    network = small_network()
    found = line(network, np.full_like(network.params.flat, 1e38))
    assert found.loss_at_step == inf
    assert (found.best, found.bound) == (0, "shortest")


def refused(expected: str, **members: object) -> None:
    network = small_network()
    values: dict[str, object] = {
        "before": network.params,
        "update": -network.grads.flat,
        "gradient": network.grads.flat,
        "loss": 2.3,
        "images": IMAGES,
        "labels": LABELS,
        "learning_rate": 1.0,
    }
    with pytest.raises(ValueError, match=expected):
        Line(**{**values, **members})  # type: ignore[arg-type]


def test_what_makes_no_sense_is_refused_in_words() -> None:
    refused(r"expected an update and a gradient of shape \(\d+,\), got \(2,\)", update=np.zeros(2, np.float32))
    refused("expected a finite loss and slope along the update, got nan", loss=nan)
    refused("points: expected at least 0, got -1", points=-1)
    network = small_network()
    going = Line(network.params, -network.grads.flat, network.grads.flat, 2.3, IMAGES, LABELS, 1.0)
    with pytest.raises(ValueError, match="most: expected at least 1, got 0"):
        going.advance(DataParallel(network.shapes, network.dtype, 1), 0)


def test_a_twin_shares_nothing() -> None:
    network = small_network()
    other = twin(network)
    assert other.params.flat.tobytes() == network.params.flat.tobytes()
    other.params.flat.fill(1)
    other.loss_and_gradient(IMAGES, LABELS)
    assert not np.array_equal(other.params.flat, network.params.flat)
