"""Whatever is asked, in whatever order: no experiment fails, and its lanes, steps and scalars are those of a model."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from kernelscope.experiment import ExperimentConfig, LaneConfig, Stop, lanes_of, sources
from kernelscope.experiment.evaluation import EARLY
from kernelscope.experiment.place import Kernel, Weight
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.keeping import resumed, standing_of
from kernelscope.nn import SGD, Adam
from kernelscope.source.commands import (
    BeginRangeTest,
    Cancel,
    CancelRangeTest,
    Command,
    Epoch,
    NewSeed,
    Pace,
    Pause,
    Phase,
    Reset,
    SetFrameRate,
    SetLanes,
    SetLearningRate,
    SetStop,
    SetWeight,
    Start,
    Step,
    Undo,
    UndoWeight,
    WantedLane,
)
from kernelscope.store import Saved, Store
from kernelscope.stream.audience import Wish
from kernelscope.stream.viewer import Viewer, watching
from kernelscope.stream.wire import decode
from kernelscope.studies.film import FilmSubject
from kernelscope.studies.lens import LensSubject
from kernelscope.studies.life import LifeSubject
from kernelscope.studies.line import LineSubject
from kernelscope.studies.one_weight import WeightSubject
from kernelscope.studies.shown import Shown
from kernelscope.studies.trace import TraceSubject

from tests.api.sequences import EPOCH, Process, Threaded, at_the_gate, few_images
from tests.clients import SMALL

MOST_LANES = 4
CONFIG = ExperimentConfig.model_validate({**SMALL, "test_every": 2})
STAGES = 8
"""Of a step of these four layers."""
KERNEL = Kernel("conv1", 0, 0)
WEIGHT = Weight("conv1", 0, 0, 1, 2)
WISH = Wish(
    frozenset(
        {
            LineSubject("A"),
            LensSubject("B", KERNEL),
            WeightSubject("A", WEIGHT),
            LifeSubject(WEIGHT),
            TraceSubject("B", 0),
            FilmSubject(KERNEL, 4),
        }
    ),
    Shown(frozenset({"moved", "apart.A"})),
    KERNEL,
)

lanes = st.integers(0, MOST_LANES - 1)
"""One of them, by its place among those that there are."""
rates = st.sampled_from([0.01, 0.1, 1.0, 1000.0])
arrangements = st.sampled_from(["add", "remove", "duplicate", "reverse", "rename", "optimizer"])


class Model:
    """What an experiment is, by what has been asked of it."""

    def __init__(self) -> None:
        self.lanes = list(CONFIG.lanes)
        self.seed = CONFIG.seed
        self.stop = Stop()
        self.run = 1
        self.losses = np.zeros((0, len(self.lanes)), "f4")
        self.named = 0
        self.runs: dict[int, tuple[list[LaneConfig], int, np.ndarray]] = {}
        """Lanes, seed and losses of each, as they were last seen."""
        self.rest(0)

    def rest(self, step: int) -> None:
        """Paused at this step, with nothing under way."""
        self.step = step
        self.exact = True  # whether it is at this step; else it has come further
        self.running = False
        self.until_epoch = False
        self.phases = 0
        self.wanted: list[LaneConfig] = []  # by which these lanes are replaced, when the new ones have caught up
        self.origins: list[str | None] = []  # for each wanted lane the one that it goes on from
        self.losses = self.losses[:step]

    @property
    def moves(self) -> bool:
        """Whether steps are being made."""
        return self.running and not self.wanted

    def obey(self, command: Command) -> None:
        """As the worker does."""
        match command:
            case Start() | Epoch():
                self.running, self.until_epoch = True, isinstance(command, Epoch)
                self.phases *= bool(self.wanted)
            case Pause():
                self.running = False
            case Step():
                self.running, self.phases = False, 0
                self.step += 1
            case Phase():
                self.running = False
                self.step += self.phases == STAGES
                self.phases = (self.phases + 1) % (STAGES + 1)
            case Reset() | NewSeed():
                self.rest(0)
                self.run += 1
                self.seed = command.seed if isinstance(command, NewSeed) else self.seed
            case SetLanes():
                self.wanted, copies = list(command.wanted.lanes), command.wanted.copies
                self.origins = sources(self.lanes, self.wanted, copies)
                self.phases = 0
            case Cancel():
                self.wanted, self.origins = [], []
            case SetLearningRate(lane=id, rate=rate):
                origins = [id if lane.id == id else None for lane in self.lanes]
                self.lanes = _with_rate(self.lanes, origins, id, rate)
                self.wanted = _with_rate(self.wanted, self.origins, id, rate)
            case Undo(run=run):
                self.lanes, self.seed, self.losses = self.runs[run]
                self.rest(len(self.losses))
                self.run += 1
                self.exact = False  # it may have come further before it was replaced
            case SetStop(stop=stop):
                self.stop = stop
        self.exact = self.exact and not self.moves

    def arrange(self) -> None:
        """The wanted lanes have come."""
        columns = [np.full(self.step, np.nan) if id is None else self.losses[:, self.place(id)] for id in self.origins]
        self.losses = np.stack(columns, 1).astype("f4")
        self.lanes, self.wanted, self.origins, self.phases = self.wanted, [], [], 0
        self.exact = self.exact and not self.moves

    def place(self, id: str) -> int:
        """Of a lane."""
        return [lane.id for lane in self.lanes].index(id)

    def arrangement(self, kind: str, lane: int, rate: float) -> SetLanes:
        """Other lanes, as the page asks for them."""
        now = [*self.lanes]
        chosen = now[lane % len(now)]
        others = [one for one in now if one is not chosen]
        self.named += 1
        new = chosen.model_copy(update={"id": f"N{self.named}", "learning_rate": rate})
        copies: dict[str, str] = {}
        room = len(now) < MOST_LANES
        match kind:
            case "add" if room:
                now.insert(lane % len(now), new)
            case "duplicate" if room:
                now.append(new)
                copies = {new.id: chosen.id}
            case "remove" if others:
                now = others
            case "reverse":
                now.reverse()
            case "rename":
                now = [*others, chosen.model_copy(update={"name": f"name {self.named}", "learning_rate": rate})]
            case _:
                other = SGD() if isinstance(chosen.optimizer, Adam) else Adam()
                now = [*others, chosen.model_copy(update={"optimizer": other})]
        return SetLanes([WantedLane(**dict(lane), copy_of=copies.get(lane.id)) for lane in now])


def _with_rate(lanes: list[LaneConfig], origins: list[str | None], id: str, rate: float) -> list[LaneConfig]:
    """With another rate for a lane that goes on."""
    return [
        lane.model_copy(update={"learning_rate": rate}) if lane.id == origin == id else lane
        for lane, origin in zip(lanes, origins, strict=True)
    ]


class Sequences(RuleBasedStateMachine):
    """Commands of viewers, one at a time or several at once; deaths of workers, and sleep."""

    new_worker: ClassVar[Callable[[], Any]]
    gate: ClassVar[Path]
    store: ClassVar[Store]

    def __init__(self) -> None:
        super().__init__()
        self.gate.touch()
        self.model = Model()
        self.runner = asyncio.Runner()
        self.looking = ExitStack()
        saved = Saved(secrets.token_urlsafe(8), "", CONFIG)
        self.store.add(saved)
        self.runner.run(self.open(saved))

    def teardown(self) -> None:
        self.looking.close()
        self.hosted.source.close()
        self.runner.run(asyncio.sleep(0))
        self.runner.close()

    async def open(self, saved: Saved) -> None:
        """As the registry does."""
        self.hosted: Any = Hosted(*resumed(saved, self.store.take(saved.id)), Pace(), lambda _: None)
        self.hosted.begin(type(self).new_worker())
        await self.until(lambda: self.hosted.state)

    async def until(self, true: Callable[[], Any]) -> None:
        """Wait for something, and for nothing any more where the experiment has failed."""
        async with asyncio.timeout(60):
            while not (true() or self.hosted.failure):
                self.hosted._news.clear()
                await self.hosted._news.wait()

    def ask(self, *commands: Command) -> None:
        """All at once; then see whether what has become of it is what the model says."""

        async def asked(*commands: Command) -> None:
            for command in (*commands, SetFrameRate(30)):  # the answer to the last one comes after all reports
                await self.hosted.send(command)
            await self.until(lambda: self.hosted.state.answered == self.hosted._conversation._asked)

        for command in commands:
            self.model.obey(command)
        self.runner.run(asked(*commands))
        if self.model.running and self.hosted.state.status == "paused":  # by itself, after some steps
            self.runner.run(asked())
        # One that takes a change back begins the step again, where there is a change.
        self.compare(certain=len(commands) == 1 and commands != (UndoWeight(),))

    def compare(self, *, certain: bool = True) -> None:
        """The experiment and the model."""
        model, hosted = self.model, self.hosted
        assert not hosted.failure, hosted.failure
        state = hosted.state
        if model.running and state.status == "paused":
            finished = all(condition.status == "diverged" for condition in state.conditions)
            assert finished or state.stopped or hosted.channel.history.position.steps % EPOCH == 0
            model.running = False
        assert (state.status == "running") == model.running
        assert hosted.view().status == state.status
        assert state.config.lanes == hosted.saved.config.lanes == model.lanes
        assert [lane.id for lane in hosted.view().lanes] == [lane.id for lane in model.lanes]
        assert (state.config.seed, state.config.stop) == (model.seed, model.stop)
        assert bool(state.catching_up) == bool(model.wanted)
        assert hosted.channel.history.run == state.run >= model.run
        model.run = state.run
        losses = self.losses()
        assert len(losses) == model.step if model.exact else len(losses) >= model.step
        known = np.isfinite(model.losses)
        assert np.array_equal(losses[: len(known)][known], model.losses[known])
        model.step, model.losses = len(losses), losses
        model.runs[state.run] = (model.lanes, model.seed, losses)
        model.exact = not model.moves
        phases = state.phases.done if state.phases else 0
        certain = certain and not model.moves and all(one.status == "training" for one in state.conditions)
        assert phases == model.phases or not certain
        model.phases = phases * (not model.moves)

    def losses(self) -> Any:
        """Of every step, as who comes now gets them."""
        (frame,) = decode(self.hosted.channel.history.frame())
        steps, tests = frame.tensors["step"].tolist(), frame.tensors["test.step"].tolist()
        assert steps == list(range(1, len(steps) + 1))
        assert tests == sorted(tests)  # a step is tested again after a change by hand
        due = {step for step in range(max(tests, default=-1) + 1) if step % 2 == 0 or step in EARLY}
        assert due <= set(tests), "where it rested there may be others"
        losses = frame.tensors["loss"]
        assert losses.shape == (len(steps), len(self.model.lanes))
        return losses

    @rule()
    def start(self) -> None:
        self.ask(Start())
        if self.model.moves:
            hosted, steps = self.hosted, self.model.step
            moved: Callable[[], bool] = lambda: hosted.channel.history.position.steps > steps  # noqa: E731
            self.runner.run(self.until(lambda: hosted.state.status == "paused" or moved()))
            assert not hosted.state.phases
            assert not hosted.state.last_edit

    @rule()
    def epoch(self) -> None:
        self.ask(Epoch())
        if self.model.moves:
            self.epoch_ends()

    def epoch_ends(self) -> None:
        self.runner.run(self.until(lambda: self.hosted.state.status == "paused"))
        self.ask()

    @rule(commands=st.lists(st.sampled_from([Pause(), Step(), Phase(), Reset(), Cancel(), UndoWeight()]), max_size=3))
    def simple(self, commands: list[Command]) -> None:
        self.ask(*commands)

    @rule(seed=st.integers(0, 3))
    def new_seed(self, seed: int) -> None:
        self.ask(NewSeed(seed))

    @precondition(lambda self: self.hosted.state.undo)
    @rule()
    def undo(self) -> None:
        """What has been replaced, with as many steps as are said."""
        step = self.hosted.state.undo.step
        self.ask(Undo(self.hosted.state.undo.run))
        assert self.model.step == step
        assert not self.model.running

    @rule(lane=lanes, rate=rates)
    def rate(self, lane: int, rate: float) -> None:
        self.ask(SetLearningRate(self.model.lanes[lane % len(self.model.lanes)].id, rate))

    @rule(lane=lanes, value=st.sampled_from([0.0, 0.5, 1e6]), undo=st.booleans())
    def weight(self, lane: int, value: float, undo: bool) -> None:
        id = self.model.lanes[lane % len(self.model.lanes)].id
        self.ask(SetWeight(id, WEIGHT, value), *[UndoWeight()] * undo, Phase())

    @rule(kind=arrangements, lane=lanes, rate=rates, then=st.sampled_from([None, Cancel(), Reset(), Step()]))
    def arrange(self, kind: str, lane: int, rate: float, then: Command | None) -> None:
        self.ask(self.model.arrangement(kind, lane, rate), *[then] * (then is not None))

    @rule(kinds=st.lists(arrangements, min_size=2, max_size=3), lane=lanes)
    def arrange_again(self, kinds: list[str], lane: int) -> None:
        self.ask(*[self.model.arrangement(kind, lane, 0.1) for kind in kinds])

    @precondition(lambda self: self.model.wanted)
    @rule()
    def arrive(self) -> None:
        self.gate.unlink()
        self.runner.run(self.until(lambda: not self.hosted.state.catching_up))
        self.gate.touch()
        self.model.arrange()
        self.ask()
        if self.model.moves and self.model.until_epoch:
            self.epoch_ends()

    @rule(lane=lanes, cancel=st.booleans())
    def range_test(self, lane: int, cancel: bool) -> None:
        self.ask(BeginRangeTest(self.model.lanes[lane % len(self.model.lanes)].id), *[CancelRangeTest()] * cancel)

    @rule(step=st.integers(1, 9), divergence=st.booleans())
    def stop(self, step: int, divergence: bool) -> None:
        self.ask(SetStop(Stop(step=step, divergence=divergence)))

    @rule(look=st.booleans())
    def look(self, look: bool) -> None:
        async def looked() -> None:
            self.looking.close()
            if look:
                viewer: Viewer = self.looking.enter_context(watching(self.hosted.channel, None, str))
                viewer.want(WISH)

        self.runner.run(looked())
        self.ask()

    @rule(at_checkpoint=st.booleans())
    def die_and_restart(self, at_checkpoint: bool) -> None:
        model, hosted = self.model, self.hosted

        async def died() -> None:
            hosted.source.die()
            await self.until(lambda: False)
            await asyncio.to_thread(hosted.source.close)
            model.lanes = hosted.saved.config.lanes
            rest = hosted.rest if at_checkpoint else None
            if rest:
                assert [lane.id for lane in lanes_of(rest.checkpoint)] == [lane.id for lane in model.lanes]
                model.lanes = lanes_of(rest.checkpoint)
            model.losses = self.losses()
            model.rest(rest.position.steps if rest else 0)
            await hosted.begin_again(type(self).new_worker(), at_checkpoint=at_checkpoint)
            await self.until(lambda: hosted.state)
            model.seed, model.run = hosted.saved.config.seed, model.run + 1

        self.runner.run(died())
        self.ask()

    @rule()
    def sleep(self) -> None:
        model = self.model

        async def slept() -> None:
            self.looking.close()
            hosted = self.hosted
            run = await hosted.settle()
            assert run == hosted.channel.history.run, "else something has been lost"
            standing = standing_of(self.store, hosted.saved.id, run, hosted.rest, hosted.channel.history.frozen())
            self.store.put_back(hosted.saved.id, standing)
            model.losses = self.losses()
            wanted, origins = model.wanted, model.origins
            model.rest(len(model.losses))
            model.wanted, model.origins = wanted, origins
            await asyncio.to_thread(hosted.source.close)
            await self.open(hosted.saved)

        self.runner.run(slept())
        self.ask()


def tried(gate: Path, new_worker: Callable[[], Any], sequences: int, length: int) -> None:
    """So many sequences of so many rules."""
    store = Store(gate.parent / "data")
    machine = type("Tried", (Sequences,), {"gate": gate, "new_worker": staticmethod(new_worker), "store": store})
    many = settings(
        max_examples=sequences, stateful_step_count=length, deadline=None, suppress_health_check=[*HealthCheck]
    )
    with closing(store):
        run_state_machine_as_test(machine, settings=many)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_sequence_of_commands_makes_an_experiment_fail_or_differ_from_the_model(tmp_path: Path) -> None:
    data = few_images()
    with at_the_gate(tmp_path / "gate"):
        tried(tmp_path / "gate", lambda: Threaded(data), sequences=30, length=12)


def test_nor_does_one_whose_worker_is_a_process(tmp_path: Path) -> None:
    tried(tmp_path / "gate", lambda: Process(tmp_path / "gate"), sequences=2, length=15)
