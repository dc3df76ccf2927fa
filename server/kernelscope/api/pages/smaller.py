"""Dictionaries as they are sent: without the texts that a browser has already got."""

import json
import re
from collections.abc import Iterable

STRING = re.compile(r"""["'`](?P<key>[\w.-]+(?:\$\{)?)""")
"""What may be a key in JavaScript, or, before `${`, how keys begin."""
CALL = re.compile(r"""\bt\(\s*(["'])(?P<key>[\w.-]+)\1\s*\)""")
"""A text that a template writes into the page."""


def texts(dictionary: str, scripts: Iterable[str], templates: Iterable[str]) -> str:
    """The texts of a language without those that templates have written into the page and no script asks for."""
    said = {match["key"] for source in scripts for match in STRING.finditer(source)}
    beginnings = tuple(key.removesuffix("${") for key in said if key.endswith("${"))
    written: set[str] = set()
    for source in templates:
        written |= {match["key"] for match in CALL.finditer(source)}
        # A key may also stand in an attribute, for a script to find.
        said |= {match["key"] for match in STRING.finditer(CALL.sub("", source))}
    kept = {
        key: text
        for key, text in json.loads(dictionary).items()
        if key not in written or key in said or key.startswith(beginnings)
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
