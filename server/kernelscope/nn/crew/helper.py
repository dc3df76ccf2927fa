"""A helper: a process that computes jobs of another's requests. ``python -m kernelscope.nn.crew.helper``.

It waits for jobs on a pipe, and reads from memory what they are about (`kernelscope.nn.crew.shared`). It ends when
nobody can write to that pipe any more, which means that the process that it helps has ended, in whatever way.
"""

import os
import pickle
import select
import signal
import sys
import threading
import traceback
from contextlib import suppress

import numpy as np

from kernelscope.nn.crew.member import Member
from kernelscope.nn.crew.pipes import READY, claim, send
from kernelscope.nn.crew.shared import Shared
from kernelscope.nn.loss import Loss, Predicted


def help_out(claims: int, memory: int, answers: int, dtype: str) -> None:
    """Compute jobs as long as there may be any.

    Args:
        claims: the pipe of claims, which does not block.
        memory: the shared memory.
        answers: the pipe that results go to.
        dtype: that of all networks.
    """
    threading.Thread(target=_end_with_caller, args=(claims,), name="end-with-caller", daemon=True).start()
    shared, member = Shared(memory), Member(np.dtype(dtype))
    member.warm_up()
    there_may_be_one = select.poll()
    there_may_be_one.register(claims, select.POLLIN)
    send(answers, READY, None)
    while True:
        if (number := claim(claims)) is None:
            there_may_be_one.poll()
            continue
        found: Loss | Predicted | Exception
        try:
            work = shared.read()
            found = member.compute(work, work.jobs[number])
        except Exception as error:
            found = _portable(error)
        send(answers, number, found)


def _portable(error: Exception) -> Exception:
    """Return a copy that says where it was raised, without a traceback, which would keep arrays of the job in memory.

    It is another error, with the same words, if this one can't be pickled.
    """
    error.add_note(f"In a helper process:\n{traceback.format_exc()}")
    try:
        copy: Exception = pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return copy


def _end_with_caller(claims: int) -> None:
    """Exit as soon as nobody can write claims any more, in the middle of a long job too."""
    end = select.poll()
    end.register(claims, 0)  # only its end
    end.poll()
    os._exit(0)


def main() -> None:
    """Help the process that started this one, with the descriptors in the arguments."""
    # A terminal sends these to all its processes. Whom they concern is the process that this one helps.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    claims, memory, answers, dtype = sys.argv[1:]
    with suppress(EOFError, BrokenPipeError):
        help_out(int(claims), int(memory), int(answers), dtype)


if __name__ == "__main__":
    main()
