"""What networks can be made of, as the page is told."""

import httpx
import pytest
from kernelscope.experiment import ExperimentConfig
from kernelscope.nn import layers


def test_the_types_and_the_networks_of_a_data_set(client: httpx.Client) -> None:
    told = client.get("/api/networks", params={"dataset": "digits"}).raise_for_status().json()
    assert told == client.get("/api/networks").json()
    assert [one["type"] for one in told["types"]] == [one.type for one in layers.TYPES]
    conv, *_, dense = told["types"]
    assert [field["name"] for field in conv["fields"]] == [
        "filters",
        "kernel",
        "padding",
        "stride",
        "dilation",
        "groups",
        "init",
    ]
    assert (conv["numbered_alone"], dense["numbered_alone"]) == (True, False)
    for one in told["types"]:
        assert {field["name"] for field in one["fields"]} == one["example"].keys() - {"name", "type"}
    for network in told["networks"].values():
        assert ExperimentConfig.model_validate({"architecture": network}).architecture[-1].type == "dense"


@pytest.mark.parametrize(("dataset", "name"), [("digits", "default"), ("photos", "colour")])
def test_one_of_them_is_usual(client: httpx.Client, dataset: str, name: str) -> None:
    told = client.get("/api/networks", params={"dataset": dataset}).raise_for_status().json()
    assert told["usual"] == name
    assert told["networks"][name] == ExperimentConfig(dataset=dataset).model_dump(mode="json")["architecture"]


def test_an_unknown_data_set_is_named(client: httpx.Client) -> None:
    answer = client.get("/api/networks", params={"dataset": "cats"})
    assert answer.status_code == 404
    assert "cats" in answer.json()["detail"]
