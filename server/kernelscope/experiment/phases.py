"""A step in phases: it can be halted after each layer of the forward pass, at the loss, and in the backward pass."""

from collections.abc import Callable, Sequence
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


def require_room(shapes: Sequence[LayerShape], images: int) -> None:
    """Check that a step with batches of so many `images` of all lanes together fits into memory in phases.

    Raises:
        Impossible: it would take too much memory.
    """
    values = images * sum(shape.values for shape in shapes)
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
        networks: networks whose layers have the same names and shapes. Their weights must not change meanwhile.
        images: the batch ``[n, channel, row, col]``.
        labels: ``[n]``
        masks: the dropout masks of the step; None: nothing is dropped.
        counts: for each network the number of images that it sees, the first ones; None: all.

    Attributes:
        stages: all stages; the last, the update, is not made here.
        done: the number of completed stages.
        losses: the loss of each network, once that stage is completed.
        counts: the number of images that each network sees.

    Raises:
        ValueError: it would take too much memory.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        images: Array,
        labels: Labels,
        masks: Masks | None = None,
        counts: Sequence[int] | None = None,
    ) -> None:
        shapes = networks[0].shapes
        self.counts = [len(labels)] * len(networks) if counts is None else counts
        require_room(shapes, sum(self.counts))
        self.images, self.labels = images, labels
        self.networks = networks
        self.stages = stages(shapes)
        self.done = 0
        self.losses: list[Loss] = []
        self._passes = [
            StagedPass(
                network.shapes, network.params, prepare(images[:count], labels[:count], network.dtype, masks), count
            )
            for network, count in zip(networks, self.counts, strict=True)
        ]

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

    def advance(self, networks: Sequence[Network], masks: Masks, sees: Sequence[Callable[[int], int]]) -> bool:
        """Compute the next stage of a step of `networks`, beginning one if need be; False if only its update is left.

        The dropout `masks` are those of that step, and each of the networks `sees` so many images of a batch.

        Raises:
            Impossible: the step would take too much memory.
        """
        if self.step is None:
            self._before = self._batches.state()
            try:
                images, labels = next(self._batches)
                self.step = PhasedStep(networks, images, labels, masks, [one(len(labels)) for one in sees])
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
