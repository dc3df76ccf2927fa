"""What a browser is asked to bring again, and what of it is believed."""

import pytest
from kernelscope.api.guards import cookies
from starlette.requests import Request
from starlette.responses import Response


def request(*cookie: str, host: str = "lab:8000", scheme: str = "http", prefix: str = "", **headers: str) -> Request:
    """As it comes from a browser that sees the server at `host`, under `prefix`."""
    named = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    pairs = [*named.items(), *(("cookie", one) for one in cookie)]
    raw = [(name.encode(), value.encode()) for name, value in pairs]
    return Request({"type": "http", "scheme": scheme, "headers": raw, "prefix": prefix})


def written(asked: Request) -> list[str]:
    """The parts of a cookie that is set in answer."""
    response = Response()
    cookies.write(response, asked, "visitor", "me")
    return response.headers["set-cookie"].split("; ")


@pytest.mark.parametrize(
    ("host", "scheme", "name"),
    [
        ("lab:8000", "http", "visitor-8000"),
        ("[::1]:8001", "http", "visitor-8001"),
        ("[::1]", "http", "visitor-80"),
        ("school.example", "https", "visitor-443"),
        ("school.example", "wss", "visitor-443"),
        ("school.example", "ws", "visitor-80"),
    ],
)
def test_the_port_that_the_browser_sees_is_in_the_name(host: str, scheme: str, name: str) -> None:
    assert cookies.name_here(request(host=host, scheme=scheme), "visitor") == name


def test_two_servers_on_one_host_leave_each_other_what_is_theirs() -> None:
    brought = "visitor-8000=one; visitor-8001=other"
    assert cookies.read(request(brought), "visitor") == "one"
    assert cookies.read(request(brought, host="lab:8001"), "visitor") == "other"


@pytest.mark.parametrize(
    ("brought", "found"),
    [
        ("visitor=old", "old"),
        ("visitor=old; visitor-8000=new", "new"),
        ("visitor-9=elsewhere; visitor=old", "old"),
        ("visitor-9=elsewhere", "elsewhere"),
        ("visitor-x=1; visitors=2; avisitor=3; visitor-=4", None),
        ("", None),
        (";;=;", None),
    ],
)
def test_what_was_kept_for_an_earlier_version_or_another_port_is_taken_over(brought: str, found: str | None) -> None:
    assert cookies.read(request(brought), "visitor") == found


def test_of_two_with_one_name_the_one_for_the_longest_path_counts() -> None:
    assert cookies.read(request("visitor-8000=here; visitor-8000=above"), "visitor") == "here"
    assert cookies.read(request("visitor-8000=here", "visitor-8000=above"), "visitor") == "here"  # as HTTP/2 may


def test_a_cookie_is_for_this_server_alone_and_for_no_script() -> None:
    year = f"Max-Age={365 * 24 * 3600}"
    assert written(request()) == ["visitor-8000=me", "HttpOnly", year, "Path=/", "SameSite=lax"]
    assert written(request(prefix="/user/jo")) == ["visitor-8000=me", "HttpOnly", year, "Path=/user/jo", "SameSite=lax"]


def test_over_tls_it_goes_by_no_other_way() -> None:
    assert written(request(scheme="https"))[-2:] == ["SameSite=lax", "Secure"]
    assert "Secure" not in written(request())


def test_in_a_frame_it_is_of_the_page_around_it() -> None:
    assert written(request(sec_fetch_dest="iframe"))[-3:] == ["SameSite=none", "Secure", "Partitioned"]
