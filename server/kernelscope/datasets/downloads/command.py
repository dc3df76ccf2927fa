"""``kernelscope download``: get data sets from the command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from kernelscope.datasets import kept
from kernelscope.datasets.catalogue import available, downloadable
from kernelscope.datasets.downloads.download import download
from kernelscope.datasets.downloads.downloadable import Downloadable
from kernelscope.datasets.downloads.fetching import DownloadError, megabytes
from kernelscope.datasets.downloads.places import glimpse
from kernelscope.home import NoHome

STOPPED = 130
"""The exit status after Ctrl+C, as shells have it."""


def main(arguments: Sequence[str]) -> int:
    """Download the data sets that are named, or list those that can be; return the exit status."""
    known = [data for about in available() if (data := downloadable(about.name))]
    names = [data.INFO.name for data in known]
    parser = argparse.ArgumentParser(
        prog="kernelscope download",
        description="Download data sets, or without a name list those that can be.",
        epilog="What has come stays where a download is interrupted: the next one continues it.",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="*", help=", ".join(names))
    parser.add_argument("--data-dir", type=Path, help="where experiments and data sets are kept")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.name if name not in names]:
        parser.error(f"expected the name of a data set, one of {', '.join(names)}, got {', '.join(unknown)}")
    if given.data_dir:
        kept.keep_in(given.data_dir)
    try:
        if not given.name:
            _list(known)
        for name in given.name:
            _get(known[names.index(name)])
    except (DownloadError, NoHome) as error:
        print(f"kernelscope: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nkernelscope: stopped; the same command continues the download", file=sys.stderr)
        return STOPPED
    return 0


def _list(known: Sequence[Downloadable]) -> None:
    for data in known:
        about = data.INFO
        size = f"{megabytes(data.size)} MB"
        print(f"{about.name:14} {size:>9}  {about.train_size + about.test_size:,} images  {_state(data)}")
        print(f"{'':14} {about.source}; licence: {about.licence}")
    print(f"\nThey are kept in {kept.directory()}")


def _state(data: Downloadable) -> str:
    if data.is_here:
        return "here"
    if folder := glimpse(data):
        return f"in {folder}, to be taken over"
    return f"{megabytes(data.came)} MB here" if data.came else "not here"


def _get(data: Downloadable) -> None:
    name = data.INFO.name
    if data.is_here:
        print(f"{name}: is in {data.folder}")
        return
    progress = _Progress(name, data.size, sys.stderr)
    try:
        folder = download(data, progress)
    finally:
        progress.end()
    print(f"{name}: taken over from {folder}" if folder else f"{name}: downloaded to {data.folder}")


class _Progress:
    """A line that follows a download; where nobody watches a terminal, none."""

    def __init__(self, name: str, size: int, out: TextIO) -> None:
        self._name, self._size, self._out = name, size, out
        self._written = ""

    def __call__(self, done: int) -> None:
        text = f"\r{self._name}: {megabytes(done)} of {megabytes(self._size)} MB"
        if self._out.isatty() and text != self._written:
            self._written = text
            self._out.write(text)
            self._out.flush()

    def end(self) -> None:
        if self._written:
            self._out.write("\n")
