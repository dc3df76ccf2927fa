from typing import Any

import httpx
import pytest
from kernelscope import __version__

from tests.api.page import watch
from tests.clients import SMALL, Serve, led_to, make


def ids(client: httpx.Client) -> list[str]:
    """Which experiments there are. Their status may change at any time: workers of earlier tests are still starting."""
    return [view["id"] for view in client.get("/api/experiments").json()]


def test_health(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}


def test_datasets(client: httpx.Client) -> None:
    digits, fashion, photos, planted, *others = client.get("/api/datasets").json()
    assert digits == {
        "name": "digits",
        "title": "MNIST digits",
        "train_size": 10_000,
        "test_size": 2_000,
        "image_shape": [1, 28, 28],
        "classes": list("0123456789"),
        "centred": "mass",
        "preparation": "none",
        "origin": "shipped",
        "bytes": None,
        "mine": False,
        "download": None,
    }
    assert (fashion["name"], fashion["title"], fashion["classes"][9]) == ("fashion", "Fashion-MNIST", "Ankle boot")
    assert (photos["name"], photos["image_shape"], photos["preparation"]) == ("photos", [3, 32, 32], "local")
    assert (planted["name"], planted["image_shape"], len(planted["classes"])) == ("planted", [3, 28, 28], 10)
    assert [one["name"] for one in others] == ["mnist", "fashion-mnist", "kmnist", "cifar10"]


def test_the_default_experiment_is_the_one_of_the_issue(client: httpx.Client) -> None:
    response = client.post("/api/experiments")
    assert response.status_code == 201
    made = response.json()
    assert led_to(response) == f"/api/experiments/{made['id']}"
    assert [(lane["id"], lane["learning_rate"]) for lane in made["lanes"]] == [("A", 0.003), ("B", 0.1), ("C", 1.0)]
    assert made["config"]["batch_size"] == 64
    assert [
        (layer["name"], layer["weight_shape"], layer["parameters"]) for layer in made["layers"] if layer["parameters"]
    ] == [
        ("conv1", [8, 1, 7, 7], 400),
        ("conv2", [16, 8, 5, 5], 3216),
        ("dense", [10, 784], 7850),
    ]


def test_an_experiment_can_be_made_read_listed_and_deleted(own: httpx.Client) -> None:
    made = own.post("/api/experiments", json=SMALL).json()
    address = f"/api/experiments/{made['id']}"
    assert own.get(address).json()["config"] == made["config"]
    assert [view["id"] for view in own.get("/api/experiments").json()] == [made["id"]]
    assert own.delete(address).status_code == 204
    assert own.get("/api/experiments").json() == []
    for response in (own.get(address), own.delete(address), own.patch(address, json={"name": ""})):
        assert response.status_code == 404
        assert made["id"] in response.json()["detail"]


@pytest.mark.parametrize(
    ("method", "address", "status", "words", "allow"),
    [
        ("GET", "/api/nonexistent", 404, "there is nothing at '/api/nonexistent': GET /openapi.json says what", None),
        ("GET", "/nonexistent", 404, "there is nothing at '/nonexistent'", None),
        ("PUT", "/api/experiments", 405, "expected GET, POST at '/api/experiments', got PUT", "GET, POST"),
        (
            "POST",
            "/api/experiments/x",
            405,
            "expected DELETE, GET, PATCH at '/api/experiments/x', got POST",
            "DELETE, GET, PATCH",
        ),
        ("GET", "/new", 405, "expected POST at '/new', got GET", "POST"),
    ],
)
def test_where_there_is_nothing_it_is_said_what_there_is(
    client: httpx.Client, method: str, address: str, status: int, words: str, allow: str | None
) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(words)
    assert answer.headers.get("allow") == allow


@pytest.mark.parametrize("address", ["/", "/learn", "/docs", "/openapi.json", "/healthz", "/e/{id}", "/w/{id}"])
def test_what_can_be_got_can_be_asked_for_without_its_body(client: httpx.Client, id: str, address: str) -> None:
    head = httpx.head(client.base_url.join(address.format(id=id)), timeout=20)
    assert head.status_code == 200
    assert head.content == b""


