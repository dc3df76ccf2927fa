"""Signals that ask to stop. The server obeys them; its workers ignore them and wait for the server to end them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

FOR_THE_SERVER = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
"""Signals that this system has and that reach workers too: a terminal sends Ctrl+C and its hang-up to all processes
in it, systemd its SIGTERM to all processes of a service."""


@contextmanager
def held_back() -> Iterator[None]:
    """Block these signals, so that a process started in this context never receives one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_SERVER)
    try:
        resource_tracker.ensure_running()  # in some versions of Python this unblocks signals
        signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_SERVER)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
