"""Chromium, driven by Playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page, sync_playwright

from tests.browsers.browser import Browser, Leaving
from tests.e2e.conftest import NAMES, launch


class Chromium(Browser):
    """A page of it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._complaints: list[str] = []
        page.on("pageerror", lambda error: self._complaints.append(str(error)))
        page.on(
            "console",
            lambda message: self._complaints.append(message.text) if message.type in ("error", "warning") else None,
        )

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(message.text)

    def open(self, address: str) -> None:
        self._page.goto(address)

    def run(self, script: str, *arguments: object) -> Any:
        try:
            return self._page.evaluate(f"given => (function () {{ {script} }})(...given)", list(arguments))
        except Error as error:
            if "because of a navigation" in error.message:
                raise Leaving from error
            raise

    def press(self, x: int, y: int) -> None:
        self._page.mouse.click(x, y)

    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    def picture(self) -> bytes:
        return self._page.screenshot()

    def complaints(self) -> list[str]:
        return self._complaints


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, names=NAMES)
        yield Chromium(browser.new_page())
        browser.close()
