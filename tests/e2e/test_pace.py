"""How fast it trains, and how often it is shown."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, step_of, wait_for_step

SAY = """(message) => new Promise((resolve) => {
  const address = `${location.origin}${location.pathname}`.replace(/^http/, "ws");
  const socket = new WebSocket(address.replace("/e/", "/ws/experiments/"));
  socket.onmessage = () => {
    socket.onmessage = null;
    socket.send(JSON.stringify(message));
    setTimeout(() => resolve(socket.close()), 200);
  };
})"""
"""As another window of the same visitor."""


@pytest.fixture
def page(open_page: OpenPage, address: str) -> Page:
    page = open_page(address)
    wait_for_step(page, 0)
    expect(page.locator("#speed")).to_be_enabled()
    return page


def experiment(page: Page) -> dict[str, Any]:
    view: dict[str, Any] = page.request.get(page.url.replace("/e/", "/api/experiments/")).json()
    return view


def test_the_slider_goes_from_slow_motion_to_full_speed(page: Page) -> None:
    slider, label = page.locator("#speed"), page.locator("#speed-label")
    expect(label).to_have_text("full speed")
    slider.focus()
    page.keyboard.press("Home")
    expect(label).to_have_text("1 step in 2 s")
    expect(slider).to_have_attribute("aria-valuetext", "1 step in 2 s")
    page.wait_for_timeout(300)
    assert experiment(page)["steps_per_second"] == 0.5
    # The slider takes the arrows, not the space bar.
    page.keyboard.press("Space")
    expect(page.locator("#start")).to_have_text("Pause")
    wait_for_step(page, 1)
    page.wait_for_timeout(1000)
    assert step_of(page) <= 2
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(label).to_have_text("3 steps/s")
    page.wait_for_timeout(300)
    assert experiment(page)["steps_per_second"] == 3
    page.keyboard.press("End")
    expect(label).to_have_text("full speed")
    page.wait_for_timeout(300)
    assert experiment(page)["steps_per_second"] is None
    wait_for_step(page, 10)


def test_while_it_is_dragged_few_messages_are_sent_and_the_last_one_is(open_page: OpenPage, address: str) -> None:
    sent: list[str] = []

    def listen(page: Page) -> None:
        page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(str(payload))))

    page = open_page(address, prepare=listen)
    wait_for_step(page, 0)
    expect(page.locator("#speed")).to_be_enabled()
    box = page.locator("#speed").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, y)
    page.mouse.down()
    began = time.monotonic()
    for place in range(100, 5, -1):
        page.mouse.move(box["x"] + box["width"] * place / 100, y)
    page.mouse.up()
    dragged = time.monotonic() - began
    page.wait_for_timeout(500)
    speeds = [message for message in sent if "set_speed" in message]
    # Ten a second, the first at once and the last after it, however long the drag has taken on this machine.
    assert 1 <= len(speeds) <= dragged / 0.1 + 2
    speed = experiment(page)["steps_per_second"]
    assert speed is not None
    assert speed <= 1.5
    expect(page.locator("#speed-label")).to_have_text("1 step in 2 s" if speed == 0.5 else f"{speed:g} steps/s")


def test_what_another_window_sets_is_shown(page: Page) -> None:
    page.evaluate(SAY, {"type": "set_speed", "steps_per_second": 0.25})
    expect(page.locator("#speed-label")).to_have_text("1 step in 4 s")
    page.evaluate(SAY, {"type": "set_frame_rate", "frames_per_second": 24})
    expect(page.locator("#frame-rate")).to_have_value("24")
    expect(page.locator("#frame-rate option")).to_have_count(4)
    reach(page, "#frame-rate").select_option("60")
    expect(page.locator("#frame-rate option")).to_have_count(3)
    assert experiment(page)["frames_per_second"] == 60
