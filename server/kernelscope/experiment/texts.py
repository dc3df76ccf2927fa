"""Text from outside: names that people give, and texts of a form."""

import re

from pydantic import AfterValidator, ValidationInfo

from kernelscope.datasets.names import UNPRINTABLE, printable, visible
from kernelscope.impossible import Impossible

TOLERANT = {"tolerant": True}
"""The context in which to validate what an earlier version accepted: names lose what they may not have any longer."""


def _name(text: str, info: ValidationInfo) -> str:
    if (found := UNPRINTABLE.search(text)) and info.context != TOLERANT:
        character, place = f"U+{ord(found[0]):04X}", found.start() + 1
        message = f"expected one line of visible text, got {text!r}, whose character {place} is {character}"
        field = info.field_name or ""
        raise Impossible("unprintable", message, field=field, character=character, place=place, got=text)
    return printable(text) if found else visible(text)


NAME = AfterValidator(_name)
"""Makes a text a name: one line of visible text without spaces around it; empty where nothing could be seen of it."""


def of_form(pattern: str, expected: str, code: str = "invalid") -> AfterValidator:
    """Make a text one that matches a regular expression, which nobody is shown.

    Args:
        pattern: the expression for the whole text.
        expected: the same in words: "expected …".
        code: of the error (see `Impossible`).
    """

    def check(text: str, info: ValidationInfo) -> str:
        if not re.fullmatch(pattern, text):
            message = f"expected {expected}, got {text!r}"
            raise Impossible(code, message, field=info.field_name or "", got=text)
        return text

    return AfterValidator(check)
