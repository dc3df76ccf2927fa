"""The first screen, without scrolling: an image, each lane's prediction, kernels, and how far it has come."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step

SIZES = [(1440, 900), (1280, 720), (360, 740)]
KERNELS = 4
"""The number of kernels beside one another in a lane's first row, with the default network."""
HIGHEST = 340
"""CSS pixels above the first kernels: of a small laptop's 720 more than half are theirs."""
MACHINE = ("kB/s", "frames/s", "帧/秒", "latency", "延迟", "steps/s", "步/秒")
"""Measurements of the machine, which are folded away."""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_first_screen_has_an_image_predictions_and_kernels(
    open_page: OpenPage, address: str, language: str, width: int, height: int
) -> None:
    page = open_page(f"{address}/?lang={language}", width=width, height=height)
    wait_for_step(page, 0)
    is_phone = width <= 600
    lanes = [page.locator('.lane[data-lane="B"]')] if is_phone else page.locator(".lane").all()

    def seen(element: Locator, below: float = 0) -> bool:
        """Whether it is on the screen, down to so many pixels from its top; 0: all of it."""
        box = element.bounding_box()
        assert box, element
        end = box["y"] + (below or box["height"])
        return box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0 and end <= height

    expect(page.locator("#image-card [data-part=class]")).to_have_text("8")
    assert seen(page.locator("#start"))
    image = page.locator("#image-card .image-frame canvas")
    assert seen(image)
    box = image.bounding_box()
    assert box
    assert box["width"] >= (60 if is_phone else 100)
    for lane in lanes:
        expect(lane.locator(".prediction")).to_have_count(3)
        expect(lane.locator(".prediction [data-part=percent]").first).to_have_text("14%")
        for prediction in lane.locator(".prediction").all():
            assert seen(prediction)
        kernels = lane.locator('canvas[data-layer="conv1"]')
        tiles = kernels.bounding_box()
        assert tiles
        assert seen(kernels, below=tiles["width"] / KERNELS)
        if not is_phone:
            assert tiles["y"] < HIGHEST
    # What a student asks, and nothing about the machine.
    for number, text in {"step": "0", "epoch": "0.00", "images": "0"}.items():
        expect(page.locator(f"#status-{number}")).to_have_text(text)
        assert seen(page.locator(f"#status-{number}"))
    text = page.locator("body").inner_text()
    assert not [word for word in MACHINE if word in text]
    assert page.locator(".tab-switch button").count() == 5
    # The tour is offered where everybody looks, over nothing, and no tab is cut.
    assert seen(page.locator("#tour-offer"))
    tabs = page.locator(".tab-switch button")
    assert all(seen(tab) and tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth") for tab in tabs.all())
    # Choosing what is shown moves no kernel.
    if not is_phone:
        kernels = page.locator('canvas[data-layer="conv1"]').first
        before = kernels.bounding_box()
        page.select_option("#view", "lane")
        expect(page.locator("#against")).to_be_visible()
        assert kernels.bounding_box() == before
    # The selected kernel is of the lane that learns.
    if not is_phone:
        expect(page.locator("#inspector [data-part=where]")).to_contain_text("lane B" if language == "en" else "B 组")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
