"""The page on a data set that is not the digits: images in colour, wider than high, of four classes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from kernelscope.settings import Settings
from playwright.sync_api import Page, Route, expect

from tests import flags
from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import reach, train_to, wait_for_step
from tests.listed import listed
from tests.serving import serving

TESTED = sum(flags.TEST)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server that knows it, as do its workers."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), pause_unwatched_after=0.1)
    with listed(flags), serving(settings, flags.worker) as address:
        yield address


def opened(open_page: OpenPage, address: str, path: str = "", **options: Any) -> Page:
    page = open_page(f"{address}/{path}?data=flags&batch=32&lang=en", **options)
    wait_for_step(page, 0)
    return page


def test_the_board_has_a_kernel_for_each_colour(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    expect(page.locator("#description")).to_have_text(
        "Flags · 200 images · conv 7×7 ×8 → conv 5×5 ×16 → dense 4 · batch 32 · seed 3"
    )
    train_to(page, 20)
    expect(page.locator(".layer-card").first.locator("[data-part=shape]")).to_contain_text("3×7×7")
    assert pixels(page.locator("#image-card .image-frame canvas")).shape == (12, 20, 4)
    expect(page.locator("#image-card [data-part=class]")).to_have_text(re.compile("|".join(flags.INFO.classes)))
    expect(page.locator(".prediction")).to_have_count(9)
    page.locator("#kernel-view .dense input").check()
    dense = page.locator(".layer-card", has_text="dense")
    expect(dense.locator("[data-part=shape]")).to_contain_text("16×3×5")
    # One draws in colour, on a background, and nothing is scaled by its ink.
    page.click("#image-card [data-draw]")
    expect(page.locator("#pad [data-part=centring]")).to_be_hidden()
    page.locator("#pad input[type=color]").fill("#208040")
    page.click("#pad button[value=fill]")
    expect(page.locator("#sees [data-part=number]")).to_have_text("your own image")
    drawn = pixels(page.locator("#sees .image-frame canvas").first)
    assert drawn.shape == (12, 20, 4)
    assert (drawn == (0x20, 0x80, 0x40, 0xFF)).all()
    expect(page.locator(".sees-classes [data-part=percent]").first).to_contain_text("%")


def test_kernels_are_in_colour_or_each_channel_by_itself(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    train_to(page, 5)
    canvas = page.locator('canvas[data-lane="B"][data-layer="conv1"]')
    margin = int(canvas.get_attribute("data-margin") or "")
    canvas.hover(position={"x": margin + 4, "y": margin + 4})  # the first cell of the first filter
    readout = page.locator("#pointed")
    expect(readout).to_have_attribute("data-exact", "")
    row = readout.locator("tbody tr").nth(1)
    expect(row.locator("[data-part=channel]")).to_have_text("R\nG\nB")
    numbers = [float(text.replace("−", "-")) for text in row.locator("[data-part=weight]").inner_text().split("\n")]
    limit = float(page.locator('.legend[data-quantity="weight"]').first.get_attribute("data-limit") or "")
    page.mouse.move(0, 0)
    expect(readout).to_be_hidden()
    colour = pixels(canvas)[margin + 4, margin + 4, :3].tolist()
    assert colour == pytest.approx([min(255, max(0, 127.5 * (1 + w / limit))) for w in numbers], abs=2)
    canvas.click(position={"x": margin + 4, "y": margin + 4})
    page.locator("#inspector [data-part=channels]").get_by_text("blue").click()
    expect(page.locator("#inspector [data-part=index]")).to_have_text("w[0, 2, 0, 0]")
    film = page.locator('#timeline [data-lane="B"] canvas')
    page.locator("#timeline").scroll_into_view_if_needed()
    expect(film).to_be_visible()
    expect(page.locator("#timeline")).not_to_have_attribute("data-stale", "")
    found = pixels(film)[..., :3].astype(int)
    assert (abs(found[..., 0] - found[..., 1]) > 20).any(), "the film is in colour, too"
    switch = page.locator(".layer-card").first.get_by_text("single channels")
    switch.click()
    expect(page).to_have_url(re.compile("channels=1"))
    expect(page.locator(".layer-card").first.locator("[data-part=channels]")).to_be_focused()
    canvas.hover(position={"x": margin + 4, "y": margin + 4})
    expect(row.locator("[data-part=weight]")).to_have_text(re.compile(r"^−?[0-9.e−-]+$"))
    assert fits(page)


def test_an_image_goes_through_the_phases(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address, width=360)
    card = reach(page, "#phases")
    expect(card.locator(".phase-row")).to_have_count(10)
    expect(card.locator(".phase-row").first.locator("[data-part=shape]")).to_have_text("3×12×20")
    picture = card.locator(".phase-row").first.locator("[data-part=forward] canvas")
    expect(picture).to_be_visible()
    drawn = picture.evaluate("one => one.width / one.height")
    assert drawn == pytest.approx(20 / 12, rel=0.05), "one picture in colour"
    image = card.locator("[data-part=image]")
    expect(image).to_contain_text("image 0: “")
    for _ in range(2):
        card.locator('button[value="previous"]').click()
    expect(image).to_contain_text(re.compile(f"image {TESTED - 2}: “({'|'.join(flags.INFO.classes)})”"))
    next_phase = card.locator('button[value="phase"]')
    next_phase.click()
    expect(card.locator("[data-part=sentence]")).to_contain_text("8 maps of 12×20")
    for _ in range(7):
        next_phase.click()
    expect(card).to_have_attribute("data-phase", "loss")
    expect(card.locator('.phase-row[data-layer="softmax"] [data-part=forward] [data-part=limit]')).to_contain_text("%")
    assert fits(page)


def test_a_weight_meets_its_colour(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    train_to(page, 10)
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 20, "y": 20})
    card = reach(page, "#one-weight")
    expect(card.locator("[data-part=proof]")).to_contain_text("ε")
    expect(card.locator("[data-part=difference]")).to_have_attribute("data-equal", "")
    canvas = card.locator('[data-map="seen"] canvas')
    rows, cols = canvas.evaluate("({ width, height }) => [height, width]")
    assert rows / cols == pytest.approx(12 / 20)
    card.get_by_text("blue", exact=True).click()
    expect(card.locator('[data-map="seen"] [data-part=name]')).to_have_text("the input it met, channel 2 (blue)")
    expect(card.locator("[data-part=index]")).to_contain_text(", 2, ")
    assert fits(page)
    lens = reach(page, "#batch-lens")
    expect(lens.locator("[data-part=kernel]")).to_contain_text("input channel 2 (blue)")
    lens.get_by_text("red", exact=True).click()
    expect(lens.locator("[data-part=kernel]")).to_contain_text("input channel 0 (red)")
    noise = page.locator("#gradient-noise")
    expect(noise.locator('[data-map="spread"]')).to_contain_text("red, green, blue")
    ratios = noise.locator("canvas").evaluate_all("all => all.map(one => one.width / one.height)")
    assert ratios[0] == pytest.approx(1, rel=0.05), "the gradient is one tile in colour"
    assert ratios[1] > 2, "its spread three"


def test_the_network_editor_knows_the_classes(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    reach(page, "#network").click()
    dialog = page.locator("#network-dialog")
    rows = dialog.locator(".network-row")
    expect(rows).to_have_count(7)
    expect(rows.last.locator("[name=units]")).to_have_value("4")
    becomes, arithmetic = (rows.locator(f"[data-part={part}]") for part in ("becomes", "arithmetic"))
    for preset, count in (("lenet", 11), ("linear", 1), ("one", 4)):
        dialog.locator("[name=preset]").select_option(preset)
        expect(rows).to_have_count(count)
        expect(becomes.last).to_contain_text("4×1×1")
    expect(arithmetic.first).to_have_text("12 + 2·3 − 7 + 1 = 12 × 20 + 2·3 − 7 + 1 = 20\u20038 · (3·7·7 + 1) = 1,184")
    expect(arithmetic.nth(1)).to_have_text("")
    # What cannot be is said at its layer, and those before it are as they were.
    rows.nth(1).locator("[name=type]").select_option("avgpool")
    rows.nth(1).locator("[name=size]").fill("13")
    expect(rows.nth(1).locator("[data-part=error]")).to_contain_text("13×13")
    expect(becomes).to_have_text(["8×12×20 · 1,184", "–", "–", "–"])
    rows.nth(1).locator("[name=type]").select_option("relu")
    expect(becomes.nth(1)).to_have_text("8×12×20")
    dialog.locator("button[value=begin]").click()
    expect(page).to_have_url(re.compile(r"data=flags&seed=3&batch=32&net=conv8x7:pad3,relu,pool2,dense4"))
    wait_for_step(page, 0)


def test_another_data_set_comes_with_its_usual_network(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address)
    page.locator('#image-card button[value="1"]').click()
    reach(page, "#network").click()
    dialog = page.locator("#network-dialog")
    data, units = dialog.locator("[name=dataset]"), dialog.locator(".network-row").last.locator("[name=units]")
    expect(data).to_have_value("flags")
    specimens = dialog.locator(".network-specimens canvas")
    expect(specimens).to_have_count(4)
    awaited: list[Route] = []
    page.route("**/api/specimens?*data=photos*", lambda route: awaited.append(route))
    with page.expect_request("**/api/specimens?*data=photos*"):
        data.select_option(label="Photographs")
    expect(specimens).to_have_count(0)  # none of another data set's, however long its own take
    awaited[0].continue_()
    expect(specimens).to_have_count(12)
    expect(dialog.locator("[name=preset]")).to_have_value("colour")
    expect(dialog.locator("[name=preparation]")).to_have_value("local")
    expect(units).to_have_value("10")
    data.select_option(label="Flags")
    expect(dialog.locator("[name=preset]")).to_have_value("")
    expect(units).to_have_value("4")
    data.select_option("digits")
    expect(units).to_have_value("10")
    dialog.locator("button[value=begin]").click()
    expect(page).to_have_url(re.compile(r"\?seed=3&batch=32$"))
    wait_for_step(page, 0)
    expect(page.locator("#description")).to_contain_text("MNIST digits · 10,000 images")


def test_the_text_speaks_of_these_images(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address, "learn")
    train_to(page, 5)
    reading = page.locator("#reading")
    for figure in reading.locator("[data-live]").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("[data-says]").first).not_to_contain_text(re.compile(r"\{|NaN|undefined"))
    reading.locator("[data-live=epochs]").scroll_into_view_if_needed()  # figures are drawn while they are seen
    expect(reading.get_by_text("The training set has 200")).to_be_visible()
    expect(reading.get_by_text("An epoch has 7 steps of 32 images, the last of 8.")).to_be_visible()
    assert fits(page)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the page."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
