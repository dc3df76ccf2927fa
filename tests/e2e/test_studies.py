"""What is computed on demand, and when training stops by itself: every control of theirs, driven in the page."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, wait_for_state, wait_for_step

SECONDS = 1000


@pytest.fixture
def said() -> list[dict[str, Any]]:
    """All that the page has told the server."""
    return []


@pytest.fixture
def page(open_page: OpenPage, address: str, said: list[dict[str, Any]]) -> Page:
    """Paused at some step past ten."""

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda text: said.append(json.loads(text)))

    page = open_page(f"{address}/?cell=conv1.A.0.0.3.3", prepare=lambda page: page.on("websocket", listen))
    wait_for_step(page, 0)
    page.click("#start")
    wait_for_step(page, 10)
    page.click("#start")
    wait_for_state(page, "paused")
    return page


def experiment(page: Page) -> dict[str, Any]:
    view: dict[str, Any] = page.request.get(page.url.replace("/e/", "/api/experiments/")).json()
    return view


def open_card(page: Page, name: str) -> Locator:
    """A study's card, once it shows what it is about."""
    card = page.locator(f"#{name}")
    page.click("#tab-rate")
    expect(card).to_have_attribute("data-step", re.compile(r"^\d+$"), timeout=20 * SECONDS)
    return card


def select(page: Page, lane: str, layer: int) -> None:
    """The first kernel of a layer in a lane; afterwards the rates are shown again."""
    page.click("#tab-kernels")
    page.locator(f'canvas[data-lane="{lane}"]').nth(layer).click(position={"x": 8, "y": 8})
    page.click("#tab-rate")


def wanted(said: list[dict[str, Any]]) -> tuple[str | None, str | None]:
    """The lanes whose line and lens the page has last asked for."""
    want = next((message for message in reversed(said) if message["type"] == "want"), {"subjects": []})
    lanes = {subject["kind"]: subject.get("lane") for subject in want["subjects"]}
    return lanes.get("line"), lanes.get("lens")


def colours(canvas: Locator) -> set[str]:
    """Of all pixels of a canvas."""
    found: list[str] = canvas.evaluate("""(canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return [...new Set(new Uint32Array(data.buffer))].map(String);
    }""")
    return set(found)


def number(cell: Locator) -> float:
    return float(cell.inner_text().replace("\N{MINUS SIGN}", "-"))


def test_only_the_shown_tab_wants_anything(page: Page, said: list[dict[str, Any]]) -> None:
    assert wanted(said) == (None, None)
    open_card(page, "loss-line")
    assert wanted(said) == ("A", "A")
    page.click("#tab-kernels")
    expect(page.locator("#loss-line")).to_be_hidden()
    page.click("#step")  # answered after what was said before it
    wait_for_state(page, "paused")
    assert wanted(said) == (None, None)


def test_the_line_is_of_the_last_step_and_begins_at_its_batch_loss(page: Page) -> None:
    card = open_card(page, "loss-line")
    at = step_of(page)
    expect(card.locator("[data-part=where]")).to_have_text(f"lane A · step {at}")
    expect(card.locator("[data-part=before-loss]")).to_have_text(
        page.locator('.lane[data-lane="A"] [data-part=loss]').inner_text()
    )
    expect(card.locator("[data-part=step-place]")).to_have_text("α = 0.003 (1×)")
    expect(card.locator("[data-part=least-place]")).to_have_text(re.compile(r"^α\* = [\d.]+ \(\d+×\)$"))
    before, step, least = (number(card.locator(f"[data-part={name}-loss]")) for name in ("before", "step", "least"))
    assert least < step <= before
    expect(card).to_have_attribute("data-kind", "short")
    said = card.locator("[data-part=sentence]")
    expect(said).to_have_text(re.compile(r"^Own batch: lowest with a step \d+ times as long\.$"))
    # The other images have losses of their own, and where theirs is lowest.
    expect(card.locator("[data-part=others]")).to_have_text(re.compile(r"^Others: "))
    expect(card.locator("[data-part=others-place]")).to_have_text(re.compile(r"^(–|α\* = [\d.]+ \([\d.,]+×\))$"))
    before, step = (number(card.locator(f"[data-part={name}-others]")) for name in ("before", "step"))
    assert before == pytest.approx(step, abs=0.01)
    assert len(colours(card.locator("canvas"))) > 20


def test_the_line_is_of_the_selected_lane_until_another_is_picked(page: Page, said: list[dict[str, Any]]) -> None:
    card = open_card(page, "loss-line")
    menu = card.locator("select")
    expect(menu.locator("option").first).to_have_text("selected lane (A)")
    select(page, "B", 0)
    expect(card).to_have_attribute("data-lane", "B", timeout=20 * SECONDS)
    expect(menu.locator("option").first).to_have_text("selected lane (B)")
    menu.select_option("C")
    expect(card).to_have_attribute("data-lane", "C", timeout=20 * SECONDS)
    select(page, "A", 0)
    expect(menu.locator("option").first).to_have_text("selected lane (A)")
    assert wanted(said)[0] == "C"
    expect(card).not_to_have_attribute("data-stale", "")


