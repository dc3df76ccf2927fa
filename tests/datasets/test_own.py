"""Images of one's own from folders, zips and arrays, hostile ones among them."""

import io
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.cli import main
from kernelscope.datasets import kept
from kernelscope.datasets.kept import Missing
from kernelscope.datasets.own import classes, files, pictures, shelf
from kernelscope.datasets.own.draft import Draft
from kernelscope.datasets.own.gathering import Gathered, Wish, gather
from kernelscope.impossible import Impossible
from PIL import Image

from tests.own_images import pixels

GOLDEN = Path(__file__).parent / "own.json"
"""Cases that the page has to answer alike (tests/js/own-data.test.mjs)."""
WISH = Wish(side=8, colour=None, held_out=0.25, seed=1, most=2**20)


def picture(size: tuple[int, int] = (8, 8), colour: Any = (250, 20, 20), mode: str = "RGB", **how: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, how.pop("format", "PNG"), **how)
    return written.getvalue()


PICTURE = picture()
TWO = {"cat/1.png": PICTURE, "cat/2.png": PICTURE, "dog/1.png": PICTURE, "dog/2.png": PICTURE}


def folder(root: Path, contents: Mapping[str, bytes]) -> Path:
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def zipped(path: Path, contents: Mapping[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def left(found: Gathered) -> dict[str, str]:
    return {name: reason.split(":")[0].split(" (")[0] for name, reason in found.left}


@pytest.fixture(autouse=True)
def _kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_data_dir", tmp_path / "kept")


def test_the_command_keeps_a_folder_which_is_then_a_data_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    images = {f"{name}/{n}.png": picture(colour=(n, 0, 0)) for name in ("10", "9") for n in range(8)}
    images |= {"9/broken.png": PICTURE[:45], "9/.DS_Store": b"", "9/readme.txt": b""}
    root = folder(tmp_path / "leaves", images)
    (root / "9" / "link.png").symlink_to("/etc/passwd")
    (root / "away").symlink_to(root)
    os.mkfifo(root / "9" / "pipe.png")
    (root / "bare").mkdir()
    main(["import", str(root), "--size", "8", "--data-dir", str(tmp_path / "kept"), "--held-out", "0.25"])
    out, err = capsys.readouterr()
    assert "leaves: 12 images to train with and 4 to test on, 8×8 in colour, 2 classes: 9, 10" in out
    for name in ("9/broken.png': damaged", "9/link.png': a link", "away': a link", "pipe.png': not a file"):
        assert f"left out: '{name}" in err or f"left out: '9/{name}" in err
    assert "'9/readme.txt': not a picture" in err
    assert "'bare': a folder without pictures" in err
    assert "DS_Store" not in err

    [about] = [one for one in datasets.available() if one.origin == "own"]
    data = datasets.load(about.name)
    assert (about.title, data.classes, data.image_shape) == ("leaves", ("9", "10"), (3, 8, 8))
    assert np.bincount(data.test_labels).tolist() == [2, 2]
    reds = np.concatenate([part[:20][:, 0, 0, 0] for part in (data.train_images, data.test_images)])
    assert sorted(np.round(255 * reds)) == sorted([*range(8)] * 2)
    assert (about.network, about.preparation) == ("colour", "local")
    files_before = {path.name for path in shelf.folder().iterdir()}
    main(["import", str(root), "--size", "8", "--data-dir", str(tmp_path / "kept"), "--held-out", "0.25"])
    assert {path.name for path in shelf.folder().iterdir()} == files_before, "the same images are the same data set"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("table.csv", "a table has numbers, not pictures"),
        ("cats.tar", "expected a folder or a zip"),
        ("no", "no such"),
        ("circle", "kernelscope import: "),
        ("long" * 99, "kernelscope import: "),
    ],
)
def test_what_it_cannot_be_made_from_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    if name == "circle":
        (tmp_path / name).symlink_to(name)
    elif "." in name:
        (tmp_path / name).write_text("label,pixel\n")
    with pytest.raises(SystemExit, match="2"):
        main(["import", str(tmp_path / name)])
    assert said in capsys.readouterr().err


