"""What may be asked for."""

from typing import Literal, NamedTuple

from kernelscope.experiment.place import Kernel
from kernelscope.picture.picture import PLAIN, Shown


class Subject(NamedTuple):
    """What something found is about."""

    kind: Literal["line", "lens", "range", "weight", "life", "trace", "film", "past"]
    lane: str = ""
    """Of all but a range test, and what is of every lane: a life, a film, an earlier step."""
    kernel: Kernel | None = None
    """Of a lens, a weight, a life, a film."""
    cell: tuple[int, int] | None = None
    """Row and column of the weight in its kernel."""
    image: int | None = None
    """Of a trace: of the probe. Of a weight: of the batch, None for the one that contributes most."""
    step: int | None = None
    """The earlier one."""
    frames: int | None = None
    """Of a film, at most."""
    shown: Shown = PLAIN
    """Of an earlier step, besides."""
