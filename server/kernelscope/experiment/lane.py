"""One network under one learning rate, and what has become of it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from kernelscope.experiment.checkpoint import as_count, fill
from kernelscope.experiment.config import LaneConfig
from kernelscope.experiment.evidence import Measured
from kernelscope.experiment.keyframes import Keyframe, Keyframes
from kernelscope.nn import Architecture, LayerShape, Loss, Network, Parameters, Step, apply_update
from kernelscope.nn.arrays import Array
from kernelscope.nn.shapes import Shape


@dataclass(frozen=True)
class Condition:
    """What has become of a lane."""

    status: Literal["training", "diverged", "collapsed"] = "training"
    step: int | None = None
    """Since when."""
    cause: str | None = None
    """Diverged: `loss`, `gradient` or `weight`. Collapsed: the layer that no longer responds."""

    @property
    def reason(self) -> str | None:
        """The same as a sentence."""
        match self.status:
            case "diverged":
                return f"Diverged at step {self.step}: the {self.cause} became infinite or not a number."
            case "collapsed":
                return f"Collapsed at step {self.step}: {self.cause} responds to no probe image."
            case _:
                return None


TRAINING = Condition()

TESTS = 2
"""The newest, and the one before: what has changed in between."""

REVIVED = 0.5
"""To what share of the probe images each layer must respond before a collapse counts as over. In a collapsed lane a
rare image, one in some hundred, still sets off a filter now and then, and nothing comes of it."""


class Lane:
    """A network, its optimizer, and the gradient its last update used.

    Attributes:
        config: its settings as they are now. Those of the rate, its schedule and the name may be replaced; they count
            from the next step on.
        steps: how many updates have been made.
        gradient: what the last update used, copied before anything else can write to it; not-a-numbers before the
            first.
        last_update: what it added to the weights, likewise.
        before: the weights that it was added to; the present ones before the first step.
        memory: what the optimizer remembered before it; None: not known.
        keyframes: what it has been over the run.
        condition: what has become of the lane. A diverged lane has stopped for good and keeps its last finite weights
            and gradient; a collapsed one goes on.
        since: after which step something was changed: its rate, its schedule or a weight. What was measured up to
            then says nothing of what it is now.
        tests: the last `TESTS` of it.
    """

    def __init__(
        self, config: LaneConfig, architecture: Architecture, input_shape: Shape, seed: np.random.SeedSequence
    ) -> None:
        self.config = config
        self.network = Network(architecture, input_shape, np.random.default_rng(seed))
        self.updater = config.optimizer.begin(self.network.params.flat.size, self.network.dtype)
        self.steps = 0
        self.gradient = Parameters(self.network.shapes, self.network.dtype)
        self.gradient.flat.fill(np.nan)
        self.last_update = self.gradient.copy()
        self.before = self.network.params.copy()
        self.memory: dict[str, Any] | None = None
        self.keyframes = Keyframes(self.network.params.flat.size)
        self.keyframes.add(self.now)
        self.condition = TRAINING
        self.since = 0
        self.tests: deque[Measured] = deque(maxlen=TESTS)
        self._responses = dict(response_layers(self.network.shapes))

    @property
    def id(self) -> str:
        """Among the lanes of its experiment."""
        return self.config.id

    @property
    def next_rate(self) -> float:
        """The learning rate of the next step."""
        return self.config.rate(self.steps + 1)

    @property
    def now(self) -> Keyframe:
        """As it is: the arrays are its own, which the next step writes to."""
        before = self.before.flat if self.steps else self.network.params.flat
        return Keyframe(self.steps, self.network.params.flat, self.gradient.flat, self.last_update.flat, before)

    def at(self, step: int) -> Keyframe:
        """As it was after the last step up to `step` that is kept: as it is, where it has made no later one.

        After the first that is kept, where that is later.
        """
        return self.now if self.steps <= step else self.keyframes.at(step)

    @property
    def stopped(self) -> bool:
        """Whether the lane has diverged."""
        return self.condition.status == "diverged"

    def update(self, loss: Loss, probe: Array) -> Step:
        """Make the step for which ``network.grads`` has been computed, with this `loss`; sets `condition`.

        The `probe` images tell a layer that is dead from one that only this batch misses.
        """
        condition = self._observe(probe)
        memory = self.updater.state()
        step = apply_update(self.network, self.updater, loss, self.next_rate, self.last_update, self.before)
        if step.not_finite:
            self.condition = Condition("diverged", self.steps + 1, step.not_finite)
            return step
        self.condition = condition
        self.steps += 1
        self.memory = memory
        self.gradient.flat[...] = self.network.grads.flat
        self.keyframes.add(self.now)
        return step

    def configure(self, config: LaneConfig) -> None:
        """Take other settings, with the same optimizer, from the next step on."""
        if (config.learning_rate, config.schedule) != (self.config.learning_rate, self.config.schedule):
            self.since = self.steps
        self.config = config

    def set_weight(self, index: int, value: float) -> float:
        """Set one parameter by hand; returns what it was.

        Raises:
            ValueError: the value is not finite in float32, or the lane has stopped.
        """
        if self.stopped:
            raise ValueError(f"lane {self.id} has diverged: its weights stay as they are")
        with np.errstate(over="ignore"):
            exact = np.float32(value)
        if not np.isfinite(exact):
            raise ValueError(f"value: expected a finite number, got {value}")
        params = self.network.params.flat
        before = float(params[index])
        params[index] = exact
        self.since = self.steps
        return before

    def copy(self) -> "Lane":
        """A lane that stands where this one does, and goes on by itself."""
        network = self.network
        copy = Lane(self.config, network.architecture, network.shapes[0].input, np.random.SeedSequence(0))
        copy.restore(self.state())
        copy.keyframes = self.keyframes.copy()
        return copy

    def state(self) -> dict[str, Any]:
        """All that the next steps depend on, and what is shown of the last one."""
        return {
            "config": self.config.model_dump(mode="json"),
            "steps": self.steps,
            "condition": asdict(self.condition),
            "params": self.network.params.flat.copy(),
            "gradient": self.gradient.flat.copy(),
            "last_update": self.last_update.flat.copy(),
            "before": self.before.flat.copy(),
            "updater": self.updater.state(),
            "keyframes": self.keyframes.state(),
            "since": self.since,
            "tests": [tuple(test) for test in self.tests],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where the lane of this `state`, of the same optimizer, stood.

        ValueError: it has another one.
        """
        config = LaneConfig.model_validate(state["config"])
        if config.optimizer != self.config.optimizer:
            raise ValueError(f"expected a lane with {self.config.optimizer}, got one with {config.optimizer}")
        self.config, self.steps = config, as_count(state["steps"])
        self.condition = Condition(**state["condition"])
        fill(self.network.params.flat, state["params"])
        fill(self.gradient.flat, state["gradient"])
        fill(self.last_update.flat, state["last_update"])
        # Early checkpoints don't have it: it is then as near as float32 tells.
        fill(self.before.flat, state["before"] if "before" in state else state["params"] - state["last_update"])
        self.memory = None
        self.keyframes = Keyframes(self.network.params.flat.size)
        if kept := state.get("keyframes"):  # early checkpoints have none
            self.keyframes.restore(kept)
        self.keyframes.keep(self.now)
        self.since = as_count(state.get("since", self.steps))  # nor have they these two
        self.tests = deque(
            (Measured(step, loss, right, tuple(along)) for step, loss, right, along in state.get("tests", ())), TESTS
        )
        self.updater.restore(state["updater"])

    def _observe(self, probe: Array) -> Condition:
        """What has become of the lane by the weights that the gradient belongs to."""
        # A layer that responds to no image of the batch passes no gradient: its own is exactly zero. That costs nothing
        # to see, and only then are the probe images asked.
        silent = any(not self.network.grads[f"{layer}.weight"].any() for layer in self._responses)
        if self.condition.status == "collapsed":
            revived = not silent and min(self._responding(probe).values()) >= REVIVED
            return TRAINING if revived else self.condition
        if silent and (dead := next((layer for layer, share in self._responding(probe).items() if not share), None)):
            return Condition("collapsed", self.steps, dead)
        return self.condition

    def _responding(self, probe: Array) -> dict[str, float]:
        """For each layer with a ReLU, to what share of `probe` any of its filters or units responds."""
        activations = self.network.trace(probe, layers=self._responses.values()).activations
        return {
            layer: float(activations[relu].reshape(len(probe), -1).any(axis=1).mean())
            for layer, relu in self._responses.items()
        }


def response_layers(shapes: Iterable[LayerShape]) -> list[tuple[str, str]]:
    """Each layer with kernels, and the ReLU through which it responds; a layer without one cannot die."""
    found: list[tuple[str, str]] = []
    layer: str | None = None
    for shape in shapes:
        if shape.kernels is not None:
            layer = shape.spec.name
        elif shape.spec.GATES and layer is not None:
            found.append((layer, shape.spec.name))
            layer = None
    return found
