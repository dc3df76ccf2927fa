"""One's own images: brought, sorted, kept, trained on and deleted, all on the page."""

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import train_to, wait_for_step
from tests.e2e.test_pad import png

RED, BLUE = (200, 10, 0), (0, 10, 200)
LIGHT = (19595 * 200 + 38470 * 10 + 32768) >> 16
"""Of red, as grey."""


def picture(name: str, colour: tuple[int, int, int], dot: int) -> FilePayload:
    levels = np.full((20, 30, 3), colour)
    levels[dot, 15] = 255
    return {"name": f"{name}{dot}.png", "mimeType": "image/png", "buffer": png(levels, colour=2)}


def corner(page: Page, place: int) -> list[int]:
    """The first pixel of an image, as a network will see it."""
    return page.evaluate(
        """place => {
            const canvas = document.querySelectorAll("#own-data .own-pictures canvas")[place];
            return [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data];
        }""",
        place,
    )


def test_pictures_are_sorted_into_classes_kept_trained_on_and_deleted(
    open_page: OpenPage, address: str, tmp_path: Path
) -> None:
    page = open_page(f"{address}/?seed=5&lang=en")
    wait_for_step(page, 0)
    page.locator("#network").evaluate("button => button.click()")
    page.click('#network-dialog [value="own"]')
    dialog = page.locator("#own-data")
    files = dialog.locator('input[name="files"]')
    keep, progress = dialog.locator('[value="keep"]'), dialog.locator("[data-part=progress]")
    expect(dialog).to_be_visible()  # its markup comes before its script
    table: FilePayload = {"name": "table.csv", "mimeType": "text/csv", "buffer": b"1,2"}
    files.set_input_files([table])
    expect(dialog.locator("[data-part=trouble]")).to_contain_text("a table has numbers, not pictures")
    expect(keep).to_be_disabled()
    expect(dialog.locator('input[name="title"]')).to_have_value("")  # the name is that of what can be used

    broken: FilePayload = {"name": "broken.png", "mimeType": "image/png", "buffer": picture("", RED, 0)["buffer"][:60]}
    files.set_input_files(
        [*(picture("red", RED, n) for n in range(3)), *(picture("blue", BLUE, n) for n in range(3)), broken]
    )
    columns = dialog.locator(".own-class")
    expect(columns).to_have_count(3)  # what is not sorted yet, and two classes to sort it into
    expect(columns.first.locator("[data-part=count]")).to_have_text("6")
    expect(dialog.locator("[data-part=left] li").last).to_have_text("broken.png: damaged")
    assert corner(page, 0) == [*RED, 255]
    keep.click()
    expect(dialog.locator("[data-part=refusal]")).to_have_text(
        "Sort the other 6 pictures into classes, or leave them out."
    )

    columns.first.locator(".own-pictures button").first.focus()
    for key in ("Space", "ArrowRight", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(dialog.locator("[data-part=selected]")).to_have_text("3 selected:")
    dialog.locator('select[name="move"]').select_option("Class 1")
    expect(columns.nth(1).locator("[data-part=count]")).to_have_text("3")
    columns.first.locator(".own-pictures button").first.drag_to(columns.nth(2))
    expect(columns.nth(2).locator("[data-part=count]")).to_have_text("1")
    for place in (0, 1):
        columns.first.locator(".own-pictures button").nth(place).click()
    dialog.locator('select[name="move"]').select_option("Class 2")
    expect(columns).to_have_count(2)
    for place, name in enumerate(("red", "blue")):
        columns.nth(place).locator("input").fill(name)
    dialog.locator('input[name="title"]').fill("Two colours")
    dialog.locator('select[name="size"]').select_option("16")
    expect(progress).to_have_text("2 classes, 6 images: 4 to train with, 2 to test on")
    dialog.locator('select[name="colour"]').select_option("grey")
    expect(dialog.locator(".own-pictures canvas").first).to_have_attribute("data-grey", "true")
    assert corner(page, 0) == [LIGHT, LIGHT, LIGHT, 255]
    dialog.locator('select[name="colour"]').select_option("colour")
    keep.click()

    expect(dialog).to_be_hidden()
    data = page.locator('#network-dialog select[name="dataset"]')
    expect(data).to_have_value(re.compile("own:[0-9a-f]{16}"))
    expect(data.locator("option:checked")).to_have_text("Two colours")
    expect(page.locator("#network-dialog [data-part=sum]")).not_to_have_text("–")
    page.click('#network-dialog [value="begin"]')
    expect(page).to_have_url(re.compile("data=own:[0-9a-f]{16}"))
    train_to(page, 5)  # batches of 64 from four images
    expect(page.locator("#experiment-name")).to_contain_text("Two colours")
    expect(page.locator("#image-card [data-part=class]").first).to_have_text(re.compile("red|blue"))

    page.locator("#network").evaluate("button => button.click()")
    page.click('#network-dialog [value="own"]')
    kept = dialog.locator(".own-kept li")
    expect(kept).to_contain_text("Two colours: 6 images, 2 classes, 16×16, ")
    kept.locator("button").click()
    expect(kept.locator("button")).to_have_text("Delete for good?")
    kept.locator("button").click()
    expect(kept).to_have_count(0)
    page.keyboard.press("Escape")
    expect(data.locator("option:checked")).to_have_text("Two colours")
    page.keyboard.press("Escape")
    train_to(page, 8)
