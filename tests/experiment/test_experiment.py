"""Lanes in lockstep: what they share, what they do not, and their records."""

from math import inf, isfinite, isnan, nan

import numpy as np
import pytest
from kernelscope.datasets import Dataset
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.impossible import Impossible
from kernelscope.nn import DataParallel, Loss, Masks, Network
from kernelscope.picture.snapshot import snapshot_of

from tests.experiment.support import Array, bars, network_with, part, run, same_bits, small, small_config, weights


def test_lanes_start_with_the_same_weights() -> None:
    first, *others = weights(small(0.003, 0.1, 1.0))
    assert all(np.array_equal(first, other) for other in others)
    assert first.any()


def test_lanes_see_the_same_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[Network], Array, Array]] = []
    gradients = DataParallel.gradients

    def noted(
        self: DataParallel, networks: list[Network], images: Array, labels: Array, masks: Masks, counts: list[int]
    ) -> list[Loss]:
        seen.append((list(networks), images.copy(), labels.copy()))
        assert counts == [len(labels)] * len(networks)
        return gradients(self, networks, images, labels, masks, counts)

    monkeypatch.setattr(DataParallel, "gradients", noted)
    experiment = small(0.01, 0.1, 1.0, threads=2)
    run(experiment, 9)
    assert all(networks == [lane.network for lane in experiment.lanes] for networks, _, _ in seen)
    # 100 images, 32 per batch: two epochs and one batch of the third.
    assert [len(labels) for _, _, labels in seen] == [32, 32, 32, 4] * 2 + [32]
    data = bars()
    epoch = np.concatenate([images for _, images, _ in seen[:4]])
    assert sorted(image.tobytes() for image in epoch) == sorted(image.tobytes() for image in data.train_images)
    assert not {image.tobytes() for image in epoch} & {image.tobytes() for image in data.test_images}


def test_equal_rates_stay_equal_bit_for_bit() -> None:
    experiment = small(0.1, 0.02, 0.1, threads=2)
    records = run(experiment, 30)
    first, slow, same = weights(experiment)
    assert np.array_equal(first, same)
    assert not np.array_equal(first, slow)
    assert all(record.loss[0] == record.loss[2] for record in records)


@pytest.mark.parametrize("threads", [1, 2])
def test_neither_company_nor_threads_change_a_bit(threads: int) -> None:
    alone = small(0.1)
    expected = run(alone, 25)
    company = small(1.0, 0.1, 0.003, 0.3, threads=threads, test_every=7)
    records = run(company, 25)
    assert [record.loss[1] for record in records] == [record.loss[0] for record in expected]
    assert np.array_equal(weights(company)[1], weights(alone)[0])
    assert np.array_equal(company.lanes[1].gradient.flat, alone.lanes[0].gradient.flat)


def test_the_same_configuration_trains_to_the_same_bits() -> None:
    one, same, other = small(0.1, seed=4), small(0.1, seed=4), small(0.1, seed=5)
    assert run(one, 20) == run(same, 20)
    run(other, 20)
    assert same_bits(snapshot_of(one), snapshot_of(same))
    assert not same_bits(snapshot_of(one), snapshot_of(other))


def test_a_record_has_each_lanes_numbers_on_the_batch_before_the_update() -> None:
    experiment = small(0.1, 0.2)
    run(experiment, 3)
    then = weights(experiment)
    [(images, labels)] = [next(experiment._batches)]
    experiment._batches = iter([(images, labels)])  # type: ignore[assignment]
    record, _ = experiment.advance()
    assert record.step == experiment.step == 4
    assert record.learning_rate == (0.1, 0.2)
    for place, params in enumerate(then):
        loss = network_with(experiment, params).loss(images, labels)
        assert (record.loss[place], record.accuracy[place]) == (loss.value, loss.accuracy)


def test_images_seen_counts_the_smaller_last_batch() -> None:
    experiment = small(0.1)
    seen = []
    for _ in range(5):
        experiment.advance()
        seen.append(experiment.images_seen)
    assert seen == [32, 64, 96, 100, 132]


def test_a_new_rate_takes_effect_at_the_next_step_and_in_one_lane() -> None:
    experiment, untouched = small(0.1, 0.1), small(0.1, 0.1)
    run(experiment, 5)
    run(untouched, 5)
    experiment.set_learning_rate("B", 0.4)
    before = weights(experiment)
    record, _ = experiment.advance()
    untouched.advance()
    assert record.learning_rate == (0.1, 0.4)
    assert record.step == 6
    lane = experiment.lanes[1]
    assert np.array_equal(lane.network.params.flat, before[1] - np.float32(0.4) * lane.gradient.flat)
    assert np.array_equal(weights(experiment)[0], weights(untouched)[0])
    assert not np.array_equal(weights(experiment)[1], weights(untouched)[1])
    with pytest.raises(KeyError):
        experiment.set_learning_rate("Z", 0.1)


