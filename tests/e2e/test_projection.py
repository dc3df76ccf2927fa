"""What a class sees on the wall."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step

LEGIBLE = (
    "#tab-kernels",
    "#status-state",
    "#status-step",
    ".lane h3",
    ".lane .rate",
    "[data-part=loss]",
    "[data-part=test-accuracy]",
    ".prediction-name",
    ".layer-card h2",
    "#inspector .arithmetic [data-part=sentence]",
    "#inspector .arithmetic code",
    "#inspector .exact td",
)
"""What matters."""
SMALLEST = """selectors => Object.fromEntries(selectors.map(selector => {
    const all = [...document.querySelectorAll(`main ${selector}, .masthead ${selector}`)];
    const seen = all.filter(one => one.checkVisibility());
    return [selector, Math.min(...seen.map(one => parseFloat(getComputedStyle(one).fontSize)))];
}))"""


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_in_projection_what_matters_is_legible_from_ten_metres_and_nothing_overflows(
    open_page: OpenPage, address: str, lang: str
) -> None:
    page = open_page(f"{address}/?lang={lang}", width=1920, height=1080)
    wait_for_step(page, 0)
    page.click("#step")
    wait_for_step(page, 1)
    page.click("#more")
    page.check("#projection")
    page.keyboard.press("Escape")
    expect(page.locator(".wordmark span")).to_be_hidden()
    sizes = page.evaluate(SMALLEST, LEGIBLE)
    assert {name: size for name, size in sizes.items() if not 24 <= size < 100} == {}
    expect(page).to_have_url(re.compile("projection=1"))
    page.reload()
    wait_for_step(page, 1)
    assert page.evaluate(SMALLEST, LEGIBLE[:6]) == {name: sizes[name] for name in LEGIBLE[:6]}, "it is in the address"
    for width, height in ((1920, 1080), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        for tab in "12345":
            page.keyboard.press(tab)
            expect(page.locator(".tab-switch [aria-current]")).to_have_attribute("aria-keyshortcuts", tab)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, tab)
