"""Experiments whose numbers come from elsewhere than a process of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from kernelscope import datasets
from kernelscope.experiment import ExperimentConfig
from kernelscope.settings import Settings
from kernelscope.source.attention import Attend
from kernelscope.source.capabilities import Capabilities
from kernelscope.source.commands import Pause, Settle, Start
from kernelscope.source.reports import Progress

from tests.api.page import watch
from tests.clients import NAVIGATION, SMALL, make
from tests.clock import ManualClock
from tests.experiment.support import part
from tests.replay import Replays, recorded
from tests.serving import serving

STEPS = 5
NOTHING = {"commands": [], "studies": [], "quantities": [], "checkpoints": False}


@pytest.fixture(scope="module")
def recording() -> list[Progress]:
    return recorded(ExperimentConfig.model_validate(SMALL), part(datasets.load("digits"), 100, 40), STEPS)


@contextmanager
def served(
    tmp_path: Path, replays: Replays, clock: ManualClock | None = None, **settings: Any
) -> Iterator[httpx.Client]:
    with (
        serving(Settings(data_dir=tmp_path, **settings), replays.start, clock) as address,
        httpx.Client(base_url=address, headers=NAVIGATION, timeout=20) as client,
    ):
        yield client


def test_a_process_that_trains_does_everything_and_says_so(client: httpx.Client, id: str) -> None:
    with watch(client, id) as page:
        capabilities = page.text("experiment")["capabilities"]
    assert {"start", "pause", "step", "phase", "set_weight", "range_test", "restart"} <= {*capabilities["commands"]}
    assert {"line", "lens", "film", "past"} <= {*capabilities["studies"]}
    assert capabilities["checkpoints"] is True
    assert client.get(f"/api/experiments/{id}").json()["capabilities"] == capabilities


def test_a_run_that_is_played_back_is_seen_step_by_step(tmp_path: Path, recording: list[Progress]) -> None:
    replays = Replays(recording)
    with served(tmp_path, replays) as client, watch(client, make(client)) as page:
        described = page.text("experiment", status="running")
        assert described["capabilities"] == NOTHING
        assert page.snapshot().directory["step"] == 0
        replays[0].play(STEPS)
        assert page.snapshot(STEPS).directory["step"] == STEPS
        assert page.losses == [[float(np.float32(loss)) for loss in report.steps[0].loss] for report in recording[1:]]


def test_what_a_source_cannot_do_is_refused_in_words_and_not_asked(tmp_path: Path, recording: list[Progress]) -> None:
    replays = Replays(recording)
    with served(tmp_path, replays) as client, watch(client, make(client)) as page:
        page.snapshot()
        for command in ("pause", "reset", "phase", "restart"):
            page.send(command)
            error = page.text("error")
            assert error["about"] == command
            assert error["problems"][0]["code"] == "unsupported"
            assert error["message"].startswith(f"{command}: the source of this experiment's numbers does not support")
    assert not [asked for asked in replays[0].asked if not isinstance(asked, Attend)]


def test_what_a_study_is_to_show_has_to_be_among_what_the_source_shows(
    tmp_path: Path, recording: list[Progress]
) -> None:
    replays = Replays(recording)
    with served(tmp_path, replays) as client:
        id = make(client)
        replays[0].capabilities = Capabilities(studies=("past",), quantities=("updates",))
        with watch(client, id) as page:
            page.send("want", subjects=[{"kind": "past", "at": 0, "shown": {"quantities": ["updates", "before"]}}])
            error = page.text("error")
            assert error["problems"][0]["field"] == "subjects.0"
            assert error["message"].startswith("subjects.0: before: the source of this experiment's numbers")
            page.send("want", subjects=[{"kind": "past", "at": 0, "image": 3}])
            assert page.text("error")["message"].startswith("subjects.0: predictions: the source")
            page.send("want", image=3)
            assert page.text("error")["message"].startswith("image: predictions: the source")
            page.send("want", subjects=[{"kind": "past", "at": 0, "shown": {"quantities": ["updates"]}}])
            page.obeyed()


def test_one_that_can_only_be_paused_is(tmp_path: Path, recording: list[Progress]) -> None:
    replays = Replays(recording, "start", "pause")
    with served(tmp_path, replays) as client, watch(client, make(client)) as page:
        page.text("experiment", status="running")
        page.send("pause")
        page.text("experiment", status="paused")
        page.send("step")
        assert page.text("error")["about"] == "step"
        page.send("start")
        page.text("experiment", status="running")
    assert [asked for asked in replays[0].asked if isinstance(asked, Start | Pause)] == [Pause(), Start()]


def test_without_checkpoints_it_begins_again_as_the_next_run(tmp_path: Path, recording: list[Progress]) -> None:
    replays = Replays(recording, "start", "pause")
    with served(tmp_path, replays) as client:
        id = make(client)
        with watch(client, id) as page:
            page.send("pause")
            page.text("experiment", status="paused")
            replays[0].play(2)
            page.snapshot(2)
            copied = client.post(f"/api/experiments/{id}/duplicate")
            assert copied.status_code == 409
            assert "makes checkpoints, got one that cannot after 2 steps" in copied.json()["detail"]
    assert all(replay.closed for replay in replays)
    assert not [asked for replay in replays for asked in replay.asked if isinstance(asked, Settle)]
    replays = Replays(recording)
    with served(tmp_path, replays) as client:
        assert client.get(f"/api/experiments/{id}").json()["capabilities"] is None, "it is asleep"
        with watch(client, id) as page:
            assert page.text("experiment", status="running")["run"] == 2
            assert page.snapshot(run=2).directory["step"] == 0


def test_nobody_pauses_what_cannot_be_paused(tmp_path: Path, recording: list[Progress]) -> None:
    replays = Replays(recording)
    clock = ManualClock()
    with served(tmp_path, replays, clock, give_up_unwatched_after=600) as client:
        id = make(client)
        clock.advance(599)
        assert client.get(f"/api/experiments/{id}").json()["status"] == "running"
        clock.advance(1)
        while client.get(f"/api/experiments/{id}").json()["status"] != "asleep":
            pass
    assert not [asked for asked in replays[0].asked if isinstance(asked, Pause | Settle)]