def test_the_line_of_another_optimizer_goes_along_its_update(page: Page) -> None:
    page.locator('.lane[data-lane="A"] .lane-menu').click()
    page.select_option("#lane-editor [name=optimizer]", "adam")
    page.click('#lane-editor button[value="apply"]')
    until = time.monotonic() + 20
    while experiment(page)["run"] < 2:  # with the lane that has caught up
        assert time.monotonic() < until
        page.wait_for_timeout(50)
    page.click("#step")
    card = open_card(page, "loss-line")
    expect(card.locator("[data-part=step-place]")).to_have_text("1×")
    expect(card.locator("[data-part=least-place]")).to_have_text(re.compile(r"^(–|[\d.,]+×)$"))


def test_the_line_of_the_run_before_is_greyed(page: Page) -> None:
    card = open_card(page, "loss-line")
    at = step_of(page)
    page.click("#reset")
    expect(card).to_have_attribute("data-stale", "")
    expect(card.locator("[data-part=where]")).to_have_text(f"lane A · step {at}, previous run")
    page.click("#step")
    expect(card.locator("[data-part=where]")).to_have_text("lane A · step 1")
    expect(card).not_to_have_attribute("data-stale", "")


def test_the_lens_shows_gradients_of_the_selected_kernel_from_more_and_more_images(page: Page) -> None:
    card = open_card(page, "batch-lens")
    expect(card.locator("[data-part=heads] span")).to_have_text(["1", "32", "64", "128", "1,024"])
    expect(card.locator("[data-part=kernel]")).to_have_text("conv1 · filter 0 · input channel 0")
    for row in ("all", "own"):
        cosines = card.locator(f"[data-part={row}] td")
        expect(cosines).to_have_text([re.compile(r"^−?[01]\.\d\d$")] * 4 + ["1.00"])
    whole = card.locator("[data-part=all] td")
    assert number(whole.first) < number(whole.nth(3)), "from one image it is farther off than from 128"
    canvases = card.locator("canvas")
    assert [canvas.evaluate("({ width, height }) => [width, height]") for canvas in canvases.all()] == [[7, 7]] * 5
    seen = [colours(canvas) for canvas in canvases.all()]
    assert all(len(found) > 5 for found in seen)
    assert len({frozenset(found) for found in seen}) == 5, "each is another gradient"
    sentence = card.locator("[data-part=sentence]")
    expect(sentence).to_have_text(re.compile(r"^From 1 image: cosine .*\. From 64: "))
    select(page, "B", 1)
    expect(card.locator("[data-part=kernel]")).to_have_text(re.compile("^conv2 "), timeout=20 * SECONDS)
    expect(card).to_have_attribute("data-lane", "B")
    expect(card).not_to_have_attribute("data-stale", "")
    assert canvases.first.evaluate("({ width, height }) => [width, height]") == [5, 5]


def test_the_lens_of_a_collapsed_lane_says_that_its_gradient_is_zero(page: Page) -> None:
    expect(page.locator("[data-part=fact]").nth(2)).to_have_text(re.compile("^Collapsed"))
    card = open_card(page, "batch-lens")
    card.locator("select").select_option("C")
    expect(card.locator("[data-part=sentence]")).to_have_text(
        re.compile(r"^The gradient of this kernel from [\d,]+ images is zero"), timeout=20 * SECONDS
    )
    expect(card.locator("[data-part=own] td")).to_have_text(["–"] * 5)


