"""Take the README's pictures of the page, from a real run: `PYTHONPATH=. python docs/take_pictures.py`."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernelscope.settings import Settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.conftest import launch
from tests.e2e.drawing import SEVEN, draw
from tests.e2e.reading import wait_for_step
from tests.serving import serving

DOCS = Path(__file__).parent
STEPS = 300
SIXTY_SECONDS = 60_000
PAGES = [
    (1440, 900, "light", "en"),
    (1440, 900, "dark", "zh-CN"),
    (360, 740, "light", "zh-CN"),
    (360, 740, "dark", "en"),
    (2560, 1440, "light", "en"),
    (2560, 1440, "dark", "zh-CN"),
]
"""Width, height, theme and language of the pictures of the whole first screen."""


@contextmanager
def opened(
    browser: Browser, address: str, width: int = 1440, height: int = 900, theme: str = "light"
) -> Iterator[Page]:
    """Open the page, without the offer of the tour."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('kernelscope.tour', 'seen')")
    page = context.new_page()
    page.goto(address)
    wait_for_step(page, 0)
    yield page
    context.close()


def train(page: Page) -> None:
    """Train until the experiment stops by itself."""
    page.click("#start")
    expect(page.locator("#stop-at")).to_have_attribute("data-stopped", "", timeout=3 * SIXTY_SECONDS)
    earlier = page.locator(".lane [data-part=test-label]").filter(has_text=re.compile(r"\d"))
    expect(earlier).to_have_count(0, timeout=SIXTY_SECONDS)  # until the step at which it stopped is tested
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)  # until everything is drawn


def take(page: Page, name: str, selector: str | None = None) -> None:
    """Keep what is on the screen, or one element of it, with no more colours than it needs."""
    page.evaluate("scrollTo(0, 0)")
    path = DOCS / f"{name}.png"
    page.locator(selector).screenshot(path=path) if selector else page.screenshot(path=path)


def take_colour(browser: Browser, root: str) -> None:
    """Take the kernels that photographs have made."""
    with opened(browser, f"{root}/?data=photos&lanes=0.1&stop=step{STEPS}&image=1&lang=en") as page:
        train(page)
        take(page, "photos")


def take_planted(browser: Browser, root: str) -> None:
    """Take kernels that have found the planted ones."""
    lanes = "0.0002:adam:decay0.006,0.02:adam:decay0.006"
    query = f"data=planted&lanes={lanes}&stop=step450&lang=en"
    with opened(browser, f"{root}/?{query}") as page:
        train(page)
        take(page, "planted", "#stage")


def main() -> None:
    """Take all pictures."""
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Settings(data_dir=Path(data))) as root,
        sync_playwright() as tool,
    ):
        browser = launch(tool.chromium)
        run = f"{root}/?stop=step{STEPS}&image=3"
        with opened(browser, f"{run}&lang=en") as page:
            take(page, "step-0")
            train(page)
            take(page, "step-300")
            page.locator("#timeline").scroll_into_view_if_needed()
            page.wait_for_timeout(1500)
            take(page, "timeline", "#timeline")
            page.click("#tab-step")
            phase = page.locator('#phases button[value="phase"]')
            while page.locator("#phases").get_attribute("data-phase") != "backward":
                phase.click()
                page.wait_for_timeout(300)
            take(page, "phases")
            page.click("#tab-sees")
            expect(page.locator("#best-patches canvas").first).to_be_visible()
            page.click("#sees [data-draw]")
            draw(page, SEVEN)
            page.wait_for_timeout(3000)  # until everything is drawn
            take(page, "sees")
        with opened(browser, f"{root}/?lang=en&tab=rate") as page:
            page.click('#range-test button[value="start"]')
            expect(page.locator('#range-test button[value="use"]')).to_be_enabled(timeout=SIXTY_SECONDS)
            page.wait_for_timeout(500)
            take(page, "range-test")
        with opened(browser, f"{root}/?lang=en&stop=step{STEPS}&lanes=0.003,0.012,0.048,0.19,0.75,3") as page:
            train(page)
            take(page, "spread")
        take_colour(browser, root)
        take_planted(browser, root)
        for width, height, theme, lang in PAGES:
            with opened(browser, f"{run}&lang={lang}", width, height, theme) as page:
                train(page)
                take(page, f"page-{width}-{theme}-{lang}")
        browser.close()


if __name__ == "__main__":
    main()
