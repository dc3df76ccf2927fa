"""What the page says, as numbers."""

import time
from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, expect

LOST = "WebSocket connection to"
"""What the browser says of a connection that could not be made."""


REACH = """(element) => {
    const tab = element.closest(".tab"), menu = element.closest("[popover]");
    if (tab?.hidden) document.querySelector(`#tab-${tab.dataset.tab}`).click();
    if (!menu || menu.matches(":popover-open")) return;
    const opener = document.querySelector(`[popovertarget="${menu.id}"]`);
    opener.focus();
    opener.click();
}"""


def reach(page: Page, selector: str) -> Locator:
    """Show the tab that the first such element is in, or open its menu."""
    element = page.locator(selector).first
    element.evaluate(REACH)
    return element


def step_of(page: Page) -> int:
    """The step of the snapshot that is on the screen."""
    return int(page.locator("#status-step").get_attribute("data-step") or -1)


def wait_for_step(page: Page, step: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while step_of(page) < step:
        assert time.monotonic() < until, f"step {step} did not come: {step_of(page)}"
        page.wait_for_timeout(20)


def train_to(page: Page, step: int) -> int:
    """Train up to this step or a little farther, and pause: where."""
    wait_for_step(page, 0)
    page.click("#start")
    wait_for_step(page, step)
    page.click("#start")
    expect(page.locator("#start")).to_have_text("Start")
    page.wait_for_timeout(300)  # until the last picture is painted
    return step_of(page)


class Account(NamedTuple):
    """What the page holds of the run's scalars, and whether any ever failed to join."""

    complete: bool
    first: int
    last: int
    rows: int
    gaps: int
    duplicates: int


def account_of(page: Page) -> Account:
    page.wait_for_timeout(300)  # while it trains, the line is written five times a second at most
    data: dict[str, Any] = page.locator("#status-complete").evaluate("element => ({ ...element.dataset })")
    return Account(data["complete"] == "true", *(int(data[name]) for name in Account._fields[1:]))


def state_of(page: Page) -> str:
    """Of training and connection, as the status line has it."""
    return page.locator("#status").get_attribute("data-state") or ""


def wait_for_state(page: Page, state: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while state_of(page) != state:
        assert time.monotonic() < until, f"expected the state {state}, got {state_of(page)}"
        page.wait_for_timeout(20)
