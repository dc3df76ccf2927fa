"""The reading beside the page: each of its buttons shows something that is there."""

import json
import re
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.muffled import Muffled
from tests.e2e.reading import step_of, train_to, wait_for_step
from tests.e2e.test_accessibility import complaints


def test_each_button_shows_what_it_says_in_the_live_page(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn")
    wait_for_step(page, 0)
    assert page.url.partition("?")[0].endswith("/learn")
    buttons = page.locator("#reading .try button")
    count = buttons.count()
    assert count >= 15
    assert page.locator("#reading section").count() == 10
    # What is pointed at is so for some seconds, in which a busy machine may not come round to looking.
    page.evaluate(
        """() => new MutationObserver((changes) => {
            for (const { target } of changes) if (target.hasAttribute("data-pointed")) target.dataset.seen = "";
        }).observe(document.body, { attributeFilter: ["data-pointed"], subtree: true })"""
    )
    for number in range(count):
        button = buttons.nth(number)
        point = button.get_attribute("data-point")
        button.click()
        for selector in (point, button.get_attribute("data-press")):
            if selector is not None:
                expect(page.locator(selector)).to_have_count(1)
        if point:
            expect(page.locator(point)).to_have_attribute("data-seen", "", timeout=15_000)
            expect(page.locator(point)).to_be_in_viewport()
            page.locator(point).evaluate("element => delete element.dataset.seen")
        if button.get_attribute("data-press") == "#tab-rate":
            expect(page.locator("#range-test")).to_be_visible()
    wait_for_step(page, 2)  # some of them train
    step = step_of(page)
    page.get_by_role("button", name="Back to the random start").click()
    page.locator("#timeline").scroll_into_view_if_needed()
    expect(page.locator("#timeline")).to_have_attribute("data-step", "0")
    assert step_of(page) >= step, "nothing has been reset"
    page.locator('#timeline button[value="now"]').click()
    expect(page.locator("#timeline")).not_to_have_attribute("data-step", "0")
    page.get_by_role("link", name="Close the text").click()
    wait_for_step(page, step)
    assert page.locator("#reading").count() == 0


def test_no_button_moves_when_figures_get_their_numbers(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn?lang=zh-CN", width=360)
    wait_for_step(page, 0)
    figures = page.locator("#reading figure[data-live]")
    expect(figures.filter(has_text="{")).to_have_count(0)  # the places for numbers are empty once the script has come

    def heights() -> dict[str, float]:
        """Of each figure, once it has been on the screen for a while."""
        seen = {}
        for figure in figures.all():
            figure.scroll_into_view_if_needed()
            page.wait_for_timeout(100)
            seen[figure.get_attribute("data-live") or ""] = figure.evaluate("element => element.offsetHeight")
        return seen

    before = page.evaluate("[...document.querySelectorAll('#reading figure[data-live]')].map(one => one.offsetHeight)")
    assert dict(zip(at_step_0 := heights(), before, strict=True)) == at_step_0
    sharing = page.locator('#reading figure[data-live="sharing"]')
    sharing.scroll_into_view_if_needed()  # a busy machine may not have answered while it was seen
    expect(sharing.locator("[data-part=position]")).to_contain_text("还没有训练过")
    page.click("#step")
    wait_for_step(page, 1)
    descent = page.locator('#reading figure[data-live="descent"]')
    descent.scroll_into_view_if_needed()
    expect(descent.locator("[data-says=where]")).to_contain_text("1")
    assert heights() == at_step_0


def test_a_figure_is_marked_while_what_it_shows_is_past(open_page: OpenPage, address: str) -> None:
    server = Muffled("weight")
    page = open_page(f"{address}/learn", prepare=server.listen)
    wait_for_step(page, 0)
    figure = page.locator('#reading figure[data-live="descent"]')
    figure.scroll_into_view_if_needed()
    page.click("#step")
    expect(figure.locator("[data-says=where]")).to_contain_text("step 1")
    expect(figure).not_to_have_attribute("data-stale", "")
    server.silent = True
    page.click("#step")
    expect(figure).to_have_attribute("data-stale", "")
    expect(figure.locator("[data-says=where]")).to_contain_text("step 1")
    server.silent = False
    page.click("#step")
    expect(figure).not_to_have_attribute("data-stale", "")
    expect(figure.locator("[data-says=where]")).to_contain_text("step 3")


def test_its_links_open_such_an_experiment_beside_it(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn")
    for link, name, said in (("128", "batches", "mini-batches of 128"), ("Another one with lr", "rates", "A · 0.001")):
        wait_for_step(page, 0)
        live = page.locator(f'#reading figure[data-live="{name}"]')
        live.get_by_role("link", name=link).click()
        page.wait_for_url(re.compile("/e/.*/learn"))
        wait_for_step(page, 0)
        live.scroll_into_view_if_needed()
        expect(live).to_contain_text(said)
    for rate in ("B · 0.03", "C · 0.3"):
        expect(live).to_contain_text(rate)


def test_it_is_there_in_chinese_and_on_a_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/learn?lang=zh-CN", width=360, height=740)
    wait_for_step(page, 0)
    expect(page.locator("#reading h1")).to_contain_text("卷积核")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator('#reading figure[data-live="sharing"]').scroll_into_view_if_needed()
    page.keyboard.press("s")
    expect(page.locator('#reading figure[data-live="sharing"]')).to_contain_text("更新所用的梯度", timeout=20_000)
    assert complaints(page) == []
    page.locator('#reading button[data-point="#charts"]').first.click()
    expect(page.locator("#charts")).to_be_in_viewport()


class Wire:
    """What goes over the page's connections as text."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocket] = []
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framesent", lambda frame: self._keep(self.sent, frame))
        socket.on("framereceived", lambda frame: self._keep(self.received, frame))

    def _keep(self, messages: list[dict[str, Any]], frame: bytes | str) -> None:
        if isinstance(frame, str):
            messages.append(json.loads(frame))

    def newest(self, kind: str, of: list[dict[str, Any]]) -> dict[str, Any]:
        return [message for message in of if message["type"] == kind][-1]

    def found(self, kind: str) -> dict[str, Any]:
        """What was found last of this kind, and the step that it is of."""
        found = [one for one in self.received if one["type"] == "found" and one["subject"]["kind"] == kind][-1]
        return {**found["payload"], "step": found["step"]}

    def about(self, kind: str, **of: Any) -> dict[str, Any]:
        """What was found last about such a subject."""
        found = [one for one in self.received if one["type"] == "found" and one["subject"]["kind"] == kind]
        payload: dict[str, Any] = [one for one in found if of.items() <= one["subject"].items()][-1]["payload"]
        return payload

    @property
    def wanted(self) -> dict[str, dict[str, Any]]:
        """What the page has asked for last, by kind."""
        return {subject["kind"]: subject for subject in self.newest("want", self.sent)["subjects"]}


def unpacked(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


def test_each_figure_shows_the_numbers_of_the_page_beside_it(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []
    page = open_page(f"{address}/learn", prepare=lambda page: wires.append(Wire(page)))
    [wire] = wires

    def figure(name: str, text: str) -> str:
        """All that it says, once it says this."""
        live = page.locator(f'#reading figure[data-live="{name}"]')
        live.scroll_into_view_if_needed()
        expect(live).to_contain_text(text, timeout=20_000)
        return live.inner_text()

    wait_for_step(page, 0)
    random = figure("start", "At step 0").split("At step")[0].strip()
    step = train_to(page, 4)
    figure("start", random)
    figure("start", f"At step {step}")
    said = figure("forward", f"step {step}: filter")
    trace = wire.found("trace")
    assert trace["step"] == step
    z = unpacked(trace["forward"]["conv1"])[0]
    least, most = [
        float(number.replace("−", "-"))
        for number in (said.split("from ")[1].split(" to ")[0], said.split(" to ")[1].split(". ")[0])
    ]
    assert least == pytest.approx(z.min(), rel=5e-3)
    assert most == pytest.approx(z.max(), rel=5e-3)
    assert f"{(z > 0).sum()} of them are positive: these pass the ReLU" in said
    loss = page.locator('.lane[data-lane="B"] [data-part="loss"]').inner_text()
    said = figure("loss", f"step {step}: the image")
    assert f"mini-batch of step {step}, in lane B: {loss}." in said
    assert f"−log p = {trace['loss']:.3f}" in said
    figure("backward", f"conv1 · 8×28×28 · ±{np.abs(unpacked(trace['backward']['conv1'])).max():.2g}")
    best = int(np.argmax(trace["probabilities"]))
    figure("layers", f"answer is “{best}”, with p = {trace['probabilities'][best]:.1%}")
    # What its layers see is computed when it is asked for.
    assert not {"patches", "formation"} & set(wire.wanted)
    levels = page.locator('figure[data-live="hierarchy"]')
    levels.scroll_into_view_if_needed()
    height = levels.evaluate("element => element.offsetHeight")
    levels.get_by_role("button", name="Show what its layers see").click()
    for level, layer in (("low", "conv1, filter 0"), ("middle", "conv2, filter 0"), ("high", "dense, unit “0”")):
        expect(levels.locator(f'[data-says="{level}-made"]')).to_contain_text(f"step {step}: ", timeout=60_000)
        expect(levels.locator(f'[data-says="{level}"]')).to_have_text(layer)
    levels.locator('[data-part="low"] ol button').nth(2).click()
    expect(levels.locator("[data-says=low]")).to_have_text("conv1, filter 2")
    best = wire.about("patches", layer="conv1")["filters"][2][0]
    expect(levels.locator("[data-says=low-best]")).to_have_text(f"best patch: {best['value']:.3g}")
    slider, play = levels.locator("input"), levels.locator("[data-part=play]")
    expect(levels.locator("[data-says=low-made]")).to_contain_text(f"step {step}: ", timeout=60_000)
    expect(slider).to_be_enabled()
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"at=0(&|$)"))
    expect(levels.locator("[data-says=low-made]")).to_contain_text("step 0: ")
    film = wire.about("formation", layer="conv1", out=2)
    expect(levels.locator("[data-says=low-made]")).to_have_text(f"step 0: {film['after'][0]:.3g}".replace("-", "−"))
    page.emulate_media(reduced_motion="reduce")
    expect(play).to_have_text("Next")
    play.click()
    expect(levels.locator("[data-says=low-made]")).to_contain_text(f"step {film['steps'][1]}: ")
    page.emulate_media(reduced_motion="no-preference")
    play.click()
    expect(play).to_have_text("Pause")
    expect(play).to_have_text("Play")  # the newest is the end
    expect(page).not_to_have_url(re.compile("at="))
    assert levels.evaluate("element => element.offsetHeight") == height
    figure("epochs", f"epoch {page.locator('#status-epoch').inner_text()}.")
    rates = figure("rates", "Verdict")
    for lane in "ABC":
        head = page.locator(f'.lane[data-lane="{lane}"]')
        assert head.locator("[data-part=loss]").inner_text() in rates
        assert head.locator("[data-part=fact]").inner_text() in rates

    # The same as the cards say, and both follow one selection.
    descent = figure("descent", "Tested:")
    assert wire.wanted["weight"]["weight"]["layer"] == "conv1"
    sharing = figure("sharing", "The gradient that the update used")
    page.click("#tab-weight")
    expect(page.locator("#one-weight .weight-lines dd")).to_have_count(1)
    assert page.locator("#one-weight .weight-lines dd").inner_text() in descent
    for part in ("total", "used"):
        assert page.locator(f"#one-weight [data-part={part}]").inner_text() in sharing
    figure("batches", "mini-batches of 64")
    page.click("#tab-rate")
    expect(page.locator("#batch-lens [data-part=all] td")).to_have_count(5)
    cosines = page.locator('figure[data-live="batches"] dd b').all_inner_texts()
    assert cosines == page.locator("#batch-lens [data-part=all] td").all_inner_texts()
    page.click("#tab-kernels")
    page.locator('canvas[data-lane="B"][data-layer="conv2"]').click(position={"x": 9, "y": 9})
    figure("descent", "conv2 [0, 0")
    figure("descent", "in lane B")

    # Neither a connection of their own, nor anything computed for what nobody sees.
    assert len(wire.sockets) == 1
    page.click("#tab-kernels")
    page.click("#reset")
    wait_for_step(page, 0)
    figure("start", random.replace("At the random start", "At step 0"))
    expect(page.locator('figure[data-live="start"]')).to_be_in_viewport()
    assert set(wire.wanted) == {"image"}, "the page's image is seen everywhere"
    assert wire.newest("want", wire.sent)["shown"]["quantities"] == ["start"]
