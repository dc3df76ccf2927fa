"""Sentences with numbers, where those of plain SGD, full batches and weights left alone would be false."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, train_to, wait_for_step
from tests.e2e.test_learn import Wire
from tests.e2e.test_phases import advance
from tests.e2e.test_weight import numbers, told

SMALL = [
    {"type": "conv", "name": "conv1", "filters": 3, "kernel": 5, "stride": 2},
    {"type": "relu", "name": "relu1"},
    {"type": "pool", "name": "pool1", "size": 3, "stride": 2},
    {"type": "dense", "name": "dense", "units": 10},
]
MOMENTUM = {"type": "sgd", "momentum": 0.9, "weight_decay": 0.01}


def opened(open_page: OpenPage, address: str, lanes: list[dict[str, Any]], path: str = "", **settings: Any) -> Page:
    """An experiment of a small network with these lanes."""
    page = open_page(f"{address}/docs")
    response = page.request.post(f"{address}/api/experiments", data={"architecture": SMALL, "lanes": lanes, **settings})
    assert response.ok, response.text()
    page.goto(f"{address}/e/{response.json()['id']}{path}")
    wait_for_step(page, 0)
    return page


def step(page: Page, to: int) -> None:
    for at in range(step_of(page) + 1, to + 1):
        page.keyboard.press("s")
        wait_for_step(page, at)


def figure(page: Page, name: str) -> Locator:
    live = page.locator(f'#reading figure[data-live="{name}"]')
    live.scroll_into_view_if_needed()
    return live


def sentence(page: Page) -> Locator:
    return page.locator("#phases [data-part=sentence]")


def test_the_last_batch_of_an_epoch_has_the_images_that_are_left(open_page: OpenPage, address: str) -> None:
    """10,000 images in batches of 1,024: the tenth has 784, and with it the epoch is over."""
    page = opened(open_page, address, [{"learning_rate": 0.05}], "/learn", batch_size=1024)
    step(page, 9)
    page.click("#tab-step")
    for layer in ("conv1", "relu1", "pool1", "dense"):
        advance(page, "forward", layer)
    advance(page, "loss")
    expect(sentence(page)).to_contain_text("784 images of this step’s mini-batch")
    step(page, 10)
    expect(figure(page, "loss")).to_contain_text("The mean over the 784 images of the mini-batch of step 10")
    epochs = figure(page, "epochs")
    expect(epochs).to_contain_text("10 steps: 10,000 images seen. The training set has 10,000, so that is epoch 1.00.")
    expect(epochs).to_contain_text("An epoch has 10 steps of 1,024 images, the last of 784.")
    page.click("#start")
    expect(page.locator("#phases")).to_have_attribute("data-phase", "iterate")
    train_on = numbers(sentence(page).inner_text())
    page.click("#start")
    epochs_seen, steps = divmod(int(train_on[0]), 10)
    assert train_on[1] == pytest.approx(epochs_seen + min(steps * 1024, 10_000) / 10_000, abs=0.0051)


def test_parameters_move_as_their_optimizer_has_it(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []

    def listening(url: str, **options: Any) -> Page:
        return open_page(url, prepare=lambda page: wires.append(Wire(page)), **options)

    lanes = [
        {"id": "A", "learning_rate": 0.05},
        {"id": "B", "learning_rate": 0.05, "optimizer": MOMENTUM},
        {"id": "C", "learning_rate": 0.003, "optimizer": {"type": "adam"}},
    ]
    page = opened(listening, address, lanes)
    step(page, 6)
    page.click("#tab-step")
    for lane, words in {
        "A": "",
        "B": "earlier steps count too, and decay pulls",
        "C": "with Adam earlier steps",
    }.items():
        page.locator("#phases .study-head select").select_option(lane)
        expect(page.locator("#phases [data-part=where]")).to_contain_text(f"lane {lane}")
        expect(sentence(page)).to_contain_text("Step 6, learning rate")
        said = sentence(page).inner_text()
        _, rate, against, parameters, *others = numbers(said)
        last = wires[0].found("trace")["last_step"]
        assert (rate, against) == (0.003 if lane == "C" else 0.05, last["against"])
        moved = sum(last[way] for way in ("against", "along", "unasked", "still"))
        assert parameters == 3 * 26 + 10 * (3 * 25 + 1) == moved
        if lane == "A":
            assert "otherwise" not in said
            assert last["along"] == last["unasked"] == 0
        else:
            assert words in said
            assert others[0] == last["along"] + last["unasked"] > 0


def test_a_guess_is_told_what_else_moves_the_weight(open_page: OpenPage, address: str) -> None:
    lanes = [{"learning_rate": 0.05}, {"learning_rate": 0.05, "optimizer": MOMENTUM}]
    page = opened(open_page, address, lanes)
    step(page, 5)
    page.click("#tab-weight")
    for lane in "AB":
        page.locator("#one-weight .study-head select").select_option(lane)
        expect(told(page, "where")).to_contain_text(f"lane {lane}")
        expect(told(page, "proof")).to_contain_text("ε")
        page.locator('#one-weight button[data-guess="1"]').click()
        expect(told(page, "answer")).to_contain_text(f"of {1 + 'AB'.index(lane)} right.")
        answer, rule = told(page, "answer").inner_text(), told(page, "rule").inner_text()
        assert ("since the gradient was" in answer) == (lane == "A")
        assert ("earlier steps count too" in answer) == ("earlier steps count too" in rule) == (lane == "B")
        assert ("up by" in answer) == ("goes up" in rule)


def test_a_change_by_hand_leaves_what_the_last_step_was(open_page: OpenPage, address: str) -> None:
    page = opened(open_page, address, [{"learning_rate": 0.05}])
    expect(page.locator("#inspector [data-part=sentence]")).to_contain_text("still has its random initial value")
    step(page, 3)
    inspector = page.locator("#inspector")
    said = inspector.locator("[data-part=sum]").inner_text()
    before, rate, gradient, after = numbers(said)
    assert before - rate * gradient == pytest.approx(after, rel=1e-3)
    ratio = inspector.locator("[data-part=filter]").inner_text().split("The last update")[1].split("before it")[0]
    page.click("#tab-weight")
    expect(told(page, "proof")).to_contain_text("ε")
    page.locator(".weight-edit input").fill("2")
    page.locator(".weight-edit button[type=submit]").click()
    page.click("#tab-kernels")
    expect(inspector.locator("tr [data-part=first]")).to_have_text("2")
    expect(inspector.locator("[data-part=sentence]")).to_contain_text("since been changed by hand: it is now 2")
    assert inspector.locator("[data-part=sum]").inner_text() == said
    assert ratio in inspector.locator("[data-part=filter]").inner_text()
    page.click("#reset")
    wait_for_step(page, 0)
    expect(inspector.locator("[data-part=sentence]")).to_contain_text("still has its random initial value")
    page.click("#tab-weight")
    expect(told(page, "missing")).to_contain_text("No step has been made yet")
    page.locator(".weight-edit input").fill("2")
    page.locator(".weight-edit button[type=submit]").click()
    page.click("#tab-kernels")
    expect(inspector.locator("[data-part=sentence]")).to_contain_text("Weights have been changed by hand")


def test_a_lane_that_has_diverged_has_no_step_of_now(open_page: OpenPage, address: str) -> None:
    # A decay so strong that it throws the weights farther each time, to the other side.
    wild = {"learning_rate": 1000, "optimizer": {"type": "sgd", "weight_decay": 1}}
    page = opened(open_page, address, [{"learning_rate": 0.05}, wild])
    page.click("#tab-step")
    page.locator("#phases .study-head select").select_option("B")
    page.click("#tab-kernels")
    mark = page.locator('.panel:has(canvas[data-lane="B"]) [data-part=mark]').first
    for at in range(1, 60):
        step(page, at)
        if mark.is_visible() and "diverged" in mark.inner_text():
            break
    step(page, at + 3)
    page.click("#tab-step")
    expect(sentence(page)).to_have_text(re.compile(r"Lane B diverged at step \d+ and makes no further steps\."))
    page.click("#tab-kernels")
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 9, "y": 9})
    facts = page.locator("#inspector [data-part=filter]")
    expect(facts).to_contain_text("‖W‖ =")
    assert not re.search("NaN|∞", facts.inner_text())

    page.goto(page.url.split("?")[0] + "/learn")
    row = figure(page, "rates").locator('[data-lane="B"]')
    expect(row).to_contain_text("Diverged at step", timeout=20_000)
    assert "NaN" not in row.inner_text(), "it has no loss of a step that it didn't make"


def test_the_random_start_stays_what_it_was_while_it_trains(open_page: OpenPage, address: str) -> None:
    """Also beside a lane whose weights leave the scale."""
    page = opened(open_page, address, [{"learning_rate": 0.05}, {"learning_rate": 30}], "/learn")
    live = figure(page, "start")
    start = live.locator("[data-says=start]")
    expect(start).to_contain_text("mean")
    said = start.inner_text()
    assert numbers(said) == numbers(live.locator("[data-says=now]").inner_text())[1:]
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 9, "y": 9})
    live.scroll_into_view_if_needed()
    expect(live).to_contain_text("of lane B")
    page.click("#start")
    wait_for_step(page, 40)
    for _ in range(10):
        assert start.inner_text() == said
        page.wait_for_timeout(50)
    page.click("#start")
    expect(page.locator("#start")).to_have_text("Start")
    assert start.inner_text() == said


def test_all_input_channels_are_in_the_sum_of_the_reading(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn")
    wait_for_step(page, 0)
    train_to(page, 3)
    for layer, channels, together in (("conv1", 1, "the products add up to"), ("conv2", 8, "all 8 together")):
        page.locator(f'canvas[data-lane="A"][data-layer="{layer}"]').click(position={"x": 9, "y": 9})
        said = figure(page, "forward").locator(f"[data-says={'sum' if channels > 1 else 'single'}]")
        expect(said).to_contain_text(together)
        _, _, *terms, total, bias, z = numbers(said.inner_text().replace(together, ""))
        assert len(terms) == (channels if channels > 1 else 0)
        assert not terms or sum(terms) == pytest.approx(total, abs=1e-3 * np.abs(terms).sum())
        assert total + bias == pytest.approx(z, rel=2e-3, abs=1e-6)


def test_a_network_without_kernels_says_so_in_the_reading(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn?net=dense10")
    wait_for_step(page, 0)
    for name in ("start", "forward"):
        expect(figure(page, name)).to_contain_text("no convolution layers")
