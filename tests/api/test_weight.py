"""One weight, its life, a traced image, a step in phases: as a viewer asks for them and gets them."""

from base64 import b64decode
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.datasets import digits
from kernelscope.stream.wire import Frame, Kind

from tests.api.page import Page, watch
from tests.clients import Serve, make

PLACE = {"layer": "conv1", "out": 1, "in": 0, "row": 2, "col": 4}
WEIGHT = {"kind": "weight", "lane": "B", "weight": PLACE}
LIFE = {"kind": "life", "weight": PLACE}
HAND = {"lane": "B", "weight": PLACE}


def first_step(page: Page) -> tuple[Frame, dict[str, dict[str, Any]]]:
    """What comes of step 1 in whatever order: the snapshot; the weight with its proof, and its life.

    Who is not quick enough is sent the weight with its proof only.
    """
    snapshot, found = None, dict[str, dict[str, Any]]()
    while not snapshot or len(found) < 2:
        match page.receive():
            case {
                "type": "found",
                "step": 1,
                "subject": {"kind": "weight"},
                "payload": {"origin": {"proof": {}}} as got,
            }:
                found["weight"] = got
            case {"type": "found", "step": 1, "subject": {"kind": "life"}, "payload": dict() as got}:
                found["life"] = got
            case [*_, Frame(kind=Kind.SNAPSHOT, directory={"step": 1}) as snapshot]:
                pass
    return snapshot, found


def test_a_weight_with_its_sum_its_proof_and_its_life(client: httpx.Client, id: str, page: Page) -> None:
    page.want(WEIGHT, LIFE)
    none = page.found("weight", missing="no_step")
    assert (none["gradient"], none["kernel"]) == (None, None)
    page.send("step")
    snapshot, found = first_step(page)
    first, tensors = found["weight"], snapshot.tensors
    assert first["gradient"] == tensors["grads/conv1.weight"][1, 1, 0, 2, 4]
    assert first["after"] == tensors["params/conv1.weight"][1, 1, 0, 2, 4]
    kernel = np.frombuffer(b64decode(first["kernel"]["data"]), "<f4").reshape(first["kernel"]["shape"])
    assert np.array_equal(kernel, tensors["params/conv1.weight"][1, 1, 0]), "of the same step"
    assert np.float32(first["before"]) + np.float32(first["update"]) == np.float32(first["after"])
    assert first["origin"]["total"] == pytest.approx(first["gradient"], rel=1e-3)
    assert first["origin"]["proof"]["slope"] == pytest.approx(first["gradient"], rel=1e-2)
    assert found["life"]["lanes"]["B"]["steps"] == [0, 1]
    assert found["life"]["lanes"]["B"]["values"] == [first["before"], first["after"]]
    with watch(client, id, stranger=True) as other:  # who watches may look too
        other.want(WEIGHT | {"image": 3})
        assert other.found("weight")["origin"]["image"]["index"] == 3


def test_a_weight_is_changed_and_changed_back_by_who_holds_the_controls(
    client: httpx.Client, id: str, page: Page
) -> None:
    before = page.snapshot().tensors["params/conv1.weight"][1, 1, 0, 2, 4]
    page.send("set_weight", **HAND, value=0.75)
    edit = page.text("experiment", edits=1)["last_edit"]
    assert edit == {**HAND, "step": 0, "before": before, "after": 0.75}
    assert page.snapshot().tensors["params/conv1.weight"][1, 1, 0, 2, 4] == 0.75
    with watch(client, id, stranger=True) as other:
        other.send("set_weight", **HAND, value=1)
        assert "watching" in other.text("error")["message"]
    page.send("undo_weight")
    page.text("experiment", last_edit=None)
    assert page.snapshot().tensors["params/conv1.weight"][1, 1, 0, 2, 4] == before


def test_a_step_in_phases_with_a_traced_image(page: Page) -> None:
    page.want({"kind": "trace", "lane": "A", "image": 5})
    assert page.found("trace")["forward"].keys() == {"conv1", "relu1", "pool1", "dense"}
    for done in range(1, 10):
        page.send("phase")
        assert page.text("experiment", phases={"done": done, "of": 10})["status"] == "paused"
        trace = page.found("trace")
        assert trace["step_under_way"]["done"] == done
    assert trace["step_under_way"]["gradients"].keys() == {"conv1", "dense"}
    page.send("phase")
    page.text("experiment", phases=None)
    assert page.snapshot(1).directory["step"] == 1


