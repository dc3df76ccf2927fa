"""An experiment on images of another shape, with another number of classes of unequal frequency."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig, address
from kernelscope.experiment.networks import networks
from kernelscope.experiment.probe import MOST_PROBES, PROBES_PER_CLASS
from kernelscope.experiment.work import CHUNK, MOST_BATCH_VALUES, batch_values
from kernelscope.nn import Dense, MaxPool, infer_shapes
from kernelscope.nn.shapes import Shape

from tests import flags
from tests.experiment.support import run
from tests.listed import listed


@pytest.fixture(autouse=True)
def data() -> Iterator[datasets.Dataset]:
    with listed(flags):
        yield datasets.load("flags")


def experiment(data: datasets.Dataset, **members: Any) -> Experiment:
    lanes = [{"learning_rate": 0.05}, {"learning_rate": 0.1}]
    return Experiment(ExperimentConfig(**{"dataset": "flags", "lanes": lanes, **members}), data, threads=1)


def test_the_network_has_the_classes_of_the_data_set() -> None:
    config = ExperimentConfig(dataset="flags")
    assert config.architecture[-1] == Dense("dense", 4)
    assert config.shapes()[0].input == (3, 12, 20)
    assert address.write(config) == "data=flags&seed=3"
    assert address.read([("data", "flags"), ("seed", "3")]) == config


def test_a_network_for_another_number_of_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="dense: the last layer must give one number a class, 4×1×1, got 10×1×1"):
        ExperimentConfig(dataset="flags", architecture=[Dense("dense", 10)])


def test_an_unknown_data_set_is_the_only_thing_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="1 validation error") as caught:
        ExperimentConfig(dataset="cats")
    assert "'cifar10', 'flags'" in str(caught.value)


def test_it_learns_and_is_tested(data: datasets.Dataset) -> None:
    made = experiment(data, batch_size=32, test_every=50)
    losses = [record.loss for record in run(made, 100)]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])
    while made.evaluating:
        made.evaluate()
    measured = made.lanes[1].tests[-1]
    assert measured.step == 100
    assert measured.accuracy > max(flags.TEST) / sum(flags.TEST)
    assert len(made.others[1]) == 128


def test_the_probe_has_of_each_class_what_there_is(data: datasets.Dataset) -> None:
    counts = np.bincount(experiment(data).probe_labels).tolist()
    assert counts == [min(PROBES_PER_CLASS, count) for count in flags.TEST]


def test_of_a_great_many_classes_the_probe_has_few_images(data: datasets.Dataset) -> None:
    labels = np.arange(300) % 100
    images = np.zeros((300, 1, 2, 2), np.float32)
    classes = tuple(map(str, range(100)))
    many = datasets.Dataset("many", "Many", images, labels, images, labels, classes)
    config = ExperimentConfig(architecture=[Dense("dense", 10)])
    made = Experiment(config.model_copy(update={"architecture": [Dense("dense", 100)]}), many, threads=1)
    assert np.bincount(made.probe_labels).tolist() == [2] * 100
    assert len(made.probe) <= MOST_PROBES


def test_a_step_in_phases_has_the_bits_of_one_at_once(data: datasets.Dataset) -> None:
    whole, phased = experiment(data), experiment(data)
    run(whole, 1)
    while phased.advance_phase():
        pass
    run(phased, 1)
    assert np.array_equal(whole.lanes[1].network.params.flat, phased.lanes[1].network.params.flat)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 3), (1, 28, 28), (2, 5, 300), (3, 96, 96), (3, 224, 224)])
@pytest.mark.parametrize("classes", [2, 7, 1000])
def test_there_are_networks_for_any_shape(shape: Shape, classes: int) -> None:
    for name, layers in networks(shape, classes).items():
        shapes = infer_shapes(layers, shape, classes)
        assert batch_values(shapes, CHUNK) <= MOST_BATCH_VALUES, name
        assert all(max(layer.input[1:]) > 1 for layer in shapes if isinstance(layer.spec, MaxPool))


def test_the_config_is_written_and_read_as_json() -> None:
    config = ExperimentConfig(dataset="flags")
    assert ExperimentConfig.model_validate(json.loads(config.model_dump_json())) == config