@pytest.mark.parametrize(
    ("change", "field", "value", "words"),
    [
        ({"lanes": [{"learning_rate": -1}]}, "lanes.0.learning_rate", -1, "greater than 0"),
        ({"lanes": [{"learning_rate": "fast"}]}, "lanes.0.learning_rate", "fast", "valid number"),
        ({"lanes": []}, "lanes", "[]", "at least 1"),
        ({"lanes": [{"learning_rate": 1}] * 9}, "lanes", None, "at most 8"),
        ({"lanes": [{"id": "A", "learning_rate": 1}] * 2}, "lanes", None, "ids that differ"),
        ({"batch_size": 0}, "batch_size", 0, "greater than or equal to 1"),
        ({"seed": 2**32}, "seed", 2**32, "less than or equal to 4294967295"),
        (
            {"architecture": [{"type": "conv", "name": "c", "filters": 1, "kernel": 1, "stride": 10**18}]},
            "architecture.0.conv",
            None,
            "c: stride must be at most 10000",
        ),
        ({"dataset": "cats"}, "dataset", "cats", "'digits'"),
        ({"colour": "red"}, "colour", "red", "not permitted"),
        ({"lanes": [{"learning_rate": 1, "optimizer": {"type": "magic"}}]}, "lanes.0.optimizer", None, "'sgd', 'adam'"),
        (
            {"lanes": [{"learning_rate": 1, "optimizer": {"type": "sgd", "momentum": 1}}]},
            "lanes.0.optimizer.sgd",
            None,
            "momentum: expected a number from 0 up to, not including, 1, got 1",
        ),
        (
            {"architecture": [{"type": "conv", "name": "big", "filters": 1, "kernel": 40}]},
            "architecture",
            None,
            "big: kernel 40×40 does not fit its input 1×28×28",
        ),
        (
            {"architecture": [{"type": "dense", "name": "out", "units": 7}]},
            "architecture",
            None,
            "out: the last layer must give one number a class, 10×1×1, got 7×1×1",
        ),
        (
            {"architecture": [{"type": "conv", "name": "no", "filters": 0, "kernel": 3}]},
            "architecture.0.conv",
            None,
            "no: filters must be at least 1, got 0",
        ),
        (
            {
                "architecture": [
                    {"type": "dense", "name": name, "units": n} for name, n in (("wide", 10_000), ("out", 10))
                ]
            },
            "architecture",
            None,
            "at most 2,000,000 parameters, got 7,950,010",
        ),
    ],
)
def test_an_impossible_configuration_is_422_with_field_value_and_what_is_allowed(
    client: httpx.Client, change: dict[str, Any], field: str, value: Any, words: str
) -> None:
    before = ids(client)
    response = client.post("/api/experiments", json={**SMALL, **change})
    assert response.status_code == 422, response.text
    (problem,) = response.json()["detail"]
    assert problem["field"] == field
    assert words in problem["message"]
    if value is not None:
        assert problem["value"] == value
    assert ids(client) == before


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" * 400])
def test_numbers_that_json_should_not_have_are_refused_too(client: httpx.Client, number: str) -> None:
    body = f'{{"lanes": [{{"learning_rate": {number}}}]}}'
    response = client.post("/api/experiments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"][0]["field"] == "lanes.0.learning_rate"


@pytest.mark.parametrize(
    "body",
    [
        r"""{"dataset": "\ud800"}""",
        r"""{"\ud800": 1}""",
        r"""{"architecture": [{"type": "dense", "name": "\ud800", "units": 10}]}""",
        r"""{"architecture": [{"type": "conv", "name": "\ud800", "filters": 0, "kernel": 1}]}""",
        r"""{"lanes": [{"id": "\ud800", "learning_rate": 1}]}""",
    ],
)
def test_half_characters_are_refused_and_can_be_told(client: httpx.Client, body: str) -> None:
    response = client.post("/api/experiments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"]


