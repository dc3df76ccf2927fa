"""Names that people give: one line of visible text."""

import re
import unicodedata

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line breaks, and switches of direction, which would reorder the text around a name."""
_INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
"""Categories of characters that show nothing by themselves, such as spaces of no width."""


def visible(text: str) -> str:
    """Return a name without spaces around it; an empty one where nothing could be seen of it."""
    return "" if all(unicodedata.category(sign) in _INVISIBLE for sign in text) else text.strip()


def printable(text: str) -> str:
    """Return a name that was not made for people, such as a file's, as they can read it."""
    return visible(UNPRINTABLE.sub(" ", text))
