"""A server some of whose files fail: which ones, and how, each browser says in a header, or a test for all."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from kernelscope.api.pages import pages
from kernelscope.api.pages.assets import Assets, Release
from kernelscope.settings import Settings
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests import few
from tests.serving import serving

FAILS = "x-fails"
"""The header: how, and the file. ``missing board/board.js``, or with an asterisk for all whose names end so.

Several are separated by commas: ``missing controls/share-dialog.js, throws guide/help.js``.
"""
PLANTED = {"throws": b'throw new Error("planted");\n', "garbled": b"}"}
"""What comes before a file's own contents."""


def how_it_fails(name: str, fails: str) -> str:
    """How the file of this `name` fails; empty if it doesn't."""
    for one in fails.split(", "):
        how, _, failing = one.partition(" ")
        if failing and (name == failing or (failing[0] == "*" and name.endswith(failing[1:]))):
            return how
    return ""


class Failing(Assets):
    """The page's files, except for those that are missing, throw as soon as they run, are garbled or replaced."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._fails = ""
        self._own: Release | None = None
        self.replaced: dict[str, bytes] = {}
        """Contents, by name, that a file has in place of its own where it fails."""

    def fail(self, fails: str) -> None:
        """From now on, for browsers that send no header.

        At other addresses than before: WebKit does not ask again for a file that it holds, whatever was said of that.
        """
        self._fails = fails
        self._release = None

    def newest(self) -> Release:
        """The files, at addresses that are their own."""
        release = super().newest()
        if release is not self._own:
            release.version = sha256(f"{release.version} {self._fails}".encode()).hexdigest()[:12]
            self._own = release
        return release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        name = scope["path"].partition("/static/")[2].partition("/")[2]
        how = how_it_fails(name, Headers(scope=scope).get(FAILS, self._fails))
        release = self.newest()
        asset = release.find(name)
        if asset is None or how == "missing":
            answer = Response("planted\n", 404, media_type="text/plain")
        else:
            content = asset.plain
            if how:
                content = self.replaced.get(name) or PLANTED[how] + content
            answer = Response(content, media_type=asset.media_type)
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)


@contextmanager
def failing(root: Path, data: Path) -> Iterator[tuple[str, Failing]]:
    """Serve these files: the address, and what can be told to fail."""
    with pytest.MonkeyPatch.context() as patch:
        assets = Failing(root)
        patch.setattr(pages, "assets", assets)
        with serving(Settings(data_dir=data, pause_unwatched_after=0.1), few.worker) as address:
            yield address, assets
