"""The server behind a real nginx: its addresses, its WebSocket, its cookies."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection
from urllib.parse import urlsplit

import httpx
import pytest
from kernelscope.settings import Settings
from websockets.sync.client import ClientConnection, connect

from tests.api.page import Page, Scalars
from tests.clients import NAVIGATION, SMALL
from tests.nginx import NAKED, NAME, PATH, Proxied, location, proxying
from tests.processes import command
from tests.serving import serving

JUPYTER = "/user/jos%C3%A9/proxy/8000"
ARRANGEMENTS = ("stripped", "kept", "tls", "another host", "naked", "jupyter")


@contextmanager
def arranged(folder: Path, arrangement: str) -> Iterator[Proxied]:
    """A server behind a proxy that shows it in one of the ways that proxies have."""
    kept = arrangement == "kept"
    settings = Settings(data_dir=folder / "data", allowed_hosts=NAME, root_path=PATH if kept else "")
    with serving(settings) as server:
        locations, path = location(server, keep=kept), PATH
        if arrangement == "another host":
            locations = locations.replace("Host $http_host", "X-Forwarded-Host $http_host")
        elif arrangement == "naked":
            locations = NAKED.format(path=PATH, server=server)
        elif arrangement == "jupyter":
            path = JUPYTER
            # As jupyter-server-proxy does; nginx compares what it has decoded.
            locations = locations.replace(f"location {PATH}/", "location /user/josé/proxy/8000/").replace(PATH, path)
        with proxying(folder / "nginx", locations, path=path, tls=arrangement == "tls") as proxied:
            yield proxied


@contextmanager
def browsing(proxied: Proxied) -> Iterator[httpx.Client]:
    """A client that calls the proxy by its name, as a browser does that has looked it up."""
    url = urlsplit(proxied.address)
    base = f"{url.scheme}://127.0.0.1:{proxied.port}{url.path}/"
    with httpx.Client(base_url=base, headers={"host": url.netloc, **NAVIGATION}, timeout=20, verify=False) as client:
        yield client


def follow(proxied: Proxied, id: str, cookie: str, origin: str | None = None) -> ClientConnection:
    """A viewer of an experiment, from the page at the proxy."""
    url = urlsplit(proxied.address)
    trusting = ssl._create_unverified_context() if url.scheme == "https" else None
    return connect(
        f"{proxied.address.replace('http', 'ws', 1)}/ws/experiments/{id}",
        sock=create_connection(("127.0.0.1", proxied.port)),
        ssl=trusting,
        origin=origin or f"{url.scheme}://{url.netloc}",  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie},
        max_size=None,
        max_queue=None,
        compression=None,
    )


@pytest.fixture(scope="module", params=ARRANGEMENTS)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    with arranged(tmp_path_factory.mktemp("proxied"), request.param) as proxied:
        yield proxied


@pytest.fixture
def arrangement(request: pytest.FixtureRequest) -> str:
    name: str = request.node.callspec.params["proxied"]
    return name


def test_a_visitor_is_led_to_an_experiment_whose_page_and_files_are_there(proxied: Proxied) -> None:
    root = f"{urlsplit(proxied.address).path}/"
    with browsing(proxied) as client:
        answer = client.get("")
        assert answer.status_code == 303
        led = answer.url.join(answer.headers["location"])
        assert re.fullmatch(rf"{re.escape(root)}e/[\w-]{{11}}", led.raw_path.decode())
        page = client.get(led)
        assert page.status_code == 200
        addresses = re.findall(r'\s(?:src|href)="(\.[^"#]+)"', page.text)
        assert any("/static/" in address for address in addresses)
        for address in addresses:
            url = page.url.join(address)
            assert url.raw_path.decode().startswith(root), address
            assert client.get(url).status_code == 200, address
        assert page.url.join(re.search(r'data-root="([^"]+)"', page.text)[1]).raw_path.decode() == root  # type: ignore[index]


@pytest.mark.parametrize("path", ["favicon.ico", "docs", "openapi.json", "healthz", "api/experiments", "learn"])
def test_everything_is_there(proxied: Proxied, path: str) -> None:
    with browsing(proxied) as client:
        answer = client.get(path)
        while answer.is_redirect:
            answer = client.get(answer.url.join(answer.headers["location"]))
        assert answer.status_code == 200


def test_its_page_may_do_what_a_page_does_and_another_may_not(proxied: Proxied) -> None:
    url = urlsplit(proxied.address)
    with browsing(proxied) as client:
        own = {"origin": f"{url.scheme}://{url.netloc}"}
        answer = client.post("new", headers=own)
        assert answer.status_code == 303
        assert client.get(answer.url.join(answer.headers["location"])).status_code == 200
        for other in ("https://evil.example", f"https://{NAME}.evil.example", "null", "http://127.0.0.1"):
            assert client.post("new", headers={"origin": other}).status_code == 403, other


def test_an_experiment_is_trained_through_it(proxied: Proxied) -> None:
    with browsing(proxied) as client:
        made = client.post("api/experiments", json=SMALL)
        id, (cookie,) = made.json()["id"], [part.partition(";")[0] for part in made.headers.get_list("set-cookie")]
        assert client.get(made.url.join(made.headers["location"])).json()["id"] == id
    with follow(proxied, id, cookie) as socket:
        viewer = Page(socket, Scalars())
        assert viewer.text("audience")["control"] is True
        viewer.start(3)
        viewer.pause()
    with follow(proxied, id, cookie, origin="https://evil.example") as socket:
        assert Page(socket, Scalars()).close_code()[0] == 4403


def test_cookies_are_for_its_path_and_safe_where_the_way_is(proxied: Proxied, arrangement: str) -> None:
    with browsing(proxied) as client:
        told = client.get("", params={"lang": "zh-CN"}).headers.get_list("set-cookie")
    assert len(told) == 3
    for cookie in told:
        name, *parts = cookie.split("; ")
        # Of a proxy that says nothing we can know no more than what it asks us by.
        if arrangement != "naked":
            assert re.match(rf"(visitor|experiment|lang)-{proxied.port}=", name)
        assert f"Path={'/' if arrangement == 'naked' else urlsplit(proxied.address).path}" in parts
        assert ("Secure" in parts) is (arrangement == "tls")
        assert {"HttpOnly", "SameSite=lax"} <= set(parts)


def test_a_name_that_was_not_allowed_is_refused_behind_a_proxy_too(tmp_path: Path) -> None:
    with serving(Settings(data_dir=tmp_path / "data")) as server:
        for number, header in enumerate(("Host", "X-Forwarded-Host")):
            locations = location(server).replace("Host $http_host", f"{header} $http_host")
            with proxying(tmp_path / f"nginx{number}", locations) as proxied, browsing(proxied) as client:
                answer = client.get("")
                assert answer.status_code == 400
                assert "--allowed-hosts" in answer.text


def test_without_the_slash_at_its_end_the_path_leads_to_the_page(proxied: Proxied) -> None:
    with browsing(proxied) as client:
        answer = client.get(str(client.base_url).rstrip("/"))
        assert answer.status_code == 301
        assert urlsplit(answer.headers["location"]).path == f"{urlsplit(proxied.address).path}/"


def test_a_class_meets_behind_it(tmp_path: Path) -> None:
    arguments = ["--classroom", "--port", "0", "--no-browser", "--data-dir", str(tmp_path / "data")]
    with command(*arguments, "--allowed-hosts", NAME) as process:
        assert process.stdout
        said = "".join(process.stdout.readline() for _ in range(3))
        found = re.search(r"Teacher: (http://127.0.0.1:\d+)(/\?teacher=[\w-]+)", said)
        assert found
        with (
            proxying(tmp_path / "nginx", location(found[1])) as proxied,
            browsing(proxied) as teacher,
            browsing(proxied) as pupil,
        ):
            assert pupil.get("").status_code == 200
            entered = teacher.get(found[2].removeprefix("/"))
            opened = teacher.get(entered.url.join(entered.headers["location"]))
            assert "teacher" not in str(opened.url)
            own = opened.url.join(opened.headers["location"])
            assert teacher.get(own).status_code == 200
            sent = pupil.get("")
            watching = sent.url.join(sent.headers["location"])
            assert watching.path == own.path.replace("/e/", "/w/")
            assert watching.path.startswith(f"{PATH}/w/")
            assert pupil.get(watching).status_code == 200
