"""All languages say the same things, and the page asks for nothing that they don't say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernelscope.api.pages.locales import LANGUAGES

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "static" / "locales"
SOURCES = sorted(
    path
    for pattern in ("templates/**/*.html", "static/**/*.js")
    for path in ROOT.glob(pattern)
    if not {"built", "vendor"} & {*path.parts}
)

# t("key"), translator.text('key', …), t(`state.${state}`); in templates t("key")
CALL = re.compile(r"""\b(?:t|text|has)\(\s*(["'`])(?P<key>.*?)\1""")
# Any string: a key may also stand in a table or a condition before it is looked up.
STRING = re.compile(r"""(["'`])(?P<key>[\w.-]+(?:\$\{)?)""")


def read(code: str) -> dict[str, str]:
    """The strings of a language, those too that come later. A key that stands twice is an error."""

    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        keys = [key for key, _ in pairs]
        assert len(set(keys)) == len(keys), f"twice in {code}: {sorted(key for key in keys if keys.count(key) > 1)}"
        return dict(pairs)

    files = [LOCALES / folder / f"{code}.json" for folder in (".", "guide", "problems", "reading")]
    pairs = [pair for file in files for pair in json.loads(file.read_text("utf-8"), object_pairs_hook=once).items()]
    return once(pairs)


def placeholders(string: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", string))


def found(pattern: re.Pattern[str]) -> Iterator[tuple[Path, str]]:
    for path in SOURCES:
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            yield path, match["key"]


ENGLISH = read("en")
OTHERS = [language.code for language in LANGUAGES if language.code != "en"]


def test_each_language_has_its_file_and_each_file_its_language() -> None:
    assert {path.stem for path in LOCALES.glob("*.json")} == {language.code for language in LANGUAGES}


@pytest.mark.parametrize("code", OTHERS)
def test_languages_have_the_same_keys(code: str) -> None:
    assert ENGLISH.keys() ^ read(code).keys() == set()


@pytest.mark.parametrize("code", OTHERS)
def test_languages_have_the_same_placeholders(code: str) -> None:
    theirs = read(code)
    wrong = [key for key in ENGLISH.keys() & theirs.keys() if placeholders(ENGLISH[key]) != placeholders(theirs[key])]
    assert wrong == []


@pytest.mark.parametrize("code", ["en", *OTHERS])
def test_no_string_is_empty(code: str) -> None:
    assert [key for key, string in read(code).items() if not string.strip()] == []


def test_every_string_that_the_page_asks_for_exists() -> None:
    asked = list(found(CALL))
    assert asked, "found no use of any string: does CALL still fit how the page asks for them?"
    missing = []
    for path, key in asked:
        fixed, dynamic, _ = key.partition("${")
        if not (any(known.startswith(fixed) for known in ENGLISH) if dynamic else key in ENGLISH):
            missing.append(f"{path.relative_to(ROOT)}: {key}")
    assert missing == []


def test_every_string_is_used() -> None:
    strings = {key for _, key in found(STRING)}
    beginnings = tuple(key.removesuffix("${") for key in strings if key.endswith("${"))
    assert [key for key in ENGLISH if key not in strings and not key.startswith(beginnings)] == []


HAN = "[\u4e00-\u9fff]"
UNTYPICAL = re.compile(
    rf"{HAN}[,:;?!(]|[,:;?!)]{HAN}"  # half-width punctuation beside Han
    rf"|{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}"  # no space between Han and Latin letters or digits
    r"|[，。：；、？！（）“”] | [，。：；、？！（）“”]"  # a space beside full-width punctuation, which has its own
    r"|\d %|[\"']"  # a space before %, straight quotes
)


def test_chinese_is_set_as_chinese_is() -> None:
    strings = {key: re.sub(r"\{\w+\}", "0", string) for key, string in read("zh-CN").items()}
    # The bracket of a function, as in ln(类别数), is part of a formula.
    wrong = {key: string for key, string in strings.items() if UNTYPICAL.search(re.sub(r"[a-z]\([^)]*\)", "f", string))}
    assert wrong == {}
