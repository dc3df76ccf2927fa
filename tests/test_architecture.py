"""Imports point one way, and the lower rooms know nothing of the web (docs: "The house").

Read from the source, so that an import inside a function counts too.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[1] / "server"

# Bottom to top. A room imports rooms of the lines before its own, and itself.
STOREYS = (
    {"impossible"},
    {"nn"},
    {"datasets", "insight"},
    {"experiment"},
    {"runner"},
    {"stream", "store"},
    {"settings", "logs", "open_files"},  # below it everything is handed what it needs
    {"api"},
    {"app"},
    {"serve"},
    {"cli"},
    {"__main__"},
)
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}

# What a room may import besides our own code and the standard library. Rooms that are not named here: anything.
LIBRARIES = {
    "impossible": set(),
    "nn": {"numpy", "safetensors", "threadpoolctl"},  # files of weights; NumPy's BLAS on one thread
    "datasets": {"numpy"},
    "insight": {"numpy"},
    "experiment": {"numpy", "pydantic"},
    "runner": {"numpy", "threadpoolctl"},
    "stream": {"numpy"},
    "store": {"pydantic"},
}
# These run wherever Python runs, with no event loop and no connection.
OFFLINE = {"impossible", "nn", "insight", "experiment"}

FILES = sorted(path for path in SERVER.rglob("*.py") if path.parent != SERVER or path.stem != "__init__")


def room_of(path: Path) -> str:
    return path.relative_to(SERVER).with_suffix("").parts[0]


def imports(source: str, package: str) -> Iterator[str]:
    """Full names of what a module of `package` imports: ``from server import nn`` is ``server.nn`` too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            if module == "server":
                yield from (f"server.{alias.name}" for alias in node.names if alias.name != "__version__")
            else:
                yield module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SERVER)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(path)
    assert room in STOREY, f"say in STOREYS where the room {room!r} stands"
    package = ".".join(path.parent.relative_to(SERVER.parent).parts)
    for module in imports(path.read_text(encoding="utf-8"), package):
        top, *rest = module.split(".")
        if top == "server":
            other = rest[0]
            assert other == room or STOREY[other] < STOREY[room], f"{room} must not import {other}"
        elif top not in sys.stdlib_module_names:
            assert top in LIBRARIES.get(room, {top}), f"{room} must do without {top}"
        else:
            assert not (room in OFFLINE and top in {"asyncio", "socket"}), f"{room} must do without {top}"


def test_the_check_sees_every_way_to_import() -> None:
    source = """
import numpy.linalg as la
from server import __version__, api
def late():
    from .. import store
    from ..runner.process import WorkerProcess
    from .loss import loss
"""
    expected = ["numpy.linalg", "server.api", "server.store", "server.runner.process", "server.nn.loss"]
    assert list(imports(source, "server.nn")) == expected
