"""Best patches and what would excite a filter most: what was found, and where it leads."""

import re
from typing import Any

from kernelscope import datasets
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step
from tests.e2e.test_learn import Wire

PAINTED = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_a_patch_leads_to_its_image_and_a_picture_to_its_step(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []

    def listen(page: Page) -> None:
        wires.append(Wire(page))

    query = "seed=3&lanes=0.1&lang=en&tab=sees&cell=conv1.A.2.0.0.0"
    page = open_page(f"{address}/?{query}", width=360, prepare=listen)
    wait_for_step(page, 0)
    page.click("#step")
    cards = best, made = page.locator("#best-patches"), page.locator("#maximisation")
    for card in cards:
        expect(card).to_have_attribute("data-step", "1", timeout=60_000)
    filter_text = best.locator("[data-part=filter]")
    expect(filter_text).to_have_text(
        re.compile("^conv1 · filter 2 · 7×7 pixels of 10,000 training images"), timeout=60_000
    )
    found: dict[str, Any] = wires[0].found("patches")
    patches = [[one for one in found["filters"][2] if one["end"] == end] for end in ("most", "least")]
    for part, told in zip(("most", "least"), patches, strict=True):
        buttons = best.locator(f"[data-part={part}] button")
        expect(buttons).to_have_count(len(told))
        for button, patch in zip(buttons.all(), told, strict=True):
            place = f"training image {patch['image']} (“{patch['label']}”), row {patch['row']}, column {patch['col']} "
            expect(button).to_have_attribute("aria-label", re.compile(re.escape(f": {place}of the map") + "$"))
            assert float(button.inner_text().replace("−", "-")) == float(f"{patch['value']:.3g}")
    assert best.locator("[data-part=most] canvas").first.evaluate(PAINTED) > 2

    # By the keyboard, the second one: its image becomes the page's.
    first = best.locator("[data-part=most] button").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    chosen = patches[0][1]
    label = datasets.load("digits").train_labels[chosen["image"]]
    top, left = chosen["row"] - 3, chosen["col"] - 3
    outlined = rf"image=train-{chosen['image']}&patch={top}\.{left}\.7\.7"

    def expect_chosen() -> None:
        expect(page.locator("#sees [data-part=number]")).to_have_text(f"training image {chosen['image']}")
        expect(page.locator("#sees [data-part=class]")).to_have_text(str(label))
        expect(page).to_have_url(re.compile(outlined))
        for place in (page.locator("#sees"), best):
            picture, outline = (
                place.locator(f".image-frame {one}").bounding_box() for one in ("canvas", ".image-patch")
            )
            assert picture is not None
            assert outline is not None
            shares = [
                (outline["y"] - picture["y"]) / picture["height"],
                (outline["x"] - picture["x"]) / picture["width"],
            ]
            assert [round(28 * share) for share in shares] == [top, left]
            assert round(28 * outline["width"] / picture["width"]) == 7
        expect(best.locator("[aria-pressed=true]")).to_have_count(2)  # the patch, and the filter

    expect_chosen()
    expect(page.locator(".sees-classes [data-right]")).to_have_count(1)

    # A switch, and an earlier step.
    made.get_by_label("norm").uncheck()
    expect(page).to_have_url(re.compile(r"ascent=jitter,blur(&|$)"))
    expect(made.locator(".study-body")).to_have_css("opacity", "1")
    frames = made.locator("[data-part=film] button")
    expect(frames).to_have_count(2)
    frames.first.click()
    sentence = made.locator("[data-part=sentence]")
    expect(sentence).to_have_text(re.compile("^With the weights of step 0, z reaches"))
    expect(page).to_have_url(re.compile(r"at=0(&|$)"))
    assert (wires[0].wanted["formation"]["norm"], wires[0].found("formation")["steps"]) == (False, [0, 1])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.reload()
    for card in cards:
        expect(card).to_have_attribute("data-step", "1", timeout=60_000)
    expect(made.get_by_label("norm")).not_to_be_checked()
    expect(frames.first).to_have_attribute("aria-pressed", "true")
    expect_chosen()
    best.locator("[data-part=filters] button").nth(5).click()
    expect(page).to_have_url(re.compile(r"cell=conv1\.A\.5\."))
    expect(filter_text).to_have_text(re.compile("^conv1 · filter 5 ·"))
