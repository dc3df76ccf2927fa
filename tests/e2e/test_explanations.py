"""Everything on the screen is explained, to whoever points, types or touches."""

from contextlib import suppress

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, wait_for_step

# Sentences explain themselves: what a dialog or a notice says of itself, and the tour.
SENTENCES = ".notice p, .toast, dialog p, .tour"
UNEXPLAINED = """(sentences) => {
    const seen = (one) => one.checkVisibility();
    const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const control = "button, a, input, select, summary, canvas, [tabindex='0']";
    return [...document.querySelectorAll("body *")]
        .filter((one) => seen(one) && (says(one) || one.matches(control)))
        .filter((one) => !one.closest(`option, .skip, .visually-hidden, .help-pages, #tooltip, ${sentences}`))
        .filter((one) => !one.closest("[title]")?.title)
        .map((one) => one.outerHTML.slice(0, 120));
}"""
# What these cards have found: it comes a little later than they.
FOUND = ".tab[data-tab='sees']:not([hidden]) :is(#best-patches, #maximisation, #emergence) [data-part='found']"
CLASHES = """() => {
    const carriers = {};
    for (const one of document.querySelectorAll("main [aria-keyshortcuts], header [aria-keyshortcuts]"))
        for (const key of one.getAttribute("aria-keyshortcuts").split(" ")) (carriers[key] ??= []).push(one);
    const kind = (one) => one.className + one.id;
    return Object.entries(carriers).filter(([, all]) => new Set(all.map(kind)).size > 1).map(([key]) => key);
}"""


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    wait_for_step(page, 0)
    return page


def test_everything_has_an_explanation_and_a_key_is_of_one_control(page: Page) -> None:
    page.keyboard.press("s")
    wait_for_step(page, 1)
    for tab in (*page.locator(".tab-switch button").all(), page.locator("#experiment-name"), page.locator("#more")):
        tab.click()
        for found in page.locator(FOUND).all():
            expect(found).to_be_visible()
        with suppress(TimeoutError):  # some come with the scripts of their cards
            page.wait_for_function(
                f"sentences => ({UNEXPLAINED})(sentences).length === 0", arg=SENTENCES, timeout=20_000
            )
        assert page.evaluate(UNEXPLAINED, SENTENCES) == []
    page.keyboard.press("Escape")
    assert page.evaluate(CLASHES) == []
    for opener, dialog in {
        ".lane-menu": "#lane-editor",
        "#spread": "#spread-dialog",
        "#stop-at": "#stop-dialog",
    }.items():
        reach(page, opener).click()
        expect(page.locator(dialog)).to_be_visible()
        assert page.evaluate(UNEXPLAINED, SENTENCES) == [], dialog
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
    # Help is made from the same, of what is on the screen.
    page.keyboard.press("1")
    page.keyboard.press("?")
    pages = page.locator("#help [data-part=pages]")
    for text in (
        "Reset",
        "Shift+R",
        "batch loss",
        "cross-entropy",
        "∂L/∂W",
        "Arrow keys in kernels",
        "snapshot",
    ):
        expect(pages).to_contain_text(text)
    rows = pages.locator(".help-list > div").evaluate_all(
        "rows => rows.map((row) => [row.querySelector('dt').firstChild.data, row.querySelector('dd').textContent])"
    )
    assert [name for name, text in rows if text in ("", name)] == []
    names = {name for name, _ in rows}
    assert "New seed" in names, "in a menu"
    assert "Cancel" not in names, "nothing is being caught up with"


BESIDE = """([one, other]) => {
    const [a, b] = [one, other].map((name) => document.querySelector(name).getBoundingClientRect());
    return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}"""
"""Whether two elements don't overlap."""
LONGER = 900
"""Milliseconds: longer than a bubble takes to come."""


