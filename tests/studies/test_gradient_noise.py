"""Gradient noise, against gradients of the parts computed separately, and calculations by hand."""

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from kernelscope.experiment import Experiment
from kernelscope.impossible import Impossible
from kernelscope.nn import Network
from kernelscope.studies.gradient_noise import NoiseSubject, noise_of, parts

from tests.experiment.support import SMALL, run, small


def found(experiment: Experiment, subject: NoiseSubject) -> dict[str, Any]:
    [members] = [members for members in subject.study(experiment) if members]
    return dict(members)


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


@pytest.mark.parametrize(("batch", "counts"), [(32, [4] * 8), (30, [3, 4, 4, 4, 3, 4, 4, 4]), (5, [1] * 5)])
def test_the_parts_together_are_the_gradient_of_the_step(batch: int, counts: list[int]) -> None:
    experiment = small(0.1, 0.2, batch_size=batch)
    run(experiment, 3)
    lane = experiment.lanes[1]
    before = lane.before.flat.copy()
    noise = found(experiment, NoiseSubject("B", "conv2", 2))["noise"]
    assert noise["counts"] == counts
    mean = array(noise["mean"])
    np.testing.assert_allclose(mean, lane.gradient["conv2.weight"][2], rtol=1e-4, atol=1e-6)
    # The same from a separate network, one part at a time.
    assert experiment.last
    images, labels, _ = experiment.last
    network = Network(SMALL, (1, 12, 12), np.random.default_rng(0))
    network.params.flat[...] = before
    gradients = []
    for part in np.split(np.arange(batch), np.cumsum(counts)[:-1]):
        network.loss_and_gradient(images[part], labels[part])
        gradients.append(network.grads["conv2.weight"][2].astype(float))
    stacked, sizes = np.stack(gradients), np.array(counts)
    np.testing.assert_allclose(np.average(stacked, 0, weights=sizes), mean, rtol=1e-4, atol=1e-6)
    if len({*counts}) == 1:
        np.testing.assert_allclose(array(noise["spread"]), stacked.std(0, ddof=1), rtol=1e-3, atol=1e-6)
    signs = np.sign(stacked)
    assert noise["agreeing"] == np.count_nonzero(np.abs(signs.sum(0)) == len(counts))
    assert noise["cells"] == mean.size == 27
    length, spread = np.linalg.norm(mean), np.linalg.norm(array(noise["spread"]))
    assert (noise["length"], noise["spread_length"]) == pytest.approx((length, spread), rel=1e-5)
    assert noise["signal_length"] == pytest.approx(length / (spread / np.sqrt(len(counts))), rel=1e-5)


def test_numbers_by_hand() -> None:
    gradients = np.array([[[[1.0, 2.0, 0.0]]], [[[3.0, -2.0, 0.0]]]])
    noise = noise_of(gradients, [2, 2])
    assert noise.mean.tolist() == [[[2, 0, 0]]]
    assert noise.spread.tolist() == [[[pytest.approx(np.sqrt(2)), pytest.approx(np.sqrt(8)), 0]]]
    assert noise.signal[0, 0, :2] == pytest.approx([2, 0])
    assert np.isnan(noise.signal[0, 0, 2]), "nothing of either"
    assert noise.agreeing == 1
    assert noise.scale is None, "‖G‖² = 4, and the squared standard errors are 1 + 4"
    clear = noise_of(np.array([[[[1.0]]], [[[3.0]]]]), [2, 2])
    # σ² = (2·1 + 2·1)/1 = 4; ‖G‖² − σ²/4 = 3.
    assert clear.scale == pytest.approx(4 / 3)


def test_unequal_parts_give_no_bias() -> None:
    """The estimated variance of single images is unbiased, whatever the sizes of the parts."""
    rng = np.random.default_rng(1)
    counts, variance = [1, 2, 5], 0.0
    for _ in range(4000):
        gradients = np.stack([rng.normal(0.5, 3, (count, 1)).mean(0) for count in counts])
        variance += float(noise_of(gradients, counts).error[0] ** 2) * sum(counts) / 4000
    assert variance == pytest.approx(9, rel=0.1)


@pytest.mark.parametrize(("images", "sizes"), [(64, [8] * 8), (7, [1] * 7), (2, [1, 1]), (9, [1] * 7 + [2])])
def test_parts_are_as_equal_as_can_be(images: int, sizes: list[int]) -> None:
    assert [part.stop - part.start for part in parts(images)] == sizes
    assert parts(images)[0].start == 0
    assert parts(images)[-1].stop == images


def test_what_cannot_be_measured_is_said() -> None:
    experiment = small(0.1)
    subject = NoiseSubject("A", "conv1", 0)
    assert found(experiment, subject) == {"lane_step": 0, "missing": "no_step", "noise": None}
    run(experiment, 1)
    resumed = Experiment(experiment.config, experiment.data)
    resumed.restore(experiment.checkpoint())
    assert found(resumed, subject)["missing"] == "no_batch"
    experiment.set_learning_rate("A", 1e39)
    run(experiment, 2)
    assert found(experiment, subject)["missing"] == "stopped"
    single = small(0.1, batch_size=1)
    run(single, 1)
    assert found(single, subject)["missing"] == "one_image"
    assert [*NoiseSubject("Z", "conv1", 0).study(single)] == []


def test_there_must_be_such_a_filter() -> None:
    with pytest.raises(Impossible, match="expected out below 4"):
        NoiseSubject("A", "conv2", 4).require({"conv2": (4, 3, 3, 3)})


def test_it_changes_no_bit_of_the_training() -> None:
    experiment, alone = small(0.1), small(0.1)
    for _ in range(3):
        run(experiment, 1)
        found(experiment, NoiseSubject("A", "dense", 3))
    run(alone, 3)
    assert np.array_equal(experiment.lanes[0].network.params.flat, alone.lanes[0].network.params.flat)
