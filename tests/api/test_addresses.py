"""Addresses that hold under any path."""

import asyncio
import re
from urllib.parse import urljoin

import httpx
import pytest
from kernelscope.api.pages.addresses import RelativeHeaders, in_page, root
from starlette.responses import RedirectResponse
from starlette.types import Receive, Scope, Send

from tests.clients import led_to, make
from tests.test_static import ROOT

PATHS = ["/", "/learn", "/e/x", "/e/x/learn", "/e/x/", "/a%2Fb"]


def asked(path: str) -> Scope:
    return {"type": "http", "raw_path": path.encode(), "path": path}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/kernelscope", "/user/jo/proxy/8000"])
def test_the_root_is_found_from_every_address_under_every_path(path: str, prefix: str) -> None:
    assert urljoin(f"http://here{prefix}{path}", root(asked(path))) == f"http://here{prefix}/"


def test_a_pages_addresses_lead_on_from_it_and_what_people_wrote_stays() -> None:
    page = (
        '<html data-root="/" data-static="/static/1f/"><a href="/docs">href="/docs"</a> <form action="/new">'
        ' <img src="/static/x.svg">'
        ' <a href="/"></a> <a href="#board"></a> <a href="?lang=en"></a> <a href="https://x.example/"></a>'
        ' <p title="/docs" data-href="/docs"></p>'
    )
    assert in_page(page, asked("/e/x")) == (
        '<html data-root="../" data-static="../static/1f/"><a href="../docs">href="/docs"</a> <form action="../new">'
        ' <img src="../static/x.svg">'
        ' <a href="../"></a> <a href="#board"></a> <a href="?lang=en"></a> <a href="https://x.example/"></a>'
        ' <p title="/docs" data-href="/docs"></p>'
    )


def answered(path: str, location: str, **headers: str) -> httpx.Headers:
    """What a browser gets which asked for `path`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await RedirectResponse(location, headers=headers)(scope, receive, send)

    async def ask() -> httpx.Headers:
        transport = httpx.ASGITransport(RelativeHeaders(app))
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get(httpx.URL("http://here:8000", raw_path=path.encode()))).headers

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("path", "location", "expected"),
    [
        ("/", "/e/x?a=1", "./e/x?a=1"),
        ("/e/x", "/w/y", "../w/y"),
        ("/e/x/", "http://here:8000/e/x", "../../e/x"),
        ("/e/x", "https://other.example/", "https://other.example/"),
        ("//evil.example/", "//evil.example", "../..//evil.example"),
        ("/", "//evil.example", ".//evil.example"),
    ],
)
def test_a_location_leads_on_from_the_address_and_never_to_another_host(
    path: str, location: str, expected: str
) -> None:
    assert answered(path, location)["location"] == expected


def test_so_does_a_link_to_the_next_page() -> None:
    link = '</api/experiments?after=9>; rel="next", <https://x.example/>; rel="help"'
    expected = '<../api/experiments?after=9>; rel="next", <https://x.example/>; rel="help"'
    assert answered("/api/experiments", "/", link=link)["link"] == expected


def test_no_page_names_an_address_from_the_top_of_its_host(client: httpx.Client) -> None:
    id = make(client)
    for path in (f"/e/{id}", f"/e/{id}/learn", f"/w/{id}", "/e/gone", "/docs", "/?batch=0", f"/e/{id}?seed=9"):
        answer = client.get(path)
        assert not re.search(r'\s(?:href|src|action|data-\w+|content)="/', answer.text), path
        links = re.findall(r'\s(?:href|action)="(\.[^"]*)"', answer.text)
        assert links
        for link in {link.replace("&amp;", "&") for link in links}:
            if "/?" not in link and "learn?" not in link and not link.endswith(("/new", "./")):  # those make one
                assert client.get(answer.url.join(link)).status_code in (200, 404 if "gone" in path else 200), link


def test_no_script_names_one_either() -> None:
    # A slash by itself is one at which names are split, except where something is fetched.
    named = re.compile(
        r"""\(\s*["'`]/(?!["'`])|(?:fetch|assign|replace)\(["'`]/|url: ["'`]/"""
        r"""|\.(?:href|action|src) = ["'`]/|location\.origin"""
    )
    for script in (ROOT / "static").rglob("*.js"):
        if {"vendor", "built"}.isdisjoint(script.parts):
            assert not named.search(script.read_text()), script


def test_a_slash_too_many_leads_to_the_address_without_it(client: httpx.Client) -> None:
    id = make(client)
    answer = client.get(f"/e/{id}/")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith("../")
    assert led_to(answer) == f"/e/{id}"


def test_the_description_of_the_api_is_for_the_server_beside_it(client: httpx.Client) -> None:
    assert client.get("/openapi.json").json()["servers"] == [{"url": "."}]
