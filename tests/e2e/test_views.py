"""Every kernel in every view, and what stands under the filters: pixels beside the numbers that the server streams."""

import re
import time
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.stream.wire import Frame
from playwright.sync_api import Browser, Page, expect

from tests.api.page import watch
from tests.e2e.conftest import OpenPage, train_once
from tests.e2e.pictures import legend, pixels, tiles
from tests.e2e.reading import step_of, train_to, wait_for_step

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def trained(browser: Browser, address: str) -> dict[str, Any]:
    return train_once(browser, address, lambda page: train_to(page, 20))


@pytest.fixture
def page(open_page: OpenPage, trained: dict[str, Any]) -> Page:
    page = open_page(**trained)
    wait_for_step(page, 20)
    return page


def streamed(page: Page, address: str, tensor: str = "params/conv1.weight", **view: Any) -> Frame:
    """The exact snapshot of a paused experiment, with this tensor."""
    id = page.url.partition("?")[0].rsplit("/", 1)[1]
    with httpx.Client(base_url=address, timeout=20) as client, watch(client, id, stranger=True) as viewer:
        viewer.want(**view)
        while tensor not in (snapshot := viewer.snapshot(step_of(page))).tensors:
            pass
        return snapshot


def canvas(page: Page, lane: str, layer: str) -> Any:
    return page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')


def assert_coloured(page: Page, tile: Any, layer: str, quantity: str, values: Any) -> None:
    """Each cell has the colour of its value on the printed scale; what is beyond it has another."""
    limit, bar = legend(page, layer, quantity)
    shares = values / limit
    expected = bar[np.rint((np.clip(shares, -1, 1) + 1) / 2 * (len(bar) - 1)).astype(int)]
    inside = np.abs(shares) <= 1
    np.testing.assert_allclose(tile[inside], expected[inside], atol=8, err_msg=f"{quantity} of {layer}")


VIEWS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("gradient", "gradient", "grads", {}),
    ("update", "update", "updates", {"quantities": ["updates"]}),
    ("start", "moved", "moved", {"quantities": ["moved"]}),
    ("lane", "apart", "apart.B", {"quantities": ["apart.B"]}),
]
"""A view, what stands below the weights in it, its tensor, and what the server is asked for."""


