"""What the page promises of its stream: nothing is lost, and no number is another's."""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from kernelscope.settings import Settings
from kernelscope.stream.wire import Kind, decode
from playwright.sync_api import Page, WebSocketRoute, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.marked import GRADIENT, counted, counting_worker
from tests.e2e.proxy import Proxy, proxying
from tests.e2e.reading import LOST, account_of, state_of, step_of, wait_for_state, wait_for_step
from tests.serving import serving

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  Object.defineProperty(document, "visibilityState", { configurable: true, value: hidden ? "hidden" : "visible" });
  // As in a real tab: while it is hidden there are no animation frames.
  window.given ??= window.requestAnimationFrame.bind(window);
  if (hidden) {
    window.kept = [];
    window.requestAnimationFrame = (callback) => window.kept.push(callback);
  } else {
    window.requestAnimationFrame = window.given;
    for (const callback of window.kept) window.given(callback);
  }
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Headless Chromium takes every tab for visible, also behind another and in a window put away."""

SHOWN = """() => {
  const [inspector, pointed] = ["#inspector", "#pointed"].map((name) => document.querySelector(name));
  const numbers = (of) => [...of.querySelectorAll('[data-part="lanes"] tr')].map((row) =>
      [...row.querySelectorAll("td:not(.channel)")].slice(0, 2).map((cell) => cell.textContent));
  const [index, step] = pointed.querySelector('[data-part="where"]').textContent.split(" · ").slice(1);
  return [
    { step: Number(inspector.dataset.step), index: inspector.querySelector('[data-part="index"]').textContent,
      numbers: numbers(inspector) },
    { step: Number((step ?? "step 0").split(" ")[1].replace(",", "")), index: index ?? "", numbers: numbers(pointed) },
  ];
}"""


@pytest.fixture(scope="module")
def counting_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(Settings(data_dir=tmp_path_factory.mktemp("counting")), counting_worker) as address:
        yield address


def test_while_it_runs_every_number_is_exact_for_the_step_and_the_cell_that_it_names(
    open_page: OpenPage, counting_address: str
) -> None:
    page = open_page(counting_address)
    page.click("#start")
    wait_for_step(page, 2)
    seen: set[tuple[str, int]] = set()
    shapes = {"conv1": (8, 1, 7, 7), "conv2": (16, 8, 5, 5)}
    choose = random.Random(4)
    until = time.monotonic() + 20
    while len(seen) < 30 and time.monotonic() < until:
        layer, lane = choose.choice(["conv1", "conv2"]), choose.choice("ABC")
        canvas = page.locator(f'canvas[data-lane="{lane}"][data-layer="{layer}"]')
        box = canvas.bounding_box()
        assert box
        act = choose.choice([canvas.hover, canvas.click])  # pointing at one while another is selected, or at that
        act(position={"x": choose.random() * (box["width"] - 8) + 4, "y": choose.random() * 100 + 4})
        for shown in (shown for _ in range(4) for shown in page.evaluate(SHOWN)):
            cell = tuple(map(int, re.findall(r"\d+", shown["index"])))
            # Cells of conv2 may also lie within conv1: the numbers tell which.
            for number, texts in enumerate(shown["numbers"]):
                if texts == ["…", "…"]:
                    continue
                weight, gradient = (np.float32(text.replace("−", "-")) for text in texts)
                possible = [
                    counted(number, shape, shown["step"])[cell]
                    for shape in shapes.values()
                    if all(place < size for place, size in zip(cell, shape, strict=True))
                ]
                assert weight in possible, shown
                assert gradient == weight * np.float32(GRADIENT), shown
                seen.add((shown["index"], shown["step"]))
            page.wait_for_timeout(20)
    page.click("#start")
    assert len(seen) >= 10
    assert len({step for _, step in seen}) > 5
    assert len({index for index, _ in seen}) > 5


def test_a_hidden_tab_gets_no_pictures_loses_no_step_and_catches_up(open_page: OpenPage, address: str) -> None:
    kinds: list[Kind] = []

    def listen(page: Page) -> None:
        def heard(payload: str | bytes) -> None:
            if isinstance(payload, bytes):
                kinds.extend(frame.kind for frame in decode(payload))

        page.on("websocket", lambda socket: socket.on("framereceived", heard))

    page = open_page(address, prepare=listen)
    page.click("#start")
    wait_for_step(page, 5)
    page.evaluate(HIDE, True)
    page.wait_for_timeout(500)  # what was on its way
    painted = step_of(page)
    kinds.clear()
    until = time.monotonic() + 30
    while kinds.count(Kind.SCALARS) < 3:
        assert time.monotonic() < until, "a hidden page gets no scalars"
        page.wait_for_timeout(100)
    assert Kind.SNAPSHOT not in kinds
    assert step_of(page) == painted
    kinds.clear()
    page.evaluate(HIDE, False)
    wait_for_step(page, painted + 10)
    assert Kind.SNAPSHOT in kinds
    page.click("#start")
    wait_for_state(page, "paused")
    expect(page.locator("#status-complete")).to_have_text("history complete")
    account = account_of(page)
    assert account.complete
    assert (account.first, account.rows) == (1, account.last)
    assert (account.gaps, account.duplicates) == (0, 0)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that lets an experiment go on for a while that nobody watches."""
    with serving(Settings(data_dir=tmp_path_factory.mktemp("steady")), few.worker) as address:
        yield address


@pytest.fixture
def proxy(steady: str) -> Iterator[Proxy]:
    with proxying(steady) as proxy:
        yield proxy


