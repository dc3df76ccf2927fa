"""The page of a run that is only watched, or can only be paused: it offers what the source of its numbers can do."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.settings import Settings
from kernelscope.source.reports import Progress
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.experiment.support import part
from tests.replay import Replays, recorded
from tests.serving import serving

STEPS = 30
STEERS = (
    *("#start", "#step", "#reset", "#undo", "#new-seed", "#speed", "#frame-rate", "#add-lane", "#stop-at"),
    *(".lane-menu", ".rate", ".image-button", "#own-scales", ".legend-symlog:not([hidden])"),
    *("#tab-step", "#tab-weight", "#tab-sees"),
)
"""What changes the training, or asks more of it than is reported."""
CARDS = ("#timeline", "#loss-line", "#batch-lens", "#gradient-noise")
STAYS = ("#board", "#charts", "#inspector", "#experiment-name", "#share", "#view")
REASON = re.compile("Not available here: the source of these numbers .* does not offer it")


@pytest.fixture(scope="module")
def recording() -> list[Progress]:
    return recorded(ExperimentConfig(), part(datasets.load("digits"), 400, 60), STEPS)


Replayed = Callable[..., tuple[str, Replays]]


@pytest.fixture
def replayed(tmp_path: Path, recording: list[Progress]) -> Iterator[Replayed]:
    """Serve runs whose sources obey these commands: the address, and the sources. Ends after the pages."""
    with ExitStack() as servers:

        def replayed(*commands: str) -> tuple[str, Replays]:
            replays = Replays(recording, *commands)
            return servers.enter_context(serving(Settings(data_dir=tmp_path), replays.start)), replays

        yield replayed


def reached(page: Page, step: int) -> None:
    expect(page.locator("#status-step")).to_have_attribute("data-step", str(step))


def is_grey(control: Locator) -> None:
    """It says why it does nothing, also to those who come by keyboard and to screen readers."""
    expect(control).to_have_attribute("aria-disabled", "true")
    expect(control).to_have_attribute("aria-description", REASON)
    expect(control).not_to_have_attribute("disabled", re.compile(""))
    marked = control.locator("xpath=ancestor-or-self::*[@data-unable]").last
    assert REASON.match(marked.get_attribute("title") or "")


def test_of_a_run_that_is_watched_kernels_and_curves_are_seen_and_the_rest_is_grey_with_the_reason(
    replayed: Replayed, open_page: OpenPage
) -> None:
    address, replays = replayed()
    page = open_page(address)
    reached(page, 0)
    before = pixels(page.locator('.lane[data-lane="B"] canvas').first)
    expect(page.locator(".lane .panel-note").first).to_have_text("No gradient before step 1")
    for steers in STEERS:
        is_grey(page.locator(steers).first)
    for stays in STAYS:
        expect(page.locator(stays).first).to_be_visible()
    page.locator("#start").focus()
    expect(page.locator("#start")).to_be_focused()
    page.locator("#step").click(force=True)
    expect(page.locator(".toast")).to_have_text(REASON)
    page.click("#tab-rate")
    page.locator("#tab-step").click(force=True)
    for card in CARDS:
        expect(page.locator(f"{card} .unable")).to_have_text(REASON)
    # The lanes' own numbers are there all the same.
    expect(page.locator("#range-test [data-part=measure]")).to_be_visible()
    expect(page.locator("#range-test [value=start]")).to_have_attribute("aria-disabled", "true")
    page.click("#tab-kernels")
    assert page.locator("#view option:not(:disabled)").evaluate_all("all => all.map(one => one.value)") == ["gradient"]
    replays[0].play(STEPS)
    reached(page, STEPS)
    expect(page.locator("#status-complete")).to_have_attribute("data-last", str(STEPS))
    assert not np.array_equal(before, pixels(page.locator('.lane[data-lane="B"] canvas').first))
    expect(page.locator('.lane[data-lane="B"] [data-part="loss"]')).not_to_have_text("–")
    assert pixels(page.locator("#chart canvas")).any()
    page.keyboard.press("s")  # nobody obeys it
    page.keyboard.press("Space")
    page.locator(".lane .panel canvas").first.click()
    expect(page.locator("#inspector .exact")).to_be_visible()
    expect(page.locator("#banner")).to_be_hidden()
    reached(page, STEPS)


def test_one_that_can_be_paused_offers_that_and_no_more(replayed: Replayed, open_page: OpenPage) -> None:
    address, _ = replayed("start", "pause")
    page = open_page(address)
    start = page.locator("#start")
    expect(start).to_have_text("Pause")
    for steers in STEERS[1:]:
        is_grey(page.locator(steers).first)
    expect(start).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Space")
    expect(start).to_have_text("Start")
    expect(page.locator("#status-state")).to_have_text("paused")
    start.click()
    expect(start).to_have_text("Pause")


def test_what_the_address_asks_for_and_the_source_cannot_do_is_explained(
    replayed: Replayed, open_page: OpenPage
) -> None:
    address, _ = replayed()
    page = open_page(f"{address}/?view=update&open=weight,line")
    reached(page, 0)
    expect(page.locator("#view")).to_have_value("gradient")
    expect(page.locator("#one-weight .unable")).to_have_text(REASON)
