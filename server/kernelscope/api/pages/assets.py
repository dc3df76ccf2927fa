"""Static files, at addresses that change with their contents, compressed once.

One hash over all files is part of the path, ``/static/<version>/main.js``: relative imports stay within the version,
and browsers can cache every file for ever.

Bundles that hatch_build.py has made are served in place of their sources for as long as they are up to date. After an
edit the sources themselves are served. Its copies compressed with Brotli, which is slow and packs closest, serve those
who accept it, which browsers do over TLS and from localhost.
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
# Not from `mimetypes`, which asks the system: some systems declare modules as plain text.
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
FOREVER = "public, max-age=31536000, immutable"
BUILT = "built/"
PACKED = "built/brotli"
REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")

Stamps = Mapping[Path, tuple[int, int]]


class Asset:
    """A file, plain and compressed, each read or computed once.

    Args:
        path: the file.
        copies: the folder of copies compressed with Brotli, each named after the SHA-256 of its contents.
    """

    def __init__(self, path: Path, copies: Path) -> None:
        self._path = path
        self._copies = copies
        kind = TYPES.get(path.suffix, "text/plain")
        self.media_type = kind if kind == "image/png" else f"{kind}; charset=utf-8"

    @cached_property
    def plain(self) -> bytes:
        """The contents without compression."""
        return self._path.read_bytes()

    @cached_property
    def packed(self) -> dict[str, bytes]:
        """The contents in each content coding that makes them smaller, the closest first."""
        copy = self._copies / self._digest
        packed = {"br": copy.read_bytes()} if copy.is_file() else {}
        packed["gzip"] = gzip.compress(self.plain, mtime=0)
        return {coding: data for coding, data in packed.items() if len(data) < len(self.plain)}

    @property
    def tag(self) -> str:
        """A hash of the contents, for the ETag."""
        return self._digest[:16]

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.plain).hexdigest()

    @property
    def is_ready(self) -> bool:
        """Whether contents and hash have been computed."""
        return "packed" in self.__dict__

    def prepare(self) -> None:
        """Read and compress the file. A large one takes tens of milliseconds."""
        _ = self.packed


class Release:
    """All files as they are at one moment."""

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
        self._assets = {name: Asset(path, root / PACKED) for name, path in paths.items()}

    @property
    def is_bundled(self) -> bool:
        """Whether bundles are served rather than the sources."""
        return bool(self._made)

    def url(self, name: str) -> str:
        """Return the address of a file in this version."""
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Asset | None:
        """Return the file of this name; None: there is none. Names are looked up, so no path can leave the folder."""
        return self._assets.get(name)

    def modules(self, *entries: str) -> list[str]:
        """List the modules to preload: all static imports of `entries`, and the entries after the first.

        Dynamic imports are not among them. The list is empty where sources are served, which a developer's browser
        finds by itself.
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

    An edited file is served at the next load of the page: each page, and each request without the current version,
    checks whether any file has changed (a fraction of a millisecond), and only then are all of them read again.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._release: Release | None = None

    def newest(self) -> Release:
        """Return the files as they are now."""
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
        # A page that was loaded before an update requests its own version when it imports something late. It gets the
        # present file, which mostly fits, rather than an error; but it must not cache it under the old address.
        return _response(asset, Headers(scope=scope), FOREVER if version == release.version else "no-cache")


def _response(asset: Asset, wanted: Headers, caching: str) -> Response:
    accepted = _accepted(",".join(wanted.getlist("accept-encoding")))
    coding = next((one for one in asset.packed if one in accepted), None)
    tag = f'"{asset.tag}-{coding}"' if coding else f'"{asset.tag}"'
    headers = {"Cache-Control": caching, "ETag": tag, "Vary": "Accept-Encoding"}
    known = [one.strip().removeprefix("W/") for one in wanted.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
    # For a HEAD request uvicorn leaves out the body and keeps its length.
    return Response(asset.packed[coding] if coding else asset.plain, 200, headers, asset.media_type)


def _accepted(header: str) -> set[str]:
    """Return the codings that ``Accept-Encoding`` names and does not refuse by ``q=0`` (RFC 9110, section 12.5.3)."""
    named = (one.partition(";") for one in header.lower().split(","))
    return {coding.strip() for coding, _, weight in named if not REFUSED.fullmatch(weight)}


def _made(root: Path) -> dict[str, list[str]]:
    """Return the bundles of hatch_build.py, each with its static imports; empty: a source has changed since."""
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
    """Yield each file with its modification time (ns) and size (bytes). Hidden files are left out."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _stamps(Path(entry))
            else:
                stat = entry.stat()
                yield Path(entry), (stat.st_mtime_ns, stat.st_size)
