"""One weight: what the page says of it, worked out by hand from the numbers on the page itself."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.muffled import Muffled
from tests.e2e.reading import state_of, train_to, wait_for_state, wait_for_step


def numbers(text: str) -> list[float]:
    """All there are in a text, as the page writes them."""
    text = re.sub(r"(?<=\d)e−", "e-", text)
    found = re.findall(r"−?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?", text)
    return [float(number.replace("−", "-").replace(",", "")) for number in found]


def told(page: Page, part: str) -> Locator:
    return page.locator(f"#one-weight [data-part={part}]")


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    """With the card open, at step 10 or a little later."""
    page = open_page(address)
    train_to(page, 10)
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 20, "y": 20})
    page.click("#tab-weight")  # only now: no weight that was selected before is seen
    expect(page.locator("#one-weight")).not_to_have_attribute("data-stale", "")
    expect(told(page, "proof")).to_contain_text("ε")
    return page


def test_the_arithmetic_and_the_sum_by_hand(page: Page) -> None:
    before, rate, gradient, after = numbers(told(page, "lines").locator("dd").inner_text())
    assert rate == 0.1
    assert before - rate * gradient == pytest.approx(after, abs=2e-4 * max(abs(before), abs(after)))
    total, used = (numbers(told(page, part).inner_text())[0] for part in ("total", "used"))
    assert total == pytest.approx(used, rel=1e-4)
    assert used == pytest.approx(gradient, rel=1e-3)
    assert told(page, "difference").get_attribute("data-equal") is not None
    # The inspector's exact number is the same one.
    exact = page.locator("#inspector tr[data-lane=B] [data-part=second]").inner_text()
    assert numbers(exact)[0] == pytest.approx(used, rel=1e-5)
    rule = told(page, "rule").inner_text()
    assert ("goes down" in rule, "goes up" in rule) == (gradient > 0, gradient < 0)
    assert numbers(rule)[0] == pytest.approx(abs(rate * gradient), rel=1e-3)
    # Positions: 64 images of 28 × 28; what they say, for and against, adds up to the gradient.
    positions, images, _, plus, _, minus, _ = numbers(told(page, "sharing").inner_text())
    assert (positions, images) == (64 * 28 * 28, 64)
    assert plus + minus == pytest.approx(used, abs=0.02 * plus)
    if "kink" not in (proof := told(page, "proof").inner_text()):
        assert pytest.approx(used, rel=1e-2, abs=1e-6) in numbers(proof)


def test_the_images_of_the_batch_and_the_positions_of_one(page: Page) -> None:
    first = numbers(told(page, "of-image").inner_text())[0]
    expect(told(page, "image")).to_contain_text("number 1 by")
    page.locator('#one-weight button[value="next"]').click()
    expect(told(page, "image")).to_contain_text("number 2 by")
    second = numbers(told(page, "of-image").inner_text())[0]
    assert abs(second) <= abs(first)
    maps = page.locator("#one-weight .weight-maps")
    maps.focus()
    before = told(page, "position").inner_text()
    maps.press("ArrowDown")
    expect(told(page, "position")).not_to_have_text(before)
    page.locator('[data-map="products"] canvas').hover(position={"x": 30, "y": 40})
    _, _, sensitivity, seen, product = numbers(told(page, "position").inner_text())
    assert sensitivity * seen == pytest.approx(product, rel=2e-3, abs=1e-12)


def solved(page: Page) -> list[float]:
    """The old weight, the rate, the gradient and the new weight of a worksheet that adds up as it is printed.

    From the numbers on the solutions alone; the first sheet is the same with gaps.
    """
    expect(page.locator(".sheet")).to_have_count(2)
    gaps, solutions = page.locator(".sheet").all()
    assert set(gaps.locator(".gap").all_inner_texts()) <= {"", "\N{NO-BREAK SPACE}"}
    *products, (added,), (rest,), (whole,) = [
        [Decimal(cell.replace("−", "-")) for cell in row.locator("td").all_inner_texts() if "(" not in cell]
        for row in solutions.locator(".sheet-sum tr:has(td)").all()
    ]
    assert len(products) == 5
    for sensitivity, seen, product in products:
        assert (sensitivity * seen).quantize(product) == product
    assert sum(product for *_, product in products) == added
    assert added + rest == whole
    before, rate, gradient, after = numbers(solutions.locator(".sheet-lines").inner_text())
    assert before - rate * gradient == pytest.approx(after, rel=5e-4)  # four digits
    assert len(solutions.locator(".sheet-kernel td").all()) == 49
    [own] = numbers(solutions.locator(".sheet-own").inner_text())
    assert own == pytest.approx(after, abs=5e-4)
    return [before, rate, gradient, after]


def test_a_worksheet_is_opened_by_its_address_and_adds_up(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?lang=en&cell=conv1.B.0.0.3.4&worksheet=1")
    # As soon as there is a step, while it trains.
    wait_for_step(page, 0)
    expect(page.locator("#tab-weight")).to_have_attribute("aria-current", "true")
    expect(page.locator("#worksheet")).to_have_count(0)
    page.keyboard.press("Space")
    solved(page)
    assert state_of(page) == "running"
    page.keyboard.press("Escape")
    expect(page.locator("#worksheet")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"^((?!worksheet).)*$"))
    page.keyboard.press("Space")
    wait_for_state(page, "paused")

    # Another cell of the kernel is chosen here, too.
    page.locator(".weight-kernel canvas").click(position={"x": 3, "y": 3})
    expect(told(page, "index")).to_contain_text("[0, 0, 0, 0]")
    expect(page.locator("#one-weight")).not_to_have_attribute("data-stale", "")
    page.click('#one-weight button[value="worksheet"]')
    # It has the numbers that the page shows.
    own = solved(page)
    [line] = told(page, "lines").locator("dd").all_text_contents()
    assert numbers(line) == own
    expect(page).to_have_url(re.compile("&worksheet=1"))
    # On paper a sheet each, and nothing else, whatever the paper's size.
    for paper in ("A4", "Letter"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper))) == 2
    page.go_back()
    expect(page.locator("#worksheet")).to_have_count(0)
    expect(page.locator('#one-weight button[value="worksheet"]')).to_be_focused()
    page.go_forward()
    expect(page.locator(".sheet")).to_have_count(2)


def test_its_life_step_by_step(page: Page) -> None:
    """The same random start in every lane; from there each update is what the lane's rate makes of its gradient."""
    slider, chosen = page.locator("#timeline input"), told(page, "life-step")

    def turn(key: str) -> None:
        page.click("#tab-kernels")
        slider.scroll_into_view_if_needed()
        expect(slider).to_be_enabled()
        slider.press(key)
        page.click("#tab-weight")

    newest = int(page.locator("#one-weight").get_attribute("data-step") or -1)
    expect(chosen).to_have_attribute("data-step", str(newest))

    def row(lane: str) -> list[str]:
        return page.locator(f'[data-part="life-lanes"] [data-lane="{lane}"] td').all_inner_texts()

    turn("Home")
    expect(chosen).to_have_attribute("data-step", "0")
    start = {lane: row(lane) for lane in "ABC"}
    assert start["A"] == start["B"] == start["C"]
    assert start["A"][1:] == ["–", "–"]
    turn("ArrowRight")
    expect(chosen).to_have_attribute("data-step", "1")
    expect(told(page, "life-change")).to_have_text("Δw since step 0")
    for lane, rate in {"A": 0.003, "B": 0.1, "C": 1}.items():
        value, gradient, change = [numbers(text)[0] for text in row(lane)]
        assert change == pytest.approx(-rate * gradient, rel=1e-2, abs=1e-8)
        assert value - numbers(start[lane][0])[0] == pytest.approx(change, abs=2e-4 * abs(value) + 5e-3 * abs(change))
    # A further step is to be seen.
    page.keyboard.press("s")
    expect(page.locator("#one-weight")).to_have_attribute("data-step", str(newest + 1))
    expect(chosen).to_have_attribute("data-step", str(newest + 1))
    assert row("B")[0] in told(page, "index").inner_text()


