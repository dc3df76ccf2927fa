"""What a crew is asked to compute, and the jobs that it is cut into."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from kernelscope.nn.arrays import Array, Labels
from kernelscope.nn.masks import Masks
from kernelscope.nn.parameters import Parameters
from kernelscope.nn.workspace import Part, prepare

Task = Literal["loss", "predictions", "loss_and_gradient"]
Job = tuple[int, int]
"""The place of a network in the request, and the number of one of its parts."""


@dataclass(frozen=True)
class Request:
    """The same to be computed of one batch for each of some networks."""

    task: Task
    params: Sequence[Parameters]
    images: Array
    """``[n, channel, row, col]``, of the networks' dtype."""
    labels: Labels
    """``[n]``"""
    counts: Sequence[int]
    """How many of the images each network's batch is, the first ones."""
    masks: Masks | None = None

    def parts(self) -> list[list[Part]]:
        """Cut each network's batch into parts.

        Raises:
            ValueError: a batch is empty.
        """
        cut = {
            count: prepare(self.images[:count], self.labels[:count], self.images.dtype, self.masks)
            for count in set(self.counts)
        }
        return [cut[count] for count in self.counts]


@dataclass(frozen=True)
class Work:
    """A request with all arrays that its jobs read and write."""

    task: Task
    params: Sequence[Parameters]
    parts: Sequence[Sequence[Part]]
    counts: Sequence[int]
    grads: Sequence[Sequence[Parameters]]
    """Where the gradient of each part goes; empty unless the task is a gradient."""

    @cached_property
    def jobs(self) -> list[Job]:
        """All jobs, in the order in which they are dealt."""
        return [(place, number) for place, parts in enumerate(self.parts) for number in range(len(parts))]

    def collect(self, results: dict[Job, Any], into: Sequence[Parameters]) -> list[list[Any]]:
        """Add up the gradient of each network into its `into`, in order; return its results, part by part."""
        for total, (first, *others) in zip(into, self.grads, strict=True):
            if first is not total:
                total.flat[...] = first.flat
            for partial in others:
                total.flat += partial.flat
        return [[results[place, number] for number in range(len(parts))] for place, parts in enumerate(self.parts)]


class Crew(Protocol):
    """Some who compute at the same time. A crew is used from one thread at a time."""

    @property
    def closed(self) -> bool:
        """Whether it has come to its end, by `close` or by an accident."""

    def carry_out(self, request: Request, into: Sequence[Parameters] = ()) -> list[list[Any]]:
        """Compute the request; return each network's results, part by part, and write its gradient to its `into`.

        After an error in one of its jobs it is usable as before, and no job is still being computed.
        """

    def close(self) -> None:
        """End all members but the calling thread."""
