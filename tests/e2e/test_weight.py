"""One weight: what the page says of it, worked out by hand from the numbers on the page itself."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import train_to, wait_for_step


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
    page.locator("#one-weight > summary").click()
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 20, "y": 20})
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


def test_a_guess_a_change_by_hand_and_its_undoing(page: Page) -> None:
    step = int(page.locator("#one-weight").get_attribute("data-step") or -1)
    page.locator('#one-weight button[data-guess="1"]').click()
    wait_for_step(page, step + 1)
    expect(told(page, "answer")).to_contain_text("of 1 right")
    up = "goes up" in told(page, "rule").inner_text()
    assert told(page, "answer").inner_text().startswith("Right" if up else "No")

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
    page.locator("#one-weight > summary").click()
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
    page.locator("#one-weight > summary").click()
    train_to(page, 3)
    for lane, steps in (("A", 4), ("B", 6)):
        page.locator(f'canvas[data-lane="{lane}"][data-layer="conv2"]').click(position={"x": 9, "y": 9})
        expect(told(page, "lines").locator("dt")).to_have_count(steps)
        expect(told(page, "difference")).to_have_attribute("data-equal", "")
        *_, update, last = [numbers(line) for line in told(page, "lines").locator("dd").all_inner_texts()]
        assert last[0] + last[1] == pytest.approx(last[2], abs=1e-4) or last[0] - last[1] == pytest.approx(
            last[2], abs=1e-4
        )
        assert update
