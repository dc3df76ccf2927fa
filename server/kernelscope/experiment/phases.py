"""A step in phases: it can be halted after each layer of the forward pass, at the loss, and in the backward pass."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from kernelscope.datasets import Batches
from kernelscope.impossible import Impossible
from kernelscope.nn import LayerShape, Loss, Network, Parameters
from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.nn.staged import StagedPass
from kernelscope.nn.workspace import prepare

MOST_VALUES = 50_000_000
"""The largest number of values kept during a step of all lanes together: as float32, some 200 MB."""


class Stage(NamedTuple):
    """One stage of a step."""

    phase: Literal["forward", "loss", "backward", "update"]
    layer: str | None = None
    """The layer that is computed forward or backward."""


def stages(shapes: Sequence[LayerShape]) -> list[Stage]:
    """All stages of a step, in order. The backward pass ends at the first layer with parameters."""
    names = [shape.spec.name for shape in shapes]
    first = next((place for place, shape in enumerate(shapes) if shape.params), len(shapes))
    return [
        *(Stage("forward", name) for name in names),
        Stage("loss"),
        *(Stage("backward", name) for name in reversed(names[first:])),
        Stage("update"),
    ]


def require_room(shapes: Sequence[LayerShape], images: int, lanes: int) -> None:
    """Check that a step of `lanes` lanes on a batch of `images` images fits into memory in phases.

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
    """A step of some networks on one batch, up to the update, with the same bits as ``DataParallel.gradients``.

    A conv layer fused with its activation and pool is computed at the conv layer's stage, forward and backward; the
    stages of the others have nothing left to compute.

    Args:
        networks: networks of one architecture, whose weights must not change meanwhile.
        images: the batch ``[n, channel, row, col]``.
        labels: ``[n]``
        masks: the dropout masks of the step; None: nothing is dropped.

    Attributes:
        stages: all stages; the last, the update, is not made here.
        done: the number of completed stages.
        losses: the loss of each network, once that stage is completed.

    Raises:
        ValueError: it would take too much memory.
    """

    def __init__(self, networks: Sequence[Network], images: Array, labels: Labels, masks: Masks | None = None) -> None:
        shapes = networks[0].shapes
        require_room(shapes, len(labels), len(networks))
        self.images, self.labels = images, labels
        self.networks = networks
        self.stages = stages(shapes)
        self.done = 0
        self.losses: list[Loss] = []
        parts = prepare(images, labels, networks[0].dtype, masks)
        self._passes = [StagedPass(shapes, network.params, parts, len(labels)) for network in networks]

    @property
    def ready(self) -> bool:
        """Whether only the update is left."""
        return self.done == len(self.stages) - 1

    def gradient(self, place: int) -> Parameters:
        """∂L/∂params of the batch for one of the networks; zero for layers that the backward pass has not reached."""
        return self._passes[place].gradient()

    def advance(self) -> Stage:
        """Compute the next stage. Once `ready`, the gradients are in the networks' ``grads``."""
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
    """Steps made in phases, at most one at a time.

    Args:
        batches: the source of batches, to which an abandoned step returns its batch.

    Attributes:
        step: the step in progress; None if there is none.
    """

    def __init__(self, batches: Batches) -> None:
        self.step: PhasedStep | None = None
        self._batches = batches
        self._before = batches.state()

    @property
    def batches(self) -> dict[str, Any]:
        """The state of the batches before the step in progress, from which it can be restarted."""
        return self._before if self.step else self._batches.state()

    def advance(self, networks: Sequence[Network], masks: Masks) -> bool:
        """Compute the next stage of a step of `networks`, beginning one if need be; False if only its update is left.

        The dropout `masks` are those of that step.

        Raises:
            Impossible: the step would take too much memory.
        """
        if self.step is None:
            self._before = self._batches.state()
            try:
                self.step = PhasedStep(networks, *next(self._batches), masks)
            except ValueError:
                self._batches.restore(self._before)
                raise
        if self.step.ready:
            return False
        self.step.advance()
        return True

    def finish(self) -> PhasedStep | None:
        """Complete all stages but the update, and return the step; None if none is in progress."""
        step = self.step
        while step and not step.ready:
            step.advance()
        self.step = None
        return step

    def abandon(self) -> None:
        """Abandon the step in progress, as if it had not been begun."""
        if self.step:
            self._batches.restore(self._before)
            self.step = None
