"""The interface of studies, which compute something about an experiment on request."""

from collections.abc import Hashable, Iterator
from typing import Any, ClassVar, Protocol

from pydantic import ConfigDict

from kernelscope.experiment import Experiment
from kernelscope.experiment.place import KernelShapes
from kernelscope.studies.shown import PLAIN, Shown

Members = dict[str, Any]
"""A finding as JSON members. A `FrameOf` among them is sent as a frame (docs/protocol.md)."""


class Subject:
    """A study with its parameters.

    Each study is a frozen dataclass in a module of its own, whose last field, `kind`, names it on the wire. It is
    listed in `kernelscope.studies.registry.STUDIES`, and named nowhere else.

    Attributes:
        kind: name of the study.
        again_after: during training, the number of seconds after which it is due again at the latest (usually after a
            number of steps: `kernelscope.studies.agenda`). None: only when training pauses or a new run begins.
        by_time: whether only these seconds count, not steps: it takes long, and does not tell of a single step.
        looked_up: whether its result is recorded anyway, and so available at once.
        tested: whether it is due again after each test.
        staged: whether it is due again after each stage of a step in phases.
        patient: whether it is long and can wait: during training it gets a small share of the time, even for viewers
            with control. Until its result comes, the one of an earlier step is shown.
        shared: whether it is started by a command, and everybody sees it (`SharedStudy`).
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: str
    again_after: ClassVar[float | None] = None
    by_time: ClassVar[bool] = False
    looked_up: ClassVar[bool] = False
    tested: ClassVar[bool] = False
    staged: ClassVar[bool] = False
    patient: ClassVar[bool] = False
    shared: ClassVar[bool] = False

    @property
    def work(self) -> Hashable:
        """A key of the computation, which subjects of one kind may share."""
        return self

    @property
    def pictured(self) -> Shown:
        """The contents of its snapshots, besides parameters and gradients of the conv layers."""
        return PLAIN

    @property
    def test_image(self) -> int | None:
        """The index of the image that it is about; None: it is about none. The server checks that there is one.

        The images of the training set are counted after those of the test set (`Dataset.image`), and below 0 there are
        pictures of viewers (`OwnImage.index`).
        """
        return None

    @property
    def of_class(self) -> int | None:
        """The index of the class that it is about; None: it is about none. The server checks that there is one."""
        return None

    def require(self, shapes: KernelShapes) -> None:
        """Check the parameters against the experiment's layers.

        Raises:
            Impossible: they name something that does not exist.
        """

    def study(self, experiment: Experiment) -> Iterator[Any]:
        """Compute the study in small pieces, yielding None while there is more to do, else a result.

        State that may change during training is copied at the beginning, and the experiment is not changed. There is no
        result if there is no such lane.
        """
        raise NotImplementedError

    def is_preview(self, found: Any) -> bool:
        """Whether a result of `study` is only the beginning of one, of use until there is a whole one."""
        return False

    def members(self, found: Any) -> Members:
        """Convert a result of a `study` of the same `work` to JSON members."""
        members: Members = found
        return members

    def given_up(self, message: str) -> str:
        """Adapt the last message about the subject when its worker is gone."""
        return message


class SharedStudy(Protocol):
    """A study that is started by a command, and whose progress everybody sees."""

    subject: Subject

    @property
    def done(self) -> bool:
        """Whether the study has ended."""

    def report(self) -> Members:
        """Report the results so far."""

    def advance(self, experiment: Experiment) -> Members | None:
        """Continue a little; return a report if one is due."""

    def cancel(self) -> Members:
        """End the study, and return the last report."""
