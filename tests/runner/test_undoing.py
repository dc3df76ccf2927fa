"""A run that another has taken the place of comes back as it was, or is said to be gone."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from kernelscope.experiment import EvaluationRecord, KeptRun, StepRecord, Stop
from kernelscope.experiment.checkpoint import unpack
from kernelscope.experiment.evaluation import EARLY
from kernelscope.experiment.kept import STATE_BYTES
from kernelscope.experiment.keyframes import BYTES, FEWEST
from kernelscope.experiment.own_image import OwnImage
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.source.attention import Attend, Interest
from kernelscope.source.commands import (
    Command,
    Epoch,
    NewSeed,
    Pace,
    Reset,
    SetLanes,
    SetStop,
    SetWeight,
    Start,
    Step,
    Undo,
)
from kernelscope.source.reports import Checkpoint, Found, Progress, State, Undoable
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.observation import ObservationRecord

from tests.experiment.support import run as trained
from tests.experiment.support import small, weights
from tests.runner.test_worker import DATA, SEEN, lane, working

LANES = [lane("A", 0.01, optimizer={"type": "adam"}), lane("B", 0.1, optimizer={"type": "sgd", "momentum": 0.9})]
FILM = Attend(True, Interest(subjects=frozenset({FilmSubject(Kernel("conv1", 0, 0), 64)})))
BEFORE, LAST = 21, 33


class Trained(NamedTuple):
    """Everything that a worker has said of one run, wherever it was interrupted."""

    steps: list[StepRecord]
    tests: list[EvaluationRecord]
    observations: list[ObservationRecord]
    limits: Any
    film: str
    checkpoint: bytes


def all_of(*meanwhile: Command) -> Trained:
    """Train to a step, and meanwhile something else, which is undone."""
    with working(lanes=SetLanes(LANES).wanted.lanes, test_every=5) as run:
        run.send(FILM, *[Step()] * BEFORE)
        said: list[Any] = []
        if meanwhile:
            run.send(*meanwhile)
            while not (said and isinstance(said[-1], State) and said[-1].run == 1 + len(meanwhile)):
                said.append(run.any())
            undoable = said[-1].undo
            assert undoable
            assert (undoable.step, undoable.run) == (BEFORE, 1)
            run.send(*[Step()] * 3, Undo(1))
        run.send(*[Step()] * (LAST - BEFORE))
        while True:
            said.append(run.any())
            if isinstance(said[-1], Checkpoint):
                state = unpack(said[-1].data)
                if state["step"] == LAST and state["evaluations"] == {"newest": LAST, "waiting": []}:
                    break
        # Where it rested for a moment it may have been tested.
        passing = {step for step in range(LAST) if step % 5 and step not in EARLY}
        runs = (1, 2 + len(meanwhile))  # of which the second goes on with the first
        reports = [one for one in said if isinstance(one, Progress) and one.run in runs]
        pictures = [one.picture for one in reports if one.picture and one.picture.step == LAST]
        films = [one for one in said if isinstance(one, Found) and one.step == LAST]
        return Trained(
            [step for report in reports for step in report.steps],
            [test for report in reports for test in report.evaluations if test.step not in passing],
            [one for report in reports for one in report.observations],
            pictures[-1].limits,
            films[-1].payload,
            said[-1].data,
        )


@pytest.fixture(scope="module")
def straight() -> Trained:
    return all_of()


@pytest.mark.parametrize(
    "meanwhile",
    [
        [Reset()],
        [NewSeed(8)],
        [SetLanes(LANES[:1])],
        [SetLanes([*LANES, lane("C", 0.3)])],
        [SetLanes([LANES[0], lane("B", 0.3)])],
        [Reset(), SetLanes([lane("A", 0.5), lane("D", 0.7)])],
    ],
    ids=["reset", "new seed", "remove", "add", "other optimizer", "spread"],
)
def test_what_is_undone_has_never_been(meanwhile: Sequence[Command], straight: Trained) -> None:
    assert all_of(*meanwhile) == straight


def test_a_second_press_changes_nothing_and_the_undoing_can_be_undone() -> None:
    with working() as run:
        run.send(*[Step()] * 4, Reset())
        assert run.state(5).undo == Undoable("reset", 4, 1)
        run.send(Step(), Undo(1), Undo(1))
        state = run.state(8)
        assert (state.run, state.undo) == (3, Undoable("undo", 1, 2))
        run.send(Start(), Undo(1))
        assert run.state(10).status == "running", "what is not kept any longer cannot pause it"
        run.send(Undo(2))
        state = run.state(11)
        assert state.status == "paused"
        assert state.restored
        assert (state.run, state.restored.run) == (4, 2)
        assert state.undo
        assert (state.undo.of, state.undo.run) == ("redo", 3), "which Undo takes back again"
        assert unpack(state.restored.checkpoint)["step"] == 1


def test_only_a_run_in_which_something_has_happened_is_kept_in_place_of_another() -> None:
    with working() as run:
        run.send(Reset())
        assert run.state(1).undo is None
        run.send(NewSeed(5))
        assert run.state(2).undo == Undoable("new_seed", 0, 2)
        run.send(SetWeight("A", Weight("conv1", 0, 0, 1, 1), 0.5), Reset())
        assert run.state(4).undo == Undoable("reset", 0, 3), "a weight had been changed by hand"
        run.send(Step(), Step(), Reset(), NewSeed(6))
        assert run.state(8).undo == Undoable("new_seed", 2, 4)
        run.send(Undo(4))
        state = run.state(9)
        assert state.config.seed == 5
        assert state.restored
        assert unpack(state.restored.checkpoint)["step"] == 2


def test_where_memory_is_short_the_film_has_fewer_steps_and_where_it_is_too_short_nothing_is_kept() -> None:
    experiment, alone = small(0.01, 0.1), small(0.01, 0.1)
    for one in (experiment, alone):
        trained(one, 40)
    size = experiment.lanes[0].network.params.flat.size
    kept = KeptRun(experiment)
    experiment.images.own = {-1: OwnImage(bytes(144))}
    assert kept.fit(2 * size * (STATE_BYTES + 10 * BYTES))
    experiment.reset(99)
    trained(experiment, 3)
    kept.bring_back()
    assert [*experiment.images.own] == [-1], "what a viewer shows is no part of the run"
    assert experiment.kept == [0, 8, 16, 24, 32, 40]
    assert [step.loss for step in trained(experiment, 5)] == [step.loss for step in trained(alone, 5)]
    for mine, theirs in zip(weights(experiment), weights(alone), strict=True):
        assert mine.tobytes() == theirs.tobytes()
    assert not KeptRun(experiment).fit(2 * size * (STATE_BYTES + FEWEST * BYTES) - 1)
    for memory, offered in ((8 * 2 * size * (STATE_BYTES + FEWEST * BYTES), True), (8 * size * STATE_BYTES, False)):
        with working(memory=memory) as run:
            run.send(*[Step()] * 10, Reset())
            assert (run.state(11).undo is not None) == offered


def test_to_undo_what_is_not_kept_leaves_an_epoch_its_end_and_a_pause_its_reason() -> None:
    with working(stop=Stop(step=3), batch_size=10, pace=Pace(50)) as run:
        last = len(DATA.train_labels) // 10
        run.send(Start())
        while not (state := run.next(State)).stopped:
            pass
        run.send(Undo(7))
        assert run.state(2).stopped == state.stopped
        run.send(SetStop(Stop()), Epoch(), SEEN, Undo(7))
        while (state := run.next(State)).status == "running" or state.answered < 5:
            pass
        assert run.picture(last).step == last


def test_where_memory_is_short_what_goes_on_keeps_its_film() -> None:
    size = small(0.1).lanes[0].network.params.flat.size
    with working(memory=8 * 2 * size * (STATE_BYTES + FEWEST * BYTES)) as run:
        run.send(*[Step()] * 20, SetLanes([lane("B", 0.1)]), FILM)
        state = run.arranged()
        assert state.undo
        found = run.next(Found)
        assert json.loads(found.payload)["steps"] == list(range(21))
