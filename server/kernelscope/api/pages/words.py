"""Problems in the visitor's language, for pages without scripts, from the strings in static/locales/problems."""

import json
import re
from collections.abc import Mapping
from functools import cache

from kernelscope.hosting.views import Problem
from kernelscope.impossible import number
from kernelscope.settings import STATIC

LONG_NUMBER = 10_000
"""The least number that is written with thousands separators."""


@cache
def _words(lang: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((STATIC / "locales" / "problems" / f"{lang}.json").read_text("utf-8"))
    return texts


def in_words(problem: Problem, lang: str) -> str:
    """Describe a problem as static/problems.js does, with the layer that it is about.

    Where the language has no text for it, this is the message in English.
    """
    text = _words(lang).get(f"problem.{problem.code}")
    if text is None:
        return problem.message
    said = _filled(text, problem.values)
    layer = problem.values.get("layer")
    return _filled(_words(lang)["fault"], {"what": layer, "text": said}) if layer else said


def _filled(text: str, values: Mapping[str, str | float]) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: _written(values.get(place[1], place[0])), text)


def _written(value: str | float) -> str:
    is_long = isinstance(value, int) and abs(value) >= LONG_NUMBER
    return f"{value:,}" if is_long else number(value)
