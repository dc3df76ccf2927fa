"""The trainer dies."""

import multiprocessing
import os
import re
import signal
from pathlib import Path

from kernelscope.settings import Settings
from playwright.sync_api import expect

from tests import few
from tests.e2e.conftest import OpenPage
from tests.e2e.reading import LOST, account_of, step_of, wait_for_state, wait_for_step
from tests.serving import serving


def test_a_killed_worker_is_said_and_the_last_snapshot_is_a_way_on(open_page: OpenPage, tmp_path: Path) -> None:
    others = set(multiprocessing.active_children())
    with serving(Settings(data_dir=tmp_path), few.worker) as address:
        page = open_page(address, tolerated=LOST)
        page.click("#step")
        wait_for_step(page, 1)
        # At rest, with the test set evaluated, it makes a checkpoint.
        expect(page.locator('.lane [data-part="test-accuracy"]').last).to_contain_text("%", timeout=30_000)
        page.wait_for_timeout(2000)
        for worker in set(multiprocessing.active_children()) - others:
            assert worker.pid
            os.kill(worker.pid, signal.SIGKILL)
        banner = page.locator("#banner")
        expect(banner).to_contain_text("Training has stopped")
        assert banner.get_attribute("role") == "alert"
        wait_for_state(page, "failed")
        assert step_of(page) == 1
        expect(page.locator("#start")).to_be_disabled()
        watcher = open_page(page.url, tolerated=LOST)
        expect(watcher.locator("#banner")).to_contain_text("Training has stopped")
        expect(watcher.locator("#after-failure")).to_be_hidden()

        restart = page.locator("#restart")
        expect(restart).to_have_text("Restart from the last checkpoint (step 1)")
        restart.click()
        wait_for_state(page, "paused")
        expect(banner).to_be_hidden()
        page.click("#step")
        wait_for_step(page, 2)
        account = account_of(page)
        assert account == (True, 1, 2, 2, 0, 0)

        for worker in set(multiprocessing.active_children()) - others:
            assert worker.pid
            os.kill(worker.pid, signal.SIGKILL)
        expect(banner).to_contain_text(re.compile("Training has stopped"))
        page.click("#reset-failed")
        wait_for_state(page, "paused")
        expect(page.locator("#status-step")).to_have_attribute("data-step", "0")
