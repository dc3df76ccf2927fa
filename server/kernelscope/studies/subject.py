"""What a study is: something about an experiment that is computed because somebody wants to see it."""

from collections.abc import Hashable, Iterator
from typing import Any, ClassVar, Protocol

from pydantic import ConfigDict

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import KernelShapes
from kernelscope.studies.shown import PLAIN, Shown

Members = dict[str, Any]
"""What has been found, as JSON has it. A `FrameOf` among them is sent as a frame (docs/protocol.md)."""


class Subject:
    """A study with its parameters: what somebody wants to see, and what something found is about.

    Each study is a frozen dataclass in a module of its own. Its last field is `kind`, by which it goes on the wire. It
    stands in `kernelscope.studies.registry.STUDIES`, and nowhere else is it named.

    Attributes:
        kind: names the study.
        again_after: while it trains, it is due again after so many seconds where steps are slow (else after a number of
            steps: `kernelscope.studies.agenda`). None: only at rest, and when a new run begins.
        looked_up: it has been kept anyway, and comes at once, whatever else is being computed.
        staged: it is due again after each stage of a step in phases.
        shared: everybody sees it, and it is begun by a command (`SharedStudy`).
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: str
    again_after: ClassVar[float | None] = None
    looked_up: ClassVar[bool] = False
    staged: ClassVar[bool] = False
    shared: ClassVar[bool] = False

    @property
    def work(self) -> Hashable:
        """What is to be computed for it, which it may have in common with others of its kind."""
        return self

    @property
    def shown(self) -> Shown:
        """What the snapshots in it hold, besides parameters and gradients of the conv layers."""
        return PLAIN

    def require(self, shapes: KernelShapes) -> None:
        """Check it against the experiment's layers.

        Raises:
            Impossible: there is no such thing in it.
        """

    def study(self, experiment: Experiment) -> Iterator[Any]:
        """Compute it, a little at a time: None while there is more to do, else what has been found.

        Whatever may change while the experiment trains on is copied at the beginning, and nothing of the experiment is
        changed. Nothing is found where there is no such lane.
        """
        raise NotImplementedError

    def members(self, found: Any) -> Members:
        """What is told of something found by a `study` of the same `work`."""
        members: Members = found
        return members

    def given_up(self, message: str) -> str:
        """What becomes of a message about it when what computes it is gone."""
        return message


class SharedStudy(Protocol):
    """A study that somebody has begun by a command, and that everybody sees as it goes."""

    subject: Subject

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""

    def report(self) -> Members:
        """How far it has come."""

    def advance(self, experiment: Experiment) -> Members | None:
        """Go on a little; a report, where one is due."""

    def cancel(self) -> Members:
        """End it as it is; the last report."""