def test_its_life_with_the_pointer_in_the_pictures(page: Page) -> None:
    chosen, newest = told(page, "life-step"), int(page.locator("#one-weight").get_attribute("data-step") or -1)
    for name in ("values", "gradients"):
        picture = page.locator(f'.life-plot[data-part="{name}"] .u-over')
        picture.scroll_into_view_if_needed()
        box = picture.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20)
        page.mouse.down()
        expect(chosen).to_have_attribute("data-step", str(newest))
        page.mouse.move(box["x"] + box["width"] / newest + 2, box["y"] + 20)
        expect(chosen).to_have_attribute("data-step", "1")
        page.mouse.up()
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20)
        expect(chosen).to_have_attribute("data-step", "1")
    # All kernels are of then.
    page.click("#tab-kernels")
    expect(page.locator("#inspector")).to_have_attribute("data-step", "1")


def test_any_weight_by_its_place_also_of_a_dense_layer(page: Page) -> None:
    form, error = page.locator(".weight-choice"), told(page, "choice-error")
    layer, field = (
        form.locator("select"),
        {axis: form.locator(f"input[name={axis}]") for axis in ("out", "in", "row", "col")},
    )
    expect(layer).to_have_value("conv1")
    expect(field["in"]).to_be_disabled()  # a grey image has one channel
    field["row"].fill("7")
    field["row"].press("Enter")
    expect(error).to_have_text("row: expected a whole number from 0 to 6")
    expect(field["row"]).to_have_attribute("aria-invalid", "true")
    field["row"].fill("2")
    field["row"].press("Enter")
    expect(error).to_have_text("")
    expect(told(page, "index")).to_contain_text(re.compile(r"conv1 \[0, 0, 2, \d]"))

    assert page.locator('canvas[data-layer="dense"]').count() == 0
    layer.select_option("dense")
    for axis, place in {"out": "9", "in": "15", "row": "6", "col": "5"}.items():
        field[axis].fill(place)
        field[axis].press("Tab")
    expect(told(page, "index")).to_contain_text("dense [9, 15, 6, 5]")
    expect(page.locator("#one-weight")).not_to_have_attribute("data-stale", "")
    expect(told(page, "difference")).to_have_attribute("data-equal", "")
    assert page.locator('canvas[data-layer="dense"]').count() == 3
    used = numbers(told(page, "used").inner_text())[0]
    page.click("#tab-kernels")
    exact = page.locator("#inspector tr[data-lane=B] [data-part=second]")
    expect(exact).not_to_have_text("…")
    assert numbers(exact.inner_text())[0] == pytest.approx(used, rel=1e-5, abs=1e-12)


