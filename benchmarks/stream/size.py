"""The size of messages relative to the raw float32 numbers of their snapshots, while the experiment runs."""

from collections import defaultdict
from math import prod
from statistics import median
from typing import NamedTuple

from kernelscope.stream.wire import HEADER, Kind, decode

from benchmarks.stream.crowd import PATIENCE, Crowd
from benchmarks.stream.figures import Figure, Lengths
from benchmarks.stream.serving import training

GOAL = 30
"""Per cent."""
KERNEL = {"type": "want", "kernel": {"layer": "conv1", "out": 0, "in": 0}}
FLOAT32 = 4


class Message(NamedTuple):
    """The bytes of a message, of each kind of frame in it, and of its snapshot's tensors as float32."""

    length: int
    frames: dict[str, int]
    raw: int

    @property
    def share(self) -> float:
        """The size of the message in per cent of the raw numbers."""
        return 100 * self.length / self.raw


def measure(lengths: Lengths) -> list[Figure]:
    """Measure on a new server."""
    with training() as served, Crowd(served) as crowd:
        crowd.run(lengths.settle)
        return observe(crowd, lengths)


def observe(crowd: Crowd, lengths: Lengths) -> list[Figure]:
    """Measure without a kernel under the pointer, then with one."""
    messages: list[bytes] = []
    crowd.leave()
    [viewer] = crowd.come(1, sample=lambda _, message: messages.append(message))
    crowd.run(lengths.settle)  # the first message has what came before

    def received(*, with_kernel: bool) -> list[Message]:
        messages.clear()
        crowd.run(PATIENCE, lambda: messages and _counts(weigh(messages[-1]), with_kernel=with_kernel))
        crowd.run(lengths.size)
        return [message for message in map(weigh, messages) if _counts(message, with_kernel=with_kernel)]

    plain = received(with_kernel=False)
    viewer.send(KERNEL)
    looking = received(with_kernel=True)
    return [
        _figure("bytes of a message, of its snapshot as float32", plain),
        _figure("the same while one kernel is looked at", looking),
    ]


def weigh(data: bytes) -> Message:
    """Measure the parts of a message."""
    frames: dict[str, int] = defaultdict(int)
    raw, place = 0, 0
    for frame in decode(data):
        _, _, kind, directory, payload = HEADER.unpack_from(data, place)
        length = HEADER.size + directory + payload
        frames[Kind(kind).name.lower()] += length
        place += length
        if frame.kind in (Kind.SNAPSHOT, Kind.KERNEL):
            raw += FLOAT32 * sum(prod(tensor.shape) for tensor in frame.tensors.values())
    return Message(len(data), dict(frames), raw)


def _counts(message: Message, *, with_kernel: bool) -> bool:
    return message.raw > 0 and ("kernel" in message.frames) == with_kernel


def _figure(what: str, messages: list[Message]) -> Figure:
    usual = sorted(messages)[len(messages) // 2]
    parts = ", ".join(f"{name} {length:,}" for name, length in usual.frames.items())
    return Figure(
        what,
        median(message.share for message in messages),
        " %",
        GOAL,
        at_most=True,
        more=f"{usual.length:,} of {usual.raw:,} bytes: {parts}; {len(messages)} messages",
        timed=False,
        numbers={"messages": [message._asdict() for message in messages]},
    )
