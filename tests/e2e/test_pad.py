"""The pad: what is drawn or brought is the image that every lane answers, and nothing is sent unasked."""

import json
import re
import struct
import time
import zlib
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
from kernelscope import datasets
from playwright.sync_api import Page, expect

from tests.api.page import watch
from tests.e2e.conftest import OpenPage
from tests.e2e.drawing import SEVEN, draw
from tests.e2e.reading import step_of, train_to, wait_for_step


class Told:
    """The pictures that the page has sent."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self.last: dict[str, Any] = {}

    def listen(self, page: Page) -> None:
        def sent(payload: str | bytes) -> None:
            if isinstance(payload, str) and '"type":"want"' in payload:
                self.last = json.loads(payload)
                self.all += [self.last["own"]] if "own" in self.last else []

        page.on("websocket", lambda socket: socket.on("framesent", sent))

    def wait(self, page: Page, count: int) -> None:
        """Until so many have been sent."""
        until = time.monotonic() + 20
        while len(self.all) < count:
            assert time.monotonic() < until, "no picture was sent"
            page.wait_for_timeout(20)

    def until(self, page: Page, is_it: Callable[[int], bool]) -> None:
        """Until the image that was sent last is one of these."""
        until = time.monotonic() + 20
        while not is_it(self.last["image"]):
            assert time.monotonic() < until, "it was not sent"
            page.wait_for_timeout(20)

    @property
    def levels(self) -> np.ndarray:
        return np.frombuffer(b64decode(self.all[-1]["levels"]), np.uint8).reshape(28, 28)


def png(levels: np.ndarray, *, bits: int = 8, colour: int = 0, size: tuple[int, int] | None = None) -> bytes:
    """A PNG file of ``[row, col]`` or ``[row, col, channel]`` levels; `size` is what it says instead of its own."""
    height, width = levels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2" if bits == 16 else np.uint8).tobytes() for row in levels)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", *(size or (width, height)), bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_each_stroke_is_answered_by_every_lane(open_page: OpenPage, address: str) -> None:
    told = Told()
    page = open_page(address, prepare=told.listen)
    train_to(page, 20)
    page.click("#image-card [data-draw]")
    sheet = page.locator("#pad .pad-sheet canvas")
    expect(sheet).to_be_focused()
    hint, number = page.locator("#pad [data-part=hint]"), page.locator("#sees [data-part=number]")
    expect(hint).to_have_text("Draw here")
    place = sheet.bounding_box()
    draw(page, SEVEN)
    expect(number).to_have_text("your own image")
    expect(hint).to_be_hidden()
    assert sheet.bounding_box() == place, "it lies still while one draws"
    # Scaled and centred as MNIST's images are.
    settled = page.locator("#sees [data-part=class]").first
    page.select_option("#pad select", "7")
    expect(settled).to_have_text("7")
    page.select_option("#pad select", "")
    expect(settled).to_have_text("?")
    # Without a class there is no step to show, and the page says why.
    page.click("#tab-step")
    expect(page.locator("#phases [data-part=sentence]")).to_contain_text("Your image has no class yet")
    expect(page.locator("#phases .study-body")).to_be_hidden()
    page.click("#tab-sees")
    drawn = told.last["image"]
    draw(page, [(0.1, 0.9), (0.1, 0.9)])  # a dot, which is taken back
    told.until(page, lambda image: image != drawn)
    page.keyboard.press("Backspace")
    told.until(page, lambda image: image == drawn)
    levels = told.levels.astype(float)
    rows, cols = np.nonzero(levels > 25)
    assert max(np.ptp(rows), np.ptp(cols)) + 1 == 20
    weights = levels / levels.sum()
    assert abs((weights.sum(1) * (np.arange(28) + 0.5)).sum() - 14) <= 0.5
    assert abs((weights.sum(0) * (np.arange(28) + 0.5)).sum() - 14) <= 0.5
    page.select_option("#pad select", "7")
    expect(page.locator("#sees [data-part=class]").first).to_have_text("7")
    id = page.url.partition("?")[0].rsplit("/", 1)[1]
    with httpx.Client(base_url=address, timeout=20) as client, watch(client, id, stranger=True) as viewer:
        image = told.last["image"]
        viewer.want(image=image, own=told.all[-1])
        while (snapshot := viewer.snapshot(step_of(page))).directory.get("image") != image:
            pass
    assert told.all[-1]["label"] == 7
    for lane, expected in zip("ABC", snapshot.tensors["image/probabilities"], strict=True):
        percent = page.locator(f'.sees-classes[data-lane="{lane}"] [data-part=percent]').nth(int(expected.argmax()))
        expect(percent).to_have_text(f"{100 * expected.max():.0f}%")
    # The same in the address, and after a reload.
    expect(page).to_have_url(re.compile(r"image=own\.7\.[\w-]{1000}"))
    page.click("#pad button[value=keep]")
    page.reload()
    wait_for_step(page, 20)
    expect(number).to_have_text("your own image")
    assert np.array_equal(told.levels, levels)
    # Taken back stroke by stroke, and brought back from where it was kept.
    page.click("#sees [data-draw]")
    page.click("#pad button[value=clear]")
    page.get_by_role("button", name="Show kept image 1: 7").click()
    expect(page.locator("#sees [data-part=class]").first).to_have_text("7")
    page.click("#pad button[value=close]")
    expect(sheet).to_be_hidden()
    page.locator('.sees-head .sees-turns button[value="1"]').click()
    expect(number).to_have_text("test image 0")


def test_one_draws_with_the_keyboard(open_page: OpenPage, address: str) -> None:
    told = Told()
    page = open_page(f"{address}/?tab=sees", prepare=told.listen)
    wait_for_step(page, 0)
    page.focus("#sees [data-draw]")
    page.keyboard.press("Enter")
    sheet = page.locator("#pad .pad-sheet canvas")
    expect(sheet).to_be_focused()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 6, "Space"):
        page.keyboard.press(key)
    expect(page.locator("#sees [data-part=number]")).to_have_text("your own image")
    expect(page.locator("#start")).to_have_text("Start")
    told.wait(page, 1)
    told.until(page, lambda _: (told.levels > 25).any(1).sum() == 20)
    ink = told.levels.sum(0)
    assert ink.argmax() in (13, 14), "a line down the middle"


def test_a_picture_is_sent_only_when_it_is_accepted(open_page: OpenPage, address: str) -> None:
    told = Told()
    page = open_page(f"{address}/?tab=sees", prepare=told.listen)
    wait_for_step(page, 0)
    page.click("#sees [data-draw]")
    file, offer, trouble = (page.locator(f"#pad {part}") for part in ("input[type=file]", ".pad-offer", ".pad-trouble"))
    digit = datasets.load("digits").test_images[5][0]
    ink = np.kron(np.rint(255 * digit), np.ones((8, 8)))
    wide = np.pad(255 - ink, ((0, 0), (90, 60)), constant_values=255)  # dark on light, and not square

    def bring(name: str, content: bytes) -> None:
        file.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})

    for name, content, message in (
        ("notes.txt", b"seven", "notes.txt isn’t a PNG"),
        ("half.png", png(wide)[:200], "half.png can’t be decoded"),
        ("huge.png", png(wide, size=(20000, 20000)), "huge.png has 20,000 × 20,000 pixels; at most 40,000,000"),
        ("empty.png", b"", "empty.png isn’t a PNG"),
        ("photo.heic", b"\0\0\0\x18ftypheic", "photo.heic isn’t a PNG"),
        ("blank.png", png(np.full((40, 30), 255)), "no drawing to be seen in blank.png"),
    ):
        bring(name, content)
        expect(trouble).to_contain_text(message)
        expect(offer).to_be_hidden()
    grid = page.locator("#sees .sees-grid").bounding_box()
    black, white = (png(np.stack([np.full_like(ink, level), ink], -1), colour=4) for level in (0, 255))  # on nothing
    for content in (png(wide), png(257 * wide, bits=16), black, white):
        sent = len(told.all)
        bring("digit.png", content)
        expect(offer).to_be_visible()
        expect(trouble).to_be_empty()
        expect(offer).to_contain_text("has not left your device")
        assert len(told.all) == sent
        assert page.locator("#sees .sees-grid").bounding_box() == grid, "an offer moves nothing"
        offer.get_by_role("button", name="Use it").click()
        expect(offer).to_be_hidden()
        expect(page.locator("#sees [data-part=number]")).to_have_text("your own image")
        told.wait(page, sent + 1)
        close(told.levels / 255, digit)
        page.click("#pad button[value=clear]")
        told.wait(page, sent + 2)


def close(found: np.ndarray, digit: np.ndarray) -> None:
    """The digits of the data set are scaled and centred already: the same comes out, but for a pixel's rounding."""
    shifted = [np.roll(found, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    shares = [(one * digit).sum() / np.sqrt((one**2).sum() * (digit**2).sum()) for one in shifted]
    assert max(shares) > 0.95, shares


def test_a_picture_is_dropped_or_pasted_anywhere(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    wait_for_step(page, 0)
    for way in ("drop", "paste"):
        page.click("#tab-kernels")
        page.evaluate(
            """([way, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "a.png", { type: "image/png" }));
                const event = way === "drop"
                    ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
                    : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
                document.querySelector("#board").dispatchEvent(event);
            }""",
            [way, list(png(np.pad(np.zeros((20, 10)), 10, constant_values=255)))],
        )
        expect(page.locator("#tab-sees")).to_have_attribute("aria-current", "true")
        expect(page.locator("#pad .pad-offer")).to_be_visible()
        page.click("#pad button[value=discard]")
        expect(page.locator("#pad .pad-offer")).to_be_hidden()
        expect(page.locator("#pad .pad-sheet canvas")).to_be_focused()
        expect(page.locator("#sees [data-part=number]")).to_have_text("test image 0")
