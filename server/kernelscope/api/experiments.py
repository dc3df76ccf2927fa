"""The HTTP API: experiments, data sets and networks as JSON."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.requests import HTTPConnection

from kernelscope import __version__, datasets
from kernelscope.api.classroom.lesson import Lesson
from kernelscope.api.errors import problem, problems, readable
from kernelscope.api.guards.classroom import Classroom
from kernelscope.api.guards.origin import OwnPage
from kernelscope.api.guards.visitor import Visitor, remember
from kernelscope.api.pages import links
from kernelscope.datasets.kept import Missing
from kernelscope.experiment import ExperimentConfig, address
from kernelscope.experiment.config import possible_layers
from kernelscope.hosting import listing
from kernelscope.hosting.refusals import TooLarge
from kernelscope.hosting.registry import Registry
from kernelscope.hosting.views import (
    ExperimentView,
    Health,
    LayerView,
    ListedView,
    NetworksView,
    Problems,
    SettingsView,
    SpecimensView,
)
from kernelscope.impossible import Impossible
from kernelscope.store import hashed

TEXT: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}
ANY: dict[int | str, dict[str, Any]] = {
    400: {"description": "The server is not known by the name in `Host`, or the body is not JSON"},
    411: {"description": "The request has a body without a `Content-Length`", **TEXT},
    413: {"description": "The body is larger than the server accepts (`--max-message`)", **TEXT},
    422: {"model": Problems, "description": "Everything that is wrong with the request"},
}
"""Responses of every route."""
router = APIRouter(responses=ANY)


def registry_of(connection: HTTPConnection) -> Registry:
    """Return the application's registry."""
    registry: Registry = connection.app.state.registry
    return registry


def classroom_of(connection: HTTPConnection) -> Classroom:
    """Return the application's classroom."""
    classroom: Classroom = connection.app.state.classroom
    return classroom


def lesson_of(connection: HTTPConnection) -> Lesson:
    """Return what the application's class shares."""
    lesson: Lesson = connection.app.state.lesson
    return lesson


InRegistry = Annotated[Registry, Depends(registry_of)]
InClassroom = Annotated[Classroom, Depends(classroom_of)]
InLesson = Annotated[Lesson, Depends(lesson_of)]


def _require_teacher(classroom: InClassroom, visitor: Visitor) -> None:
    if not classroom.may_open(visitor):
        raise HTTPException(403, "this server was started with --classroom: only the teacher's link may do that")


MayOpen = Depends(_require_teacher)
"""A dependency of routes that open or end experiments."""


def content_type(request: Request) -> str:
    """Return the type of a request's body, without parameters."""
    return request.headers.get("content-type", "none").partition(";")[0].strip().lower()


def _require_json(request: Request) -> None:
    kind = content_type(request)
    if request.headers.get("content-length", "0") != "0" and kind != "application/json":
        raise HTTPException(415, f"expected a body of application/json, got {readable(kind)}")


