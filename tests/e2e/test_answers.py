"""Responses of filters to the image, below the kernels and in a tab: pixels beside the numbers that are streamed."""

import json
import math
import re

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.stream.wire import Frame
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import train_to, wait_for_state, wait_for_step
from tests.e2e.test_views import streamed

IMAGE = 3


def answers(page: Page, address: str) -> Frame:
    return streamed(page, address, "responses/conv2", quantities=["responses"], image=IMAGE)


def point(page: Page, canvas: Locator, x: float, top: float) -> tuple[float, float]:
    """Move the pointer down over a canvas until it is on a map; where it is then, as shares of the canvas."""
    box = canvas.bounding_box()
    assert box
    for y in np.arange(top, 1, 0.02):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if page.locator("#map-readout").is_visible():
            return x, float(y)
    raise AssertionError("no map was found under the pointer")


def assert_reads(page: Page, frame: Frame, layer: str, maps: str = "responses") -> tuple[float, ...]:
    """The readout has the exact numbers of all lanes at the place that it names; these numbers."""
    readout = page.locator("#map-readout")
    expect(readout).to_have_attribute("data-exact", "")
    where = re.search(
        r"filter (\d+) at \[(\d+), (\d+)\] · step (\d+)", readout.locator("[data-part=where]").inner_text()
    )
    assert where
    out, row, col, step = map(int, where.groups())
    assert step == frame.directory["step"]
    expected = frame.tensors[f"{maps}/{layer}"][:, out, row, col]
    said = [float(text.replace("−", "-")) for text in readout.locator("td").all_inner_texts()]
    assert np.array_equal(np.array(said, "f4"), expected)
    return tuple(said)


def colour_at(canvas: Locator, place: tuple[float, float]) -> np.ndarray:
    picture = pixels(canvas)
    return picture[int(place[1] * picture.shape[0]), int(place[0] * picture.shape[1]), :3].astype(int)


def assert_coloured(legend: Locator, value: float, colour: np.ndarray) -> None:
    """A value's colour is that of its place on the bar, whose ends are for what lies beyond."""
    limit = float(legend.get_attribute("data-limit") or "nan")
    bar = pixels(legend.locator("canvas"))[0, :, :3].astype(int)[13:-13]
    share = (np.clip(value / limit, -1, 1) + 1) / 2
    if abs(value) <= limit:
        np.testing.assert_allclose(colour, bar[round(share * (len(bar) - 1))], atol=8)


def percent(probability: float) -> str:
    """How the page writes a probability: in whole percent, and never as 0% or 100% where it isn't."""
    if 0 < probability < 0.005:
        return "<1%"
    return ">99%" if 0.995 < probability < 1 else f"{math.floor(100 * probability + 0.5)}%"