def test_a_range_test_ends_with_three_rates_that_become_lanes(page: Page, open_page: OpenPage) -> None:
    page.click("#tab-rate")
    panel = page.locator("#range-test")
    use = panel.locator('[value="use"]')
    # Before any test the lanes are there: which is ahead, and with how much.
    expect(panel.locator("[data-part=ahead]")).to_have_text(
        re.compile(r"^Ahead after step \d+: .*\(rate [\d.]+\), with [\d.]+% of the test images right\.$")
    )
    standings = panel.locator("[data-part=standings]").text_content() or ""
    assert re.search(r"Rate 0\.003: A [\d.]+%\. Rate 0\.1: B [\d.]+%\. Rate 1: C ", standings)
    expect(use).to_be_disabled()
    # One that is cancelled keeps what it has found.
    panel.locator('[value="start"]').click()
    panel.locator('[value="stop"]').click()
    expect(panel).to_have_attribute("data-status", "cancelled")
    expect(panel.locator("[data-part=sentence]")).to_have_text(re.compile(r"^Cancelled after \d+ steps"))
    panel.locator("[data-part=optimizer]").select_option("B")
    panel.locator('[value="start"]').click()
    expect(panel).to_have_attribute("data-status", "running")
    expect(panel.locator("[data-part=sentence]")).to_have_text(re.compile("^Sweeping with the optimizer of lane B"))
    expect(panel).to_have_attribute("data-status", "done", timeout=60 * SECONDS)
    expect(panel.locator("[data-part=sentence]")).to_have_text(
        re.compile(r"^Ended at the rate [\d.]+, after \d+ steps")
    )
    expect(panel.locator("[data-part=note]")).to_have_text(
        re.compile(r"^The loss fell fastest at 0\.\d+; its running mean was lowest")
    )
    assert len(colours(panel.locator("canvas"))) > 20
    panel.locator("[data-part=measure]").select_option("loss")
    expect(panel.locator("[data-part=ahead]")).to_contain_text("with the lowest test loss")
    expect(page).to_have_url(re.compile("rate=loss"))
    rates = [float(rate) for rate in use.inner_text().removeprefix("Use as lanes: ").split(" · ")]
    assert len(rates) == 3
    assert rates == sorted(rates)

    # Whoever only watches sees it too, and can do nothing with it.
    watcher = open_page(page.url.replace("/e/", "/w/"))
    wait_for_step(watcher, 10)
    watched = watcher.locator("#range-test")
    expect(watched).to_have_attribute("data-status", "done")
    expect(watched.locator("[data-part=note]")).to_have_text(panel.locator("[data-part=note]").inner_text())
    for button in ("start", "use"):
        expect(watched.locator(f'[value="{button}"]')).to_be_disabled()

    use.click()
    page.wait_for_function(
        "(rates) => [...document.querySelectorAll('.rate')].map((s) => +s.value) + '' === rates + ''", arg=rates
    )
    assert [lane["learning_rate"] for lane in experiment(page)["config"]["lanes"]] == rates
    expect(page.locator("#status-step")).to_have_text("0")


def set_stop(page: Page, *, step: str = "", accuracy: str = "", divergence: bool = False) -> None:
    page.click("#stop-at")
    dialog = page.locator("#stop-dialog")
    dialog.locator("[name=step]").fill(step)
    dialog.locator("[name=accuracy]").fill(accuracy)
    dialog.locator("[name=divergence]").set_checked(divergence)
    dialog.locator('[value="apply"]').click()


def test_training_stops_after_the_step_that_was_set(page: Page) -> None:
    button, at = page.locator("#stop-at"), step_of(page) + 15
    expect(button).to_have_text("Stop at…")
    set_stop(page, step=str(at), accuracy="99.5")
    expect(page.locator("#stop-dialog")).to_be_hidden()
    expect(button).to_have_text(f"stops at step {at}, at 99.5%")
    assert experiment(page)["config"]["stop"] == {"step": at, "accuracy": 0.995, "divergence": False}
    page.click("#start")
    expect(button).to_have_text(f"stopped at step {at}, as set", timeout=20 * SECONDS)
    wait_for_state(page, "paused")
    wait_for_step(page, at)
    assert step_of(page) == at
    expect(page.locator("#announcer")).to_contain_text(f"stopped at step {at}, as set")
    # It goes on behind it, and no longer says why it stood still.
    page.click("#start")
    expect(button).to_have_text("stops at 99.5%")  # the step is past
    wait_for_step(page, at + 3)
    page.click("#stop-at")
    page.click('#stop-dialog [value="never"]')
    expect(button).to_have_text("Stop at…")


def test_training_stops_when_a_lane_fails_and_when_one_is_good_enough(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    set_stop(page, accuracy="50 %", divergence=True)
    expect(page.locator("#stop-at")).to_have_text("stops at 50%, on divergence")
    page.click("#start")
    # At the weights of step 10 it had collapsed; that was found out in the step after.
    expect(page.locator("#stop-at")).to_have_text("stopped at step 11: lane C collapsed", timeout=20 * SECONDS)
    expect(page.locator("#announcer")).to_have_text(
        re.compile("^stopped at step 11: lane C collapsed. Lane C: Collapsed: since step 10")
    )
    page.click("#start")
    # A test result comes some steps after the step that it belongs to.
    expect(page.locator("#stop-at")).to_have_text(
        re.compile(r"^stopped at step \d+: lane B reached 50%( in the test of step \d+)?$"), timeout=60 * SECONDS
    )


def test_what_is_no_stop_is_refused_at_its_field(page: Page) -> None:
    set_stop(page, step="soon", accuracy="0.97")
    dialog = page.locator("#stop-dialog")
    expect(dialog.locator("[data-part=step-error]")).to_have_text("Expected a step from 1 to 1,000,000,000")
    expect(dialog.locator("[data-part=accuracy-error]")).to_have_text("Expected a percentage from 1 to 100")
    dialog.locator("[name=step]").fill("5")
    expect(dialog.locator("[data-part=step-error]")).to_have_text("")
    dialog.locator("[name=accuracy]").fill("97")
    dialog.locator("[name=accuracy]").press("Enter")
    expect(dialog.locator("[data-part=step-error]")).to_have_text(re.compile(r"^Step \d+ has already been made"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert experiment(page)["config"]["stop"] == {"step": None, "accuracy": None, "divergence": False}