def test_another_sites_page_can_neither_make_nor_delete(client: httpx.Client) -> None:
    id = client.post("/api/experiments", json=SMALL).json()["id"]
    evil = {"origin": "http://evil.example"}
    assert client.post("/api/experiments", headers=evil).status_code == 403
    assert client.delete(f"/api/experiments/{id}", headers=evil).status_code == 403
    own = {"origin": str(client.base_url).rstrip("/")}
    assert client.delete(f"/api/experiments/{id}", headers=own).status_code == 204


@pytest.mark.parametrize("body", ["{", "[]", "7", '"text"'])
def test_a_body_that_is_no_configuration_is_refused(client: httpx.Client, body: str) -> None:
    response = client.post("/api/experiments", content=body, headers={"content-type": "application/json"})
    assert response.status_code == (400 if body == "{" else 422)


def test_openapi_describes_the_errors_as_they_are(client: httpx.Client) -> None:
    api = client.get("/openapi.json").json()
    responses = api["paths"]["/api/experiments"]["post"]["responses"]
    assert responses["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problems")


def test_kernels_of_all_lanes_together_are_limited_since_every_viewer_gets_them(client: httpx.Client) -> None:
    wide = [
        {"type": "conv", "name": "wide", "filters": 350, "kernel": 28},
        {"type": "dense", "name": "out", "units": 10},
    ]
    config = {"architecture": wide, "batch_size": 8}
    assert client.post("/api/experiments", json={**config, "lanes": [{"learning_rate": 0.1}]}).status_code == 201
    response = client.post("/api/experiments", json={**config, "lanes": [{"learning_rate": 0.1}] * 8})
    assert response.status_code == 422
    assert "conv layers of all lanes together" in response.json()["detail"][0]["message"]


def test_the_list_comes_a_page_at_a_time_with_a_way_on(serve: Serve) -> None:
    with serve(max_experiments=2) as client:
        made = [make(client) for _ in range(3)]
        looked_at = led_to(client.get("/")).removeprefix("/e/")
        seen, address = list[str](), "/api/experiments?limit=3"
        for expected in (3, 1):
            answer = client.get(address)
            assert len(answer.json()) == expected
            seen += [view["id"] for view in answer.json()]
            kept = {view["id"]: view["kept"] for view in answer.json()}
            assert kept.get(looked_at, "untouched") == "untouched"
            more = answer.links.get("next")
            address = str(answer.url.join(more["url"])) if more else ""
        assert sorted(seen) == sorted([*made, looked_at])
        assert address == ""
        for wrong in ("limit=0", "limit=101", "after=nothing"):
            assert client.get(f"/api/experiments?{wrong}").status_code == 422
        assert client.get("/openapi.json").json()["paths"]["/api/experiments"]["get"]["responses"]["200"]["headers"]


def test_at_the_limit_nothing_more_is_taken_to_be_kept_and_a_page_says_so(serve: Serve) -> None:
    with serve(max_data=1) as client:
        id = make(client, architecture=[{"type": "dense", "name": "wide", "units": 300}, *SMALL["architecture"][-1:]])
        with watch(client, id) as page:
            page.send("step")
            page.snapshot(1)
    with serve(max_data=1) as client:
        refused = client.post("/api/experiments", json=SMALL)
        assert refused.status_code == 507
        assert "--max-data" in refused.json()["detail"]
        opened = led_to(client.get("/")).removeprefix("/e/")
        with watch(client, opened) as page:
            assert page.text("experiment")["kept"] == "full"
            page.send("step")
            page.snapshot(1)
        assert client.get(f"/api/experiments/{opened}").json()["kept"] == "full", "it goes on all the same"
        client.cookies.clear()
    with serve() as client:
        assert [view["id"] for view in client.get("/api/experiments").json()] == [id]
