"""What viewers see, as the worker is told it."""

from dataclasses import dataclass

from kernelscope.experiment.place import Kernel
from kernelscope.studies.shown import PLAIN, Shown
from kernelscope.studies.subject import Subject


@dataclass(frozen=True)
class Interest:
    """What some viewers want, all of them together."""

    kernels: frozenset[Kernel] = frozenset()
    """Those whose exact numbers are wanted."""
    shown: Shown = PLAIN
    """What snapshots have besides. The layers of those kernels are among it."""
    subjects: frozenset[Subject] = frozenset()
    """What else is wanted."""


NO_INTEREST = Interest()


@dataclass(frozen=True)
class Attend:
    """What viewers see. No command of theirs; `Attended` answers it."""

    snapshots: bool = False
    """Whether anybody sees snapshots. Else none are made while it trains."""
    control: Interest = NO_INTEREST
    """What those want who hold the controls. Its cost is theirs, and every snapshot has it."""
    watchers: Interest = NO_INTEREST
    """What the others want. It takes a small share of the time, however much it is."""
