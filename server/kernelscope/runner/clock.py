"""The training time and speed of an experiment."""

import time
from collections import deque
from collections.abc import Callable

WINDOW = 1.0
"""Seconds over which the speed is measured."""


class Clock:
    """A stopwatch that runs while the experiment trains.

    Attributes:
        seconds: training time of this run up to the last step, without pauses.
    """

    # Not time.monotonic: on some systems it advances in ticks of 15 ms.
    def __init__(self, seconds: float = 0.0, now: Callable[[], float] = time.perf_counter) -> None:
        self.seconds = seconds
        self._now = now
        self._since = now()
        self._recent: deque[tuple[float, int]] = deque()

    def resume(self) -> None:
        """Resume after a pause: the time since the last step does not count as training."""
        self._since = self._now()

    def forget_speed(self) -> None:
        """Restart the measurement of speed, which must span neither a pause nor two speeds."""
        self._recent.clear()

    def stepped(self, step: int) -> float:
        """Count a step that has just been made. Return the current time."""
        now = self._now()
        self.seconds += now - self._since
        self._since = now
        self._recent.append((now, step))
        while len(self._recent) > 2 and self._recent[0][0] < now - WINDOW:
            self._recent.popleft()
        return now

    @property
    def steps_per_second(self) -> float | None:
        """The speed over about the last second; None: fewer than two steps have been timed."""
        if len(self._recent) < 2:
            return None
        (first, first_step), (last, last_step) = self._recent[0], self._recent[-1]
        return (last_step - first_step) / (last - first)
