"""A step in six phases: what there is at each stage, and nothing that there is not yet; in the end the step as ever."""

import re
from math import log

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, train_to, wait_for_step
from tests.e2e.test_weight import numbers

LAYERS = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "dense"]
SIZES = [
    "8 maps of 28×28",
    "8 maps of 28×28",
    "8 maps of 14×14",
    "16 maps of 14×14",
    "16 maps of 14×14",
    "16 maps of 7×7",
]


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    page.click("#tab-step")
    expect(page.locator(".phase-row")).to_have_count(10)
    return page


def drawn(page: Page, way: str) -> list[str]:
    """The layers whose maps are there."""
    rows = page.locator(f".phase-row:has([data-part={way}]:not([data-empty]) canvas:not([hidden]))")
    return [name for name in rows.evaluate_all("rows => rows.map(row => row.dataset.layer)") if name in LAYERS]


def ways(page: Page, way: str, state: str) -> list[str]:
    """The nodes from which, or back to which, a way is in this state."""
    rows = page.locator(f".phase-row:not(:last-child):has([data-way={way}][data-state={state}])")
    return [str(name) for name in rows.evaluate_all("rows => rows.map(row => row.dataset.layer)")]


def says(page: Page) -> str:
    return page.locator("#phases [data-part=sentence]").inner_text()


def current(page: Page) -> str:
    return page.locator(".phase-chips [aria-current]").get_attribute("data-phase") or ""


def advance(page: Page, phase: str, layer: str = "") -> None:
    page.locator('#phases button[value="phase"]').click()
    expect(page.locator("#phases")).to_have_attribute("data-phase", phase)
    expect(page.locator("#phases")).to_have_attribute("data-layer", layer)


def test_each_stage_shows_what_there_is_by_then_and_says_it_with_its_numbers(page: Page) -> None:
    assert current(page) == "start"
    assert "11,466" in says(page)
    assert "seed 3" in says(page)
    for done, layer in enumerate(LAYERS, 1):
        advance(page, "forward", layer)
        expect(page.locator(f".phase-row[data-layer={layer}]")).to_have_attribute("data-now", "")
        expect(page.locator(f".phase-row[data-layer={layer}] [data-part=forward] canvas")).to_be_visible()
        assert (drawn(page, "forward"), drawn(page, "backward")) == (LAYERS[:done], [])
        assert says(page).startswith(layer)
        assert says(page).endswith(f": {[*SIZES, '10 numbers'][done - 1]}.")
        assert ways(page, "forward", "now") == [["input", *LAYERS][done - 1]]
        assert ways(page, "forward", "made") == ["input", *LAYERS][: done - 1]
    advance(page, "loss")
    assert ways(page, "forward", "now") == ["dense", "softmax"]
    expect(page.locator(".phase-row[data-layer=loss] [data-part=forward]")).to_contain_text("−log p = ")
    expect(page.locator("#phases [data-part=sentence]")).to_contain_text("−log p")
    probability, loss, images, batch = numbers(re.sub(r"“.*?”", "", says(page)))[:4]
    assert (images, batch) == (64, pytest.approx(2.3, abs=0.1))
    assert loss == pytest.approx(-log(probability), rel=5e-3)
    for done, layer in enumerate(reversed(LAYERS), 1):
        advance(page, "backward", layer)
        expect(page.locator(f".phase-row[data-layer={layer}] [data-part=backward] canvas")).to_be_visible()
        assert drawn(page, "backward") == LAYERS[len(LAYERS) - done :]
        assert ways(page, "backward", "now") == (["dense", "softmax"] if layer == "dense" else [layer])
        assert ("gradient of its" in says(page)) == (layer in ("conv1", "conv2", "dense"))
    assert step_of(page) == 0
    advance(page, "update")
    wait_for_step(page, 1)
    expect(page.locator("#phases [data-part=sentence]")).to_contain_text("parameters have moved against their gradient")
    assert current(page) == "update"
    # The step's change of each kernel flows into it, and is told.
    for layer in ("conv1", "conv2", "dense"):
        expect(page.locator(f".phase-row[data-layer={layer}] [data-part=kernels]")).to_contain_text("‖ΔW‖")
    page.locator('#phases button[value="show"]').click()
    expect(page.locator("#view")).to_have_value("step")
    expect(page.locator("#board")).to_be_visible()


def test_it_plays_by_itself_until_it_is_stopped(page: Page) -> None:
    page.locator("#phases select[data-part=pace]").select_option("0.25")
    play = page.locator('#phases button[value="play"]')
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    # A slow machine may be shown any of them, of a later step too.
    expect(page.locator("#phases")).to_have_attribute("data-phase", re.compile("^(loss|backward)$"), timeout=15_000)
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    step = int(page.locator("#phases").get_attribute("data-step") or -1)
    page.locator('#phases button[value="step"]').click()  # the rest of this one
    wait_for_step(page, step + 1)
    expect(page.locator("#phases")).to_have_attribute("data-phase", "update")
    # Training takes its place; a pause doesn't bring it back.
    play.click()
    train_to(page, step + 5)
    expect(play).to_have_attribute("aria-pressed", "false")
    page.locator("body").press("1")
    page.locator("body").press("2")
    expect(page.locator("#phases")).to_have_attribute("data-phase", "update")


def test_another_image_and_lane(page: Page) -> None:
    def image() -> str:
        return page.locator(".phase-row[data-layer=input] [data-part=forward] canvas").evaluate(
            "canvas => canvas.toDataURL()"
        )

    before = image()
    page.locator('#phases button[value="following"]').click()
    expect(page.locator(".phase-row[data-layer=input] [data-part=forward] canvas")).to_be_visible()
    for _ in range(50):
        if image() != before:
            break
        page.wait_for_timeout(100)
    assert image() != before
    page.locator("#phases .study-head select").select_option("C")
    expect(page.locator("#phases [data-part=where]")).to_contain_text("lane C")


def test_the_window_of_a_kernel_adds_up_to_the_output_pixel_on_the_way_there_and_back(page: Page) -> None:
    convolution = page.locator("#phases [data-part=convolution]")
    for layer, words in (("conv1", "bias"), ("conv2", "7 other input channels")):
        page.click("#tab-kernels")
        page.locator(f'canvas[data-lane="A"][data-layer="{layer}"]').click(position={"x": 9, "y": 9})
        page.click("#tab-step")
        sentence = convolution.locator("[data-part=sum]")
        expect(sentence).to_contain_text(words)
        row, col, *terms, z = numbers(sentence.inner_text().replace("7 other", "other"))
        assert sum(terms) == pytest.approx(z, abs=2e-3 * sum(map(abs, terms)))
        # All channels are added up from the maps and kernels; the server has the sum.
        assert abs(float(convolution.get_attribute("data-sum") or "nan")) < 1e-5
        maps = convolution.locator(".convolution-maps")
        maps.focus()
        maps.press("ArrowRight" if col == 0 else "ArrowLeft")
        at = f"{row:.0f},{col + (1 if col == 0 else -1):.0f}"
        expect(convolution).to_have_attribute("data-at", at)
        convolution.locator("canvas[data-part=input]").drag_to(convolution.locator("canvas[data-part=output]"))
    convolution.locator("button[data-way=backward]").click()
    # A test image adds nothing; one of a batch would add its share of the mean.
    expect(sentence).to_contain_text("no update uses it")
    expect(sentence).to_contain_text("mini-batch of 64 would add 1/64 of that")
    advance(page, "forward", "conv1")
    expect(convolution.locator("[data-part=missing]")).to_contain_text("do not exist yet")
