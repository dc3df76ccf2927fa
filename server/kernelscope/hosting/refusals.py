"""What a registry refuses, in words."""

from kernelscope.impossible import Impossible


class NoRoom(Exception):
    """As many experiments as the server takes are being watched."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"all {limit} experiments that this server runs at once are being watched: close one of their pages,"
            " delete one of yours (DELETE /api/experiments/{id}), or start the server with a larger --max-experiments"
        )
        self.limit = limit


class Asleep(Exception):
    """An experiment has no worker, and whoever asks may not give it one."""

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


class Crowded(Exception):
    """An experiment has as many viewers as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} people watch this experiment already, and more may not (--max-viewers)")
