"""What goes through the pipes between a caller and its helpers."""

import os
import pickle
import struct
from typing import Any

CLAIM = struct.Struct("<I")
"""On the pipe of claims: a job's number in the list of its request. Whoever reads it computes that job."""
SAID = struct.Struct("<iI")
"""What begins everything that a helper says: a number, and the length of the pickle behind it."""
READY = -1
"""The number that says that a helper is ready. All others are numbers of jobs."""


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


def say(voice: int, number: int, found: object) -> None:
    """Say what came out of the job of this number."""
    pickled = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    rest = SAID.pack(number, len(pickled)) + pickled
    while rest:
        rest = rest[os.write(voice, rest) :]


def hear(voice: int) -> tuple[int, Any]:
    """Read the next thing that a helper says: a job's number, and what came out.

    Raises:
        EOFError: it has ended.
    """
    number, length = SAID.unpack(_read(voice, SAID.size))
    return number, pickle.loads(_read(voice, length))


def _read(voice: int, size: int) -> bytes:
    read = b""
    while len(read) < size:
        more = os.read(voice, size - len(read))
        if not more:
            raise EOFError
        read += more
    return read
