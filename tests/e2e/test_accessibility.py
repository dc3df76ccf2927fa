"""axe-core finds nothing to complain of, in any view and state; what happens is told once."""

from collections.abc import Callable, Iterator

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
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})" for rule in found for node in rule["nodes"]
    ]


def opened(page: Page, key: str, dialog: str) -> Callable[[], list[str]]:
    """What is found in a dialog that a key opens, and Escape closes again."""

    def check() -> list[str]:
        page.keyboard.press(key)
        expect(page.locator(dialog)).to_be_visible()
        found = complaints(page)
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        return found

    return check


def states(page: Page) -> Iterator[tuple[str, list[str]]]:
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
    for key, dialog in {"Shift+1": "#lane-editor", "p": "#spread-dialog", "r": "#range-dialog"}.items():
        yield dialog, opened(page, key, dialog)()
    for key, dialog in {"e": "#stop-dialog", "?": "#help", "t": ".tour"}.items():
        yield dialog, opened(page, key, dialog)()


@pytest.mark.parametrize(
    ("lang", "theme", "width", "height"),
    [("en", "light", 1440, 900), ("zh-CN", "dark", 360, 740)],
)
def test_axe_finds_nothing_in_any_state(
    open_page: OpenPage, address: str, lang: str, theme: str, width: int, height: int
) -> None:
    page = open_page(f"{address}?lang={lang}", width=width, height=height, color_scheme=theme)
    found = [f"{state}: {what}" for state, all_found in states(page) for what in all_found]
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
