"""The linear growth of a step's cost with the batch, the filters and the lanes, measured and drawn.

Filters are added to one layer at a time: doubling them in both would quadruple the kernels between the two.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from kernelscope.nn import Conv
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.cases import DEFAULT
from benchmarks.interleave import Effort, Timing, interleave
from benchmarks.models import Model
from benchmarks.sides import Ours

CORES = 2
AXES = {
    "batch": "batch (images)",
    "filters": "filters of one layer (× the default)",
    "lanes": "lanes (networks)",
}
LOOKS = (("#0072b2", "o"), ("#d55e00", "s"))
"""Colour and marker of a panel's first and second series."""


@dataclass(frozen=True)
class Series:
    """Milliseconds per step at several sizes."""

    panel: str
    name: str
    times: Mapping[int, Timing]

    @property
    def medians(self) -> list[float]:
        """The medians, in the order of the sizes."""
        return [timing.median for timing in self.times.values()]

    def line(self) -> tuple[float, float]:
        """Fit a line by *relative* distances, since noise grows with the time. Return its slope and intercept."""
        slope, intercept = np.polyfit(list(self.times), self.medians, 1, w=[1 / median for median in self.medians])
        return float(slope), float(intercept)

    def farthest(self) -> float:
        """Return the largest relative distance of a point from the line."""
        slope, intercept = self.line()
        return max(abs(timing.median / (slope * size + intercept) - 1) for size, timing in self.times.items())

    def __str__(self) -> str:
        slope, intercept = self.line()
        points = ", ".join(f"{size}: {timing.median:.2f}" for size, timing in self.times.items())
        return (
            f"{self.panel} {self.name}".rstrip() + f": {intercept:.2f} + {slope:.3f}·x ms, no point farther off"
            f" than {self.farthest():.0%} ({points})"
        )


def more_filters(model: Model, layer: str, factor: int) -> Model:
    """Return `model` with `factor` times as many filters in one layer."""
    return replace(
        model,
        architecture=tuple(
            replace(spec, filters=spec.filters * factor) if isinstance(spec, Conv) and spec.name == layer else spec
            for spec in model.architecture
        ),
    )


def measure(effort: Effort) -> Iterator[Series]:
    """Measure one series after the other, with the sizes of each interleaved."""
    batches = {size: replace(DEFAULT, batch_size=size) for size in (16, 32, 64, 80, 96, 128, 256, 512)}
    yield Series("batch", "", times(batches, effort))
    for layer in (spec.name for spec in DEFAULT.architecture if isinstance(spec, Conv)):
        models = {factor: more_filters(DEFAULT, layer, factor) for factor in (1, 2, 3, 4, 6, 8)}
        yield Series("filters", layer, times(models, effort))
    yield Series("lanes", "", times(dict.fromkeys(range(1, 9), DEFAULT), effort, lanes=True))


def times(models: Mapping[int, Model], effort: Effort, *, lanes: bool = False) -> dict[int, Timing]:
    """Time a step at each size; with `lanes` the size is the number of lanes."""
    with ExitStack() as stack:
        contestants = {}
        for size, model in models.items():
            side = stack.enter_context(closing(Ours(model, CORES, range(size if lanes else 1))))
            side.settle()
            contestants[str(size)] = side.run
        return {int(size): timing for size, timing in interleave(contestants, effort).items()}


def draw(series: Sequence[Series], path: Path) -> None:
    """Draw a panel each for the batch, the filters and the lanes."""
    figure = Figure(figsize=(12, 4), layout="constrained", facecolor="white")
    for place, (panel, label) in enumerate(AXES.items(), 1):
        axes = figure.add_subplot(1, len(AXES), place)
        shown = [one for one in series if one.panel == panel]
        for one, (colour, marker) in zip(shown, LOOKS, strict=False):
            _plot(axes, one, colour, marker)
        axes.set(xlabel=label, ylabel="time of a step (ms)", xlim=(0, None), ylim=(0, None))
        axes.grid(color="#dddddd")
        axes.set_axisbelow(True)
        axes.legend(loc="upper left", frameon=False)
    figure.suptitle(f"Default network, batch 64 unless varied, {CORES} cores: medians, quartiles, straight lines")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


def _plot(axes: Axes, series: Series, colour: str, marker: str) -> None:
    slope, intercept = series.line()
    sizes, medians = np.array(list(series.times)), np.array(series.medians)
    quartiles = np.array([timing.quartiles for timing in series.times.values()]).T
    spread = np.abs(quartiles - medians)
    axes.errorbar(sizes, medians, yerr=spread, color=colour, marker=marker, linestyle="none", capsize=3)
    ends = np.array([0, sizes[-1]])
    text = f"{intercept:.1f} + {slope:.3g}·x ms"
    axes.plot(ends, slope * ends + intercept, color=colour, label=f"{series.name}: {text}" if series.name else text)
