"""How a process ended, in words."""

import signal


def ending(process: str, code: int | None) -> str:
    """Say how `process` ended, from the exit code that `subprocess` or `multiprocessing` gives; None: unknown."""
    if code is None or not killed(code):
        return f"{process} ended with exit code {code}"
    hint = ": the system does that to the largest process when memory runs out" if -code == signal.SIGKILL else ""
    return f"{process} was killed by {signal.Signals(-code).name}{hint}"


def killed(code: int | None) -> bool:
    """Tell whether this exit code is that of a process that a signal killed."""
    return code is not None and code < 0
