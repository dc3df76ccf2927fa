"""What goes through the pipes between a caller and its helpers."""

import os
import pickle
import struct
from typing import Any

CLAIM = struct.Struct("<I")
"""On the pipe of claims: a job's number in the list of its request. Whoever reads it computes that job."""
HEADER = struct.Struct("<iI")
"""What every answer of a helper begins with: the number of its job, and the length of the pickle behind it."""
READY = -1
"""In place of a job's number: the helper is ready."""


def claim(claims: int) -> int | None:
    """Claim the next job, by its number; None: there is none just now.

    Raises:
        EOFError: there will be none any more.
    """
    try:
        record = os.read(claims, CLAIM.size)
    except BlockingIOError:
        return None
    if not record:
        raise EOFError
    number: int = CLAIM.unpack(record)[0]
    return number


def send(answers: int, number: int, found: object) -> None:
    """Send the result of the job of this number, or the error that it raised."""
    pickled = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    rest = HEADER.pack(number, len(pickled)) + pickled
    while rest:
        rest = rest[os.write(answers, rest) :]


def receive(answers: int) -> tuple[int, Any]:
    """Read a helper's next answer: a job's number, and its result or error.

    Raises:
        EOFError: it has ended.
    """
    number, length = HEADER.unpack(_read(answers, HEADER.size))
    return number, pickle.loads(_read(answers, length))


def _read(answers: int, size: int) -> bytes:
    read = b""
    while len(read) < size:
        more = os.read(answers, size - len(read))
        if not more:
            raise EOFError
        read += more
    return read
