"""An earlier step and a film: as a viewer asks for them and gets them."""

from base64 import b64decode
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.stream.wire import Frame, Kind, decode

from tests.api.page import Page, watch
from tests.clients import Serve, make


def frame_of(past: dict[str, Any]) -> Frame:
    """The snapshot in a `past` message."""
    [frame] = decode(b64decode(past["frame"], validate=True))
    assert frame.kind == Kind.SNAPSHOT
    return frame


def same(past: Frame, live: Frame) -> bool:
    """Whether a step is shown as it was then, which filters responded aside."""
    then = {name: tensor for name, tensor in live.tensors.items() if not name.startswith("active/")}
    members = ("run", "step", "lane_steps", "images_seen")
    return (
        past.tensors.keys() == then.keys()
        and all(np.array_equal(past.tensors[name], tensor) for name, tensor in then.items())
        and all(past.directory[name] == live.directory[name] for name in members)
    )


def test_earlier_steps_are_shown_as_they_were(client: httpx.Client, id: str, page: Page) -> None:
    page.send("view", quantities=["updates", "moved"], layers=["dense"])
    page.obeyed()
    while "moved/dense.weight" not in (shown := page.snapshot()).tensors:
        pass
    live = [shown]
    for step in range(1, 6):
        page.send("step")
        live.append(page.snapshot(step))
    with watch(client, id, stranger=True) as other:  # who watches may look back too
        for asked, step in ((0, 0), (3, 3), (5, 5), (10**6, 5)):
            other.send("view", quantities=["updates", "moved"], layers=["dense"], past=asked)
            past = other.text("past", asked=asked)
            assert (past["run"], past["lane"], past["step"]) == (1, "", 5)
            frame = frame_of(past)
            assert same(frame, live[step])
            assert frame.directory["steps_per_second"] is None
            limits = frame.directory["limits"]
            assert limits == {name: live[5].directory["limits"][name] for name in limits}, "the colours of now"
        other.send("view", quantities=["updates", "apart"], against="A", past=2)
        weight = live[2].tensors["params/conv1.weight"]
        frame = frame_of(other.text("past", asked=2))
        while "apart.A/conv1.weight" not in frame.tensors:
            frame = frame_of(other.text("past", asked=2))
        assert np.array_equal(frame.tensors["apart.A/conv1.weight"], weight - weight[0])
        page.send("reset")
        while (past := other.text("past"))["run"] == 1:
            pass
        assert (past["step"], frame_of(past).directory["step"]) == (0, 0)


def test_a_film_of_the_kernel_that_is_looked_at(page: Page) -> None:
    live = [page.snapshot()]
    for step in range(1, 8):
        page.send("step")
        live.append(page.snapshot(step))
    page.send("view", film=4)
    page.obeyed()
    page.send("look", layer="conv1", out=1, **{"in": 0})
    film = page.text("film")
    assert {name: film[name] for name in ("run", "lane", "step", "layer", "out", "in", "kept", "steps")} == {
        "run": 1, "lane": "", "step": 7, "layer": "conv1", "out": 1, "in": 0, "kept": list(range(8)),
        "steps": [0, 2, 4, 7],
    }  # fmt: skip
    for lane, id in enumerate(("A", "B")):
        packed = film["lanes"][id]["weights"]
        assert packed["shape"] == [4, 5, 5]
        weights = np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])
        for frame, step in zip(weights, film["steps"], strict=True):
            assert np.array_equal(frame, live[step].tensors["params/conv1.weight"][lane, 1, 0])
    page.send("step")
    assert page.text("film", step=8)["steps"] == [0, 2, 5, 8]


def test_while_it_trains_both_come_and_the_film_goes_on(page: Page) -> None:
    page.send("look", layer="conv1", out=0, **{"in": 0})
    page.send("view", film=64, past=2)
    page.start(5)
    page.send("view", film=64, past=3)
    past = page.text("past", asked=3)
    assert frame_of(past).directory["step"] == 3
    assert frame_of(past).tensors["params/conv1.weight"].dtype == np.float32
    first = page.text("film")
    assert page.text("film")["step"] > first["step"]
    page.pause()


def test_the_past_outlives_the_worker(serve: Serve) -> None:
    with serve() as client:
        id = make(client)
        with watch(client, id) as page:
            for _ in range(6):
                page.send("step")
            page.snapshot(6)
            page.send("view", past=4)
            before = frame_of(page.text("past"))
        cookies = dict(client.cookies)
    with serve() as client:
        client.cookies.update(cookies)
        with watch(client, id) as page:
            page.snapshot(6)
            page.send("view", past=4)
            after = frame_of(page.text("past"))
            assert after.directory["step"] == 4
            assert all(np.array_equal(after.tensors[name], tensor) for name, tensor in before.tensors.items())


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"film": 1}, "film: Input should be greater than or equal to 2, got 1"),
        ({"film": 65}, "film: Input should be less than or equal to 64, got 65"),
        ({"film": "4"}, "film: Input should be a valid integer"),
        ({"past": -1}, "past: Input should be greater than or equal to 0, got -1"),
        ({"past": 1.5}, "past: Input should be a valid integer"),
    ],
)
def test_what_cannot_be_is_refused_in_words(page: Page, members: dict[str, Any], message: str) -> None:
    page.send("view", **members)
    assert message in page.text("error", about="view")["message"]


def test_a_step_as_far_as_numbers_go_does_no_harm(page: Page) -> None:
    page.send("view", past=10**300)
    assert frame_of(page.text("past", asked=10**300)).directory["step"] == 0
