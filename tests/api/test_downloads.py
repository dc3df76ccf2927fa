"""Data sets are downloaded by the server: listed, begun, stopped, continued, refused."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kernelscope.datasets import catalogue
from kernelscope.datasets.downloads import fetching, places
from kernelscope.hosting import downloads
from kernelscope.settings import Settings

from tests.api.page import watch
from tests.clients import NAVIGATION, SMALL, Serve, make
from tests.datasets.downloads.mirror import FILES, Mirror, Slow, digits, mirror, worker
from tests.serving import serving

ADDRESS = "/api/datasets/small/download"
WANTED = {**SMALL, "dataset": "small"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(places, "usual_places", lambda: [tmp_path / "elsewhere"])
    monkeypatch.setattr(downloads, "PATIENCE", 0.0)
    with mirror() as server:
        monkeypatch.setattr(catalogue, "MODULES", (*catalogue.MODULES, digits(server.address)))
        yield server


def standing(client: httpx.Client) -> dict[str, Any]:
    """Its download, as it is listed."""
    listed = client.get("/api/datasets").raise_for_status().json()
    (found,) = (one["download"] for one in listed if one["name"] == "small")
    assert isinstance(found, dict)
    return found


def once(client: httpx.Client, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Its download, as soon as it is so."""
    until = time.monotonic() + 20
    while not condition(found := standing(client)):
        assert time.monotonic() < until, found
    return found


def test_it_is_listed_refused_downloaded_and_then_there(server: Mirror, own: httpx.Client) -> None:
    size = sum(map(len, FILES.values()))
    found = {"found": "", "problem": None, "source": "made", "licence": "none"}
    assert standing(own) == {"size": size, "came": 0, "here": False, "under_way": False, **found}
    assert {one["name"] for one in own.get("/api/datasets").json() if one["download"]} == {
        *("mnist", "fashion-mnist", "kmnist", "cifar10", "small")
    }
    told = own.post("/api/settings", json=WANTED).json()
    assert [(one["code"], one["field"]) for one in told["problems"]] == [("not_here", "dataset")]
    assert (told["address"], len(told["layers"]), told["parameters"] > 0) == (None, 4, True)
    refused = own.post("/api/experiments", json=WANTED)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["values"]["command"] == "kernelscope download small"
    page = own.get("/", params={"data": "small"}, follow_redirects=False)
    assert page.status_code == 409
    assert 'data-name="small"' in page.text
    assert own.post(ADDRESS).status_code == 202
    assert once(own, lambda found: found["here"]) == {
        "size": size,
        "came": size,
        "here": True,
        "under_way": False,
        **found,
    }
    assert own.post("/api/settings", json=WANTED).json()["address"].startswith("data=small")
    assert own.post(ADDRESS).json()["download"]["here"]
    assert own.post(ADDRESS).json()["bytes"] == 50 * 785


def test_it_is_stopped_and_goes_on(server: Mirror, serve: Serve) -> None:
    slow = server.behave = Slow()
    with serve() as client:
        client.post(ADDRESS)
        assert once(client, lambda found: found["came"] == 100)["under_way"]
        assert not client.delete(ADDRESS).json()["download"]["under_way"]
        assert client.post(ADDRESS).json()["download"]["under_way"]  # before the first has ended
    assert server.asked == [("train-images-idx3-ubyte.gz", None)]
    with serve() as client:  # what had come when the server stopped is there
        assert standing(client)["came"] == 100
        slow.may.set()

        def is_here(found: dict[str, Any]) -> bool:
            if not found["under_way"]:  # the other server's thread, in this same process, may take a moment to end
                client.post(ADDRESS)
            return bool(found["here"])

        once(client, is_here)
    first = [asked for name, asked in server.asked if name == "train-images-idx3-ubyte.gz"]
    assert first in ([None], [None, "bytes=100-"])


def test_it_fails_in_words_without_paths(server: Mirror, own: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files = {}
    own.post(ADDRESS)
    problem = once(own, lambda found: found["problem"])["problem"]
    assert (problem["code"], problem["message"]) == ("download_refused", "127.0.0.1 answers with status 404")
    assert own.delete(ADDRESS).json()["download"]["problem"] is None

    def full(file: Any, mirrors: Any, folder: Path, report: Any) -> None:
        raise fetching.DownloadError("download_full", f"the disk of {folder} is full", folder=str(folder))

    monkeypatch.setattr("kernelscope.datasets.downloads.download.fetch", full)
    own.post(ADDRESS)
    problem = once(own, lambda found: found["problem"])["problem"]
    assert (problem["message"], problem["values"]) == ("the disk is full; what has come stays, to be continued", {})


def test_who_may(server: Mirror, serve: Serve) -> None:
    with serve(classroom=True) as client:
        for ask in (client.post, client.delete):
            assert ask(ADDRESS).status_code == 403
    with serve() as client:
        for ask in (client.post, client.delete):
            assert ask(ADDRESS, headers={"origin": "https://elsewhere.example"}).status_code == 403
            for name in ("digits", "cats", "own:0123456789abcdef"):
                assert ask(f"/api/datasets/{name}/download").status_code == 404
    assert server.asked == []


def test_an_experiment_whose_data_set_is_no_longer_here_offers_it_again(server: Mirror, tmp_path: Path) -> None:
    def serve() -> AbstractContextManager[str]:
        return serving(Settings(data_dir=tmp_path), worker)

    with serve() as address, httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client:
        client.post(ADDRESS)
        once(client, lambda found: found["here"])
        id = make(client, dataset="small")
        with watch(client, id) as page:
            assert page.snapshot(0).directory["step"] == 0
    shutil.rmtree(tmp_path / "datasets" / "small")
    with serve() as address, httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client:
        assert client.get(f"/api/experiments/{id}").json()["status"] == "asleep"
        answer = client.get(f"/e/{id}")
        assert (answer.status_code, 'data-name="small"' in answer.text) == (409, True)
