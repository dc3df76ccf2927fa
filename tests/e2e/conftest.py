"""A real Chromium against a real server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kernelscope.settings import Settings
from playwright.sync_api import Browser, BrowserType, Page, expect, sync_playwright

from tests import few
from tests.missing import missing
from tests.serving import serving

HEADLESS = "chromium-headless-shell"
"""The same engine without a window's frame around it: a page takes half of the time."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--host-resolver-rules=MAP *.example 127.0.0.1"]  # names that nobody has (RFC 2606) lead to this machine
expect.set_options(timeout=20_000)  # 5 s otherwise: too little where a worker's start waits for a slow disk


def launch(chromium: BrowserType, *arguments: str) -> Browser:
    """Chromium: Playwright's own, or else the first of these names that the system has."""
    own = Path(chromium.executable_path)
    path = str(own) if own.exists() else next(filter(None, map(shutil.which, (HEADLESS, *NAMES))), None)
    if path is None:
        missing("Chromium", "install chromium, or run `playwright install chromium`")
    return chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])


@pytest.fixture(scope="package")  # not longer: Playwright keeps an event loop running, and other tests want their own
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server that all these tests share."""
    # What one test has left running should not slow the next.
    with serving(Settings(data_dir=tmp_path_factory.mktemp("data"), pause_unwatched_after=0.1), few.worker) as address:
        yield address


OpenPage = Callable[..., Page]


def train_once(browser: Browser, url: str, train: Callable[[Page], object]) -> dict[str, Any]:
    """Train in a page, for tests that change nothing: what `open_page` takes to open it again, as the same visitor."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(url)
        train(page)
        return {"url": page.url, "storage_state": context.storage_state()}


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address as a new visitor; anything that the page complains about in its console fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(
        url: str,
        *,
        width: int = 1440,
        height: int = 900,
        prepare: Callable[[Page], object] = lambda page: None,
        tolerated: str | None = None,
        **options: object,
    ) -> Page:
        """`prepare` gets the page before it loads; complaints that contain `tolerated` are none."""

        def complain(text: str) -> None:
            if tolerated is None or tolerated not in text:
                complaints.append(text)

        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda message: complain(message.text) if message.type in ("error", "warning") else None)
        prepare(page)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
