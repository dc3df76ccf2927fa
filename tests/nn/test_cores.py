"""Limits as Linux writes them, in a tree of files like /sys/fs/cgroup."""

import os
from pathlib import Path

import pytest
from kernelscope.nn.cores import available_cores

V2_ROOT = "0::/\n"
V2_NESTED = "0::/user.slice/kernelscope.scope\n"
V1 = "12:pids:/a/b\n5:cpu,cpuacct:/a/b\n4:cpuset:/a/b\n1:name=systemd:/a/b\n0::/system.slice\n"
V1_HOST_PATH = "3:cpu,cpuacct:/docker/0123abc\n"


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)


def cores(tmp_path: Path, own: str | bytes | None, files: dict[str, str | bytes]) -> int:
    """With these files below /sys/fs/cgroup and `own` as /proc/self/cgroup."""
    for name, text in {"proc": own, **{f"cgroup/{name}": text for name, text in files.items()}}.items():
        if text is not None:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return available_cores(tmp_path / "cgroup", tmp_path / "proc")


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param(V2_ROOT, {"cpu.max": "300000 100000\n"}, 3, id="a container's limit"),
        pytest.param(V2_ROOT, {"cpu.max": "100000 50000\n"}, 2, id="another period"),
        pytest.param(V2_ROOT, {"cpu.max": "150000 100000\n"}, 2, id="a fraction is rounded up"),
        pytest.param(V2_ROOT, {"cpu.max": "1000 100000\n"}, 1, id="a hundredth is one core"),
        pytest.param(V2_ROOT, {"cpu.max": "1200000 100000\n"}, 8, id="above what it is bound to"),
        pytest.param(V2_ROOT, {"cpu.max": "max 100000\n"}, 8, id="no limit"),
        pytest.param(V2_ROOT, {}, 8, id="the root of a machine has no such file"),
        pytest.param(V2_NESTED, {"user.slice/kernelscope.scope/cpu.max": "200000 100000"}, 2, id="nested"),
        pytest.param(
            V2_NESTED,
            {"user.slice/cpu.max": "200000 100000", "user.slice/kernelscope.scope/cpu.max": "400000 100000"},
            2,
            id="the group around it has less",
        ),
        pytest.param(
            V2_NESTED,
            {
                "cpu.max": "500000 100000",
                "user.slice/cpu.max": "max 100000",
                "user.slice/kernelscope.scope/cpu.max": "max 100000",
            },
            5,
            id="only the outermost has a limit",
        ),
        pytest.param(V2_NESTED, {"other.slice/cpu.max": "100000 100000"}, 8, id="another group's limit"),
        pytest.param("0::/of:colons\n", {"of:colons/cpu.max": "200000 100000"}, 2, id="a name with a colon"),
        pytest.param(V2_NESTED, {"cpu.max": "200000 100000"}, 2, id="a host's path, which does not exist here"),
    ],
)
def test_version_2(tmp_path: Path, own: str, files: dict[str, str | bytes], expected: int) -> None:
    assert cores(tmp_path, own, files) == expected


def v1(directory: str, quota: int, period: int = 100_000) -> dict[str, str | bytes]:
    return {f"{directory}/cpu.cfs_quota_us": f"{quota}\n", f"{directory}/cpu.cfs_period_us": f"{period}\n"}


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param(V1, v1("cpu,cpuacct/a/b", 250_000), 3, id="under both names"),
        pytest.param(V1, v1("cpu/a/b", 250_000), 3, id="under its own name"),
        pytest.param("1:cpu:/\n", v1("cpu", 100_000, 50_000), 2, id="a controller by itself"),
        pytest.param("1:cpuacct,cpu:/\n", v1("cpuacct,cpu", 200_000), 2, id="in another order"),
        pytest.param(V1, v1("cpu/a/b", -1), 8, id="no limit"),
        pytest.param(V1, {**v1("cpu/a/b", 400_000), **v1("cpu/a", 200_000)}, 2, id="the group around it has less"),
        pytest.param(V1_HOST_PATH, v1("cpu,cpuacct", 150_000), 2, id="a host's path, which does not exist here"),
        pytest.param("2:cpuacct:/\n2:cpuset:/\n", v1("cpu", 100_000), 8, id="not in a group of this controller"),
        pytest.param(V1, {"cpu/a/b/cpu.cfs_quota_us": "100000\n"}, 8, id="no period"),
    ],
)
def test_version_1(tmp_path: Path, own: str, files: dict[str, str | bytes], expected: int) -> None:
    assert cores(tmp_path, own, files) == expected


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (None, "100000 100000"),  # not Linux
        ("", "100000 100000"),
        ("\n:\n0:\nnonsense\n", "100000 100000"),
        (b"\xff\xfe\0", "100000 100000"),
        ("0::/\0\n", "max"),
        (V2_ROOT, ""),
        (V2_ROOT, "max"),
        (V2_ROOT, "100000"),
        (V2_ROOT, "100000 0"),
        (V2_ROOT, "0 100000"),
        (V2_ROOT, "-100000 100000"),
        (V2_ROOT, "-100000 -100000"),
        (V2_ROOT, "1.5 1"),
        (V2_ROOT, "many few"),
        (V2_ROOT, "1 2 3"),
        (V2_ROOT, "9" * 5000 + " 1"),
        (V2_ROOT, "9" * 400 + " 1"),
        (V2_ROOT, b"\xff\0"),
    ],
)
def test_what_makes_no_sense_is_no_limit(tmp_path: Path, own: str | bytes | None, text: str | bytes) -> None:
    assert cores(tmp_path, own, {"cpu.max": text}) == 8


def test_what_cannot_be_read_is_no_limit(tmp_path: Path) -> None:
    (tmp_path / "cgroup" / "cpu.max").mkdir(parents=True)
    assert cores(tmp_path, V2_ROOT, {}) == 8


def test_without_affinity_the_machine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores(tmp_path, V2_ROOT, {"cpu.max": "max 100000"}) == 6
    assert cores(tmp_path, V2_ROOT, {"cpu.max": "400000 100000"}) == 4
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_cores(tmp_path, tmp_path) == 1


def test_here() -> None:
    assert 1 <= available_cores() <= 8
