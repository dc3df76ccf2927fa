"""What a worker process does, from its beginning to its end."""

import logging
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait

from threadpoolctl import threadpool_limits

from kernelscope import datasets
from kernelscope.experiment import Experiment
from kernelscope.runner.limits import Limits, limit_memory
from kernelscope.runner.line import Line, ServerGone
from kernelscope.runner.signals import FOR_THE_SERVER
from kernelscope.runner.worker import Worker
from kernelscope.source.commands import Open
from kernelscope.source.reports import Failed, FailureCode


def run_worker(pipe: Connection, limits: Limits) -> None:
    """Wait for an `Open`, then train and obey until the pipe closes: the server has died."""
    for number in FOR_THE_SERVER:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    if limits.memory is not None:
        limit_memory(limits.memory)
    try:
        # Lanes run in threads of our own; BLAS's threads would only get in their way.
        with threadpool_limits(1):
            line = Line(pipe)
            opening = line.receive()
            assert isinstance(opening, Open), opening
            experiment = Experiment(opening.config, datasets.load(opening.config.dataset), limits.threads)
            wanted = experiment.restore(opening.checkpoint) if opening.checkpoint is not None else None
            Worker(line, experiment, opening, wanted if opening.catching_up else None).run()
    except ServerGone:
        pass
    except MemoryError as error:
        allowed = "" if limits.memory is None else f"it may use {limits.memory:,} MiB (--worker-memory); "
        _fail(pipe, f"out of memory: {allowed}{error}", "memory")
    except Exception as error:
        _fail(pipe, f"{type(error).__name__}: {error}", "error")


def _fail(pipe: Connection, reason: str, code: FailureCode) -> None:
    logging.getLogger(__name__).exception("worker failed")
    try:
        pipe.send(Failed(reason, code))
    except OSError:
        return  # nobody is left to be told


def _end_with_parent() -> None:
    """A server that is killed closes the pipe, but a long step would not see it before its end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
