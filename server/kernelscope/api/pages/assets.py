"""The page's files: at addresses that change with their contents, and compressed once.

One hash over all of them is part of the path, ``/static/<version>/main.js``: what a file imports relative to itself is
of the same version, and a browser that has a file need never ask for it again.

What hatch_build.py has made of scripts and styles is served in their place, as long as it was made of what they are
now. Whoever edits one is served the sources, and sees the edit.
"""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

VERSION = re.compile(r"^([0-9a-f]{12})/(.+)$")
# Not from `mimetypes`, which asks the system, and some systems take a module for plain text.
TYPES = {".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
BUILT = "built/"

Stamps = Mapping[Path, tuple[int, int]]


class Asset:
    """A file in the two ways in which it is sent."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.media_type = f"{TYPES.get(path.suffix, 'text/plain')}; charset=utf-8"

    @cached_property
    def plain(self) -> bytes:
        """As it is where gzip isn't understood."""
        return self._path.read_bytes()

    @cached_property
    def packed(self) -> bytes:
        """Compressed."""
        return gzip.compress(self.plain, mtime=0)

    @cached_property
    def tag(self) -> str:
        """Of its contents."""
        return hashlib.sha256(self.plain).hexdigest()[:16]

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be read or computed any more."""
        return {"packed", "tag"} <= self.__dict__.keys()

    def prepare(self) -> None:
        """Read and compute; of a large file that takes tens of milliseconds."""
        _ = self.tag, self.packed


class Release:
    """All files, as they are at one time."""

    def __init__(self, root: Path, stamps: Stamps) -> None:
        self.stamps = stamps
        contents = hashlib.sha256()
        for name, path in sorted((path.relative_to(root).as_posix(), path) for path in stamps):
            data = path.read_bytes()
            contents.update(f"{name}\0{len(data)}\0".encode() + data)
        self.version = contents.hexdigest()[:12]
        self._made = _made(root)
        names = (path.relative_to(root).as_posix() for path in stamps)
        paths = {name: root / name for name in names if not name.startswith(BUILT)}
        paths |= {name: root / BUILT / name for name in self._made}
        self._assets = {name: Asset(path) for name, path in paths.items()}

    @property
    def is_bundled(self) -> bool:
        """Whether what was made of the sources is served, and not the sources."""
        return bool(self._made)

    def url(self, name: str) -> str:
        """The address of a file in this version."""
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Asset | None:
        """The file of this name. Only what was found in the folder has one: no path leads out of it."""
        return self._assets.get(name)

    def modules(self, *entries: str) -> list[str]:
        """What modules import, and what that imports, and so on: all that the browser needs to run them.

        With those of `entries` that the first does not need. Not what is imported later, by ``import()``. None where
        sources are served: a developer's browser finds them by itself.
        """
        found: list[str] = []
        for entry in entries:
            wanted = [entry]
            for name in wanted:
                wanted += [other for other in self._made.get(name, ()) if other not in wanted]
            found += wanted
        return list(dict.fromkeys(found))[1:] if self.is_bundled else []


class Assets:
    """Serves the files of a folder as an ASGI application.

    Whoever edits a file sees it when they load the page again: each page, and each request that names no version or
    another, looks whether any file has changed (a fraction of a millisecond), and only then reads them all anew.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._release: Release | None = None

    def newest(self) -> Release:
        """The files as they are now."""
        stamps = dict(_stamps(self._root))
        if self._release is None or self._release.stamps != stamps:
            self._release = Release(self._root, stamps)
        return self._release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        response = await self._answer(scope)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return Response("expected GET or HEAD\n", 405, {"Allow": "GET, HEAD"}, "text/plain")
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        version, name = match.groups() if (match := VERSION.match(name)) else (None, name)
        release = self._release
        if release is None or version != release.version:
            release = self.newest()
        asset = release.find(name)
        if asset is None:
            return Response("no such file\n", 404, media_type="text/plain")
        if not asset.is_ready:
            await run_in_threadpool(asset.prepare)
        # A page that has been open since before an update asks for its version when it imports something late. It gets
        # today's file, which mostly fits, and not an error; but must not take it for its own.
        return _response(asset, Headers(scope=scope), FOREVER if version == release.version else "no-cache")


def _response(asset: Asset, wanted: Headers, caching: str) -> Response:
    packed = "gzip" in wanted.get("accept-encoding", "") and len(asset.packed) < len(asset.plain)
    tag = f'"{asset.tag}-gzip"' if packed else f'"{asset.tag}"'
    headers = {"Cache-Control": caching, "ETag": tag, "Vary": "Accept-Encoding"}
    known = [one.strip().removeprefix("W/") for one in wanted.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    # Starlette leaves the body out, and its length in, where the method is HEAD and so does the server.
    return Response(asset.packed if packed else asset.plain, 200, headers, asset.media_type)


def _made(root: Path) -> dict[str, list[str]]:
    """The files that hatch_build.py has made, each with what it imports; none where a source has changed since."""
    metafile = root / BUILT / "meta.json"
    if not metafile.is_file():
        return {}
    meta = json.loads(metafile.read_bytes())
    for name, digest in meta["digests"].items():
        source = root / name
        if not source.is_file() or hashlib.sha256(source.read_bytes()).hexdigest() != digest:
            return {}
    return {
        path.removeprefix(BUILT): [
            one["path"].removeprefix(BUILT) for one in output["imports"] if one["kind"] == "import-statement"
        ]
        for path, output in meta["outputs"].items()
    }


def _stamps(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """When each file was last written, and how long it is. Names that begin with a dot are nobody's business."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _stamps(Path(entry))
            else:
                stat = entry.stat()
                yield Path(entry), (stat.st_mtime_ns, stat.st_size)
