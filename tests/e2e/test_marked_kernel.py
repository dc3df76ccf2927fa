"""One marked, asymmetric kernel through the whole way: NumPy array, pipe, frame, socket, typed array, pixel, number."""

from collections.abc import Iterator

import numpy as np
import pytest
from kernelscope.settings import Settings
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.marked import GRADIENT, mark, marked, marked_worker
from tests.e2e.pictures import legend, pixels, places, tiles
from tests.serving import serving

SHAPES = {"conv1": (8, 1, 7, 7), "conv2": (16, 8, 5, 5)}


@pytest.fixture(scope="module")
def marked_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Settings(data_dir=tmp_path_factory.mktemp("marked")), marked_worker) as address:
        yield address


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, marked_address: str, open_page: OpenPage) -> Page:
    """After one step, so that gradients are shown too."""
    page = open_page(marked_address, color_scheme=request.param)
    page.click("#step")
    expect(page.locator("#status-step")).to_have_attribute("data-step", "1")
    return page


def assert_drawn(page: Page, layer: str, lane: str) -> None:
    """Every cell of every kernel and gradient of a panel is where it belongs, in the colour of its value."""
    outs, ins, rows, cols = shape = SHAPES[layer]
    number = "ABC".index(lane)
    grid = tiles(pixels(page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')), rows, cols)
    values = marked(number, shape)
    for quantity, factor in (("weight", 1.0), ("gradient", GRADIENT)):
        limit, bar = legend(page, layer, quantity)
        negative, positive = bar[0], bar[-1]
        for out in range(outs):
            for channel in range(ins):
                if layer == "conv1":  # tiles: filters in rows, each row of weights above its row of gradients
                    per_row = len(grid[0])
                    tile = grid[2 * (out // per_row) + (quantity == "gradient")][out % per_row]
                else:  # a grid: a column a filter, a row an input channel, the gradients' grid below
                    tile = grid[channel + (ins if quantity == "gradient" else 0)][out]
                shares = values[out, channel] * factor / limit
                expected = bar[np.rint((shares + 1) / 2 * (len(bar) - 1)).astype(int)]
                np.testing.assert_allclose(tile, expected, atol=8, err_msg=f"{quantity} of {layer}[{out}, {channel}]")
                # And not by way of any number: the F is an F, seen with the eyes.
                seen_positive = np.abs(tile - positive).sum(-1) < np.abs(tile - negative).sum(-1)
                drawn = mark(number, out, channel, rows, cols)
                np.testing.assert_array_equal(seen_positive, drawn if factor > 0 else ~drawn)


def test_every_cell_is_where_it_belongs_in_the_colour_of_its_value_and_read_exactly(page: Page) -> None:
    for layer in SHAPES:
        for lane in "ABC":
            assert_drawn(page, layer, lane)
    assert_polarity(page)
    assert_read(page)


def assert_polarity(page: Page) -> None:
    """The colours of positive and negative are the same everywhere."""
    for layer in SHAPES:
        negative, positive = legend(page, layer, "weight")[1][[0, -1]]
        assert negative[2] > negative[0], "blue is negative"
        assert positive[0] > positive[2], "orange is positive"
        negative, positive = legend(page, layer, "gradient")[1][[0, -1]]
        assert negative[1] < negative[2], "purple is negative"
        assert positive[1] > positive[0], "green is positive"


def assert_read(page: Page) -> None:
    """The numbers of the cell that is pointed at are exact."""
    for layer, lane, cell in (
        ("conv1", "B", (5, 0, 0, 6)),
        ("conv2", "C", (14, 6, 4, 1)),
        ("conv1", "A", (0, 0, 6, 0)),
    ):
        out, channel, row, col = cell
        _, _, rows, cols = shape = SHAPES[layer]
        canvas = page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')
        down, across = places(pixels(canvas))
        x, y = (across[out % 4], down[2 * (out // 4)]) if layer == "conv1" else (across[out], down[channel])
        scale = canvas.evaluate("canvas => canvas.clientWidth / canvas.width")
        canvas.click(
            position={
                "x": (x.start + (col + 0.5) * (x.stop - x.start) / cols) * scale,
                "y": (y.start + (row + 0.5) * (y.stop - y.start) / rows) * scale,
            }
        )
        index = f"w[{out}, {channel}, {row}, {col}]"
        expect(page.locator('#inspector [data-part="index"]')).to_have_text(index)
        expect(page.locator("#pointed")).to_contain_text(f"{layer} · {index}")
        for number, id in enumerate("ABC"):
            value = marked(number, shape)[cell]
            shown = page.locator(f'#inspector [data-part="lanes"] tr[data-lane="{id}"]')
            pointed = page.locator(f'#pointed tr[data-lane="{id}"]')
            for place, parts in (shown, ("first", "second")), (pointed, ("weight", "gradient")):
                texts = [place.locator(f'[data-part="{part}"]').inner_text() for part in parts]
                weight, gradient = (np.float32(text.replace("−", "-")) for text in texts)
                assert weight == value
                assert gradient == value * np.float32(GRADIENT)
