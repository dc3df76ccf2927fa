"""Any number of threads and of networks give the same bits."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.nn import (
    SGD,
    Conv,
    DataParallel,
    Dense,
    Dropout,
    LayerSpec,
    Loss,
    MaxPool,
    Network,
    ReLU,
    inputs,
    train,
)
from kernelscope.nn.crew.all_cores import AllCores
from kernelscope.nn.workspace import Workspace

from tests.nn.support import MASKS, Shape, architectures, examples, random_network, seeds
from tests.nn.textbook import Array

LAYERS: list[LayerSpec] = [
    Conv("conv1", 4, 5, padding=2),
    ReLU("relu1"),
    MaxPool("pool1"),
    Conv("conv2", 3, 3),
    ReLU("relu2"),
    MaxPool("pool2", 3, 2),
    Dropout("dropout", 0.3),
    Dense("dense", 10),
]
SHAPE = (1, 16, 14)


def batch(n: int, seed: int = 1) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.random((n, *SHAPE), dtype=np.float32), rng.integers(0, 10, n)


def networks(count: int) -> list[Network]:
    return [Network(LAYERS, SHAPE, np.random.default_rng(seed)) for seed in range(count)]


@contextmanager
def parallel(network: Network, threads: int) -> Iterator[DataParallel]:
    made = DataParallel(network.shapes, network.dtype, threads)
    yield made
    made.close()


@pytest.mark.parametrize("n", [1, 7, 16, 50, 64, 129, 300])
@pytest.mark.parametrize(("threads", "lanes"), [(1, 1), (2, 1), (2, 3), (3, 2), (5, 8)])
def test_neither_threads_nor_company_change_a_bit(n: int, threads: int, lanes: int) -> None:
    data = batch(n)
    expected = networks(lanes)
    losses = [network.loss_and_gradient(*data) for network in expected]
    found = networks(lanes)
    with parallel(found[0], threads) as many:
        assert many.losses([network.params for network in found], *data) == losses
        for _ in range(3):
            assert many.gradients(found, *data) == losses
            for network, other in zip(found, expected, strict=True):
                assert np.array_equal(network.grads.flat, other.grads.flat)


@given(architectures(), st.integers(1, 70), st.integers(1, 3), st.integers(2, 4), seeds)
@examples(30)
def test_swept_architectures(drawn: tuple[list[LayerSpec], Shape], n: int, lanes: int, threads: int, seed: int) -> None:
    architecture, shape = drawn
    rng = np.random.default_rng(seed)
    lane = [random_network(architecture, shape, np.random.default_rng(seed + place)) for place in range(lanes)]
    images, labels = rng.standard_normal((n, *shape)), rng.integers(0, 3, n)
    expected = []
    for network in lane:
        loss = network.loss_and_gradient(images, labels, MASKS)
        expected.append((loss, network.grads.flat.copy()))
        network.grads.flat.fill(np.nan)
    with parallel(lane[0], threads) as many:
        losses = many.gradients(lane, images, labels, MASKS)
        assert many.losses([network.params for network in lane], images, labels, MASKS) == losses
    for network, loss, (expected_loss, gradient) in zip(lane, losses, expected, strict=True):
        assert loss == expected_loss
        assert np.array_equal(network.grads.flat, gradient)


def test_training_gives_the_same_weights_with_any_number_of_threads() -> None:
    trained = []
    for threads in (1, 2, 3):
        network = networks(1)[0]
        batches = [batch(n, seed) for seed, n in enumerate([64, 64, 20, 64, 3, 100])]
        steps = list(train(network, batches, SGD(0.9), 0.05, threads))
        assert len(steps) == 6
        trained.append(network.params.flat)
    assert np.array_equal(trained[0], trained[1])
    assert np.array_equal(trained[0], trained[2])


def test_threads_that_interrupt_each_other_all_the_time_change_no_bit() -> None:
    interval = sys.getswitchinterval()
    lanes, data = networks(4), batch(100)
    expected = [network.loss_and_gradient(*data) for network in lanes]
    gradients = [network.grads.flat.copy() for network in lanes]
    try:
        sys.setswitchinterval(1e-6)
        with parallel(lanes[0], 4) as many:
            for _ in range(20):
                assert many.gradients(lanes, *data) == expected
                for network, gradient in zip(lanes, gradients, strict=True):
                    assert np.array_equal(network.grads.flat, gradient)
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(("threads", "broken"), [(1, "MainThread"), (2, "MainThread"), (2, "helper"), (3, "helper")])
def test_an_error_in_a_thread_is_raised_and_leaves_it_usable(
    threads: int, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is raised once all threads have stopped, since the caller may reuse the arrays that they write to."""
    lanes, data = networks(3), batch(100)
    expected = [network.loss_and_gradient(*data) for network in lanes]
    compute = Workspace.loss_and_gradient
    computing: set[str] = set()
    failed = threading.Event()

    def fail(self: Workspace, *job: Any) -> Loss:
        name = threading.current_thread().name
        if name.startswith(broken) and not failed.is_set():
            failed.set()
            raise MemoryError("no room")
        computing.add(name)
        failed.wait(10)
        time.sleep(0.02)  # after the error has occurred
        found = compute(self, *job)
        computing.remove(name)
        return found

    with parallel(lanes[0], threads) as many:
        with monkeypatch.context() as patched:
            patched.setattr(Workspace, "loss_and_gradient", fail)
            with pytest.raises(MemoryError, match="no room"):
                many.gradients(lanes, *data)
            assert not computing
        assert many.gradients(lanes, *data) == expected


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads_are_refused(threads: int) -> None:
    with pytest.raises(ValueError, match=f"threads: expected a whole number of at least 1, got {threads}"):
        DataParallel(networks(1)[0].shapes, np.dtype(np.float32), threads)


def test_no_network_and_no_thread_more_than_there_is_work() -> None:
    [network] = networks(1)
    with parallel(network, 8) as many:
        assert many.gradients([], *batch(64)) == []
        assert len(many.gradients([network], *batch(1))) == 1


def test_little_work_is_not_dealt(monkeypatch: pytest.MonkeyPatch) -> None:
    def deal(*args: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(inputs, "available_cores", lambda: 2)
    monkeypatch.setattr(AllCores, "carry_out", deal)
    [network] = networks(1)
    many = DataParallel(network.shapes, network.dtype)
    assert many.gradients([network], *batch(16)) == [network.loss_and_gradient(*batch(16))]
    with pytest.raises(NotImplementedError):
        many.gradients([network], *batch(300))
    many.close()
