"""The pages that a person sees."""

import html
import json
import re
import secrets

import httpx
import pytest
from kernelscope.app import HEADERS
from kernelscope.store import Store, StoreError

from tests.api.page import watch
from tests.clients import NAVIGATION, Serve, led_to, make


def visitor(client: httpx.Client) -> httpx.Client:
    """A browser that has never been here."""
    return httpx.Client(base_url=client.base_url, headers=NAVIGATION, timeout=20)


def test_a_visitor_gets_an_experiment_and_finds_it_again(own: httpx.Client) -> None:
    with visitor(own) as one, visitor(own) as other:
        first = one.get("/")
        assert first.status_code == 303
        assert re.fullmatch(r"/e/[\w-]{11}", led_to(first))
        assert led_to(one.get("/")) == led_to(first)
        assert led_to(other.get("/")) != led_to(first)
        assert len(own.get("/api/experiments").json()) == 2


def test_new_opens_another_which_is_then_the_visitors(own: httpx.Client) -> None:
    with visitor(own) as one:
        first = led_to(one.get("/"))
        new = one.post("/new")
        assert new.status_code == 303
        assert led_to(new) != first
        assert led_to(one.get("/")) == led_to(new)


def test_somebody_elses_experiment_is_not_taken_for_ones_own(own: httpx.Client) -> None:
    theirs = make(own)
    with visitor(own) as one:
        one.cookies.set("experiment", theirs)
        assert led_to(one.get("/")) != f"/e/{theirs}"


def test_where_ones_own_is_gone_there_is_a_new_one(own: httpx.Client) -> None:
    with visitor(own) as one:
        first = led_to(one.get("/"))
        assert one.delete(f"/api/experiments/{first.removeprefix('/e/')}").status_code == 204
        assert led_to(one.get("/")) != first


def test_another_sites_page_opens_nothing(client: httpx.Client) -> None:
    assert client.post("/new", headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["e", "w"])
def test_an_experiments_page_names_it_and_what_it_loads_is_there(client: httpx.Client, path: str) -> None:
    id = make(client)
    answer = client.get(f"/{path}/{id}")
    assert answer.status_code == 200
    assert id in answer.text
    loaded = re.findall(r'(?:src|href)="(\.\./static/[^"]+)"', answer.text)
    assert len(loaded) > 5
    for address in loaded:
        assert client.get(answer.url.join(address)).status_code == 200, address


def test_to_watch_is_said_in_the_page(client: httpx.Client) -> None:
    id = make(client)
    assert client.get(f"/w/{id}").text != client.get(f"/e/{id}").text


@pytest.mark.parametrize("path", ["e", "w"])
def test_an_experiment_that_is_gone_has_a_page_that_says_so(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/{path}/nobody")
    assert answer.status_code == 404
    assert "nobody" in answer.text


def test_when_the_server_is_full_there_is_a_page_that_says_so(own: httpx.Client) -> None:
    with watch(own, make(own)) as one, watch(own, make(own)) as other:
        one.text("audience")
        other.text("audience")
        with visitor(own) as late:
            for answer in (late.get("/"), late.post("/new")):
                assert answer.status_code == 503
                assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/e/nobody", "/healthz", "/static/icon.svg", "/nowhere", "/favicon.ico"])
def test_nothing_from_elsewhere_may_run_in_any_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "script-src 'self';" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_no_page_has_a_script_of_its_own_in_it(client: httpx.Client) -> None:
    for path in (f"/e/{make(client)}", "/e/nobody", "/docs"):
        text = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]", text.replace('type="application/json"', "src="))
        assert not re.search(r"\son\w+=", text)
        assert not re.search(r"\sstyle=", text)


def test_a_frame_elsewhere_is_refused_unless_its_page_is_let_in(client: httpx.Client, serve: Serve) -> None:
    frame = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
    refused = client.get("/", headers=frame)
    assert refused.status_code == 403
    assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]
    assert refused.headers["x-frame-options"] == "DENY"
    with serve(embed_in="https://a.example, https://b.example") as own:
        opened = own.get("/", headers=frame)
        assert opened.status_code == 303
        assert "frame-ancestors https://a.example https://b.example" in opened.headers["content-security-policy"]
        assert "x-frame-options" not in opened.headers
        assert own.get("/", headers={**frame, "sec-fetch-dest": "image"}).status_code == 403


def test_a_language_asked_for_is_remembered(client: httpx.Client) -> None:
    with visitor(client) as one:
        assert 'lang="zh-CN"' in one.get("/e/nobody?lang=zh-CN").text
        assert 'lang="zh-CN"' in one.get("/e/nobody").text
        assert 'lang="en"' in one.get("/e/nobody?lang=en").text


