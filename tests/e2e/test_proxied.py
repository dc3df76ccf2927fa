"""The page behind a real nginx, and in a frame of another page."""

import re
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from kernelscope.settings import Settings
from playwright.sync_api import Page, expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import LOST, reach, train_to, wait_for_step
from tests.nginx import NAME, PATH, location, proxying
from tests.serving import serving

UNSAFE = "Cross-Origin-Opener-Policy header has been ignored"
"""What the browser says of a name that is called without TLS."""


@pytest.fixture(scope="module", params=["stripped", "kept", "tls"])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server behind an nginx, with a slash at its end."""
    folder = tmp_path_factory.mktemp("proxied")
    kept, tls = request.param == "kept", request.param == "tls"
    settings = Settings(data_dir=folder / "data", allowed_hosts=NAME, root_path=PATH if kept else "")
    with serving(settings, few.worker) as server:
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


def test_the_page_trains_through_it_and_hands_on_addresses_that_lead_there(
    page: Page, root: str, open_page: OpenPage
) -> None:
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
    page.click("#share")
    anew, watch = (page.locator(f'#share-dialog input[name="{name}"]') for name in ("anew", "watch"))
    expect(anew).to_have_value(re.compile(rf"{root}\?seed="))
    expect(watch).to_have_value(re.compile(rf"{root}w/"))
    other = open_page(watch.input_value(), ignore_https_errors=True, tolerated=UNSAFE)
    wait_for_step(other, 0)
    other.locator("#open-own button").click()
    other.wait_for_url(re.compile(rf"{root}e/"))
    wait_for_step(other, 0)


@pytest.mark.parametrize("root", ["stripped"], indirect=True)  # the others are known by where the page trains
def test_links_lead_to_its_pages_another_network_and_the_api(page: Page, root: str) -> None:
    reach(page, "#network").click()
    page.fill('#network-dialog [name="batch_size"]', "32")
    page.click('#network-dialog [type="submit"]')
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+.*batch=32"))
    wait_for_step(page, 0)
    reach(page, 'a[hreflang="zh-CN"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    reach(page, 'a[hreflang="en"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator('a[data-keeps][data-group="learn"]').click()
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+/learn"))
    wait_for_step(page, 0)
    another = page.locator('a[href*="learn?batch=32"]')
    another.click()
    page.wait_for_url(re.compile(rf"{root}e/[\w-]+/learn.*batch=32"))
    wait_for_step(page, 0)
    reach(page, 'a[data-group="api"]').click()
    page.wait_for_url(f"{root}docs")
    page.locator("#operations-default-health_healthz_get button").first.click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(re.compile("healthz")) as answered:
        page.get_by_role("button", name="Execute").click()
    assert answered.value.url == f"{root}healthz"
    assert answered.value.status == 200


def test_a_class_follows_there_whichever_page_its_teacher_opens_and_closes(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = SimpleNamespace(token_urlsafe=lambda _: "the-key", compare_digest=secrets.compare_digest)
    monkeypatch.setattr("kernelscope.api.guards.classroom.secrets", known)
    settings = Settings(data_dir=tmp_path / "data", allowed_hosts=NAME, classroom=True, threads=1)
    with serving(settings) as server, proxying(tmp_path / "nginx", location(server, keep=False)) as proxied:
        root = f"{proxied.address}/"
        teacher = open_page(f"{root}?teacher=the-key&tab=weight", tolerated=UNSAFE)
        wait_for_step(teacher, 0)
        expect(teacher).to_have_url(re.compile(rf"{root}e/"))
        student = open_page(root, tolerated=UNSAFE)
        expect(student).to_have_url(re.compile(rf"{root}w/.*tab=weight"))
        first = student.url.partition("?")[0]
        reach(teacher, "#new-experiment button").click()
        expect(student).not_to_have_url(re.compile(first))
        wait_for_step(student, 0)
        expect(student.locator("#tab-kernels")).to_have_attribute("aria-current", "true")
        second = teacher.context.new_page()
        second.goto(f"{first.replace('/w/', '/e/')}?tab=rate")
        expect(student).to_have_url(re.compile(rf"{first}.*tab=rate"))
        second.close()
        teacher.bring_to_front()
        teacher.keyboard.press("2")
        expect(student).to_have_url(re.compile(rf"{root}w/(?!{first.rpartition('/')[2]}).*tab=step"))
        late = open_page(root, tolerated=UNSAFE)
        expect(late.locator("#tab-step")).to_have_attribute("aria-current", "true")
        expect(teacher.locator("#class [data-part=following]")).to_have_text("2 follow")
        for page in (student, late, teacher):
            page.goto("about:blank")  # before the server goes


class Course(BaseHTTPRequestHandler):
    """Somebody else's pages: ``/?http://…`` is one that shows what is at that address in a frame."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        source = self.path.partition("?")[2]
        frame = f'<iframe src="{source}" width="1200" height="800"></iframe>' if source else ""
        self.wfile.write(f'<!doctype html><link rel="icon" href="data:,">{frame}'.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def course() -> Iterator[str]:
    """The origin of somebody else's pages: to the browser another site than that of 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://course.example:{server.server_port}"
        server.shutdown()
        thread.join()


def refused(page: Page) -> None:
    """The browser shows nothing of ours in the page's frame."""
    frame = page.frames[1]
    frame.wait_for_url("chrome-error:**")
    assert frame.locator(".wordmark").count() == 0


def test_a_page_elsewhere_may_not_have_it_in_a_frame(open_page: OpenPage, tmp_path: Path, course: str) -> None:
    with serving(Settings(data_dir=tmp_path), few.worker) as address:
        for path in ("/", "/e/gone", "/docs"):
            page = open_page(f"{course}/?{address}{path}", tolerated="")
            refused(page)
        assert httpx.get(f"{address}/api/experiments").json() == []


def test_nor_may_another_than_is_allowed(open_page: OpenPage, tmp_path: Path, course: str) -> None:
    settings = Settings(data_dir=tmp_path, embed_in="https://school.example,http://course.example:1")
    with serving(settings, few.worker) as address:
        said: list[str] = []
        page = open_page(
            f"{course}/?{address}/docs",
            tolerated="",
            prepare=lambda page: page.on("console", lambda message: said.append(message.text)),
        )
        refused(page)
        assert any("frame-ancestors https://school.example http://course.example:1" in text for text in said)


def test_where_it_may_the_page_in_the_frame_trains(open_page: OpenPage, tmp_path: Path, course: str) -> None:
    with serving(Settings(data_dir=tmp_path, embed_in=f"https://school.example, {course}"), few.worker) as address:
        page = open_page(f"{course}/?{address}", tolerated=LOST)  # when the server ends
        frame = page.frames[1]
        assert train_to(frame, 3) >= 3  # type: ignore[arg-type]
        experiment = frame.url.partition("?")[0]
        cookies = page.context.cookies()
        assert cookies
        site = course.rpartition(":")[0]
        assert {(cookie.get("secure"), cookie.get("partitionKey")) for cookie in cookies} == {(True, site)}
        page.reload()
        wait_for_step(page.frames[1], 3)  # type: ignore[arg-type]
        assert page.frames[1].url.partition("?")[0] == experiment, "the visitor was not known again"
        # In a window of its own the same browser is somebody else.
        other = page.context.new_page()
        other.goto(experiment)
        wait_for_step(other, 3)
        expect(other.locator("#open-own")).to_be_visible()
