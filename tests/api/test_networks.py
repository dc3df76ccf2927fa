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


@pytest.mark.parametrize(
    ("dataset", "name"), [("digits", "default"), ("photos", "colour"), ("planted:1,0.2", "planted")]
)
def test_one_of_them_is_usual(client: httpx.Client, dataset: str, name: str) -> None:
    told = client.get("/api/networks", params={"dataset": dataset}).raise_for_status().json()
    assert told["usual"] == name
    assert told["networks"][name] == ExperimentConfig(dataset=dataset).model_dump(mode="json")["architecture"]


def test_an_unknown_data_set_is_named(client: httpx.Client) -> None:
    answer = client.get("/api/networks", params={"dataset": "cats"})
    assert answer.status_code == 404
    assert "cats" in answer.json()["detail"]


def test_the_layers_before_the_first_that_cannot_be_are_told(client: httpx.Client) -> None:
    layers = [
        {"type": "conv", "name": "a", "filters": 4, "kernel": 5, "stride": 2, "padding": 1, "groups": 1},
        {"type": "avgpool", "name": "b", "size": 20},
        {"type": "dense", "name": "c", "units": 10},
    ]
    answer = client.post("/api/settings", json={"architecture": layers}).raise_for_status().json()
    [problem], [layer] = answer["problems"], answer["layers"]
    assert (problem["values"]["layer"], problem["code"], answer["address"]) == ("b", "does_not_fit", None)
    assert (layer["name"], layer["output_shape"], layer["parameters"]) == ("a", [4, 13, 13], 104)
    assert layer["window"] == {"size": [5, 5], "stride": [2, 2], "padding": [1, 1]}
    layers[1] = {"type": "avgpool", "name": "b", "size": "many"}
    [layer] = client.post("/api/settings", json={"architecture": layers}).json()["layers"]
    assert layer["name"] == "a"
    for odd in (7, "x", [7], {"a": 1}, None):
        assert client.post("/api/settings", json={"architecture": odd}).json()["layers"] == []