def test_a_training_image_is_counted_after_the_test_images(page: Page) -> None:
    page.want(image=2003)
    while page.snapshot().directory.get("image") != 2003:
        pass
    page.want({"kind": "image", "image": 2003}, {"kind": "trace", "lane": "A", "image": 2003}, image=2003)
    data, image = digits.load(), page.found("image")
    assert np.frombuffer(b64decode(image["pixels"]["data"]), "<f4").tolist() == data.train_images[3].ravel().tolist()
    assert image["label"] == data.train_labels[3]
    trace = page.found("trace")
    assert trace["pixels"] == image["pixels"]


def test_an_epoch(serve: Serve) -> None:
    with serve() as client, watch(client, make(client, batch_size=1024)) as page:
        page.send("epoch")
        page.text("experiment", status="running")
        page.text("experiment", status="paused")
        assert page.snapshot(10).directory["step"] == 10


@pytest.mark.parametrize(
    ("type", "members", "message"),
    [
        (
            "want",
            {"subjects": [WEIGHT | {"weight": PLACE | {"layer": "relu1"}}]},
            "subjects.0: layer: expected one of conv1, dense, got 'relu1'",
        ),
        (
            "want",
            {"subjects": [{"kind": "line", "lane": "A"}, LIFE | {"weight": PLACE | {"row": 5}}]},
            "subjects.1: expected [out, in, row, col] below [2, 1, 5, 5] in conv1, got [1, 0, 5, 4]",
        ),
        ("want", {"subjects": [WEIGHT | {"weight": PLACE | {"out": -1}}]}, "weight.out"),
        ("want", {"subjects": [{"kind": "weight", "weight": PLACE}]}, "weight.lane"),
        *(
            ("want", wish, f"{member}image: expected a number from 0 to 11999, got 12000")
            for member, wish in {
                "": {"image": 12000},
                "subjects.0: ": {"subjects": [{"kind": "trace", "lane": "A", "image": 12000}]},
                "subjects.1: ": {"subjects": [LIFE, {"kind": "past", "at": 0, "image": 12000}]},
            }.items()
        ),
        ("want", {"image": -1}, "image: expected the index of the picture in own, none, got -1"),
        ("set_weight", {**HAND, "value": 1e7}, "value"),
        ("set_weight", {**HAND, "value": "much"}, "value"),
        ("set_weight", {**HAND, "lane": "Z", "value": 1}, "lane: expected one of A, B, got 'Z'"),
        ("set_weight", {**HAND, "weight": PLACE | {"col": -1}, "value": 1}, "weight.col"),
        ("set_weight", {**HAND, "weight": PLACE | {"col": 5}, "value": 1}, "expected [out, in, row, col] below"),
    ],
)
def test_what_cannot_be_is_refused_in_words(page: Page, type: str, members: dict[str, Any], message: str) -> None:
    page.send(type, **members)
    error = page.text("error")
    assert error["about"] == type
    assert message in error["message"]
    assert "image: image" not in error["message"], "it is named once"


def test_an_image_of_the_batch_or_lane_that_is_not_there_does_no_harm(page: Page) -> None:
    page.want(WEIGHT | {"image": 9_999})
    page.send("step")
    assert page.found("weight", step=1)["origin"]["image"]["index"] == 7
    page.want({"kind": "trace", "lane": "Q", "image": 0}, WEIGHT | {"lane": "Q"})
    page.send("step")
    page.snapshot(2)


def test_a_step_too_large_for_phases_is_refused_in_words(serve: Serve) -> None:
    wide = [
        {"type": "conv", "name": "conv1", "filters": 32, "kernel": 7},
        {"type": "dense", "name": "dense", "units": 10},
    ]
    with serve() as client, watch(client, make(client, architecture=wide, batch_size=500)) as page:
        page.send("phase")
        assert "numbers to be kept between the phases" in page.text("error", about="phase")["message"]
        page.send("step")
        page.snapshot(1)
