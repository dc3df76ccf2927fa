"""Only the user who runs the server can read its files."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kernelscope.experiment import ExperimentConfig
from kernelscope.store import Saved, Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def generous() -> Iterator[None]:
    """By default files are readable and writable by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(directory: Path) -> dict[str, int]:
    """A store that is open and has just written."""
    with closing(Store(directory)) as store, store._connect() as reader:
        # The log beside the database exists as long as somebody reads.
        reader.execute("SELECT count(*) FROM experiments").fetchone()
        store.add(Saved(os.urandom(4).hex(), "2026-01-01T00:00:00Z", ExperimentConfig()))
        return {path.name: mode(path) for path in directory.iterdir()}


FILES = ["kernelscope.lock", "kernelscope.sqlite3", "kernelscope.sqlite3-shm", "kernelscope.sqlite3-wal"]


def test_what_is_made_is_for_nobody_else(tmp_path: Path) -> None:
    assert modes(tmp_path / "data") == dict.fromkeys(FILES, 0o600)
    assert mode(tmp_path / "data") == 0o700


def test_what_earlier_versions_made_for_everybody_is_closed(tmp_path: Path) -> None:
    modes(tmp_path)
    for name in FILES:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    assert modes(tmp_path) == dict.fromkeys(FILES, 0o600)
    assert mode(tmp_path) == 0o700


def test_a_directory_with_other_things_in_it_stays_open_to_those_who_use_them(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    tmp_path.chmod(0o755)
    found = modes(tmp_path)
    assert mode(tmp_path) == 0o755
    assert {found[name] for name in FILES} == {0o600}
