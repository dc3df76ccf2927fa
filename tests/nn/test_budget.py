"""A limit on memory holds for a process and its helpers together. Linux enforces one."""

import subprocess
import sys
from pathlib import Path

import pytest
from kernelscope.nn.crew import budget
from kernelscope.nn.crew.budget import Budget

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux enforces the limit")

ROOT = Path(__file__).parents[2]

SCRIPT = '''
import os
import resource
import sys
import numpy as np
from threadpoolctl import threadpool_limits
from kernelscope.nn import Conv, DataParallel, Dense, Network

MIB = 2**20
limit, images, *channels = map(int, sys.argv[1:])
threadpool_limits(1, "blas")
layers = [*(Conv(f"conv{at}", out, 3, padding=1) for at, out in enumerate(channels)), Dense("dense", 10)]
network = Network(layers, (1, 32, 32), np.random.default_rng(1))
x, y = np.random.default_rng(2).random((images, 1, 32, 32), dtype=np.float32), np.zeros(images, int)
resource.setrlimit(resource.RLIMIT_DATA, (limit * MIB, resource.RLIM_INFINITY))
many = DataParallel(network.shapes, network.dtype, processes=2)


def together():
    """What all may use, in MiB, while there are processes."""
    crew = many._crew._processes
    if not crew:
        return resource.getrlimit(resource.RLIMIT_DATA)[0] / MIB
    limits = [resource.prlimit(pid, resource.RLIMIT_DATA)[0] for pid in (os.getpid(), *crew.helpers)]
    return (sum(limits) + crew._shared.size) / MIB


print(len(many.helpers), together())
many.settle()
print(len(many.helpers), together())
for _ in range(2):
    try:
        many.gradients([network], x, y)
    except MemoryError as error:
        print("out of memory:", error)
    print(len(many.helpers), together())
'''


def said(*numbers: int) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, *map(str, numbers)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_network_that_fits_with_threads_fits() -> None:
    """Whether or not it does with a helper, which has a base of its own."""
    before, settled, *steps = said(512, 64, *16 * [8])
    assert (before, settled) == ("0 512.0", "1 512.0")
    assert len(steps) == 2
    assert {step.split()[1] for step in steps} == {"512.0"}


def test_one_that_does_not_is_out_of_memory() -> None:
    _, settled, *steps = said(450, 64, *32 * [12])
    assert settled == "1 450.0"
    assert [step.split(":")[0] for step in steps] == 2 * ["out of memory", "0 450.0"]


def test_where_a_helper_would_leave_too_little_none_is_started() -> None:
    assert said(256, 64, 8, 8) == 4 * ["0 256.0"]


def test_helpers_leave_a_quarter_for_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_data", lambda pid: 136 * budget.MEBIBYTE)
    of_all = Budget()
    assert of_all.further([], 0, 63) == 63  # without a limit
    of_all.limit = 2048 * budget.MEBIBYTE
    assert of_all.further([], 0, 3) == 3
    assert of_all.further([], 0, 63) == 8
    assert of_all.further([1, 2], 0, 63) == 7
    assert of_all.further([], 1280 * budget.MEBIBYTE, 63) == 0
    assert of_all.further([], 2048 * budget.MEBIBYTE, 63) == 0
