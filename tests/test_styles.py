"""Text can be read on its grounds."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[1] / "static" / "styles" / "tokens.css").read_text(encoding="utf-8")

LETTERS = "abcdefgh"
READ_ON = {
    "--ink": ["--page", "--card", "--sunken", "--highlight"],
    "--muted": ["--page", "--card", "--sunken"],
    "--accent": ["--page", "--card"],
    "--error": ["--page", "--card", "--error-sunken"],
    "--on-accent": ["--accent"],
} | {f"--lane-{letter}": ["--card"] for letter in LETTERS}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_aa_asks_for(theme: int) -> None:
    pairs = re.findall(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
    colours = {name: values[theme] for name, *values in pairs}
    measured = {(text, on): contrast(colours[text], colours[on]) for text, grounds in READ_ON.items() for on in grounds}
    assert {pair: round(ratio, 2) for pair, ratio in measured.items() if ratio < 4.5} == {}
