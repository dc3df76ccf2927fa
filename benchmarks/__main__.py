"""Measure Kernelscope's speed and memory against PyTorch's, and its stream under load, on this machine.

Exits with 0 if every goal that can be measured here is met (and what should grow linearly does), with 1 if one is not
(or the machine was too busy to tell), and with 2 if there is nothing to compare.
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from kernelscope.nn.cores import available_cores
from threadpoolctl import ThreadpoolController

from benchmarks import kept
from benchmarks.apart import SERVER, Ended
from benchmarks.cases import CASES
from benchmarks.disturbance import TOO_MUCH, Others
from benchmarks.interleave import QUICK, Effort
from benchmarks.machine import commit, heading, held_to
from benchmarks.sides import Unequal
from benchmarks.stream.figures import QUICK as QUICK_STREAM
from benchmarks.stream.figures import Lengths
from benchmarks.stream.run import PARTS
from benchmarks.stream.run import run as stream

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "build" / "benchmarks.json"
STREAM = ROOT / "build" / "stream.json"
PRESETS = ROOT / "build" / "presets.json"
VERDICTS = ROOT / "build" / "verdicts.json"
PLANTED = ROOT / "build" / "planted.json"
PICTURE = ROOT / "docs" / "linear-cost.png"
CORES = 2
"""What the goals are for. Where there are more, the others are left out."""
STRAIGHT = 0.25
"""The largest relative distance of a point from the straight line."""
NEEDS = {"goals": "torch", "presets": "torch", "linear": "matplotlib"}
ONLY = {"goals": tuple(CASES), "stream": tuple(PARTS), "presets": ("digits", "fashion", "photos", "planted", "speed")}


def parser() -> ArgumentParser:
    """Create the parser of the command line."""
    arguments = ArgumentParser("python -m benchmarks", description=__doc__)
    arguments.add_argument(
        "what",
        nargs="?",
        choices=("goals", "linear", "stream", "verdicts", "presets", "planted", "results"),
        default="goals",
        help="goals (default): every case beside PyTorch; linear: draw what batch, filters and lanes cost;"
        " stream: the server with viewers; verdicts: how often what is said of a lane is right;"
        " planted: how well planted kernels are found;"
        " presets: what the usual networks learn and how fast all are, beside PyTorch;"
        " results: write the tables of the results that are kept",
    )
    arguments.add_argument(
        "--only",
        nargs="+",
        metavar="CASE",
        help="; ".join(f"some of the {what}: {', '.join(names)}" for what, names in ONLY.items()),
    )
    arguments.add_argument(
        "--epochs", nargs="+", type=rounds, metavar="N", help="after which the presets are tested (default: 1 3 10)"
    )
    arguments.add_argument("--quick", action="store_true", help="few and short turns: to see that it works")
    arguments.add_argument(
        "--rounds",
        type=rounds,
        metavar="N",
        help=f"turns of each contestant (default: {Effort.rounds}; stream: {Lengths.rounds})",
    )
    arguments.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="where the figures go (default: build/benchmarks.json, of the stream build/stream.json)",
    )
    arguments.add_argument(
        "--against",
        type=checkout,
        metavar="FOLDER",
        help="a checkout of an earlier version (git worktree add FOLDER COMMIT), whose engine takes part, too",
    )
    arguments.add_argument(
        "--keep",
        action="store_true",
        default=None,
        help=f"keep the results in {kept.FOLDER.relative_to(ROOT)}, and write the tables of all that are kept",
    )
    arguments.add_argument(
        "--png", type=Path, metavar="FILE", help="where the drawing goes (default: docs/linear-cost.png)"
    )
    return arguments


def rounds(text: str) -> int:
    """Parse a number of rounds, at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def checkout(text: str) -> Path:
    """Parse the folder of a checkout."""
    if not (folder := Path(text)).joinpath(SERVER, "kernelscope", "nn").is_dir():
        raise ArgumentTypeError(f"expected the folder of a checkout, with {SERVER}/kernelscope/nn in it, got {text!r}")
    return folder


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Return the exit code."""
    arguments = parser()
    options = arguments.parse_args(argv)
    for option, useful in (
        ("only", tuple(ONLY)),
        ("json", (*ONLY, "verdicts", "planted")),
        ("png", ("linear",)),
        ("epochs", ("presets",)),
        ("against", ("goals",)),
        ("keep", ("goals",)),
    ):
        if options.what not in useful and getattr(options, option) is not None:
            arguments.error(f"--{option} is of no use to {options.what}")
    for name in options.only or ():
        if name not in ONLY[options.what]:
            arguments.error(f"argument --only: invalid choice: {name!r} (choose from {', '.join(ONLY[options.what])})")
    if options.what == "stream":
        lengths = QUICK_STREAM if options.quick else Lengths()
        if options.rounds:
            lengths = replace(lengths, rounds=options.rounds)
        return stream(options.only or PARTS, lengths, options.json or STREAM)
    if options.what == "results":
        print(kept.write(CASES))
        return 0
    if options.what == "verdicts":
        return verdicts(options)
    if options.what == "planted":
        return planted(options)
    if not find_spec(NEEDS[options.what]):
        tell(f"{NEEDS[options.what]} is missing: pip install -e '.[benchmark]'")
        return 2
    effort = QUICK if options.quick else Effort()
    if options.rounds:
        effort = replace(effort, rounds=options.rounds)
    # One BLAS thread, as in the server. Set before PyTorch is loaded, whose own libraries are to keep their threads.
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        return {"linear": linear, "presets": presets, "goals": goals}[options.what](options, effort)


def tell(text: str) -> None:
    """Print a message to the user on standard error, apart from the results."""
    print(text, file=sys.stderr, flush=True)


def goals(options: Namespace, effort: Effort) -> int:
    """Measure each case on two cores, then print the table. Return the exit code."""
    with held_to(CORES):
        from benchmarks import busy, memory, report, speed  # these need PyTorch, whose threads are where this one is

        compiled = not options.quick and compiles()
        measures = {"speed": partial(speed.measure, compiled=compiled), "busy": busy.measure, "memory": memory.measure}
        results = []
        for name in dict.fromkeys(options.only or CASES):
            case = CASES[name]
            if case.cores > available_cores():
                tell(f"{name}: there are not {case.cores} cores")
                results.append(report.Result(case, {}))
                continue
            tell(f"{name} …")
            others = Others()
            try:
                result = measures[case.kind](case, effort, options.against)
            except (Unequal, Ended) as problem:
                tell(f"{name}: {problem}")
                return 2
            results.append(replace(result, others=others.share()))
    print(heading(), report.table(results), sep="\n\n")
    if void := [result.case.name for result in results if result.disturbed]:
        tell(f"\nVoid, since other programs took more than {TOO_MUCH:.0%} of the machine: {', '.join(void)}.")
    report.write(options.json or RESULTS, results, effort)
    if options.keep:
        before = options.against and (commit(options.against) or options.against.name)
        tell(f"\nKept in {kept.keep(results, effort, commit(ROOT), before)}.")
        kept.write(CASES)
    return int(any(result.met in ("NO", "void") for result in results))


def compiles() -> bool:
    """Tell whether ``torch.compile`` works here, and the user if it does not."""
    from benchmarks.compiled import why_not

    if reason := why_not():
        tell(f"Without torch.compile, which does not work here: {reason}")
    return not reason


def verdicts(options: Namespace) -> int:
    """Run the trials and print the tables. There is no goal: the question is how often verdicts are right."""
    from benchmarks.verdicts import measure, ranges, report, write

    trials = []
    for trial in measure(quick=options.quick):
        tell(f"batch {trial.setting.batch}, {trial.setting.layers}, lr{trial.setting.optimizer} …")
        trials.append(trial)
    print(report(trials, [] if options.quick else list(ranges())))
    write(options.json or VERDICTS, trials)
    return 0


def presets(options: Namespace, effort: Effort) -> int:
    """Train the usual networks and time all of them, then print the tables. There is no goal."""
    from benchmarks.presets import DATA, EPOCHS, courses, report, speeds, write  # these need PyTorch

    only = options.only or ONLY["presets"]
    trained, timed = [], []
    for name in (name for name in DATA if name in only):
        for one in courses(name, sorted(options.epochs or EPOCHS), 3 if options.quick else None):
            tell(f"{name} after {one.epochs} epochs: {one.ours:.1%}, PyTorch {one.theirs:.1%}")
            trained.append(one)
    if "speed" in only:
        for speed in speeds(effort, 1 if options.quick else None):
            tell(f"{speed.network} …")
            timed.append(speed)
    print(report(trained, timed))
    write(options.json or PRESETS, trained, timed)
    return 0


def planted(options: Namespace) -> int:
    """Train with each seed and print the table. There is no goal: the question is what is found."""
    from benchmarks.planted import SEEDS, STEPS, at_random, measure, report, write

    seeds, steps = (SEEDS[:1], STEPS[:1]) if options.quick else (SEEDS, STEPS)
    runs = []
    for run in measure(seeds, steps):
        tell(f"seed {run.seed} …")
        runs.append(run)
    random = at_random()
    print(report(runs, random, steps))
    write(options.json or PLANTED, runs, random)
    return 0


def linear(options: Namespace, effort: Effort) -> int:
    """Measure each series, then draw the chart. Return the exit code."""
    from benchmarks.linear import draw, measure  # these need Matplotlib

    others = Others()
    series = []
    for one in measure(effort):
        print(one, flush=True)
        series.append(one)
    draw(series, options.png or PICTURE)
    if (others.share() or 0) > TOO_MUCH:
        tell(f"\nOther programs took more than {TOO_MUCH:.0%} of the machine: better draw it again when it is quiet.")
    if bent := [one for one in series if one.farthest() > STRAIGHT]:
        tell(f"\nNot a straight line: {', '.join(f'{one.panel} {one.name}'.rstrip() for one in bent)}.")
    return int(bool(bent))


if __name__ == "__main__":
    sys.exit(main())
