"""Draw docs/architecture.svg from the imports of the code: ``python docs/draw_architecture.py``."""

import ast
import re
from collections.abc import Iterator
from importlib.util import resolve_name
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath

ROOT = Path(__file__).parents[1]
PACKAGE, STATIC = ROOT / "server" / "kernelscope", ROOT / "static"
JAVASCRIPT = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+\.js)["']""")

# Each room with a word about it, in the order in which imports may point: up.
SERVER_ROOMS = {
    "impossible": "what cannot be, and why",
    "settings": "limits and paths",
    "nn": "layers, loss, optimizers, network",
    "datasets": "labelled images",
    "experiment": "lanes in lockstep",
    "studies": "what is asked about a training",
    "picture": "colour scales and levels",
    "source": "what gives numbers, and what it can do",
    "runner": "a process that trains",
    "stream": "frames; latest-wins and gapless",
    "store": "experiments outlive the server",
    "hosting": "who has a worker, who watches",
    "api": "HTTP, WebSocket, pages",
    "app": "all of it put together",
}
PAGE_ROOMS = {
    "base": "DOM, words, formats, the loop",
    "stream": "frames decoded, what is wanted",
    "state": "the store, the selection",
    "draw": "heatmaps on canvases",
    "page": "what features share",
    "lanes": "editing lanes and rates",
    "charts": "curves over the steps",
    "board": "kernels, lane by lane",
    "studies": "cards and dialogs",
    "timeline": "one kernel from its start",
    "sees": "how filters respond to an image",
    "own-data": "one's own images",
    "network": "another network",
    "experiments": "one's own, by name",
    "controls": "start, speed, share, status",
    "guide": "help, tour, keys",
    "reading": "the text at /learn",
    "classroom": "a class follows its teacher",
    "main": "a list of features",
}
ROW, WIDTH, LEFT = 34, 1100, 270


def python_arrows() -> set[tuple[str, str]]:
    """Which room of the package imports which, an import inside a function or for types alone among them."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).with_suffix("").parts[0]
        package = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
        found |= {(room, other) for other in _imported(path.read_text("utf-8"), package)}
    return {(room, other) for room, other in found if room != other and {room, other} <= SERVER_ROOMS.keys()}


def _imported(source: str, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("kernelscope."))
        elif isinstance(node, ast.ImportFrom):
            top, *rest = resolve_name("." * node.level + (node.module or ""), package).split(".")
            if top == "kernelscope":
                yield from rest[:1] or (alias.name for alias in node.names)


def page_arrows() -> set[tuple[str, str]]:
    """Which room of the page imports which."""
    found = set()
    for path in STATIC.rglob("*.js"):
        name = path.relative_to(STATIC).as_posix()
        for match in JAVASCRIPT.finditer(path.read_text("utf-8")):
            found.add((_room(name), _room(normpath(join(dirname(name), match[1])))))
    return {(room, other) for room, other in found if room != other and {room, other} <= PAGE_ROOMS.keys()}


def _room(name: str) -> str:
    return name.split("/")[0].removesuffix(".js")


def picture() -> str:
    """The SVG: two columns of rooms, the lowest at the bottom, and an arc for each room that imports another."""
    rows = max(len(SERVER_ROOMS), len(PAGE_ROOMS))
    height = rows * ROW + 90
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif"'
        ' font-size="13">',
        "<title>The rooms of the server and of the page, and which imports which</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text x="300" y="30" font-size="16" font-weight="600">server/kernelscope</text>',
        '<text x="800" y="30" font-size="16" font-weight="600" text-anchor="end">static</text>',
    ]
    parts += _column(SERVER_ROOMS, python_arrows(), LEFT, -1, height)
    parts += _column(PAGE_ROOMS, page_arrows(), WIDTH - LEFT, 1, height)
    parts.append(
        f'<text x="{WIDTH / 2}" y="{height - 16}" text-anchor="middle" fill="#57606a">An arc joins a room to one that'
        " it imports, which lies below it: nothing points up.</text>"
    )
    return "\n".join([*parts, "</svg>", ""])


def _column(rooms: dict[str, str], arrows: set[tuple[str, str]], x: int, side: int, height: int) -> Iterator[str]:
    """Rooms from the bottom up, their names beside `x` and their arcs on the outer `side`."""
    at = {room: height - 60 - row * ROW for row, room in enumerate(rooms)}
    for room, other in sorted(arrows):
        top, bottom = at[room], at[other]
        reach = x + side * (16 + (bottom - top) * 0.42)
        yield (
            f'<path d="M{x} {top} C{reach:.0f} {top} {reach:.0f} {bottom} {x} {bottom}" fill="none" stroke="#0969da"'
            ' stroke-opacity="0.35" stroke-width="1.2"/>'
        )
    for room, about in rooms.items():
        y, anchor = at[room], "start" if side < 0 else "end"
        yield f'<circle cx="{x}" cy="{y}" r="4" fill="#0969da"/>'
        yield (
            f'<text x="{x - side * 14}" y="{y + 4}" text-anchor="{anchor}"><tspan font-weight="600">{room}</tspan>'
            f'<tspan fill="#57606a">  {about}</tspan></text>'
        )


def against(rooms: dict[str, str], arrows: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Arrows that point up: the picture would be a lie."""
    order = list(rooms)
    assert all(first != second for first, second in pairwise(order))
    return [(room, other) for room, other in sorted(arrows) if order.index(other) > order.index(room)]


if __name__ == "__main__":
    for rooms, arrows in ((SERVER_ROOMS, python_arrows()), (PAGE_ROOMS, page_arrows())):
        print(f"{len(rooms)} rooms, {len(arrows)} arrows, up: {against(rooms, arrows)}")
    (ROOT / "docs" / "architecture.svg").write_text(picture(), encoding="utf-8")
