"""What every source of numbers has in common."""

from collections.abc import Callable
from typing import Protocol

from kernelscope.experiment import ExperimentConfig
from kernelscope.source.attention import Attend
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Command, Open
from kernelscope.source.reports import Message

Listener = Callable[[Message], None]


class Source(Protocol):
    """Where an experiment's numbers come from: a process that trains, a run that is watched, a recording.

    It is given its experiment with `open`, and reports it from then on. Nothing that it is asked waits for an answer,
    and nothing here may block but `close`.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can be asked. The same for as long as it is there."""

    @property
    def alive(self) -> bool:
        """Whether it can still be given an experiment."""

    def open(self, opening: Open, listener: Listener) -> None:
        """Give it its experiment.

        Args:
            opening: what it is to report: first a `State`, then the pictures and scalars of its run.
            listener: gets each report, in any one thread. The last one is a `Failed` where the source ends unasked.
        """

    def send(self, message: Command | Attend) -> None:
        """Ask for something. One that is gone cannot be asked; its listener knows."""

    def longest_silence(self, config: ExperimentConfig) -> float:
        """Seconds for which it may say nothing though it owes an answer, since it is busy; ``inf``: without end."""

    def kill(self) -> None:
        """End it at once: it has nothing to save."""

    def close(self) -> None:
        """Likewise, and wait until it has gone."""
