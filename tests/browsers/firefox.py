"""Firefox, driven over WebDriver BiDi, which it speaks by itself: Debian has no driver for it."""

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browsers.browser import PATIENCE, Browser, Leaving
from tests.missing import missing

# A browser that is left alone: it looks for no update, asks nothing, and sends nothing home.
PREFERENCES = """
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
"""


class Firefox(Browser):
    """Its first page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._calls = 0
        self._complaints: list[str] = []
        self._call("session.new", capabilities={})
        self._call("session.subscribe", events=["log.entryAdded"])
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def run(self, script: str, *arguments: object) -> Any:
        function = f"(function () {{ {script} }})"
        answer = self._call(
            "script.callFunction",
            functionDeclaration=f"(given) => JSON.stringify({function}(...JSON.parse(given)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def press(self, x: int, y: int) -> None:
        move = {"type": "pointerMove", "x": x, "y": y}
        buttons = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        mouse = {"type": "pointer", "id": "mouse", "actions": [move, *buttons]}
        self._call("input.performActions", context=self._context, actions=[mouse])

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self._call("browsingContext.setViewport", context=self._context, viewport=viewport)

    def picture(self) -> bytes:
        return base64.b64decode(self._call("browsingContext.captureScreenshot", context=self._context)["data"])

    def complaints(self) -> list[str]:
        return self._complaints

    def _call(self, method: str, **params: object) -> Any:
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message["type"] == "event":
                if message["params"]["level"] in ("error", "warn"):
                    self._complaints.append(message["params"]["text"])
            elif message["id"] == self._calls:
                if "AbortError" in message.get("message", ""):
                    raise Leaving
                assert message["type"] == "success", message
                return message["result"]


@contextmanager
def firefox() -> Iterator[Browser]:
    """Firefox, for as long as the block lasts."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        missing("Firefox", "install firefox")
    with TemporaryDirectory() as profile:
        Path(profile, "user.js").write_text(PREFERENCES)
        options = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        log = Path(profile, "log")
        with log.open("wb") as said, subprocess.Popen([path, *options], stdout=said, stderr=said) as process:
            try:
                with connect(f"{_listening(log)}/session", max_size=None) as socket:
                    yield Firefox(socket)
            finally:
                process.terminate()


def _listening(log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while not (found := re.search(r"BiDi listening on (ws://\S+)\n", log.read_text("utf-8", "replace"))):
        assert time.monotonic() < until, "Firefox did not begin to listen"
        time.sleep(0.05)
    return found[1]