def test_a_lost_connection_is_said_and_mended_without_gap_or_duplicate(open_page: OpenPage, proxy: Proxy) -> None:
    page = open_page(proxy.address, tolerated=LOST)
    page.click("#start")
    wait_for_step(page, 3)
    choose = random.Random(7)
    for _ in range(4):
        page.wait_for_timeout(choose.randint(0, 400))
        before = step_of(page)
        picture = page.locator("#board")
        proxy.cut()
        wait_for_state(page, "reconnecting")
        expect(page.locator("#status-state")).to_contain_text("reconnecting… since")
        assert page.locator("#status-state").evaluate("said => said.scrollWidth <= said.offsetWidth"), "it is covered"
        expect(page.locator("main")).to_have_attribute("data-stale", "")
        expect(picture).to_be_visible()
        expect(page.locator("#start")).to_be_disabled()
        assert step_of(page) >= before
        proxy.mend()
        wait_for_state(page, "running")
        wait_for_step(page, before + 2)
        assert page.locator("main").get_attribute("data-stale") is None
    page.click("#start")
    wait_for_state(page, "paused")
    page.wait_for_timeout(300)
    account = account_of(page)
    assert account == (True, 1, step_of(page), step_of(page), 0, 0)
    assert page.locator(".toast").count() == 0


def test_a_server_that_is_started_again_goes_on_and_so_does_the_page(open_page: OpenPage, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with proxying() as proxy:
        with serving(settings, few.worker) as proxy.target:
            page = open_page(proxy.address, tolerated=LOST)
            page.click("#start")
            wait_for_step(page, 5)
        wait_for_state(page, "reconnecting")
        expect(page.locator("#banner")).to_contain_text("shutting down")
        shown = step_of(page)
        assert shown >= 5
        with serving(settings, few.worker) as proxy.target:
            wait_for_state(page, "paused")
            expect(page.locator("#banner")).to_be_hidden()
            page.click("#step")
            wait_for_step(page, shown + 1)
            account = account_of(page)
            assert account == (True, 1, account.last, account.last, 0, 0)


def test_a_new_run_that_began_meanwhile_is_said(open_page: OpenPage, steady: str, proxy: Proxy) -> None:
    page = open_page(proxy.address, tolerated=LOST)
    page.click("#start")
    wait_for_step(page, 4)
    # Cookies do not tell ports apart: this is the same visitor, with the controls, past the proxy.
    other = page.context.new_page()
    other.goto(page.url.replace(proxy.address, steady))
    wait_for_step(other, 1)
    proxy.cut()
    wait_for_state(page, "reconnecting")
    other.click("#reset")
    wait_for_state(other, "paused")
    proxy.mend()
    wait_for_state(page, "paused")
    expect(page.locator(".toast")).to_contain_text("a new run began")
    expect(page.locator("#status-step")).to_have_attribute("data-step", "0")
    assert account_of(page) == (True, 0, 0, 0, 0, 0)


def test_a_message_that_is_lost_is_noticed_and_fetched(open_page: OpenPage, steady: str) -> None:
    lose = [False]

    def between(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if isinstance(message, bytes) and lose[0]:
                lose[0] = False
            else:
                route.send(message)

        server.on_message(pass_on)

    page = open_page(steady, prepare=lambda page: page.route_web_socket(re.compile("/ws/"), between))
    page.click("#start")
    wait_for_step(page, 3)
    lose[0] = True
    until = time.monotonic() + 20
    while account_of(page).gaps == 0:
        assert time.monotonic() < until, "nobody noticed that steps are missing"
        page.wait_for_timeout(20)
    wait_for_state(page, "running")
    page.click("#start")
    wait_for_state(page, "paused")
    page.wait_for_timeout(300)
    account = account_of(page)
    assert account.complete
    assert (account.first, account.rows) == (1, account.last)
    assert (account.gaps, account.duplicates) == (1, 0)


def test_the_status_line_gives_measurements_while_it_trains_and_dashes_else(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    measured = [page.locator(f"#status-{name}") for name in ("speed", "frames", "bytes", "latency")]
    for number in measured:
        expect(number).to_have_text("–")
    page.click("#start")
    for number in measured:
        expect(number).to_have_text(re.compile(r"^[\d.,]+$"), timeout=20_000)
    expect(page.locator("#status-every")).to_have_text(re.compile(r"every step shown|1 step of [\d.]+ shown"))
    expect(page.locator("#status-viewers")).to_have_text("1")
    page.click("#start")
    for number in measured:
        expect(number).to_have_text("–")
    assert state_of(page) == "paused"


def test_a_newcomer_to_a_long_run_gets_it_thinned_and_is_told(
    open_page: OpenPage, steady: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(steady)
    page.click("#start")
    wait_for_step(page, 60)
    page.click("#start")
    wait_for_state(page, "paused")
    expect(page.locator("#status-complete")).to_have_text("history complete")
    monkeypatch.setattr("kernelscope.stream.channel.MOST_ROWS", 20)
    other = open_page(page.url)
    wait_for_step(other, 60)
    account = account_of(other)
    assert account.complete
    assert account.rows < account.last == account_of(page).last
    expect(other.locator("#status-complete")).to_have_text("history thinned")
    thinned = re.compile(f"up to step {account.last} it is thinned to {account.rows} points$")
    expect(other.locator("#status-complete")).to_have_attribute("title", thinned)
    page.click("#step")
    wait_for_step(other, account.last + 1)
    after = account_of(other)
    assert (after.rows, after.gaps) == (account.rows + 1, 0)
    expect(other.locator("#status-complete")).to_have_attribute("title", thinned)
    for part in (".figures", ".fact"):
        assert other.locator(part).first.inner_text() == page.locator(part).first.inner_text()
