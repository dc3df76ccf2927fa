"""The cases that are measured, and their goals.

A goal is the least ratio of PyTorch's time to Kernelscope's; or the largest slowdown or number of megabytes. Some cases
also have a harder goal to aspire to.
"""

from dataclasses import dataclass
from typing import Literal

from kernelscope import datasets
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
    cores: int = 2
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
PHOTOS = Model(tuple(usual(datasets.info("photos").network, PHOTO, CLASSES)), PHOTO)
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
        Case("default", "default network, 2 cores", DEFAULT, 1.4, 1.7),
        Case("small", "5×5 ×8 → 5×5 ×16, 2 cores", SMALL, 1.3, 1.5),
        Case("small-1", "5×5 ×8 → 5×5 ×16, 1 core", SMALL, 1.1, 1.3, cores=1),
        Case("big", "32×32×3: 5×5 ×16 → 3×3 ×32 → 3×3 ×64, 2 cores", BIG, 1.15, 1.4),
        Case("photos", "network of the photographs, 2 cores", PHOTOS, 1.2, 1.5),
        Case("plain", "3×3 ×16 → 32 → 32, no pools, 2 cores", PLAIN, 0.9, 1.0),
        Case("general", "strides, overlapping pools, 2 cores", GENERAL, 0.9, 1.0),
        *(
            Case(f"lanes-{lanes}", f"default network, {lanes} lanes", DEFAULT, 1.2, 1.4, lanes=lanes)
            for lanes in (3, 4, 8)
        ),
        Case("busy", "default network, slowdown while one of the two cores is taken", DEFAULT, 1.8, kind="busy"),
        Case("memory", "memory of one network, all processes", DEFAULT, 110, 90, kind="memory"),
    )
}
