"""The time from a stroke on the pad to the painted predictions, in a real Chromium, while three lanes train.

It begins with the pointer's movement, as the browser dates it, and ends when the frame has been painted in which every
lane's bars show what that very picture was answered: the shares of the bars are compared with the numbers of the frame
from the server.
"""

import random
from typing import TYPE_CHECKING, Any

from benchmarks.stream.figures import Figure, Lengths, percentiles, words
from benchmarks.stream.page import HEIGHT, WIDTH, browser, started
from benchmarks.stream.serving import server
from benchmarks.stream.use import Use

if TYPE_CHECKING:
    from playwright.sync_api import Page

GOAL = 100
"""Milliseconds that 95 % of strokes do not pass."""
LONGEST = 10.0
"""Seconds to wait for an answer."""
PER_SHEET = 8
"""Strokes until the sheet is cleared."""
MOVES = 12
"""Movements of the pointer in a stroke, one after the other as a mouse sends them."""
MOVE = 0.016
"""Seconds between them."""
WATCH = """
(() => {
  // Pictures in the order in which they were sent, each with the movements that it was the first to contain.
  const pictures = [];
  let moves = [];
  for (const type of ["pointerdown", "pointermove"]) {
    addEventListener(type, (event) => {
      if (event.target.closest?.(".pad-sheet") && event.buttons) moves.push(event.timeStamp);
    }, true);
  }
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (typeof data === "string" && data.includes('"own"')) {
      const { image } = JSON.parse(data);
      if (pictures.at(-1)?.image !== image) {
        pictures.push({ image, moves, sent: performance.now(), received: 0, painted: 0 });
        moves = [];
      }
    }
    return send.call(this, data);
  };
  // What the bars would show of each picture.
  const answers = new Map();
  const utf8 = new TextDecoder();
  const read = (buffer) => {
    const view = new DataView(buffer);
    for (let start = 0; start < buffer.byteLength; ) {
      const [directory, payload] = [view.getUint32(start + 8, true), view.getUint32(start + 12, true)];
      if (view.getUint16(start + 6, true) === 2) {
        const { image, tensors } = JSON.parse(utf8.decode(new Uint8Array(buffer, start + 16, directory)));
        let at = start + 16 + directory;
        for (const [name, { dtype, shape }] of Object.entries(tensors)) {
          const count = shape.reduce((product, size) => product * size, 1);
          if (name === "image/probabilities") {
            answers.set(Array.from(new Float32Array(buffer, at, count), String).join(), image);
            const picture = pictures.findLast((one) => one.image === image);
            if (picture) picture.received ||= performance.now();
          }
          at += Math.ceil((count * Number(dtype[1])) / 8) * 8;
        }
      }
      start += 16 + directory + payload;
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => data instanceof ArrayBuffer && read(data));
    }
  };
  const look = () => {
    const bars = [...document.querySelectorAll(".sees-classes [data-part=bar]")];
    const image = answers.get(bars.map((bar) => bar.style.getPropertyValue("--share")).join());
    const place = pictures.findLastIndex((one) => one.image === image);
    // A later picture's answer holds what was drawn for the earlier ones.
    const shown = pictures.slice(0, place + 1).filter((one) => one.painted === 0);
    if (shown.length === 0) return;
    const { port1, port2 } = new MessageChannel();
    for (const one of shown) one.painted = -1;
    port1.onmessage = () => {
      for (const one of shown) one.painted = performance.now();
    };
    port2.postMessage(null); // it arrives after the frame
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.querySelector("#sees"), { attributeFilter: ["style"], subtree: true });
  });
  window.drawn = { pictures, forget() { pictures.length = 0; moves = []; } };
})();
"""

ANSWERED = "() => drawn.pictures.at(-1)?.painted > 0"


def measure(lengths: Lengths) -> list[Figure]:
    """Draw, and measure.

    Raises:
        Missing: Playwright or Chromium is.
    """
    with browser() as chromium, server() as served:
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.add_init_script(WATCH)
        page.goto(f"http://127.0.0.1:{served.port}/")
        started(page, lengths)
        page.click("#image-card [data-draw]")
        page.locator("#pad .pad-sheet canvas").wait_for()
        page.wait_for_timeout(1000 * lengths.settle)
        use, generator = Use(served), random.Random(1)
        strokes = [stroke(page, generator, place) for place in range(lengths.strokes)]
        others = use.taken().others
        page.close()
    return figures(strokes, others)


def stroke(page: "Page", generator: random.Random, place: int) -> list[dict[str, Any]]:
    """Draw one, and return the pictures that were sent of it, all of which have been answered."""
    if place % PER_SHEET == 0:
        page.click("#pad button[value=clear]")
    box = page.locator("#pad .pad-sheet canvas").bounding_box()
    assert box
    page.wait_for_timeout(generator.uniform(200, 500))  # wherever the training and its pictures may be
    page.evaluate("drawn.forget()")
    x, y = (generator.uniform(0.2, 0.6) for _ in range(2))
    right, down = (generator.uniform(-0.015, 0.03) for _ in range(2))
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    for move in range(1, MOVES + 1):
        page.mouse.move(box["x"] + (x + right * move) * box["width"], box["y"] + (y + down * move) * box["height"])
        page.wait_for_timeout(1000 * MOVE)
    page.mouse.up()
    page.wait_for_function(ANSWERED, polling=20, timeout=1000 * LONGEST)
    page.wait_for_timeout(150)  # what was still to be sent of it has been
    page.wait_for_function(ANSWERED, polling=20, timeout=1000 * LONGEST)
    pictures: list[dict[str, Any]] = page.evaluate("drawn.pictures")
    return [picture for picture in pictures if picture["moves"]]


def figures(strokes: list[list[dict[str, Any]]], others: float | None) -> list[Figure]:
    """Report the time from each stroke's last movement, and from the first that each picture was the first to have."""
    ends = [pictures[-1]["painted"] - pictures[-1]["moves"][-1] for pictures in strokes]
    pictures = [picture for pictures in strokes for picture in pictures]
    longest = [picture["painted"] - picture["moves"][0] for picture in pictures]
    parts = {
        "drawn and sent": [one["sent"] - one["moves"][0] for one in pictures],
        "answered": [one["received"] - one["sent"] for one in pictures if one["received"]],
        "painted": [one["painted"] - one["received"] for one in pictures if one["received"]],
    }
    medians = {name: percentiles(times)["p50"] for name, times in parts.items() if times}
    return [
        Figure(
            f"95 % of {what} are answered and painted within",
            percentiles(times)["p95"],
            " ms",
            GOAL,
            at_most=True,
            more=f"{words(percentiles(times))} ms of {len(times)}{more}",
            others=others,
            numbers={"milliseconds": times, "parts": parts},
        )
        for what, times, more in (
            ("strokes", ends, ""),
            ("movements while drawing", longest, f"; medians: {words(medians)} ms"),
        )
    ]
