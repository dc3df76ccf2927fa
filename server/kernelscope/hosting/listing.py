"""The list of experiments, in pages: there may be thousands, and each takes long to serialise."""

import asyncio
from typing import Annotated

from fastapi import Query
from pydantic import TypeAdapter

from kernelscope.experiment.texts import of_form
from kernelscope.hosting.description import asleep
from kernelscope.hosting.hosted import Hosted
from kernelscope.hosting.registry import Registry
from kernelscope.hosting.views import Kept, ListedView
from kernelscope.store import Listed, words_of

_list = TypeAdapter(list[ListedView])

Limit = Annotated[int, Query(ge=1, le=100, description="How many experiments at most")]
After = Annotated[
    str | None,
    Query(max_length=100, description="Begin after this one, as `Link` says it"),
    of_form(r"[0-9TZ:.+-]+~[\w-]+", "what the `Link` header of the page before says: a time, ~ and an id"),
]
Search = Annotated[
    str,
    Query(
        max_length=200,
        description="Words that each must be in the name, the data set, or what a lane is or is called",
    ),
]
LINK = {
    "headers": {
        "Link": {
            "description": '`</api/experiments?after=…>; rel="next"` (RFC 8288) where there are more',
            "schema": {"type": "string"},
        }
    }
}


async def page(
    registry: Registry, limit: int, after: str | None, owner: str | None, search: str
) -> tuple[bytes, str | None]:
    """Return at most `limit` experiments as JSON, and the cursor of the next page; None: this is the last page."""
    created, _, id = (after or "").partition("~")
    before = (created, id) if after else None
    found = await registry.shelf.newest(limit + 1, before, owner=owner, words=words_of(search))
    shown = found[:limit]
    more = f"{shown[-1].saved.created}~{shown[-1].saved.id}" if len(found) > limit else None
    unkept = registry.shelf.unkept
    places = [_Place(one, registry.hosted(one.saved.id), one.saved.id in unkept) for one in shown]
    return await asyncio.to_thread(_written, places), more


class _Place:
    """One place of the list: what is there of an experiment with a source is read at once, on the event loop."""

    def __init__(self, listed: Listed, hosted: Hosted | None, unkept: bool) -> None:
        self._listed = listed
        self._now = hosted.view() if hosted else None
        self._step = hosted.channel.history.position.steps if hosted else listed.step
        self._kept: Kept = "untouched" if unkept else "yes"

    def view(self) -> ListedView:
        """Describe the experiment; it may take some milliseconds."""
        view = self._now or asleep(self._listed.saved, self._kept)
        return ListedView(**dict(view), step=self._step, kept_at=self._listed.kept_at)


def _written(places: list[_Place]) -> bytes:
    return _list.dump_json([place.view() for place in places], by_alias=True)
