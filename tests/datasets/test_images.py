"""Images that stay bytes give the numbers, and train to the bits, of those that are converted at once."""

from dataclasses import replace

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.datasets import Dataset, images
from kernelscope.experiment import Experiment, ExperimentConfig

RNG = np.random.default_rng(7)
INFO = replace(datasets.info("photos"), image_shape=(3, 6, 5))
ARRAYS = (
    RNG.integers(0, 256, (50, 3, 6, 5), np.uint8) // np.array([1, 2, 5], np.uint8)[:, None, None],
    (np.arange(50) % 10).astype(np.uint8),
    RNG.integers(0, 256, (20, 3, 6, 5), np.uint8),
    (np.arange(20) % 10).astype(np.uint8),
)


@pytest.fixture(scope="module")
def both() -> tuple[Dataset, Dataset]:
    return Dataset.from_bytes(INFO, *ARRAYS), Dataset.from_bytes(INFO, *ARRAYS, stay=True)


def test_they_are_converted_when_they_are_asked_for(both: tuple[Dataset, Dataset]) -> None:
    floats, kept = both
    assert kept.train_images.shape == floats.train_images.shape
    assert len(kept.train_images) == 50
    for chosen in (3, slice(4, 9), np.array([7, 1])):
        assert np.array_equal(kept.train_images[chosen], floats.train_images[chosen])
        assert kept.train_images[chosen].dtype == np.float32
    assert np.array_equal(np.asarray(kept.test_images), floats.test_images)
    assert all(np.array_equal(kept.image(index)[0], floats.image(index)[0]) for index in (19, 20))


def test_mean_and_deviation_are_counted_a_part_at_a_time(
    both: tuple[Dataset, Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "PART", 7)
    floats, kept = both
    assert kept.mean == pytest.approx(floats.mean, rel=1e-6)
    assert kept.deviation == pytest.approx(floats.deviation, rel=1e-6)


@pytest.mark.parametrize(("preparation", "shift"), [("none", 0), ("local", 2)])
def test_they_train_to_the_same_bits(both: tuple[Dataset, Dataset], preparation: str, shift: int) -> None:
    network = [
        {"type": "conv", "name": "conv1", "filters": 2, "kernel": 3, "init": {"std": 0.1}},
        {"type": "dense", "name": "dense", "units": 10, "init": {"std": 0.1}},
    ]
    config = ExperimentConfig.model_validate(
        {
            "dataset": "photos",
            "preparation": preparation,
            "augmentation": {"shift": shift},
            "architecture": network,
            "batch_size": 8,
            "test_every": 2,
        }
    )
    trained = []
    for data in both:
        experiment = Experiment(config, data, threads=1)
        tests = [test for _ in range(8) for test in experiment.advance()[1]]
        trained.append((tests, experiment.lanes[0].network.params.flat.copy()))
    (tests, params), (same_tests, same_params) = trained
    assert tests
    assert tests == same_tests
    assert np.array_equal(params, same_params)
