"""The HTTP API."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Request, Response

from server import __version__, datasets
from server.api.origin import OwnPage
from server.api.registry import Registry
from server.api.views import DatasetView, ExperimentView, Health, Problems
from server.experiment import ExperimentConfig

router = APIRouter()


def registry_of(request: Request) -> Registry:
    """The application's registry."""
    registry: Registry = request.app.state.registry
    return registry


InRegistry = Annotated[Registry, Depends(registry_of)]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no experiment of this id"}}
CREATED: dict[int | str, dict[str, Any]] = {
    422: {"model": Problems, "description": "An impossible configuration: each field, its value, what is allowed"},
    503: {"description": "Every worker is being watched"},
}


@router.get("/healthz")
async def health() -> Health:
    """Whether the server is up."""
    return Health(version=__version__)


@router.get("/api/datasets")
async def list_datasets() -> list[DatasetView]:
    """The data sets that an experiment can train on."""
    return [DatasetView.of(about.name) for about in datasets.available()]


@router.get("/api/experiments")
async def list_experiments(registry: InRegistry) -> list[ExperimentView]:
    """Every experiment, the newest first."""
    return await registry.views()


@router.post("/api/experiments", status_code=201, responses=CREATED, dependencies=[OwnPage])
async def create_experiment(
    registry: InRegistry, response: Response, config: Annotated[ExperimentConfig | None, Body()] = None
) -> ExperimentView:
    """Open an experiment, paused at step 0. Whatever the body leaves out has its default."""
    hosted = await registry.create(config or ExperimentConfig())
    response.headers["Location"] = f"/api/experiments/{hosted.saved.id}"
    return hosted.view()


@router.get("/api/experiments/{id}", responses=NOT_FOUND)
async def get_experiment(registry: InRegistry, id: str) -> ExperimentView:
    """An experiment as it is now."""
    view = await registry.view(id)
    if view is None:
        raise HTTPException(404, f"there is no experiment {id!r}: GET /api/experiments lists them")
    return view


@router.delete("/api/experiments/{id}", status_code=204, responses=NOT_FOUND, dependencies=[OwnPage])
async def delete_experiment(registry: InRegistry, id: str) -> None:
    """End an experiment and forget it. Those who watch it are told."""
    if not await registry.delete(id):
        raise HTTPException(404, f"there is no experiment {id!r}: GET /api/experiments lists them")
