"""Many viewers, one hand."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import step_of, wait_for_step

CONTROLS = ("#start", "#step", "#reset", "#new-seed", "#speed", "#frame-rate", '.lane[data-lane="A"] select.rate')


def assert_watches(page: Page) -> None:
    wait_for_step(page, 0)
    expect(page.locator("#watching")).to_contain_text("You are watching")
    for control in CONTROLS:
        expect(page.locator(control)).to_be_disabled()


def test_whoever_opened_it_holds_the_controls_and_others_watch(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    for control in CONTROLS:
        expect(page.locator(control)).to_be_enabled()
    expect(page.locator("#watching")).to_be_hidden()
    other = open_page(page.url)
    assert_watches(other)
    for viewer, note in ((page, "press Start"), (other, "No gradient before step 1")):
        expect(viewer.locator(".panel-note").first).to_contain_text(note)
    for viewer in (page, other):
        expect(viewer.locator("#status-viewers")).to_have_text("2")
    other.keyboard.press("s")
    other.keyboard.press("Space")
    page.click("#step")
    wait_for_step(other, 1)
    other.wait_for_timeout(300)
    assert step_of(other) == step_of(page) == 1
    other.close()
    expect(page.locator("#status-viewers")).to_have_text("1")


def test_who_watches_can_open_an_experiment_of_their_own(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    other = open_page(page.url)
    other.click("#open-own button")
    other.wait_for_url(re.compile(r"/e/"))
    assert other.url != page.url
    expect(other.locator("#start")).to_be_enabled()


def test_the_link_to_watch_is_copied_and_gives_no_controls_even_to_oneself(open_page: OpenPage, address: str) -> None:
    page = open_page(address, permissions=["clipboard-read", "clipboard-write"])
    page.click("#share")
    page.click('#share-dialog button[value="watch"]')
    expect(page.locator("#share-dialog [data-part=said]")).to_have_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url.partition("?")[0].replace("/e/", "/w/")
    page.goto(link)
    assert_watches(page)


def test_where_there_is_no_clipboard_the_link_is_shown(open_page: OpenPage, address: str) -> None:
    page = open_page(
        address,
        prepare=lambda page: page.add_init_script(
            "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
        ),
    )
    page.click("#share")
    page.click('#share-dialog button[value="watch"]')
    shown = page.locator('#share-dialog input[name="watch"]')
    expect(shown).to_be_focused()
    expect(page.locator("#share-dialog [data-part=said]")).to_contain_text("copy it with the keyboard")
    selected = shown.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)")
    assert selected == page.url.partition("?")[0].replace("/e/", "/w/")
