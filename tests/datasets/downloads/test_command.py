"""``kernelscope download``."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernelscope import cli
from kernelscope.datasets import catalogue, kept
from kernelscope.datasets.downloads import command, places

from tests.datasets.downloads.mirror import FILES, Mirror, digits, mirror


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    monkeypatch.setattr(kept, "_data_dir", None)
    monkeypatch.setattr(places, "usual_places", lambda: [tmp_path])
    monkeypatch.setenv("NO_PROXY", "*")
    with mirror() as server:
        monkeypatch.setattr(catalogue, "MODULES", (*catalogue.MODULES, digits(server.address)))
        yield server


def run(*arguments: str) -> int | str | None:
    """The exit status."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["download", *arguments])
    return ended.value.code


def test_it_lists_what_there_is_and_downloads_it_once(
    server: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(tmp_path / "kept")]
    assert run(*where) == 0
    listed = capsys.readouterr().out
    assert "cifar10         170.1 MB  60,000 images  not here" in listed
    assert "licence: CC BY-SA 4.0" in listed
    assert str(tmp_path / "kept" / "datasets") in listed
    for said in (f"downloaded to {tmp_path / 'kept' / 'datasets' / 'small'}", "is in"):
        assert run("small", *where) == 0
        assert capsys.readouterr().out.startswith(f"small: {said}")
    assert len(server.asked) == len(FILES)
    assert run(*where) == 0
    assert "50 images  here" in capsys.readouterr().out


def test_it_says_what_is_wrong(server: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("cats") == 2
    assert "expected the name of a data set, one of mnist, fashion-mnist," in capsys.readouterr().err
    server.files = {}
    assert run("small", "--data-dir", str(tmp_path)) == 1
    assert "answers 404" in capsys.readouterr().err


def test_a_terminal_shows_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    progress = command._Progress("small", 2_000_000, terminal := Terminal())
    for done in (100_000, 110_000, 2_000_000):
        progress(done)
    progress.end()
    assert terminal.getvalue() == "\rsmall: 0.1 of 2.0 MB\rsmall: 2.0 of 2.0 MB\n"


def test_ctrl_c_keeps_what_has_come(
    server: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(self: object, done: int) -> None:
        raise KeyboardInterrupt

    where = ["--data-dir", str(tmp_path / "kept")]
    with monkeypatch.context() as patch:
        patch.setattr(command._Progress, "__call__", interrupted)
        assert run("small", *where) == 130
    assert "continues the download" in capsys.readouterr().err
    assert run("small", *where) == 0
