"""Every data set fulfils the contract of `Dataset`, and errors list the available ones."""

import numpy as np
import pytest
from kernelscope import datasets

NAMES = [info.name for info in datasets.available()]


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES) > 0


@pytest.mark.parametrize("ask", [datasets.info, datasets.load])
def test_an_unknown_name_is_refused_with_the_known_ones(ask) -> None:
    with pytest.raises(datasets.UnknownDatasetError, match=r"'digits'.*got 'cats'") as caught:
        ask("cats")
    assert isinstance(caught.value, ValueError)


@pytest.fixture(scope="module", params=NAMES)
def dataset(request: pytest.FixtureRequest) -> datasets.Dataset:
    return datasets.load(request.param)


def test_arrays_are_what_the_info_says(dataset: datasets.Dataset) -> None:
    info = datasets.info(dataset.name)
    assert (dataset.name, dataset.title, dataset.classes) == (info.name, info.title, info.classes)
    assert dataset.train_images.shape == (info.train_size, *info.image_shape)
    assert dataset.test_images.shape == (info.test_size, *info.image_shape)
    assert dataset.train_labels.shape == (info.train_size,)
    assert dataset.test_labels.shape == (info.test_size,)


def test_pixels_are_floats_that_fill_0_to_1(dataset: datasets.Dataset) -> None:
    for images in (dataset.train_images, dataset.test_images):
        assert images.dtype == np.float32
        assert (images.min(), images.max()) == (0, 1)


def test_labels_are_indices_of_the_classes(dataset: datasets.Dataset) -> None:
    for labels in (dataset.train_labels, dataset.test_labels):
        assert labels.dtype == np.int64
        assert set(labels.tolist()) == set(range(len(dataset.classes)))


def test_arrays_are_read_only(dataset: datasets.Dataset) -> None:
    for array in (dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_no_test_image_is_trained_on(dataset: datasets.Dataset) -> None:
    train, test = ({image.tobytes() for image in images} for images in (dataset.train_images, dataset.test_images))
    assert not train & test


def test_it_says_where_it_comes_from(dataset: datasets.Dataset) -> None:
    info = datasets.info(dataset.name)
    assert info.source
    assert info.licence
