"""The public API: documented, quick to import, and independent of the working directory."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import kernelscope
import pytest

LIBRARY = Path(__file__).parents[1] / "docs" / "library.md"
SERVING = ("fastapi", "starlette", "uvicorn", "websockets", "pydantic", "jinja2")


def python(*arguments: str, cwd: Path) -> str:
    """Run code in a Python process of its own, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_the_examples_of_the_documentation_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert doctest.testfile(str(LIBRARY), module_relative=False, raise_on_error=True).attempted > 10
    assert doctest.testmod(kernelscope, raise_on_error=True).attempted > 5


def test_every_public_name_is_documented() -> None:
    table = LIBRARY.read_text("utf-8").partition("## Names")[2]
    named = set(re.findall(r"`\.?(\w+)", table))
    assert named >= set(kernelscope.__all__) - {"__version__"}
    for name in set(kernelscope.__all__) - {"__version__"}:
        assert getattr(kernelscope, name).__doc__, name


def test_importing_it_imports_nothing_that_serves(tmp_path: Path) -> None:
    program = f"import sys, kernelscope; print(*sorted(set({SERVING}) & set(sys.modules)))"
    assert python("-c", program, cwd=tmp_path) == "\n"


@pytest.mark.parametrize("way", [["-m", "kernelscope"], [str(Path(sys.executable).with_name("kernelscope"))]])
def test_the_folder_it_is_used_in_may_have_modules_of_the_same_names(tmp_path: Path, way: list[str]) -> None:
    for name in ("server", "nn", "datasets", "experiment", "runner", "app"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    (tmp_path / "kernelscope.toml").write_text("not = [toml")
    printed = subprocess.run(
        [*([sys.executable] if way[0] == "-m" else []), *way, "--version"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert printed == f"kernelscope {kernelscope.__version__}\n"
    python("-c", "from kernelscope import Network, datasets; import kernelscope.app", cwd=tmp_path)