def test_a_zip_is_read_in_memory_and_what_is_hostile_in_it_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = zipfile.ZipInfo("data/cat/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    monkeypatch.setattr(files, "MOST_BYTES", 50_000)
    contents: dict[str | zipfile.ZipInfo, bytes] = {f"data/{name}": content for name, content in TWO.items()}
    contents |= {
        link: b"/etc/passwd",
        "../outside.png": PICTURE,
        "/absolute.png": PICTURE,
        "C:\\windows\\x.png": PICTURE,
        "data/cat/bomb.png": bytes(100_000),
        "data/cat/inner.zip": b"PK",
        "data/dog/empty/": b"",
        "data/none/": b"",
        "__MACOSX/data/cat/._1.png": b"",
    }
    path = zipped(tmp_path / "pets.zip", contents)
    found = gather(path, WISH)
    assert left(found) == {
        "data/cat/link.png": "a link, which is not followed",
        "../outside.png": "its path leads out of the zip",
        "/absolute.png": "its path leads out of the zip",
        "C:/windows/x.png": "its path leads out of the zip",
        "data/cat/bomb.png": "larger than 0.0476837 MiB",
        "data/cat/inner.zip": "an archive within",
        "data/none": "a folder without pictures",
    }
    assert (found.draft.title, list(found.draft.classes), len(found.draft.labels)) == ("pets", ["cat", "dog"], 4)
    assert [path.name for path in tmp_path.iterdir()] == ["pets.zip"]

    # A header may say anything of the size: what counts is what comes.
    raw = bytearray(path.read_bytes())
    size = (100_000).to_bytes(4, "little")
    assert raw.count(size) == 2
    path.write_bytes(raw.replace(size, (60).to_bytes(4, "little")))
    assert left(gather(path, WISH))["data/cat/bomb.png"] == "damaged"
    monkeypatch.setattr(files, "MOST_UNPACKED", len(PICTURE))
    with pytest.raises(files.Unreadable, match="GiB in a zip"):
        gather(path, WISH)
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(files.Unreadable, match="none or damaged"):
        gather(path, WISH)
    monkeypatch.setattr(files, "MOST_DIRECTORY", 100)
    path.write_bytes(raw)
    with pytest.raises(files.Unreadable, match="a list of"):
        gather(path, WISH)


def test_too_many_files_classes_or_pixels_and_too_few_classes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = folder(tmp_path / "one", {f"cat/{n}.png": PICTURE for n in range(3)})
    with pytest.raises(Impossible, match="from 2 to 100, got 1"):
        gather(one, WISH)
    two = folder(tmp_path / "two", TWO)
    with pytest.raises(files.Unreadable, match="--max-dataset"):
        gather(two, WISH._replace(most=4 * 3 * 64 - 1))
    assert len(gather(two, WISH._replace(most=4 * 3 * 64)).draft.labels) == 4
    with pytest.raises(files.Unreadable, match="size from 8 to 64"):
        gather(two, WISH._replace(side=65))
    with pytest.raises(Impossible, match="share between 0 and 1"):
        gather(two, WISH._replace(held_out=1))
    many = classes.arranged([f"class {n}/1.png" for n in range(101)])
    assert many.classes[:3] == ["class 0", "class 1", "class 2"]
    monkeypatch.setattr("kernelscope.datasets.own.gathering.MOST_CLASSES", 1)
    with pytest.raises(files.Unreadable, match="at most 1 classes, got 2"):
        gather(two, WISH)
    monkeypatch.setattr(files, "MOST_FILES", 3)
    for path in (two, zipped(tmp_path / "two.zip", TWO)):
        with pytest.raises(files.Unreadable, match="at most 3 files"):
            gather(path, WISH)


def test_pictures_of_any_kind_become_squares_of_one_size() -> None:
    assert pictures.decoded(picture((1, 1), (7, 8, 9)), 8)[:, 3, 3].tolist() == [7, 8, 9]
    stripes = Image.new("RGB", (30, 10), (0, 0, 0))
    stripes.paste((200, 100, 50), (10, 0, 20, 10))
    written = io.BytesIO()
    stripes.save(written, "PNG")
    assert (pictures.decoded(written.getvalue(), 8) == np.array([200, 100, 50])[:, None, None]).all(), "the middle"
    assert pictures.decoded(picture(colour=(0, 0, 0, 0), mode="RGBA"), 8).min() == 255, "white behind it"
    assert pictures.decoded(picture(colour=60_000, mode="I;16"), 8)[0, 0, 0] == round(60_000 / 257)
    for format in ("JPEG", "GIF", "WEBP", "BMP"):
        assert abs(int(pictures.decoded(picture(format=format), 8)[0, 0, 0]) - 250) < 6
    thirty_million = picture((6000, 5000), 1, mode="1")
    assert pictures.decoded(thirty_million, 8).min() == 255


def test_the_size_of_a_picture_is_read_before_it_is_decoded() -> None:
    head = bytearray(picture())
    head[16:24] = (10_000).to_bytes(4) + (5_000).to_bytes(4)
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    gif = bytearray(picture(format="GIF"))
    gif[6:10] = b"\xff" * 4
    for content, said in ((head, "10000×5000 pixels"), (gif, "expected a picture of at most"), (b"", "not a picture")):
        with pytest.raises(files.Unusable, match=said):
            pictures.decoded(bytes(content), 8)
    bmp = bytearray(picture(format="BMP"))
    bmp[18:26] = (10_000).to_bytes(4, "little") + (5_000).to_bytes(4, "little")
    with pytest.raises(files.Unusable, match="10000×5000 pixels"):
        pictures.decoded(bytes(bmp), 8)
    bmp[18:26] = (30_000).to_bytes(4, "little") * 2
    with pytest.raises(files.Unusable, match="at most"):
        pictures.decoded(bytes(bmp), 8)


def test_pictures_are_scaled_and_folders_become_classes_as_on_the_page() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    for case in golden["scaled"]:
        square = np.array(case["levels"], np.uint8).reshape(case["side"], case["side"], case["channels"])
        found = pictures.scaled(np.repeat(square, 3 // case["channels"], 2), case["to"])
        assert found.ravel().tolist() == case["scaled"]
        assert pictures.grey(found[np.newaxis]).ravel().tolist() == case["grey"]
    for case in golden["classes"]:
        arranged = classes.arranged(case["names"])
        assert arranged.classes == case["classes"]
        assert [[*placed] for placed in arranged.placed] == case["placed"]
        assert sorted(one.name for one in arranged.left) == case["left"]
        assert sorted(arranged.merged) == case["merged"]


def test_scaling_is_exact() -> None:
    square = np.arange(9, dtype=np.uint8).reshape(3, 3, 1)
    assert pictures.scaled(square, 3)[0].tolist() == square[..., 0].tolist()
    # 2 of 3: the first is (4·0 + 2·1 + 2·3 + 4) / 9.
    assert pictures.scaled(square, 2)[0].tolist() == [[1, 3], [5, 7]]
    colours = np.array([[[255]], [[0]], [[0]]], np.uint8)[np.newaxis]
    assert pictures.grey(colours)[0, 0, 0, 0] == 76


def test_names_of_folders_become_names_of_classes_whatever_they_are() -> None:
    found = classes.arranged(
        ["Cat/1.png", "cat/2.png", "\u202egnp/1.png", "\u200b/1.png", "a\nb/1.PNG", "\udcff/1.jpg"]
    )
    assert found.classes == ["a b", "Cat", "gnp"]
    assert found.merged == ["Cat, cat"]
    assert dict(found.left) == dict.fromkeys(
        ("\u200b/1.png", "\udcff/1.jpg"), "the name of its folder has no visible character"
    )
    assert [len(name) for name in classes.arranged([f"{'x' * 300}{n}/1.png" for n in range(3)]).classes] == [38, 38, 40]


def test_folders_train_and_test_around_the_classes_say_what_is_held_out(tmp_path: Path) -> None:
    parts = {f"all/{part}/{name}": content for part in ("train", "val") for name, content in TWO.items()}
    found = gather(folder(tmp_path, parts), WISH).draft
    assert (list(found.classes), found.tests) == (["cat", "dog"], 4)
    assert sorted(found.parts[1].tolist()) == [4, 5, 6, 7]


def test_the_same_share_of_each_class_is_held_out_and_each_keeps_an_image_on_both_sides() -> None:
    labels = np.repeat(np.arange(4, dtype=np.uint8), (1, 2, 10, 40))
    found = Draft("t", ["a", "b", "c", "d"], labels, pixels(53), held_out=0.2)
    train, test = found.parts
    assert np.bincount(labels[test]).tolist() == [0, 1, 2, 8]
    assert sorted([*train, *test]) == list(range(53))
    assert found.untested == ["a"]
    assert Draft("t", ["a", "b", "c", "d"], labels, pixels(53), held_out=0.2).parts[1].tolist() == test.tolist()
    assert Draft("t", ["a", "b", "c", "d"], labels, pixels(53), seed=2).parts[1].tolist() != test.tolist()
    assert (
        np.bincount(labels[Draft("t", list("abcd"), labels, pixels(53), held_out=0.999).parts[0]]).tolist() == [1] * 4
    )
    with pytest.raises(Impossible, match="two images of at least one class"):
        Draft("t", ["a", "b"], np.array([0, 1], np.uint8), pixels(2))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"title": ""}, "title: expected one line"),
        ({"title": "a\u202eb"}, "title: expected one line"),
        ({"title": "x" * 81}, "at most 80"),
        ({"classes": ["a", "A"]}, "names that differ"),
        ({"classes": ["a", "b", "c"]}, "none of 'c'"),
        ({"labels": np.array([0, 1, 2], np.uint8)}, "labels"),
        ({"seed": -1}, "seed"),
        ({"tests": 4}, "tests: expected a number from 0 to 3, got 4"),
        ({"pixels": pixels(3, side=7)}, "size"),
        ({"pixels": pixels(3, channels=2)}, "1 or 3 channels"),
    ],
)
def test_what_can_be_no_data_set_is_refused(members: dict[str, Any], said: str) -> None:
    usual = {"title": "t", "classes": ["a", "b"], "labels": np.array([0, 1, 1], np.uint8), "pixels": pixels(3)}
    with pytest.raises(Impossible, match=said):
        Draft(**(usual | members))


