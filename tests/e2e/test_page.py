"""The page as a person uses it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import reach, step_of, wait_for_step


def kernels(page: Page, lane: str = "B", layer: str = "conv1") -> bytes:
    return pixels(page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')).tobytes()


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    wait_for_step(page, 0)
    return page


def test_it_opens_at_step_zero_with_kernels_to_see_and_start_to_press(page: Page, address: str) -> None:
    assert re.fullmatch(rf"{address}/e/[\w-]+(\?seed=3)?", page.url)
    assert step_of(page) == 0
    colours = set(map(tuple, pixels(page.locator('canvas[data-lane="A"][data-layer="conv1"]')).reshape(-1, 4).tolist()))
    assert len(colours) > 30, "the random kernels are not drawn"
    assert kernels(page, "A") != kernels(page, "B")[:0]
    start = page.locator("#start")
    expect(start).to_have_text("Start")
    expect(start).to_be_enabled()
    expect(start).to_be_in_viewport(ratio=1)
    expect(page.locator("#description")).to_contain_text("MNIST digits")
    expect(page.locator("#description")).to_contain_text("conv 7×7 ×8 → conv 5×5 ×16 → dense 10")
    assert not page.locator("#board").get_by_text("gradient before step 1").first.is_hidden()


def test_the_space_bar_starts_and_pauses_and_nothing_is_lost(page: Page) -> None:
    untrained = kernels(page)
    page.keyboard.press("Space")
    expect(page.locator("#start")).to_have_text("Pause")
    wait_for_step(page, 5)
    page.keyboard.press("Space")
    expect(page.locator("#start")).to_have_text("Start")
    page.wait_for_timeout(300)
    paused, picture = step_of(page), kernels(page)
    assert picture != untrained
    page.wait_for_timeout(500)
    assert step_of(page) == paused
    assert kernels(page) == picture
    page.keyboard.press("Space")
    wait_for_step(page, paused + 3)


def test_after_a_click_on_another_button_the_space_bar_still_starts(page: Page) -> None:
    page.click("#step")
    wait_for_step(page, 1)
    page.keyboard.press("Space")
    expect(page.locator("#start")).to_have_text("Pause")


def test_each_way_to_step_makes_exactly_one(page: Page) -> None:
    for count, act in enumerate(
        (lambda: page.click("#step"), lambda: page.keyboard.press("s"), lambda: page.keyboard.press("ArrowRight")), 1
    ):
        act()
        wait_for_step(page, count)
        page.wait_for_timeout(200)
        assert step_of(page) == count


def test_reset_gives_the_very_same_kernels_and_a_new_seed_others(page: Page) -> None:
    first = {lane: kernels(page, lane) for lane in "ABC"}
    page.click("#start")
    wait_for_step(page, 10)
    page.click("#reset")
    expect(page.locator("#status-step")).to_have_attribute("data-step", "0")
    page.wait_for_timeout(200)
    assert {lane: kernels(page, lane) for lane in "ABC"} == first
    expect(page.locator("#start")).to_have_text("Start")
    reach(page, "#new-seed").click()
    expect(page.locator("#description")).not_to_have_text(re.compile(r"seed 3\s*$"))
    page.wait_for_timeout(300)
    assert kernels(page) != first["B"]


def test_a_rate_changes_live_with_no_reset(page: Page) -> None:
    page.click("#start")
    wait_for_step(page, 3)
    rate = page.locator('.lane[data-lane="A"] select.rate')
    rate.select_option("0.3")
    page.wait_for_timeout(300)
    assert rate.input_value() == "0.3"
    before = step_of(page)
    wait_for_step(page, before + 3)
    expect(page.locator("#start")).to_have_text("Pause")


def test_any_other_rate_can_be_typed_and_nonsense_is_refused_where_it_was_typed(page: Page) -> None:
    lane = page.locator('.lane[data-lane="B"]')
    lane.locator("select.rate").select_option("other")
    entry = lane.locator("input.rate-entry")
    entry.fill("fast")
    entry.press("Enter")
    expect(lane.locator('[data-part="rate-error"]')).to_be_visible()
    entry.fill("0.037")
    entry.press("Enter")
    expect(lane.locator("select.rate")).to_have_value("0.037")
    expect(lane.locator('[data-part="rate-error"]')).to_be_hidden()
    lane.locator("select.rate").select_option("other")
    entry.fill("5000")
    entry.press("Enter")
    expect(lane.locator('[data-part="rate-error"]')).to_contain_text("1000")
    expect(lane.locator("select.rate")).to_have_value("0.037")


def test_a_lane_that_collapses_says_when_and_why_and_the_others_go_on(page: Page) -> None:
    page.click("#start")
    fact = page.locator('.lane[data-lane="C"] [data-part="fact"]')
    expect(fact).to_contain_text(re.compile(r"Collapsed.* step \d+.* conv[12]"), timeout=60_000)
    collapsed = step_of(page)
    wait_for_step(page, collapsed + 5)
    expect(page.locator('.lane[data-lane="B"] [data-part="fact"]')).not_to_contain_text("Collapsed")


def test_the_address_can_be_reloaded_and_shared(page: Page, open_page: OpenPage) -> None:
    page.click("#step")
    wait_for_step(page, 1)
    picture = kernels(page)
    page.reload()
    wait_for_step(page, 1)
    assert kernels(page) == picture
    other = open_page(page.url)
    wait_for_step(other, 1)
    assert kernels(other) == picture
    page.click("#step")
    wait_for_step(other, 2)  # one experiment, two viewers


def test_home_is_the_visitors_own_experiment(page: Page, address: str, open_page: OpenPage) -> None:
    mine = page.url.partition("?")[0]
    page.goto(address)
    assert page.url.partition("?")[0] == mine
    assert open_page(address).url.partition("?")[0] != mine


def test_it_speaks_chinese_and_remembers(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?lang=zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#start")).not_to_have_text("Start")
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(open_page(address, locale="zh-CN").locator("html")).to_have_attribute("lang", "zh-CN")
    expect(open_page(address, locale="de-DE").locator("html")).to_have_attribute("lang", "en")


def test_an_experiment_that_is_not_there_says_so_and_offers_a_new_one(open_page: OpenPage, address: str) -> None:
    page = open_page("about:blank")  # the browser would complain of a page that is a 404
    response = page.request.get(f"{address}/e/nobody")
    assert response.status == 404
    page.set_content(response.text())
    expect(page.locator('a[href="../"]')).to_be_visible()


def test_the_api_page_works_with_no_network(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/docs")
    expect(page.get_by_text("/api/experiments/{id}").first).to_be_visible()
