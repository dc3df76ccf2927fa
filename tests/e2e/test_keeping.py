"""What is kept, and for whom an experiment is opened, as a person sees it."""

import re
from pathlib import Path

import pytest
from kernelscope.api.pages.pages import texts
from kernelscope.settings import Settings
from kernelscope.store import Saved, Store, StoreError
from playwright.sync_api import Browser, expect

from tests import few
from tests.e2e.conftest import OpenPage, launch
from tests.e2e.reading import LOST, wait_for_step
from tests.serving import serving

NAME = "kernelscope.test"


def test_while_nothing_can_be_kept_the_page_says_so_and_training_goes_on(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Store.add

    def full(store: Store, saved: Saved) -> None:
        raise StoreError("full", store.path, "no space left on device")

    monkeypatch.setattr(Store, "add", full)
    with serving(Settings(data_dir=tmp_path, keep_every=0.5), few.worker) as address:
        page = open_page(f"{address}/?lang=zh-CN", tolerated=LOST)
        said = page.locator("#unkept")
        expect(page.locator("#step")).to_be_enabled()
        expect(said).to_be_hidden()
        page.click("#step")
        expect(said).to_have_text(texts["zh-CN"]("kept.full"))
        wait_for_step(page, 1)
        monkeypatch.setattr(Store, "add", add)
        page.click("#step")
        expect(said).to_be_hidden()
        wait_for_step(page, 2)


@pytest.mark.parametrize("path", ["/", "/learn?seed=7"])
def test_over_http_a_person_comes_to_an_experiment_although_the_browser_says_nothing(
    browser: Browser, tmp_path: Path, path: str
) -> None:
    there = launch(browser.browser_type, f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    try:
        with serving(Settings(data_dir=tmp_path, allowed_hosts=NAME), few.worker) as address:
            page = there.new_page()
            page.goto(address.replace("127.0.0.1", NAME) + path)
            page.wait_for_url(re.compile(r"/e/[\w-]{11}"))
            assert ("/learn" in page.url) == ("/learn" in path)
            expect(page.locator("#step")).to_be_enabled()
            first = page.url
            page.goto(address.replace("127.0.0.1", NAME))
            page.wait_for_url(re.compile(r"/e/[\w-]{11}"))
            assert page.url.split("/e/")[1][:11] == first.split("/e/")[1][:11], "one's own is found again"
    finally:
        there.close()
