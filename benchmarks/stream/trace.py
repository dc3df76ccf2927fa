"""What Chromium's trace says of a page: events that begin (`ts`) and last (`dur`, `tdur` of it computing) microseconds.

See the Trace Event Format: "X" is an event with a duration.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

SCRIPT = ("EvaluateScript", "FireAnimationFrame", "FunctionCall", "RunMicrotasks", "v8.callFunction")
"""In these the main thread runs what the page has written: callbacks of every kind, and promises' after them."""

Event = Mapping[str, Any]


class Script(NamedTuple):
    """What a frame took."""

    milliseconds: float
    computing: float
    """Milliseconds without those in which the thread had to wait for a core."""


def script_per_frame(events: Sequence[Event], mark: str) -> list[Script]:
    """The script of each frame.

    To a frame belongs all since the one before: the messages received, and animation frames that painted nothing.

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
    """The thread in which most of the events were."""
    common = Counter(map(_thread, events)).most_common(1)
    return common[0][0] if common else None


def _outermost(events: Iterable[Event]) -> Iterator[Event]:
    """Of one thread's events, in order, those that lie in no other: a call within a call has been counted."""
    end = 0
    for event in sorted(events, key=lambda event: (event["ts"], -event["dur"])):
        if event["ts"] >= end:
            yield event
            end = _end(event)
