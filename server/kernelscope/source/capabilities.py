"""What can be asked of a source."""

from dataclasses import dataclass

from kernelscope.impossible import Impossible


@dataclass(frozen=True)
class Capabilities:
    """What a source can do. All else is refused, and pages do not offer it. By default: nothing but to be watched."""

    commands: tuple[str, ...] = ()
    """Types of the commands that it obeys (`kernelscope.source.commands`)."""
    studies: tuple[str, ...] = ()
    """Kinds of the subjects that it can be asked for (`kernelscope.studies`)."""
    quantities: tuple[str, ...] = ()
    """What its snapshots may have besides weights and gradients: ``updates``, ``before``, ``moved`` …"""
    checkpoints: bool = False
    """Whether it can come to rest with all in a checkpoint (`Settle`), and another one go on from there."""

    def require(self, *wanted: str) -> None:
        """Raise where something is wanted that the source cannot do.

        Args:
            wanted: types of commands, kinds of studies, quantities.

        Raises:
            Unsupported: it cannot.
        """
        can = {*self.commands, *self.studies, *self.quantities}
        for name in wanted:
            if name not in can:
                raise Unsupported(name)


class Unsupported(Impossible):
    """The source of an experiment's numbers can never do this."""

    def __init__(self, name: str) -> None:
        message = (
            f"{name}: the source of this experiment's numbers does not support it; the experiment's capabilities list"
            " what it does"
        )
        super().__init__("unsupported", message, got=name)
