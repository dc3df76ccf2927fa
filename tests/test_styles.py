"""Style sheets take colours, type and spacing from styles/tokens.css, and its text can be read on its grounds."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[1] / "static" / "styles"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")
# Those that only gather others say nothing themselves.
SHEETS = sorted(path for path in STYLES.glob("*.css") if path.stem not in ("tokens", "frame", "experiment"))
SCRIPTS = [path for path in STYLES.parent.rglob("*.js") if not {"built", "vendor"} & {*path.parts}]

DECLARATION = re.compile(r"([\w-]+):\s*([^;{}]+);")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(")
SPACED = re.compile(r"(?:margin|padding|gap|row-gap|column-gap|inset|border-radius|font-size)\b")
LENGTH = re.compile(r"(?<![\w.-])-?[\d.]+(?:px|rem|em)\b")
LINES = {"1px", "-1px", "2px", "-2px", "3px", "-3px", "4px", "0px"}
"""Hairlines, rings, and the margin that draw/panel.js knows of."""

LETTERS = "abcdefgh"
READ_ON = {
    "--ink": ["--page", "--card", "--sunken", "--highlight"],
    "--muted": ["--page", "--card", "--sunken"],
    "--accent": ["--page", "--card"],
    "--error": ["--page", "--card", "--error-sunken"],
    "--on-accent": ["--accent"],
} | {f"--lane-{letter}": ["--card"] for letter in LETTERS}


def declarations(path: Path) -> list[tuple[str, str]]:
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return DECLARATION.findall(css)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_style_sheet_has_no_colours_sizes_and_spacings_of_its_own(path: Path) -> None:
    found = declarations(path)
    assert found
    assert [each for each in found if COLOUR.search(each[1])] == []
    spaced = [(name, value) for name, value in found if SPACED.match(name)]
    assert [each for each in spaced if set(LENGTH.findall(each[1])) - LINES] == []


def test_every_token_is_used_and_every_one_that_is_used_exists() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in [*STYLES.glob("*.css"), *SCRIPTS])
    defined = set(re.findall(r"(--[\w-]+):", TOKENS))
    used = set(re.findall(r"var\((--[\w-]+)", code))
    lanes = {f"--lane-{letter}" for letter in LETTERS}  # asked for by letter, in draw/lane-style.js
    assert defined - used - lanes == set()
    own = {name for path in SHEETS for name, _ in declarations(path)} | {
        "--lane",
        "--lanes",
        "--layers",
        "--column",
        "--row",
        "--place",
        "--span",
    }
    assert {name for name in used if not name.endswith("-")} - defined - own == set()


def test_no_selector_is_dead() -> None:
    # Those of uPlot begin with u-; it puts its names together at run time.
    pages = [*STYLES.parents[1].glob("templates/**/*.html"), *SCRIPTS]
    markup = "".join(path.read_text(encoding="utf-8") for path in pages)
    for path in SHEETS:
        selectors = re.sub(r"\{[^{}]*\}|/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        names = re.findall(r"[.#]([a-z][\w-]*)", re.sub(r"@[^{;]*", "", selectors))
        assert [name for name in names if not name.startswith("u-") and not re.search(rf"\b{name}\b", markup)] == [], (
            path.name
        )


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
