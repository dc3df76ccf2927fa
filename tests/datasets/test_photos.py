"""The shipped photographs, the patches that are cut from them, and how the file is made."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from kernelscope.datasets import make_photos, photos


def picture(channels: int, rows: int, cols: int) -> photos.Picture:
    return np.random.default_rng(2).integers(0, 256, (channels, rows, cols), np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_packing_loses_nothing(channels: int) -> None:
    original = picture(channels, 5, 7)
    assert np.array_equal(photos.unpack(photos.pack(original)), original)


def test_training_and_test_patches_share_no_row() -> None:
    numbered = np.arange(100, dtype=np.uint8)[None, :, None]
    assert (photos.upper(numbered).max(), photos.lower(numbered).min()) == (69, 70)


def test_contrast_is_the_standard_deviation_about_the_mean_colour() -> None:
    original = picture(3, 34, 40)
    patch = original[:, 2:, 5:37].astype(float)
    expected = (patch - patch.mean((1, 2), keepdims=True)).std()
    found = photos.contrast(original)
    assert found.shape == (3, 9)
    assert found[2, 5] == pytest.approx(expected, rel=1e-12)


def test_flat_places_are_left_out_and_half_of_the_patches_are_mirrored() -> None:
    ramp = np.zeros((1, 40, 200), np.uint8)
    ramp[0, :, 100:] = 2 * np.arange(100)  # it rises to the right
    cut = photos.patches(ramp, 400, np.random.PCG64(5))
    assert cut.shape == (400, 3, 32, 32)
    spread = cut.std((1, 2, 3))
    assert spread.min() >= photos.LEAST_CONTRAST * 255
    rising = cut[:, 0, 0, -1] > cut[:, 0, 0, 0]
    assert 150 < rising.sum() < 250
    assert np.array_equal(cut[:, 0], cut[:, 2]), "grey has three equal channels"


def test_the_patches_are_these_very_ones() -> None:
    """No change of NumPy, or of this code, may silently cut others."""
    data = photos.load()
    found = hashlib.sha256()
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        found.update(np.rint(images[::100] * 255).astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes())
    assert np.bincount(data.train_labels).tolist() == [1000] * 10
    assert np.bincount(data.test_labels).tolist() == [200] * 10
    assert found.hexdigest() == "c00502b3261583547bc7ad2564e4d5b9b6152a99b790cb392d04f25e785f0814"


def test_the_file_is_small_has_a_notice_and_is_the_one_that_make_photos_makes() -> None:
    """When the data changes on purpose, `make_photos` prints the new hash for this test."""
    content = photos.FILE.read_bytes()
    assert len(content) < 1_500_000
    assert hashlib.sha256(content).hexdigest() == "2642952ffd2ea42ae415f9c3c2f7f457475a08f721532a6293e2d65f94813edc"
    notice = (photos.FILE.parent / "NOTICE").read_text(encoding="utf-8")
    assert all(word in notice for word in ("photos.npz", "CC0", *photos.INFO.classes))


def test_a_pixel_of_the_shrunken_picture_is_the_mean_of_its_area() -> None:
    original = picture(3, 6, 9)
    halves = original.reshape(3, 2, 3, 3, 3).mean((2, 4))
    assert np.array_equal(make_photos.shrink(original, 2), np.floor(halves + 0.5))
    uneven = np.array([[[30, 60, 90]] * 3], np.uint8)  # a new pixel is one and a half of these wide
    assert make_photos.shrink(uneven, 2).tolist() == [[[40, 80]] * 2]
    with pytest.raises(ValueError, match="at least 4×4 pixels, got 3×3"):
        make_photos.shrink(uneven, 4)


def test_files_other_than_the_originals_are_refused_in_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "astronaut.png").write_bytes(b"another")
    monkeypatch.setattr("sys.argv", ["make_photos", str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        make_photos.main()
    assert caught.value.code == 1
    assert "astronaut.png: expected the SHA-256 88431cd9" in capsys.readouterr().err
