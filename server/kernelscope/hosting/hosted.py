"""One open experiment: its source, its channel to viewers, and its latest state."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import InitVar, dataclass, replace

from kernelscope.experiment import always_shown
from kernelscope.hosting.clock import Timers
from kernelscope.hosting.conversation import Conversation, encoded
from kernelscope.hosting.description import add_state, saved_view
from kernelscope.hosting.keeping import Rest, beginning
from kernelscope.hosting.refusals import Busy
from kernelscope.hosting.views import ExperimentView, Kept
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Command, Open, Pace, Pause, Save, Settle
from kernelscope.source.reports import (
    Attended,
    CaughtUp,
    Checkpoint,
    Failed,
    FailureCode,
    Message,
    Progress,
    State,
)
from kernelscope.source.source import Source
from kernelscope.store import Saved
from kernelscope.stream.channel import Channel
from kernelscope.stream.found import Told
from kernelscope.stream.frames import Pictures
from kernelscope.stream.history import History
from kernelscope.studies.observation import filters

MOST_WAITING = 16
"""The most commands that may wait for a busy source."""

log = logging.getLogger(__name__)


@dataclass
class Hosted:
    """An experiment with a source.

    Its methods run on the event loop. Reports arrive in a thread of the source, which encodes pictures as frames.

    Attributes:
        saved: the id, the owner, and the configuration with the current seed, lanes and rates.
        history: the scalars so far.
        rest: the checkpoint from which it resumes; None: step 0.
        pace: the pace with which its source is opened.
        changed: called when `saved` has changed.
    """

    saved: Saved
    history: InitVar[History]
    rest: Rest | None
    pace: Pace
    changed: Callable[["Hosted"], None]

    def __post_init__(self, history: History) -> None:
        self.shapes = self.saved.config.shapes()
        self._loop = asyncio.get_running_loop()
        self.channel = Channel(history, self._attend, frozenset(always_shown(self.shapes)))
        self._conversation: Conversation | None = None
        self.unwatched_since = 0.0
        self.timers = Timers()
        self.keepers = 0  # viewers for whose sake its source is not taken away when another experiment needs one
        self.save_pending = False
        self.unkept = False  # whether there is a later checkpoint than the stored one
        self.stored = False  # whether the store has the experiment at all
        self.touched = self.rest is not None  # whether anybody has done anything in it
        self.kept: Kept = "untouched"
        self._news = asyncio.Event()  # set by every report
        self.failure: str | None = None
        self.failure_code: FailureCode | None = None
        self._unsaved = False  # whether anything has happened since the last checkpoint

    @property
    def source(self) -> Source | None:
        """The source of its numbers; None before `begin`."""
        return self._conversation.source if self._conversation else None

    @property
    def capabilities(self) -> Capabilities | None:
        """The capabilities of its source; None before `begin`."""
        return self.source.capabilities if self.source else None

    @property
    def state(self) -> State | None:
        """The source's latest report of itself; None before the first."""
        return self._conversation.state if self._conversation else None

    def begin(self, source: Source, *, catching_up: bool = True) -> None:
        """Open the experiment with `source` at the last checkpoint, with or without the lanes then catching up."""
        conversation = self._conversation = Conversation(source)
        self.failure = self.failure_code = None
        self._unsaved = False
        self._describe()
        checkpoint = self.rest.checkpoint if self.rest else None
        history = self.channel.history
        opening = Open(self.saved.config, history.run, self.pace, checkpoint, history.seconds, catching_up)
        self._longest_silence = source.longest_silence(self.saved.config)
        source.open(opening, lambda message: self._heard(conversation, message))
        self._attend()

    async def begin_again(self, source: Source, *, at_checkpoint: bool) -> None:
        """Replace a failed source. The next run starts at the last checkpoint, or at step 0."""
        history = self.channel.history
        if at_checkpoint and self.rest:
            self.channel.begin_run(await asyncio.to_thread(history.branch, history.run + 1, self.rest.position))
        else:
            self.rest = None
            self.channel.begin_run(beginning(history.run + 1, self.saved.config))
        self.begin(source, catching_up=False)

    async def end(self) -> None:
        """Close the channel and wait until the source has ended."""
        self.timers.cancel()
        self.channel.close()
        if self.source:
            await asyncio.to_thread(self.source.close)

    async def send(self, command: Command) -> None:
        """Pass a command on to the source.

        Raises:
            Busy: `MOST_WAITING` commands wait already.
        """
        if self._conversation and self._conversation.unanswered >= MOST_WAITING:
            raise Busy(MOST_WAITING)
        self._ask(command)

    def _ask(self, command: Command) -> None:
        assert self._conversation is not None
        self._unsaved = True
        self._conversation.ask(command)

    def rest_soon(self) -> None:
        """Ask the source to come to rest and make a checkpoint, unless nothing has happened since the last one."""
        # A running source may have made steps that it has not reported yet.
        running = self._conversation is not None and self._conversation.running
        if (self._unsaved or running) and self._rests:
            self._ask(Settle())

    async def settle(self) -> int:
        """Wait until the source is at rest with everything in a checkpoint; return the run that resumes from it.

        That is the next run where the checkpoint lacks what viewers have seen, because the source failed or makes none.
        There is no timeout: `check` finds a source that is lost.
        """
        self.rest_soon()
        while self._unsaved and self._rests:
            self._news.clear()
            await self._news.wait()
        if self._unsaved:
            log.warning("experiment %s goes back to its last checkpoint", self.saved.id)
        return self.channel.history.run + int(self._unsaved)

    async def save(self) -> None:
        """Have the source make a checkpoint of all that has happened so far, while it goes on, and wait for that."""
        conversation = self._conversation
        if conversation and self._rests and (self._unsaved or conversation.running):
            number = conversation.ask(Save())
            while conversation.saved < number and not self.failure:
                self._news.clear()
                await self._news.wait()

    def go_on(self) -> None:
        """Undo `settle` where putting back failed: a paused source resumes its background work, such as new lanes."""
        if self._rests:
            self._ask(Pause())

    @property
    def _rests(self) -> bool:
        """Whether the source obeys `Settle` and `Save`."""
        return bool(self.capabilities and self.capabilities.checkpoints and not self.failure)

    def require(self, *wanted: str) -> None:
        """Check that the source supports all that is wanted (`Capabilities.require`).

        Raises:
            Unsupported: it never can.
        """
        if self.capabilities:
            self.capabilities.require(*wanted)

    def check(self, passed: float, patience: float) -> None:
        """Fail a source that owes a report and has been silent for too long; called every `passed` seconds.

        Too long is more than `patience` seconds, besides those for which it may compute or wait for the next step.
        """
        if self.failure or not self._conversation:
            return
        silent = self._conversation.silent(passed)
        between_steps = 1 / self.pace.steps_per_second if self.pace.steps_per_second else 0.0
        if silent > patience + self._longest_silence + between_steps:
            self._fail(f"the training has not answered for {silent:.0f} seconds (--answer-within)", "silent")

    def _attend(self) -> None:
        if self._conversation:
            self._conversation.attend(self.channel.attention)

    def _heard(self, conversation: Conversation, message: Message) -> None:
        """Take a report, in a thread of the source."""
        try:
            self._loop.call_soon_threadsafe(self._receive, conversation, *encoded(message))
        except RuntimeError:
            log.debug("a message came after the event loop had ended")

    def _receive(self, conversation: Conversation, message: Message | Told, pictures: Pictures | None) -> None:
        if conversation is not self._conversation or self.failure:
            return  # the last words of a source that has been replaced, or is going to be
        conversation.heard()
        before = conversation.state
        try:
            self._take(conversation, message, pictures)
        except Exception as error:  # of any kind: otherwise viewers would wait for ever
            log.debug("experiment %s: a report cannot be taken", self.saved.id, exc_info=True)
            conversation.state = before  # one that cannot be described would keep the failure from being told
            self._fail(f"a report of the training does not continue the one before it: {error}", "garbled")
        self._news.set()

    def _take(self, conversation: Conversation, message: Message | Told, pictures: Pictures | None) -> None:
        match message:
            case Progress():
                self._unsaved = self._unsaved or bool(message.steps or message.evaluations or message.observations)
                self.channel.publish(message, pictures)
            case State():
                config = self.saved.config if message.config == self.saved.config else message.config.checked()
                if message.run != self.channel.history.run:
                    self.channel.begin_run(conversation.begin_run(message, self.channel.history))
                    self.rest = None
                if not message.catching_up:
                    conversation.newcomers = None
                conversation.state, self.pace = message, message.pace
                if continued := message.arranged or message.restored:
                    self._checkpoint(continued.checkpoint)
                if config != self.saved.config:
                    self.saved = replace(self.saved, config=config)
                    self.changed(self)
                self._describe()
            case CaughtUp():
                conversation.caught_up(message, filters(self.shapes))
            case Told(subject=subject, text=text):
                self.channel.find(subject, text)
            case Attended():
                conversation.attended()
                self._attend()
            case Checkpoint(data=data):
                conversation.checkpointed()
                self._checkpoint(data)
            case Failed(reason=reason, code=code):
                self._fail(reason, code)

    def _checkpoint(self, data: bytes) -> None:
        self.rest = Rest(data, self.channel.history.position)
        self.unkept = True
        self._unsaved = self._conversation is None or self._conversation.unanswered > 0 or self.state is None

    def _fail(self, reason: str, code: FailureCode) -> None:
        log.error("experiment %s: %s", self.saved.id, reason)
        self.failure, self.failure_code = reason, code
        self.channel.abandon()
        if self.source:
            self.source.kill()  # its reports are ignored from here on
        self._describe()
        self._news.set()

    def rename(self, name: str) -> None:
        """Give the experiment a name, and tell viewers."""
        self.saved = replace(self.saved, name=name)
        self._describe()

    def is_kept(self, kept: Kept) -> None:
        """Note whether the experiment is kept, and tell viewers."""
        if kept != self.kept:
            self.kept = kept
            self._describe()

    def _describe(self) -> None:
        self.channel.describe(self.view().model_dump_json(by_alias=True))

    def view(self) -> ExperimentView:
        """Describe the experiment as it is now."""
        view = saved_view(self.saved, self.shapes)
        view.kept = self.kept
        view.capabilities = self.capabilities
        view.run = self.channel.history.run
        view.steps_per_second = self.pace.steps_per_second
        view.frames_per_second = self.pace.frames_per_second
        view.status = "failed" if self.failure else "starting"
        if self.state:
            add_state(view, self.state, failed=self.failure is not None)
        if self.failure:
            view.failure, view.failure_code = self.failure, self.failure_code
            view.restart_step = self.rest.position.steps if self.rest else None
        return view
