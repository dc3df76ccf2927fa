"""The card of gradient noise shows what the server has measured, in both languages and on a phone."""

import re
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.reading import wait_for_step
from tests.e2e.test_learn import Wire


def array(packed: dict[str, Any]) -> Any:
    return np.frombuffer(b64decode(packed["data"]), "<f4").reshape(packed["shape"])


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            "The {parts} parts of {images} images agree on the sign of the gradient in {agreeing} of {cells} weights.",
        ),
        ("zh-CN", "由 {images} 张图像分成的 {parts} 个部分，在 {cells} 个权重中的 {agreeing} 个上梯度符号一致。"),
    ],
)
def test_it_shows_what_was_measured(open_page: OpenPage, address: str, lang: str, words: str) -> None:
    wires: list[Wire] = []

    def listen(page: Page) -> None:
        wires.append(Wire(page))

    page = open_page(f"{address}/?lang={lang}&open=noise", prepare=listen)
    wait_for_step(page, 0)
    card = page.locator("#gradient-noise")
    expect(card.locator("[data-part=missing]")).not_to_be_empty()
    expect(card.locator("[data-part=found]")).to_be_hidden()
    page.click("#step")
    wait_for_step(page, 1)
    expect(card).to_have_attribute("data-step", "1")
    noise = wires[0].found("noise")["noise"]
    values = {"parts": len(noise["counts"]), "images": sum(noise["counts"])}
    said = words.format(**values, agreeing=noise["agreeing"], cells=noise["cells"])
    expect(card.locator("[data-part=sentence]")).to_have_text(said)
    expect(card.locator("canvas[role=img]")).to_have_count(3)
    for canvas in card.locator("canvas").all():
        expect(canvas).to_have_attribute("aria-label", re.compile(re.escape(said)))
        colours = canvas.evaluate("""(canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }""")
        assert colours > 5
    mean, spread, signal = (array(noise[name]) for name in ("mean", "spread", "signal"))
    assert np.allclose(signal, np.abs(mean) / (spread / np.sqrt(8)), rtol=1e-4, equal_nan=True)
    assert float(card.locator("dd[data-part=signal]").inner_text()) == pytest.approx(noise["signal_length"], rel=5e-3)


def test_the_noise_scale_is_a_count_of_images(open_page: OpenPage, address: str) -> None:
    wires: list[Wire] = []
    page = open_page(
        # So many images that their gradient stands out of its noise.
        f"{address}/?batch=1000&lanes=0.1&lang=en&open=noise",
        prepare=lambda page: wires.append(Wire(page)),
    )
    wait_for_step(page, 0)
    page.click("#step")
    card = page.locator("#gradient-noise")
    expect(card).to_have_attribute("data-step", "1")
    scale = wires[0].found("noise")["noise"]["scale"]
    rounded = f"{float(format(scale, '.2g')):,}".removesuffix(".0")
    expect(card.locator("dd[data-part=scale]")).to_have_text(f"{rounded} images")


def test_it_has_room_on_a_phone(open_page: OpenPage, address: str) -> None:
    page = open_page(f"{address}/?open=noise", width=360)
    wait_for_step(page, 0)
    page.click("#step")
    expect(page.locator("#gradient-noise")).to_have_attribute("data-step", "1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
