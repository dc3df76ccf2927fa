"""Nothing is lost by one press: what was pressed is taken back, and what was before is all there."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.pictures import pixels
from tests.e2e.reading import step_of, train_to, wait_for_step


def seen(page: Page, step: int) -> list[bytes]:
    """Every kernel on the board, at this step."""
    expect(page.locator("#readout-step")).to_have_text(f"step {step}")
    expect(page.locator("#status-step")).to_have_attribute("data-step", str(step))
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [pixels(canvas).tobytes() for canvas in page.locator("canvas[data-layer]").all()]


def previous_run(page: Page) -> Locator:
    return page.locator("#chart-previous")


def test_what_was_lost_by_a_press_is_brought_back_by_a_press(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    undo = page.locator("#undo")
    expect(undo).to_be_disabled()
    at = train_to(page, 12)
    before, losses = seen(page, at), page.locator("#readout [data-part=first]").all_inner_texts()

    page.click("#reset")
    expect(undo).to_have_attribute("title", f"Undo reset (step {at})")
    expect(page.locator(".toast")).to_have_text(f"Undo reset (step {at})")
    expect(previous_run(page)).to_be_visible()
    page.click("#step")
    wait_for_step(page, 1)
    page.keyboard.press("Control+z")
    expect(undo).to_have_attribute("title", "Redo (step 1)")
    assert seen(page, at) == before
    assert page.locator("#readout [data-part=first]").all_inner_texts() == losses
    expect(page.locator("#announcer")).to_contain_text(f"Back at step {at}: the run as it was")
    expect(previous_run(page)).to_be_hidden()  # this one continues it
    page.keyboard.press("Control+z")
    expect(undo).to_be_enabled()
    assert step_of(page) == at, "Ctrl+Z takes back, and does nothing again"

    page.locator('.lane[data-lane="C"] .lane-menu').click()
    page.click('#lane-editor button[value="remove"]')
    expect(page.locator(".lane")).to_have_count(2)
    page.locator(".toast", has_text=f"Undo removed lane (step {at})").click()
    expect(page.locator(".lane")).to_have_count(3)
    assert seen(page, at) == before
    page.click("#step")
    wait_for_step(page, at + 1)

    page.click("#reset")
    expect(undo).to_have_attribute("title", f"Undo reset (step {at + 1})")
    previous_run(page).locator("button").click()
    expect(previous_run(page)).to_be_hidden()

    here = page.url.partition("?")[0]
    page.click("#experiment-name")
    page.click("#network")
    dialog = page.locator("#network-dialog")
    dialog.locator('[name="seed"]').fill("77")
    dialog.locator('[value="begin"]').click()
    page.wait_for_url(lambda url: url.partition("?")[0] != here and "/e/" in url)
    wait_for_step(page, 0)
    expect(undo).to_have_attribute("title", "Back to the experiment before the change")
    undo.click()
    page.wait_for_url(lambda url: url.partition("?")[0] == here)
    expect(undo).to_have_attribute("title", f"Undo reset (step {at + 1})")
