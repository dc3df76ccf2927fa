"""The charts: every measure and every axis, read in the page and compared with what the server streamed."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from kernelscope.stream.wire import Kind, decode
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import OpenPage, train_once
from tests.e2e.pictures import pixels
from tests.e2e.reading import account_of, reach, step_of, train_to, wait_for_step

Table = dict[str, np.ndarray]


@pytest.fixture
def streamed() -> list[bytes]:
    """The binary messages that the page has got."""
    return []


@pytest.fixture(scope="module")
def trained(browser: Browser, address: str) -> dict[str, Any]:
    """Paused at some step past 45."""
    return train_once(browser, address, lambda page: train_to(page, 45))


@pytest.fixture
def page(open_page: OpenPage, trained: dict[str, Any], streamed: list[bytes]) -> Page:
    def hear(payload: object) -> None:
        if isinstance(payload, bytes):
            streamed.append(payload)

    page = open_page(
        **trained, prepare=lambda page: page.on("websocket", lambda socket: socket.on("framereceived", hear))
    )
    wait_for_step(page, 45)
    account_of(page)
    return page


def table_of(streamed: list[bytes]) -> Table:
    """The tensors of all scalars frames, one after the other."""
    frames = [frame for message in streamed for frame in decode(message) if frame.kind == Kind.SCALARS]
    names = {name for frame in frames for name in frame.tensors}
    # Empty ones have no lanes yet, perhaps, or no filters.
    parts = {name: [frame.tensors[name] for frame in frames if len(frame.tensors.get(name, ()))] for name in names}
    return {name: np.concatenate(part) for name, part in parts.items() if part}


def column(page: Page, cell: str) -> list[str]:
    return page.locator(f"#readout [data-part={cell}]").all_inner_texts()


def number(text: str) -> float:
    plain = text.replace("−", "-").replace(",", "")
    return float(plain.rstrip("%")) / 100 if plain.endswith("%") else float(plain)


MEASURES: dict[str, Callable[[Table, int], np.ndarray]] = {
    "loss": lambda table, row: table["loss"][row],
    "accuracy": lambda table, row: table["accuracy"][row],
    "gradient": lambda table, row: table["gradient_norm"][row],
    "weight": lambda table, row: table["weight_norm"][row],
    "update": lambda table, row: table["update_norm"][row] / table["weight_norm"][row],
}


def test_each_measure_shows_the_numbers_that_were_streamed(page: Page, streamed: list[bytes]) -> None:
    table = table_of(streamed)
    for measure, of in MEASURES.items():
        page.select_option("#measure-lower", measure)
        name = page.locator(f"#measure-lower option[value={measure}]").inner_text()
        expect(page.locator("#readout-lower")).to_have_text(name)
        read = [number(text) for text in column(page, "third")]
        np.testing.assert_allclose(read, of(table, -1), rtol=5e-3, atol=6e-4, err_msg=measure)
        assert str(page.locator("#measure-lower").get_attribute("title"))
    # To another step, where the numbers are others.
    page.focus("#charts")
    page.keyboard.press("Home")
    expect(page.locator("#readout-step")).to_have_text("step 1")
    read = [number(text) for text in column(page, "third")]
    np.testing.assert_allclose(read, MEASURES["update"](table, 0), rtol=5e-3)


def test_the_ratio_to_the_best_step_is_a_running_median(page: Page, streamed: list[bytes]) -> None:
    page.select_option("#measure-lower", "ratio")
    # The observation of step 40 comes some steps after it: it is there, or the one of step 20.
    expect(page.locator("#readout-lower-line")).to_have_text("median")
    text = page.locator("#readout-lower-points").inner_text()
    table = table_of(streamed)
    step = int(re.sub(r"\D", "", text))
    index = table["observed.step"].tolist().index(step)
    ratios = table["observed.ratio"][: index + 1]
    shown = [number(text.replace("∞", "inf")) for text in column(page, "fourth")]
    np.testing.assert_allclose(shown, ratios[-1], rtol=5e-3)
    medians = [number(text.replace("∞", "inf")) for text in column(page, "third")]
    np.testing.assert_allclose(medians, np.median(ratios[-5:], axis=0), rtol=5e-3)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_each_axis_keeps_the_cursor_of_both_charts_at_one_step(page: Page, streamed: list[bytes], scale: str) -> None:
    table = table_of(streamed)
    page.select_option("#measure-lower", "ratio")
    reach(page, f"[data-scale-x={scale}]").click()
    for axis in ("step", "epoch", "images", "seconds"):
        reach(page, "#chart-x").select_option(axis)
        page.keyboard.press("Escape")
        over = page.locator("#chart .u-over")
        box = over.bounding_box()
        assert box
        over.hover(position={"x": box["width"] * 0.6, "y": box["height"] / 2})
        lines = page.locator("#charts .u-cursor-x")
        expect(lines).to_have_count(2)
        expect(page.locator("#readout-step")).not_to_have_text(f"step {step_of(page)}")
        places = lines.evaluate_all("lines => lines.map((line) => line.getBoundingClientRect().left)")
        assert abs(places[0] - places[1]) < 1, (axis, places)
        step = int(re.sub(r"\D", "", page.locator("#readout-step").inner_text()))
        read = [number(text) for text in column(page, "first")]
        np.testing.assert_allclose(read, table["loss"][step - 1], rtol=5e-3, atol=6e-4)
        last = len(table["step"])
        seconds = table["seconds"]
        # The batches of an epoch are all of 64 images up to here, so that images and epochs are in step.
        worth = (seconds[step - 1], seconds[0], seconds[-1]) if axis == "seconds" else (step, 1, last)
        at, first, end = np.log(worth) if scale == "log" else (worth[0], 0, worth[2])
        share = (at - first) / (end - first)
        cursor = (places[0] - box["x"]) / box["width"]
        assert abs(cursor - share) < 0.02, (axis, cursor, share)
        page.mouse.move(5, 5)
        expect(page.locator("#readout-step")).to_have_text(f"step {last}")


def test_arrow_keys_move_the_cursor_and_escape_returns_to_the_newest(page: Page) -> None:
    last = step_of(page)
    page.focus("#charts")
    for key, step in (("ArrowLeft", last - 1), ("Shift+ArrowLeft", last - 11), ("ArrowRight", last - 10), ("Home", 1)):
        page.keyboard.press(key)
        expect(page.locator("#readout-step")).to_have_text(f"step {step}")
    page.keyboard.press("Escape")
    expect(page.locator("#readout-step")).to_have_text(f"step {last}")


def test_smoothing_and_scale_redraw_the_curves(page: Page) -> None:
    def drawn() -> bytes:
        return pixels(page.locator("#chart canvas").first).tobytes()

    seen = {drawn()}
    for steps in ("5", "20", "100"):
        reach(page, "#chart-smoothing").select_option(steps)
        seen.add(drawn())
    page.click("[data-scale=linear]")
    expect(page.locator("[data-scale=linear]")).to_have_attribute("aria-pressed", "true")
    seen.add(drawn())
    assert len(seen) == 5
