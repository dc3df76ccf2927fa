"""What an owner does with experiments besides training them: find, name, copy, delete and restore them."""

import json
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.hosting import shelf
from kernelscope.hosting.registry import Registry

from tests.api.page import Page, watch
from tests.clients import SMALL, Serve, led_to, make

JSON = {"content-type": "application/json"}


def mine(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """The list of the client's own."""
    views: list[dict[str, Any]] = client.get("/api/experiments", params={"mine": True, **query}).json()
    return views


def uninterrupted(steps: int) -> list[list[float]]:
    """The losses that `SMALL` has."""
    config = ExperimentConfig.model_validate(SMALL)
    experiment = Experiment(config, datasets.load(config.dataset), threads=1)
    return [[float(np.float32(loss)) for loss in experiment.advance()[0].loss] for _ in range(steps)]


def trains_on(client: httpx.Client, id: str, step: int) -> None:
    """It stands at this step, and goes on as it would have without what was done to it."""
    with watch(client, id) as page:
        assert page.snapshot(step).directory["step"] == step
        page.start(step + 5)
        assert page.losses == uninterrupted(len(page.losses))


def test_a_name_is_told_to_all_who_look_and_kept(serve: Serve) -> None:
    with serve() as client:
        id = led_to(client.get("/")).removeprefix("/e/")
        with watch(client, id) as page, watch(client, id, stranger=True) as other:
            assert page.text("experiment")["name"] == ""
            assert client.patch(f"/api/experiments/{id}", json={"name": "\u200b "}).json()["name"] == "", (
                "nothing is seen of it"
            )
            renamed = client.patch(f"/api/experiments/{id}", json={"name": "  Größe 1 "})
            assert (renamed.status_code, renamed.json()["name"]) == (200, "Größe 1")
            for each in (page, other):
                assert each.text("experiment", name="Größe 1", kept="yes")
        asleep = led_to(client.post("/new")).rpartition("/")[2]
        cookies = dict(client.cookies)
    with serve() as client:
        client.cookies.update(cookies)
        (listed,) = mine(client)
        assert (listed["id"], listed["name"], listed["status"], listed["step"]) == (id, "Größe 1", "asleep", 0)
        assert client.get(f"/api/experiments/{asleep}").status_code == 404, "nobody did anything in it"
        assert client.patch(f"/api/experiments/{id}", json={"name": ""}).json()["name"] == ""
        assert mine(client, search="größe") == []


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "x" * 81}, "name", "long_text"),
        ({"name": "two\nlines"}, "name", "unprintable"),
        ({"name": "two\u2028lines"}, "name", "unprintable"),
        ({"name": "\x9b1m"}, "name", "unprintable"),
        ({"name": "0.1 \u202efni"}, "name", "unprintable"),
        ({"name": "\ud800"}, "name", "invalid"),
        ({"name": None}, "name", "invalid"),
        ({}, "name", "missing"),
        ({"name": "a", "seed": 1}, "seed", "unknown_member"),
    ],
)
def test_what_is_no_name_is_refused_with_what_is_one(
    client: httpx.Client, id: str, body: dict[str, Any], field: str, code: str
) -> None:
    response = client.patch(f"/api/experiments/{id}", content=json.dumps(body), headers=JSON)
    assert response.status_code == 422
    (problem,) = response.json()["detail"]
    assert (problem["field"], problem["code"]) == (field, code)


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", ""), ("DELETE", ""), ("POST", "/duplicate"), ("POST", "/restore")]
)
def test_only_its_owner_does_any_of_this_from_the_server_s_own_pages(
    client: httpx.Client, id: str, method: str, path: str
) -> None:
    if path == "/restore":
        client.delete(f"/api/experiments/{id}")
    body = '{"name": "mine"}' if method == "PATCH" else None
    address = f"/api/experiments/{id}{path}"
    evil = client.request(method, address, content=body, headers={"origin": "http://evil.example", **JSON})
    assert evil.status_code == 403
    assert "another origin" in evil.json()["detail"]
    stranger = httpx.request(method, client.base_url.join(address), content=body, headers=JSON, timeout=20)
    assert stranger.status_code == 403
    assert "somebody else's" in stranger.json()["detail"]
    nowhere = client.request(method, f"/api/experiments/nowhere{path}", content=body, headers=JSON)
    assert nowhere.status_code == 404
    assert "nowhere" in nowhere.json()["detail"]
    if method == "PATCH" or path == "/duplicate":
        text = client.request(method, address, content="name", headers={"content-type": "text/plain"})
        assert text.status_code == 415


