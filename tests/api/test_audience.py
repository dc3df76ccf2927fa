"""Several people watch, one holds the controls."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from kernelscope.settings import Settings

from tests.api.page import watch
from tests.clients import NAVIGATION, Serve, led_to, make
from tests.serving import serving

COMMANDS: list[dict[str, Any]] = [
    {"type": "start"},
    {"type": "pause"},
    {"type": "step"},
    {"type": "reset"},
    {"type": "restart"},
    {"type": "new_seed"},
    {"type": "set_learning_rate", "lane": "A", "rate": 1},
    {"type": "set_speed", "steps_per_second": None},
    {"type": "set_frame_rate", "frames_per_second": 10},
]


@pytest.fixture(scope="module")
def theirs(client: httpx.Client) -> str:
    """An experiment that tests only look at."""
    return make(client)


@pytest.mark.parametrize("query", ["", "watch=true"])
def test_whoever_did_not_open_it_may_only_watch_and_is_told_so(client: httpx.Client, theirs: str, query: str) -> None:
    with watch(client, theirs, query=query, stranger=not query) as page:
        assert page.text("audience")["control"] is False
        before = page.snapshot()
        for command in COMMANDS:
            page.send(**command)
            error = page.text("error")
            assert error["about"] == command["type"]
            assert error["message"] == "you are watching: whoever opened this experiment holds the controls"
            assert [problem["code"] for problem in error["problems"]] == ["watching"]
        page.want(kernel={"layer": "conv1", "out": 0, "in": 0})  # what every viewer may
        page.send("show", snapshots=True)
        page.obeyed()
        assert (page.scalars.run, page.losses, before.directory["step"]) == (1, [], 0)


def test_whoever_opened_it_holds_the_controls_on_each_page(client: httpx.Client, id: str) -> None:
    with watch(client, id) as one, watch(client, id) as other:
        assert one.text("audience")["control"] is True
        assert other.text("audience")["control"] is True
        other.send("step")
        one.snapshot(1)


@pytest.mark.parametrize("visitor", ["", "x" * 22, "short", "a;b", "é" * 22])
def test_another_cookie_is_another_visitor(client: httpx.Client, theirs: str, visitor: str) -> None:
    stranger = httpx.Client(base_url=client.base_url, headers={b"Cookie": f"visitor={visitor}".encode()})
    with stranger, watch(stranger, theirs) as page:
        assert page.text("audience")["control"] is False


def test_all_are_told_how_many_they_are(client: httpx.Client, theirs: str) -> None:
    with watch(client, theirs) as one:
        assert one.text("audience") == {"type": "audience", "viewers": 1, "control": True, "may_open": True}
        with watch(client, theirs, stranger=True) as two:
            assert two.text("audience") == {"type": "audience", "viewers": 2, "control": False, "may_open": True}
            one.text("audience", viewers=2)
            with watch(client, theirs) as three:
                for page in (one, two, three):
                    page.text("audience", viewers=3)
            two.text("audience", viewers=2)
        one.text("audience", viewers=2)
        one.text("audience", viewers=1)


def test_who_leaves_without_a_word_is_counted_out(client: httpx.Client, theirs: str) -> None:
    with watch(client, theirs) as one, watch(client, theirs) as two:
        one.text("audience", viewers=2)
        two.socket.close_socket()
        one.text("audience", viewers=1)


def test_the_owner_keeps_the_controls_after_a_restart_of_the_server(serve: Serve) -> None:
    with serve() as client:
        id, cookies = make(client), dict(client.cookies)
    assert cookies
    with serve() as client:
        with watch(client, id) as page:
            assert page.text("audience")["control"] is False
        client.cookies.update(cookies)
        with watch(client, id) as page:
            assert page.text("audience")["control"] is True


def test_only_the_owner_may_delete(client: httpx.Client, theirs: str) -> None:
    with httpx.Client(base_url=client.base_url) as stranger:
        response = stranger.delete(f"/api/experiments/{theirs}")
        assert response.status_code == 403
        assert "somebody else's" in response.json()["detail"]
    assert client.get(f"/api/experiments/{theirs}").status_code == 200


def test_two_servers_on_one_host_leave_a_visitor_what_it_has_at_each(tmp_path: Path) -> None:
    with (
        serving(Settings(data_dir=tmp_path / "one")) as one,
        serving(Settings(data_dir=tmp_path / "other")) as other,
        httpx.Client(headers=NAVIGATION, timeout=20) as browser,  # whose cookies are for a host, as everybody's are
    ):
        at_one, at_other = led_to(browser.get(one)), led_to(browser.get(other))
        for _ in range(2):
            assert led_to(browser.get(one)) == at_one
            assert led_to(browser.get(other)) == at_other


def test_who_was_known_to_an_earlier_version_is_known(client: httpx.Client) -> None:
    with httpx.Client(base_url=client.base_url, headers=NAVIGATION) as browser:
        led = led_to(browser.get("/?lang=zh-CN"))
        kept = {name.partition("-")[0]: value for name, value in browser.cookies.items()}
    assert kept.keys() == {"visitor", "experiment", "lang"}
    with httpx.Client(base_url=client.base_url, headers=NAVIGATION, cookies=kept) as browser:
        answer = browser.get("/")
        assert led_to(answer) == led
        assert answer.cookies[f"visitor-{client.base_url.port}"] == kept["visitor"]
        assert 'lang="zh-CN"' in browser.get(led).text
        with watch(browser, led.removeprefix("/e/")) as page:
            assert page.text("audience")["control"] is True


def test_a_visitor_is_given_a_name_once_and_a_made_up_one_is_replaced(client: httpx.Client) -> None:
    with httpx.Client(base_url=client.base_url, headers=NAVIGATION) as visitor:
        make(visitor)
        cookie = f"visitor-{client.base_url.port}"
        name = visitor.cookies[cookie]
        assert len(name) == 22
        again = visitor.get("/")
        assert again.status_code == 303
        assert visitor.cookies[cookie] == name
    with httpx.Client(base_url=client.base_url, cookies={"visitor": "<script>"}) as visitor:
        answer = visitor.post("/api/experiments", json={})
        assert len(answer.cookies[cookie]) == 22
