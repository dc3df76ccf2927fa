"""The time from navigation to the first kernels in a real Chromium, on a first visit and on the next."""

from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.stream.figures import Figure, Lengths, spread
from benchmarks.stream.page import HEIGHT, WIDTH, browser
from benchmarks.stream.serving import STARTING, server
from benchmarks.stream.use import Use

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOAL = 1000
"""Milliseconds."""
PAINTED = "() => performance.getEntriesByName('first-kernels').length > 0"
WHEN = "performance.getEntriesByName('first-kernels')[0].startTime"


def measure(lengths: Lengths) -> list[Figure]:
    """Measure visits of new visitors with an empty cache and a new experiment, who then load the page again.

    Raises:
        Missing: Playwright or Chromium is.
    """
    first: list[float] = []
    again: list[float] = []
    with browser() as chromium, server() as served:
        with closing(chromium.new_page()) as page:  # what starts with a browser's first page is not the page's doing
            page.goto(f"http://127.0.0.1:{served.port}/healthz")
        use = Use(served)
        for _ in range(lengths.openings):
            with closing(chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT})) as visitor:
                page = visitor.new_page()
                page.wait_for_timeout(1000 * lengths.begin)  # until the server has a spare worker again
                for times in first, again:
                    times.append(_opened(page, f"http://127.0.0.1:{served.port}/"))
        others = use.taken().others
    return [_figure("first visit", first, others), _figure("second visit", again, others)]


def _opened(page: "Page", address: str) -> float:
    page.goto(address)
    page.wait_for_function(PAINTED, timeout=1000 * STARTING)
    when: float = page.evaluate(WHEN)
    return when


def _figure(which: str, times: list[float], others: float | None) -> Figure:
    return Figure(
        f"navigation to first kernels, {which}",
        median(times),
        " ms",
        GOAL,
        at_most=True,
        more=f"{spread(times, 0)} of {len(times)}",
        others=others,
        numbers={"milliseconds": times},
    )
