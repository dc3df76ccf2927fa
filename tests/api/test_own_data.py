"""Images of one's own as a data set: brought, listed, trained on, deleted, and missed."""

from typing import Any

import httpx
from kernelscope.datasets.own import shelf

from tests.api.page import watch
from tests.clients import Serve, led_to
from tests.specimens import body, upload

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
