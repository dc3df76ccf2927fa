"""Pacing of training steps: the requested speed and the measured one."""

from collections.abc import Callable
from dataclasses import replace

from kernelscope.runner.clock import Clock
from kernelscope.source.commands import Pace


class Pacing:
    """Schedules steps at the requested pace, and measures the training time.

    Attributes:
        pace: the requested pace.
        clock: the training time of this run.
        next_step: the earliest time of the next step, in the seconds of `now`.
    """

    def __init__(self, pace: Pace, now: Callable[[], float]) -> None:
        self.pace = pace
        self.clock = Clock(0.0, now)
        self.next_step = 0.0
        self._now = now

    def begin_run(self, seconds: float) -> None:
        """Start the clock of another run, which has trained for `seconds` already."""
        self.clock = Clock(seconds, self._now)

    @property
    def due(self) -> bool:
        """Whether it is time for the next step."""
        return self._now() >= self.next_step

    @property
    def frame_interval(self) -> float:
        """The least number of seconds between snapshots."""
        return 1 / self.pace.frames_per_second

    def at_once(self) -> None:
        """Make the next step due at once."""
        self.next_step = 0.0

    def set_speed(self, steps_per_second: float | None) -> None:
        """Set the requested speed; None: as fast as possible."""
        self.pace = replace(self.pace, steps_per_second=steps_per_second)
        # The next step may move closer but is not due at once: dragging a slider must not cause steps.
        soonest = 0.0 if steps_per_second is None else self._now() + 1 / steps_per_second
        self.next_step = min(self.next_step, soonest)

    def set_frame_rate(self, frames_per_second: int) -> None:
        """Set the most snapshots per second."""
        self.pace = replace(self.pace, frames_per_second=frames_per_second)

    def stepped(self, step: int) -> float:
        """Count a step that has just been made. Return the seconds of training so far."""
        now = self.clock.stepped(step)
        if self.pace.steps_per_second is not None:
            interval = 1 / self.pace.steps_per_second
            # After a short delay the next step comes that much sooner, which keeps the mean rate.
            self.next_step = (self.next_step if now - self.next_step < interval else now) + interval
        return self.clock.seconds