def arrays(path: Path, **of: Any) -> Path:
    np.savez(path, **of)
    return path


GREY = np.arange(6 * 64).reshape(6, 8, 8).astype(np.uint8)
LABELS = np.array([3, 3, 3, 7, 7, 7])


@pytest.mark.parametrize(
    "of",
    [
        {"images": GREY, "labels": LABELS},
        {"x_train": GREY[..., None], "y_train": LABELS[:, None]},
        {"X": GREY[:, None], "y": LABELS.astype(str)},
        {"data": GREY / 255, "targets": LABELS.astype(np.uint8)},
        {"train_images": GREY.astype(np.float32), "train_labels": LABELS.astype("S1")},
        {"images": np.repeat(GREY[..., None], 3, 3), "labels": LABELS - 3, "classes": np.array(list("3xxx7"))},
    ],
)
def test_an_npz_has_images_and_labels_under_names_that_people_use(tmp_path: Path, of: dict[str, Any]) -> None:
    found = gather(arrays(tmp_path / "a.npz", **of), WISH).draft
    assert (found.title, list(found.classes), found.pixels.shape) == ("a", ["3", "7"], (6, 1, 8, 8))
    assert (found.pixels[:, 0] == GREY).all()
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_a_label_of_thousands_of_digits_is_a_name_like_any_other(tmp_path: Path) -> None:
    labels = np.array(["1" + "0" * 5000] * 3 + ["09"] * 3)
    found = gather(arrays(tmp_path / "a.npz", images=GREY, labels=labels), WISH).draft
    assert found.classes[0] == "09"


