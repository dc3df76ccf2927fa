"""The interface of a source."""

from collections.abc import Callable
from typing import Protocol

from kernelscope.experiment import ExperimentConfig
from kernelscope.source.attention import Attend
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Command, Open
from kernelscope.source.reports import Message

Listener = Callable[[Message], None]


class Source(Protocol):
    """The origin of an experiment's numbers: a process that trains, a run elsewhere that is watched, a recording.

    `open` gives it its experiment, on which it then reports. Answers come as reports too; no method may block, except
    `close`.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the source can do. This never changes."""

    @property
    def alive(self) -> bool:
        """Whether the source can still be opened."""

    def open(self, opening: Open, listener: Listener) -> None:
        """Give the source its experiment. It first reports a `State`, then the pictures and scalars of its run.

        Args:
            opening: the experiment, and where it starts.
            listener: called with each report, always in the same thread. The last report is a `Failed` where the source
                ends without having been asked to.
        """

    def send(self, message: Command | Attend) -> None:
        """Queue a message for the source. After its end this has no effect; the listener has been told."""

    def longest_silence(self, config: ExperimentConfig) -> float:
        """Return the most seconds for which a busy source may leave a message unanswered; ``inf``: no limit."""

    def kill(self) -> None:
        """End the source at once: it has nothing to save."""

    def close(self) -> None:
        """End the source at once, and wait until it has ended."""
