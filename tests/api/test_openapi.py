"""What the API answers is what /openapi.json says, whatever it is sent."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.test_messages import any_json
from tests.clients import make
from tests.nn.support import examples

KINDS = ["application/json", "application/json; charset=utf-8", "text/plain", "multipart/form-data", "", "x" * 2000]
JSON = {"content-type": "application/json"}
# None of these opens an experiment: that takes a worker each.
not_a_configuration = st.one_of(
    st.binary(max_size=60),
    any_json.filter(lambda value: value not in (None, {})).map(json.dumps).map(str.encode),
    st.builds(
        lambda members: json.dumps({**members, "seed": -1}).encode(), st.dictionaries(st.text(max_size=8), any_json)
    ),
    st.sampled_from([b"{", b"[" * 5000, b"\xff", b'{"seed":1' + b"0" * 5000 + b"}", b'{"seed":NaN}', b" " * 70_000]),
)


@pytest.fixture(scope="module")
def operations(client: httpx.Client) -> dict[tuple[str, str], Any]:
    """By path and method."""
    paths = client.get("/openapi.json").json()["paths"]
    return {(path, method): operation for path, methods in paths.items() for method, operation in methods.items()}


def check(operation: dict[str, Any], response: httpx.Response) -> None:
    """It is one of those that the operation has, of the kind that it says."""
    documented = operation["responses"].get(str(response.status_code))
    assert documented, f"{response.status_code} {response.text}"
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.status_code == 422:
        assert all(
            problem.keys() >= {"field", "value", "message", "code", "values"} for problem in response.json()["detail"]
        )
    elif response.status_code >= 400:
        told = response.json()["detail"] if kind == "application/json" else response.text
        assert isinstance(told, str)
        assert 10 < len(told) < 1000, told
    if content := documented.get("content"):
        assert kind in content


@examples(60)
@given(
    body=not_a_configuration, kind=st.sampled_from(KINDS), origin=st.sampled_from([None, "http://evil.example", "é"])
)
@pytest.mark.parametrize("path", ["/api/experiments", "/api/settings"])
def test_every_body_is_answered_as_documented(
    client: httpx.Client, operations: dict[tuple[str, str], Any], path: str, body: bytes, kind: str, origin: str | None
) -> None:
    headers = {b"content-type": kind.encode()} | ({b"origin": origin.encode()} if origin else {})
    if not body and path == "/api/experiments" and origin is None:
        return  # that is the default
    check(operations[path, "post"], client.post(path, content=body, headers=headers))


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize("id", ["x", "x" * 3000, "%ff", "%00", "é"])
def test_every_id_is_answered_as_documented(
    client: httpx.Client, operations: dict[tuple[str, str], Any], method: str, id: str
) -> None:
    response = client.request(method, f"/api/experiments/{id}")
    assert response.status_code == 404
    check(operations["/api/experiments/{id}", method], response)


def test_what_is_right_is_answered_as_documented(client: httpx.Client, operations: dict[tuple[str, str], Any]) -> None:
    id = make(client)
    for path, method in operations:
        if method == "get":
            check(operations[path, method], client.get(path.replace("{id}", id)))
    with httpx.Client(base_url=client.base_url) as stranger:
        refused = stranger.delete(f"/api/experiments/{id}")
    check(operations["/api/experiments/{id}", "delete"], refused)
    check(operations["/api/experiments/{id}", "delete"], client.delete(f"/api/experiments/{id}"))


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        (b"{", JSON, 400, "expected a body of JSON"),
        (b"\xff", JSON, 400, ""),
        (b"{}", {"content-type": "text/plain"}, 415, "expected a body of application/json, got text/plain"),
        (b"{}", {}, 415, "expected a body of application/json, got none"),
        (b"[]", JSON, 422, "dictionary"),
    ],
)
@pytest.mark.parametrize("path", ["/api/experiments", "/api/settings"])
def test_a_body_that_cannot_be_is_refused_in_words(
    client: httpx.Client, path: str, body: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    response = client.post(path, content=body, headers=headers)
    assert response.status_code == status
    assert words in response.text


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/experiments"), ("PUT", "/api/experiments/x"), ("POST", "/healthz")]
)
def test_a_method_that_there_is_not_says_which_there_are(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"]
