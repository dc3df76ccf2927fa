"""What a person does with a page, the same in every browser: the few things that each driver must be able to do."""

import time
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

PATIENCE = 60
"""Seconds that anything may take; machines are slow."""

# Where a person would press: the middle of what is there to be pressed, and not covered by anything else.
PLACE = """
const element = document.querySelector(arguments[0]);
if (!element?.checkVisibility({ visibilityProperty: true })) return null;
element.scrollIntoView({ block: "center", behavior: "instant" });
if (element.disabled) return null;
const { left, top, width, height } = element.getBoundingClientRect();
const [x, y] = [Math.round(left + width * arguments[1]), Math.round(top + height * arguments[2])];
const hit = document.elementFromPoint(x, y);
return hit && (element.contains(hit) || hit.contains(element)) ? [x, y] : null;
"""


class Leaving(Exception):
    """The page that was asked is being left for another."""


class Browser(ABC):
    """A browser with one page."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Load a page."""

    @abstractmethod
    def run(self, script: str, *arguments: object) -> Any:
        """What the body of a function returns in the page; it finds its arguments in `arguments`.

        Raises:
            Leaving: It has been asked too late.
        """

    @abstractmethod
    def press(self, x: int, y: int) -> None:
        """Press and release the mouse at a place of the page, in CSS pixels."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Make the window such that the page is so wide, and about so high, in CSS pixels."""

    @abstractmethod
    def picture(self) -> bytes:
        """What is seen, as PNG."""

    @abstractmethod
    def complaints(self) -> list[str]:
        """What the browser has said against the pages so far."""

    def until(self, script: str, *arguments: object) -> Any:
        """What the script returns as soon as that is true.

        Raises:
            AssertionError: It never was.
        """
        until = time.monotonic() + PATIENCE
        while True:
            with suppress(Leaving):
                if value := self.run(script, *arguments):
                    return value
            assert time.monotonic() < until, f"never true: {script} {arguments or ''}\n{self.run(TROUBLE)}"
            time.sleep(0.05)

    def click(self, selector: str, x: float = 0.5, y: float = 0.5) -> None:
        """As soon as it can be pressed, and stands still; where on it, in parts of its width and height."""
        last = None
        while (place := self.until(PLACE, selector, x, y)) != last:
            last = place
            time.sleep(0.1)
        self.press(*place)

    def has(self, selector: str) -> None:
        """Wait until there is one."""
        self.until("return document.querySelector(arguments[0]) !== null", selector)

    def text(self, selector: str) -> str:
        """What is seen of it."""
        return str(self.run("return document.querySelector(arguments[0]).innerText.trim()", selector))


TROUBLE = 'return document.querySelector("#trouble[data-said]")?.innerText ?? "the page says nothing of trouble"'
