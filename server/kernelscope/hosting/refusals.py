"""What a registry refuses, in words."""

from collections.abc import Collection

from kernelscope.experiment import ExperimentConfig, always_shown
from kernelscope.impossible import Impossible


class Busy(Impossible):
    """A source has not yet obeyed so many commands."""

    def __init__(self, most: int) -> None:
        message = f"expected at most {most} commands to wait for the worker, got one more: try again later"
        super().__init__("busy", message, most=most)


class NoRoom(Exception):
    """As many experiments as the server takes are being watched."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"all {limit} experiments that this server runs at once are being watched: close one of their pages,"
            " delete one of yours (DELETE /api/experiments/{id}), or start the server with a larger --max-experiments"
        )
        self.limit = limit


class Asleep(Exception):
    """An experiment has no source, and whoever asks may not give it one."""

    def __init__(self) -> None:
        super().__init__("this experiment is asleep: it goes on when the teacher opens it")


class TooLarge(Impossible):
    """A network with more parameters than the server takes."""

    def __init__(self, parameters: int, limit: int, of_what: str) -> None:
        message = (
            f"expected at most {limit:,} {of_what}, got {parameters:,}: take smaller layers, or start the server with"
            " a larger --max-parameters"
        )
        super().__init__("too_large", message, most=limit, got=parameters)


def require_small(config: ExperimentConfig, layers: Collection[str], most: int) -> None:
    """Raise where the network, or what is sent of its lanes, has too many parameters.

    Args:
        config: with these lanes.
        layers: that are sent besides the conv layers.
        most: parameters.

    Raises:
        TooLarge: it has more.
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
    """An experiment has as many viewers as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} people watch this experiment already, and more may not (--max-viewers)")