def test_each_view_draws_the_numbers_that_the_server_streams(page: Page, address: str) -> None:
    for view, quantity, tensor, wanted in VIEWS:
        page.select_option("#view", view)
        if view == "lane":
            page.select_option("#against", "B")
        snapshot = streamed(page, address, f"{tensor}/conv1.weight", **wanted)
        card = page.locator(f'.layer-card[data-layer="conv1"] .legend[data-quantity="{quantity}"]')
        limit = snapshot.directory["limits"][f"{tensor}/conv1.weight"]["limit"]
        expect(card).to_have_attribute("data-limit", f"{limit:g}")
        for number, lane in enumerate("ABC"):
            grid = tiles(pixels(canvas(page, lane, "conv1")), 7, 7)
            for out in range(8):
                for band, (name, legend_of) in enumerate(((tensor, quantity), ("params", "weight"))):
                    tile = grid[2 * (out // len(grid[0])) + 1 - band][out % len(grid[0])]
                    values = snapshot.tensors[f"{name}/conv1.weight"][number, out, 0]
                    assert_coloured(page, tile, "conv1", legend_of, values)


def test_the_last_step_is_shown_as_before_change_after(page: Page, address: str) -> None:
    page.select_option("#view", "step")
    tensors = streamed(page, address, "before/conv1.weight", quantities=["updates", "before"]).tensors
    expect(page.locator('.layer-card[data-layer="conv1"] .legend')).to_have_count(2)
    before, update, after = (tensors[f"{name}/conv1.weight"][1] for name in ("before", "updates", "params"))
    assert np.array_equal(before + update, after)
    expect(page.locator('[data-quantity="update"]').first).not_to_have_attribute("data-limit", "0")
    grid = tiles(pixels(canvas(page, "B", "conv1")), 7, 7)
    assert len(grid) == 2 * 3
    for out in range(8):
        column = [row[out % 4] for row in grid[3 * (out // 4) :][:3]]
        for tile, quantity, values in zip(column, ("weight", "update", "weight"), (before, update, after), strict=True):
            assert_coloured(page, tile, "conv1", quantity, values[out, 0])


def test_a_dense_layer_is_shown_as_the_maps_that_it_sees(page: Page, address: str) -> None:
    page.check(".dense input")
    expect(canvas(page, "B", "dense")).to_be_visible()
    weights = streamed(page, address, "params/dense.weight", layers=["dense"]).tensors["params/dense.weight"][1]
    assert weights.shape == (10, 16, 7, 7)
    expect(page.locator('.layer-card[data-layer="dense"] .legend').first).not_to_have_attribute("data-limit", "0")
    grid = tiles(pixels(canvas(page, "B", "dense")), 7, 7)
    for out, channel in ((0, 0), (9, 0), (3, 15), (7, 8)):
        assert_coloured(page, grid[channel][out], "dense", "weight", weights[out, channel])
    canvas(page, "B", "dense").click(position={"x": 6, "y": 6})
    expect(page.locator("#inspector [data-part=where]")).to_contain_text("dense")
    shown = page.locator('#inspector tr[data-lane="B"] [data-part=first]')
    expect(shown).not_to_have_text("–")
    assert np.isclose(weights[0, 0], float(shown.inner_text().replace("−", "-")), rtol=1e-5).any()
    page.uncheck(".dense input")
    expect(canvas(page, "B", "dense")).to_have_count(0)
    expect(page.locator("#inspector [data-part=where]")).to_contain_text("conv1")


def test_while_it_trains_a_view_goes_on(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    page.select_option("#view", "start")
    page.click("#start")
    at = step_of(page)
    wait_for_step(page, at + 10)
    expect(page.locator('[data-quantity="moved"]').first).not_to_have_attribute("data-limit", "0")
    before = pixels(canvas(page, "B", "conv1"))
    wait_for_step(page, at + 40)
    assert (pixels(canvas(page, "B", "conv1")) != before).any()


WIDE = [
    {"type": "conv", "name": "conv1", "filters": 72, "kernel": 5},
    {"type": "relu", "name": "relu1"},
    {"type": "pool", "name": "pool1", "size": 4},
    {"type": "conv", "name": "conv2", "filters": 40, "kernel": 5},
    {"type": "dense", "name": "dense", "units": 10},
]


def test_what_is_too_much_to_be_seen_at_once_comes_on_pages(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/docs")  # as a visitor who has no experiment yet
    lanes = [{"learning_rate": 0.01}, {"learning_rate": 0.1}]
    response = page.request.post(f"{address}/api/experiments", data={"architecture": WIDE, "lanes": lanes})
    page.goto(f"{address}/e/{response.json()['id']}")
    card = page.locator('.layer-card[data-layer="conv1"]')
    shown = card.locator("[data-part=page]")
    expect(shown).to_have_text("0–31 of 72")
    weights = streamed(page, address).tensors["params/conv1.weight"]
    assert len(tiles(pixels(canvas(page, "A", "conv1")), 5, 5)[0]) <= 16
    card.locator('.pager button[value="1"]').click()
    expect(shown).to_have_text("32–63 of 72")
    canvas(page, "A", "conv1").press("PageDown")
    expect(shown).to_have_text("64–71 of 72")
    expect(card.locator('.pager button[value="1"]')).to_be_disabled()
    for number, lane in enumerate("AB"):
        expect(canvas(page, lane, "conv1")).to_have_attribute("data-first", "64")
        grid = tiles(pixels(canvas(page, lane, "conv1")), 5, 5)
        assert_coloured(page, grid[0][1], "conv1", "weight", weights[number, 65, 0])
    canvas(page, "A", "conv1").click(position={"x": 8, "y": 8})
    expect(page.locator("#inspector [data-part=index]")).to_contain_text("w[64, 0, ")
    # The page is in the address, and the tab shows the same filters; its maps turn with the keys, too.
    expect(page).to_have_url(re.compile(r"cell=conv1\.A\.64\..*filters=conv1\.64\b"))
    page.reload()
    expect(shown).to_have_text("64–71 of 72")
    page.click("#tab-sees")
    sees = page.locator('#sees canvas[data-lane="B"][data-layer="conv1"]')
    of_maps = page.locator("#sees .sees-layer").first.locator("[data-part=page]")
    expect(of_maps).to_have_text("64–71 of 72")
    sees.press("ArrowRight")
    expect(page.locator("#map-readout [data-part=where]")).to_contain_text("conv1 · filter 64 at [0, 0]")
    sees.press("PageUp")
    expect(of_maps).to_have_text("0–63 of 72")
    # Best patches are told of some filters at a time, those beside the selected one.
    patches = page.locator("#best-patches")
    expect(patches.locator("[data-part=page]")).to_have_text("64–71 of 72", timeout=60_000)
    patches.locator('.pager button[value="-1"]').click()
    expect(patches.locator("[data-part=page]")).to_have_text("48–63 of 72")
    expect(patches.locator("[data-part=filters] [aria-pressed=true]")).to_have_text("48")
    expect(page).to_have_url(re.compile(r"cell=conv1\.A\.48\."))
    # A weight that is chosen by its place is to be seen.
    page.click("#tab-weight")
    expect(page.locator(".weight-choice select")).to_have_value("conv1")
    page.locator(".weight-choice input[name=out]").fill("39")
    page.keyboard.press("Enter")
    page.click("#tab-kernels")
    expect(shown).to_have_text("32–63 of 72")
    expect(page.locator("#board").locator(canvas(page, "A", "conv1"))).to_have_attribute("data-first", "32")


def marks(page: Page, lane: str, layer: str) -> int:
    """How many pixels under the filters of a panel have the colour of marks."""
    facts = canvas(page, lane, layer).locator("xpath=following-sibling::canvas[contains(@class, 'facts')]")
    colour = page.locator(".panel-mark").first.evaluate("mark => getComputedStyle(mark).color")
    wanted = np.array([int(number) for number in re.findall(r"\d+", colour)[:3]])
    drawn = pixels(facts).astype(int)
    return int(((drawn[..., 3] > 200) & (np.abs(drawn[..., :3] - wanted).max(-1) < 24)).sum())


def test_dead_filters_are_marked_and_the_lane_too(page: Page) -> None:
    expect(page.locator('.lane[data-lane="C"] .panel-mark').first).to_have_text("collapsed")
    expect(page.locator('.lane[data-lane="B"] .panel-mark').first).to_be_hidden()
    page.wait_for_timeout(700)  # facts are written twice a second at most
    assert marks(page, "C", "conv2") > 16 * 5
    assert marks(page, "B", "conv2") == 0


def test_the_facts_about_a_filter_are_told_in_numbers(page: Page, address: str) -> None:
    snapshot = streamed(page, address)
    canvas(page, "B", "conv1").click(position={"x": 10, "y": 10})
    norm = snapshot.tensors["norms/conv1"][1, 0]
    ratio = 100 * snapshot.tensors["ratios/conv1"][1, 0]
    active = snapshot.tensors["active/conv1"][1, 0]
    wanted = [pytest.approx(norm, rel=0.01), pytest.approx(ratio, rel=0.06), active]

    def told() -> list[float]:
        """The numbers of the sentence, behind the filter's own."""
        sentence = page.locator("#inspector [data-part=filter]").inner_text()
        return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", sentence)][1:4]

    deadline = time.monotonic() + 10  # facts are written twice a second at most
    while told() != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert told() == wanted


def test_on_a_phone_the_switch_stands_below_the_kernels(open_page: OpenPage, address: str) -> None:
    page = open_page(address, **PHONE)
    wait_for_step(page, 0)
    switch, kernels = page.locator(".view-switch"), page.locator("canvas[data-layer]")
    expect(switch).to_be_visible()
    first, last, below = kernels.first.bounding_box(), kernels.last.bounding_box(), switch.bounding_box()
    assert first
    assert last
    assert below
    assert first["y"] < PHONE["height"], "kernels are on the first screen"
    # A canvas reaches three pixels farther than its picture (draw/panel.js).
    assert last["y"] + last["height"] - 3 <= below["y"] + 1
    assert below["x"] >= 0
    assert below["x"] + below["width"] <= PHONE["width"]


def test_a_network_without_kernels_shows_what_its_dense_layer_sees(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?net=dense10&lanes=0.01,0.1")
    wait_for_step(page, 0)
    expect(page.locator('canvas[data-layer="dense"]')).to_have_count(2)
    expect(page.locator(".layer-card [data-part=reading]")).to_contain_text("Each unit")
    expect(page.locator("#no-kernels")).to_be_hidden()
    page.locator("#kernel-view .dense input").uncheck()
    expect(page.locator("canvas[data-layer]")).to_have_count(0)
    expect(page.locator("#no-kernels")).to_be_visible()
