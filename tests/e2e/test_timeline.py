"""The timeline: all kernels as they were at an earlier step, beside what the page showed then."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels, tiles
from tests.e2e.reading import step_of, train_to, wait_for_step

LAST = 4


def timeline(page: Page) -> Locator:
    """On the screen, with a film."""
    card = page.locator("#timeline")
    card.scroll_into_view_if_needed()
    expect(card.locator(".film-row")).to_have_count(3)
    expect(card).not_to_have_attribute("data-stale", "")
    return card


def told(page: Page) -> dict[str, Any]:
    """What the page says of the step that it shows."""
    expect(page.locator("#inspector tbody")).not_to_contain_text("…")
    parts = {
        "exact": "#inspector tbody",
        "sum": "#inspector [data-part=sum]",
        "losses": ".lane [data-part=loss]",
        "batch accuracies": ".lane [data-part=batch-accuracy]",
        "predictions": ".predictions",
        "curves": "#readout",
    }
    texts: dict[str, Any] = {name: page.locator(selector).all_inner_texts() for name, selector in parts.items()}
    return texts | {"kernels": [pixels(canvas) for canvas in page.locator("canvas[data-layer]").all()]}


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    wait_for_step(page, 0)
    page.locator('canvas[data-lane="B"][data-layer="conv1"]').click(position={"x": 20, "y": 20})
    return page


def make_steps(page: Page, last: int) -> list[dict[str, Any]]:
    """What the page says after each step from 0 to the last."""
    seen = []
    for step in range(last + 1):
        if step:
            page.keyboard.press("s")
        wait_for_step(page, step)
        expect(page.locator("#readout-step")).to_have_text(f"step {step}")
        # Wherever it rests, it is tested.
        expect(page.locator("#readout-upper-points")).to_have_text(f"test · step {step}")
        seen.append(told(page))
    return seen


def test_an_earlier_step_is_shown_just_as_it_was(page: Page) -> None:
    seen = make_steps(page, LAST)
    card, slider = timeline(page), page.locator("#timeline input")
    slider.focus()
    expect(card).to_have_attribute("data-step", str(LAST))
    assert page.locator("#board").get_attribute("data-past") is None
    for step in reversed(range(LAST)):
        slider.press("ArrowLeft")
        expect(card).to_have_attribute("data-step", str(step))
        expect(page.locator("#to-now")).to_have_text(f"Step {step} – to now")
        expect(page.locator("#board")).to_have_attribute("data-past", "")
        expect(page.locator("#inspector")).to_have_attribute("data-step", str(step))
        if step:
            expect(page.locator("#readout-step")).to_have_text(f"step {step}")
        now = told(page)
        for name in ("exact", "losses", "batch accuracies", "predictions"):
            assert now[name] == seen[step][name], f"{name} of step {step}"
        if step:
            assert now["sum"] == seen[step]["sum"]
        # The weights' colours are those of then too, as long as the scale has not been set anew.
        assert step_of(page) == LAST, "no step has been unmade"
    page.locator("#to-now").click()
    expect(page.locator("#to-now")).to_be_hidden()
    expect(card).to_have_attribute("data-step", str(LAST))
    expect(page.locator("#inspector")).to_have_attribute("data-step", str(LAST))
    now = told(page)
    assert {name: now[name] for name in now if name != "kernels"} == {
        name: seen[LAST][name] for name in now if name != "kernels"
    }
    for one, other in zip(now["kernels"], seen[LAST]["kernels"], strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_film_is_of_the_kernels_that_the_board_shows(page: Page) -> None:
    make_steps(page, LAST)
    card = timeline(page)
    slider = card.locator("input")
    slider.focus()
    expect(card.locator(".film-labels span")).to_have_text([str(step) for step in range(LAST + 1)])
    for key, frame in (("Home", 0), ("End", LAST)):
        slider.press(key)
        expect(page.locator("#inspector")).to_have_attribute("data-step", str(frame))
        expect(card.locator(".film-labels [data-now]")).to_have_text(str(frame))
        for lane in "ABC":
            [film] = tiles(pixels(card.locator(f'.film-row[data-lane="{lane}"] canvas')), 7, 7)
            board = tiles(pixels(page.locator(f'canvas[data-lane="{lane}"][data-layer="conv1"]')), 7, 7)
            assert len(film) == LAST + 1
            np.testing.assert_allclose(film[frame], board[0][0], atol=8)
    # Another kernel, another film.
    page.locator('canvas[data-lane="B"][data-layer="conv2"]').click(position={"x": 9, "y": 9})
    expect(card.locator("[data-part=where]")).to_contain_text("conv2")
    [film] = tiles(pixels(card.locator('.film-row[data-lane="B"] canvas')), 5, 5)
    assert len(film) == LAST + 1


def test_a_press_on_the_film_goes_there_and_training_comes_back_to_now(page: Page) -> None:
    make_steps(page, LAST)
    card = timeline(page)
    first = card.locator('.film-row[data-lane="A"] canvas').bounding_box()
    assert first
    middle = first["height"] / 2  # of a row of squares: of the first of them too
    page.mouse.click(first["x"] + middle, first["y"] + middle)
    expect(card).to_have_attribute("data-step", "0")
    expect(card.locator("[data-part=where]")).to_contain_text(f"step 0 of {LAST}")
    expect(page.locator(".lane [data-part=loss]")).to_have_text(["–"] * 3)
    page.keyboard.press("s")
    wait_for_step(page, LAST + 1)
    expect(page.locator("#to-now")).to_be_hidden()
    expect(card).to_have_attribute("data-step", str(LAST + 1))


def test_while_it_trains_the_past_stays_and_a_lane_has_not_yet_collapsed_in_it(page: Page) -> None:
    train_to(page, 40)
    third = page.locator('.lane[data-lane="C"]')
    expect(third).to_have_attribute("data-status", "collapsed")
    card = timeline(page)
    card.locator("input").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(card).to_have_attribute("data-step", "1")
    expect(third).to_have_attribute("data-status", "training")
    expect(third.locator(".panel-mark").first).to_be_hidden()
    expect(third.locator("[data-part=fact]")).to_contain_text("at step 1")
    shown = told(page)
    page.locator("#start").evaluate("button => button.blur()")
    # Whoever starts training wants to see it; who then goes back sees the past, while it goes on.
    page.click("#start")
    expect(page.locator("#to-now")).to_be_hidden()
    timeline(page)
    card.locator("input").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#inspector")).to_have_attribute("data-step", "1")
    expect(page.locator("#status")).to_have_attribute("data-state", "running")
    wait_for_step(page, step_of(page) + 5)
    assert told(page)["exact"] == shown["exact"]
    page.click("#start")


def test_reset_begins_another_film(page: Page) -> None:
    make_steps(page, 2)
    card = timeline(page)
    card.locator("input").focus()
    page.keyboard.press("Home")
    expect(page.locator("#to-now")).to_be_visible()
    page.click("#reset")
    expect(page.locator("#to-now")).to_be_hidden()
    timeline(page)
    expect(card.locator(".film-labels span")).to_have_text(["0"])
    expect(card.locator("input")).to_be_disabled()


def test_what_nobody_sees_is_not_asked_for(open_page: OpenPage, address: str) -> None:
    wanted: list[bool] = []

    def listen(page: Page) -> None:
        def sent(payload: str | bytes) -> None:
            if isinstance(payload, str) and '"type":"want"' in payload:
                wanted.append('"kind":"film"' in payload)

        page.on("websocket", lambda socket: socket.on("framesent", sent))

    page = open_page(address, height=700, prepare=listen)
    train_to(page, 5)
    assert True not in wanted
    timeline(page)
    assert wanted[-1] is True
    page.locator("#start").scroll_into_view_if_needed()
    expect(page.locator("#timeline")).not_to_be_in_viewport()
    page.wait_for_timeout(200)
    assert wanted[-1] is False


def test_a_phone_has_fewer_pictures_of_the_same_run(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=360, height=740, has_touch=True, is_mobile=True)
    train_to(page, 30)
    card = timeline(page)
    expect(card.locator(".film-labels span").last).not_to_have_text("0")
    labels = card.locator(".film-labels span")
    assert 3 <= labels.count() <= 6
    assert labels.first.inner_text() == "0"
    assert labels.last.inner_text() == str(step_of(page))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
