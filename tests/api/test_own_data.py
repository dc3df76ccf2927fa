"""Images of one's own as a data set: brought, listed, trained on, deleted, and missed."""

import asyncio
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import HTTPException, Request
from kernelscope.api import uploads
from kernelscope.datasets.own import shelf

from tests.api.page import watch
from tests.clients import Serve, led_to
from tests.own_images import body, upload

NET = [{"type": "dense", "name": "dense", "units": 2}]


def added(client: httpx.Client, **members: Any) -> dict[str, Any]:
    response = upload(client, body(**members))
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def opened(client: httpx.Client, name: str) -> str:
    settings = {"dataset": name, "architecture": NET, "batch_size": 64}
    response = client.post("/api/experiments", json=settings)
    assert response.status_code == 201, response.text
    id: str = response.json()["id"]
    return id


def test_it_is_kept_listed_and_trained_on_until_it_is_deleted_and_goes_on_when_it_is_back(serve: Serve) -> None:
    with serve(max_experiments=1) as client:
        about = added(client)
        name = about["name"]
        assert name.startswith("own:")
        assert (about["title"], about["classes"], about["image_shape"]) == ("Leaves", ["oak", "elm"], [1, 8, 8])
        assert (about["train_size"], about["test_size"], about["preparation"]) == (4, 2, "none")
        assert about["bytes"] == shelf.images(name.removeprefix("own:")).stat().st_size
        assert client.get("/api/datasets").json()[-1] == about
        assert added(client) == about, "the same images are the same data set"
        assert added(client, channels=3)["preparation"] == "local"

        with httpx.Client(base_url=client.base_url, headers=client.headers) as stranger:
            assert stranger.delete(f"/api/datasets/{name}").status_code == 403
        id = led_to(client.get(f"/?data={name}&net=dense2&seed=4")).removeprefix("/e/")
        with watch(client, id) as page:
            page.text("experiment", status="paused")
            assert client.delete(f"/api/datasets/{name}").status_code == 204
            # What trains goes on: its images are in memory.
            for _ in range(3):
                page.send("step")
            page.snapshot(3)
            lanes = client.get(f"/api/experiments/{id}").json()["config"]["lanes"]
            page.send("set_lanes", lanes=lanes[:1])
            page.snapshot(3, run=2)
        cookies = client.cookies
    with serve(max_experiments=1) as client:
        client.cookies = cookies
        [listed] = client.get("/api/experiments", params={"search": "leaves"}).json()
        assert (listed["id"], listed["step"], listed["dataset"]["classes"]) == (id, 3, ["oak", "elm"])
        said = client.get(f"/e/{id}?lang=en")
        assert said.status_code == 409
        assert "Leaves" in said.text
        assert "20 % held out for tests, seed 1" in said.text
        assert "/?data=digits" in said.text
        with watch(client, id) as page:
            assert page.close_code()[0] == 4424
        refused = client.get(f"/?data={name}&lang=en")
        assert refused.status_code == 422
        assert "add the same images again" in refused.text
        [problem] = client.post("/api/experiments", json={"dataset": name}).json()["detail"]
        assert (problem["code"], problem["field"]) == ("own_missing", "dataset")
        [problem] = client.post("/api/settings", json={"dataset": name}).json()["problems"]
        assert problem["code"] == "own_missing"
        assert client.delete(f"/api/datasets/{name}").status_code == 404

        assert added(client)["name"] == name
        with watch(client, id) as page:
            page.send("step")
            page.snapshot(4, run=2)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (body()[:-1], 400, "expected a body of 479"),
        (body() + b"\0", 400, "expected a body of 479"),
        (b"", 400, "expected a head of JSON"),
        (b"\xff\xff\xff\xff", 400, "a head of at most"),
        (b"\x02\0\0\0[[", 400, "expected a head of JSON"),
        (body(title=" \u200b"), 422, "nameless"),
        (body(title="a\u202eb"), 422, "unprintable"),
        (body(title="x" * 81), 422, "long_text"),
        (body(classes=["oak", "Oak"]), 422, "same_class"),
        (body(classes=["oak"]), 422, "between"),
        (body(classes=["oak", "elm", "ash"]), 422, "empty_class"),
        (body(labels=[0, 0, 2, 1, 1, 1]), 422, "between"),
        (body(labels=[0, 1]), 422, "nothing_held_out"),
        (body(held_out=0), 422, "above"),
        (body(held_out=1.5), 422, "below"),
        (body(seed=-1), 422, "at_least"),
        (body(size=65), 422, "at_most"),
        (body(tests=6), 422, "nothing_held_out"),
        (body(further=1), 422, "unknown_member"),
    ],
)
def test_what_can_be_no_data_set_is_refused_in_words(
    client: httpx.Client, content: bytes, status: int, said: str
) -> None:
    before = client.get("/api/datasets").json()
    response = upload(client, content)
    assert response.status_code == status
    detail = response.json()["detail"]
    assert said in (detail if status == 400 else [problem["code"] for problem in detail])
    assert client.get("/api/datasets").json() == before


def test_who_may_not_add_one_is_refused_before_the_body_is_read(serve: Serve, client: httpx.Client) -> None:
    assert client.post("/api/datasets", content=b"x", headers={"content-type": "text/csv"}).status_code == 415
    assert upload(client, origin="https://elsewhere.example").status_code == 403
    assert client.delete("/api/datasets/digits").status_code == 404
    assert client.delete("/api/datasets/own:..%2F..%2Fetc").status_code == 404
    assert client.get("/parts/en/own-data").status_code == 200
    assert client.get("/parts/en/layout").status_code == client.get("/parts/xx/own-data").status_code == 404
    with serve(classroom=True, max_dataset=1, max_data=1) as classroom:
        assert upload(classroom).status_code == 403
        asked = HTTPConnection(classroom.base_url.netloc.decode())
        with closing(asked):
            asked.putrequest("POST", "/api/datasets")
            asked.putheader("content-length", str(6 * 2**20))
            asked.endheaders()
            answer = asked.getresponse()
            assert (answer.status, b"--max-dataset" in answer.read()) == (413, True)


def test_who_leaves_in_the_middle_of_a_body_is_no_error_of_the_server() -> None:
    async def left() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def read() -> None:
        async for _ in uploads._body(Request({"type": "http"}, left)):
            pass

    with pytest.raises(HTTPException, match="got its beginning"):
        asyncio.run(read())


def test_it_counts_in_what_may_be_kept(serve: Serve) -> None:
    with serve(max_data=1) as client:
        noise = np.random.default_rng(1).integers(0, 256, (90, 3, 64, 64)).astype(np.uint8)
        refused = upload(client, body([0, 1] * 45, channels=3, images=noise))
        assert refused.status_code == 507
        assert "--max-data" in refused.json()["detail"]
        assert upload(client).status_code == 201
