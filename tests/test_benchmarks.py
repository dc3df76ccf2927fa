"""The benchmarks work; how fast anything is, is not tested."""

import json
import os
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import kernelscope
import pytest
from kernelscope.nn import Conv, Dense, MaxPool, ReLU

from benchmarks import __main__ as command
from benchmarks.apart import Apart, Ended, Task
from benchmarks.cases import CASES, Case
from benchmarks.disturbance import Others
from benchmarks.interleave import Effort, Timing, fastest, interleave
from benchmarks.machine import held_to
from benchmarks.memory import KNOWN, peak
from benchmarks.models import Model
from benchmarks.report import BEFORE, NUMPY, PYTORCH, Result, table
from benchmarks.sides import Ours, Unequal, check_equal

TINY = Model(
    (
        Conv("conv1", 3, (3, 2), padding=(1, 0)),
        ReLU("relu1"),
        MaxPool("pool1", 3, stride=2),
        Conv("conv2", 4, 3, stride=2, padding=1),
        ReLU("relu2"),
        Dense("dense", 10),
    ),
    (2, 12, 11),
    batch_size=6,
)


def needs_pytorch() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[benchmark]'")
    torch.set_num_threads(1)


def test_operations_are_counted_as_by_hand() -> None:
    conv = 3 * (2 * 3 * 2) * (12 * 10)  # filters × kernel × positions
    strided = 4 * (3 * 3 * 3) * (3 * 2)
    dense = 10 * (4 * 3 * 2)
    assert TINY.flops() == 6 * 2 * (2 * conv + 3 * strided + 3 * dense)


def test_contestants_take_turns_of_their_own_numbers_of_steps() -> None:
    turns: list[str] = []
    timings = interleave(
        {name: lambda _, name=name: turns.append(name) for name in "ab"}, Effort(rounds=3, seconds=1e-9)
    )
    assert [len(timing.turns) for timing in timings.values()] == [3, 3]
    # Each time something untimed first, and each round begun by another.
    assert "".join(turns) == "aabb" + "aabb" + "bbaa" + "aabb"


def test_medians_are_compared() -> None:
    timing = Timing((4.0, 1.0, 2.0)) + Timing((3.0, 100.0))
    assert timing.median == 3
    assert timing.quartiles == (2, 4)
    assert str(timing) == "3.00 [2.00–4.00]"
    assert fastest({"slow": timing, "fast": Timing((2.9,))})[0] == "fast"


@pytest.mark.parametrize(
    ("name", "reached", "met"),
    [
        ("small", 1.29, "NO"),
        ("small", 1.3, "yes"),
        ("small", 1.5, "hard"),
        ("memory", 90, "hard"),
        ("memory", 110, "yes"),
        ("memory", 110.1, "NO"),
        ("memory", None, "?"),
    ],
)
def test_goals(name: str, reached: float | None, met: str) -> None:
    assert result(name, reached).met == met


def result(name: str, reached: float | None, **more: Any) -> Result:
    """A result of PyTorch's 100 ms, or of so many megabytes."""
    ours = {} if reached is None else {NUMPY: reached if CASES[name].at_most else 100 / reached, PYTORCH: 100}
    return Result(CASES[name], ours, **more)


def test_figures_from_a_busy_machine_are_void() -> None:
    busy = result("small", 9.0, others=0.5)
    assert busy.met == "void"
    assert "void" in table([busy])
    assert result("memory", 100, others=0.5).met == "yes"


def test_an_earlier_engine_has_a_column_with_the_ratio() -> None:
    three = Result(CASES["small"], {NUMPY: 2, BEFORE: 3, PYTORCH: 6}, "eager", {NUMPY: "2 ms", BEFORE: "3 ms"})
    assert (three.reached(), three.reached(BEFORE)) == (3, 2)
    assert "3 ms, 1.50×" in table([three])
    assert "before" not in table([result("small", 2)])


def test_others_take_a_share() -> None:
    share = Others().share()
    assert share is None or 0 <= share <= 1


def test_both_sides_compute_the_same_in_every_arrangement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is compiled, and in two processes Kernelscope takes PyTorch's place: these take many seconds to begin."""
    needs_pytorch()
    from benchmarks.lanes import WAYS
    from benchmarks.pytorch import LAYOUTS
    from benchmarks.rivals import rivals

    monkeypatch.setattr("benchmarks.lanes.Task", lambda _, *args: Task("NumPy", *args))
    monkeypatch.setattr("torch.compile", lambda function, **_: function)
    monkeypatch.setattr("torch.compiler.reset", lambda: None)

    ours = Ours(TINY, 1, range(4))
    theirs = rivals(Case("four", "four lanes", TINY, 1, cores=1, lanes=4), compiled=True)
    arrangements = {f"{layout} {name}" for layout in LAYOUTS for name in WAYS}
    assert set(theirs) == arrangements | {f"compiled {layout}, 1 thread" for layout in LAYOUTS}
    try:
        check_equal(ours, theirs)
        for side in (ours, *theirs.values()):
            side.run(3)
        check_equal(ours, theirs)  # they made the same updates
        ours.run(1)
        with pytest.raises(Unequal, match="lane 0: loss is off by"):
            check_equal(ours, theirs)
    finally:
        for side in (ours, *theirs.values()):
            side.close()


