"""What viewers see, as their experiment's source is told it."""

from dataclasses import dataclass

from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel
from kernelscope.studies.shown import PLAIN, Shown
from kernelscope.studies.subject import Subject


@dataclass(frozen=True)
class Interest:
    """What a group of viewers wants, all together."""

    kernels: frozenset[Kernel] = frozenset()
    """Kernels whose exact numbers are wanted."""
    shown: Shown = PLAIN
    """Optional contents of snapshots. The layers of `kernels` are among them."""
    subjects: frozenset[Subject] = frozenset()
    """Subjects of studies that are wanted."""


NO_INTEREST = Interest()


@dataclass(frozen=True)
class Attend:
    """A message to the source that says what viewers see. It is answered with `Attended`."""

    snapshots: bool = False
    """Whether anybody sees snapshots. If not, none are made during training."""
    control: Interest = NO_INTEREST
    """What viewers with control want. Every snapshot has it, even where that slows training down."""
    watchers: Interest = NO_INTEREST
    """What the other viewers want. It gets a small, fixed share of the time."""
    own: frozenset[OwnImage] = frozenset()
    """Pictures of viewers, which the images that are wanted are among."""
