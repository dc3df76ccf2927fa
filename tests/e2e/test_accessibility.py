"""axe-core finds nothing to complain of, in any view and state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from kernelscope.settings import Settings
from playwright.sync_api import Page, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, wait_for_step
from tests.serving import serving

AXE = Axe()
# Style sheets are left to the browser: axe would look for those that they import beside the page.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def complaints(page: Page, without: str | None = None) -> list[str]:
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    context = {"exclude": [[without]]} if without else None
    found = AXE.run(page, context, OPTIONS).response["violations"]
    nodes = [(rule["id"], node) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {node['html'][:160]} ({node['failureSummary'][:200]})" for rule, node in nodes]


def found_in(page: Page, opener: str, dialog: str) -> list[str]:
    """What is found in a dialog that a button opens, and Escape closes again."""
    reach(page, opener).press("Enter")
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
    yield "trained", complaints(page)
    page.keyboard.press("5")
    expect(page.locator("#batch-lens table")).to_be_visible()
    yield "which rate", complaints(page)
    page.keyboard.press("3")
    expect(page.locator("#one-weight .weight-lines dd")).to_have_count(1)
    yield "one weight", complaints(page)
    page.keyboard.press("2")
    page.locator("#phases [value=phase]").press("Enter")
    expect(page.locator("#phases [data-part=sentence]")).not_to_be_empty()
    yield "a step", complaints(page)
    page.click("#more")
    yield "menu", complaints(page)
    page.locator("body").press("Escape")
    for opener, dialog in dialogs.items():
        yield dialog, found_in(page, opener, dialog)
    page.click("#experiment-name")
    page.locator("#experiment-menu a").press("Enter")
    expect(page.locator(".gallery-card")).to_have_count(8)
    yield "gallery", complaints(page)
    page.locator(".gallery-card a").nth(2).press("Enter")
    expect(page.locator(".lane-optimizer")).to_have_text(["SGD · ReLU", "SGD · tanh"])


WIDE = {".lane-menu": "#lane-editor", "#stop-at": "#stop-dialog", "#network": "#network-dialog", "#tour-open": ".tour"}
PHONE = {
    "#spread": "#spread-dialog",
    "#share": "#share-dialog",
    "#help-open": "#help",
}


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


def test_axe_finds_nothing_in_the_other_colours(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}?lang=en", color_scheme="dark", tolerated="404")
    wait_for_step(page, 0)
    page.click("#start")
    wait_for_step(page, 3)
    assert complaints(page) == []
    # With the system's few colours the pressed button is still another, and for whoever wants no motion there is none.
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    grounds = page.locator("#chart-scale button").evaluate_all(
        "all => all.map(one => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(grounds)) == 2
    moving = """all => all.map(one => getComputedStyle(one)).filter(({ transitionDuration, animationName }) =>
        animationName !== "none" || transitionDuration.split(",").some(time => parseFloat(time) > 0)).length"""
    assert page.locator("*").evaluate_all(moving) == 0
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    with page.expect_navigation():
        page.goto(page.url.replace("/e/", "/w/"))
    expect(page.locator("#watching")).to_be_visible()
    wait_for_step(page, 3)
    # A failed worker: its banner, with both ways on; and above all, what has failed in the page itself.
    page.evaluate(
        """() => { document.getElementById("trouble").dataset.said = "";
        for (const id of ["banner", "after-failure"]) document.getElementById(id).hidden = false;
        document.querySelector("#banner [data-part=text]").textContent = "Training has stopped: out of memory" }"""
    )
    assert complaints(page) == []
    page.goto(f"{address}/learn")
    wait_for_step(page, 0)
    expect(page.locator("#reading figure").first).to_be_visible()
    assert complaints(page) == []


def test_axe_finds_nothing_in_pages_that_say_one_thing(open_page: OpenPage, tmp_path: Path) -> None:
    for name, settings in (("full", {"max_experiments": 1}), ("classroom", {"classroom": True})):
        with serving(Settings(data_dir=tmp_path / name, **settings), few.worker) as address:
            page = open_page(f"{address}?lang=en", tolerated="50")
            if name == "full":
                wait_for_step(page, 0)  # and stays open
                page = open_page(f"{address}?lang=zh-CN", color_scheme="dark", tolerated="503")
            expect(page.locator(".notice-card h1")).to_be_visible()
            assert complaints(page) == []
            for open_one in page.context.browser.contexts if page.context.browser else []:
                for one in open_one.pages:
                    one.goto("about:blank")  # before the server goes


def test_axe_finds_nothing_in_pages_that_cannot_show_an_experiment(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/e/gone?seed=5&lang=zh-CN", width=360, color_scheme="dark", tolerated="4")
    assert complaints(page) == []
    page.goto(f"{address}/?batch=0&lanes=fast")
    expect(page.locator(".wrong dt")).to_have_count(2)
    assert complaints(page) == []
    page.goto(f"{address}/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert complaints(page, without="#api") == []  # which is Swagger UI's