@pytest.mark.skipif(not KNOWN, reason="only Linux says how much memory a process has")
def test_memory_of_a_process_of_its_own() -> None:
    assert 15 < peak(Task("NumPy", TINY, 1, range(2)), steps=1) < 200


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system can't hold a process to cores")
def test_where_there_are_more_cores_the_others_are_left_out() -> None:
    allowed = os.sched_getaffinity(0)
    with held_to(1):
        assert len(os.sched_getaffinity(0)) == 1
        assert os.sched_getaffinity(0) <= allowed
    with held_to(len(allowed) + 1):
        assert os.sched_getaffinity(0) == allowed
    assert os.sched_getaffinity(0) == allowed


def test_an_engine_in_another_folder_computes_the_same(tmp_path: Path) -> None:
    """Which one it is shows by the reason why it ends."""
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "kernelscope").symlink_to(Path(kernelscope.__file__).parent)
    with closing(Apart(Task("NumPy", TINY, 1), tmp_path)) as before, closing(Ours(TINY, 1)) as ours:
        before.run(3)
        ours.run(3)
        check_equal(ours, {"before": before}, tolerance=0)
    with closing(Apart(Task("NumPy", TINY, 0), tmp_path)) as none, pytest.raises(Ended, match="the process has ended"):
        none.run(1)


def test_a_run_prints_a_table_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    needs_pytorch()
    monkeypatch.setitem(CASES, "small", replace(CASES["small"], model=TINY))
    monkeypatch.setattr(command, "QUICK", Effort(rounds=2, seconds=1e-9))
    file = tmp_path / "new" / "results.json"
    assert command.main(["--quick", "--only", "small", "--json", str(file)]) in (0, 1)  # as fast as it may be
    assert CASES["small"].title in capsys.readouterr().out
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["machine"]["cores"] >= 1
    [one] = content["results"]
    assert one["case"] == "small"
    plain = {f"{layout}, {threads}" for layout in ("eager", "channels_last") for threads in ("1 thread", "2 threads")}
    assert set(one["ms_a_step"]) == {"NumPy", *plain, "sgemm"}
    assert all(len(timing["turns"]) == 2 for timing in one["ms_a_step"].values())


def test_what_the_usual_networks_learn_beside_pytorch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_pytorch()
    monkeypatch.setattr(command, "QUICK", Effort(rounds=1, seconds=1e-9))
    monkeypatch.setattr("benchmarks.presets.available_cores", lambda: 1)  # PyTorch's threads wait busily
    file = tmp_path / "presets.json"
    argv = ["presets", "--quick", "--only", "planted", "speed", "--epochs", "1", "--json", str(file)]
    assert command.main(argv) == 0
    assert "planted  0.02 adam" in capsys.readouterr().out
    [course], [speed] = (json.loads(file.read_text(encoding="utf-8"))[name] for name in ("accuracies", "speeds"))
    assert (course["steps"], course["ours"]) == (3, pytest.approx(course["theirs"], abs=0.01))
    assert speed["network"] == "default"


def test_the_drawing(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed: pip install -e '.[benchmark]'")
    from benchmarks.linear import Series, draw, more_filters, times

    straight = {size: Timing((1 + 2.0 * size,)) for size in (1, 2, 4)}
    series = [Series("batch", "", straight), Series("filters", "conv1", straight), Series("lanes", "", straight)]
    assert series[0].line() == pytest.approx((2, 1))
    assert series[0].farthest() == pytest.approx(0, abs=1e-9)
    draw(series, tmp_path / "new" / "picture.png")
    assert (tmp_path / "new" / "picture.png").read_bytes().startswith(b"\x89PNG")

    wide = more_filters(TINY, "conv2", 3)
    assert [shape.output[0] for shape in wide.shapes] == [3, 3, 3, 12, 12, 10]
    assert set(times({1: TINY, 2: TINY}, Effort(1, 1e-9), lanes=True)) == {1, 2}


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--only", "nothing"], "invalid choice: 'nothing'"),
        (["--rounds", "0"], "expected a whole number of at least 1, got '0'"),
        (["--rounds", "many"], "expected a whole number of at least 1, got 'many'"),
        (["circular"], "invalid choice: 'circular'"),
        (["linear", "--only", "small"], "--only is of no use to linear"),
        (["--png", "x.png"], "--png is of no use to goals"),
        (["--epochs", "1"], "--epochs is of no use to goals"),
        (["stream", "--keep"], "--keep is of no use to stream"),
        (["--against", "nowhere"], "expected the folder of a checkout"),
    ],
)
def test_what_cannot_be_asked(argv: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(argv)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "missing"), [([], "torch"), (["linear"], "matplotlib")])
def test_a_missing_extra_is_named(
    argv: list[str], missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, missing, raising=False)
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert command.main(argv) == 2
    assert capsys.readouterr().err == f"{missing} is missing: pip install -e '.[benchmark]'\n"
