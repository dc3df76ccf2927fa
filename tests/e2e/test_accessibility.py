"""axe-core finds nothing to complain of, in any view and state."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step

AXE = Axe()
OPTIONS = {"resultTypes": ["violations"]}


def complaints(page: Page) -> list[str]:
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    found = AXE.run(page, options=OPTIONS).response["violations"]
    nodes = [(rule["id"], node) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {node['html'][:160]} ({node['failureSummary'][:200]})" for rule, node in nodes]


def found_in(page: Page, key: str, dialog: str) -> list[str]:
    """What is found in a dialog that a key opens, and Escape closes again."""
    page.keyboard.press(key)
    expect(page.locator(dialog)).to_be_visible()
    found = complaints(page)
    page.keyboard.press("Escape")
    expect(page.locator(dialog)).to_be_hidden()
    return found


def states(page: Page, dialogs: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The page in one state after another, and what is found in each."""
    wait_for_step(page, 0)
    yield "at rest, tour offered", complaints(page)
    page.click("#tour-offer [value=dismiss]")
    page.keyboard.press("s")
    wait_for_step(page, 1)
    for key in "jh":
        page.keyboard.press(key)
    expect(page.locator("#batch-lens table")).to_be_visible()
    yield "trained, studies open", complaints(page)
    page.locator("body").press("Escape")
    for key, dialog in dialogs.items():
        yield dialog, found_in(page, key, dialog)


WIDE = {"Shift+1": "#lane-editor", "e": "#stop-dialog", "t": ".tour"}
PHONE = {"p": "#spread-dialog", "r": "#range-dialog", "?": "#help"}


@pytest.mark.parametrize(
    ("lang", "theme", "width", "height", "dialogs"),
    [("en", "light", 1440, 900, WIDE), ("zh-CN", "dark", 360, 740, PHONE)],
)
def test_axe_finds_nothing_in_any_state(
    open_page: OpenPage, address: str, lang: str, theme: str, width: int, height: int, dialogs: dict[str, str]
) -> None:
    page = open_page(f"{address}?lang={lang}", width=width, height=height, color_scheme=theme)
    found = [f"{state}: {what}" for state, all_found in states(page, dialogs) for what in all_found]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("lang", "theme", "width"), [("zh-CN", "light", 360), ("en", "dark", 1440)])
def test_axe_finds_nothing_in_the_other_colours(
    open_page: OpenPage, address: str, lang: str, theme: str, width: int
) -> None:
    page = open_page(f"{address}?lang={lang}", width=width, color_scheme=theme, tolerated="404")
    wait_for_step(page, 0)
    page.click("#start")
    wait_for_step(page, 3)
    assert complaints(page) == []
    with page.expect_navigation():
        page.goto(page.url.replace("/e/", "/w/"))
    expect(page.locator("#watching")).to_be_visible()
    wait_for_step(page, 3)
    # A failed worker: its banner, with both ways on.
    page.evaluate(
        """() => { for (const id of ["banner", "after-failure"]) document.getElementById(id).hidden = false;
        document.querySelector("#banner [data-part=text]").textContent = "Training has stopped: out of memory" }"""
    )
    assert complaints(page) == []
    page.goto(f"{address}/e/{'0' * 32}")
    assert complaints(page) == []
