"""Which pixels count, and where each lane errs: as the server has measured it, and as one chooses."""

import re
from base64 import b64decode
from typing import Any

import numpy as np
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import train_to, wait_for_step
from tests.e2e.test_learn import Wire
from tests.e2e.test_views import streamed

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
COUNTS = """(table) => [...table.tBodies[0].rows].map((row) =>
    [...row.cells].filter((cell) => cell.tagName === "TD").map((cell) => Number(cell.textContent.replace(/,/g, ""))))"""


def counts(matrix: Locator) -> Any:
    return np.array(matrix.locator("table").evaluate(COUNTS))


def test_each_lane_s_matrix_is_its_last_test_and_leads_to_the_images(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []
    page = open_page(
        f"{address}/?lang=en&seed=3&lanes=0.03,0.1&tab=sees&test=20", prepare=lambda page: wires.append(Wire(page))
    )
    step = train_to(page, 30)
    card = page.locator("#errors")
    card.scroll_into_view_if_needed()
    expect(card).to_have_attribute("data-step", str(step))
    found = wires[0].found("errors")
    labels = np.array(found["labels"])
    for matrix, lane in zip(card.locator(".errors-matrix").all(), "AB", strict=True):
        expect(matrix).to_have_attribute("data-lane", lane)
        table = counts(matrix)
        assert table.sum(1).tolist() == np.bincount(labels).tolist()
        predicted = np.array(found["lanes"][lane]["predicted"])
        assert np.trace(table) == found["lanes"][lane]["right"] == (predicted == labels).sum()
        told = matrix.locator("[data-part=told]")
        expect(told).to_contain_text(f"{np.trace(table):,} of {len(labels):,} right (")
        percent = told.inner_text().split("(")[1].rstrip(")")
        assert abs(float(percent.rstrip("%")) - 100 * np.trace(table) / len(labels)) < 0.051
        # It is the accuracy of the lane's head.
        page.click("#tab-kernels")
        expect(page.locator(f'.lane[data-lane="{lane}"] [data-part=test-accuracy]')).to_have_text(percent)
        page.click("#tab-sees")
    # The most confident errors of the first lane, then those in a cell.
    buttons = card.locator(".errors-list button:visible")
    expect(buttons).to_have_count(24)
    wrong = np.flatnonzero(np.array(found["lanes"]["A"]["predicted"]) != labels)
    confidence = np.frombuffer(b64decode(found["lanes"]["A"]["confidence"]["data"]), "<f4")
    surest = int(wrong[np.argmax(confidence[wrong])])
    expect(buttons.first).to_have_attribute("aria-label", re.compile(f"^Image {surest}, class {labels[surest]}, "))
    buttons.first.click()
    expect(page).to_have_url(re.compile(rf"image={surest}\b"))
    # The list is one tab stop, as all lists of small pictures are.
    page.keyboard.press("End")
    expect(buttons.last).to_be_focused()
    expect(card.locator(".errors-list button[tabindex='0']")).to_have_count(1)
    table = counts(card.locator(".errors-matrix").last)
    np.fill_diagonal(table, 0)
    label, guess = (int(place) for place in np.unravel_index(table.argmax(), table.shape))
    cell = card.locator(".errors-matrix").last.locator("tbody tr").nth(label).locator("td").nth(guess)
    cell.click()
    expect(cell).to_have_attribute("aria-selected", "true")
    expect(card.locator("[data-part=listed]")).to_contain_text(
        f"Lane B takes {table[label, guess]} of class {label} for {guess}"
    )
    expect(page).to_have_url(re.compile(rf"errors=B\.{label}\.{guess}"))
    expect(buttons.first.locator("[data-part=classes]")).to_have_text(f"{label} → {guess}")
    # By keyboard: another cell, and back to all errors with Enter on it.
    cell.focus()
    page.keyboard.press("ArrowLeft" if guess else "ArrowRight")
    page.keyboard.press("Enter")
    expect(card.locator("[aria-selected=true]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card.locator("[aria-selected=true]")).to_have_count(0)
    only = card.locator(".errors-compare button").first
    right, both = (np.array(found["lanes"][lane]["predicted"]) == labels for lane in "AB")
    expect(only).to_have_text(f"A right, B wrong: {(right & ~both).sum()}")
    only.click()
    expect(page).to_have_url(re.compile(r"errors=A\.B\b"))
    page.reload()
    wait_for_step(page, step)
    card.scroll_into_view_if_needed()
    expect(only).to_have_attribute("aria-pressed", "true")
    expect(card.locator("[data-part=listed]")).to_contain_text("that A gets right and B wrong")


def test_saliency_is_of_the_page_s_image_and_of_the_chosen_class(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []
    page = open_page(
        f"{address}/?lang=zh-CN&seed=3&lanes=0.03,0.1&tab=sees&image=3&saliency=top",
        width=360,
        prepare=lambda page: wires.append(Wire(page)),
    )
    for step in (1, 2):
        page.click("#step")
        wait_for_step(page, step)
    card = page.locator("#saliency")
    card.scroll_into_view_if_needed()
    expect(card).to_have_attribute("data-step", "2")
    expect(card).not_to_have_attribute("data-stale", "")
    expect(card.locator("canvas[role=img]")).to_have_count(8)
    assert page.evaluate(OVERFLOW) <= 0
    # The answers come in any order, and the first is shown alone.
    expect(card.locator("[data-part=summary]")).to_contain_text(re.compile("A 组.*遮挡.*B 组.*遮挡"))
    found = wires[0].about("saliency", lane="B")
    assert found["lane_step"] == 2
    # Numbers beside the pointer, in every lane.
    readout = page.locator("#saliency-readout")
    live = card.locator('canvas[data-kind="loss"]').last
    live.scroll_into_view_if_needed()
    live.hover(position={"x": 20, "y": 20})
    frame = streamed(page, address, "image/gradient", quantities=["input_gradient"], image=3)
    row, col = (int(place) for place in re.findall(r"\d+", readout.locator("[data-part=where]").inner_text()))
    shown = [text.replace("\u2212", "-") for text in readout.locator("[data-part=value]").all_inner_texts()]
    assert [float(text) for text in shown] == [
        float(f"{value:.3g}") for value in frame.tensors["image/gradient"][:, 0, row, col]
    ]
    canvas = card.locator('canvas[data-kind="gradient"]').last
    canvas.scroll_into_view_if_needed()
    # Scrolling, of which the page hears in the next frame, ends pointing.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    canvas.hover(position={"x": 20, "y": 20})
    expect(readout).to_contain_text("∂z/∂x")
    gradient = found["gradient"]
    values = np.frombuffer(b64decode(gradient["data"]), "<f4").reshape(gradient["shape"])[0]
    row, col = (int(place) for place in re.findall(r"\d+", readout.locator("[data-part=where]").inner_text()))
    shown = readout.locator("tr").last.locator("[data-part=value]").inner_text().replace("\u2212", "-")
    assert float(shown) == float(f"{values[row, col]:.3g}")
    # Another class, and another image, at once.
    card.locator("select").select_option("7")
    expect(page).to_have_url(re.compile("saliency=7"))
    expect(card.locator(".saliency-row:nth-child(2) [data-part=answer]").first).to_contain_text("7：")
    page.locator("#sees .sees-turns button[value='1']").click()
    expect(page).to_have_url(re.compile("image=4"))
    card.scroll_into_view_if_needed()
    expect(card).not_to_have_attribute("data-stale", "")
    assert wires[0].found("saliency")["class"] == 7
