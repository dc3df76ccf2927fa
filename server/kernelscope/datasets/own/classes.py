"""Classes from the names of folders: one folder a class. static/own-data/classes.js has the same rules."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kernelscope.datasets.own.draft import same, shortened
from kernelscope.datasets.own.files import Left

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
TRAIN = {"train", "training"}
TEST = {"test", "testing", "val", "valid", "validation"}
_IGNORED = {"__macosx", "thumbs.db", "desktop.ini"}


class Placed(NamedTuple):
    """A picture, by its path, in a class."""

    name: str
    label: int
    tests: bool
    """Whether it came in a folder of images to test on."""


class Arrangement(NamedTuple):
    """Pictures in classes."""

    classes: Sequence[str]
    placed: Sequence[Placed]
    left: Sequence[Left]
    merged: Sequence[str]
    """Names of folders that are one class, because they differ in case only."""


def arranged(names: Iterable[str]) -> Arrangement:
    """Put files into classes by the first folder of their paths; folders around all classes do not count.

    Where there are folders ``train`` and ``test`` (or ``val``) around the classes, images of the latter are for tests.
    """
    left: list[Left] = []
    paths: dict[str, list[str]] = {}
    folders: list[list[str]] = []
    for name in names:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if any(part.startswith(".") or part.lower() in _IGNORED for part in parts):
            continue
        if name.endswith("/"):
            folders.append(parts)
        elif name.lower().endswith(PICTURES):
            paths[name] = parts
        elif name.lower().endswith(ARCHIVES):
            left.append(Left(name, "an archive within: unpack it first"))
        else:
            left.append(Left(name, "not a picture: expected PNG, JPEG, GIF, WebP or BMP"))

    around: list[str] = []
    while len({parts[0] for parts in paths.values()}) == 1 and all(len(parts) > 2 for parts in paths.values()):
        around.append(next(iter(paths.values()))[0])
        paths = {name: parts[1:] for name, parts in paths.items()}
    firsts = {parts[0].lower() for parts in paths.values()}
    split = bool(firsts & TRAIN and firsts & TEST) and firsts <= TRAIN | TEST
    split = split and all(len(parts) > 2 for parts in paths.values())
    tests = {name: split and parts[0].lower() in TEST for name, parts in paths.items()}
    depth = len(around) + split

    found: dict[str, set[str]] = {}
    classed: list[tuple[str, str]] = []
    for name, parts in paths.items():
        parts = parts[split:]
        key = same(unicodedata.normalize("NFC", parts[0]))
        if len(parts) < 2:
            left.append(Left(name, "it lies in no folder of a class"))
        elif not shortened(parts[0]):
            left.append(Left(name, "the name of its folder has no visible character"))
        else:
            found.setdefault(key, set()).add(parts[0])
            classed.append((name, key))
    for parts in folders:
        is_class = len(parts) == depth + 1 and parts[: len(around)] == around
        if is_class and same(unicodedata.normalize("NFC", parts[-1])) not in found:
            left.append(Left("/".join(parts), "a folder without pictures"))

    named = _named({key: sorted(spelt)[0] for key, spelt in found.items()})
    order = sorted(named, key=lambda key: natural(named[key]))
    labels = {key: label for label, key in enumerate(order)}
    return Arrangement(
        [named[key] for key in order],
        [Placed(name, labels[key], tests[name]) for name, key in classed],
        left,
        [", ".join(sorted(spelt)) for spelt in found.values() if len(spelt) > 1],
    )


def _named(folders: dict[str, str]) -> dict[str, str]:
    """Shorten names so that they still differ."""
    named: dict[str, str] = {}
    taken: set[str] = set()
    for key, folder in folders.items():
        name, number = shortened(folder), 1
        while same(name) in taken:
            number += 1
            name = f"{shortened(folder)[:-4]} {number}"
        taken.add(same(name))
        named[key] = name
    return named


def natural(name: str) -> list[tuple[int, str]]:
    """The key that sorts 9 before 10."""
    parts = re.split(r"(\d+)", name.casefold(), flags=re.ASCII)
    # Numbers by their digits: Python refuses to convert thousands of them.
    parts[1::2] = [number.lstrip("0") for number in parts[1::2]]
    return [(len(part) if place % 2 else -1, part) for place, part in enumerate(parts)]
