"""Results that are kept, one file a machine and day, and the tables that are made of them.

``--keep`` adds a file, or replaces its cases in the one of the same machine and day; ``python -m benchmarks results``
writes the tables again. They hold whatever was measured, with goals that are not met, and without what is void.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.interleave import Effort
from benchmarks.machine import facts
from benchmarks.report import BEFORE, NUMPY, PYTORCH, Result

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
REGION = re.compile(r"(?<=<!-- speed -->\n).*?(?=<!-- /speed -->)", re.DOTALL)
"""Where the newest results stand in the README."""
UNITS = {"speed": " ms", "busy": "×", "memory": " MB"}
NOTHING = "–"

Kept = Mapping[str, Any]
"""What a file holds."""

HEAD = """# Speed and memory on the machines that were measured

Made by `python -m benchmarks --keep` and `python -m benchmarks results`; edit nothing here. A number is how many times
as fast as PyTorch a training step is (batch 64, float32), in turns within the same run. PyTorch is the best of its two
memory layouts, plain or by `torch.compile`, on one thread or two; with several lanes, of all its arrangements. *busy*:
how many times slower while one of the two cores is taken. *memory*: megabytes of all processes together. *before*: an
earlier engine in the same run, named by its commit. {nothing}: void, since other programs took part of the machine, or
not measured.

"""


def slug(machine: Kept) -> str:
    """Return the machine's part of a file name, for example ``amd-epyc-avx512f-2-cores``."""
    vectors = [flag for flag in ("avx512f", "avx2") if flag in machine["vectors"]][:1]
    words = " ".join([str(machine["cpu"]), *vectors, f"{machine['cores']} cores"])
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def keep(
    results: Sequence[Result],
    effort: Effort,
    commit: str | None,
    before: str | None,
    folder: Path = FOLDER,
    today: date | None = None,
) -> Path:
    """Write the results to a file, together with other cases that the same engines reached on the same day.

    Args:
        results: the results.
        effort: the length of the measurement.
        commit: of this engine; None: unknown.
        before: that of the earlier engine; None: there is none.
        folder: where the files are.
        today: the day.
    """
    machine = facts()
    machine.pop("load_average")  # a moment's
    day = f"{today or date.today()}"
    path = folder / f"{day}-{slug(machine)}.json"
    cases = {}
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        if (there["commit"], there["before"]) == (commit, before):
            cases = {one["case"]: one for one in there["results"] if one["case"] in CASES}
    cases |= {one["case"]: one for one in (result.json(turns=False) for result in results)}
    content = {
        "date": day,
        "commit": commit,
        "before": before,
        "machine": machine,
        "effort": asdict(effort),
        "results": [cases[name] for name in sorted(cases, key=list(CASES).index)],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(folder: Path = FOLDER) -> list[Kept]:
    """Return what is kept, the newest first."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"), reverse=True)]


def page(kept: Sequence[Kept], cases: Mapping[str, Case]) -> str:
    """Format a row for each engine on each machine and day, and a column for each of these cases."""
    head = ["machine", "day", "engine", *cases]
    rows = [["goal (hard)", "", "", *map(_goal, cases.values())]]
    for file in kept:
        results = {one["case"]: one for one in file["results"]}
        for who, commit in ((NUMPY, file["commit"]), (BEFORE, file["before"])):
            if who == BEFORE and commit is None:
                continue
            engine = f"{'before, ' if who == BEFORE else ''}{commit or 'unknown'}"
            machine = [_machine(file["machine"]), file["date"]] if who == NUMPY else ["", ""]
            rows.append([*machine, engine, *(_reached(results.get(name), who) for name in cases)])
    return HEAD.format(nothing=NOTHING) + _markdown(head, rows)


def newest(kept: Sequence[Kept]) -> str:
    """Format the newest results, for the README."""
    [file, *_] = kept
    machine = file["machine"]
    sides = [NUMPY, *([BEFORE] if file["before"] else []), PYTORCH]
    rows = []
    for one in file["results"]:
        shown = [_figure(one, who) for who in sides]
        if one["kind"] == "speed" and shown[-1] != NOTHING:
            shown[-1] += f", {one['best']}"
        rows.append([one["title"], *shown, _reached(one, NUMPY) if one["kind"] == "speed" else ""])
    titles = {BEFORE: f"before ({file['before']})", PYTORCH: "PyTorch at its best"}
    head = ["", *(titles.get(who, who) for who in sides), "times as fast"]
    void = any(NOTHING in row for row in rows)
    return (
        f"On {_machine(machine)}, {file['date']}, PyTorch {machine.get('torch', NOTHING)}, batch 64, one training step:"
        f"\n\n{_markdown(head, rows)}"
        + (f"\n{NOTHING}: void, since other programs took part of the machine.\n" if void else "")
        + "\n"
    )


def write(cases: Mapping[str, Case], folder: Path = FOLDER, readme: Path = README) -> str:
    """Write the tables. Return the one of all machines."""
    kept = read(folder)
    text = page(kept, cases)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(text, encoding="utf-8")
    if kept:
        there = readme.read_text(encoding="utf-8")
        readme.write_text(REGION.sub(lambda _: newest(kept), there), encoding="utf-8")
    return text


def _machine(machine: Kept) -> str:
    vectors = {"avx512f": "AVX-512", "avx2": "AVX2"}
    told = next((name for flag, name in vectors.items() if flag in machine["vectors"]), "")
    return ", ".join(filter(None, (machine["cpu"], told, f"{machine['cores']} cores")))


def _goal(case: Case) -> str:
    return f"{case.goal:g} ({case.hard:g})" if case.hard else f"{case.goal:g}"


def _reached(one: Kept | None, who: str) -> str:
    if one is None or one["met"] == "void" or who not in one["figures"]:
        return NOTHING
    figures = one["figures"]
    if one["kind"] == "memory":
        return f"{figures[who]:.0f}"
    return f"{figures[PYTORCH] / figures[who] if one['kind'] == 'speed' else figures[who]:.2f}"


def _figure(one: Kept, who: str) -> str:
    if one["met"] == "void" or who not in one["figures"]:
        return NOTHING
    digits = {"speed": 1, "busy": 1, "memory": 0}[one["kind"]]
    return f"{one['figures'][who]:.{digits}f}{UNITS[one['kind']]}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        for row in (head, ["---"] * len(head), *rows):
            yield f"| {' | '.join(row)} |\n"

    return "".join(lines())