@pytest.mark.parametrize(("layer", "last"), [("conv1", "0.0.6.3"), ("conv2", "0.7.4.2")])
def test_below_each_kernel_stands_what_its_filter_answers(
    open_page: OpenPage, address: str, layer: str, last: str
) -> None:
    page = open_page(f"{address}/?view=response&image={IMAGE}&cell={layer}.B.{last}")
    train_to(page, 20)
    frame = answers(page, address)
    legend = page.locator(f'.layer-card[data-layer="{layer}"] .legend[data-quantity="response"]')
    expect(legend).to_have_attribute("data-limit", f"{frame.directory['limits'][f'responses/{layer}']['limit']:g}")
    canvas = page.locator(f'canvas[data-lane="B"][data-layer="{layer}"]')
    for x in (0.1, 0.4, 0.9):
        place = point(page, canvas, x, 0.1)
        assert_coloured(legend, assert_reads(page, frame, layer)[1], colour_at(canvas, place))
    # By the keys: below the last row of a kernel comes its filter's map, and Enter selects the filter.
    page.mouse.move(5, 5)
    where = page.locator("#map-readout [data-part=where]")
    canvas.focus()
    page.keyboard.press("ArrowDown")
    expect(where).to_contain_text("filter 0 at [0, ")
    page.keyboard.press("ArrowDown")
    expect(where).to_contain_text("filter 0 at [1, ")
    assert_reads(page, frame, layer)
    said = page.locator("#map-readout tr[data-lane=B] td").inner_text()
    expect(page.locator("#announcer")).to_have_text(re.compile(rf"filter 0 at \[1, \d+] .*, lane B: {said}$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"cell={layer}\.B\.0\.0\.\d\.\d"))
    # In words, for whoever can't see them.
    largest = np.abs(frame.tensors[f"responses/{layer}"][1]).max(axis=(1, 2))
    described = page.locator(f"#{(canvas.get_attribute('aria-describedby') or '').split()[0]}")
    expect(described).to_contain_text(f"{layer}: filter {largest.argmax()} responds most strongly, with ")


def test_the_gradient_of_the_image_s_loss_is_shown_instead_in_the_tab_and_below_the_kernels(
    open_page: OpenPage, address: str
) -> None:
    page = open_page(f"{address}/?tab=sees&maps=sensitivity&image={IMAGE}")
    train_to(page, 20)
    frame = streamed(page, address, "sensitivities/conv2", quantities=["sensitivities", "input_gradient"], image=IMAGE)
    sees = page.locator("#sees")
    summary = page.locator("#sees-summary")
    largest = np.abs(frame.tensors["sensitivities/conv2"][1]).max(axis=(1, 2)).argmax()
    expect(summary).to_contain_text(
        re.compile(rf"Lane B.*∂L/∂Z of conv2: largest magnitude [\d.e−]+, in filter {largest};")
    )
    canvas = sees.locator('canvas[data-lane="B"][data-layer="conv2"]')
    place = point(page, canvas, 0.1, 0.1)
    value = assert_reads(page, frame, "conv2", "sensitivities")[1]
    assert_coloured(sees.locator(".legend").nth(2), value, colour_at(canvas, place))
    pixels_of_input = sees.locator('canvas[data-lane="B"][data-layer=""]')
    place = point(page, pixels_of_input, 0.4, 0.4)
    where = page.locator("#map-readout [data-part=where]")
    expect(where).to_contain_text(f"∂L/∂x at [{int(place[1] * 28)}, {int(place[0] * 28)}]")
    gradient = frame.tensors["image/gradient"][:, 0, int(place[1] * 28), int(place[0] * 28)]
    told = [text.replace("−", "-") for text in page.locator("#map-readout td").all_inner_texts()]
    assert np.array_equal(np.array(told, "f4"), gradient)
    assert_coloured(sees.locator(".legend").first, float(gradient[1]), colour_at(pixels_of_input, place))
    sees.locator("select[data-part=maps]").select_option("response")
    expect(page).not_to_have_url(re.compile("maps="))
    assert_reads_after(page, canvas, answers(page, address))
    # The board has the same below each kernel, and a picture without a class has words instead.
    page.click("#tab-kernels")
    page.select_option("#view", "sensitivity")
    expect(page).to_have_url(re.compile("view=sensitivity"))
    board = page.locator('#board canvas[data-lane="B"][data-layer="conv1"]')
    point(page, board, 0.4, 0.1)
    assert_reads(page, frame, "conv1", "sensitivities")
    name = page.locator('.layer-card[data-layer="conv1"] .legend[data-quantity="sensitivity"] [data-part=name]')
    label = int(datasets.load("digits").test_labels[IMAGE])
    expect(name).to_have_text(f"∂L/∂Z for the {label}")
    page.goto(re.sub(r"image=\d+", f"image=own..{'A' * 1045}A", page.url))
    expect(name).to_contain_text("no ∂L/∂Z: your image has no loss before you choose its class")


def assert_reads_after(page: Page, canvas: Locator, frame: Frame) -> None:
    """The same place has what the frame says of it."""
    page.mouse.move(5, 5)
    point(page, canvas, 0.1, 0.1)
    assert_reads(page, frame, "conv2")


def test_the_tab_shows_what_each_filter_sees_down_to_the_classes(open_page: OpenPage, address: str) -> None:
    wants: list[dict[str, list[str]]] = []

    def listen(page: Page) -> None:
        def sent(payload: str | bytes) -> None:
            if isinstance(payload, str) and '"type":"want"' in payload:
                wants.append(json.loads(payload)["shown"])

        page.on("websocket", lambda socket: socket.on("framesent", sent))

    page = open_page(f"{address}/?tab=sees&image={IMAGE}", prepare=listen)
    train_to(page, 20)
    sees, frame = page.locator("#sees"), answers(page, address)
    for layer in ("conv1", "conv2"):
        canvas = sees.locator(f'canvas[data-lane="B"][data-layer="{layer}"]')
        legend = sees.locator(".legend").nth(("conv1", "conv2").index(layer))
        place = point(page, canvas, 0.1, 0.1)
        assert_coloured(legend, assert_reads(page, frame, layer)[1], colour_at(canvas, place))
    probabilities = frame.tensors["image/probabilities"]
    lists = sees.locator(".sees-classes")
    for lane in range(3):
        said = lists.nth(lane).locator("[data-part=percent]").all_inner_texts()
        assert said == [percent(probability) for probability in probabilities[lane].tolist()]
    # By the keys: the next place, the next map, and Enter selects its filter.
    maps = sees.locator('canvas[data-lane="B"][data-layer="conv2"]')
    readout, where = page.locator("#map-readout"), page.locator("#map-readout [data-part=where]")
    page.mouse.move(5, 5)
    maps.focus()
    for key, place in (("ArrowRight", "0 at [0, 0]"), ("ArrowDown", "0 at [1, 0]"), ("ArrowLeft", "0 at [1, 0]")):
        page.keyboard.press(key)
        expect(where).to_contain_text(f"filter {place}")
    for _ in range(14):
        page.keyboard.press("ArrowRight")
    expect(where).to_contain_text("filter 1 at [1, 0]")
    assert_reads(page, frame, "conv2")
    said = readout.locator("tr[data-lane=B] td").inner_text()
    expect(page.locator("#announcer")).to_have_text(re.compile(rf"filter 1 at \[1, 0\] .*, lane B: {said}$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"cell=conv2\.B\.1\.0\.2\.2"))
    page.keyboard.press("Escape")
    expect(readout).to_be_hidden()
    # While it trains the numbers are those of the picture, too.
    maps.hover(position={"x": 9, "y": 9})
    page.keyboard.press("Space")
    wait_for_step(page, frame.directory["step"] + 2)
    expect(readout).to_have_attribute("data-exact", "")
    expect(where).not_to_contain_text(f"step {frame.directory['step']}")
    # Each lane's number may still be awaited.
    for number in readout.locator("td").all():
        expect(number).to_have_text(re.compile(r"^−?\d[\d.e−]*$"))
    page.keyboard.press("Space")
    wait_for_state(page, "paused")
    frame = answers(page, address)
    # In words, for whoever can't see it.
    expect(page.locator("#sees-summary")).to_contain_text(f"Lane B, step {frame.directory['step']}: most likely")
    # Another image.
    number = sees.locator("[data-part=number]")
    expect(number).to_contain_text(str(IMAGE))
    sees.locator('.sees-turns button[value="1"]').click()
    expect(number).to_contain_text(str(IMAGE + 1))
    # One lane alone, in the address too.
    sees.locator("select").first.select_option("B")
    expect(sees.locator("canvas[data-layer=conv1]")).to_have_count(1)
    expect(page).to_have_url(re.compile("sees=B"))
    # What nobody sees is neither computed nor sent; ∂L/∂x belongs to the card below, once that comes near.
    assert [name for name in wants[-1]["quantities"] if name != "input_gradient"] == ["responses"]
    page.locator("#tab-kernels").click()
    page.wait_for_function("() => !document.querySelector('#board').hidden")
    expect(page.locator("#sees")).to_be_hidden()
    assert wants[-1]["quantities"] == []