def test_a_bubble_comes_beside_what_it_explains_and_goes_with_a_click_and_with_escape(page: Page) -> None:
    bubble, step = page.locator("#tooltip"), page.locator("#step")
    title = step.get_attribute("title")
    assert title
    step.hover()
    expect(bubble).to_be_visible()
    expect(bubble).to_have_text(title)
    assert step.get_attribute("title") is None, "or the browser would show it too"
    assert page.evaluate(BESIDE, ["#tooltip", "#step"])
    box = bubble.bounding_box()
    assert box
    under = "([x, y]) => document.elementFromPoint(x, y).closest('#tooltip')"
    assert page.evaluate(under, [box["x"] + 9, box["y"] + 9]) is None, "it takes no click"
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    assert step.get_attribute("title") == title
    page.mouse.move(700, 5)
    step.hover()
    expect(bubble).to_be_visible()
    step.click()
    expect(bubble).to_be_hidden()
    wait_for_step(page, 1)
    # Neither does it come again after the click, nor to what a key has given the focus; nor over a picture.
    box = step.bounding_box()
    assert box
    page.mouse.move(box["x"] + 12, box["y"] + 12, steps=3)
    page.wait_for_timeout(LONGER)
    expect(bubble).to_be_hidden()
    page.keyboard.press("v")
    expect(page.locator("#speed")).to_be_focused()
    page.locator(".panel canvas").first.hover()
    page.wait_for_timeout(LONGER)
    expect(bubble).to_be_hidden()
    page.keyboard.press("Tab")
    expect(bubble).to_be_visible()
    page.keyboard.press("Escape")
    # What is written while it is pointed at is not lost.
    page.locator("#start").hover()
    expect(bubble).to_contain_text("Train until paused")
    page.locator("#start").click()
    page.mouse.move(700, 5)
    expect(page.locator("#start")).to_have_attribute("title", "Stop before the next step and keep everything (Space)")


def test_explanations_stand_beside_their_dialog_and_are_still_while_tour_or_help_explain(page: Page) -> None:
    bubble = page.locator("#tooltip")
    reach(page, "#spread").click()
    expect(page.locator("#spread-dialog")).to_be_visible()
    page.locator("#spread-dialog [name=count]").hover()
    expect(bubble).to_be_visible()
    assert page.evaluate(BESIDE, ["#tooltip", "#spread-dialog"])
    box = bubble.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("innerWidth")
    page.keyboard.press("Escape")
    page.locator("#tour-offer button[value=take]").click()
    expect(page.locator(".tour")).to_be_visible()
    page.locator("#reset").hover()
    page.wait_for_timeout(LONGER)
    expect(bubble).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)
    # Scrolled first: a bubble goes when the page scrolls.
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.mouse.move(700, 5)
    page.locator("#reset").hover()
    expect(bubble).to_be_visible()


def test_a_long_press_explains_and_does_not_press(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=360, height=740, has_touch=True, is_mobile=True)
    wait_for_step(page, 0)
    box = page.locator("#step").bounding_box()
    assert box
    client = page.context.new_cdp_session(page)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator("#tooltip")).to_contain_text("Exactly one step")
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#tooltip")).to_be_visible()
    page.locator("#step").tap()
    wait_for_step(page, 1)
    expect(page.locator("#tooltip")).to_be_hidden()
    expect(page.locator("#status-step")).to_have_text("1")


def test_a_panel_is_described_in_numbers(page: Page) -> None:
    page.keyboard.press("s")
    wait_for_step(page, 1)
    canvas = page.locator(".panel canvas").first
    described = page.locator(f"#{(canvas.get_attribute('aria-describedby') or '').split()[0]}")
    expect(described).to_contain_text("Step 1. Weights: norm ")
    words = described.text_content() or ""
    norms = words.split("Norms of the filters: ")[1].split(". ")[0].split(", ")
    whole = float(words.split("norm ")[1].split(",")[0])
    assert abs(sum(float(norm) ** 2 for norm in norms) ** 0.5 - whole) < 0.01 * whole
    assert "Gradient: norm" in words
