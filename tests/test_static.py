"""The page's modules, tested in Node by tests/js."""

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
    files = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests" / "js").glob("*.test.mjs"))]
    assert files
    command = [node(), "--test", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
