"""What a class sees on the wall."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step

LEAST = 24
"""CSS pixels: legible from ten metres at 1920×1080."""
DRAWN = """(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    window.drawn = [];
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        if (this.canvas.checkVisibility()) {
            const isProjected = document.documentElement.hasAttribute("data-projection");
            window.drawn.push([text, parseFloat(/([\\d.]+)px/.exec(this.font)[1]), isProjected]);
        }
        return fillText.call(this, text, ...place);
    };
})()"""
"""Note every text that is drawn into a picture, with its size."""
SMALL = """least => {
    // What was drawn before the page became one for a projector doesn't count there.
    const now = document.documentElement.hasAttribute("data-projection");
    const small = window.drawn.splice(0).filter(([, size, isProjected]) => isProjected === now && size < least);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {
        const { parentElement: element } = text;
        if (!text.data.trim() || element.closest(".visually-hidden, option") || !element.checkVisibility()) continue;
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (size < least) small.push([text.data, size]);
    }
    return small;
}"""
"""The texts on the page that are smaller."""


def small(page: Page) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = page.evaluate(SMALL, LEAST)
    return found


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_in_projection_every_text_is_legible_from_ten_metres_and_nothing_overflows(
    open_page: OpenPage, address: str, lang: str
) -> None:
    page = open_page(
        f"{address}/?lang={lang}", width=1920, height=1080, prepare=lambda page: page.add_init_script(DRAWN)
    )
    wait_for_step(page, 0)
    page.click("#step")
    wait_for_step(page, 1)
    expect(page.locator("#charts canvas").first).to_be_visible()
    assert small(page), "there are small texts to be found"
    page.click("#more")
    page.check("#projection")
    page.keyboard.press("Escape")
    expect(page.locator(".wordmark span")).to_be_hidden()
    expect(page).to_have_url(re.compile("projection=1"))
    page.wait_for_function("() => window.drawn.some(([, , isProjected]) => isProjected)")  # the charts are drawn anew
    assert small(page) == []
    page.reload()
    wait_for_step(page, 1)
    for tab, seen in {
        "1": "#inspector [data-part=sentence]",
        "2": "#phases .phase-maps canvas",
        "3": "#one-weight .life-plot canvas",
        "4": ".sees-maps canvas",
        "5": "#loss-line .study-plot canvas",
    }.items():
        page.keyboard.press(tab)
        expect(page.locator(seen).first).to_be_visible()
        assert small(page) == [], tab
        for width, height in ((1280, 720), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            # The charts follow in the next frame.
            page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
