"""However the server is asked to stop, and however busy the machine is, nothing that has been trained is lost."""

import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import Experiment, ExperimentConfig
from kernelscope.picture.snapshot import snapshot_of
from websockets.exceptions import ConnectionClosed

from tests.api.page import Page, watch
from tests.clients import make
from tests.processes import ROOT, busy, children, gone, server

PATIENCE = 120
"""Seconds after which a test gives up."""
ADAM = [{"learning_rate": 0.003, "optimizer": {"type": "adam"}}, {"learning_rate": 0.05}]
LARGE = {
    "architecture": [
        {"type": "conv", "name": "conv1", "filters": 32, "kernel": 7},
        {"type": "dense", "name": "dense", "units": 10},
    ],
    "batch_size": 1024,
    "lanes": ADAM,
}
"""A configuration whose steps take a second or more."""


class Training:
    """Training experiments, each with a page, on a server that is about to be stopped."""

    def __init__(self, address: str, pages: ExitStack) -> None:
        self.client = pages.enter_context(httpx.Client(base_url=address, timeout=PATIENCE))
        self.pages: dict[str, Page] = {}
        self.growing: dict[str, list[str]] = {}
        """The ids of the lanes that some experiments are to get."""
        self._open = pages

    def begin(self, steps: int, **config: Any) -> Page:
        """Open an experiment, and let it train for `steps` steps."""
        id = make(self.client, **config)
        page = self.pages[id] = self._open.enter_context(watch(self.client, id))
        page.start(steps)
        return page

    def end(self) -> None:
        """Follow all of them until the server ends the connections."""
        for page in self.pages.values():
            with suppress(ConnectionClosed):
                while True:
                    page.receive(PATIENCE)

    def are_kept(self, data: Path) -> None:
        """Another server continues the same runs from where viewers last saw them, or later.

        Losses and kernels are, bit for bit, those of a training that nothing has interrupted. Lanes that were on their
        way come.
        """
        with server(data) as (_, address), httpx.Client(base_url=address, cookies=self.client.cookies) as client:
            for id, page in self.pages.items():
                held, run, seen = page.scalars, page.scalars.run, len(page.losses)
                assert seen
                with watch(client, id, scalars=held) as back:
                    now = back.text("experiment", status="paused", catching_up=None)
                    snapshot = back.snapshot(run=now["run"])
                assert now["run"] == run or id in self.growing, "it is another run where something has been lost"
                assert snapshot.directory["step"] == len(held.losses) >= seen
                assert [lane["id"] for lane in now["lanes"]] == self.growing.get(id, ["A", "B"])
                config = ExperimentConfig.model_validate(now["config"])
                experiment = Experiment(config, datasets.load("digits"), threads=1)
                for losses in held.losses:
                    assert np.array_equal(np.float32(experiment.advance()[0].loss), np.float32(losses))
                for name, tensor in snapshot_of(experiment).params.items():
                    assert np.array_equal(snapshot.tensors[f"params/{name}"], tensor), name

    def grow(self, page: Page, *lanes: dict[str, Any]) -> None:
        """Request other lanes."""
        page.send("set_lanes", lanes=lanes)
        id = next(id for id in self.pages if self.pages[id] is page)
        self.growing[id] = [lane["id"] for lane in lanes]
        page.text("experiment")


def stop(process: "subprocess.Popen[str]", training: Training, how: signal.Signals) -> None:
    """All processes get the signal, and repeatedly: as from a terminal, from systemd, or from an impatient user."""
    offspring = children(process.pid)
    for _ in range(3):
        os.killpg(process.pid, how)
    training.end()
    assert process.wait(PATIENCE) == 0
    assert gone(offspring, PATIENCE)
    assert process.stderr
    assert [line for line in process.stderr if not line.startswith("INFO ")] == []


