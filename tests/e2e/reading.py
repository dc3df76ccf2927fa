"""What the page says, as numbers."""

from typing import Any, NamedTuple

from playwright.sync_api import Locator, Page, TimeoutError, expect

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
    # The page itself looks, and often: to be asked from here each time takes as much of a processor as to train.
    reached = 'step => Number(document.querySelector("#status-step")?.dataset.step || -1) >= step'
    try:
        page.wait_for_function(reached, arg=step, polling=20, timeout=1000 * seconds)
    except TimeoutError:
        raise AssertionError(f"step {step} did not come: {step_of(page)}") from None


def train_to(page: Page, step: int) -> int:
    """Train up to this step or a little farther, and pause: where."""
    wait_for_step(page, 0)
    page.click("#start")
    expect(page.locator("#start")).to_have_text("Pause")  # where the step has been reached before, a click is too early
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
    reached = 'state => document.querySelector("#status")?.dataset.state === state'
    try:
        page.wait_for_function(reached, arg=state, polling=20, timeout=1000 * seconds)
    except TimeoutError:
        raise AssertionError(f"expected the state {state}, got {state_of(page)}") from None
