"""What a client is told that is sent away before the application could say it."""

POLICY_VIOLATION = 1008
CLOSE_FRAME = 0x88


def answer(status: str, words: str) -> bytes:
    """A whole HTTP response, for a request that has not been understood or is not complete."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {len(words) + 1}\r\n"
    return f"{head}retry-after: 5\r\nconnection: close\r\n\r\n{words}\n".encode()


def close_frame(reason: str) -> bytes:
    """That ends a WebSocket whose client does what it may not. The reason has at most 123 bytes."""
    words = POLICY_VIOLATION.to_bytes(2) + reason.encode()
    return bytes([CLOSE_FRAME, len(words)]) + words
