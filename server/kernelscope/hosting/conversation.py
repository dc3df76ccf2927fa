"""Bookkeeping of what one source was asked and what it has answered."""

from kernelscope.hosting.keeping import beginning
from kernelscope.source.attention import Attend
from kernelscope.source.commands import Command
from kernelscope.source.reports import CaughtUp, Found, Message, Progress, State
from kernelscope.source.source import Source
from kernelscope.stream.found import Told, told
from kernelscope.stream.frames import Pictures, picture_frames
from kernelscope.stream.history import History


def encoded(message: Message) -> tuple[Message | Told, Pictures | None]:
    """Encode what viewers are sent of a report: its picture, and findings. Thread-safe."""
    if isinstance(message, Found):
        return told(message), None
    if isinstance(message, Progress) and message.picture is not None:
        return message, picture_frames(message.run, message.picture, message.steps_per_second)
    return message, None


class Conversation:
    """The exchange with one source, from its opening on.

    Attributes:
        source: the other party.
        state: its latest report of itself; None before the first.
        newcomers: the scalars of lanes that are catching up, where there are any.
        saved: how many commands it had obeyed when it made its last checkpoint.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.state: State | None = None
        self.newcomers: History | None = None
        self._earlier: History | None = None  # the scalars of the run that the source can bring back
        self.saved = 0
        self._asked = 0
        self._attention: Attend | None = None
        self._attending = False
        self._silent = 0.0

    def ask(self, command: Command) -> int:
        """Pass a command on to the source, and return how many that makes."""
        self._asked += 1
        self.source.send(command)
        return self._asked

    @property
    def unanswered(self) -> int:
        """The number of commands that the source has not yet obeyed."""
        return self._asked - (self.state.answered if self.state else 0)

    def checkpointed(self) -> None:
        """Note that the source has made a checkpoint."""
        self.saved = self.state.answered if self.state else 0

    @property
    def running(self) -> bool:
        """Whether the source trains, by its latest report."""
        return self.state is not None and self.state.status == "running"

    def attend(self, wanted: Attend) -> None:
        """Tell the source what viewers see, one message at a time so that these never queue up."""
        if wanted != self._attention and not self._attending:
            self._attention, self._attending = wanted, True
            self.source.send(wanted)

    def attended(self) -> None:
        """Note that the source has answered the last `Attend`."""
        self._attending = False

    def caught_up(self, report: CaughtUp, filters: int) -> None:
        """Collect the scalars of lanes that are catching up; `filters` is the number of filters with norms."""
        if not self.newcomers or self.newcomers.run != report.run:
            self.newcomers = History(report.run, report.lanes, filters)
        seconds = [0.0] * len(report.steps)
        self.newcomers.extend(report.steps, report.evaluations, seconds, report.observations)

    def begin_run(self, state: State, now: History) -> History:
        """Return the history with which a run begins, and keep that of the run that can be brought back.

        Args:
            state: the first of the new run.
            now: the history of the run before it.

        Raises:
            ValueError: the run continues one whose history is not kept, or newcomers of another length.
        """
        known = {history.run: history for history in (now, self._earlier) if history}
        self._earlier = known.get(state.undo.run) if state.undo else None
        if state.restored:
            if not (earlier := known.get(state.restored.run)):
                raise ValueError(f"expected a run among {sorted(known)} to be brought back, got {state.restored.run}")
            return earlier.branch(state.run, earlier.position)
        if state.arranged:
            joining = self.newcomers if self.newcomers and self.newcomers.run == state.run else None
            return now.arranged(state.run, state.arranged.origins, joining)
        return beginning(state.run, state.config)

    def heard(self) -> None:
        """Note that the source has reported something."""
        self._silent = 0.0

    def silent(self, passed: float) -> float:
        """Return the seconds for which the source has owed a report, `passed` seconds after the last call.

        The time is summed over the calls rather than read from a clock: while the machine sleeps, nobody can answer.
        """
        self._silent = self._silent + passed if self._owing else 0.0
        return self._silent

    @property
    def _owing(self) -> bool:
        state = self.state
        return state is None or self.running or state.catching_up is not None or self.unanswered > 0 or self._attending