@pytest.mark.parametrize("rate", [nan, inf, -0.1])
def test_a_rate_that_is_none_is_refused_and_training_goes_on(rate: float) -> None:
    experiment, untouched = small(0.1), small(0.1)
    run(experiment, 2)
    with pytest.raises(Impossible, match="learning_rate: expected a finite number of at least 0"):
        experiment.set_learning_rate("A", rate)
    run(experiment, 2)
    run(untouched, 4)
    assert np.array_equal(weights(experiment)[0], weights(untouched)[0])


def test_reset_gives_the_same_start_and_the_same_training() -> None:
    experiment = small(0.05, 0.2)
    start = snapshot_of(experiment)
    first = run(experiment, 12)
    end = snapshot_of(experiment)
    experiment.reset()
    assert (experiment.step, experiment.images_seen, experiment.seed) == (0, 0, ExperimentConfig().seed)
    assert same_bits(snapshot_of(experiment), start)
    assert run(experiment, 12) == first
    assert same_bits(snapshot_of(experiment), end)


def test_reset_keeps_the_rates_as_they_are_now() -> None:
    experiment, other = small(0.05, 0.2), small(0.05, 0.4)
    experiment.set_learning_rate("B", 0.4)
    run(experiment, 3)
    experiment.reset()
    assert run(experiment, 4) == run(other, 4)


def test_reset_forgets_momentum_and_conditions() -> None:
    lanes = [{"learning_rate": 0.05, "optimizer": {"type": "sgd", "momentum": 0.9}}]
    experiment = small(lanes=lanes)
    first = run(experiment, 5)
    experiment.lanes[0].network.params.flat.fill(np.nan)
    run(experiment, 1)
    assert experiment.finished
    experiment.reset()
    assert not experiment.finished
    assert experiment.lanes[0].condition.status == "training"
    assert run(experiment, 5) == first


def test_a_new_seed_gives_other_weights_and_another_order() -> None:
    experiment, other = small(0.1), small(0.1, seed=9)
    start = snapshot_of(experiment)
    experiment.reset(seed=9)
    assert experiment.seed == 9
    assert not same_bits(snapshot_of(experiment), start)
    assert run(experiment, 6) == run(other, 6)
    experiment.reset()  # with the new seed, not the first
    assert same_bits(snapshot_of(experiment), snapshot_of(small(0.1, seed=9)))


def test_weights_and_order_are_drawn_apart() -> None:
    """Another network of the same seed sees the same batches in the same order."""
    other = small(0.1, architecture=small_config(0.1).architecture[-1:])
    one = small(0.1)
    assert all(np.array_equal(next(one._batches)[0], next(other._batches)[0]) for _ in range(6))


def test_a_diverging_lane_stops_alone() -> None:
    experiment, alone = small(0.1, 0.1, 0.1, threads=2), small(0.1)
    run(experiment, 6)
    experiment.set_learning_rate("B", 1e39)
    last = snapshot_of(experiment)
    record, _ = experiment.advance()
    assert all(isfinite(loss) for loss in record.loss)  # of the update's batch, measured before it
    after = run(experiment, 5)
    expected = run(alone, 12)
    assert all(isnan(record.loss[1]) and isnan(record.accuracy[1]) for record in after)
    assert [record.loss[0] for record in after] == [record.loss[0] for record in expected[7:]]
    assert [record.loss[2] for record in after] == [record.loss[0] for record in expected[7:]]
    lane = experiment.lanes[1]
    assert (lane.condition.status, lane.condition.step, lane.condition.cause) == ("diverged", 7, "weight")
    snapshot = snapshot_of(experiment)
    assert snapshot.step == 12
    assert snapshot.lane_steps == (12, 6, 12)
    assert last.grads is not None
    assert snapshot.grads is not None
    for name, kernels in snapshot.params.items():
        assert np.array_equal(kernels[1], last.params[name][1])
        assert np.array_equal(snapshot.grads[name][1], last.grads[name][1])
        assert not np.array_equal(kernels[0], last.params[name][0])
    assert not experiment.finished


def test_an_experiment_is_finished_when_every_lane_has_diverged() -> None:
    experiment = small(0.1, 0.1)
    experiment.set_learning_rate("A", 1e39)
    run(experiment, 1)
    assert not experiment.finished
    experiment.set_learning_rate("B", 1e39)
    run(experiment, 1)
    assert experiment.finished
    record, _ = experiment.advance()
    assert record.loss == pytest.approx((nan, nan), nan_ok=True)


def test_a_rate_that_is_really_too_large_diverges() -> None:
    """Without ReLUs nothing can die, so the loss diverges without any manipulation of the weights."""
    linear = [spec for spec in small_config(0.1).architecture if spec.type != "relu"]
    experiment = small(0.01, 1000.0, architecture=linear)
    records = run(experiment, 30)
    good, bad = experiment.lanes
    assert good.condition.status == "training"
    assert bad.condition.status == "diverged"
    assert bad.condition.step is not None
    assert np.isfinite(bad.network.params.flat).all()
    assert np.isfinite(bad.gradient.flat).all()
    assert [isnan(record.loss[1]) for record in records[bad.condition.step :]] == [True] * (30 - bad.condition.step)
    assert bad.steps == bad.condition.step - 1


