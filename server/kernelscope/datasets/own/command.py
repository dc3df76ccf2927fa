"""The command ``kernelscope import``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kernelscope.datasets import kept
from kernelscope.datasets.own import shelf
from kernelscope.datasets.own.draft import HELD_OUT, LEAST_SIDE, MOST_SIDE
from kernelscope.datasets.own.files import Unreadable
from kernelscope.datasets.own.gathering import NEEDED, Gathered, Wish, gather
from kernelscope.home import NoHome
from kernelscope.impossible import Impossible

SHOWN = 20
"""Files that are left out are named, at most so many."""


def main(arguments: Sequence[str], most: int) -> None:
    """Make a data set of one's own. The exit status is 2 if there can be none, and 130 after Ctrl+C, as shells have it.

    Args:
        arguments: those after ``import``.
        most: MiB of its images.
    """
    parser = argparse.ArgumentParser(
        prog="kernelscope import",
        description=f"Keep images of your own as a data set: {NEEDED}.",
        epilog="Each picture is cut to the square in its middle and scaled. A running server finds it at once.",
    )
    parser.add_argument("path", type=Path, help="the folder, .zip or .npz")
    parser.add_argument("--title", default="", help="what to call it (default: the name of the folder or file)")
    parser.add_argument(
        "--size", type=int, default=32, help=f"rows and columns, {LEAST_SIDE} to {MOST_SIDE} (default: 32)"
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--grey", dest="colour", action="store_false", default=None, help="in grey")
    kind.add_argument("--colour", action="store_true", default=None, help="in colour (default: unless all are grey)")
    parser.add_argument(
        "--held-out", type=float, default=HELD_OUT, help=f"share of each class to test on (default: {HELD_OUT})"
    )
    parser.add_argument("--seed", type=int, default=1, help="by which it is held out (default: 1)")
    parser.add_argument("--data-dir", type=Path, default=None, help="where data sets are kept, as for the server")
    given = parser.parse_args(arguments)
    if given.data_dir:
        kept.keep_in(given.data_dir)
    try:
        wish = Wish(given.size, given.colour, given.held_out, given.seed, most * 2**20)
        found = gather(given.path, wish, given.title)
        which = shelf.add(found.draft)
    except (Unreadable, Impossible, NoHome) as error:
        parser.exit(2, f"kernelscope import: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, "\nkernelscope import: stopped; nothing has been kept\n")
    except OSError as error:
        parser.exit(2, f"kernelscope import: cannot write to {error.filename}: {error.strerror}\n")
    _say(found, which)


def _say(found: Gathered, which: str) -> None:
    for spelt in found.merged:
        print(f"one class, since they differ in case only: {spelt}", file=sys.stderr)
    for name, reason in found.left[:SHOWN]:
        print(f"left out: {name!r}: {reason}", file=sys.stderr)
    if len(found.left) > SHOWN:
        print(f"left out: {len(found.left) - SHOWN} more", file=sys.stderr)
    draft = found.draft
    for names, what in ((draft.untested, "to test on"), (draft.untrained, "to train with")):
        if names:
            print(f"without an image {what}: {', '.join(names)}", file=sys.stderr)
    train, test = draft.parts
    _, channels, side, _ = draft.pixels.shape
    print(
        f"{draft.title}: {len(train)} images to train with and {len(test)} to test on, {side}×{side}"
        f" {'in grey' if channels == 1 else 'in colour'}, {len(draft.classes)} classes: {', '.join(draft.classes)}"
    )
    print(f"kept as {shelf.FAMILY}:{which}: choose it in Data and network, or open /?data={shelf.FAMILY}:{which}")
