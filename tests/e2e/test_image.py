"""The page's test image, and each lane's prediction."""

import re

import httpx
import numpy as np
from kernelscope import datasets
from playwright.sync_api import Page, expect

from tests.api.page import watch
from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import step_of, train_to, wait_for_step


def streamed(page: Page, address: str, image: int) -> list[list[str]]:
    """The rows of each lane by the numbers that the server streams: class, percentage and mark."""
    id = page.url.partition("?")[0].rsplit("/", 1)[1]
    with httpx.Client(base_url=address, timeout=20) as client, watch(client, id, stranger=True) as viewer:
        viewer.want(image=image)
        while (snapshot := viewer.snapshot(step_of(page))).directory.get("image") != image:
            pass
    label = int(datasets.load("digits").test_labels[image])

    def percent(share: float) -> str:
        return "<1%" if 0 < share < 0.005 else ">99%" if 0.995 < share < 1 else f"{100 * share:.0f}%"

    return [
        [f"{one}{percent(lane[one])}{'✓' if one == label else ''}" for one in np.argsort(-lane, kind="stable")[:3]]
        for lane in snapshot.tensors["image/probabilities"]
    ]


def told(page: Page) -> list[list[str]]:
    """The rows of each lane as the page has them."""
    return [
        ["".join(row.split()) for row in lane.locator(".prediction").all_inner_texts()]
        for lane in page.locator(".predictions").all()
    ]


def expect_told(page: Page, address: str, image: int) -> None:
    expected = streamed(page, address, image)
    # Each row by itself: a lane's may still be awaited.
    for lane, rows in zip(page.locator(".predictions").all(), expected, strict=True):
        for row, text in zip(lane.locator(".prediction").all(), rows, strict=True):
            expect(row).to_have_text(re.compile(r"\s*".join([*text]) + r"\s*$"))
    assert told(page) == expected


def test_each_lane_says_what_it_takes_the_image_for(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?seed=3&image=803")
    wait_for_step(page, 0)
    data = datasets.load("digits")
    card, button = page.locator("#image-card"), page.locator(".image-button")
    number, name = card.locator("[data-part=number]"), card.locator("[data-part=class]")

    def expect_image(image: int) -> None:
        expect(number).to_have_text(f"test image {image}")
        expect(name).to_have_text(str(data.test_labels[image]))
        expect(button).to_have_accessible_name(f"Test image {image}: “{data.test_labels[image]}”")
        drawn, ink = pixels(card.locator(".image-frame canvas")), data.test_images[image][0]
        assert drawn.shape[:2] == ink.shape
        away = float(drawn[ink == 0][0, 0]) - drawn[..., 0]  # from paper
        np.testing.assert_allclose(away / away[ink == ink.max()][0], ink / ink.max(), atol=0.02)
        expect_told(page, address, image)

    expect_image(803)
    card.get_by_role("button", name="Next image").click()
    expect_image(804)
    expect(page.locator("#announcer")).to_have_text(f"Test image 804: “{data.test_labels[804]}”")
    expect(page).to_have_url(re.compile("image=804"))
    wait_for_step(page, train_to(page, 30))
    expect_told(page, address, 804)
    button.focus()
    page.keyboard.press("Enter")
    expect(number).not_to_have_text("test image 804")
    chosen = int(number.inner_text().split()[-1])
    expect_image(chosen)
    expect(button).to_have_accessible_description(re.compile(r"Lane A: “\d” \d+%.* Lane C: "))
    expect(page).to_have_url(re.compile(f"image={chosen}"))
    page.reload()
    wait_for_step(page, 30)
    expect_image(chosen)
    page.keyboard.press("2")  # A step is about the same image
    expect(page.locator("#phases [data-part=image]")).to_have_text(re.compile(f"^Test image {chosen}: "))
