"""The page's modules, tested in Node by tests/js."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.missing import missing

ROOT = Path(__file__).parents[1]


def node() -> str:
    """Node.js, where there is one: elsewhere a test that needs it is skipped, but in CI it fails."""
    found = shutil.which("node")
    if found is None:
        missing("Node.js", "install it to test the page's modules")
    return found


def test_javascript() -> None:
    command = [node(), "tests/js/all.mjs"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^(?:#|ℹ) tests (\d+)$", done.stdout, re.M)[-1]) > 300, done.stdout