def test_one_that_is_deleted_meanwhile_is_gone_and_not_somebody_else_s(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    belongs_to = Registry.belongs_to

    async def deleted_before(registry: Registry, id: str, visitor: str) -> bool:
        await registry.shelf.delete(id)
        return await belongs_to(registry, id, visitor)

    with serve() as client:
        id = make(client)
        monkeypatch.setattr(Registry, "belongs_to", deleted_before)
        assert client.patch(f"/api/experiments/{id}", json={"name": "late"}).status_code == 404


def test_a_copy_of_one_that_trains_stands_at_a_step_of_it_and_both_train_on_alike(serve: Serve) -> None:
    with serve(max_experiments=1) as client:
        id = make(client)
        with watch(client, id) as page:
            page.start(3)
            made = client.post(f"/api/experiments/{id}/duplicate", json={"name": "Again"})
            assert made.status_code == 201
            copy = made.json()
            assert led_to(made) == f"/api/experiments/{copy['id']}"
            assert (copy["name"], copy["status"], copy["config"]) == ("Again", "asleep", page_config(page, client, id))
            statuses = {view["id"]: view["status"] for view in mine(client)}
            assert statuses == {id: "running", copy["id"]: "asleep"}, "the only worker goes on"
            step = next(view["step"] for view in mine(client) if view["id"] == copy["id"])
            assert step >= 3
            at = page.pause()
            assert at >= step
        trains_on(client, copy["id"], step)
        trains_on(client, id, at)


def page_config(page: Page, client: httpx.Client, id: str) -> Any:
    """The configuration of the experiment that the page shows."""
    page.obeyed()
    return client.get(f"/api/experiments/{id}").json()["config"]


def test_a_copy_of_one_that_sleeps_or_was_only_looked_at_is_kept(serve: Serve) -> None:
    with serve(max_experiments=1) as client:
        looked_at = led_to(client.get("/?seed=5")).removeprefix("/e/")
        id = make(client)
        with watch(client, id) as page:
            page.start(3)
            at = page.pause()
        client.post("/new")  # which takes the worker
        copies = [client.post(f"/api/experiments/{one}/duplicate").json() for one in (id, looked_at)]
        assert [copy["name"] for copy in copies] == ["", ""]
        cookies = dict(client.cookies)
    with serve() as client:
        client.cookies.update(cookies)
        steps = {view["id"]: (view["step"], view["config"]["seed"], view["kept_at"] is None) for view in mine(client)}
        assert steps == {
            id: (at, 3, False),
            copies[0]["id"]: (at, 3, False),
            copies[1]["id"]: (0, 5, True),
        }
        trains_on(client, copies[0]["id"], at)
        trains_on(client, id, at)


def test_what_is_deleted_is_gone_for_all_and_comes_back_as_it_was(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve() as client:
        id = make(client)
        address = f"/api/experiments/{id}"
        with watch(client, id) as page, watch(client, id, stranger=True) as other:
            page.start(3)
            at = page.pause()
            assert client.delete(address).status_code == 204
            for each in (page, other):
                assert each.close_code() == (4410, "the experiment was deleted")
        assert mine(client) == []
        assert client.get(address).status_code == 404
        assert led_to(client.get("/")).removeprefix("/e/") != id
        looked_at = led_to(client.get("/")).removeprefix("/e/")
        client.delete(f"/api/experiments/{looked_at}")
        cookies = dict(client.cookies)
    with serve() as client:
        client.cookies.update(cookies)
        restored = client.post(f"{address}/restore")
        assert (restored.status_code, restored.json()["status"]) == (200, "asleep")
        trains_on(client, id, at)
        assert client.post(f"{address}/restore").status_code == 404, "it is there"
        assert client.post(f"/api/experiments/{looked_at}/restore").json()["kept"] == "yes"
        client.delete(address)
        monkeypatch.setattr(shelf, "RESTORABLE", 0.0)
        late = client.post(f"{address}/restore")
        assert late.status_code == 404
        assert "too long ago" in late.json()["detail"]


def test_ones_own_are_listed_a_page_at_a_time_and_found_by_words(serve: Serve) -> None:
    with serve(max_experiments=1) as client, httpx.Client(base_url=client.base_url, timeout=20) as other:
        make(other)
        own = ({}, {"activation": "tanh"}, {"init": {"type": "he"}})
        lanes = [{"learning_rate": rate, **one} for rate, one in zip((0.1, 0.2, 0.3), own, strict=True)]
        ids = [make(client, lanes=[lane]) for lane in lanes]
        client.patch(f"/api/experiments/{ids[0]}", json={"name": "Ä 0.3"})
        assert {view["id"] for view in mine(client)} == {*ids}
        assert {view["id"] for view in mine(client, search="0.3 mnist")} == {ids[0], ids[2]}
        assert [mine(client, search=word)[0]["id"] for word in ("tanh", "he")] == [ids[1], ids[2]]
        seen, address = list[str](), "/api/experiments?mine=true&search=0.3&limit=1"
        while address:
            answer = client.get(address)
            seen += [view["id"] for view in answer.json()]
            more = answer.links.get("next")
            address = str(answer.url.join(more["url"])) if more else ""
        assert sorted(seen) == sorted([ids[0], ids[2]])
        assert mine(client, search="ä") == [view for view in mine(client) if view["id"] == ids[0]]
        assert len(client.get("/api/experiments").json()) == 4
        assert httpx.get(client.base_url.join("/api/experiments?mine=true"), timeout=20).json() == []
        assert client.get("/api/experiments", params={"search": "x" * 201}).status_code == 422


def test_after_a_restart_all_are_there_and_say_where_they_stand(serve: Serve) -> None:
    with serve() as client:
        ids = [make(client) for _ in range(2)]
        with watch(client, ids[0]) as page:
            page.start(3)
            statuses = {view["id"]: view["status"] for view in mine(client)}
            assert statuses[ids[0]] == "running"
        cookies = dict(client.cookies)
    trained = len(page.losses)
    with serve() as client:
        client.cookies.update(cookies)
        found = {view["id"]: view for view in mine(client)}
        assert {view["status"] for view in found.values()} == {"asleep"}
        assert found[ids[0]]["step"] >= trained
        assert found[ids[0]]["kept_at"] >= found[ids[0]]["created"]
        assert (found[ids[1]]["step"], found[ids[1]]["kept_at"]) == (0, None)
        trains_on(client, ids[0], found[ids[0]]["step"])
