"""One short journey through the page in each engine beside Chromium's, in which the tests of `tests/e2e` run.

And what the page says there where it can't load.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from kernelscope.settings import STATIC, Settings

from tests import few
from tests.browsers.browser import Browser
from tests.browsers.firefox import firefox
from tests.browsers.webkit import webkit
from tests.e2e.failing import failing
from tests.serving import serving

ENGINES: list[Callable[[], AbstractContextManager[Browser]]] = [firefox, webkit]

COLOURS = """
const { width, height } = document.querySelector(arguments[0]);
const { data } = document.querySelector(arguments[0]).getContext("2d").getImageData(0, 0, width, height);
return new Set(new Uint32Array(data.buffer)).size > arguments[1];
"""
STEP = 'Number(document.querySelector("#status-step")?.dataset.step ?? -1)'
SAID = 'return document.querySelector("#trouble")?.checkVisibility({ visibilityProperty: true })'
KERNELS = 'canvas[data-lane="B"][data-layer="conv1"]'


@pytest.fixture(scope="module", params=ENGINES, ids=lambda engine: engine.__name__)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with request.param() as browser:
        yield browser


def step_is_at_least(browser: Browser, step: int) -> int:
    browser.until(f"return {STEP} >= arguments[0]", step)
    return int(browser.run(f"return {STEP}"))


def start_says(browser: Browser, words: str) -> None:
    browser.until('return document.querySelector("#start")?.innerText.trim() === arguments[0]', words)


def fits(browser: Browser) -> None:
    """Nothing sticks out sideways, once the page is laid out in a window that has just got another size."""
    browser.until("return document.documentElement.scrollWidth <= innerWidth")


def test_the_journey(browser: Browser, tmp_path: Path) -> None:
    with serving(Settings(data_dir=tmp_path), few.worker) as address:
        browser.resize(1440, 900)
        browser.open(f"{address}/?lang=en")
        step_is_at_least(browser, 0)
        browser.until(COLOURS, KERNELS, 30)
        browser.until('return document.querySelectorAll("#charts .uplot").length === 2')
        browser.click('#tour-offer [value="dismiss"]')
        # All lanes fit beside each other: nothing is scrolled, and no strip says which ones are seen.
        assert not browser.run('return document.querySelector("#lane-strip").checkVisibility()')
        fits(browser)

        browser.click("#start")
        start_says(browser, "Pause")
        # A click gives the focus everywhere, and no ring.
        assert browser.run('return document.activeElement.matches("#start:not(:focus-visible)")')
        step_is_at_least(browser, 20)
        browser.click("#start")
        start_says(browser, "Start")
        browser.until(COLOURS, "#chart canvas", 3)

        browser.click(KERNELS, 0.1, 0.1)
        where = "conv1 · filter 0 · input channel 0 · lane B"
        browser.until(f'return document.querySelector("#inspector .where").innerText.includes("{where}")')

        browser.click("#timeline input")
        browser.has("#board[data-past]")
        browser.click("#to-now")
        browser.has("#board:not([data-past])")

        reached = step_is_at_least(browser, 20)
        browser.click("#tab-step")
        for layer in ("conv1", "relu1"):
            browser.click('#phases button[value="phase"]')
            browser.has(f'#phases[data-phase="forward"][data-layer="{layer}"]')
            browser.until(COLOURS, f'.phase-row[data-layer="{layer}"] [data-part="forward"] canvas', 3)
        browser.click('#phases button[value="step"]')
        step_is_at_least(browser, reached + 1)
        for tab, card in (("rate", "loss-line"), ("rate", "batch-lens"), ("weight", "one-weight")):
            browser.click(f"#tab-{tab}")
            browser.has(f".tab:not([hidden]) #{card}:not([data-stale])")
        browser.click("#tab-kernels")

        browser.click('a[href*="/learn"]')
        browser.has("#reading")
        step_is_at_least(browser, reached + 1)
        browser.until('return document.querySelectorAll("#reading figure canvas:not([hidden])").length >= 4')
        browser.click('#reading [data-point="#timeline"]')
        browser.has("#timeline[data-pointed]")
        fits(browser)

        browser.click("#more")
        browser.click('.languages a[lang="zh-CN"]')
        browser.has('html[lang="zh-CN"][data-loaded="all"]')
        step_is_at_least(browser, reached + 1)
        start_says(browser, "开始")

        browser.resize(360, 740)
        browser.has("#reading")
        fits(browser)
        browser.click('a[data-group="learn"]')
        browser.until('return document.querySelector("#reading") === null')
        step_is_at_least(browser, reached + 1)
        browser.until(COLOURS, KERNELS, 30)
        browser.until('return document.querySelector("#lane-strip").checkVisibility()')
        fits(browser)
        assert browser.complaints() == []


def test_what_cannot_load_is_said(browser: Browser, tmp_path: Path) -> None:
    with failing(STATIC, tmp_path) as (address, assets):
        assert assets.newest().is_bundled, "a source was edited since the page was bundled: pip install -e ."
        [needed, *_] = assets.newest().modules("main.js")
        for fails in ("missing main.js", f"missing {needed}", f"throws {needed}", f"garbled {needed}"):
            assets.fail(fails)
            browser.open(f"{address}/?lang=en")
            browser.until(SAID)
            assert "Reload the page" in browser.text("#trouble"), fails
            assert browser.text("#status-state") == "–", fails

        assets.fail("throws charts/charts.js")
        browser.open(f"{address}/?lang=en")
        browser.until(SAID)
        step_is_at_least(browser, 0)
        browser.until(COLOURS, KERNELS, 30)


def test_webkit_without_a_language_has_charts(tmp_path: Path) -> None:
    with webkit("C.UTF-8") as browser, serving(Settings(data_dir=tmp_path), few.worker) as address:
        browser.open(f"{address}/?lang=zh-CN")
        assert browser.run("return navigator.language") == "C"
        browser.until('return document.querySelectorAll("#charts .uplot").length === 2')
        step_is_at_least(browser, 0)
        assert browser.complaints() == []