def test_an_npz_may_have_a_test_set(tmp_path: Path) -> None:
    of = {"x_train": GREY, "y_train": LABELS, "x_test": GREY[::3], "y_test": LABELS[::3]}
    found = gather(arrays(tmp_path / "a.npz", **of), WISH).draft
    assert found.tests == 2
    assert sorted(found.parts[1].tolist()) == [6, 7]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"pixels": GREY}, "expected arrays called images and labels, .*got pixels"),
        ({"images": GREY, "labels": np.array([None] * 6)}, "Python objects"),
        ({"images": GREY.astype(object), "labels": LABELS}, "Python objects"),
        ({"images": GREY, "labels": LABELS[:5]}, "a label for each image"),
        ({"images": GREY, "labels": LABELS / 2}, "whole numbers or words, got float64"),
        ({"images": GREY, "labels": np.eye(6)}, "one label for each image"),
        ({"images": GREY, "labels": LABELS, "classes": np.array(["a", "b"])}, "labels from 0 to 1, .*got 3 to 7"),
        ({"images": GREY, "labels": LABELS - 4, "classes": np.array(["a", "b"])}, "got -1 to 3"),
        ({"images": np.where(GREY == 5, np.nan, GREY / 255), "labels": LABELS}, "NaN"),
        ({"images": GREY.astype(int) + 9, "labels": LABELS}, "levels from 0 to 255"),
        ({"images": GREY / 100 - 1, "labels": LABELS}, "levels from 0 to 255"),
        ({"images": GREY.astype(complex), "labels": LABELS}, "expected numbers"),
        ({"images": GREY.reshape(6, 64), "labels": LABELS}, r"\[n, row, col\]"),
        ({"images": np.asfortranarray(GREY), "labels": LABELS}, "ascontiguousarray"),
        ({"images": np.zeros((200, 8, 8), "u1"), "labels": np.arange(200)}, "at most 100 different labels"),
        ({"images": GREY[:0], "labels": LABELS[:0]}, "got none"),
    ],
)
def test_arrays_that_cannot_be_images_and_labels_are_refused(tmp_path: Path, of: dict[str, Any], said: str) -> None:
    with pytest.raises(files.Unreadable, match=said):
        gather(arrays(tmp_path / "a.npz", **of), WISH)


