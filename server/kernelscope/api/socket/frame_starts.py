"""The boundaries of WebSocket frames in the bytes of a connection (RFC 6455, 5.2)."""

from collections.abc import Iterator

CONTINUATION = 0
"""The opcode of a frame that continues a message."""
_LENGTHS = {126: 2, 127: 8}
"""Bytes of the extended payload length, by the value of the seven-bit length."""
_MASK = 4


class FrameStarts:
    """Finds the start of each frame, however the bytes are split. It does not validate frames."""

    def __init__(self) -> None:
        self._header = bytearray()
        self._payload = 0  # bytes of the payload still to come

    def feed(self, data: bytes) -> Iterator[int]:
        """Yield the opcode of each frame whose header these bytes complete."""
        at = 0
        while at < len(data):
            if self._payload:
                passed = min(self._payload, len(data) - at)
                self._payload -= passed
                at += passed
                continue
            self._header.append(data[at])
            at += 1
            if len(self._header) == self._header_length:
                opcode, self._payload = self._header[0] & 0x0F, self._payload_length
                self._header.clear()
                yield opcode

    @property
    def _header_length(self) -> int:
        if len(self._header) < 2:
            return 2
        length = self._header[1]
        return 2 + _LENGTHS.get(length & 0x7F, 0) + (_MASK if length & 0x80 else 0)

    @property
    def _payload_length(self) -> int:
        short = self._header[1] & 0x7F
        return int.from_bytes(self._header[2 : 2 + _LENGTHS[short]]) if short in _LENGTHS else short
