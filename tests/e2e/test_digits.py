"""Numbers as the page shows them: equations that hold, labels that are their places, and steps that are named."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import OpenPage, train_once
from tests.e2e.reading import wait_for_step

SECONDS = 1000


def value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def holds(line: str) -> bool:
    """Whether an equation, computed with the digits that stand in it, gives the result that stands in it."""
    expression, result = re.split(r" = (?=[^=]*$)", line.strip().removeprefix("= "))
    code = re.sub(r"√([\d.]+(?:e-?\d+)?)", r"(\1)**0.5", expression.replace("−", "-"))
    computed = eval(code.replace("·", "*").replace("×", "*").replace("²", "**2").replace("^", "**"))
    shown = value(result)
    digits = re.sub(r"e.*", "", result.replace("−", ""))
    # Zeros at the end are not written: it may be one digit better than it looks, never worse.
    decimals = len(digits.partition(".")[2]) - int(re.sub(r".*e", "", result.replace("−", "-")) if "e" in result else 0)
    return abs(computed - shown) <= 0.5000001 * 10.0**-decimals


@pytest.fixture(scope="module")
def trained(browser: Browser, address: str) -> dict[str, Any]:
    """Stopped at step 12."""

    def train(page: Page) -> None:
        wait_for_step(page, 0)
        page.click("#start")
        expect(page.locator("#stop-at[data-stopped]")).to_be_visible(timeout=60 * SECONDS)
        wait_for_step(page, 12)

    # A schedule that multiplies by 0.1 leaves 0.0010000000000000002 after two times.
    lanes = "0.1:step5x0.1,0.01:momentum0.9:nesterov:decay0.01,0.001:adam,0.001:adamw:decay0.1,100"
    # Lane A, whose rate that is, shall be shown whichever lane learns best here.
    return train_once(browser, f"{address}/?seed=3&lanes={lanes}&test=10&stop=step12&cell=conv1.A.0.0.0.0", train)


@pytest.fixture
def page(open_page: OpenPage, trained: dict[str, Any]) -> Page:
    page = open_page(**trained)
    wait_for_step(page, 12)
    return page


def test_equations_hold_with_the_digits_that_stand_there(page: Page) -> None:
    page.click("#tab-weight")
    card = page.locator("#one-weight")
    for lane in "ABCD":
        card.locator(".study-head select").select_option(lane)
        expect(card.locator("[data-part=where]")).to_contain_text(f"lane {lane} · step 12", timeout=20 * SECONDS)
        lines = card.locator("[data-part=lines] dd").all_inner_texts()
        assert lines
        for line in lines:
            assert "≈" in line or holds(line), line
        position = card.locator("[data-part=position]").inner_text().partition(":")[2]
        assert "≈" in position or holds(position), position
        total, used, difference = (
            card.locator(f"[data-part={part}]").inner_text() for part in ("total", "used", "difference")
        )
        assert "≈" in difference or abs(value(total) - value(used) - value(difference)) <= 0.06 * abs(value(difference))


@pytest.mark.parametrize("lane", ["A", "B"])
def test_the_last_step_of_every_cell_of_a_kernel_holds(page: Page, lane: str) -> None:
    page.select_option("#view", "step")
    canvas = page.locator(f'canvas[data-lane="{lane}"]').first
    canvas.click(position={"x": 8, "y": 8})
    index = page.locator("#inspector [data-part=index]")
    sum_ = page.locator("#inspector [data-part=sum]")
    seen: dict[str, str] = {}
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown") * 6:
        before = index.inner_text()
        page.keyboard.press(key)
        expect(index).not_to_have_text(before)
        expect(sum_).to_have_text(re.compile(r"[\d)] [=≈] −?\d"), timeout=20 * SECONDS)
        seen[index.inner_text()] = sum_.inner_text()
    assert len(seen) >= 25
    equal = [text for text in seen.values() if "=" in text]
    assert len(equal) > 0.9 * len(seen), "≈ is for what float32 has rounded"
    for text in equal:
        assert holds(text), text


def test_no_number_on_the_page_has_the_noise_of_float64(page: Page) -> None:
    page.click("#tab-step")
    expect(page.locator("#phases [data-part=sentence]")).to_contain_text("learning rate 0.001:", timeout=20 * SECONDS)
    texts = page.locator("body").inner_text() + page.locator("#inspector").inner_text()
    assert not re.findall(r"\d\.\d*(?:0{7}|9{7})\d*", texts)


def test_a_figure_of_an_earlier_step_names_its_step(page: Page) -> None:
    # Where it stopped, it has been tested; a step earlier, the newest test is that of step 10.
    label = page.locator(".lane [data-part=test-label]").first
    expect(label).to_have_text("test accuracy")
    summary = page.locator(".panel [data-part=summary]").first
    expect(summary).to_contain_text(re.compile(r"^Step 12\. .*filters? at step 12"))
    page.locator("#timeline").scroll_into_view_if_needed()
    expect(page.locator("#timeline input")).to_be_enabled()
    page.locator("#timeline input").press("ArrowLeft")
    expect(page.locator("#board")).to_have_attribute("data-past", "")
    expect(label).to_have_text("test, step 10")
    expect(page.locator("#readout-upper-points")).to_have_text("test · step 10")
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator(".strip-lane [data-part=tested]").first).to_have_text("@10")
    assert page.locator(".strip-lane [data-part=tested]").first.evaluate(
        "part => part.scrollWidth <= part.clientWidth + 1"
    )
    # How the filters responded is known only of where it stopped.
    expect(summary).to_contain_text(re.compile(r"^Step 11\. "))
    expect(summary).not_to_contain_text("at step")


def test_what_stopped_it_names_the_step_of_its_test(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?seed=3&lanes=0.1&test=10&stop=accuracy0.2")
    wait_for_step(page, 0)
    page.click("#start")
    stopped = page.locator("#stop-at[data-stopped]")
    expect(stopped).to_be_visible(timeout=60 * SECONDS)
    said = re.fullmatch(
        r"stopped at step (\d+): lane A reached 20%(?: in the test of step (\d+))?", stopped.inner_text()
    )
    assert said
    step, tested = int(said[1]), int(said[2] or said[1])
    assert tested in (1, 2, 5) or tested % 10 == 0
    assert tested < step or said[2] is None


def test_a_line_that_leaves_its_chart_is_marked_and_told(page: Page) -> None:
    told = page.locator("#chart-exits")
    # At a rate of 100 the loss shoots up before it is no number any more.
    expect(told).to_contain_text(
        re.compile(r"Loss, lane E: (leaves the top of the chart|not finite), first at step \d+(, up to \d+E\d+)?\.")
    )
    assert page.locator("#charts").get_attribute("aria-describedby") == "chart-exits"
    page.select_option("#measure-upper", "weight")
    expect(told).not_to_contain_text("Loss, lane E")
