"""The reading beside the page: each of its buttons shows something that is there."""

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, wait_for_step


def test_each_button_shows_what_it_says_in_the_live_page(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn")
    wait_for_step(page, 0)
    assert page.url.endswith("/learn")
    buttons = page.locator("#reading button")
    count = buttons.count()
    assert count >= 15
    assert page.locator("#reading section").count() == 10
    for number in range(count):
        button = buttons.nth(number)
        point, opened = button.get_attribute("data-point"), button.get_attribute("data-open")
        button.click()
        if opened:
            expect(page.locator(opened)).to_have_attribute("open", "")
        for selector in (point, opened, button.get_attribute("data-press")):
            if selector is not None:
                expect(page.locator(selector)).to_have_count(1)
        if point:
            expect(page.locator(point)).to_have_attribute("data-pointed", "", timeout=15_000)
            expect(page.locator(point)).to_be_in_viewport()
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
    wait_for_step(page, 2)  # some of them train
    step = step_of(page)
    page.get_by_role("link", name="Close the text").click()
    wait_for_step(page, step)
    assert page.locator("#reading").count() == 0


def test_it_is_there_in_chinese_and_on_a_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn?lang=zh-CN", width=360, height=740)
    wait_for_step(page, 0)
    expect(page.locator("#reading h1")).to_contain_text("卷积核")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator('#reading button[data-point="#charts"]').first.click()
    expect(page.locator("#charts")).to_be_in_viewport()
