"""Where things stand: on a phone, on a desk and on a class room's wall; that nothing moves; and paper."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import reach, step_of, wait_for_state, wait_for_step

Box = dict[str, float]

BOXES = """() => {
  const boxes = {};
  const controls =
    "button, select, input, a, summary, canvas:not(.film-row *), .card, .lane-head, .layer-card, .plot, .readout";
  [...document.querySelectorAll(controls)].forEach((element, index) => {
    if (!element.checkVisibility() || element.closest("dialog")) return;
    const { x, y, width, height } = element.getBoundingClientRect();
    const name = `${index} ${element.tagName} ${element.id || element.className || element.dataset.layer || ""}`;
    boxes[name] = [x, y + scrollY, width, height].map(Math.round);
  });
  return boxes;
}"""

CUT = """() => [...document.querySelectorAll("button, h1, h2, h3, dt, dd, p, td, th, label, .strip-lane")]
  .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden, dialog")
    && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline")
  .map((element) => `${element.tagName} ${element.className} ${element.textContent.trim()}`)"""

LONGEST = """() => {
  const lines = [...document.querySelectorAll("main p:not(.status)")];
  return Math.max(...lines.map((line) => line.clientWidth / parseFloat(getComputedStyle(line).fontSize)));
}"""


def box(page: Page, selector: str) -> Box:
    found = page.locator(selector).first.bounding_box()
    assert found, f"{selector} is not shown"
    return dict(found)


def is_inside(inner: Box, width: float, height: float) -> bool:
    return (
        inner["x"] >= 0
        and inner["y"] >= 0
        and inner["x"] + inner["width"] <= width
        and inner["y"] + inner["height"] <= height
    )


def overlap(one: Box, other: Box) -> bool:
    apart = (
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"]
        or other["y"] + other["height"] <= one["y"]
    )
    return not apart


def spread(page: Page, count: int) -> None:
    """So many lanes, at step 0."""
    reach(page, "#spread").click()
    page.fill("#spread-dialog [name=count]", str(count))
    page.click("#spread-dialog [value=apply]")
    expect(page.locator(".lane")).to_have_count(count, timeout=20_000)
    expect(page.locator("#status-step")).to_have_attribute("data-step", "0")
    page.click("#tab-kernels")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_first_screen_shows_controls_lanes_kernels_and_the_loss(
    open_page: OpenPage, address: str, language: str
) -> None:
    page = open_page(f"{address}/?lang={language}")
    wait_for_step(page, 0)
    must = ["#start", "#step", "#speed", "#add-lane", "#tab-rate", "#stop-at", "#chart", "#chart-lower"]
    must += [
        f'.lane[data-lane="{lane}"] {part}' for lane in "ABC" for part in (".lane-head", 'canvas[data-layer="conv1"]')
    ]
    for width, height in ((1440, 900), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        assert [each for each in must if not is_inside(box(page, each), width, height)] == []
        # The pictures use the room that their lanes have.
        for layer in ("conv1", "conv2"):
            assert box(page, f'canvas[data-layer="{layer}"]')["width"] > 0.75 * box(page, ".lane-head")["width"]
    # A line of text is no longer than can be read: in letters' heights.
    assert page.evaluate(LONGEST) < 70


@pytest.mark.parametrize("lanes", [1, 8])
def test_at_every_width_nothing_is_cut_and_nothing_overlaps(open_page: OpenPage, address: str, lanes: int) -> None:
    page = open_page(f"{address}/?lang={'en' if lanes == 1 else 'zh-CN'}")
    wait_for_step(page, 0)
    spread(page, lanes)
    for width, height in ((320, 640), (360, 740), (740, 360), (768, 1024), (1024, 768), (1440, 900), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        # All of it is laid out once the board has fitted its pictures in.
        page.wait_for_function(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == [], f"cut at {width}"
        names = (
            "#start",
            "#step",
            "#reset",
            "#speed",
            "#add-lane",
            "#status",
            ".tab-switch",
            "#experiment-name",
            "#more",
        )
        boxes = {name: box(page, name) for name in names}
        pairs = [(a, b) for a in names for b in names if a < b and overlap(boxes[a], boxes[b])]
        assert pairs == [], f"at {width}"
        head = box(page, ".lane-head")
        rate, menu = box(page, ".lane-head .rate"), box(page, ".lane-head .lane-menu")
        assert not overlap(rate, menu)
        assert menu["x"] + menu["width"] <= head["x"] + head["width"] + 1


def test_on_a_phone_lanes_are_swiped_and_all_losses_stay_in_sight(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=360, height=740, has_touch=True, is_mobile=True)
    wait_for_step(page, 0)
    page.click("#step")
    wait_for_step(page, 1)
    strip, third = page.locator(".strip-lane"), page.locator(".lane").nth(2)
    for button in ("#start", "#step", "#reset", "#add-lane", ".strip-lane", ".rate", ".lane-menu"):
        assert box(page, button)["height"] >= 44, button
    assert box(page, ".lane")["width"] > 360 / 2, "a lane has most of the screen"
    expect(strip.nth(1)).to_have_attribute("data-seen", "")  # the lane that learns
    expect(strip.nth(2)).not_to_have_attribute("data-seen", "")
    assert 0 < box(page, '.lane[data-lane="C"]')["x"] < 360, "and the next one peeks in"
    # The keyboard brings a lane in, and the strip says so.
    strip.nth(2).focus()
    page.keyboard.press("Enter")
    expect(strip.nth(2)).to_have_attribute("data-seen", "")
    expect(third.locator(".lane-head")).to_be_in_viewport(ratio=0.5)
    # A lane far away isn't painted until it is brought in.
    picture = """() => document.querySelector('canvas[data-lane="A"][data-layer="conv1"]').toDataURL()"""
    before = page.evaluate(picture)
    page.click("#step")
    wait_for_step(page, 2)
    assert page.evaluate(picture) == before
    strip.nth(0).click()
    expect(strip.nth(0)).to_have_attribute("data-seen", "")
    page.wait_for_function(f"before => ({picture})() !== before", arg=before)
    strip.nth(2).click()
    expect(strip.nth(2)).to_have_attribute("data-seen", "")
    page.locator('canvas[data-layer="conv2"]').nth(2).scroll_into_view_if_needed()
    page.evaluate("document.querySelector('canvas[data-layer=\"conv2\"]').scrollIntoView({ block: 'start' })")
    expect(page.locator("#lane-strip")).to_be_in_viewport(ratio=1)
    for index in range(3):
        loss = page.locator(".lane [data-part=loss]").nth(index).inner_text()
        assert re.fullmatch(r"\d\.\d{3}", loss)
        expect(strip.nth(index).locator("[data-part=loss]")).to_have_text(loss)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1440, 900)])
def test_nothing_moves_while_it_trains(open_page: OpenPage, address: str, width: int, height: int) -> None:
    page = open_page(address, width=width, height=height)
    wait_for_step(page, 0)
    expect(page.locator("#start")).to_be_enabled()
    rest: dict[str, Any] = page.evaluate(BOXES)
    assert len(rest) > 40
    page.click("#start")
    while (at := step_of(page)) < 30:
        assert page.evaluate(BOXES) == rest, f"something has moved at step {at}"
        page.wait_for_timeout(100)
    page.click("#start")
    wait_for_state(page, "paused")
    page.hover("#reset")
    page.hover('canvas[data-lane="B"][data-layer="conv1"]')
    page.evaluate("scrollTo(0, 0)")
    assert page.evaluate(BOXES) == rest


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_when_it_stops_by_itself(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(f"{address}/?stop=step20,divergence&lanes=0.01,1000", width=width)
    wait_for_step(page, 0)
    rest = {name: box(page, name) for name in (".status-images", "#board")}
    page.click("#start")
    expect(page.locator("#stop-at[data-stopped]")).to_be_visible(timeout=15_000)
    assert {name: box(page, name) for name in rest} == rest
    said = page.locator("#stop-at")
    # What is too long for its place stands in the explanation.
    expect(said).to_have_attribute("title", re.compile(f"^{re.escape(said.inner_text())}"))


def test_paper_is_light_and_holds_results_and_no_controls(open_page: OpenPage, address: str) -> None:
    page = open_page(address, color_scheme="dark")
    wait_for_step(page, 0)
    page.click("#step")
    wait_for_step(page, 1)
    canvas = page.locator('canvas[data-layer="conv1"]').first
    dark = pixels(canvas)[..., :3].mean()
    # The kernels on one sheet, the curves on another; each other tab begins below the head of the first.
    for tab, most in {"step": 2, "sees": 6, "kernels": 2}.items():
        page.click(f"#tab-{tab}")
        expect(page.locator(f"[data-tab={tab}] canvas:visible").first).to_be_visible()
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
        assert sheets <= most, tab
    # A card's pictures are there, though they are buttons, and light, though they are out of sight.
    page.click("#tab-sees")
    page.locator("#saliency").scroll_into_view_if_needed()
    expect(page.locator("#saliency")).to_have_attribute("data-step", "1")
    page.locator("#emergence").evaluate("one => one.scrollIntoView({ block: 'start' })")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-printing", "")
    expect(page.locator("#best-patches .patch").first).to_be_visible()
    assert pixels(page.locator("#saliency canvas[data-kind=gradient]").first)[..., :3].mean() > 128
    page.emulate_media(media="screen", color_scheme="dark")
    expect(page.locator("html")).not_to_have_attribute("data-printing", "")
    page.click("#tab-kernels")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-printing", "")
    for shown in (".wordmark", "#status-step", ".lane-head .fact", ".legend-bar", "#chart", "#readout"):
        expect(page.locator(shown).first).to_be_visible()
    for pressed in (
        "#start",
        "#speed",
        "#more",
        ".lane-menu",
        ".image-turns",
        "#inspector",
        "#chart-settings-open",
        ".strip-lane",
    ):
        expect(page.locator(pressed).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert pixels(canvas)[..., :3].mean() > dark + 60, "kernels are still painted in the dark theme's colours"
    page.emulate_media(media="screen", color_scheme="dark")
    expect(page.locator("#start")).to_be_visible()
    assert abs(pixels(canvas)[..., :3].mean() - dark) < 5
