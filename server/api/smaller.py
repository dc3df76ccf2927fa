"""Static files as they are sent: what only people who read the source need is left out.

At serving time and not in a build, so that a checkout is served as a wheel is, and what is tested is what is used.
Names stay as they are: compression makes up for most of their length, and no JavaScript has to be parsed.
"""

import json
import re
from collections.abc import Iterable

import rcssmin
import rjsmin

STRING = re.compile(r"""["'`](?P<key>[\w.-]+(?:\$\{)?)""")
"""What may be a key in JavaScript, or, before `${`, how keys begin."""
CALL = re.compile(r"""\bt\(\s*(["'])(?P<key>[\w.-]+)\1\s*\)""")
"""A text that a template writes into the page."""


def script(source: str) -> str:
    """JavaScript without comments and indentation.

    A template in a template would lose its spaces; a test compares what each of our scripts means before and after.
    """
    small: str = rjsmin.jsmin(source)
    return small


def style(source: str) -> str:
    """CSS without comments and indentation."""
    small: str = rcssmin.cssmin(source)
    return small


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
