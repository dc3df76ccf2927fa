"""Downloads, from a server on this machine with small files, good and bad."""

import errno
import gzip
import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from kernelscope.datasets import NotHere, kept
from kernelscope.datasets.downloads import fetching, places
from kernelscope.datasets.downloads.download import download
from kernelscope.datasets.downloads.downloadable import Broken, Downloadable
from kernelscope.datasets.downloads.fetching import DownloadError
from kernelscope.datasets.downloads.originals import CIFAR10, DOWNLOADS

from tests.datasets.downloads.mirror import (
    BATCHES,
    CONTENTS,
    FILES,
    IMAGES,
    LABELS,
    PIXELS,
    Answer,
    Mirror,
    archive,
    colours,
    cut_after,
    digits,
    mirror,
    npz_file,
    well,
    without_end,
    without_ranges,
)

FIRST = "train-images-idx3-ubyte.gz"
WHOLE = FILES[FIRST]


@pytest.fixture(autouse=True)
def nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty data directory, home and working directory."""
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(
        places, "usual_places", lambda usual=places.usual_places: [p for p in usual() if p.parts[:2] != ("/", "usr")]
    )
    monkeypatch.setattr(kept, "_data_dir", tmp_path / "kept")


@pytest.fixture
def server() -> Iterator[Mirror]:
    with mirror() as server:
        yield server


def part(data: Downloadable, content: bytes) -> Path:
    """The beginning of the first file, from an earlier download."""
    data.arriving.mkdir(parents=True)
    path = data.arriving / f"{FIRST}.part"
    path.write_bytes(content)
    return path


def is_whole(data: Downloadable) -> bool:
    """Whether it has the arrays, and nothing is left beside them."""
    loaded = data.load()
    assert np.array_equal(loaded.train_images[:], IMAGES["train"][:, None] / np.float32(255))
    assert np.array_equal(loaded.test_images[3], IMAGES["t10k"][3, None] / np.float32(255))
    assert np.array_equal(loaded.train_labels, LABELS["train"])
    assert np.array_equal(loaded.test_labels, LABELS["t10k"])
    return [path.name for path in kept.directory().iterdir()] == [data.INFO.name]


def test_it_is_downloaded_verified_and_unpacked(server: Mirror) -> None:
    data, told = digits(server.address), list[int]()
    with pytest.raises(NotHere, match="kernelscope download small"):
        data.load()
    assert download(data, told.append) is None
    assert is_whole(data)
    assert told == sorted(told)
    assert told[-1] == data.size == sum(map(len, FILES.values()))
    assert [name for name, _ in server.asked] == [*FILES]
    server.asked.clear()
    assert download(data) is None
    assert server.asked == []


def test_it_continues_where_it_stopped(server: Mirror) -> None:
    data, told = digits(server.address), list[int]()
    part(data, WHOLE[:1000])
    assert data.came == 1000
    download(data, told.append)
    assert is_whole(data)
    assert server.asked[0] == (FIRST, "bytes=1000-")
    assert told[0] > 1000


class Stop(Exception):
    """Somebody has stopped it."""


def test_what_came_stays_when_it_is_stopped(server: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "CHUNK", 4096)
    data = digits(server.address)

    def stop(done: int) -> None:
        if done > len(WHOLE) // 2:
            raise Stop

    with pytest.raises(Stop):
        download(data, stop)
    assert not data.is_here
    came = data.came
    assert len(WHOLE) // 2 < came < len(WHOLE)
    download(data)
    assert is_whole(data)
    assert (FIRST, f"bytes={came}-") in server.asked


def test_a_server_that_ignores_ranges_sends_it_anew() -> None:
    with mirror(behave=without_ranges) as server:
        part(digits(), WHOLE[:1000])
        data = digits(server.address)
        download(data)
        assert is_whole(data)
        assert server.asked[0] == (FIRST, "bytes=1000-")


@pytest.mark.parametrize(
    "begun", [b"?" * 1000, b"?" * len(WHOLE), b"?" * (len(WHOLE) + 1)], ids=["other", "full", "longer"]
)
def test_a_beginning_of_another_file_is_thrown_away(server: Mirror, begun: bytes) -> None:
    part(digits(), begun)
    data = digits(server.address)
    download(data)
    assert is_whole(data)
    assert (FIRST, None) in server.asked


def test_a_server_without_that_range_is_asked_for_the_whole() -> None:
    def never_ranges(answer: Answer, content: bytes | None) -> None:
        if answer.headers["Range"]:
            answer.say(416, {})
        else:
            well(answer, content)

    with mirror(behave=never_ranges) as server:
        part(digits(), WHOLE[:1000])
        data = digits(server.address)
        download(data)
        assert is_whole(data)
        assert [asked for name, asked in server.asked if name == FIRST] == ["bytes=1000-", None]


def test_connections_that_end_early_are_made_again() -> None:
    with mirror(behave=cut_after(len(WHOLE) // 3)) as server:
        data = digits(server.address)
        download(data)
        assert is_whole(data)
        assert [asked for name, asked in server.asked if name == FIRST] == [
            None,
            *(f"bytes={third * (len(WHOLE) // 3)}-" for third in range(1, -(-len(WHOLE) // (len(WHOLE) // 3)))),
        ]


class Failure(NamedTuple):
    """What a mirror does, and what is said of it."""

    behave: Callable[[Answer, bytes | None], None]
    code: str
    said: str


def wrong(answer: Answer, content: bytes | None) -> None:
    answer.say(200, {"Content-Length": len(content or b"")}, bytes(len(content or b"")))


FAILURES = {
    "wrong": Failure(
        wrong, "download_checksum", f"expected {FIRST} with the SHA-256 {hashlib.sha256(WHOLE).hexdigest()}, got"
    ),
    "longer": Failure(
        lambda answer, content: well(answer, WHOLE + b"!"), "download_size", f"got {len(WHOLE) + 1:,} from"
    ),
    "endless": Failure(without_end, "download_size", f"expected {FIRST} of {len(WHOLE):,} bytes"),
    "cut": Failure(cut_after(0), "download_cut", "ended the connection after 0 of"),
    "no such file": Failure(lambda answer, content: answer.say(404, {}), "download_refused", "answers 404"),
    "away": Failure(
        lambda answer, content: answer.say(302, {"Location": "file:///etc/passwd"}), "download_refused", "answers 302"
    ),
    "of any length": Failure(
        lambda answer, content: answer.say(200, {"Content-Length": "9" * 5000}), "download_unreachable", "4300 digits"
    ),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_mirror_that_fails_is_left_for_the_next(server: Mirror, failure: Failure) -> None:
    with mirror(behave=failure.behave) as bad:
        with pytest.raises(DownloadError, match=failure.said.replace(".", r"\.")) as caught:
            download(digits(bad.address))
        assert caught.value.code == failure.code
        assert not [path for path in kept.directory().rglob("*") if path.is_file() and path.stat().st_size]
        data = digits(bad.address, server.address)
        download(data)
    assert is_whole(data)


def test_without_a_network_it_says_so_and_other_answers_say_more() -> None:
    with mirror() as gone:
        nobody = gone.address
    with pytest.raises(DownloadError, match="is this computer connected to the internet") as caught:
        download(digits(nobody, nobody))
    assert caught.value.code == "download_unreachable"
    with mirror({}) as empty, pytest.raises(DownloadError) as caught:
        download(digits(nobody, empty.address, nobody))
    assert caught.value.code == "download_refused"


def test_a_full_disk_is_noticed_before_and_meanwhile(server: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    data = digits(server.address)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**4))
        with pytest.raises(DownloadError, match=r"expected 0\.1 MB free .*, got 0\.0 MB") as caught:
            download(data)
    assert caught.value.code == "download_room"
    assert server.asked == []
    with monkeypatch.context() as patch:

        def full(file: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(os, "fsync", full)
        with pytest.raises(DownloadError) as caught:
            download(data)
    assert caught.value.code == "download_full"
    assert not data.is_here
    download(data)
    assert is_whole(data)


def test_a_directory_that_cannot_be_written_is_named(server: Mirror, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(DownloadError, match="cannot be written") as caught:
        download(digits(server.address))
    assert caught.value.code == "download_unwritable"
    assert caught.value.values["folder"] == str(tmp_path / "kept" / "datasets")
    for number, code in (
        (errno.EACCES, "download_denied"),
        (errno.EROFS, "download_denied"),
        (errno.EIO, "download_unwritable"),
    ):
        with pytest.raises(DownloadError) as caught, fetching.writing(tmp_path / "there"):
            raise OSError(number, os.strerror(number))
        assert caught.value.code == code


def test_two_at_once_do_not_disturb_each_other(server: Mirror) -> None:
    data, codes = digits(server.address), list[str]()

    def meanwhile(done: int) -> None:
        with pytest.raises(DownloadError) as caught:
            download(data)
        codes.append(caught.value.code)

    download(data, meanwhile)
    assert set(codes) == {"download_taken"}
    assert is_whole(data)


@pytest.mark.parametrize("order", [1, -1])
def test_an_archive_of_colours_gives_the_same_images_in_whatever_order_it_has_them(order: int) -> None:
    members = {"batches/readme.html": b"<p>", "../../escape.bin": b"?", **dict([*BATCHES.items()][::order])}
    link = tarfile.TarInfo("batches/link.bin")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    packed = archive({"link": link, **members})
    with mirror({"colours.tar.gz": packed}) as server:
        data = colours(packed, server.address)
        download(data)
    loaded = data.load()
    assert np.array_equal(loaded.train_images[:], PIXELS[:5].reshape(15, 3, 32, 32) / np.float32(255))
    assert loaded.train_labels.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3
    assert np.array_equal(loaded.test_images[:], PIXELS[5].reshape(3, 3, 32, 32) / np.float32(255))
    assert [path.name for path in kept.directory().parent.rglob("*") if path.suffix != ".npy"] == [
        "datasets",
        "colours",
    ]


@pytest.mark.parametrize(
    "members",
    [
        {name: content for name, content in BATCHES.items() if "3" not in name},
        BATCHES | {"batches/data_batch_1.bin": b"short"},
        {"batches/large": bytes(10**6), **BATCHES},
    ],
    ids=["missing", "short", "large"],
)
def test_an_archive_with_other_contents_leaves_nothing(members: dict[str, bytes]) -> None:
    packed = archive(members)
    with mirror({"colours.tar.gz": packed}) as server, pytest.raises(DownloadError) as caught:
        download(colours(packed, server.address))
    assert caught.value.code == "download_content"
    assert "colours" in caught.value.values["reason"]
    assert str(kept.directory()) not in caught.value.values["reason"], "who asks need not know the server's paths"
    assert not list(kept.directory().rglob("*.npy"))


def test_a_gzip_file_that_grows_without_end_is_not_unpacked() -> None:
    bomb = FILES | {FIRST: gzip.compress(bytes(10**7))}
    with mirror(bomb) as server, pytest.raises(DownloadError, match="got more"):
        download(digits(server.address, files=bomb))


def test_it_is_taken_over_from_other_programs(tmp_path: Path) -> None:
    def put(folder: Path, files: dict[str, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    found = {
        "Keras's": put(tmp_path / "home" / ".keras" / "datasets", {"mnist.npz": npz_file()}),
        "packed by others": put(
            Path("data"), {f"{name}.gz": gzip.compress(content, 1) for name, content in CONTENTS.items()}
        ),
        "unpacked": put(Path("data", "small"), {**CONTENTS}),
        "originals": put(tmp_path / "home" / "data" / "small", {**FILES}),
    }
    assert places.glimpse(digits()) == found["Keras's"]
    for folder in found.values():
        data = digits()
        assert download(data) == folder
        assert is_whole(data)
        shutil.rmtree(data.folder)
        for path in folder.iterdir():  # a damaged copy is no copy
            if path.is_file():
                content = path.read_bytes()
                path.write_bytes(content[:-20] + bytes(20))
    with pytest.raises(DownloadError, match="internet"):
        download(digits("http://127.0.0.1:1/"))


def test_a_folder_that_may_not_be_looked_into_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", "x" * 5000)  # to the superuser no other folder is closed
    assert places.glimpse(digits()) is None
    assert places.find(digits()) is None


def test_files_that_were_damaged_later_are_named(server: Mirror) -> None:
    data = digits(server.address)
    download(data)
    labels = data.folder / "train_labels.npy"
    labels.write_bytes(labels.read_bytes()[:-1] + b"\x63")
    with pytest.raises(Broken, match="a label 99 in train_labels: delete that folder") as caught:
        data.load()
    assert str(data.folder) not in str(caught.value)
    for content in (b"nothing", b""):
        labels.write_bytes(content)
        with pytest.raises(Broken, match="files that cannot be read"):
            data.load()


def test_the_data_sets_that_can_be_downloaded_are_described() -> None:
    assert [(data.INFO.name, data.size) for data in DOWNLOADS] == [
        ("mnist", 11_594_722),
        ("fashion-mnist", 30_878_645),
        ("kmnist", 21_240_888),
        ("cifar10", 170_052_171),
    ]
    for data in DOWNLOADS:
        about = data.INFO
        assert about.train_size + about.test_size == {"cifar10": 60_000}.get(about.name, 70_000)
        assert len(about.classes) == 10
        assert about.licence
        assert all(len(original.sha256) == 64 for original in data.originals)
        assert all(len(content.sha256) in (0, 64) for original in data.originals for content in original.contents)
        assert all(address.endswith("/") for address in data.mirrors)
    assert (CIFAR10.INFO.network, CIFAR10.INFO.preparation) == ("colour", "local")