def test_a_page_knows_what_its_language_calls_classes(client: httpx.Client) -> None:
    photos = f"/e/{make(client, dataset='photos')}"
    digits = f"/e/{make(client)}"
    said = re.findall(r'data-class-words="([^"]*)"', client.get(f"{photos}?lang=zh-CN").text)
    words = json.loads(html.unescape(said[0]))
    assert (len(words), words["cat"]) == (10, "猫")
    for same in (f"{photos}?lang=en", f"{digits}?lang=zh-CN"):
        assert "data-class-words" not in client.get(same).text


def test_too_many_parameters_are_422_with_the_setting(serve: Serve) -> None:
    with serve(max_parameters=1000) as client:
        dense = [{"type": "dense", "name": "dense", "units": 10}]
        answer = client.post("/api/experiments", json={"architecture": dense})
        assert answer.status_code == 422
        (problem,) = answer.json()["detail"]
        assert (problem["field"], problem["value"]) == ("architecture", 7850)
        assert problem["message"].startswith("expected at most 1,000 parameters, got 7,850")
        assert "--max-parameters" in problem["message"]
        assert client.get("/api/experiments").json() == []


def test_a_page_elsewhere_cannot_have_experiments_made_by_naming_this_address(client: httpx.Client) -> None:
    before = len(client.get("/api/experiments").json())
    image = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert client.get("/", headers=image).status_code == 403
    assert len(client.get("/api/experiments").json()) == before
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=link).status_code == 303


UNKNOWN = {"sec-fetch-site": "none", "sec-fetch-mode": "", "sec-fetch-dest": ""}
"""Of a health check, a crawler, a preview, or of a browser over http."""


def experiments(client: httpx.Client) -> list[str]:
    return [view["id"] for view in client.get("/api/experiments").json()]


@pytest.mark.parametrize("path", ["/", "/learn", "/?batch=32"])
def test_who_may_be_a_program_gets_a_page_and_no_experiment(own: httpx.Client, path: str) -> None:
    with visitor(own) as one:
        for method, headers in (("GET", UNKNOWN), ("HEAD", UNKNOWN), ("HEAD", NAVIGATION)):
            answer = one.request(method, path, headers=headers)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            assert not answer.cookies
        assert experiments(own) == []
        page = one.get(path, headers=UNKNOWN)
        (action,) = re.findall(r'<form method="post" action="([^"]+)">', page.text)
        assert page.url.join(action).raw_path.decode() == path
        opened = one.post(page.url.join(action), headers={**UNKNOWN, "origin": str(own.base_url)})
        assert opened.status_code == 303
        assert re.fullmatch(r"/e/[\w-]{11}(/learn)?", led_to(opened))
        assert led_to(opened).endswith("/learn") == (path == "/learn")
        (id,) = experiments(own)
        assert own.get(f"/api/experiments/{id}").json()["config"]["batch_size"] == (32 if "batch" in path else 64)


@pytest.mark.parametrize(
    "purpose", ["sec-purpose: prefetch", "sec-purpose: prefetch;prerender", "purpose: prefetch", "x-moz: prefetch"]
)
def test_what_is_only_prepared_opens_nothing_and_is_asked_for_again(own: httpx.Client, purpose: str) -> None:
    name, _, said = purpose.partition(": ")
    answer = own.get("/", headers={name: said})
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert experiments(own) == []


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/e/nobody", "/favicon.ico"])
def test_heads_have_the_status_of_their_bodies(client: httpx.Client, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert head.status_code == whole.status_code
    assert head.content == b""


def test_a_teacher_whose_browser_says_nothing_is_known_when_the_page_goes_on(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_urlsafe", lambda count: "k" * (count * 4 // 3 + 1))
    with serve(classroom=True) as teacher:
        assert led_to(teacher.get(f"/?teacher={'k' * 11}", headers=UNKNOWN)) == "/"
        assert teacher.get("/", headers=UNKNOWN).status_code == 200
        assert teacher.post("/", headers=UNKNOWN).status_code == 303


def test_what_is_kept_and_damaged_is_said_in_words_and_without_its_place(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(store: Store, id: str) -> None:
        raise StoreError("damaged", store.path, "file is not a database")

    with serve() as client:
        id = make(client)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "load", damaged)
            patch.setattr(Store, "owner", damaged)
            for path in ("/e/another", "/w/another", "/e/another/learn?lang=zh-CN"):
                page = client.get(path)
                assert page.status_code == 503
                assert "text/html" in page.headers["content-type"]
                assert "sqlite" not in page.text
            assert "已损坏" in page.text
            answer = client.get("/api/experiments/another")
            assert answer.status_code == 503
            assert "sqlite" not in answer.text
            with watch(client, "another") as page_there:
                code, reason = page_there.close_code()
            assert code == 4500
            assert reason
            assert "damaged" in reason
            assert client.get(f"/e/{id}").status_code == 200, "what has a worker goes on"
