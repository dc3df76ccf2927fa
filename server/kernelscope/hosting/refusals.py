"""Errors with which a registry refuses a request."""

from collections.abc import Collection

from kernelscope.experiment import ExperimentConfig, always_shown
from kernelscope.impossible import Impossible


class Busy(Impossible):
    """Too many commands wait for a source already."""

    def __init__(self, most: int) -> None:
        message = f"expected at most {most} commands to wait for the training, got one more: try again later"
        super().__init__("busy", message, most=most)


class NoRoom(Exception):
    """The server runs as many experiments as it may, and all of them are being watched."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"all {limit} experiments that this server runs at once are being watched: close one of their pages,"
            " delete one of yours (DELETE /api/experiments/{id}), or start the server with a larger --max-experiments"
        )
        self.limit = limit


class Asleep(Exception):
    """An experiment has no source, and this visitor may not give it one."""

    def __init__(self) -> None:
        super().__init__("this experiment is asleep: it goes on when the teacher opens it")


class NotCopyable(Exception):
    """An experiment has made steps, and its source makes no checkpoints."""

    def __init__(self, steps: int) -> None:
        super().__init__(
            f"expected a source that makes checkpoints, got one that cannot after {steps} steps: only the settings can"
            " be copied (POST /api/experiments with its config)"
        )


class TooLarge(Impossible):
    """A network has more parameters than the server accepts."""

    def __init__(self, parameters: int, limit: int, of_what: str) -> None:
        message = (
            f"expected at most {limit:,} {of_what}, got {parameters:,}: use smaller layers, or start the server with"
            " a larger --max-parameters"
        )
        super().__init__("too_large", message, most=limit, got=parameters)


def require_small(config: ExperimentConfig, layers: Collection[str], most: int) -> None:
    """Check that neither the network nor the weights sent of all its lanes have too many parameters.

    Args:
        config: the network and its lanes.
        layers: names of the layers that are sent besides the conv layers.
        most: the number of parameters allowed.

    Raises:
        TooLarge: there are more.
    """
    shapes = config.shapes()
    shown = {*always_shown(shapes), *layers}
    streamed = len(config.lanes) * sum(shape.parameters for shape in shapes if shape.spec.name in shown)
    which = " and ".join(["the conv layers", *sorted(layers)])
    for parameters, of_what in (
        (config.parameters, "parameters"),
        (streamed, f"parameters in {which} of all lanes together, since they are sent to every viewer"),
    ):
        if parameters > most:
            raise TooLarge(parameters, most, of_what)


class Crowded(Exception):
    """As many people as the server allows do something, such as “are watching this experiment”."""

    def __init__(self, limit: int, what: str) -> None:
        super().__init__(f"{limit} people {what} already, the most allowed (--max-viewers)")
