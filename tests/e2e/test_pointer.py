"""Pointing reads, a click selects, and a finger that scrolls does neither."""

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels, places
from tests.e2e.reading import wait_for_state, wait_for_step

INDEX = "#inspector [data-part=index]"


def panel(page: Page, lane: str, layer: str = "conv1") -> Locator:
    return page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')


def cell_of(canvas: Locator, out: int, row: int, col: int, size: int = 7) -> dict[str, float]:
    """The middle of a cell of the first layer, in the canvas's own pixels of CSS."""
    down, across = places(pixels(canvas))
    x, y = across[out % 4], down[2 * (out // 4)]
    scale: float = canvas.evaluate("canvas => canvas.clientWidth / canvas.width")
    return {
        "x": (x.start + (col + 0.5) * (x.stop - x.start) / size) * scale,
        "y": (y.start + (row + 0.5) * (y.stop - y.start) / size) * scale,
    }


def rows_of(page: Page) -> dict[str, list[str]]:
    """What is said at the pointer of each lane: weight, gradient, last change."""
    numbers = ":is([data-part=weight], [data-part=gradient], [data-part=update])"
    return {
        row.get_attribute("data-lane") or "": [text.strip() for text in row.locator(numbers).all_inner_texts()]
        for row in page.locator("#pointed tbody tr").all()
    }


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    wait_for_step(page, 0)
    return page


def test_pointing_reads_a_cell_in_every_lane_and_a_click_selects_it(page: Page) -> None:
    # Of the lane that learns, because nobody has chosen another.
    expect(page.locator("#inspector [data-part=where]")).to_contain_text("lane B")
    page.keyboard.press("s")
    wait_for_step(page, 1)
    readout, chosen = page.locator("#pointed"), page.locator(INDEX).inner_text()
    other = pixels(panel(page, "A"))
    panel(page, "B").hover(position=cell_of(panel(page, "B"), 1, 2, 4))
    expect(readout).to_contain_text("w[1, 0, 2, 4]")
    assert (pixels(panel(page, "A")) != other).any(), "the same cell is marked in the other lanes"
    assert page.locator(INDEX).inner_text() == chosen
    assert "cell" not in parse_qs(urlparse(page.url).query)
    for more in ("channel", "oriented"):  # there is one channel, and nobody has asked for marks
        expect(page.locator(f"#pointed th.{more}")).to_be_hidden()
    read = rows_of(page)
    assert list(read) == ["A", "B", "C"]
    assert all(re.fullmatch(r"−?\d[\d.e−]*", text) for texts in read.values() for text in texts), read

    # It covers nothing of what is compared: the row of tiles, in all lanes.
    down, _ = places(pixels(panel(page, "B")))
    scale = panel(page, "B").evaluate("canvas => canvas.clientHeight / canvas.height")
    tiles, box = panel(page, "B").bounding_box(), readout.bounding_box()
    assert tiles
    assert box
    top, bottom = tiles["y"] + down[0].start * scale, tiles["y"] + down[1].stop * scale
    assert box["y"] >= bottom or box["y"] + box["height"] <= top
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1440

    page.mouse.down()
    page.mouse.up()
    expect(page.locator(INDEX)).to_have_text("w[1, 0, 2, 4]")
    for lane, texts in read.items():
        row = page.locator(f'#inspector [data-part="lanes"] tr[data-lane="{lane}"]')
        assert row.locator("td").all_inner_texts() == texts[:2]
    # What is selected stays selected, whatever the pointer crosses, also pressed.
    page.mouse.move(tiles["x"] + 10, bottom + 60, steps=5)
    page.mouse.down()
    page.mouse.move(tiles["x"] + 60, bottom + 60, steps=3)
    page.mouse.up()
    expect(readout).to_contain_text("w[")
    page.mouse.move(5, 5)
    expect(readout).to_be_hidden()
    expect(page.locator(INDEX)).to_have_text("w[1, 0, 2, 4]")

    # The enlarged kernel is pointed at and chosen from in the same way.
    glass = page.locator("#inspector .glass canvas").first
    glass.hover(position={"x": 5, "y": 5})
    expect(readout).to_contain_text("w[1, 0, 0, 0]")
    expect(page.locator(INDEX)).to_have_text("w[1, 0, 2, 4]")
    glass.click(position={"x": 5, "y": 5})
    expect(page.locator(INDEX)).to_have_text("w[1, 0, 0, 0]")

    # While it trains, the numbers of what is pointed at come, and those of what is selected go on coming.
    page.click("#start")
    wait_for_step(page, 3)
    panel(page, "C").hover(position=cell_of(panel(page, "C"), 6, 1, 1))
    expect(page.locator("#pointed[data-exact]")).to_contain_text("w[6, 0, 1, 1]")
    expect(page.locator("#inspector[data-exact]")).to_contain_text("w[1, 0, 0, 0]")
    page.click("#start")
    wait_for_state(page, "paused")


def test_arrow_keys_select_the_neighbour_and_enter_what_is_pointed_at(page: Page) -> None:
    page.keyboard.press("b")
    first = panel(page, "A")
    expect(first).to_be_focused()
    index = page.locator(INDEX)
    for key, cell in (
        ("ArrowRight", "w[0, 0, 3, 4]"),  # from the one in the middle
        ("ArrowRight", "w[0, 0, 3, 5]"),
        ("ArrowRight", "w[0, 0, 3, 6]"),
        ("ArrowRight", "w[1, 0, 3, 0]"),  # the next kernel
        ("ArrowDown", "w[1, 0, 4, 0]"),
        ("ArrowDown", "w[1, 0, 5, 0]"),
        ("ArrowDown", "w[1, 0, 6, 0]"),
        ("ArrowDown", "w[5, 0, 0, 0]"),  # the one below
        ("ArrowLeft", "w[4, 0, 0, 6]"),
    ):
        page.keyboard.press(key)
        expect(index).to_have_text(cell)
    expect(page.locator("#pointed")).to_contain_text("w[4, 0, 0, 6]")
    expect(page.locator("#announcer")).to_contain_text("w[4, 0, 0, 6], lane A: weight")
    page.keyboard.press("Escape")
    expect(page.locator("#pointed")).to_be_hidden()
    first.hover(position=cell_of(first, 2, 1, 1))
    expect(page.locator("#pointed")).to_contain_text("w[2, 0, 1, 1]")
    page.keyboard.press("Enter")
    expect(index).to_have_text("w[2, 0, 1, 1]")


def test_a_tap_selects_and_a_finger_that_scrolls_does_not(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=360, height=740, has_touch=True, is_mobile=True)
    wait_for_step(page, 0)
    # One lane fills the screen: the one that learns.
    canvas = panel(page, "B")
    expect(canvas).to_be_in_viewport()
    expect(page.locator(".strip-lane[data-seen] [data-part=letter]")).to_have_text("B")
    canvas.scroll_into_view_if_needed()
    chosen = page.locator(INDEX).inner_text()
    box = canvas.bounding_box()
    assert box
    client, x, y = page.context.new_cdp_session(page), box["x"] + 30, box["y"] + 60
    before = page.evaluate("scrollY")
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for moved in range(10, 130, 10):
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - moved}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("before => scrollY > before", arg=before)
    assert page.locator(INDEX).inner_text() == chosen
    assert "cell" not in parse_qs(urlparse(page.url).query)
    canvas.tap(position=cell_of(canvas, 2, 5, 5))
    expect(page.locator(INDEX)).to_have_text("w[2, 0, 5, 5]")
    expect(page.locator("#pointed")).to_be_hidden()
