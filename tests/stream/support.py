"""Reports as a worker would make them, and what a viewer gets of them."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import numpy as np
from kernelscope.experiment import EvaluationRecord, StepRecord
from kernelscope.experiment.place import Kernel
from kernelscope.picture.picture import Picture
from kernelscope.picture.scale import Limit
from kernelscope.source.reports import Progress
from kernelscope.stream.channel import Channel
from kernelscope.stream.frames import picture_frames
from kernelscope.stream.history import History
from kernelscope.stream.viewer import Viewer
from kernelscope.stream.wire import Frame, Kind, decode
from kernelscope.studies.shown import PLAIN, Shown


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a coroutine as a test."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 10))

    return run


def picture_of(step: int, *kernels: Kernel, shown: Shown = PLAIN, shared: Shown = PLAIN) -> Picture:
    weights = np.full((1, 4, 3, 1, 1), step, "i1")
    quantities = [f"responses.{image}" for image in shown.images if "responses" in shown.quantities]
    names = [
        f"{quantity}/{layer}.weight"
        for quantity in ("params", *sorted(shown.quantities - {"responses"}), *quantities)
        for layer in ("conv1", *sorted(shown.layers))
    ]
    exact = {kernel: {"weight": np.ones((1, 1, 1), "f4")} for kernel in kernels}
    limits, tensors = dict.fromkeys(names, Limit(1.0, 0)), dict.fromkeys(names, weights)
    return Picture(step, step, (step,), 0.0, limits, None, tensors, exact, shown, shared)


class Source:
    """A channel, and a simulated worker that reports to it step by step."""

    def __init__(self) -> None:
        self.attention = 0
        self.channel = Channel(History(1, lanes=1), self._attention_changed, frozenset({"c", "conv1"}))
        self.channel.describe("described")

    def _attention_changed(self) -> None:
        self.attention += 1

    @property
    def step(self) -> int:
        return self.channel.history.position.steps

    def publish(
        self,
        steps: int = 1,
        *,
        tests: int = 0,
        picture: bool = True,
        kernels: tuple[Kernel, ...] = (),
        shown: Shown = PLAIN,
        shared: Shown = PLAIN,
    ) -> None:
        """Report `steps` steps and test results, and a picture after them."""
        first, run = self.step + 1, self.channel.history.run
        records = [StepRecord(n, (float(n),), *[(0.5,)] * 5) for n in range(first, first + steps)]
        done = self.channel.history.position.tests
        evaluations = [EvaluationRecord(n, (1.0,), (0.5,)) for n in range(done, done + tests)]
        shown = picture_of((first + steps - 1) % 100, *kernels, shown=shown, shared=shared) if picture else None
        frames = picture_frames(run, shown, None) if shown else None
        self.channel.publish(Progress(run, records, [0.5] * steps, evaluations, shown, None), frames)


def audience(viewers: int) -> str:
    return f"{viewers} viewers"


async def frames(viewer: Viewer) -> list[Frame]:
    """The frames of its next messages."""
    return [frame for message in await viewer.next() if isinstance(message, bytes) for frame in decode(message)]


def silent(viewer: Viewer) -> "asyncio.Task[list[Frame]]":
    """A task for its next frames, which are not there yet (see `waits`)."""
    return asyncio.create_task(frames(viewer))


async def waits(task: "asyncio.Task[list[Frame]]") -> bool:
    """Whether nothing is sent until something else happens."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


def spans(frames: list[Frame]) -> list[tuple[int, int]]:
    """The first and the last step of each scalars frame."""
    return [(f.directory["first_step"], f.directory["last_step"]) for f in frames if f.kind == Kind.SCALARS]


def results_in(frame: Frame) -> list[int]:
    """The steps of which a scalars frame has test results."""
    return frame.tensors["test.step"].tolist() if "test.step" in frame.tensors else []


def kinds(frames: list[Frame]) -> list[str]:
    return [frame.kind.name.lower() for frame in frames]
