import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import numpy as np
import pytest

from server.experiment import EvaluationRecord, Snapshot, StepRecord
from server.runner.messages import Progress
from server.stream.channel import CREDIT, Channel, Closed, Viewer, snapshot_frame
from server.stream.wire import Frame, Kind, decode


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 5))

    return run


class Source:
    """What a worker would report, a step at a time."""

    def __init__(self) -> None:
        self.channel = Channel(lanes=1)
        self.channel.describe("described")
        self.step = 0
        self.frames = 0

    def publish(self, steps: int = 1, *, run: int = 1, evaluations: int = 0) -> None:
        records = [StepRecord(self.step + k + 1, (1.0,), (0.5,), (0.1,)) for k in range(steps)]
        tests = [EvaluationRecord(k, (1.0,), (0.5,)) for k in range(evaluations)]
        self.step += steps
        self.frames += 1
        snapshot = Snapshot(
            self.step, self.step, (self.step,), {"conv1.weight": np.full((1, 2), self.step, "f4")}, None
        )
        data = snapshot_frame(self.frames, run, snapshot, None)
        self.channel.publish(Progress(run, records, tests, snapshot, None), self.frames, data)

    def begin_run(self, run: int) -> None:
        self.step = 0
        self.channel.begin_run(run)


async def frames(viewer: Viewer) -> list[Frame]:
    return [decode(message) for message in await viewer.next() if isinstance(message, bytes)]


@in_a_loop
async def test_a_newcomer_gets_description_all_scalars_newest_snapshot_in_this_order() -> None:
    source = Source()
    for _ in range(3):
        source.publish(4)
    with source.channel.viewer() as viewer:
        description, scalars, snapshot = await viewer.next()
    assert description == "described"
    assert isinstance(scalars, bytes)
    assert isinstance(snapshot, bytes)
    assert decode(scalars).directory == {"run": 1, "first_step": 1, "last_step": 12}
    assert decode(snapshot).directory["step"] == 12


@in_a_loop
async def test_before_there_is_a_snapshot_the_scalars_frame_comes_all_the_same() -> None:
    with Source().channel.viewer() as viewer:
        description, scalars = await viewer.next()
    assert description == "described"
    assert decode(scalars).directory["last_step"] == 0  # type: ignore[arg-type]


@in_a_loop
async def test_a_slow_viewer_skips_snapshots_but_never_a_scalar() -> None:
    source = Source()
    with source.channel.viewer() as viewer:
        got: list[Frame] = []
        for _ in range(CREDIT):
            source.publish()
            got += await frames(viewer)
        source.publish()
        waiting = asyncio.create_task(frames(viewer))
        await asyncio.sleep(0)
        for _ in range(10):
            source.publish()
            await asyncio.sleep(0)
        assert not waiting.done(), "frames were sent beyond the credit"
        viewer.acknowledge(got[-1].directory["frame"])
        got += await waiting
    snapshots = [frame.directory["step"] for frame in got if frame.kind == Kind.SNAPSHOT]
    assert snapshots == [1, 2, 13]
    ranges = [(f.directory["first_step"], f.directory["last_step"]) for f in got if f.kind == Kind.SCALARS]
    assert ranges == [(1, 1), (2, 2), (3, 13)]


@in_a_loop
async def test_a_viewer_without_credit_still_hears_of_changes() -> None:
    source = Source()
    with source.channel.viewer() as viewer:
        for _ in range(CREDIT):
            source.publish()
            await viewer.next()
        source.publish()
        source.channel.describe("changed")
        assert await viewer.next() == ["changed"]


@in_a_loop
async def test_acknowledging_a_frame_acknowledges_all_before_it() -> None:
    source = Source()
    with source.channel.viewer() as viewer:
        for _ in range(CREDIT):
            source.publish()
            await viewer.next()
        viewer.acknowledge(CREDIT)
        for _ in range(CREDIT):
            source.publish()
            assert [frame.kind for frame in await frames(viewer)] == [Kind.SCALARS, Kind.SNAPSHOT]


@in_a_loop
async def test_all_viewers_get_the_very_same_bytes() -> None:
    source = Source()
    with source.channel.viewer() as one, source.channel.viewer() as other:
        source.publish(5, evaluations=1)
        for first, second in zip(await one.next(), await other.next(), strict=True):
            assert first is second


@in_a_loop
async def test_a_new_run_begins_with_scalars_from_step_one_again() -> None:
    source = Source()
    with source.channel.viewer() as viewer:
        source.publish(7)
        await viewer.next()
        source.begin_run(2)
        source.channel.describe("run 2")
        source.publish(0, run=2)
        description, scalars, snapshot = await viewer.next()
        assert description == "run 2"
        assert decode(scalars).directory == {"run": 2, "first_step": 1, "last_step": 0}  # type: ignore[arg-type]
        assert decode(snapshot).directory["step"] == 0  # type: ignore[arg-type]


@in_a_loop
async def test_an_evaluation_alone_is_news() -> None:
    source = Source()
    with source.channel.viewer() as viewer:
        source.publish(2)
        await viewer.next()
        source.channel.publish(Progress(1, [], [EvaluationRecord(2, (1.0,), (0.5,))], None, None), source.frames, b"")
        (scalars,) = await frames(viewer)
        assert scalars.directory == {"run": 1, "first_step": 3, "last_step": 2}
        assert scalars.tensors["test.step"].tolist() == [2]


@in_a_loop
async def test_closing_ends_every_viewer() -> None:
    channel = Source().channel
    with channel.viewer() as viewer:
        await viewer.next()
        channel.close()
        with pytest.raises(Closed):
            await viewer.next()
    assert not channel.viewers
