"""An earlier step and a film: as a viewer asks for them and gets them."""

from base64 import b64decode
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope.stream.wire import Frame, Kind, decode

from tests.api.page import Page, watch
from tests.clients import Serve, make

SHOWN = {"quantities": ["moved", "updates"], "layers": ["dense"]}
FILM = {"kind": "film", "kernel": {"layer": "conv1", "out": 1, "in": 0}, "frames": 4}


def frame_of(past: dict[str, Any]) -> Frame:
    """The snapshot of an earlier step."""
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
    page.want(**SHOWN, image=5)
    page.obeyed()
    while "image/probabilities" not in (shown := page.snapshot()).tensors:
        pass
    live = [shown]
    for step in range(1, 6):
        page.send("step")
        live.append(page.snapshot(step))
    with watch(client, id, stranger=True) as other:  # who watches may look back too
        for asked, step in ((0, 0), (3, 3), (5, 5), (10**6, 5)):
            other.want({"kind": "past", "at": asked, "shown": SHOWN, "image": 5})
            past = other.found("past", at=asked)
            assert (past["run"], past["step"]) == (1, 5)
            frame = frame_of(past)
            assert same(frame, live[step])
            assert frame.directory["image"] == 5
            assert frame.directory["steps_per_second"] is None
            limits = frame.directory["limits"]
            assert limits == {name: live[5].directory["limits"][name] for name in limits}, "the colours of now"
        other.want({"kind": "past", "at": 2, "shown": {"quantities": ["updates", "apart.A"]}})
        weight = live[2].tensors["params/conv1.weight"]
        frame = frame_of(other.found("past", at=2))
        assert np.array_equal(frame.tensors["apart.A/conv1.weight"], weight - weight[0])
        page.send("reset")
        while (past := other.found("past"))["run"] == 1:
            pass
        assert (past["step"], frame_of(past).directory["step"]) == (0, 0)


def test_a_film_of_the_kernel_that_is_looked_at(page: Page) -> None:
    live = [page.snapshot()]
    for step in range(1, 8):
        page.send("step")
        live.append(page.snapshot(step))
    page.want({"kind": "film", "kernel": {"layer": "conv1", "out": 1, "in": 0}, "frames": 4})
    film = page.found("film")
    assert {name: film[name] for name in ("run", "step", "kernel", "kept", "steps")} == {
        "run": 1,
        "step": 7,
        "kernel": {"layer": "conv1", "out": 1, "in": 0},
        "kept": list(range(8)),
        "steps": [0, 2, 4, 7],
    }
    for lane, id in enumerate(("A", "B")):
        packed = film["lanes"][id]["weights"]
        assert packed["shape"] == [4, 5, 5]
        weights = np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])
        for frame, step in zip(weights, film["steps"], strict=True):
            assert np.array_equal(frame, live[step].tensors["params/conv1.weight"][lane, 1, 0])
    page.send("step")
    assert page.found("film", step=8)["steps"] == [0, 2, 5, 8]


def test_while_it_trains_both_come_and_the_film_goes_on(page: Page) -> None:
    film = {"kind": "film", "kernel": {"layer": "conv1", "out": 0, "in": 0}, "frames": 64}
    page.want(film, {"kind": "past", "at": 2})
    page.start(5)
    page.want(film, {"kind": "past", "at": 3})
    past = page.found("past", at=3)
    assert frame_of(past).directory["step"] == 3
    assert frame_of(past).tensors["params/conv1.weight"].dtype == np.float32
    first = page.found("film")
    assert page.found("film")["step"] > first["step"]
    page.pause()


def test_the_past_outlives_the_worker(serve: Serve) -> None:
    with serve() as client:
        id = make(client)
        with watch(client, id) as page:
            for _ in range(6):
                page.send("step")
            page.snapshot(6)
            page.want({"kind": "past", "at": 4})
            before = frame_of(page.found("past"))
        cookies = dict(client.cookies)
    with serve() as client:
        client.cookies.update(cookies)
        with watch(client, id) as page:
            page.snapshot(6)
            page.want({"kind": "past", "at": 4})
            after = frame_of(page.found("past"))
            assert after.directory["step"] == 4
            assert all(np.array_equal(after.tensors[name], tensor) for name, tensor in before.tensors.items())


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        (FILM | {"frames": 1}, "frames: Input should be greater than or equal to 2, got 1"),
        (FILM | {"frames": 65}, "frames: Input should be less than or equal to 64, got 65"),
        (FILM | {"frames": "4"}, "frames: Input should be a valid integer"),
        (FILM | {"kernel": {"layer": "conv1", "out": 2, "in": 0}}, "subjects.0: expected out below 2 and in below 1"),
        ({"kind": "past", "at": -1}, "at: Input should be greater than or equal to 0, got -1"),
        ({"kind": "past", "at": 1.5}, "at: Input should be a valid integer"),
        ({"kind": "past", "at": 1, "shown": {"quantities": ["apart"]}}, "or apart. and a lane's id, got 'apart'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(page: Page, subject: dict[str, Any], message: str) -> None:
    page.want(subject)
    assert message in page.text("error", about="want")["message"]


def test_a_step_as_far_as_numbers_go_does_no_harm(page: Page) -> None:
    page.want({"kind": "past", "at": 10**300})
    assert frame_of(page.found("past", at=10**300)).directory["step"] == 0
