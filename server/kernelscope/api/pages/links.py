"""The query of a page's address: settings of the experiment, of the view of it, and of the person who looks at it."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from kernelscope.api.errors import problem, problems
from kernelscope.experiment import ExperimentConfig, address
from kernelscope.hosting.views import Problem
from kernelscope.impossible import Impossible

VIEW = (
    "tab",
    "view",
    "against",
    "dense",
    "cell",
    "filters",
    "at",
    "events",
    "image",
    "patch",
    "upper",
    "lower",
    "x",
    "scale",
    "xscale",
    "colours",
    "channels",
    "oriented",
    "sees",
    "maps",
    "rate",
    "worksheet",
    "ascent",
    "saliency",
    "errors",
    "smooth",
    "speed",
    "fps",
    "without",
    "open",
    "theme",
    "projection",
    "hide",
)
"""Parameters of the view. The page reads them itself (static/state/address.js), except the last one."""
PERSON = ("lang", "teacher")
"""Parameters about the person, which are kept in cookies."""
HIDDEN = (
    "step",
    "reset",
    "seed",
    "speed",
    "lanes",
    "network",
    "experiments",
    "stop",
    "share",
    "image",
    "predictions",
    "view",
    "charts",
    "inspector",
    "timeline",
    "phases",
    "weight",
    "sees",
    "rate",
    "line",
    "lens",
    "noise",
    "patches",
    "maximisation",
    "saliency",
    "errors",
    "emergence",
    "status",
    "languages",
    "theme",
    "learn",
    "api",
    "tour",
    "help",
)
"""Parts of the page that can be left out for a class, as with ``hide=reset,seed``."""

Pairs = list[tuple[str, str]]


class Link(NamedTuple):
    """A query in two parts, without what is about the person."""

    settings: Pairs
    """Settings of the experiment. Unknown parameters are here too, and `address.read` refuses them."""
    view: Pairs


class NotAnExperiment(Exception):
    """The settings of a link are impossible.

    Attributes:
        problems: what is wrong with them.
        rest: the link without the settings that are wrong.
    """

    def __init__(self, problems: list[Problem], rest: Link) -> None:
        super().__init__(problems)
        self.problems = problems
        self.rest = rest


def sort(query: Iterable[tuple[str, str]]) -> Link:
    """Split a query into its parts."""
    pairs = [(name, text) for name, text in query if name not in PERSON]
    return Link([pair for pair in pairs if pair[0] not in VIEW], [pair for pair in pairs if pair[0] in VIEW])


def write(pairs: Pairs) -> str:
    """Format pairs as a query with its question mark; no pairs give an empty string."""
    query = urlencode(pairs, safe=",:=", quote_via=quote, errors="replace")
    return f"?{query}" if query else ""


def read(link: Link) -> ExperimentConfig:
    """Return the configuration that a link describes.

    Raises:
        NotAnExperiment: its settings are impossible.
    """
    try:
        return address.read(link.settings)
    except Impossible as error:
        found = [problem(error)]
    except ValidationError as error:
        members = {member: name for name, member in address.MEMBERS.items()}
        found = [
            one.model_copy(update={"field": members[str(wrong["loc"][0])]})
            for one, wrong in zip(problems(error.errors()), error.errors(), strict=True)
        ]
    raise NotAnExperiment(found, without(link, {one.field for one in found}))


def without(link: Link, fields: set[str]) -> Link:
    """Return the link without these settings."""
    return Link([pair for pair in link.settings if pair[0] not in fields], link.view)


def hidden(flags: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    """Return the parts of the page that flags such as ``reset,seed`` leave out, and the unknown flags."""
    wanted = [flag.strip() for text in flags for flag in text.split(",") if flag.strip()]
    return frozenset(wanted) & frozenset(HIDDEN), sorted(set(wanted) - set(HIDDEN))
