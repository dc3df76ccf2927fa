"""The page behind a real nginx, and in a frame of another page."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Frame, Page, expect

from server.settings import Settings
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import train_to, wait_for_step
from tests.nginx import NAME, PATH, location, proxying
from tests.serving import serving

UNSAFE = "Cross-Origin-Opener-Policy header has been ignored"
"""What the browser says of a name that is called without TLS."""
COURSE = "http://course.example"
"""Somebody else's pages."""


@pytest.fixture(scope="module", params=["stripped", "kept", "tls"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server behind an nginx, with a slash at its end."""
    folder = tmp_path_factory.mktemp("proxied")
    kept, tls = request.param == "kept", request.param == "tls"
    settings = Settings(data_dir=folder / "data", allowed_hosts=NAME, root_path=PATH if kept else "")
    with serving(settings) as server:
        locations = location(server, keep=kept)
        if tls:  # where the proxy asks us by another name too
            locations = locations.replace("Host $http_host", "X-Forwarded-Host $http_host")
        with proxying(folder / "nginx", locations, tls=tls) as proxied:
            yield f"{proxied.address}/"


@pytest.fixture
def page(open_page: OpenPage, root: str) -> Page:
    page = open_page(root, ignore_https_errors=True, tolerated=UNSAFE)
    wait_for_step(page, 0)
    return page


def test_the_page_trains_through_it(page: Page, root: str) -> None:
    assert re.fullmatch(rf"{root}e/[\w-]+\?seed=\d+|{root}e/[\w-]+", page.url)
    assert train_to(page, 3) >= 3
    cookies = page.context.cookies()
    assert {cookie.get("name", "").partition("-")[0] for cookie in cookies} == {"visitor", "experiment"}
    for cookie in cookies:
        assert (cookie.get("path"), cookie.get("httpOnly")) == (PATH, True)
        assert cookie.get("secure") is root.startswith("https")
    page.goto(root)
    assert page.url.startswith(f"{root}e/")
    assert train_to(page, 5) >= 5, "the visitor was not known again"


def test_links_lead_to_its_pages(page: Page, root: str) -> None:
    page.locator('a[hreflang="zh-CN"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.locator('a[hreflang="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator('a[data-keeps][data-group="learn"]').click()
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+/learn"))
    wait_for_step(page, 0)
    another = page.locator('a[href*="learn?batch=32"]')
    another.click()
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+/learn.*batch=32"))
    wait_for_step(page, 0)


def test_addresses_that_are_handed_on_lead_there_too(page: Page, root: str, open_page: OpenPage) -> None:
    page.click("#share")
    anew, watch = (page.locator(f'#share-dialog input[name="{name}"]') for name in ("anew", "watch"))
    expect(anew).to_have_value(re.compile(rf"{root}\?seed="))
    expect(watch).to_have_value(re.compile(rf"{root}w/"))
    other = open_page(watch.input_value(), ignore_https_errors=True, tolerated=UNSAFE)
    wait_for_step(other, 0)
    other.locator("#open-own button").click()
    other.wait_for_url(re.compile(rf"{root}e/"))
    wait_for_step(other, 0)


def test_another_network_is_opened_there(page: Page, root: str) -> None:
    page.click("#network")
    page.fill('#network-dialog [name="batch_size"]', "32")
    page.click('#network-dialog [type="submit"]')
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+.*batch=32"))
    wait_for_step(page, 0)


def test_the_api_is_described_and_tried_out_there(page: Page, root: str) -> None:
    page.locator('a[data-group="api"]').click()
    page.wait_for_url(f"{root}docs")
    page.locator("#operations-default-health_healthz_get button").first.click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(re.compile("healthz")) as answered:
        page.get_by_role("button", name="Execute").click()
    assert answered.value.url == f"{root}healthz"
    assert answered.value.status == 200


def framed(open_page: OpenPage, address: str, tolerated: str | None = None) -> Frame:
    """The frame of a page elsewhere that shows this address."""

    def prepare(page: Page) -> None:
        html = f'<!doctype html><iframe src="{address}" width="1200" height="800"></iframe>'
        page.route(f"{COURSE}/**", lambda route: route.fulfill(content_type="text/html", body=html))

    page = open_page(f"{COURSE}/lesson", prepare=prepare, tolerated=tolerated)
    return page.frames[1]


@pytest.mark.parametrize("embed_in", ["", "https://course.example,http://course.example:8080"])
def test_a_page_elsewhere_may_not_have_it_in_a_frame(open_page: OpenPage, tmp_path: Path, embed_in: str) -> None:
    with serving(Settings(data_dir=tmp_path, embed_in=embed_in)) as address:
        for path in ("/", "/e/gone"):
            frame = framed(open_page, f"{address}{path}", tolerated="")
            assert frame.url.startswith("chrome-error:")
        assert embed_in or httpx.get(f"{address}/api/experiments").json() == []


def test_where_it_may_the_page_in_the_frame_trains(open_page: OpenPage, tmp_path: Path) -> None:
    with serving(Settings(data_dir=tmp_path, embed_in=f"https://school.example, {COURSE}")) as address:
        frame = framed(open_page, address)
        assert train_to(frame, 3) >= 3  # type: ignore[arg-type]
        experiment = frame.url.partition("?")[0]
        cookies = frame.page.context.cookies()
        assert cookies
        assert {(cookie.get("secure"), cookie.get("partitionKey")) for cookie in cookies} == {(True, COURSE)}
        frame.goto(address)
        wait_for_step(frame, 3)  # type: ignore[arg-type]
        assert frame.url.partition("?")[0] == experiment, "the visitor was not known again"
        # In a window of its own the same browser is somebody else.
        page = frame.page.context.new_page()
        page.goto(experiment)
        wait_for_step(page, 3)
        expect(page.locator("#open-own")).to_be_visible()
