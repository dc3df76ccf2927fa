"""The command line: read the settings, then serve."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kernelscope import __version__

# The server is imported where it is used, because worker processes import this module too and must start quickly.
if TYPE_CHECKING:
    from kernelscope.settings import Settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped. The exit status is 2 if a setting, the port or the data directory cannot be used.

    ``kernelscope download`` gets data sets instead, and ``kernelscope import`` keeps one's own images.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    match [*arguments[:1]]:
        case ["download"]:
            from kernelscope.datasets.downloads import command

            sys.exit(command.main(arguments[1:]))
        case ["import"]:
            _import(arguments[1:])
            return
    from kernelscope.serve import CannotServe, serve

    settings = read_settings(arguments)
    try:
        serve(settings)
    except CannotServe as error:
        print(f"kernelscope: {error}", file=sys.stderr)
        sys.exit(2)


def _import(arguments: Sequence[str]) -> None:
    from kernelscope.datasets.own import command

    command.main(arguments, read_settings(["--data-dir=."]).max_dataset)  # which is not where they are kept


def read_settings(arguments: Sequence[str] | None = None) -> "Settings":
    """Read the settings from the command line, then the environment, then the defaults.

    Raises:
        SystemExit: one is invalid; a message says what was expected and what came.
    """
    from pydantic import ValidationError

    from kernelscope.home import NoHome
    from kernelscope.settings import Settings

    parser = argparse.ArgumentParser(
        prog="kernelscope",
        description="See the kernels of a convolutional network learn: serve the page and open it.",
        epilog="Each option can also be given in the environment: --data-dir as KERNELSCOPE_DATA_DIR, and so on."
        " kernelscope download gets further data sets; kernelscope import PATH keeps your own images as one.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for name, field in Settings.model_fields.items():
        flag = f"--{name.replace('_', '-')}"
        default = None
        if field.annotation is bool:
            parser.add_argument(flag, action="store_true", help=field.description)
        else:
            with suppress(NoHome):
                default = field.get_default(call_default_factory=True)
            # Where the default is empty or determined later, the description says so.
            shown = "" if default in (None, "") else f" (default: {default})"
            parser.add_argument(flag, help=f"{field.description}{shown}".replace("%", "%%"))
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    given = vars(parser.parse_args(arguments))
    try:
        return Settings(**given)
    except NoHome as error:
        print(f"kernelscope: --data-dir: {error}", file=sys.stderr)
        sys.exit(2)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            source = f"--{name.replace('_', '-')}" if name in given else f"KERNELSCOPE_{name.upper()}"
            print(
                f"kernelscope: {source}: {problem['msg'].removeprefix('Value error, ')}, got {problem['input']!r}",
                file=sys.stderr,
            )
        sys.exit(2)