def test_an_array_that_says_it_is_larger_than_it_is_takes_no_memory(tmp_path: Path) -> None:
    def written(shape: tuple[int, ...]) -> bytes:
        file = io.BytesIO()
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        return file.getvalue()

    labels = io.BytesIO()
    np.save(labels, np.zeros(900_000, np.uint8))
    wish = WISH._replace(most=2**40)
    for shape, said in (((900_000, 1000, 1000), "ends too early"), ((900_000, 10**6, 10**6), "at most 1024×1024")):
        path = zipped(tmp_path / "a.npz", {"images.npy": written(shape), "labels.npy": labels.getvalue()})
        with pytest.raises(files.Unreadable, match=said):
            gather(path, wish)


def test_what_was_being_written_when_a_server_was_killed_is_removed() -> None:
    shelf.folder().mkdir(parents=True)
    old, new = (shelf.folder() / name for name in ("old.part", "new.part"))
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    which = shelf.add(Draft("t", ["a", "b"], np.array([0, 0, 1, 1], np.uint8), pixels(4)))
    assert not old.exists()
    assert new.exists()
    assert shelf.total() == shelf.size(which) + (shelf.folder() / f"{which}.json").stat().st_size


def test_one_without_a_description_is_missing_until_it_is_added_again_and_a_damaged_file_is_named() -> None:
    drafts = [
        Draft(title, ["a", "b"], np.array([0, 0, 1, 1], np.uint8), pixels(4, side=side))
        for title, side in (("t", 8), ("u", 9))
    ]
    which, other = map(shelf.add, drafts)
    (shelf.folder() / f"{which}.json").write_text("{")
    assert shelf.names() == [other]
    with pytest.raises(kept.Missing):
        datasets.load(f"own:{which}")
    assert shelf.add(drafts[0]) == which
    assert shelf.names() == [which, other]
    assert len(datasets.load(f"own:{which}").train_labels) == 2
    for content in (shelf.images(which).read_bytes()[:-9], shelf.images(other).read_bytes(), b""):
        shelf.images(which).write_bytes(content)
        with pytest.raises(Impossible, match=f"the file of own:{which} is damaged"):
            datasets.load(f"own:{which}")


def small(**members: Any) -> Draft:
    return Draft("t", ["a", "b"], np.array([0, 0, 1, 1], np.uint8), pixels(4), **members)


def test_what_its_name_was_not_made_from_is_not_trained_on_until_it_is_added_again() -> None:
    which, other = shelf.add(small()), shelf.add(small(seed=4))
    before = datasets.load(f"own:{which}").train_images[:]
    for content in (shelf.images(other).read_bytes(), b"\x93NUMPY"):
        shelf.images(which).write_bytes(content)
        with pytest.raises(Impossible, match="add the same images again") as caught:
            datasets.load(f"own:{which}")
        assert caught.value.code == "own_damaged"
        assert shelf.add(small()) == which
        assert np.array_equal(datasets.load(f"own:{which}").train_images[:], before)
    description = shelf.folder() / f"{which}.json"
    description.write_text(description.read_text("utf-8").replace('"a", "b"', '"b", "a"'), "utf-8")
    with pytest.raises(Impossible, match="damaged"):
        datasets.load(f"own:{which}")


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b'{"title": 5}', b"\xff"])
def test_a_damaged_description_keeps_no_other_from_being_listed(content: bytes) -> None:
    which, other = shelf.add(small()), shelf.add(small(seed=4))
    (shelf.folder() / f"{which}.json").write_bytes(content)
    assert shelf.names() == [other]
    with pytest.raises(Missing, match="add the same images again"):
        datasets.info(f"own:{which}")


def test_one_that_has_been_described_stays_known_where_somebody_removes_its_files() -> None:
    """Otherwise an experiment that is open could not be described any longer, nor saved."""
    which = shelf.add(small())
    about = datasets.info(f"own:{which}")
    for path in shelf.folder().iterdir():
        path.unlink()
    assert datasets.info(f"own:{which}") == about
    assert shelf.names() == []
    with pytest.raises(Missing):
        datasets.require(f"own:{which}")


@pytest.mark.parametrize("name", ["own:", "own:../../etc", "own:0123456789abcdef", "own:0123456789ABCDEF", "own:x"])
def test_a_name_that_none_has_or_could_have_is_missing(name: str) -> None:
    with pytest.raises(Impossible):
        datasets.require(name)
