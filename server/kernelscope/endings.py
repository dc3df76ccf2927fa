"""How a process ended, in words."""

import signal


def ending(process: str, code: int | None) -> str:
    """Say how `process` ended, from the exit code that `subprocess` or `multiprocessing` gives; None: unknown."""
    if code is None or not killed(code):
        return f"{process} ended" if code is None else f"{process} ended with exit code {code}"
    hint = ": the system does that to the largest process when memory runs out" if -code == signal.SIGKILL else ""
    return f"{process} was killed by {_name(-code)}{hint}"


def _name(number: int) -> str:
    """The name of a signal; of one for real-time use, which has none, its number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def killed(code: int | None) -> bool:
    """Tell whether this exit code is that of a process that a signal killed."""
    return code is not None and code < 0
