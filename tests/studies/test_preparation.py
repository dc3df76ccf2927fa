"""A preparation reaches every image that a network sees: all is as with a data set that was prepared beforehand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.datasets.preparation import Preparation, Seen
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.nn.arrays import Array
from kernelscope.picture.snapshot import snapshot_of
from kernelscope.studies.ascent import Ascent, Regularisers
from kernelscope.studies.image import ImageSubject
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.patches import PatchesSubject
from kernelscope.studies.payload import packed
from kernelscope.studies.range_test import RangeTest
from kernelscope.studies.saliency import SaliencySubject
from kernelscope.studies.subject import Subject
from kernelscope.studies.trace import TraceSubject

from tests import flags
from tests.experiment.support import run
from tests.listed import listed

IMAGE = 30
STEPS = 3


@pytest.fixture(autouse=True)
def data() -> Iterator[datasets.Dataset]:
    with listed(flags):
        yield datasets.load("flags")


def experiment(data: datasets.Dataset, preparation: Preparation) -> Experiment:
    members: dict[str, Any] = {"dataset": "flags", "preparation": preparation, "batch_size": 16}
    return Experiment(ExperimentConfig(**members, lanes=[{"learning_rate": 0.1}]), data, threads=1)


@pytest.fixture(params=["local", "standard"])
def both(data: datasets.Dataset, request: pytest.FixtureRequest) -> tuple[Experiment, Experiment]:
    """One that prepares, and one whose data have been prepared."""
    seen = Seen(data, request.param)
    ready = replace(data, train_images=np.array(seen.train_images[:]), test_images=np.array(seen.test_images[:]))
    made = experiment(data, request.param), experiment(ready, "none")
    for one in made:
        run(one, STEPS)
        while one.evaluating:
            one.evaluate()
    return made


def answer(subject: Subject, one: Experiment) -> Any:
    *_, found = [found for found in subject.study(one) if found is not None]
    return subject.members(found)


def weights(one: Experiment) -> Array:
    return one.lanes[0].network.params.flat


def test_it_is_trained_tested_and_looked_at_alike(both: tuple[Experiment, Experiment]) -> None:
    one, ready = both
    assert np.array_equal(weights(one), weights(ready))
    assert one.lanes[0].tested is not None
    assert ready.lanes[0].tested is not None
    assert np.array_equal(one.lanes[0].tested.confidence, ready.lanes[0].tested.confidence)
    assert np.array_equal(one.probe, ready.probe)
    assert np.array_equal(one.others[0], ready.others[0])
    name = f"predictions.{IMAGE}"
    assert np.array_equal(*(snapshot_of(each, [name]).probabilities[name] for each in both))


def test_studies_answer_alike(both: tuple[Experiment, Experiment]) -> None:
    one, ready = both
    for subject in (TraceSubject("A", IMAGE), LensSubject("A", Kernel("conv1", 1, 2))):
        assert answer(subject, one) == answer(subject, ready)
    first, second = (answer(SaliencySubject("A", IMAGE), each) for each in both)
    assert first["gradient"] == second["gradient"]
    # A square of the mean colour: here exactly zero, there but for rounding.
    assert first["occlusion"].pop("fill") == pytest.approx(second["occlusion"].pop("fill"), abs=1e-6) == [0, 0, 0]
    first, second = (answer(PatchesSubject("A", "conv2"), each) for each in both)
    assert first["filters"] == second["filters"]
    assert first["pixels"] != second["pixels"], "patches are shown as they are in the image"
    tests = [RangeTest(each.config, each.seen, each.config.lanes[0], each.probe) for each in both]
    for test, each in zip(tests, both, strict=True):
        test.advance(each.parallel)
    assert tests[0].result == tests[1].result


def test_what_looks_at_training_sees_the_variants_that_are_trained_on(data: datasets.Dataset) -> None:
    members: dict[str, Any] = {"dataset": "flags", "batch_size": 16, "augmentation": {"shift": 1, "flip": True}}
    one = Experiment(ExperimentConfig(**members, lanes=[{"learning_rate": 0.1}]), data, threads=1)
    tested = RangeTest(one.config, one.seen, one.config.lanes[0], one.probe)
    tested.advance(one.parallel)
    [first, *_] = run(one, 14)  # of 13 steps an epoch
    assert tested.result.losses == first.loss
    everything = np.arange(len(data.train_labels))
    variants = one.config.augmentation.variants(data.train_images, everything, one.seed, 1)
    network = one.lanes[0].network
    network.loss_and_gradient(variants, data.train_labels)
    lens = answer(LensSubject("A", Kernel("conv1", 1, 2)), one)["gradients"][-1]
    assert lens == pytest.approx(network.grads["conv1.weight"].reshape(8, 3, -1)[1, 2], rel=1e-3, abs=1e-6)


def test_an_image_is_told_as_it_is_and_as_it_is_seen(both: tuple[Experiment, Experiment]) -> None:
    one, _ = both
    told = answer(ImageSubject(IMAGE), one)
    own = OwnImage(np.rint(255 * one.data.image(IMAGE)[0]).astype(np.uint8).tobytes(), 2)
    one.images.own = {own.index: own}
    assert answer(ImageSubject(own.index), one) == told | {"label": 2}
    expected = one.seen.prepare(one.data.image(IMAGE)[0][None])[0]
    assert (told["pixels"], told["seen"]) == (packed(one.data.image(IMAGE)[0]), packed(expected))


def test_without_a_preparation_there_is_nothing_else_to_show(data: datasets.Dataset) -> None:
    assert answer(ImageSubject(IMAGE), experiment(data, "none"))["seen"] is None


def test_the_picture_that_excites_a_filter_is_on_the_images_scale(both: tuple[Experiment, Experiment]) -> None:
    """The network sees grey noise on its own scale: with whole numbers as weights, z is exactly linear in it."""
    one, _ = both
    network, (low, high) = one.lanes[0].network, one.seen.ends
    ascent = Ascent(network.shapes, network.params, "conv1", 3, Regularisers(), one.seen.ends)
    ascent.advance(8)
    picture = ascent.picture
    assert 0 <= picture.min() < picture.max() <= 1
    seen = low[:, None, None] + picture * (high - low)[:, None, None]
    row, col = ascent.centre
    maps = network.trace(seen[np.newaxis].astype(np.float32), np.array([0])).activations["conv1"]
    assert ascent.result.after == pytest.approx(float(maps[0, 3, row, col]), rel=1e-5)
    assert ascent.result.after > ascent.result.before
