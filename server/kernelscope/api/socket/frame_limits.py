"""Limits on the frames that a client sends over a WebSocket, whatever their contents."""

from kernelscope.api.socket.allowance import Allowance
from kernelscope.api.socket.frame_starts import CONTINUATION, FrameStarts

MOST_FRAGMENTS = 64
"""Fragments of one message."""


class FrameLimits:
    """Checks the rate of frames and the number of fragments per message.

    Args:
        rate: frames per second.
    """

    def __init__(self, rate: float) -> None:
        self._starts = FrameStarts()
        self._allowance = Allowance(rate)
        self._fragments = 0

    def exceeded(self, data: bytes) -> str | None:
        """Count the frames that start in these bytes. Return the limit that they exceed, in words, if any."""
        for opcode in self._starts.feed(data):
            if not self._allowance.take():
                return f"expected at most {self._allowance.rate:g} messages a second (--max-message-rate)"
            # Control frames (opcode 8 and above) may come between fragments and do not start a message.
            if opcode == CONTINUATION:
                self._fragments += 1
            elif opcode < 8:
                self._fragments = 0
            if self._fragments > MOST_FRAGMENTS:
                return f"expected at most {MOST_FRAGMENTS} fragments of a message"
        return None