def test_what_is_shown_says_its_step_and_is_marked_when_that_is_past(open_page: OpenPage, address: str) -> None:
    """A server that has become silent about the weight, and then refuses it."""
    server = Muffled("weight")
    page = open_page(address, prepare=server.listen)
    wait_for_step(page, 0)
    page.click("#tab-weight")
    page.keyboard.press("s")
    where, card = told(page, "where"), page.locator("#one-weight")
    expect(where).to_have_text("lane B · step 1")
    expect(card).not_to_have_attribute("data-stale", "")
    server.silent = True
    page.keyboard.press("s")
    expect(where).to_have_text("lane B · step 1; on screen: 2")
    expect(card).to_have_attribute("data-stale", "")
    server.silent = False
    page.keyboard.press("s")
    expect(where).to_have_text("lane B · step 3")
    expect(card).not_to_have_attribute("data-stale", "")
    refusal = {"type": "error", "about": "want", "message": "weight: there is no such one", "problems": []}
    server.sockets[-1].send(json.dumps(refusal))
    expect(told(page, "choice-error")).to_contain_text("there is no such one")


def test_a_guess_a_change_by_hand_and_its_undoing(page: Page) -> None:
    step = int(page.locator("#one-weight").get_attribute("data-step") or -1)
    page.locator('#one-weight button[data-guess="1"]').click()
    wait_for_step(page, step + 1)
    expect(told(page, "answer")).to_contain_text("of 1 right")
    up = "goes up" in told(page, "rule").inner_text()
    answer = told(page, "answer").inner_text()
    assert answer.startswith(f"{'Right' if up else 'No'}: step {step + 1} moved it ")
    page.click("#step")
    wait_for_step(page, step + 2)
    expect(page.locator("#one-weight")).to_have_attribute("data-step", str(step + 2))
    assert told(page, "answer").inner_text() == answer, "of the step that it names"

    field = page.locator(".weight-edit input")
    was = field.input_value()
    field.fill("much")
    page.locator(".weight-edit button[type=submit]").click()
    expect(page.locator("#weight-edit-error")).to_contain_text("Expected a number")
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("2.5")
    page.locator(".weight-edit button[type=submit]").click()
    expect(told(page, "index")).to_contain_text("= 2.5")
    before, after = numbers(told(page, "effect").inner_text())
    assert before != after
    page.locator('.weight-edit button[value="undo"]').click()
    expect(told(page, "effect")).to_have_text("")
    assert float(field.input_value()) == pytest.approx(float(was))


def test_before_the_first_step_it_says_what_there_is_and_what_not(open_page: OpenPage, address: str) -> None:
    page = open_page(address, prepare=lambda page: None)
    page.click("#tab-weight")
    expect(told(page, "missing")).to_contain_text("No step has been made yet")
    expect(told(page, "origin")).to_be_hidden()
    page.keyboard.press("s")
    expect(told(page, "origin")).to_be_visible()
    expect(told(page, "missing")).to_have_text("")


def test_any_weight_under_any_optimizer(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/docs")
    lanes: list[dict[str, Any]] = [
        {"learning_rate": 0.05, "optimizer": {"type": "sgd", "momentum": 0.9, "weight_decay": 0.01}},
        {"learning_rate": 0.001, "optimizer": {"type": "adam"}},
    ]
    response = page.request.post(f"{address}/api/experiments", data={"lanes": lanes})
    page.goto(f"{address}/e/{response.json()['id']}")
    train_to(page, 3)
    for lane, steps in (("A", 4), ("B", 6)):
        page.click("#tab-kernels")
        page.locator(f'canvas[data-lane="{lane}"][data-layer="conv2"]').click(position={"x": 9, "y": 9})
        page.click("#tab-weight")
        expect(told(page, "lines").locator("dt")).to_have_count(steps)
        expect(told(page, "difference")).to_have_attribute("data-equal", "")
        *_, update, last = [numbers(line) for line in told(page, "lines").locator("dd").all_inner_texts()]
        assert last[0] + last[1] == pytest.approx(last[2], abs=1e-4) or last[0] - last[1] == pytest.approx(
            last[2], abs=1e-4
        )
        assert update
