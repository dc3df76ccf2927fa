"""Planted kernels: chosen with an amplitude and a noise, and shown beside the learned ones."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, wait_for_step


def test_the_truth_stands_beside_the_learned_kernels(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?lanes=0.1&view=truth&lang=en")
    wait_for_step(page, 0)
    view, truth = page.locator("#view"), page.locator("#view option[value=truth]")
    expect(truth).to_have_count(0)  # digits have none, which the page says of the address
    expect(page.locator("body")).to_contain_text(re.compile(r"address.*\bview\b"))
    expect(view).to_have_value("gradient")

    reach(page, "#network").click()
    dialog = page.locator("#network-dialog")
    sliders = dialog.locator("[data-part=planted]")
    expect(dialog.locator(".network-specimens canvas")).to_have_count(6)
    expect(sliders).to_be_hidden()
    dialog.locator("[name=dataset]").select_option(label="Planted kernels")
    expect(dialog.locator("[name=preset]")).to_have_value("planted")
    expect(dialog.locator("[name=preparation]")).to_have_value("local")
    expect(sliders.locator("[data-part=amplitude], [data-part=noise]")).to_have_text(["2", "0.3"])
    sliders.locator("[name=amplitude]").fill("3.5")
    sliders.locator("[name=noise]").press("ArrowLeft")
    expect(sliders.locator("[data-part=amplitude], [data-part=noise]")).to_have_text(["3.5", "0.29"])
    expect(dialog.locator(".network-specimens canvas")).to_have_count(12)
    dialog.locator("button[value=begin]").click()
    expect(page).to_have_url(re.compile(r"\?data=planted:3\.5,0\.29&seed=3&lanes=0\.1$"))

    wait_for_step(page, 0)
    expect(view).to_have_value("truth")
    match = page.locator(".panel-match")
    expect(match).to_have_text(re.compile(r"^match 0\.[12]\d$"))
    expect(page.locator(".legend[data-quantity=truth]")).to_have_attribute("data-limit", re.compile("^0.[12]"))
    expect(page.locator("#inspector [data-part=filter]")).to_contain_text(re.compile("Matched with (the|no) planted"))
    expect(page.locator("#description")).to_contain_text("Planted kernels, amplitude 3.5, noise 0.29")
    page.locator('.marks-switch[data-part="channels"]').click()
    page.click("#step")
    wait_for_step(page, 1)
    expect(match).to_have_text(re.compile(r"^match 0\.\d\d$"))
    reach(page, "#network").click()
    expect(sliders.locator("[data-part=amplitude], [data-part=noise]")).to_have_text(["3.5", "0.29"])
