"""The whole page without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, state_of, step_of, wait_for_state, wait_for_step

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

    for number, tab in enumerate(("kernels", "step", "weight", "sees", "rate"), start=1):
        press(str(number))
        expect(page.locator(f'.tab[data-tab="{tab}"]')).to_be_visible()
        expect(page.locator(".tab:visible")).to_have_count(1)
        expect(page.locator(f"#tab-{tab}")).to_have_attribute("aria-current", "true")
    press("1")
    page.locator('.lane[data-lane="B"] .rate').focus()
    page.keyboard.type("0.03")  # the menu finds what is typed
    expect(page.locator('.lane[data-lane="B"] .rate')).to_have_value("0.03")
    press("Tab")  # out of the menu, which takes all keys
    press("k")
    assert focused(page) == "view"
    press("ArrowDown")
    expect(page.locator("#view")).to_have_value("response")
    press("Escape")

    press("b")
    press("ArrowRight")
    press("ArrowRight")
    expect(page.locator("#inspector [data-part=index]")).to_have_text("w[0, 0, 3, 5]")
    at = page.evaluate("document.activeElement.dataset.lane + document.activeElement.dataset.layer")
    press("b")
    assert page.evaluate("document.activeElement.dataset.lane + document.activeElement.dataset.layer") != at
    assert page.evaluate(RING)

    press("g")
    assert focused(page) == "charts"
    press("ArrowLeft")
    expect(page.locator("#readout-step")).to_contain_text("step")
    press("v")
    assert focused(page) == "speed"
    press("Escape")
    assert focused(page) == "charts"

    before = step_of(page)
    press("Shift+r")
    expect(page.locator("#status-step")).to_have_text("0")
    expect(page.locator("#announcer")).to_have_text("Back at step 0: the same initial weights")
    assert before > 0


def test_each_dialog_opens_by_enter_and_gives_the_focus_back(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    press = page.keyboard.press
    wait_for_step(page, 0)
    for opener, dialog in (
        (".lane-menu", "#lane-editor"),
        ("#spread", "#spread-dialog"),
        ("#stop-at", "#stop-dialog"),
        ("#share", "#share-dialog"),
        ("#network", "#network-dialog"),
        ("#help-open", "#help"),
    ):
        reach(page, opener).press("Enter")
        expect(page.locator(dialog)).to_be_visible()
        assert page.evaluate(f"document.querySelector('{dialog}').contains(document.activeElement)")
        press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        expect(
            page.locator({"#network": "#experiment-name", "#help-open": "#more"}.get(opener, opener)).first
        ).to_be_focused()
    # The lanes stand in another order then, and their heads are new ones.
    reach(page, ".lane-menu").press("Enter")
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


def test_space_starts_and_pauses_wherever_a_click_has_left_the_focus(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    lanes = page.locator(".lane")
    page.click("#add-lane")
    expect(lanes).to_have_count(4)
    expect(page.locator("#add-lane")).to_be_focused()
    for now in ("running", "paused"):
        page.keyboard.press("Space")
        wait_for_state(page, now)
    expect(lanes).to_have_count(4)
    page.click("#view")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    # Whoever came by the keyboard presses what has the focus.
    page.locator("#start").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#step")).to_be_focused()
    before = step_of(page)
    page.keyboard.press("Space")
    wait_for_step(page, before + 1)
    assert state_of(page) == "paused"
    page.locator("#step").click()  # now by the pointer
    wait_for_step(page, before + 2)
    page.keyboard.press("Space")
    wait_for_state(page, "running")
    # On a Russian keyboard the key for a step is the one in its place.
    page.keyboard.press("Space")
    wait_for_state(page, "paused")
    before = step_of(page)
    page.locator("body").dispatch_event("keydown", {"key": "ы", "code": "KeyS"})
    wait_for_step(page, before + 1)


# Where Tab has been since it was last out of the page, and whether it came to each after the one before it.
NOTE = """() => {
    const { met, last } = window.tabbed;
    const here = document.activeElement;
    window.tabbed.last = here;
    met.add(here);
    return last === null || Boolean(last.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""
UNMET = """() => [...document.querySelectorAll("button, a[href], input, select, summary, [tabindex='0']")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.matches(":disabled"))
    .filter((one) => !window.tabbed.met.has(one))
    .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("path", ["/", "/learn?tab=weight"])
def test_the_tab_key_meets_every_control_in_order_and_each_shows_the_focus(
    open_page: OpenPage, address: str, path: str
) -> None:
    page = open_page(address + path)
    wait_for_step(page, 0)
    expect(page.locator("#start")).to_be_enabled()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate("window.tabbed = { met: new Set(), last: null }")
    for _ in range(600):
        name = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        if focused(page) == "BODY":  # round the corner; what came in the meantime is met on the next round
            if page.evaluate(UNMET) == []:
                break
            page.evaluate("window.tabbed.last = null")
        else:
            assert page.evaluate(RING), f"no ring: {name}"
            assert page.evaluate(NOTE), f"out of order: {name}"
        page.keyboard.press("Tab")
    assert page.evaluate(UNMET) == []
