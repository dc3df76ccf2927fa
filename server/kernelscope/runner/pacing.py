"""When the next step is due, and how fast they come."""

from collections.abc import Callable
from dataclasses import replace

from kernelscope.runner.clock import Clock
from kernelscope.source.commands import Pace


class Pacing:
    """The pace that is asked for, and the one that is measured.

    Attributes:
        pace: asked for.
        clock: of the training in this run.
        next_step: when there may be one; `now` tells the time.
    """

    def __init__(self, pace: Pace, now: Callable[[], float]) -> None:
        self.pace = pace
        self.clock = Clock(0.0, now)
        self.next_step = 0.0
        self._now = now

    def begin_run(self, seconds: float) -> None:
        """Another run, which has trained for so long."""
        self.clock = Clock(seconds, self._now)

    @property
    def due(self) -> bool:
        """Whether there may be a step."""
        return self._now() >= self.next_step

    @property
    def frame_interval(self) -> float:
        """Seconds between snapshots, at least."""
        return 1 / self.pace.frames_per_second

    def at_once(self) -> None:
        """The next step waits for nothing."""
        self.next_step = 0.0

    def set_speed(self, steps_per_second: float | None) -> None:
        """Another speed; None: as fast as it goes."""
        self.pace = replace(self.pace, steps_per_second=steps_per_second)
        # The next step comes as much sooner as it may; dragging a slider makes no steps by itself.
        soonest = 0.0 if steps_per_second is None else self._now() + 1 / steps_per_second
        self.next_step = min(self.next_step, soonest)

    def set_frame_rate(self, frames_per_second: int) -> None:
        """So many snapshots a second, at most."""
        self.pace = replace(self.pace, frames_per_second=frames_per_second)

    def stepped(self, step: int) -> float:
        """A step has just been made. The seconds of training so far."""
        now = self.clock.stepped(step)
        if self.pace.steps_per_second is not None:
            interval = 1 / self.pace.steps_per_second
            # Steps are coarse: after a little delay the next comes the sooner, so that the rate is kept.
            self.next_step = (self.next_step if now - self.next_step < interval else now) + interval
        return self.clock.seconds
