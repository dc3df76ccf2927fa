"""Everything on the screen is explained, to whoever points, types or touches."""

import pytest
from playwright.sync_api import Page, expect

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
    # Help is made from the same.
    page.keyboard.press("?")
    pages = page.locator("#help [data-part=pages]")
    for text in (
        "Reset",
        "Shift+R",
        "range test",
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


def test_a_bubble_comes_to_pointer_and_focus_and_goes_with_escape(page: Page) -> None:
    bubble, reset = page.locator("#tooltip"), page.locator("#reset")
    title = reset.get_attribute("title")
    assert title
    reset.hover()
    expect(bubble).to_have_text(title)
    expect(bubble).to_be_visible()
    assert reset.get_attribute("title") is None, "or the browser would show it too"
    bubble.hover()
    page.wait_for_timeout(400)  # longer than it stays when the pointer has gone
    expect(bubble).to_be_visible()
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    assert reset.get_attribute("title") == title
    page.keyboard.press("v")
    expect(bubble).to_have_text(page.locator(".speed").get_attribute("title") or "")
    expect(bubble).to_be_visible()
    assert page.locator(".speed").get_attribute("title")
    page.keyboard.press("Escape")
    # In a modal dialog too, where nothing outside of it can be pointed at; and never out of the window.
    reach(page, "#spread").click()
    page.locator("#spread-dialog [name=count]").hover()
    expect(bubble).to_be_visible()
    box = bubble.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("innerWidth")
    # What is written while it is pointed at is not lost.
    page.keyboard.press("Escape")
    page.locator("#start").hover()
    expect(bubble).to_contain_text("Train until paused")
    page.locator("#start").click()
    page.mouse.move(700, 5)
    expect(page.locator("#start")).to_have_attribute("title", "Stop before the next step and keep everything (Space)")


def test_what_has_the_focus_is_explained_while_the_page_changes_under_a_resting_pointer(page: Page) -> None:
    page.locator("#reset").hover()
    expect(page.locator("#tooltip")).to_be_visible()
    page.keyboard.press("v")
    expect(page.locator("#speed")).to_be_focused()
    page.locator("#reset").evaluate("each => { each.style.visibility = 'hidden'; }")
    expect(page.locator("#tooltip")).to_have_text(page.locator(".speed").get_attribute("title") or "")
    expect(page.locator("#tooltip")).to_be_visible()


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
    described = page.locator(f"#{canvas.get_attribute('aria-describedby')}")
    expect(described).to_contain_text("Step 1. Weights: norm ")
    words = described.text_content() or ""
    norms = words.split("Norms of the filters: ")[1].split(". ")[0].split(", ")
    whole = float(words.split("norm ")[1].split(",")[0])
    assert abs(sum(float(norm) ** 2 for norm in norms) ** 0.5 - whole) < 0.01 * whole
    assert "Gradient: norm" in words
