"""All settings in the address: what is set stands there, and what stands there is set."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import reach, train_to, wait_for_step

NET = "conv4x5,relu,pool4,dense10"
SMALL = f"seed=5&batch=8&net={NET}&lanes=0.01,0.1:momentum0.9:name=fast"


def ready(page: Page) -> Page:
    wait_for_step(page, 0)
    expect(page.locator("#spread")).to_be_enabled()  # the last to come
    return page


def has(page: Page, **settings: str) -> None:
    """Wait until the address has these settings."""
    for name, text in settings.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(text)}(&|$)"))


def weights(page: Page) -> str:
    """Of one cell in all lanes, with their gradients: the exact numbers under the magnifying glass."""
    page.locator('canvas[data-layer="conv1"]').first.click(position={"x": 30, "y": 30})
    expect(page.locator("#inspector [data-part=index]")).to_have_text("w[0, 0, 1, 1]")  # the middle, until then
    expect(page.locator("#inspector [data-part=where]")).to_contain_text("20")
    expect(page.locator("#inspector .exact tbody")).not_to_contain_text("–")
    return page.locator("#inspector .exact").inner_text()


def test_a_link_opens_the_same_experiment_with_the_same_kernels(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&stop=step20&view=update&lang=en"))
    has(page, seed="5", batch="8", net=NET, view="update")
    reach(page, "#chart-x").select_option("epoch")
    has(page, x="epoch")
    page.keyboard.press("Escape")
    page.click("#share")
    link = page.locator('#share-dialog input[name="anew"]')
    expect(link).to_have_value(
        re.compile(r"/\?seed=5&batch=8&net=.*&lanes=0\.01,0\.1:momentum0\.9:name=fast.*&x=epoch")
    )
    page.check('#share-dialog input[value="reset"]')
    expect(link).to_have_value(re.compile(r"&hide=reset$"))
    expect(page.locator('#share-dialog input[name="watch"]')).to_have_value(
        re.compile(r"/w/[\w-]+\?view=update&x=epoch&hide=reset$")
    )
    handed_on = link.input_value()
    page.keyboard.press("Escape")

    other = ready(open_page(handed_on))
    assert other.url.split("?")[0] != page.url.split("?")[0]
    expect(other.locator("#view")).to_have_value("update")
    expect(other.locator("#chart-x")).to_have_value("epoch")
    expect(other.locator("#reset")).to_be_hidden()
    expect(other.locator(".lane-name").last).to_have_text("fast")
    for one in (page, other):
        one.click("#start")
        expect(one.locator("#stop-at")).to_contain_text("20")
        expect(one.locator("#status-step")).to_have_attribute("data-step", "20")
    assert weights(page) == weights(other)


def test_a_page_that_is_loaded_again_shows_the_same(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&lang=en"))
    page.select_option("#view", "lane")
    page.select_option("#against", "B")
    page.check("#kernel-view .dense input")
    page.check("#own-scales")
    expect(page.locator('.lane[data-lane="B"] .panel-scales').first).to_contain_text("±")
    page.select_option("#measure-upper", "ratio")
    reach(page, "#chart-smoothing").select_option("5")
    page.click('[data-scale="linear"]')
    page.click('[data-scale-x="log"]')
    reach(page, "#theme").select_option("dark")
    page.select_option("#frame-rate", "10")
    page.keyboard.press("Escape")
    page.locator('canvas[data-layer="conv1"]').last.click(position={"x": 10, "y": 10})
    page.keyboard.press("5")
    has(
        page,
        view="lane",
        against="B",
        dense="dense",
        colours="lanes",
        upper="ratio",
        smooth="5",
        scale="linear",
        xscale="log",
        tab="rate",
    )
    has(page, theme="dark", fps="10")
    expect(page).to_have_url(re.compile(r"&cell=conv1\.B\.\d"))
    before = page.url
    page.reload()
    ready(page)
    expect(page.locator("#view")).to_have_value("lane")
    expect(page.locator("#against")).to_have_value("B")
    expect(page.locator("#own-scales")).to_be_checked()
    expect(page.locator("#loss-line")).to_be_visible()
    expect(page.locator("#measure-upper")).to_have_value("ratio")
    expect(page.locator('[data-scale="linear"]')).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("1")  # nothing is written in a tab that nobody sees
    expect(page.locator("#inspector [data-part=where]")).to_contain_text("lane B")
    page.keyboard.press("5")
    expect(page).to_have_url(before)
    reach(page, 'a[hreflang="zh-CN"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page).to_have_url(before)


def test_parts_are_left_out_and_their_keys_dead(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&hide=step,inspector,share,nonsense&lang=en"))
    for part in ("#step", "#inspector", "#share"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator("#unknown-flags")).to_contain_text("nonsense")
    expect(page.get_by_role("button", name="Step", exact=True)).to_have_count(0)
    page.keyboard.press("s")
    train_to(page, 1)  # and not further back: the key for a step has made none before
    has(page, hide="step,inspector,share,nonsense")


def test_what_an_address_has_and_the_experiment_has_not_is_said(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&lang=en&against=Z&cell=conv9.A.0.0.0.0&view=lane"))
    expect(page.locator("#toasts")).to_contain_text("against, cell")
    expect(page.locator("#view")).to_have_value("lane")
    page.goto(page.url.replace("seed=5", "seed=6"))
    expect(page.locator("#other-settings a")).to_have_attribute("href", re.compile(r"^\.\./\?seed=6&batch=8"))


def error_of(row: Locator) -> Locator:
    return row.locator('[data-part="error"]')


def test_another_network_is_put_together_and_opened(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&lang=zh-CN&view=start"))
    reach(page, "#network").click()
    dialog = page.locator("#network-dialog")
    rows = dialog.locator(".network-row")
    expect(rows.first.locator("[data-part=becomes]")).to_have_text("4×24×24 · 104")
    expect(dialog.locator("[data-part=sum]")).to_have_text("共 1,554 个参数")
    rows.first.locator("[name=kernel]").fill("99")
    expect(error_of(rows.first)).to_have_text("99×99 的窗口放不进 1×28×28 的输入（填充 0×0）")
    rows.first.locator("[name=kernel]").fill("many")
    expect(error_of(rows.first)).to_contain_text("many")
    rows.first.locator("[name=kernel]").fill("3×5")
    expect(error_of(rows.first)).to_be_empty()
    expect(rows.first.locator("[data-part=becomes]")).to_have_text("4×26×24 · 64")
    dialog.locator("[name=batch_size]").fill("0")
    expect(dialog.locator('[data-error="batch_size"]')).to_have_text("至少为 1，不能是 0")
    expect(dialog.locator("[name=batch_size]")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[name=batch_size]")).to_be_focused()
    dialog.locator("[name=batch_size]").fill("16")
    shown = dialog.locator("[data-part=specimens] div")
    expect(shown).to_have_count(1)
    dialog.locator("[name=shift]").fill("40")
    expect(dialog.locator('[data-error="shift"]')).to_have_text("须在 0 到 16 之间，不能是 40")
    dialog.locator("[name=shift]").fill("2")
    expect(shown).to_have_count(4)
    whole, first, second, _ = shown.evaluate_all("rows => rows.map(row => row.lastElementChild.toDataURL())")
    assert len({whole, first, second}) == 3
    dialog.locator("button[value=add]").click()
    added = rows.nth(3)
    added.locator("[name=type]").select_option("dense")
    added.locator("[name=units]").fill("20")
    expect(added.locator("[data-part=name]")).to_have_text("全连接1")
    before = page.url.split("?")[0]
    dialog.locator("button[value=begin]").click()
    expect(page).not_to_have_url(re.compile(re.escape(before)))
    ready(page)
    has(page, seed="5", batch="16", augment="shift2", net="conv4x3x5,relu,pool4,dense20,dense10", view="start")
    expect(page.locator(".lane-name").last).to_have_text("fast")


def test_a_refusal_is_said_beside_what_asked_for_it_in_the_pages_language(open_page: OpenPage, address: str) -> None:
    page = ready(open_page(f"{address}/?{SMALL}&lang=zh-CN"))
    # A menu offers nothing that the server refuses; whoever changes it by other means is told.
    page.evaluate("document.querySelector('#frame-rate').append(new Option('999', '999'))")
    reach(page, "#frame-rate").select_option("999")
    bubble = page.locator("#refusal")
    expect(bubble).to_have_text("未被接受：每秒帧数：至多为 60，不能是 999")
    expect(page.locator("#frame-rate")).to_have_attribute("aria-invalid", "true")
    place, menu = bubble.bounding_box(), page.locator("#frame-rate").bounding_box()
    assert place
    assert menu
    assert 0 <= place["y"] - (menu["y"] + menu["height"]) < menu["height"], "below the menu, and next to it"
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    expect(page.locator("#frame-rate")).not_to_have_attribute("aria-invalid", "true")
    page.locator(".lane .rate").first.select_option("other")
    entry = page.locator(".lane .rate-entry").first
    entry.fill("-1")
    entry.press("Enter")
    expect(page.locator(".lane .field-error").first).to_have_text("未被接受：学习率：须大于 0，不能是 -1")