def test_whatever_they_do_all_experiments_are_kept(tmp_path: Path) -> None:
    with busy(3), server(tmp_path) as (process, address), ExitStack() as pages:
        training = Training(address, pages)
        training.begin(5)
        studied = training.begin(5, lanes=ADAM)
        kernel = {"layer": "conv1", "out": 0, "in": 0}
        lens = {"kind": "lens", "lane": "B", "kernel": kernel}
        studied.want({"kind": "line", "lane": "A"}, lens, quantities=["updates"], kernel=kernel)
        studied.send("range_test", lane="B")
        growing = training.begin(40)
        training.grow(growing, {"id": "A", "learning_rate": 0.01}, {"id": "N", "learning_rate": 0.1})
        stop(process, training, signal.SIGTERM)
    training.are_kept(tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP])
def test_whichever_signal_stops_it_what_trains_is_kept(tmp_path: Path, how: signal.Signals) -> None:
    with server(tmp_path) as (process, address), ExitStack() as pages:
        training = Training(address, pages)
        training.begin(5)
        stop(process, training, how)
    training.are_kept(tmp_path)


def test_a_long_step_is_waited_for_and_those_that_wait_behind_it_are_not(tmp_path: Path) -> None:
    with busy(3), server(tmp_path) as (process, address), ExitStack() as pages:
        training = Training(address, pages)
        page = training.begin(1, **LARGE)
        for _ in range(12):
            page.send("step")
        page.obeyed()
        process.send_signal(signal.SIGTERM)
        training.end()
        assert process.wait(PATIENCE) == 0
    training.are_kept(tmp_path)


IN_ITS_TERMINAL = "import os, sys; os.open(sys.argv[1], os.O_RDWR); os.execv(sys.argv[2], sys.argv[2:])"
"""The first terminal that a session leader opens becomes its controlling terminal."""


def test_a_terminal_that_is_closed_stops_it_though_nothing_can_be_written_to_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    serve = [sys.executable, "-m", "kernelscope", "--port", "0", "--no-browser", "--data-dir", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-c", IN_ITS_TERMINAL, os.ttyname(theirs), *serve],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(theirs)
    with process, ExitStack() as pages:
        pages.callback(process.kill)
        said = ""
        while not (address := re.search(r"http://127\.0\.0\.1:\d+(?=\s)", said)):
            said += os.read(ours, 1000).decode()
        training = Training(address[0], pages)
        training.begin(5)
        offspring = children(process.pid)
        os.close(ours)
        training.end()
        assert process.wait(PATIENCE) == 0
        assert gone(offspring, PATIENCE)
    training.are_kept(tmp_path)


WITH_A_FAULT = """
import sys, time, uvicorn
from pathlib import Path
from kernelscope.cli import main

async def fault(server, counter):
    if Path(sys.argv[1]).exists():
        raise RuntimeError("a fault in uvicorn")

uvicorn.Server.on_tick = fault
main(sys.argv[5:])
"""


def test_a_fault_in_what_serves_loses_nothing_that_was_trained(tmp_path: Path) -> None:
    fault = tmp_path / "fault"
    with (
        server(tmp_path, before=[sys.executable, "-c", WITH_A_FAULT, str(fault)]) as (process, address),
        ExitStack() as pages,
    ):
        training = Training(address, pages)
        page = training.begin(5)
        offspring = children(process.pid)
        fault.touch()
        training.end()
        assert process.wait(PATIENCE) == 1
        assert gone(offspring, PATIENCE)
    assert len(page.losses) >= 5
    training.are_kept(tmp_path)


def test_under_nohup_the_end_of_the_terminal_does_not_stop_it(tmp_path: Path) -> None:
    with server(tmp_path, before=["nohup"]) as (process, address), ExitStack() as pages:
        training = Training(address, pages)
        page = training.begin(1)
        os.killpg(process.pid, signal.SIGHUP)
        page.snapshot(len(page.losses) + 20)
        process.send_signal(signal.SIGTERM)
        training.end()
        assert process.wait(PATIENCE) == 0
    training.are_kept(tmp_path)
