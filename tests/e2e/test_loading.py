"""What the page says where a part of it can't be loaded, or fails."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from kernelscope.settings import STATIC
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.failing import FAILS, Failing, failing
from tests.e2e.reading import reach, wait_for_state, wait_for_step

CHARTS = "charts/charts.js"
Served = tuple[str, Failing]


@pytest.fixture(scope="module")
def bundled(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # The server of all other tests is there first, with files of its own.
    with failing(STATIC, tmp_path_factory.mktemp("data")) as served:
        assert served[1].newest().is_bundled, "a source was edited since the page was bundled: pip install -e ."
        yield served


@pytest.fixture(scope="module")
def sources(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("sources")
    shutil.copytree(STATIC, folder / "static", ignore=shutil.ignore_patterns("built"))
    with failing(folder / "static", folder / "data") as served:
        yield served


@contextmanager
def visit(browser: Browser, address: str, fails: str, path: str = "/?lang=en") -> Iterator[Page]:
    """The page for a new visitor to whom a file fails."""
    context = browser.new_context(extra_http_headers={FAILS: fails}, viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address + path, wait_until="commit")
        yield page
    finally:
        context.close()


def assert_said(page: Page, what: str | re.Pattern[str]) -> None:
    """The page says, for all to see, that something has failed, and for who is to mend it what."""
    notice = page.locator("#trouble")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("Reload the page")
    expect(notice.locator("li").filter(has_text=what)).not_to_have_count(0)


def assert_works(page: Page) -> None:
    wait_for_step(page, 0)
    wait_for_state(page, "paused")
    page.click("#step")
    wait_for_step(page, 1)
    assert page.locator("canvas[data-lane]").count() >= 6


def own_address(address: str) -> str:
    """Of an experiment that all who come look at."""
    made = httpx.post(f"{address}/api/experiments", json={}, timeout=20)
    return f"{address}/e/{made.json()['id']}?lang=en"


def sources_of(*entries: str) -> list[str]:
    """These modules and all that they import at once, as the bundler found them."""
    meta = json.loads((STATIC / "built" / "meta.json").read_bytes())
    names = [*entries]
    for name in names:
        imported = meta["inputs"][name]["imports"]
        names += [one["path"] for one in imported if one["kind"] == "import-statement" and one["path"] not in names]
    return names


def assert_each_is_said(browser: Browser, address: str, fails: Iterable[tuple[str, str]], needed: list[str]) -> None:
    """Each failure, as how and which file, is said; what the page needs leaves it without a state, else it works."""
    experiment = own_address(address)
    # One window for all: opening one takes longer than loading the page.
    with visit(browser, experiment, "", "") as page:
        for how, name in fails:
            page.set_extra_http_headers({FAILS: f"{how} {name}"})
            page.goto(experiment, wait_until="commit")
            # Of what can't be had the browser tells the name; what throws has it in its stack.
            assert_said(page, name if how == "missing" else "planted")
            loaded = page.locator("html[data-loaded=all]").count()
            if name in needed:
                assert not loaded, f"{how}: {name}"
                assert page.locator("#status-state").text_content() == "–"
            else:
                expect(page.locator("canvas[data-lane]")).to_have_count(6)
                wait_for_state(page, "paused")


@pytest.mark.slow
def test_each_file_of_the_bundle_that_fails_is_said(browser: Browser, bundled: Served) -> None:
    address, assets = bundled
    names = ["main.js", *assets.newest().modules("main.js", CHARTS)]
    assert len(names) > 3
    # All that main.js has is the import of its chunk, which has run when it throws itself.
    fails = [(how, name) for how in ("missing", "throws") for name in names if (how, name) != ("throws", "main.js")]
    assert_each_is_said(browser, address, fails, ["main.js", *assets.newest().modules("main.js")])


@pytest.mark.slow
def test_a_module_that_fails_is_said_whatever_needs_it(browser: Browser, sources: Served) -> None:
    """One of each kind; the bundle's files, each of which is tried, are made of all."""
    names = ["main.js", "state/session.js", "vendor/uPlot.esm.js"]
    assert {*names} <= {*sources_of("main.js", CHARTS)}
    assert_each_is_said(browser, sources[0], [("throws", name) for name in names], sources_of("main.js"))


def open_study(page: Page) -> None:
    page.click("#tab-step")


WANTED: list[dict[str, Callable[[Page], object]]] = [
    {
        "missing controls/share-dialog.js": lambda page: page.click("#share"),
        "missing timeline/timeline.js": lambda page: page.locator("#timeline").scroll_into_view_if_needed(),
        "throws guide/help.js": lambda page: reach(page, "#help-open").click(),
        "throws studies/studies.js": open_study,
    },
    {
        "missing styles/studies.css": open_study,
        "missing locales/guide/en.json": lambda page: reach(page, "#help-open").click(),
    },
]
"""What fails, and what wants it: as much as one page can want one after the other."""


