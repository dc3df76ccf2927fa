"""Messages to clients that are disconnected below the application."""

POLICY_VIOLATION = 1008
CLOSE_FRAME = 0x88


def answer(status: str, words: str) -> bytes:
    """Return a complete HTTP response, for a request that was refused or never completed."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(words) + 1}\r\n"
    return f"{head}retry-after: 5\r\nconnection: close\r\n\r\n{words}\n".encode()


def close_frame(reason: str) -> bytes:
    """Return the frame that closes a WebSocket for a violation. The reason may have 123 bytes at most."""
    words = POLICY_VIOLATION.to_bytes(2) + reason.encode()
    return bytes([CLOSE_FRAME, len(words)]) + words
