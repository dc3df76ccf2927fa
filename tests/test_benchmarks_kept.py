"""Results that are kept are told in tables, which are up to date."""

import json
from datetime import date
from pathlib import Path

from benchmarks import kept
from benchmarks.cases import CASES
from benchmarks.interleave import Effort, Timing
from benchmarks.report import BEFORE, NUMPY, PYTORCH, Result

EFFORT = Effort(3, 0.1)
SMALL = Result(
    CASES["small"],
    {NUMPY: 2.0, BEFORE: 3.0, PYTORCH: 3.6},
    "channels_last, 2 threads",
    timings={NUMPY: Timing((1.0, 2.0, 4.0))},
)
MEMORY = Result(CASES["memory"], {NUMPY: 101.2, PYTORCH: 347.0})
VOID = Result(CASES["busy"], {NUMPY: 1.6, PYTORCH: 9.0}, others=0.4)


def test_the_tables_are_up_to_date() -> None:
    files = kept.read()
    assert (kept.FOLDER / "README.md").read_text(encoding="utf-8") == kept.page(files, CASES)
    [shown] = kept.REGION.findall(kept.README.read_text(encoding="utf-8"))
    if files:
        assert shown == kept.newest(files)


def test_cases_of_one_day_and_the_same_engines_are_kept_together(tmp_path: Path) -> None:
    def keep(*results: Result, commit: str = "abc") -> list[str]:
        path = kept.keep(results, EFFORT, commit, "b000c231", tmp_path, date(2026, 11, 30))
        assert path.name.startswith("2026-11-30-")
        return [one["case"] for one in json.loads(path.read_text(encoding="utf-8"))["results"]]

    assert keep(SMALL, VOID) == ["small", "busy"]
    assert keep(MEMORY, SMALL) == ["small", "busy", "memory"]  # in the order of all cases
    [file] = kept.read(tmp_path)
    assert file["results"][0]["ms_a_step"][NUMPY] == {"median": 2, "quartiles": [1.5, 3]}
    assert keep(MEMORY, commit="def") == ["memory"]


def test_a_row_for_each_engine_and_a_column_for_each_case(tmp_path: Path) -> None:
    kept.keep([SMALL, MEMORY, VOID], EFFORT, "abc", "b000c231", tmp_path, date(2026, 11, 30))
    readme = tmp_path / "PAGE.md"
    readme.write_text("# Speed\n<!-- speed -->\nold\n<!-- /speed -->\nmore\n", encoding="utf-8")
    lines = kept.write(
        {name: CASES[name] for name in ("small", "memory", "busy", "big")}, tmp_path, readme
    ).splitlines()
    goal, now, before = ([cell.strip() for cell in line.strip("|").split("|")][2:] for line in lines[-3:])
    assert goal == ["", "1.3 (1.5)", "110 (90)", "1.8", "1.15 (1.4)"]
    assert now == ["abc", "1.80", "101", "–", "–"]
    assert before == ["before, b000c231", "1.20", "–", "–", "–"]

    first, *_, last = readme.read_text(encoding="utf-8").splitlines()
    assert (first, last) == ("# Speed", "more")
    assert (
        f"| {CASES['small'].title} | 2.0 ms | 3.0 ms | 3.6 ms, channels_last, 2 threads | 1.80 |\n"
        in readme.read_text(encoding="utf-8")
    )


def test_the_kind_of_processor_is_part_of_the_name() -> None:
    machine = {"cpu": "AMD EPYC (9R14)", "vectors": ["avx2", "avx512f"], "cores": 2}
    assert kept.slug(machine) == "amd-epyc-9r14-avx512f-2-cores"
