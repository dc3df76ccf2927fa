"""One step in slow motion: it stops after each layer on the way there, at the loss, and after each on the way back."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from kernelscope.datasets import Batches
from kernelscope.impossible import Impossible
from kernelscope.nn import LayerShape, Loss, Network, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.staged import StagedPass
from kernelscope.nn.workspace import prepare

MOST_VALUES = 50_000_000
"""That may be kept while a step is under way, of all lanes together: as float32, some 200 MB."""


class Stage(NamedTuple):
    """One of the things that a step consists of."""

    phase: Literal["forward", "loss", "backward", "update"]
    layer: str | None = None
    """Which layer it goes through, there or back."""


def stages(shapes: Sequence[LayerShape]) -> list[Stage]:
    """All stages of a step, in order. Back it goes down to the first layer that has anything to learn."""
    names = [shape.spec.name for shape in shapes]
    first = next((place for place, shape in enumerate(shapes) if shape.params), len(shapes))
    return [
        *(Stage("forward", name) for name in names),
        Stage("loss"),
        *(Stage("backward", name) for name in reversed(names[first:])),
        Stage("update"),
    ]


def require_room(shapes: Sequence[LayerShape], images: int, lanes: int) -> None:
    """Nothing, where a step of so many `lanes` on a batch of so many `images` can be made in phases.

    Raises:
        Impossible: it would take too much memory.
    """
    values = lanes * images * sum(shape.values for shape in shapes)
    if values > MOST_VALUES:
        raise Impossible(
            "too_large_for_phases",
            f"expected at most {MOST_VALUES:,} numbers to be kept between the phases of a step, got {values:,}:"
            " fewer lanes, a smaller batch or a smaller network would do",
            most=MOST_VALUES,
            got=values,
        )


class PhasedStep:
    """A step of some networks on one batch, up to the update. The same bits as ``DataParallel.gradients``.

    A conv layer, its ReLU and its pool are one piece of work where training computes them together. That piece is then
    done at the conv layer's stage, on either way; at those of the others there is nothing to do for the batch.

    Args:
        networks: of one architecture; their weights must stay as they are meanwhile.
        images: the batch ``[n, channel, row, col]``.
        labels: ``[n]``

    Attributes:
        stages: all of them; the last, the update, is not made here.
        done: how many of them have been.
        losses: of each network, once that stage is done.

    Raises:
        ValueError: it would take too much memory.
    """

    def __init__(self, networks: Sequence[Network], images: Array, labels: Labels) -> None:
        shapes = networks[0].shapes
        require_room(shapes, len(labels), len(networks))
        self.images, self.labels = images, labels
        self.networks = networks
        self.stages = stages(shapes)
        self.done = 0
        self.losses: list[Loss] = []
        parts = prepare(images, labels, networks[0].dtype)
        self._passes = [StagedPass(shapes, network.params, parts, len(labels)) for network in networks]

    @property
    def ready(self) -> bool:
        """Whether all is done but the update."""
        return self.done == len(self.stages) - 1

    def gradient(self, place: int) -> Parameters:
        """∂L/∂params of the batch for one of the networks, in the layers that it has come back through; else zero."""
        return self._passes[place].gradient()

    def advance(self) -> Stage:
        """The next stage. When it is `ready`, the gradients are in the networks' ``grads``."""
        stage = self.stages[self.done]
        assert stage.phase != "update", "the update is made by whoever owns the weights"
        for run in self._passes:
            match stage.phase:
                case "forward" if stage.layer in run.layers:
                    run.forward(stage.layer)
                case "loss":
                    self.losses.append(run.loss())
                case "backward" if stage.layer in run.learning:
                    run.backward(stage.layer)
        self.done += 1
        if self.ready:
            for network, run in zip(self.networks, self._passes, strict=True):
                network.grads.flat[...] = run.gradient().flat
        return stage


class Phases:
    """The steps that are made in phases, of which one at most is under way.

    Args:
        batches: from which each takes its batch, and to which one that is abandoned gives it back.

    Attributes:
        step: the one that has been begun, and whose update has not been made; None: there is none.
    """

    def __init__(self, batches: Batches) -> None:
        self.step: PhasedStep | None = None
        self._batches = batches
        self._before = batches.state()

    @property
    def batches(self) -> dict[str, Any]:
        """The state of the batches with which the step that is under way can be made from its beginning."""
        return self._before if self.step else self._batches.state()

    def advance(self, networks: Sequence[Network]) -> bool:
        """Go a stage further into a step of these, the next one's first where none is under way.

        False: only its update is left. ValueError: it would take too much memory.
        """
        if self.step is None:
            self._before = self._batches.state()
            try:
                self.step = PhasedStep(networks, *next(self._batches))
            except ValueError:
                self._batches.restore(self._before)
                raise
        if self.step.ready:
            return False
        self.step.advance()
        return True

    def finish(self) -> PhasedStep | None:
        """Go through all stages but the update, and give the step to whoever makes that; None: none is under way."""
        step = self.step
        while step and not step.ready:
            step.advance()
        self.step = None
        return step

    def abandon(self) -> None:
        """Leave the step that is under way, as if it had not been begun."""
        if self.step:
            self._batches.restore(self._before)
            self.step = None
