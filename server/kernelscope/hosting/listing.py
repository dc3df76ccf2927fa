"""The list of experiments, in pages: there may be thousands, and each takes long to serialise."""

import asyncio
from typing import Annotated

from fastapi import Query
from pydantic import TypeAdapter

from kernelscope.hosting.description import asleep
from kernelscope.hosting.registry import Registry
from kernelscope.hosting.views import ExperimentView
from kernelscope.store import Saved

_list = TypeAdapter(list[ExperimentView])

Limit = Annotated[int, Query(ge=1, le=100, description="How many experiments at most")]
After = Annotated[
    str | None,
    Query(pattern=r"^[0-9TZ:.+-]+~[\w-]+$", max_length=100, description="Begin after this one, as `Link` says it"),
]
LINK = {
    "headers": {
        "Link": {
            "description": '`</api/experiments?after=…>; rel="next"` (RFC 8288) where there are more',
            "schema": {"type": "string"},
        }
    }
}


async def page(registry: Registry, limit: int, after: str | None) -> tuple[bytes, str | None]:
    """Return at most `limit` experiments as JSON, and the cursor of the next page; None: this is the last page."""
    created, _, id = (after or "").partition("~")
    found = await registry.newest(limit + 1, (created, id) if after else None)
    shown = found[:limit]
    more = f"{shown[-1].created}~{shown[-1].id}" if len(found) > limit else None
    unkept = registry.unkept
    return await asyncio.to_thread(_written, shown, unkept), more


def _written(shown: list[Saved | ExperimentView], unkept: set[str]) -> bytes:
    views = [
        asleep(one, "untouched" if one.id in unkept else "yes") if isinstance(one, Saved) else one for one in shown
    ]
    return _list.dump_json(views, by_alias=True)
