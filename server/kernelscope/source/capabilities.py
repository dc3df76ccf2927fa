"""The capabilities of a source."""

from dataclasses import dataclass

from kernelscope.impossible import Impossible


@dataclass(frozen=True)
class Capabilities:
    """What a source can do. The server refuses anything else, and pages do not offer it.

    By default a source can only be watched.
    """

    commands: tuple[str, ...] = ()
    """Types of the commands that it obeys (`kernelscope.source.commands`)."""
    studies: tuple[str, ...] = ()
    """Kinds of subjects that it can study (`kernelscope.studies`)."""
    quantities: tuple[str, ...] = ()
    """Quantities that its snapshots may have besides weights and gradients: ``updates``, ``before``, ``moved`` …"""
    checkpoints: bool = False
    """Whether it obeys `Save` and `Settle` with a checkpoint from which another source can resume."""

    def require(self, *wanted: str) -> None:
        """Check that the source can do all that is wanted.

        Args:
            wanted: types of commands, kinds of subjects, or quantities.

        Raises:
            Unsupported: something among them is not a capability.
        """
        can = {*self.commands, *self.studies, *self.quantities}
        for name in wanted:
            if name not in can:
                raise Unsupported(name)


class Unsupported(Impossible):
    """The source of an experiment's numbers lacks a capability."""

    def __init__(self, name: str) -> None:
        message = (
            f"{name}: the source of this experiment's numbers does not support it; the experiment's capabilities list"
            " what it does"
        )
        super().__init__("unsupported", message, got=name)
