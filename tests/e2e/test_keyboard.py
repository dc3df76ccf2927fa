"""The whole page without a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, wait_for_state, wait_for_step

FOCUS = "() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
RING = """() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return document.activeElement.matches(":focus-visible") && outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
}"""


def focused(page: Page) -> str:
    where: str = page.evaluate(FOCUS)
    return where


def test_an_experiment_is_run_by_keys_alone(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    press = page.keyboard.press
    wait_for_step(page, 0)
    press("s")
    wait_for_step(page, 1)
    press("Space")
    wait_for_state(page, "running")
    wait_for_step(page, 4)
    press("Space")
    wait_for_state(page, "paused")
    paused = re.compile(r"^Paused at step \d+(\. Lane C: |$)")  # which may fall just then
    expect(page.locator("#announcer")).to_have_text(paused)

    press("2")
    assert page.evaluate("document.activeElement.closest('.lane').dataset.lane") == "B"
    assert page.evaluate(RING)
    page.keyboard.type("0.03")  # the menu finds what is typed
    expect(page.locator('.lane[data-lane="B"] .rate')).to_have_value("0.03")
    press("Escape")
    press("k")
    assert focused(page) == "view"
    press("ArrowDown")
    expect(page.locator("#view")).to_have_value("update")
    press("Escape")

    press("b")
    press("ArrowRight")
    press("ArrowRight")
    expect(page.locator("#inspector [data-part=index]")).to_have_text("w[0, 0, 0, 1]")
    at = page.evaluate("document.activeElement.dataset.lane + document.activeElement.dataset.layer")
    press("b")
    assert page.evaluate("document.activeElement.dataset.lane + document.activeElement.dataset.layer") != at
    assert page.evaluate(RING)

    for key in "jh":
        press(key)
        assert page.evaluate("document.activeElement.closest('details').open")
    press("l")
    expect(page.locator("#chart-scale [data-scale=linear]")).to_have_attribute("aria-pressed", "true")

    before = step_of(page)
    press("Shift+r")
    expect(page.locator("#status-step")).to_have_text("0")
    expect(page.locator("#announcer")).to_have_text("Back at step 0: the same initial weights")
    assert before > 0


def test_each_dialog_opens_by_its_key_and_gives_the_focus_back(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    press = page.keyboard.press
    wait_for_step(page, 0)
    for key, dialog, opener in (
        ("Shift+1", "#lane-editor", "lane-menu"),
        ("p", "#spread-dialog", "spread"),
        ("r", "#range-dialog", "range-test"),
        ("e", "#stop-dialog", "stop-at"),
        ("?", "#help", "help-open"),
    ):
        press(key)
        expect(page.locator(dialog)).to_be_visible()
        assert page.evaluate(f"document.querySelector('{dialog}').contains(document.activeElement)")
        press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        assert focused(page) == opener
    # The lanes stand in another order then, and their heads are new ones.
    press("Shift+1")
    expect(page.locator("#lane-editor")).to_be_visible()
    page.locator("#lane-editor button[value=right]").press("Enter")
    expect(page.locator(".lane [data-part=letter]").first).to_have_text("B")
    page.wait_for_function("() => document.activeElement.closest('.lane')?.dataset.lane === 'A'")

    # Whoever speaks to the computer can have single keys do nothing, for good.
    press("?")
    expect(page.locator("#help")).to_be_visible()
    page.locator("#shortcuts").press("Space")
    expect(page.locator("#shortcuts")).not_to_be_checked()
    press("Escape")
    press("s")
    page.reload()
    wait_for_step(page, 0)
    press("s")
    press("k")
    assert focused(page) == "BODY"
    assert step_of(page) == 0


def test_the_tab_key_meets_every_control_and_each_shows_the_focus(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    expect(page.locator("#range-test")).to_be_enabled()  # the last to come
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("window.met = new Set()")
    unmet = """() => [...document.querySelectorAll("[aria-keyshortcuts]")].filter((one) => one.checkVisibility()
        && !one.matches(":disabled") && !window.met.has(one)).map((one) => one.outerHTML.slice(0, 120))"""
    for _ in range(400):
        page.keyboard.press("Tab")
        if focused(page) == "BODY":  # round the corner; what came in the meantime is met on the next round
            if page.evaluate(unmet) == []:
                break
            continue
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert page.evaluate(RING), f"no ring: {name}"
        page.evaluate("window.met.add(document.activeElement)")
    assert page.evaluate(unmet) == []