JsonBody = Depends(_require_json)
"""A dependency of routes with a body."""
NOT_JSON: dict[int | str, dict[str, Any]] = {415: {"description": "The body's content type is not application/json"}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no experiment of this id"}}
TEACHERS: dict[int | str, dict[str, Any]] = {403: {"description": "A classroom, and the visitor is not its teacher"}}
CREATED: dict[int | str, dict[str, Any]] = {
    403: {"description": "A page of another origin; or a classroom, and the visitor is not its teacher"},
    422: {"model": Problems, "description": "An impossible configuration: each field, its value, what is allowed"},
    503: {"description": "The server runs as many experiments as it may, all being watched; or it cannot write"},
    507: {"description": "The server stores as much as it may (`--max-data`), or its disk is full"},
}


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def health() -> Health:
    """Tell that the server is up."""
    return Health(version=__version__)


@router.get("/api/networks", responses={404: {"description": "There is no data set of this name"}})
async def list_networks(dataset: str | None = None) -> NetworksView:
    """List the layer types for networks on a data set (by default the usual one), and networks to start from."""
    try:
        return NetworksView.of(datasets.default() if dataset is None else dataset)
    except Impossible as error:
        raise HTTPException(404, str(error)) from error


@router.post("/api/settings", responses=NOT_JSON, dependencies=[JsonBody])
async def look_at_settings(registry: InRegistry, settings: Annotated[dict[str, Any], Body()]) -> SettingsView:
    """Describe the experiment that `POST /api/experiments` would open with these settings, without opening it.

    The answer has the query of its address; or everything that is wrong with the settings, and the layers up to there.
    """
    try:
        config = ExperimentConfig.model_validate(settings)
        registry.require_small(config)
    except ValidationError as error:
        possible = LayerView.all(possible_layers(settings), 1)
        return SettingsView(problems=problems(error.errors()), layers=possible)
    except TooLarge as error:
        return SettingsView(problems=[problem(error, "architecture")])
    layers = LayerView.all(config.shapes(), len(config.lanes))
    try:
        datasets.require(config.dataset)
    except Missing as error:
        return SettingsView(problems=[problem(error)], layers=layers, parameters=config.parameters)
    return SettingsView(address=address.write(config), layers=layers, parameters=config.parameters)


@router.get("/api/specimens", dependencies=[MayOpen], response_model=SpecimensView)
def show_specimens(request: Request) -> SpecimensView | JSONResponse:
    """Show training images of the configuration that the query describes, as the address of a page does.

    They are shown before and after augmentation and preparation: as networks see them in the first epochs.
    """
    try:
        return SpecimensView.of(links.read(links.sort(request.query_params.multi_items())))
    except links.NotAnExperiment as error:
        wrong = error.problems
    except Impossible as error:
        wrong = [problem(error, "data")]
    return JSONResponse(Problems(detail=wrong).model_dump(), 422)


@router.get(
    "/api/experiments",
    response_model=list[ListedView],
    responses=TEACHERS | {200: listing.LINK},
    dependencies=[MayOpen],
)
async def list_experiments(
    registry: InRegistry,
    visitor: Visitor,
    limit: listing.Limit = 50,
    after: listing.After = None,
    mine: Annotated[bool, Query(description="Only those of the client that sends the visitor cookie")] = False,
    search: listing.Search = "",
) -> Response:
    """List experiments in pages, the newest first. The `Link` header leads to the next page."""
    body, more = await listing.page(registry, limit, after, hashed(visitor) if mine else None, search)
    headers = {}
    if more:
        query = (
            {"limit": limit, "after": more}
            | ({"mine": "true"} if mine else {})
            | ({"search": search} if search else {})
        )
        headers["Link"] = f'</api/experiments?{urlencode(query)}>; rel="next"'
    return Response(body, media_type="application/json", headers=headers)


@router.post(
    "/api/experiments", status_code=201, responses=CREATED | NOT_JSON, dependencies=[OwnPage, MayOpen, JsonBody]
)
async def create_experiment(
    registry: InRegistry,
    visitor: Visitor,
    request: Request,
    response: Response,
    config: Annotated[ExperimentConfig | None, Body()] = None,
) -> ExperimentView:
    """Open an experiment, paused at step 0. Members that the body leaves out have their defaults.

    The visitor has control of it: the client that sends the visitor cookie of this request, or the one that the answer
    sets (`visitor-8000`: its name ends with the port).
    """
    hosted = await registry.create(config or ExperimentConfig(), visitor, kept=True)
    remember(response, request, visitor)
    response.headers["Location"] = f"/api/experiments/{hosted.saved.id}"
    return hosted.view()


async def found(registry: InRegistry, id: str) -> ExperimentView:
    """Describe the experiment of this id, or refuse the request."""
    view = await registry.view(id)
    if view is None:
        raise HTTPException(404, f"there is no experiment {readable(id)!r}: GET /api/experiments lists them")
    return view


@router.get("/api/experiments/{id}", responses=NOT_FOUND)
async def get_experiment(view: Annotated[ExperimentView, Depends(found)]) -> ExperimentView:
    """Describe an experiment as it is now."""
    return view
