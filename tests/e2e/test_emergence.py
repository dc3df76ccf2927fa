"""What became of filters: measures, events, and marks on the timeline."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step
from tests.e2e.test_learn import Wire


def test_an_event_leads_to_its_step(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []

    def listen(page: Page) -> None:
        wires.append(Wire(page))

    # At so high a rate filters die at once.
    query = "seed=3&lanes=10&lang=en&tab=sees&cell=conv1.A.2.0.0.0"
    page = open_page(f"{address}/?{query}", width=360, prepare=listen)
    wait_for_step(page, 0)
    card = page.locator("#emergence")
    for step in (1, 2):
        page.click("#step")
        expect(card).to_have_attribute("data-step", str(step), timeout=60_000)
    events = card.locator("[data-part=events] button")
    found = wires[0].found("emergence")
    assert found["events"]
    expect(events).to_have_count(len(found["events"]))
    newest = found["events"][-1]
    text = re.compile(rf"^Step {newest['step']}: {newest['layer']}, filter {newest['out']} ")
    expect(events.first).to_have_text(text)
    events.first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"cell=conv[12]\.A\.{newest['out']}\."))
    heading = card.locator("[data-part=filter]")
    expect(heading).to_have_text(f"{newest['layer']} · filter {newest['out']} · step {newest['step']}")
    marks = card.locator("[data-part=filters] button")
    expect(marks.nth(newest["out"])).to_have_attribute("aria-pressed", "true")
    other = (newest["out"] + 1) % marks.count()
    marks.nth(other).click()
    expect(heading).to_have_text(re.compile(f"filter {other} "))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    label = marks.nth(other).get_attribute("aria-label") or ""
    measured = re.sub(r".*: orientation ([\d.]+) at (\d+°)", r"Orientation: \1 · \2.", label)

    page.click("#tab-kernels")
    page.click("#timeline button[value=events]")
    expect(page.locator(".film-events i")).to_have_count(len({event["step"] for event in found["events"]}))
    expect(page).to_have_url(re.compile("events=1(&|$)"))

    # The same measures are marked on the board, and read in the inspector.
    if "at=" in page.url:
        page.click("#to-now")
    switch = page.locator('.layer-card[data-layer="conv1"] .marks-switch[data-part=oriented]')
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("oriented=1(&|$)"))
    told = page.locator("#inspector [data-part=filter]")
    expect(told).to_contain_text(measured)
    switch.click()
    expect(told).not_to_contain_text(measured)
