"""One's own experiments: in the menu of the name, and in the list."""

import re
from pathlib import Path

from kernelscope.settings import Settings
from playwright.sync_api import Locator, Page, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import LOST, wait_for_step
from tests.serving import serving

AT = re.compile(r"/e/([\w-]{11})")


def opened(page: Page, entry: str, dialog: str) -> None:
    """Choose an entry of the experiment's menu."""
    page.click("#experiment-name")
    page.click(entry)
    expect(page.locator(dialog)).to_be_visible()


def row(page: Page, name: str) -> Locator:
    """The row of the list with this name."""
    return page.locator(".experiments-row").filter(has=page.get_by_role("link", name=name, exact=True))


def test_ones_own_are_named_copied_found_deleted_and_brought_back_also_after_a_restart(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with serving(Settings(data_dir=tmp_path), few.worker) as address:
        page = open_page(f"{address}/?lanes=0.1", tolerated=LOST)
        expect(page.locator("#experiment-name")).to_have_text("Rate 0.1 on MNIST digits")
        expect(page).to_have_title("Rate 0.1 on MNIST digits · Kernelscope")
        page.click("#step")
        wait_for_step(page, 1)
        first = AT.findall(page.url)[0]
        watcher = open_page(page.url, tolerated=LOST)
        expect(watcher.locator("#watching")).to_be_visible()

        opened(page, "#rename-open", "#rename-dialog")
        page.keyboard.type("Größe & so on")
        page.keyboard.press("Enter")
        for each in (page, watcher):
            expect(each.locator("#experiment-name")).to_have_text("Größe & so on")
        watcher.click("#experiment-name")
        expect(watcher.locator("#new-experiment")).to_be_visible()
        for entry in ("#rename-open", "#duplicate"):
            expect(watcher.locator(entry)).to_be_hidden()

        page.click("#experiment-name")
        page.click("#duplicate")
        expect(page.locator("#experiment-name")).to_have_text("Copy of Größe & so on")
        wait_for_step(page, 1)
        assert first not in page.url

        opened(page, "#experiments-open", "#experiments-dialog")
        expect(page.locator(".experiments-row")).to_have_count(2)
        expect(row(page, "Größe & so on").locator("[data-part=standing]")).to_contain_text("step 1 · paused · ")
        page.keyboard.type("GRÖSSE copy")
        expect(page.locator(".experiments-row")).to_have_count(1)
        page.fill("#experiments-dialog [type=search]", "größe 0.2")
        expect(page.locator("#experiments-dialog [data-part=said]")).to_contain_text("größe 0.2")
        page.fill("#experiments-dialog [type=search]", "")

        there = row(page, "Größe & so on")
        # What is done in another tab is seen here, without losing what is being typed.
        tab = page.context.new_page()
        tab.goto(f"{address}/e/{first}")
        wait_for_step(tab, 1)
        there.get_by_role("button", name="Rename").press("Enter")
        page.keyboard.type("Half a na")
        named = page.locator(".experiments-row[data-state=named]")
        tab.click("#start")
        expect(named.locator("[data-part=standing]")).to_contain_text("training now")
        tab.click("#start")
        expect(named.locator("[data-part=standing]")).to_contain_text("paused")
        expect(named.locator("input")).to_have_value("Half a na")
        expect(named.locator("input")).to_be_focused()
        page.keyboard.press("Escape")
        tab.close()
        there.get_by_role("button", name="Rename").press("Enter")
        page.keyboard.type("Second thoughts")
        page.keyboard.press("Escape")
        expect(page.locator("#experiments-dialog")).to_be_visible()
        there.get_by_role("button", name="Delete").press("Enter")
        expect(page.locator(".experiments-row:focus-within [data-part=deleted]")).to_have_text("Deleted: Größe & so on")
        expect(watcher.locator("#banner")).to_contain_text("deleted")
        page.keyboard.press("Escape")
        opened(page, "#experiments-open", "#experiments-dialog")
        page.keyboard.type("nothing like it")
        expect(page.locator(".experiments-row")).to_have_text([re.compile("Deleted: Größe & so on")])
        page.locator(".experiments-row [value=undo]").press("Enter")
        expect(page.locator("#experiments-dialog [type=search]")).to_be_focused()  # it isn't like that
        page.fill("#experiments-dialog [type=search]", "")
        expect(there).to_contain_text("asleep")
    with serving(Settings(data_dir=tmp_path), few.worker) as address:
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{address}/e/{first}?lang=zh-CN")
        expect(page.locator("#experiment-name")).to_have_text("Größe & so on")
        opened(page, "#experiments-open", "#experiments-dialog")
        expect(row(page, "Copy of Größe & so on")).to_contain_text("第 1 步 · 休眠中 · 保存：")
        page.fill("#experiments-dialog [type=search]", "手写")
        expect(page.locator(".experiments-row")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        row(page, "Copy of Größe & so on").get_by_role("link").click()
        page.wait_for_url(lambda url: first not in url)
        wait_for_step(page, 1)
