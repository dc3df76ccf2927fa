"""Every data set fulfils the contract of `Dataset`, and errors list the available ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.datasets import catalogue, kept

NAMES = [info.name for info in datasets.available() if info.origin == "shipped"]


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


def test_pixels_are_floats_from_0_to_1_most_of_which_they_fill(dataset: datasets.Dataset) -> None:
    for images in (dataset.train_images, dataset.test_images):
        assert images.dtype == np.float32
        assert 0 <= images.min() < 0.1 < 0.9 < images.max() <= 1


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


class Squares:
    """A family of data sets: squares of any size."""

    def info(self, which: str) -> datasets.DatasetInfo:
        return replace(datasets.info("digits"), name=f"squares:{which}", image_shape=(1, int(which), int(which)))

    def available(self) -> tuple[datasets.DatasetInfo, ...]:
        return (self.info("3"),)

    def load(self, which: str) -> datasets.Dataset:
        none, labels = np.zeros((0, 1, int(which), int(which)), np.uint8), np.zeros(0, np.uint8)
        return datasets.Dataset.from_bytes(self.info(which), none, labels, none, labels)


def test_a_family_has_all_data_sets_that_begin_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue.FAMILIES, "squares", Squares())
    assert datasets.info("squares:5").image_shape == (1, 5, 5)
    assert datasets.load("squares:5").image_shape == (1, 5, 5)
    assert datasets.available()[-1].name == "squares:3"
    for name in ("squares", "squares:", "circles:5"):
        with pytest.raises(datasets.UnknownDatasetError):
            datasets.info(name)


def test_data_sets_are_kept_in_the_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KERNELSCOPE_DATA_DIR", str(tmp_path / "usual"))
    monkeypatch.setattr(kept, "_data_dir", None)
    assert kept.directory() == tmp_path / "usual" / "datasets"
    kept.keep_in(tmp_path)
    assert kept.directory() == tmp_path / "datasets"


def test_one_that_has_not_been_downloaded_is_described_but_not_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept, "_data_dir", tmp_path)
    assert datasets.info("cifar10").image_shape == (3, 32, 32)
    for ask in (datasets.load, datasets.require):
        with pytest.raises(datasets.NotHere, match=r"kernelscope download cifar10 .*\(170 MB\)") as caught:
            ask("cifar10")
        assert caught.value.code == "not_here"
    datasets.require("digits")
    with pytest.raises(datasets.UnknownDatasetError):
        datasets.require("cats")