@pytest.mark.parametrize("wanted", WANTED, ids=["first", "second"])
def test_what_comes_later_and_fails_is_said_and_the_rest_works(
    browser: Browser, sources: Served, wanted: dict[str, Callable[[Page], object]]
) -> None:
    with visit(browser, sources[0], ", ".join(wanted)) as page:
        wait_for_step(page, 0)
        expect(page.locator("#trouble")).to_be_hidden()
        for fails, want in wanted.items():
            how, _, name = fails.partition(" ")
            want(page)
            assert_said(page, name if how == "missing" else re.compile(f"planted.*{re.escape(name)}"))
        assert_works(page)


def test_a_reading_that_fails_leaves_the_page(browser: Browser, sources: Served) -> None:
    with visit(browser, sources[0], "throws reading/figures.js", "/learn?lang=zh-CN") as page:
        wait_for_step(page, 0)
        expect(page.locator("#trouble")).to_contain_text("刷新页面")
        expect(page.locator("#trouble li")).to_have_text([re.compile(r"planted.*reading/figures\.js")])


@pytest.mark.parametrize("name", ["locales/en.json", "loading.js", "theme-boot.js", "styles/experiment.css"])
def test_what_is_no_module_and_missing(browser: Browser, bundled: Served, name: str) -> None:
    with visit(browser, bundled[0], f"missing {name}") as page:
        if name != "loading.js":  # which would say it; nothing else needs it
            assert_said(page, name)
        if name == "locales/en.json":
            assert page.locator("#status-state").text_content() == "–"
        else:
            assert_works(page)
            assert page.locator("#trouble").is_visible() == (name != "loading.js")


def test_the_page_of_the_api_says_it_too(browser: Browser, bundled: Served) -> None:
    name = "vendor/swagger-ui-bundle.js"
    with visit(browser, bundled[0], f"missing {name}", "/docs?lang=en") as page:
        assert_said(page, name)


def test_where_no_script_comes_at_all_a_style_says_so(browser: Browser, bundled: Served) -> None:
    with visit(browser, bundled[0], "missing *.js") as page:
        notice = page.locator("#trouble")
        page.wait_for_load_state()
        expect(notice).to_be_hidden()
        assert "This page needs JavaScript" in (page.locator("noscript").text_content() or "")
        page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
        expect(notice).to_be_visible()
        assert page.locator("#status-state").text_content() == "–"


def test_where_nothing_comes_but_the_page_it_says_so(browser: Browser, bundled: Served) -> None:
    with visit(browser, bundled[0], "missing *") as page:
        page.wait_for_load_state()
        expect(page.locator("#trouble")).to_be_visible()


def test_neither_a_chart_that_cannot_be_drawn_nor_a_task_that_fails_takes_the_board_with_it(
    browser: Browser, sources: Served
) -> None:
    address, assets = sources
    replaced = {
        "vendor/uPlot.esm.js": 'export default class { constructor() { throw new Error("planted chart"); } }',
        "board/panel-summary.js": 'export function describePanels() { throw new Error("planted task"); }',
    }
    assets.replaced.update({name: script.encode() for name, script in replaced.items()})
    with visit(browser, address, ", ".join(f"replaced {name}" for name in replaced)) as page:
        for what in ("planted chart", "planted task"):
            assert_said(page, what)
        assert_works(page)
        page.get_by_role("button", name="Hide this notice").click()
        expect(page.locator("#trouble")).to_be_hidden()


@pytest.mark.parametrize("language", ["C", ""])
def test_a_browser_without_a_language_has_charts(open_page: OpenPage, address: str, language: str) -> None:
    script = f"Object.defineProperty(navigator, 'language', {{ get: () => '{language}' }})"
    page = open_page(f"{address}/?lang=en", prepare=lambda page: page.add_init_script(script))
    expect(page.locator("#charts .uplot")).to_have_count(2)
    expect(page.locator("#trouble")).to_be_hidden()


def test_a_browser_that_may_remember_nothing_has_the_page(open_page: OpenPage, address: str) -> None:
    script = "Object.defineProperty(globalThis, 'localStorage', { get() { throw new Error('forbidden') } })"
    page = open_page(f"{address}/?lang=en", prepare=lambda page: page.add_init_script(script))
    reach(page, "#theme").select_option("dark")
    page.keyboard.press("Escape")
    page.click("#step")
    wait_for_step(page, 1)
    expect(page.locator("#trouble")).to_be_hidden()
