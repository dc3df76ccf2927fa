"""The page in Firefox, driven over WebDriver BiDi. Playwright cannot drive the Firefox that a system installs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from server.settings import Settings
from tests.serving import serving
from tests.test_static import ROOT, node


def test_the_page_works_in_firefox(tmp_path: Path) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    driver = ROOT / "node_modules" / "puppeteer-core"
    if not firefox or not driver.is_dir():
        reason = "no Firefox found: install firefox" if not firefox else "no puppeteer-core found: npm ci installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with serving(Settings(data_dir=tmp_path)) as address:
        command = [node(), str(Path(__file__).with_name("drive.mjs")), firefox, address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
