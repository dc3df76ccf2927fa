"""What the query of a page's address says: of the experiment, of the view of it, and of who looks at it."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from kernelscope.api.errors import problem, problems
from kernelscope.experiment import ExperimentConfig, address
from kernelscope.hosting.views import Problem
from kernelscope.impossible import Impossible

VIEW = (
    "view",
    "against",
    "dense",
    "cell",
    "upper",
    "lower",
    "x",
    "scale",
    "xscale",
    "smooth",
    "speed",
    "fps",
    "without",
    "open",
    "theme",
    "hide",
)
"""How the page shows the experiment; it reads them itself (static/address.js), but for the last."""
PERSON = ("lang", "teacher")
"""Once they are known, a cookie says them."""
HIDDEN = (
    "step",
    "reset",
    "seed",
    "speed",
    "lanes",
    "network",
    "stop",
    "share",
    "view",
    "charts",
    "inspector",
    "timeline",
    "phases",
    "weight",
    "line",
    "lens",
    "noise",
    "status",
    "languages",
    "theme",
    "learn",
    "api",
    "tour",
    "help",
)
"""Parts of the page that ``hide=reset,seed`` leaves out, for a class."""

Pairs = list[tuple[str, str]]


class Link(NamedTuple):
    """A query in its two lasting parts."""

    settings: Pairs
    """Of the experiment, and whatever else there is: `address.read` says what it does not know."""
    view: Pairs


class NotAnExperiment(Exception):
    """A link whose settings are none.

    Attributes:
        problems: why.
        rest: the same link without what is wrong.
    """

    def __init__(self, problems: list[Problem], rest: Link) -> None:
        super().__init__(problems)
        self.problems = problems
        self.rest = rest


def sort(query: Iterable[tuple[str, str]]) -> Link:
    """The parts of a query."""
    pairs = [(name, text) for name, text in query if name not in PERSON]
    return Link([pair for pair in pairs if pair[0] not in VIEW], [pair for pair in pairs if pair[0] in VIEW])


def write(pairs: Pairs) -> str:
    """Pairs as a query, with its question mark where there is anything to ask."""
    query = urlencode(pairs, safe=",:=", quote_via=quote, errors="replace")
    return f"?{query}" if query else ""


def read(link: Link) -> ExperimentConfig:
    """The experiment of a link.

    Raises:
        NotAnExperiment: there can be none with its settings.
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
    """A link without these settings."""
    return Link([pair for pair in link.settings if pair[0] not in fields], link.view)


def hidden(flags: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    """The parts that flags such as ``reset,seed`` leave out, and the flags that are none."""
    wanted = [flag.strip() for text in flags for flag in text.split(",") if flag.strip()]
    return frozenset(wanted) & frozenset(HIDDEN), sorted(set(wanted) - set(HIDDEN))
