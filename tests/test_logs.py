"""What is logged, how often, and what never."""

import logging
from pathlib import Path

import httpx
import pytest
from kernelscope.logs import INTERVAL, Sparing, WithoutQuery

from tests.api.page import watch
from tests.clients import make
from tests.processes import command


def record(message: str, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("uvicorn.error", level, "", 0, message, args, None)


def test_warnings_of_one_kind_pass_once_in_a_while_and_then_say_how_many_there_were() -> None:
    now = 1000.0
    sparing = Sparing(lambda: now)
    assert sparing.filter(record("full\nmore"))
    for _ in range(5):
        assert not sparing.filter(record("full\nelse"))
    assert sparing.filter(record("another kind"))
    assert sparing.filter(record("full", level=logging.INFO)), "news is for those who ask for it"
    now += INTERVAL
    again = record("full")
    assert sparing.filter(again)
    assert again.getMessage() == "full (5 more since the last time)"


def test_what_a_client_has_sent_that_is_no_text_is_no_mistake_of_the_servers() -> None:
    for error, passes in (
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), False),
        (ValueError("a mistake"), True),
    ):
        told = record("Invalid UTF-8 sequence received from client.", level=logging.ERROR)
        told.exc_info = (type(error), error, None)
        assert Sparing().filter(told) is passes


def test_different_mistakes_are_all_told() -> None:
    sparing = Sparing()
    for number in range(3):
        told = record("Exception in ASGI application\n", level=logging.ERROR)
        told.exc_info = (ValueError, ValueError(number), None)
        assert sparing.filter(told)


def test_addresses_lose_their_query() -> None:
    access = record('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", "/?teacher=secret&lr=1", "1.1", 200)
    assert WithoutQuery().filter(access)
    assert access.getMessage() == '127.0.0.1:5 - "GET /?… HTTP/1.1" 200'


@pytest.mark.slow
def test_nobodys_key_or_cookie_is_in_the_log_even_when_everything_is_logged(tmp_path: Path) -> None:
    options = ("--port", "0", "--no-browser", "--data-dir", str(tmp_path), "--classroom", "--log-level", "debug")
    with command(*options) as server:
        assert server.stdout
        lines = [server.stdout.readline() for _ in range(3)]
        teacher = lines[2].split()[-1]
        key = teacher.rpartition("=")[2]
        with httpx.Client(timeout=20) as client:
            entered = client.get(teacher, headers={"Referer": teacher})
            assert entered.status_code == 303
            assert key not in entered.headers["location"], "the page's address has no key in it"
            assert entered.headers["referrer-policy"] == "no-referrer"
            client.base_url = httpx.URL(teacher.partition("/?")[0])
            id = make(client)
            with watch(client, id) as page:
                page.text("audience")
            client.get(f"/e/{id}", params={"teacher": key}, headers={"Referer": teacher})
            cookies = [*client.cookies.values()]
        server.terminate()
        log = server.communicate(timeout=20)[1]
        assert '"GET /' in log, "requests are logged"
        assert key not in log
        assert cookies
        assert all(cookie not in log for cookie in cookies if cookie != id)


@pytest.mark.slow
def test_a_database_that_is_damaged_fills_no_log_however_often_it_is_asked_for(tmp_path: Path) -> None:
    with command("--port", "0", "--no-browser", "--data-dir", str(tmp_path)) as server:
        assert server.stdout
        address = server.stdout.readline().split()[1]
        for path in tmp_path.glob("kernelscope.sqlite3*"):
            path.write_bytes(b"nothing that SQLite knows " * 200)
        with httpx.Client(base_url=address, timeout=20) as client:
            assert {client.get("/e/x").status_code for _ in range(9)} == {503}
            assert {client.get("/api/experiments/x").status_code for _ in range(9)} == {503}
        server.terminate()
        log = server.communicate(timeout=20)[1]
    assert log.count("is damaged") == 2, log
