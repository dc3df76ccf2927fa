"""Signals that ask to stop: the server obeys them, and its workers wait for the server."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

FOR_THE_SERVER = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]
"""Of this system. A terminal sends Ctrl+C and its end to all processes in it, systemd its stop to all of a service."""


@contextmanager
def held_back() -> Iterator[None]:
    """A process that is started meanwhile gets none of them, from its first moment on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_SERVER)
    try:
        resource_tracker.ensure_running()  # which some versions of Python end with letting signals through
        signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_SERVER)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
