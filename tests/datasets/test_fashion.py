"""The shipped articles of clothing: balanced, mixed, upright, small, and unchanged since they were made."""

import hashlib

import numpy as np
import pytest
from kernelscope.datasets import fashion


@pytest.fixture(scope="module")
def dataset() -> fashion.Dataset:
    return fashion.load()


def test_each_class_is_there_equally_often_and_they_are_mixed(dataset: fashion.Dataset) -> None:
    assert np.bincount(dataset.train_labels).tolist() == [500] * 10
    assert np.bincount(dataset.test_labels).tolist() == [100] * 10
    for labels in (dataset.train_labels, dataset.test_labels):
        assert all(len(set(hundred)) >= 9 for hundred in labels.reshape(-1, 100).tolist())


def test_images_are_upright_light_on_dark_and_of_the_classes_of_their_labels(dataset: fashion.Dataset) -> None:
    """Mean images tell: trousers part below, shoes lie low and are wide, a bag is wider than a dress."""
    mean = {
        name: dataset.train_images[dataset.train_labels == label].mean((0, 1))
        for label, name in enumerate(dataset.classes)
    }
    trouser = mean["Trouser"]
    assert trouser[20:26, 14].mean() < 0.5 * trouser[20:26, [11, 17]].mean()
    assert trouser[2:5, 12:16].mean() > 10 * trouser[:, [0, 27]].mean()
    for shoe in ("Sandal", "Sneaker"):
        assert mean[shoe][14:].sum() > 1.5 * mean[shoe][:14].sum()
    assert mean["Ankle boot"][:10].sum() > 2 * mean["Sneaker"][:10].sum()
    assert mean["Bag"][14, 3:25].min() > 10 * mean["Dress"][14, 3]


def test_each_is_trimmed_and_set_into_the_middle_by_its_extent(dataset: fashion.Dataset) -> None:
    """As `DatasetInfo.centred` says: nearly all reach both edges across or both edges down."""
    covers = dataset.test_images[:, 0] > 0
    across, down = covers.any(1), covers.any(2)
    assert ((across[:, 0] & across[:, -1]) | (down[:, 0] & down[:, -1])).mean() > 0.9


def test_the_file_is_small_has_a_notice_and_is_the_one_that_make_fashion_makes() -> None:
    """When the data changes on purpose, `make_fashion` prints the new hash for this test."""
    content = fashion.FILE.read_bytes()
    assert len(content) < 3_000_000
    assert hashlib.sha256(content).hexdigest() == "85577a588a908a05e1718634aec6bc39f806bae3b734dbb972f9a41a9713ae73"
    notice = (fashion.FILE.parent / "NOTICE").read_text(encoding="utf-8")
    assert all(words in notice for words in ("fashion.npz", "Zalando SE", "Permission is hereby granted", "AS IS"))
