"""How long an experiment has trained, and how fast it does."""

import time
from collections import deque
from collections.abc import Callable

WINDOW = 1.0
"""Seconds over which steps a second are measured."""


class Clock:
    """Runs while the experiment trains.

    Attributes:
        seconds: of training in this run, without pauses, up to the last step.
    """

    # monotonic() stands still for 15 ms at a time on some systems
    def __init__(self, seconds: float = 0.0, now: Callable[[], float] = time.perf_counter) -> None:
        self.seconds = seconds
        self._now = now
        self._since = now()
        self._recent: deque[tuple[float, int]] = deque()

    def resume(self) -> None:
        """Training goes on now; the time since the last step was none of it."""
        self._since = self._now()

    def forget_speed(self) -> None:
        """What is measured must span neither a pause nor two speeds."""
        self._recent.clear()

    def stepped(self, step: int) -> float:
        """A step has just been made. The time now."""
        now = self._now()
        self.seconds += now - self._since
        self._since = now
        self._recent.append((now, step))
        while len(self._recent) > 2 and self._recent[0][0] < now - WINDOW:
            self._recent.popleft()
        return now

    @property
    def steps_per_second(self) -> float | None:
        """Over about the last second; None where nothing has been measured."""
        if len(self._recent) < 2:
            return None
        (first, first_step), (last, last_step) = self._recent[0], self._recent[-1]
        return (last_step - first_step) / (last - first)
