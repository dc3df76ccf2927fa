"""The tour: offered once, taken by keys or pointer, goes on by itself when the person has done what it asks for."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, wait_for_step

ALL = 13


def expect_apart(page: Page) -> None:
    """The card does not cover what it talks of, and is in the window."""
    card, target = page.locator(".tour").bounding_box(), page.locator("[data-toured]").bounding_box()
    assert card
    assert target
    size = page.viewport_size
    assert size
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= size["width"]
    assert 0 <= card["y"] <= size["height"] - card["height"] + 1
    top = min(target["y"] + target["height"], size["height"]) - max(target["y"], 0)
    assert top > 0, "what it talks of is out of the window"


def test_it_is_offered_once_and_tells_all_by_keys(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    offer, count = page.locator("#tour-offer"), page.locator(".tour [data-part=count]")
    expect(offer).to_be_visible()
    page.locator("#tour-offer [value=take]").press("Enter")
    expect(count).to_have_text(f"1 of {ALL}")
    expect(offer).to_be_hidden()
    for n in (2, 3, 4):
        expect_apart(page)
        page.keyboard.press("ArrowRight")
        expect(count).to_have_text(f"{n} of {ALL}")
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(f"3 of {ALL}")
    page.keyboard.press("Enter")
    # Step was asked for: done, it goes on by itself.
    expect(page.locator("#step")).to_have_attribute("data-toured", "")
    page.keyboard.press("s")
    expect(count).to_have_text(f"5 of {ALL}")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-toured]")).to_have_text(re.compile(r"raised|lowered"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(count).to_have_text(f"8 of {ALL}")
    expect(page.locator("#start")).to_have_text("Pause")
    for n in range(9, ALL + 1):
        page.keyboard.press("ArrowRight")
        expect(count).to_have_text(f"{n} of {ALL}")
        expect_apart(page)
    page.keyboard.press("Enter")
    expect(page.locator(".tour")).to_have_count(0)
    expect(page.locator("[data-toured]")).to_have_count(0)
    page.reload()
    wait_for_step(page, 1)
    expect(offer).to_be_hidden()
    reach(page, "#tour-open").click()
    expect(count).to_have_text(f"1 of {ALL}")
    page.keyboard.press("Escape")
    expect(page.locator(".tour")).to_have_count(0)


def test_on_a_phone_in_chinese_it_is_a_sheet_below_what_it_talks_of(open_page: OpenPage, address: str) -> None:
    asked: list[str] = []
    page = open_page(
        f"{address}?lang=zh-CN",
        width=360,
        height=740,
        prepare=lambda page: page.on("request", lambda request: asked.append(request.url)),
    )
    wait_for_step(page, 0)
    assert not any(re.search(r"/(help|tour)(-\w+)?\.js|locales/guide/", url) for url in asked), (
        "fetched before anybody wanted it"
    )
    page.click("#tour-offer [value=take]")
    expect(page.locator(".tour h2")).to_have_text("从随机开始")
    for n in range(ALL - 1):
        expect_apart(page)
        if n == 2:  # The lane that learns, whose weight is selected; below the lanes in brief.
            figures = page.locator(".lane[data-lane=B] .figures")
            expect(figures).to_have_attribute("data-toured", "")
            strip, seen = page.locator(".lane-strip").bounding_box(), figures.bounding_box()
            assert strip
            assert seen
            assert strip["y"] + strip["height"] <= seen["y"]
        page.click(".tour [value=next]")
    expect(page.locator("#tab-kernels")).to_have_attribute("aria-current", "true")
    expect(page.locator(".tour [value=next]")).to_have_text("完成")
    page.click(".tour [value=skip]")
    expect(page.locator(".tour")).to_have_count(0)
