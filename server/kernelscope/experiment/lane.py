"""A lane: one network with its optimizer and learning rate, and its condition."""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from kernelscope.experiment.checkpoint import as_count, fill
from kernelscope.experiment.evidence import Measured, Tested
from kernelscope.experiment.keyframes import Keyframe, Keyframes
from kernelscope.experiment.lane_config import LaneConfig
from kernelscope.experiment.variant import varied
from kernelscope.nn import Architecture, LayerShape, Loss, Network, Parameters, Step, apply_update
from kernelscope.nn.arrays import Array
from kernelscope.nn.shapes import Shape


@dataclass(frozen=True)
class Condition:
    """Whether a lane is training, has diverged, or has collapsed."""

    status: Literal["training", "diverged", "collapsed"] = "training"
    step: int | None = None
    """The step at which that happened."""
    cause: str | None = None
    """If diverged, `loss`, `gradient` or `weight`; if collapsed, the layer that no longer responds."""

    @property
    def reason(self) -> str | None:
        """The condition as a sentence; None while training."""
        match self.status:
            case "diverged":
                return f"Diverged at step {self.step}: the {self.cause} became infinite or not a number."
            case "collapsed":
                return f"Collapsed at step {self.step}: {self.cause} responds to no probe image."
            case _:
                return None


TRAINING = Condition()

TESTS = 2
"""The number of tests kept: the newest, and the one before for comparison."""

REVIVED = 0.5
"""The share of the probe images that each layer must respond to before a collapse counts as over. In a collapsed lane
about one image in a hundred may still activate a filter now and then, without effect."""


class Lane:
    """A network, its optimizer, and the gradient its last update used.

    Args:
        config: its settings.
        architecture: the experiment's network, from which its own may differ.
        input_shape: the shape of an image.
        seed: the seed of the initial weights.

    Attributes:
        config: its current settings. Rate, schedule and name may be replaced, with effect from the next step on.
        steps: the number of updates made.
        gradient: a copy of the gradient that the last update used; NaN before the first.
        last_update: the last update; NaN before the first.
        before: the weights before the last update; the present ones before the first.
        memory: the optimizer's state before the last update; None if it is not known.
        keyframes: its weights, gradients and updates over the run.
        condition: whether it has diverged or collapsed. A diverged lane has stopped for good and keeps its last finite
            weights and gradient; a collapsed one continues.
        since: the step after which its rate, its schedule or a weight was last changed. Measurements up to then say
            nothing about the present settings.
        tests: its last `TESTS` tests.
        tested: what it predicted for each test image in the last test of all; None: that is not known.
    """

    def __init__(
        self, config: LaneConfig, architecture: Architecture, input_shape: Shape, seed: np.random.SeedSequence
    ) -> None:
        self.config = config
        own = varied(architecture, config.init, config.activation)
        self.network = Network(own, input_shape, np.random.default_rng(seed))
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
        self.tested: Tested | None = None
        self._responses = dict(response_layers(self.network.shapes, gated=True))

    @property
    def id(self) -> str:
        """Its id, unique within the experiment."""
        return self.config.id

    @property
    def next_rate(self) -> float:
        """The learning rate of the next step."""
        return self.config.rate(self.steps + 1)

    @property
    def now(self) -> Keyframe:
        """The current state, as views of arrays that the next step overwrites."""
        before = self.before.flat if self.steps else self.network.params.flat
        return Keyframe(self.steps, self.network.params.flat, self.gradient.flat, self.last_update.flat, before)

    def at(self, step: int) -> Keyframe:
        """The state after `step`: the current one if it has made no later step, else the last keyframe up to it.

        If there is none, it is the first keyframe.
        """
        return self.now if self.steps <= step else self.keyframes.at(step)

    @property
    def stopped(self) -> bool:
        """Whether the lane has diverged."""
        return self.condition.status == "diverged"

    def update(self, loss: Loss, probe: Array) -> Step:
        """Make the update for the gradient in ``network.grads``, and set `condition`.

        Args:
            loss: the loss that the gradient belongs to.
            probe: images ``[n, channel, row, col]`` that tell a dead layer from one that this batch does not activate.
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
        """Replace the settings by others that it can go on with (`LaneConfig.continues`), from the next step on."""
        if (config.learning_rate, config.schedule) != (self.config.learning_rate, self.config.schedule):
            self.since = self.steps
        self.config = config

    def set_weight(self, index: int, value: float) -> float:
        """Set one parameter by hand, and return its previous value.

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
        """Copy the lane with its whole state; the copy is independent."""
        network = self.network
        copy = Lane(self.config, network.architecture, network.shapes[0].input, np.random.SeedSequence(0))
        copy.restore(self.state())
        copy.memory = self.memory
        copy.keyframes = self.keyframes.copy()
        return copy

    def state(self) -> dict[str, Any]:
        """The state to resume from: all that the next steps, and views of the last one, depend on."""
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
            "tested": self.tested and self.tested.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where the lane of this `state` stood.

        Raises:
            ValueError: it has settings that this lane can't go on with.
        """
        config = LaneConfig.model_validate(state["config"])
        if not config.continues(self.config):
            raise ValueError(f"expected a lane like {self.config!r}, got {config!r}")
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
        tested = state.get("tested")  # nor this
        self.tested = tested and Tested.of(tested)
        self.updater.restore(state["updater"])

    def _observe(self, probe: Array) -> Condition:
        """Determine the condition from the weights that the gradient belongs to."""
        # The gradient of a layer that responds to no image of the batch is exactly zero. Checking that costs nothing,
        # and only then are the probe images computed.
        silent = any(not self.network.grads[f"{layer}.weight"].any() for layer in self._responses)
        if self.condition.status == "collapsed":
            revived = not silent and min(self._responding(probe).values()) >= REVIVED
            return TRAINING if revived else self.condition
        if silent and (dead := next((layer for layer, share in self._responding(probe).items() if not share), None)):
            return Condition("collapsed", self.steps, dead)
        return self.condition

    def _responding(self, probe: Array) -> dict[str, float]:
        """For each layer with a ReLU, the share of the `probe` images that activate any of its filters or units."""
        activations = self.network.trace(probe, layers=self._responses.values()).activations
        return {
            layer: float(activations[relu].reshape(len(probe), -1).any(axis=1).mean())
            for layer, relu in self._responses.items()
        }


def response_layers(shapes: Iterable[LayerShape], *, gated: bool = False) -> list[tuple[str, str]]:
    """Pairs of a layer with kernels and the activation behind it; only those of ReLUs if `gated`.

    A layer can die only if it is gated: other activations pass on negative values or their gradients, too.
    """
    found: list[tuple[str, str]] = []
    layer: str | None = None
    for shape in shapes:
        if shape.kernels is not None:
            layer = shape.spec.name
        elif shape.spec.ACTIVATES and layer is not None:
            if shape.spec.GATES or not gated:
                found.append((layer, shape.spec.name))
            layer = None
    return found
