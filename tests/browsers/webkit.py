"""WebKit, the engine of Safari, as GTK has it: driven by selenium, on a screen that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selenium.webdriver import ActionChains, Remote
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.browsers.browser import Browser
from tests.missing import missing

# Its window has a row of buttons, and is at least as wide as these: with little buttons, as narrow as a telephone.
STYLE = """
* { min-width: 0; margin: 0; padding: 0; border-width: 0; }
toolbar * { font-size: 1px; }
"""
# What the driver can't hear is kept in the page, from its first script that may be added on.
LISTEN = """
window.complaints = [];
for (const level of ["error", "warn"]) console[level] = (...said) => window.complaints.push(said.join(" "));
"""
COMPLAINTS = """
const said = [...document.querySelectorAll("#trouble[data-said] li")].map((one) => one.textContent);
return [...(window.complaints ?? []), ...said];
"""


class WebKit(Browser):
    """Its only page."""

    def __init__(self, driver: Remote) -> None:
        self._driver = driver
        self._complaints: list[str] = []

    def open(self, address: str) -> None:
        self._complaints = self.complaints()
        self._driver.get(address)
        self.run(LISTEN)

    def run(self, script: str, *arguments: object) -> Any:
        return self._driver.execute_script(script, *arguments)

    def press(self, x: int, y: int) -> None:
        actions = ActionChains(self._driver, duration=0)
        actions.w3c_actions.pointer_action.move_to_location(x, y)
        actions.w3c_actions.pointer_action.click()
        actions.perform()

    def resize(self, width: int, height: int) -> None:
        self._driver.set_window_rect(0, 0, width, height)
        self.until("return innerWidth === arguments[0]", width)

    def picture(self) -> bytes:
        return self._driver.get_screenshot_as_png()

    def complaints(self) -> list[str]:
        return [*self._complaints, *self.run(COMPLAINTS)]


@contextmanager
def webkit(locale: str = "en_US.UTF-8") -> Iterator[Browser]:
    """WebKit, for as long as the block lasts. Its first language is the locale's."""
    driver = shutil.which("WebKitWebDriver")
    if driver is None:
        missing("WebKit", "install webkit2gtk-driver")
    with screen() as display, TemporaryDirectory() as home:
        style = Path(home, "gtk-3.0", "gtk.css")
        style.parent.mkdir()
        style.write_text(STYLE)
        environment = {**os.environ, "DISPLAY": display, "LC_ALL": locale, "XDG_CONFIG_HOME": home}
        service = Service(driver, env=environment, log_output=subprocess.DEVNULL)
        service.start()
        try:
            # As selenium's own class for it does, which warns of what it does itself.
            connection = RemoteConnection(client_config=ClientConfig(service.service_url))
            session = Remote(connection, options=Options())
            try:
                yield WebKit(session)
            finally:
                session.quit()
        finally:
            service.stop()


@contextmanager
def screen() -> Iterator[str]:
    """The name of a display."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        missing("Xvfb", "install xvfb")
    reading, writing = os.pipe()
    command = [xvfb, "-displayfd", str(writing), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        try:
            yield f":{number}"
        finally:
            process.terminate()
