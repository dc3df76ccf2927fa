"""Text from outside: names that people give, and texts of a form."""

import re
import unicodedata

from pydantic import AfterValidator, ValidationInfo

from kernelscope.impossible import Impossible

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line breaks, and switches of direction, which would reorder the text around a name."""
TOLERANT = {"tolerant": True}
"""The context in which to validate what an earlier version accepted: names lose what they may not have any longer."""
_INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
"""Categories of characters that show nothing by themselves, such as spaces of no width."""


def _name(text: str, info: ValidationInfo) -> str:
    if found := UNPRINTABLE.search(text):
        if info.context != TOLERANT:
            character, place = f"U+{ord(found[0]):04X}", found.start() + 1
            message = f"expected one line of visible text, got {text!r}, whose character {place} is {character}"
            field = info.field_name or ""
            raise Impossible("unprintable", message, field=field, character=character, place=place, got=text)
        text = UNPRINTABLE.sub(" ", text)
    return "" if all(unicodedata.category(sign) in _INVISIBLE for sign in text) else text.strip()


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
