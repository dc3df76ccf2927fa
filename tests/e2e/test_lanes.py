"""Lanes come, go, change and are compared: every control of theirs, driven in the page."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, step_of, train_to, wait_for_step


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    """Paused at some step past ten."""
    page = open_page(address)
    train_to(page, 10)
    return page


def experiment(page: Page) -> dict[str, Any]:
    view: dict[str, Any] = page.request.get(page.url.replace("/e/", "/api/experiments/")).json()
    return view


def lanes(page: Page) -> str:
    """Letters of the lanes as they stand."""
    return "".join(page.locator(".lane:visible [data-part=letter]").all_inner_texts())


def edit(page: Page, lane: str) -> None:
    page.locator(f'.lane[data-lane="{lane}"] .lane-menu').click()
    expect(page.locator("#lane-editor")).to_be_visible()


def act(page: Page, button: str) -> None:
    page.click(f'#lane-editor button[value="{button}"]')
    expect(page.locator("#lane-editor")).to_be_hidden()


def colour(page: Page, lane: str) -> str:
    shown: str = page.locator(f'.lane[data-lane="{lane}"] .swatch').evaluate("(svg) => getComputedStyle(svg).stroke")
    return shown


def test_a_new_lane_catches_up_and_trains_on_with_the_others(page: Page) -> None:
    at = step_of(page)
    page.click("#add-lane")
    expect(page.locator(".lane")).to_have_count(4, timeout=20_000)
    assert lanes(page) == "ABCD"
    expect(page.locator("#catching-up")).to_be_hidden()
    expect(page.locator('.lane[data-lane="D"] .rate')).to_have_value("0.03")
    expect(page.locator("#readout tr")).to_have_count(4)
    wait_for_step(page, at)
    assert step_of(page) == at
    # The whole history of all four is there, and complete.
    expect(page.locator("#status-complete")).to_have_attribute("data-last", str(at))
    expect(page.locator("#status-complete")).to_have_attribute("data-complete", "true")
    page.click("#step")
    wait_for_step(page, at + 1)
    assert experiment(page)["run"] == 2


def test_a_lane_is_renamed_moved_copied_hidden_and_removed(page: Page) -> None:
    green = colour(page, "B")
    edit(page, "B")
    page.fill("#lane-editor [name=name]", "good one")
    act(page, "apply")
    expect(page.locator('.lane[data-lane="B"] .lane-name')).to_have_text("good one")
    edit(page, "B")
    act(page, "left")
    expect(page.locator(".lane [data-part=letter]").first).to_have_text("B")
    assert lanes(page) == "BAC"
    assert colour(page, "B") == green, "a lane keeps its colour wherever it stands"
    edit(page, "B")
    act(page, "duplicate")
    expect(page.locator(".lane")).to_have_count(4)
    assert lanes(page) == "BDAC"
    loss = page.locator("[data-part=loss]")
    expect(loss.nth(1)).to_have_text(loss.nth(0).inner_text())
    edit(page, "A")
    top = "document.querySelector('#board').getBoundingClientRect().top"
    before = page.evaluate(top)
    act(page, "hide")
    assert lanes(page) == "BDC"
    expect(page.locator("#show-lanes")).to_be_visible()
    assert page.evaluate(top) == before, "nothing gives way to it"
    expect(page.locator("#readout tr:visible")).to_have_count(3)
    page.click("#show-lanes")
    assert lanes(page) == "BDAC"
    expect(page.locator("#show-lanes")).to_be_hidden()
    edit(page, "D")
    act(page, "remove")
    expect(page.locator(".lane")).to_have_count(3)
    assert lanes(page) == "BAC"


def test_another_optimizer_says_that_the_lane_begins_again_and_asks(page: Page) -> None:
    edit(page, "A")
    editor, apply = page.locator("#lane-editor"), page.locator('#lane-editor [value="apply"]')
    warning = editor.locator("[data-part=warning]")
    expect(warning).to_be_hidden()
    expect(apply).to_have_text("Apply")
    editor.locator("[name=optimizer]").select_option("momentum")
    expect(warning).to_be_visible()
    expect(apply).to_have_text("Restart this lane")
    editor.locator("[name=momentum]").fill("0.8")
    editor.locator("[name=schedule]").select_option("cosine")
    editor.locator("[name=steps]").fill("400")
    editor.locator("[name=warm_up]").fill("5")
    act(page, "apply")
    expect(page.locator(".lane")).to_have_count(3)
    page.wait_for_function("() => document.querySelector('#catching-up').hidden")
    lane = experiment(page)["config"]["lanes"][0]
    assert (lane["optimizer"]["momentum"], lane["optimizer"]["nesterov"]) == (0.8, False)
    assert lane["schedule"] == {"type": "cosine", "warm_up": 5, "steps": 400, "final": 0.0}
    edit(page, "A")  # with another activation it would differ from the others in two things
    expect(editor.locator("[name=std]")).to_be_hidden()
    editor.locator("[name=activation]").select_option("tanh")
    expect(apply).to_have_text("Restart this lane")
    apply.click()
    expect(editor.locator("[data-part=error]")).to_contain_text("may differ in one thing only")
    editor.locator("[name=optimizer]").select_option("sgd")
    act(page, "apply")
    expect(page.locator(".lane-optimizer").first).to_have_text("SGD · tanh")
    made = experiment(page)
    assert made["config"]["lanes"][0]["activation"] == "tanh"
    assert ":tanh" in made["address"]
    assert [layer["gates"] for layer in made["lanes"][0]["layers"] if layer["activates"]] == [False, False]


def test_what_cannot_be_is_said_in_the_dialog_and_escape_leaves_everything(page: Page) -> None:
    edit(page, "A")
    editor = page.locator("#lane-editor")
    editor.locator("[name=rate]").fill("quick")
    editor.locator('[value="apply"]').click()
    expect(editor.locator("[data-part=error]")).to_have_text("This is not a number")
    editor.locator("[name=rate]").fill("-3")
    editor.locator("[name=rate]").press("Enter")
    expect(editor.locator("[data-part=error]")).to_have_text(re.compile("^Refused: .*must be above 0, not -3"))
    page.keyboard.press("Escape")
    expect(editor).to_be_hidden()
    assert experiment(page)["run"] == 1


def test_a_spread_begins_anew_with_rates_over_the_range(page: Page) -> None:
    reach(page, "#spread").click()
    dialog = page.locator("#spread-dialog")
    for name, value in {"low": "0.001", "high": "1", "count": "4"}.items():
        dialog.locator(f"[name={name}]").fill(value)
    expect(dialog.locator("[data-part=preview]")).to_have_text("0.001 · 0.01 · 0.1 · 1")
    dialog.locator("[name=count]").fill("12")
    dialog.locator('[value="apply"]').click()
    expect(dialog.locator("[data-part=error]")).to_contain_text("1 to 8 lanes")
    dialog.locator("[name=count]").fill("4")
    dialog.locator('[value="apply"]').click()
    expect(page.locator(".lane")).to_have_count(4, timeout=20_000)
    assert [lane["learning_rate"] for lane in experiment(page)["config"]["lanes"]] == [0.001, 0.01, 0.1, 1]
    expect(page.locator("#status-step")).to_have_text("0")
    page.click("#start")
    wait_for_step(page, 3)


def test_a_catching_up_lane_shows_its_progress_and_can_be_cancelled(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    page.click("#start")
    wait_for_step(page, 60)
    page.click("#add-lane")
    expect(page.locator("#catching-up")).to_be_visible()
    expect(page.locator("#catching-up [data-part=text]")).to_have_text(re.compile(r"^catching up: \d+ of \d+$"))
    page.locator("#catching-up button").click()
    expect(page.locator("#catching-up")).to_be_hidden()
    at = step_of(page)
    wait_for_step(page, at + 3)
    assert lanes(page) == "ABC"


@pytest.mark.slow
def test_a_lane_says_what_its_rate_is_doing_to_it(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    page.click("#start")
    facts = page.locator("[data-part=fact]")
    expect(facts.nth(2)).to_have_text(
        re.compile("^Collapsed: since step 10 conv2 has responded to no probe image"), timeout=30_000
    )
    expect(facts.nth(0)).to_have_text(
        re.compile(r"^Slow: test loss [\d.]+ at step \d+, lane B’s [\d.]+ \([\d.]+% and [\d.]+% "), timeout=60_000
    )
    expect(facts.nth(1)).to_have_text(re.compile(r"^(Working: test loss|Catching up)"))
    expect(facts.nth(0)).to_have_attribute("title", re.compile("10 points more"))
