"""The entry point of a worker process."""

import logging
import multiprocessing
import os
import signal
import threading
from math import inf
from multiprocessing.connection import Connection, wait

from threadpoolctl import threadpool_limits

from kernelscope import datasets
from kernelscope.datasets import kept
from kernelscope.endings import killed
from kernelscope.experiment import Experiment
from kernelscope.impossible import Impossible
from kernelscope.nn.crew.processes import HelperEnded
from kernelscope.runner.limits import MEBIBYTE, Limits, limit_memory
from kernelscope.runner.line import Line, ServerGone
from kernelscope.runner.signals import FOR_THE_SERVER
from kernelscope.runner.worker import Worker
from kernelscope.source.commands import Open
from kernelscope.source.reports import Failed, FailureCode


def run_worker(pipe: Connection, limits: Limits) -> None:
    """Wait for an `Open`, then train and obey commands until the pipe closes, which means that the server has died."""
    for number in FOR_THE_SERVER:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    kept.keep_in(limits.data_dir)
    if limits.memory is not None:
        limit_memory(limits.memory)
    try:
        # Lanes run in threads or processes of their own, with which threads of the BLAS would compete for cores.
        with threadpool_limits(1):
            line = Line(pipe)
            opening = line.receive()
            assert isinstance(opening, Open), opening
            try:
                data = datasets.load(opening.config.dataset)
            except Impossible as error:
                _fail(pipe, str(error), "data")
                return
            experiment = Experiment(opening.config, data, limits.threads)
            wanted = experiment.restore(opening.checkpoint) if opening.checkpoint is not None else None
            memory = inf if limits.memory is None else limits.memory * MEBIBYTE
            Worker(line, experiment, opening, wanted if opening.catching_up else None, memory=memory).run()
    except ServerGone:
        pass
    except MemoryError as error:
        allowed = "" if limits.memory is None else f"it may use {limits.memory:,} MiB (--worker-memory); "
        _fail(pipe, f"out of memory: {allowed}{error}", "memory")
    except HelperEnded as error:
        _fail(pipe, str(error), "killed" if killed(error.code) else "ended")
    except Exception as error:
        _fail(pipe, f"{type(error).__name__}: {error}", "error")


def _fail(pipe: Connection, reason: str, code: FailureCode) -> None:
    logging.getLogger(__name__).error("worker failed: %s", reason, exc_info=code in ("memory", "error"))
    try:
        pipe.send(Failed(reason, code))
    except OSError:
        return  # the server is gone too


def _end_with_parent() -> None:
    """Exit as soon as the server dies: in the middle of a long step, a closed pipe would go unnoticed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
