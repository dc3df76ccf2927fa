"""How the page comes to the browser: how much of it, how often, and whether anything jumps."""

import shutil
from pathlib import Path

import pytest
from kernelscope.api.pages import pages
from kernelscope.api.pages.assets import Assets
from kernelscope.settings import STATIC, Settings
from playwright.sync_api import Page, Response, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, train_to, wait_for_step
from tests.e2e.shifts import assert_no_shift, assert_stays_put, watch_shifts
from tests.serving import serving

MOST = 125_000
"""Bytes of a first visit as they travel, all of it: page, scripts, styles, words."""


class Loads:
    """What a page has loaded, in its order."""

    def __init__(self, page: Page) -> None:
        self.responses: list[Response] = []
        page.on("response", lambda response: self.responses.append(response))

    def sizes(self) -> dict[str, int]:
        """Bytes of each file as it came, compressed."""
        return {one.url: one.request.sizes()["responseBodySize"] for one in self.responses if one.status == 200}


def fully_loaded(page: Page) -> None:
    wait_for_step(page, 0)
    expect(page.locator("#spread")).to_be_enabled()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_first_visit_is_light_and_a_second_loads_the_page_alone(open_page: OpenPage, address: str, lang: str) -> None:
    loads: list[Loads] = []
    assert pages.assets.newest().is_bundled, "a source was edited since the page was bundled: pip install -e ."
    page = open_page(f"{address}/?lang={lang}", prepare=lambda page: loads.append(Loads(page)))
    fully_loaded(page)
    sizes = loads[0].sizes()
    print(f"{lang}: {sum(sizes.values())} bytes in {len(sizes)} files")
    assert not any(url.endswith(("dialog.js", "editor.js", "studies.js")) for url in sizes), (
        "what nobody sees at first must wait"
    )
    assert {"main.js", "icon.svg", f"{lang}.json"} <= {url.rpartition("/")[2] for url in sizes}
    assert all(sizes.values()), "a size was not measured"
    assert sum(sizes.values()) <= MOST

    page.goto(page.url)
    fully_loaded(page)
    network = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.transferSize > 0).map(one => one.name)"
    )
    assert network == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1440, 900)])
def test_nothing_jumps_from_loading_to_training(open_page: OpenPage, address: str, width: int, height: int) -> None:
    page = open_page(address, width=width, height=height)
    watch_shifts(page, from_the_beginning=True)
    fully_loaded(page)
    train_to(page, 30)
    assert_no_shift(page)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (2560, 700)])
def test_nothing_jumps_where_a_part_comes_into_view(open_page: OpenPage, address: str, width: int, height: int) -> None:
    page = open_page(f"{address}/?lanes=0.01,0.03,0.1,0.3,1", width=width, height=height)
    fully_loaded(page)
    train_to(page, 10)
    watch_shifts(page, from_the_beginning=False)
    slider = page.locator("#timeline input")
    slider.scroll_into_view_if_needed()
    expect(page.locator("#timeline")).not_to_have_attribute("data-stale", "")
    expect(slider).to_be_enabled()
    slider.press("Home")
    expect(page.locator("#board")).to_have_attribute("data-past", "")
    for tab in page.locator(".tab-switch button").all():
        tab.hover()
    assert_stays_put(page)


def test_the_sources_run_as_they_are(open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = shutil.copytree(STATIC, tmp_path / "static", ignore=shutil.ignore_patterns("built"))
    monkeypatch.setattr(pages, "assets", Assets(static))
    loads: list[Loads] = []
    with serving(Settings(data_dir=tmp_path / "data"), few.worker) as address:
        page = open_page(address, prepare=lambda page: loads.append(Loads(page)))
        fully_loaded(page)
        reach(page, "#help-open").click()
        expect(page.locator("#help")).to_be_visible()
        names = {url.rpartition("/")[2] for url in loads[0].sizes()}
        page.context.close()
    assert {"board.js", "tokens.css", "help.js"} <= names
    assert not any("chunk" in name for name in names)
