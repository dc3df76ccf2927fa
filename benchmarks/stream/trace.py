"""Analysis of a page's trace by Chromium.

Events have a start (`ts`), a duration (`dur`) and a computing time (`tdur`) in microseconds. In the Trace Event Format,
"X" is an event with a duration.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

SCRIPT = ("EvaluateScript", "FireAnimationFrame", "FunctionCall", "RunMicrotasks", "v8.callFunction")
"""Events in which the main thread runs the page's script: callbacks of every kind, and microtasks after them."""

Event = Mapping[str, Any]


class Script(NamedTuple):
    """The time that a frame took."""

    milliseconds: float
    computing: float
    """Milliseconds, without waiting for a core."""


def script_per_frame(events: Sequence[Event], mark: str) -> list[Script]:
    """Return the script time of each frame.

    A frame includes everything since the previous one: received messages, and animation frames that painted nothing.

    Args:
        events: the trace.
        mark: what the page calls (`performance.mark`) in the animation frames that paint.
    """
    thread = _busiest(event for event in events if event["name"] == mark)
    ours = [event for event in events if _thread(event) == thread]
    marks = sorted((event["ts"] for event in ours if event["name"] == mark), reverse=True)
    frames: list[Script] = []
    microseconds = computing = 0
    for event in _outermost(event for event in ours if event["ph"] == "X" and event["name"] in SCRIPT):
        microseconds += event["dur"]
        computing += event.get("tdur", event["dur"])
        if marks and marks[-1] <= _end(event):
            while marks and marks[-1] <= _end(event):
                marks.pop()
            frames.append(Script(microseconds / 1000, computing / 1000))
            microseconds = computing = 0
    return frames[1:]  # the first had begun before the trace


def _thread(event: Event) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _end(event: Event) -> int:
    end: int = event["ts"] + event["dur"]
    return end


def _busiest(events: Iterable[Event]) -> tuple[int, int] | None:
    """Return the thread of most of the events."""
    common = Counter(map(_thread, events)).most_common(1)
    return common[0][0] if common else None


def _outermost(events: Iterable[Event]) -> Iterator[Event]:
    """Yield one thread's outermost events in order; those nested in another are counted with it."""
    end = 0
    for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
        if event["ts"] >= end:
            yield event
            end = _end(event)
