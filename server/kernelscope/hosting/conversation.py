"""What one source was asked, and what it owes."""

from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command
from kernelscope.source.reports import CaughtUp, State
from kernelscope.source.source import Source
from kernelscope.stream.history import History


class Conversation:
    """With a source, from its beginning.

    Attributes:
        source: which one.
        state: what it last said of itself, where it has.
        newcomers: the scalars of lanes that are catching up.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.state: State | None = None
        self.newcomers: History | None = None
        self._asked = 0
        self._attention: Attend | None = None
        self._attending = False
        self._silent = 0.0

    def ask(self, command: Command) -> None:
        """Pass a command on."""
        self._asked += 1
        self.source.send(command)

    @property
    def unanswered(self) -> int:
        """Commands that it has not yet obeyed."""
        return self._asked - (self.state.answered if self.state else 0)

    @property
    def running(self) -> bool:
        """Whether it trains, as far as is known."""
        return self.state is not None and self.state.status == "running"

    def attend(self, wanted: Attend) -> None:
        """Tell it what viewers see; one message at a time, so that it is never behind with them."""
        if wanted != self._attention and not self._attending:
            self._attention, self._attending = wanted, True
            self.source.send(wanted)

    def attended(self) -> None:
        """It has answered that."""
        self._attending = False

    def caught_up(self, report: CaughtUp, filters: int) -> None:
        """New lanes have come a part of their way, with the norms of so many filters."""
        if not self.newcomers or self.newcomers.run != report.run:
            self.newcomers = History(report.run, report.lanes, filters)
        seconds = [0.0] * len(report.steps)
        self.newcomers.extend(report.steps, report.evaluations, seconds, report.observations)

    def heard(self) -> None:
        """It has said something."""
        self._silent = 0.0

    def silent(self, passed: float) -> float:
        """Seconds for which it has said nothing though it should, `passed` seconds after the last call.

        The calls are counted, and no clock is read: while the machine was asleep nobody could have answered.
        """
        self._silent = self._silent + passed if self._owing else 0.0
        return self._silent

    @property
    def _owing(self) -> bool:
        state = self.state
        return state is None or self.running or state.catching_up is not None or self.unanswered > 0 or self._attending
