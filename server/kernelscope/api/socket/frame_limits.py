"""What a client may send over a WebSocket, whatever is in it."""

from kernelscope.api.socket.allowance import Allowance
from kernelscope.api.socket.frame_starts import CONTINUATION, FrameStarts

MOST_FRAGMENTS = 64
"""Of one message."""


class FrameLimits:
    """So many frames a second, and so many fragments of a message.

    Args:
        rate: frames a second.
    """

    def __init__(self, rate: float) -> None:
        self._starts = FrameStarts()
        self._allowance = Allowance(rate)
        self._fragments = 0

    def exceeded(self, data: bytes) -> str | None:
        """In words, the limit that the client has exceeded with these bytes."""
        for opcode in self._starts.feed(data):
            if not self._allowance.take():
                return f"expected at most {self._allowance.rate:g} messages a second (--max-message-rate)"
            # Control frames may come between; they are of no message, but do not begin one either.
            if opcode == CONTINUATION:
                self._fragments += 1
            elif opcode < 8:
                self._fragments = 0
            if self._fragments > MOST_FRAGMENTS:
                return f"expected at most {MOST_FRAGMENTS} fragments of a message"
        return None
