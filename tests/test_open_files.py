"""The limit of open files is raised as far as the system allows."""

import subprocess
import sys

import pytest

from tests.processes import ROOT

resource = pytest.importorskip("resource")


@pytest.mark.parametrize(("soft", "hard", "expected"), [(100, 300, 300), (300, 300, 300)])
def test_the_soft_limit_is_raised_to_the_hard_one(soft: int, hard: int, expected: int) -> None:
    program = (
        "import resource; from kernelscope.open_files import raise_limit;"
        f" resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}));"
        " print(raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == [str(expected), str(expected), str(hard)]
