"""The page in a real Chromium, beside three lanes that train on the same cores.

There are two measurements: one counts frames with almost nothing added to the page; in the other, Chromium traces all
that the page's main thread does.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.stream.figures import Figure, Lengths, percentiles, words
from benchmarks.stream.serving import STARTING, Served, server
from benchmarks.stream.trace import script_per_frame
from benchmarks.stream.use import Use

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FRAMES, SCRIPT = 30, 4
"""Frames a second, and milliseconds of script that 95 % of them do not pass."""
MOST = 60
"""The most frames per second that a page can ask for."""
COUNTING = 0.5
"""The error of a count, in frames per second."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync")
WIDTH, HEIGHT = 1440, 900
CATEGORIES = ("devtools.timeline", "v8", "blink.user_timing")
MARK = "benchmark-painted"
COUNTERS = """
(() => {
  const counted = (window.counted = { acknowledged: 0, painted: 0 });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (typeof data === "string" && data.includes('"ack"')) counted.acknowledged += 1;
    return send.call(this, data);
  };
  // An animation frame in which anything is drawn on a canvas of a lane is one painted.
  let drawn = false;
  let last = -1;
  const { drawImage, putImageData } = CanvasRenderingContext2D.prototype;
  const { requestAnimationFrame } = window;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    drawn ||= this.canvas.dataset?.lane !== undefined;
    return drawImage.apply(this, given);
  };
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    drawn ||= this.canvas.dataset?.lane !== undefined;
    return putImageData.apply(this, given);
  };
  window.requestAnimationFrame = (callback) =>
    requestAnimationFrame((now) => {
      drawn = false;
      callback(now);
      if (!drawn || now === last) return;
      last = now;
      counted.painted += 1;
      performance.mark("$MARK");
    });
})();
""".replace("$MARK", MARK)


class Missing(Exception):
    """There is no browser to measure with; the message says what to do."""


def measure(lengths: Lengths) -> list[Figure]:
    """Measure frames, then script.

    Raises:
        Missing: Playwright or Chromium is.
    """
    with browser() as chromium, server() as served:
        page = opened(chromium)
        page.goto(f"http://127.0.0.1:{served.port}/")
        started(page, lengths)
        painted = frames(page, served, lengths.page)
        script_figure = script(chromium, page, served, lengths.page)
        # At the rate of the default the mean is a little below it: no step, no picture.
        page.locator("#frame-rate").select_option(str(MOST))
        page.wait_for_timeout(1000)
        most, _ = frames(page, served, lengths.page, f", asked for {MOST}")
        page.close()
    return [*painted, most, script_figure]


@contextmanager
def browser() -> Iterator["Browser"]:
    """Start a Chromium for as long as the block lasts.

    Raises:
        Missing: Playwright or Chromium is.
    """
    if not find_spec("playwright"):
        raise Missing("playwright is missing: pip install -e '.[test]'")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = own if Path(own).exists() else next(filter(None, map(shutil.which, NAMES)), None)
        if path is None:
            raise Missing("no Chromium found: install chromium, or run `playwright install chromium`")
        with closing(playwright.chromium.launch(executable_path=path, args=ARGUMENTS)) as browser:
            yield browser


def opened(chromium: "Browser") -> "Page":
    """Open an empty page that counts what it will paint."""
    page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.add_init_script(COUNTERS)
    return page


def started(page: "Page", lengths: Lengths) -> None:
    """Press Start, and wait until all has settled."""
    page.locator("canvas[data-lane]").first.wait_for(timeout=1000 * STARTING)
    page.locator("#start:enabled").click(timeout=1000 * STARTING)
    until = time.monotonic() + STARTING
    while not _step(page):
        if time.monotonic() > until:
            raise RuntimeError("expected the page to show a step above 0, got none")
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000 * lengths.begin)


def _step(page: "Page") -> int:
    return int(page.locator("#status-step").get_attribute("data-step") or 0)


def frames(page: "Page", served: Served, seconds: float, about: str = "", least: float = FRAMES) -> list[Figure]:
    """Count in the page, and read the page's own counts; `least` is the goal."""
    before, begun, step, use = page.evaluate("counted"), time.perf_counter(), _step(page), Use(served)
    said: list[float] = []
    while time.perf_counter() < begun + seconds:
        page.wait_for_timeout(1000)
        if found := re.search(r"\d+([.,]\d+)?", page.locator("#status-frames").inner_text()):
            said.append(float(found[0].replace(",", ".")))
    after, passed, taken = page.evaluate("counted"), time.perf_counter() - begun, use.taken()
    rates = {name: (after[name] - count) / passed for name, count in before.items()}
    steps = (_step(page) - step) / passed
    more = f"acknowledged {rates['acknowledged']:.1f}/s; {steps:.1f} steps/s"
    cores = {{"viewers": "browser"}.get(name, name): number for name, number in taken.cores.items()}
    if cores:
        more += f"; cores: {words(cores, digits=2)}"
    painted, browser = after["painted"] - before["painted"], cores.get("browser", 0.0) * passed
    if cores and painted:
        more += f"; {1000 * browser / painted:.0f} ms of the browser's computing a frame"
    numbers = {"seconds": passed, "before": before, "after": after, "said": said, "steps": steps, "cores": cores}
    goal, others = least - COUNTING, taken.others
    return [
        Figure(
            f"frames/s that the page paints{about}",
            rates["painted"],
            goal=goal,
            more=more,
            others=others,
            numbers=numbers,
        ),
        Figure(f"frames/s as its status line says{about}", median(said) if said else None, goal=goal, others=others),
    ]


def script(chromium: "Browser", page: "Page", served: Served, seconds: float, about: str = "") -> Figure:
    """Measure how long the page's own script takes per frame."""
    chromium.start_tracing(page=page, categories=list(CATEGORIES))
    use = Use(served)
    page.wait_for_timeout(1000 * seconds)
    taken = use.taken()
    events: list[dict[str, Any]] = json.loads(chromium.stop_tracing())["traceEvents"]
    found = script_per_frame(events, MARK)
    what = f"script that 95 % of frames do not pass{about}"
    if not found:
        return Figure(what, None, " ms", SCRIPT, at_most=True, more="the trace shows no frame")
    summary = percentiles([frame.milliseconds for frame in found])
    computing = percentiles([frame.computing for frame in found])
    return Figure(
        what,
        summary["p95"],
        " ms",
        SCRIPT,
        at_most=True,
        more=f"{words(summary)} ms of {len(found)} frames; computing alone {words(computing)}",
        others=taken.others,
        numbers={"milliseconds": summary, "computing": computing, "frames": [frame._asdict() for frame in found]},
    )
