"""The run before the present one, which can be brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from kernelscope.experiment import KeptRun, LaneConfig, Watch
from kernelscope.picture.scale import Scales
from kernelscope.source.reports import Edit, Undoable
from kernelscope.studies.observation import Observer

SHARE = 1 / 8
"""The share of a worker's memory that a kept run may take."""

Replaced = Literal["reset", "new_seed", "add", "remove", "lanes", "undo", "redo"]


@dataclass(frozen=True)
class Earlier:
    """A run with everything that belongs to it."""

    number: int
    kept: KeptRun
    seconds: float
    """Its training time."""
    scales: Scales
    observer: Observer
    watch: Watch
    edit: Edit | None


class Undoing:
    """Keeps the last run that another has taken the place of.

    Args:
        memory: the bytes that the process may use; infinite: without limit.

    Attributes:
        undoable: what can be undone; None: nothing.
    """

    def __init__(self, memory: float = inf) -> None:
        self.undoable: Undoable | None = None
        self._earlier: Earlier | None = None
        self._most = memory * SHARE

    def keep(self, of: Replaced, earlier: Earlier) -> None:
        """Keep a run, in place of the one kept so far, unless nothing has happened in it yet.

        A run at step 0 does not push out a longer one: whoever resets twice, or resets and then changes the lanes, gets
        back what there was before the first of the two.
        """
        if earlier.kept.untouched:
            if self.undoable and self.undoable.step > 0:
                self.undoable = Undoable(of, self.undoable.step, self.undoable.run)
                return
            if of == "reset":
                return
        fits = earlier.kept.fit(self._most)
        self._earlier = earlier if fits else None
        self.undoable = Undoable(of, earlier.kept.step, earlier.number) if fits else None

    def take(self, run: int) -> Earlier | None:
        """Return the kept run if it has this number, and keep it no longer."""
        if not self._earlier or self._earlier.number != run:
            return None
        earlier, self._earlier, self.undoable = self._earlier, None, None
        return earlier


def replaced_by(before: Sequence[LaneConfig], after: Sequence[LaneConfig]) -> Replaced:
    """Tell whether lanes have only been added, or only removed."""
    if len(after) > len(before) and all(lane in after for lane in before):
        return "add"
    if len(after) < len(before) and all(lane in before for lane in after):
        return "remove"
    return "lanes"