def test_of_the_default_lanes_the_third_collapses_and_the_others_go_on(digits: Dataset) -> None:
    config = small_config(0.1).model_validate({"seed": 3, "test_every": 1000})
    experiment = Experiment(config, part(digits, 2000, 200), threads=2)
    condition = experiment.lanes[2].condition
    while condition.status == "training" and experiment.step < 120:  # step 10 where this was written
        run(experiment, 1)
        condition = experiment.lanes[2].condition
    assert condition.status == "collapsed"
    assert condition.step == experiment.step - 1  # detected by the step that finds its gradient zero
    assert condition.cause in {"conv1", "conv2"}
    assert [lane.condition.status for lane in experiment.lanes[:2]] == ["training", "training"]
    snapshot = snapshot_of(experiment)
    assert snapshot.grads is not None
    for kernels, gradients in zip(snapshot.params.values(), snapshot.grads.values(), strict=True):
        assert np.isfinite(kernels).all()
        assert not gradients[2].any()
        assert gradients[:2].any(axis=tuple(range(1, gradients.ndim))).all()
    # It continues with only the dense bias, which learns the frequency of each digit.
    records = run(experiment, 30)
    assert np.mean([record.loss[2] for record in records[-10:]]) == pytest.approx(np.log(10), abs=0.05)
    assert snapshot_of(experiment).lane_steps == (experiment.step,) * 3
    assert experiment.lanes[2].condition == condition


def test_a_snapshots_gradient_is_the_one_that_the_update_used() -> None:
    experiment = small(0.003, 0.05, 0.2)
    run(experiment, 4)
    for _ in range(5):
        before = snapshot_of(experiment)
        experiment.advance()
        after = snapshot_of(experiment)
        assert after.grads is not None
        for name, kernels in before.params.items():
            for place, rate in enumerate((0.003, 0.05, 0.2)):
                update = np.float32(rate) * after.grads[name][place]
                assert update.any()
                assert np.array_equal(after.params[name][place], kernels[place] - update)


def test_a_snapshot_is_all_kernels_and_nothing_else() -> None:
    experiment = small(0.1, 0.2)
    snapshot = snapshot_of(experiment)
    assert (snapshot.step, snapshot.images_seen, snapshot.lane_steps, snapshot.grads) == (0, 0, (0, 0), None)
    shapes = {
        "conv1.weight": (2, 3, 1, 3, 3),
        "conv1.bias": (2, 3),
        "conv2.weight": (2, 4, 3, 3, 3),
        "conv2.bias": (2, 4),
    }
    assert {name: array.shape for name, array in snapshot.params.items()} == shapes
    experiment.advance()
    snapshot = snapshot_of(experiment)
    assert snapshot.grads is not None
    assert {name: array.shape for name, array in snapshot.grads.items()} == shapes
    assert all(array.dtype == np.float32 for array in [*snapshot.params.values(), *snapshot.grads.values()])
    for place, lane in enumerate(experiment.lanes):
        assert np.array_equal(snapshot.params["conv2.weight"][place], lane.network.params["conv2.weight"])
        assert np.array_equal(snapshot.grads["conv2.weight"][place], lane.network.grads["conv2.weight"])


@pytest.mark.parametrize("rates", [(0.1,), (0.1, 0.2)])
def test_a_snapshot_is_a_copy(rates: tuple[float, ...]) -> None:
    experiment = small(*rates)
    run(experiment, 2)
    snapshot = snapshot_of(experiment)
    assert snapshot.grads is not None
    held = [*snapshot.params.values(), *snapshot.grads.values()]
    before = [array.copy() for array in held]
    end = weights(experiment)
    for array in held:
        array += 1
    assert all(np.array_equal(mine, now) for mine, now in zip(end, weights(experiment), strict=True))
    for array in held:
        array -= 1
    run(experiment, 3)
    assert all(np.array_equal(np.float32(array + 1) - 1, now) for array, now in zip(before, held, strict=True))


def test_the_probe_has_images_of_every_class_from_the_test_set(digits: Dataset) -> None:
    experiment = small(0.1, data=digits)
    assert experiment.probe.shape == (100, 1, 28, 28)
    test = {image.tobytes(): label for image, label in zip(digits.test_images, digits.test_labels, strict=True)}
    labels = [test[image.tobytes()] for image in experiment.probe]
    assert np.bincount(labels).tolist() == [10] * 10


@pytest.mark.slow
def test_the_good_lane_reads_digits(digits: Dataset) -> None:
    """96 % of the test images by step 1,000, at batch 64."""
    config = small_config(0.1).model_validate({"lanes": [{"learning_rate": 0.1}], "test_every": 1000})
    experiment = Experiment(config, digits, threads=1)
    tests = [record for _ in range(1000) for record in experiment.advance()[1]]
    while experiment.evaluating:
        tests += experiment.evaluate()
    assert [record.step for record in tests] == [0, 1, 2, 5, 10, 20, 50, 1000]
    assert tests[0].accuracy[0] < 0.3
    assert tests[-1].accuracy[0] >= 0.96
