"""The languages of the page, their strings, and the choice of a visitor's language."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Language:
    """A language of the page. `code` is its BCP 47 tag and the name of its files."""

    code: str
    name: str


LANGUAGES = (Language("en", "English"), Language("zh-CN", "简体中文"))
FOLDERS = (".", "page", "reading", "studies", "network", "gallery", "own-data")
"""Folders of static/locales with the strings of pages.

Scripts load the first, and a part's own when it is wanted; templates use them all.
"""
_CODES = {language.code.lower(): language.code for language in LANGUAGES}


def matching(tag: str) -> str | None:
    """Find the language for a tag such as ``zh``, ``zh-Hans-CN`` or ``en-GB``, else one with the same first part."""
    tag = tag.strip().lower()
    if tag in _CODES:
        return _CODES[tag]
    return next((code for low, code in _CODES.items() if tag and low.split("-")[0] == tag.split("-")[0]), None)


def choose(query: str | None, cookie: str | None, accept: str | None) -> str:
    """Choose a language by the address, else by the cookie, else by `Accept-Language`, else English."""
    for tag in (query, cookie):
        if tag and (code := matching(tag)):
            return code
    preferences = []
    for part in (accept or "").split(","):
        tag, _, weight = part.replace(" ", "").partition(";q=")
        try:
            preferences.append((float(weight or 1), tag))
        except ValueError:
            continue
    for preference, tag in sorted(preferences, key=lambda preference: -preference[0]):
        if preference > 0 and (code := matching(tag)):
            return code
    return LANGUAGES[0].code


def load(directory: Path) -> dict[str, Callable[[str], str]]:
    """Return for each language a function from a key to its string. It raises KeyError for an unknown key."""
    return {language.code: _strings(directory, language.code).__getitem__ for language in LANGUAGES}


def _strings(directory: Path, code: str) -> Mapping[str, str]:
    strings: dict[str, str] = {}
    for folder in FOLDERS:
        strings |= json.loads((directory / folder / f"{code}.json").read_text("utf-8"))
    return strings
