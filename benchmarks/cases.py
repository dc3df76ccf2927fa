"""The cases that are measured, and their goals.

A goal is the least ratio of PyTorch's time to Kernelscope's; or the largest slowdown or number of megabytes. Some cases
also have a harder goal to aspire to.
"""

from dataclasses import dataclass
from typing import Literal

from kernelscope.experiment.networks import usual
from kernelscope.nn import Architecture, Conv, Dense, LayerSpec, MaxPool, ReLU

from benchmarks.models import CLASSES, Model

DIGIT = (1, 28, 28)
PHOTO = (3, 32, 32)

Kind = Literal["speed", "busy", "memory"]


@dataclass(frozen=True)
class Case:
    """A case: one line of the table."""

    name: str
    title: str
    model: Model
    goal: float
    hard: float | None = None
    threads: int = 2
    lanes: int = 1
    kind: Kind = "speed"

    @property
    def at_most(self) -> bool:
        """Whether less is better, as for slowdowns and megabytes."""
        return self.kind != "speed"

    def meets(self, reached: float, goal: float) -> bool:
        """Tell whether `reached` is at least as good as `goal`."""
        return reached <= goal if self.at_most else reached >= goal


def _blocks(convs: list[Conv], *, pool: bool) -> Architecture:
    """Add a ReLU after each convolution, then a 2×2 pool with `pool`, and a dense layer for the classes at the end."""
    layers: list[LayerSpec] = []
    for number, conv in enumerate(convs, 1):
        layers += [conv, ReLU(f"relu{number}"), *([MaxPool(f"pool{number}", 2)] if pool else [])]
    return (*layers, Dense("dense", CLASSES))


DEFAULT = Model(tuple(usual("default", DIGIT, CLASSES)), DIGIT)
SMALL = Model(_blocks([Conv("conv1", 8, 5, padding=2), Conv("conv2", 16, 5, padding=2)], pool=True), DIGIT)
BIG = Model(
    _blocks(
        [Conv("conv1", 16, 5, padding=2), Conv("conv2", 32, 3, padding=1), Conv("conv3", 64, 3, padding=1)], pool=True
    ),
    PHOTO,
)
PLAIN = Model(
    _blocks(
        [Conv(f"conv{number}", filters, 3, padding=1) for number, filters in ((1, 16), (2, 32), (3, 32))], pool=False
    ),
    DIGIT,
)
GENERAL = Model(
    (
        Conv("conv1", 16, 5, padding=3),
        ReLU("relu1"),
        MaxPool("pool1", 3, stride=2),
        Conv("conv2", 32, 3, stride=2, padding=1),
        ReLU("relu2"),
        Conv("conv3", 32, (4, 3), padding=(1, 2)),
        ReLU("relu3"),
        MaxPool("pool3", 3, stride=2),
        Dense("dense", CLASSES),
    ),
    PHOTO,
)

CASES = {
    case.name: case
    for case in (
        Case("default", "default network, 2 threads", DEFAULT, 1.3, 1.5),
        Case("small", "small model, 2 threads", SMALL, 1.3, 1.5),
        Case("small-1", "small model, 1 thread", SMALL, 1.5, 1.8, threads=1),
        Case("big", "big model, 2 threads", BIG, 1.0, 1.2),
        Case("plain", "3×3 ×16 → 32 → 32, no pools, 2 threads", PLAIN, 0.8),
        Case("general", "strides, overlapping pools, 2 threads", GENERAL, 0.5),
        Case("lanes", "default network, 4 lanes, 2 threads", DEFAULT, 1.2, 1.4, lanes=4),
        Case("busy", "slowdown with one core left", DEFAULT, 2.5, kind="busy"),
        Case("memory", "peak memory, one network", DEFAULT, 60, kind="memory"),
        Case("memory-4", "peak memory, four lanes", DEFAULT, 120, lanes=4, kind="memory"),
    )
}
