"""Addresses with settings: what they open, and what is said where they cannot."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernelscope.api.pages import links
from kernelscope.api.pages.pages import texts
from kernelscope.experiment import ExperimentConfig, address

from tests.api.page import watch
from tests.clients import NAVIGATION, SMALL, Serve, led_to, make

NET = "conv2x5,relu,pool4,dense10"


@pytest.fixture
def visitor(client: httpx.Client) -> Iterator[httpx.Client]:
    """A browser that has never been here."""
    with httpx.Client(base_url=client.base_url, headers=NAVIGATION, timeout=20) as visitor:
        yield visitor


def opened(client: httpx.Client, query: str) -> str:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 303, answer.text
    return led_to(answer)


def id_of(location: str) -> str:
    match = re.fullmatch(r"/e/([\w-]{11})(?:\?.*)?", location)
    assert match, location
    return match[1]


def test_an_address_with_settings_opens_an_experiment_of_them(visitor: httpx.Client) -> None:
    own = id_of(opened(visitor, ""))
    id = id_of(opened(visitor, f"batch=8&seed=5&net={NET}&lanes=0.01,0.1:adam"))
    assert id != own
    view = visitor.get(f"/api/experiments/{id}").json()
    assert (view["config"]["batch_size"], view["config"]["seed"]) == (8, 5)
    assert [lane["optimizer"]["type"] for lane in view["config"]["lanes"]] == ["sgd", "adam"]
    assert view["address"] == f"seed=5&batch=8&net={NET}&lanes=0.01,0.1:adam"
    # It is now the one that the visitor finds again.
    assert id_of(opened(visitor, "")) == id


def test_the_view_goes_along_and_opens_nothing(visitor: httpx.Client) -> None:
    location = opened(visitor, "view=update&hide=reset,seed&seed=4&lang=zh-CN")
    assert location.endswith("?view=update&hide=reset,seed")
    assert opened(visitor, "view=start") == location.partition("?")[0] + "?view=start"


def test_the_same_link_gives_the_same_kernels_bit_for_bit(visitor: httpx.Client) -> None:
    id = make(visitor, stop={"step": 20})
    query = visitor.get(f"/api/experiments/{id}").json()["address"]
    kernels = []
    for one in (id, id_of(opened(visitor, query)), id_of(opened(visitor, query.replace("seed=3", "seed=4")))):
        with watch(visitor, one) as page:
            page.send("start")
            while (snapshot := page.snapshot(20)).tensors["params/conv1.weight"].dtype != np.float32:
                pass  # the last one, at rest, is exact
            kernels.append((snapshot.tensors["params/conv1.weight"].tobytes(), page.losses))
    assert kernels[0] == kernels[1]
    assert kernels[0] != kernels[2]


@pytest.mark.parametrize(
    ("query", "setting", "words", "rest"),
    [
        ("batch=0&view=start", "batch", "must be at least 1, not 0", "/?view=start"),
        ("seed=1&seed=2&batch=8", "seed", "appears more than once", "/?batch=8"),
        ("bacth=8&batch=8", "bacth", "there is no such setting", "/?batch=8"),
        ("net=conv8&seed=5", "net", "conv8 cannot be read; write it like conv8x7:pad3", "/?seed=5"),
        ("net=conv8x99,dense10", "net", "conv1: a window of 99×99 does not fit the input of 1×28×28", "/"),
        ("net=dense200000,dense10", "net", "parameters can be sent, these are 159,000,010", "/"),
        (
            "data=cats",
            "data",
            "must be one of &#39;digits&#39;, &#39;fashion&#39;, &#39;photos&#39;, &#39;planted&#39;, &#39;mnist&#39;",
            "/",
        ),
        ("data=planted:9,0.3&seed=5", "data", "like planted:1.5,0.3; not planted:9,0.3", "/?seed=5"),
    ],
)
def test_what_cannot_be_opened_is_said_with_a_way_on(
    visitor: httpx.Client, query: str, setting: str, words: str, rest: str
) -> None:
    answer = visitor.get(f"/?{query}", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert f"<code>{setting}</code>" in answer.text
    assert words in answer.text
    assert f'href=".{rest}"' in answer.text.replace("&amp;", "&")
    assert not visitor.cookies


def test_it_is_said_in_the_visitors_language(visitor: httpx.Client) -> None:
    answer = visitor.get("/?batch=0", headers={"accept-language": "zh"})
    assert "至少为 1，不能是 0" in answer.text


def test_an_experiment_that_is_gone_can_begin_again_where_its_address_has_its_settings(client: httpx.Client) -> None:
    answer = client.get("/e/gone?seed=5&batch=8&view=start")
    assert answer.status_code == 404
    assert 'href="../?seed=5&amp;batch=8&amp;view=start"' in answer.text
    for query in ("", "?view=start", "?batch=0", "?bacth=1"):
        assert 'href="../"' in client.get(f"/e/gone{query}").text


def test_flags_leave_parts_of_the_page_out(client: httpx.Client, id: str) -> None:
    page = client.get(f"/e/{id}?hide=reset,seed&hide=api,nonsense").text
    gone = re.findall(r'data-group="(\w+)" data-gone', page)
    assert {*gone} == {"api", "reset", "seed"}
    assert "nonsense" in page
    whole = client.get(f"/e/{id}").text
    assert "data-gone" not in whole
    assert set(re.findall(r'data-group="(\w+)"', whole)) == set(links.HIDDEN)
    offered = client.get("/parts/en/share-dialog").text
    assert re.findall(r'type="checkbox" value="(\w+)"', offered) == list(links.HIDDEN)
    for words in texts.values():  # each flag has a name of its own
        assert len({words(f"part.{flag}") for flag in links.HIDDEN} - set(links.HIDDEN)) == len(links.HIDDEN)


def test_settings_are_looked_at_without_opening_anything(client: httpx.Client) -> None:
    before = len(client.get("/api/experiments").json())
    answer = client.post("/api/settings", json={**SMALL, "seed": 9})
    assert answer.status_code == 200
    found = answer.json()
    assert found["address"] == f"seed=9&batch=8&net={NET}&lanes=0.01,0.1"
    assert [layer["output_shape"] for layer in found["layers"]] == [[2, 24, 24], [2, 24, 24], [2, 6, 6], [10, 1, 1]]
    assert found["parameters"] == 2 * 25 + 2 + 72 * 10 + 10
    refused = client.post("/api/settings", json={"architecture": [{"type": "dense", "name": "dense", "units": 7}]})
    assert refused.status_code == 200  # it is an answer
    assert [problem["code"] for problem in refused.json()["problems"]] == ["last_layer"]
    assert len(client.get("/api/experiments").json()) == before


def test_students_open_nothing_by_a_link(serve: Serve) -> None:
    with serve(classroom=True) as teacher, httpx.Client(base_url=teacher.base_url, timeout=20) as student:
        assert "experiment" not in student.get("/?seed=5").headers.get("location", "")
        assert student.post("/api/experiments", json={}).status_code == 403


@given(st.text(max_size=200))
def test_any_query_is_an_experiment_or_a_reason(query: str) -> None:
    link = links.sort(parse_qsl(query, keep_blank_values=True))
    for _ in range(len(link.settings) + 1):
        try:
            config = links.read(link)
            break
        except links.NotAnExperiment as error:
            link = error.rest  # has less that is wrong
    assert address.read(parse_qsl(address.write(config))) == config


def test_nothing_but_the_seed_is_said_of_the_default() -> None:
    assert address.write(ExperimentConfig()) == "seed=3"


def test_the_documentation_has_all_settings_and_parts_and_its_example_opens() -> None:
    section = (Path(__file__).parents[2] / "docs" / "addresses.md").read_text("utf-8")
    for name in (*address.MEMBERS, *links.VIEW, *links.HIDDEN, "lang"):
        assert f"`{name}`" in section, name
    example = re.search(r"`GET /\?(.*?)`", section)
    assert example
    config = links.read(links.sort(parse_qsl(example[1])))
    assert [layer.type for layer in config.architecture] == ["conv", "relu", "pool", "dense"]
    for text in re.findall(r"`((?:conv\d+x|pool|dense)\d[\w:.]*)`", section):
        address.read([("net", f"{text},dense10")])
    for text in re.findall(r"`(0\.\d+:[^`]*)`", section):
        address.read([("lanes", text)])
