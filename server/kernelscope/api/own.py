"""The HTTP API: what the owner of an experiment does with it besides training it."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Response
from pydantic import Field

from kernelscope.api.errors import readable
from kernelscope.api.experiments import (
    ANY,
    CREATED,
    NOT_FOUND,
    NOT_JSON,
    InClassroom,
    InLesson,
    InRegistry,
    JsonBody,
    MayOpen,
    found,
)
from kernelscope.api.guards.origin import OwnPage
from kernelscope.api.guards.visitor import Visitor
from kernelscope.experiment.lane_config import Strict
from kernelscope.experiment.texts import NAME
from kernelscope.hosting.refusals import NotCopyable
from kernelscope.hosting.views import ExperimentView
from kernelscope.store import hashed

router = APIRouter(responses=ANY)

Name = Annotated[str, Field(max_length=80, description="Empty: the page makes one up from its settings"), NAME]
NOT_YOURS: dict[int | str, dict[str, Any]] = {403: {"description": "A page of another origin, or not its owner"}}
TOO_LATE: dict[int | str, dict[str, Any]] = {404: {"description": "No deleted experiment of this id can be restored"}}
NO_CHECKPOINT: dict[int | str, dict[str, Any]] = {
    409: {"description": "The source of its numbers makes no checkpoints"}
}


async def _require_owner(
    registry: InRegistry, visitor: Visitor, id: str, view: Annotated[ExperimentView, Depends(found)]
) -> None:
    if not await registry.belongs_to(id, visitor):
        await found(registry, id)  # or it has just been deleted
        raise HTTPException(403, f"experiment {id!r} is somebody else's: only who opened it may do that")


Owned = Depends(_require_owner)
"""A dependency of routes about an experiment of the visitor's own."""


class Naming(Strict):
    """A new name for an experiment."""

    name: Name


class Copying(Strict):
    """The name of a copy."""

    name: Annotated[Name | None, Field(description="default: that of the experiment")] = None


@router.patch(
    "/api/experiments/{id}", responses=NOT_FOUND | NOT_YOURS | NOT_JSON, dependencies=[OwnPage, JsonBody, Owned]
)
async def rename_experiment(registry: InRegistry, id: str, naming: Annotated[Naming, Body()]) -> ExperimentView:
    """Give an experiment of one's own a name, which keeps it. Its viewers are told."""
    await registry.shelf.rename(id, naming.name)
    return await found(registry, id)


@router.post(
    "/api/experiments/{id}/duplicate",
    status_code=201,
    responses=CREATED | NOT_FOUND | NOT_JSON | NO_CHECKPOINT,
    dependencies=[OwnPage, MayOpen, JsonBody, Owned],
)
async def duplicate_experiment(
    registry: InRegistry,
    visitor: Visitor,
    response: Response,
    id: str,
    copying: Annotated[Copying | None, Body()] = None,
) -> ExperimentView:
    """Copy an experiment of one's own: settings, weights, and the scalars so far. Both train on with the same numbers.

    One that trains goes on meanwhile. One that has failed is copied from its last checkpoint. The copy is asleep.
    """
    try:
        copy = await registry.shelf.duplicate(id, visitor, copying.name if copying else None)
    except NotCopyable as error:
        raise HTTPException(409, str(error)) from error
    view = await found(registry, copy.id if copy else id)
    response.headers["Location"] = f"/api/experiments/{view.id}"
    return view


@router.delete("/api/experiments/{id}", status_code=204, responses=NOT_FOUND | NOT_YOURS, dependencies=[OwnPage, Owned])
async def delete_experiment(registry: InRegistry, classroom: InClassroom, lesson: InLesson, id: str) -> None:
    """End an experiment of one's own and delete it. Its viewers are told. For ten minutes it can be restored."""
    await registry.shelf.delete(id)
    classroom.forget(id)
    lesson.forget(id)


@router.post("/api/experiments/{id}/restore", responses=TOO_LATE | NOT_YOURS, dependencies=[OwnPage, MayOpen])
async def restore_experiment(registry: InRegistry, visitor: Visitor, id: str) -> ExperimentView:
    """Undo the deletion of an experiment of one's own: it is asleep, and goes on where it stood."""
    owner = await registry.shelf.deleted_by(id)
    if owner is not None and owner != hashed(visitor):
        raise HTTPException(403, f"experiment {id!r} is somebody else's: only who opened it may do that")
    if owner is None or not await registry.shelf.restore(id):
        raise HTTPException(404, f"there is no deleted experiment {readable(id)!r}, or it was deleted too long ago")
    return await found(registry, id)
