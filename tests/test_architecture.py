"""Imports point one way, and the lower rooms know nothing of the web (docs/architecture.md).

Read from the source, so that an import inside a function counts too, and one under ``TYPE_CHECKING``.
"""

import ast
import runpy
import sys
from collections.abc import Iterator, Mapping
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "server" / "kernelscope"

# Bottom to top. A room imports rooms of the lines before its own, and itself.
STOREYS = (
    {"impossible", "home", "locking", "endings"},
    {"settings", "logs", "open_files"},
    {"nn"},
    {"datasets"},
    {"experiment"},
    {"studies"},
    {"picture"},
    {"source"},
    {"runner", "stream", "store"},
    {"hosting"},
    {"api"},
    {"app"},
    {"serve"},
    {"cli"},
    {"__main__"},
)
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}

# What a room may import besides our own code and the standard library. Rooms that are not named here: anything.
LIBRARIES = {
    "endings": set(),
    "home": set(),
    "impossible": set(),
    "locking": set(),
    "nn": {"numpy", "safetensors", "threadpoolctl"},  # files of weights; NumPy's BLAS on one thread
    "datasets": {"numpy", "PIL"},  # Pillow only to make a file that is shipped
    "experiment": {"numpy", "pydantic", "safetensors"},  # checkpoints
    "studies": {"numpy", "pydantic"},
    "picture": {"numpy", "pydantic"},
    "source": {"numpy", "pydantic"},
    "runner": {"numpy", "pydantic", "threadpoolctl"},
    "stream": {"numpy"},
    "store": {"pydantic"},
}
# These run wherever Python runs, with no event loop and no connection.
OFFLINE = {"impossible", "endings", "nn", "datasets", "experiment", "studies", "picture", "source"}
# Whatever a request asks for goes by the rooms below: settings are handed to them.
# A process that trains is one source of numbers among others: these rooms know no more than `source`.
WITHOUT_RUNNER = {"stream", "store", "hosting", "api"}
WITHOUT_SETTINGS = {"nn", "datasets", "experiment", "studies", "picture", "source", "runner", "stream", "store"}

FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(source: str, package: str) -> Iterator[str]:
    """Full names of what a module of `package` imports: ``from kernelscope import nn`` is ``kernelscope.nn`` too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            if module == "kernelscope":
                yield from (f"kernelscope.{alias.name}" for alias in node.names if alias.name != "__version__")
            else:
                yield module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(path)
    assert room in STOREY, f"say in STOREYS where the room {room!r} stands"
    package = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
    for module in imports(path.read_text(encoding="utf-8"), package):
        top, *rest = module.split(".")
        if top == "kernelscope":
            other = rest[0]
            assert other == room or STOREY[other] < STOREY[room], f"{room} must not import {other}"
            assert not (room in WITHOUT_SETTINGS and other == "settings"), f"{room} is handed what it needs"
            assert not (room in WITHOUT_RUNNER and other == "runner"), f"{room} knows sources, not one of them"
        elif top not in sys.stdlib_module_names:
            assert top in LIBRARIES.get(room, {top}), f"{room} must do without {top}"
        else:
            assert not (room in OFFLINE and top in {"asyncio", "socket"}), f"{room} must do without {top}"


def needed(path: Path) -> set[str]:
    """Modules of ours that one imports; a package is its own ``__init__``, and no part of it."""
    package = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            full_names = [f"{module}.{alias.name}" for alias in node.names]
            found |= {name if name in MODULES else module for name in full_names}
    return found & MODULES.keys()


def reachable(start: str, ways: Mapping[str, set[str]]) -> set[str]:
    """All that it leads to, itself only where it leads back."""
    found, next = set[str](), [start]
    while next:
        new = ways[next.pop()] - found
        found |= new
        next += new
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    ways = {module: needed(path) for module, path in MODULES.items()}
    led_to = {module: reachable(module, ways) for module in ways}
    circles = {frozenset(other for other in led_to[module] if module in led_to[other]) for module in ways}
    assert not [sorted(circle) for circle in circles if circle]


def test_a_circle_is_found() -> None:
    ways = {"a": {"b"}, "b": {"c"}, "c": {"b"}}
    assert {module for module in ways if module in reachable(module, ways)} == {"b", "c"}


def test_every_room_that_is_named_exists() -> None:
    there = {room_of(path) for path in FILES}
    assert there == STOREY.keys()
    assert LIBRARIES.keys() <= there
    assert there >= OFFLINE | WITHOUT_SETTINGS | WITHOUT_RUNNER


def test_the_check_sees_every_way_to_import() -> None:
    source = """
import numpy.linalg as la
from typing import TYPE_CHECKING
from kernelscope import __version__, api
if TYPE_CHECKING:
    from kernelscope.stream.viewer import Viewer
def late():
    from .. import store
    from ..runner.process import WorkerProcess
    from .loss import loss
"""
    expected = [
        "numpy.linalg",
        "typing",
        "kernelscope.api",
        "kernelscope.stream.viewer",
        "kernelscope.store",
        "kernelscope.runner.process",
        "kernelscope.nn.loss",
    ]
    assert sorted(imports(source, "kernelscope.nn")) == sorted(expected)


def test_the_picture_of_the_rooms_is_the_one_of_these_imports() -> None:
    drawn = runpy.run_path(str(PACKAGE.parents[1] / "docs" / "draw_architecture.py"))
    assert drawn["picture"]() == (PACKAGE.parents[1] / "docs" / "architecture.svg").read_text("utf-8"), (
        "python docs/draw_architecture.py draws it"
    )
    for rooms, arrows in (("SERVER_ROOMS", "python_arrows"), ("PAGE_ROOMS", "page_arrows")):
        assert drawn["against"](drawn[rooms], drawn[arrows]()) == []
